"""When a loan is repaid, and how much each time.

Pure arithmetic: Decimal and date in, dataclasses out. Nothing here reads a clock, a database or a setting, so the
same terms give the same plan on every machine and in every year.

What the words mean, where lending systems differ:

- ``flat``: interest of every period on the principal lent. The interest of the whole term is fixed first
  (principal x rate x time, rounded once); what the rounding of single periods leaves over follows ``difference_on``.
- ``equal_instalment``: interest on the balance, one amount each time. The amount solves the plan exactly for the
  periods as they are (long first month, leap year), so that only rounding is left for ``difference_on``. With equal
  periods this is the textbook annuity.
- ``equal_principal``: interest on the balance, the same principal each time.
- ``30/360``: a month is a twelfth of a year whatever its length; an irregular first period is counted by the 30E/360
  day rule. ``actual/actual``: every day from the day after the start to the due day is a 365th or a 366th of a year by
  the calendar year it lies in (Fineract counts so; ISDA counts the nights by the day they begin and differs by one
  day's 365th against 366th when a period crosses into or out of a leap year).
- ``principal_grace``: the first N instalments carry interest alone; the principal falls on the others. The number of
  periods stays the same.
- ``interest_deferred``: interest of the first N periods is owed but not yet collected; it bears no interest itself. A
  flat loan collects it in equal parts with all later instalments; ``equal_principal`` with the first instalment after
  the pause; ``equal_instalment`` keeps the instalment equal throughout: it is all principal during the pause, and
  afterwards pays what was put off before any principal.
- ``interest_free``: no interest arises in the first N periods.
- ``month_end``: a seed day the month does not have becomes its last day (``clamp``) or the first of the next month
  (``roll``). The seed day is kept: 31 January, 28 February, 31 March.
- ``business_day``: a due day on a weekend or a holiday moves; the days after it still count from the seed. With
  ``30/360`` the interest does not change by the move, with actual days it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    InvalidOperation,
    localcontext,
)

from core.instalments import BUSINESS_DAYS, MONTH_ENDS, Instalment, add_months, business_day

METHODS = ("flat", "equal_instalment", "equal_principal")
UNITS = ("month", "week", "day")
DAY_COUNTS = ("30/360", "actual/365", "actual/360", "actual/actual")
ROUNDINGS = ("half_even", "half_up", "up")
DIFFERENCES = ("last", "first", "spread")

UNDATED = date(2001, 1, 1)
"""Start of a plan nobody has dated yet (a simulator): the first day of a common year."""

# Fifty digits are far more than any product of money, rate and days needs, so ties are seen as ties.
EXACT = Context(prec=50, rounding=ROUND_HALF_EVEN)
_MODES = {"half_even": ROUND_HALF_EVEN, "half_up": ROUND_HALF_UP, "up": ROUND_CEILING}
ZERO = Decimal(0)
_WHOLE = Decimal(1)

_Columns = tuple[list[Decimal], list[Decimal], list[Decimal]]
"""Of each period: principal due, interest that arises, interest that is collected."""


def exact_decimal(value: object, name: str) -> Decimal:
    """The number as a Decimal; a float, a bool, NaN or no number raises ValueError naming the field."""
    if isinstance(value, bool | float) or not isinstance(value, Decimal | int | str):
        raise ValueError(f"{name}: expected a Decimal, got {value!r}")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ValueError(f"{name}: {value!r} is not a number") from None
    if not number.is_finite():
        raise ValueError(f"{name}: {value!r} is not a finite number")
    return number


def plain_date(value: object, name: str) -> date:
    """The day itself; a moment, a text or nothing raises ValueError naming the field."""
    if isinstance(value, datetime) or not isinstance(value, date):
        raise ValueError(f"{name}: expected a date, got {value!r}")
    return value


def round_to(value: Decimal, unit: Decimal, rounding: str) -> Decimal:
    """The multiple of ``unit`` nearest to the value by ``half_even`` or ``half_up``, or the next one ``up``."""
    steps = EXACT.divide(value, unit).to_integral_value(rounding=_MODES[rounding])
    return EXACT.multiply(steps, unit).quantize(unit if unit % 1 else _WHOLE, context=EXACT)


@dataclass(frozen=True, kw_only=True)
class LoanTerms:
    """What lender and borrower agreed. Rates in percent a year, grace in periods.

    A number may be given as Decimal, int or text, never as float. ``first_due_on`` None means one period after
    ``disbursed_on``. ``instalment_unit`` and ``instalment_rounding`` None mean "as the amounts". ``weekend`` holds the
    weekdays on which banks are closed (Monday is 0); it matters only when ``business_day`` moves due days.
    Anything that makes no sense raises ValueError beginning with the name of the field.
    """

    principal: Decimal
    annual_rate: Decimal
    periods: int
    every: int = 1
    unit: str = "month"
    disbursed_on: date = UNDATED
    first_due_on: date | None = None
    method: str = "flat"
    day_count: str = "30/360"
    rounding_unit: Decimal = Decimal(1)
    rounding: str = "half_even"
    instalment_unit: Decimal | None = None
    instalment_rounding: str | None = None
    difference_on: str = "last"
    principal_grace: int = 0
    interest_deferred: int = 0
    interest_free: int = 0
    month_end: str = "clamp"
    business_day: str = "none"
    holidays: frozenset[date] = frozenset()
    weekend: frozenset[int] = frozenset({5, 6})

    def __post_init__(self) -> None:
        for name in ("principal", "annual_rate", "rounding_unit"):
            self._set(name, exact_decimal(getattr(self, name), name))
        if self.instalment_unit is not None:
            self._set("instalment_unit", exact_decimal(self.instalment_unit, "instalment_unit"))
        for name, smallest in (
            ("periods", 1),
            ("every", 1),
            ("principal_grace", 0),
            ("interest_deferred", 0),
            ("interest_free", 0),
        ):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int):
                raise ValueError(f"{name}: expected a whole number, got {value!r}")
            if value < smallest:
                raise ValueError(f"{name}: must be at least {smallest}, got {value}")
        for name, allowed in (
            ("unit", UNITS),
            ("method", METHODS),
            ("day_count", DAY_COUNTS),
            ("rounding", ROUNDINGS),
            ("difference_on", DIFFERENCES),
            ("month_end", MONTH_ENDS),
            ("business_day", BUSINESS_DAYS),
        ):
            self._choose(name, allowed)
        if self.instalment_rounding is not None:
            self._choose("instalment_rounding", ROUNDINGS)
        if self.principal <= 0:
            raise ValueError(f"principal: must be above zero, got {self.principal}")
        if self.annual_rate < 0:
            raise ValueError(f"annual_rate: must not be below zero, got {self.annual_rate}")
        if self.rounding_unit <= 0:
            raise ValueError(f"rounding_unit: must be above zero, got {self.rounding_unit}")
        if self.instalment_unit is not None and self.instalment_unit <= 0:
            raise ValueError(f"instalment_unit: must be above zero, got {self.instalment_unit}")
        for name in ("principal_grace", "interest_deferred"):
            if getattr(self, name) >= self.periods:
                raise ValueError(f"{name}: must leave at least one of the {self.periods} periods")
        if self.interest_free > self.periods:
            raise ValueError(f"interest_free: must not exceed the {self.periods} periods")
        plain_date(self.disbursed_on, "disbursed_on")
        if self.first_due_on is not None:
            plain_date(self.first_due_on, "first_due_on")
            if self.first_due_on <= self.disbursed_on:
                raise ValueError("first_due_on: must be after disbursed_on")
        if isinstance(self.holidays, str) or not isinstance(self.holidays, Iterable):
            raise ValueError(f"holidays: expected a set of dates, got {self.holidays!r}")
        self._set("holidays", frozenset(plain_date(day, "holidays") for day in self.holidays))
        self._set("weekend", frozenset(self.weekend))
        if not self.weekend < frozenset(range(7)):
            raise ValueError("weekend: expected weekdays 0 to 6, and not all of them")
        try:
            nominal_date(self, self.periods)
        except (ValueError, OverflowError):
            raise ValueError(f"periods: {self.periods} lead past the last year of the calendar") from None

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def _choose(self, name: str, allowed: Sequence[str]) -> None:
        value = getattr(self, name)
        if value not in allowed:
            raise ValueError(f"{name}: must be one of {', '.join(allowed)}, got {value!r}")
        self._set(name, str(value))

    def as_amount(self, value: Decimal) -> Decimal:
        """The amount rounded as every amount of this loan is."""
        return round_to(value, self.rounding_unit, self.rounding)

    def as_instalment(self, value: Decimal) -> Decimal:
        """The equal instalment rounded to its own multiple, where there is one."""
        return round_to(
            value, self.instalment_unit or self.rounding_unit, self.instalment_rounding or self.rounding
        )

    def interest_on(self, amount: Decimal, fraction: tuple[int, int]) -> Decimal:
        """Unrounded interest on an amount for a part of a year given as numerator and denominator."""
        product = EXACT.multiply(EXACT.multiply(amount, self.annual_rate), Decimal(fraction[0]))
        return EXACT.divide(product, Decimal(100 * fraction[1]))


@dataclass(frozen=True, kw_only=True)
class Period:
    """The days one instalment covers, and which part of a year they count as (numerator, denominator)."""

    number: int
    starts_on: date
    due_on: date
    fraction: tuple[int, int]

    @property
    def days(self) -> int:
        return (self.due_on - self.starts_on).days


@dataclass(frozen=True, kw_only=True)
class PlannedPeriod:
    """A period with its money. ``accrues`` is the interest that arises in it, ``interest`` what is collected at its
    end; the two differ only where interest is deferred, and their sums are equal."""

    period: Period
    principal: Decimal
    interest: Decimal
    accrues: Decimal
    balance: Decimal


def schedule(terms: LoanTerms) -> list[Instalment]:
    """The whole plan, one instalment per period. The principal adds up to the loan and the last balance is zero."""
    return [
        Instalment(
            number=row.period.number,
            due_on=row.period.due_on,
            days=row.period.days,
            principal=row.principal,
            interest=row.interest,
            total=row.principal + row.interest,
            balance=row.balance,
        )
        for row in plan(terms)
    ]


def plan(terms: LoanTerms) -> list[PlannedPeriod]:
    """The plan with the interest that arises beside the interest that is collected."""
    return fill(terms, periods_of(terms))


def fill(
    terms: LoanTerms, periods: Sequence[Period], *, flat_base: Decimal | None = None
) -> list[PlannedPeriod]:
    """Principal and interest for the given periods, which may be other than the terms' own (a plan made anew).

    ``flat_base`` is the amount a flat loan bears interest on, where that is not the principal still to be repaid.
    """
    with localcontext(EXACT):
        if terms.method == "flat":
            principals, accruals, collected = _flat(terms, periods, flat_base or terms.principal)
        elif terms.method == "equal_principal":
            principals, accruals, collected = _equal_principal(terms, periods)
        else:
            principals, accruals, collected = _equal_instalment(terms, periods)
        rows, balance = [], terms.principal
        for period, principal, interest, accrues in zip(
            periods, principals, collected, accruals, strict=True
        ):
            balance -= principal
            rows.append(
                PlannedPeriod(
                    period=period, principal=principal, interest=interest, accrues=accrues, balance=balance
                )
            )
        return rows


def periods_of(terms: LoanTerms) -> list[Period]:
    """The periods from disbursement to the last due day."""
    periods, start = [], terms.disbursed_on
    for number in range(1, terms.periods + 1):
        due = max(business_date(terms, nominal_date(terms, number)), start)
        regular = number > 1 or first_period_is_regular(terms)
        periods.append(
            Period(
                number=number,
                starts_on=start,
                due_on=due,
                fraction=year_fraction(terms, start, due, regular=regular),
            )
        )
        start = due
    return periods


def first_period_is_regular(terms: LoanTerms) -> bool:
    """Whether the first due day lies one period after the disbursement."""
    if terms.first_due_on is None:
        return True
    return terms.first_due_on == _step(terms, terms.disbursed_on, 1)


def nominal_date(terms: LoanTerms, number: int, *, months_later: int = 0) -> date:
    """Due day of an instalment before holidays move it, postponed by some months where relief was given."""
    if terms.first_due_on is None:
        return _step(terms, terms.disbursed_on, number, months_later)
    return _step(terms, terms.first_due_on, number - 1, months_later)


def _step(terms: LoanTerms, seed: date, steps: int, months_later: int = 0) -> date:
    if terms.unit == "month":
        return add_months(seed, steps * terms.every + months_later, month_end=terms.month_end)
    days = steps * terms.every * (7 if terms.unit == "week" else 1)
    return add_months(seed + timedelta(days=days), months_later, month_end=terms.month_end)


def business_date(terms: LoanTerms, day: date) -> date:
    """The day on which an instalment due on ``day`` can be paid at a counter, by the rule of the terms."""
    return business_day(
        day, terms.business_day, lambda one: one in terms.holidays or one.weekday() in terms.weekend
    )


def year_fraction(terms: LoanTerms, start: date, end: date, *, regular: bool = False) -> tuple[int, int]:
    """The part of a year from start to end as (numerator, denominator), by the day count of the terms.

    ``regular`` says that the two are one whole period apart, which matters for 30/360 alone.
    """
    if terms.day_count == "30/360":
        if not regular:
            return thirty_day_months(start, end), 360
        return {"month": terms.every * 30, "week": terms.every * 7, "day": terms.every}[terms.unit], 360
    days = (end - start).days
    if terms.day_count == "actual/360":
        return days, 360
    if terms.day_count == "actual/365":
        return days, 365
    leap = sum(
        (min(end, date(year, 12, 31)) - max(start, date(year - 1, 12, 31))).days
        for year in range(start.year, end.year + 1)
        if (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
    )
    return leap * 365 + (days - leap) * 366, 365 * 366


def thirty_day_months(start: date, end: date) -> int:
    """Days between two dates when every month has thirty (30E/360: a 31st counts as the 30th)."""
    return (
        (end.year - start.year) * 360 + (end.month - start.month) * 30 + min(end.day, 30) - min(start.day, 30)
    )


def _accruing(terms: LoanTerms, periods: Sequence[Period]) -> list[tuple[int, int]]:
    return [
        (0, 1) if index < terms.interest_free else period.fraction for index, period in enumerate(periods)
    ]


def _flat(terms: LoanTerms, periods: Sequence[Period], base: Decimal) -> _Columns:
    exact = [terms.interest_on(base, fraction) for fraction in _accruing(terms, periods)]
    charged = len(periods) - terms.interest_free
    accruals = [ZERO] * terms.interest_free
    if charged:
        accruals += _settle(
            [terms.as_amount(interest) for interest in exact[terms.interest_free :]],
            terms.as_amount(sum(exact, ZERO)),
            terms.rounding_unit,
            terms.difference_on,
        )
    collected = _collect_flat(terms, accruals)
    share = terms.principal / (len(periods) - terms.principal_grace)
    if terms.instalment_unit is None:
        parts = [terms.as_amount(share)] * (len(periods) - terms.principal_grace)
    else:
        parts = [
            max(ZERO, terms.as_instalment(share + interest) - interest)
            for interest in collected[terms.principal_grace :]
        ]
    return [ZERO] * terms.principal_grace + _principal_parts(terms, parts), accruals, collected


def _equal_principal(terms: LoanTerms, periods: Sequence[Period]) -> _Columns:
    count = len(periods) - terms.principal_grace
    parts = [terms.as_instalment(terms.principal / count)] * count
    principals = [ZERO] * terms.principal_grace + _principal_parts(terms, parts)
    accruals, balance = [], terms.principal
    for principal, fraction in zip(principals, _accruing(terms, periods), strict=True):
        accruals.append(terms.as_amount(terms.interest_on(balance, fraction)))
        balance -= principal
    paused = terms.interest_deferred
    collected = [ZERO] * paused + accruals[paused:]
    collected[paused] += sum(accruals[:paused], ZERO)
    return principals, accruals, collected


def _principal_parts(terms: LoanTerms, parts: list[Decimal]) -> list[Decimal]:
    return _settle(parts, terms.principal, terms.instalment_unit or terms.rounding_unit, terms.difference_on)


def _equal_instalment(terms: LoanTerms, periods: Sequence[Period]) -> _Columns:
    fractions = _accruing(terms, periods)
    count = len(periods) - terms.principal_grace
    factors = [1 + terms.interest_on(Decimal(1), fraction) for fraction in fractions[terms.principal_grace :]]
    present, discount = ZERO, Decimal(1)
    for factor in factors:
        discount /= factor
        present += discount
    level = terms.as_instalment(terms.principal / present)

    def run(level: Decimal, first: Decimal) -> _Columns:
        principals, accruals, collected = [], [], []
        balance, owed, last = terms.principal, ZERO, len(fractions) - 1
        for index, fraction in enumerate(fractions):
            accrues = terms.as_amount(terms.interest_on(balance, fraction))
            owed += accrues
            amount = first if index == terms.principal_grace else level
            if index == last:
                interest, principal = owed, balance
            elif index < terms.principal_grace:
                interest, principal = (ZERO if index < terms.interest_deferred else owed), ZERO
            else:
                # Interest alone may exceed the instalment only where its own period is long enough for that; what
                # was put off earlier waits until the instalment has room for whole units of it.
                room = amount - amount % terms.rounding_unit
                interest = ZERO if index < terms.interest_deferred else min(owed, max(accrues, room))
                principal = min(balance, max(ZERO, amount - interest))
            principals.append(principal)
            accruals.append(accrues)
            collected.append(interest)
            balance -= principal
            owed -= interest
        return principals, accruals, collected

    def left_over(result: _Columns, level: Decimal) -> Decimal:
        return result[0][-1] + result[2][-1] - level

    best = run(level, level)
    if terms.difference_on == "last" or count == 1:
        return best
    rest = left_over(best, level)
    if terms.difference_on == "spread":
        # As Fineract's progressive loans do: the equal instalment itself takes its share, as long as that leaves less
        # for the last one.
        step = terms.instalment_unit or terms.rounding_unit
        while change := round_to(rest / count, step, "half_even"):
            result = run(level + change, level + change)
            if abs(left_over(result, level + change)) >= abs(rest):
                break
            level += change
            best, rest = result, left_over(result, level)
        return best
    # Money moved to the first instalment saves interest on its way, so one correction rarely lands on the unit;
    # the best of a few is kept and the rest, at most a unit or two, stays on the last instalment.
    growth = Decimal(1)
    for factor in factors[1:]:
        growth *= factor
    first, smallest = level, abs(rest)
    for _ in range(12):
        change = round_to(rest / growth, terms.rounding_unit, "half_even")
        if not change:
            break
        first += change
        result = run(level, first)
        rest = left_over(result, level)
        if abs(rest) < smallest:
            best, smallest = result, abs(rest)
    return best


def _spread(steps: int, step: Decimal, count: int) -> list[Decimal]:
    """So many steps over so many instalments, as evenly as it goes; larger ones come first."""
    whole, over = divmod(steps, count)
    return [step * (whole + (index < over)) for index in range(count)]


def _settle(parts: Sequence[Decimal], total: Decimal, step: Decimal, difference_on: str) -> list[Decimal]:
    """The parts brought to the total, without any falling below zero.

    The difference goes on the first or the last part (then its neighbours, once that is used up), or in single steps
    over all of them with what is smaller than a step on the last.
    """
    settled = list(parts)
    difference = total - sum(settled, ZERO)
    if difference_on == "spread":
        steps = int((difference / step).to_integral_value(rounding=ROUND_DOWN))
        settled = [
            part + more for part, more in zip(settled, _spread(steps, step, len(settled)), strict=True)
        ]
        difference -= steps * step
    order = range(len(settled)) if difference_on == "first" else range(len(settled) - 1, -1, -1)
    for index in order:
        settled[index] += difference
        difference = min(ZERO, settled[index])
        settled[index] -= difference
    return settled


def _collect_flat(terms: LoanTerms, accruals: Sequence[Decimal]) -> list[Decimal]:
    """Interest of a flat loan as it is collected: what is deferred comes in equal parts with the later instalments."""
    later = list(accruals[terms.interest_deferred :])
    held = sum(accruals[: terms.interest_deferred], ZERO)
    share = terms.as_amount(held / len(later))
    parts = _settle([share] * len(later), held, terms.rounding_unit, terms.difference_on)
    return [ZERO] * terms.interest_deferred + [mine + part for mine, part in zip(later, parts, strict=True)]


def total_interest(instalments: Iterable[Instalment]) -> Decimal:
    """Interest over the whole plan."""
    return sum((instalment.interest for instalment in instalments), ZERO)


def effective_rate(terms: LoanTerms) -> Decimal:
    """What the loan costs in percent a year of the balance actually owed, two digits, twelve months of a twelfth.

    The nominal yearly rate of the equal periods at which the instalments are worth the principal (internal rate of
    return times the periods in a year). For 3 % flat it lies between 5.5 and 5.7: both figures are shown.
    """
    yearly = {"month": Decimal(12), "week": Decimal(365) / 7, "day": Decimal(365)}[terms.unit] / terms.every
    totals = [instalment.total for instalment in schedule(terms)]
    with localcontext(EXACT):
        if sum(totals, ZERO) <= terms.principal:
            return Decimal("0.00")
        low, high = ZERO, Decimal(1)
        while _present_value(totals, high) > terms.principal:
            high *= 2
        for _ in range(60):
            middle = (low + high) / 2
            if _present_value(totals, middle) > terms.principal:
                low = middle
            else:
                high = middle
        return round_to(low * yearly * 100, Decimal("0.01"), "half_even")


def _present_value(totals: Sequence[Decimal], rate: Decimal) -> Decimal:
    value = ZERO
    for total in reversed(totals):
        value = (value + total) / (1 + rate)
    return value
