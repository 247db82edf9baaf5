"""The pages of training for everybody: what is coming, and one run with all that a person wants to know before joining.

They show announced runs only, and nobody's name but the trainers'. Nothing here writes.
"""

from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode

from cluster.enums import ClusterStatus
from core.public import canonical_address, numbered_page, official_reference, public_page
from ikm.divisions import DIVISIONS
from ikm.forms.public import KBLI_VERSION
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
    page, links = numbered_page(request, coming_runs(topic, month), RUNS_PER_PAGE)
    now = timezone.now()
    for one in page:
        one.registration = registration(one, now)

    return render(
        request,
        "training/public/runs.html",
        {
            "form": form,
            "active": bool(topic) + bool(month),
            "runs": page,
            **links,
            "canonical": canonical_address(request),
            "is_filtered": bool(request.GET),
        },
        status=400 if form.errors else 200,
    )


@public_page()
def run(request, reference):
    """One announced run; a draft is found by officials of training only."""
    official = official_reference(reference, "PLT")
    if official != reference:
        return redirect("training_run", official, permanent=True)
    found = get_object_or_404(
        Run.objects.visible_to(request.user).select_related("course", "budget_line"), reference=official
    )
    sessions = list(found.sessions.select_related("room", "venue__kelurahan", "trainer").order_by("during"))
    meant_for = list(found.course.clusters.all())
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
            "clusters": [one for one in meant_for if one.status != ClusterStatus.DRAFT],
            "is_for_members": bool(meant_for),
            "documents": found.attachments.filter(is_public=True, removed_at__isnull=True),
            "registration": registration(found, timezone.now()),
            "weights": weight_rows(found),
            "is_drawn": is_drawn(found),
            "canonical": canonical_address(request),
        },
    )


def map_url(venue):
    """A street map elsewhere, for who wants to go there; only a link, nothing is loaded from it."""
    if venue.latitude is None or venue.longitude is None:
        return ""
    return "https://www.openstreetmap.org/?" + urlencode(
        {"mlat": venue.latitude, "mlon": venue.longitude, "zoom": 17}
    )
