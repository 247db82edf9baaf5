"""What a maker sees of sales: the goods at the gallery, and the report of each month."""

import datetime
import re

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.charts import bar_chart, format_number
from core.dates import add_months, today
from core.indonesia import rupiah
from core.public import numbered_page
from gallery import selectors
from gallery.models import ConsignmentTerms, Movement, ReportOptOut, Settlement
from gallery.services.links import PLACES
from gallery.services.reports import advice_for, set_report_news
from gallery.views.owner import maker
from ikm.models import Business

PER_PAGE, MOST_SETTLEMENTS = 20, 24
#: So many months back a report is shown.
MONTHS_SHOWN = 24


@maker
@require_GET
def my_consignment(request):
    """The goods at the gallery, every movement with its paper, and the settlements."""
    businesses = list(Business.objects.spoken_for_by(request.user).order_by("name"))
    goods = list(selectors.goods_of(businesses))
    moves = (
        Movement.objects.of_businesses(businesses)
        .select_related("variant__product__business", "note", "sale", "count", "settlement_line")
        .prefetch_related("note__letters")
        .order_by("-recorded_at", "-pk")
    )
    page, addresses = numbered_page(request, moves, PER_PAGE)
    shares = selectors.gallery_shares(page)
    return render(
        request,
        "gallery/owner/consignment.html",
        {
            "several": len(businesses) > 1,
            "terms": [
                (one, percent_in_words(one.commission_percent))
                for one in ConsignmentTerms.objects.filter(business__in=businesses)
                .select_related("business")
                .order_by("business__name", "during")
            ],
            "products": _by_product(goods),
            "pieces": sum(one.here for one in goods),
            "low_at": selectors.LOW,
            "settlements": Settlement.objects.filter(business__in=businesses)
            .select_related("business")
            .prefetch_related("letters")[:MOST_SETTLEMENTS],
            "moves": [(one, shares[one.pk]) for one in page],
            **addresses,
        },
    )


def _by_product(goods):
    """[(product, its variants)] of variants in the order of their products."""
    found = {}
    for one in goods:
        found.setdefault(one.product_id, (one.product, []))[1].append(one)
    return list(found.values())


def percent_in_words(percent):
    """`10`, `12,5`."""
    return number_format(int(percent) if percent == int(percent) else float(percent))


# --- The report of a month ------------------------------------------------------------------------------------------------


def month_or_404(text):
    """The first day of a month written `2026-10` that is not ahead and not too long ago."""
    found = re.fullmatch(r"(20[0-9]{2})-(0[1-9]|1[0-2])", text)
    month = found and datetime.date(int(found[1]), int(found[2]), 1)
    this = today().replace(day=1)
    if not month or not add_months(this, -MONTHS_SHOWN) <= month <= this:
        raise Http404
    return month


@maker
@require_GET
def my_reports(request):
    """On to the report of the month that ended last."""
    return redirect("my_report", f"{add_months(today().replace(day=1), -1):%Y-%m}")


@maker
@require_GET
def my_report(request, month):
    """Clicks, sales and stock of one month, and what to do next."""
    month = month_or_404(month)
    this = today().replace(day=1)
    businesses = list(Business.objects.spoken_for_by(request.user))
    rows = selectors.product_months(month, businesses)
    total = selectors.total_of(rows)
    before = selectors.total_of(selectors.product_months(add_months(month, -1), businesses))
    clicks = by_place(total.clicks)
    return render(
        request,
        "gallery/owner/report.html",
        {
            "month": month,
            "is_running": month == this,
            "several": len(businesses) > 1,
            "tiles": _tiles(total, before),
            "rows": [(row, by_place(row.clicks)) for row in rows],
            "advice": advice_for(businesses),
            "chart": bar_chart(clicks, title=_("Dari mana orang datang")) if clicks else "",
            "chart_columns": [{"label": _("Tempat")}, {"label": _("Klik"), "num": True}],
            "chart_rows": [[label, format_number(count)] for label, count in clicks],
            "is_told": not ReportOptOut.objects.filter(user=request.user).exists(),
            "previous_url": _address(add_months(month, -1))
            if month > add_months(this, -MONTHS_SHOWN)
            else "",
            "next_url": _address(add_months(month, 1)) if month < this else "",
            "summary": date_format(month, "F Y"),
        },
    )


def _address(month):
    return reverse("my_report", args=[f"{month:%Y-%m}"])


def by_place(clicks):
    """[(name of the place, clicks)] of {place: clicks}, most first."""
    return [
        (str(PLACES.get(place, place)), count)
        for place, count in sorted(clicks.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def _tiles(total, before):
    def since(value):
        return _("bulan sebelumnya %(value)s") % {"value": value}

    return [
        {
            "value": format_number(total.followed),
            "label": _("klik tautan"),
            "note": since(format_number(before.followed)),
        },
        {
            "value": format_number(total.sold),
            "label": _("buah terjual di galeri"),
            "note": since(format_number(before.sold)),
        },
        {
            "value": rupiah(total.due),
            "label": _("bagian Anda"),
            "note": since(rupiah(before.due)),
        },
        {"value": format_number(total.left), "label": _("buah tersisa di galeri")},
    ]


@maker
@require_POST
def report_news(request):
    wanted = request.POST.get("wanted") == "1"
    set_report_news(wanted, actor=request.user)
    messages.success(
        request,
        _("Anda dikabari setiap awal bulan.")
        if wanted
        else _("Kabar laporan dimatikan. Laporannya tetap ada di sini."),
    )
    return redirect("my_reports")
