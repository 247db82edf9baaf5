from django.db import migrations


class Migration(migrations.Migration):
    """The number that a new or changed row bears: that of its transaction, and what core.following.settle added to it."""

    dependencies = [
        ('core', '0007_events_are_handed_out'),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE FUNCTION core_change_base() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT 0::bigint'",
            "DROP FUNCTION core_change_base()",
        ),
        migrations.RunSQL(
            "CREATE FUNCTION core_change_number() RETURNS bigint LANGUAGE sql STABLE AS"
            " 'SELECT pg_current_xact_id()::text::bigint + core_change_base()'",
            "DROP FUNCTION core_change_number()",
        ),
    ]
