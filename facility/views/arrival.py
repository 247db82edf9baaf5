"""Coming to a unit one booked: the sheet with the month's code that hangs there, and the page it leads to."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.dates import today
from core.qr import qr_drawing
from facility.enums import BookingStatus
from facility.forms.public import ArriveForm
from facility.models import Unit
from facility.notifications import time_of
from facility.selectors import mine, span
from facility.services import bookings
from facility.unit_codes import code_of
from facility.views.mine import bookable_or_404
from ikm.views.office import official


@login_required
def arrive(request, reference):
    """The code in the address is the one that was scanned; without it one types what hangs at the unit."""
    unit = bookable_or_404(request, reference)
    now = timezone.now()
    here = (
        mine(request.user)
        .filter(unit=unit, during__overlap=span(now, now + bookings.EARLY))
        .order_by("during", "pk")
    )
    booking = here.filter(status=BookingStatus.APPROVED).first()
    if booking is None and (begun := here.filter(status=BookingStatus.IN_USE).first()):
        return redirect("my_booking", begun.reference)
    form = ArriveForm(request.POST or None, initial={"code": request.GET.get("kode", "")[:20]})
    if request.method == "POST" and booking and form.is_valid():
        done = form.call(bookings.arrive, booking, actor=request.user, **form.cleaned_data)
        if done is not None:
            messages.success(request, _("Kedatangan Anda tercatat. Selamat bekerja."))
            return redirect("my_booking", done.reference)
    return render(
        request,
        "facility/owner/arrive.html",
        {
            "unit": unit,
            "booking": booking,
            "time": time_of(booking) if booking else "",
            "form": form,
        },
        status=400 if form.errors else 200,
    )


@official("facility.check_in_booking")
@require_GET
def sheet(request, reference):
    """To print and hang at the unit, each month anew."""
    unit = get_object_or_404(
        Unit.objects.visible_to(request.user).bookable().select_related("centre"), reference=reference
    )
    code = code_of(unit, today())
    address = request.build_absolute_uri(reverse("arrive", args=[unit.reference]))
    return render(
        request,
        "facility/office/unit_code.html",
        {
            "unit": unit,
            "month": today(),
            "code": code,
            "address": address,
            "drawing": qr_drawing(f"{address}?kode={code}", scale=6),
        },
    )
