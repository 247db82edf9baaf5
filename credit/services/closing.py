"""The close of a business day: money held is used, loans are graded, borrowers reminded, the figures of the day kept.

Each step is a transaction of its own that also notes itself in DayClose.steps_done, so a run that was cut off anywhere goes
on where it stopped, and a closed day stays as it is whoever closes it again.
"""

from datetime import timedelta
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, outbox
from core.dates import date_in_words, today
from credit import replay
from credit.enums import CloseStatus, LoanStatus
from credit.ledger import states_of
from credit.loan_messages import ARREARS, REMINDER, tell_borrower
from credit.models import (
    Bank,
    CollectabilityChange,
    CollectabilityTable,
    DayClose,
    Instalment,
    Loan,
    SchemeVersion,
)
from credit.services.loans import derive_many
from ikm.enums import RepresentativeStatus

PERMISSION = "credit.close_day"

_BATCH = 500


def close_day(day, *, actor=None):
    """Close `day` and every open day between the last closed one and it, in order. Returns the DayClose of `day`.

    A day that is closed already is left as it is. `actor` None is the worker. Raises PermissionDenied, or ValidationError
    for a day that is not over, or that lies before the first close.
    """
    if actor is not None and not actor.has_perm(PERMISSION):
        raise PermissionDenied(_("Peran Anda tidak mencakup tutup hari."))
    if day > today():
        raise ValidationError(_("Hari itu belum tiba. Tutup hari ini atau sebelumnya."))
    last = DayClose.objects.filter(status=CloseStatus.DONE).order_by("-day").first()
    if last and day <= last.day:
        closed = DayClose.objects.filter(day=day).first()
        if closed is None:
            raise ValidationError(
                _("Pembukuan sudah sampai %(day)s. Tutup hari sesudahnya.") % {"day": date_in_words(last.day)}
            )
        return closed
    first = last.day + timedelta(days=1) if last else day
    for number in range((day - first).days + 1):
        closed = _close(first + timedelta(days=number), actor)
    return closed


def _close(day, actor):
    DayClose.objects.get_or_create(day=day)
    for name, work in STEPS:
        with transaction.atomic():
            close = DayClose.objects.select_for_update().get(day=day)
            if name not in close.steps_done:
                work(close)
                close.steps_done = [*close.steps_done, name]
                close.save()
    with transaction.atomic():
        close = DayClose.objects.select_for_update().get(day=day)
        if close.status != CloseStatus.DONE:
            close.status, close.finished_at = CloseStatus.DONE, timezone.now()
            close.save()
            outbox.publish("credit.day.closed", subject=day.isoformat(), data=close.figures)
            audit.record(actor, "credit.close_day", day.isoformat())
    return close


def _use_advances(close):
    """Money that waited for an instalment pays it on its due day."""
    due = Instalment.objects.filter(
        loan=OuterRef("pk"), unpaid__gt=0, due_on__lte=close.day, due_on__gt=OuterRef("derived_until")
    )
    waiting = list(
        Loan.objects.filter(Exists(due), status=LoanStatus.ACTIVE, advance__gt=0).order_by("pk").only("pk")
    )
    for start in range(0, len(waiting), _BATCH):
        derive_many(waiting[start : start + _BATCH])


# --- Grades -----------------------------------------------------------------------------------------------------------

#: The grade of every loan to which nothing happened after the day, and what changed written down, in one statement.
_GRADES = """
    WITH rules AS MATERIALIZED (
        SELECT b.id AS bank_id, t.arrears::int[] AS arrears, t.matured::int[] AS matured
        FROM credit_bank b JOIN credit_collectabilitytable t ON t.bank_kind = b.kind
            AND t.in_force_from <= %(day)s AND (t.in_force_until IS NULL OR t.in_force_until >= %(day)s)
    ),
    graded AS (
        SELECT l.id, l.grade AS before, late.days,
            CASE WHEN l.status = 'active' THEN GREATEST(
                1 + width_bucket(late.days - 1, r.arrears),
                CASE WHEN r.matured IS NOT NULL AND l.oldest_due_on IS NOT NULL THEN
                1 + width_bucket(%(day)s::date - l.matures_on - 1, r.matured) END
            ) END AS after
        FROM credit_loan l
        JOIN rules r ON r.bank_id = l.bank_id
        CROSS JOIN LATERAL (SELECT CASE WHEN l.status = 'active' THEN
            GREATEST(0, COALESCE(%(day)s::date - l.oldest_due_on, 0)) ELSE 0 END AS days) late
        WHERE (l.status = 'active' OR l.grade IS NOT NULL) AND l.id <> ALL(%(later)s::bigint[])
    ),
    changed AS (SELECT * FROM graded WHERE before IS DISTINCT FROM after),
    noted AS (
        INSERT INTO credit_collectabilitychange (loan_id, "on", grade, days_past_due)
        SELECT id, %(day)s, after, days FROM changed
    )
    UPDATE credit_loan l SET grade = changed.after FROM changed WHERE l.id = changed.id
"""


def _grade(close):
    """Each loan's grade by the table of its bank's kind in force; a row only where it changed."""
    tables = _tables(close.day)
    running = Loan.objects.filter(bank=OuterRef("pk"), status=LoanStatus.ACTIVE)
    kinds = set(Bank.objects.filter(Exists(running)).values_list("kind", flat=True))
    if missing := kinds - set(tables):
        raise ValidationError(
            _("Belum ada tabel kolektibilitas untuk %(kind)s pada %(day)s.")
            % {"kind": ", ".join(sorted(missing)), "day": date_in_words(close.day)}
        )
    later = _later(close.day)
    with connection.cursor() as cursor:
        cursor.execute(_GRADES, {"day": close.day, "later": later})
    fresh = []
    for loan, state in _states(later, close.day):
        grade = None
        if state.status == "active":
            grade = replay.collectability(
                state.days_past_due, state.days_past_maturity, tables[loan.bank.kind]
            )
        if grade != loan.grade:
            fresh.append(
                CollectabilityChange(
                    loan=loan, on=close.day, grade=grade, days_past_due=state.days_past_due if grade else 0
                )
            )
            Loan.objects.filter(pk=loan.pk).update(grade=grade)
    CollectabilityChange.objects.bulk_create(fresh)


def _tables(day):
    return {
        table.bank_kind: replay.CollectabilityTable(
            arrears=tuple(table.arrears), matured=tuple(table.matured) if table.matured else None
        )
        for table in CollectabilityTable.objects.filter(in_force_from__lte=day).filter(
            Q(in_force_until=None) | Q(in_force_until__gte=day)
        )
    }


_LATER = """
    SELECT loan_id FROM credit_loanevent WHERE "on" > %(day)s
    UNION
    SELECT p.loan_id FROM credit_loan l JOIN credit_loanbalance p ON p.loan_id = l.id AND p."on" > %(day)s
    WHERE l.derived_until > %(day)s
"""


def _later(day):
    """Ids of the loans to which something happened after `day`: what their rows say now is not what they were on it."""
    with connection.cursor() as cursor:
        cursor.execute(_LATER, {"day": day})
        return [loan for (loan,) in cursor.fetchall()]


def _states(ids, day):
    """The loans of these ids, each with its LoanState of that day."""
    loans = Loan.objects.filter(pk__in=ids).select_related("scheme_version", "bank")
    return states_of(loans.order_by("pk"), day)


# --- Notices ----------------------------------------------------------------------------------------------------------


def _notify(close):
    """Borrowers hear before an instalment falls due and of arrears, on the days their scheme version names; nobody hears
    what is no longer true."""
    spoken_for = Loan.objects.filter(
        status=LoanStatus.ACTIVE, business__representatives__status=RepresentativeStatus.APPROVED
    ).select_related("business")
    for version in SchemeVersion.objects.order_by("pk"):
        _notify_of(version, spoken_for.filter(scheme_version=version), close.day)


def _notify_of(version, spoken_for, day):
    now = today()
    due_on = day + timedelta(days=version.remind_before)
    late_since = [day - timedelta(days=days) for days in version.tell_arrears_after]
    if due_on >= now:
        coming = Instalment.objects.filter(
            due_on=due_on, unpaid__gt=0, loan__oldest_due_on__lte=F("due_on"), loan__in=spoken_for
        )
        for row in coming.select_related("loan__business").order_by("loan"):
            held = row.loan.advance if row.loan.oldest_due_on == row.due_on else 0
            tell_borrower(row.loan, REMINDER, next=row.unpaid - held, next_on=row.due_on)
    for loan in spoken_for.filter(oldest_due_on__in=late_since).distinct().order_by("pk"):
        late = loan.instalments.filter(due_on__lt=now).aggregate(sum=Sum("unpaid"))["sum"] or Decimal(0)
        if late:
            tell_borrower(loan, ARREARS, amount=late, day=loan.oldest_due_on)


# --- Figures ----------------------------------------------------------------------------------------------------------

_FIGURES = """
    SELECT l.grade, count(*), sum(l.outstanding_principal),
        count(*) FILTER (WHERE l.oldest_due_on < %(day)s),
        COALESCE(sum(l.outstanding_principal) FILTER (WHERE %(day)s::date - l.oldest_due_on > 30), 0)
    FROM credit_loan l WHERE l.status = 'active' AND l.id <> ALL(%(later)s::bigint[])
    GROUP BY l.grade
"""


def _count(close):
    """The totals of the day: loans, principal owed, per grade, and what is owed on loans more than 30 days late."""
    later = _later(close.day)
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, {"day": close.day, "later": later})
        rows = cursor.fetchall()
    for loan, state in _states(later, close.day):
        if state.status == "active":
            late = state.days_past_due
            owed = state.outstanding_principal
            rows.append((loan.grade, 1, owed, int(late > 0), owed if late > 30 else Decimal(0)))
    grades = {str(grade): {"loans": 0, "outstanding": Decimal(0)} for grade in range(1, 6)}
    for grade, loans, owed, _late, _at_risk in rows:
        if grade:
            grades[str(grade)]["loans"] += loans
            grades[str(grade)]["outstanding"] += owed
    close.figures = {
        "loans": sum(row[1] for row in rows),
        "outstanding": str(sum((row[2] for row in rows), Decimal(0))),
        "overdue_loans": sum(row[3] for row in rows),
        "par30": str(sum((row[4] for row in rows), Decimal(0))),
        "grades": {
            grade: {"loans": sums["loans"], "outstanding": str(sums["outstanding"])}
            for grade, sums in grades.items()
        },
    }


#: In this order; a step's name is what steps_done keeps.
STEPS = (
    ("advances", _use_advances),
    ("grades", _grade),
    ("notices", _notify),
    ("figures", _count),
)


def grade_on(loan, day):
    """The grade of `loan` at the close of that day; None before its first close and once it is closed."""
    last = loan.grades.filter(on__lte=day).order_by("-on").first()
    return last.grade if last else None
