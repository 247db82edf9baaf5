from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Consent
from core.models import Message, StepLine
from core.workflow import StepError, history
from ikm.models import Owner
from tests.training import records
from tests.training.enrolling import consent_text, registered, worker, workers
from tests.training.records import at, span
from training.enums import EnrolmentStatus
from training.models import Enrolment, EnrolmentGroup, Participant, ParticipantTime, Run
from training.selectors import place_of
from training.services.enrolments import RunFull, cancel_enrolment, change_quota, enrol
from training.services.people import add_worker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _text(db):
    consent_text()


@pytest.fixture
def shop(owner_user):
    return registered(owner_user)


def statuses(entry):
    return [one.status for one in entry]


def test_the_first_come_get_seats_then_waiting_places_then_nothing(shop, owner_user):
    run = records.run(quota=2, reserve=1)
    came = [enrol(run, [worker(shop)], business=shop, actor=owner_user)[0] for _ in range(3)]
    assert statuses(came) == ["enrolled", "enrolled", "waiting"]
    with pytest.raises(RunFull, match="penuh"):
        enrol(run, [worker(shop)], business=shop, actor=owner_user)
    run.refresh_from_db()
    assert (run.seats_taken, run.enrolments.count()) == (2, 3)


def test_an_entry_is_logged_told_and_consented(shop, owner_user):
    run, who = records.run(), worker(shop)
    meeting = records.session(span("2027-01-05", "09:00", "11:00"), run=run)
    [made] = enrol(run, [who], business=shop, actor=owner_user)
    assert [line.step for line in history(made)] == ["enrol"]
    message = Message.objects.get(recipient=owner_user)
    assert made.reference in message.body
    assert "5 Januari 2027 pukul 09.00 WIB" in message.body
    assert Consent.objects.filter(subject=who.reference, purpose="register", given_by=owner_user).exists()
    assert ParticipantTime.objects.get().session == meeting
    assert {one["code"] for one in made.findings} == {"window", "registered", "not_had"}


def test_a_message_is_in_the_language_of_who_reads_it(shop, owner_user):
    owner_user.language = "en"
    owner_user.save()
    run = records.run(course=records.course(title="Desain kemasan", title_en="Packaging design"))
    enrol(run, [worker(shop)], business=shop, actor=owner_user)
    assert "Packaging design" in Message.objects.get(recipient=owner_user).title


def test_the_same_entry_twice_is_one(shop, owner_user):
    run, people = records.run(), workers(shop, 2)
    first = enrol(run, people, business=shop, actor=owner_user)
    again = enrol(run, people[::-1], business=shop, actor=owner_user)
    assert {one.pk for one in first} == {one.pk for one in again}
    assert Enrolment.objects.count() == 2
    assert Message.objects.count() == 1
    with pytest.raises(ValidationError, match="sudah terdaftar"):
        enrol(run, [people[0]], business=shop, actor=owner_user)


def test_a_group_gets_seats_for_all_or_waits_as_one_block(shop, owner_user):
    run = records.run(quota=4, reserve=4)
    first = enrol(run, workers(shop, 3), business=shop, actor=owner_user)
    second = enrol(run, workers(shop, 3), business=shop, actor=owner_user)
    assert statuses(first) == ["enrolled"] * 3
    assert statuses(second) == ["waiting"] * 3
    assert [one.position for one in second] == [1, 2, 3]
    assert EnrolmentGroup.objects.count() == 2
    with pytest.raises(RunFull):
        enrol(run, workers(shop, 2), business=shop, actor=owner_user)
    [single] = enrol(run, workers(shop, 1), business=shop, actor=owner_user)
    assert single.status == "enrolled", "a single person fits where the waiting group does not"


def test_a_group_with_one_person_who_may_not_come_makes_nothing(shop, owner_user):
    run, people = records.run(), workers(shop, 3)
    earlier = records.run(course=run.course)
    records.enrolment(earlier, "completed", who=people[1], by=owner_user)
    with pytest.raises(ValidationError, match=f"{people[1].name}: Sudah lulus pelatihan ini"):
        enrol(run, people, business=shop, actor=owner_user)
    assert not run.enrolments.exists()
    assert not EnrolmentGroup.objects.exists()


def test_the_owner_comes_from_the_register_and_is_made_once(shop, owner_user):
    owner = Owner.objects.get(ownerships__business=shop)
    Owner.objects.filter(pk=owner.pk).update(sex="female", phone="+6281234567890")
    owner.refresh_from_db()
    for run in (records.run(), records.run()):
        enrol(run, [owner], business=shop, actor=owner_user)
    made = Participant.objects.get(owner=owner)
    assert (made.name, made.nik, made.sex, made.phone) == (owner.name, owner.nik, "female", "+6281234567890")
    assert made.user == owner_user
    assert made.enrolments.count() == 2


def test_an_owner_without_what_is_needed_is_named(shop, owner_user):
    owner = Owner.objects.get(ownerships__business=shop)
    with pytest.raises(ValidationError, match=f"NIK atau jenis kelamin {owner.name} belum ada"):
        enrol(records.run(), [owner], business=shop, actor=owner_user)


def test_strangers_enrol_nobody(shop, stranger, owner_user, trainer_officer):
    run, who = records.run(), worker(shop)
    with pytest.raises(PermissionDenied):
        enrol(run, [who], business=shop, actor=stranger)
    other = registered(owner_user)
    with pytest.raises(ValidationError, match="bukan pekerja usaha ini"):
        enrol(run, [who], business=other, actor=owner_user)
    [made] = enrol(run, [who], business=shop, actor=trainer_officer)
    assert Message.objects.get().recipient == owner_user, "an official enrolled, the business is told"
    assert Consent.objects.get(subject=who.reference).channel == "counter"
    assert made.enrolled_by == trainer_officer


def test_a_person_sits_in_one_course_at_a_time(shop, owner_user):
    first, second = records.run(), records.run()
    records.session(span("2027-01-05", "09:00", "11:00"), run=first)
    records.session(span("2027-01-05", "10:00", "12:00"), run=second)
    who = worker(shop, name="Wahyu")
    enrol(first, [who], business=shop, actor=owner_user)
    with pytest.raises(ValidationError, match="Wahyu sudah mengikuti “Desain kemasan”") as refused:
        enrol(second, [who], business=shop, actor=owner_user)
    assert first.batch in refused.value.messages[0]
    second.refresh_from_db()
    assert second.seats_taken == 0


def test_who_stayed_away_twice_waits_behind_the_others(shop, owner_user):
    run = records.run(quota=1, reserve=5)
    enrol(run, [worker(shop)], business=shop, actor=owner_user)
    absent = worker(shop)
    for _ in range(2):
        records.enrolment(records.run(), "no_show", who=absent, by=owner_user)
    [behind] = enrol(run, [absent], business=shop, actor=owner_user)
    [later] = enrol(run, [worker(shop)], business=shop, actor=owner_user)
    assert (place_of(later).number, place_of(behind).number) == (1, 2)
    assert "2 kali tidak hadir" in " ".join(place_of(behind).reasons)
    cancel_enrolment(run.enrolments.get(status="enrolled"), actor=owner_user)
    later.refresh_from_db()
    assert later.status == "offered"


def test_absences_of_long_ago_no_longer_count(shop, owner_user):
    run = records.run(quota=1, reserve=5)
    enrol(run, [worker(shop)], business=shop, actor=owner_user)
    absent, old = worker(shop), timezone.localdate() - timedelta(days=800)
    for _ in range(2):
        records.enrolment(records.run(starts_on=old, ends_on=old), "no_show", who=absent, by=owner_user)
    [first] = enrol(run, [absent], business=shop, actor=owner_user)
    [second] = enrol(run, [worker(shop)], business=shop, actor=owner_user)
    assert (place_of(first).number, place_of(second).number) == (1, 2)


def test_each_sees_the_place_and_why(shop, owner_user):
    run = records.run(quota=1, reserve=5)
    enrol(run, [worker(shop)], business=shop, actor=owner_user)
    [single] = enrol(run, [worker(shop)], business=shop, actor=owner_user)
    group = enrol(run, workers(shop, 2), business=shop, actor=owner_user)
    assert (place_of(single).number, place_of(single).out_of) == (1, 3)
    assert place_of(single).reasons[0].startswith("Kursi sudah habis saat Anda mendaftar")
    assert [place_of(one).number for one in group] == [2, 3]
    assert "cukup untuk semua" in place_of(group[0]).reasons[-1]


def test_people_step_back_until_the_run_begins(shop, owner_user, trainer_officer):
    run = records.run()
    records.session(span("2027-01-05", "09:00", "11:00"), run=run)
    [made] = enrol(run, [worker(shop)], business=shop, actor=owner_user)
    import time_machine

    with (
        time_machine.travel(at("2027-01-05", "09:00"), tick=False),
        pytest.raises(ValidationError, match="sudah mulai"),
    ):
        cancel_enrolment(made, actor=owner_user)
    with time_machine.travel(at("2027-01-05", "08:59"), tick=False):
        gone = cancel_enrolment(made, actor=owner_user)
    assert gone.status == EnrolmentStatus.CANCELLED
    assert not ParticipantTime.objects.exists()
    run.refresh_from_db()
    assert run.seats_taken == 0
    with pytest.raises(StepError):
        cancel_enrolment(made, actor=owner_user)


def test_an_official_cancels_with_a_reason_that_is_told(shop, owner_user, stranger, trainer_officer):
    [made] = enrol(records.run(), [worker(shop)], business=shop, actor=owner_user)
    with pytest.raises(Enrolment.DoesNotExist):
        cancel_enrolment(made, actor=stranger)
    with pytest.raises(ValidationError, match="alasannya"):
        cancel_enrolment(made, actor=trainer_officer)
    cancel_enrolment(made, actor=trainer_officer, note="Sudah pindah kota.")
    assert "Sudah pindah kota." in Message.objects.filter(recipient=owner_user).first().body


def test_more_seats_are_offered_at_once_and_fewer_than_taken_are_refused(shop, owner_user, trainer_officer):
    run = records.run(quota=2, reserve=5)
    for _ in range(4):
        enrol(run, [worker(shop)], business=shop, actor=owner_user)
    with pytest.raises(ValidationError, match="2 kursi sudah terisi"):
        change_quota(run, 1, actor=trainer_officer)
    with pytest.raises(PermissionDenied):
        change_quota(run, 3, actor=owner_user)
    change_quota(run, 3, actor=trainer_officer)
    assert sorted(run.enrolments.values_list("status", flat=True)) == [
        "enrolled", "enrolled", "offered", "waiting",
    ]  # fmt: skip


def test_a_worker_is_typed_once_and_one_row(shop, owner_user):
    typed = {"name": "Wahyu Adi", "nik": records.nik(901), "sex": "male"}
    first = add_worker(shop, actor=owner_user, **typed)
    assert add_worker(shop, actor=owner_user, **typed | {"name": "wahyu  adi"}) == first
    with pytest.raises(ValidationError, match="nama lain"):
        add_worker(shop, actor=owner_user, **typed | {"name": "Orang Lain"})
    with pytest.raises(ValidationError, match="16 angka"):
        add_worker(shop, actor=owner_user, **typed | {"nik": "3374"})


def test_a_worker_moves_to_another_business_but_not_out_of_a_course(shop, owner_user, stranger):
    typed = {"name": "Wahyu Adi", "nik": records.nik(902), "sex": "male"}
    who = add_worker(shop, actor=owner_user, phone="+6281234567890", **typed)
    [made] = enrol(records.run(), [who], business=shop, actor=owner_user)
    other = registered(stranger)
    with pytest.raises(ValidationError, match="usaha lain"):
        add_worker(other, actor=stranger, **typed)
    cancel_enrolment(made, actor=owner_user)
    moved = add_worker(other, actor=stranger, **typed)
    assert (moved.pk, moved.business, moved.phone) == (who.pk, other, "")
    assert Enrolment.objects.visible_to(owner_user).get() == made, (
        "what was stays with the business of that time"
    )


def test_the_weights_are_frozen_once_registration_is_open():
    run = records.run(weights={"women": "1.5"})
    with pytest.raises(IntegrityError, match="training_run_weights_frozen"), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(weights={"women": "9"})
    with pytest.raises(IntegrityError, match="training_run_weights_frozen"), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(registration_from=timezone.now() + timedelta(days=3))
    run.weights = {"women": "9"}
    with pytest.raises(ValidationError, match="tidak dapat diubah lagi"):
        run.full_clean()
    later = records.run(registration_from=timezone.now() + timedelta(days=1), weights={"women": "1.5"})
    Run.objects.filter(pk=later.pk).update(weights={"women": "2"})
    draft = records.run("draft", weights={"women": "1.5"})
    Run.objects.filter(pk=draft.pk).update(weights={})
    draft.weights = {"tall": 2}
    with pytest.raises(ValidationError, match="tidak dikenal"):
        draft.full_clean()


def test_nothing_is_left_of_a_refused_entry(shop, owner_user):
    run = records.run(registration_until=timezone.now() - timedelta(minutes=1))
    with pytest.raises(ValidationError, match="tidak sedang dibuka"):
        enrol(run, [worker(shop)], business=shop, actor=owner_user)
    assert not StepLine.objects.exists()
    assert not Message.objects.exists()
