"""Legal bases of the demo city: law behind sentra and facilities, and what an award's jury asked for. The numbers are examples."""

from datetime import date, timedelta

from django.db import transaction

from accounts.enums import Role
from accounts.models import User
from core import dates
from core.models import StepLine
from ikm.demo import people
from ikm.demo.load import moment
from programme.enums import LegalBasisKind, LegalBasisStatus
from programme.models import LegalBasis, LegalBasisProgress

SENTRA = "Penetapan sentra industri kecil dan menengah Kota Semarang"
FURNITURE = "Rumah Produksi Mebel di Kota Lama"
SYNERGY = "Sinergi industri kecil dengan industri besar"

IN_FORCE = [
    (LegalBasisKind.PERDA, "4 (contoh)", 2014, "Pembinaan dan pengembangan industri", date(2014, 6, 2), None),
    (LegalBasisKind.SK, "530/112 (contoh)", 2015, "Penetapan klaster industri", date(2015, 3, 9), date(2018, 2, 28)),
    (LegalBasisKind.MOU, "1 (contoh)", 2017, FURNITURE, date(2017, 7, 20), None),
    (LegalBasisKind.SK, "530/87 (contoh)", 2018, SENTRA, date(2018, 3, 1), None),
]  # fmt: skip


@transaction.atomic
def seed_demo(*, seed=2017):
    """Add legal bases to the demo city unless they are there. Returns how many were made. The same for every `seed`."""
    if LegalBasis.objects.filter(about=SENTRA).exists():
        return 0
    by_role = {sign_in.role: sign_in.email for sign_in in people.SHOWN}
    officer = User.objects.get(email=by_role[Role.PROGRAMME_OFFICER])
    administrator = User.objects.get(email=by_role[Role.ADMINISTRATOR])
    found = {}
    for kind, number, year, about, day, until in IN_FORCE:
        basis = found[about] = LegalBasis.objects.create(
            kind=kind,
            number=number,
            year=year,
            about=about,
            dated_on=day,
            signer="Wali Kota Semarang",
            status=LegalBasisStatus.REVOKED if until else LegalBasisStatus.IN_FORCE,
            in_force_from=day,
            in_force_until=until,
            proposed_on=day - timedelta(days=120),
        )
        _line(basis, "propose", "", "proposed", officer, day - timedelta(days=120))
        _line(basis, "draft", "proposed", "drafting", officer, day - timedelta(days=60))
        _line(basis, "enforce", "drafting", "in_force", administrator, day)
    new, old = found[SENTRA], found["Penetapan klaster industri"]
    new.revokes.add(old)
    _line(old, "revoke", "in_force", "revoked", administrator, new.in_force_from, str(new))
    asked = date(2017, 7, 12)
    proposal = LegalBasis.objects.create(
        kind=LegalBasisKind.PERDA,
        about=SYNERGY,
        status=LegalBasisStatus.DRAFTING,
        proposer="Dewan juri Upakarti",
        proposed_on=asked,
        proposal="Perlu peraturan yang memberi ruang bagi industri kecil untuk bersinergi dengan industri besar.",
        answer="Dinas membina pelaku usaha lebih dahulu dan menyiapkan rancangannya.",
        answered_on=asked,
    )
    _line(proposal, "propose", "", "proposed", officer, asked)
    started = dates.today() - timedelta(days=200)
    _line(proposal, "draft", "proposed", "drafting", officer, started)
    for days, text in (
        (200, "Naskah akademik mulai disusun."),
        (120, "Rapat dengan asosiasi industri dan perguruan tinggi."),
        (45, "Rancangan dikirim ke bagian hukum."),
    ):
        on = dates.today() - timedelta(days=days)
        LegalBasisProgress.objects.create(
            basis=proposal, on=on, text=text, noted_by=officer, noted_at=moment(on)
        )
    return len(found) + 1


def _line(basis, step, before, after, actor, day, note=""):
    StepLine.objects.create(
        subject=basis, step=step, from_status=before, to_status=after, actor=actor, note=note, at=moment(day)
    )
