"""What anybody who knows a reference and four digits of the phone may know about it: nothing personal.

Each room named in the setting TRACKING has `find(reference)`, `last_fours(record)` and `describe(record)`.
"""

import datetime
import re
from dataclasses import dataclass, field
from importlib import import_module

from django.conf import settings
from django.core.exceptions import ValidationError

from core.references import parse_reference


@dataclass(frozen=True)
class Moment:
    title: str
    at: datetime.datetime


@dataclass(frozen=True)
class Tracked:
    """Where a record stands. `holder` is a unit; `due` the last day of the answer, None when nothing waits."""

    reference: str
    kind: str
    status: str
    status_label: str
    explanation: str
    holder: str
    due: datetime.date | None
    moments: list[Moment] = field(default_factory=list)


def track(reference, last_four):
    """The Tracked of the record with this reference whose owner's or business's phone ends in `last_four`; None if
    there is no such pair, whichever of the two is wrong."""
    try:
        reference = parse_reference(reference)
    except ValidationError:
        return None
    for room in map(import_module, settings.TRACKING):
        record = room.find(reference)
        if record is not None:
            return room.describe(record) if last_four in room.last_fours(record) else None
    return None


def last_fours_of(phones):
    """The last four digits of each number that has as many."""
    return {digits[-4:] for phone in phones if len(digits := re.sub(r"\D", "", phone)) >= 4}
