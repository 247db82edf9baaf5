"""Free times and the days of a series: pure."""

from datetime import date, time, timedelta

import pytest

from core.slots import Slot
from facility.recurrence import MOST_DAYS, days_of
from facility.slots import free_times, hours_of, nearest
from tests.facility.records import at

DAY = "2026-12-01"


def slot(begins, ends):
    return Slot(at(DAY, begins), at(DAY, ends))


def test_what_is_busy_is_cut_out_of_the_opening_hours():
    hours = hours_of(date(2026, 12, 1), time(8), time(16))
    busy = [slot("09:00", "10:00"), slot("09:30", "11:15"), slot("15:00", "17:00")]
    assert free_times(hours, busy) == [slot("08:00", "09:00"), slot("11:15", "15:00")]
    assert free_times(hours, []) == [hours]
    assert free_times(hours, [slot("07:00", "18:00")]) == []


def test_the_nearest_free_times_leave_room_for_cleaning():
    free = [slot("08:00", "10:00"), slot("12:00", "16:00")]
    found = nearest(free, slot("10:30", "11:30"), cleaning=timedelta(minutes=15))
    assert found[0] == slot("12:00", "13:00")
    assert len(found) == 3
    assert nearest(free, slot("08:00", "14:00"), cleaning=timedelta()) == []
    edge = nearest([slot("08:00", "09:00")], slot("09:00", "10:00"), cleaning=timedelta(minutes=15))
    assert edge == [], "an hour's use and its cleaning do not fit into an hour"


def test_the_days_of_a_series_are_its_weekday_without_the_exceptions():
    first = date(2026, 12, 1)
    assert days_of(first, date(2026, 12, 22), exceptions={date(2026, 12, 8)}) == [
        first,
        date(2026, 12, 15),
        date(2026, 12, 22),
    ]
    assert days_of(first, date(2026, 12, 31), every_weeks=2) == [
        first,
        date(2026, 12, 15),
        date(2026, 12, 29),
    ]
    for bad in (
        {"until_on": first - timedelta(days=1)},
        {"until_on": first, "exceptions": {first}},
        {"until_on": first + timedelta(weeks=MOST_DAYS)},
        {"until_on": first, "every_weeks": 0},
    ):
        with pytest.raises(ValueError):
            days_of(first, **bad)
