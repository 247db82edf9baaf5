"""Which scale a business has, by rules with dates of effect. Pure: no ORM.

Three scales stand side by side and are never mixed: Permenperin 64/2016 (workers and investment without land and
buildings), PP 7/2021 (yearly sales, or capital for a business without sales yet) and BPS (workers).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Limit:
    """One line of a rule: `scale` holds up to `workers_max` workers and `amount_max` rupiah (None: no limit)."""

    kind: str
    scale: str
    rank: int
    workers_max: int | None
    amount_max: Decimal | None
    in_force_from: date
    in_force_until: date | None


@dataclass(frozen=True, kw_only=True)
class Scales:
    """The three scales of one set of figures; "" where a figure that decides is missing."""

    kemenperin: str
    pp7: str
    bps: str


def classify(limits: Iterable[Limit], *, workers: int | None, amount: Decimal | int | None) -> str:
    """The scale of the first limit, by rank, that the figures keep; "" when a figure it asks for is missing."""
    for limit in sorted(limits, key=lambda line: line.rank):
        if limit.workers_max is not None and workers is None:
            return ""
        if limit.amount_max is not None and amount is None:
            return ""
        if limit.workers_max is not None and workers > limit.workers_max:
            continue
        if limit.amount_max is not None and amount > limit.amount_max:
            continue
        return limit.scale
    return ""


def in_force(limits: Iterable[Limit], kind: str, day: date) -> list[Limit]:
    """The lines of rule `kind` that hold on `day`: those of its latest version that began by then."""
    started = [
        line
        for line in limits
        if line.kind == kind
        and line.in_force_from <= day
        and (line.in_force_until is None or line.in_force_until >= day)
    ]
    latest = max((line.in_force_from for line in started), default=None)
    return [line for line in started if line.in_force_from == latest]


def scales(limits: Iterable[Limit], *, workers, investment, turnover, day: date) -> Scales:
    """All three scales of the figures of one business, by the rules in force on `day`."""
    limits = list(limits)
    pp7_kind, pp7_amount = ("pp7_capital", investment) if turnover is None else ("pp7_sales", turnover)
    return Scales(
        kemenperin=classify(in_force(limits, "kemenperin", day), workers=workers, amount=investment),
        pp7=classify(in_force(limits, pp7_kind, day), workers=None, amount=pp7_amount),
        bps=classify(in_force(limits, "bps", day), workers=workers, amount=None),
    )
