"""The events of a loan as credit.replay walks them, and what the loan looks like on a day. Reads only."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from core.dates import today
from credit import replay
from credit.amortization import ZERO
from credit.enums import LoanEventKind
from credit.models import LoanEvent, ReferenceRate
from credit.replay import COMPONENTS, Balance, Rules
from credit.subsidy import Subsidy, subsidy
from credit.terms import holidays_of, terms_of

K = LoanEventKind

#: What `terms` of an event may hold, by its kind.
TERMS = {
    K.PAID: {"prepayment"},
    K.RECOVERED: {"prepayment"},
    K.CHARGED: {"kind"},
    K.DEFERRED: {"months", "interest"},
    K.RESTRUCTURED: {"periods", "annual_rate", "method", "first_due_on", "principal_grace", "capitalise"},
    K.RATE_CHANGED: {"annual_rate"},
}


def rules_of(version):
    """How payments are used and lateness is charged under a SchemeVersion."""
    return Rules(
        allocation=tuple(version.allocation or COMPONENTS),
        penalty_rate=version.penalty_rate,
        penalty_grace_days=version.penalty_grace_days,
    )


def replay_event(event):
    """A LoanEvent as credit.replay knows it. ValueError naming the field for what makes no sense."""
    common = {"on": event.on, "reference": event.reference}
    terms = dict(event.terms)
    if unknown := set(terms) - TERMS.get(event.kind, set()):
        raise ValueError(f"terms: {event.kind} knows no {', '.join(sorted(unknown))}")
    if terms.get("annual_rate") is not None:
        terms["annual_rate"] = Decimal(terms["annual_rate"])
    if terms.get("first_due_on"):
        terms["first_due_on"] = date.fromisoformat(terms["first_due_on"])
    match event.kind:
        case K.DISBURSED:
            return replay.Disbursed(**common, amount=event.amount)
        case K.PAID:
            return replay.Paid(**common, amount=event.amount, **terms)
        case K.RECOVERED:
            return replay.Recovered(**common, amount=event.amount, **terms)
        case K.REVERSED:
            return replay.Reversed(**common, of=event.reverses.reference)
        case K.CHARGED:
            return replay.Charged(**common, amount=event.amount, kind=terms.get("kind", ""))
        case K.DEFERRED:
            return replay.Deferred(
                **common, months=terms.get("months"), interest=terms.get("interest", "collected")
            )
        case K.RESTRUCTURED:
            return replay.Restructured(**common, periods=terms.pop("periods", None), **terms)
        case K.RATE_CHANGED:
            return replay.RateChanged(**common, annual_rate=terms.get("annual_rate"))
        case K.WRITTEN_OFF:
            return replay.WrittenOff(**common)


def events_of(loan):
    """All that happened to `loan`, in the order it was recorded, as credit.replay walks it."""
    return [replay_event(event) for event in loan.events.select_related("reverses").order_by("on", "id")]


def contract_terms(loan, events=()):
    """LoanTerms of the contract, with a calendar long enough for what relief and restructuring in `events` added."""
    terms = terms_of(
        loan.scheme_version,
        loan.principal,
        loan.months,
        disbursed_on=loan.disbursed_on or loan.signed_on,
        first_due_on=loan.first_due_on,
        annual_rate=loan.annual_rate,
    )
    years = [
        event.on.year + getattr(event, "periods", getattr(event, "months", 0)) // 12 + 3
        for event in events
        if isinstance(event, replay.Deferred | replay.Restructured)
        and isinstance(getattr(event, "periods", 0), int)
    ]
    if not years:
        return terms
    last = max(max(years), terms.disbursed_on.year + loan.months // 12 + 3)
    more = frozenset().union(*(holidays_of(year) for year in range(terms.disbursed_on.year, last + 2)))
    return replace(terms, holidays=terms.holidays | more)


def replayed(loan, events, as_of):
    """The LoanState of `loan` under `events` at the end of `as_of`."""
    return replay.replay(
        contract_terms(loan, events), events, as_of=as_of, rules=rules_of(loan.scheme_version)
    )


def state_of(loan, as_of):
    """The LoanState of `loan` at the end of that day, as everything known today says."""
    return replayed(loan, events_of(loan), as_of)


def states_of(loans, as_of):
    """Each Loan of a queryset with its LoanState at the end of that day, their events read together."""
    loans = list(loans)
    events = defaultdict(list)
    for event in LoanEvent.objects.filter(loan__in=loans).select_related("reverses").order_by("on", "id"):
        events[event.loan_id].append(replay_event(event))
    for loan in loans:
        yield loan, replayed(loan, events[loan.pk], as_of)


def payoff_quote(loan, on):
    """What closes `loan` if it is paid on that day, money already held for it counted; exactly what is charged then."""
    return state_of(loan, on).payoff


def oldest_unpaid_on(loan, events, state):
    """Due day of the first instalment that money already received does not cover; None where it covers all.

    It does not depend on the day one asks: days past due are that day less this one, where that is above zero.
    """
    if state.advance and state.matures_on and state.matures_on >= state.as_of:
        state = replayed(loan, events, state.matures_on + timedelta(days=1))
    return next((row.due_on for row in state.instalments if row.unpaid), None)


def reference_rates(loan):
    """The bank's rate as a series, for credit.subsidy."""
    return [
        (rate.in_force_from, rate.annual_rate)
        for rate in ReferenceRate.objects.filter(
            scheme=loan.scheme_version.scheme_id, bank_kind=loan.bank.kind
        ).order_by("in_force_from")
    ]


def subsidy_so_far(loan, state):
    """What the city owes the bank for `loan` from its disbursement to the day of `state`; a Subsidy."""
    rates = reference_rates(loan)
    if not state.balances or not rates:
        return Subsidy(starts_on=state.as_of, ends_on=state.as_of, months=(), days=(), total=ZERO)
    return subsidy(
        state, rates, state.balances[0].on, state.as_of, year_days=loan.scheme_version.subsidy_year_days
    )


def expected_subsidy(loan, state):
    """{year: whole rupiah} over the whole life of `loan`: what was owed until the day of `state`, then the plan, with
    arrears standing until the last due day (a budget must not run out because a borrower is late)."""
    rates = reference_rates(loan)
    if not state.balances or not rates:
        return {}
    balances, owed = list(state.balances), state.outstanding_principal
    for row in state.instalments:
        unpaid = row.principal - row.principal_paid
        if row.due_on > state.as_of and unpaid:
            owed -= unpaid
            balances.append(Balance(on=row.due_on, principal=owed, annual_rate=state.annual_rate))
    end = max(state.matures_on or state.as_of, state.as_of)
    balances.append(Balance(on=end + timedelta(days=1), principal=ZERO, annual_rate=state.annual_rate))
    total = subsidy(balances, rates, balances[0].on, end, year_days=loan.scheme_version.subsidy_year_days)
    return {year: int(amount) for year, amount in total.by_year.items() if amount}


def days_past_due(loan, day=None):
    """Days since the oldest unpaid instalment fell due, 0 where nothing is late."""
    return max(0, ((day or today()) - loan.oldest_due_on).days) if loan.oldest_due_on else 0
