"""Each rule of the tables of training, provoked by its name, through SQL as through the ORM."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from tests.training import records
from tests.training.records import span
from training.models import Enrolment, ParticipantTime, Session, SessionEquipment, Unavailability

pytestmark = pytest.mark.django_db

DAY = "2026-12-01"


def refused(name):
    return pytest.raises(IntegrityError, match=name)


@pytest.mark.parametrize(
    ("what", "rule"), [("trainer", "training_session_trainer_once"), ("room", "training_session_room_once")]
)
def test_one_second_of_overlap_is_refused_and_back_to_back_is_not(what, rule):
    first = records.session(span(DAY, "09:00:00", "11:00:00"))
    shared = {what: getattr(first, what)}
    if what == "trainer":
        shared["room"] = records.room(venue=first.room.venue)
    with refused(rule), transaction.atomic():
        records.session(span(DAY, "10:59:59", "12:00:00"), **shared)
    records.session(span(DAY, "11:00:00", "12:00:00"), **shared)
    later = records.session(span("2026-12-02", "09:00", "10:00"), **shared)
    with refused(rule), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE training_session SET during = %s WHERE id = %s", [first.during, later.pk])
    Session.objects.filter(pk=first.pk).update(status="cancelled")
    records.session(span(DAY, "09:30", "10:00"), **shared)


def test_a_run_does_not_meet_twice_at_once():
    first = records.session(span(DAY, "09:00", "11:00"))
    with refused("training_session_run_once"), transaction.atomic():
        records.session(span(DAY, "10:00", "12:00"), run=first.run)


def test_a_trainer_needs_time_to_travel_between_places():
    first = records.session(span(DAY, "09:00", "11:00"))
    with refused("training_session_trainer_needs_travel"), transaction.atomic():
        records.session(span(DAY, "11:30", "12:30"), trainer=first.trainer)
    records.session(span(DAY, "12:00", "13:00"), trainer=first.trainer)


def test_equipment_is_used_once_at_a_time_and_moves_with_its_session():
    thing = records.equipment()
    first = records.session(span(DAY, "09:00", "11:00"))
    second = records.session(span(DAY, "11:00", "12:00"))
    for session in (first, second):
        SessionEquipment.objects.create(session=session, equipment=thing)
    with refused("training_sessionequipment_once_at_a_time"), transaction.atomic():
        Session.objects.filter(pk=second.pk).update(during=span(DAY, "10:00", "12:00"))
    Session.objects.filter(pk=first.pk).update(status="cancelled")
    Session.objects.filter(pk=second.pk).update(during=span(DAY, "10:00", "12:00"))


def test_a_person_sits_in_one_session_at_a_time(owner_user):
    first = records.session(span(DAY, "09:00", "11:00"))
    second = records.session(span(DAY, "10:00", "12:00"))
    who = records.participant()
    records.enrolment(first.run, who=who, by=owner_user)
    with refused("training_participanttime_once_at_a_time"), transaction.atomic():
        records.enrolment(second.run, who=who, by=owner_user)
    Session.objects.filter(pk=second.pk).update(during=span(DAY, "11:00", "12:00"))
    records.enrolment(second.run, who=who, by=owner_user)
    with refused("training_participanttime_once_at_a_time"), transaction.atomic():
        Session.objects.filter(pk=second.pk).update(during=span(DAY, "10:59:59", "12:00"))
    assert ParticipantTime.objects.count() == 2


def test_a_session_keeps_clear_of_what_cannot_be_had():
    trainer, room = records.trainer(), records.room()
    Unavailability.objects.create(trainer=trainer, during=span(DAY, "08:00", "10:00"))
    Unavailability.objects.create(room=room, during=span(DAY, "13:00", "15:00"))
    with refused("training_session_within_availability"), transaction.atomic():
        records.session(span(DAY, "09:00", "11:00"), trainer=trainer)
    with refused("training_session_within_availability"), transaction.atomic():
        records.session(span(DAY, "14:59:59", "16:00"), room=room)
    records.session(span(DAY, "10:00", "13:00"), trainer=trainer, room=room)


def test_seats_are_counted_by_the_database_and_never_exceed_the_quota(owner_user):
    run = records.run(quota=2)
    made = [records.enrolment(run, by=owner_user) for _ in range(2)]
    with refused("training_run_seats_within_quota"), transaction.atomic():
        records.enrolment(run, by=owner_user)
    records.enrolment(run, "waiting", by=owner_user)
    with refused("training_run_seats_within_quota"), transaction.atomic():
        Enrolment.objects.filter(status="waiting").update(status="enrolled")
    Enrolment.objects.filter(pk=made[0].pk).update(status="cancelled")
    run.refresh_from_db()
    assert (run.seats_taken, run.seats_free) == (1, 1)
    Enrolment.objects.filter(status="waiting").update(status="enrolled")
    run.refresh_from_db()
    assert run.seats_taken == 2


def test_a_person_has_one_active_enrolment_in_a_run(owner_user):
    run, who = records.run(), records.participant()
    first = records.enrolment(run, "applied", who=who, by=owner_user)
    with refused("training_enrolment_once_a_person"), transaction.atomic():
        records.enrolment(run, "waiting", who=who, by=owner_user)
    Enrolment.objects.filter(pk=first.pk).update(status="cancelled")
    records.enrolment(run, "waiting", who=who, by=owner_user)


def test_a_person_is_one_row_by_nik():
    records.participant(nik=records.nik(500))
    with refused("training_participant_nik_once"), transaction.atomic():
        records.participant(nik=records.nik(500))


def test_a_form_gets_the_sentence_of_the_rule():
    first = records.session(span(DAY, "09:00", "11:00"))
    second = Session(
        run=records.run(),
        number=1,
        room=first.room,
        trainer=records.trainer(),
        during=span(DAY, "10:00", "12:00"),
    )
    with pytest.raises(ValidationError, match="Ruang ini sudah dipakai pada waktu itu"):
        second.full_clean()
