from django.db import migrations, models


def to_clients(apps, schema_editor):
    """The programs of partners that were trying out try out from now on."""
    clients = apps.get_model("accounts", "PartnerClient").objects
    clients.filter(partner__is_sandbox=True).update(is_test=True)


def to_partners(apps, schema_editor):
    partners = apps.get_model("accounts", "Partner").objects
    partners.filter(clients__is_test=True).exclude(clients__is_test=False).update(is_sandbox=True)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_partners'),
    ]

    operations = [
        migrations.AddField(
            model_name='partnerclient',
            name='is_test',
            field=models.BooleanField(default=False, help_text='Bekerja dalam ruang uji milik mitra ini saja, tidak pernah dengan data kota.', verbose_name='uji coba'),
        ),
        migrations.RunPython(to_clients, to_partners),
        migrations.RemoveField(
            model_name='partner',
            name='is_sandbox',
        ),
    ]
