"""A stretch of time, as rooms that are booked by the hour know it."""

import datetime
from dataclasses import dataclass

from django.utils.formats import date_format

from core.dates import WIB


@dataclass(frozen=True, order=True)
class Slot:
    """A time from its first moment up to, and without, its last."""

    starts_at: datetime.datetime
    ends_at: datetime.datetime

    def overlaps(self, other):
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    @property
    def clock(self):
        """`09.00–11.00` in Semarang."""
        return f"{self.starts_at.astimezone(WIB):%H.%M}–{self.ends_at.astimezone(WIB):%H.%M}"

    def __str__(self):
        """`Selasa, 1 Desember 2026, 09.00–11.00 WIB`, in the language that is read."""
        return f"{date_format(self.starts_at.astimezone(WIB), 'l, j F Y')}, {self.clock} WIB"
