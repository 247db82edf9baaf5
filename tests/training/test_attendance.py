"""Attendance: stored once, first record kept, corrected with a reason; the list, the scanner field, the page without signal."""

import json
import re
import uuid
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEntry
from core.workflow import StepError
from tests.training import records
from training.attendance_codes import code_of, find
from training.models import Attendance
from training.services.attendance import correct_attendance, record_attendance, record_by_code

pytestmark = pytest.mark.django_db


def meeting(run=None, *, begins=timedelta(hours=-1), **fields):
    start = timezone.now() + begins
    return records.session(
        DateTimeTZRange(start, start + timedelta(hours=2), "[)"), run=run or records.run("running"), **fields
    )


@pytest.fixture
def session(db):
    return meeting()


@pytest.fixture
def seat(session, owner_user):
    return records.enrolment(session.run, by=owner_user)


def note(session, seat, actor, **fields):
    return record_attendance(session, seat, actor=actor, **{"status": "present", "method": "list"} | fields)


def test_the_same_nonce_is_stored_once(session, seat, trainer_officer):
    nonce = uuid.uuid4()
    first = note(session, seat, trainer_officer, method="offline", nonce=nonce)
    again = note(session, seat, trainer_officer, method="offline", nonce=nonce)
    assert (first.outcome, again.outcome) == ("stored", "same")
    assert first.attendance == again.attendance
    assert Attendance.objects.count() == 1


def test_of_two_devices_the_first_record_stands(session, seat, trainer_officer, person):
    other = person("training_officer")
    note(session, seat, trainer_officer, status="excused", nonce=uuid.uuid4())
    late = note(session, seat, other, status="present", nonce=uuid.uuid4())
    assert late.outcome == "kept"
    assert late.attendance.status == "excused"
    assert late.attendance.recorded_by == trainer_officer


def test_a_nonce_of_somebody_else_is_refused(session, seat, trainer_officer, owner_user):
    nonce = uuid.uuid4()
    note(session, seat, trainer_officer, nonce=nonce)
    with pytest.raises(ValidationError, match="orang lain"):
        note(session, records.enrolment(session.run, by=owner_user), trainer_officer, nonce=nonce)


@pytest.mark.parametrize("status", ["waiting", "offered", "applied", "cancelled", "declined"])
def test_only_people_with_a_seat_are_recorded(session, trainer_officer, owner_user, status):
    without = records.enrolment(session.run, status, by=owner_user)
    with pytest.raises(ValidationError, match="tidak mempunyai kursi"):
        note(session, without, trainer_officer)


def test_a_person_of_another_run_is_refused(session, trainer_officer, owner_user):
    with pytest.raises(ValidationError, match="tidak mempunyai kursi"):
        note(session, records.enrolment(records.run(), by=owner_user), trainer_officer)


def test_nothing_is_recorded_before_the_session_after_the_run_or_when_cancelled(trainer_officer, owner_user):
    for wrong in (
        meeting(begins=timedelta(hours=3)),
        meeting(records.run("completed")),
        meeting(status="cancelled"),
    ):
        with pytest.raises(StepError):
            note(wrong, records.enrolment(wrong.run, by=owner_user), trainer_officer)


def test_who_has_no_right_is_refused(session, seat, registrar, owner_user):
    for actor in (registrar, owner_user):
        with pytest.raises(PermissionDenied):
            note(session, seat, actor)
        with pytest.raises(PermissionDenied):
            record_by_code(session, code_of(seat), actor=actor)


def test_a_device_whose_clock_is_ahead_does_not_record_the_future(session, seat, trainer_officer):
    ahead = timezone.now() + timedelta(days=2)
    assert note(session, seat, trainer_officer, noted_at=ahead).attendance.noted_at <= timezone.now()


def test_a_correction_needs_a_reason_and_leaves_a_trace(session, seat, trainer_officer, owner_user):
    row = note(session, seat, trainer_officer, status="absent").attendance
    with pytest.raises(ValidationError, match="alasannya"):
        correct_attendance(row, actor=trainer_officer, status="present", note=" ")
    with pytest.raises(PermissionDenied):
        correct_attendance(row, actor=owner_user, status="present", note="Saya datang")
    corrected = correct_attendance(row, actor=trainer_officer, status="present", note="Salah baris")
    assert (corrected.status, corrected.method, corrected.note) == ("present", "manual", "Salah baris")
    line = AuditEntry.objects.get(action="training.attendance.correct")
    assert line.detail == {"session": session.reference, "from": "absent", "to": "present"}
    assert [event.status for event in row.events.order_by("pgh_id")] == ["absent", "present"]


def test_codes_differ_stay_and_are_found_as_they_are_typed(session, owner_user):
    people = [records.enrolment(session.run, by=owner_user) for _ in range(20)]
    codes = {code_of(one) for one in people}
    assert len(codes) == 20
    assert all(re.fullmatch(r"[A-Z2-9]{5}-[A-Z2-9]{5}", code) for code in codes)
    assert find(f" {code_of(people[3]).lower().replace('-', ' ')} ", people) == people[3]
    assert find("AAAAA-AAAAA", people) is None
    assert find("", people) is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("with_lock", [True, False], ids=["the service", "a look before writing"])
def test_eight_devices_at_once_record_a_person_once(trainer_officer, owner_user, with_lock):
    """The control looks for a row and writes one, without the lock: some of its posts break."""
    session = meeting()
    seat = records.enrolment(session.run, by=owner_user)
    gate, outcomes = Barrier(8), []

    def unlocked():
        if not Attendance.objects.filter(enrolment=seat, session=session).exists():
            gate.wait(10)
            Attendance.objects.create(
                enrolment=seat, session=session, status="present", method="list", recorded_by=trainer_officer
            )
        return "stored"

    def post():
        try:
            if with_lock:
                gate.wait(10)
                outcomes.append(note(session, seat, trainer_officer, nonce=uuid.uuid4()).outcome)
            else:
                outcomes.append(unlocked())
        except Exception as error:
            outcomes.append(type(error).__name__)
        finally:
            connection.close()

    threads = [Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Attendance.objects.count() == 1
    if with_lock:
        assert sorted(outcomes) == ["kept"] * 7 + ["stored"]
    else:
        assert outcomes.count("IntegrityError") == 7


# --- Pages --------------------------------------------------------------------------------------------------------------


def page_of(session, name="office_attendance", **more):
    return reverse(name, kwargs={"reference": session.run.reference, "number": session.number, **more})


def test_a_participant_shows_a_code_while_there_is_a_seat(session, seat, owner_user, sign_in):
    seat.participant.user = owner_user
    seat.participant.save()
    browser = sign_in(owner_user)
    answer = browser.get(reverse("my_attendance_code", args=[seat.reference]))
    page = answer.content.decode()
    assert code_of(seat) in page
    assert "<svg" in page
    assert "style=" not in page
    assert (
        reverse("my_attendance_code", args=[seat.reference])
        in browser.get(reverse("my_enrolment", args=[seat.reference])).content.decode()
    )
    seat.status = "waiting"
    seat.position = 1
    seat.save()
    assert browser.get(reverse("my_attendance_code", args=[seat.reference])).status_code == 302


def test_a_scanner_types_a_code_and_the_list_is_ticked(session, seat, trainer_officer, owner_user, sign_in):
    other, third = (records.enrolment(session.run, by=owner_user) for _ in range(2))
    browser, path = sign_in(trainer_officer), page_of(session)
    assert seat.participant.name in browser.get(path).content.decode()
    told = browser.post(path, {"code": code_of(seat)}, follow=True).content.decode()
    assert f"{seat.participant.name} hadir." in told
    assert "sudah dicatat: Hadir" in browser.post(path, {"code": code_of(seat)}, follow=True).content.decode()
    assert browser.post(path, {"code": "AAAAA-AAAAA"}).status_code == 400
    browser.post(path, {f"status-{other.reference}": "excused", f"status-{third.reference}": "nonsense"})
    assert dict(Attendance.objects.values_list("enrolment__reference", "method")) == {
        seat.reference: "qr",
        other.reference: "list",
    }
    assert "Belum ada yang dipilih" in browser.post(path, {}, follow=True).content.decode()


def test_the_sheet_takes_the_same_few_queries_however_many_come(
    session, trainer_officer, owner_user, sign_in, django_assert_max_num_queries
):
    for _ in range(8):
        note(session, records.enrolment(session.run, by=owner_user), trainer_officer)
    browser = sign_in(trainer_officer)
    with django_assert_max_num_queries(12):
        browser.get(page_of(session))


def test_the_list_for_paper_names_people_and_no_code(session, seat, trainer_officer, sign_in):
    page = sign_in(trainer_officer).get(page_of(session, "office_attendance_print")).content.decode()
    assert seat.participant.name in page
    assert code_of(seat) not in page


def test_what_an_offline_page_sends_twice_is_one_row_each(
    session, seat, trainer_officer, owner_user, sign_in
):
    other = records.enrolment(session.run, by=owner_user)
    waiting = records.enrolment(session.run, "waiting", by=owner_user)
    items = [
        {
            "nonce": str(uuid.uuid4()),
            "enrolment": one.reference,
            "status": "present",
            "noted_at": (timezone.now() - timedelta(minutes=5)).isoformat(),
        }
        for one in (seat, other, waiting)
    ]
    items += [{"nonce": "x", "enrolment": seat.reference}, "nonsense"]
    browser, path = sign_in(trainer_officer), page_of(session, "office_attendance_receive")

    def send(body):
        return browser.post(path, json.dumps(body), content_type="application/json")

    first = send({"items": items}).json()["results"]
    assert [one["outcome"] for one in first] == ["stored", "stored", "refused", "refused", "refused"]
    again = send({"items": items}).json()["results"]
    assert [one["outcome"] for one in again[:3]] == ["same", "same", "refused"]
    assert Attendance.objects.count() == 2
    assert set(Attendance.objects.values_list("method", flat=True)) == {"offline"}
    assert Attendance.objects.first().noted_at < Attendance.objects.first().recorded_at
    assert send({}).status_code == 400
    assert send({"items": [{}] * 201}).status_code == 400
    assert browser.post(path, "nonsense", content_type="application/json").status_code == 400


def test_a_correction_by_its_page(session, seat, trainer_officer, sign_in):
    note(session, seat, trainer_officer, status="absent")
    browser, path = (
        sign_in(trainer_officer),
        page_of(session, "office_attendance_correct", enrolment=seat.reference),
    )
    assert browser.post(path, {"status": "present", "note": ""}).status_code == 400
    browser.post(path, {"status": "present", "note": "Datang, salah baris"})
    assert Attendance.objects.get().status == "present"
    assert "Datang, salah baris" in browser.get(page_of(session)).content.decode()
