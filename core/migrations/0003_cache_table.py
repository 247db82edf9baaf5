from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0002_initial")]

    # The table of Django's database cache; unlogged, for nothing in it must outlive a crash.
    operations = [
        migrations.RunSQL(
            """
            CREATE UNLOGGED TABLE portal_cache (
                cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamp with time zone NOT NULL
            );
            CREATE INDEX portal_cache_expires ON portal_cache (expires);
            """,
            "DROP TABLE portal_cache",
        )
    ]
