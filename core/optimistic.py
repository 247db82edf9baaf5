"""Optimistic locking: a save made on an old version of a record is refused, and both values are shown."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.workflow import lock


class StaleRecord(ValidationError):
    """The record changed since it was read. `current` is the record as it stands now."""

    def __init__(self, current):
        self.current = current
        super().__init__(
            _(
                "Data ini diubah orang lain sesudah Anda membukanya. Bandingkan kedua isian, lalu simpan lagi."
            ),
            code="stale",
        )


def lock_version(record, version, actor):
    """`record` locked, when it still has `version`; raises StaleRecord otherwise. Call inside a transaction."""
    current = lock(record, actor)
    if current.version != int(version):
        raise StaleRecord(current)
    return current
