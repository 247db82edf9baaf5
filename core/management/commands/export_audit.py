import json

from django.core.management.base import BaseCommand
from django.db import connection, transaction

LINES = """
    SELECT number::text, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') AS at,
           COALESCE(actor_id::text, '') AS actor, action, subject, detail::text AS detail, origin, previous_hash, hash
    FROM core_auditentry ORDER BY core_auditentry.number
"""


class Command(BaseCommand):
    help = "Write the audit chain as JSON lines for core/verify_audit.py; with --head only the number and hash of its head."

    def add_arguments(self, parser):
        parser.add_argument("--head", action="store_true")

    def handle(self, *, head, **options):
        with transaction.atomic(), connection.cursor() as cursor:
            if head:
                cursor.execute("SELECT number, hash FROM core_auditentry ORDER BY number DESC LIMIT 1")
                row = cursor.fetchone() or (0, "0" * 64)
                self.stdout.write(json.dumps({"number": row[0], "hash": row[1]}))
                return
            # A server-side cursor: the trail may be larger than memory.
            cursor.execute("DECLARE trail NO SCROLL CURSOR FOR " + LINES)
            while True:
                cursor.execute("FETCH 2000 FROM trail")
                rows = cursor.fetchall()
                if not rows:
                    break
                names = [column.name for column in cursor.description]
                for row in rows:
                    self.stdout.write(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False))
            cursor.execute("CLOSE trail")
