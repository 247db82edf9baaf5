"""The lottery: the same for everybody who runs it again, and as fair as its weights."""

import hashlib
import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.lottery import draw, new_seed, number_of


def order(seed, weights):
    return [drawn.key for drawn in draw(seed, weights)]


def test_anybody_gets_the_same_from_the_seed_with_other_tools():
    weights = {"DFT-1": 1, "DFT-2": 2, "DFT-3": 1, "DFT-4": 3}

    def time(key, weight):
        digits = hashlib.sha256(f"benih|{key}".encode()).hexdigest()[:13]
        return -math.log((int(digits, 16) + 0.5) / 16**13) / weight

    assert order("benih", weights) == sorted(weights, key=lambda key: time(key, weights[key]))


@given(
    st.dictionaries(st.text(min_size=1, max_size=9), st.integers(1, 9), min_size=1, max_size=20),
    st.text(min_size=1),
    st.randoms(),
)
def test_neither_the_order_of_entries_nor_who_is_left_out_matters(weights, seed, chance):
    drawn = order(seed, weights)
    keys = list(weights)
    chance.shuffle(keys)
    assert order(seed, {key: weights[key] for key in keys}) == drawn
    without = keys[0]
    rest = {key: weight for key, weight in weights.items() if key != without}
    assert order(seed, rest) == [key for key in drawn if key != without]


def test_a_weight_of_three_wins_three_times_as_often():
    wins = sum(order(f"benih {n}", {"berat": 3, "ringan": 1})[0] == "berat" for n in range(4000))
    assert 2880 < wins < 3120  # 3,000 expected; 27 is the standard deviation


def test_places_count_from_one_and_numbers_lie_between_zero_and_one():
    drawn = draw("benih", {str(n): 1 for n in range(50)})
    assert [one.place for one in drawn] == list(range(1, 51))
    assert all(0 < one.number < 1 and one.number == number_of("benih", one.key) for one in drawn)
    assert draw("benih", {}) == []


@pytest.mark.parametrize("weight", [0, -1, Decimal("NaN"), Decimal("Infinity")])
def test_a_weight_must_be_above_zero(weight):
    with pytest.raises(ValueError, match="weight of A"):
        draw("benih", {"A": weight})


def test_a_seed_is_needed_and_never_the_same_twice():
    with pytest.raises(ValueError, match="seed"):
        draw("", {"A": 1})
    assert new_seed() != new_seed()
