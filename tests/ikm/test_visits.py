import threading
from datetime import date, datetime, time

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.enums import Role
from core.dates import WIB
from core.models import AuditEntry, Event, Message
from core.workflow import StepError, history
from ikm.enums import BusinessStatus, VisitStatus
from ikm.models import Business, Visit
from ikm.services.visits import (
    MOST_ATTEMPTS,
    PlannedStop,
    cancel_visit,
    choose_visit_time,
    complete_visit,
    plan_visits,
    record_not_at_home,
    reschedule_visit,
    save_visit_draft,
)
from tests.ikm import businesses

MONDAY = date(2026, 11, 23)
TUESDAY = date(2026, 11, 24)
HERE = ("-6.980000", "110.410000")


@pytest.fixture(autouse=True)
def _on_a_monday_morning():
    with time_machine.travel(datetime(2026, 11, 23, 9, 0, tzinfo=WIB), tick=True):
        yield


@pytest.fixture
def shop(owner_user, db):
    return businesses.submitted(owner_user)


@pytest.fixture
def visit(shop, verifier):
    planned = plan_visits([PlannedStop(shop, verifier, MONDAY, 1, time(9, 30))], actor=verifier)[0]
    Message.objects.all().delete()
    return planned


def test_a_plan_writes_visits_tells_the_day_and_logs(shop, verifier, owner_user):
    (visit,) = plan_visits([PlannedStop(shop, verifier, TUESDAY, 2, time(9, 30))], actor=verifier)
    assert (visit.planned_on, visit.position_in_day, visit.attempt) == (TUESDAY, 2, 1)
    message = Message.objects.get(recipient=owner_user)
    assert "24 November 2026 sekitar pukul 09.30 WIB" in message.body
    assert message.link.endswith(f"/{visit.reference}/waktu/")
    assert AuditEntry.objects.filter(
        action="ikm.visit.plan", subject=visit.reference, actor=verifier
    ).exists()
    assert Event.objects.get(kind="ikm.visit.plan").data == {"planned_on": "2026-11-24"}


def test_nobody_is_planned_twice(visit, shop, verifier, owner_user):
    other = businesses.submitted(owner_user)
    with pytest.raises(ValidationError, match="sudah dijadwalkan untuk dikunjungi pada 23 November 2026"):
        plan_visits(
            [PlannedStop(other, verifier, TUESDAY), PlannedStop(shop, verifier, TUESDAY)], actor=verifier
        )
    with pytest.raises(ValidationError, match="dua kali"):
        plan_visits(
            [PlannedStop(other, verifier, TUESDAY), PlannedStop(other, verifier, MONDAY)], actor=verifier
        )
    # All or nothing.
    assert list(Visit.objects.values_list("business", flat=True)) == [shop.pk]
    with pytest.raises(IntegrityError, match="ikm_visit_one_planned_per_business"), transaction.atomic():
        Visit.objects.create(business=shop, verifier=verifier, planned_on=TUESDAY)


def test_a_plan_that_makes_no_sense_is_refused(shop, verifier, registrar, auditor):
    with pytest.raises(PermissionDenied):
        plan_visits([PlannedStop(shop, verifier, TUESDAY)], actor=auditor)
    with pytest.raises(ValidationError, match="paling sedikit satu"):
        plan_visits([], actor=verifier)
    with pytest.raises(ValidationError, match="sudah lewat"):
        plan_visits([PlannedStop(shop, verifier, date(2026, 11, 20))], actor=verifier)
    with pytest.raises(ValidationError, match="tidak berperan sebagai verifikator"):
        plan_visits([PlannedStop(shop, registrar, TUESDAY)], actor=verifier)
    Business.objects.filter(pk=shop.pk).update(status=BusinessStatus.REJECTED)
    with pytest.raises(ValidationError, match="Ditolak"):
        plan_visits([PlannedStop(shop, verifier, TUESDAY)], actor=verifier)
    assert not Visit.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_planners_at_once_plan_it_once(shop, verifier, registrar):
    outcomes, gate = [], threading.Barrier(2)

    def plan(actor):
        gate.wait()
        try:
            plan_visits([PlannedStop(shop, verifier, TUESDAY)], actor=actor)
            outcomes.append("planned")
        except ValidationError as error:
            outcomes.append("refused" if "sudah dijadwalkan" in error.messages[0] else error)
        finally:
            connection.close()

    threads = [threading.Thread(target=plan, args=(actor,)) for actor in (verifier, registrar)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["planned", "refused"]
    assert Visit.objects.count() == 1
    assert Message.objects.count() == 1


def test_rescheduling_moves_it_and_tells_the_new_day(visit, verifier, registrar, owner_user, person):
    colleague = person(Role.VERIFIER, name="Kolega")
    moved = reschedule_visit(visit, actor=registrar, planned_on=TUESDAY, verifier=colleague)
    assert (moved.status, moved.planned_on, moved.verifier) == (VisitStatus.PLANNED, TUESDAY, colleague)
    assert "24 November 2026" in Message.objects.get(recipient=owner_user).title
    assert [line.step for line in history(moved)] == ["reschedule"]

    reschedule_visit(moved, actor=registrar, planned_on=TUESDAY, position=3)
    assert (
        Message.objects.filter(recipient=owner_user).count() == 1
    )  # the order within a day is the office's own


def test_a_visit_does_not_move_into_the_past_or_to_who_does_not_visit(visit, verifier, registrar):
    with pytest.raises(ValidationError, match="sudah lewat"):
        reschedule_visit(visit, actor=verifier, planned_on=date(2026, 11, 22))
    with pytest.raises(ValidationError, match="tidak berperan"):
        reschedule_visit(visit, actor=verifier, planned_on=TUESDAY, verifier=registrar)


def test_the_owner_chooses_days_and_the_visit_follows(visit, owner_user, verifier):
    moved = choose_visit_time(
        visit, actor=owner_user, days=["3", "4"], visit_from=time(13), visit_until=time(15)
    )
    assert (moved.planned_on, moved.expected_from) == (date(2026, 11, 26), time(13))
    shop = Business.objects.get()
    assert (shop.visit_days, shop.visit_from, shop.visit_until) == ([3, 4], time(13), time(15))
    assert "26 November 2026 sekitar pukul 13.00 WIB" in Message.objects.get(recipient=verifier).body


def test_a_stranger_chooses_nothing(visit, stranger, owner_user):
    with pytest.raises(Business.DoesNotExist):
        choose_visit_time(visit, actor=stranger, days=[1])
    with pytest.raises(ValidationError, match="paling sedikit satu hari"):
        choose_visit_time(visit, actor=owner_user, days=[])
    with pytest.raises(ValidationError, match="Jam selesai"):
        choose_visit_time(visit, actor=owner_user, days=[1], visit_from=time(15), visit_until=time(13))
    visit.refresh_from_db()
    assert visit.planned_on == MONDAY


def test_a_draft_is_kept_on_the_server_and_holds_known_names_only(visit, verifier, person):
    save_visit_draft(visit, actor=verifier, draft={"result_note": "Dua oven", "status": "done"})
    assert Visit.objects.get().draft == {"result_note": "Dua oven"}
    with pytest.raises(PermissionDenied, match="tugas Vino"):
        save_visit_draft(visit, actor=person(Role.VERIFIER), draft={})


def test_a_result_measures_the_distance_and_verifies_the_business(visit, verifier, owner_user, shop):
    done = complete_visit(
        visit,
        actor=verifier,
        is_operating=True,
        result_note="Dua oven, lima pekerja.",
        latitude="-6.981000",
        longitude=HERE[1],
    )
    assert done.status == VisitStatus.DONE
    assert done.distance_m == pytest.approx(111, abs=1)
    assert done.draft == {}
    shop.refresh_from_db()
    assert (shop.verified_on, shop.confirmed_on, shop.verified_by) == (MONDAY, MONDAY, verifier)
    assert shop.status == BusinessStatus.SUBMITTED  # registering stays a decision of its own
    assert "diverifikasi 23 November 2026" in Message.objects.get(recipient=owner_user).body
    with pytest.raises(StepError):
        save_visit_draft(done, actor=verifier, draft={"result_note": "lagi"})


def test_a_business_that_does_not_run_is_not_verified(visit, verifier, shop, owner_user):
    with pytest.raises(ValidationError, match="Tuliskan apa yang ditemukan"):
        complete_visit(visit, actor=verifier, is_operating=False)
    complete_visit(visit, actor=verifier, is_operating=False, result_note="Rumah kosong")
    shop.refresh_from_db()
    assert shop.verified_on is None
    assert "tidak berjalan" in Message.objects.get(recipient=owner_user).body


def test_only_the_visiting_officer_on_or_after_the_day_records_a_result(visit, verifier, registrar, person):
    with pytest.raises(PermissionDenied):
        complete_visit(visit, actor=person(Role.VERIFIER), is_operating=True)
    with pytest.raises(ValidationError, match="apakah usaha ini berjalan"):
        complete_visit(visit, actor=verifier, is_operating=None)
    with pytest.raises(ValidationError, match="lintang dan bujur"):
        complete_visit(visit, actor=verifier, is_operating=True, latitude="-6.98")
    moved = reschedule_visit(visit, actor=verifier, planned_on=TUESDAY)
    with pytest.raises(StepError, match="24 November 2026"):
        complete_visit(moved, actor=verifier, is_operating=True)
    with pytest.raises(StepError, match="24 November 2026"):
        record_not_at_home(moved, actor=verifier)


def test_not_at_home_leads_to_a_visit_on_the_owners_next_day(visit, verifier, shop, owner_user):
    shop.visit_days, shop.visit_from = [2], time(10)
    shop.save()
    missed, again = record_not_at_home(visit, actor=verifier, note="Pagar terkunci")
    assert missed.status == VisitStatus.NOT_AT_HOME
    assert (again.previous, again.attempt, again.status) == (missed, 2, VisitStatus.PLANNED)
    assert (again.planned_on, again.expected_from, again.verifier) == (date(2026, 11, 25), time(10), verifier)
    message = Message.objects.get(recipient=owner_user)
    assert "25 November 2026" in message.title
    assert message.link.endswith(f"/{again.reference}/waktu/")


def test_after_the_last_attempt_the_owner_is_asked_to_choose(visit, verifier, owner_user):
    again = visit
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert again.attempt == attempt
        Visit.objects.filter(pk=again.pk).update(planned_on=MONDAY)
        again.refresh_from_db()
        _missed, again = record_not_at_home(again, actor=verifier)
    assert again is None
    assert not Visit.objects.filter(status=VisitStatus.PLANNED).exists()
    assert Message.objects.filter(recipient=owner_user).first().title == "Petugas tidak menemui Anda 3 kali"


def test_a_day_off_is_not_proposed(visit, verifier):
    """Friday 25 December 2026 is Christmas; the office is closed on the 24th as well (cuti bersama)."""
    with time_machine.travel(datetime(2026, 12, 23, 9, 0, tzinfo=WIB), tick=True):
        _missed, again = record_not_at_home(visit, actor=verifier)
        assert again.planned_on == date(2026, 12, 28)


def test_cancelling_needs_a_reason_and_tells_it(visit, verifier, owner_user):
    with pytest.raises(ValidationError):
        cancel_visit(visit, actor=verifier, note="")
    assert cancel_visit(visit, actor=verifier, note="Petugas sakit.").status == VisitStatus.CANCELLED
    assert "Petugas sakit." in Message.objects.get(recipient=owner_user).body


@pytest.mark.parametrize("status", [VisitStatus.DONE, VisitStatus.NOT_AT_HOME, VisitStatus.CANCELLED])
def test_a_visit_that_is_over_stays_as_it_is(visit, verifier, owner_user, status):
    Visit.objects.filter(pk=visit.pk).update(status=status)
    for step in (
        lambda: complete_visit(visit, actor=verifier, is_operating=True),
        lambda: record_not_at_home(visit, actor=verifier),
        lambda: reschedule_visit(visit, actor=verifier, planned_on=TUESDAY),
        lambda: cancel_visit(visit, actor=verifier, note="Batal"),
        lambda: choose_visit_time(visit, actor=owner_user, days=[1]),
    ):
        with pytest.raises(StepError), transaction.atomic():
            step()
    assert Visit.objects.get().status == status
