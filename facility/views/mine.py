"""Booking for one's business: one time, a series with its preview, what was booked, giving it back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.workflow import history, open_steps
from facility.enums import COMING, BookingStatus
from facility.forms.public import BookForm, SeriesForm
from facility.models import Booking, Unit
from facility.notifications import time_of
from facility.selectors import mine, place_in_queue, quota_hours
from facility.services.bookings import book_unit, cancel_booking, may_arrive
from facility.services.damages import may_report
from facility.services.series import book_series, preview_series

#: So many finished ones are listed.
DONE_SHOWN = 50


def bookable_or_404(request, reference):
    return get_object_or_404(
        Unit.objects.visible_to(request.user).bookable().select_related("centre__legal_basis"),
        reference=reference,
    )


def _initial(request):
    """The day, hours and business that the link names."""
    names = {"hari": "day", "mulai": "starts_at", "selesai": "ends_at", "usaha": "business"}
    return {field: request.GET[name] for name, field in names.items() if request.GET.get(name)}


@login_required
def book(request, reference):
    """One booking; where the time is taken the page says what is free and offers the queue."""
    unit = bookable_or_404(request, reference)
    form = BookForm(request.POST or None, user=request.user, initial=_initial(request))
    if request.method == "POST" and form.is_valid():
        made = form.call(book_unit, unit, form.cleaned_data["business"], actor=request.user, **form.values())
        if made is not None:
            return redirect("my_booking", made.reference)
    return render(
        request,
        "facility/owner/book.html",
        {
            "form": form,
            "unit": unit,
            "centre": unit.centre,
            "is_open": unit.centre.is_open(),
            "quota": quota_hours(unit.kind, timezone.localdate()),
        },
        status=400 if form.errors else 200,
    )


@login_required
def series(request, reference):
    """A recurring booking: first the days with their conflicts, then the booking of those that can be had."""
    unit = bookable_or_404(request, reference)
    form = SeriesForm(request.POST or None, user=request.user)
    planned = None
    if request.method == "POST" and form.is_valid():
        business = form.cleaned_data["business"]
        if request.POST.get("action") == "book":
            done = form.call(
                book_series,
                unit,
                business,
                actor=request.user,
                purpose=form.cleaned_data["purpose"],
                skip=True,
                **form.values(),
            )
            if done is not None:
                messages.success(
                    request,
                    _("%(count)d hari dipesan, nomor %(number)s.")
                    % {"count": len(done[1]), "number": done[0].reference},
                )
                return redirect("my_bookings")
        planned = form.call(preview_series, unit, business, **form.values())
    return render(
        request,
        "facility/owner/series.html",
        {
            "form": form,
            "unit": unit,
            "planned": planned,
            "free": sum(not one.conflict for one in planned or ()),
        },
        status=400 if form.errors else 200,
    )


def _card(booking):
    sentence = ""
    if booking.status == BookingStatus.WAITING:
        sentence = _("Urutan %(place)d dalam antrean.") % {"place": place_in_queue(booking)}
    return {"booking": booking, "time": time_of(booking), "sentence": sentence}


@login_required
@require_GET
def my_bookings(request):
    rows = mine(request.user)
    return render(
        request,
        "facility/owner/my_bookings.html",
        {
            "coming": [_card(one) for one in rows.filter(status__in=COMING).order_by("during", "pk")],
            "done": [
                _card(one) for one in rows.exclude(status__in=COMING).order_by("-during", "-pk")[:DONE_SHOWN]
            ],
        },
    )


def booking_or_404(request, reference):
    return get_object_or_404(
        Booking.objects.visible_to(request.user).select_related(
            "unit__centre__legal_basis", "business", "series", "booked_by"
        ),
        reference=reference,
    )


def events_of(booking):
    """What happened to a booking, for the timeline."""
    statuses = dict(BookingStatus.choices)
    return [
        {"title": statuses.get(line.to_status, line.to_status), "at": line.at, "note": line.note}
        for line in history(booking)
    ]


@login_required
@require_GET
def my_booking(request, reference):
    """The number to show at the place, when, where, and how it stands."""
    booking = booking_or_404(request, reference)
    return render(
        request,
        "facility/owner/booking.html",
        {
            **_card(booking),
            "unit": booking.unit,
            "centre": booking.unit.centre,
            "events": events_of(booking),
            "may_arrive": may_arrive(booking, request.user),
            "may_report": may_report(booking),
            "may_cancel": "cancel" in open_steps(booking, request.user)
            and booking.during.lower > timezone.now(),
        },
    )


@login_required
def cancel(request, reference):
    """Ask once more, then give the time back."""
    booking = booking_or_404(request, reference)
    if request.method == "POST":
        try:
            cancel_booking(booking, actor=request.user)
        except (ValidationError, PermissionDenied) as error:
            messages.error(request, error.messages[0] if isinstance(error, ValidationError) else str(error))
        else:
            messages.success(request, _("Pesanan dibatalkan. Terima kasih sudah memberi tahu."))
        return redirect("my_booking", reference)
    return render(
        request,
        "facility/owner/cancel.html",
        {"booking": booking, "unit": booking.unit, "time": time_of(booking)},
    )
