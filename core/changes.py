"""How a worker knows, by one cheap question, whether anything has changed that it keeps in its memory."""

from hashlib import sha256
from threading import Lock

from django.core.cache import caches
from django.db import connection
from django.utils import timezone

KEPT_SECONDS = 15 * 60


class Watch:
    """Notices every committed change of the tables whose triggers note their transaction in `table` (a column `xid`).

    Neither the newest number of a history nor the newest moment would do: transactions end in another order than the one in
    which they took their numbers, and the page made between two of them would stay wrong. So the question is PostgreSQL's own:
    is a transaction noted that the snapshot, from which the kept things are made, did not see? No writer waits for another.
    """

    _all = {}

    def __init__(self, table):
        self.table = table
        self._question = f"""
            SELECT pg_current_snapshot()::text, pg_current_xact_id_if_assigned() IS NOT NULL,
                   seen.snapshot IS NULL OR EXISTS (
                       SELECT FROM {table} WHERE NOT pg_visible_in_snapshot(xid, seen.snapshot)
                           AND xid < pg_snapshot_xmax(pg_current_snapshot()))
            FROM (SELECT %s::pg_snapshot AS snapshot) AS seen"""  # noqa: S608 - the name of a table, from the source
        self._lock = Lock()
        self._state = (0, None)  # the generation and its snapshot
        Watch._all.setdefault(table, self)

    @classmethod
    def of(cls, table):
        """The watch over `table` in this process."""
        return cls._all[table]

    def generation(self):
        """The number of what this worker reads now: under the same number the same is read.

        None inside a transaction that has written: what it reads is nobody else's yet. Ask before reading what is to be kept.
        """
        number, seen = self._state
        with connection.cursor() as cursor:
            cursor.execute(self._question, [seen])
            snapshot, is_writing, has_changed = cursor.fetchone()
        if is_writing:
            return None
        if has_changed:
            with self._lock:
                number = self._state[0] + 1
                self._state = (number, snapshot)
        return number

    def remembered(self, generation, key, make):
        """What `make` gives, from memory while nothing changes and the day lasts; `key` names it, anything with a repr."""
        if generation is None:
            return make()
        key = sha256(repr((self.table, generation, timezone.localdate(), key)).encode()).hexdigest()
        value = caches["memory"].get(key)
        if value is None:
            value = make()
            caches["memory"].set(key, value, KEPT_SECONDS)
        return value
