"""The dashboard of credit at the end of any day, and the rows behind its figures."""

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from core.dates import WIB
from core.models import AuditEntry, StepLine
from credit.dashboard import FIGURES, dashboard
from credit.models import CollectabilityChange, FundPlacement, LoanEvent
from programme.services.budget import reserve_budget
from tests.credit import lent, records

pytestmark = pytest.mark.django_db
MAY = date(2026, 5, 31)


@pytest.fixture
def placement(wibawa, bapas):
    return FundPlacement.objects.create(
        scheme=wibawa.scheme, bank=bapas, placed_on=date(2017, 1, 17), amount=100_000_000, document="SP2D 1"
    )


@pytest.fixture
def loan(application, bapas):
    """Rp5.000.000 since 15 January 2026; three instalments paid."""
    made = lent.loan(application("disbursed", bank=bapas), paid=3)
    CollectabilityChange.objects.create(loan=made, on=date(2026, 1, 15), grade=1)
    return made


def test_the_fund_adds_up_on_any_day(placement, loan, application, officer):
    waiting = application("approved")
    now = dashboard(timezone.localdate(), officer)
    assert now.ceiling == 100_000_000
    assert now.reserved == waiting.approved_amount
    assert now.disbursed == 5_000_000
    assert now.disbursed == now.outstanding + now.rolled_back + now.written_off
    assert now.free == now.ceiling - now.reserved - now.outstanding
    before = dashboard(date(2026, 1, 14), officer)
    assert (before.ceiling, before.disbursed, before.outstanding) == (100_000_000, 0, 0)
    early = dashboard(date(2026, 1, 31), officer)
    assert (early.outstanding, early.rolled_back) == (5_000_000, 0)
    assert dashboard(date(2016, 1, 1), officer).ceiling == 0


def test_a_reversed_disbursement_counts_until_it_was_reversed(loan, officer):
    paid_out = loan.events.get()
    LoanEvent.objects.create(
        loan=loan, kind="reversed", on=date(2026, 3, 1), reference="R1", reverses=paid_out, source="office",
        recorded_by=officer,
    )  # fmt: skip
    assert dashboard(date(2026, 2, 28), officer).disbursed == 5_000_000
    assert dashboard(date(2026, 3, 1), officer).disbursed == 0


def test_the_pipeline_is_counted_from_the_steps_of_that_day(application, officer):
    made = application("verified")
    moments = [
        datetime(2026, 4, day, 9, tzinfo=WIB)
        for day in (1, 2, 6, 9)  # draft, submitted, planned, verified
    ]
    for line, moment in zip(StepLine.objects.filter(object_id=made.pk).order_by("id"), moments, strict=True):
        StepLine.objects.filter(pk=line.pk).update(at=moment)
    counts = dashboard(date(2026, 4, 5), officer).counts
    assert (counts["submitted"], counts["verified"]) == (1, 0)
    shown = dashboard(MAY, officer)
    assert (shown.counts["submitted"], shown.counts["verified"]) == (0, 1)
    assert shown.stage_days == {"submitted": 4.0, "visit_planned": 3.0}


def test_risk_follows_the_unpaid_instalment_of_that_day(loan, officer):
    fourth = loan.instalments.get(number=4)
    assert not dashboard(fourth.due_on + timedelta(days=30), officer).at_risk
    late = dashboard(fourth.due_on + timedelta(days=31), officer)
    assert late.at_risk == late.outstanding
    assert late.risk_share == 100
    # The second instalment was paid on its day: nothing was ever late before.
    assert dashboard(loan.instalments.get(number=3).due_on + timedelta(days=20), officer).at_risk == 0


def test_grades_and_sectors_share_the_same_loans(loan, application, bapas, officer):
    other = lent.loan(application("disbursed", bank=bapas), paid=1)
    CollectabilityChange.objects.create(loan=other, on=date(2026, 4, 1), grade=2, days_past_due=17)
    shown = dashboard(MAY, officer)
    assert {grade: count for grade, (count, _owed) in shown.grades.items()} == {1: 1, 2: 1, 3: 0, 4: 0, 5: 0}
    (sector,) = shown.sectors
    assert (sector.code, sector.loans, sector.share) == ("10", 2, 100)
    assert [row.loan for row in shown.select("grade", "2")] == [other]
    assert len(shown.select("sector", "2020-10")) == 2


def test_a_written_off_loan_is_neither_owed_nor_back(loan, officer):
    owed = loan.balances.latest("on").principal
    LoanEvent.objects.create(
        loan=loan,
        kind="written_off",
        on=date(2026, 5, 20),
        reference="W1",
        source="office",
        recorded_by=officer,
    )
    lent.balance(loan, date(2026, 5, 20), 0)
    shown = dashboard(MAY, officer)
    assert (shown.outstanding, shown.written_off) == (0, owed)
    assert shown.rolled_back == 5_000_000 - owed


def test_the_budget_is_what_was_known_that_day(loan, officer):
    reserve_budget(loan.application.reference, code=records.BUDGET_CODE, by_year={2026: 100_000})
    today = next(row for row in dashboard(timezone.localdate(), officer).budgets if row.line.year == 2026)
    assert (today.reserved, today.free) == (100_000, 499_900_000)
    assert dashboard(timezone.localdate() - timedelta(days=1), officer).budgets == []


def test_every_figure_leads_to_the_rows_it_was_counted_from(placement, loan, application, officer, sign_in):
    application("submitted")
    client = sign_in(officer)
    page = client.get(reverse("credit_dashboard"), {"as_of": "2026-05-31"})
    text = page.content.decode()
    assert page.status_code == 200
    assert "Rp100.000.000" in text
    shown = dashboard(MAY, officer)
    for figure, key in [(name, "") for name in FIGURES] + [
        ("stage", "disbursed"),
        ("grade", "1"),
        ("sector", "2020-10"),
    ]:
        answer = client.get(
            reverse("credit_dashboard_rows", args=[figure]), {"as_of": "2026-05-31", "kunci": key}
        )
        assert answer.status_code == 200
        assert f"{len(shown.select(figure, key))} baris" in answer.content.decode(), figure
    assert client.get(reverse("credit_dashboard_rows", args=["lain"])).status_code == 404


def test_tables_and_rows_are_taken_out(loan, officer, sign_in):
    client = sign_in(officer)
    for table in ("pipeline", "sectors", "grades", "budgets"):
        answer = client.get(reverse("credit_dashboard_file", args=[table, "csv"]))
        assert b"".join(answer.streaming_content)
    answer = client.get(reverse("credit_dashboard_rows", args=["disbursed"]), {"unduh": "csv"})
    assert loan.reference in b"".join(answer.streaming_content).decode()
    assert AuditEntry.objects.get(action="credit.export_dashboard").detail["count"] == 1
    assert client.get(reverse("credit_dashboard"), {"as_of": "besok"}).status_code == 400


def test_who_sees_it(loan, owner_user, partner, verifier, approver, person, sign_in):
    for user in (owner_user, partner, verifier, person(Role.REGISTRAR)):
        assert sign_in(user).get(reverse("credit_dashboard")).status_code == 403
    assert sign_in(approver).get(reverse("credit_dashboard")).status_code == 200


def test_more_loans_take_no_more_queries(application, bapas, officer, django_assert_max_num_queries):
    for _n in range(5):
        lent.loan(application("disbursed", bank=bapas))
    with django_assert_max_num_queries(14):
        assert len(dashboard(MAY, officer).loans) == 5
