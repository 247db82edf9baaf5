"""References people read to each other."""

import pytest
from django.core.exceptions import ValidationError

from core.references import ALPHABET, new_reference, parse_reference

SAMPLES = [new_reference(prefix) for prefix in ("IKM", "KRW", "AB", "SURAT") for _n in range(3)]


def code_of(text, **kwargs):
    with pytest.raises(ValidationError) as caught:
        parse_reference(text, **kwargs)
    (message,) = caught.value.messages
    assert message.endswith(".")
    return caught.value.code


def test_a_reference_is_a_prefix_and_two_groups_of_four():
    for reference in SAMPLES:
        prefix, first, second = reference.split("-")
        assert len(first) == len(second) == 4
        assert set(first + second) <= set(ALPHABET)
        assert parse_reference(reference) == reference


def test_the_alphabet_has_31_characters_and_none_that_look_alike():
    assert len(set(ALPHABET)) == 31
    assert not set("01ILO") & set(ALPHABET)


def test_every_single_wrong_character_is_seen():
    for reference in SAMPLES:
        for place, right in enumerate(reference):
            pool = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if place < reference.index("-") else ALPHABET
            for wrong in pool if right != "-" else "":
                if wrong != right:
                    assert code_of(reference[:place] + wrong + reference[place + 1 :]) == "check"


def test_every_swap_of_two_characters_is_seen():
    for reference in SAMPLES:
        start = reference.index("-") + 1
        places = [place for place in range(start, len(reference)) if reference[place] != "-"]
        for first in places:
            for second in places:
                if reference[first] != reference[second]:
                    characters = list(reference)
                    characters[first], characters[second] = characters[second], characters[first]
                    assert code_of("".join(characters)) == "check"


def test_spaces_case_and_hyphens_do_not_matter():
    reference = SAMPLES[0]
    for text in (
        reference.lower(),
        reference.replace("-", ""),
        reference.replace("-", " "),
        f" {reference}\n",
    ):
        assert parse_reference(text, prefix="IKM") == reference
    assert parse_reference(reference.replace("-", "–")) == reference


def test_the_refusal_names_the_problem():
    reference = SAMPLES[0]
    assert code_of("  ") == "empty"
    # Without its kind one in 31 would be another valid number of a shorter kind.
    assert code_of(reference[:-1], prefix="IKM") in {"character", "prefix"}
    assert code_of("1234") == "length"
    assert code_of(reference[:-1] + "O") == "character"
    assert code_of(reference, prefix="KRW") == "prefix"


def test_the_example_in_the_sentence_is_itself_valid():
    with pytest.raises(ValidationError) as caught:
        parse_reference("12", prefix="KRW")
    example = caught.value.params["example"]
    assert parse_reference(example) == example


def test_references_do_not_repeat():
    assert len({new_reference("IKM") for _n in range(5000)}) == 5000


def test_a_bad_prefix_is_a_programming_error():
    for prefix in ("", "i", "ikm", "IKM2", "PANJANG"):
        with pytest.raises(ValueError):
            new_reference(prefix)
