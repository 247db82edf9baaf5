"""The pages for everybody: home, directory, the page of a business, statistics, and what search engines read.

They show published businesses only, and no personal data. Nothing here writes.
"""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import charts
from core.public import canonical_address, official_reference, public_page
from ikm import reports
from ikm.directory import (
    MOST_COUNTED,
    SHOWN_CERTIFICATES,
    count_of,
    find,
    for_cards,
    page_of,
    points_of,
    published,
    structured_data,
    valid_on,
    with_contact,
)
from ikm.enums import Scale
from ikm.forms.public import DirectoryForm, StatisticsForm
from ikm.models import Area, Business
from ikm.services.duplicates import resolve_reference

LATEST = 6
MOST_PICTURES = 6
#: How many divisions of the KBLI a chart shows; the table has all.
DIVISIONS_DRAWN = 10
SITEMAP_BLOCK = 10_000


# --- Home -------------------------------------------------------------------------------------------------------------


@public_page(seconds=60)
def home(request):
    made = reports.report(timezone.localdate())
    total = made.statistics.total
    businesses = {cell.code: cell.businesses for cell in made.statistics.by_kecamatan}
    context = {
        "report": made,
        "tiles": _tiles(made),
        "latest": for_cards(published().order_by("-id"))[:LATEST],
        "map": _kecamatan_map(businesses),
        "legend": charts.ramp_legend(businesses),
        "trend": _trend_chart(made) if total.businesses else None,
        "pillars": _pillars(),
        "canonical": canonical_address(request),
    }
    return render(request, "ikm/public/home.html", context)


def _tiles(made):
    total = made.statistics.total
    share = made.statistics.ikm_share if total.businesses else None
    statistics_url = reverse("statistics")
    return [
        {"value": _count(total.ikm), "label": _("industri kecil dan menengah (IKM)"), "url": statistics_url},
        {
            "value": f"{share}%".replace(".", ",") if share is not None else "–",
            "label": _("bagian IKM dari seluruh industri"),
        },
        {"value": _count(total.workers), "label": _("orang bekerja di IKM")},
        {"value": _count(total.businesses), "label": _("industri terdaftar")},
    ]


def _count(number):
    return reports.HIDDEN if number is None else charts.format_number(number)


def _pillars():
    """The five parts of the city's SMART programme, each with where it begins in this portal: (letter, name, text, address,
    words of the link)."""
    return [
        (
            "S",
            "Stimulating",
            _("Menumbuhkan usaha baru: daftar, surat keterangan, dan pendampingan awal."),
            reverse("start_registration"),
            _("Daftarkan usaha"),
        ),
        (
            "M",
            "Marketing",
            _("Membuka pasar: direktori ini, galeri, pameran, dan lokapasar."),
            reverse("directory"),
            _("Buka direktori"),
        ),
        (
            "A",
            "Adjusting",
            _("Menyesuaikan produk: kemasan, merek, halal, P-IRT, dan SNI."),
            reverse("facilitations"),
            _("Minta fasilitasi"),
        ),
        (
            "R",
            "Raising",
            _("Naik kelas: modal, alat produksi, dan kemitraan dengan industri besar."),
            reverse("credit_start"),
            _("Kredit Wibawa"),
        ),
        (
            "T",
            "Training",
            _("Melatih: desain, kemasan, sertifikasi, standardisasi, dan manajemen usaha."),
            reverse("training_runs"),
            _("Lihat pelatihan"),
        ),
    ]


# --- Directory --------------------------------------------------------------------------------------------------------


@public_page()
def directory(request):
    """The list, or with `?tampilan=peta` the map, of what the address asks for."""
    form = DirectoryForm(request.GET)
    valid = form.is_valid()
    wish = form.wish()
    answer = find(wish)
    count = count_of(answer.rows)
    as_map = request.GET.get("tampilan") == "peta"
    context = {
        "form": form,
        "wish": wish,
        "answer": answer,
        "count": count,
        "summary": _summary(count),
        "filters_in_use": form.filters_in_use,
        "as_map": as_map,
        "list_url": _address(request, tampilan=None, setelah=None, sebelum=None),
        "map_url": _address(request, tampilan="peta", setelah=None, sebelum=None),
        "everywhere_url": _address(
            request, drop=("kecamatan", "skala", "kbli", "sertifikat", "as_of", "setelah", "sebelum")
        ),
        "all_url": request.path,
        "canonical": canonical_address(request),
        "is_filtered": bool(request.GET),
    }
    if as_map:
        points = points_of(answer.rows)
        context["point_count"] = len(points)
        if points:
            context["map"] = charts.point_map(
                points,
                title=_("Peta usaha"),
                desc=_("Setiap titik adalah satu usaha dan membuka halamannya."),
                ground=_boundaries(),
            )
    else:
        page = page_of(answer, after=request.GET.get("setelah", ""), before=request.GET.get("sebelum", ""))
        context["businesses"] = page.rows
        if page.previous:
            context["previous_url"] = _address(request, sebelum=page.previous, setelah=None)
        if page.next:
            context["next_url"] = _address(request, setelah=page.next, sebelum=None)
    return render(request, "ikm/public/directory.html", context, status=200 if valid else 400)


def _summary(count):
    if count > MOST_COUNTED:
        return _("lebih dari %(most)s usaha") % {"most": charts.format_number(MOST_COUNTED)}
    return ngettext("%(count)s usaha", "%(count)s usaha", count) % {"count": charts.format_number(count)}


def _address(request, *, drop=(), **changes):
    """The address of this page with some parameters changed (None: left out), empty ones left out as well."""
    query = request.GET.copy()
    for name in drop:
        query.pop(name, None)
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    pairs = [(name, value) for name, values in query.lists() for value in values if value]
    return request.path + ("?" + urlencode(pairs) if pairs else "")


# --- One business -----------------------------------------------------------------------------------------------------


@public_page()
def business(request, reference):
    """A published business; a merged one leads to the one it was merged into, any other is not found."""
    official = official_reference(reference, "IKM")
    try:
        kept = resolve_reference(official).reference
    except Business.DoesNotExist as error:
        raise Http404 from error
    if kept != reference:
        return redirect("business", kept, permanent=True)
    found = get_object_or_404(
        with_contact(published())
        .select_related("kelurahan__parent", "main_kbli")
        .prefetch_related("products")
        .defer("npwp"),
        reference=official,
    )
    today = timezone.localdate()
    pictures = found.attachments.filter(
        is_public=True, removed_at__isnull=True, content_type_name__startswith="image/"
    )[:MOST_PICTURES]
    page = canonical_address(request)
    context = {
        "business": found,
        "pictures": pictures,
        "certificates": found.licences.filter(valid_on(today), kind__in=SHOWN_CERTIFICATES),
        "page": page,
        "share_url": "https://wa.me/?" + urlencode({"text": f"{found.name} – {page}"}),
        "chat_url": _chat_url(found),
        "map": _place_map(found),
        "map_url": _map_url(found),
        "structured_data": structured_data(found, pictures=pictures),
        "canonical": page,
        "today": today,
    }
    return render(request, "ikm/public/business.html", context)


def _chat_url(found):
    """The WhatsApp link of a business that shows its contact and has a mobile number."""
    if not found.shows_contact or not found.phone.startswith("+628"):
        return ""
    text = _("Halo %(name)s, saya melihat usaha Anda di Portal IKM Semarang.") % {"name": found.name}
    return f"https://wa.me/{found.phone.removeprefix('+')}?" + urlencode({"text": text})


def _shows_place(found):
    return found.shows_contact and found.latitude is not None and found.longitude is not None


def _map_url(found):
    """A street map elsewhere, for who wants to go there; only a link, nothing is loaded from it."""
    if not _shows_place(found):
        return ""
    return "https://www.openstreetmap.org/?" + urlencode(
        {"mlat": found.latitude, "mlon": found.longitude, "zoom": 17}
    )


def _place_map(found):
    if not _shows_place(found):
        return None
    return charts.point_map(
        [(float(found.longitude), float(found.latitude), found.name)],
        title=_("Letak %(name)s") % {"name": found.name},
        ground=_boundaries(),
    )


# --- Statistics -------------------------------------------------------------------------------------------------------


@public_page(seconds=60)
def statistics(request):
    """The counts of a day, drawn, as tables and to take away."""
    form = StatisticsForm(request.GET)
    valid = form.is_valid()
    as_of = form.cleaned_data.get("as_of") or timezone.localdate()
    known_at = form.cleaned_data.get("known_at")
    made = reports.report(as_of, known_at)
    if not request.GET:
        form = StatisticsForm(initial={"as_of": as_of})
    moment = known_at or reports.last_change()[1]
    context = {
        "form": form,
        "report": made,
        "tiles": _tiles(made),
        "figures": _figures(made) if made.statistics.total.businesses != 0 else [],
        "moment": moment,
        "fixed_url": _fixed_url(as_of, moment),
        "canonical": canonical_address(request),
        "is_filtered": bool(request.GET),
    }
    return render(request, "ikm/public/statistics.html", context, status=200 if valid else 400)


@public_page(seconds=60)
def statistics_csv(request):
    """One table as CSV. With both dates given the bytes are the same for ever."""
    form = StatisticsForm(request.GET)
    table = request.GET.get("table", "")
    if table not in reports.TABLES or not form.is_valid():
        names = ", ".join(reports.TABLES)
        lines = [_("Pilih table= salah satu dari: %(names)s.") % {"names": names}]
        lines += [message for messages in form.errors.values() for message in messages]
        return HttpResponse("\n".join(lines), status=400, content_type="text/plain; charset=utf-8")
    as_of = form.cleaned_data["as_of"] or timezone.localdate()
    known_at = form.cleaned_data["known_at"]
    response = HttpResponse(reports.csv_bytes(table, as_of, known_at), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="ikm-semarang-{table}-{as_of}.csv"'
    return response


def _local(moment):
    return timezone.localtime(moment).replace(tzinfo=None).isoformat()


def _dates(as_of, known_at):
    dates = {"as_of": as_of.isoformat()}
    if known_at:
        dates["known_at"] = _local(known_at)
    return dates


def _fixed_url(as_of, moment):
    """The address at which this very report can be had again; none while the newest change is seconds old."""
    if moment is None:
        return ""
    return f"{settings.SITE_URL}{reverse('statistics')}?{urlencode(_dates(as_of, moment))}"


def _figures(made):
    """Charts with their tables, as `includes/figure.html` and `includes/map.html` show them."""
    counted = made.statistics
    businesses = {cell.code: cell.businesses for cell in counted.by_kecamatan}
    by_size = sorted(counted.by_kbli, key=lambda cell: -(cell.businesses or 0))
    with_workers = [cell for cell in counted.by_scale if cell.code in (Scale.SMALL, Scale.MEDIUM)]
    return [
        {
            **_figure(made, "skala", _("Usaha menurut skala")),
            "chart": charts.bar_chart(
                [(cell.label, cell.businesses) for cell in counted.by_scale],
                title=_("Usaha menurut skala"),
                number=_count,
            ),
        },
        {
            **_figure(made, "skala", _("Tenaga kerja IKM menurut jenis kelamin")),
            "columns": [
                {"label": _("Skala")},
                *[{"label": label, "num": True} for label in (_("Laki-laki"), _("Perempuan"), _("Jumlah"))],
            ],
            "rows": [
                [cell.label, *map(_count, (cell.men, cell.women, cell.workers))] for cell in with_workers
            ],
            "foot": [
                _("Seluruh IKM"),
                *map(_count, (counted.total.men, counted.total.women, counted.total.workers)),
            ],
            "chart": charts.stacked_bar(
                [
                    (_("Seluruh IKM"), [counted.total.men, counted.total.women]),
                    *[
                        (cell.label, [cell.men, cell.women])
                        for cell in with_workers
                        if not cell.is_suppressed
                    ],
                ],
                [_("Laki-laki"), _("Perempuan")],
                title=_("Tenaga kerja IKM menurut jenis kelamin"),
            ),
        },
        {
            **_figure(made, "tahun", _("IKM dari tahun ke tahun")),
            "chart": _trend_chart(made),
            "is_wide": True,
        },
        {
            **_figure(made, "kecamatan", _("Usaha menurut kecamatan")),
            "chart": _kecamatan_map(businesses),
            "legend": charts.ramp_legend(businesses),
            "is_wide": True,
        },
        {
            **_figure(made, "kbli", _("Usaha menurut jenis industri (KBLI)")),
            "chart": charts.bar_chart(
                [(cell.label, cell.businesses) for cell in by_size[:DIVISIONS_DRAWN]],
                title=_("Usaha menurut jenis industri (KBLI)"),
                number=_count,
            ),
            "is_wide": True,
            "note": _("Gambar memuat %(count)d jenis terbesar; tabel memuat semua.")
            % {"count": DIVISIONS_DRAWN}
            if len(by_size) > DIVISIONS_DRAWN
            else "",
        },
    ]


def _figure(made, table, title):
    labels = {
        "skala": _("Skala"),
        "kecamatan": _("Kecamatan"),
        "kbli": _("Jenis industri"),
        "tahun": _("Tahun"),
    }
    counts = [_("Usaha"), _("IKM"), _("Tenaga kerja IKM"), _("Laki-laki"), _("Perempuan")]
    cells = made.cells(table)
    rows = [[cell.label, *map(_count, reports.counts_of(cell))] for cell in cells]
    total = made.statistics.total
    return {
        "title": title,
        "columns": [
            {"label": labels.get(table, _("Skala"))},
            *[{"label": label, "num": True} for label in counts],
        ],
        "rows": rows,
        "foot": None if table == "tahun" else [_("Jumlah"), *map(_count, reports.counts_of(total))],
        "csv_url": f"{reverse('statistics_csv')}?"
        + urlencode({"table": table, **_dates(made.as_of, made.known_at)}),
    }


def _trend_chart(made):
    return charts.line_chart(
        [(str(year), cell.ikm) for year, cell in made.years],
        title=_("Jumlah IKM dari tahun ke tahun"),
    )


def _kecamatan_map(businesses):
    """The kecamatan shaded by their businesses: in the office's own boundaries where loaded, else as tiles."""
    title = _("Usaha terdaftar menurut kecamatan")
    links = {code: f"{reverse('directory')}?kecamatan={code}" for code in charts.KECAMATAN_GRID}
    ground = _boundaries()
    if ground:
        return charts.geojson_map(ground, businesses, title=title, number=_count, links=links)
    return charts.tile_map(businesses, title=title, number=_count, links=links)


def _boundaries():
    """The kecamatan as a GeoJSON FeatureCollection, None unless the office has loaded the boundaries of all."""
    areas = Area.objects.filter(level="kecamatan").order_by("code")
    features = [
        {
            "type": "Feature",
            "properties": {"kode": area.code, "nama": area.name},
            "geometry": area.boundary,
        }
        for area in areas
        if area.boundary
    ]
    if len(features) < len(charts.KECAMATAN_GRID):
        return None
    return {"type": "FeatureCollection", "features": features}


# --- How we work ------------------------------------------------------------------------------------------------------


@public_page(seconds=60)
def privacy(request):
    return render(request, "ikm/public/privacy.html", {"canonical": canonical_address(request)})


@public_page(seconds=60)
def accessibility(request):
    return render(request, "ikm/public/accessibility.html", {"canonical": canonical_address(request)})


# --- For search engines -----------------------------------------------------------------------------------------------


@public_page(seconds=60)
def robots(request):
    lines = [
        "User-agent: *",
        *[
            f"Disallow: {path}"
            for path in (
                "/kantor/",
                "/kerja/",
                "/akun/",
                "/usaha/",
                "/bahasa/",
                "/api/",
                "/kredit/permohonan/",
            )
        ],
        f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@public_page()
def sitemap_index(request):
    """The sitemaps: one of the fixed pages, and one for each ten thousand ids that hold a published business."""
    newest = Business.objects.published().order_by("-id").values_list("id", flat=True).first()
    blocks = range((newest or 0) // SITEMAP_BLOCK + 1) if newest else []
    addresses = [reverse(name) for name in ("sitemap_pages", *settings.SITEMAPS)]
    addresses += [reverse("sitemap_businesses", args=[block]) for block in blocks]
    return _sitemap(request, "sitemapindex", "sitemap", [(address, None) for address in addresses])


@public_page(seconds=60)
def sitemap_pages(request):
    names = (
        "home",
        "directory",
        "statistics",
        "credit_start",
        "credit_eligibility",
        "credit_simulator",
        "track",
        "privacy",
        "accessibility",
    )
    return _sitemap(request, "urlset", "url", [(reverse(name), None) for name in names])


@public_page()
def sitemap_businesses(request, block):
    first = block * SITEMAP_BLOCK
    rows = (
        Business.objects.published()
        .filter(id__gte=first, id__lt=first + SITEMAP_BLOCK)
        .order_by("id")
        .values_list("reference", "modified_at")
    )
    return _sitemap(
        request,
        "urlset",
        "url",
        [(reverse("business", args=[reference]), timezone.localdate(at)) for reference, at in rows],
    )


def _sitemap(request, root, element, entries):
    return render(
        request,
        "ikm/public/sitemap.xml",
        {"root": root, "element": element, "entries": entries, "site": settings.SITE_URL},
        content_type="application/xml; charset=utf-8",
    )
