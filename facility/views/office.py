"""The officials' pages of the facilities: who comes today, what waits, hours of use and maintenance."""

from datetime import timedelta

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.dates import today
from core.workflow import open_steps
from facility.enums import BookingStatus
from facility.forms.public import MaintenanceForm, NoteForm
from facility.models import Booking, Unit
from facility.notifications import time_of
from facility.selectors import due_for_maintenance, midnight, span, with_hours
from facility.services import bookings
from facility.services.maintenance import record_maintenance
from facility.views.mine import booking_or_404, events_of
from ikm.views.office import official

#: So many are listed.
MOST_SHOWN = 200

#: What an official does to a booking.
SERVICES = {
    "approve": bookings.approve_booking,
    "refuse": bookings.refuse_booking,
    "check_in": bookings.check_in_booking,
    "finish": bookings.finish_booking,
    "cancel": bookings.cancel_booking,
}


@official("facility.view_booking")
@require_GET
def desk(request):
    """Today's bookings, what waits for a decision, and units due for maintenance."""
    day = span(midnight(today()), midnight(today() + timedelta(days=1)))
    rows = (
        Booking.objects.visible_to(request.user)
        .filter(Q(during__overlap=day) | Q(status=BookingStatus.REQUESTED))
        .exclude(status__in=[BookingStatus.CANCELLED, BookingStatus.REFUSED, BookingStatus.EXPIRED])
        .select_related("unit__centre", "business")
        .order_by("during", "pk")[:MOST_SHOWN]
    )
    found = [{"booking": one, "time": time_of(one)} for one in rows]
    return render(
        request,
        "facility/office/desk.html",
        {
            "today": today(),
            "waits": [one for one in found if one["booking"].status == BookingStatus.REQUESTED],
            "day": [one for one in found if one["booking"].status != BookingStatus.REQUESTED],
            "due": due_for_maintenance(),
        },
    )


@official("facility.view_booking")
def booking(request, reference):
    """One booking and the steps that are open."""
    found = booking_or_404(request, reference)
    steps = {name: step for name, step in open_steps(found, request.user).items() if name in SERVICES}
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        service = SERVICES.get(request.POST.get("action", ""))
        if service:
            done = form.call(service, found, actor=request.user, note=form.cleaned_data["note"])
            if done is not None:
                messages.success(request, f"{done.reference}: {done.get_status_display()}")
                return redirect("office_booking", reference)
    return render(
        request,
        "facility/office/booking.html",
        {
            "booking": found,
            "unit": found.unit,
            "time": time_of(found),
            "events": events_of(found),
            "steps": steps,
            "form": form,
        },
        status=400 if form.errors else 200,
    )


@official("facility.view_unit")
def unit(request, reference):
    """The log of a unit's use, its maintenance, and what comes next."""
    found = get_object_or_404(
        with_hours(Unit.objects.visible_to(request.user).select_related("centre")), reference=reference
    )
    form = MaintenanceForm(request.POST or None, initial={"done_on": today()})
    if (
        request.method == "POST"
        and form.is_valid()
        and form.call(record_maintenance, found, actor=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("Perawatan dicatat."))
        return redirect("office_unit", reference)
    since = found.used_hours - found.maintained_at
    return render(
        request,
        "facility/office/unit.html",
        {
            "unit": found,
            "form": form,
            "may_maintain": request.user.has_perm("facility.add_maintenance"),
            "since": since,
            "is_due": found.maintenance_hours is not None and since >= found.maintenance_hours,
            "usages": found.usages.select_related("booking__business", "recorded_by")[:MOST_SHOWN],
            "maintenances": found.maintenances.select_related("recorded_by")[:MOST_SHOWN],
        },
        status=400 if form.errors else 200,
    )
