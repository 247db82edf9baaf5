"""The months of the demo city: the bank's file, subsidy claims, closed days and planned visits, made through the services."""

from collections import defaultdict
from datetime import timedelta

from core.dates import add_months
from core.models import StepLine
from core.workflow import history
from credit.models import Loan, LoanBalance, SubsidyClaim
from credit.planning import candidates
from credit.replay import Balance
from credit.services.claims import (
    Claimed,
    agree_claim,
    check_claim,
    compute_month,
    month_ends_on,
    pay_claim,
    rate_series,
    upload_claim,
)
from credit.services.closing import close_day
from credit.services.posting import match_line, post_lines, read_bank_file
from credit.services.visits import plan_application_visits
from credit.subsidy import subsidy
from ikm.demo.load import moment
from ikm.services.visits import PlannedStop
from ikm.visit_planning import first_days, propose, verifiers
from programme.models import Reservation

#: Days that were closed before today.
CLOSED_DAYS = 5


def last_months(today, count):
    """The first days of the last `count` months that are over, the latest first."""
    this = today.replace(day=1)
    return [add_months(this, -number) for number in range(1, count + 1)]


# --- The bank's file --------------------------------------------------------------------------------------------------


def bank_file_of_last_month(stage, payments):
    """The file of last month with `payments` (unsaved LoanEvents), posted; beside them a mistyped account, which an official
    gave to its loan, an unknown one, a payment that is booked already and a line without a day."""
    bank = stage.banks[0]
    (month,) = last_months(stage.today, 1)
    rows = [
        (event.loan.account_number, event.bank_reference, event.on, int(event.amount)) for event in payments
    ]
    paid = month + timedelta(days=9)
    *_others, mistyped = Loan.objects.filter(bank=bank, status="active").order_by("pk")
    account = mistyped.account_number
    rows += [
        (account[:-1], "B-SALAH-KETIK", paid, int(mistyped.instalments.first().principal)),
        ("90155512345", "B-TAK-DIKENAL", paid, 450_000),
    ]
    booked = bank.events.filter(kind="paid", on__lt=month).order_by("pk").first()
    if booked:
        rows.append((booked.loan.account_number, booked.bank_reference, booked.on, int(booked.amount)))
    lines = [
        f"{bank.code}|{account}||{reference}|{on:%d%m%Y}|angsuran|{amount}"
        for account, reference, on, amount in rows
    ]
    lines.append(f"{bank.code}|90155512346||B-TANPA-TANGGAL||angsuran|300000")
    head = "kode_bank|nomor_rekening|nomor_akad|id_transaksi|tgl_transaksi|jenis|jumlah"
    file = read_bank_file(
        "\n".join([head, *lines]).encode(),
        actor=stage.people["bank"],
        bank=bank,
        month=month,
        name=f"angsuran-{month:%Y-%m}.txt",
    )
    post_lines(file, actor=stage.people["bank"])
    match_line(file.lines.get(bank_reference="B-SALAH-KETIK"), mistyped, actor=stage.people["officer"])


# --- Claims -----------------------------------------------------------------------------------------------------------


def spend_until(stage, day):
    """Count what the city paid of each loan's subsidy before `day` as spent: its claims were settled on paper."""
    balances = defaultdict(list)
    for row in LoanBalance.objects.filter(on__lt=day).order_by("loan_id", "on"):
        balances[row.loan_id].append(Balance(on=row.on, principal=row.principal, annual_rate=row.annual_rate))
    loans = Loan.objects.filter(pk__in=balances).select_related(
        "bank", "application", "scheme_version__scheme"
    )
    rates, spent = {}, {}
    for loan in loans:
        kind, version = loan.bank.kind, loan.scheme_version
        if kind not in rates:
            rates[kind] = rate_series(version.scheme, kind)
        known = balances[loan.pk]
        counted = subsidy(
            known, rates[kind], known[0].on, day - timedelta(days=1), year_days=version.subsidy_year_days
        )
        for year, amount in counted.by_year.items():
            spent[loan.application.reference, year] = int(amount)
    rows = list(Reservation.objects.select_related("line"))
    for row in rows:
        row.realised = min(row.amount, spent.get((row.subject, row.line.year), 0))
    Reservation.objects.bulk_update(rows, ["realised"], batch_size=500)


def claims_of_last_months(stage):
    """Three claims of the first bank: the earliest paid, then one recounted with differences, the latest just in."""
    bank, scheme = stage.banks[0], stage.version.scheme
    latest, middle, earliest = last_months(stage.today, 3)
    people = stage.people
    settled = _claim(stage, bank, scheme, earliest)
    settled = check_claim(settled, actor=people["officer"])
    settled = agree_claim(settled, actor=people["approver"])
    after = add_months(earliest, 1)
    settled = pay_claim(
        settled,
        actor=people["officer"],
        payment_order=f"SP2D {after:%m}/0117/{after:%Y} (contoh)",
        paid_on=after + timedelta(days=13),
    )
    _set_back(settled, [after + timedelta(days=days) for days in (2, 5, 8, 13)])
    doubtful = _claim(stage, bank, scheme, middle, mistaken=True)
    doubtful = check_claim(doubtful, actor=people["officer"])
    after = add_months(middle, 1)
    _set_back(doubtful, [after + timedelta(days=days) for days in (2, 6)])
    fresh = _claim(stage, bank, scheme, latest)
    _set_back(fresh, [min(stage.today, add_months(latest, 1) + timedelta(days=2))])


def _claim(stage, bank, scheme, month, *, mistaken=False):
    """What the bank claims for a month: as the portal counts, or with the mistakes that banks make."""
    found = compute_month(bank, scheme, month)
    contracts = dict(Loan.objects.filter(pk__in=found).values_list("pk", "contract_number"))
    rows = [(contracts[pk], one.days, one.amount) for pk, one in sorted(found.items())]
    if mistaken:
        # Rounded up, a day too many, counted from the principal at first, forgotten, and a loan of somebody else.
        rows[0] = (rows[0][0], rows[0][1], rows[0][2] + 1)
        rows[1:2] = [
            (contract, days + 1, amount * (days + 1) // days)
            for contract, days, amount in rows[1:2]
            if days < 31
        ]
        rows[2:3] = [(contract, days, amount * 2) for contract, days, amount in rows[2:3]]
        rows[3:] = [*rows[4:], ("9999/PK/2016", month_ends_on(month).day, 37_500)]
    return upload_claim(
        bank,
        actor=stage.people["bank"],
        scheme=scheme,
        month=month,
        lines=[
            Claimed(number=number, loan=contract, days=days, amount=amount)
            for number, (contract, days, amount) in enumerate(rows, 2)
        ],
    )


def _set_back(claim, days):
    """The steps of `claim` on `days`, as they would have been taken then."""
    for line, day in zip(history(claim), days, strict=True):
        StepLine.objects.filter(pk=line.pk).update(at=moment(day, 10))
    SubsidyClaim.objects.filter(pk=claim.pk).update(uploaded_at=moment(days[0], 10))


# --- Days and visits --------------------------------------------------------------------------------------------------


def close_last_days(stage):
    """The close of the days before today."""
    close_day(stage.today - timedelta(days=CLOSED_DAYS))
    close_day(stage.today - timedelta(days=1))


def plan_visits_of_next_days(stage, count):
    """Visits to those who wait longest, on the routes that the planner proposes."""
    waiting = list(candidates(stage.people["officer"])[:count])
    routes, _left, _taken = propose(
        waiting, days=first_days(stage.today), officers=list(verifiers()), stops_a_day=8
    )
    stops = [
        PlannedStop(stop.business, route.officer, route.day, position, stop.expected_from)
        for route in routes
        for position, stop in enumerate(route.stops, 1)
    ]
    if stops:
        plan_application_visits(stops, actor=stage.people["officer"])
