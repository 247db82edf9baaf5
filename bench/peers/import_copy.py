"""The limit: raw COPY of finished rows into copies of the portal's tables with all their indexes and checks; no reading of
cells, no comparison, no history, no foreign keys."""

import io

from django.db import connection

#: What one row of a sheet becomes.
TABLES = ["ikm_owner", "ikm_business", "ikm_ownership", "ikm_yearlyfigure", "ikm_product"]


def make_copies():
    """Empty copies of the tables, and the finished rows as the text that COPY takes: {table: (columns, bytes)}."""
    finished = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DROP TABLE IF EXISTS peer_{table}")
            cursor.execute(f"CREATE TABLE peer_{table} (LIKE {table} INCLUDING ALL)")
            cursor.execute(
                """
                SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
                WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
                """,
                [table],
            )
            (columns,) = cursor.fetchone()
            buffer = io.BytesIO()
            cursor.cursor.copy_expert(f"COPY (SELECT {columns} FROM {table}) TO STDOUT", buffer)
            finished[table] = columns, buffer.getvalue()
    return finished


def empty():
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(f'peer_{table}' for table in TABLES)}")


def run(finished, tables):
    """COPY the finished rows of `tables` in one transaction; returns how many businesses there are."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        for table in tables:
            columns, data = finished[table]
            cursor.cursor.copy_expert(
                f"COPY peer_{table} ({columns}) FROM STDIN", io.BytesIO(data), size=1 << 18
            )
        cursor.execute("COMMIT")
    return finished["ikm_business"][1].count(b"\n")
