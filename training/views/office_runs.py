"""The training officer's list of runs: by status, with seats and what waits."""

from django.db.models import Count, Q
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.dates import today
from ikm.views.office import official
from training.enums import Admission, EnrolmentStatus, RunStatus, SessionStatus
from training.models import Run

#: Runs shown on one page, the nearest first.
MOST_SHOWN = 200

OPEN = (RunStatus.DRAFT, RunStatus.PUBLISHED, RunStatus.SELECTED, RunStatus.RUNNING)


def waits(run):
    """What an official has to do on `run` next, as a sentence; "" for nothing."""
    day, now = today(), timezone.now()
    if run.status == RunStatus.DRAFT:
        if not run.planned:
            return _("Susun jadwal pertemuan.")
        return _("Umumkan angkatan ini.")
    if (
        run.status == RunStatus.PUBLISHED
        and run.admission == Admission.SELECTION
        and now > run.registration_until
    ):
        return _("Tetapkan peserta: pendaftaran sudah ditutup.")
    if run.status in (RunStatus.PUBLISHED, RunStatus.SELECTED) and run.starts_on <= day:
        return _("Mulai angkatan ini: pertemuan pertama sudah tiba.")
    if run.status == RunStatus.RUNNING and run.ends_on < day:
        return _("Tutup angkatan ini: pertemuan terakhir sudah lewat.")
    return ""


@official("training.view_run")
@require_GET
def runs(request):
    """Runs of one status, or all that are not over, the nearest first."""
    counts = dict(Run.objects.visible_to(request.user).order_by().values_list("status").annotate(Count("pk")))
    status = request.GET.get("status", "")
    chosen = [status] if status in RunStatus.values else OPEN
    rows = list(
        Run.objects.visible_to(request.user)
        .filter(status__in=chosen)
        .select_related("course")
        .annotate(
            planned=Count("sessions", filter=~Q(sessions__status=SessionStatus.CANCELLED), distinct=True),
            waiting=Count(
                "enrolments",
                filter=Q(enrolments__status__in=[EnrolmentStatus.APPLIED, EnrolmentStatus.WAITING]),
                distinct=True,
            ),
        )
        .order_by("starts_on", "pk")[:MOST_SHOWN]
    )
    for run in rows:
        run.waits = waits(run)
    return render(
        request,
        "training/office/runs.html",
        {
            "runs": rows,
            "status": status,
            "statuses": [
                (value, label, counts.get(value, 0))
                for value, label in RunStatus.choices
                if counts.get(value)
            ],
            "waits": sum(bool(run.waits) for run in rows),
            "most": MOST_SHOWN,
        },
    )
