"""Many loans at once, with random histories, written straight into the tables and derived together."""

from datetime import date, timedelta

from django.utils import timezone

from core.references import new_reference
from credit.models import Application, Loan, LoanEvent
from credit.services.loans import derive_many
from ikm.models import Business
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
    loans = Loan.objects.bulk_create(
        Loan(
            reference=new_reference("PJM"),
            status="signed",
            application=asked,
            business=asked.business,
            bank=asked.bank,
            scheme_version=version,
            contract_number=f"PORTO/{number}",
            signed_on=start + timedelta(days=draw.randint(0, (today - start).days)),
            principal=asked.approved_amount,
            months=asked.approved_months,
            annual_rate=version.annual_rate,
        )
        for number, asked in enumerate(applications)
    )
    LoanEvent.objects.bulk_create(
        LoanEvent(loan=loan, source="file", recorded_by=people["officer"], **fields)
        for loan in loans
        for fields in _history(draw, loan, today)
    )
    derive_many(loans)
    return list(Loan.objects.filter(pk__in=[loan.pk for loan in loans]).order_by("pk"))


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
