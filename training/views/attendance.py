"""Attendance: the participant's QR, the officials' list with its scanner field, the printed list, the page without signal."""

import json

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.qr import qr_drawing
from core.slots import Slot
from ikm.views.office import official
from training.attendance_codes import code_of
from training.enums import AttendanceMethod, AttendanceStatus, EnrolmentStatus
from training.forms.attendance import CodeForm, CorrectionForm, ItemForm
from training.models import Attendance, Session
from training.notifications import course_title
from training.services.attendance import (
    OPEN_RUNS,
    correct_attendance,
    obstacle,
    record_attendance,
    record_by_code,
    seated,
)
from training.views.mine import enrolment_or_404

#: So many items an offline page sends at once.
MOST_SENT = 200
taking = official("training.record_attendance")


@login_required
@require_GET
def my_code(request, reference):
    """The QR that is shown at the door."""
    enrolment = enrolment_or_404(request, reference)
    run = enrolment.run
    if enrolment.status != EnrolmentStatus.ENROLLED or run.status not in OPEN_RUNS:
        messages.info(
            request, _("Kode kehadiran ada selama Anda mempunyai kursi pada pelatihan yang berjalan.")
        )
        return redirect("my_enrolment", reference)
    code = code_of(enrolment)
    return render(
        request,
        "training/owner/code.html",
        {
            "enrolment": enrolment,
            "title": course_title(run),
            "code": code,
            "drawing": qr_drawing(code, scale=8),
        },
    )


def session_or_404(request, reference, number):
    return get_object_or_404(
        Session.objects.visible_to(request.user).select_related("run__course", "room__venue", "trainer"),
        run__reference=reference,
        number=number,
    )


def _sheet(session):
    """The people with a seat and what is recorded of each, with the counts: what all pages of a session show."""
    recorded = {
        row.enrolment_id: row
        for row in Attendance.objects.filter(session=session).select_related(
            "enrolment__participant", "enrolment__business", "recorded_by"
        )
    }
    people = list(seated(session.run))
    # Once the run is over nobody is "seated" any longer, and what was recorded still stands.
    known = {one.pk for one in people}
    people += [row.enrolment for row in recorded.values() if row.enrolment_id not in known]
    rows = [{"enrolment": one, "attendance": recorded.get(one.pk)} for one in people]
    counts = dict.fromkeys(AttendanceStatus.values, 0)
    for row in recorded.values():
        counts[row.status] += 1
    return rows, counts


def _context(session):
    rows, counts = _sheet(session)
    missing = sum(row["attendance"] is None for row in rows)
    return {
        "session": session,
        "run": session.run,
        "title": course_title(session.run),
        "when": str(Slot(session.during.lower, session.during.upper)),
        "obstacle": obstacle(session),
        "rows": rows,
        "missing": missing,
        "tiles": [
            {"value": counts["present"], "label": _("hadir")},
            {"value": counts["excused"], "label": _("izin")},
            {"value": counts["absent"], "label": _("tidak hadir")},
            {"value": missing, "label": _("belum dicatat")},
        ],
    }


def _page(request, session, *, form=None, status=200):
    return render(
        request,
        "training/office/attendance.html",
        _context(session) | {"form": form or CodeForm()},
        status=status,
    )


@taking
def sheet(request, reference, number):
    """One session: a field for codes, and the list to tick."""
    session = session_or_404(request, reference, number)
    if request.method != "POST":
        return _page(request, session)
    if "code" not in request.POST:
        return _tick(request, session)
    form = CodeForm(request.POST)
    if form.is_valid():
        done = form.call(record_by_code, session, form.cleaned_data["code"], actor=request.user)
        if done is not None:
            name = done.attendance.enrolment.participant.name
            if done.outcome == "stored":
                messages.success(request, _("%(name)s hadir.") % {"name": name})
            else:
                messages.info(
                    request,
                    _("%(name)s sudah dicatat: %(status)s.")
                    % {"name": name, "status": done.attendance.get_status_display()},
                )
            return redirect("office_attendance", reference, number)
    return _page(request, session, form=form, status=400)


def _tick(request, session):
    """Who was chosen in the list; who is recorded already stays as he or she is."""
    stored, told = 0, []
    for one in seated(session.run):
        status = request.POST.get(f"status-{one.reference}", "")
        if status not in AttendanceStatus.values:
            continue
        try:
            done = record_attendance(
                session, one, actor=request.user, status=status, method=AttendanceMethod.LIST
            )
        except ValidationError as error:
            if error.messages[0] not in told:
                told.append(error.messages[0])
        else:
            stored += done.outcome == "stored"
    for sentence in told:
        messages.error(request, sentence)
    if stored:
        messages.success(request, _("Kehadiran %(count)s orang dicatat.") % {"count": stored})
    elif not told:
        messages.info(request, _("Belum ada yang dipilih."))
    return redirect("office_attendance", session.run.reference, session.number)


@taking
@require_GET
def printed(request, reference, number):
    """The list to sign on paper."""
    return render(
        request, "training/office/attendance_print.html", _context(session_or_404(request, reference, number))
    )


@taking
@require_GET
def offline(request, reference, number):
    """The page that is opened where there is signal and used where there is none."""
    context = _context(session_or_404(request, reference, number))
    for row in context["rows"]:
        row["code"] = code_of(row["enrolment"])
    return render(request, "training/office/attendance_offline.html", context)


@taking
@require_GET
def worker(request, reference, number):
    """The service worker of the page above. It stands in the page's own folder, which is all it may then serve."""
    return render(request, "training/office/attendance_worker.js", content_type="text/javascript")


@taking
@require_POST
def receive(request, reference, number):
    """What an offline page kept: each item is stored by itself, and each gets its own answer."""
    session = session_or_404(request, reference, number)
    try:
        items = json.loads(request.body)["items"]
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"error": _("Kiriman tidak terbaca.")}, status=400)
    if not isinstance(items, list) or len(items) > MOST_SENT:
        return JsonResponse({"error": _("Kiriman terlalu banyak sekaligus.")}, status=400)
    people = {one.reference: one for one in session.run.enrolments.all()}
    return JsonResponse({"results": [_receive(request, session, people, item) for item in items]})


def _receive(request, session, people, item):
    if not isinstance(item, dict):
        return {"outcome": "refused", "told": _("Kiriman tidak terbaca.")}
    form = ItemForm(item | {"noted_at": parse_datetime(str(item.get("noted_at", "")))})
    answer = {"nonce": str(item.get("nonce", ""))}
    person = people.get(str(item.get("enrolment", "")))
    if not form.is_valid() or person is None:
        return answer | {"outcome": "refused", "told": _("Orang ini tidak terdaftar pada angkatan ini.")}
    try:
        done = record_attendance(
            session,
            person,
            actor=request.user,
            status=form.cleaned_data["status"],
            method=AttendanceMethod.OFFLINE,
            nonce=form.cleaned_data["nonce"],
            noted_at=form.cleaned_data["noted_at"],
        )
    except (ValidationError, PermissionDenied) as error:
        told = error.messages[0] if isinstance(error, ValidationError) else str(error)
        return answer | {"outcome": "refused", "told": told}
    return answer | {"outcome": done.outcome, "told": done.attendance.get_status_display()}


@taking
def correct(request, reference, number, enrolment):
    """One person's record put right, with the reason."""
    session = session_or_404(request, reference, number)
    row = get_object_or_404(
        Attendance.objects.visible_to(request.user).select_related("enrolment__participant"),
        session=session,
        enrolment__reference=enrolment,
    )
    if obstacle(session):
        raise Http404
    form = CorrectionForm(request.POST or None, initial={"status": row.status})
    if request.method == "POST" and form.is_valid():
        done = form.call(correct_attendance, row, actor=request.user, **form.cleaned_data)
        if done is not None:
            messages.success(request, f"{row.enrolment.participant}: {done.get_status_display()}")
            return redirect("office_attendance", reference, number)
    return render(
        request,
        "training/office/attendance_correct.html",
        {
            "session": session,
            "run": session.run,
            "row": row,
            "form": form,
            "title": course_title(session.run),
        },
        status=400 if form.errors else 200,
    )
