"""Courses and people for the journeys of training, written into the portal's database by `manage.py shell`."""

import itertools
import json
from datetime import timedelta

from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from accounts.services import grant_role
from core.dates import date_in_words
from core.models import Message
from tests.ikm import businesses
from tests.training import records
from tests.training.enrolling import drawing_run, registered, worker, workers
from training.services.enrolments import cancel_enrolment, enrol
from training.services.selection import select_participants

EMAIL = "kursi@contoh.id"
PASSWORD = "kata-sandi-panjang-1"


def _run(title, **fields):
    course = records.course(
        code=f"panggung-{title.lower().replace(' ', '-')}",
        title=title,
        title_en=title,
        description="Dua hari praktik di balai, membawa produk sendiri.",
    )
    run = records.run(course=course, batch="Angkatan I 2026", **fields)
    for number in range(2):
        day = (timezone.localdate() + timedelta(days=14 + number)).isoformat()
        records.session(
            records.span(day, "09:00", "15:00"), run=run, title=("Warna", "Cetak")[number], number=number + 1
        )
    return run


def make():
    """Prints the addresses and numbers that the journeys need, as JSON."""
    # Other journeys write into the same portal from processes of their own, whose numbers begin at one as well.
    businesses._numbers = itertools.count(41)
    user = User.objects.create_user(email=EMAIL, name="Wulan Kursi", password=PASSWORD)
    grant_role(user, Role.ENTREPRENEUR)
    official = User.objects.get(email="pelatihan@demo.example")
    shop = registered(user, name="Lumpia Wulan", phone="+6281299998888")
    owner = shop.ownerships.get().owner
    owner.name, owner.sex = "Wulan Kursi", "female"
    owner.save()
    open_run = _run("Desain kemasan", quota=12)
    full = _run("Foto produk", quota=1, reserve=5)
    [seated] = enrol(full, [worker(shop, name="Bagus Santoso")], business=shop, actor=user)
    enrol(full, [worker(shop, name="Sekar Ayu")], business=shop, actor=user)
    enrol(full, workers(shop, 2), business=shop, actor=user)
    cancel_enrolment(seated, actor=user)
    drawn = drawing_run(
        course=records.course(code="panggung-undian", title="Sertifikasi halal"),
        batch="Angkatan II 2026",
        quota=5,
        reserve=4,
        weights={"women": "1.5", "disabled": "2", "first_time": "1.2", "kecamatan": "1.1", "no_show": "0.5"},
    )
    for number, who in enumerate(workers(shop, 12)):
        who.sex = "female" if number % 2 else "male"
        who.save()
        records.enrolment(drawn, "applied", who=who, by=user)
    select_participants(drawn, actor=official)
    to_draw = drawing_run(
        course=records.course(code="panggung-akan-diundi", title="Manajemen usaha"),
        batch="Angkatan I 2026",
        quota=3,
        reserve=2,
        weights={"women": "1.5"},
    )
    for who in workers(shop, 6):
        records.enrolment(to_draw, "applied", who=who, by=user)
    offer = Message.objects.filter(recipient=user, title__startswith="Ada kursi").first()
    print(  # noqa: T201 - read by the journeys
        json.dumps(
            {
                "run": open_run.reference,
                "full": full.reference,
                "drawn": drawn.reference,
                "to_draw": to_draw.reference,
                "offer": offer.link,
                "begins": date_in_words(timezone.localdate() + timedelta(days=14)),
            }
        )
    )
