"""The facilities for everybody: centres, their units, and when a unit is free. Nobody's name, and nothing here writes."""

from datetime import timedelta

from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from core.dates import today
from core.public import canonical_address, public_page
from facility.models import Centre, Unit
from facility.selectors import WEEK, monday_of, week_calendar


def rows_of_units(units):
    """The units of a centre by kind: [(label, [unit])]."""
    kinds = {}
    for unit in units:
        kinds.setdefault(unit.get_kind_display(), []).append(unit)
    return list(kinds.items())


@public_page()
def centres(request):
    """All centres, the planned ones too, each with its state and its law."""
    rows = list(Centre.objects.select_related("legal_basis", "kelurahan").prefetch_related("units"))
    for centre in rows:
        centre.open_today = centre.is_open()
        centre.active_units = [unit for unit in centre.units.all() if unit.is_active]
    return render(
        request,
        "facility/public/centres.html",
        {"centres": rows, "canonical": canonical_address(request)},
    )


@public_page()
def centre(request, reference):
    found = get_object_or_404(
        Centre.objects.select_related("legal_basis", "kelurahan__parent"), reference=reference
    )
    return render(
        request,
        "facility/public/centre.html",
        {
            "centre": found,
            "is_open": found.is_open(),
            "kinds": rows_of_units(found.units.filter(is_active=True)),
            "canonical": canonical_address(request),
        },
    )


@public_page()
def unit(request, reference):
    """A unit and its week: free and taken hours."""
    found = get_object_or_404(
        Unit.objects.visible_to(request.user).select_related("centre__legal_basis"), reference=reference
    )
    monday = monday_of(request.GET.get("pekan", ""))
    here = reverse("facility_unit", args=[found.reference])
    return render(
        request,
        "facility/public/unit.html",
        {
            "unit": found,
            "centre": found.centre,
            "is_open": found.centre.is_open(),
            "monday": monday,
            "sunday": monday + timedelta(days=6),
            "days": week_calendar(found, monday) if found.is_bookable else [],
            "today": today(),
            "previous_url": f"{here}?pekan={monday - WEEK}",
            "next_url": f"{here}?pekan={monday + WEEK}",
            "canonical": canonical_address(request),
            "is_filtered": bool(request.GET),
        },
    )
