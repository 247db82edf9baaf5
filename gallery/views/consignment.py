"""Consignment at the gallery: the desk, a maker's goods, the counter and its receipts."""

import secrets
from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, IntegerField, Q, Sum, Value
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core import audit
from core.admin_export import file_response
from core.idempotency import once
from core.public import official_reference
from gallery import exports
from gallery.forms.consignment import CounterForm, HandOverForm, TakeBackForm
from gallery.forms.settlements import MovementMonthForm, past_months
from gallery.models import ConsignmentTerms, Sale, Variant
from gallery.selectors import LOW
from gallery.services.consignment import counter, handovers, settlements
from gallery.services.consignment.stock import SELL
from ikm.models import Business
from ikm.views.office import official

LAST_SALES, MOST_SHOWN = 10, 200
HERE = Coalesce(F("gallery_stock__quantity"), Value(0), output_field=IntegerField())


@official("gallery.view_movement")
@require_GET
def desk(request):
    """The makers with terms, and how many of their goods are here."""
    quantity = "gallery_products__variants__gallery_stock__quantity"
    makers = (
        Business.objects.visible_to(request.user)
        .filter(pk__in=ConsignmentTerms.objects.values("business"))
        .annotate(
            pieces=Coalesce(Sum(quantity), 0),
            low=Count(quantity, filter=Q(**{f"{quantity}__lte": LOW})),
        )
        .order_by("name")
    )
    return render(
        request,
        "gallery/consignment/desk.html",
        {
            "makers": makers[:MOST_SHOWN],
            "sales": Sale.objects.visible_to(request.user)[:LAST_SALES],
            "low_at": LOW,
            "months": MovementMonthForm(),
            "due_month": past_months()[0],
            "due": settlements.businesses_due(past_months()[0]).count(),
        },
    )


@official("gallery.view_movement")
@require_GET
def stock_file(request):
    """What lies in the gallery of whom, as Excel."""
    audit.record(request.user, "gallery.export_stock")
    return file_response(exports.stock_file(request.user), "stok-titip-jual", "xlsx")


@official("gallery.view_movement")
@require_GET
def movements_file(request):
    """The movements of the asked month, as Excel; the page again where the month cannot be read."""
    form = MovementMonthForm(request.GET)
    if not form.is_valid():
        return redirect("office_consignment")
    month = form.cleaned_data["bulan"]
    audit.record(request.user, "gallery.export_movements", detail={"month": f"{month:%Y-%m}"})
    return file_response(
        exports.movements_file(request.user, month), f"gerakan-titip-jual-{month:%Y-%m}", "xlsx"
    )


@official("gallery.view_movement")
def maker_goods(request, reference):
    """One maker's goods: how many are here, and what comes in, goes back or broke."""
    business = get_object_or_404(
        Business.objects.visible_to(request.user).filter(pk__in=ConsignmentTerms.objects.values("business")),
        reference=reference,
    )
    variants = list(
        Variant.objects.filter(product__business=business)
        .filter(Q(is_active=True) | Q(gallery_stock__quantity__gt=0))
        .annotate(here=HERE)
        .select_related("product__business")
        .order_by("product__name", "position")[:MOST_SHOWN]
    )
    form = HandOverForm(request.POST or None, variants=variants, initial={"key": secrets.token_hex(16)})
    if request.method == "POST" and form.is_valid():
        done = _act_once(request, form, business)
        if done is not None:
            messages.success(request, done)
            return redirect("office_maker_goods", reference)
    failed = request.method == "POST"
    return render(
        request,
        "gallery/consignment/maker.html",
        {
            "business": business,
            "form": form,
            "variants": variants,
            "notes": business.goods_notes.prefetch_related("letters")[:LAST_SALES],
        },
        status=400 if failed else 200,
    )


def _act_once(request, form, business):
    """What was done, as a sentence, however often the button was pressed; None with the form's errors filled."""
    action, given = request.POST.get("action", ""), dict(form.cleaned_data)
    key = given.pop("key")
    act = partial(ACTS.get(action, _no_act), business, form, request.user)
    return form.call(once, request.user, f"goods:{key}", repr((business.pk, action, given)), act)


def _no_act(business, form, user):
    raise PermissionDenied(_("Pilih apa yang terjadi dengan barangnya."))


def _hand_over(service, business, form, user):
    made = service(
        business,
        form.lines(),
        actor=user,
        handed_by=form.cleaned_data["handed_by"],
        note=form.cleaned_data["note"],
    )
    return _("Tanda terima %(reference)s terbit.") % {"reference": made.reference}


def _damaged(business, form, user):
    lines = form.lines()
    for variant, quantity in lines:
        handovers.record_damage(variant, quantity, actor=user, reason=form.cleaned_data["note"])
    return _("%(count)s barang dicatat rusak atau hilang.") % {"count": sum(one for _variant, one in lines)}


ACTS = {
    "receive": partial(_hand_over, handovers.receive_goods),
    "return": partial(_hand_over, handovers.return_goods),
    "damage": _damaged,
}


@official(SELL)
def cash_desk(request):
    """The counter. The basket stands in the page's own form, so that nothing is stored before it is paid."""
    form = CounterForm(request.POST or None, initial={"payment": "cash", "key": secrets.token_hex(16)})
    lines = []
    if request.method == "POST":
        paying = request.POST.get("action") == "pay"
        valid = form.is_valid()
        lines = form.basket()
        if not paying and form.cleaned_data.get("scan"):
            form.scan_into(lines)
        total = sum(line.amount for line in lines)
        if paying:
            form.check_cash(total)
            if valid and not form.errors and (sale := _sell_once(request, form, lines)):
                given = form.cleaned_data["given"]
                return redirect(reverse("office_sale", args=[sale]) + (f"?tunai={given}" if given else ""))
        elif not form.errors:
            # The code is in the basket now: the input is empty for the next one.
            form = CounterForm(initial={**request.POST.dict(), "scan": ""})
    return render(
        request,
        "gallery/consignment/counter.html",
        {
            "form": form,
            "lines": lines,
            "total": sum(line.amount for line in lines),
            "sales": Sale.objects.visible_to(request.user)[:LAST_SALES],
        },
        status=400 if form.errors else 200,
    )


def _sell_once(request, form, lines):
    """The reference of the sale, however often the button was pressed; None with the form's errors filled."""

    def work():
        return counter.sell(
            [(line.variant, line.quantity, line.price) for line in lines],
            actor=request.user,
            payment=form.cleaned_data["payment"],
            payment_reference=form.cleaned_data["payment_reference"],
        ).reference

    basket = [(line.variant.pk, line.quantity, line.price) for line in lines]
    paid = (form.cleaned_data["payment"], form.cleaned_data["payment_reference"])
    return form.call(once, request.user, f"counter:{form.cleaned_data['key']}", repr((basket, paid)), work)


@official("gallery.view_sale")
def sale(request, reference):
    """The receipt to print, and what the buyer brings back of it."""
    found = get_object_or_404(
        Sale.objects.visible_to(request.user).select_related("sold_by"),
        reference=official_reference(reference, "JUL"),
    )
    movements = list(found.movements.select_related("variant__product").order_by("id"))
    chosen = request.POST.get("line", "")
    form = TakeBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        line = get_object_or_404(found.movements, pk=chosen if chosen.isdecimal() else None, kind="sold")
        if form.call(counter.take_back, line, actor=request.user, **form.cleaned_data) is not None:
            messages.success(request, _("Pengembalian dicatat. Serahkan uangnya kepada pembeli."))
            return redirect("office_sale", found.reference)
    given = request.GET.get("tunai", "")
    given = int(given) if given.isdecimal() and len(given) < 13 else 0
    return render(
        request,
        "gallery/consignment/sale.html",
        {
            "sale": found,
            "movements": movements,
            "returnable": [
                {"line": one, "left": left}
                for one in movements
                if one.kind == "sold" and (left := counter.still_sold(one))
            ],
            "given": given,
            "change": given - found.total if given >= found.total else None,
            "remains": sum(one.amount for one in movements),
            "form": form,
        },
        status=400 if request.method == "POST" else 200,
    )
