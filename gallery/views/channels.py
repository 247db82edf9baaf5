"""What the channels say of the products: for the office over all of them, for a maker over his or her own."""

from dataclasses import dataclass
from hashlib import sha256

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core import audit
from core.admin_export import file_response, write_table
from core.public import numbered_page, official_reference
from gallery.channels import files
from gallery.channels.addresses import maker_path
from gallery.channels.feeds import FEEDS
from gallery.channels.linting import is_ready
from gallery.channels.readiness import readiness, status_of
from gallery.channels.reading import ready_candidates, verdicts, with_parts
from gallery.enums import ChannelKind
from gallery.forms.channels import ChannelFilterForm
from gallery.models import Product, Shop
from gallery.selectors import stuck_shops
from ikm.models import Business
from ikm.notifications import speakers
from ikm.views.office import official

PER_PAGE, MOST_STUCK = 50, 20
VIEW = "gallery.view_product"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Where on the maker's page of a product a field is mended.
PLACE_OF_FIELD = {"price": "varian", "stock": "varian", "sku": "varian", "photo": "foto"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one channel says of a product: "ready", "changes" (takes it, but changes something) or "refused"."""

    channel: str
    label: str
    findings: list

    @property
    def status(self):
        return status_of(self.findings)

    @property
    def words(self):
        return words_of(self.status)


def words_of(status):
    return {"ready": _("siap"), "changes": _("siap, ada catatan"), "refused": _("belum siap")}[status]


def as_verdicts(found):
    """The Verdicts of {channel: [Finding]}."""
    return [Verdict(channel, ChannelKind(channel).label, findings) for channel, findings in found.items()]


def _with_links(verdict, product):
    """The verdict's findings, each with the address of the field it is about."""
    return [
        {"finding": one, "url": f"{maker_path(product)}#{PLACE_OF_FIELD.get(one.field, f'id_{one.field}')}"}
        for one in verdict.findings
    ]


def _check(request, products, template, reference):
    rows = verdicts(with_parts(products.filter(reference=reference)))
    if not rows:
        raise Http404
    product, found = rows[0]
    return render(
        request,
        template,
        {
            "product": product,
            "may_be_offered": Product.objects.for_channels().filter(pk=product.pk).exists(),
            "verdicts": [
                {"verdict": one, "findings": _with_links(one, product)} for one in as_verdicts(found)
            ],
        },
    )


@login_required
@require_GET
def check(request, reference):
    """By who speaks for the business: what each channel would say of the product."""
    mine = Product.objects.filter(business__in=Business.objects.spoken_for_by(request.user))
    return _check(request, mine, "gallery/channels/check.html", reference)


@official(VIEW)
@require_GET
def office_check(request, reference):
    """The same for the curator."""
    return _check(
        request, Product.objects.visible_to(request.user), "gallery/channels/office_check.html", reference
    )


# --- The office's list ---------------------------------------------------------------------------------------------------


@official(VIEW)
@require_GET
def desk(request):
    """Which products are ready for which channel."""
    form = ChannelFilterForm(request.GET or None)
    rows = [row for row in readiness() if form.finds(row) and form.keeps(row.is_ready)]
    page, around = numbered_page(request, rows, PER_PAGE)
    return render(
        request,
        "gallery/channels/desk.html",
        {
            "filter_form": form,
            "active": form.active(),
            "rows": [
                (
                    row,
                    [
                        (ChannelKind(channel).label, status, words_of(status))
                        for channel, status in row.statuses.items()
                    ],
                )
                for row in page
            ],
            "page": page,
            **around,
            "total": len(rows),
            "channels": [
                {
                    "kind": channel,
                    "label": channel.label,
                    "ready": sum(row.is_ready(channel) for row in rows),
                    "feed": reverse(FEEDS[channel][0]) if channel in FEEDS else "",
                }
                for channel in ChannelKind
            ],
            "query": request.GET.urlencode(),
            "stuck": stuck_shops()[:MOST_STUCK],
        },
    )


@official(VIEW)
@require_GET
def desk_file(request, kind):
    """The list as a table for spreadsheets: one line for each finding, and one for each channel that is ready."""
    if kind not in {"xlsx", "csv"}:
        raise Http404
    with translation.override("id"):
        form = ChannelFilterForm(request.GET or None)
        rows = verdicts(with_parts(form.narrow(Product.objects.for_channels()).order_by("name", "pk")))
        header = ["Nomor", "Produk", "Usaha", "Saluran", "Siap", "Bagian", "Tingkat", "Yang perlu dilakukan"]
        lines = []
        for product, found in rows:
            if not form.keeps(lambda channel, found=found: is_ready(found[channel])):
                continue
            for one in as_verdicts(found):
                start = [product.reference, product.name, product.business.name, str(one.label)]
                ready = "tidak" if one.status == "refused" else "ya"
                lines += [
                    [*start, ready, f.field, "galat" if f.severity == "error" else "catatan", f.sentence]
                    for f in one.findings
                ] or [[*start, ready, "", "", ""]]
    audit.record(request.user, "gallery.export_channels", detail={"rows": len(lines)})
    return file_response(write_table(kind, header, lines), "kesiapan-saluran", kind)


@official("gallery.view_shop")
@require_GET
def office_shop(request, reference):
    """A maker's shop, what stands and what waits in it, and whom to ask to connect it again."""
    shop = get_object_or_404(
        Shop.objects.visible_to(request.user).select_related("business"),
        reference=official_reference(reference, "TKO"),
    )
    return render(
        request,
        "gallery/channels/office_shop.html",
        {
            "shop": shop,
            "listings": shop.listings.select_related("product").order_by("status", "product__name"),
            "is_stuck": stuck_shops().filter(pk=shop.pk).exists(),
            "speakers": speakers(shop.business),
        },
    )


# --- Sheets for upload ---------------------------------------------------------------------------------------------------


def _sheet(request, products, channel):
    """The channel's sheet of the products that are ready for it; several sheets come zipped."""
    products = with_parts(products.order_by("pk"))
    with translation.override("id"):
        found = [one for _product, one in ready_candidates(products, channel)]
    if not found:
        raise Http404(_("Belum ada produk yang siap untuk saluran ini."))
    stem = f"produk-{channel}".replace("_", "-")
    if channel == ChannelKind.TOKOPEDIA:
        sheets = files.tokopedia_sheets(found)
    else:
        sheets = [files.tiktok_sheet(found)]
    if len(sheets) == 1:
        body, content_type, name = sheets[0], XLSX, f"{stem}.xlsx"
    else:
        body, content_type, name = files.zipped(sheets, stem), "application/zip", f"{stem}.zip"
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    response = HttpResponse(
        body,
        content_type=content_type,
        headers={"ETag": etag, "Content-Disposition": f'attachment; filename="{name}"'},
    )
    return get_conditional_response(request, etag=etag, response=response)


def _sheet_channel(kind):
    if kind not in {ChannelKind.TOKOPEDIA, ChannelKind.TIKTOK_SHOP}:
        raise Http404
    return ChannelKind(kind)


@official(VIEW)
@require_GET
def office_sheet(request, kind):
    """The sheet over the products that the office's filter leaves."""
    form = ChannelFilterForm(request.GET or None)
    return _sheet(request, form.narrow(Product.objects.for_channels()), _sheet_channel(kind))


@login_required
@require_GET
def my_sheet(request, kind, reference):
    """The sheet of one's own business, to upload by hand in the shop."""
    business = get_object_or_404(Business.objects.spoken_for_by(request.user), reference=reference)
    return _sheet(request, Product.objects.for_channels().filter(business=business), _sheet_channel(kind))
