"""The officials' pages of the settlements with makers: prepared month by month, approved by another, paid."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core import audit
from core.admin_export import file_response
from core.indonesia import rupiah
from core.public import numbered_page, official_reference
from core.workflow import history, open_steps, steps_of_others
from gallery import exports
from gallery.enums import SettlementStatus
from gallery.forms.settlements import (
    ApprovalForm,
    PaymentForm,
    PrepareForm,
    SettlementFilterForm,
    past_months,
)
from gallery.models import Settlement
from gallery.services.consignment import settlements
from ikm.views.office import official

PER_PAGE, MOST_DUE = 50, 50


def _shown(request):
    """The form of the filters in the address, and the settlements that they find."""
    form = SettlementFilterForm(request.GET)
    form.is_valid()
    rows = Settlement.objects.visible_to(request.user).select_related("business")
    if month := form.cleaned_data.get("bulan"):
        rows = rows.filter(month=month)
    if status := form.cleaned_data.get("status"):
        rows = rows.filter(status=status)
    return form, rows


@official("gallery.view_settlement")
@require_GET
def settlements_file(request):
    """The settlements that the list shows, as Excel."""
    _form, rows = _shown(request)
    audit.record(request.user, "gallery.export_settlements", detail={"rows": rows.count()})
    return file_response(exports.settlements_file(rows), "bagi-hasil", "xlsx")


@official("gallery.view_settlement")
def settlement_list(request):
    """The settlements by month and status, and the button that prepares those of a month."""
    form = PrepareForm(
        request.POST if request.method == "POST" else None, initial={"month": past_months()[0].isoformat()}
    )
    if request.method == "POST" and form.is_valid():
        month = form.cleaned_data["month"]
        if (made := form.call(_prepare_all, month, request)) is not None:
            messages.success(request, _("%(count)s bagi hasil disusun.") % {"count": made})
            return redirect(f"{reverse('office_settlements')}?bulan={month.isoformat()}")
    shown, rows = _shown(request)
    page, addresses = numbered_page(request, rows.order_by("-month", "business__name"), PER_PAGE)
    due_month = shown.cleaned_data.get("bulan") or past_months()[0]
    return render(
        request,
        "gallery/consignment/settlements.html",
        {
            "filters": shown,
            "active": any(shown.cleaned_data.values()),
            "form": form,
            "page": page,
            "due": settlements.businesses_due(due_month)[:MOST_DUE],
            "due_month": due_month,
            **addresses,
        },
        status=400 if form.errors else 200,
    )


def _prepare_all(month, request):
    """How many were prepared; who could not be is said beside them. Raises PermissionDenied, ValidationError for none."""
    made, refused = 0, []
    for business in settlements.businesses_due(month):
        try:
            settlements.prepare_settlement(business, month, actor=request.user)
        except ValidationError as error:
            refused.append(f"{business}: {' '.join(error.messages)}")
        else:
            made += 1
    if not made:
        raise ValidationError(refused or [_("Tidak ada penjualan yang belum dibagi sampai bulan itu.")])
    for sentence in refused:
        messages.warning(request, sentence)
    return made


@official("gallery.view_settlement")
def settlement(request, reference):
    """One settlement with every sale in it, and the step that is open."""
    found = get_object_or_404(
        Settlement.objects.visible_to(request.user).select_related("business"),
        reference=official_reference(reference, "BGH"),
    )
    posted = request.POST if request.method == "POST" else None
    form = ApprovalForm(posted) if found.status == SettlementStatus.DRAFT else PaymentForm(posted)
    if request.method == "POST" and form.is_valid() and _take(form, found, request) is not None:
        return redirect("office_settlement", found.reference)
    lines = found.lines.select_related("movement__variant__product", "movement__sale")
    return render(
        request,
        "gallery/consignment/settlement.html",
        {
            "settlement": found,
            "form": form,
            "steps": open_steps(found, request.user),
            "own": "approve" in steps_of_others(found, request.user),
            "columns": [
                {"label": _("Barang")},
                {"label": _("Tanggal")},
                {"label": _("Penjualan")},
                {"label": _("Banyaknya"), "num": True},
                {"label": _("Terjual"), "num": True},
                {"label": _("Bagian galeri"), "num": True},
            ],
            "rows": [
                [
                    line.movement.variant,
                    localdate(line.movement.recorded_at).strftime("%d-%m-%Y"),
                    line.movement.sale.reference,
                    -line.movement.quantity,
                    rupiah(line.amount),
                    rupiah(line.commission),
                ]
                for line in lines
            ],
            "letters": found.letters.all(),
            "events": [
                {
                    "title": dict(SettlementStatus.choices).get(line.to_status, line.to_status),
                    "at": line.at,
                    "by": str(line.actor),
                    "note": line.note,
                }
                for line in history(found)
            ],
        },
        status=400 if form.errors else 200,
    )


def _take(form, found, request):
    """The moved settlement, or None with the form's errors filled."""
    if isinstance(form, ApprovalForm):
        done = form.call(settlements.approve_settlement, found, actor=request.user)
        sentence = _("%(reference)s disetujui.")
    else:
        done = form.call(settlements.pay_settlement, found, actor=request.user, **form.cleaned_data)
        sentence = _("%(reference)s dicatat dibayar. Pembuat diberi tahu.")
    if done is not None:
        messages.success(request, sentence % {"reference": done.reference})
    return done
