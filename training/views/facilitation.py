"""Facilitation: what a business asks for and how it stands; the officials' queue and their answer."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.workflow import history, open_steps
from ikm.models import Business
from ikm.views.office import official
from training.enums import FacilitationStatus
from training.forms.facilitation import AskForm, GrantForm, NoteForm
from training.models import Facilitation
from training.services import facilitations

#: So many are listed.
MOST_SHOWN = 200
OPEN = (FacilitationStatus.ASKED, FacilitationStatus.IN_PROGRESS)


def _mine(user):
    return (
        Facilitation.objects.filter(business__in=Business.objects.spoken_for_by(user))
        .select_related("business")
        .order_by("-id")
    )


@login_required
def mine(request):
    """What my businesses asked for, and the form to ask for more."""
    form = AskForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        made = form.call(facilitations.ask_facilitation, fields.pop("business"), actor=request.user, **fields)
        if made is not None:
            messages.success(
                request, _("Permintaan terkirim dengan nomor %(number)s.") % {"number": made.reference}
            )
            return redirect("facilitation", made.reference)
    return render(
        request,
        "training/owner/facilitations.html",
        {
            "form": form,
            "rows": _mine(request.user)[:MOST_SHOWN],
            "may_ask": form.fields["business"].queryset.exists(),
        },
        status=400 if form.errors else 200,
    )


def _found(request, reference):
    return get_object_or_404(
        Facilitation.objects.visible_to(request.user).select_related("business", "licence"),
        reference=reference,
    )


def _events(record):
    statuses = dict(FacilitationStatus.choices)
    return [
        {"title": statuses.get(line.to_status, line.to_status), "at": line.at, "note": line.note}
        for line in history(record)
    ]


@login_required
@require_GET
def one(request, reference):
    record = _found(request, reference)
    return render(
        request,
        "training/owner/facilitation.html",
        {
            "record": record,
            "events": _events(record),
            "may_withdraw": "withdraw" in open_steps(record, request.user),
        },
    )


@login_required
@require_POST
def withdraw(request, reference):
    record = _found(request, reference)
    try:
        facilitations.withdraw_facilitation(record, actor=request.user)
    except (ValidationError, PermissionDenied) as error:
        messages.error(request, error.messages[0] if isinstance(error, ValidationError) else str(error))
    else:
        messages.success(request, _("Permintaan ditarik kembali."))
    return redirect("facilitation", reference)


@official("training.handle_facilitation")
@require_GET
def queue(request):
    """What waits, the oldest first; or the ones of a status."""
    status = request.GET.get("status", "")
    chosen = [status] if status in FacilitationStatus.values else OPEN
    return render(
        request,
        "training/office/facilitations.html",
        {
            "rows": Facilitation.objects.visible_to(request.user)
            .filter(status__in=chosen)
            .select_related("business__kelurahan")
            .order_by("asked_at", "id")[:MOST_SHOWN],
            "status": status,
            "statuses": FacilitationStatus.choices,
        },
    )


@official("training.handle_facilitation")
def handle(request, reference):
    """One request: what is asked, how it went on, and the steps that are open."""
    record = _found(request, reference)
    steps = open_steps(record, request.user)
    action = request.POST.get("action", "")
    is_licence = record.kind in facilitations.LICENCES
    grant = GrantForm(request.POST if action == "grant" else None, is_licence=is_licence, prefix="grant")
    note = NoteForm(request.POST if action in {"take_up", "refuse"} else None, prefix="note")
    services = {
        "take_up": (note, facilitations.take_up_facilitation),
        "grant": (grant, facilitations.grant_facilitation),
        "refuse": (note, facilitations.refuse_facilitation),
    }
    failed = False
    if request.method == "POST" and action in services:
        form, service = services[action]
        if form.is_valid():
            done = form.call(service, record, actor=request.user, **form.cleaned_data)
            if done is not None:
                messages.success(request, f"{done.reference}: {done.get_status_display()}")
                return redirect("office_facilitation", reference)
        failed = True
    return render(
        request,
        "training/office/facilitation.html",
        {
            "record": record,
            "events": _events(record),
            "steps": steps,
            "grant_form": grant,
            "note_form": note,
            "forms": [grant, note],
            "has_errors": failed,
        },
        status=400 if failed else 200,
    )
