"""Many want the same hours at once, each with a connection of its own. With its negative control: the same rush without the
constraint overlaps."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections

from accounts.enums import Role
from accounts.models import User
from accounts.services import grant_role
from facility.models import Booking, BookingQuota
from facility.services import bookings
from facility.services.bookings import SlotTaken, book_unit
from tests.facility import records
from tests.facility.records import at, workday

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 16


def people(count):
    """So many entrepreneurs, each with a business."""
    made = []
    for number in range(count):
        user = User.objects.create(email=f"pesan{number}@contoh.id", name=f"Pemesan {number}")
        grant_role(user, Role.ENTREPRENEUR)
        made.append((user, records.registered(user)))
    return made


def attempt(unit, user, shop, starts_at, minutes=60):
    """`booked`, or `taken`."""
    try:
        book_unit(
            unit,
            shop,
            actor=user,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=minutes),
            purpose="Serbu",
        )
    except SlotTaken:
        return "taken"
    finally:
        connections.close_all()
    return "booked"


def storm(calls):
    """All calls, at most AT_ONCE in flight."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda call: call(), calls))


def overlaps():
    """Pairs of bookings that hold a unit at the same time, cleaning included."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM facility_booking a JOIN facility_booking b
               ON a.unit_id = b.unit_id AND a.id < b.id AND a.with_cleaning && b.with_cleaning
               WHERE a.status IN ('requested', 'approved', 'in_use', 'done')
                 AND b.status IN ('requested', 'approved', 'in_use', 'done')"""
        )
        return cursor.fetchone()[0]


def rush(shops, slots):
    """Every business wants every slot; the slots begin a quarter of an hour apart and take an hour, so that they overlap."""
    unit, first = records.unit(), at(workday(), "08:00")
    calls = []
    for number in range(slots):
        for user, shop in shops:
            begins = first + timedelta(minutes=15 * number)
            calls.append(lambda user=user, shop=shop, begins=begins: attempt(unit, user, shop, begins))
    return storm(calls)


@pytest.mark.parametrize("guarded", [False, True], ids=["without the constraint", "with it"])
def test_the_same_hours_are_booked_once(guarded):
    if not guarded:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE facility_booking DROP CONSTRAINT facility_booking_unit_once")
    try:
        outcomes = rush(people(6), 8)
        assert outcomes.count("booked") == Booking.objects.count()
        assert (overlaps() == 0) is guarded
    finally:
        if not guarded:
            Booking.objects.all().delete()
            rule = next(one for one in Booking._meta.constraints if one.name == "facility_booking_unit_once")
            with connection.schema_editor() as editor:
                editor.add_constraint(Booking, rule)


@pytest.mark.drill
def test_a_thousand_bookings_of_the_same_hours_leave_no_overlap():
    from tests.drills.conftest import say

    outcomes = rush(people(40), 25)
    assert len(outcomes) == 1000
    assert overlaps() == 0
    assert outcomes.count("booked") == Booking.objects.count() > 0
    say(
        "no unit is booked twice",
        f"{len(outcomes)} bookings of overlapping hours, {AT_ONCE} connections at once",
        f"{outcomes.count('booked')} booked, {outcomes.count('taken')} refused, no overlap",
    )


@pytest.mark.parametrize("guarded", [False, True], ids=["without the lock", "with it"])
def test_two_bookings_at_once_stay_within_the_quota(guarded, monkeypatch):
    """Both count the week before either writes, unless the business is locked."""
    BookingQuota.objects.create(kind="workshop", hours=2, in_force_from="2020-01-01")
    [(user, shop)] = people(1)
    units, day = [records.unit(), records.unit()], workday()
    both_counted = threading.Barrier(2)
    counting = bookings.hours_booked

    def counted(*args, **kwargs):
        found = counting(*args, **kwargs)
        if not guarded:
            both_counted.wait(20)
        return found

    monkeypatch.setattr(bookings, "hours_booked", counted)
    if not guarded:
        monkeypatch.setattr(bookings, "lock_business", lambda business: business)

    def one(unit):
        try:
            return attempt(unit, user, shop, at(day, "09:00"), minutes=120)
        except ValidationError as error:
            return error.code

    outcomes = storm([lambda unit=unit: one(unit) for unit in units])
    assert sorted(outcomes) == (["booked", "quota"] if guarded else ["booked", "booked"])
