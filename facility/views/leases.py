"""Leases: mine, with what is owed and paid; the officials' list with arrears, and one lease with its steps."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.dates import today
from core.workflow import open_steps
from facility.forms.leases import PaymentForm
from facility.forms.public import NoteForm
from facility.models import Lease
from facility.services import leases
from ikm.models import Business
from ikm.views.office import official

MOST_SHOWN = 200
SERVICES = {"sign": leases.sign_lease, "cancel": leases.cancel_lease, "end": leases.end_lease}


def _found(request, reference):
    rows = Lease.objects.visible_to(request.user).select_related("unit__centre", "business")
    return get_object_or_404(rows, reference=reference)


def _shown(lease):
    """What both sides see of a lease."""
    return {
        "lease": lease,
        "standing": leases.standing_of(lease),
        "deposit": leases.deposit_held(lease),
        "charges": lease.charges.all(),
        "payments": lease.payments.all(),
    }


@login_required
@require_GET
def my_leases(request):
    rows = Lease.objects.filter(business__in=Business.objects.spoken_for_by(request.user))
    found = [
        {"lease": one, "standing": found}
        for one, found in leases.standings(rows.select_related("unit__centre", "business")[:MOST_SHOWN])
    ]
    return render(request, "facility/owner/my_leases.html", {"rows": found})


@login_required
@require_GET
def my_lease(request, reference):
    return render(request, "facility/owner/lease.html", _shown(_found(request, reference)))


@official("facility.view_lease")
@require_GET
def desk(request):
    """Who is late, the longest first, and all leases."""
    return render(
        request,
        "facility/office/leases.html",
        {
            "late": [
                {"lease": lease, "standing": found, "days": found.days_late(today())}
                for lease, found in leases.arrears(request.user)
            ],
            "rows": Lease.objects.visible_to(request.user).select_related("unit__centre", "business")[
                :MOST_SHOWN
            ],
        },
    )


@official("facility.view_lease")
def lease(request, reference):
    """One lease: its steps, its payments."""
    found = _found(request, reference)
    action = request.POST.get("action", "")
    note = NoteForm(request.POST if action in SERVICES else None, prefix="note")
    payment = PaymentForm(
        request.POST if action == "pay" else None, prefix="pay", initial={"paid_on": today()}
    )
    form = payment if action == "pay" else note
    if request.method == "POST" and form.is_valid():
        service = leases.record_payment if action == "pay" else SERVICES.get(action)
        if form.call(service, found, actor=request.user, **form.cleaned_data) is not None:
            messages.success(request, _("Tersimpan."))
            return redirect("office_lease", reference)
    failed = request.method == "POST"
    return render(
        request,
        "facility/office/lease.html",
        {
            **_shown(found),
            "steps": open_steps(found, request.user),
            "note_form": note,
            "payment_form": payment,
            "forms": [note, payment],
            "has_errors": failed,
        },
        status=400 if failed else 200,
    )
