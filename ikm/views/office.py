"""The officials' pages: the work queue, the side-by-side examination, proposed changes, claims, stale verifications."""

from dataclasses import replace
from datetime import date
from functools import wraps
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.models import SavedFilter
from core.optimistic import StaleRecord
from core.saved_filters import delete_filter, save_filter, saved_filters
from core.workflow import StepError, history, open_steps
from ikm import queue
from ikm.enums import AreaLevel, BusinessStatus, ChangeStatus, RepresentativeStatus
from ikm.examination import examine
from ikm.forms.office import ChangeDecisionForm, DecisionForm, NoteForm, QueueFilterForm, SaveFilterForm
from ikm.models import Area, Business, ChangeRequest, Representative
from ikm.parts import PARTS, Part
from ikm.services import verification
from ikm.services.changes import current_text, decide_changes, shown
from ikm.services.claims import approve_claim, end_representation, refuse_claim

QUEUE = "office"


def official(permission=None):
    """Only for signed-in officials, and where `permission` is given for those who hold it. What each may do on the page is
    asked of the services."""

    def decorate(view):
        @wraps(view)
        @login_required
        def guarded(request, *args, **kwargs):
            if not request.user.is_staff:
                raise PermissionDenied(_("Halaman ini hanya untuk petugas dinas."))
            if permission and not request.user.has_perm(permission):
                raise PermissionDenied(_("Peran Anda tidak mencakup halaman ini."))
            return view(request, *args, **kwargs)

        return guarded

    return decorate


# --- The queue --------------------------------------------------------------------------------------------------------


def work_url(work, query=""):
    """Where a piece of work is done, with the queue's filters along."""
    kind = queue.all_kinds()[work.kind]
    url = reverse(kind.page, args=[getattr(work, kind.named_by)])
    return f"{url}?{urlencode({'antrean': query})}" if query and kind.named_by == "reference" else url


@official()
@require_GET
def work_queue(request):
    """What waits for the official, longest first."""
    kinds = queue.kinds_for(request.user)
    form = (
        QueueFilterForm(request.GET or None, kinds=kinds) if request.GET else QueueFilterForm({}, kinds=kinds)
    )
    filters = form.filters()
    page = queue.page(request.user, filters, after=request.GET.get("after"), before=request.GET.get("before"))
    kept = kept_query(request.GET)
    counts = queue.counts(request.user)
    return render(
        request,
        "ikm/office/queue.html",
        {
            "form": form,
            "active": sum(bool(value) for value in vars(filters).values()),
            "tiles": [tile(count) for count in counts if count.waiting],
            "waiting": sum(
                count.waiting for count in counts if not queue.all_kinds()[count.kind].only_counted
            ),
            "overdue": sum(count.overdue for count in counts),
            "works": [(work, work_url(work, kept)) for work in page.works],
            "next_url": f"?{with_place(kept, after=page.after)}" if page.after else "",
            "previous_url": f"?{with_place(kept, before=page.before)}" if page.before else "",
            "saved": list(saved_filters(request.user, QUEUE)),
            "query": kept,
            "save_form": SaveFilterForm(initial={"query": kept}),
        },
    )


def tile(count):
    """How much of a kind waits, as a tile that leads to it."""
    kind = queue.all_kinds()[count.kind]
    return {
        "value": count.shown,
        "label": count.label,
        "note": _("%(overdue)s lewat batas") % {"overdue": queue.shown_count(count.overdue)}
        if count.overdue
        else "",
        "url": reverse(kind.page) if kind.only_counted else f"?{urlencode({'jenis': count.kind})}",
    }


def kept_query(data):
    """The filters of a query string, without the place in the list."""
    kept = data.copy()
    for name in ("after", "before"):
        kept.pop(name, None)
    for name in [name for name in kept if not any(kept.getlist(name))]:
        del kept[name]
    return kept.urlencode()


def with_place(query, **more):
    return "&".join(part for part in (query, urlencode(more)) if part)


@official()
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


@official()
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


@official("ikm.view_correctionitem")
@require_http_methods(["GET", "POST"])
def examine_business(request, reference):
    """Documents left, answers with their doubts right, the decision below."""
    business = get_object_or_404(
        Business.objects.visible_to(request.user).select_related(
            "kelurahan__parent", "main_kbli", "verified_by"
        ),
        reference=reference,
    )
    back_query = _back_query(request)
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
    return _to_following(request, back_query, "registration", "correction")


def _back_query(request):
    """The queue's filters with which the official came."""
    return (request.POST.get("queue") if request.method == "POST" else request.GET.get("antrean")) or ""


def _to_following(request, back_query, *kinds):
    """To the next work of these kinds under the filters one came with, else back to the queue."""
    form = QueueFilterForm(QueryDict(back_query), kinds=queue.kinds_for(request.user))
    filters = form.filters()
    following = queue.following(request.user, replace(filters, kinds=filters.kinds or kinds))
    url = following and work_url(following, back_query)
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
    # The first line is no step of the table, nor are merging and its undoing.
    status = BusinessStatus(line.to_status).label
    return f"{step.label} → {status}" if step else status


# --- Proposed changes and claims --------------------------------------------------------------------------------------


@official("ikm.view_changerequest")
@require_http_methods(["GET", "POST"])
def decide_change(request, reference):
    """A proposed change, old beside new, decided field by field."""
    change = get_object_or_404(
        ChangeRequest.objects.visible_to(request.user).select_related(
            "business__kelurahan__parent", "business__main_kbli", "proposed_by", "decided_by"
        ),
        reference=reference,
    )
    items = list(change.items.all())
    back_query = _back_query(request)
    may_decide = "decide" in open_steps(change, request.user)
    form = ChangeDecisionForm(request.POST if request.method == "POST" else None, items=items)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            decided = form.call(decide_changes, change, actor=request.user, decisions=form.decisions())
            if decided:
                messages.success(
                    request,
                    _("Usulan %(reference)s diputus; pengusul diberi tahu.") % {"reference": reference},
                )
                return _to_following(request, back_query, "change")
        status = 409 if _is_conflict(form) else 400
    return render(
        request,
        "ikm/office/change.html",
        {
            "change": change,
            "business": change.business,
            "form": form,
            "lines": [
                {
                    "item": item,
                    "label": PARTS[item.field].label,
                    "old": shown(item.field, item.old_value),
                    "new": shown(item.field, item.new_value),
                    "now": _changed_since(change, item),
                    "verdict": form[item.field],
                    "reason": form[f"reason_{item.field}"],
                }
                for item in items
            ],
            "files": list(change.attachments.filter(removed_at__isnull=True)),
            "may_decide": may_decide,
            "own": change.status == ChangeStatus.PROPOSED and change.proposed_by == request.user,
            "queue_query": back_query,
            "back_url": f"{reverse('office')}?{back_query}",
        },
        status=status,
    )


def _changed_since(change, item):
    """What the register holds now, when that is no longer what the proposal started from; else "" ."""
    if change.status != ChangeStatus.PROPOSED:
        return ""
    now = current_text(change.business, item.field)
    return "" if now == item.old_value else shown(item.field, now)


@official("ikm.view_representative")
@require_http_methods(["GET", "POST"])
def decide_claim(request, reference):
    """Whether a person speaks for a business."""
    claim = get_object_or_404(
        Representative.objects.visible_to(request.user).select_related("business__kelurahan__parent", "user"),
        reference=reference,
    )
    back_query = _back_query(request)
    form = NoteForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        if form.is_valid() and _settle_claim(form, claim, request):
            return _to_following(request, back_query, "claim")
        status = 409 if _is_conflict(form) else 400
    business = claim.business
    return render(
        request,
        "ikm/office/claim.html",
        {
            "claim": claim,
            "business": business,
            "form": form,
            "steps": {
                name: step
                for name, step in open_steps(claim, request.user).items()
                if name in {"approve", "refuse", "end"}
            },
            "owner": next(iter(business.ownerships.select_related("owner")), None),
            "others": list(
                business.representatives.filter(status=RepresentativeStatus.APPROVED)
                .exclude(pk=claim.pk)
                .select_related("user")
            ),
            "same_phone": bool(business.phone) and business.phone == claim.user.phone,
            "queue_query": back_query,
            "back_url": f"{reverse('office')}?{back_query}",
        },
        status=status,
    )


def _settle_claim(form, claim, request):
    services = {"approve": approve_claim, "refuse": refuse_claim, "end": end_representation}
    service = services.get(request.POST.get("decision"))
    if service is None:
        form.add_error(None, _("Pilih setujui atau tolak."))
        return None
    settled = form.call(service, claim, actor=request.user, note=form.cleaned_data["note"])
    if settled:
        messages.success(
            request,
            _("%(person)s – %(name)s: %(status)s.")
            % {
                "person": claim.user,
                "name": claim.business,
                "status": settled.get_status_display().lower(),
            },
        )
    return settled


# --- Stale verifications ------------------------------------------------------------------------------------------------

STALE_PAGE_SIZE = 50


@official("ikm.view_correctionitem")
@require_http_methods(["GET", "POST"])
def stale_list(request):
    """Businesses whose data nobody confirmed for a year; their owners are asked in bulk, after a look at what follows."""
    may_ask = request.user.has_perm("ikm.ask_correction")
    if request.method == "POST":
        return _ask_stale(request)
    rows = Business.objects.visible_to(request.user).stale().select_related("kelurahan__parent")
    kecamatan = request.GET.get("kecamatan", "")
    if kecamatan:
        rows = rows.filter(kecamatan_code=kecamatan)
    rows = rows.annotate(since=Coalesce("confirmed_on", "registered_on")).order_by("since", "pk")
    if place := _read_place(request.GET.get("after")):
        rows = rows.filter(Q(since__gt=place[0]) | Q(since=place[0], pk__gt=place[1]))
    found = list(rows[: STALE_PAGE_SIZE + 1])
    shown_rows, more = found[:STALE_PAGE_SIZE], len(found) > STALE_PAGE_SIZE
    asked = verification.confirmation_last_asked(business.reference for business in shown_rows)
    return render(
        request,
        "ikm/office/stale.html",
        {
            "rows": [(business, asked.get(business.reference)) for business in shown_rows],
            "areas": Area.objects.filter(level=AreaLevel.KECAMATAN),
            "kecamatan": kecamatan,
            "may_ask": may_ask,
            "next_url": "?" + urlencode({"kecamatan": kecamatan, "after": _place(shown_rows[-1])})
            if more
            else "",
            "previous_url": "?" + urlencode({"kecamatan": kecamatan}) if place else "",
        },
    )


def _place(business):
    return f"{business.since.isoformat()}_{business.pk}"


def _read_place(text):
    """The (day, pk) of a cursor, None for one that is not ours."""
    day, _underscore, pk = (text or "").partition("_")
    try:
        return date.fromisoformat(day), int(pk)
    except ValueError:
        return None


def _ask_stale(request):
    """First the consequences, then, once confirmed, the messages."""
    chosen = list(
        Business.objects.visible_to(request.user)
        .filter(reference__in=request.POST.getlist("usaha"))
        .select_related("kelurahan")
    )
    if not request.user.has_perm("ikm.ask_correction"):
        raise PermissionDenied(_("Peran Anda tidak mencakup langkah ini."))
    if not chosen:
        messages.error(request, _("Pilih paling sedikit satu usaha."))
        return redirect("office_stale")
    if request.POST.get("action") != "confirm":
        return render(
            request,
            "ikm/office/stale_confirm.html",
            {"plan": verification.plan_confirmations(chosen), "chosen": chosen},
        )
    done = verification.ask_confirmation(chosen, actor=request.user)
    messages.success(request, _("%(count)d pemilik diminta menegaskan datanya.") % {"count": len(done.told)})
    return redirect("office_stale")
