"""The line of applications that wait for an answer: the place of each, and why some were overtaken by others that came later.

A place follows from what has happened: further stages first, then the day of the visit, then the day of arrival. What the
bank has said yes to waits for nobody's answer and has no place, but it counts among those that overtook. Whoever stands
behind an application that was sent later was overtaken by it, and every overtaking has a reason that can be read from the
records. Nothing here names a person, a business or a reference.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import StepLine
from credit.clock import waited
from credit.enums import ApplicationStatus
from credit.models import Application
from ikm.enums import VisitStatus
from ikm.models import Visit

S = ApplicationStatus

PAGE_SIZE = 50

#: A kelurahan is named only where so many applications wait, so that none can be told apart by it.
SHOWN_FROM = 3

#: The stages in the order in which they are passed; who corrects stands behind who waits.
STAGES = (
    S.NEEDS_CORRECTION,
    S.SUBMITTED,
    S.VISIT_PLANNED,
    S.VERIFIED,
    S.RECOMMENDED,
    S.FORWARDED,
    S.IN_BANK_REVIEW,
    S.APPROVED,
    S.SIGNED,
)
RANK = {status: rank for rank, status in enumerate(STAGES)}

#: The bank said yes: the contract, then the money.
ANSWERED = frozenset({S.APPROVED, S.SIGNED})

CORRECTION = _("menunggu perbaikan pemohon")
NOT_MET = _("pemilik tidak ditemui pada kunjungan sebelumnya")
OTHER_DAY = _("pemilik memilih hari lain")
JOINED = _("kunjungan sekelurahan digabung")
DAYS = _("pemilik tidak ada pada hari itu")
BANK = _("bank memeriksa permohonan lain lebih cepat")
ROUTE = _("urutan rute kunjungan")
EXAMINED = _("pemeriksaan permohonan lain selesai lebih cepat")


@dataclass(frozen=True)
class Waiting:
    """An application in the line, with what its place and its reasons follow from."""

    pk: int
    status: str
    submitted_at: datetime
    area: str = ""
    days: frozenset = frozenset()
    planned_on: date | None = None
    position: int = 0
    officer: int | None = None
    attempt: int = 1
    was_asked: bool = False
    chose_day: bool = False
    waited_days: int = 0

    @property
    def rank(self):
        return RANK[self.status]

    @property
    def order(self):
        return (
            -self.rank,
            self.planned_on or date.max,
            self.position,
            self.submitted_at,
            self.pk,
        )


@dataclass(frozen=True)
class Place:
    """A place in the line as it is shown: `overtaken` lists (reason, by how many)."""

    number: int
    stage: str
    area: str
    waited_days: int
    overtaken: tuple

    @property
    def overtaken_count(self):
        return sum(count for _reason, count in self.overtaken)


def reason(behind, ahead, joined):
    """Why `ahead`, which was sent later, stands before `behind`. `joined` says of each (officer, day, area) with several visits
    when the first of them was sent."""
    if behind.status == S.NEEDS_CORRECTION or behind.was_asked:
        return CORRECTION
    if behind.attempt > 1:
        return NOT_MET
    if behind.chose_day:
        return OTHER_DAY
    if behind.rank >= RANK[S.FORWARDED]:
        return BANK
    if behind.rank >= RANK[S.VERIFIED]:
        return EXAMINED
    if ahead.planned_on is None:
        return EXAMINED
    # Joined is a visit that was taken along with a neighbour's, whose turn came before that of `behind`.
    neighbour_sent_at = joined.get((ahead.officer, ahead.planned_on, ahead.area))
    if neighbour_sent_at and neighbour_sent_at < behind.submitted_at:
        return JOINED
    if behind.days and ahead.planned_on.weekday() not in behind.days:
        return DAYS
    return ROUTE


@dataclass
class Line:
    """All that are under way, in order: the first `answered` of `rows` have no place."""

    rows: list
    answered: int = field(init=False)
    joined: dict = field(init=False)
    shown_areas: frozenset = field(init=False)

    def __post_init__(self):
        self.rows = sorted(self.rows, key=lambda row: row.order)
        self.answered = sum(row.status in ANSWERED for row in self.rows)
        trips = defaultdict(list)
        for row in self.rows:
            if row.planned_on and row.area:
                trips[row.officer, row.planned_on, row.area].append(row.submitted_at)
        self.joined = {trip: min(sent) for trip, sent in trips.items() if len(sent) > 1}
        areas = Counter(row.area for row in self.rows[self.answered :] if row.area)
        self.shown_areas = frozenset(area for area, count in areas.items() if count >= SHOWN_FROM)

    def place(self, index):
        """The Place of the row at `index` (from 0)."""
        row = self.rows[index]
        reasons = Counter(
            reason(row, ahead, self.joined)
            for ahead in self.rows[:index]
            if ahead.submitted_at > row.submitted_at
        )
        return Place(
            number=index + 1 - self.answered,
            stage=S(row.status).label,
            area=row.area if row.area in self.shown_areas else "",
            waited_days=row.waited_days,
            overtaken=tuple(reasons.most_common()),
        )

    def page(self, number, size=PAGE_SIZE):
        """The Places of a page, counted from 1."""
        first = self.answered + (number - 1) * size
        return [self.place(index) for index in range(first, min(first + size, len(self.rows)))]

    def place_of(self, pk):
        """The Place of an application, None when it has none."""
        for index in range(self.answered, len(self.rows)):
            if self.rows[index].pk == pk:
                return self.place(index)
        return None

    @property
    def waiting(self):
        """How many have a place."""
        return len(self.rows) - self.answered

    def by_stage(self):
        """[(label, how many)] of those with a place, in the order of the stages, those with nobody left out."""
        counted = Counter(row.status for row in self.rows[self.answered :])
        return [(status.label, counted[status]) for status in STAGES if counted[status]]


def _lines(model, pks, **filters):
    """{pk: its step lines, oldest first}."""
    found = defaultdict(list)
    rows = StepLine.objects.filter(
        content_type=ContentType.objects.get_for_model(model), object_id__in=pks, **filters
    ).order_by("id")
    for line in rows.only("object_id", "step", "to_status", "at"):
        found[line.object_id].append(line)
    return found


def line_now():
    """The Line as it stands."""
    now = timezone.now()
    waiting = list(
        Application.objects.filter(status__in=STAGES)
        .select_related("business__kelurahan", "visit")
        .only(
            "status",
            "submitted_at",
            "business__visit_days",
            "business__kelurahan__name",
            "visit__status",
            "visit__planned_on",
            "visit__position_in_day",
            "visit__verifier",
            "visit__attempt",
        )
    )
    histories = _lines(Application, [application.pk for application in waiting])
    chosen = _lines(
        Visit,
        [application.visit_id for application in waiting if application.visit_id],
        step="choose_time",
    )
    rows = []
    for application in waiting:
        visit, business = application.visit, application.business
        stands = visit is not None and visit.status in {VisitStatus.PLANNED, VisitStatus.DONE}
        lines = histories[application.pk]
        sent = [line for line in lines if line.to_status != S.DRAFT]
        rows.append(
            Waiting(
                pk=application.pk,
                status=application.status,
                submitted_at=application.submitted_at,
                area=business.kelurahan.name if business.kelurahan_id else "",
                days=frozenset(business.visit_days),
                planned_on=visit.planned_on if stands else None,
                position=visit.position_in_day if stands else 0,
                officer=visit.verifier_id if stands else None,
                attempt=visit.attempt if visit else 1,
                was_asked=any(line.to_status == S.NEEDS_CORRECTION for line in lines),
                chose_day=bool(visit and chosen[visit.pk]),
                waited_days=waited(sent, now).days,
            )
        )
    return Line(rows)


def place_of(application):
    """The Place of an application in the line, None when it has none: for its owner's page."""
    if application.status not in RANK or application.status in ANSWERED:
        return None
    return line_now().place_of(application.pk)
