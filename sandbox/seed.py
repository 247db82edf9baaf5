"""What stands in a sandbox: a small made-up city by the demo's own makers, and the records with magic numbers.

The template is made once and copied for each partner, so that the magic numbers are the same for all.
"""

from io import StringIO

from django.core.management import call_command

from accounts.enums import PartnerKind, Role
from accounts.models import Partner, User
from accounts.services import grant_role
from cluster.demo.seed import seed_demo as seed_clusters
from core.dates import today
from credit.demo import seed as credit_demo
from credit.enums import ApplicationStatus, EventSource, LoanStatus
from credit.models import Application, Loan
from credit.services.loans import post_payment
from facility.demo.seed import seed_demo as seed_facilities
from gallery.demo.seed import seed_demo as seed_gallery
from ikm.demo.city import CitySize
from ikm.demo.seed import seed_demo as seed_register
from programme.demo.seed import seed_demo as seed_programme
from sandbox import magic
from training.demo import seed as training_demo

CITY = CitySize(businesses=300, ikm=290, workers=2400, medium=18, closed_before=5, later=20, twins=8)
CREDIT = credit_demo.Size(
    loans=12, draft=2, submitted=4, planned=2, needs_correction=1, visit_planned=1, verified=2, recommended=2,
    declined=1, forwarded=6, in_bank_review=3, approved=3, rejected=1, signed=4, withdrawn=1,
)  # fmt: skip
TRAINING = training_demo.Size(past=5, quota=6, businesses=20)


def fill():
    """Fill an empty database."""
    call_command("load_reference", stdout=StringIO())
    seed_register(size=CITY)
    seed_programme()
    credit_demo.seed_demo(size=CREDIT)
    seed_clusters()
    training_demo.seed_demo(size=TRAINING)
    seed_facilities()
    seed_gallery()
    complete()


def complete():
    """The account of each kind of partner, and the magic numbers, in a city that has at least a bank with its partner, two
    applications forwarded to it, an active loan and one that is not paid out."""
    for kind in PartnerKind:
        if not Partner.objects.filter(kind=kind).exists():
            user = User.objects.create_user(email=f"{kind}@uji.example", name=str(kind.label))
            grant_role(user, Role.PARTNER)
            Partner.objects.create(name=f"Mitra uji: {kind.label}", kind=kind, user=user)
    user = Partner.objects.filter(kind=PartnerKind.BANK).earliest("pk").user
    waiting = Application.objects.visible_to(user).filter(status=ApplicationStatus.FORWARDED).order_by("pk")
    for reference, application in zip(magic.FORWARDED, list(waiting[: len(magic.FORWARDED)]), strict=True):
        Application.objects.filter(pk=application.pk).update(reference=reference)
    loans = Loan.objects.visible_to(user).order_by("-outstanding_principal", "pk")
    good = loans.filter(status=LoanStatus.ACTIVE).first()
    Loan.objects.filter(pk=good.pk).update(contract_number=magic.ACCEPTED_LOAN)
    unpaid = loans.filter(status=LoanStatus.SIGNED).first()
    Loan.objects.filter(pk=unpaid.pk).update(contract_number=magic.REFUSED_LOAN)
    post_payment(
        good,
        on=today(),
        amount=magic.BOOKED_AMOUNT,
        source=EventSource.API,
        actor=user,
        bank=good.bank,
        bank_reference=magic.BOOKED_PAYMENT,
    )
