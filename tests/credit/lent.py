"""Makers of loans as rows: what the services derive is written straight into the tables."""

import itertools
from datetime import date

from credit.amortization import schedule
from credit.models import Instalment, Loan, LoanBalance, LoanEvent
from credit.terms import terms_of

_numbers = itertools.count(1)


def loan(application, *, disbursed_on=date(2026, 1, 15), paid=0, **fields):
    """An active loan of `application` (a disbursed one) with its plan and balances; the first `paid` instalments were paid
    on their days."""
    number = next(_numbers)
    terms = terms_of(
        application.scheme_version,
        application.approved_amount,
        application.approved_months,
        disbursed_on=disbursed_on,
    )
    lines = schedule(terms)
    left = lines[paid - 1].balance if paid else terms.principal
    made = Loan.objects.create(
        **{
            "status": "active",
            "application": application,
            "business": application.business,
            "bank": application.bank,
            "scheme_version": application.scheme_version,
            "contract_number": f"AKAD-{number}",
            "account_number": f"00112233{number:04d}",
            "signed_on": disbursed_on,
            "disbursed_on": disbursed_on,
            "principal": terms.principal,
            "months": terms.periods,
            "annual_rate": terms.annual_rate,
            "outstanding_principal": left,
            "principal_paid": terms.principal - left,
            "grade": 1,
            "matures_on": lines[-1].due_on,
        }
        | fields
    )
    LoanEvent.objects.create(
        loan=made, kind="disbursed", on=disbursed_on, reference="C1", amount=terms.principal, source="office",
        recorded_by=application.applicant,
    )  # fmt: skip
    Instalment.objects.bulk_create(
        Instalment(
            loan=made,
            number=line.number,
            due_on=line.due_on,
            principal=line.principal,
            interest=line.interest,
            balance=line.balance,
            principal_paid=line.principal if line.number <= paid else 0,
            interest_paid=line.interest if line.number <= paid else 0,
            paid_on=line.due_on if line.number <= paid else None,
        )
        for line in lines
    )
    balance(made, disbursed_on, terms.principal)
    for line in lines[:paid]:
        balance(made, line.due_on, line.balance)
    return made


def balance(made, on, principal, annual_rate=None):
    """From `on` the loan owes `principal`."""
    return LoanBalance.objects.create(
        loan=made,
        on=on,
        principal=principal,
        annual_rate=made.annual_rate if annual_rate is None else annual_rate,
    )
