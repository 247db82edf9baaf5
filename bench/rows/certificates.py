"""A year's certificates asked with one press and issued by the worker."""

import tempfile

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from accounts.services import grant_role
from bench.runner import Contestant, Goal, Row
from core.models import Letter, Signatory
from core.typesetting import render_letter
from ikm.models import Business
from tests.training import records
from tests.training.enrolling import registered
from training.models import Certificate, Run
from training.services import certificates

PEOPLE = 1000
OURS, LIMIT = "ours, ask_certificates and the worker", "the letters alone, typeset"


def _official():
    user = User.objects.filter(email="bench@contoh.id").first()
    if user is None:
        user = User.objects.create_user(email="bench@contoh.id", name="Petugas", password=None)
        grant_role(user, Role.TRAINING_OFFICER)
    return user


def row():
    settings.MEDIA_ROOT = tempfile.mkdtemp(prefix="portal-bench-")
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE training_course, training_venue, training_participant, core_letter, core_lettercounter CASCADE"
        )
    official = _official()
    shop = Business.objects.filter(status="registered").first() or registered()
    signatory = Signatory.objects.in_force().first() or Signatory.objects.create(
        name="Dr. Contoh Pejabat", post="Kepala Dinas", unit="Dinas Perindustrian", in_force_from="2020-01-01"
    )
    people = [records.participant(business=shop) for _ in range(PEOPLE)]
    place, teacher = records.room(), records.trainer()
    runs = []

    def completed():
        """A run that is over, in which everybody passed."""
        run = records.run("running", quota=PEOPLE, course=records.course(title="Desain kemasan"))
        day = f"{2030 + len(runs)}-03-02"
        records.session(records.span(day, "09:00", "11:00"), run=run, room=place, trainer=teacher)
        for one in people:
            records.enrolment(run, "completed", by=official, who=one)
        Run.objects.filter(pk=run.pk).update(status="completed")
        run.refresh_from_db()
        runs.append(run)

    def issue():
        order = certificates.ask_certificates([runs[-1]], actor=official, signatory=signatory)
        while order.status == "waiting":
            order = certificates.work_off()
        return order.issued

    def typeset():
        for number in range(200):
            render_letter(
                certificates.KIND,
                {
                    "number": f"{number:04d}/SPL/DISPERIN/2026",
                    "date": "24 November 2026",
                    "verification_url": f"https://portal.example/surat/{number:024d}",
                    "holder": f"Peserta {number}",
                    "course": "Desain kemasan",
                    "batch": "Angkatan I",
                    "hours": "16",
                    "trainers": "Budi Santoso",
                    "held": "2 Maret 2026",
                    "reference": "DFT-2222-2222",
                    "signer_name": signatory.name,
                    "signer_post": signatory.post,
                    "signer_unit": signatory.unit,
                },
                issued_at=timezone.now().replace(microsecond=0),
            )
        return 200

    def gapless():
        serials = list(Letter.objects.order_by("serial").values_list("serial", flat=True))
        whole = serials == list(range(1, len(serials) + 1))
        return f"{Certificate.objects.count():,} issued, numbers without a gap: {'yes' if whole else 'no'}."

    return Row(
        name="certificates",
        title=f"{PEOPLE:,} certificates of training in one go: number, PDF, audit line and message of each.",
        unit="certificates",
        contestants=[
            Contestant(name=OURS, run=issue, prepare=completed),
            Contestant(name=LIMIT, run=typeset),
        ],
        goals=[Goal(ours=OURS, other=LIMIT, at_least=0.3)],
        notes=[gapless],
        packages=["typst"],
    )
