"""The small bank of clients/bank plays its month against a live portal: applications, loans, payments, claim, books."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from month import Bank, main
from semarang_ikm_client import Portal

from accounts.enums import PartnerKind
from accounts.models import Partner
from core.dates import add_months, today
from credit.models import Application, Loan, LoanEvent, SubsidyClaim
from credit.services import claims
from tests.credit import lent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def portal(live_server, partner, bapas, partner_program):
    Partner.objects.filter(user=partner).update(kind=PartnerKind.BANK)
    client, secret = partner_program(Partner.objects.get(user=partner))
    with Portal(live_server.url, client.client_id, secret, attempts=2) as made:
        made.given = (live_server.url, "--client-id", client.client_id, "--client-secret", secret)
        yield made


def ended_month():
    """The first day of the month before this one."""
    return add_months(today().replace(day=1), -1)


def bank(portal, *, day=None, **fields):
    return Bank(portal, rate=Decimal("9"), today=day or today(), **fields)


def test_what_was_forwarded_is_paid_out_and_a_bad_record_refused(portal, application):
    good = application("forwarded", recommended_amount=5_000_000, recommended_months=12)
    bad = application("in_bank_review", recommended_amount=4_000_000, recommended_months=12)
    grades = {good.reference: 1, bad.reference: 4}
    done = bank(portal, grade=lambda row: grades[row["reference"]]).play(today().replace(day=1))
    assert (done.lent, done.wrong) == ([good.reference], [])
    assert Application.objects.get(pk=bad.pk).status == "rejected"
    loan = Loan.objects.get(application=good)
    assert (loan.status, loan.principal) == ("active", 5_000_000)
    again = bank(portal, grade=lambda row: grades[row["reference"]]).play(today().replace(day=1))
    assert (again.lent, again.wrong) == ([], [])
    assert Loan.objects.count() == 1


def test_a_month_is_collected_claimed_and_reconciled_and_a_second_time_changes_nothing(
    portal, application, bapas, officer
):
    month = ended_month()
    since = add_months(month, -2) + timedelta(days=9)
    loan = lent.loan(application("disbursed", bank=bapas), disbursed_on=since)
    last = today().replace(day=1) - timedelta(days=1)
    done = bank(portal, day=last).play(month)
    assert done.wrong == []
    assert done.booked >= 1
    claim = SubsidyClaim.objects.get(reference=done.claim)
    claims.check_claim(claim, actor=officer)
    claim.refresh_from_db()
    assert claim.computed_total == claim.claimed_total == done.claimed > 0
    events = LoanEvent.objects.count()
    again = bank(portal, day=last).play(month)
    assert (again.booked, again.wrong, LoanEvent.objects.count()) == (0, [], events)
    loan.refresh_from_db()
    assert loan.outstanding_principal < loan.principal


def test_books_that_differ_are_seen(portal, application, bapas):
    month = ended_month()
    lent.loan(application("disbursed", bank=bapas), disbursed_on=add_months(month, -2))
    worker = bank(portal)
    worker.collect = lambda done, first, last: {
        loan.reference: [(date(2026, 1, 1), Decimal(1))] for loan in Loan.objects.all()
    }
    assert "1 in our books" in worker.play(today().replace(day=1)).wrong[0]


def test_the_program_tells_what_it_did(portal, application, capsys):
    made = application("forwarded", recommended_amount=5_000_000, recommended_months=12)
    assert main([*portal.given, "--rate", "9", "--month", f"{today():%Y-%m}"]) == 0
    assert "lent to 1" in capsys.readouterr().out
    assert Application.objects.get(pk=made.pk).status == "disbursed"
    assert (
        main(
            [portal.given[0], "--client-id", "x", "--client-secret", "y", "--rate", "9", "--month", "2026-11"]
        )
        == 1
    )
