"""Each rule says pass or fail, the figure it used, and what would have passed."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from credit.eligibility import BLOCKING, Facts, Finding, HeldLicence, Rule, Tiers, check, may_be_sent
from credit.enums import RuleKind

TODAY = date(2026, 11, 24)
TIERS = Tiers(
    amount_min=1_000_000,
    amount_step=100_000,
    unsecured_max=5_000_000,
    secured_max=50_000_000,
    months_min=3,
    months_max=36,
)
RULES = [
    Rule(RuleKind.REGISTERED),
    Rule(RuleKind.RESIDENCE, ["33.74"]),
    Rule(RuleKind.MINIMUM_AGE, 17),
    Rule(RuleKind.BUSINESS_AGE, 24),
    Rule(RuleKind.LICENCE, ["iumk", "nib"]),
    Rule(RuleKind.NO_OPEN_LOAN),
    Rule(RuleKind.AMOUNT),
    Rule(RuleKind.MONTHS),
    Rule(RuleKind.COLLATERAL),
]
GOOD = Facts(
    tiers=TIERS,
    register_status="registered",
    birth_date=date(1980, 5, 5),
    business_start=date(2015, 1, 1),
    area_code="33.74",
    licences=(HeldLicence(kind="nib"),),
    has_open_loan=False,
    amount=Decimal(5_000_000),
    months=12,
    has_collateral=False,
)


def finding(kind, facts=GOOD, on=TODAY, **changes):
    [found] = [one for one in check(RULES, replace(facts, **changes), on) if one.kind == kind]
    return found


def test_everything_in_order_may_be_sent():
    findings = check(RULES, GOOD, TODAY)
    assert [one.kind for one in findings] == [rule.kind for rule in RULES]
    assert all(one.passed for one in findings)
    assert not any(one.advice for one in findings)
    assert may_be_sent(findings)


def test_nothing_known_is_neither_passed_nor_failed_and_says_what_to_fill_in():
    findings = check(RULES, Facts(tiers=TIERS), TODAY)
    assert {one.passed for one in findings} == {None}
    assert all(one.sentence and one.advice for one in findings)
    assert not may_be_sent(findings)


@pytest.mark.parametrize(
    ("kind", "changes", "sentence"),
    [
        (
            RuleKind.REGISTERED,
            {"register_status": "submitted"},
            "Usaha belum terdaftar di Dinas Perindustrian.",
        ),
        (RuleKind.RESIDENCE, {"area_code": "33.22"}, "KTP beralamat di luar Kota Semarang."),
        (
            RuleKind.MINIMUM_AGE,
            {"birth_date": date(2010, 3, 3)},
            "Umur pemilik 16 tahun; paling sedikit 17 tahun. Memenuhi sejak 3 Maret 2027.",
        ),
        (
            RuleKind.BUSINESS_AGE,
            {"business_start": date(2025, 3, 3)},
            "Umur usaha 1 tahun 8 bulan; paling sedikit 2 tahun. Memenuhi sejak 3 Maret 2027.",
        ),
        (RuleKind.LICENCE, {"licences": ()}, "Belum ada izin yang tercatat; perlu IUMK atau NIB."),
        (
            RuleKind.LICENCE,
            {"licences": (HeldLicence(kind="tdi"),)},
            "Izin yang tercatat: TDI; perlu IUMK atau NIB.",
        ),
        (
            RuleKind.LICENCE,
            {"licences": (HeldLicence(kind="iumk", expires_on=date(2025, 3, 3)),)},
            "IUMK habis masa berlakunya 3 Maret 2025; perlu IUMK atau NIB yang masih berlaku.",
        ),
        (
            RuleKind.NO_OPEN_LOAN,
            {"has_open_loan": True},
            "Usaha ini atau pemiliknya masih mempunyai pinjaman Wibawa yang berjalan.",
        ),
        (
            RuleKind.AMOUNT,
            {"amount": Decimal(70_000_000)},
            "Jumlah Rp70.000.000 tidak dapat dipinjam; Rp1.000.000 sampai Rp50.000.000, kelipatan Rp100.000. "
            "Yang terdekat Rp50.000.000.",
        ),
        (RuleKind.MONTHS, {"months": 48}, "Jangka waktu 48 bulan; harus 3 sampai 36 bulan."),
        (
            RuleKind.COLLATERAL,
            {"amount": Decimal(10_000_000)},
            "Rp10.000.000 di atas Rp5.000.000. Ajukan paling banyak Rp5.000.000 tanpa agunan, atau sertakan agunan.",
        ),
    ],
)
def test_what_fails_says_the_figure_and_what_would_have_passed(kind, changes, sentence):
    found = finding(kind, **changes)
    assert found.passed is False
    assert found.sentence == sentence
    assert found.advice
    with translation.override("en"):
        assert found.sentence != sentence
        assert found.advice


def test_the_residence_is_that_of_the_ktp_address_in_all_its_districts():
    assert finding(RuleKind.RESIDENCE, area_code="33.74.01.1001").passed
    assert finding(RuleKind.RESIDENCE, area_code="33.7").passed is False


def test_collateral_is_asked_above_the_free_tier_only():
    assert finding(RuleKind.COLLATERAL, amount=Decimal(5_000_000), has_collateral=None).passed
    assert finding(RuleKind.COLLATERAL, amount=Decimal(5_100_000), has_collateral=None).passed is None
    assert finding(RuleKind.COLLATERAL, amount=Decimal(50_000_000), has_collateral=True).passed


def test_age_of_business_and_licence_are_left_to_the_verifier():
    young = check(RULES, replace(GOOD, business_start=TODAY, licences=()), TODAY)
    assert sum(one.passed is False for one in young) == 2
    assert may_be_sent(young)
    assert set(RuleKind) - BLOCKING == {RuleKind.BUSINESS_AGE, RuleKind.LICENCE}


def test_a_finding_is_kept_and_read_again():
    for one in check(RULES, replace(GOOD, birth_date=date(2010, 3, 3), licences=()), TODAY):
        again = Finding.from_json(one.as_json())
        assert (again.kind, again.passed, again.sentence) == (one.kind, one.passed, one.sentence)


@settings(max_examples=150, deadline=None)
@given(birth=st.dates(date(1950, 1, 1), TODAY), start=st.dates(date(1990, 1, 1), TODAY), on=st.just(TODAY))
def test_waiting_until_the_day_it_names_passes_and_a_day_less_does_not(birth, start, on):
    facts = replace(GOOD, birth_date=birth, business_start=start)
    for kind in (RuleKind.MINIMUM_AGE, RuleKind.BUSINESS_AGE):
        found = finding(kind, facts, on)
        if found.passed:
            continue
        assert found.passes_on > on
        assert finding(kind, facts, found.passes_on).passed
        assert finding(kind, facts, found.passes_on - timedelta(days=1)).passed is False


@settings(max_examples=150, deadline=None)
@given(
    amount=st.integers(1, 10**9),
    months=st.integers(1, 400),
    age=st.integers(0, 16),
    floor=st.integers(1, 3_000_000),
)
def test_the_figure_it_asks_for_passes(amount, months, age, floor):
    facts = replace(
        GOOD,
        tiers=replace(TIERS, amount_min=floor),
        amount=Decimal(amount),
        months=months,
        birth_date=None,
        age=age,
    )
    figures = {RuleKind.AMOUNT: "amount", RuleKind.MONTHS: "months", RuleKind.MINIMUM_AGE: "age"}
    for kind, name in figures.items():
        needed = finding(kind, facts).needed
        assert finding(kind, replace(facts, **{name: needed})).passed
    found = finding(RuleKind.COLLATERAL, facts)
    if not found.passed:
        # Both ways out.
        assert finding(RuleKind.COLLATERAL, replace(facts, amount=found.needed)).passed
        assert finding(RuleKind.COLLATERAL, replace(facts, has_collateral=True)).passed


@pytest.mark.parametrize("kind", ["iumk", "nib"])
def test_each_licence_it_asks_for_passes(kind):
    needed = finding(RuleKind.LICENCE, licences=()).needed
    assert kind in needed
    assert finding(RuleKind.LICENCE, licences=(HeldLicence(kind=kind, expires_on=TODAY),)).passed
