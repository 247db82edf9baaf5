"""Legal bases for everybody, and the officials' pages on which they are proposed, drafted, declared in force and revoked."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.public import canonical_address, numbered_page, official_reference, public_page
from core.workflow import history, open_steps
from ikm.views.office import official
from programme import forms
from programme.enums import LegalBasisStatus
from programme.models import LegalBasis
from programme.selectors import resting_on
from programme.services import legal_bases

PER_PAGE = 30
MOST_SHOWN = 200


@public_page()
def bases(request):
    """What the office's work rests on: search, kind, and what held on a day."""
    form = forms.BasisFilterForm(request.GET)
    rows = form.narrow(LegalBasis.objects.published())
    page, links = numbered_page(request, rows.order_by("-dated_on", "-pk"), PER_PAGE)
    query = {name: value for name, value in request.GET.items() if name != "halaman" and value}

    return render(
        request,
        "programme/legal_bases.html",
        {
            "form": form,
            "active": len(query),
            "bases": page,
            **links,
            "canonical": canonical_address(request),
            "is_filtered": bool(request.GET),
        },
        status=400 if form.errors else 200,
    )


@public_page()
def basis(request, reference):
    """One basis with its text, the hash of the file, and what it amends, revokes, and is amended or revoked by."""
    official_number = official_reference(reference, "DHK")
    if official_number != reference:
        return redirect("legal_basis", official_number, permanent=True)
    found = get_object_or_404(LegalBasis.objects.published(), reference=reference)
    return render(
        request,
        "programme/legal_basis.html",
        {
            "basis": found,
            "chain": _chain(found),
            "files": _files(found),
            "resting": resting_on(found, published=True),
        },
    )


def _files(found):
    return found.attachments.filter(removed_at__isnull=True)


def _chain(found):
    """[(label, bases)] of what a basis did to others and others to it; only what everybody may read."""
    rows = [
        (_("Mengubah"), found.amends),
        (_("Mencabut"), found.revokes),
        (_("Diubah oleh"), found.amended_by),
        (_("Dicabut oleh"), found.revoked_by),
    ]
    return [(label, bases) for label, manager in rows if (bases := list(manager.published()))]


# --- Officials --------------------------------------------------------------------------------------------------------


@official("programme.view_legalbasis")
@require_GET
def desk(request):
    """All of them, with the proposals that wait first."""
    status = request.GET.get("status", "")
    rows = LegalBasis.objects.visible_to(request.user)
    if status in LegalBasisStatus.values:
        rows = rows.filter(status=status)
    return render(
        request,
        "programme/office_bases.html",
        {
            "rows": rows.order_by("-modified_at")[:MOST_SHOWN],
            "status": status,
            "statuses": LegalBasisStatus.choices,
            "may_propose": request.user.has_perm("programme.propose_legalbasis"),
        },
    )


@official("programme.propose_legalbasis")
def propose(request):
    form = forms.BasisForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = form.call(legal_bases.propose_legal_basis, actor=request.user, **form.values())
        if made is not None:
            messages.success(request, _("Tersimpan dengan nomor %(number)s.") % {"number": made.reference})
            return redirect("office_legal_basis", made.reference)
    return render(request, "programme/propose.html", {"form": form}, status=400 if form.errors else 200)


STEPS = {
    "draft": legal_bases.draft_legal_basis,
    "enforce": legal_bases.enforce_legal_basis,
    "revoke": legal_bases.revoke_legal_basis,
}


@official("programme.view_legalbasis")
def work(request, reference):
    """One basis: its fields, its text, its progress, and the steps that are open."""
    found = get_object_or_404(LegalBasis.objects.visible_to(request.user), reference=reference)
    action = request.POST.get("action", "") if request.method == "POST" else ""
    steps = open_steps(found, request.user)
    data = request.POST if action else None

    def bound(name):
        return data if action == name else None

    shown = {
        "save": forms.BasisForm(bound("save"), instance=found, prefix="save"),
        "text": forms.TextForm(bound("text"), request.FILES if action == "text" else None, prefix="text"),
        "progress": forms.ProgressForm(bound("progress"), prefix="progress"),
        **{
            name: (forms.RevokeForm if name == "revoke" else forms.StepForm)(bound(name), prefix=name)
            for name in steps
        },
    }
    form = shown.get(action)
    if form is not None and form.is_valid() and _done(request, found.reference, action, form):
        messages.success(request, _("Tersimpan."))
        return redirect("office_legal_basis", found.reference)
    failed = form is not None and bool(form.errors)
    found = LegalBasis.objects.get(pk=found.pk)  # the form's instance carries what was typed
    return render(
        request,
        "programme/office_basis.html",
        {
            "basis": found,
            "files": _files(found),
            "resting": resting_on(found),
            "progress": found.progress.select_related("noted_by"),
            "events": _events(found),
            "steps": [(name, step, shown[name]) for name, step in steps.items()],
            "save_form": shown["save"],
            "text_form": shown["text"],
            "progress_form": shown["progress"],
            "may_change": request.user.has_perm("programme.change_legalbasis"),
            "forms": [*shown.values()],
            "has_errors": failed,
        },
        status=400 if failed else 200,
    )


def _done(request, reference, action, form):
    """What the service of `action` returns; None with the form's errors filled."""
    stored = LegalBasis.objects.get(reference=reference)
    given = form.cleaned_data
    if action == "save":
        return form.call(
            legal_bases.change_legal_basis,
            stored,
            actor=request.user,
            version=given["version"],
            **form.values(),
        )
    if action == "text":
        return form.call(legal_bases.attach_text, stored, given["file"], actor=request.user)
    if action == "progress":
        return form.call(legal_bases.note_progress, stored, actor=request.user, **given)
    return form.call(STEPS[action], stored, actor=request.user, **given)


def _events(found):
    labels = {name: step.label for name, step in found.STEPS.items()} | {"propose": _("Dicatat")}
    return [
        {"title": labels[line.step], "at": line.at, "by": line.actor, "note": line.note}
        for line in history(found)
    ]
