"""What a loan looks like on a day, derived from everything that happened to it.

Nothing is ever booked twice or corrected in place: ``replay`` starts from the terms and walks through the events in
the order of their days. A payment dated in the past is simply one more event, later ones are walked again, and
``changes`` lists what they now pay that they did not pay before. A reversed event never took place once its reversal
is reached, so the state is exactly the earlier one.

The rules, where lending systems differ:

- The interest of the contract follows the plan. Paying late costs the penalty of the ``Rules``, not more interest;
  paying early saves interest only if the borrower asks for it (``fewer`` or ``smaller``).
- A payment first covers what is due, in the order of the rules. What is over covers the whole loan if it is enough for
  that; else it waits for the next instalments (``next``, the Indonesian "titipan"), or reduces principal: ``fewer``
  keeps the instalment and ends the loan sooner, ``smaller`` keeps the end and lowers the instalment.
- Interest accrues evenly over the days of a period. Paying off a loan costs the interest accrued until that day; so
  does the part of a period before a prepayment or a change of rate, which is collected with the instalment of its period.
- Payments of one day are taken together, so their order cannot matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal, localcontext

from credit.amortization import (
    EXACT,
    ZERO,
    Instalment,
    LoanTerms,
    Period,
    business_date,
    exact_decimal,
    fill,
    nominal_date,
    plain_date,
    plan,
    year_fraction,
)

COMPONENTS = ("penalty", "fee", "interest", "principal")
PREPAYMENTS = ("next", "fewer", "smaller")


# --- What happens ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened on a day. The reference is unique within a loan where it is given."""

    on: date
    reference: str = ""

    def __post_init__(self) -> None:
        plain_date(self.on, "on")

    def _amount(self) -> None:
        amount = exact_decimal(self.amount, "amount")
        if amount <= 0:
            raise ValueError(f"amount: must be above zero, got {amount}")
        object.__setattr__(self, "amount", amount)


@dataclass(frozen=True, kw_only=True)
class Disbursed(Event):
    """The bank paid out. The first payment starts the plan, a later one is spread over the instalments still to come."""

    amount: Decimal

    def __post_init__(self) -> None:
        super().__post_init__()
        self._amount()


@dataclass(frozen=True, kw_only=True)
class Paid(Event):
    """The borrower paid. ``prepayment`` says what becomes of money beyond what is due."""

    reference: str
    amount: Decimal
    prepayment: str = "next"

    def __post_init__(self) -> None:
        super().__post_init__()
        self._amount()
        if self.prepayment not in PREPAYMENTS:
            raise ValueError(f"prepayment: must be one of {', '.join(PREPAYMENTS)}, got {self.prepayment!r}")
        if not self.reference:
            raise ValueError("reference: a payment needs one, so that it counts once")


@dataclass(frozen=True, kw_only=True)
class Reversed(Event):
    """An earlier event, named by its reference, turned out not to have happened."""

    of: str


@dataclass(frozen=True, kw_only=True)
class Charged(Event):
    """A fee or a penalty set by hand, due on its day."""

    kind: str
    amount: Decimal

    def __post_init__(self) -> None:
        super().__post_init__()
        self._amount()
        if self.kind not in ("penalty", "fee"):
            raise ValueError(f"kind: must be penalty or fee, got {self.kind!r}")


@dataclass(frozen=True, kw_only=True)
class Deferred(Event):
    """Relief: every instalment due after this day moves by whole months; its amount stays.

    The interest of the added months is ``collected`` with the first instalment after them, or ``waived``.
    """

    months: int
    interest: str = "collected"

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.months, bool) or not isinstance(self.months, int) or self.months < 1:
            raise ValueError(f"months: must be a whole number of at least 1, got {self.months!r}")
        if self.interest not in ("collected", "waived"):
            raise ValueError(f"interest: must be collected or waived, got {self.interest!r}")


@dataclass(frozen=True, kw_only=True)
class Restructured(Event):
    """All principal still owed, arrears included, is repaid by a new plan. None keeps what was agreed before.

    ``capitalise`` adds the interest owed to the principal; else arrears of interest stay due and the interest accrued
    in the running period is collected with the first new instalment.
    """

    periods: int
    annual_rate: Decimal | None = None
    method: str | None = None
    first_due_on: date | None = None
    principal_grace: int = 0
    capitalise: bool = False


@dataclass(frozen=True, kw_only=True)
class RateChanged(Event):
    """From this day on the balance bears another rate (percent a year)."""

    annual_rate: Decimal

    def __post_init__(self) -> None:
        super().__post_init__()
        rate = exact_decimal(self.annual_rate, "annual_rate")
        if rate < 0:
            raise ValueError(f"annual_rate: must not be below zero, got {rate}")
        object.__setattr__(self, "annual_rate", rate)


@dataclass(frozen=True, kw_only=True)
class WrittenOff(Event):
    """The lender gives up all that is owed; what still comes in later is a recovery."""


@dataclass(frozen=True, kw_only=True)
class Recovered(Paid):
    """Money that came in after a write-off (before one it counts as a payment)."""


# In this order within one day. Payments come after whatever changes the debt, a write-off after the payments.
_ORDER = {
    Disbursed: 0,
    RateChanged: 1,
    Deferred: 2,
    Restructured: 3,
    Charged: 4,
    Paid: 5,
    Recovered: 5,
    WrittenOff: 6,
    Reversed: 7,
}


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How payments are used and lateness is charged: the part of the scheme that is not in the plan.

    ``allocation`` is the order of the four components. ``by`` "component" pays each of them for all that is due before
    the next, "instalment" pays the oldest due day whole before a later one. ``penalty_rate`` is percent a year of the
    principal and interest overdue, from ``penalty_grace_days`` after the due day.
    """

    allocation: tuple[str, ...] = COMPONENTS
    by: str = "component"
    penalty_rate: Decimal = ZERO
    penalty_grace_days: int = 0
    penalty_year_days: int = 360

    def __post_init__(self) -> None:
        object.__setattr__(self, "allocation", tuple(self.allocation))
        object.__setattr__(self, "penalty_rate", exact_decimal(self.penalty_rate, "penalty_rate"))
        if sorted(self.allocation) != sorted(COMPONENTS):
            raise ValueError(f"allocation: must order {', '.join(COMPONENTS)}, got {self.allocation!r}")
        if self.by not in ("component", "instalment"):
            raise ValueError(f"by: must be component or instalment, got {self.by!r}")
        if self.penalty_rate < 0:
            raise ValueError(f"penalty_rate: must not be below zero, got {self.penalty_rate}")
        if self.penalty_grace_days < 0:
            raise ValueError(f"penalty_grace_days: must not be below zero, got {self.penalty_grace_days}")
        if self.penalty_year_days not in (360, 365):
            raise ValueError(f"penalty_year_days: must be 360 or 365, got {self.penalty_year_days}")


# --- What comes of it ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class InstalmentState(Instalment):
    """An instalment of the plan as it now stands, and what has been paid of it."""

    principal_paid: Decimal
    interest_paid: Decimal
    paid_on: date | None

    @property
    def unpaid(self) -> Decimal:
        return self.total - self.principal_paid - self.interest_paid


@dataclass(frozen=True, kw_only=True)
class Allocation:
    """Which part of which payment paid what, and when. ``number`` is the instalment; None for charges, prepaid
    principal and recoveries. The components are the four of the rules and ``recovery``."""

    on: date
    reference: str
    component: str
    number: int | None
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Balance:
    """Principal owed at the end of a day and until the next entry, and the rate the borrower bears on it."""

    on: date
    principal: Decimal
    annual_rate: Decimal


@dataclass(frozen=True, kw_only=True)
class LoanState:
    """The loan at the end of a day.

    ``status`` is planned, active, paid_off or written_off. ``outstanding_*`` is all that is owed, ``overdue_*`` the part
    that was due before this day; ``outstanding_interest`` is due interest, ``accrued_interest`` what has accrued since
    without being due. ``advance`` is money held for coming instalments (of a closed loan: to be given back).
    ``prepaid`` is principal paid before its time. ``payoff`` is what closes the loan on this day.
    """

    as_of: date
    status: str
    disbursed: Decimal
    capitalised: Decimal
    instalments: tuple[InstalmentState, ...]
    allocations: tuple[Allocation, ...]
    balances: tuple[Balance, ...]
    annual_rate: Decimal
    paid: Decimal
    advance: Decimal
    prepaid: Decimal
    outstanding_principal: Decimal
    outstanding_interest: Decimal
    outstanding_penalty: Decimal
    outstanding_fee: Decimal
    accrued_interest: Decimal
    overdue_principal: Decimal
    overdue_interest: Decimal
    days_past_due: int
    next_due_on: date | None
    next_due: Decimal
    matures_on: date | None
    payoff: Decimal
    written_off_principal: Decimal
    written_off_interest: Decimal
    written_off_charges: Decimal
    recovered: Decimal

    @property
    def days_past_maturity(self) -> int:
        """Days since the last due day while anything of the plan is still owed, else zero."""
        if not self.matures_on or not self.outstanding_principal + self.outstanding_interest:
            return 0
        return max(0, (self.as_of - self.matures_on).days)


@dataclass(frozen=True, kw_only=True)
class Change:
    """One use of a payment that differs between two states of the same loan."""

    reference: str
    component: str
    number: int | None
    before: Decimal
    after: Decimal


def changes(before: LoanState, after: LoanState) -> list[Change]:
    """What payments pay now that they did not before, for instance after one dated in the past came in."""

    def uses(state: LoanState) -> dict[tuple[str, str, int | None], Decimal]:
        sums: dict[tuple[str, str, int | None], Decimal] = {}
        for part in state.allocations:
            key = (part.reference, part.component, part.number)
            sums[key] = sums.get(key, ZERO) + part.amount
        return sums

    old, new = uses(before), uses(after)
    order = list(old) + [key for key in new if key not in old]
    return [
        Change(
            reference=key[0],
            component=key[1],
            number=key[2],
            before=old.get(key, ZERO),
            after=new.get(key, ZERO),
        )
        for key in order
        if old.get(key, ZERO) != new.get(key, ZERO)
    ]


# --- Collectability --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class CollectabilityTable:
    """Upper bounds in days of the grades 1 to 4; beyond the last is grade 5.

    ``arrears`` counts days past due, ``matured`` days past the last due day with something still owed; None where the
    rule does not look at maturity. The values belong to the scheme and the bank's type and change with the law.
    """

    arrears: tuple[int, int, int, int]
    matured: tuple[int, int, int, int] | None = None


BPR = CollectabilityTable(arrears=(30, 90, 180, 360), matured=(0, 15, 30, 60))
"""Rural banks: POJK 33/POJK.03/2018, kept by POJK 1/2024."""

COMMERCIAL_BANK = CollectabilityTable(arrears=(0, 90, 120, 180))
"""Commercial banks (bank umum): POJK 40/POJK.03/2019."""


def collectability(days_past_due: int, days_past_maturity: int, table: CollectabilityTable) -> int:
    """Grade 1 (lancar) to 5 (macet): the worse of arrears and maturity."""

    def grade(days: int, bounds: Sequence[int]) -> int:
        return next((number for number, bound in enumerate(bounds, 1) if days <= bound), 5)

    by_arrears = grade(days_past_due, table.arrears)
    return max(by_arrears, grade(days_past_maturity, table.matured)) if table.matured else by_arrears


# --- The walk --------------------------------------------------------------------------------------------------------


def replay(
    terms: LoanTerms, events: Iterable[Event], *, as_of: date, rules: Rules | None = None
) -> LoanState:
    """The state of the loan at the end of ``as_of``; later events are not seen.

    Events may come in any order. ValueError on a reference used twice, or a reversal of what is not there.
    """
    plain_date(as_of, "as_of")
    walk = _Walk(terms, rules or Rules(), as_of)
    for day, happened in _by_day(events, as_of):
        walk.until(day)
        walk.happen(day, happened)
    walk.until(as_of + timedelta(days=1))
    return walk.state()


def payoff(terms: LoanTerms, events: Iterable[Event], *, on: date, rules: Rules | None = None) -> Decimal:
    """What closes the loan if it is paid on that day, as far as is known today."""
    return replay(terms, events, as_of=on, rules=rules).payoff


def _by_day(events: Iterable[Event], as_of: date) -> list[tuple[date, list[Event]]]:
    seen = [event for event in events if event.on <= as_of]
    named: dict[str, Event] = {}
    for event in seen:
        if event.reference:
            if event.reference in named:
                raise ValueError(f"reference: {event.reference!r} is used twice")
            named[event.reference] = event
    undone = set()
    for event in seen:
        if isinstance(event, Reversed):
            target = named.get(event.of)
            if target is None or isinstance(target, Reversed) or target.on > event.on:
                raise ValueError(f"of: there is no earlier event {event.of!r} to reverse")
            undone.add(event.of)
    days: dict[date, list[Event]] = {}
    kept = [e for e in seen if not isinstance(e, Reversed) and not (e.reference and e.reference in undone)]

    def place(event: Event) -> tuple[date, int, str, str]:
        return event.on, _ORDER[type(event)], event.reference, "" if event.reference else repr(event)

    for event in sorted(kept, key=place):
        days.setdefault(event.on, []).append(event)
    return list(days.items())


@dataclass(kw_only=True)
class _Row:
    """An instalment while the walk goes on. ``accrued`` is the exact interest until ``accrued_until``; the rest of
    ``accrues`` arises evenly from there to the due day."""

    number: int
    index: int
    shift: int
    terms: LoanTerms
    starts_on: date
    due_on: date
    fraction: tuple[int, int]
    principal: Decimal
    interest: Decimal
    accrues: Decimal
    accrued: Decimal
    accrued_until: date
    principal_paid: Decimal = ZERO
    interest_paid: Decimal = ZERO
    paid_on: date | None = None

    @property
    def unpaid(self) -> Decimal:
        return self.principal + self.interest - self.principal_paid - self.interest_paid

    def accrued_on(self, day: date) -> Decimal:
        if day >= self.due_on:
            return self.accrues
        if day <= self.accrued_until:
            return self.accrued
        passed, whole = (day - self.accrued_until).days, (self.due_on - self.accrued_until).days
        return self.accrued + (self.accrues - self.accrued) * passed / whole

    def remaining_fraction(self, day: date) -> tuple[int, int]:
        """The part of a year from that day to the due day."""
        whole = (self.due_on - self.starts_on).days
        if day <= self.starts_on or not whole:
            return self.fraction
        return self.fraction[0] * (self.due_on - day).days, self.fraction[1] * whole


@dataclass(kw_only=True)
class _Money:
    """A payment, or what is left of it."""

    reference: str
    left: Decimal
    prepayment: str


@dataclass(kw_only=True)
class _Charge:
    on: date
    kind: str
    amount: Decimal
    paid: Decimal = ZERO


@dataclass(kw_only=True)
class _Due:
    """Something that can be paid now, where it stands in line, and how the payment is noted."""

    component: str
    due_on: date
    number: int | None
    amount: Decimal
    pay: Callable[[Decimal], None]


@dataclass
class _Walk:
    terms: LoanTerms
    rules: Rules
    as_of: date
    rows: list[_Row] = field(default_factory=list)
    charges: list[_Charge] = field(default_factory=list)
    queue: list[_Money] = field(default_factory=list)
    allocations: list[Allocation] = field(default_factory=list)
    balances: list[Balance] = field(default_factory=list)
    flat_base: Decimal = ZERO
    disbursed: Decimal = ZERO
    capitalised: Decimal = ZERO
    prepaid: Decimal = ZERO
    paid: Decimal = ZERO
    recovered: Decimal = ZERO
    lost: dict[str, Decimal] = field(
        default_factory=lambda: {"principal": ZERO, "interest": ZERO, "charges": ZERO}
    )
    written_off: bool = False
    reached: date = date.min
    penalty_reached: date = date.min
    penalty_days: Decimal = ZERO
    penalty_paid: Decimal = ZERO

    # Days

    def until(self, day: date) -> None:
        """Let every due day before that day pass: money held for it is used. Without any, nothing happens on it."""
        while self.queue:
            coming = [row.due_on for row in self.rows if self.reached < row.due_on < day]
            if not coming:
                return
            self.happen(min(coming), [])

    def happen(self, day: date, events: Sequence[Event]) -> None:
        with localcontext(EXACT):
            self._charge_lateness(day)
            after = []
            for event in events:
                if isinstance(event, Paid):
                    self.paid += event.amount
                    self.queue.append(
                        _Money(reference=event.reference, left=event.amount, prepayment=event.prepayment)
                    )
                elif isinstance(event, WrittenOff):
                    after.append(event)
                else:
                    _HANDLERS[type(event)](self, day, event)
            self.reached = day
            self._use_money(day)
            for _ in after:
                self._write_off(day)
            self._note_balance(day)

    def _note_balance(self, day: date) -> None:
        if not self.disbursed:
            return
        owed, rate = self._principal_owed(), self.terms.annual_rate
        last = self.balances[-1] if self.balances else None
        if last and (last.principal, last.annual_rate) == (owed, rate):
            return
        self.balances.append(Balance(on=day, principal=owed, annual_rate=rate))

    # Sums

    def _due_rows(self, day: date) -> list[_Row]:
        return [row for row in self.rows if row.due_on <= day]

    def _coming_rows(self, day: date) -> list[_Row]:
        return [row for row in self.rows if row.due_on > day]

    def _principal_owed(self) -> Decimal:
        return sum((row.principal - row.principal_paid for row in self.rows), ZERO)

    def _coming_principal(self, day: date) -> Decimal:
        return sum((row.principal for row in self._coming_rows(day)), ZERO)

    def _put_off(self, day: date) -> Decimal:
        """Interest of past periods that no due instalment has collected."""
        return sum((row.accrues - row.interest for row in self._due_rows(day)), ZERO)

    def _accrued(self, day: date) -> Decimal:
        """Interest that has accrued but is not due, rounded as an amount."""
        coming = self._coming_rows(day)
        running = coming[0].accrued_on(day) if coming else ZERO
        return max(ZERO, self.terms.as_amount(self._put_off(day) + running))

    def _lateness(self) -> Decimal:
        """Penalty for lateness so far, paid or not."""
        exact = self.penalty_days * self.rules.penalty_rate / (100 * self.rules.penalty_year_days)
        return self.terms.as_amount(exact)

    def _charge_lateness(self, day: date) -> None:
        if self.rules.penalty_rate:
            for row in self.rows:
                since = max(self.penalty_reached, row.due_on + timedelta(days=self.rules.penalty_grace_days))
                if since < day and row.unpaid:
                    self.penalty_days += row.unpaid * (day - since).days
        self.penalty_reached = day

    # Money

    def _dues(self, day: date) -> list[_Due]:
        dues = []
        rows = [row for row in self._due_rows(day) if row.unpaid]
        late = self._lateness() - self.penalty_paid
        if late:
            oldest = min((row.due_on for row in rows), default=day)
            dues.append(
                _Due(component="penalty", due_on=oldest, number=None, amount=late, pay=self._pay_lateness)
            )
        for charge in self.charges:
            if charge.amount > charge.paid:
                dues.append(
                    _Due(
                        component=charge.kind,
                        due_on=charge.on,
                        number=None,
                        amount=charge.amount - charge.paid,
                        pay=_charge_payer(charge),
                    )
                )
        for row in rows:
            for component in ("interest", "principal"):
                owed = getattr(row, component) - getattr(row, f"{component}_paid")
                if owed:
                    dues.append(
                        _Due(
                            component=component,
                            due_on=row.due_on,
                            number=row.number,
                            amount=owed,
                            pay=_row_payer(row, component, day),
                        )
                    )
        rank = self.rules.allocation.index
        if self.rules.by == "instalment":
            return sorted(dues, key=lambda due: (due.due_on, rank(due.component)))
        return sorted(dues, key=lambda due: (rank(due.component), due.due_on))

    def _pay_lateness(self, amount: Decimal) -> None:
        self.penalty_paid += amount

    def _use_money(self, day: date) -> None:
        if self.written_off:
            self._recover(day)
            return
        self._pay_dues(day)
        money = sum((part.left for part in self.queue), ZERO)
        if not money or not self._coming_rows(day):
            return
        needed = self._coming_principal(day) + self._accrued(day)
        if money >= needed:
            self._close(day)
            self._pay_dues(day)
            return
        for mode in ("fewer", "smaller"):
            self._prepay(day, mode)

    def _pay_dues(self, day: date) -> None:
        if not self.queue:
            return
        for due in self._dues(day):
            left = due.amount
            for money in self.queue:
                part = min(left, money.left)
                if part:
                    due.pay(part)
                    self._allocate(day, money, due.component, due.number, part)
                    left -= part
        self.queue = [money for money in self.queue if money.left]

    def _allocate(
        self, day: date, money: _Money, component: str, number: int | None, amount: Decimal
    ) -> None:
        money.left -= amount
        self.allocations.append(
            Allocation(on=day, reference=money.reference, component=component, number=number, amount=amount)
        )

    def _close(self, day: date) -> None:
        """All that is still to come falls due now, with the interest accrued until today."""
        coming = self._coming_rows(day)
        interest, principal = self._accrued(day), self._coming_principal(day)
        self.rows = self._due_rows(day)
        if interest or principal:
            accrues = interest - self._put_off(day)
            self.rows.append(
                replace(
                    coming[0],
                    due_on=day,
                    principal=principal,
                    interest=interest,
                    accrues=accrues,
                    accrued=accrues,
                    accrued_until=day,
                )
            )

    def _prepay(self, day: date, mode: str) -> None:
        before = self._coming_principal(day)
        amount = ZERO
        for money in self.queue:
            # Money that has waited for an instalment may end a loan, but it does not change its plan.
            part = min(money.left, before - amount) if money.prepayment == mode else ZERO
            if part:
                amount += part
                self._allocate(day, money, "principal", None, part)
        for money in self.queue:
            if money.prepayment == mode:
                money.prepayment = "next"
        self.queue = [money for money in self.queue if money.left]
        if not amount:
            return
        self.prepaid += amount
        after = before - amount
        if mode == "smaller":
            self.flat_base = self.flat_base * after / before
        self._replan(day, after, keep_instalment=mode == "fewer")

    # Plans

    def _start_plan(self, terms: LoanTerms, *, after: int = 0) -> None:
        self.terms, self.flat_base = terms, terms.principal
        for index, row in enumerate(plan(terms)):
            self.rows.append(
                _Row(
                    number=after + row.period.number,
                    index=index,
                    shift=0,
                    terms=terms,
                    starts_on=row.period.starts_on,
                    due_on=row.period.due_on,
                    fraction=row.period.fraction,
                    principal=row.principal,
                    interest=row.interest,
                    accrues=row.accrues,
                    accrued=ZERO,
                    accrued_until=row.period.starts_on,
                )
            )

    def _replan(self, day: date, principal: Decimal, *, keep_instalment: bool = False) -> None:
        """Repay that much principal by the instalments to come; interest accrued so far stays with the running one."""
        coming = self._coming_rows(day)
        first = coming[0]
        if day > first.accrued_until:
            first.accrued = first.accrued_on(day)
            first.accrued_until = day
        put_off = self._put_off(day)
        if not principal:
            first.principal = ZERO
            first.accrues = self.terms.as_amount(first.accrued)
            first.interest = first.accrues + put_off
            # What has accrued is owed in full already; nothing arises until the due day.
            first.accrued = first.accrues
            self.rows = self._due_rows(day) + ([first] if first.interest else [])
        elif keep_instalment:
            self._shorten(day, principal, coming, put_off)
        else:
            self._refill(day, principal, coming, put_off)

    def _refill(self, day: date, principal: Decimal, coming: list[_Row], put_off: Decimal) -> None:
        passed, count = coming[0].index, len(coming)
        graces = {
            name: max(0, min(getattr(self.terms, name) - passed, most))
            for name, most in (
                ("principal_grace", count - 1),
                ("interest_deferred", count - 1),
                ("interest_free", count),
            )
        }
        terms = replace(self.terms, principal=principal, periods=count, **graces)
        periods = [
            Period(
                number=row.number,
                starts_on=row.starts_on,
                due_on=row.due_on,
                fraction=row.remaining_fraction(day) if row is coming[0] else row.fraction,
            )
            for row in coming
        ]
        for row, planned in zip(coming, fill(terms, periods, flat_base=self.flat_base), strict=True):
            row.principal, row.interest, row.accrues = planned.principal, planned.interest, planned.accrues
        first = coming[0]
        rest = ZERO
        if not graces["interest_free"]:
            base = self.flat_base if terms.method == "flat" else principal
            rest = terms.interest_on(base, periods[0].fraction)
        whole = terms.as_amount(first.accrued + rest)
        coming[graces["interest_deferred"]].interest += whole - first.accrues + put_off
        first.accrues = whole

    def _shorten(self, day: date, principal: Decimal, coming: list[_Row], put_off: Decimal) -> None:
        terms, balance, owed, kept = self.terms, principal, put_off, []
        # The running instalment may carry interest of its own (relief, an earlier change), so a later one tells.
        usual = [row for row in coming[1:-1] if row.principal] or [coming[0]]
        level = usual[0].principal + usual[0].interest
        for row in coming:
            if not balance:
                break
            fraction = row.remaining_fraction(day) if row is coming[0] else row.fraction
            base = self.flat_base if terms.method == "flat" else balance
            free = row.index < terms.interest_free
            row.accrues = terms.as_amount(row.accrued + (ZERO if free else terms.interest_on(base, fraction)))
            owed += row.accrues
            last = row is coming[-1]
            row.interest = ZERO if row.index < terms.interest_deferred and not last else owed
            owed -= row.interest
            wanted = row.principal
            if terms.method == "equal_instalment" and row.principal:
                wanted = max(ZERO, level - row.interest)
            row.principal = balance if last else min(balance, wanted)
            balance -= row.principal
            kept.append(row)
        kept[-1].interest += owed
        self.rows = self._due_rows(day) + kept

    # Events

    def _disburse(self, day: date, event: Disbursed) -> None:
        if not self.disbursed:
            first_due = self.terms.first_due_on
            self._start_plan(
                replace(
                    self.terms,
                    principal=event.amount,
                    disbursed_on=day,
                    first_due_on=first_due if first_due and first_due > day else None,
                )
            )
        else:
            if self.written_off or not self._coming_rows(day):
                raise ValueError(f"on: nothing is left to repay a disbursement of {day} with")
            self.flat_base += event.amount
            self._replan(day, self._coming_principal(day) + event.amount)
        self.disbursed += event.amount

    def _change_rate(self, day: date, event: RateChanged) -> None:
        coming = self._coming_rows(day)
        if coming and day > coming[0].accrued_until:
            coming[0].accrued = coming[0].accrued_on(day)
            coming[0].accrued_until = day
        self.terms = replace(self.terms, annual_rate=event.annual_rate)
        principal = self._coming_principal(day)
        if principal:
            self._replan(day, principal)

    def _defer(self, day: date, event: Deferred) -> None:
        coming = self._coming_rows(day)
        if not coming:
            return
        terms = self.terms
        starts_on = coming[0].starts_on
        for row in coming:
            row.shift += event.months
            nominal = nominal_date(row.terms, row.index + 1, months_later=row.shift)
            old, row.due_on = row.due_on, max(business_date(row.terms, nominal), starts_on)
            row.starts_on = starts_on
            if row is coming[0]:
                added = self._added_time(old, row.due_on, event.months)
                row.fraction = (
                    row.fraction[0] * added[1] + added[0] * row.fraction[1],
                    row.fraction[1] * added[1],
                )
                if event.interest == "collected":
                    base = self.flat_base if terms.method == "flat" else self._coming_principal(day)
                    extra = terms.as_amount(terms.interest_on(base, added))
                    row.accrues += extra
                    row.interest += extra
            else:
                row.accrued_until = starts_on
            starts_on = row.due_on

    def _added_time(self, old: date, new: date, months: int) -> tuple[int, int]:
        if self.terms.day_count == "30/360":
            return months, 12
        return year_fraction(self.terms, old, new)

    def _restructure(self, day: date, event: Restructured) -> None:
        owed = self._principal_owed()
        if self.written_off or not owed:
            return
        accrued = self._accrued(day)
        kept = self._due_rows(day)
        arrears = sum((row.interest - row.interest_paid for row in kept), ZERO)
        for row in kept:
            row.principal = row.principal_paid
            if event.capitalise:
                row.interest = row.interest_paid
            row.accrues = row.interest
        self.rows = kept
        added = arrears + accrued if event.capitalise else ZERO
        self.capitalised += added
        chosen = {"annual_rate": event.annual_rate, "method": event.method}
        self._start_plan(
            replace(
                self.terms,
                principal=owed + added,
                periods=event.periods,
                disbursed_on=day,
                first_due_on=event.first_due_on,
                principal_grace=event.principal_grace,
                interest_deferred=0,
                interest_free=0,
                **{name: value for name, value in chosen.items() if value is not None},
            ),
            after=len(kept),
        )
        if accrued and not event.capitalise:
            first = self._coming_rows(day)[0]
            first.accrued += accrued
            first.accrues += accrued
            first.interest += accrued

    def _charge(self, day: date, event: Charged) -> None:
        self.charges.append(_Charge(on=day, kind=event.kind, amount=event.amount))

    def _write_off(self, day: date) -> None:
        if self.written_off:
            return
        kept = self._due_rows(day)
        self.lost["interest"] += self._accrued(day)
        self.lost["principal"] += self._principal_owed()
        self.lost["charges"] += sum((charge.amount - charge.paid for charge in self.charges), ZERO)
        self.lost["charges"] += self._lateness() - self.penalty_paid
        for row in kept:
            self.lost["interest"] += row.interest - row.interest_paid
            row.principal, row.interest = row.principal_paid, row.interest_paid
            row.accrues = row.interest
        for charge in self.charges:
            charge.amount = charge.paid
        self.penalty_paid = self._lateness()
        self.rows, self.written_off = kept, True

    def _recover(self, day: date) -> None:
        for money in self.queue:
            part = min(money.left, sum(self.lost.values(), ZERO) - self.recovered)
            if part:
                self.recovered += part
                self._allocate(day, money, "recovery", None, part)
        self.queue = [money for money in self.queue if money.left]

    # The result

    def state(self) -> LoanState:
        with localcontext(EXACT):
            return self._state()

    def _state(self) -> LoanState:
        day = self.as_of
        self._charge_lateness(day)
        advance = sum((money.left for money in self.queue), ZERO)
        principal, accrued = self._principal_owed(), self._accrued(day)
        owed = {"penalty": ZERO, "fee": ZERO, "interest": ZERO, "principal": ZERO}
        for due in self._dues(day):
            owed[due.component] += due.amount
        late = [row for row in self.rows if row.due_on < day and row.unpaid]
        coming = [row for row in self.rows if row.unpaid and row.due_on >= day]
        total = owed["penalty"] + owed["fee"] + owed["interest"] + principal + accrued
        if self.written_off:
            status = "written_off"
        elif not self.disbursed:
            status = "planned"
        else:
            status = "active" if total or coming else "paid_off"
        following = coming[0] if coming else None
        return LoanState(
            as_of=day,
            status=status,
            disbursed=self.disbursed,
            capitalised=self.capitalised,
            instalments=self._instalments(),
            allocations=tuple(self.allocations),
            balances=tuple(self.balances),
            annual_rate=self.terms.annual_rate,
            paid=self.paid,
            advance=advance,
            prepaid=self.prepaid,
            outstanding_principal=principal,
            outstanding_interest=owed["interest"],
            outstanding_penalty=owed["penalty"],
            outstanding_fee=owed["fee"],
            accrued_interest=accrued,
            overdue_principal=sum((row.principal - row.principal_paid for row in late), ZERO),
            overdue_interest=sum((row.interest - row.interest_paid for row in late), ZERO),
            days_past_due=(day - late[0].due_on).days if late else 0,
            next_due_on=following.due_on if following else None,
            next_due=max(ZERO, following.unpaid - advance) if following else ZERO,
            matures_on=self.rows[-1].due_on if self.rows else None,
            payoff=max(ZERO, total - advance),
            written_off_principal=self.lost["principal"],
            written_off_interest=self.lost["interest"],
            written_off_charges=self.lost["charges"],
            recovered=self.recovered,
        )

    def _instalments(self) -> tuple[InstalmentState, ...]:
        states, balance = [], ZERO
        for row in reversed(self.rows):
            states.append(
                InstalmentState(
                    number=row.number,
                    due_on=row.due_on,
                    days=(row.due_on - row.starts_on).days,
                    principal=row.principal,
                    interest=row.interest,
                    total=row.principal + row.interest,
                    balance=balance,
                    principal_paid=row.principal_paid,
                    interest_paid=row.interest_paid,
                    paid_on=row.paid_on,
                )
            )
            balance += row.principal
        return tuple(reversed(states))


_HANDLERS: dict[type[Event], Callable[[_Walk, date, Event], None]] = {
    Disbursed: _Walk._disburse,
    RateChanged: _Walk._change_rate,
    Deferred: _Walk._defer,
    Restructured: _Walk._restructure,
    Charged: _Walk._charge,
}


def _charge_payer(charge: _Charge) -> Callable[[Decimal], None]:
    def pay(amount: Decimal) -> None:
        charge.paid += amount

    return pay


def _row_payer(row: _Row, component: str, day: date) -> Callable[[Decimal], None]:
    def pay(amount: Decimal) -> None:
        setattr(row, f"{component}_paid", getattr(row, f"{component}_paid") + amount)
        if not row.unpaid:
            row.paid_on = day

    return pay
