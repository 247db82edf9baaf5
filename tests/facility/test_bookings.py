"""Bookings through the services: made, refused, queued, decided, used, given back."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.utils import timezone

from core.models import AuditEntry, Message
from core.workflow import StepError, history
from facility.models import Booking, BookingQuota, Usage
from facility.selectors import due_for_maintenance, hours_booked, place_in_queue, span, week_calendar, week_of
from facility.services import centres
from facility.services.bookings import (
    SlotTaken,
    approve_booking,
    book_unit,
    cancel_booking,
    check_in_booking,
    finish_booking,
    refuse_booking,
    release_no_shows,
)
from facility.services.maintenance import record_maintenance
from tests.facility import records
from tests.facility.records import at, workday
from tests.ikm.businesses import business as make_business

pytestmark = pytest.mark.django_db


def book(unit, shop, actor, *, day=None, begins="09:00", ends="11:00", **fields):
    day = day or workday()
    return book_unit(
        unit,
        shop,
        actor=actor,
        starts_at=at(day, begins),
        ends_at=at(day, ends),
        purpose="Memotong papan",
        **fields,
    )


def test_a_booking_stands_at_once_or_waits_for_approval(shop, owner_user):
    made = book(records.unit(), shop, owner_user)
    assert made.status == "approved"
    assert history(made).get().step == "book"
    asked = book(records.unit("hall", needs_approval=True), shop, owner_user)
    assert asked.status == "requested"
    assert Message.objects.filter(recipient=owner_user, about=asked.reference).count() == 1
    assert AuditEntry.objects.filter(subject=made.reference).exists()


def test_the_same_booking_sent_again_stands_once(shop, owner_user):
    unit = records.unit()
    assert book(unit, shop, owner_user) == book(unit, shop, owner_user)
    assert Booking.objects.count() == 1


def test_a_taken_time_is_refused_with_what_is_free(shop, owner_user):
    unit, day = records.unit(), workday()
    records.booking(unit, by=owner_user, day=day)
    with pytest.raises(SlotTaken) as refused:
        book(unit, shop, owner_user, day=day, begins="10:00", ends="12:00")
    assert [slot.clock for slot in refused.value.slots] == ["11.15–13.15", "11.30–13.30", "11.45–13.45"]
    assert "11.15–13.15" in refused.value.messages[0]
    first = refused.value.slots[0]
    book_unit(unit, shop, actor=owner_user, starts_at=first.starts_at, ends_at=first.ends_at, purpose="Lain")


def test_only_who_speaks_for_a_registered_business_books(shop, stranger, keeper, owner_user, registrar):
    unit = records.unit()
    for actor in (stranger, registrar):
        with pytest.raises(PermissionDenied):
            book(unit, shop, actor)
    draft = make_business("draft", speaker=owner_user)
    with pytest.raises(ValidationError, match="sudah terdaftar"):
        book(unit, draft, owner_user)
    assert book(unit, shop, keeper).booked_by == keeper, "an official books at the counter"


def test_closed_hours_days_and_the_past_are_refused_with_a_sentence(shop, owner_user):
    unit = records.unit()
    sunday = workday(weekday=0) + timedelta(days=6)
    for fields, words in (
        ({"begins": "06:00", "ends": "09:00"}, "buka pukul 08.00–16.00"),
        ({"day": sunday}, "hari libur"),
        ({"day": workday(200)}, "paling jauh"),
        ({"begins": "10:00", "ends": "10:05"}, "15 menit"),
    ):
        with pytest.raises(ValidationError, match=words):
            book(unit, shop, owner_user, **fields)
    past = timezone.localdate() - timedelta(days=7)
    while past.weekday() > 4:
        past -= timedelta(days=1)
    with pytest.raises(ValidationError, match="sudah lewat|hari libur"):
        book(unit, shop, owner_user, day=past)


def test_kampung_tukang_kayu_opens_only_with_its_status_and_its_law(shop, owner_user, keeper):
    day = workday()
    law = records.basis(status="drafting", in_force_from=None)
    centre = records.centre("planned", legal_basis=law)
    unit = records.unit(centre=centre)
    with pytest.raises(ValidationError, match="belum dibuka"):
        book(unit, shop, owner_user)
    with pytest.raises(ValidationError, match="belum atau tidak lagi berlaku"):
        centres.open_centre(centre, actor=keeper)
    law.status, law.in_force_from = "in_force", timezone.localdate()
    law.save()
    with pytest.raises(PermissionDenied):
        centres.open_centre(centre, actor=owner_user)
    centres.open_centre(centre, actor=keeper)
    assert book(unit, shop, owner_user, day=day).status == "approved"
    law.status, law.in_force_until = "revoked", day
    law.save()
    with pytest.raises(ValidationError, match="belum dibuka"):
        book(unit, shop, owner_user, day=workday((day - timezone.localdate()).days + 1))


# --- Quota ------------------------------------------------------------------------------------------------------------


def test_a_business_books_no_more_than_its_week_allows(shop, owner_user):
    BookingQuota.objects.create(kind="workshop", hours=4, in_force_from="2020-01-01")
    monday = workday(weekday=0)
    book(records.unit(), shop, owner_user, day=monday, begins="09:00", ends="12:00")
    with pytest.raises(ValidationError, match="sudah memesan 3 jam"):
        book(records.unit(), shop, owner_user, day=monday + timedelta(days=1), begins="09:00", ends="11:00")
    last = book(
        records.unit(), shop, owner_user, day=monday + timedelta(days=1), begins="09:00", ends="10:00"
    )
    assert hours_booked(shop, "workshop", monday) == Decimal(4)
    book(records.unit("machine"), shop, owner_user, day=monday, begins="13:00", ends="16:00")
    book(records.unit(), shop, owner_user, day=workday((monday - timezone.localdate()).days + 7))
    cancel_booking(last, actor=owner_user)
    book(records.unit(), shop, owner_user, day=monday, begins="13:00", ends="14:00")


def test_the_quota_is_the_one_in_force_that_week(shop, owner_user):
    day = workday()
    BookingQuota.objects.create(kind="workshop", hours=1, in_force_from="2020-01-01")
    BookingQuota.objects.create(kind="workshop", hours=8, in_force_from=day)
    assert book(records.unit(), shop, owner_user, day=day).status == "approved"


# --- The queue --------------------------------------------------------------------------------------------------------


def test_who_waits_gets_the_time_in_the_order_of_arrival(shop, owner_user, person):
    unit, day = records.unit(), workday()
    first = book(unit, shop, owner_user, day=day)
    others = [person() for _ in range(2)]
    waiting = [book(unit, records.registered(one), one, day=day, wait=True) for one in others]
    assert [one.status for one in waiting] == ["waiting", "waiting"]
    assert [place_in_queue(one) for one in waiting] == [1, 2]
    cancel_booking(first, actor=owner_user)
    for one in waiting:
        one.refresh_from_db()
    assert [one.status for one in waiting] == ["approved", "waiting"]
    told = Message.objects.filter(recipient=others[0], about=waiting[0].reference).order_by("pk")
    assert ["Masuk antrean" in one.title for one in told] == [True, False]
    assert "disetujui" in told.last().title


def test_a_refused_request_frees_the_time_and_a_turn_needs_approval_too(shop, owner_user, keeper, person):
    unit = records.unit("hall", needs_approval=True)
    asked = book(unit, shop, owner_user)
    other = person()
    waits = book(unit, records.registered(other), other, wait=True)
    with pytest.raises(ValidationError, match="alasan"):
        refuse_booking(asked, actor=keeper, note=" ")
    refuse_booking(asked, actor=keeper, note="Dipakai dinas.")
    waits.refresh_from_db()
    assert waits.status == "requested"
    assert approve_booking(waits, actor=keeper).status == "approved"
    with pytest.raises(StepError):
        approve_booking(waits, actor=keeper)


def test_a_turn_beyond_the_quota_goes_to_the_next(owner_user, shop, person):
    unit, day = records.unit(), workday()
    first = book(unit, shop, owner_user, day=day)
    full, other = person(), person()
    crowded = records.registered(full)
    passed = book(unit, crowded, full, day=day, wait=True)
    gets = book(unit, records.registered(other), other, day=day, wait=True)
    BookingQuota.objects.create(kind="workshop", hours=3, in_force_from="2020-01-01")
    records.booking(by=full, shop=crowded, day=day, begins="13:00", ends="15:00")
    cancel_booking(first, actor=owner_user)
    passed.refresh_from_db()
    gets.refresh_from_db()
    assert (passed.status, gets.status) == ("waiting", "approved")


# --- Coming, not coming, leaving --------------------------------------------------------------------------------------


def test_who_does_not_come_within_fifteen_minutes_loses_the_time(owner_user, person):
    unit = records.unit(cleaning_minutes=0)
    here = records.running(by=owner_user, minutes_ago=14)
    gone = records.running(unit, by=owner_user, minutes_ago=16)
    came = records.running(by=owner_user, minutes_ago=40, status="in_use", checked_in_at=timezone.now())
    after = records.booking(
        unit,
        by=person(),
        status="waiting",
        during=span(timezone.now() - timedelta(minutes=1), gone.during.upper),
    )
    call_command("work_facilities")
    for one in (here, gone, came, after):
        one.refresh_from_db()
    assert [one.status for one in (here, gone, came, after)] == ["approved", "released", "in_use", "expired"]
    assert history(gone).last().note == "Tidak ada yang datang."
    assert release_no_shows() == (0, 0, 0)


def test_the_grace_is_the_centres(owner_user):
    patient = records.unit(centre=records.centre(grace_minutes=60))
    made = records.running(patient, by=owner_user, minutes_ago=40)
    assert release_no_shows() == (0, 0, 0)
    assert release_no_shows(timezone.now() + timedelta(minutes=21)) == (1, 0, 0)
    made.refresh_from_db()
    assert made.status == "released"


def test_a_use_is_logged_and_what_is_left_is_free(owner_user, shop, keeper):
    unit = records.unit(maintenance_hours=1)
    made = records.running(unit, by=owner_user, shop=shop, minutes_ago=5)
    with pytest.raises(PermissionDenied):
        check_in_booking(made, actor=owner_user)
    check_in_booking(made, actor=keeper)
    Booking.objects.filter(pk=made.pk).update(checked_in_at=timezone.now() - timedelta(minutes=90))
    done = finish_booking(made, actor=keeper, note="Mata gergaji tumpul.")
    assert done.status == "done"
    assert done.during.upper < timezone.now()
    usage = Usage.objects.get(booking=done)
    assert usage.hours == Decimal("1.50")
    assert due_for_maintenance() == [unit]
    record_maintenance(unit, actor=keeper, done_on=timezone.localdate(), note="Ganti mata gergaji.")
    assert due_for_maintenance() == []
    with pytest.raises(PermissionDenied):
        record_maintenance(unit, actor=owner_user, done_on=timezone.localdate(), note="x")
    with pytest.raises(ValidationError, match="belum tiba"):
        record_maintenance(unit, actor=keeper, done_on=workday(), note="x")


def test_nobody_is_checked_in_too_early_or_too_late(owner_user, keeper):
    with pytest.raises(ValidationError, match="Terlalu awal"):
        check_in_booking(records.booking(by=owner_user), actor=keeper)
    late = records.running(by=owner_user, minutes_ago=50, length=45)
    with pytest.raises(ValidationError, match="sudah lewat"):
        check_in_booking(late, actor=keeper)


def test_a_time_that_began_is_not_cancelled(owner_user, shop):
    made = records.running(by=owner_user, shop=shop)
    with pytest.raises(ValidationError, match="sudah dimulai"):
        cancel_booking(made, actor=owner_user)


def test_the_week_shows_free_and_taken_hours(owner_user):
    unit, day = records.unit(), workday()
    records.booking(unit, by=owner_user, day=day)
    days = week_calendar(unit, week_of(day))
    found = next(one for one in days if one["day"] == day)
    assert [one.clock for one in found["busy"]] == ["09.00–11.15"]
    assert [one.clock for one in found["free"]] == ["08.00–09.00", "11.15–16.00"]
    assert days[6]["obstacle"]


def test_what_is_over_is_not_offered(shop, owner_user):
    unit, day = records.unit(), workday()
    with time_machine.travel(at(day, "10:20"), tick=False):
        found = next(one for one in week_calendar(unit, week_of(day)) if one["day"] == day)
        assert [one.clock for one in found["free"]] == ["10.20–16.00"]
        before = next(
            one for one in week_calendar(unit, week_of(day) - timedelta(days=7)) if not one["obstacle"]
        )
        assert before["free"] == []
        records.booking(unit, by=owner_user, day=day, begins="11:00", ends="13:00")
        with pytest.raises(SlotTaken) as refused:
            book(unit, shop, owner_user, day=day, begins="11:00", ends="13:00", wait=False)
        assert all(slot.starts_at >= timezone.now() for slot in refused.value.slots)
        assert refused.value.slots


def test_closing_a_centre_says_why(keeper):
    centre = records.centre()
    with pytest.raises(ValidationError, match="alasan"):
        centres.close_centre(centre, actor=keeper)
    assert centres.close_centre(centre, actor=keeper, note="Banjir").status == "closed"
