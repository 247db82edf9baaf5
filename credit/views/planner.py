"""The planner of visits to applicants, and how it compares with visiting in order of arrival."""

from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from credit.forms.office import CompareForm, CreditPlanForm
from credit.planning import applicants, candidates
from credit.planning import compare as compare_plans
from credit.services.visits import plan_application_visits
from ikm.views.office import official
from ikm.views.visits import confirm_plan, groups_of, plan_context
from ikm.visit_planning import MOST_CANDIDATES, first_days, propose, verifiers

TEMPLATE = "credit/office/plan.html"


@official("credit.plan_visit")
@require_http_methods(["GET", "POST"])
def plan(request):
    """Proposes day routes to the applicants (GET), reckons a changed order again, and saves what is confirmed (POST)."""
    waiting = candidates(request.user)
    if request.method == "POST":
        return confirm_plan(
            request,
            waiting=waiting,
            save=plan_application_visits,
            template=TEMPLATE,
            done="office_credit",
        )
    if not request.GET:
        days = first_days()
        initial = {
            "dari": days[0],
            "sampai": days[-1],
            "petugas": [officer.reference for officer in verifiers()],
            "sehari": 8,
        }
        return render(
            request, TEMPLATE, {"form": CreditPlanForm(initial=initial), "waiting": waiting.count()}
        )
    form = CreditPlanForm(request.GET)
    if not form.is_valid():
        return render(request, TEMPLATE, {"form": form}, status=400)
    data = form.cleaned_data
    found = list(candidates(request.user, kecamatan=data["kecamatan"])[: MOST_CANDIDATES + 1])
    routes, left, taken = propose(
        found[:MOST_CANDIDATES], days=form.days(), officers=data["petugas"], stops_a_day=data["sehari"]
    )
    return render(
        request,
        TEMPLATE,
        plan_context(groups_of(routes), days=form.days(), officers=list(data["petugas"]))
        | {
            "form": form,
            "left": left,
            "taken": taken,
            "found": len(found),
            "too_many": len(found) > MOST_CANDIDATES,
            "proposed": True,
        },
    )


@official("credit.plan_visit")
@require_GET
def compare(request):
    """Visits a day of both ways, for those who wait for a visit now."""
    form = CompareForm(request.GET or None, initial={"petugas": 2, "sehari": 8})
    businesses, found = [], None
    if form.is_valid():
        businesses = applicants()[:MOST_CANDIDATES]
        found = businesses and compare_plans(
            businesses,
            officers=form.cleaned_data["petugas"],
            stops_a_day=form.cleaned_data["sehari"],
        )
    return render(
        request,
        "credit/office/compare.html",
        {"form": form, "found": found, "businesses": len(businesses), "asked": form.is_bound},
        status=400 if form.errors else 200,
    )
