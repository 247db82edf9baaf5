"""The work queue: what waits for an official, since when, and what is overdue by the service standard.

All kinds are members of one UNION, so that the page costs two statements however many kinds there are, and is paged by
keyset: overdue first, then the longest waiting.
"""

import base64
import datetime
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import (
    Case,
    CharField,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, TruncDay
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import DataRequest
from accounts.services import ANSWER_WITHIN
from core.dates import WIB, midnight
from core.indonesia import add_working_days, is_working_day
from core.models import ServiceStandard, StepLine
from ikm.deadlines import STANDARDS, Standards
from ikm.enums import (
    BusinessStatus,
    ChangeStatus,
    LetterKind,
    LetterRequestStatus,
    RepresentativeKind,
    RepresentativeStatus,
    VisitStatus,
)
from ikm.models import (
    Business,
    ChangeRequest,
    CorrectionItem,
    DuplicatePair,
    LetterRequest,
    Representative,
    Visit,
)

PAGE_SIZE = 25

#: Counting stops here: beyond it the exact number helps nobody and costs a scan.
COUNT_UP_TO = 1000

COLUMNS = (
    "kind", "pk", "reference", "since", "days", "overdue", "title", "detail", "area_code", "area_name"
)  # fmt: skip

#: Columns that are the record's own; the others are annotated as work_<column>, which no model has.
OWN_COLUMNS = frozenset({"pk", "reference"})


@dataclass(frozen=True)
class Filters:
    """What narrows the queue."""

    kinds: tuple = ()
    kecamatan: str = ""
    overdue: bool = False
    words: str = ""


@dataclass(frozen=True)
class Work:
    """One thing that waits; `days` are the working days of a standard that is not the register's."""

    kind: str
    pk: int
    reference: str
    since: datetime.datetime
    days: int
    overdue: bool
    title: str
    detail: str
    area_code: str
    area_name: str
    standards: Standards = field(repr=False, compare=False)

    @property
    def kind_label(self):
        return all_kinds()[self.kind].label

    @property
    def arrived_on(self):
        return self.since.astimezone(WIB).date()

    @property
    def due_on(self):
        """The last day on which it is in time."""
        if self.kind == "data_request":
            return (self.since + ANSWER_WITHIN).astimezone(WIB).date()
        model = all_kinds()[self.kind].model
        if model in STANDARDS:
            return self.standards.due(model, self.arrived_on)
        # A visit is due on its own day.
        return add_working_days(self.arrived_on, self.days)

    @property
    def waited(self):
        """`hari ini`, `3 hari kerja`."""
        days = working_days_between(self.arrived_on, timezone.localdate())
        if days == 0:
            return _("hari ini")
        return ngettext("%(days)d hari kerja", "%(days)d hari kerja", days) % {"days": days}


@dataclass(frozen=True)
class Kind:
    """A kind of work: who does it, and `rows(user, today, standards)`, a queryset annotated with what COLUMNS need (work_…).

    `page` names the URL on which it is done, `named_by` what of the work stands in that URL; `model` has a service standard
    of the register. A kind with `only_counted` has a page of its own and stands in the queue as a tile.
    """

    label: str
    permission: str
    rows: Callable
    page: str
    model: type | None = None
    named_by: str = "reference"
    only_counted: bool = False


@dataclass(frozen=True)
class Page:
    """A page of the queue; the cursors are None at either end."""

    works: list = field(default_factory=list)
    after: str | None = None
    before: str | None = None


def working_days_between(since, until):
    """Working days after `since` up to and including `until`."""
    days = 0
    while since < until:
        since += datetime.timedelta(days=1)
        days += is_working_day(since)
    return days


def _text(expression):
    return Cast(expression, CharField())


def _is(condition):
    return Case(When(condition, then=Value(True)), default=Value(False))


def arrived_before(moment, day):
    """Whether the column `moment` lies before `day` begins."""
    return _is(Q(**{f"{moment}__lt": midnight(day)}))


def _late(model, moment, today, standards):
    return arrived_before(moment, standards.overdue_before(model, today))


def _labelled(field_name, choices):
    return Case(
        *[When(**{field_name: value}, then=Value(str(label))) for value, label in choices.choices],
        default=Value(""),
        output_field=CharField(),
    )


def of_business(rows, kind, *, since, overdue, detail, days=0, business="business__"):
    """`rows` with COLUMNS; `business` is the path to the business ("" for the business itself). `days` is a number or an
    expression."""
    return rows.annotate(
        work_kind=Value(kind, output_field=CharField()),
        work_since=since,
        work_days=days if hasattr(days, "resolve_expression") else Value(days),
    ).annotate(
        work_overdue=overdue,
        work_title=_text(f"{business}name"),
        work_detail=_text(detail),
        work_area_code=_text(Coalesce(f"{business}kelurahan_id", Value(""))),
        work_area_name=_text(Coalesce(f"{business}kelurahan__name", Value(""))),
    )


#: Working days where the office has set no standard.
USUAL_DAYS = 5


def by_standard(rows, kind, code, *, user, today, moment, detail):
    """`rows` of the column `moment` with COLUMNS, overdue by the service standard `code` of the office."""
    days = _standard_days(code, user, today)
    day = today
    while add_working_days(day - datetime.timedelta(days=1), days) >= today:
        day -= datetime.timedelta(days=1)
    return of_business(
        rows, kind, since=F(moment), days=days, overdue=arrived_before(moment, day), detail=detail
    )


def _standard_days(code, user, today):
    """The standard's working days, kept with the user as the person is for the length of a request."""
    kept = user.__dict__.setdefault("_service_standards", {})
    if (code, today) not in kept:
        rows = ServiceStandard.objects.filter(code=code, in_force_from__lte=today)
        row = rows.order_by("-in_force_from").first()
        kept[code, today] = row.working_days if row else USUAL_DAYS
    return kept[code, today]


def _submitted(user, today, standards, *, returned):
    submits = StepLine.objects.filter(
        content_type=ContentType.objects.get_for_model(Business), object_id=OuterRef("pk"), step="submit"
    ).order_by("-id")
    rows = Business.objects.filter(status=BusinessStatus.SUBMITTED).annotate(
        sent_by=Subquery(submits.values("actor_id")[:1])
    )
    rows = rows.filter(Q(sent_by__isnull=True) | ~Q(sent_by=user.pk))
    was_returned = Exists(CorrectionItem.objects.filter(business=OuterRef("pk")))
    return of_business(
        rows.filter(was_returned if returned else ~was_returned),
        "correction" if returned else "registration",
        since=Coalesce(Subquery(submits.values("at")[:1]), F("created_at")),
        overdue=_late(Business, "work_since", today, standards),
        detail=Coalesce(F("main_kbli__title"), Value("")),
        business="",
    )


def _registrations(user, today, standards):
    return _submitted(user, today, standards, returned=False)


def _corrections(user, today, standards):
    return _submitted(user, today, standards, returned=True)


def _changes(user, today, standards):
    return of_business(
        ChangeRequest.objects.filter(status=ChangeStatus.PROPOSED).exclude(proposed_by=user),
        "change",
        since=F("proposed_at"),
        overdue=_late(ChangeRequest, "proposed_at", today, standards),
        detail=F("proposed_by__name"),
    )


def _claims(user, today, standards):
    return of_business(
        Representative.objects.filter(status=RepresentativeStatus.CLAIMED).exclude(user=user),
        "claim",
        since=F("claimed_at"),
        overdue=_late(Representative, "claimed_at", today, standards),
        detail=_labelled("kind", RepresentativeKind),
    )


def _visits(user, today, standards):
    return of_business(
        Visit.objects.filter(status=VisitStatus.PLANNED, verifier=user, planned_on__lte=today),
        "visit",
        since=TruncDay(Cast("planned_on", DateTimeField()), tzinfo=WIB),
        overdue=_is(Q(planned_on__lt=today)),
        detail=F("business__address"),
    )


def _letters(user, today, standards):
    return of_business(
        LetterRequest.objects.filter(status=LetterRequestStatus.REQUESTED).exclude(requested_by=user),
        "letter",
        since=F("requested_at"),
        overdue=_late(LetterRequest, "requested_at", today, standards),
        detail=_labelled("kind", LetterKind),
    )


def _data_requests(user, today, standards):
    return DataRequest.objects.filter(status=DataRequest.Status.OPEN).annotate(
        work_kind=Value("data_request", output_field=CharField()),
        work_since=F("asked_at"),
        work_days=Value(0),
        work_overdue=_is(Q(due_at__lt=timezone.now())),
        work_title=_text("user__name"),
        work_detail=_labelled("kind", DataRequest.Kind),
        work_area_code=Value("", output_field=CharField()),
        work_area_name=Value("", output_field=CharField()),
    )


def _stale(user, today, standards):
    return Business.objects.stale(today)


def _duplicates(user, today, standards):
    return DuplicatePair.objects.filter(status="open")


KINDS = {
    "registration": Kind(
        _("Pendaftaran baru"), "ikm.register_business", _registrations, "office_business", Business
    ),
    "correction": Kind(
        _("Perbaikan dikirim ulang"), "ikm.register_business", _corrections, "office_business", Business
    ),
    "change": Kind(
        _("Usulan perubahan"), "ikm.decide_changerequest", _changes, "office_change", ChangeRequest
    ),
    "claim": Kind(
        _("Klaim hak atas usaha"), "ikm.decide_representative", _claims, "office_claim", Representative
    ),
    "visit": Kind(_("Kunjungan saya"), "ikm.carry_out_visit", _visits, "office_visit"),
    "letter": Kind(_("Permintaan surat"), "ikm.issue_letter", _letters, "letter_decision", LetterRequest),
    "data_request": Kind(
        _("Permintaan data pribadi"),
        "accounts.answer_datarequest",
        _data_requests,
        "admin:accounts_datarequest_change",
        named_by="pk",
    ),
    "stale": Kind(_("Verifikasi usang"), "ikm.ask_correction", _stale, "office_stale", only_counted=True),
    "duplicate": Kind(
        _("Dugaan data ganda"), "ikm.decide_duplicatepair", _duplicates, "duplicates", only_counted=True
    ),
}


@cache
def all_kinds():
    """The kinds of the register and of the rooms above it (settings.WORK_KINDS)."""
    found = dict(KINDS)
    for name in settings.WORK_KINDS:
        found |= import_string(name)
    return found


def kinds_for(user, kinds=None):
    """The kinds of work that `user` may do, of `kinds` (default all)."""
    return {name: kind for name, kind in (kinds or all_kinds()).items() if user.has_perm(kind.permission)}


def _statement(rows):
    return rows.query.get_compiler(connection=connection).as_sql()


def _columns(rows):
    names = (column if column in OWN_COLUMNS else f"work_{column}" for column in COLUMNS)
    return rows.order_by().values_list(*names)


def _union(statements):
    return " UNION ALL ".join(f"({sql})" for sql, _params in statements), [
        value for _sql, params in statements for value in params
    ]


@dataclass(frozen=True)
class Count:
    """How much of a kind waits and how much of that is overdue; both stop at COUNT_UP_TO + 1."""

    kind: str
    label: str
    waiting: int
    overdue: int

    @property
    def shown(self):
        """`17`, or `1.000+` where counting stopped."""
        return shown_count(self.waiting)


def shown_count(number):
    return f"{COUNT_UP_TO:,}+".replace(",", ".") if number > COUNT_UP_TO else str(number)


def counts(user, *, kinds=None, today=None):
    """A Count for every kind of `kinds` (default all) that `user` may do, in one statement."""
    today = today or timezone.localdate()
    statements, standards = [], Standards()
    kinds = kinds_for(user, kinds)
    for name, kind in kinds.items():
        rows = kind.rows(user, today, standards).order_by()
        late = F("work_overdue") if not kind.only_counted else Value(False)
        counted = rows.annotate(
            count_kind=Value(name, output_field=CharField()), count_late=late
        ).values_list("count_kind", "count_late")
        statements.append(_statement(counted[: COUNT_UP_TO + 1]))
    if not statements:
        return []
    sql, params = _union(statements)
    # The inner statement is compiled by the ORM; values travel as parameters.
    grouped = (
        f"SELECT kind, count(*), count(*) FILTER (WHERE late) FROM ({sql}) AS work(kind, late) GROUP BY kind"  # noqa: S608
    )
    with connection.cursor() as cursor:
        cursor.execute(grouped, params)
        found = {kind: (waiting, late) for kind, waiting, late in cursor.fetchall()}
    return [Count(name, kind.label, *found.get(name, (0, 0))) for name, kind in kinds.items()]


def page(user, filters=None, *, after=None, before=None, size=PAGE_SIZE, today=None):
    """A Page of what waits for `user`. `after` and `before` are cursors of an earlier page; a broken one is ignored."""
    filters = filters or Filters()
    today = today or timezone.localdate()
    kinds = {
        name: kind
        for name, kind in kinds_for(user).items()
        if not kind.only_counted and (not filters.kinds or name in filters.kinds)
    }
    if not kinds:
        return Page()
    standards = Standards()
    sql, params = _union([_statement(_columns(kind.rows(user, today, standards))) for kind in kinds.values()])
    where = []
    if filters.kecamatan:
        where.append("area_code LIKE %s")
        params.append(f"{_like(filters.kecamatan)}%")
    if filters.overdue:
        where.append("overdue")
    if filters.words.strip():
        where.append("(title ILIKE %s OR reference ILIKE %s)")
        params += [f"%{_like(filters.words.strip())}%"] * 2
    backwards = after is None and before is not None
    place = _read_cursor(before if backwards else after)
    if place:
        where.append(f"(NOT overdue, since, kind, pk) {'<' if backwards else '>'} (%s, %s, %s, %s)")
        params += place
    direction = "DESC" if backwards else "ASC"
    listed = f"SELECT * FROM ({sql}) AS work({', '.join(COLUMNS)})"  # noqa: S608 - as above
    if where:
        listed += f" WHERE {' AND '.join(where)}"
    listed += (
        f" ORDER BY NOT overdue {direction}, since {direction}, kind {direction}, pk {direction} LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(listed, [*params, size + 1])
        works = [Work(*row, standards) for row in cursor.fetchall()]
    more, works = len(works) > size, works[:size]
    if backwards:
        works.reverse()
    has_next, has_previous = (place is not None or more, more) if backwards else (more, place is not None)
    return Page(
        works,
        after=_cursor(works[-1]) if works and has_next else None,
        before=_cursor(works[0]) if works and has_previous else None,
    )


def following(user, filters):
    """The Work that is next for `user` under these filters, None when nothing waits."""
    works = page(user, filters, size=1).works
    return works[0] if works else None


def _like(text):
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _cursor(work):
    place = [not work.overdue, work.since.isoformat(), work.kind, work.pk]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _read_cursor(text):
    """The place that a cursor names, None for one that is not ours."""
    if not text:
        return None
    try:
        waits, since, kind, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return [bool(waits), datetime.datetime.fromisoformat(since), str(kind), int(pk)]
    except (ValueError, TypeError):
        return None
