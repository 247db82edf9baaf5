"""What of credit waits for an official: kinds of work in the officials' queue (ikm.queue), each with its service standard."""

from collections import defaultdict
from datetime import timedelta

from django.contrib.contenttypes.models import ContentType
from django.db.models import Case, CharField, Exists, F, Func, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.indonesia import add_working_days
from core.models import StepLine
from credit.deadlines import days_left, promised_days, stays_of
from credit.enums import ApplicationStatus
from credit.models import Application
from ikm.enums import VisitStatus
from ikm.queue import Kind, arrived_before, of_business

S = ApplicationStatus


class _Dotted(Func):
    """Whole rupiah in groups of three: `5.000.000`."""

    template = "replace(to_char(%(expressions)s, 'FM999,999,999,990'), ',', '.')"
    output_field = CharField()


def _lines():
    return StepLine.objects.filter(
        content_type=ContentType.objects.get_for_model(Application), object_id=OuterRef("pk")
    ).order_by("-id")


def _not_by(rows, user, *steps):
    """`rows` without those where `user` was the last to take one of `steps`: somebody else does the next one."""
    for step in steps:
        name = f"last_{step}_by"
        rows = rows.annotate(**{name: Subquery(_lines().filter(step=step).values("actor_id")[:1])}).filter(
            Q(**{f"{name}__isnull": True}) | ~Q(**{name: user.pk})
        )
    return rows


def _standards(user, today):
    """{status: working days}, kept with the user as the person is for the length of a request: six kinds ask for it."""
    kept = user.__dict__.setdefault("_credit_standards", {})
    if today not in kept:
        kept[today] = {stage.status: stage.working_days for stage in promised_days(today)}
    return kept[today]


def _overdue_before(days, today):
    """What arrived before the start of this day should have been answered before `today`."""
    day = today
    while add_working_days(day - timedelta(days=1), days) >= today:
        day -= timedelta(days=1)
    return day


def _days_left(user, today):
    """{status: {working days: pks}} of the applications that stand in a stage again, as its clock stood still while somebody
    else was asked. One statement, kept like _standards."""
    kept = user.__dict__.setdefault("_credit_days_left", {})
    if today not in kept:
        standards, found, lines = (
            _standards(user, today),
            defaultdict(lambda: defaultdict(list)),
            defaultdict(list),
        )
        again = Application.objects.filter(
            Exists(_lines().filter(step__in=["ask_correction", "return_to_verified"])), status__in=standards
        )
        for line in StepLine.objects.filter(
            content_type=ContentType.objects.get_for_model(Application), object_id__in=again.values("pk")
        ).order_by("id"):
            lines[line.object_id].append(line)
        for pk, its in lines.items():
            stays = stays_of(its)
            status = stays[-1][0]
            found[status][days_left(status, standards[status], stays)].append(pk)
        kept[today] = found
    return kept[today]


def _of_application(rows, kind, status, user, today):
    """`rows` (in `status`) with the queue's columns; a stage counts from the day it was entered last, less the days that
    it took before."""
    days = _standards(user, today).get(status, 0)
    fewer = _days_left(user, today)[status].items()
    entered = _lines().filter(to_status=OuterRef("status")).exclude(from_status=OuterRef("status"))
    return of_business(
        rows,
        kind,
        since=Coalesce(Subquery(entered.values("at")[:1]), F("created_at")),
        days=Case(*[When(pk__in=pks, then=Value(left)) for left, pks in fewer], default=Value(days)),
        overdue=Case(
            *[
                When(pk__in=pks, then=arrived_before("work_since", _overdue_before(left, today)))
                for left, pks in fewer
            ],
            default=arrived_before("work_since", _overdue_before(days, today)),
        ),
        detail=Concat(
            Value("Rp"),
            _Dotted(Coalesce("approved_amount", "recommended_amount", "amount")),
            Value(", "),
            Cast(Coalesce("approved_months", "recommended_months", "months"), CharField()),
            Value(" "),
            Value(gettext("bulan")),
            output_field=CharField(),
        ),
    )


def _new(user, today, standards):
    return _of_application(
        _not_by(Application.objects.filter(status=S.SUBMITTED), user, "submit"),
        "credit_new",
        S.SUBMITTED,
        user,
        today,
    )


def _visit_again(user, today, standards):
    """The visit was called off, or nobody was met for the last time."""
    gone = Application.objects.filter(status=S.VISIT_PLANNED).exclude(
        visit__status__in=[VisitStatus.PLANNED, VisitStatus.DONE]
    )
    return _of_application(gone, "credit_visit_again", S.VISIT_PLANNED, user, today)


def _verify(user, today, standards):
    visited = Application.objects.filter(
        status=S.VISIT_PLANNED, visit__status=VisitStatus.DONE, visit__verifier=user
    )
    return _of_application(visited, "credit_verify", S.VISIT_PLANNED, user, today)


def _recommend(user, today, standards):
    rows = _not_by(Application.objects.filter(status=S.VERIFIED), user, "submit", "verify")
    return _of_application(rows, "credit_recommend", S.VERIFIED, user, today)


def _forward(user, today, standards):
    rows = _not_by(Application.objects.filter(status=S.RECOMMENDED), user, "submit", "verify", "recommend")
    return _of_application(rows, "credit_forward", S.RECOMMENDED, user, today)


def _bank_is_late(user, today, standards):
    """What a bank should have taken in or answered before today."""
    rows = Application.objects.filter(status=S.IN_BANK_REVIEW)
    return _of_application(rows, "credit_bank", S.IN_BANK_REVIEW, user, today).filter(work_overdue=True)


KINDS = {
    "credit_new": Kind(
        _("Permohonan kredit baru"), "credit.examine_application", _new, "office_credit_application"
    ),
    "credit_visit_again": Kind(
        _("Kunjungan kredit perlu dijadwalkan lagi"),
        "credit.plan_visit",
        _visit_again,
        "office_credit_application",
    ),
    "credit_verify": Kind(
        _("Verifikasi kredit dicatat"), "credit.verify_application", _verify, "office_credit_application"
    ),
    "credit_recommend": Kind(
        _("Rekomendasi kredit"), "credit.recommend_application", _recommend, "office_credit_application"
    ),
    "credit_forward": Kind(
        _("Penerusan ke bank"), "credit.approve_application", _forward, "office_credit_application"
    ),
    "credit_bank": Kind(
        _("Bank belum menjawab"), "credit.answer_for_bank", _bank_is_late, "office_credit_application"
    ),
}
