"""The subsidy of a loan: figures worked by hand, and three ways that must agree to the rupiah."""

import random
from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from credit.amortization import LoanTerms
from credit.replay import Balance, Deferred, Disbursed, Paid, RateChanged, WrittenOff, replay
from credit.subsidy import planned_balances, planned_subsidy, prove, subsidy
from tests.credit.test_replay import random_events, random_terms

START = date(2026, 1, 10)
FLAT = LoanTerms(principal=12_000_000, annual_rate=3, periods=12, disbursed_on=START)
OUT = Disbursed(on=START, amount=12_000_000)


def balance(day, principal, rate=3):
    return Balance(on=day, principal=D(principal), annual_rate=D(rate))


def test_the_formula_of_the_ministry():
    # ROUND(21 / 360 x 10.000.000 x 9 %)
    got = subsidy([balance(date(2026, 3, 11), 10_000_000)], 12, date(2026, 3, 1), date(2026, 3, 31))
    (row,) = got.months[0].rows
    assert (row.days, row.principal, row.rate, row.amount) == (21, 10_000_000, 9, 52_500)
    assert got.total == 52_500


def test_a_payment_within_the_month_makes_two_rows():
    history = [balance(date(2026, 2, 1), 12_000_000), balance(date(2026, 2, 11), 11_000_000)]
    got = subsidy(history, "12.5", date(2026, 2, 1), date(2026, 2, 28))
    assert [(r.starts_on, r.ends_on, r.days, r.amount) for r in got.months[0].rows] == [
        (date(2026, 2, 1), date(2026, 2, 10), 10, 31_667),
        (date(2026, 2, 11), date(2026, 2, 28), 18, 52_250),
    ]
    assert got.total == 83_917


def test_rounding_the_month_may_differ_from_rounding_its_rows():
    history = [balance(date(2026, 2, 1 + n), principal) for n, principal in enumerate((1_002, 1_001, 1_000))]
    days = (date(2026, 2, 1), date(2026, 2, 3))
    assert subsidy(history, 21, *days).total == 3  # 0.501 + 0.5005 + 0.5, each rounded up
    assert subsidy(history, 21, *days, round_by="month").total == 2  # 1.5015
    assert prove(history, 21, *days, round_by="month").holds


def test_a_month_with_a_gap_is_still_rounded_once():
    history = [
        balance(date(2026, 2, 1), 1_002),
        balance(date(2026, 2, 2), 0),
        balance(date(2026, 2, 20), 1_001),
        balance(date(2026, 2, 21), 0),
    ]
    proof = prove(history, 21, date(2026, 2, 1), date(2026, 2, 28), round_by="month")
    assert (proof.by_day, proof.holds) == (1, True)


def test_the_day_of_disbursement_counts_and_the_last_day_of_payment_does_not():
    history = [balance(date(2026, 5, 4), 3_600_000), balance(date(2026, 5, 7), 0)]
    got = subsidy(history, 13, date(2026, 5, 1), date(2026, 5, 31))
    assert [d.on.day for d in got.days] == [4, 5, 6]
    assert got.total == 3_000


def test_months_join_without_gap_or_overlap():
    history = [balance(date(2026, 1, 10), 7_777_777)]
    whole = subsidy(history, 11, date(2026, 1, 1), date(2026, 12, 31))
    months = [subsidy(history, 11, m.starts_on, m.ends_on, round_by="row").total for m in whole.months]
    assert sum(months) == whole.total
    assert sum(row.days for m in whole.months for row in m.rows) == 356


def test_days_add_up_to_rows_and_rows_to_months():
    state = replay(
        FLAT,
        [OUT, Paid(on=date(2026, 2, 12), amount=1_234_567, reference="a")],
        as_of=date(2026, 6, 30),
    )
    for round_by in ("row", "month"):
        got = subsidy(state, "11.37", date(2026, 1, 1), date(2026, 6, 30), round_by=round_by)
        for month in got.months:
            inside = [d.amount for d in got.days if month.starts_on <= d.on <= month.ends_on]
            assert sum(inside) == month.amount
            if round_by == "row":
                assert sum(row.amount for row in month.rows) == month.amount
        assert sum(m.amount for m in got.months) == got.total


def test_late_payment_keeps_the_subsidy_on_what_is_actually_owed():
    late = replay(FLAT, [OUT], as_of=date(2026, 3, 31))
    assert subsidy(late, 12, date(2026, 3, 1), date(2026, 3, 31)).total == 12_000_000 * 9 * 31 // 36_000
    early = replay(FLAT, [OUT, Paid(on=START, amount=12_000_000, reference="a")], as_of=date(2026, 3, 31))
    assert subsidy(early, 12, date(2026, 1, 1), date(2026, 3, 31)).total == 0


def test_a_bank_rate_may_change_within_the_month():
    rates = [(date(2026, 1, 1), D(12)), (date(2026, 3, 16), D(10))]
    got = subsidy([balance(date(2026, 3, 1), 3_600_000)], rates, date(2026, 3, 1), date(2026, 3, 31))
    assert [(r.days, r.rate, r.amount) for r in got.months[0].rows] == [(15, 9, 13_500), (16, 7, 11_200)]


def test_a_borrower_rate_at_or_above_the_bank_gets_nothing():
    assert subsidy([balance(START, 1_000_000, 12)], 11, START, date(2026, 2, 1)).total == 0


def test_a_claim_cannot_reach_beyond_what_is_known():
    state = replay(FLAT, [OUT], as_of=date(2026, 3, 30))
    with pytest.raises(ValueError, match="^ends_on: the loan is known until 2026-03-30 only"):
        subsidy(state, 12, date(2026, 3, 1), date(2026, 3, 31))


def test_the_whole_future_is_split_over_budget_years():
    got = planned_subsidy(FLAT, 12)
    assert list(got.by_year) == [2026, 2027]
    assert sum(got.by_year.values()) == got.total
    # 12 million for 31 days, 11 for 28, ... 1 for 31: the sum of balance times days.
    days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    products = sum((12 - i) * n for i, n in enumerate(days))
    exact = D(products) * 1_000_000 * 9 / 36_000
    assert abs(got.total - exact) < len(got.months)


def test_paid_on_time_the_future_is_what_was_planned():
    events = [OUT] + [
        Paid(on=b.on, amount=1_030_000, reference=f"p{n}") for n, b in enumerate(planned_balances(FLAT)[1:])
    ]
    state = replay(FLAT, events, as_of=date(2027, 1, 10))
    assert subsidy(state, 12, START, date(2027, 1, 10)) == planned_subsidy(FLAT, 12)


def test_interest_relief_and_write_off_are_followed():
    events = [
        OUT,
        Deferred(on=date(2026, 2, 1), months=3),
        RateChanged(on=date(2026, 4, 1), annual_rate=0),
        WrittenOff(on=date(2026, 5, 1)),
    ]
    state = replay(FLAT, events, as_of=date(2026, 6, 30))
    got = subsidy(state, 12, date(2026, 3, 1), date(2026, 6, 30))
    assert [(m.starts_on.month, m.amount) for m in got.months] == [(3, 93_000), (4, 120_000)]


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("starts_on", {"starts_on": "2026-01-01"}),
        ("ends_on", {"ends_on": date(2025, 12, 31)}),
        ("bank_rate", {"bank_rate": 0.12}),
        ("bank_rate", {"bank_rate": -1}),
        ("bank_rate", {"bank_rate": []}),
        ("year_days", {"year_days": 366}),
        ("unit", {"unit": 0}),
        ("rounding", {"rounding": "down"}),
        ("round_by", {"round_by": "year"}),
    ],
)
def test_bad_arguments_are_refused_by_name(field, changed):
    values = {"bank_rate": 12, "starts_on": date(2026, 1, 1), "ends_on": date(2026, 1, 31)} | changed
    with pytest.raises(ValueError, match=rf"^{field}: "):
        subsidy([balance(START, 1000)], **values)


def test_three_ways_agree_to_the_rupiah_over_random_histories():
    draw = random.Random(317)
    paid_for = 0
    for _ in range(400):
        terms = random_terms(draw)
        events, _ = random_events(draw, terms)
        last = terms.disbursed_on + timedelta(days=draw.randint(30, 500))
        state = replay(terms, events, as_of=last)
        first = terms.disbursed_on - timedelta(days=draw.randint(0, 20))
        options = {
            "round_by": draw.choice(["row", "month"]),
            "year_days": draw.choice([360, 365]),
            "rounding": draw.choice(["half_even", "half_up"]),
        }
        rate = draw.choice(
            [D("13.75"), D(9), [(first, D(12)), (first + timedelta(days=draw.randint(1, 300)), D("10.5"))]]
        )
        proof = prove(state, rate, first, last, **options)
        got = subsidy(state, rate, first, last, **options)
        assert proof.holds
        assert got.total == proof.by_day == sum(day.amount for day in got.days)
        paid_for += got.total > 0
    assert paid_for > 200


def test_a_wrong_row_would_be_seen():
    history = [balance(date(2026, 2, 1), 12_000_000), balance(date(2026, 2, 11), 11_000_000)]
    right = prove(history, 12, date(2026, 2, 1), date(2026, 2, 28))
    shifted = [history[0], balance(date(2026, 2, 12), 11_000_000)]
    assert right.by_day != prove(shifted, 12, date(2026, 2, 1), date(2026, 2, 28)).by_day
