"""Makers of courses, runs, sessions and people in them, written straight into the tables."""

import itertools
from datetime import datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from core.dates import WIB
from ikm.enums import BusinessStatus
from tests.ikm.businesses import business
from training.enums import RunStatus, Topic
from training.models import (
    Course,
    Enrolment,
    Equipment,
    Participant,
    ParticipantTime,
    Room,
    Run,
    Session,
    Trainer,
    Venue,
)

_numbers = itertools.count(1)


def at(day, clock):
    """A moment in Semarang: `at("2026-12-01", "09:00")`."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=WIB)


def span(day, begins, ends):
    """A time range of one day, `[begins, ends)`."""
    return DateTimeTZRange(at(day, begins), at(day, ends), "[)")


def course(**fields):
    number = next(_numbers)
    return Course.objects.create(
        **{"code": f"kemasan-{number}", "title": "Desain kemasan", "topic": Topic.PACKAGING, "hours": 16}
        | fields
    )


def run(status=RunStatus.PUBLISHED, **fields):
    number = next(_numbers)
    now = timezone.now()
    return Run.objects.create(
        **{
            "course": fields.pop("course", None) or course(),
            "batch": f"Angkatan {number}",
            "status": status,
            "starts_on": (now + timedelta(days=14)).date(),
            "ends_on": (now + timedelta(days=16)).date(),
            "quota": 20,
            "registration_from": now - timedelta(days=1),
            "registration_until": now + timedelta(days=7),
        }
        | fields
    )


def venue(**fields):
    return Venue.objects.create(**{"name": f"Balai {next(_numbers)}", "address": "Jalan Pemuda 1"} | fields)


def room(**fields):
    made = {"name": f"Ruang {next(_numbers)}", "capacity": 30} | fields
    made.setdefault("venue", None)
    made["venue"] = made["venue"] or venue()
    return Room.objects.create(**made)


def trainer(**fields):
    return Trainer.objects.create(**{"name": f"Pelatih {next(_numbers)}", "topics": Topic.values} | fields)


def equipment(**fields):
    return Equipment.objects.create(**{"name": f"Proyektor {next(_numbers)}"} | fields)


def session(during, **fields):
    made = dict(fields)
    made.setdefault("run", None)
    made["run"] = made["run"] or run()
    made.setdefault("number", made["run"].sessions.count() + 1)
    for name, maker in (("room", room), ("trainer", trainer)):
        made[name] = made.get(name) or maker()
    return Session.objects.create(during=during, **made)


def nik(number):
    """A valid NIK of Kota Semarang for a made-up person."""
    return f"3374{number % 16 + 1:02d}0101{80 + number // 9999 % 19:02d}{number % 9999 + 1:04d}"


def participant(**fields):
    number = next(_numbers)
    made = {"name": f"Peserta {number}", "nik": nik(number), "sex": "female"} | fields
    made.setdefault("business", None)
    made["business"] = made["business"] or business(
        BusinessStatus.REGISTERED, registered_on=timezone.localdate() - timedelta(days=900)
    )
    return Participant.objects.create(**made)


def enrolment(of, status="enrolled", *, who=None, by=None, **fields):
    """An enrolment in the run `of`; with a seat its participant is busy at the run's sessions."""
    who = who or participant()
    if status == "waiting":
        fields.setdefault("position", of.enrolments.filter(status="waiting").count() + 1)
    if status == "offered":
        fields = {"offered_until": timezone.now() + timedelta(hours=24), "offer_token": "x" * 8} | fields
    made = Enrolment.objects.create(
        run=of, participant=who, business=who.business, status=status, enrolled_by=by, **fields
    )
    if status in {"enrolled", "offered"}:
        for meeting in of.sessions.all():
            ParticipantTime.objects.create(participant=who, enrolment=made, session=meeting)
    return made
