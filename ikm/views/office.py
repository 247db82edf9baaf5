"""The officials' pages: the work queue, the side-by-side examination, proposed changes, claims, stale verifications."""

from functools import wraps
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.models import SavedFilter
from core.optimistic import StaleRecord
from core.saved_filters import delete_filter, save_filter, saved_filters
from core.workflow import StepError, history, open_steps
from ikm import queue
from ikm.enums import BusinessStatus
from ikm.examination import examine
from ikm.forms.office import DecisionForm, QueueFilterForm, SaveFilterForm
from ikm.models import Business
from ikm.parts import PARTS, Part
from ikm.services import verification

QUEUE = "office"


def official(view):
    """Only for signed-in officials; what each may do inside is asked of the services."""

    @wraps(view)
    @login_required
    def guarded(request, *args, **kwargs):
        if not request.user.is_staff:
            raise PermissionDenied(_("Halaman ini hanya untuk petugas dinas."))
        return view(request, *args, **kwargs)

    return guarded


# --- The queue --------------------------------------------------------------------------------------------------------

#: The page on which each kind of work is done, and whether it is named by the work's reference.
WORK_PAGES = {
    "registration": ("office_business", True),
    "correction": ("office_business", True),
    "change": ("office_change", True),
    "claim": ("office_claim", True),
    "visit": ("office_visit", True),
    "letter": ("letter_requests", False),
    "data_request": ("data_requests", False),
    "stale": ("office_stale", False),
    "duplicate": ("duplicates", False),
}


def work_url(kind, reference, query=""):
    """Where a piece of work is done, with the queue's filters along; "" while that room is not served."""
    name, by_reference = WORK_PAGES[kind]
    try:
        url = reverse(name, args=[reference] if by_reference else [])
    except NoReverseMatch:
        return ""
    return f"{url}?{urlencode({'antrean': query})}" if query and by_reference else url


@official
@require_GET
def work_queue(request):
    """What waits for the official, longest first."""
    kinds = queue.kinds_for(request.user)
    form = (
        QueueFilterForm(request.GET or None, kinds=kinds) if request.GET else QueueFilterForm({}, kinds=kinds)
    )
    filters = form.filters()
    page = queue.page(request.user, filters, after=request.GET.get("after"), before=request.GET.get("before"))
    kept = _kept_query(request.GET)
    counts = queue.counts(request.user)
    return render(
        request,
        "ikm/office/queue.html",
        {
            "form": form,
            "active": sum(bool(value) for value in vars(filters).values()),
            "tiles": [_tile(count) for count in counts],
            "waiting": sum(count.waiting for count in counts if not queue.KINDS[count.kind].only_counted),
            "overdue": sum(count.overdue for count in counts),
            "works": [(work, work_url(work.kind, work.reference, kept)) for work in page.works],
            "next_url": f"?{_with(kept, after=page.after)}" if page.after else "",
            "previous_url": f"?{_with(kept, before=page.before)}" if page.before else "",
            "saved": list(saved_filters(request.user, QUEUE)),
            "query": kept,
            "save_form": SaveFilterForm(initial={"query": kept}),
        },
    )


def _tile(count):
    kind = queue.KINDS[count.kind]
    return {
        "value": count.shown,
        "label": count.label,
        "note": _("%(overdue)s lewat batas") % {"overdue": queue.shown_count(count.overdue)}
        if count.overdue
        else "",
        "url": work_url(count.kind, "") if kind.only_counted else f"?{urlencode({'jenis': count.kind})}",
    }


def _kept_query(data):
    """The filters of a query string, without the place in the list."""
    kept = data.copy()
    for name in ("after", "before"):
        kept.pop(name, None)
    for name in [name for name in kept if not any(kept.getlist(name))]:
        del kept[name]
    return kept.urlencode()


def _with(query, **more):
    return "&".join(part for part in (query, urlencode(more)) if part)


@official
@require_POST
def save_queue_filter(request):
    """Keep the filters in use under a name."""
    form = SaveFilterForm(request.POST)
    query = request.POST.get("query", "")
    kept = form.is_valid() and form.call(
        save_filter, actor=request.user, page=QUEUE, name=form.cleaned_data["name"], query=query
    )
    if kept:
        messages.success(request, _("Saringan “%(name)s” disimpan.") % {"name": kept.name})
    else:
        for errors in form.errors.values():
            messages.error(request, " ".join(errors))
    return redirect(f"{reverse('office')}?{QueryDict(query).urlencode()}")


@official
@require_POST
def delete_queue_filter(request, pk):
    """Forget a saved filter."""
    kept = get_object_or_404(SavedFilter, pk=pk, user=request.user)
    delete_filter(kept.pk, actor=request.user)
    messages.success(request, _("Saringan “%(name)s” dihapus.") % {"name": kept.name})
    return redirect("office")


# --- Side by side -----------------------------------------------------------------------------------------------------

_NONE = Part("", "")

DECISIONS = {"register", "ask_correction", "reject", "close", "reopen"}


def _decide(form, business, decision, actor):
    """Call the service of `decision`; the business, or None with the form's errors filled."""
    data = form.cleaned_data
    if decision == "register":
        if form.corrections():
            form.add_error(
                None,
                _("Masih ada bagian yang ditandai perlu perbaikan. Kosongkan dahulu, atau minta perbaikan."),
            )
            return None
        return form.call(
            verification.register_business, business, actor=actor, version=data["version"], note=data["note"]
        )
    if decision == "ask_correction":
        return form.call(
            verification.ask_correction,
            business,
            form.corrections(),
            actor=actor,
            version=data["version"],
            note=data["note"],
        )
    if decision == "reject":
        return form.call(
            verification.reject_business, business, actor=actor, version=data["version"], note=data["note"]
        )
    if decision == "close":
        return form.call(
            verification.close_business,
            business,
            actor=actor,
            note=data["note"],
            closed_on=data["closed_on"],
        )
    return form.call(verification.reopen_business, business, actor=actor, note=data["note"])


@official
@require_http_methods(["GET", "POST"])
def examine_business(request, reference):
    """Documents left, answers with their doubts right, the decision below."""
    business = get_object_or_404(
        Business.objects.visible_to(request.user).select_related(
            "kelurahan__parent", "main_kbli", "verified_by"
        ),
        reference=reference,
    )
    back_query = (request.POST.get("queue") if request.method == "POST" else request.GET.get("antrean")) or ""
    nik = ""
    status = 200
    if request.method == "POST":
        form = DecisionForm(request.POST)
        decision = request.POST.get("decision", "")
        if decision == "reveal_nik":
            nik = _reveal(form, business, request.user) or ""
        elif form.is_valid() and decision in DECISIONS:
            decided = _decide(form, business, decision, request.user)
            if decided:
                return _after_decision(request, decided, back_query)
        if form.errors:
            status = 409 if _is_conflict(form) else 400
            # What stands now is what a second press confirms, so the form takes the fresh version along.
            business.refresh_from_db()
            form.data = form.data.copy()
            form.data["version"] = business.version
    else:
        form = DecisionForm(initial={"version": business.version, "queue": back_query})
    return render(
        request,
        "ikm/office/examine.html",
        _examine_context(business, form, request.user, nik, back_query),
        status=status,
    )


def _is_conflict(form):
    return any(
        isinstance(error, StepError | StaleRecord)
        or getattr(error, "code", "") in {"stale", "step_out_of_turn"}
        for error in form.non_field_errors().as_data()
    )


def _reveal(form, business, actor):
    """The NIK of the main owner, or None with the reason's error filled. What else was typed stays."""
    ownership = business.ownerships.select_related("owner").first()
    if not form.is_valid() or ownership is None:
        return None
    return form.call(
        verification.reveal_nik, ownership.owner, actor=actor, reason=form.cleaned_data["nik_reason"]
    )


def _after_decision(request, business, back_query):
    """On to what is next in the queue under the same filters, else back to the queue."""
    messages.success(
        request,
        _("%(name)s (%(reference)s): %(status)s.")
        % {
            "name": business,
            "reference": business.reference,
            "status": business.get_status_display().lower(),
        },
    )
    form = QueueFilterForm(QueryDict(back_query), kinds=queue.kinds_for(request.user))
    following = queue.following(request.user, form.filters())
    url = following and work_url(following.kind, following.reference, back_query)
    return redirect(url or f"{reverse('office')}?{back_query}")


def _examine_context(business, form, user, nik, back_query):
    steps = {name: step for name, step in open_steps(business, user).items() if name in DECISIONS}
    examination = examine(business)
    asking = "ask_correction" in steps

    def fields(part):
        """The two fields with which a part is asked again, none where that is not this official's step."""
        return (form[f"ask_{part}"], form[f"note_{part}"]) if asking and part in PARTS else None

    papers, seen = [], set()
    for paper in examination.papers:
        # Several files of one document share one pair of fields.
        papers.append(
            (
                paper,
                fields(paper.part)
                if PARTS.get(paper.part, _NONE).document and paper.part not in seen
                else None,
            )
        )
        seen.add(paper.part)
    return {
        "business": business,
        "examination": examination,
        "sections": [
            (section.title, [(part, fields(part.name)) for part in section.parts])
            for section in examination.sections
        ],
        "papers": papers,
        "form": form,
        "steps": steps,
        "asking": asking,
        "nik": nik,
        "may_reveal": user.has_perm("ikm.reveal_nik") and bool(examination.owner and examination.owner.nik),
        "own": not steps
        and business.status == BusinessStatus.SUBMITTED
        and user.has_perm("ikm.register_business"),
        "events": [
            {"title": _step_title(business, line), "at": line.at, "by": str(line.actor), "note": line.note}
            for line in history(business)
        ],
        "back_url": f"{reverse('office')}?{back_query}" if back_query else reverse("office"),
    }


def _step_title(business, line):
    """The step's label and where it led: `Setujui → Terdaftar`."""
    step = business.STEPS.get(line.step)
    return f"{step.label if step else line.step} → {BusinessStatus(line.to_status).label}"
