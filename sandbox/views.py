"""The SIT checklist of a partner, for itself and for officials."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import Partner
from sandbox.checklist import rows_for
from sandbox.services import may_reset, reset_sandbox


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def checklist(request, reference):
    """What the partner's test programs have shown, with the button that empties the sandbox."""
    partner = get_object_or_404(Partner.objects.visible_to(request.user), reference=reference)
    if request.method == "POST":
        try:
            reset_sandbox(partner, actor=request.user)
        except (ValidationError, PermissionDenied) as error:
            messages.error(request, "; ".join(getattr(error, "messages", [str(error)])))
        else:
            messages.success(request, _("Ruang uji kembali seperti pada hari pertama."))
        return redirect("sandbox_checklist", partner.reference)
    rows = rows_for(partner)
    return render(
        request,
        "sandbox/checklist.html",
        {
            "partner": partner,
            "rows": rows,
            "done": sum(proof is not None for _row, proof in rows),
            "programs": partner.clients.filter(is_test=True, withdrawn_at__isnull=True),
            "may_reset": may_reset(partner, request.user),
        },
    )
