"""A run that meets now, one that is over and one that was completed months ago, for the journeys of its outcome."""

import itertools
import json
from datetime import timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from accounts.services import grant_role
from core.models import Signatory
from tests.ikm import businesses
from tests.training import records
from tests.training.enrolling import registered, worker
from training.models import Attendance, FollowUp
from training.services.facilitations import ask_facilitation
from training.services.outcomes import complete_run, record_scores

EMAIL = "hadir@contoh.id"
PASSWORD = "kata-sandi-panjang-1"
NAMES = ("Ani Lestari", "Bambang Irawan", "Citra Dewi", "Dodi Pranoto", "Endang Sulastri")


def _run(title, begins, shop, user, *, code, **fields):
    course = records.course(
        code=code, title=title, title_en=title, hours=16, unit="C.170000.012.01", **fields
    )
    starts = timezone.localdate(begins)
    run = records.run("running", course=course, batch="Angkatan I 2026", starts_on=starts, ends_on=starts)
    records.session(
        DateTimeTZRange(begins, begins + timedelta(hours=3), "[)"),
        run=run,
        title="Praktik",
        trainer=records.trainer(name=f"Pelatih {title}"),
    )
    return run, [records.enrolment(run, by=user, who=worker(shop, name=name)) for name in NAMES]


def _everybody_came(run, people, official):
    for one in people:
        Attendance.objects.create(
            enrolment=one, session=run.sessions.get(), status="present", method="list", recorded_by=official
        )


def make():
    """Prints the numbers that the journeys need, as JSON."""
    # Other journeys write into the same portal from processes of their own, whose numbers begin at one as well.
    businesses._numbers, records._numbers = itertools.count(51), itertools.count(5001)
    user = User.objects.create_user(email=EMAIL, name="Ani Lestari", password=PASSWORD)
    grant_role(user, Role.ENTREPRENEUR)
    official = User.objects.get(email="pelatihan@demo.example")
    shop = registered(user, name="Keripik Ani")
    now = timezone.now()
    meeting, sitting = _run("Hadir di tempat", now - timedelta(minutes=30), shop, user, code="panggung-hadir")
    again, _seats = _run("Hadir lagi", now - timedelta(minutes=30), shop, user, code="panggung-lagi")
    over, people = _run(
        "Pengemasan hampa", now - timedelta(days=1), shop, user, code="panggung-usai", score_min=60
    )
    _everybody_came(over, people, official)
    record_scores(over, {one: (40, 55 + 10 * number) for number, one in enumerate(people)}, actor=official)
    past, before = _run("Merek dan label", now - timedelta(days=100), shop, user, code="panggung-lampau")
    _everybody_came(past, before, official)
    complete_run(past, actor=official)
    question = FollowUp.objects.get(enrolment__run=past, months=3)
    Signatory.objects.get_or_create(
        name="Dr. Contoh Pejabat",
        defaults={
            "post": "Kepala Dinas Perindustrian",
            "unit": "Dinas Perindustrian",
            "in_force_from": "2020-01-01",
        },
    )
    asked = ask_facilitation(shop, actor=user, kind="halal", about="Keripik tempe", note="Sudah punya NIB.")
    print(  # noqa: T201 - read by the journeys
        json.dumps(
            {
                "meeting": meeting.reference,
                "again": again.reference,
                "seat": sitting[0].reference,
                "over": over.reference,
                "past": before[0].reference,
                "question": question.reference,
                "asked": asked.reference,
            }
        )
    )
