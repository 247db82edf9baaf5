"""Claiming a business that the office already knows."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.workflow import history, open_steps
from ikm.deadlines import due_on
from ikm.forms.owner import ClaimForm, ClaimSearchForm
from ikm.models import Representative
from ikm.services import claims


@login_required
def claim_search(request):
    form = ClaimSearchForm(request.GET or None)
    found = claims.find_claimable(form.cleaned_data["q"]) if form.is_valid() else []
    return render(
        request,
        "ikm/owner/claim_search.html",
        {"form": form, "found": found, "searched": form.is_bound and form.is_valid()},
    )


@login_required
def claim(request, reference):
    """Only what was named exactly leads here, and the page shows a business name and kelurahan, nobody's data."""
    found = claims.find_claimable(request.POST.get("q") or request.GET.get("q") or reference)
    business = next((business for business in found if business.reference == reference), None)
    if business is None:
        raise Http404
    form = ClaimForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = form.call(
            claims.claim_business,
            business,
            actor=request.user,
            kind=form.cleaned_data["kind"] or "owner",
            reason=form.cleaned_data["reason"],
        )
        if made is not None:
            return redirect("claim_detail", made.reference)
    query = request.POST.get("q") or request.GET.get("q", "")
    return render(
        request,
        "ikm/owner/claim.html",
        {"form": form, "business": business, "query": query},
        status=400 if form.errors else 200,
    )


def _my_claim_or_404(request, reference):
    return get_object_or_404(
        Representative.objects.visible_to(request.user)
        .filter(user=request.user)
        .select_related("business__kelurahan__parent"),
        reference=reference,
    )


@login_required
def claim_detail(request, reference):
    made = _my_claim_or_404(request, reference)
    refusal = history(made).filter(step="refuse").last()
    return render(
        request,
        "ikm/owner/claim_detail.html",
        {
            "claim": made,
            "due": due_on(made),
            "refusal": refusal.note if refusal else "",
            "steps": open_steps(made, request.user),
        },
    )


@login_required
@require_POST
def withdraw(request, reference):
    try:
        claims.withdraw_claim(_my_claim_or_404(request, reference), actor=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("Permintaan ditarik kembali."))
    return redirect("my_businesses")
