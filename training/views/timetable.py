"""Timetables at the office: ask for one, look at the proposal, move a meeting, write it."""

from itertools import groupby

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.dates import WIB
from ikm.views.office import official
from training.enums import TimetableStatus
from training.forms.office import MeetingForm, TimetableForm
from training.models import Room, Run, Timetable, Trainer
from training.services import timetables as service
from training.services.scheduling import PLAN


def _timetable(request, reference):
    return get_object_or_404(Timetable.objects.visible_to(request.user), reference=reference)


@official(PLAN)
@require_http_methods(["GET", "POST"])
def ask(request):
    """The runs to be put into a month; and what was asked before."""
    form = TimetableForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = form.call(
            service.ask_timetable,
            actor=request.user,
            month=form.cleaned_data["month"],
            asked=form.asked(),
            without=form.cleaned_data["without"],
        )
        if made is not None:
            return redirect("office_timetable", made.reference)
    return render(
        request,
        "training/office/timetables.html",
        {
            "form": form,
            "timetables": Timetable.objects.visible_to(request.user).select_related("made_by")[:20],
        },
        status=400 if form.errors else 200,
    )


def _weeks(timetable):
    """[(first day of the week, meetings with their index, run, trainer and room)]."""
    meetings = list(enumerate(service.meetings_of(timetable)))
    runs = Run.objects.select_related("course").in_bulk([one["run"] for one in timetable.asked])
    trainers, rooms = Trainer.objects.in_bulk(), Room.objects.select_related("venue").in_bulk()
    rows = [
        {
            "index": index,
            "starts_at": one.starts_at.astimezone(WIB),
            "ends_at": one.ends_at.astimezone(WIB),
            "run": runs.get(one.run),
            "trainer": trainers.get(one.trainer),
            "room": rooms.get(one.room),
        }
        for index, one in meetings
    ]
    return [
        list(group)
        for _week, group in groupby(rows, key=lambda row: row["starts_at"].date().isocalendar()[:2])
    ]


@official(PLAN)
@require_http_methods(["GET"])
def proposal(request, reference):
    found = _timetable(request, reference)
    return render(
        request,
        "training/office/timetable.html",
        {
            "timetable": found,
            "weeks": _weeks(found),
            "is_waiting": found.status == TimetableStatus.WAITING,
            "is_open": found.status == TimetableStatus.PROPOSED,
        },
    )


@official(PLAN)
@require_http_methods(["GET", "POST"])
def meeting(request, reference, index):
    """One meeting of the proposal, moved where the rules allow it."""
    found = _timetable(request, reference)
    meetings = service.meetings_of(found)
    if index >= len(meetings) or found.status != TimetableStatus.PROPOSED:
        raise Http404
    one = meetings[index]
    starts_at = one.starts_at.astimezone(WIB)
    form = MeetingForm(
        request.POST or None,
        initial={
            "day": starts_at.date(),
            "begins": starts_at.time(),
            "room": one.room,
            "trainer": one.trainer,
            "version": found.version,
        },
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        moved = form.call(
            service.move_meeting,
            found,
            index,
            actor=request.user,
            version=given["version"],
            starts_at=form.starts_at(),
            trainer=given["trainer"],
            room=given["room"],
        )
        if moved is not None:
            messages.success(request, _("Pertemuan dipindahkan dalam usulan."))
            return redirect("office_timetable", reference)
    return render(
        request,
        "training/office/meeting.html",
        {
            "timetable": found,
            "form": form,
            "meeting": one,
            "run": Run.objects.select_related("course").get(pk=one.run),
        },
        status=400 if form.errors else 200,
    )


def _act(request, reference, act, done):
    found = _timetable(request, reference)
    version = request.POST.get("version", "")
    try:
        act(found, actor=request.user, version=version if version.isdecimal() else 0)
    except ValidationError as error:
        for words in error.messages:
            messages.error(request, words)
    else:
        messages.success(request, done)
    return redirect("office_timetable", reference)


@official(PLAN)
@require_POST
def publish(request, reference):
    return _act(request, reference, service.publish_timetable, _("Semua pertemuan sudah dijadwalkan."))


@official(PLAN)
@require_POST
def discard(request, reference):
    return _act(request, reference, service.discard_timetable, _("Usulan dibuang."))
