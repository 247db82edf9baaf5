"""The pages of training for everybody: what is coming, and one run with all that a person wants to know before joining.

They show announced runs only, and nobody's name but the trainers'. Nothing here writes.
"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode

from core.references import parse_reference
from ikm.divisions import DIVISIONS
from ikm.forms.public import KBLI_VERSION
from ikm.views.public import public_page
from training.enums import SessionStatus
from training.forms.public import RunFilterForm
from training.models import Run
from training.selectors import coming_runs, is_drawn, registration, weight_rows

RUNS_PER_PAGE = 24


@public_page()
def runs(request):
    """What is coming, by topic and month."""
    form = RunFilterForm(request.GET)
    topic, month = form.chosen()
    page = Paginator(coming_runs(topic, month), RUNS_PER_PAGE).get_page(request.GET.get("halaman"))
    now = timezone.now()
    for one in page:
        one.registration = registration(one, now)
    query = {name: value for name, value in request.GET.items() if name != "halaman" and value}

    def address(number):
        return f"{request.path}?{urlencode({**query, 'halaman': number})}"

    return render(
        request,
        "training/public/runs.html",
        {
            "form": form,
            "active": bool(topic) + bool(month),
            "runs": page,
            "next_url": address(page.next_page_number()) if page.has_next() else "",
            "previous_url": address(page.previous_page_number()) if page.has_previous() else "",
            "canonical": settings.SITE_URL + request.path,
            "is_filtered": bool(request.GET),
        },
        status=400 if form.errors else 200,
    )


@public_page()
def run(request, reference):
    """One announced run; a draft is found by officials of training only."""
    try:
        official = parse_reference(reference, prefix="PLT")
    except ValidationError as error:
        raise Http404 from error
    if official != reference:
        return redirect("training_run", official, permanent=True)
    found = get_object_or_404(
        Run.objects.visible_to(request.user).select_related("course", "budget_line"), reference=official
    )
    sessions = list(found.sessions.select_related("room", "venue__kelurahan", "trainer").order_by("during"))
    venues = {one.venue_id: one.venue for one in sessions if one.status != SessionStatus.CANCELLED}
    return render(
        request,
        "training/public/run.html",
        {
            "run": found,
            "course": found.course,
            "sessions": sessions,
            "venues": [(venue, map_url(venue)) for venue in venues.values()],
            "prerequisites": found.course.prerequisites.all(),
            "industries": [
                DIVISIONS[KBLI_VERSION].get(prefix[:2], prefix) for prefix in found.course.kbli_prefixes
            ],
            "clusters": found.course.clusters.all(),
            "documents": found.attachments.filter(is_public=True, removed_at__isnull=True),
            "registration": registration(found, timezone.now()),
            "weights": weight_rows(found),
            "is_drawn": is_drawn(found),
            "canonical": settings.SITE_URL + request.path,
        },
    )


def map_url(venue):
    """A street map elsewhere, for who wants to go there; only a link, nothing is loaded from it."""
    if venue.latitude is None or venue.longitude is None:
        return ""
    return "https://www.openstreetmap.org/?" + urlencode(
        {"mlat": venue.latitude, "mlon": venue.longitude, "zoom": 17}
    )
