from datetime import date
from decimal import Decimal

import pytest

from ikm.scale import Limit, classify, in_force, scales


def limit(kind, scale, rank, workers_max, amount_max, since=date(2016, 1, 1), until=None):
    return Limit(
        kind=kind,
        scale=scale,
        rank=rank,
        workers_max=workers_max,
        amount_max=amount_max,
        in_force_from=since,
        in_force_until=until,
    )


KEMENPERIN = [
    limit("kemenperin", "small", 1, 19, Decimal(999_999_999)),
    limit("kemenperin", "medium", 2, 19, None),
    limit("kemenperin", "medium", 3, None, Decimal(15_000_000_000)),
    limit("kemenperin", "large", 4, None, None),
]


@pytest.mark.parametrize(
    ("workers", "investment", "expected"),
    [
        (19, 999_999_999, "small"),
        (19, 1_000_000_000, "medium"),
        (19, 15_000_000_001, "medium"),
        (20, 1, "medium"),
        (20, 15_000_000_000, "medium"),
        (20, 15_000_000_001, "large"),
        (1, 0, "small"),
        (5, None, ""),
        (None, 5, ""),
    ],
)
def test_boundaries_of_permenperin_64_2016(workers, investment, expected):
    assert classify(KEMENPERIN, workers=workers, amount=investment) == expected


def test_a_new_version_replaces_the_old_from_its_first_day():
    rules = [
        limit("bps", "small", 1, 19, None, date(2000, 1, 1)),
        limit("bps", "medium", 2, None, None, date(2000, 1, 1)),
        limit("bps", "small", 1, 9, None, date(2030, 1, 1)),
        limit("bps", "medium", 2, None, None, date(2030, 1, 1)),
    ]
    before, after = date(2029, 12, 31), date(2030, 1, 1)
    assert classify(in_force(rules, "bps", before), workers=15, amount=None) == "small"
    assert classify(in_force(rules, "bps", after), workers=15, amount=None) == "medium"


def test_an_ended_rule_no_longer_speaks():
    rules = [limit("bps", "small", 1, None, None, date(2000, 1, 1), date(2005, 12, 31))]
    assert in_force(rules, "bps", date(2006, 1, 1)) == []


def test_pp7_looks_at_sales_and_only_without_them_at_capital():
    rules = [
        limit("pp7_capital", "micro", 1, None, Decimal(1_000_000_000)),
        limit("pp7_capital", "small", 2, None, None),
        limit("pp7_sales", "micro", 1, None, Decimal(2_000_000_000)),
        limit("pp7_sales", "small", 2, None, None),
    ]
    day = date(2026, 1, 1)
    with_sales = scales(rules, workers=3, investment=1_500_000_000, turnover=2_000_000_000, day=day)
    without = scales(rules, workers=3, investment=1_500_000_000, turnover=None, day=day)
    assert (with_sales.pp7, without.pp7) == ("micro", "small")
