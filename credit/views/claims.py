"""The officials' pages on subsidy claims: what banks sent, differences loan by loan, agreeing, paying, the recap."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_GET, require_http_methods

from core import audit
from core.admin_export import file_response, write_table
from core.workflow import history, open_steps
from credit.forms.claims import ClaimFilter, ClaimUploadForm, PaymentForm, ReturnForm
from credit.models import Scheme, SubsidyClaim
from credit.services import claim_recap, claims
from ikm.forms.letters import SignatoryForm

PAGE = 50
LINES = 100


def reconciling(view):
    """Only for officials who see subsidy claims."""
    return login_required(permission_required("credit.view_subsidyclaim", raise_exception=True)(view))


@reconciling
@require_GET
def claim_list(request):
    """All claims, the newest month first; of one bank or status when asked."""
    form = ClaimFilter(request.GET)
    rows = SubsidyClaim.objects.visible_to(request.user).select_related("bank").order_by("-month", "-id")
    if form.is_valid():
        if form.cleaned_data["bank"]:
            rows = rows.filter(bank=form.cleaned_data["bank"])
        if form.cleaned_data["status"]:
            rows = rows.filter(status=form.cleaned_data["status"])
    page = request.GET.get("halaman", "1")
    page = int(page) if page.isdecimal() and len(page) < 6 else 1
    rows = list(rows[(page - 1) * PAGE : page * PAGE + 1])
    query = request.GET.copy()

    def address(number):
        query["halaman"] = number
        return f"?{query.urlencode()}"

    return render(
        request,
        "credit/claims/list.html",
        {
            "form": form,
            "active": sum(bool(request.GET.get(name)) for name in form.fields),
            "reset_url": request.path,
            "claims": rows[:PAGE],
            "next_url": address(page + 1) if len(rows) > PAGE else "",
            "previous_url": address(page - 1) if page > 1 else "",
            "may_upload": request.user.has_perm("credit.upload_subsidyclaim"),
        },
    )


@reconciling
@permission_required("credit.upload_subsidyclaim", raise_exception=True)
@require_http_methods(["GET", "POST"])
def claim_upload(request):
    """A claim that a bank sent on paper or by mail, entered by an official."""
    form = ClaimUploadForm(
        request.POST or None,
        request.FILES or None,
        initial={
            "scheme": Scheme.objects.first(),
            "bank": request.GET.get("bank"),
            "month": request.GET.get("bulan"),
        },
    )
    if request.method == "POST" and form.is_valid():
        claim = form.call(
            claims.upload_claim,
            form.cleaned_data["bank"],
            actor=request.user,
            scheme=form.cleaned_data["scheme"],
            month=form.cleaned_data["month"],
            lines=form.cleaned_data["file"],
        )
        if claim is not None:
            messages.success(
                request,
                _("Tagihan %(reference)s masuk. Hitung ulang untuk melihat selisihnya.")
                % {"reference": claim.reference},
            )
            return redirect("credit_claim", claim.reference)
    return render(request, "credit/claims/upload.html", {"form": form})


def _claim_or_404(request, reference):
    return get_object_or_404(
        SubsidyClaim.objects.visible_to(request.user).select_related("bank", "scheme", "uploaded_by"),
        reference=reference,
    )


#: What each button says once its step was taken.
DONE = {
    "check": _l("Tagihan dihitung ulang."),
    "return": _l("Tagihan dikembalikan; bank diberi tahu."),
    "agree": _l("Tagihan disepakati dan dibekukan."),
    "pay": _l("Pembayaran dicatat."),
    "recap": _l("Rekapitulasi terbit."),
}


@reconciling
@require_http_methods(["GET", "POST"])
def claim_detail(request, reference):
    """One claim: both totals, the lines that differ with the reason, and the step that is open."""
    claim = _claim_or_404(request, reference)
    action = request.POST.get("action", "")
    forms = {
        "check": ReturnForm(),
        "agree": ReturnForm(),
        "return": ReturnForm(request.POST if action == "return" else None),
        "pay": PaymentForm(request.POST if action == "pay" else None),
        "recap": SignatoryForm(request.POST if action == "recap" else None),
    }
    if action in forms:
        form = forms[action]
        if action in {"check", "agree"}:
            form = forms[action] = ReturnForm({"note": ""})
        if form.is_valid() and _carry_out(request, action, form, claim) is not None:
            messages.success(request, str(DONE[action]))
            return redirect("credit_claim", reference)
        claim = _claim_or_404(request, reference)
    lines = claim.lines.select_related("loan").defer("loan__account_number")
    show_all = "semua" in request.GET
    rows = list(lines)
    differing = [line for line in rows if line.note]
    shown = rows if show_all or claim.computed_total is None else differing
    letter = claim.letters.filter(revoked_at__isnull=True).last()
    steps = open_steps(claim, request.user)
    return render(
        request,
        "credit/claims/detail.html",
        {
            "claim": claim,
            "lines": shown[:LINES],
            "hidden": max(0, len(shown) - LINES),
            "show_all": show_all,
            "count": len(rows),
            "differing": len(differing),
            "difference": None
            if claim.computed_total is None
            else claim.claimed_total - claim.computed_total,
            "proof": claims.prove_claim(rows) if claim.computed_total is not None else None,
            "steps": steps,
            "forms": forms,
            "form_errors": [form for form in forms.values() if form.is_bound and form.errors],
            "letter": letter,
            "may_issue": claim.status in claim_recap.ISSUED_FROM
            and letter is None
            and request.user.has_perm("credit.issue_letter"),
            "events": [
                {
                    "title": claim.STEPS[line.step].label if line.step in claim.STEPS else _("Diunggah"),
                    "at": line.at,
                    "by": line.actor,
                    "note": line.note,
                }
                for line in history(claim)
            ],
        },
    )


def _carry_out(request, action, form, claim):
    """The result of the button's service, None with the form's errors filled."""
    actor = request.user
    if action == "pay":
        return form.call(claims.pay_claim, claim, actor=actor, **form.cleaned_data)
    if action == "return":
        return form.call(claims.return_claim, claim, actor=actor, note=form.cleaned_data["note"])
    if action == "recap":
        return form.call(
            claim_recap.issue_recap, claim, actor=actor, signatory=form.cleaned_data["signatory"]
        )
    service = claims.check_claim if action == "check" else claims.agree_claim
    return form.call(service, claim, actor=actor)


@reconciling
@require_GET
def claim_file(request, reference, kind):
    """All lines of a claim as Excel or CSV."""
    if kind not in {"xlsx", "csv"}:
        raise Http404
    claim = _claim_or_404(request, reference)
    header = [
        _("Baris"), _("Menurut bank"), _("Nomor pinjaman"), _("Hari menurut bank"), _("Ditagih"),
        _("Hari menurut portal"), _("Hitungan portal"), _("Selisih"), _("Disepakati"), _("Sebab"),
    ]  # fmt: skip
    rows = [
        [line.number, line.claimed_as, line.loan.reference if line.loan else "", line.claimed_days, line.claimed,
         line.computed_days, line.computed, line.difference, line.agreed, line.note]
        for line in claim.lines.select_related("loan").defer("loan__account_number")
    ]  # fmt: skip
    file = write_table(kind, header, rows, text_columns=[_("Menurut bank")])
    audit.record(request.user, "credit.export_claim", claim, detail={"count": len(rows), "kind": kind})
    return file_response(file, f"tagihan-{claim.reference.lower()}", kind)
