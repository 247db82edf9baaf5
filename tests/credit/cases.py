"""Applications whose business meets every condition and was visited, as the office's steps need them."""

from datetime import date

from django.utils import timezone

from core.models import Signatory
from credit.enums import ApplicationStatus
from ikm.enums import BusinessStatus, VisitStatus
from ikm.models import Licence, Visit
from tests.credit import records
from tests.ikm import businesses

#: Applications in these statuses have been visited.
VISITED = set(ApplicationStatus) - {"draft", "submitted", "needs_correction", "withdrawn"}


def signatory():
    return Signatory.objects.get_or_create(
        name="Contoh Pejabat, S.E.",
        post="Kepala Dinas Perindustrian Kota Semarang",
        unit="Dinas Perindustrian Kota Semarang",
        in_force_from=date(2020, 1, 1),
    )[0]


def eligible(speaker, **fields):
    """A registered business that meets every condition of version 1."""
    made = businesses.business(
        BusinessStatus.REGISTERED,
        speaker=speaker,
        **{"registered_on": date(2016, 1, 1), "founded_year": 2015, "verified_on": timezone.localdate()}
        | {"confirmed_on": timezone.localdate()}
        | fields,
    )
    owner = made.ownerships.get(is_main=True).owner
    owner.birth_date, owner.ktp_area_code = date(1985, 1, 2), "33.74"
    owner.save()
    Licence.objects.create(business=made, kind="nib", number="1234567890123")
    return made


def visit(business, verifier, status=VisitStatus.DONE):
    now = timezone.now()
    return Visit.objects.create(
        business=business,
        verifier=verifier,
        status=status,
        planned_on=timezone.localdate(now),
        done_at=now if status == VisitStatus.DONE else None,
        is_operating=True if status == VisitStatus.DONE else None,
    )


def application(status, *, version, people, bank, **fields):
    """An application of an eligible business in `status`, visited where the status says so."""
    of = fields.pop("of", None) or eligible(people["applicant"])
    if status in VISITED and "visit" not in fields:
        fields["visit"] = visit(of, people["verifier"])
    if status in VISITED - {"visit_planned"}:
        fields = {"monthly_turnover": 9_000_000, "monthly_cost": 6_000_000} | fields
    return records.application(status, version=version, people=people, of=of, bank=bank, **fields)
