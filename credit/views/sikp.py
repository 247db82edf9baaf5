"""Prospective debtors for SIKP: who is ready, what is missing, and the file."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from credit.forms.sikp import SikpForm
from credit.services.sikp_export import PERMISSION, export_prospects
from credit.sikp import prospects

CONTENT_TYPES = {"txt": "text/plain; charset=utf-8", "csv": "text/csv; charset=utf-8"}


@login_required
@permission_required(PERMISSION, raise_exception=True)
@require_http_methods(["GET", "POST"])
def sikp(request):
    """The rows with masked NIK and what SIKP would refuse in them; POST gives the file of those that are ready."""
    form = SikpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        kind = form.cleaned_data["kind"]
        made = form.call(
            export_prospects, actor=request.user, reason=form.cleaned_data["nik_reason"], kind=kind
        )
        if made is not None:
            response = HttpResponse(made[0], content_type=CONTENT_TYPES[kind])
            name = f"sikp-calon-{timezone.localdate():%Y%m%d}.{kind}"
            response["Content-Disposition"] = f'attachment; filename="{name}"'
            response["Cache-Control"] = "no-store, private"
            return response
    rows = prospects(request.user)
    return render(
        request,
        "credit/sikp/page.html",
        {
            "form": form,
            "rows": rows,
            "ready": sum(not row.faults for row in rows),
            "may_export": request.user.has_perm("ikm.reveal_nik"),
        },
    )
