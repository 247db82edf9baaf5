"""What changed in a list since it was read before, with no gap however writers overlap.

A time cannot say so: a change bears the moment it was made, and is seen only once its transaction ends, when later ones may
have been read already. So every row of a Numbered model bears the number of the transaction that wrote it last, and only
numbers below that of the oldest transaction still under way are read: nothing can appear among them any more. A transaction
that stays open holds the reading back; it hides nothing.

The token given to clients names the database it was made in. Transactions are counted anew in a restored or upgraded
database; a token of another one is refused, so that its holder starts again instead of missing what differs.
"""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass, replace

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.api import moment
from core.problems import RETRY_AFTER_SECONDS, ApiProblem
from core.records import Numbered

#: Since when nobody has been writing who may hold the reading back. Asked first: who ends before the snapshot is no matter.
_COMPLETE_UNTIL = "SELECT LEAST(now(), min(xact_start)) FROM pg_stat_activity WHERE backend_xid IS NOT NULL"
#: The number of the oldest transaction under way, which database this is, and whether the table holds numbers that no
#: transaction here has had (one's own may be greater than the snapshot knows).
_BOUND = """
    SELECT pg_snapshot_xmin(snapshot)::text::bigint + base,
           (SELECT system_identifier FROM pg_control_system()),
           (SELECT timeline_id FROM pg_control_checkpoint()),
           (SELECT oid FROM pg_database WHERE datname = current_database()),
           COALESCE((SELECT max(change_number) FROM {table}) - base >= GREATEST(
               pg_snapshot_xmax(snapshot)::text::bigint, pg_current_xact_id_if_assigned()::text::bigint + 1
           ), FALSE)
    FROM (SELECT pg_current_snapshot() AS snapshot, core_change_base() AS base) AS here
"""


@dataclass(frozen=True)
class Since:
    """A client's token: changes numbered `since` or more and, from the second page on, less than `until`."""

    database: str
    since: int
    until: int | None = None
    complete_until: str = ""

    def __str__(self):
        text = json.dumps([self.database, self.since, self.until, self.complete_until], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @property
    def after(self):
        """The token for next time."""
        return Since(self.database, self.until)


def read_since(text):
    """What `modified_since` says: a moment, or a Since. Raises ValidationError for anything else."""
    try:
        # A "+" that was not escaped in the address arrives as a blank.
        return moment(text.replace(" ", "+"))
    except (ValueError, TypeError):
        pass
    try:
        database, *numbers, complete_until = json.loads(
            base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        )
        since, until = numbers
        told = isinstance(database, str) and isinstance(complete_until, str)
        if not told or type(since) is not int or type(until) not in (int, type(None)):
            raise ValueError
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise ValidationError(
            _("Tulis saat dalam ISO 8601 dengan zona waktu, atau next_token dari jawaban sebelumnya.")
        ) from None
    return Since(database, since, until, complete_until)


def bounded(model, since=None):
    """The Since to read the rows of `model` by: `since` itself where a page said how far, else up to what is complete now.

    It must be asked for before the rows are read. Raises ApiProblem: 410 for a token of another database, 503 while the
    table bears the numbers of another one (`settle`).
    """
    with connection.cursor() as cursor:
        cursor.execute(_COMPLETE_UNTIL)
        (complete_until,) = cursor.fetchone()
        cursor.execute(_BOUND.format(table=connection.ops.quote_name(model._meta.db_table)))
        until, *database, is_foreign = cursor.fetchone()
    marker = hashlib.sha256(repr(database).encode()).hexdigest()[:12]
    if since is None:
        since = Since(marker, 0)
    if since.database != marker or max(since.since, since.until or 0) > until:
        raise ApiProblem(
            410,
            _("Mulai pengambilan dari awal"),
            detail=_(
                "Basis data portal telah dipulihkan atau dipindahkan. Ambil seluruh daftar, lalu pakai next_token yang baru."
            ),
            code="start_again",
        )
    if is_foreign:
        raise ApiProblem(
            503,
            _("Daftar perubahan sedang disiapkan"),
            detail=_("Basis data portal baru dipulihkan. Coba lagi sebentar lagi."),
            code="numbers_unsettled",
            headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
        )
    if since.until is None:
        return replace(since, until=until, complete_until=complete_until.isoformat())
    return since


def safe_moment():
    """From when to ask for changes next time, by time, so that none is missed: before the oldest transaction under way."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT LEAST(now(), min(xact_start)) - interval '1 minute' FROM pg_stat_activity"
            " WHERE datname = current_database() AND xact_start IS NOT NULL"
        )
        return cursor.fetchone()[0]


def settle():
    """Let new numbers be greater than all that the rows bear, as after a dump was restored into another server.

    Returns whether that was needed. It waits for writers of the tables, and they for it.
    """
    tables = [
        connection.ops.quote_name(model._meta.db_table)
        for model in apps.get_models()
        if issubclass(model, Numbered)
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN SHARE ROW EXCLUSIVE MODE")
        greatest = " UNION ALL ".join(f"SELECT max(change_number) FROM {table}" for table in tables)  # noqa: S608
        cursor.execute(
            "SELECT max - pg_current_xact_id()::text::bigint + 1, max >= core_change_number()"  # noqa: S608
            f" FROM (SELECT max(max) FROM ({greatest}) AS each) AS all_tables"
        )
        base, is_needed = cursor.fetchone()
        if is_needed:
            # Never IMMUTABLE: its value would stay folded into the triggers' plans.
            cursor.execute(
                "CREATE OR REPLACE FUNCTION core_change_base() RETURNS bigint LANGUAGE sql STABLE AS"
                f" 'SELECT {base:d}::bigint'"
            )
    return bool(is_needed)
