"""The rent of a lease: what falls due when, and what is late. Pure; due days follow core.instalments, as those of loans do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.indonesia import is_working_day
from core.instalments import Instalment, add_months, business_day

ZERO = Decimal(0)


def rent_schedule(first_due: date, months: int, rent: Decimal) -> list[Instalment]:
    """One instalment a month from `first_due` on; a due day on which the office is closed moves to the next it is open. Rent bears
    no interest; `balance` is what of the term's rent is still to come."""
    found, before = [], first_due
    for number in range(1, months + 1):
        due = business_day(add_months(first_due, number - 1), "next", lambda day: not is_working_day(day))
        found.append(
            Instalment(
                number=number,
                due_on=due,
                days=(due - before).days,
                principal=rent,
                interest=ZERO,
                total=rent,
                balance=rent * (months - number),
            )
        )
        before = due
    return found


@dataclass(frozen=True)
class Standing:
    """How a lease stands on a day: `due` so far, `paid`, what is late and since when."""

    due: Decimal
    paid: Decimal
    late: Decimal
    late_since: date | None

    def days_late(self, day: date) -> int:
        return (day - self.late_since).days if self.late_since else 0


def standing(charges: Iterable[tuple[date, Decimal]], paid: Decimal, day: date) -> Standing:
    """Payments settle the oldest charge first; what is due on `day` itself is not late yet."""
    due, late, since, left = ZERO, ZERO, None, paid
    for due_on, amount in sorted(charges):
        if due_on <= day:
            due += amount
        open_part = max(amount - left, ZERO)
        left = max(left - amount, ZERO)
        if due_on < day and open_part:
            late += open_part
            since = since or due_on
    return Standing(due=due, paid=paid, late=late, late_since=since)
