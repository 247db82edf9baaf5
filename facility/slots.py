"""When a unit is free on a day. Pure: opening hours and busy times in, free times out; facility.selectors reads the tables."""

import datetime
from collections.abc import Iterable

from core.dates import WIB
from core.slots import Slot

#: How far apart proposed beginnings lie.
GRID = datetime.timedelta(minutes=15)


def hours_of(day, opens_at, closes_at):
    """The Slot in which a centre is open on `day`."""
    return Slot(
        datetime.datetime.combine(day, opens_at, tzinfo=WIB),
        datetime.datetime.combine(day, closes_at, tzinfo=WIB),
    )


def free_times(hours: Slot, busy: Iterable[Slot]) -> list[Slot]:
    """What the busy times leave of the opening hours, in order."""
    free, moment = [], hours.starts_at
    for one in sorted(busy):
        if one.starts_at > moment:
            free.append(Slot(moment, min(one.starts_at, hours.ends_at)))
        moment = max(moment, one.ends_at)
        if moment >= hours.ends_at:
            break
    if moment < hours.ends_at:
        free.append(Slot(moment, hours.ends_at))
    return [one for one in free if one.starts_at < one.ends_at]


def nearest(free: Iterable[Slot], wanted: Slot, *, cleaning: datetime.timedelta, most: int = 3) -> list[Slot]:
    """Up to `most` times as long as `wanted` within the free ones, the nearest to it first. What follows a free time that does
    not reach closing time needs the unit clean: `cleaning` is left before it."""
    length, found = wanted.ends_at - wanted.starts_at, []
    for one in free:
        moment = one.starts_at
        while moment + length + cleaning <= one.ends_at:
            found.append(Slot(moment, moment + length))
            moment += GRID
    return sorted(found, key=lambda slot: (abs(slot.starts_at - wanted.starts_at), slot))[:most]
