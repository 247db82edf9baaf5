"""How the credit stands at the end of a day: the fund, the subsidy budget, the pipeline, sectors, and what is at risk.

Every figure is counted from rows that this module also lists (`rows_of`), so that whoever doubts a number sees what it was
counted from. What a day looked like comes from dated facts: step lines, events, balances, instalments, grades.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, Sum

from core.dates import WIB
from core.models import StepLine
from credit.clock import by_stage, medians
from credit.enums import ApplicationStatus, LoanEventKind
from credit.ledger import states_of
from credit.models import (
    Application,
    CollectabilityChange,
    FundPlacement,
    Instalment,
    Loan,
    LoanBalance,
    LoanEvent,
    SchemeVersion,
)
from ikm.divisions import DIVISIONS
from programme.models import BudgetLine

S = ApplicationStatus

#: Money that is promised to somebody but not yet paid out.
RESERVED = (S.RECOMMENDED, S.FORWARDED, S.IN_BANK_REVIEW, S.APPROVED, S.SIGNED)
#: An application carries the sum it was recommended for from here on.
_IS_RECOMMENDED = {*RESERVED, S.DISBURSED, S.REJECTED}
#: What may change the plan of a loan for days before it: such a loan is replayed until the day one asks about.
_MOVES_THE_PLAN = (
    LoanEventKind.DISBURSED,
    LoanEventKind.DEFERRED,
    LoanEventKind.RESTRUCTURED,
    LoanEventKind.RATE_CHANGED,
    LoanEventKind.WRITTEN_OFF,
    LoanEventKind.REVERSED,
)
#: The stages an application passes through, in order.
PIPELINE = (
    S.SUBMITTED,
    S.NEEDS_CORRECTION,
    S.VISIT_PLANNED,
    S.VERIFIED,
    S.RECOMMENDED,
    S.FORWARDED,
    S.IN_BANK_REVIEW,
    S.APPROVED,
    S.SIGNED,
    S.DISBURSED,
    S.DECLINED,
    S.REJECTED,
    S.WITHDRAWN,
)
GRADES = (1, 2, 3, 4, 5)
#: Portfolio at risk counts loans with an instalment unpaid for more than these days.
RISK_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class ApplicationRow:
    """An application as it stood; `amount` is what the bank approved, was recommended, or was asked."""

    application: Application
    status: str
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class LoanRow:
    """A loan as it stood: rupiah paid out, still owed, written off; its grade and days past due."""

    loan: Loan
    disbursed: Decimal
    outstanding: Decimal
    written_off: Decimal
    grade: int | None
    days_past_due: int

    @property
    def division(self):
        """Version and two digits of the KBLI of the business."""
        kbli = self.loan.business.main_kbli
        return (kbli.version, kbli.code[:2]) if kbli else (None, "–")

    @property
    def rolled_back(self):
        return self.disbursed - self.outstanding - self.written_off

    @property
    def is_at_risk(self):
        return self.outstanding > 0 and self.days_past_due > RISK_DAYS


@dataclass(frozen=True, kw_only=True)
class Budget:
    """A year of the subsidy budget as it was known at the end of the day."""

    line: BudgetLine
    ceiling: Decimal
    reserved: Decimal
    realised: Decimal

    @property
    def free(self):
        return self.ceiling - self.reserved


@dataclass(frozen=True, kw_only=True)
class Sector:
    version: int | None
    code: str
    label: str
    loans: int
    disbursed: Decimal
    share: Decimal


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    as_of: date
    placements: list
    applications: list
    loans: list
    budgets: list
    stage_days: dict = field(default_factory=dict)

    # Fund

    @property
    def ceiling(self):
        return sum((row.amount for row in self.placements), Decimal(0))

    @property
    def reserved(self):
        return sum((row.amount for row in self.select("reserved")), Decimal(0))

    @property
    def disbursed(self):
        return sum((row.disbursed for row in self.loans), Decimal(0))

    @property
    def outstanding(self):
        return sum((row.outstanding for row in self.loans), Decimal(0))

    @property
    def written_off(self):
        return sum((row.written_off for row in self.loans), Decimal(0))

    @property
    def rolled_back(self):
        """Principal that came back and may be lent again."""
        return sum((row.rolled_back for row in self.loans), Decimal(0))

    @property
    def free(self):
        """What may still be promised: placed, less what is promised, owed or lost."""
        return self.ceiling - self.reserved - self.outstanding - self.written_off

    # Pipeline and portfolio

    @property
    def counts(self):
        """{status: number of applications} of the pipeline's stages."""
        found = dict.fromkeys(PIPELINE, 0)
        for row in self.applications:
            if row.status in found:
                found[row.status] += 1
        return found

    @property
    def sectors(self):
        """Sectors by what was paid out to them, the largest first; `share` in percent."""
        groups = defaultdict(list)
        for row in self.loans:
            groups[row.division].append(row)
        total = self.disbursed or Decimal(1)
        found = []
        for (version, code), rows in groups.items():
            amount = sum((row.disbursed for row in rows), Decimal(0))
            label = DIVISIONS.get(version, {}).get(code, code)
            found.append(
                Sector(version=version, code=code, label=str(label), loans=len(rows), disbursed=amount,
                       share=amount * 100 / total)
            )  # fmt: skip
        return sorted(found, key=lambda sector: (-sector.disbursed, sector.code))

    @property
    def grades(self):
        """{grade: (loans, outstanding)} of the loans that owe something."""
        found = dict.fromkeys(GRADES, (0, Decimal(0)))
        for row in self.loans:
            if row.outstanding and row.grade:
                loans, owed = found[row.grade]
                found[row.grade] = loans + 1, owed + row.outstanding
        return found

    @property
    def at_risk(self):
        return sum((row.outstanding for row in self.select("par30")), Decimal(0))

    @property
    def risk_share(self):
        """Percent of what is owed; None while nothing is."""
        return self.at_risk * 100 / self.outstanding if self.outstanding else None

    def select(self, figure, key=""):
        """The rows that a figure was counted from; KeyError for a figure that is none.

        `key` is the status, grade, or KBLI version and division ("2020-10") where the figure has one.
        """
        return {
            "ceiling": lambda: self.placements,
            "reserved": lambda: [row for row in self.applications if row.status in RESERVED],
            "stage": lambda: [row for row in self.applications if row.status == key],
            "disbursed": lambda: self.loans,
            "outstanding": lambda: [row for row in self.loans if row.outstanding],
            "rolled_back": lambda: [row for row in self.loans if row.rolled_back],
            "written_off": lambda: [row for row in self.loans if row.written_off],
            "par30": lambda: [row for row in self.loans if row.is_at_risk],
            "grade": lambda: [row for row in self.loans if row.outstanding and str(row.grade) == key],
            "sector": lambda: [row for row in self.loans if f"{row.division[0]}-{row.division[1]}" == key],
        }[figure]()


FIGURES = (
    "ceiling",
    "reserved",
    "stage",
    "disbursed",
    "outstanding",
    "rolled_back",
    "written_off",
    "par30",
    "grade",
    "sector",
)


def dashboard(as_of, user):
    """The Dashboard of what `user` sees, at the end of `as_of`. About ten statements, however many rows."""
    until = datetime.combine(as_of + timedelta(days=1), time(), WIB) - timedelta(microseconds=1)
    lines = _step_lines(until)
    return Dashboard(
        as_of=as_of,
        placements=list(
            FundPlacement.objects.filter(placed_on__lte=as_of)
            .select_related("bank")
            .order_by("placed_on", "id")
        ),
        applications=_applications(user, lines),
        loans=_loans(user, as_of),
        budgets=_budgets(until),
        stage_days={
            status: round(took.total_seconds() / 86_400, 1)
            for status, took in medians(
                by_stage(rows, until, only_left=True) for rows in lines.values()
            ).items()
        },
    )


def _step_lines(until):
    """{application id: its step lines} up to a moment, oldest first."""
    lines = defaultdict(list)
    for line in StepLine.objects.filter(
        content_type=ContentType.objects.get_for_model(Application), at__lte=until
    ).order_by("at", "id"):
        lines[line.object_id].append(line)
    return lines


def _applications(user, lines):
    rows = []
    for application in (
        Application.objects.visible_to(user)
        .filter(pk__in=list(lines))
        .select_related("business", "bank")
        .order_by("id")
    ):
        status = lines[application.pk][-1].to_status
        amount = application.amount
        if status in _IS_RECOMMENDED:
            amount = application.recommended_amount or amount
        if status in {S.APPROVED, S.SIGNED, S.DISBURSED}:
            amount = application.approved_amount or amount
        rows.append(ApplicationRow(application=application, status=status, amount=amount or Decimal(0)))
    return rows


def _loans(user, as_of):
    events = LoanEvent.objects.filter(on__lte=as_of).filter(
        Q(reversed_by=None) | Q(reversed_by__on__gt=as_of)
    )
    paid_out = dict(
        events.filter(kind=LoanEventKind.DISBURSED).order_by().values_list("loan").annotate(Sum("amount"))
    )
    loans = (
        Loan.objects.visible_to(user)
        .filter(pk__in=list(paid_out))
        .select_related("business__main_kbli", "bank")
        .defer("account_number", "account_index", "business__search", "business__product_words")
        .order_by("id")
    )
    owed = dict(
        LoanBalance.objects.filter(on__lte=as_of)
        .order_by("loan_id", "-on")
        .distinct("loan_id")
        .values_list("loan_id", "principal")
    )
    grades = dict(
        CollectabilityChange.objects.filter(on__lte=as_of)
        .order_by("loan_id", "-on")
        .distinct("loan_id")
        .values_list("loan_id", "grade")
    )
    oldest = dict(
        Instalment.objects.filter(due_on__lte=as_of)
        .filter(Q(paid_on=None, unpaid__gt=0) | Q(paid_on__gt=as_of))
        .order_by("loan_id", "due_on")
        .distinct("loan_id")
        .values_list("loan_id", "due_on")
    )
    late = {pk: (as_of - due_on).days for pk, due_on in oldest.items()}
    lost = _written_off(events)
    moved = LoanEvent.objects.filter(kind__in=_MOVES_THE_PLAN, on__gt=as_of, loan__in=list(paid_out))
    for loan, state in states_of(
        Loan.objects.filter(pk__in=moved.order_by().values("loan")).select_related("scheme_version"), as_of
    ):
        owed[loan.pk], late[loan.pk] = state.outstanding_principal, state.days_past_due
    return [
        LoanRow(
            loan=loan,
            disbursed=paid_out[loan.pk],
            outstanding=owed.get(loan.pk, Decimal(0)),
            written_off=lost.get(loan.pk, Decimal(0)),
            grade=grades.get(loan.pk),
            days_past_due=late.get(loan.pk, 0) if owed.get(loan.pk) else 0,
        )
        for loan in loans
    ]


def _written_off(events):
    """{loan id: principal that was owed when it was written off, less what was recovered since}."""
    days = dict(events.filter(kind=LoanEventKind.WRITTEN_OFF).order_by().values_list("loan", "on"))
    lost = {}
    for balance in LoanBalance.objects.filter(loan__in=list(days)).order_by("on"):
        if balance.on < days[balance.loan_id]:
            lost[balance.loan_id] = balance.principal
    back = dict(
        events.filter(kind=LoanEventKind.RECOVERED, loan__in=list(days))
        .order_by()
        .values_list("loan")
        .annotate(Sum("amount"))
    )
    return {pk: max(Decimal(0), amount - back.get(pk, 0)) for pk, amount in lost.items()}


def _budgets(until):
    """The budget lines of the schemes as their history knew them at that moment."""
    events = apps.get_model("programme", "BudgetLineEvent")
    codes = SchemeVersion.objects.values("budget_code")
    known = {
        event.pgh_obj_id: event
        for event in events.objects.filter(code__in=codes, pgh_created_at__lte=until)
        .order_by("pgh_obj_id", "-pgh_id")
        .distinct("pgh_obj_id")
    }
    return [
        Budget(
            line=line,
            ceiling=known[line.pk].ceiling,
            reserved=known[line.pk].reserved,
            realised=known[line.pk].realised,
        )
        for line in BudgetLine.objects.filter(pk__in=list(known)).order_by("code", "year")
    ]
