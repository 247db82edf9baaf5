"""The figures of a month over all makers, as each of them reads his or her own: for the office, and as a file."""

from itertools import groupby

from django import forms
from django.http import Http404
from django.shortcuts import render
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_GET

from core import audit
from core.admin_export import file_response, write_table
from core.charts import format_number
from core.dates import add_months, today
from core.indonesia import rupiah
from core.public import numbered_page
from gallery import selectors
from gallery.services.links import PLACES
from gallery.views.sales import MONTHS_SHOWN, by_place, month_or_404
from ikm.views.office import official

PER_PAGE = 50
VIEW = "gallery.view_movement"


def _months():
    first = today().replace(day=1)
    months = [add_months(first, -back) for back in range(MONTHS_SHOWN + 1)]
    return [(f"{month:%Y-%m}", date_format(month, "F Y")) for month in months]


class MonthForm(forms.Form):
    """Which month is shown."""

    use_required_attribute = False

    bulan = forms.ChoiceField(label=_l("Bulan"), choices=_months, required=False)


def _month(request):
    """The month that is asked for, else the one that ended last. Raises Http404."""
    text = request.GET.get("bulan")
    return month_or_404(text) if text else add_months(today().replace(day=1), -1)


def _makers(month):
    """[(business, Total)] of the month, who sold most first."""
    rows = sorted(selectors.product_months(month), key=lambda row: row.product.business_id)
    makers = [
        (products[0].product.business, selectors.total_of(products))
        for _key, group in groupby(rows, key=lambda row: row.product.business_id)
        if (products := list(group))
    ]
    return sorted(makers, key=lambda pair: (-pair[1].amount, -pair[1].followed, pair[0].name, pair[0].pk))


@official(VIEW)
@require_GET
def monthly(request):
    """Clicks, sales and stock of every maker in one month."""
    month = _month(request)
    makers = _makers(month)
    total = selectors.total_of([found for _business, found in makers])
    page, addresses = numbered_page(request, makers, PER_PAGE)
    return render(
        request,
        "gallery/office/monthly.html",
        {
            "month": month,
            "key": f"{month:%Y-%m}",
            "is_running": month == today().replace(day=1),
            "filter_form": MonthForm({"bulan": f"{month:%Y-%m}"}),
            "makers": [(business, found, by_place(found.clicks)) for business, found in page],
            "tiles": [
                {"value": format_number(len(makers)), "label": _("usaha")},
                {"value": format_number(total.followed), "label": _("klik tautan")},
                {"value": format_number(total.sold), "label": _("buah terjual di galeri")},
                {"value": rupiah(total.amount), "label": _("penjualan di galeri")},
                {"value": rupiah(total.kept), "label": _("bagian galeri")},
                {"value": format_number(total.left), "label": _("buah tersisa di galeri")},
            ],
            **addresses,
        },
    )


@official(VIEW)
@require_GET
def monthly_file(request, kind):
    """The same figures product by product, for spreadsheets."""
    if kind not in {"xlsx", "csv"}:
        raise Http404
    month = _month(request)
    rows = selectors.product_months(month)
    with translation.override("id"):
        header = [
            "Bulan", "Nomor usaha", "Usaha", "Nomor produk", "Produk",
            *(f"Klik {label}" for label in PLACES.values()),
            "Klik semua", "Terjual (buah)", "Penjualan (Rp)", "Bagian galeri (Rp)", "Bagian pembuat (Rp)",
            "Stok akhir bulan",
        ]  # fmt: skip
    lines = [
        [
            f"{month:%Y-%m}",
            row.product.business.reference,
            row.product.business.name,
            row.product.reference,
            row.product.name,
            *(row.clicks.get(place, 0) for place in PLACES),
            row.followed,
            row.sold,
            row.amount,
            row.kept,
            row.due,
            row.left,
        ]
        for row in sorted(rows, key=lambda one: (one.product.business.name, one.product.business_id))
    ]
    audit.record(
        request.user, "gallery.export_monthly", detail={"month": f"{month:%Y-%m}", "rows": len(lines)}
    )
    return file_response(write_table(kind, header, lines), f"galeri-{month:%Y-%m}", kind)
