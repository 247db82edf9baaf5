"""What became of a business 3 and 12 months after a run, against the register's figures when the run ended."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Min
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.dates import add_months
from core.models import Message
from core.workflow import StepError
from ikm.enums import Period
from training import outcome_notices
from training.models import FollowUp

MONTHS = (3, 12)
#: Who has not answered is reminded once, so long after the first question; so long after that the answer is taken.
REMIND_AFTER = timedelta(days=14)
OPEN_FOR = timedelta(days=90)


def baseline(business, day):
    """The register's last whole-year figures on `day`, and how many licences stand there: {field: value}."""
    figures = business.figures.filter(period=Period.YEAR)
    figure = figures.filter(stated_on__lte=day).first()
    return {
        "baseline_on": figure.stated_on if figure else day,
        "baseline_turnover": figure.turnover if figure else None,
        "baseline_workers": figure.workers if figure else None,
        "baseline_licences": business.licences.count(),
    }


def plan_follow_ups(run, enrolments):
    """Rows for the questions to come, one business once however many of its people came. Call inside a transaction."""
    asked = {}
    for one in enrolments:
        asked.setdefault(one.business_id, one)
    for one in asked.values():
        known = baseline(one.business, run.ends_on)
        for months in MONTHS:
            FollowUp.objects.get_or_create(
                enrolment=one, months=months, defaults={"due_on": add_months(run.ends_on, months), **known}
            )


def is_open(follow_up, day=None):
    """Whether an answer is taken on `day` (today)."""
    day = day or timezone.localdate()
    return follow_up.answered_at is None and follow_up.due_on <= day <= follow_up.due_on + OPEN_FOR


@transaction.atomic
def answer_follow_up(follow_up, *, actor, turnover, workers, licences):
    """The business answers, once. Turnover is rupiah a year. Raises DoesNotExist for a stranger, StepError, ValidationError."""
    row = FollowUp.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=follow_up.pk)
    if not is_open(row):
        raise StepError(_("Pertanyaan ini sudah dijawab atau sudah ditutup."))
    if turnover is None or workers is None or licences is None:
        raise ValidationError(_("Isi ketiga angka. Tulis 0 bila tidak ada."))
    row.turnover, row.workers, row.licences, row.answered_at = turnover, workers, licences, timezone.now()
    row.full_clean()
    row.save()
    audit.record(actor, "training.follow_up.answer", row)
    return row


def _told(references):
    """{reference: (first day told, last day told)}: a question that was asked stands in the messages about it."""
    rows = (
        Message.objects.filter(about__in=references)
        .values_list("about")
        .annotate(first=Min("created_at"), last=Max("created_at"))
    )
    return {about: (timezone.localdate(first), timezone.localdate(last)) for about, first, last in rows}


def _is_due(told, day):
    if told is None:
        return True
    first, last = told
    return first == last and day >= first + REMIND_AFTER


def ask_due(day=None):
    """Ask whoever is due and not asked, and remind once. Returns how many were told; each in its own transaction."""
    day = day or timezone.localdate()
    due = FollowUp.objects.filter(answered_at=None, due_on__lte=day, due_on__gte=day - OPEN_FOR)
    waiting = dict(due.values_list("reference", "pk"))
    told = _told(waiting)
    count = 0
    for reference, pk in waiting.items():
        if not _is_due(told.get(reference), day):
            continue
        with transaction.atomic():
            row = due.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
            # Asked again under the lock: another worker may have told them meanwhile.
            if row is not None and _is_due(_told([reference]).get(reference), day):
                outcome_notices.ask_follow_up(row)
                count += 1
    return count
