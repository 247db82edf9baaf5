"""Every transaction that writes a table from which the catalogue is made leaves its number (see core.changes.Watch).

A row goes when a later transaction that sees it leaves its own: who has not seen the older one has not seen the later one.
"""

from django.db import migrations

TABLES = (
    "accounts_consent", "gallery_category", "gallery_edition", "gallery_editionitem", "gallery_photo", "gallery_product",
    "gallery_product_licences", "gallery_variant", "ikm_area", "ikm_business", "ikm_licence",
)  # fmt: skip

FUNCTION = """
    CREATE TABLE gallery_change (xid xid8 PRIMARY KEY);
    CREATE FUNCTION gallery_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO gallery_change VALUES (pg_current_xact_id()) ON CONFLICT DO NOTHING;
        IF FOUND AND current_setting('transaction_isolation') = 'read committed' THEN
            DELETE FROM gallery_change WHERE xid IN (
                SELECT xid FROM gallery_change WHERE xid <> pg_current_xact_id() LIMIT 100 FOR UPDATE SKIP LOCKED);
        END IF;
        RETURN NULL;
    END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_partners"),
        ("gallery", "0001_catalogue_channels_consignment"),
        ("ikm", "0003_fewer_indexes_to_write"),
    ]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION gallery_note_change; DROP TABLE gallery_change"),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER gallery_note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION gallery_note_change()",
                f"DROP TRIGGER gallery_note_change ON {table}",
            )
            for table in TABLES
        ),
    ]
