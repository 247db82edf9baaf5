"""The officials' page of the people in a run: seats, waiting list, offers, the draw, the file."""

from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core import audit
from core.indonesia import display_phone
from core.languages import in_indonesian
from core.spreadsheets import write_xlsx
from core.workflow import open_steps
from training.enums import ACTIVE, EnrolmentStatus, RunStatus
from training.forms.enrol import CancelForm, QuotaForm
from training.models import Enrolment, Run
from training.notifications import course_title
from training.selectors import begins_in_words, is_drawn, number_in_words, weight_rows
from training.services.enrolments import cancel_enrolment, change_quota, seat_participant
from training.services.selection import obstacles, select_participants, weighed_entries

#: In this order the groups stand on the page.
SHOWN = (
    EnrolmentStatus.APPLIED,
    EnrolmentStatus.ENROLLED,
    EnrolmentStatus.OFFERED,
    EnrolmentStatus.WAITING,
    EnrolmentStatus.COMPLETED,
    EnrolmentStatus.FAILED,
    EnrolmentStatus.NO_SHOW,
    EnrolmentStatus.DECLINED,
    EnrolmentStatus.UNCHOSEN,
    EnrolmentStatus.CANCELLED,
)
SERVICES = {"batal": ("cancel", cancel_enrolment), "kursi": ("seat", seat_participant)}


def choosing(view):
    """Only for officials who choose participants."""
    return login_required(permission_required("training.select_participants", raise_exception=True)(view))


def run_or_404(request, reference):
    return get_object_or_404(
        Run.objects.visible_to(request.user).select_related("course"), reference=reference
    )


def _people(run):
    return run.enrolments.select_related("participant", "business__kelurahan__parent", "group").order_by(
        "position", "id"
    )


def _page(request, run, *, quota_form=None, status=200):
    groups = {one: [] for one in SHOWN}
    places = {}
    for enrolment in _people(run):
        groups[EnrolmentStatus(enrolment.status)].append(enrolment)
    for number, enrolment in enumerate(groups[EnrolmentStatus.WAITING], 1):
        places[enrolment.pk] = number
    return render(
        request,
        "training/office/participants.html",
        {
            "run": run,
            "course_name": course_title(run),
            "begins": begins_in_words(run),
            "tiles": [
                {"value": f"{run.seats_taken} / {run.quota}", "label": _("kursi terisi")},
                {"value": len(groups[EnrolmentStatus.WAITING]), "label": _("menunggu")},
                {"value": len(groups[EnrolmentStatus.OFFERED]), "label": _("sedang ditawari")},
                {"value": len(groups[EnrolmentStatus.APPLIED]), "label": _("menunggu seleksi")},
            ],
            "groups": [
                {
                    "status": one.value,
                    "label": one.label,
                    "rows": [
                        {
                            "enrolment": enrolment,
                            "place": places.get(enrolment.pk),
                            "steps": set(open_steps(enrolment, request.user)),
                        }
                        for enrolment in rows
                    ],
                }
                for one, rows in groups.items()
                if rows
            ],
            "quota_form": quota_form or QuotaForm(initial={"quota": run.quota}),
            "has_errors": bool(quota_form),
            "is_selection": run.admission == "selection",
            "drawn": is_drawn(run),
            "may_enrol": run.status == RunStatus.PUBLISHED,
        },
        status=status,
    )


@choosing
@require_GET
def participant_list(request, reference):
    return _page(request, run_or_404(request, reference))


@choosing
@require_POST
def seats(request, reference):
    """More seats or fewer; what becomes free is offered at once."""
    run = run_or_404(request, reference)
    form = QuotaForm(request.POST)
    if form.is_valid():
        changed = form.call(change_quota, run, form.cleaned_data["quota"], actor=request.user)
        if changed is not None:
            messages.success(request, _("Jumlah kursi kini %(quota)s.") % {"quota": changed.quota})
            return redirect("office_participants", reference)
    return _page(request, run, quota_form=form, status=400)


@choosing
def draw_run(request, reference):
    """What the draw will do, then the draw: once."""
    run = run_or_404(request, reference)
    told = obstacles(run)
    if request.method == "POST":
        try:
            select_participants(run, actor=request.user)
        except (ValidationError, PermissionDenied) as error:
            messages.error(request, error.messages[0] if isinstance(error, ValidationError) else str(error))
            return redirect("office_participants", reference)
        messages.success(request, _("Peserta sudah diundi. Hasilnya terbuka untuk umum."))
        return redirect("selection_result", reference)
    entries = [] if told else weighed_entries(run)
    people = sum(len(entry) for _key, _weight, entry, _factors in entries)
    seats_left = min(people, run.seats_free)
    waiting = min(people - seats_left, run.reserve)
    return render(
        request,
        "training/office/draw.html",
        {
            "run": run,
            "course_name": course_title(run),
            "obstacles": told,
            "weights": weight_rows(run),
            "people": people,
            "count": len(entries),
            "seats": seats_left,
            "waiting": waiting,
            "left_out": people - seats_left - waiting,
            "columns": [
                {"label": _("Nomor")},
                {"label": _("Orang"), "num": True},
                {"label": _("Bobot"), "num": True},
            ],
            "rows": [[key, len(entry), number_in_words(weight)] for key, weight, entry, _factors in entries],
        },
    )


@choosing
def act(request, reference, enrolment, action):
    """One person: the question with its reason, then the step."""
    run = run_or_404(request, reference)
    if action not in SERVICES:
        raise Http404
    step, service = SERVICES[action]
    record = get_object_or_404(
        Enrolment.objects.visible_to(request.user).filter(run=run).select_related("participant", "business"),
        reference=enrolment,
    )
    if step not in open_steps(record, request.user):
        messages.info(
            request, _("Langkah ini tidak terbuka lagi untuk %(name)s.") % {"name": record.participant}
        )
        return redirect("office_participants", reference)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = form.call(service, record, actor=request.user, note=form.cleaned_data["note"])
        if done is not None:
            messages.success(request, f"{record.participant}: {done.get_status_display()}")
            return redirect("office_participants", reference)
    return render(
        request,
        "training/office/act.html",
        {"run": run, "enrolment": record, "action": action, "form": form, "course_name": course_title(run)},
        status=400 if form.errors else 200,
    )


@in_indonesian
def _file(run, stream):
    rows = sorted(_people(run).filter(status__in=ACTIVE), key=lambda one: SHOWN.index(one.status))
    write_xlsx(
        stream,
        [
            "Nomor",
            "Nama",
            "Jenis kelamin",
            "Disabilitas",
            "Telepon",
            "Usaha",
            "Kecamatan",
            "Status",
            "Urutan",
            "Mendaftar",
        ],
        [
            [
                one.reference,
                one.participant.name,
                one.participant.get_sex_display(),
                _("ya") if one.participant.has_disability else _("tidak"),
                display_phone(one.participant.phone),
                one.business.name,
                one.business.kelurahan.parent.name if one.business.kelurahan else "",
                one.get_status_display(),
                place,
                one.applied_at,
            ]
            for one, place in _with_places(rows)
        ],
        sheet_name="Peserta",
        text_columns=["Telepon"],
    )


def _with_places(rows):
    waiting = 0
    for one in rows:
        if one.status == EnrolmentStatus.WAITING:
            waiting += 1
            yield one, waiting
        else:
            yield one, None


@choosing
@require_POST
def export(request, reference):
    """The people of the run as a sheet, without NIK. A POST, since taking it along is written down."""
    run = run_or_404(request, reference)
    response = HttpResponse(content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    name = f"peserta-{run.reference}.xlsx"
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    _file(run, response)
    audit.record(request.user, "training.run.export_participants", run)
    return response
