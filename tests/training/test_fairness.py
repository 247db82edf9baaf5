from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from training.fairness import Applicant, rare_kecamatan, read_weights, together, weigh

PLAIN = Applicant(is_woman=False, has_disability=False, is_first_time=False, kecamatan="", no_shows=0)


def one(**fields):
    return Applicant(**(vars(PLAIN) | fields))


def test_each_factor_that_fits_multiplies_the_weight():
    factors = read_weights({"women": "1.5", "disabled": 2, "first_time": 1.2, "no_show": "0.5"})
    weighed = weigh(
        {
            "a": one(is_woman=True, has_disability=True),
            "b": one(is_first_time=True, no_shows=2),
            "c": one(no_shows=1),
        },
        factors,
    )
    assert {key: found.weight for key, found in weighed.items()} == {
        "a": Decimal("3.0000"),
        "b": Decimal("0.6000"),
        "c": Decimal("1.0000"),
    }
    assert weighed["b"].factors == ("first_time", "no_show")


def test_a_kecamatan_with_fewer_applicants_than_the_average_counts():
    assert rare_kecamatan(["01", "01", "01", "02", ""]) == {"02"}
    assert rare_kecamatan(["01", "02"]) == set()
    weighed = weigh(
        {"a": one(kecamatan="01"), "b": one(kecamatan="01"), "c": one(kecamatan="02")},
        read_weights({"kecamatan": 2}),
    )
    assert [weighed[key].weight for key in "abc"] == [1, 1, 2]


def test_without_weights_everybody_weighs_the_same():
    assert weigh({"a": one(is_woman=True), "b": one()}, {})["a"].weight == 1


def test_a_group_weighs_the_average_of_its_people():
    assert together([Decimal(1), Decimal("1.5"), Decimal("1.5")]) == Decimal("1.3333")


@pytest.mark.parametrize(
    "weights",
    [
        {"tall": 2}, {"women": 0}, {"women": "0.5"}, {"women": 11}, {"no_show": 2}, {"no_show": 0}, {"women": "x"},
        {"women": True}, {"women": None}, {"women": "nan"}, [1], "women",
    ],
)  # fmt: skip
def test_weights_that_mean_nothing_or_harm_are_refused(weights):
    with pytest.raises(ValidationError):
        read_weights(weights)
