"""The close of a day over a hundred thousand loans."""

from datetime import date

from django.db import connection, transaction
from django.utils import timezone

from bench.portfolio import fill
from bench.runner import Contestant, Goal, Row
from credit import replay
from credit.models import CollectabilityChange, DayClose, Loan
from credit.services.closing import close_day

LOANS = 100_000
EVE, DAY = date(2026, 11, 22), date(2026, 11, 23)
OURS, LIMIT = "ours, close_day", "grades, one statement"
BULK, SAVE = "bulk_update", "save() per object"

_UPDATE = """
    UPDATE credit_loan l SET grade = g.grade FROM (
        SELECT id, GREATEST(
            1 + (d > 30)::int + (d > 90)::int + (d > 180)::int + (d > 360)::int,
            CASE WHEN oldest_due_on IS NOT NULL THEN
            1 + (m > 0)::int + (m > 15)::int + (m > 30)::int + (m > 60)::int END) AS grade
        FROM credit_loan, LATERAL (SELECT GREATEST(0, %(day)s::date - oldest_due_on) AS d, %(day)s::date - matures_on AS m) x
        WHERE status = 'active'
    ) g WHERE g.id = l.id AND l.grade IS DISTINCT FROM g.grade
"""


def _grade(loan, day):
    late = max(0, (day - loan.oldest_due_on).days) if loan.oldest_due_on else 0
    past = max(0, (day - loan.matures_on).days) if loan.oldest_due_on else 0
    return replay.collectability(late, past, replay.BPR)


def row():
    fill(LOANS)

    def eve():
        """The books of the day before are closed."""
        DayClose.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE credit_collectabilitychange")
            cursor.execute(_UPDATE, {"day": EVE})
        DayClose.objects.create(day=EVE, status="done", finished_at=timezone.now())
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE credit_loan")

    def ours():
        close_day(DAY)
        return LOANS

    def limit():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_UPDATE, {"day": DAY})
        return LOANS

    def save():
        for loan in Loan.objects.order_by("pk")[:300]:
            loan.grade = _grade(loan, DAY)
            loan.save()
        return 300

    def bulk():
        loans = list(Loan.objects.order_by("pk")[:3000])
        for loan in loans:
            loan.grade = _grade(loan, DAY)
        Loan.objects.bulk_update(loans, ["grade"], batch_size=1000)
        return 3000

    def equal():
        eve()
        close_day(DAY)
        wrong = sum(loan.grade != _grade(loan, DAY) for loan in Loan.objects.iterator())
        changed = CollectabilityChange.objects.count()
        return (
            f"{LOANS:,} grades compared with the Python reference: {wrong} differ. {changed:,} changed that day, each with"
            f" its row of history; the close also keeps the figures of the day."
        )

    return Row(
        name="close",
        title=f"One business day closed over {LOANS:,} running loans.",
        unit="loans",
        contestants=[
            Contestant(name=OURS, run=ours, prepare=eve),
            Contestant(name=LIMIT, run=limit, prepare=eve),
            Contestant(name=BULK, run=bulk, prepare=eve),
            Contestant(name=SAVE, run=save, prepare=eve),
        ],
        goals=[Goal(ours=OURS, other=LIMIT, at_least=0.5), Goal(ours=OURS, other=SAVE, at_least=300)],
        notes=[equal],
    )
