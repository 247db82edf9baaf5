"""Schedules of instalments, written."""

from dataclasses import fields
from datetime import date
from types import SimpleNamespace

from django.db import connection, transaction

from bench.portfolio import fill
from bench.runner import Contestant, Goal, Row
from credit.amortization import LoanTerms, schedule
from credit.models import Instalment, Loan
from credit.services.derived import write_states

LOANS, MONTHS = 2000, 36
OURS, LIMIT, BULK, SAVE = "ours, write_states", "one statement, prepared", "bulk_create", "save() per object"
COLUMNS = ("number", "due_on", "principal", "interest", "balance")


def row():
    fill(LOANS)
    keys = list(Loan.objects.order_by("pk").values_list("pk", flat=True))
    lines = schedule(
        LoanTerms(principal=5_000_000, annual_rate=3, periods=MONTHS, disbursed_on=date(2026, 1, 10))
    )
    paid = {"principal_paid": 0, "interest_paid": 0, "paid_on": None}
    plan = [
        SimpleNamespace(**{f.name: getattr(line, f.name) for f in fields(line)}, **paid) for line in lines
    ]
    states = {key: SimpleNamespace(instalments=plan, balances=()) for key in keys}

    def empty():
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE credit_instalment")

    def ours():
        with transaction.atomic():
            write_states(states)
        return LOANS

    arrays = [
        "{" + ",".join(str(value) for _ in keys for value in column) + "}"
        for column in (
            [line.number for line in lines],
            [line.due_on for line in lines],
            [line.principal for line in lines],
            [line.interest for line in lines],
            [line.balance for line in lines],
        )
    ]
    owners = "{" + ",".join(str(key) for key in keys for _line in lines) + "}"

    def limit():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                """INSERT INTO credit_instalment (loan_id, number, due_on, principal, interest, balance, principal_paid,
                       interest_paid)
                   SELECT *, 0, 0 FROM unnest(%s::bigint[], %s::smallint[], %s::date[], %s::numeric[], %s::numeric[],
                       %s::numeric[])""",
                [owners, *arrays],
            )
        return LOANS

    def objects(count):
        for key in keys[:count]:
            for line in lines:
                yield Instalment(loan_id=key, **{name: getattr(line, name) for name in COLUMNS})

    def bulk():
        with transaction.atomic():
            Instalment.objects.bulk_create(objects(500), batch_size=5000)
        return 500

    def save():
        for instalment in objects(30):
            instalment.save()
        return 30

    return Row(
        name="schedule",
        title=f"Schedules of {MONTHS} instalments written for {LOANS:,} loans.",
        unit="loans",
        contestants=[
            Contestant(name=OURS, run=ours, prepare=empty),
            Contestant(name=LIMIT, run=limit, prepare=empty),
            Contestant(name=BULK, run=bulk, prepare=empty),
            Contestant(name=SAVE, run=save, prepare=empty),
        ],
        goals=[Goal(ours=OURS, other=LIMIT, at_least=0.8)],
        notes=[
            lambda: (
                "The limit inserts arrays that are ready; ours makes them from the plans and replaces what was there."
            )
        ],
    )
