"""The plan of a loan, against figures published by lending systems, an independent oracle and the laws of money."""

import random
import subprocess
import sys
from dataclasses import FrozenInstanceError
from datetime import date, datetime, timedelta
from decimal import Decimal as D

import numpy_financial
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit.amortization import (
    DAY_COUNTS,
    DIFFERENCES,
    METHODS,
    MONTH_ENDS,
    ROUNDINGS,
    UNITS,
    LoanTerms,
    add_months,
    effective_rate,
    plan,
    schedule,
    total_interest,
)


def loan(**changes):
    given_terms = {"principal": 10_000, "annual_rate": 12, "periods": 6, "rounding_unit": "0.01"} | changes
    return LoanTerms(**given_terms)


def rows(terms):
    return [(str(i.principal), str(i.interest), str(i.total)) for i in schedule(terms)]


def test_the_modules_of_the_loan_are_pure():
    """They are imported where there is no Django, and so without its models."""
    blocked = (
        "import sys; sys.modules['django'] = None; import credit.amortization, credit.replay, credit.subsidy"
    )
    subprocess.run([sys.executable, "-c", blocked], check=True)
    assert subprocess.run([sys.executable, "-c", f"{blocked}, credit.terms"], capture_output=True).returncode


# --- The case of the contract ----------------------------------------------------------------------------------------


def test_flat_instalments_rounded_to_whole_units_leave_the_difference_to_the_last():
    plan_ = schedule(
        LoanTerms(
            principal=D(5000),
            annual_rate=D(12),
            periods=18,
            method="flat",
            rounding_unit=D("0.01"),
            instalment_unit=D(1),
            rounding="half_even",
            disbursed_on=date(2026, 1, 1),
        )
    )
    assert [i.interest for i in plan_] == [D(50)] * 18
    assert [i.principal for i in plan_] == [D(278)] * 17 + [D(274)]
    assert [i.total for i in plan_] == [D(328)] * 17 + [D(324)]
    assert [i.number for i in plan_] == list(range(1, 19))
    assert plan_[0].due_on == date(2026, 2, 1)
    assert plan_[0].days == 31
    assert plan_[-1].due_on == date(2027, 7, 1)
    assert plan_[-1].balance == 0


# --- Figures published with Apache Fineract (EMI calculation and month-end scenarios) ---------------------------------

PUBLISHED = {
    "actual/actual over new year into a leap year": (
        {"disbursed_on": date(2023, 12, 12), "day_count": "actual/actual"},
        [
            "1623.75 101.81",
            "1640.42 85.14",
            "1661.51 64.05",
            "1673.98 51.58",
            "1692.11 33.45",
            "1708.23 17.36",
        ],
    ),
    "actual/actual with a rate of four digits": (
        {"disbursed_on": date(2023, 12, 12), "day_count": "actual/actual", "annual_rate": "9.4822"},
        [
            "1632.67 80.45",
            "1645.92 67.20",
            "1662.62 50.50",
            "1672.49 40.63",
            "1686.80 26.32",
            "1699.50 13.65",
        ],
    ),
    "actual/actual, difference shared by the equal instalment": (
        {
            "principal": "331.77",
            "annual_rate": "10.65",
            "periods": 5,
            "disbursed_on": date(2023, 12, 12),
            "day_count": "actual/actual",
            "difference_on": "spread",
        },
        ["65.14 3.00", "65.73 2.41", "66.44 1.70", "66.93 1.21", "67.53 0.59"],
    ),
    "30/360": (
        {"principal": 100, "disbursed_on": date(2024, 1, 1)},
        ["16.25 1.00", "16.41 0.84", "16.58 0.67", "16.74 0.51", "16.91 0.34", "17.11 0.17"],
    ),
    "30/360, difference shared by the equal instalment": (
        {
            "principal": 75,
            "annual_rate": "12.3",
            "periods": 5,
            "disbursed_on": date(2024, 1, 1),
            "difference_on": "spread",
        },
        ["14.70 0.77", "14.85 0.62", "15.00 0.47", "15.16 0.31", "15.29 0.16"],
    ),
    "every two months": (
        {"principal": 100, "periods": 3, "every": 2, "disbursed_on": date(2024, 1, 1)},
        ["32.68 2.00", "33.33 1.35", "33.99 0.68"],
    ),
    "every two weeks": (
        {
            "principal": 100,
            "annual_rate": "9.4822",
            "every": 2,
            "unit": "week",
            "disbursed_on": date(2024, 1, 1),
        },
        ["16.51 0.37", "16.57 0.31", "16.63 0.25", "16.69 0.19", "16.76 0.12", "16.84 0.06"],
    ),
    "actual/365 in a leap year": (
        {"principal": 100, "disbursed_on": date(2024, 1, 1), "day_count": "actual/365"},
        ["16.23 1.02", "16.45 0.80", "16.56 0.69", "16.75 0.50", "16.90 0.35", "17.11 0.17"],
    ),
    "every fifteen days, difference shared by the equal instalment": (
        {
            "principal": 100,
            "annual_rate": "9.4822",
            "every": 15,
            "unit": "day",
            "disbursed_on": date(2024, 1, 1),
            "day_count": "actual/365",
            "difference_on": "spread",
        },
        ["16.51 0.39", "16.57 0.33", "16.64 0.26", "16.70 0.20", "16.77 0.13", "16.81 0.07"],
    ),
    "sharing the difference would not make it smaller": (
        {
            "principal": 100,
            "annual_rate": "15.678",
            "disbursed_on": date(2024, 1, 1),
            "day_count": "actual/365",
            "difference_on": "spread",
        },
        ["16.10 1.33", "16.38 1.05", "16.53 0.90", "16.77 0.66", "16.97 0.46", "17.25 0.22"],
    ),
    "rolled to the first of the next month, actual days": (
        {"periods": 3, "disbursed_on": date(2025, 1, 31), "day_count": "actual/actual", "month_end": "roll"},
        ["3303.22 95.34", "3332.51 66.05", "3364.27 34.29"],
    ),
    "clamped to the end of the month, actual days": (
        {"periods": 3, "disbursed_on": date(2025, 1, 31), "day_count": "actual/actual"},
        ["3305.77 92.05", "3329.59 68.23", "3364.64 33.19"],
    ),
    "rolled with months of a twelfth": (
        {"periods": 3, "disbursed_on": date(2025, 1, 31), "month_end": "roll"},
        ["3300.22 100.00", "3333.22 67.00", "3366.56 33.67"],
    ),
    "two periods of principal grace": (
        {"principal": 100, "annual_rate": 7, "disbursed_on": date(2024, 1, 1), "principal_grace": 2},
        ["0 0.58", "0 0.58", "24.79 0.58", "24.93 0.44", "25.08 0.29", "25.20 0.15"],
    ),
    "two periods of interest put off": (
        {"principal": 100, "annual_rate": 7, "disbursed_on": date(2024, 1, 1), "interest_deferred": 2},
        ["17.01 0", "17.01 0", "15.57 1.44", "16.72 0.29", "16.81 0.20", "16.88 0.10"],
    ),
}


@pytest.mark.parametrize("case", PUBLISHED)
def test_published_schedules_come_out_to_the_cent(case):
    changes, expected = PUBLISHED[case]
    got = schedule(loan(method="equal_instalment", **changes))
    assert [(i.principal, i.interest) for i in got] == [tuple(map(D, line.split())) for line in expected]


def test_erpnext_loan_of_280000_comes_out_to_the_unit():
    got = schedule(
        LoanTerms(
            principal=280_000,
            annual_rate="8.4",
            periods=20,
            method="equal_instalment",
            instalment_rounding="up",
            rounding="half_up",
        )
    )
    assert got[0].total == 15052
    assert total_interest(got) == 21034
    assert [(i.principal, i.interest, i.balance) for i in (got[3], got[17], got[19])] == [
        (13369, 1683, 227079),
        (14740, 312, 29785),
        (14941, 105, 0),
    ]


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1_000, 50_000_000),
    st.decimals("0.25", "30", places=2),
    st.integers(1, 60),
    st.sampled_from([1, 3]),
)
def test_annuity_agrees_with_numpy_financial(principal, rate, periods, every):
    got = schedule(
        loan(
            principal=principal,
            annual_rate=rate,
            periods=periods,
            every=every,
            method="equal_instalment",
            rounding_unit="0.0001",
        )
    )
    per_period = float(rate) / 1200 * every
    assert float(got[0].total) == pytest.approx(
        -numpy_financial.pmt(per_period, periods, principal), abs=0.001
    )
    interest = -numpy_financial.ipmt(per_period, range(1, periods + 1), periods, principal)
    assert [float(i.interest) for i in got] == pytest.approx(interest, abs=0.01)


# --- Dates -----------------------------------------------------------------------------------------------------------


def due_days(**changes):
    return [i.due_on.isoformat() for i in schedule(loan(**changes))]


def test_the_31st_is_clamped_and_comes_back():
    assert due_days(disbursed_on=date(2023, 12, 31), periods=4) == [
        "2024-01-31",
        "2024-02-29",
        "2024-03-31",
        "2024-04-30",
    ]


def test_the_31st_rolls_to_the_first_and_comes_back():
    assert due_days(disbursed_on=date(2025, 1, 31), periods=3, month_end="roll") == [
        "2025-03-01",
        "2025-03-31",
        "2025-05-01",
    ]


def test_29_february_is_kept_over_years():
    assert due_days(disbursed_on=date(2024, 2, 29), periods=4, every=12) == [
        "2025-02-28",
        "2026-02-28",
        "2027-02-28",
        "2028-02-29",
    ]


def test_the_first_due_day_sets_the_seed():
    assert due_days(disbursed_on=date(2026, 1, 10), first_due_on=date(2026, 1, 31), periods=3) == [
        "2026-01-31",
        "2026-02-28",
        "2026-03-31",
    ]


def test_weeks_and_days_are_counted():
    assert due_days(disbursed_on=date(2026, 12, 25), unit="week", periods=2) == ["2027-01-01", "2027-01-08"]
    assert due_days(disbursed_on=date(2026, 12, 25), unit="day", every=10, periods=2) == [
        "2027-01-04",
        "2027-01-14",
    ]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("none", ["2026-01-30", "2026-02-28", "2026-03-30"]),
        ("next", ["2026-02-02", "2026-03-02", "2026-03-30"]),
        ("previous", ["2026-01-29", "2026-02-27", "2026-03-30"]),
        ("modified_following", ["2026-01-29", "2026-02-27", "2026-03-30"]),
    ],
)
def test_due_days_move_off_weekends_and_holidays_and_the_seed_stays(rule, expected):
    # 30 January 2026 is a Friday, made a holiday here; 28 February is a Saturday.
    assert (
        due_days(disbursed_on=date(2025, 12, 30), periods=3, business_day=rule, holidays={date(2026, 1, 30)})
        == expected
    )


def test_modified_following_stays_later_within_the_month():
    assert due_days(disbursed_on=date(2026, 1, 14), periods=1, business_day="modified_following") == [
        "2026-02-16"
    ]


def test_a_bank_open_on_saturday_says_so():
    assert due_days(disbursed_on=date(2026, 1, 28), periods=1, business_day="next", weekend={6}) == [
        "2026-02-28"
    ]


def test_a_moved_due_day_changes_interest_of_actual_days_alone():
    moved = {"disbursed_on": date(2026, 1, 28), "periods": 2, "business_day": "next"}
    assert [i.interest for i in schedule(loan(**moved))] == [D(100), D(100)]
    assert [i.interest for i in schedule(loan(day_count="actual/360", **moved))] == [
        D("110.00"),
        D("93.33"),
    ]
    assert [i.days for i in schedule(loan(**moved))] == [33, 28]


# --- Day counts and irregular first periods --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day_count", "interest"),
    [("30/360", "100.00"), ("actual/365", "95.34"), ("actual/360", "96.67"), ("actual/actual", "95.08")],
)
def test_february_of_a_leap_year_by_each_day_count(day_count, interest):
    terms = loan(method="equal_principal", periods=1, disbursed_on=date(2024, 2, 1), day_count=day_count)
    assert schedule(terms)[0].interest == D(interest)


@pytest.mark.parametrize(
    ("day_count", "interest"),
    [("30/360", "146.67"), ("actual/365", "147.95"), ("actual/360", "150.00")],
)
def test_a_long_first_period_bears_the_extra_days(day_count, interest):
    terms = loan(
        method="equal_principal",
        periods=2,
        disbursed_on=date(2026, 1, 1),
        first_due_on=date(2026, 2, 15),
        day_count=day_count,
    )
    first, second = schedule(terms)
    assert first.interest == D(interest)
    assert first.days == 45
    assert second.due_on == date(2026, 3, 15)


def test_a_first_due_day_one_period_later_is_an_ordinary_month():
    named = loan(
        disbursed_on=date(2026, 1, 31), first_due_on=date(2026, 2, 28), method="equal_principal", periods=1
    )
    assert schedule(named)[0].interest == D(100)


# --- Rounding and its difference -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rounding", "first", "last"), [("half_even", 333, 334), ("half_up", 333, 334), ("up", 334, 332)]
)
def test_principal_is_rounded_and_the_last_takes_the_rest(rounding, first, last):
    got = schedule(LoanTerms(principal=1000, annual_rate=0, periods=3, rounding=rounding))
    assert [i.principal for i in got] == [first, first, last]


def test_half_even_and_half_up_part_at_the_half():
    half = {"principal": 1000, "annual_rate": 3, "periods": 1, "method": "equal_principal"}  # 2.50 a month
    assert schedule(LoanTerms(**half))[0].interest == 2
    assert schedule(LoanTerms(rounding="half_up", **half))[0].interest == 3
    assert schedule(LoanTerms(rounding="up", **half))[0].interest == 3


def test_flat_interest_of_the_term_is_exact():
    got = schedule(loan(principal=1000, annual_rate=10, periods=3))
    assert [i.interest for i in got] == [D("8.33"), D("8.33"), D("8.34")]
    assert total_interest(got) == D("25.00")


def test_whole_thousands_for_the_borrower_and_a_smaller_last_instalment():
    got = schedule(
        LoanTerms(
            principal=5_000_000, annual_rate=3, periods=12, instalment_unit=1_000, instalment_rounding="up"
        )
    )
    assert [i.total for i in got] == [430_000] * 11 + [420_000]
    assert total_interest(got) == 150_000


@pytest.mark.parametrize(
    ("where", "expected"),
    [("last", [278] * 17 + [274]), ("first", [274] + [278] * 17), ("spread", [278] * 14 + [277] * 4)],
)
def test_the_difference_goes_where_the_terms_say(where, expected):
    got = schedule(loan(principal=5000, periods=18, instalment_unit=1, difference_on=where))
    assert [i.principal for i in got] == expected


def test_the_first_equal_instalment_can_take_the_difference():
    got = schedule(loan(principal=100, method="equal_instalment", difference_on="first"))
    assert [i.total for i in got] == [D("17.28")] + [D("17.25")] * 5


def test_rounding_to_hundreds_leaves_only_the_last_odd():
    got = schedule(LoanTerms(principal=1_234_567, annual_rate=6, periods=7, rounding_unit=100))
    assert all(i.total % 100 == 0 for i in got[:-1])
    assert sum(i.principal for i in got) == 1_234_567


def test_a_loan_smaller_than_the_rounding_unit_is_still_repaid_once():
    got = schedule(LoanTerms(principal=50, annual_rate=10, periods=3, rounding_unit=100, rounding="up"))
    assert [i.principal for i in got] == [50, 0, 0]
    assert [i.balance for i in got] == [0, 0, 0]


def test_one_period_and_no_interest():
    (only,) = schedule(LoanTerms(principal=5_000_000, annual_rate=0, periods=1, method="equal_instalment"))
    assert (only.principal, only.interest, only.balance) == (5_000_000, 0, 0)


# --- Three kinds of grace --------------------------------------------------------------------------------------------


def test_principal_grace_pays_interest_alone():
    got = rows(loan(principal=12_000, periods=4, principal_grace=2))
    assert got == [("0", "120.00", "120.00")] * 2 + [("6000.00", "120.00", "6120.00")] * 2


def test_deferred_interest_of_a_flat_loan_is_spread_over_the_later_instalments():
    got = schedule(loan(principal=12_000, periods=12, interest_deferred=3))
    assert [i.interest for i in got] == [0] * 3 + [160] * 9


def test_deferred_interest_on_equal_principal_comes_with_the_first_instalment_after():
    got = schedule(loan(principal=12_000, method="equal_principal", interest_deferred=3))
    assert [i.interest for i in got] == [0, 0, 0, D("360.00"), D("40.00"), D("20.00")]
    assert {i.principal for i in got} == {2000}


def test_no_payment_at_all_while_both_are_put_off():
    got = schedule(loan(principal=12_000, method="equal_instalment", interest_deferred=3, principal_grace=3))
    assert [i.total for i in got[:5]] == [0, 0, 0, D("4080.27"), D("4080.27")]
    assert got[3].interest == D("480.00")


def test_deferred_interest_larger_than_the_instalment_waits_for_room():
    got = schedule(
        loan(principal=1000, annual_rate=120, periods=8, method="equal_instalment", interest_deferred=5)
    )
    assert all(i.total == got[0].total for i in got[:-1])
    assert (got[5].principal, got[5].interest) == (0, got[0].total)
    assert 0 < got[6].principal < got[0].total


def test_deferred_interest_waits_for_room_for_whole_units_of_it():
    got = schedule(
        loan(
            principal=D("0.01"),
            annual_rate="0.01",
            periods=3,
            method="equal_instalment",
            rounding_unit=100,
            rounding="up",
            instalment_unit=1,
            interest_deferred=1,
        )
    )
    assert [(i.principal, i.interest) for i in got] == [(D("0.01"), 0), (0, 0), (0, 100)]


def test_free_interest_never_arises():
    got = schedule(loan(principal=12_000, periods=4, interest_free=1))
    assert [i.interest for i in got] == [0, 120, 120, 120]
    level = schedule(loan(principal=12_000, method="equal_instalment", interest_free=2))
    assert [i.interest for i in level[:2]] == [0, 0]
    assert {i.total for i in level[:-1]} == {D("2033.22")}


def test_the_three_graces_cost_differently():
    plain, grace, deferred, free = (
        total_interest(schedule(loan(method="equal_principal", **change)))
        for change in ({}, {"principal_grace": 2}, {"interest_deferred": 2}, {"interest_free": 2})
    )
    assert free < plain == deferred < grace


def test_interest_free_for_the_whole_term():
    assert total_interest(schedule(loan(interest_free=6))) == 0


# --- Effective rate --------------------------------------------------------------------------------------------------


def test_three_percent_flat_costs_about_five_and_a_half_effective():
    assert effective_rate(LoanTerms(principal=5_000_000, annual_rate=3, periods=12)) == D("5.49")
    assert effective_rate(LoanTerms(principal=5_000_000, annual_rate=3, periods=36)) == D("5.68")


def test_the_effective_rate_of_an_annuity_is_its_own_rate():
    terms = LoanTerms(principal=50_000_000, annual_rate=9, periods=24, method="equal_instalment")
    assert effective_rate(terms) == D("9.00")
    assert effective_rate(LoanTerms(principal=1000, annual_rate=0, periods=3)) == 0


# --- Bad terms -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("principal", 0),
        ("principal", -1),
        ("principal", 1000.0),
        ("principal", None),
        ("principal", "seribu"),
        ("principal", D("NaN")),
        ("principal", True),
        ("annual_rate", -1),
        ("annual_rate", 0.03),
        ("annual_rate", D("Infinity")),
        ("periods", 0),
        ("periods", "12"),
        ("periods", True),
        ("periods", 999_999),
        ("every", 0),
        ("unit", "year"),
        ("method", "balloon"),
        ("method", None),
        ("day_count", "30/365"),
        ("rounding_unit", 0),
        ("rounding_unit", 0.01),
        ("rounding", "down"),
        ("instalment_unit", 0),
        ("instalment_unit", 1.0),
        ("instalment_rounding", "down"),
        ("difference_on", "middle"),
        ("principal_grace", 6),
        ("principal_grace", -1),
        ("interest_deferred", 6),
        ("interest_free", 7),
        ("month_end", "skip"),
        ("business_day", "nearest"),
        ("disbursed_on", None),
        ("disbursed_on", "2026-01-01"),
        ("disbursed_on", datetime(2026, 1, 1)),
        ("first_due_on", date(2001, 1, 1)),
        ("first_due_on", "2026-01-01"),
        ("holidays", "2026-01-01"),
        ("holidays", {"2026-01-01"}),
        ("holidays", None),
        ("weekend", set(range(7))),
    ],
)
def test_bad_terms_are_refused_by_name(field, value):
    with pytest.raises(ValueError, match=rf"^{field}: "):
        loan(**{field: value})


def test_terms_cannot_be_changed_nor_given_by_position():
    with pytest.raises(FrozenInstanceError):
        loan().principal = D(1)
    with pytest.raises(TypeError):
        LoanTerms(1000, 12, 6)


def test_add_months_goes_back_too():
    assert add_months(date(2024, 3, 31), -1) == date(2024, 2, 29)
    assert add_months(date(2024, 1, 15), -1) == date(2023, 12, 15)


# --- Laws that hold for every loan -----------------------------------------------------------------------------------

ANY_TERMS = st.builds(
    dict,
    principal=st.decimals("0.01", "50000000", places=2),
    annual_rate=st.decimals("0", "48", places=2),
    periods=st.integers(1, 40),
    every=st.integers(1, 4),
    unit=st.sampled_from(UNITS),
    disbursed_on=st.dates(date(2015, 1, 1), date(2035, 12, 31)),
    first_after=st.none() | st.integers(1, 70),
    method=st.sampled_from(METHODS),
    day_count=st.sampled_from(DAY_COUNTS),
    rounding_unit=st.sampled_from(["0.01", "1", "100", "1000"]),
    rounding=st.sampled_from(ROUNDINGS),
    instalment_unit=st.none() | st.sampled_from(["1", "50", "1000"]),
    instalment_rounding=st.none() | st.sampled_from(ROUNDINGS),
    difference_on=st.sampled_from(DIFFERENCES),
    month_end=st.sampled_from(MONTH_ENDS),
    business_day=st.sampled_from(["none", "next", "previous", "modified_following"]),
    graces=st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)),
)


def build(values):
    values = dict(values)
    after = values.pop("first_after")
    grace, deferred, free = (min(n, values["periods"] - 1) for n in values.pop("graces"))
    first = None if after is None else values["disbursed_on"] + timedelta(days=after)
    return LoanTerms(
        **values, first_due_on=first, principal_grace=grace, interest_deferred=deferred, interest_free=free
    )


def check_laws(terms):
    got = schedule(terms)
    assert len(got) == terms.periods
    assert sum(i.principal for i in got) == terms.principal
    balance, previous = terms.principal, terms.disbursed_on
    for number, line in enumerate(got, 1):
        balance -= line.principal
        assert line.number == number
        assert line.principal >= 0
        assert line.interest >= 0
        assert line.interest % terms.rounding_unit == 0
        assert line.total == line.principal + line.interest
        assert line.balance == balance >= 0
        assert line.days == (line.due_on - previous).days >= 0
        previous = line.due_on
        if number <= terms.principal_grace:
            assert line.principal == 0
        if number <= max(terms.interest_deferred, terms.interest_free):
            assert line.interest == 0
    assert got[-1].balance == 0
    planned = plan(terms)
    assert sum(row.accrues for row in planned) == sum(row.interest for row in planned)
    assert schedule(terms) == got


@settings(max_examples=150, deadline=None)
@given(ANY_TERMS)
def test_every_plan_adds_up(values):
    check_laws(build(values))


def test_five_hundred_seeded_plans_add_up():
    draw = random.Random(20170117)
    for _ in range(500):
        periods = draw.randint(1, 36)
        check_laws(
            LoanTerms(
                principal=draw.randint(1, 50_000_000),
                annual_rate=D(draw.randint(0, 3000)) / 100,
                periods=periods,
                disbursed_on=date(2020, 1, 1) + timedelta(days=draw.randint(0, 3000)),
                method=draw.choice(METHODS),
                day_count=draw.choice(DAY_COUNTS),
                rounding_unit=draw.choice(["0.01", 1, 100]),
                rounding=draw.choice(ROUNDINGS),
                difference_on=draw.choice(DIFFERENCES),
                principal_grace=draw.randint(0, min(3, periods - 1)),
                interest_deferred=draw.randint(0, min(3, periods - 1)),
            )
        )


@settings(max_examples=100, deadline=None)
@given(st.integers(100, 50_000_000), st.integers(1, 60), st.sampled_from(["flat", "equal_principal"]))
def test_a_spread_difference_is_at_most_one_unit_anywhere(principal, periods, method):
    parts = [
        i.principal
        for i in schedule(
            LoanTerms(
                principal=principal, annual_rate=3, periods=periods, method=method, difference_on="spread"
            )
        )
    ]
    assert max(parts) - min(parts) <= 1
