"""A loan derived from its events: what each kind does, and the laws of money over 10,000 random histories."""

import random
from datetime import date, datetime, timedelta
from decimal import Decimal as D
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit.amortization import DAY_COUNTS, METHODS, LoanTerms, schedule
from credit.replay import (
    BPR,
    COMMERCIAL_BANK,
    Charged,
    Deferred,
    Disbursed,
    Paid,
    RateChanged,
    Recovered,
    Restructured,
    Reversed,
    Rules,
    WrittenOff,
    changes,
    collectability,
    payoff,
    replay,
)

START = date(2026, 1, 10)


def loan(**changed):
    given_terms = {"principal": 12_000_000, "annual_rate": 3, "periods": 12, "disbursed_on": START} | changed
    return LoanTerms(**given_terms)


FLAT = loan()  # twelve times 1.000.000 and 30.000
PAID_OUT = Disbursed(on=START, amount=12_000_000)


def paid(day, amount, reference="p1", **more):
    return Paid(on=day, amount=amount, reference=reference, **more)


def on(day, *events, terms=FLAT, rules=None):
    return replay(terms, [PAID_OUT, *events], as_of=day, rules=rules)


# --- The ordinary course ---------------------------------------------------------------------------------------------


def test_nothing_is_owed_before_the_bank_pays_out():
    state = replay(FLAT, [], as_of=START)
    assert (state.status, state.outstanding_principal, state.payoff, state.instalments) == (
        "planned",
        0,
        0,
        (),
    )


def test_paying_out_makes_the_plan_of_the_terms():
    state = on(START)
    assert [(i.due_on, i.principal, i.interest, i.balance) for i in state.instalments] == [
        (i.due_on, i.principal, i.interest, i.balance) for i in schedule(FLAT)
    ]
    assert (state.status, state.outstanding_principal, state.payoff) == ("active", 12_000_000, 12_000_000)
    assert (state.next_due_on, state.next_due, state.matures_on) == (
        date(2026, 2, 10),
        1_030_000,
        date(2027, 1, 10),
    )


def test_the_plan_counts_from_the_day_and_amount_actually_paid_out():
    state = replay(FLAT, [Disbursed(on=date(2026, 1, 15), amount=6_000_000)], as_of=date(2026, 1, 15))
    assert state.instalments[0].due_on == date(2026, 2, 15)
    assert sum(i.principal for i in state.instalments) == 6_000_000


def test_an_instalment_paid_on_its_day_is_used_up():
    state = on(date(2026, 2, 10), paid(date(2026, 2, 10), 1_030_000))
    assert state.outstanding_principal == 11_000_000
    assert (state.instalments[0].unpaid, state.instalments[0].paid_on) == (0, date(2026, 2, 10))
    assert [(a.component, a.number, a.amount) for a in state.allocations] == [
        ("interest", 1, 30_000),
        ("principal", 1, 1_000_000),
    ]
    assert (state.advance, state.days_past_due, state.next_due_on) == (0, 0, date(2026, 3, 10))


def test_a_part_payment_leaves_the_rest_overdue():
    state = on(date(2026, 2, 20), paid(date(2026, 2, 10), 400_000))
    assert (state.overdue_principal, state.overdue_interest, state.days_past_due) == (630_000, 0, 10)


def test_days_past_due_count_from_the_day_after():
    assert on(date(2026, 2, 10)).days_past_due == 0
    assert on(date(2026, 2, 11)).days_past_due == 1
    assert on(date(2026, 2, 10)).outstanding_interest == 30_000


def test_money_paid_early_waits_for_its_instalment():
    early = paid(date(2026, 2, 5), 1_030_000)
    before = on(date(2026, 2, 9), early)
    assert (before.advance, before.outstanding_principal, before.next_due) == (1_030_000, 12_000_000, 0)
    after = on(date(2026, 2, 10), early)
    assert (after.advance, after.outstanding_principal, after.days_past_due) == (0, 11_000_000, 0)
    assert {a.on for a in after.allocations} == {date(2026, 2, 10)}


# --- Order of allocation ---------------------------------------------------------------------------------------------

LATE = [
    Charged(on=date(2026, 3, 10), kind="fee", amount=10_000),
    Charged(on=date(2026, 3, 10), kind="penalty", amount=5_000),
]


def uses(state):
    return [(a.component, a.number, int(a.amount)) for a in state.allocations]


def test_penalty_then_fee_then_interest_then_principal():
    state = on(date(2026, 3, 12), *LATE, paid(date(2026, 3, 12), 90_000))
    assert uses(state) == [
        ("penalty", None, 5_000),
        ("fee", None, 10_000),
        ("interest", 1, 30_000),
        ("interest", 2, 30_000),
        ("principal", 1, 15_000),
    ]


def test_the_order_is_a_matter_of_the_rules():
    rules = Rules(allocation=("principal", "interest", "fee", "penalty"))
    state = on(date(2026, 3, 12), *LATE, paid(date(2026, 3, 12), 2_040_000), rules=rules)
    assert uses(state) == [
        ("principal", 1, 1_000_000),
        ("principal", 2, 1_000_000),
        ("interest", 1, 30_000),
        ("interest", 2, 10_000),
    ]


def test_by_instalment_the_oldest_is_paid_whole_first():
    state = on(date(2026, 3, 12), *LATE, paid(date(2026, 3, 12), 1_040_000), rules=Rules(by="instalment"))
    assert uses(state) == [
        ("interest", 1, 30_000),
        ("principal", 1, 1_000_000),
        ("penalty", None, 5_000),
        ("fee", None, 5_000),
    ]
    assert state.days_past_due == 2


def test_lateness_costs_a_penalty_by_the_day():
    rules = Rules(penalty_rate=36, penalty_grace_days=5)
    assert on(date(2026, 2, 15), rules=rules).outstanding_penalty == 0
    # 1.030.000 x 36 % / 360 = 1.030 a day.
    assert on(date(2026, 2, 25), rules=rules).outstanding_penalty == 10_300
    part = paid(date(2026, 2, 20), 535_150)  # 5.150 penalty, 30.000 interest, 500.000 principal
    assert on(date(2026, 2, 25), part, rules=rules).outstanding_penalty == 2_500


def test_the_penalty_does_not_depend_on_how_often_one_looks():
    rules = Rules(penalty_rate="17.3")
    looked = [Charged(on=date(2026, 2, 10) + timedelta(days=d), kind="fee", amount=1) for d in range(1, 40)]
    often = on(date(2026, 4, 1), *looked, rules=rules)
    assert often.outstanding_penalty == on(date(2026, 4, 1), rules=rules).outstanding_penalty > 0


# --- Paying more than is due -----------------------------------------------------------------------------------------

LEVEL = loan(annual_rate=12, method="equal_instalment")


@pytest.mark.parametrize("terms", [FLAT, LEVEL, loan(annual_rate=12, method="equal_principal")])
def test_fewer_keeps_the_instalment_and_ends_sooner(terms):
    plain = on(START, terms=terms).instalments
    state = on(
        date(2026, 2, 10),
        paid(date(2026, 2, 10), plain[0].total + 3_500_000, prepayment="fewer"),
        terms=terms,
    )
    rest = state.instalments[1:]
    assert len(rest) < 11
    assert state.prepaid == 3_500_000
    assert sum(i.principal for i in rest) == state.outstanding_principal
    if terms.method == "equal_instalment":
        assert {i.total for i in rest[:-1]} == {plain[1].total}
    else:
        assert {i.principal for i in rest[:-1]} == {plain[1].principal}
    assert rest[-1].total < plain[1].total


@pytest.mark.parametrize("terms", [FLAT, LEVEL, loan(annual_rate=12, method="equal_principal")])
def test_smaller_keeps_the_end_and_lowers_the_instalment(terms):
    plain = on(START, terms=terms).instalments
    state = on(
        date(2026, 2, 10),
        paid(date(2026, 2, 10), plain[0].total + 3_300_000, prepayment="smaller"),
        terms=terms,
    )
    rest = state.instalments[1:]
    assert [i.due_on for i in rest] == [i.due_on for i in plain[1:]]
    assert all(new.total < old.total for new, old in zip(rest, plain[1:], strict=True))
    assert sum(i.principal for i in rest) == state.outstanding_principal


def test_smaller_lowers_flat_interest_in_step_with_the_principal():
    state = on(date(2026, 2, 10), paid(date(2026, 2, 10), 1_030_000 + 5_500_000, prepayment="smaller"))
    assert [(i.principal, i.interest) for i in state.instalments[1:]] == [(500_000, 15_000)] * 11


def test_interest_until_the_day_of_a_prepayment_stays_on_the_old_balance():
    terms = loan(annual_rate=12, method="equal_principal", day_count="actual/360")
    state = on(date(2026, 1, 20), paid(date(2026, 1, 20), 6_000_000, prepayment="smaller"), terms=terms)
    # 10 days on 12 million and 21 days on 6 million, at 12 % of 360 days.
    assert state.instalments[0].interest == 40_000 + 42_000
    assert state.accrued_interest == 40_000


def test_all_principal_may_be_prepaid_before_the_interest_is_due():
    state = on(date(2026, 1, 20), paid(date(2026, 1, 20), 12_000_000, prepayment="fewer"))
    assert (state.status, state.outstanding_principal) == ("active", 0)
    assert [(i.principal, i.interest) for i in state.instalments] == [(0, state.accrued_interest)]
    later = on(date(2026, 2, 5), paid(date(2026, 1, 20), 12_000_000, prepayment="fewer"))
    assert later.payoff == state.accrued_interest


@pytest.mark.parametrize("mode", ["next", "fewer", "smaller"])
def test_the_payoff_quote_is_what_is_charged(mode):
    history = [PAID_OUT, paid(date(2026, 2, 12), 1_000_000), paid(date(2026, 3, 3), 777_777, "p2")]
    day = date(2026, 3, 27)
    rules = Rules(penalty_rate=24)
    quote = payoff(LEVEL, history, on=day, rules=rules)
    closed = replay(LEVEL, [*history, paid(day, quote, "p3", prepayment=mode)], as_of=day, rules=rules)
    assert (closed.status, closed.payoff, closed.advance, closed.outstanding_principal) == (
        "paid_off",
        0,
        0,
        0,
    )
    short = replay(LEVEL, [*history, paid(day, quote - 1, "p3", prepayment=mode)], as_of=day, rules=rules)
    assert (short.status, short.payoff) == ("active", 1)


def test_a_payoff_costs_only_the_interest_that_has_accrued():
    assert payoff(FLAT, [PAID_OUT], on=date(2026, 1, 25)) == 12_000_000 + 14_516  # 30.000 x 15 / 31


def test_what_is_paid_beyond_the_loan_is_held_for_giving_back():
    state = on(date(2026, 1, 10), paid(date(2026, 1, 10), 12_500_000))
    assert (state.status, state.advance) == ("paid_off", 500_000)


# --- The past changes ------------------------------------------------------------------------------------------------


def test_a_payment_dated_in_the_past_moves_later_ones_and_the_changes_are_listed():
    known = paid(date(2026, 3, 10), 1_060_000, "march")
    before = on(date(2026, 3, 15), known)
    assert uses(before) == [("interest", 1, 30_000), ("interest", 2, 30_000), ("principal", 1, 1_000_000)]
    after = on(date(2026, 3, 15), known, paid(date(2026, 2, 10), 1_030_000, "february"))
    found = {(c.reference, c.component, c.number): (c.before, c.after) for c in changes(before, after)}
    assert found == {
        ("march", "interest", 1): (30_000, 0),
        ("march", "principal", 1): (1_000_000, 0),
        ("march", "principal", 2): (0, 1_000_000),
        ("february", "interest", 1): (0, 30_000),
        ("february", "principal", 1): (0, 1_000_000),
    }
    assert changes(after, after) == []


def test_a_reversal_restores_the_exact_earlier_state():
    history = [PAID_OUT, paid(date(2026, 2, 10), 1_030_000, "a")]
    wrong = paid(date(2026, 3, 1), 5_000_000, "b", prepayment="smaller")
    undo = Reversed(on=date(2026, 4, 1), of="b")
    day = date(2026, 4, 1)
    assert replay(FLAT, [*history, wrong, undo], as_of=day) == replay(FLAT, history, as_of=day)
    yesterday = day - timedelta(days=1)
    assert replay(FLAT, [*history, wrong, undo], as_of=yesterday) == replay(
        FLAT, [*history, wrong], as_of=yesterday
    )


def test_relief_can_be_reversed_too():
    relief = Deferred(on=date(2026, 2, 1), months=3, reference="sk-1")
    state = on(date(2026, 3, 1), relief, Reversed(on=date(2026, 3, 1), of="sk-1"))
    assert state == on(date(2026, 3, 1))


@pytest.mark.parametrize("of", ["nothing", "later", "undo"])
def test_only_an_earlier_event_can_be_reversed(of):
    events = [paid(date(2026, 3, 5), 1, "later"), Reversed(on=date(2026, 3, 1), of=of, reference="undo")]
    with pytest.raises(ValueError, match="^of: "):
        on(date(2026, 4, 1), *events)


def test_a_payment_counts_once():
    with pytest.raises(ValueError, match="^reference: 'p1' is used twice"):
        on(date(2026, 4, 1), paid(date(2026, 2, 1), 5), paid(date(2026, 2, 2), 5))


# --- Relief, rates, restructuring ------------------------------------------------------------------------------------


def test_relief_moves_the_instalments_and_collects_the_interest_afterwards():
    first = paid(date(2026, 2, 10), 1_030_000)
    state = on(date(2026, 3, 1), first, Deferred(on=date(2026, 3, 1), months=3))
    assert state.instalments[0].due_on == date(2026, 2, 10)
    assert state.instalments[1].due_on == date(2026, 6, 10)
    assert state.matures_on == date(2027, 4, 10)
    assert [i.interest for i in state.instalments[1:3]] == [30_000 + 90_000, 30_000]
    assert sum(i.principal for i in state.instalments) == 12_000_000


def test_relief_may_waive_the_interest():
    state = on(date(2026, 1, 20), Deferred(on=date(2026, 1, 20), months=3, interest="waived"))
    assert sum(i.interest for i in state.instalments) == 360_000


def test_relief_on_the_balance_adds_interest_of_the_balance():
    relief = Deferred(on=date(2026, 1, 20), months=2)
    state = on(date(2026, 1, 20), relief, terms=LEVEL)
    assert state.instalments[0].interest == 120_000 * 3
    by_days = loan(annual_rate=12, method="equal_principal", day_count="actual/360")
    moved = on(date(2026, 1, 20), relief, terms=by_days)
    assert moved.instalments[0].interest == 4_000 * 90  # 10 January to 10 April


def test_relief_keeps_the_seed_day_and_twice_is_the_sum():
    terms = loan(disbursed_on=date(2025, 12, 31), periods=3)
    paid_out = Disbursed(on=date(2025, 12, 31), amount=12_000_000)
    once = Deferred(on=date(2026, 1, 2), months=1)
    twice = Deferred(on=date(2026, 1, 3), months=1)
    state = replay(terms, [paid_out, once, twice], as_of=date(2026, 1, 3))
    assert [i.due_on for i in state.instalments] == [date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]


def test_what_is_already_overdue_stays_overdue_under_relief():
    state = on(date(2026, 3, 1), Deferred(on=date(2026, 2, 20), months=3))
    assert (state.days_past_due, state.next_due_on) == (19, date(2026, 6, 10))


def test_a_new_rate_counts_from_its_day():
    terms = loan(annual_rate=12, method="equal_principal", day_count="actual/360")
    state = on(date(2026, 1, 25), RateChanged(on=date(2026, 1, 25), annual_rate=6), terms=terms)
    assert state.instalments[0].interest == 15 * 4_000 + 16 * 2_000
    assert state.instalments[1].interest == 51_333  # 28 days on 11 million
    assert state.annual_rate == 6
    assert [b.annual_rate for b in state.balances] == [12, 6]


def test_a_new_flat_rate_keeps_the_principal_and_changes_the_interest():
    state = on(date(2026, 2, 10), RateChanged(on=date(2026, 2, 10), annual_rate=6))
    assert [(i.principal, i.interest) for i in state.instalments[1:]] == [(1_000_000, 60_000)] * 11
    assert state.instalments[0].interest == 30_000


def test_a_restructured_loan_repays_all_principal_by_a_new_plan():
    event = Restructured(on=date(2026, 3, 20), periods=24, annual_rate=2)
    state = on(date(2026, 3, 20), event)
    assert state.outstanding_principal == 12_000_000
    assert state.outstanding_interest == 60_000  # arrears stay due
    new = state.instalments[2:]
    assert len(new) == 24
    assert new[0].number == 3
    assert new[0].due_on == date(2026, 4, 20)
    assert new[0].interest == 20_000 + 9_677  # and what had accrued since 10 March
    assert state.capitalised == 0


def test_a_restructured_loan_may_capitalise_its_interest():
    event = Restructured(on=date(2026, 3, 20), periods=24, capitalise=True)
    state = on(date(2026, 3, 20), event)
    assert state.capitalised == 60_000 + 9_677
    assert state.outstanding_principal == 12_069_677
    assert (state.outstanding_interest, state.days_past_due) == (0, 0)
    assert (state.accrued_interest, state.payoff) == (0, 12_069_677)


def test_interest_put_off_is_carried_once_through_a_new_plan():
    terms = loan(annual_rate=12, method="equal_principal", interest_deferred=3)
    event = Restructured(on=date(2026, 3, 10), periods=10)
    state = on(date(2026, 3, 10), event, terms=terms)
    assert state.accrued_interest == 120_000 + 110_000
    assert state.payoff == 12_230_000
    assert state.instalments[2].interest == 230_000 + 120_000


def test_interest_put_off_is_not_lost_when_principal_is_prepaid():
    terms = loan(annual_rate=12, method="equal_principal", interest_deferred=3)
    extra = paid(date(2026, 3, 10), 2_000_000 + 5_000_000, prepayment="smaller")
    state = on(date(2026, 3, 10), extra, terms=terms)
    assert state.payoff == 5_000_000 + 230_000
    assert [i.interest for i in state.instalments[:3]] == [0, 0, 0]
    assert state.instalments[3].interest == 230_000 + 50_000 + 45_000
    closing = paid(date(2026, 3, 10), 12_230_000)
    closed = on(date(2026, 3, 10), closing, terms=terms)
    assert (closed.status, closed.accrued_interest, closed.advance) == ("paid_off", 0, 0)
    nearly = paid(date(2026, 1, 31), 11_500_000, prepayment="fewer")
    (only,) = on(date(2026, 1, 31), nearly, terms=terms).instalments
    assert (only.principal, only.interest) == (500_000, 82_903)  # 21 days on 12 million, 10 on half a million
    shorter = paid(date(2026, 3, 10), 2_000_000 + 5_000_000, prepayment="fewer")
    assert on(date(2026, 3, 10), shorter, terms=terms).instalments[3].interest == 230_000 + 50_000 + 40_000


def test_a_second_payout_is_spread_over_the_instalments_to_come():
    more = Disbursed(on=date(2026, 2, 10), amount=5_500_000)
    state = on(date(2026, 2, 10), more)
    assert [(i.principal, i.interest) for i in state.instalments[1:]] == [(1_500_000, 43_750)] * 11
    assert sum(i.principal for i in state.instalments) == 17_500_000 == state.disbursed


def test_a_payout_after_the_last_due_day_is_refused():
    with pytest.raises(ValueError, match="nothing is left to repay"):
        on(date(2027, 2, 1), Disbursed(on=date(2027, 2, 1), amount=1))


# --- The end ---------------------------------------------------------------------------------------------------------


def test_a_write_off_empties_the_loan_and_recoveries_are_counted_apart():
    lost = WrittenOff(on=date(2026, 3, 20))
    state = on(date(2026, 3, 20), paid(date(2026, 2, 10), 1_030_000), *LATE, lost)
    assert state.status == "written_off"
    assert (state.outstanding_principal, state.payoff, state.days_past_due) == (0, 0, 0)
    assert state.written_off_principal == 11_000_000
    assert state.written_off_interest == 30_000 + 9_677
    assert state.written_off_charges == 15_000
    back = Recovered(on=date(2026, 5, 1), amount=250_000, reference="r1")
    later = on(date(2026, 5, 1), paid(date(2026, 2, 10), 1_030_000), *LATE, lost, back)
    assert later.recovered == 250_000
    assert later.allocations[-1].component == "recovery"


def test_a_recovery_never_exceeds_the_loss():
    events = [WrittenOff(on=START), Recovered(on=date(2026, 2, 1), amount=13_000_000, reference="r")]
    state = on(date(2026, 2, 1), *events)
    assert (state.recovered, state.advance) == (12_000_000, 1_000_000)


def test_events_later_than_the_day_are_not_seen():
    assert on(date(2026, 2, 1), paid(date(2026, 2, 2), 5)) == on(date(2026, 2, 1))


# --- Collectability --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "bpr", "commercial"),
    [
        (0, 1, 1),
        (1, 1, 2),
        (30, 1, 2),
        (31, 2, 2),
        (90, 2, 2),
        (91, 3, 3),
        (120, 3, 3),
        (121, 3, 4),
        (180, 3, 4),
        (181, 4, 5),
        (360, 4, 5),
        (361, 5, 5),
    ],
)
def test_a_rural_bank_grades_by_another_table_than_a_commercial_one(days, bpr, commercial):
    assert collectability(days, 0, BPR) == bpr
    assert collectability(days, 0, COMMERCIAL_BANK) == commercial


@pytest.mark.parametrize(
    ("matured", "grade"), [(0, 1), (1, 2), (15, 2), (16, 3), (30, 3), (31, 4), (60, 4), (61, 5)]
)
def test_a_matured_loan_of_a_rural_bank_falls_faster(matured, grade):
    assert collectability(0, matured, BPR) == grade
    assert collectability(0, matured, COMMERCIAL_BANK) == 1


def test_days_past_maturity_count_while_something_is_owed():
    assert on(date(2027, 1, 25)).days_past_maturity == 15
    assert on(date(2027, 1, 10)).days_past_maturity == 0
    whole = paid(START, 12_000_000)
    assert on(date(2027, 1, 25), whole).days_past_maturity == 0


# --- Bad events ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "make"),
    [
        ("amount", lambda: Paid(on=START, amount=0, reference="x")),
        ("amount", lambda: Paid(on=START, amount=1.5, reference="x")),
        ("reference", lambda: Paid(on=START, amount=1, reference="")),
        ("prepayment", lambda: Paid(on=START, amount=1, reference="x", prepayment="less")),
        ("amount", lambda: Disbursed(on=START, amount=-1)),
        ("on", lambda: Disbursed(on=datetime(2026, 1, 1), amount=1)),
        ("kind", lambda: Charged(on=START, kind="interest", amount=1)),
        ("months", lambda: Deferred(on=START, months=0)),
        ("interest", lambda: Deferred(on=START, months=1, interest="free")),
        ("annual_rate", lambda: RateChanged(on=START, annual_rate=-1)),
        ("allocation", lambda: Rules(allocation=("fee", "interest", "principal"))),
        ("by", lambda: Rules(by="age")),
        ("penalty_rate", lambda: Rules(penalty_rate=-1)),
        ("penalty_grace_days", lambda: Rules(penalty_grace_days=-1)),
        ("penalty_year_days", lambda: Rules(penalty_year_days=364)),
        ("as_of", lambda: replay(FLAT, [], as_of="2026-01-01")),
    ],
)
def test_bad_events_and_rules_are_refused_by_name(field, make):
    with pytest.raises(ValueError, match=rf"^{field}: "):
        make()


# --- Laws over random histories --------------------------------------------------------------------------------------


def random_terms(draw):
    periods = draw.randint(1, 12)
    return LoanTerms(
        principal=draw.randint(1, 500) * 100_000 + draw.randint(0, 1) * draw.randint(1, 99_999),
        annual_rate=D(draw.choice([0, 3, 6, 9, 12, 24])) + D(draw.choice(["0", "0.25", "0.37"])),
        periods=periods,
        unit=draw.choice(["month", "month", "month", "week"]),
        disbursed_on=date(2025, 1, 1) + timedelta(days=draw.randint(0, 600)),
        method=draw.choice(METHODS),
        day_count=draw.choice(DAY_COUNTS),
        rounding_unit=draw.choice([1, 1, 100, "0.01"]),
        rounding=draw.choice(["half_even", "half_up", "up"]),
        difference_on=draw.choice(["last", "first", "spread"]),
        principal_grace=draw.choice([0, 0, 0, min(2, periods - 1)]),
        interest_deferred=draw.choice([0, 0, 0, min(2, periods - 1)]),
        interest_free=draw.choice([0, 0, 0, min(2, periods - 1)]),
        business_day=draw.choice(["none", "next", "modified_following"]),
    )


def random_events(draw, terms):
    start = terms.disbursed_on

    def some_day():
        return start + timedelta(days=draw.randint(0, 420))

    share = max(1, int(terms.principal) // terms.periods)
    events = [Disbursed(on=start, amount=terms.principal, reference="out")]
    for number in range(draw.randint(0, 9)):
        amount = draw.choice([share, share + draw.randint(0, share), draw.randint(1, share), share * 3])
        events.append(
            Paid(
                on=some_day(),
                amount=amount,
                reference=f"p{number}",
                prepayment=draw.choice(["next", "next", "fewer", "smaller"]),
            )
        )
    for number in range(draw.choice([0, 0, 1, 2])):
        what = draw.randint(0, 5)
        day, name = some_day(), f"e{number}"
        if what == 0:
            events.append(
                Deferred(
                    on=day,
                    months=draw.randint(1, 3),
                    interest=draw.choice(["collected", "waived"]),
                    reference=name,
                )
            )
        elif what == 1:
            events.append(
                Restructured(
                    on=day, periods=draw.randint(1, 12), capitalise=draw.random() < 0.5, reference=name
                )
            )
        elif what == 2:
            events.append(RateChanged(on=day, annual_rate=draw.randint(0, 12), reference=name))
        elif what == 3:
            events.append(
                Charged(
                    on=day,
                    kind=draw.choice(["fee", "penalty"]),
                    amount=draw.randint(1, 50_000),
                    reference=name,
                )
            )
        elif what == 4:
            events.append(WrittenOff(on=start + timedelta(days=draw.randint(200, 420)), reference=name))
        else:
            events.append(Reversed(on=start + timedelta(days=420), of="p0"))
    if not any(isinstance(e, Paid) for e in events):
        events = [e for e in events if not isinstance(e, Reversed)]
    day = start + timedelta(days=draw.randint(0, 520))
    return events, day


def random_rules(draw):
    return Rules(
        allocation=draw.choice(list(permutations(("penalty", "fee", "interest", "principal")))),
        by=draw.choice(["component", "instalment"]),
        penalty_rate=draw.choice([0, 12]),
        penalty_grace_days=draw.choice([0, 7]),
    )


def check_money(state):
    planned = sum((i.principal for i in state.instalments), D(0))
    lent = state.disbursed + state.capitalised
    assert planned + state.prepaid + state.written_off_principal == lent
    used = sum((a.amount for a in state.allocations), D(0))
    assert used + state.advance == state.paid
    repaid = sum((a.amount for a in state.allocations if a.component == "principal"), D(0))
    assert repaid + state.outstanding_principal + state.written_off_principal == lent
    for name in ("principal", "interest", "penalty", "fee"):
        assert getattr(state, f"outstanding_{name}") >= 0
    for name in (
        "advance",
        "accrued_interest",
        "payoff",
        "next_due",
        "days_past_due",
        "prepaid",
        "recovered",
    ):
        assert getattr(state, name) >= 0
    for line in state.instalments:
        assert 0 <= line.principal_paid <= line.principal
        assert 0 <= line.interest_paid <= line.interest
        assert line.paid_on is None or line.unpaid == 0
        by_line = [a for a in state.allocations if a.number == line.number]
        assert sum(a.amount for a in by_line) == line.principal_paid + line.interest_paid
    assert [i.due_on for i in state.instalments] == sorted(i.due_on for i in state.instalments)
    assert all(a.amount > 0 for a in state.allocations)
    assert all(b.principal >= 0 for b in state.balances)
    if state.balances:
        assert state.balances[-1].principal == state.outstanding_principal
    if state.status == "paid_off":
        assert state.payoff == 0


def check_history(draw, terms, events, day, rules):
    state = replay(terms, events, as_of=day, rules=rules)
    mixed = list(events)
    draw.shuffle(mixed)
    assert replay(terms, mixed, as_of=day, rules=rules) == state
    slip = Paid(
        on=terms.disbursed_on + timedelta(days=draw.randint(0, 400)),
        amount=draw.randint(1, int(terms.principal) * 2),
        reference="slip",
        prepayment=draw.choice(["next", "fewer", "smaller"]),
    )
    undo = Reversed(on=max(slip.on, day), of="slip")
    assert replay(terms, [slip, *events, undo], as_of=undo.on, rules=rules) == replay(
        terms, events, as_of=undo.on, rules=rules
    )
    if state.status == "active" and state.payoff > 0:
        closing = Paid(
            on=day,
            amount=state.payoff,
            reference="close",
            prepayment=draw.choice(["next", "fewer", "smaller"]),
        )
        seen = [e for e in events if e.on <= day]
        closed = replay(terms, [*seen, closing], as_of=day, rules=rules)
        check_money(closed)
        assert (closed.status, closed.payoff, closed.advance) == ("paid_off", 0, 0)


def test_paying_every_instalment_on_its_day_ends_the_loan_to_the_cent():
    draw = random.Random(45)
    for _ in range(300):
        terms = random_terms(draw)
        plan = schedule(terms)
        events = [Disbursed(on=terms.disbursed_on, amount=terms.principal)] + [
            Paid(on=line.due_on, amount=line.total, reference=f"p{line.number}")
            for line in plan
            if line.total
        ]
        state = replay(terms, events, as_of=plan[-1].due_on)
        assert (state.status, state.advance, state.payoff) == ("paid_off", 0, 0)
        assert state.paid == sum(line.total for line in plan)


def test_money_adds_up_in_ten_thousand_random_histories():
    draw = random.Random(1017)
    endings = set()
    for number in range(10_000):
        terms, rules = random_terms(draw), random_rules(draw)
        events, day = random_events(draw, terms)
        state = replay(terms, events, as_of=day, rules=rules)
        check_money(state)
        endings.add(state.status)
        if number % 25 == 0:
            check_history(draw, terms, events, day, rules)
    assert endings == {"active", "paid_off", "written_off"}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_order_reversal_and_payoff_hold_for_any_history(seed):
    draw = random.Random(seed)
    terms, rules = random_terms(draw), random_rules(draw)
    events, day = random_events(draw, terms)
    check_money(replay(terms, events, as_of=day, rules=rules))
    check_history(draw, terms, events, day, rules)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 400),
    st.integers(1, 20_000_000),
    st.integers(1, 20_000_000),
    st.sampled_from(["next", "fewer", "smaller"]),
    st.sampled_from([FLAT, LEVEL]),
)
def test_two_payments_of_one_day_commute(after, one, two, mode, terms):
    day = START + timedelta(days=after)

    def figures(first, second):
        state = on(
            day + timedelta(days=40),
            paid(day, first, "a", prepayment=mode),
            paid(day, second, "b", prepayment=mode),
            terms=terms,
        )
        return state.instalments, state.balances, state.advance, state.payoff, state.prepaid

    assert figures(one, two) == figures(two, one)
