"""A booking over another and a lease over another, tried through every door there is. None lets it through, each says why,
and each takes the same at a time that is free."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.dates import add_months
from facility.models import Booking, Lease
from tests.facility import records
from tests.facility.records import at, span, workday
from tests.facility.test_doors import API, body, form, send

pytestmark = pytest.mark.django_db


def by_hand(table, column, value, pk):
    """Write past all that the portal checks; what the database says, "" when it takes it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [value, pk])
    except IntegrityError as error:
        return str(error)
    return ""


def answer_of(answer):
    return "" if answer.status_code == 302 else answer.content.decode()


def book_by_sql(unit, shop, begins, ends, **doors):
    with transaction.atomic():
        made = records.booking(unit, by=doors["actor"], shop=shop, day=workday(30))
        during = span(at(workday(), begins), at(workday(), ends))
        if told := by_hand("facility_booking", "during", during, made.pk):
            transaction.set_rollback(True)
        return told


def book_by_web(unit, shop, begins, ends, **doors):
    path = reverse("book_unit", args=[unit.reference])
    return answer_of(doors["owner"].post(path, form(shop, workday(), begins, ends)))


def book_by_back_office(unit, shop, begins, ends, **doors):
    fields = {"unit": unit.pk, "business": shop.pk, "purpose": "Di loket"}
    fields |= {"during_0": f"{workday()} {begins}", "during_1": f"{workday()} {ends}"}
    return answer_of(doors["admin"].post(reverse("admin:facility_booking_add"), fields))


def book_by_api(unit, shop, begins, ends, **doors):
    answer = send(doors["program"], API, body(unit, shop, workday(), begins, ends), f"kunci-{begins}")
    return "" if answer.status_code == 201 else answer.json()["detail"]


BOOKING_DOORS = {
    "sql": book_by_sql,
    "web": book_by_web,
    "back office": book_by_back_office,
    "api": book_by_api,
}


@pytest.mark.parametrize("hours", [("10:00", "12:00"), ("11:00", "12:00"), ("08:00", "08:50")])
@pytest.mark.parametrize("door", BOOKING_DOORS)
def test_a_booking_over_another_is_refused(door, hours, shop, owner_user, administrator, keeper, api):
    """From 9 to 11, cleaned for a quarter of an hour: over it, right after it, and too close before it."""
    unit = records.unit(cleaning_minutes=15)
    records.booking(unit, by=keeper, day=workday(), begins="09:00", ends="11:00")
    admin, owner = Client(), Client()
    admin.force_login(administrator)
    owner.force_login(owner_user)
    doors = {"actor": keeper, "owner": owner, "admin": admin, "program": api(owner_user)}
    before = Booking.objects.count()
    told = BOOKING_DOORS[door](unit, shop, *hours, **doors)
    assert ("facility_booking_unit_once" if door == "sql" else "sudah dipesan") in told
    assert Booking.objects.count() == before
    assert BOOKING_DOORS[door](unit, shop, "13:00", "14:00", **doors) == ""
    assert Booking.objects.count() == before + 1


def let_by_sql(stall, shop, starts_on, months, **doors):
    with transaction.atomic():
        made = records.lease(stall, business=shop, starts_on=add_months(starts_on, 120), months=months)
        during = f"[{starts_on},{add_months(starts_on, months)})"
        if told := by_hand("facility_lease", "during", during, made.pk):
            transaction.set_rollback(True)
        return told


def let_by_merged_rows(stall, shop, starts_on, months, **doors):
    """A lease of another stall is moved to this one, by hand."""
    with transaction.atomic():
        other = records.unit("stall")
        made = records.lease(other, business=shop, starts_on=starts_on, months=months)
        if told := by_hand("facility_lease", "unit_id", stall.pk, made.pk):
            transaction.set_rollback(True)
        return told


def let_by_back_office(stall, shop, starts_on, months, **doors):
    fields = {"unit": stall.pk, "business": shop.pk, "starts_on": starts_on.isoformat(), "months": months}
    fields |= {"rent": "400000", "deposit": "0"}
    return answer_of(doors["admin"].post(reverse("admin:facility_lease_add"), fields))


LEASE_DOORS = {"sql": let_by_sql, "sql, another stall": let_by_merged_rows, "back office": let_by_back_office}


@pytest.mark.parametrize("months_on", [0, 6, 11])
@pytest.mark.parametrize("door", LEASE_DOORS)
def test_a_lease_over_another_is_refused(door, months_on, shop, administrator, sign_in):
    """Of a year from today; officials prepare leases in the back office alone."""
    stall, begins = records.unit("stall"), timezone.localdate()
    records.lease(stall, starts_on=begins, months=12)
    doors = {"admin": sign_in(administrator)}
    before = Lease.objects.count()
    told = LEASE_DOORS[door](stall, shop, add_months(begins, months_on), 6, **doors)
    assert ("facility_lease_stall_once" if "sql" in door else "sudah disewa") in told
    assert Lease.objects.count() == before
    assert LEASE_DOORS[door](stall, shop, add_months(begins, 12), 6, **doors) == "", "from the day after"
    assert Lease.objects.count() == before + 1


def test_signing_on_the_web_cannot_bring_two_leases_of_a_stall_to_run(shop, keeper, sign_in):
    """One that was cancelled comes back neither by a step on the web nor by hand."""
    stall, begins = records.unit("stall"), timezone.localdate() + timedelta(days=1)
    gone = records.lease(stall, business=shop, starts_on=begins, status="cancelled")
    records.lease(stall, starts_on=begins)
    path = reverse("office_lease", args=[gone.reference])
    assert sign_in(keeper).post(path, {"action": "sign"}).status_code == 400
    assert "facility_lease_stall_once" in by_hand("facility_lease", "status", "active", gone.pk)
