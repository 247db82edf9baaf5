from django.db import migrations, models


class Migration(migrations.Migration):
    """Answers that are stored already are replayed without headers, as before."""

    dependencies = [
        ('core', '0008_changes_are_numbered'),
    ]

    operations = [
        migrations.AddField(
            model_name='idempotencyrecord',
            name='response_headers',
            field=models.JSONField(default=dict),
        ),
    ]
