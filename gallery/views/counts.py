"""The officials' pages of the stock count: begin, scan or type what is found, explain what differs, close."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.public import numbered_page, official_reference
from gallery.forms.counts import CloseForm, LineForm, ScanForm
from gallery.models import StockCount
from gallery.services.consignment import counts
from gallery.services.consignment.stock import COUNT, variant_of
from ikm.views.office import official

PER_PAGE, MOST_SHOWN = 25, 200


@official(COUNT)
def count_list(request):
    """The counts, newest first, and the button that begins one."""
    form = CloseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = form.call(counts.open_count, actor=request.user)
        if made is not None:
            messages.success(request, _("Hitungan dimulai."))
            return redirect("office_count", made.reference)
    page, addresses = numbered_page(request, StockCount.objects.visible_to(request.user), PER_PAGE)
    return render(
        request,
        "gallery/consignment/counts.html",
        {"form": form, "page": page, **addresses},
        status=400 if request.method == "POST" else 200,
    )


def _found(request, reference):
    rows = StockCount.objects.visible_to(request.user).select_related("started_by", "closed_by")
    return get_object_or_404(rows, reference=official_reference(reference, "OPN"))


def _with_goods(lines):
    return lines.select_related("variant__product").order_by("variant__product__name", "pk")


@official(COUNT)
def count(request, reference):
    """One count: the input for the scanner, what differs with its reason, and what nobody counted yet."""
    found = _found(request, reference)
    scan, line = ScanForm(), None
    if request.method == "POST" and request.POST.get("action") == "line":
        chosen = request.POST.get("line", "")
        row = get_object_or_404(found.lines, pk=chosen if chosen.isdecimal() and len(chosen) < 19 else None)
        line = form = LineForm(request.POST)
        done = form.is_valid() and form.call(
            counts.count_variant, found, row.variant, actor=request.user, **form.cleaned_data
        )
    elif request.method == "POST":
        scan = form = ScanForm(request.POST)
        done = form.is_valid() and form.call(_count_code, found, form.cleaned_data, request.user)
    if request.method == "POST" and done:
        messages.success(
            request,
            _("%(goods)s: %(count)s buah ditemukan.") % {"goods": done.variant, "count": done.counted},
        )
        return redirect("office_count", found.reference)
    return render(
        request,
        "gallery/consignment/count.html",
        {
            "count": found,
            "form": scan if line is None else line,
            "scan": scan,
            "differences": _with_goods(counts.differences(found)),
            "uncounted": _with_goods(counts.uncounted(found))[:MOST_SHOWN],
        },
        status=400 if request.method == "POST" else 200,
    )


def _count_code(found, cleaned, user):
    """The line of the code scanned: one more, or as many as were typed."""
    try:
        variant = variant_of(cleaned["scan"])
        if cleaned["quantity"] is None:
            return counts.scan_variant(found, variant, actor=user)
        kept = found.lines.filter(variant=variant).values_list("reason", flat=True).first()
        return counts.count_variant(found, variant, cleaned["quantity"], actor=user, reason=kept or "")
    except ValidationError as error:
        # What the book refuses stands beside the input.
        raise ValidationError({"scan": error.messages}) from error


@official(COUNT)
def close_count(request, reference):
    """What closing changes, said before it is done."""
    found = _found(request, reference)
    form = CloseForm(request.POST if request.method == "POST" else None)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.call(counts.close_count, found, actor=request.user)
    ):
        messages.success(request, _("Hitungan %(reference)s ditutup.") % {"reference": found.reference})
        return redirect("office_count", found.reference)
    return render(
        request,
        "gallery/consignment/close_count.html",
        {
            "count": found,
            "form": form,
            "differences": _with_goods(counts.differences(found)),
            "left": counts.uncounted(found).count(),
        },
        status=400 if request.method == "POST" else 200,
    )
