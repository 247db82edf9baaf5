"""How alike two businesses look, from what the register knows of them: a score from 0 to 1 and what speaks for it.

Nothing here reads the database. Trigrams are those of pg_trgm, so that a pair found by its index scores alike here.
"""

import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

#: Words that stand in many names and tell no business from another.
COMMON_WORDS = frozenset(
    [
        "PT",
        "CV",
        "UD",
        "PD",
        "TB",
        "KUB",
        "PO",
        "IKM",
        "UMKM",
        "USAHA",
        "TOKO",
        "INDUSTRI",
        "HOME",
        "INDUSTRY",
    ]
)
ADDRESS_WORDS = frozenset(
    ["JALAN", "JLN", "JL", "NOMOR", "NO", "GANG", "GG", "KEL", "KELURAHAN", "KEC", "KECAMATAN"]
)

WEIGHTS = {"name": 0.40, "address": 0.20, "phone": 0.20, "owner": 0.15, "kelurahan": 0.05}
#: What is unknown on one side neither proves nor refutes; it counts a little less than half.
UNKNOWN = 0.3
#: An address that differs in its house number alone is most likely the neighbour.
OTHER_NUMBER = 0.6
#: From here on a trait counts as a reason that is told.
WORTH_TELLING = 0.5
#: Pairs from here on are offered to an official.
OFFERED_FROM = 0.6


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What is compared. Phones are E.164; `owner_ids` are owners already known to be the same person."""

    name: str
    address: str = ""
    kelurahan: str = ""
    phones: frozenset = frozenset()
    owner_names: frozenset = frozenset()
    owner_ids: frozenset = frozenset()


@dataclass(frozen=True)
class Likeness:
    """`score` from 0 to 1; `evidence` maps each known trait to how alike it is, 0 to 1."""

    score: float
    evidence: dict = field(default_factory=dict)


def words(text):
    """`text` as capital words and numbers, without leading zeros."""
    return [word.lstrip("0") or "0" for word in re.findall(r"[^\W_]+", text.upper())]


def trigrams(text_words):
    """The trigrams of pg_trgm: each word with two blanks before and one behind."""
    return {f"  {word} "[start : start + 3] for word in text_words for start in range(len(word) + 1)}


def similarity(left, right):
    """Shared trigrams among all trigrams of two lists of words, 0 to 1."""
    left, right = trigrams(left), trigrams(right)
    union = len(left | right)
    return len(left & right) / union if union else 0.0


def _telling(text, common):
    kept = [word for word in words(text) if word not in common]
    return kept or words(text)


def name_similarity(left, right):
    return similarity(_telling(left, COMMON_WORDS), _telling(right, COMMON_WORDS))


def address_similarity(left, right):
    left, right = _telling(left, ADDRESS_WORDS), _telling(right, ADDRESS_WORDS)
    numbers = [{word for word in side if word[0].isdigit()} for side in (left, right)]
    alike = similarity(left, right)
    return alike * OTHER_NUMBER if all(numbers) and not numbers[0] & numbers[1] else alike


def compare(left, right):
    """The `Likeness` of two `Traits`; the same whichever comes first."""
    evidence = {}
    if left.name and right.name:
        evidence["name"] = name_similarity(left.name, right.name)
    if left.address and right.address:
        evidence["address"] = address_similarity(left.address, right.address)
    if left.phones and right.phones:
        evidence["phone"] = 1.0 if left.phones & right.phones else 0.0
    if left.owner_ids & right.owner_ids:
        evidence["owner"] = 1.0
    elif left.owner_names and right.owner_names:
        evidence["owner"] = max(
            similarity(words(one), words(other)) for one in left.owner_names for other in right.owner_names
        )
    if left.kelurahan and right.kelurahan:
        evidence["kelurahan"] = 1.0 if left.kelurahan == right.kelurahan else 0.0
    score = sum(weight * evidence.get(trait, UNKNOWN) for trait, weight in WEIGHTS.items())
    return Likeness(round(score, 3), {trait: round(alike, 3) for trait, alike in evidence.items()})


def reasons(evidence):
    """What speaks for one business, strongest first, as short Indonesian phrases."""
    same = {
        "name": _("nama usaha sama"),
        "address": _("alamat sama"),
        "phone": _("telepon sama"),
        "owner": _("pemilik sama"),
        "kelurahan": _("kelurahan sama"),
    }
    similar = {
        "name": _("nama usaha mirip (%(percent)d%%)"),
        "address": _("alamat mirip (%(percent)d%%)"),
        "owner": _("nama pemilik mirip (%(percent)d%%)"),
    }
    told = [
        (
            WEIGHTS[trait] * alike,
            same[trait] if alike == 1 else similar[trait] % {"percent": round(100 * alike)},
        )
        for trait, alike in evidence.items()
        if alike >= WORTH_TELLING
    ]
    return [phrase for _weight, phrase in sorted(told, reverse=True)]
