from django.db import migrations, models


class Migration(migrations.Migration):
    """Events that happened before there were webhooks count as handed out."""

    dependencies = [
        ('core', '0006_service_standards'),
    ]

    operations = [
        migrations.AddField(
            model_name='event',
            name='is_handed_out',
            field=models.BooleanField(default=True, verbose_name='sudah dibagikan ke mitra'),
        ),
        migrations.AlterField(
            model_name='event',
            name='is_handed_out',
            field=models.BooleanField(default=False, verbose_name='sudah dibagikan ke mitra'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('is_handed_out', False)), fields=['id'], name='core_event_to_hand_out'),
        ),
    ]
