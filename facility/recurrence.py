"""The days of a recurring booking. Pure."""

import datetime
from collections.abc import Collection

#: So many days may one series hold.
MOST_DAYS = 60


def days_of(
    first_on: datetime.date,
    until_on: datetime.date,
    *,
    every_weeks: int = 1,
    exceptions: Collection[datetime.date] = (),
) -> list[datetime.date]:
    """The weekday of `first_on` every so many weeks up to `until_on`, without the exceptions.

    Raises ValueError where the series has no day or more than MOST_DAYS.
    """
    if every_weeks < 1:
        raise ValueError("every_weeks: must be at least 1")
    weeks = (until_on - first_on).days // (7 * every_weeks) + 1
    if weeks > MOST_DAYS:
        raise ValueError(f"until_on: more than {MOST_DAYS} days")
    found = [first_on + datetime.timedelta(weeks=every_weeks * number) for number in range(max(weeks, 0))]
    found = [day for day in found if day not in exceptions]
    if not found:
        raise ValueError("until_on: no day is left")
    return found
