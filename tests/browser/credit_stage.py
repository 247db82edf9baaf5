"""An application to carry from the office to the bank, and a loan half a year old, for the journeys of credit."""

import itertools
import json
from datetime import time

from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from accounts.services import grant_role
from core.dates import add_months, date_in_words
from core.indonesia import rupiah
from credit.enums import LoanEventKind
from credit.ledger import payoff_quote, state_of, subsidy_so_far
from credit.models import Bank
from credit.selectors import version_in_force
from credit.services import applications as service
from credit.services.loans import post_event, post_payment
from ikm.models import Visit
from tests.credit import cases, records
from tests.ikm import businesses
from tests.ikm.entries import picture

APPLICANT, BORROWER = "pemohon.kredit@contoh.id", "peminjam.kredit@contoh.id"
OFFICER = "kredit.kedua@contoh.id"
PASSWORD = "kata-sandi-panjang-1"

#: 3.600.000 at 3% flat over 12 months: 300.000 + 9.000 each.
PRINCIPAL, INSTALMENT, PAID = 3_600_000, 309_000, 3


def _person(email, name, role):
    user = User.objects.create_user(email=email, name=name, password=PASSWORD)
    grant_role(user, role)
    return user


def _applied(user):
    shop = cases.eligible(
        user,
        name="Wingko Bu Ratna",
        visit_days=[0, 1, 2, 3, 4, 5, 6],
        visit_from=time(8),
        visit_until=time(15),
    )
    owner = shop.ownerships.get().owner
    owner.name, owner.phone = "Ratna Wulandari", "+6281234560011"
    owner.save()
    made, _created = service.start_application(shop, actor=user, amount=4_000_000, months=12)
    service.save_answers(
        made, actor=user, purpose_kind="investment", purpose="Oven dua pintu 3,5jt dan loyang 500rb."
    )
    for kind in service.needed_documents(made):
        service.add_document(made, actor=user, kind=kind, upload=picture(size=(600, 400)))
    service.save_consent(made, actor=user, given=True)
    return service.submit_application(made, actor=user)


def _lent(user, bank, official):
    """A loan of which the first instalments were paid on their days."""
    people = {name: official for name in ("officer", "verifier", "approver", "bank")} | {"applicant": user}
    approved = cases.application(
        "approved",
        version=version_in_force(),
        people=people,
        bank=bank,
        of=cases.eligible(user, name="Tahu Pong Pak Joko"),
        amount=PRINCIPAL,
        recommended_amount=PRINCIPAL,
        approved_amount=PRINCIPAL,
    )
    day = add_months(timezone.localdate(), -PAID - 1)
    loan = records.signed_loan(
        approved, actor=official, contract_number="PANGGUNG/1", account_number="5301999001", signed_on=day
    )
    post_event(loan, kind=LoanEventKind.DISBURSED, on=day, source="office", actor=official)
    loan.refresh_from_db()
    for number, instalment in enumerate(loan.instalments.order_by("number")[:PAID]):
        post_payment(
            loan,
            on=min(instalment.due_on, timezone.localdate()),
            amount=INSTALMENT,
            bank_reference=f"PANGGUNG-{number}",
            bank=bank,
            source="office",
            actor=official,
        )
    loan.refresh_from_db()
    return loan


def make():
    """Prints the numbers and sentences that the journeys need, as JSON."""
    # Other journeys write into the same portal from processes of their own, whose numbers begin at one as well.
    businesses._numbers, records._numbers = itertools.count(31), itertools.count(7001)
    cases.signatory()
    official = User.objects.get(email="kredit@demo.example")
    bank = Bank.objects.filter(is_active=True).order_by("pk").first()
    _person(OFFICER, "Dian Kedua", Role.CREDIT_OFFICER)
    applied = _applied(_person(APPLICANT, "Ratna Wulandari", Role.ENTREPRENEUR))
    loan = _lent(_person(BORROWER, "Joko Santoso", Role.ENTREPRENEUR), bank, official)
    today = timezone.localdate()
    later = add_months(today, 1)
    state = state_of(loan, today)
    print(  # noqa: T201 - read by the journeys
        json.dumps(
            {
                "application": applied.reference,
                "business": applied.business.reference,
                "loan": loan.reference,
                "next_on": date_in_words(state.next_due_on),
                "subsidy": rupiah(subsidy_so_far(loan, state).total),
                "later": f"{later:%d-%m-%Y}",
                "quote": rupiah(payoff_quote(loan, later)),
            }
        )
    )


def the_day_of_the_visit_comes(business):
    """Prints the address of the visit to `business`, which is on today and the demo verifier's from now on."""
    visit = Visit.objects.get(business__reference=business, status="planned")
    visit.planned_on, visit.verifier = (
        timezone.localdate(),
        User.objects.get(email="verifikator@demo.example"),
    )
    visit.save()
    print(json.dumps({"visit": visit.reference}))  # noqa: T201
