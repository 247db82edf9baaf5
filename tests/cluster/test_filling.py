"""Who can fill an order: the arithmetic alone."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster.filling import Offer, Verdict, fill, makes

TODAY = date(2026, 11, 1)


def filled(*offers, product="roti", quantity=300, by=date(2026, 12, 1)):
    return fill(offers, product=product, quantity=quantity, today=TODAY, by=by)


def verdicts(found):
    return {one.offer.member: (one.verdict.value, one.can, one.takes) for one in found.answers}


def test_the_largest_come_first_and_each_is_told_why():
    found = filled(
        Offer("kecil", "Roti tawar", 100),
        Offer("besar", "Roti manis", 250),
        Offer("sisa", "Roti", 10),
        Offer("tahu", "Tahu", 900),
        Offer("diam"),
        Offer("pelan", "Roti", 0),
    )
    assert verdicts(found) == {
        "besar": ("share", 250, 250),
        "kecil": ("share", 100, 50),
        "sisa": ("spare", 10, 0),
        "tahu": ("other_product", 0, 0),
        "diam": ("unknown", 0, 0),
        "pelan": ("no_time", 0, 0),
    }
    assert (found.days, found.missing, found.alone) == (30, 0, [])


def test_who_can_alone_is_named():
    found = filled(Offer("a", "Roti", 300), Offer("b", "Roti", 400))
    assert [one.offer.member for one in found.alone] == ["b", "a"]
    assert verdicts(found)["b"] == ("alone", 400, 300)


def test_half_a_month_makes_half_and_what_is_missing_is_told():
    found = filled(Offer("a", "Roti", 101), quantity=100, by=date(2026, 11, 16))
    assert verdicts(found)["a"] == ("share", 50, 50)
    assert found.missing == 50
    assert filled(Offer("a", "Roti", 100), by=TODAY).answers[0].verdict == Verdict.NO_TIME


@pytest.mark.parametrize(
    ("product", "asked", "same"),
    [("Kursi kayu jati", "kursi", True), ("Kursi kayu jati", "jati kursi", True), ("Kursi", "meja", False),
     ("Perkursian", "kursi", False), ("Kursi", "kursi rotan", False)],
)  # fmt: skip
def test_words_asked_for_begin_words_of_the_product(product, asked, same):
    assert makes(product, asked) is same


def test_an_order_has_a_quantity():
    with pytest.raises(ValueError):
        filled(quantity=0)


@given(st.lists(st.integers(0, 5000), max_size=20), st.integers(1, 20_000), st.integers(0, 90))
def test_the_division_never_asks_more_than_anyone_can(volumes, quantity, days):
    offers = [Offer(str(number), "Roti", volume) for number, volume in enumerate(volumes)]
    found = fill(
        offers, product="roti", quantity=quantity, today=date(2026, 1, 1),
        by=date.fromordinal(date(2026, 1, 1).toordinal() + days),
    )  # fmt: skip
    assert all(0 <= one.takes <= one.can for one in found.answers)
    assert found.divided == min(quantity, sum(one.can for one in found.answers))
    assert len(found.answers) == len(volumes)
