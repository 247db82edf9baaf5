"""A weighted lottery that anybody can run again from what was published: the seed, the entries and their weights. Pure.

Each entry gets a number from its own key and the seed: the first 13 hexadecimal digits of SHA-256("seed|key"), plus a half,
as a fraction u of 16^13. Its race time is -ln(u) / weight: whoever arrives first is drawn first. The chance to be drawn first is
the entry's share of all weights, and so on among those left (exponential race; Efraimidis and Spirakis, 2006). The result depends
neither on the order of the entries nor on who else is left out, and an entry's time can be checked with a pocket calculator.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal

_DIGITS = 13
# ln is correctly rounded to this precision, so that the order is the same on every machine.
_CONTEXT = Context(prec=30)


@dataclass(frozen=True)
class Drawn:
    """One entry in the order drawn: `place` from 1, `number` between 0 and 1, `time` = -ln(number) / weight."""

    place: int
    key: str
    weight: Decimal
    number: Decimal
    time: Decimal


def new_seed():
    """A seed nobody can foresee; to be published with the result."""
    return secrets.token_hex(16)


def number_of(seed: str, key: str) -> Decimal:
    """The number of an entry, above 0 and below 1."""
    digest = hashlib.sha256(f"{seed}|{key}".encode()).hexdigest()[:_DIGITS]
    return _CONTEXT.divide(2 * int(digest, 16) + 1, 2 * 16**_DIGITS)


def draw(seed: str, weights: Mapping[str, Decimal | int]) -> list[Drawn]:
    """All entries ({key: weight}) in the order drawn. Raises ValueError for an empty seed or a weight that is not above 0."""
    if not seed:
        raise ValueError("seed: must not be empty")
    timed = []
    for key, given in weights.items():
        weight = Decimal(given)
        if not weight.is_finite() or weight <= 0:
            raise ValueError(f"weight of {key}: must be above zero, got {given}")
        number = number_of(seed, key)
        timed.append((_CONTEXT.divide(-_CONTEXT.ln(number), weight), key, weight, number))
    return [
        Drawn(place=place, key=key, weight=weight, number=number, time=time)
        for place, (time, key, weight, number) in enumerate(sorted(timed), 1)
    ]
