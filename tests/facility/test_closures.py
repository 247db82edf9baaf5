"""A unit is closed while bookings stand in that time: they are given back, who had them is told, and the queue moves up."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from core.models import Message
from core.workflow import history
from facility.models import Booking, UnitClosure
from facility.selectors import span
from facility.services.bookings import book_unit
from facility.services.closures import close_unit, reopen_unit
from tests.facility import records
from tests.facility.records import at, workday

pytestmark = pytest.mark.django_db


def status(booking):
    booking.refresh_from_db()
    return booking.status


def test_a_closure_gives_bookings_back_tells_and_lets_the_queue_move_up(owner_user, shop, person, keeper):
    unit, day = records.unit(cleaning_minutes=0), workday()
    lost = records.booking(unit, by=owner_user, shop=shop, day=day, begins="09:00", ends="12:00")
    untouched = records.booking(unit, by=owner_user, shop=shop, day=day, begins="13:00", ends="14:00")
    other = person()
    queued = {
        hours: book_unit(
            unit,
            records.registered(other),
            actor=other,
            starts_at=at(day, hours[0]),
            ends_at=at(day, hours[1]),
            purpose="Potong",
            wait=True,
        )
        for hours in (("09:00", "10:00"), ("10:30", "11:30"))
    }
    closed = {"starts_at": at(day, "11:00"), "ends_at": at(day, "13:00"), "reason": "Listrik diperiksa"}
    made = close_unit(unit, actor=keeper, **closed)
    assert close_unit(unit, actor=keeper, **closed) == made, "sent twice, it stands once"
    assert status(lost) == "cancelled"
    assert "Listrik diperiksa" in history(lost).last().note
    [told] = Message.objects.filter(recipient=owner_user, about=lost.reference)
    assert "Listrik diperiksa" in told.body
    assert "dipakai orang lain" not in told.body
    assert status(untouched) == "approved"
    assert status(queued["09:00", "10:00"]) == "approved", "what lies before the closure is free"
    assert status(queued["10:30", "11:30"]) == "cancelled"
    late = book_unit(
        unit,
        shop,
        actor=owner_user,
        starts_at=at(day, "11:00"),
        ends_at=at(day, "12:00"),
        purpose="Potong",
        wait=True,
    )
    assert late.status == "waiting"
    reopen_unit(made, actor=keeper)
    assert status(late) == "approved"


def test_who_is_inside_stays_and_only_officials_close(owner_user, shop, keeper, stranger):
    inside = records.running(by=owner_user, shop=shop, status="in_use", checked_in_at=timezone.now())
    until = timezone.now() + timedelta(days=1)
    times = {"starts_at": timezone.now(), "ends_at": until, "reason": "Banjir"}
    for nobody in (owner_user, stranger):
        with pytest.raises(PermissionDenied):
            close_unit(inside.unit, actor=nobody, **times)
    with pytest.raises(ValidationError):
        close_unit(inside.unit, actor=keeper, **times | {"ends_at": times["starts_at"]})
    made = close_unit(inside.unit, actor=keeper, **times)
    assert status(inside) == "in_use"
    with pytest.raises(PermissionDenied):
        reopen_unit(made, actor=owner_user)


def test_sql_cannot_close_a_unit_over_bookings_nor_stretch_a_closure_over_them(owner_user):
    had = records.booking(by=owner_user, day=workday())
    for times in (had.during, span(had.during.lower - timedelta(days=1), had.during.upper)):
        with pytest.raises(IntegrityError, match="bookings_given_back"), transaction.atomic():
            UnitClosure.objects.create(unit=had.unit, during=times, reason="Servis")
    before = span(had.during.lower - timedelta(days=1), had.during.lower)
    made = UnitClosure.objects.create(unit=had.unit, during=before, reason="Servis")
    with pytest.raises(IntegrityError, match="bookings_given_back"), transaction.atomic():
        UnitClosure.objects.filter(pk=made.pk).update(during=had.during)
    Booking.objects.filter(pk=had.pk).update(status="cancelled")
    UnitClosure.objects.filter(pk=made.pk).update(during=had.during)


def test_the_back_office_closes_and_opens_by_the_same_rule(sign_in, administrator, owner_user, shop):
    had = records.booking(by=owner_user, shop=shop, day=workday())
    client = sign_in(administrator)
    day = timezone.localtime(had.during.lower).date()
    fields = {"unit": had.unit.pk, "during_0": f"{day} 08:00", "during_1": f"{day} 16:00", "reason": "Servis"}
    path = reverse("admin:facility_unitclosure_add")
    assert client.post(path, fields | {"during_1": ""}).status_code == 200, "it asks for the end"
    done = client.post(path, fields)
    assert done.status_code == 302, done.content.decode()[:2000]
    assert status(had) == "cancelled"
    waits = book_unit(
        had.unit,
        shop,
        actor=owner_user,
        starts_at=had.during.lower,
        ends_at=had.during.upper,
        purpose="Potong",
        wait=True,
    )
    closure = UnitClosure.objects.get()
    page = client.get(reverse("admin:facility_unitclosure_change", args=[closure.pk]))
    assert "Servis" in page.content.decode()
    client.post(reverse("admin:facility_unitclosure_delete", args=[closure.pk]), {"post": "yes"})
    assert not UnitClosure.objects.exists()
    assert status(waits) == "approved"
