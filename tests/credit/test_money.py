"""Thousands of loans with random histories in the database: every row is what the pure replay says, to the cent."""

import random
import time
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from core.models import StepLine
from credit import replay
from credit.dashboard import dashboard
from credit.ledger import replay_event, replayed
from credit.models import CollectabilityTable, Instalment, Loan, LoanBalance, LoanEvent
from credit.services.closing import close_day
from credit.services.loans import derive, post_event
from tests.credit import records
from tests.credit.books import derived
from tests.credit.portfolio import portfolio
from tests.credit.test_replay import check_money
from tests.drills.conftest import say

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-11-24 01:00 +0700", tick=False):
        yield


@pytest.fixture
def many(wibawa, bapas, people):
    """Loans of both kinds of bank, with payments, reversals, relief, new plans, other rates, charges and write-offs."""
    commercial = records.bank(kind="commercial")

    def make(count, seed=1):
        return portfolio(
            random.Random(seed), count, version=wibawa, people=people, banks=[bapas, bapas, commercial]
        )

    return make


def by_loan(rows):
    found = defaultdict(list)
    for loan, *row in rows:
        found[loan].append(tuple(row))
    return found


def histories():
    """Every loan with its events, as credit.replay walks them."""
    events = {}
    for event in LoanEvent.objects.select_related("reverses").order_by("on", "id"):
        events.setdefault(event.loan_id, []).append(replay_event(event))
    for loan in Loan.objects.select_related("scheme_version", "bank").order_by("pk"):
        yield loan, events[loan.pk]


def check_every_row(day):
    """Compare what the database keeps of a closed day with the replay of each loan; returns the statuses that were seen."""
    instalments = by_loan(
        Instalment.objects.order_by("loan", "number").values_list(
            "loan",
            "number",
            "due_on",
            "principal",
            "interest",
            "balance",
            "principal_paid",
            "interest_paid",
            "paid_on",
        )
    )
    balances = by_loan(
        LoanBalance.objects.order_by("loan", "on").values_list("loan", "on", "principal", "annual_rate")
    )
    tables = {
        table.bank_kind: replay.CollectabilityTable(
            arrears=tuple(table.arrears), matured=tuple(table.matured) if table.matured else None
        )
        for table in CollectabilityTable.objects.all()
    }
    seen = set()
    for loan, events in histories():
        state = replayed(loan, events, day)
        check_money(state)
        assert instalments[loan.pk] == [
            (
                i.number,
                i.due_on,
                i.principal,
                i.interest,
                i.balance,
                i.principal_paid,
                i.interest_paid,
                i.paid_on,
            )
            for i in state.instalments
        ]
        assert balances[loan.pk] == [
            (row.on, row.principal, row.annual_rate)
            for row in {row.on: row for row in state.balances}.values()
        ]
        used = defaultdict(D)
        for part in state.allocations:
            used[part.component] += part.amount
        assert (loan.status, loan.outstanding_principal, loan.advance, loan.principal_paid, loan.interest_paid) == (
            state.status, state.outstanding_principal, state.advance, used["principal"], used["interest"]
        )  # fmt: skip
        assert sum(used.values()) + loan.advance == state.paid
        grade = None
        if state.status == "active":
            late = max(0, (day - loan.oldest_due_on).days) if loan.oldest_due_on else 0
            assert late == state.days_past_due
            grade = replay.collectability(late, state.days_past_maturity, tables[loan.bank.kind])
        assert loan.grade == grade
        seen |= {state.status, *(type(event).__name__ for event in events)}
    return seen


EVERYTHING = {
    "active", "paid_off", "written_off",
    "Disbursed", "Paid", "Reversed", "Charged", "Deferred", "Restructured", "RateChanged", "WrittenOff",
}  # fmt: skip


def test_hundreds_of_histories_derived_and_closed_at_once_are_what_the_replay_says(many):
    many(600)
    close_day(TODAY)
    assert check_every_row(TODAY) == EVERYTHING


@pytest.mark.drill
@pytest.mark.timeout(900)
def test_ten_thousand_histories_in_the_database_are_what_the_replay_says(many):
    begun = time.monotonic()
    for seed in range(5):
        with transaction.atomic():
            many(2000, seed=100 + seed)
            close_day(TODAY)
            assert check_every_row(TODAY) == EVERYTHING
            transaction.set_rollback(True)
    say("money adds up", "10,000 random histories in the database, each derived row compared with the replay",
        f"0 differ, {time.monotonic() - begun:.0f} s")  # fmt: skip


def test_the_comparison_sees_a_row_that_is_off_by_a_cent(many):
    """The control."""
    many(20)
    close_day(TODAY)
    check_every_row(TODAY)
    row = Instalment.objects.filter(interest_paid=0, interest__gt=1).order_by("pk").last()
    Instalment.objects.filter(pk=row.pk).update(interest=row.interest + D("0.01"))
    with pytest.raises(AssertionError):
        check_every_row(TODAY)


def test_loans_derived_together_have_the_rows_of_loans_derived_one_by_one(many):
    loans = many(150, seed=3)
    together = derived()
    assert {len(rows) > 150 for rows in together[1:]} == {True}
    Instalment.objects.all().delete()
    LoanBalance.objects.all().delete()
    for loan in loans:
        derive(loan)
    assert derived() == together


def test_the_same_portfolio_derived_again_touches_nothing(many):
    loans = many(150, seed=4)

    def places():
        return [
            list(
                model.objects.extra(select={"place": "ctid::text"}).order_by("pk").values_list("pk", "place")
            )
            for model in (Loan, Instalment, LoanBalance)
        ]

    before = places()
    for loan in loans:
        derive(loan)
    assert places() == before


# --- The figures of a past day ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("days_ago", [0, 1, 20, 60, 200])
def test_the_dashboard_of_a_past_day_is_what_the_replay_says_of_that_day(many, officer, days_ago):
    many(150, seed=5)
    day = TODAY - timedelta(days=days_ago)
    shown = {row.loan.pk: row for row in dashboard(day, officer).loans}
    late = 0
    for loan, events in histories():
        if loan.disbursed_on > day:
            assert loan.pk not in shown
            continue
        state, row = replayed(loan, events, day), shown[loan.pk]
        assert (row.outstanding, row.disbursed) == (state.outstanding_principal, state.disbursed)
        assert row.days_past_due == (state.days_past_due if state.outstanding_principal else 0)
        late += row.is_at_risk
    assert late > 5


def test_what_happens_to_a_loan_later_leaves_the_closed_day_as_it_was(many, officer):
    many(60, seed=6)
    day = TODAY - timedelta(days=1)
    closed = close_day(day).figures
    before = dashboard(day, officer)
    assert (str(before.at_risk), str(before.outstanding)) == (closed["par30"], closed["outstanding"])
    late = [row.loan for row in before.select("par30")]
    for loan in late:
        post_event(
            loan,
            kind="restructured",
            on=TODAY,
            terms={"periods": 24, "capitalise": True},
            source="office",
            actor=officer,
        )
    after = dashboard(day, officer)
    assert (after.at_risk, after.outstanding, after.grades) == (
        before.at_risk,
        before.outstanding,
        before.grades,
    )
    assert dashboard(TODAY, officer).at_risk == 0 < before.at_risk


def test_an_application_of_a_past_day_counts_what_it_asked_for_then(application, officer):
    made = application("recommended", recommended_amount=3_000_000)
    moment = timezone.now()
    for days_ago, line in zip(
        (9, 8, 7, 6, 1), StepLine.objects.filter(object_id=made.pk).order_by("id"), strict=True
    ):
        StepLine.objects.filter(pk=line.pk).update(at=moment - timedelta(days=days_ago))
    assert [
        row.amount for row in dashboard(TODAY - timedelta(days=3), officer).select("stage", "verified")
    ] == [5_000_000]
    assert dashboard(TODAY, officer).reserved == 3_000_000
