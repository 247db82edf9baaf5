"""Many loans at once, with random histories, written straight into the tables and derived together."""

from datetime import date, timedelta

from django.db import connection
from django.utils import timezone

from core.references import new_reference
from credit.models import Application, Loan, LoanEvent
from credit.services.loans import derive_many
from ikm.models import Business, Representative
from tests.ikm.businesses import business


def portfolio(draw, count, *, version, people, banks, start=date(2025, 1, 2), today=date(2026, 11, 24)):
    """`count` disbursed loans of the given banks, each with a history that suits its age. Returns them as derived."""
    first = business(registered_on=date(2015, 1, 1))
    owner = first.ownerships.get().owner
    copied = ("kelurahan_id", "main_kbli_id", "address", "latitude", "longitude", "status", "registered_on")
    businesses = Business.objects.bulk_create(
        Business(
            reference=new_reference("IKM"),
            name=f"Usaha {number}",
            **{name: getattr(first, name) for name in copied},
        )
        for number in range(count)
    )
    applications = Application.objects.bulk_create(
        Application(
            reference=new_reference("KRD"),
            status="disbursed",
            business=made,
            owner=owner,
            applicant=people["applicant"],
            scheme_version=version,
            amount=amount,
            months=months,
            recommended_amount=amount,
            recommended_months=months,
            approved_amount=amount,
            approved_months=months,
            purpose_kind="working_capital",
            collateral_kind="none",
            submitted_at=timezone.now(),
            bank=draw.choice(banks),
        )
        for made in businesses
        for amount, months in [(draw.randint(10, 500) * 100_000, draw.choice([6, 10, 12, 18, 24]))]
    )
    loans = []
    for number, asked in enumerate(applications):
        signed_on = start + timedelta(days=draw.randint(0, (today - start).days))
        loans.append(
            Loan(
                reference=new_reference("PJM"),
                status="active",
                application=asked,
                business=asked.business,
                bank=asked.bank,
                scheme_version=version,
                contract_number=f"PORTO/{number}",
                signed_on=signed_on,
                disbursed_on=signed_on,
                principal=asked.approved_amount,
                months=asked.approved_months,
                annual_rate=version.annual_rate,
            )
        )
    Loan.objects.bulk_create(loans)
    Representative.objects.bulk_create(
        Representative(user=people["applicant"], business=made, kind="owner", status="approved")
        for made in businesses
    )
    known = {"source": "file", "recorded_by": people["officer"]}
    events = LoanEvent.objects.bulk_create(
        LoanEvent(loan=loan, **known, **fields) for loan in loans for fields in _history(draw, loan, today)
    )
    LoanEvent.objects.bulk_create(
        LoanEvent(
            loan=event.loan,
            kind="reversed",
            on=min(today, event.on + timedelta(days=draw.randint(0, 40))),
            reference=f"undo {event.reference}",
            reverses=event,
            **known,
        )
        for event in events
        if event.kind != "disbursed" and draw.random() < 0.03
    )
    derive_many(loans)
    with connection.cursor() as cursor:  # autovacuum never sees what a test rolls back
        cursor.execute("ANALYZE credit_loan, credit_loanevent, credit_instalment, credit_loanbalance")
    return list(Loan.objects.filter(pk__in=[loan.pk for loan in loans]).order_by("pk"))


#: What may happen beside payments, and how often; a write-off ends it all.
_OTHER = {"charged": 6, "deferred": 3, "restructured": 3, "rate_changed": 2, "written_off": 1}


def _history(draw, loan, today):
    yield {"kind": "disbursed", "on": loan.signed_on, "amount": loan.principal, "reference": "out"}
    share = int(loan.principal) // loan.months
    diligent = draw.choice([1, 1, 0.8, 0.4, 0])
    for number in range(1, loan.months + 4):
        on = loan.signed_on + timedelta(days=30 * number + draw.randint(-3, 10))
        if on <= today and draw.random() < diligent:
            amount = draw.choice([share, share + int(loan.principal * 3 / 1200), share * 3, share // 2 + 1])
            yield {
                "kind": "paid",
                "on": on,
                "amount": amount,
                "reference": f"p{number}",
                "terms": {"prepayment": draw.choice(["next", "next", "next", "fewer"])},
            }
    if draw.random() < 0.3:
        kind = draw.choices(list(_OTHER), list(_OTHER.values()))[0]
        yield {
            "kind": kind,
            "on": loan.signed_on + timedelta(days=draw.randint(0, (today - loan.signed_on).days)),
            "amount": draw.randint(1, 50_000) if kind == "charged" else None,
            "reference": "other",
            "terms": {
                "charged": {"kind": draw.choice(["fee", "penalty"])},
                "deferred": {"months": draw.randint(1, 3), "interest": draw.choice(["collected", "waived"])},
                "restructured": {"periods": draw.randint(1, 24), "capitalise": draw.random() < 0.5},
                "rate_changed": {"annual_rate": str(draw.randint(0, 8))},
                "written_off": {},
            }[kind],
        }
