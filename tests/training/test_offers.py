import threading
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connections
from django.utils import timezone

from core.models import Message
from core.workflow import StepError, history
from tests.training import records
from tests.training.enrolling import consent_text, registered, worker, workers
from tests.training.records import span
from training.models import Enrolment, ParticipantTime, Run
from training.services import offers
from training.services.enrolments import cancel_enrolment, enrol, seat_participant
from training.services.offers import (
    accept_offer,
    decline_offer,
    expire_offers,
    hash_token,
    offer_next,
    offer_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _text(db):
    consent_text()


@pytest.fixture
def shop(owner_user):
    return registered(owner_user)


@pytest.fixture
def full(shop, owner_user):
    """A run with one seat that is taken, and three people waiting."""
    run = records.run(quota=1, reserve=9)
    records.session(span("2027-01-05", "09:00", "11:00"), run=run)
    for _ in range(4):
        enrol(run, [worker(shop)], business=shop, actor=owner_user)
    return run


def statuses(run):
    return list(run.enrolments.order_by("id").values_list("status", flat=True))


def link_of(message):
    return message.link.rstrip("/").rsplit("/", 1)[-1]


def free_a_seat(run, actor):
    cancel_enrolment(run.enrolments.get(status="enrolled"), actor=actor)
    return link_of(Message.objects.filter(title__startswith="Ada kursi kosong").first())


def test_a_freed_seat_is_offered_to_the_first_who_waits(full, owner_user):
    token = free_a_seat(full, owner_user)
    assert statuses(full) == ["cancelled", "offered", "waiting", "waiting"]
    offered = full.enrolments.get(status="offered")
    assert offered.offer_token == hash_token(token) != token
    assert timedelta(hours=23) < offered.offered_until - timezone.now() <= timedelta(hours=24)
    full.refresh_from_db()
    assert full.seats_taken == 1, "the seat is held for the person"


def test_the_link_takes_the_seat_once_without_signing_in(full, owner_user):
    token = free_a_seat(full, owner_user)
    [taken] = accept_offer(offer_of(token)[0])
    assert accept_offer(offer_of(token)[0])[0].pk == taken.pk
    assert statuses(full) == ["cancelled", "enrolled", "waiting", "waiting"]
    assert ParticipantTime.objects.filter(participant=taken.participant).count() == 1
    assert history(taken).last().note == "lewat tautan tawaran"
    with pytest.raises(StepError):
        decline_offer(offer_of(token)[0])


def test_a_declined_seat_goes_to_the_next_at_once(full, owner_user):
    token = free_a_seat(full, owner_user)
    decline_offer(offer_of(token)[0])
    assert decline_offer(offer_of(token)[0])[0].status == "declined"
    assert statuses(full) == ["cancelled", "declined", "offered", "waiting"]
    with pytest.raises(StepError, match="sudah berakhir"):
        accept_offer(offer_of(token)[0])


def test_an_offer_nobody_answers_goes_on(full, owner_user):
    token = free_a_seat(full, owner_user)
    until = full.enrolments.get(status="offered").offered_until
    assert expire_offers(until - timedelta(seconds=1)) == (0, 0)
    with time_machine.travel(until, tick=False):
        with pytest.raises(StepError, match="sudah berakhir"):
            accept_offer(offer_of(token)[0])
        assert expire_offers() == (1, 1)
    assert statuses(full) == ["cancelled", "declined", "offered", "waiting"]
    assert Message.objects.filter(title__contains="lewat waktu").count() == 1


def test_the_worker_also_fills_seats_that_became_free_by_another_door(full):
    Run.objects.filter(pk=full.pk).update(quota=3)
    call_command("work_offers")
    assert statuses(full) == ["enrolled", "offered", "offered", "waiting"]


def test_an_offer_ends_when_the_run_begins_and_none_is_made_afterwards(full, owner_user):
    with time_machine.travel(records.at("2027-01-05", "03:00"), tick=False):
        cancel_enrolment(full.enrolments.get(status="enrolled"), actor=owner_user)
        assert full.enrolments.get(status="offered").offered_until == records.at("2027-01-05", "09:00")
    with time_machine.travel(records.at("2027-01-05", "09:00"), tick=False):
        assert expire_offers() == (1, 0)
        assert offer_next(full) == []


def test_only_who_sees_the_enrolment_answers_when_signed_in(full, owner_user, stranger, partner):
    free_a_seat(full, owner_user)
    offered = full.enrolments.get(status="offered")
    with pytest.raises(Enrolment.DoesNotExist):
        accept_offer(offered, actor=stranger)
    with pytest.raises(PermissionDenied):
        accept_offer(offered, actor=partner)
    assert accept_offer(offered, actor=owner_user)[0].status == "enrolled"


def test_a_group_is_offered_seats_when_there_are_enough_for_all(shop, owner_user):
    run = records.run(quota=3, reserve=9)
    first = [enrol(run, [worker(shop)], business=shop, actor=owner_user)[0] for _ in range(3)]
    group = enrol(run, workers(shop, 2), business=shop, actor=owner_user)
    [single] = enrol(run, [worker(shop)], business=shop, actor=owner_user)
    cancel_enrolment(first[0], actor=owner_user)
    single.refresh_from_db()
    assert single.status == "offered", "one seat is too few for the group, so the next goes first"
    cancel_enrolment(first[1], actor=owner_user)
    assert set(run.enrolments.filter(group=group[0].group).values_list("status", flat=True)) == {"waiting"}
    cancel_enrolment(first[2], actor=owner_user)
    offered = list(run.enrolments.filter(group=group[0].group))
    assert {one.status for one in offered} == {"offered"}
    assert len({one.offer_token for one in offered}) == 1
    accept_offer(offered[1], actor=owner_user)
    assert set(run.enrolments.filter(group=group[0].group).values_list("status", flat=True)) == {"enrolled"}


def test_who_meanwhile_sits_elsewhere_hears_which_course_it_is(full, shop, owner_user):
    token = free_a_seat(full, owner_user)
    other = records.run(course=records.course(title="Pemasaran daring"))
    records.session(span("2027-01-05", "10:00", "12:00"), run=other)
    [offered] = offer_of(token)
    enrol(other, [offered.participant], business=shop, actor=owner_user)
    with pytest.raises(ValidationError, match="Pemasaran daring"):
        accept_offer(offered)
    assert statuses(full)[1] == "offered"


@pytest.mark.parametrize(("answer", "times"), [(accept_offer, 2), (decline_offer, 0)])
def test_a_session_planned_while_the_seat_was_offered_counts_once(full, owner_user, answer, times):
    token = free_a_seat(full, owner_user)
    [offered] = offer_of(token)
    later = records.session(span("2027-01-06", "09:00", "11:00"), run=full)
    ParticipantTime.objects.create(participant=offered.participant, enrolment=offered, session=later)
    answer(offered)
    assert ParticipantTime.objects.filter(participant=offered.participant).count() == times


def test_an_official_gives_a_seat_out_of_turn_for_a_reason(full, trainer_officer):
    last = full.enrolments.order_by("-id").first()
    with pytest.raises(StepError, match="Tidak ada kursi kosong"):
        seat_participant(last, actor=trainer_officer, note="Pelatih pendamping.")
    Run.objects.filter(pk=full.pk).update(quota=2)
    with pytest.raises(ValidationError, match="alasannya"):
        seat_participant(last, actor=trainer_officer, note=" ")
    seated = seat_participant(last, actor=trainer_officer, note="Pelatih pendamping.")
    assert (seated.status, seated.reason) == ("enrolled", "Pelatih pendamping.")


def at_once(*calls):
    """Results or exceptions of calls that begin together, each on a connection of its own."""
    start, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number, call):
        start.wait()
        try:
            results[number] = call()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_two_people_and_one_seat_make_one_offer(full, owner_user):
    Run.objects.filter(pk=full.pk).update(quota=2)
    made = at_once(*[lambda: offer_next(full)] * 4)
    assert sum(len(one) for one in made) == 1
    assert statuses(full).count("offered") == 1


@pytest.mark.django_db(transaction=True)
def test_the_last_second_answer_and_the_worker_do_not_both_win(full, owner_user):
    token = free_a_seat(full, owner_user)
    until = full.enrolments.get(status="offered").offered_until
    results = at_once(
        lambda: accept_offer(offer_of(token)[0]), lambda: expire_offers(until + timedelta(seconds=1))
    )
    won = not isinstance(results[0], Exception)
    assert statuses(full)[1] == ("enrolled" if won else "declined")
    assert statuses(full).count("offered") == (0 if won else 1)
    full.refresh_from_db()
    assert full.seats_taken == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_of_the_run_one_seat_is_offered_twice(full, monkeypatch):
    """The control. The same person gets two offers, or the second person's is stopped by the count in the database."""
    Run.objects.filter(pk=full.pk).update(quota=2)
    both_read = threading.Barrier(2)

    def careless(run):
        found = Run.objects.get(pk=run.pk)
        both_read.wait(10)
        return found

    monkeypatch.setattr(offers, "lock_run", careless)
    results = at_once(*[lambda: offer_next(full)] * 2)
    told = Message.objects.filter(title__startswith="Ada kursi kosong").count()
    assert told == 2 or any(isinstance(one, IntegrityError) for one in results)
    full.refresh_from_db()
    assert full.seats_taken <= full.quota
