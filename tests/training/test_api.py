"""The training API: who may, refusals at once, idempotent replays, and bodies that try to set what they may not."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import icalendar
import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import ApiToken, User
from accounts.services import grant_role
from tests.ikm.api_clients import assert_problem
from tests.training import records
from tests.training.enrolling import consent_text, registered, worker
from training.models import Enrolment, Participant, Session

pytestmark = pytest.mark.django_db
API = "/api/v1/training/"
COURSES, RUNS, SESSIONS, ENROLMENTS, CALENDAR = (
    f"{API}{name}/" for name in ("courses", "runs", "sessions", "enrolments", "calendar")
)


def send(client, path, body, method="post", **headers):
    return getattr(client, method)(path, json.dumps(body), content_type="application/json", headers=headers)


def references(answer):
    assert answer.status_code == 200, answer.content
    return [row["reference"] for row in answer.json()["results"]]


def enrol_body(run, shop, *people, **fields):
    return {
        "run": run.reference,
        "business": shop.reference,
        "people": [one.reference for one in people],
        "agree": True,
    } | fields


def post(client, body, key="kunci-1"):
    return send(client, ENROLMENTS, body, **{"Idempotency-Key": key})


@pytest.fixture
def owner(person):
    consent_text()
    return person(name="Siti Pemilik")


@pytest.fixture
def shop(owner):
    return registered(owner)


@pytest.fixture
def client(owner, api):
    return api(owner)


# --- What everybody reads -----------------------------------------------------------------------------------------------


def test_courses_and_runs_are_public_and_drafts_are_not(api, trainer_officer):
    first = records.course(title="Dasar kemasan")
    run = records.run(course=first, quota=20)
    first.opens.add(run.course)
    records.session(records.span("2027-03-02", "09:00", "11:00"), run=run)
    draft = records.run("draft")
    gone = records.course(is_active=False)
    assert references(api().get(RUNS)) == [run.reference]
    assert references(api(trainer_officer).get(RUNS)) == [run.reference, draft.reference]
    assert_problem(api().get(f"{RUNS}{draft.reference}/"), 404)
    assert gone.code not in [row["code"] for row in api().get(COURSES).json()["results"]]
    assert_problem(api().get(f"{COURSES}{gone.code}/"), 404)
    answer = api().get(f"{RUNS}{run.reference}/")
    body = answer.json()
    assert body["seats"] == {"quota": 20, "taken": 0, "left": 20, "reserve": 20}
    assert (body["registration"], body["course"]["code"]) == ("open", first.code)
    (meeting,) = body["sessions"]
    assert (meeting["starts_at"], meeting["number"]) == ("2027-03-02T02:00:00.000000Z", 1)
    same = api().get(f"{RUNS}{run.reference}/", headers={"If-None-Match": answer["ETag"]})
    assert same.status_code == 304
    assert api().get(f"{COURSES}{first.code}/").json()["prerequisites"] == [first.code]
    for path in (ENROLMENTS, SESSIONS, f"{ENROLMENTS}people/"):
        assert_problem(api().get(path), 401)


def test_runs_are_filtered_and_paged(api):
    made = [records.run() for _n in range(3)]
    digital = records.run(course=records.course(topic="digital"))
    later = records.run(starts_on="2031-05-04", ends_on="2031-06-02")
    assert references(api().get(RUNS, {"topic": "digital"})) == [digital.reference]
    assert references(api().get(RUNS, {"course": digital.course.code})) == [digital.reference]
    for month in ("2031-05", "2031-06"):
        assert references(api().get(RUNS, {"month": month})) == [later.reference]
    assert references(api().get(RUNS, {"month": "2031-07"})) == []
    assert references(api().get(RUNS, {"status": "cancelled"})) == []
    for query in ({"month": "mei"}, {"topic": "lain"}, {"status": "lain"}, {"bulan": "2031-05"}):
        assert_problem(api().get(RUNS, query), 400)
    first = api().get(RUNS, {"limit": 2, "topic": "packaging"}).json()
    second = api().get(first["next"]).json()
    assert [row["reference"] for row in (*first["results"], *second["results"])] == [
        one.reference for one in (*made, later)
    ]
    changed = api().get(RUNS, {"modified_since": "2020-01-01T00:00:00+07:00", "limit": 2}).json()
    assert changed["meta"]["next_modified_since"]


def test_the_calendar_is_that_of_the_feed(api):
    now = timezone.now()
    run = records.run(course=records.course(topic="digital"))
    soon = records.session((now + timedelta(days=3), now + timedelta(days=3, hours=2)), run=run)
    moved = records.session((now + timedelta(days=9), now + timedelta(days=9, hours=2)), run=run)
    Session.objects.filter(pk=moved.pk).update(status="cancelled", sequence=1)
    records.session((now + timedelta(days=4), now + timedelta(days=4, hours=2)), run=records.run("draft"))
    records.session((now + timedelta(days=60), now + timedelta(days=60, hours=2)))
    body = api().get(CALENDAR).json()
    assert [one["session"] for one in body["events"]] == [soon.reference, moved.reference]
    feed = icalendar.Calendar.from_ical(api().get(reverse("training_calendar_ics")).content)
    there = {str(one["uid"]): one for one in feed.walk("VEVENT")}
    for event in body["events"]:
        one = there[event["uid"]]
        assert one["sequence"] == event["sequence"]
        assert one["dtstart"].dt == datetime.fromisoformat(event["starts_at"]).replace(microsecond=0)
        assert (one["status"] == "CANCELLED") is (event["status"] == "cancelled")
    assert body["ics"].endswith("/pelatihan/kalender.ics")
    assert api().get(CALENDAR, {"topic": "finance"}).json()["events"] == []
    far = (timezone.localdate() + timedelta(days=60)).isoformat()
    assert len(api().get(CALENDAR, {"since": far}).json()["events"]) == 1
    for query in ({"since": "besok"}, {"until": "2000-01-01"}, {"topic": "lain"}, {"until": "2099-01-01"}):
        assert_problem(api().get(CALENDAR, query), 400)


def test_long_lists_take_few_queries(client, shop, api, django_assert_max_num_queries):
    for _n in range(4):
        run = records.run()
        records.session(records.span("2027-03-02", "09:00", "11:00"), run=run)
        records.enrolment(run, who=worker(shop), by=shop.representatives.get().user)
    waiting = records.enrolment(run, "waiting", who=worker(shop), by=shop.representatives.get().user)
    calendar = f"{CALENDAR}?since=2027-03-01"
    for caller, path, most in (
        (api(), RUNS, 3),
        (api(), COURSES, 4),
        (api(), calendar, 2),
        (client, ENROLMENTS, 4),
        (client, f"{ENROLMENTS}{waiting.reference}/", 8),
    ):
        caller.get(path)
        with django_assert_max_num_queries(most):
            assert caller.get(path).status_code == 200


# --- Sessions -----------------------------------------------------------------------------------------------------------


def plan_body(run, room, trainer, day="2027-03-02", begins="09:00", ends="11:00", **fields):
    return {
        "run": run.reference,
        "starts_at": f"{day}T{begins}:00+07:00",
        "ends_at": f"{day}T{ends}:00+07:00",
        "room": room.pk,
        "trainer": trainer.pk,
    } | fields


def test_an_official_plans_and_moves_sessions(api, trainer_officer):
    run, room, trainer = records.run("draft"), records.room(), records.trainer()
    client = api(trainer_officer)
    made = send(client, SESSIONS, plan_body(run, room, trainer, title="Bahan"), **{"Idempotency-Key": "1"})
    assert made.status_code == 201, made.content
    again = send(client, SESSIONS, plan_body(run, room, trainer, title="Bahan"), **{"Idempotency-Key": "1"})
    assert (again["Idempotent-Replayed"], again.json()) == ("true", made.json())
    session = Session.objects.get()
    path = f"{SESSIONS}{session.reference}/"
    body = {"starts_at": "2027-03-03T09:00:00+07:00", "ends_at": "2027-03-03T11:00:00+07:00"}
    assert_problem(send(client, path, body, "patch"), 428)
    tag = client.get(path)["ETag"]
    moved = send(client, path, body, "patch", **{"If-Match": tag})
    assert moved.json()["starts_at"] == "2027-03-03T02:00:00.000000Z", moved.content
    assert_problem(send(client, path, body, "patch", **{"If-Match": tag}), 412)
    session.refresh_from_db()
    assert session.sequence == 1
    assert (session.room, session.trainer, session.title) == (room, trainer, "Bahan")
    assert_problem(api().get(path), 404)


@pytest.mark.parametrize(
    ("taken", "rule"),
    [
        ("trainer", "training_session_trainer_once"),
        ("room", "training_session_room_once"),
        ("run", "training_session_run_once"),
    ],
)
def test_an_overlap_is_answered_with_three_free_times(api, trainer_officer, taken, rule):
    room = records.room()
    there = records.session(
        records.span("2027-03-02", "09:00", "11:00"),
        run=records.run("draft"),
        room=records.room(venue=room.venue),
    )
    things = {"run": records.run("draft"), "room": room, "trainer": records.trainer()}
    things[taken] = getattr(there, taken)
    client = api(trainer_officer)
    body = plan_body(**things, begins="10:59", ends="12:00")
    refused = assert_problem(send(client, SESSIONS, body), 409, "slot_taken")
    assert (refused["rule"], len(refused["slots"])) == (rule, 3)
    assert refused["detail"]
    other = plan_body(**things, day="2027-03-05")
    session = send(client, SESSIONS, other).json()
    path = f"{SESSIONS}{session['reference']}/"
    there_too = {name: body[name] for name in ("starts_at", "ends_at")}
    tag = {"If-Match": client.get(path)["ETag"]}
    assert_problem(send(client, path, there_too, "patch", **tag), 409, "slot_taken")
    assert Session.objects.count() == 2
    free = {name: refused["slots"][0][name] for name in ("starts_at", "ends_at")}
    assert send(client, SESSIONS, body | free).status_code == 201


def test_only_officials_of_training_plan(api, client, person, stranger):
    run, room, trainer = records.run(), records.room(), records.trainer()
    session = records.session(records.span("2027-03-02", "09:00", "11:00"), run=run)
    for caller in (client, api(stranger), api(person(Role.GALLERY_CURATOR)), api(person(Role.AUDITOR))):
        assert_problem(send(caller, SESSIONS, plan_body(run, room, trainer, day="2027-03-04")), 403)
        path = f"{SESSIONS}{session.reference}/"
        assert_problem(send(caller, path, {"note": "x"}, "patch", **{"If-Match": "*"}), 403)
    assert_problem(send(api(), SESSIONS, {}), 401)
    assert Session.objects.count() == 1


# --- Enrolments ---------------------------------------------------------------------------------------------------------


def test_one_person_is_enrolled_once_however_often_it_is_sent(client, shop):
    run, who = records.run(), worker(shop)
    body = enrol_body(run, shop, who)
    assert_problem(send(client, ENROLMENTS, body), 400)
    first = post(client, body)
    assert first.status_code == 201, first.content
    (made,) = first.json()["enrolments"]
    assert (made["status"], made["participant"]) == (
        "enrolled",
        {"reference": who.reference, "name": who.name},
    )
    assert [step["name"] for step in made["steps"]] == ["cancel"]
    again = post(client, body)
    assert (again["Idempotent-Replayed"], again.json()) == ("true", first.json())
    other_key = post(client, body, "kunci-2")
    assert other_key.json()["enrolments"][0]["reference"] == made["reference"]
    assert_problem(post(client, body | {"people": []}), 422)
    assert Enrolment.objects.count() == 1
    assert references(client.get(ENROLMENTS, {"run": run.reference})) == [made["reference"]]


def test_a_group_comes_together_with_a_new_worker_or_not_at_all(client, shop):
    run, who = records.run(quota=2, reserve=0), worker(shop)
    new = {"name": "Sri Wahyuni", "nik": records.nik(88_001), "sex": "female", "phone": "0812-3456-7890"}
    refused = post(client, enrol_body(run, shop, who, worker(shop), new_workers=[new]))
    assert_problem(refused, 409, "full")
    assert not Participant.objects.filter(name="Sri Wahyuni").exists()
    made = post(client, enrol_body(run, shop, who, new_workers=[new]))
    assert made.status_code == 201, made.content
    rows = made.json()["enrolments"]
    assert {row["group"] for row in rows} == {rows[0]["group"]}
    assert rows[0]["group"].startswith("KLP-")
    assert Participant.objects.get(name="Sri Wahyuni").phone == "+6281234567890"
    assert new["nik"] not in made.content.decode()


def test_the_people_of_a_business_are_found_with_their_numbers(client, shop, api, stranger):
    who = worker(shop)
    owner = shop.ownerships.get().owner
    owner.sex = "female"
    owner.save()
    people = client.get(f"{ENROLMENTS}people/", {"business": shop.reference}).json()
    assert [(one["reference"], one["is_owner"]) for one in people] == [
        (owner.reference, True),
        (who.reference, False),
    ]
    run = records.run()
    made = post(client, enrol_body(run, shop) | {"people": [one["reference"] for one in people]})
    assert made.status_code == 201, made.content
    assert {row["participant"]["name"] for row in made.json()["enrolments"]} == {owner.name, who.name}
    as_participant = owner.participants.get()
    assert post(client, enrol_body(records.run(), shop, as_participant), "2").status_code == 201
    assert_problem(api(stranger).get(f"{ENROLMENTS}people/", {"business": shop.reference}), 404)


def test_a_full_run_and_two_courses_at_once_are_conflicts(client, shop):
    full = records.run(quota=1, reserve=1)
    records.enrolment(full, by=shop.representatives.get().user)
    who = worker(shop)
    waiting = post(client, enrol_body(full, shop, who)).json()["enrolments"][0]
    assert (waiting["status"], waiting["place"]["number"]) == ("waiting", 1)
    assert waiting["place"]["reasons"]
    refused = assert_problem(post(client, enrol_body(full, shop, worker(shop)), "2"), 409, "full")
    assert (
        refused["detail"]
        == "Kursi dan daftar tunggu sudah penuh. Pilih angkatan lain, atau lihat lagi nanti."
    )
    first, second = records.run(), records.run()
    for run in (first, second):
        records.session(records.span("2027-03-02", "09:00", "11:00"), run=run)
    assert post(client, enrol_body(first, shop, who), "3").status_code == 201
    refused = assert_problem(post(client, enrol_body(second, shop, who), "4"), 409, "overlap")
    assert first.batch in refused["detail"]
    assert not second.enrolments.exists()


def test_a_person_who_does_not_fit_is_told_why(client, shop):
    run = records.run(course=records.course(kbli_prefixes=["26"]))
    body = assert_problem(post(client, enrol_body(run, shop, worker(shop))), 400, "not_eligible")
    assert body["errors"][0]["detail"]
    assert_problem(post(client, enrol_body(run, shop, worker(shop), agree=False)), 400)
    assert_problem(post(client, enrol_body(run, shop, worker(registered()))), 400)
    assert_problem(post(client, enrol_body(run, shop)), 400)
    assert not Enrolment.objects.exists()


def test_nobody_enrols_or_sees_other_peoples_people(client, shop, api, stranger, person, trainer_officer):
    run, who = records.run(), worker(shop)
    made = records.enrolment(run, who=who, by=shop.representatives.get().user)
    path = f"{ENROLMENTS}{made.reference}/"
    for user in (stranger, person(Role.GALLERY_CURATOR), person(Role.PARTNER)):
        assert references(api(user).get(ENROLMENTS)) == []
        assert_problem(api(user).get(path), 404)
        assert_problem(send(api(user), f"{path}steps/cancel/", {}), 404)
        refused = post(api(user), enrol_body(records.run(), shop, who))
        assert refused.status_code in {403, 404}, refused.content
    for caller in (client, api(trainer_officer)):
        assert references(caller.get(ENROLMENTS)) == [made.reference]
        assert caller.get(path).status_code == 200
    assert_problem(post(client, enrol_body(records.run("draft"), shop, who)), 404)
    assert Enrolment.objects.count() == 1


def test_a_place_is_given_back_and_an_offer_answered(client, shop, api, trainer_officer):
    by = shop.representatives.get().user
    run = records.run(quota=1)
    seated = records.enrolment(run, who=worker(shop), by=by)
    waiting = records.enrolment(run, "waiting", who=worker(shop), by=by)
    assert_problem(
        send(client, f"{ENROLMENTS}{waiting.reference}/steps/accept/", {}), 409, "step_out_of_turn"
    )
    assert_problem(send(api(trainer_officer), f"{ENROLMENTS}{seated.reference}/steps/cancel/", {}), 400)
    stale = {"If-Match": '"999-x"'}
    assert_problem(send(client, f"{ENROLMENTS}{seated.reference}/steps/cancel/", {}, **stale), 412)
    assert_problem(send(client, f"{ENROLMENTS}{seated.reference}/steps/pass/", {}), 404)
    answer = send(client, f"{ENROLMENTS}{seated.reference}/steps/cancel/", {})
    assert answer.json()["status"] == "cancelled", answer.content
    offered = client.get(f"{ENROLMENTS}{waiting.reference}/").json()
    assert offered["status"] == "offered"
    assert {step["name"] for step in offered["steps"]} == {"accept", "decline", "cancel"}
    path = f"{ENROLMENTS}{waiting.reference}/steps/accept/"
    accepted = send(client, path, {}, **{"Idempotency-Key": "a"})
    assert accepted.json()["status"] == "enrolled"
    replayed = send(client, path, {}, **{"Idempotency-Key": "a"})
    assert replayed["Idempotent-Replayed"] == "true"
    assert_problem(send(client, f"{ENROLMENTS}{waiting.reference}/steps/decline/", {}), 409)


def test_nobody_sets_what_is_not_theirs(client, shop, api, trainer_officer):
    """Every field of the models, sent to every door that writes, changes nothing."""
    run, who = records.run(), worker(shop)
    made = records.enrolment(run, "waiting", who=who, by=shop.representatives.get().user)
    session = records.session(records.span("2027-03-02", "09:00", "11:00"), run=run)
    before = Enrolment.objects.filter(pk=made.pk).values().get()
    body = {name: 1 if isinstance(value, int) else "enrolled" for name, value in before.items()}
    answer = assert_problem(post(client, enrol_body(records.run(), shop, who) | body), 400, "unknown")
    assert {error["pointer"].strip("/") for error in answer["errors"]} == body.keys()
    path = f"{ENROLMENTS}{made.reference}/"
    for step in ("cancel", "accept", "decline"):
        assert_problem(send(client, f"{path}steps/{step}/", body), 400, "unknown")
    assert send(client, path, body, "patch").status_code == 405
    assert Enrolment.objects.filter(pk=made.pk).values().get() == before
    official = api(trainer_officer)
    for field in ("status", "number", "sequence", "venue", "during", "with_travel"):
        for target, method in ((SESSIONS, "post"), (f"{SESSIONS}{session.reference}/", "patch")):
            refused = send(official, target, {field: "cancelled"}, method, **{"If-Match": "*"})
            assert_problem(refused, 400, "unknown")
    assert send(official, f"{RUNS}{run.reference}/", {"quota": 99}, "patch").status_code == 405


@pytest.mark.django_db(transaction=True)
def test_forty_posts_at_once_for_twenty_seats_fill_exactly_twenty():
    consent_text()
    run = records.run(quota=20, reserve=5)
    calls = []
    for number in range(40):
        user = User.objects.create(email=f"program{number}@contoh.id", name=f"Program {number}")
        grant_role(user, Role.ENTREPRENEUR)
        shop = registered(user)
        token = ApiToken.issue(user, label="uji")[1]
        calls.append((token, enrol_body(run, shop, worker(shop))))

    def call(given):
        token, body = given
        try:
            answer = post(Client(headers={"Authorization": f"Bearer {token}"}), body)
            return answer.status_code, answer.json().get("code")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(call, calls))
    run.refresh_from_db()
    assert run.seats_taken == run.enrolments.filter(status="enrolled").count() == 20
    assert run.enrolments.filter(status="waiting").count() == 5
    assert answers.count((201, None)) == 25
    assert answers.count((409, "full")) == 15
