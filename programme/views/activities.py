"""Officials' pages of the programme: the chain from budget to outcome, activities with their numbers, quarters, figures of sources."""

from django.contrib import messages
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.dates import today
from core.workflow import history, open_steps
from ikm.views.office import official
from programme import forms
from programme.enums import Pillar
from programme.models import Activity, BudgetLine, Period
from programme.selectors import chain, charges, quarters_of, stated
from programme.services import activities

MOST_YEARS = 30


@official("programme.view_activity")
@require_GET
def programme(request):
    """The budget of a year down to what comes of it, on one page."""
    years = list(
        BudgetLine.objects.visible_to(request.user)
        .order_by("-year").values_list("year", flat=True).distinct()[:MOST_YEARS]
    )  # fmt: skip
    now = today().year
    asked = request.GET.get("tahun", "")
    year = (
        int(asked)
        if asked.isdecimal() and int(asked) in years
        else now
        if now in years
        else next(iter(years), now)
    )
    pillar = request.GET.get("pilar", "")
    pillar = pillar if pillar in Pillar.values else ""
    nodes = chain(request.user, year, pillar=pillar)
    return render(
        request,
        "programme/office_programme.html",
        {
            "year": str(year),  # no number: without the dot of thousands
            "years": [str(one) for one in years],
            "pillar": pillar,
            "pillars": Pillar.choices,
            "nodes": nodes,
            "may_plan": request.user.has_perm("programme.add_activity"),
        },
    )


@official("programme.add_activity")
def plan(request):
    form = forms.ActivityForm(
        request.POST or None,
        user=request.user,
        initial={"line": request.GET.get("pagu"), "owner": request.user},
    )
    if request.method == "POST" and form.is_valid():
        made = form.call(activities.plan_activity, actor=request.user, **form.values())
        if made is not None:
            messages.success(request, _("Kegiatan tersimpan. Tetapkan targetnya."))
            return redirect("office_activity", made.reference)
    return render(request, "programme/plan_activity.html", {"form": form}, status=400 if form.errors else 200)


@official("programme.view_activity")
def activity(request, reference):
    """One activity: what it draws on, its targets, their numbers quarter by quarter with every version."""
    rows = Activity.objects.visible_to(request.user).select_related("line", "owner")
    found = get_object_or_404(rows, reference=reference)
    action = request.POST.get("action", "") if request.method == "POST" else ""

    def bound(name):
        return request.POST if action == name else None

    shown = {
        "save": forms.ActivityForm(bound("save"), instance=found, prefix="save", user=request.user),
        "target": forms.TargetForm(bound("target"), prefix="target", initial={"owner": request.user}),
        "number": forms.RealisationForm(bound("number"), prefix="number", activity=found, user=request.user),
    }
    form = shown.get(action)
    if form is not None and form.is_valid() and _done(request, reference, action, form):
        messages.success(request, _("Tersimpan."))
        return redirect("office_activity", reference)
    found = rows.get(reference=reference)  # the form's instance carries what was typed
    return render(
        request,
        "programme/office_activity.html",
        {
            "activity": found,
            "table": quarters_of(found, request.user),
            "charges": charges(found.line),
            "save_form": shown["save"],
            "target_form": shown["target"],
            "number_form": shown["number"],
            "forms": [*shown.values()],
            "may_change": request.user.has_perm("programme.change_activity"),
            "may_set": request.user.has_perm("programme.add_target"),
            "may_record": request.user.has_perm("programme.add_realisation"),
        },
        status=400 if form is not None and form.errors else 200,
    )


def _done(request, reference, action, form):
    """Whether the service of `action` wrote; else the form carries the errors."""
    stored = Activity.objects.get(reference=reference)
    if action == "save":
        version = form.cleaned_data["version"] or 0
        return form.call_versioned(
            activities.change_activity, stored, actor=request.user, version=version, **form.values()
        )[0]
    if action == "target":
        return form.call(activities.set_target, stored, actor=request.user, **form.cleaned_data) is not None
    given = dict(form.cleaned_data)
    return (
        form.call(activities.record_realisation, given.pop("target"), actor=request.user, **given) is not None
    )


# --- Quarters ---------------------------------------------------------------------------------------------------------

STEPS = {
    "submit": activities.submit_period,
    "reopen": activities.reopen_period,
    "approve": activities.approve_period,
}


@official("programme.view_period")
def quarters(request):
    """The quarters, the newest first; opening the next."""
    form = forms.QuarterForm(
        request.POST or None, initial={"year": today().year, "quarter": (today().month - 1) // 3 + 1}
    )
    if request.method == "POST" and form.is_valid():
        made = form.call(activities.open_period, actor=request.user, **form.cleaned_data)
        if made is not None:
            return redirect("office_quarter", made.reference)
    rows = Period.objects.visible_to(request.user).annotate(
        numbers=Count("realisations__target", distinct=True)
    )
    return render(
        request,
        "programme/office_quarters.html",
        {
            "form": form,
            "rows": rows.order_by("-year", "-quarter")[:120],
            "may_open": request.user.has_perm("programme.add_period"),
        },
        status=400 if form.errors else 200,
    )


@official("programme.view_period")
def quarter(request, reference):
    """One quarter: which numbers are missing, what was reached, and its steps."""
    found = get_object_or_404(Period.objects.visible_to(request.user), reference=reference)
    action = request.POST.get("action", "") if request.method == "POST" else ""
    steps = open_steps(found, request.user)
    shown = {name: forms.StepForm(request.POST if action == name else None, prefix=name) for name in steps}
    form = shown.get(action)
    if form is not None and form.is_valid():
        done = form.call(STEPS[action], found, actor=request.user, **form.cleaned_data)
        if done is not None:
            messages.success(request, _("Tersimpan."))
            return redirect("office_quarter", reference)
    numbers = found.realisations.standing().select_related("target__activity", "recorded_by")
    rows = []
    for row in numbers.order_by("target__activity__name", "target_id"):
        row.percent = row.target.progress(row.value)
        rows.append(row)
    labels = {name: step.label for name, step in Period.STEPS.items()} | {"open": _("Dibuka")}
    return render(
        request,
        "programme/office_quarter.html",
        {
            "period": found,
            "missing": activities.missing_in(found),
            "rows": rows,
            "steps": [(name, step, shown[name]) for name, step in steps.items()],
            "forms": [*shown.values()],
            "events": [
                {"title": labels[line.step], "at": line.at, "by": line.actor, "note": line.note}
                for line in history(found)
            ],
        },
        status=400 if form is not None and form.errors else 200,
    )


@official("programme.view_statedfigure")
def figures(request):
    """What sources say, side by side where they disagree."""
    form = forms.FigureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = form.call(activities.state_figure, actor=request.user, **form.cleaned_data)
        if made is not None:
            messages.success(request, _("Tersimpan."))
            return redirect("office_figures")
    return render(
        request,
        "programme/office_figures.html",
        {
            "form": form,
            "groups": stated(request.user),
            "may_state": request.user.has_perm("programme.add_statedfigure"),
        },
        status=400 if form.errors else 200,
    )
