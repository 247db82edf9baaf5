"""Every rule against overlaps, tried through every door: SQL, web, back office, API and sheet. None lets it through, each says
why, and each takes the same session at a time that is free."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from tests.training import records
from tests.training.records import span
from tests.training.test_api import SESSIONS, plan_body, send
from tests.training.test_office import DAY, admin_form, run, sheet
from training.models import Session, SessionEquipment, Unavailability
from training.services.scheduling import RULES, plan_session
from training.services.timetable_sheets import import_sessions

pytestmark = pytest.mark.django_db

FREE_DAY = "2027-03-05"
#: rule: from when until when the session is tried beside one from 9 to 11.
TRIED = {
    "training_session_trainer_once": ("10:59", "12:00"),
    "training_session_trainer_needs_travel": ("11:59", "12:30"),
    "training_session_room_once": ("10:59", "12:00"),
    "training_session_run_once": ("10:59", "12:00"),
    "training_session_within_availability": ("10:59", "12:00"),
    "training_sessionequipment_once_at_a_time": ("10:59", "12:00"),
    "training_participanttime_once_at_a_time": ("10:59", "12:00"),
}


def scene(rule, owner):
    """(run, room, trainer, equipment) of a session that the rule forbids at the time tried, and nothing else does."""
    of, place, teacher, who = run(), records.room(), records.trainer(), records.participant()
    things = []
    there = {"run": run(), "room": records.room(venue=place.venue), "trainer": records.trainer()}
    match rule:
        case "training_session_trainer_once":
            there["trainer"] = teacher
        case "training_session_trainer_needs_travel":
            there |= {"trainer": teacher, "room": records.room()}
        case "training_session_room_once":
            there["room"] = place
        case "training_session_run_once":
            there["run"] = of
        case "training_session_within_availability":
            Unavailability.objects.create(trainer=teacher, during=span(DAY, "09:00", "11:00"))
    taken = records.session(span(DAY, "09:00", "11:00"), **there)
    if rule == "training_sessionequipment_once_at_a_time":
        things = [records.equipment()]
        SessionEquipment.objects.create(session=taken, equipment=things[0])
    if rule == "training_participanttime_once_at_a_time":
        for course in (of, there["run"]):
            records.enrolment(course, who=who, by=owner)
    return of, place, teacher, things


def by_sql(place, day, begins, ends, **doors):
    """A session that stands on another day is moved; by hand, past all that the portal checks."""
    of, room, teacher, things = place
    with transaction.atomic():
        made = plan_session(
            of,
            actor=doors["actor"],
            starts_at=records.at("2027-03-09", "09:00"),
            ends_at=records.at("2027-03-09", "10:00"),
            room=room,
            trainer=teacher,
            equipment=things,
        )
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE training_session SET during = %s WHERE id = %s",
                    [span(day, begins, ends), made.pk],
                )
        except IntegrityError as error:
            transaction.set_rollback(True)
            return str(error)
    return ""


def by_web(place, day, begins, ends, **doors):
    of, room, teacher, things = place
    form = {"day": day, "begins": begins, "ends": ends, "room": room.pk, "trainer": teacher.pk}
    form["equipment"] = [thing.pk for thing in things]
    answer = doors["browser"].post(reverse("office_run", args=[of.reference]), form)
    return "" if answer.status_code == 302 else answer.content.decode()


def by_back_office(place, day, begins, ends, **doors):
    of, room, teacher, things = place
    session = Session(room=room, trainer=teacher)
    form = admin_form(session, of, during_0=f"{day}T{begins}", during_1=f"{day}T{ends}")
    for number, thing in enumerate(things):
        form |= {"equipment-TOTAL_FORMS": number + 1, f"equipment-{number}-equipment": thing.pk}
    answer = doors["browser"].post(reverse("admin:training_session_add"), form)
    return "" if answer.status_code == 302 else answer.content.decode()


def by_api(place, day, begins, ends, **doors):
    of, room, teacher, things = place
    body = plan_body(
        of, room, teacher, day=day, begins=begins, ends=ends, equipment=[one.pk for one in things]
    )
    answer = send(doors["program"], SESSIONS, body)
    return "" if answer.status_code == 201 else answer.json()["detail"] + str(answer.json().get("rule"))


def by_sheet(place, day, begins, ends, **doors):
    of, room, teacher, things = place
    number = of.sessions.count() + 1
    row = [of.reference, number, day, begins, ends, str(room), teacher.name, "", "; ".join(map(str, things))]
    [done] = import_sessions(sheet(row), actor=doors["actor"], write=True)
    return done.reason


DOORS = {"sql": by_sql, "web": by_web, "back office": by_back_office, "api": by_api, "sheet": by_sheet}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("rule", TRIED)
def test_an_overlap_is_refused(rule, door, trainer_officer, owner_user, sign_in, api):
    place = scene(rule, owner_user)
    doors = {"actor": trainer_officer, "browser": sign_in(trainer_officer), "program": api(trainer_officer)}
    before = Session.objects.count()
    told = DOORS[door](place, DAY, *TRIED[rule], **doors)
    assert (rule if door == "sql" else str(RULES[rule])) in told
    assert Session.objects.count() == before
    assert DOORS[door](place, FREE_DAY, *TRIED[rule], **doors) == ""
    assert Session.objects.count() == before + 1
