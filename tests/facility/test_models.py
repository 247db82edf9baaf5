"""Rules of the rows, provoked by name through SQL: the first of the four doors."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import timezone

from facility.models import Booking, LeasePayment, Maintenance, UnitClosure, Usage
from facility.selectors import span
from tests.facility import records
from tests.facility.records import at, workday

pytestmark = pytest.mark.django_db


def refused(rule, make):
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        make()


def test_sql_cannot_book_a_unit_twice_nor_while_it_is_cleaned(owner_user):
    unit, day = records.unit(cleaning_minutes=30), workday()
    first = records.booking(unit, by=owner_user, day=day)
    for begins, ends in (("10:00", "12:00"), ("08:00", "16:00"), ("11:15", "12:00"), ("08:00", "08:45")):
        refused(
            "facility_booking_unit_once",
            lambda begins=begins, ends=ends: records.booking(
                unit, by=owner_user, day=day, begins=begins, ends=ends
            ),
        )
    records.booking(unit, by=owner_user, day=day, begins="11:30", ends="12:00")
    with connection.cursor() as cursor:
        columns = "unit_id, business_id, during, purpose, booked_by_id, version, created_at, modified_at, cleaning_minutes"
        with pytest.raises(IntegrityError, match="facility_booking_unit_once"), transaction.atomic():
            cursor.execute(
                f"INSERT INTO facility_booking (reference, status, {columns}) "
                f"SELECT 'PSN-2222-2222', 'approved', {columns} FROM facility_booking WHERE id = %s",
                [first.pk],
            )


@pytest.mark.parametrize("status", ["cancelled", "refused", "released", "waiting", "expired"])
def test_what_does_not_hold_the_unit_leaves_it_free(owner_user, status):
    unit, day = records.unit(), workday()
    records.booking(unit, by=owner_user, day=day, status=status)
    records.booking(unit, by=owner_user, day=day)


def test_a_unit_of_a_centre_that_is_not_open_cannot_be_booked(owner_user):
    day = workday()
    ended = records.basis(status="revoked", in_force_until=day - timedelta(days=1))
    later = records.basis(in_force_from=day + timedelta(days=1))
    for centre in (
        records.centre("planned"),
        records.centre("closed"),
        records.centre(legal_basis=ended),
        records.centre(legal_basis=later),
        records.centre("planned", legal_basis=records.basis(status="proposed")),
    ):
        unit = records.unit(centre=centre)
        refused(
            "facility_booking_centre_is_open", lambda unit=unit: records.booking(unit, by=owner_user, day=day)
        )
    inactive, stall = records.unit(is_active=False), records.unit("stall")
    for unit in (inactive, stall):
        refused(
            "facility_booking_centre_is_open", lambda unit=unit: records.booking(unit, by=owner_user, day=day)
        )


def test_a_closed_unit_cannot_be_booked(owner_user):
    unit, day = records.unit(), workday()
    UnitClosure.objects.create(unit=unit, during=span(at(day, "08:00"), at(day, "10:00")), reason="Servis")
    refused("facility_booking_unit_is_there", lambda: records.booking(unit, by=owner_user, day=day))
    records.booking(unit, by=owner_user, day=day, begins="10:00", ends="11:00")


def test_rules_of_single_rows(owner_user):
    day = workday()
    refused("facility_centre_open_rests_on_law", lambda: _without_law())
    refused(
        "facility_centre_closes_after_it_opens",
        lambda: records.centre(opens_at="10:00", closes_at="09:00"),
    )
    unit = records.unit()
    refused("facility_unit_name_once", lambda: records.unit(centre=unit.centre, name=unit.name))
    empty = span(at(day, "09:00"), at(day, "09:00"))
    refused(
        "facility_booking_has_a_beginning_and_an_end",
        lambda: records.booking(unit, by=owner_user, during=empty),
    )
    refused(
        "facility_booking_in_use_was_checked_in",
        lambda: records.booking(unit, by=owner_user, day=day, status="in_use"),
    )


def _without_law():
    made = records.centre("planned")
    made.status, made.legal_basis = "open", None
    made.save()


def test_a_centre_is_open_while_its_status_and_its_law_are():
    law = records.basis(in_force_from=date(2026, 1, 1), in_force_until=date(2026, 12, 31))
    centre = records.centre(legal_basis=law)
    assert centre.is_open(date(2026, 6, 1))
    assert not centre.is_open(date(2025, 12, 31))
    assert not centre.is_open(date(2027, 1, 1))
    assert not records.centre("planned", legal_basis=law).is_open(date(2026, 6, 1))
    model = type(centre)
    assert model.objects.open_on(date(2026, 6, 1)).filter(pk=centre.pk).exists()
    assert not model.objects.open_on(date(2027, 1, 1)).filter(pk=centre.pk).exists()


def test_cleaning_stays_as_it_was_when_booked(owner_user):
    made = records.booking(by=owner_user)
    made.unit.cleaning_minutes = 90
    made.unit.save()
    Booking.objects.filter(pk=made.pk).update(purpose="Lain")
    made.refresh_from_db()
    assert made.cleaning_minutes == 15
    assert made.with_cleaning.upper - made.during.upper == timedelta(minutes=15)


def test_sql_cannot_change_nor_remove_what_was_paid_used_or_maintained(owner_user):
    today = timezone.localdate()
    unit = records.unit()
    made = [
        LeasePayment.objects.create(
            lease=records.lease(), paid_on=today, amount=1000, receipt="STS-1", recorded_by=owner_user
        ),
        Usage.objects.create(unit=unit, used_on=today, hours=2, recorded_by=owner_user),
        Maintenance.objects.create(unit=unit, done_on=today, at_hours=2, note="Oli", recorded_by=owner_user),
    ]
    for one in made:
        table = one._meta.db_table
        for statement in (f"UPDATE {table} SET recorded_at = now()", f"DELETE FROM {table}"):
            with (
                pytest.raises(InternalError, match="append_only|Cannot update or delete"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"{statement} WHERE id = %s", [one.pk])
