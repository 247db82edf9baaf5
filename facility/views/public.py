"""The facilities for everybody: centres, their units, and when a unit is free. Nobody's name, and nothing here writes."""

from datetime import date, timedelta

from django.conf import settings
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from core.dates import today
from facility.models import Centre, Unit
from facility.selectors import WEEK, week_calendar, week_of
from ikm.views.public import public_page


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
        {"centres": rows, "canonical": settings.SITE_URL + request.path},
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
            "canonical": settings.SITE_URL + request.path,
        },
    )


def parse_week(text):
    """The Monday of the week of a day `YYYY-MM-DD`; of today for anything else, and no further than a year away."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today()
    reach = timedelta(days=366)
    return week_of(min(max(day, today() - reach), today() + reach))


@public_page()
def unit(request, reference):
    """A unit and its week: free and taken hours."""
    found = get_object_or_404(
        Unit.objects.visible_to(request.user).select_related("centre__legal_basis"), reference=reference
    )
    monday = parse_week(request.GET.get("pekan", ""))
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
            "canonical": settings.SITE_URL + request.path,
            "is_filtered": bool(request.GET),
        },
    )
