"""Damage of units: reported by who booked or an official, seen by both, handled by officials."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.workflow import history, open_steps
from facility.enums import DamageStatus
from facility.forms.damage import DamageForm, HandleForm
from facility.models import DamageReport, Unit
from facility.services import damages
from facility.views.mine import booking_or_404
from ikm.views.office import official

MOST_SHOWN = 200
SERVICES = {
    "repair": damages.start_repair,
    "finish": damages.finish_repair,
    "decline": damages.decline_repair,
}


def _ask(request, unit, *, back, target, booking=None):
    """The form of a report; once sent, the report's page."""
    form = DamageForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        made = form.call(
            damages.report_damage, unit, actor=request.user, booking=booking, **form.cleaned_data
        )
        if made is not None:
            messages.success(request, _("Laporan terkirim. Terima kasih."))
            return redirect(target, made.reference)
    return render(
        request,
        "facility/owner/report_damage.html",
        {"form": form, "unit": unit, "back": back},
        status=400 if form.errors else 200,
    )


@login_required
def report(request, reference):
    """By who had booked."""
    booking = booking_or_404(request, reference)
    back = reverse("my_booking", args=[reference])
    return _ask(request, booking.unit, back=back, target="my_damage", booking=booking)


@official("facility.report_damage")
def office_report(request, reference):
    """By an official."""
    unit = get_object_or_404(
        Unit.objects.visible_to(request.user).select_related("centre"), reference=reference
    )
    back = reverse("office_unit", args=[reference])
    return _ask(request, unit, back=back, target="office_damage")


def _found(request, reference):
    rows = DamageReport.objects.visible_to(request.user).select_related(
        "unit__centre", "booking", "closure", "reported_by"
    )
    return get_object_or_404(rows, reference=reference)


def _shown(found):
    """What both sides see of a report."""
    statuses = dict(DamageStatus.choices)
    return {
        "report": found,
        "photos": list(damages.photos_of(found)),
        "events": [
            {"title": statuses.get(line.to_status, line.to_status), "at": line.at, "note": line.note}
            for line in history(found)
        ],
    }


@login_required
@require_GET
def my_damage(request, reference):
    return render(request, "facility/owner/damage.html", _shown(_found(request, reference)))


@official("facility.view_damagereport")
@require_GET
def desk(request):
    """What is open, the oldest first, and what was settled."""
    rows = DamageReport.objects.visible_to(request.user).select_related("unit__centre")
    still = rows.open()
    return render(
        request,
        "facility/office/damages.html",
        {
            "waits": still.order_by("pk")[:MOST_SHOWN],
            "done": rows.exclude(pk__in=still.values("pk"))[:MOST_SHOWN],
        },
    )


@official("facility.view_damagereport")
def damage(request, reference):
    """One report, its photo and the steps that are open."""
    found = _found(request, reference)
    form = HandleForm(request.POST or None)
    steps = open_steps(found, request.user)
    if "repair" not in steps:
        del form.fields["closed_until"]
    if request.method == "POST" and form.is_valid():
        action = request.POST.get("action", "")
        given = dict(form.cleaned_data)
        if action != "repair":
            given.pop("closed_until", None)
        service = SERVICES.get(action)
        if service and form.call(service, found, actor=request.user, **given) is not None:
            messages.success(request, _("Tersimpan."))
            return redirect("office_damage", reference)
    return render(
        request,
        "facility/office/damage.html",
        {**_shown(found), "steps": steps, "form": form},
        status=400 if form.errors else 200,
    )
