"""Planning, moving and cancelling sessions and runs: what is refused, what is offered instead, who is told."""

from datetime import date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.enums import Role
from core.dates import WIB
from core.indonesia import is_working_day
from core.models import Message, StepLine
from core.optimistic import StaleRecord
from core.slots import Slot
from core.workflow import StepError
from tests.training import records
from tests.training.records import at, span
from training.enums import RunStatus, SessionStatus
from training.models import ParticipantTime, Run, Session, Unavailability
from training.services.scheduling import (
    SlotTaken,
    cancel_run,
    cancel_session,
    change_run,
    clone_run,
    free_slots,
    make_run,
    move_session,
    plan_session,
    preview_clone,
    publish_run,
    shifted_days,
)
from training.slots import CLOSES, OPENS, nearest

pytestmark = pytest.mark.django_db

DAY = "2027-03-02"  # a Tuesday


def run(**fields):
    """A run with registration well before DAY."""
    return records.run(
        **{
            "starts_on": DAY,
            "ends_on": DAY,
            "registration_from": at("2027-01-04", "08:00"),
            "registration_until": at("2027-02-01", "16:00"),
        }
        | fields
    )


def plan(of, actor, day, begins, ends, **fields):
    made = {"room": None, "trainer": None} | fields
    return plan_session(
        of,
        actor=actor,
        starts_at=at(day, begins),
        ends_at=at(day, ends),
        room=made.pop("room") or records.room(),
        trainer=made.pop("trainer") or records.trainer(),
        **made,
    )


def values(**fields):
    return {
        "course": records.course(),
        "batch": "I",
        "starts_on": date(2027, 3, 1),
        "ends_on": date(2027, 3, 2),
        "quota": 20,
        "registration_from": at("2027-01-04", "08:00"),
        "registration_until": at("2027-02-01", "16:00"),
    } | fields


# --- Runs -------------------------------------------------------------------------------------------------------------


def test_a_run_is_made_changed_and_announced_by_officials_of_training_only(trainer_officer, owner_user):
    with pytest.raises(PermissionDenied):
        make_run(actor=owner_user, **values())
    made = make_run(actor=trainer_officer, **values())
    assert made.status == RunStatus.DRAFT
    changed = change_run(made, actor=trainer_officer, version=made.version, quota=25)
    assert changed.quota == 25
    with pytest.raises(StaleRecord):
        change_run(made, actor=trainer_officer, version=made.version, quota=30)
    plan(changed, trainer_officer, DAY, "09:00", "11:00")
    with pytest.raises(Run.DoesNotExist):
        publish_run(changed, actor=owner_user)
    announced = publish_run(changed, actor=trainer_officer)
    assert announced.status == RunStatus.PUBLISHED
    with pytest.raises(StepError):
        change_run(announced, actor=trainer_officer, version=announced.version, quota=30)
    with pytest.raises(StepError):
        publish_run(announced, actor=trainer_officer)


def test_a_run_without_a_schedule_or_with_late_registration_is_not_announced(trainer_officer):
    draft = run(status="draft", registration_until=at(DAY, "12:00"))
    with pytest.raises(ValidationError, match="Belum ada pertemuan"):
        publish_run(draft, actor=trainer_officer)
    plan(draft, trainer_officer, DAY, "09:00", "11:00")
    with pytest.raises(ValidationError, match="sebelum pertemuan pertama"):
        publish_run(draft, actor=trainer_officer)


def test_a_cancelled_run_cancels_its_sessions_and_seats_and_tells_everybody(trainer_officer, person):
    hopeful, seated = person(name="Harap"), person(name="Duduk")
    of = run()
    session = plan(of, trainer_officer, DAY, "09:00", "11:00")
    records.enrolment(of, "waiting", by=hopeful)
    records.enrolment(of, by=seated)
    with pytest.raises(ValidationError, match="alasannya"):
        cancel_run(of, actor=trainer_officer)
    cancelled = cancel_run(of, actor=trainer_officer, note="Pelatih sakit.")
    session.refresh_from_db()
    assert cancelled.status == RunStatus.CANCELLED
    assert (session.status, session.sequence) == (SessionStatus.CANCELLED, 1)
    assert set(of.enrolments.values_list("status", flat=True)) == {"cancelled"}
    assert cancelled.seats_taken == 0
    assert all(ParticipantTime.objects.values_list("is_cancelled", flat=True))
    for one in (hopeful, seated):
        assert "Pelatih sakit." in Message.objects.get(recipient=one).body


# --- Sessions ---------------------------------------------------------------------------------------------------------


def test_sessions_are_numbered_and_the_run_lasts_as_long_as_they_do(trainer_officer):
    of = run(status="draft")
    second = plan(of, trainer_officer, "2027-03-04", "09:00", "11:00")
    third = plan(of, trainer_officer, "2027-03-09", "09:00", "11:00")
    of.refresh_from_db()
    assert (second.number, third.number) == (1, 2)
    assert (of.starts_on, of.ends_on) == (date(2027, 3, 4), date(2027, 3, 9))
    move_session(
        third, actor=trainer_officer, starts_at=at("2027-03-03", "13:00"), ends_at=at("2027-03-03", "15:00")
    )
    of.refresh_from_db()
    assert (of.starts_on, of.ends_on) == (date(2027, 3, 3), date(2027, 3, 4))


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("trainer", "Pelatih ini sudah mengajar"),
        ("room", "Ruang ini sudah dipakai"),
        ("run", "Angkatan ini sudah bertemu"),
    ],
)
def test_the_loser_of_a_slot_gets_the_reason_and_three_free_ones(what, sentence, trainer_officer):
    first = plan(run(), trainer_officer, DAY, "09:00", "11:00")
    room = first.room if what == "room" else records.room(venue=first.venue)
    trainer = first.trainer if what == "trainer" else records.trainer()
    of = first.run if what == "run" else run()
    with pytest.raises(SlotTaken, match=sentence) as refused:
        plan(of, trainer_officer, DAY, "10:59", "12:59", room=room, trainer=trainer)
    slots = refused.value.slots
    assert slots[0] == Slot(at(DAY, "11:00"), at(DAY, "13:00"))
    assert len(slots) == 3
    assert "Selasa, 2 Maret 2027, 11.00–13.00 WIB" in refused.value.messages[0]
    for slot in slots:  # each of them is really free
        plan_session(
            of,
            actor=trainer_officer,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            room=room,
            trainer=trainer,
        )


def test_slots_keep_the_way_between_places_and_what_cannot_be_had(trainer_officer):
    first = plan(run(), trainer_officer, DAY, "09:00", "11:00")
    elsewhere = records.room()
    Unavailability.objects.create(trainer=first.trainer, during=span(DAY, "12:30", "14:00"))
    with pytest.raises(SlotTaken, match="belum sempat pindah") as refused:
        plan(run(), trainer_officer, DAY, "11:30", "12:30", room=elsewhere, trainer=first.trainer)
    assert refused.value.slots[0] == Slot(at(DAY, "14:00"), at(DAY, "15:00"))
    with pytest.raises(SlotTaken, match="tidak tersedia"):
        plan(run(), trainer_officer, DAY, "13:30", "15:00", trainer=first.trainer)


def test_slots_avoid_what_the_participants_already_attend(trainer_officer, owner_user):
    who = records.participant()
    other = plan(run(), trainer_officer, DAY, "09:00", "12:00").run
    records.enrolment(other, who=who, by=owner_user)
    of = run()
    records.enrolment(of, who=who, by=owner_user)
    with pytest.raises(SlotTaken, match="Ada peserta") as refused:
        plan(of, trainer_officer, DAY, "10:00", "11:00")
    assert {slot.starts_at for slot in refused.value.slots[:2]} == {at(DAY, "08:00"), at(DAY, "12:00")}
    made = plan(of, trainer_officer, DAY, "12:00", "13:00")
    assert made.participant_times.get().participant == who


def test_free_slots_are_found_with_few_queries(trainer_officer, django_assert_num_queries):
    first = plan(run(), trainer_officer, DAY, "09:00", "11:00")
    of, trainer, room = first.run, first.trainer, first.room
    with django_assert_num_queries(3):
        slots = free_slots(of, trainer, room, 120, at(DAY, "09:00"))
    assert len(slots) == 3


times = st.integers(0, 60 * 24 * 4)


@settings(max_examples=20, deadline=None)
@given(
    busy=st.lists(st.tuples(times, st.integers(1, 600)), max_size=25),
    near=times,
    minutes=st.sampled_from([30, 90, 120, 240]),
)
def test_the_nearest_slots_are_free_apart_in_office_hours_and_none_is_nearer(busy, near, minutes):
    start = datetime(2027, 3, 1, tzinfo=WIB)
    taken = [
        Slot(start + timedelta(minutes=begins), start + timedelta(minutes=begins + length))
        for begins, length in busy
    ]
    wanted = start + timedelta(minutes=near)
    found = nearest(taken, wanted, minutes, not_before=start, count=3)
    assert len(found) == 3
    for slot in found:
        assert is_working_day(slot.starts_at.date())
        assert OPENS <= slot.starts_at.time() < slot.ends_at.time() <= CLOSES
        assert not any(slot.overlaps(other) for other in taken)
    distances = [abs(slot.starts_at - wanted) for slot in found]
    assert distances == sorted(distances)
    assert not any(one.overlaps(other) for one in found for other in found if one is not other)
    moment = start
    while moment < start + timedelta(days=8):
        slot = Slot(moment, moment + timedelta(minutes=minutes))
        if (
            is_working_day(moment.date())
            and moment.time() >= OPENS
            and moment.date() == slot.ends_at.date()
            and slot.ends_at.time() <= CLOSES
            and not any(slot.overlaps(other) for other in taken)
        ):
            assert abs(moment - wanted) >= distances[0]
        moment += timedelta(minutes=30)


def test_a_session_is_not_planned_in_the_past_nor_where_it_does_not_fit(trainer_officer, owner_user):
    of = run(quota=40)
    with pytest.raises(ValidationError) as refused:
        plan(of, trainer_officer, "2020-01-02", "09:00", "11:00", trainer=records.trainer(topics=["finance"]))
    assert set(refused.value.error_dict) == {"starts_at", "room", "trainer"}
    with pytest.raises(ValidationError, match="sesudah jam mulai"):
        plan(run(), trainer_officer, DAY, "11:00", "11:00")
    with pytest.raises(PermissionDenied):
        plan(run(), owner_user, DAY, "09:00", "11:00")
    with pytest.raises(StepError, match="Selesai"):
        plan(run(status="completed"), trainer_officer, DAY, "09:00", "11:00")


def test_who_sits_in_a_moved_session_is_told_old_and_new(trainer_officer, person):
    who, teaches = person(name="Peserta"), person(name="Pengajar")
    of = run()
    session = plan(of, trainer_officer, DAY, "09:00", "11:00", trainer=records.trainer(user=teaches))
    records.enrolment(of, by=who)
    Message.objects.all().delete()
    moved = move_session(
        session,
        actor=trainer_officer,
        starts_at=at(DAY, "13:00"),
        ends_at=at(DAY, "15:00"),
        note="Ruang dipakai rapat.",
    )
    assert moved.sequence == 1
    assert moved.participant_times.get().during == moved.during
    for one in (who, teaches):
        body = Message.objects.get(recipient=one).body
        assert "13.00–15.00" in body
        assert "09.00–11.00" in body
        assert "Ruang dipakai rapat." in body
    again = move_session(
        moved,
        actor=trainer_officer,
        starts_at=at(DAY, "13:00"),
        ends_at=at(DAY, "15:00"),
        version=moved.version,
    )
    assert again.sequence == 1
    assert Message.objects.count() == 2
    with pytest.raises(StaleRecord):
        move_session(
            session,
            actor=trainer_officer,
            starts_at=at(DAY, "08:00"),
            ends_at=at(DAY, "09:00"),
            version=session.version,
        )


def test_drafts_move_without_telling_anybody(trainer_officer):
    of = run(status="draft")
    session = plan(of, trainer_officer, DAY, "09:00", "11:00", trainer=records.trainer(user=trainer_officer))
    move_session(session, actor=trainer_officer, starts_at=at(DAY, "10:00"), ends_at=at(DAY, "12:00"))
    cancel_session(session, actor=trainer_officer, note="Tidak jadi.")
    assert not Message.objects.exists()


def test_a_cancelled_session_frees_its_time_and_stays_cancelled(trainer_officer, owner_user):
    of = run()
    session = plan(of, trainer_officer, DAY, "09:00", "11:00")
    records.enrolment(of, by=owner_user)
    with pytest.raises(ValidationError, match="alasannya"):
        cancel_session(session, actor=trainer_officer, note=" ")
    cancel_session(session, actor=trainer_officer, note="Listrik padam.")
    assert "Listrik padam." in Message.objects.get(recipient=owner_user).body
    with pytest.raises(StepError):
        move_session(session, actor=trainer_officer, starts_at=at(DAY, "13:00"), ends_at=at(DAY, "14:00"))
    plan(run(), trainer_officer, DAY, "09:00", "11:00", room=session.room, trainer=session.trainer)


def test_a_move_onto_others_changes_nothing(trainer_officer):
    first = plan(run(), trainer_officer, DAY, "09:00", "11:00")
    second = plan(run(), trainer_officer, DAY, "11:00", "12:00", room=first.room, trainer=first.trainer)
    with pytest.raises(SlotTaken):
        move_session(second, actor=trainer_officer, starts_at=at(DAY, "10:30"), ends_at=at(DAY, "11:30"))
    second.refresh_from_db()
    assert (second.during.lower, second.sequence) == (at(DAY, "11:00"), 0)
    # Half an hour later overlaps only the session itself.
    move_session(second, actor=trainer_officer, starts_at=at(DAY, "11:30"), ends_at=at(DAY, "12:30"))


def test_equipment_is_refused_with_slots_in_which_it_is_free(trainer_officer):
    thing = records.equipment()
    plan(run(), trainer_officer, DAY, "09:00", "11:00", equipment=[thing])
    with pytest.raises(SlotTaken, match="Peralatan") as refused:
        plan(run(), trainer_officer, DAY, "10:00", "12:00", equipment=[thing])
    assert refused.value.slots[0].starts_at == at(DAY, "11:00")
    assert Session.objects.count() == 1


# --- Two at once ------------------------------------------------------------------------------------------------------


def race(actors, trainer, rooms):
    """Two officers plan the same trainer at the same time; what each got."""
    barrier, outcome = Barrier(2), []
    runs = [run(), run()]

    def work(actor, of, room):
        barrier.wait()
        try:
            plan(of, actor, DAY, "09:00", "11:00", room=room, trainer=trainer)
        except SlotTaken as error:
            outcome.append(error.rule)
        else:
            outcome.append("planned")
        finally:
            connection.close()

    threads = [Thread(target=work, args=args) for args in zip(actors, runs, rooms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcome)


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_plan_the_same_trainer_at_once_plan_one_session(person):
    actors = [person(Role.TRAINING_OFFICER), person(Role.TRAINING_OFFICER)]
    place = records.venue()
    rooms = [records.room(venue=place), records.room(venue=place)]
    rule = "training_session_trainer_once"
    assert race(actors, records.trainer(), rooms) == ["planned", rule]
    Session.objects.all().delete()
    # Without the database's rule both would have it: nothing else stands in the way.
    constraint = next(one for one in Session._meta.constraints if one.name == rule)
    with connection.schema_editor() as editor:
        editor.remove_constraint(Session, constraint)
    try:
        assert race(actors, records.trainer(), rooms) == ["planned", "planned"]
    finally:
        Session.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Session, constraint)


# --- Copies -----------------------------------------------------------------------------------------------------------


def test_days_of_a_copy_avoid_weekends_and_holidays_and_stay_in_order():
    days = [date(2026, 12, 1), date(2026, 12, 2), date(2026, 12, 3), date(2026, 12, 10)]
    moved = shifted_days(days, date(2026, 12, 24))
    # 24 December is collective leave, 25 Christmas, then the weekend; 31 December would come before 1 January.
    assert list(moved.values()) == sorted(set(moved.values()))
    assert all(is_working_day(day) for day in moved.values())
    assert moved[days[0]] >= date(2026, 12, 24)


def test_a_copy_is_shown_first_and_made_as_shown(trainer_officer):
    of = run(quota=15, honorarium=1_000_000, cost_per_seat=75_000)
    first = plan(of, trainer_officer, DAY, "09:00", "11:00", title="Bahan")
    plan(of, trainer_officer, "2027-03-03", "09:00", "11:00", room=first.room, trainer=first.trainer)
    of.refresh_from_db()
    # A Friday: the second day falls on a Saturday and goes on to Monday.
    shown = preview_clone(of, date(2027, 4, 2))
    assert [one.starts_at for one in shown] == [at("2027-04-02", "09:00"), at("2027-04-05", "09:00")]
    assert [one.is_shifted for one in shown] == [False, True]
    made = clone_run(of, actor=trainer_officer, batch="Angkatan lain", starts_on=date(2027, 4, 2))
    assert (made.status, made.quota, made.cloned_from) == (RunStatus.DRAFT, 15, of)
    assert (made.honorarium, made.cost_per_seat, made.cost) == (1_000_000, 75_000, 2_125_000)
    assert made.registration_until == of.registration_until + timedelta(days=31)
    assert [one.during.lower for one in made.sessions.order_by("number")] == [one.starts_at for one in shown]
    assert made.sessions.get(number=1).title == "Bahan"
    assert StepLine.objects.filter(object_id=made.pk, step="make").exists()


def test_a_copy_onto_others_is_refused_whole_with_each_reason(trainer_officer):
    of = run()
    first = plan(of, trainer_officer, DAY, "09:00", "11:00")
    plan(run(), trainer_officer, "2027-04-06", "10:00", "12:00", room=first.room)
    of.refresh_from_db()
    shown = preview_clone(of, date(2027, 4, 6))
    assert "tidak kosong" in shown[0].problem
    before = Run.objects.count()
    with pytest.raises(ValidationError, match="Ruang ini sudah dipakai"):
        clone_run(of, actor=trainer_officer, batch="Lain", starts_on=date(2027, 4, 6))
    assert Run.objects.count() == before
