"""Many people press "Kirim" for a few seats at once, each with a browser and a connection of their own."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from accounts.services import grant_role
from ikm.enums import RepresentativeKind, RepresentativeStatus
from ikm.models import Representative
from tests.training import records
from tests.training.enrolling import consent_text, registered, workers
from training.models import Enrolment, ParticipantTime
from training.selectors import findings_for

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 16


def people(count):
    """So many entrepreneurs, each with a business and a worker."""
    made = []
    for number in range(count):
        user = User.objects.create(email=f"serbu{number}@contoh.id", name=f"Penyerbu {number}")
        grant_role(user, Role.ENTREPRENEUR)
        shop = registered(user)
        made.append((user, shop, workers(shop, 1)[0]))
    return made


def browser(user):
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def press(client, run, shop, who):
    """The status of the answer: 302 to a receipt, 400 with a sentence."""
    try:
        return client.post(
            reverse("enrol_check", args=[run.reference, shop.reference]),
            {"orang": who.reference, "agree": "on"},
        ).status_code
    finally:
        connections.close_all()


def storm(calls):
    """All calls, at most AT_ONCE in flight."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda call: call(), calls))


def counts(run):
    run.refresh_from_db()
    enrolled = run.enrolments.filter(status="enrolled").count()
    waiting = list(
        run.enrolments.filter(status="waiting").order_by("position").values_list("position", flat=True)
    )
    return run.seats_taken, enrolled, waiting


def rush(posts, *, seats=20, reserve=10):
    consent_text()
    run = records.run(quota=seats, reserve=reserve)
    calls = []
    for user, shop, who in people(posts):
        client = browser(user)
        calls.append(lambda client=client, shop=shop, who=who: press(client, run, shop, who))
    statuses = storm(calls)
    assert counts(run) == (seats, seats, list(range(1, reserve + 1)))
    assert (statuses.count(302), statuses.count(400)) == (seats + reserve, posts - seats - reserve)
    return statuses


def test_forty_presses_for_twenty_seats_fill_exactly_twenty():
    rush(40)


@pytest.mark.drill
def test_five_hundred_presses_for_twenty_seats_fill_exactly_twenty():
    from tests.drills.conftest import say

    statuses = rush(500)
    say(
        "no seat is given twice",
        f"{len(statuses)} posts through the web for 20 seats and 10 waiting places, {AT_ONCE} at once",
        f"{statuses.count(302)} accepted, {statuses.count(400)} refused, counter = rows",
    )


def test_four_presses_a_person_make_one_row_a_person():
    consent_text()
    run = records.run(quota=20)
    calls = []
    for user, shop, who in people(10):
        for _ in range(4):
            client = browser(user)
            calls.append(lambda client=client, shop=shop, who=who: press(client, run, shop, who))
    assert storm(calls) == [302] * 40, "every one of them leads to the receipt"
    assert counts(run) == (10, 10, [])


@pytest.mark.parametrize("guarded", [False, True], ids=["unguarded", "guarded"])
def test_checking_first_and_writing_then_oversells_unless_the_database_counts(guarded):
    """The control: a careless service, with the count and the check of the database off and on."""
    consent_text()
    run = records.run(quota=2)
    three = people(3)
    if not guarded:
        _execute("ALTER TABLE training_enrolment DISABLE TRIGGER USER")
    try:
        all_looked = threading.Barrier(3)

        def careless(user, shop, who):
            try:
                free = run.quota - Enrolment.objects.filter(run=run, status="enrolled").count()
                assert all(finding.passed for finding in findings_for(run, shop, [who])[0])
                all_looked.wait(10)
                if free:
                    Enrolment.objects.create(
                        run=run, participant=who, business=shop, status="enrolled", enrolled_by=user
                    )
            except Exception as error:
                return str(error)
            finally:
                connections.close_all()
            return ""

        errors = [one for one in storm([lambda one=one: careless(*one) for one in three]) if one]
    finally:
        if not guarded:
            _execute("ALTER TABLE training_enrolment ENABLE TRIGGER USER")
    assert Enrolment.objects.filter(run=run, status="enrolled").count() == (2 if guarded else 3)
    assert len(errors) == (1 if guarded else 0)
    assert all("training_run_seats_within_quota" in one for one in errors)


def _execute(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("guarded", [False, True], ids=["unguarded", "guarded"])
def test_a_person_is_not_seated_in_two_courses_at_once_however_fast(guarded):
    """The control: the same presses without the database's rule seat the person in all four."""
    consent_text()
    [(user, shop, who)] = people(1)
    runs = [records.run() for _ in range(4)]
    for run in runs:
        records.session(records.span("2027-01-05", "09:00", "11:00"), run=run)
    rule = next(
        one
        for one in ParticipantTime._meta.constraints
        if one.name == "training_participanttime_once_at_a_time"
    )
    if not guarded:
        with connection.schema_editor() as editor:
            editor.remove_constraint(ParticipantTime, rule)
    try:
        statuses = storm([lambda run=run: press(browser(user), run, shop, who) for run in runs])
        assert sorted(statuses) == ([302, 400, 400, 400] if guarded else [302] * 4)
        seats = Enrolment.objects.filter(participant=who, status="enrolled").count()
        assert seats == statuses.count(302)
    finally:
        if not guarded:
            ParticipantTime.objects.all().delete()
            with connection.schema_editor() as editor:
                editor.add_constraint(ParticipantTime, rule)


def test_a_new_owner_enrolled_in_many_runs_at_once_is_one_participant():
    consent_text()
    [(user, shop, _worker)] = people(1)
    owner = shop.ownerships.get().owner
    owner.sex = "female"
    owner.save()
    assert Representative.objects.filter(
        user=user, kind=RepresentativeKind.OWNER, status=RepresentativeStatus.APPROVED
    ).exists()
    runs = [records.run() for _ in range(6)]
    assert storm([lambda run=run: press(browser(user), run, shop, owner) for run in runs]) == [302] * 6
    assert owner.participants.count() == 1
