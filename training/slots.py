"""When a trainer, a room and a run are free together. Pure: busy times in, slots out; training.services.scheduling reads
the tables."""

import datetime
from collections.abc import Collection, Iterable

from core.dates import WIB
from core.indonesia import is_working_day
from core.slots import Slot

#: The hours in which the office teaches, and how far apart proposed beginnings lie.
OPENS, CLOSES = datetime.time(8), datetime.time(16)
GRID_MINUTES = 30
#: How far from the wanted moment a slot is looked for.
REACH = datetime.timedelta(days=45)


def beginnings(near, minutes, *, not_before):
    """The moments at which a session of `minutes` can begin in office hours, the nearest to `near` first."""
    length = datetime.timedelta(minutes=minutes)
    found = []
    day = (near - REACH).astimezone(WIB).date()
    while day <= (near + REACH).astimezone(WIB).date():
        if is_working_day(day):
            moment = datetime.datetime.combine(day, OPENS, tzinfo=WIB)
            closes = datetime.datetime.combine(day, CLOSES, tzinfo=WIB)
            while moment + length <= closes:
                if moment >= not_before:
                    found.append(moment)
                moment += datetime.timedelta(minutes=GRID_MINUTES)
        day += datetime.timedelta(days=1)
    return sorted(found, key=lambda moment: (abs(moment - near), moment))


def nearest(
    busy: Iterable[Slot],
    near: datetime.datetime,
    minutes: int,
    *,
    not_before: datetime.datetime,
    count: int = 3,
) -> list[Slot]:
    """Up to `count` slots of `minutes` that touch none of `busy` nor each other, the nearest to `near` first."""
    busy: Collection[Slot] = list(busy)
    found = []
    for moment in beginnings(near, minutes, not_before=not_before):
        slot = Slot(moment, moment + datetime.timedelta(minutes=minutes))
        if not any(slot.overlaps(other) for other in (*busy, *found)):
            found.append(slot)
            if len(found) == count:
                break
    return found
