"""What happened to the demo's loans: most pay on time, some late, some early, a few not at all."""

from datetime import timedelta

from credit.amortization import schedule
from credit.replay import Disbursed, Paid, payoff
from credit.terms import terms_of

#: How borrowers pay, and how many in a hundred do.
HABITS = (("steady", 79), ("late", 11), ("stopped", 3), ("early", 6), ("lost", 1))


def history_of(rng, loan, today, *, steady=False):
    """The events of a disbursed loan until `today`, oldest first: keyword arguments of LoanEvent without loan and recorder."""
    habit = "steady" if steady else rng.choices([name for name, _n in HABITS], [n for _name, n in HABITS])[0]
    terms = terms_of(loan.scheme_version, loan.principal, loan.months, disbursed_on=loan.disbursed_on)
    plan = schedule(terms)
    events = [
        _event(loan, "disbursed", loan.disbursed_on, 0, loan.principal),
    ]
    due = [row for row in plan if row.due_on < today]
    stop_after = rng.randint(1, max(1, len(plan) - 3)) if habit in {"stopped", "lost"} else len(plan)
    paid = 0
    for row in due[:stop_after]:
        day = row.due_on
        if habit == "late":
            day += timedelta(days=rng.choice((0, 2, 5, 12, 20, 40)))
        elif habit != "early" and row.number < len(plan):  # a last payment made early would cost less
            day -= timedelta(days=rng.choice((0, 0, 0, 1, 3)))
        day = max(day, loan.disbursed_on)
        if day > today:
            break
        events.append(_event(loan, "paid", day, row.number, row.total))
        paid += 1
        if habit == "early" and row.number == max(2, len(plan) // 2):
            known = [Disbursed(on=loan.disbursed_on, reference="C", amount=loan.principal)]
            known += [Paid(on=e["on"], reference=e["reference"], amount=e["amount"]) for e in events[1:]]
            rest = payoff(terms, known, on=day)
            events.append(_event(loan, "paid", day, 900, rest, {"prepayment": "fewer"}))
            break
    if habit == "lost" and due and (today - due[min(paid, len(due) - 1)].due_on).days > 420:
        events.append(_event(loan, "written_off", today - timedelta(days=30), 0, None))
    return sorted(events, key=lambda event: event["on"])


def _event(loan, kind, on, number, amount, terms=None):
    mark = {"disbursed": "C", "paid": "B", "written_off": "H"}[kind]
    reference = f"{mark}{loan.bank.code}{loan.contract_number[:4]}{number:03d}"
    return {
        "kind": kind,
        "on": on,
        "reference": reference,
        "amount": amount,
        "terms": terms or ({"prepayment": "next"} if kind == "paid" else {}),
        "bank": loan.bank,
        "bank_reference": reference,
        "source": "file",
    }
