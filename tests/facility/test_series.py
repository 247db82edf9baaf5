"""Recurring bookings: the preview of conflicts, the exceptions, all or what can be had."""

from datetime import time, timedelta

import pytest
from django.core.exceptions import ValidationError

from core.models import Message
from facility.models import Booking, BookingQuota, BookingSeries
from facility.services.series import book_series, preview_series
from tests.facility import records
from tests.facility.records import workday

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return records.unit()


def plan(first, weeks=4, **fields):
    return {
        "first_on": first,
        "until_on": first + timedelta(weeks=weeks - 1),
        "every_weeks": 1,
        "begins": time(9),
        "ends": time(11),
    } | fields


def first_day():
    """A Monday whose next three are working days or not; the tests reckon with what is_working_day says."""
    return workday(weekday=2)


def test_the_preview_names_every_day_in_conflict(unit, shop, owner_user):
    first = first_day()
    records.booking(unit, by=owner_user, day=first, begins="10:00", ends="12:00")
    planned = preview_series(unit, shop, **plan(first))
    assert "Sudah dipakai pukul 10.00–12.15" in planned[0].conflict
    assert len(planned) == 4
    assert Booking.objects.count() == 1, "a preview writes nothing"


def test_a_series_is_booked_whole_or_with_what_can_be_had(unit, shop, owner_user):
    first = first_day()
    records.booking(unit, by=owner_user, day=first, begins="10:00", ends="12:00")
    with pytest.raises(ValidationError, match="Sudah dipakai"):
        book_series(unit, shop, actor=owner_user, purpose="Rutin", **plan(first))
    assert not BookingSeries.objects.exists()
    free = [one for one in preview_series(unit, shop, **plan(first)) if not one.conflict]
    series, made = book_series(unit, shop, actor=owner_user, purpose="Rutin", skip=True, **plan(first))
    assert [one.during.lower for one in made] == [one.slot.starts_at for one in free]
    assert first in series.exceptions
    assert Message.objects.filter(recipient=owner_user, about=series.reference).count() == 1


def test_exceptions_are_left_out(unit, shop, owner_user):
    first = first_day()
    leave = first + timedelta(weeks=1)
    series, made = book_series(
        unit, shop, actor=owner_user, purpose="Rutin", skip=True, exceptions=[leave], **plan(first)
    )
    assert leave in series.exceptions
    assert leave not in [one.during.lower.date() for one in made]


def test_the_preview_counts_the_quota_of_each_week(unit, shop, owner_user):
    BookingQuota.objects.create(kind="workshop", hours=3, in_force_from="2020-01-01")
    first = first_day()
    records.booking(by=owner_user, shop=shop, day=first, begins="13:00", ends="15:00")
    planned = preview_series(unit, shop, **plan(first, weeks=1))
    assert "kuota 3 jam" in planned[0].conflict


def test_a_series_without_days_or_beyond_the_most_is_refused(unit, shop, owner_user):
    first = first_day()
    for fields, words in (
        ({"exceptions": [first], "until_on": first}, "Tidak ada hari"),
        ({"until_on": first + timedelta(weeks=70)}, "Paling banyak 60 hari"),
        ({"ends": time(8)}, "Jam selesai"),
    ):
        with pytest.raises(ValidationError, match=words):
            preview_series(unit, shop, **plan(first, **fields))
