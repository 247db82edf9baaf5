from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from ikm.models import Area, Business, Kbli, YearlyFigure
from ikm.services.figures import refresh_current
from ikm.statistics import Cell, statistics, suppressed, trend


@pytest.fixture
def make_business(db):
    kecamatan, _ = Area.objects.get_or_create(
        code="33.74.01", defaults={"level": "kecamatan", "name": "Semarang Tengah"}
    )
    kelurahan, _ = Area.objects.get_or_create(
        code="33.74.01.1001", defaults={"level": "kelurahan", "name": "Miroto", "parent": kecamatan}
    )
    kbli, _ = Kbli.objects.get_or_create(version=2020, code="13134", defaults={"title": "Batik"})

    def make(*, registered_on=date(2015, 1, 1), closed_on=None, figures=(), name="Batik Ayu"):
        business = Business.objects.create(
            name=name,
            address="Jl. Contoh 1",
            kelurahan=kelurahan,
            main_kbli=kbli,
            status="closed" if closed_on else "registered",
            registered_on=registered_on,
            closed_on=closed_on,
        )
        for stated_on, men, women, scale in figures:
            YearlyFigure.objects.create(
                business=business,
                year=stated_on.year,
                stated_on=stated_on,
                source="import",
                men_workers=men,
                women_workers=women,
                scale=scale,
            )
        refresh_current([business.pk])
        return business

    return make


def counts(as_of, known_at=None):
    total = statistics(as_of, known_at, suppress=False).total
    return total.businesses, total.ikm, total.workers


def test_as_of_counts_who_stood_in_the_register_that_day_with_the_figures_that_applied(make_business):
    make_business(
        closed_on=date(2018, 3, 1),
        figures=[(date(2015, 12, 31), 2, 1, "small"), (date(2016, 12, 31), 4, 4, "small")],
    )
    make_business(registered_on=date(2017, 1, 1), figures=[(date(2017, 1, 1), 50, 50, "large")])
    assert counts(date(2014, 12, 31)) == (0, 0, 0)
    assert counts(date(2015, 6, 1)) == (1, 0, 0)
    assert counts(date(2016, 1, 1)) == (1, 1, 3)
    assert counts(date(2017, 6, 14)) == (2, 1, 8)
    assert counts(date(2018, 3, 1)) == (1, 0, 0)


def test_known_at_repeats_a_report_after_later_corrections(make_business):
    business = make_business(figures=[(date(2016, 12, 31), 2, 1, "small")])
    gone = make_business(figures=[(date(2016, 12, 31), 1, 1, "small")])
    day, then = date(2017, 6, 14), timezone.now()
    report = statistics(day, then)

    figure = business.figures.get()
    figure.men_workers = 20
    figure.save()
    YearlyFigure.objects.filter(business=gone).delete()
    gone.delete()
    make_business(registered_on=date(2016, 1, 1))

    assert counts(day) == (2, 1, 21)
    assert counts(day, then) == (2, 2, 5)
    assert statistics(day, then) == report


def test_the_future_is_not_known(db):
    with pytest.raises(ValidationError, match="masa depan"):
        statistics(date(2017, 6, 14), timezone.now() + timedelta(minutes=1))


def test_share_is_rounded_half_up_and_none_for_an_empty_register(make_business):
    assert statistics(date(2000, 1, 1)).ikm_share is None
    for scale in ("small", "small", "large"):
        make_business(figures=[(date(2016, 1, 1), 1, 0, scale)])
    assert statistics(date(2017, 1, 1)).ikm_share == Decimal("66.67")


def cell(code, businesses):
    return Cell(code=code, label=code, businesses=businesses, ikm=businesses, workers=9, men=4, women=5)


def test_small_cells_are_hidden_and_cannot_be_had_by_subtraction():
    shown = suppressed([cell("a", 10), cell("b", 2), cell("c", 5), cell("d", 0)])
    assert [one.businesses for one in shown] == [10, None, None, 0]
    assert shown[1].workers is None
    assert [one.businesses for one in suppressed([cell("a", 1), cell("b", 2), cell("c", 5)])] == [
        None,
        None,
        5,
    ]
    assert [one.businesses for one in suppressed([cell("a", 3), cell("b", 4)])] == [3, 4]


def test_the_workers_of_one_ikm_among_large_industries_are_hidden():
    lonely = replace(cell("a", 6), ikm=1)
    shown = suppressed([lonely, cell("b", 20), cell("c", 9)])
    assert [one.workers for one in shown] == [None, 9, None]


def test_trend_takes_each_years_end(make_business):
    make_business(closed_on=date(2018, 3, 1), figures=[(date(2015, 12, 31), 2, 1, "small")])
    line = trend([2014, 2015, 2017, 2018])
    assert [(year, total.businesses) for year, total in line] == [(2014, 0), (2015, 1), (2017, 1), (2018, 0)]
