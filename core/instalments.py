"""When what is owed in parts falls due: months' ends, days on which nobody can pay, and a line of such a plan. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

MONTH_ENDS = ("clamp", "roll")
BUSINESS_DAYS = ("none", "next", "previous", "modified_following")


@dataclass(frozen=True, kw_only=True)
class Instalment:
    """One line of the plan: what falls due on a day, and the principal still owed after it.

    ``days`` are the calendar days since the due day before (or the disbursement).
    """

    number: int
    due_on: date
    days: int
    principal: Decimal
    interest: Decimal
    total: Decimal
    balance: Decimal


def add_months(seed: date, months: int, *, month_end: str = "clamp") -> date:
    """The seed's day in a later month; a day that month lacks is clamped to its last or rolled to the next first."""
    year, month = divmod(seed.year * 12 + seed.month - 1 + months, 12)
    following = date(year + 1, 1, 1) if month == 11 else date(year, month + 2, 1)
    length = (following - date(year, month + 1, 1)).days
    if seed.day <= length:
        return date(year, month + 1, seed.day)
    return following if month_end == "roll" else following - timedelta(days=1)


def business_day(day: date, rule: str, is_closed: Callable[[date], bool]) -> date:
    """The day on which what is due on ``day`` can be paid at a counter, by one of BUSINESS_DAYS."""

    def move(step: int) -> date:
        moved = day
        while is_closed(moved):
            moved += timedelta(days=step)
        return moved

    if rule == "none":
        return day
    if rule == "previous":
        return move(-1)
    later = move(1)
    if rule == "modified_following" and later.month != day.month:
        return move(-1)
    return later
