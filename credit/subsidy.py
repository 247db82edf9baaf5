"""What the city pays the bank for a loan: the rate difference on the principal actually owed, day by day.

Subsidised interest is the rate the lender receives less the rate the borrower pays (Permenko 1/2022). The system of the
Ministry of Finance (SIKP) computes each row, that is each stretch of days with the same principal, as
``ROUND(days / 360 x outstanding x rate)``, a row ending with the next transaction or the month. So does this module:

- A day counts with the principal owed at its end: the day of disbursement counts, the day of the last payment does not.
  The first and the last day asked for both count, so that one month follows another without gap or overlap.
- ``round_by`` "row" rounds every row like SIKP, "month" only the sum of a month.
- The amount of a single day is what the rounded sum of its row (or month) grows by on that day, so days add up to rows
  and rows to months exactly.

``prove`` computes the same amounts in three independent ways: from the days, from the rows between payments, and from
the closed form (the first daily product over all days, and each change of it over the days that remain).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext

from credit.amortization import (
    EXACT,
    ROUNDINGS,
    ZERO,
    LoanTerms,
    add_months,
    exact_decimal,
    plain_date,
    round_to,
    schedule,
)
from credit.replay import Balance, LoanState

_DAY = timedelta(days=1)

BankRate = Decimal | int | str | Sequence[tuple[date, Decimal]]
"""Percent a year; or a series of rates, each with the day from which it counts."""


@dataclass(frozen=True, kw_only=True)
class SubsidyRow:
    """Days with the same principal and rates, within one month. ``rate`` is the difference in percent a year.

    ``amount`` is None where the month is rounded as a whole.
    """

    starts_on: date
    ends_on: date
    days: int
    principal: Decimal
    rate: Decimal
    amount: Decimal | None


@dataclass(frozen=True, kw_only=True)
class MonthSubsidy:
    """The subsidy of one calendar month, or the part of it that was asked for."""

    starts_on: date
    ends_on: date
    rows: tuple[SubsidyRow, ...]
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class DaySubsidy:
    on: date
    principal: Decimal
    rate: Decimal
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Subsidy:
    """Subsidy of a loan over some days; months and days without any principal owed are left out."""

    starts_on: date
    ends_on: date
    months: tuple[MonthSubsidy, ...]
    days: tuple[DaySubsidy, ...]
    total: Decimal

    @property
    def by_year(self) -> dict[int, Decimal]:
        """What each budget year has to carry."""
        years: dict[int, Decimal] = {}
        for month in self.months:
            years[month.starts_on.year] = years.get(month.starts_on.year, ZERO) + month.amount
        return years


@dataclass(frozen=True, kw_only=True)
class Proof:
    """The same subsidy three times."""

    by_day: Decimal
    by_instalment: Decimal
    closed_form: Decimal

    @property
    def holds(self) -> bool:
        return self.by_day == self.by_instalment == self.closed_form


@dataclass(frozen=True, kw_only=True)
class _Span:
    """Days from start up to, not including, end with one daily product (principal x rate difference)."""

    start: date
    end: date
    principal: Decimal
    rate: Decimal

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def product(self) -> Decimal:
        return EXACT.multiply(self.principal, self.rate)


def subsidy(
    state: LoanState | Iterable[Balance],
    bank_rate: BankRate,
    starts_on: date,
    ends_on: date,
    *,
    year_days: int = 360,
    unit: Decimal = Decimal(1),
    rounding: str = "half_up",
    round_by: str = "row",
) -> Subsidy:
    """The subsidy from one day to another, both included, per month, per row and per day.

    ``state`` is a loan as replayed at least until ``ends_on``, or a series of balances (``planned_balances``). Where
    the borrower pays as much as the bank asks or more there is no subsidy. ValueError names a bad argument.
    """
    claim = _Claim(state, bank_rate, starts_on, ends_on, year_days, unit, rounding, round_by)
    months, days = [], []
    for first, last in _months(starts_on, ends_on):
        spans = claim.spans(first, last)
        if not spans:
            continue
        rows, amount = [], ZERO
        for group in claim.groups(spans):
            sum_ = claim.round(sum((EXACT.multiply(s.product, Decimal(s.days)) for s in group), ZERO))
            amount += sum_
            rows.extend(
                SubsidyRow(
                    starts_on=span.start,
                    ends_on=span.end - _DAY,
                    days=span.days,
                    principal=span.principal,
                    rate=span.rate,
                    amount=sum_ if round_by == "row" else None,
                )
                for span in group
            )
            days.extend(claim.days(group))
        months.append(MonthSubsidy(starts_on=first, ends_on=last, rows=tuple(rows), amount=amount))
    return Subsidy(
        starts_on=starts_on,
        ends_on=ends_on,
        months=tuple(months),
        days=tuple(days),
        total=sum((month.amount for month in months), ZERO),
    )


def prove(
    state: LoanState | Iterable[Balance],
    bank_rate: BankRate,
    starts_on: date,
    ends_on: date,
    *,
    year_days: int = 360,
    unit: Decimal = Decimal(1),
    rounding: str = "half_up",
    round_by: str = "row",
) -> Proof:
    """The total of ``subsidy`` computed in three ways that share nothing but the balances and the rounding."""
    claim = _Claim(state, bank_rate, starts_on, ends_on, year_days, unit, rounding, round_by)
    by_day = by_instalment = closed_form = ZERO
    for first, last in _months(starts_on, ends_on):
        for group in claim.groups(claim.spans(first, last)):
            begin, end = group[0].start, group[-1].end
            with localcontext(EXACT):
                daily = sum((claim.product_on(begin + n * _DAY) for n in range((end - begin).days)), ZERO)
                rows = sum((span.product * span.days for span in group), ZERO)
                closed = _closed_form(group)
            by_day += claim.round(daily)
            by_instalment += claim.round(rows)
            closed_form += claim.round(closed)
    return Proof(by_day=by_day, by_instalment=by_instalment, closed_form=closed_form)


def _closed_form(group: Sequence[_Span]) -> Decimal:
    """Each change of the daily product, a stop included, counts for all days that are left."""
    end, until, before, total = group[-1].end, group[0].start, ZERO, ZERO
    for span in group:
        if span.start > until:
            total -= before * (end - until).days
            before = ZERO
        total += (span.product - before) * (end - span.start).days
        before, until = span.product, span.end
    return total


def planned_balances(terms: LoanTerms) -> tuple[Balance, ...]:
    """Principal owed over the whole term if every instalment is paid on its day: what a budget reserves for."""
    balances = [Balance(on=terms.disbursed_on, principal=terms.principal, annual_rate=terms.annual_rate)]
    for line in schedule(terms):
        if line.principal:
            balances.append(Balance(on=line.due_on, principal=line.balance, annual_rate=terms.annual_rate))
    return tuple(balances)


def planned_subsidy(terms: LoanTerms, bank_rate: BankRate, **options: object) -> Subsidy:
    """The future subsidy of a whole loan, to be reserved against its budget years."""
    balances = planned_balances(terms)
    return subsidy(balances, bank_rate, balances[0].on, balances[-1].on, **options)


class _Claim:
    """The arguments of a claim, checked, and the daily products they give."""

    def __init__(
        self,
        state: LoanState | Iterable[Balance],
        bank_rate: BankRate,
        starts_on: date,
        ends_on: date,
        year_days: int,
        unit: Decimal,
        rounding: str,
        round_by: str,
    ) -> None:
        plain_date(starts_on, "starts_on")
        plain_date(ends_on, "ends_on")
        if ends_on < starts_on:
            raise ValueError("ends_on: must not be before starts_on")
        if year_days not in (360, 365):
            raise ValueError(f"year_days: must be 360 or 365, got {year_days!r}")
        if rounding not in ROUNDINGS:
            raise ValueError(f"rounding: must be one of {', '.join(ROUNDINGS)}, got {rounding!r}")
        if round_by not in ("row", "month"):
            raise ValueError(f"round_by: must be row or month, got {round_by!r}")
        if isinstance(state, LoanState):
            if ends_on > state.as_of:
                raise ValueError(f"ends_on: the loan is known until {state.as_of} only")
            balances = list(state.balances)
        else:
            balances = sorted(state, key=lambda balance: balance.on)
        self.balances = balances
        self.rates = _rate_series(bank_rate)
        self.year_days = year_days
        self.unit = exact_decimal(unit, "unit")
        if self.unit <= 0:
            raise ValueError(f"unit: must be above zero, got {unit}")
        self.rounding = rounding
        self.round_by = round_by

    def round(self, product: Decimal) -> Decimal:
        exact = EXACT.divide(product, Decimal(100 * self.year_days))
        return round_to(exact, self.unit, self.rounding)

    def spans(self, first: date, last: date) -> list[_Span]:
        """Stretches of equal principal and rates within the days, those without principal left out."""
        stop = last + _DAY
        edges = {first, stop}
        edges.update(balance.on for balance in self.balances if first < balance.on < stop)
        edges.update(day for day, _ in self.rates if first < day < stop)
        cuts = sorted(edges)
        found: list[_Span] = []
        for start, end in zip(cuts, cuts[1:], strict=False):
            balance = self._balance_on(start)
            if balance is None or not balance.principal:
                continue
            rate = self._difference(balance, start)
            if found and (found[-1].end, found[-1].principal, found[-1].rate) == (
                start,
                balance.principal,
                rate,
            ):
                start = found.pop().start
            found.append(_Span(start=start, end=end, principal=balance.principal, rate=rate))
        return found

    def groups(self, spans: list[_Span]) -> list[list[_Span]]:
        """What is rounded together."""
        if self.round_by == "row":
            return [[span] for span in spans]
        return [spans] if spans else []

    def days(self, group: list[_Span]) -> Iterator[DaySubsidy]:
        product = before = ZERO
        for span in group:
            for number in range(span.days):
                product += span.product
                now = self.round(product)
                yield DaySubsidy(
                    on=span.start + number * _DAY,
                    principal=span.principal,
                    rate=span.rate,
                    amount=now - before,
                )
                before = now

    def product_on(self, day: date) -> Decimal:
        """Principal times rate difference of a single day, looked up afresh."""
        balance = self._balance_on(day)
        return ZERO if balance is None else EXACT.multiply(balance.principal, self._difference(balance, day))

    def _balance_on(self, day: date) -> Balance | None:
        found = None
        for balance in self.balances:
            if balance.on > day:
                break
            found = balance
        return found

    def _difference(self, balance: Balance, day: date) -> Decimal:
        bank = ZERO
        for since, rate in self.rates:
            if since > day:
                break
            bank = rate
        return max(ZERO, bank - balance.annual_rate)


def _rate_series(bank_rate: BankRate) -> list[tuple[date, Decimal]]:
    if isinstance(bank_rate, list | tuple):
        series = sorted(
            (plain_date(since, "bank_rate"), exact_decimal(rate, "bank_rate")) for since, rate in bank_rate
        )
    else:
        series = [(date.min, exact_decimal(bank_rate, "bank_rate"))]
    if not series or any(rate < 0 for _, rate in series):
        raise ValueError("bank_rate: must be a rate of at least zero, or a series of them")
    return series


def _months(starts_on: date, ends_on: date) -> Iterator[tuple[date, date]]:
    """The calendar months touched, cut to the days asked for."""
    first = starts_on
    while first <= ends_on:
        following = add_months(first.replace(day=1), 1)
        yield first, min(ends_on, following - _DAY)
        first = following
