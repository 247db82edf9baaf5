"""Visits: the planner, an officer's day, the page an officer carries along, and the owner's choice of another time."""

import datetime
from dataclasses import dataclass, field
from itertools import groupby
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from core.attachments import attach_file
from core.dates import date_in_words
from core.workflow import history, open_steps
from ikm.enums import BusinessStatus, VisitStatus
from ikm.examination import WEEKDAYS
from ikm.forms.office import PhotoForm, PlanForm, RescheduleForm, VisitResultForm, VisitTimeForm
from ikm.models import Business, Visit
from ikm.route import time_stops
from ikm.route_map import route_map
from ikm.services import visits as service
from ikm.views.office import official
from ikm.visit_planning import (
    MOST_CANDIDATES,
    OFFICE_POSITION,
    candidates,
    clock,
    first_days,
    frame,
    propose,
    stop_of,
    verifiers,
)

PHOTO = "visit_photo"

MOST_PHOTOS = 6


def _visits(user):
    return Visit.objects.visible_to(user).select_related("business__kelurahan", "verifier")


@official("ikm.view_visit")
@require_GET
def visit_list(request):
    """The planned visits by day and officer, and what is overdue."""
    planned = list(
        _visits(request.user)
        .filter(status=VisitStatus.PLANNED)
        .order_by("planned_on", "verifier", "position_in_day")[:300]
    )
    routes = [
        {
            "day": day,
            "officer": officer,
            "visits": list(group),
            "mine": officer == request.user,
            "late": day < timezone.localdate(),
            "url": reverse("office_route", args=[day.isoformat(), officer.reference]),
        }
        for (day, officer), group in groupby(planned, key=lambda visit: (visit.planned_on, visit.verifier))
    ]
    return render(
        request,
        "ikm/office/visits.html",
        {
            "routes": sorted(
                routes, key=lambda route: (route["day"], not route["mine"], str(route["officer"]))
            ),
            "today": timezone.localdate(),
            "may_plan": request.user.has_perm("ikm.plan_visit"),
        },
    )


# --- Planning ---------------------------------------------------------------------------------------------------------


@dataclass
class Line:
    """One business in the planner's table, as proposed or as the official changed it."""

    business: Business
    day: datetime.date
    officer: User
    order: int
    included: bool = True
    expected_from: datetime.time | None = None
    distance_m: int = 0
    in_hours: bool = True
    problem: str = ""


@dataclass
class Group:
    """The lines of one officer's day."""

    day: datetime.date
    officer: User
    lines: list = field(default_factory=list)

    @property
    def distance_km(self):
        return sum(line.distance_m for line in self.lines) / 1000

    @property
    def weekday(self):
        return WEEKDAYS[self.day.weekday()]

    @property
    def map(self):
        return route_map(
            OFFICE_POSITION,
            [(line.business.latitude, line.business.longitude, str(line.business)) for line in self.lines],
            title=_("Peta rute %(name)s, %(day)s") % {"name": self.officer, "day": date_in_words(self.day)},
        )


@official("ikm.plan_visit")
@require_http_methods(["GET", "POST"])
def plan(request):
    """Proposes day routes (GET), reckons a changed order again, and saves what the official confirms (POST)."""
    if request.method == "POST":
        return confirm_plan(
            request,
            waiting=candidates(request.user),
            save=service.plan_visits,
            template="ikm/office/plan.html",
            done="office_visits",
        )
    if not request.GET:
        days = first_days()
        form = PlanForm(
            initial={
                "dari": days[0],
                "sampai": days[-1],
                "siapa": ["menunggu", "usang"],
                "petugas": [request.user.reference],
                "sehari": 8,
            }
        )
        return render(request, "ikm/office/plan.html", {"form": form})
    form = PlanForm(request.GET)
    if not form.is_valid():
        return render(request, "ikm/office/plan.html", {"form": form}, status=400)
    data = form.cleaned_data
    found = list(
        candidates(
            request.user,
            waiting="menunggu" in data["siapa"],
            stale="usang" in data["siapa"],
            kecamatan=data["kecamatan"],
        )[: MOST_CANDIDATES + 1]
    )
    routes, left, taken = propose(
        found[:MOST_CANDIDATES],
        days=form.days(),
        officers=data["petugas"],
        stops_a_day=data["sehari"],
    )
    groups = groups_of(routes)
    context = plan_context(groups, days=form.days(), officers=list(data["petugas"]))
    return render(
        request,
        "ikm/office/plan.html",
        context
        | {
            "form": form,
            "left": left,
            "taken": taken,
            "found": len(found),
            "too_many": len(found) > MOST_CANDIDATES,
            "proposed": True,
        },
    )


def groups_of(routes):
    """The proposed routes as the planner's table shows them."""
    return [
        Group(
            route.day,
            route.officer,
            [
                Line(
                    stop.business,
                    route.day,
                    route.officer,
                    order,
                    True,
                    stop.expected_from,
                    stop.distance_m,
                    stop.in_hours,
                )
                for order, stop in enumerate(route.stops, 1)
            ],
        )
        for route in routes
    ]


def plan_context(groups, *, days, officers):
    """What both the proposal and a changed plan show, the consequences among them."""
    lines = [line for group in groups for line in group.lines if line.included]
    unreachable = [line.business for line in lines if not line.business.is_reachable]
    return {
        "groups": groups,
        "days": days,
        "officers": officers,
        "visits_count": len(lines),
        "told_count": len(lines) - len(unreachable),
        "unreachable": unreachable,
    }


def confirm_plan(request, *, waiting, save, template, done):
    """The official's table: reckoned again, or written down by `save(stops, actor=…)`, which leads to the page `done`.

    `waiting` are the businesses that may still be planned.
    """
    lines = _read_lines(request, waiting)
    included = [line for line in lines if line.included]
    groups = _timed_groups(lines)
    error = None
    if request.POST.get("action") == "save":
        error = next((line.problem for line in included if line.problem), None)
        if error is None:
            try:
                planned = save(
                    [
                        service.PlannedStop(
                            line.business,
                            line.officer,
                            line.day,
                            service.last_position(line.officer, line.day) + position,
                            line.expected_from,
                        )
                        for group in groups
                        for position, line in enumerate((line for line in group.lines if line.included), 1)
                    ],
                    actor=request.user,
                )
            except ValidationError as refused:
                error = " ".join(refused.messages)
            else:
                messages.success(
                    request,
                    _("%(count)d kunjungan dijadwalkan dan para pemilik diberi tahu.")
                    % {"count": len(planned)},
                )
                return redirect(done)
    if error:
        messages.error(request, error)
    days = sorted({line.day for line in lines})
    officers = sorted({line.officer for line in lines}, key=str)
    return render(
        request,
        template,
        plan_context(groups, days=days, officers=officers) | {"proposed": True, "changed": True},
        status=409 if error else 200,
    )


def _read_lines(request, waiting):
    """The posted table as Lines; a row that names nobody we know is a 404."""
    references = request.POST.getlist("stop")
    businesses = {business.reference: business for business in waiting.filter(reference__in=references)}
    gone = {
        business.reference: business
        for business in Business.objects.visible_to(request.user)
        .filter(reference__in=set(references) - businesses.keys())
        .select_related("kelurahan")
    }
    officers = {officer.reference: officer for officer in verifiers()}
    lines = []
    for reference in references:
        business = businesses.get(reference) or gone.get(reference)
        officer = officers.get(request.POST.get(f"petugas-{reference}", ""))
        try:
            day = datetime.date.fromisoformat(request.POST.get(f"hari-{reference}", ""))
            order = int(request.POST.get(f"urutan-{reference}", ""))
        except ValueError:
            raise Http404 from None
        if business is None or officer is None:
            raise Http404
        line = Line(business, day, officer, order, included=f"pilih-{reference}" in request.POST)
        if reference in gone:
            # Planned, decided or confirmed by somebody else in the meantime.
            business.is_reachable = True
            line.problem = _("%(name)s tidak lagi menunggu kunjungan.") % {"name": business}
        lines.append(line)
    return lines


def _timed_groups(lines):
    """Lines by day and officer in the wanted order, those included with their times."""
    lines = sorted(
        lines, key=lambda line: (line.day, str(line.officer), line.officer.pk, not line.included, line.order)
    )
    groups = []
    for (day, _officer), members in groupby(lines, key=lambda line: (line.day, line.officer.pk)):
        members = list(members)
        going = [line for line in members if line.included]
        for line, timed in zip(
            going, time_stops([stop_of(line.business) for line in going], frame()), strict=True
        ):
            line.expected_from, line.distance_m = clock(timed.arrives), timed.distance_m
            line.in_hours = timed.in_hours and timed.stop.is_there_on(day)
        for order, line in enumerate(members, 1):
            line.order = order
        groups.append(Group(day, members[0].officer, members))
    return groups


# --- An officer's day ----------------------------------------------------------------------------------------------------


def _route_or_404(request, day, officer):
    try:
        day = datetime.date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    officer = get_object_or_404(User, reference=officer)
    found = list(
        _visits(request.user)
        .filter(verifier=officer, planned_on=day)
        .exclude(status=VisitStatus.CANCELLED)
        .select_related("business__kelurahan__parent", "verifier")
        .order_by("position_in_day", "pk")
    )
    if not found:
        raise Http404
    return day, officer, found


@official("ikm.view_visit")
@require_http_methods(["GET", "POST"])
def day_route(request, day, officer):
    """One officer's visits of a day in order, to print or to follow on the phone; POST changes the order."""
    day, officer, found = _route_or_404(request, day, officer)
    planned = [visit for visit in found if visit.status == VisitStatus.PLANNED]
    if request.method == "POST":
        return _reorder(request, day, officer, planned)
    legs = {
        visit.pk: timed.distance_m
        for visit, timed in zip(
            found, time_stops([stop_of(visit.business) for visit in found], frame()), strict=True
        )
    }
    return render(
        request,
        "ikm/office/route.html",
        {
            "day": day,
            "weekday": WEEKDAYS[day.weekday()],
            "officer": officer,
            "stops": [
                {"visit": visit, "km": legs[visit.pk] / 1000, "hours": hours(visit.business), **links(visit)}
                for visit in found
            ],
            "km": sum(legs.values()) / 1000,
            "planned_count": len(planned),
            "may_plan": request.user.has_perm("ikm.plan_visit") and len(planned) > 1,
            "map": route_map(
                OFFICE_POSITION,
                [(visit.business.latitude, visit.business.longitude, str(visit.business)) for visit in found],
                title=_("Peta rute %(name)s, %(day)s") % {"name": officer, "day": date_in_words(day)},
            ),
        },
    )


def _reorder(request, day, officer, planned):
    def wanted(visit):
        try:
            return int(request.POST.get(f"urutan-{visit.reference}", ""))
        except ValueError:
            return visit.position_in_day

    try:
        service.reorder_day(officer, day, sorted(planned, key=wanted), actor=request.user, frame=frame())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Urutan rute disimpan dan jamnya dihitung ulang."))
    return redirect("office_route", day.isoformat(), officer.reference)


def hours(business):
    """When the owner is there, in words: `Senin, Rabu, 09.00–12.00`; "" when nothing was stated."""
    days = ", ".join(str(WEEKDAYS[day]) for day in sorted(business.visit_days))
    begins = f"{business.visit_from:%H.%M}" if business.visit_from else ""
    ends = f"{business.visit_until:%H.%M}" if business.visit_until else ""
    if begins and ends:
        clock_words = f"{begins}–{ends}"
    elif begins or ends:
        clock_words = (
            _("mulai %(time)s") % {"time": begins} if begins else _("sampai %(time)s") % {"time": ends}
        )
    else:
        clock_words = ""
    return ", ".join(part for part in (days, clock_words) if part)


def links(visit):
    """The map and WhatsApp links of a visit, "" where there is no position or phone."""
    business = visit.business
    place = f"{business.latitude},{business.longitude}"
    text = _("Selamat pagi, petugas Dinas Perindustrian akan mengunjungi %(name)s pada %(when)s.") % {
        "name": business,
        "when": service.when(visit),
    }
    return {
        "geo": f"geo:{place}?q={place}" if business.latitude is not None else "",
        "whatsapp": f"https://wa.me/{business.phone.lstrip('+')}?text={quote(text)}"
        if business.phone
        else "",
    }


# --- Carrying it out -----------------------------------------------------------------------------------------------------


def _visit_or_404(request, reference):
    return get_object_or_404(
        _visits(request.user).select_related(
            "business__kelurahan__parent", "business__main_kbli", "verifier"
        ),
        reference=reference,
    )


@official("ikm.view_visit")
@require_http_methods(["GET", "POST"])
def carry_out(request, reference):
    """The phone page of one visit: what to find there, what was found; its draft is on the server."""
    visit = _visit_or_404(request, reference)
    mine = visit.verifier == request.user
    steps = open_steps(visit, request.user) if mine else {}
    form = VisitResultForm(request.POST if request.method == "POST" else None, initial=visit.draft)
    status = 200
    if request.method == "POST":
        if form.is_valid() and _take(request, visit, form):
            return redirect(_after(visit, request.POST.get("action")))
        status = 400
    return render(
        request,
        "ikm/office/visit.html",
        {
            "visit": visit,
            "business": visit.business,
            "hours": hours(visit.business),
            "form": form,
            "photo_form": PhotoForm(),
            "photos": list(visit.attachments.filter(removed_at__isnull=True)),
            "is_open": visit.status == VisitStatus.PLANNED,
            "may_record": "complete" in steps and visit.planned_on <= timezone.localdate(),
            "is_ahead": visit.planned_on > timezone.localdate(),
            "mine": mine,
            "may_plan": request.user.has_perm("ikm.plan_visit") and visit.status == VisitStatus.PLANNED,
            "next_visit": Visit.objects.filter(previous=visit).first(),
            "to_decide": visit.business.status == BusinessStatus.SUBMITTED,
            "events": [
                {"title": _step_label(line.step), "at": line.at, "by": str(line.actor), "note": line.note}
                for line in history(visit)
            ],
            **links(visit),
        },
        status=status,
    )


def _step_label(name):
    step = Visit.STEPS.get(name)
    return step.label if step else name


def _take(request, visit, form):
    """Do what the pressed button says; the visit, or None with the form's errors filled."""
    data, action = form.cleaned_data, request.POST.get("action")
    if action == "done":
        done = form.call(
            service.complete_visit,
            visit,
            actor=request.user,
            is_operating=data["is_operating"],
            result_note=data["result_note"],
            latitude=data["latitude"],
            longitude=data["longitude"],
        )
        if done:
            messages.success(request, _("Kunjungan ke %(name)s selesai.") % {"name": visit.business})
        return done
    if action == "not_at_home":
        missed = form.call(service.record_not_at_home, visit, actor=request.user, note=data["result_note"])
        if missed:
            again = missed[1]
            messages.success(
                request,
                _("Tidak ditemui. Kunjungan berikutnya %(when)s; pemilik diberi tahu.")
                % {"when": service.when(again)}
                if again
                else _("Tidak ditemui. Pemilik diminta memilih waktu sendiri."),
            )
        return missed
    kept = form.call(service.save_visit_draft, visit, actor=request.user, draft=_draft(request.POST))
    if kept:
        messages.success(request, _("Draf disimpan."))
    return kept


def _draft(data):
    """What of the form is worth keeping."""
    return {name: data[name] for name in service.DRAFT_FIELDS if data.get(name)}


def _after(visit, action):
    """Back to the day's route once this stop is over, else the same page."""
    if action in {"done", "not_at_home"}:
        return reverse("office_route", args=[visit.planned_on.isoformat(), visit.verifier.reference])
    return reverse("office_visit", args=[visit.reference])


@official("ikm.view_visit")
@require_POST
def save_draft(request, reference):
    """The page's script keeps what was typed after every field; JSON {"saved": "09.15"} or {"error": sentence}."""
    visit = _visit_or_404(request, reference)
    try:
        service.save_visit_draft(visit, actor=request.user, draft=_draft(request.POST))
    except ValidationError as error:
        return JsonResponse({"error": " ".join(error.messages)}, status=409)
    return JsonResponse({"saved": f"{timezone.localtime():%H.%M}"})


@official("ikm.view_visit")
@require_POST
def add_photo(request, reference):
    """One photo of the visit; one request a file, so that a lost signal loses one photo."""
    visit = _visit_or_404(request, reference)
    form = PhotoForm(request.POST, request.FILES)
    if form.is_valid():
        form.call(_attach, visit, form.cleaned_data["photo"], request.user)
    if form.errors:
        for errors in form.errors.values():
            messages.error(request, " ".join(errors))
    else:
        messages.success(request, _("Foto disimpan."))
    return redirect(f"{reverse('office_visit', args=[visit.reference])}#foto")


def _attach(visit, upload, actor):
    if visit.verifier_id != actor.pk or visit.status != VisitStatus.PLANNED:
        raise PermissionDenied(_("Foto ditambahkan oleh petugas kunjungan ini selama belum selesai."))
    if visit.attachments.filter(removed_at__isnull=True).count() >= MOST_PHOTOS:
        raise ValidationError(_("Paling banyak %(most)d foto untuk satu kunjungan.") % {"most": MOST_PHOTOS})
    return attach_file(visit, upload, kind=PHOTO, actor=actor, allow=("image",))


@official("ikm.plan_visit")
@require_http_methods(["GET", "POST"])
def reschedule(request, reference):
    """Another day or officer, or calling the visit off."""
    visit = _visit_or_404(request, reference)
    initial = {
        "planned_on": visit.planned_on,
        "verifier": visit.verifier.reference,
        "expected_from": visit.expected_from,
    }
    form = RescheduleForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            data = form.cleaned_data
            if request.POST.get("action") == "cancel":
                moved = form.call(service.cancel_visit, visit, actor=request.user, note=data["note"])
            else:
                moved = form.call(
                    service.reschedule_visit,
                    visit,
                    actor=request.user,
                    planned_on=data["planned_on"],
                    verifier=data["verifier"],
                    expected_from=data["expected_from"],
                    note=data["note"],
                )
            if moved:
                messages.success(
                    request,
                    _("Kunjungan dibatalkan.")
                    if moved.status == VisitStatus.CANCELLED
                    else _("Kunjungan dijadwalkan %(when)s.") % {"when": service.when(moved)},
                )
                return redirect("office_visit", moved.reference)
        status = 400
    return render(
        request,
        "ikm/office/reschedule.html",
        {"visit": visit, "form": form, "hours": hours(visit.business)},
        status=status,
    )


# --- The owner's choice ---------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def choose_time(request, reference):
    """Who speaks for the business says when he or she can be met; the visit follows."""
    visit = get_object_or_404(
        Visit.objects.filter(business__in=Business.objects.spoken_for_by(request.user)).select_related(
            "business", "verifier"
        ),
        reference=reference,
    )
    business = visit.business
    form = VisitTimeForm(
        request.POST or None,
        initial={
            "days": [str(day) for day in business.visit_days],
            "visit_from": business.visit_from,
            "visit_until": business.visit_until,
        },
    )
    status = 200
    if request.method == "POST":
        if form.is_valid():
            data = form.cleaned_data
            moved = form.call(
                service.choose_visit_time,
                visit,
                actor=request.user,
                days=data["days"],
                visit_from=data["visit_from"],
                visit_until=data["visit_until"],
            )
            if moved:
                messages.success(
                    request, _("Terima kasih. Petugas datang %(when)s.") % {"when": service.when(moved)}
                )
                return redirect("visit_time", moved.reference)
        status = 400
    return render(
        request,
        "ikm/office/visit_time.html",
        {
            "visit": visit,
            "business": business,
            "form": form,
            "is_open": visit.status == VisitStatus.PLANNED,
            "when": service.when(visit),
        },
        status=status,
    )
