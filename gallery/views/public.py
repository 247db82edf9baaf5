"""The catalogue for everybody: the list with its facets, a product, an edition, a product's share card, and the sitemap.

They show published products only and no personal data beyond what the business agreed to. Nothing here writes.
"""

from hashlib import sha256

from django.conf import settings
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_safe

from accounts.enums import Purpose
from accounts.models import Consent
from core.charts import format_number
from core.indonesia import rupiah
from core.public import canonical_address, official_reference, public_page
from gallery import catalogue, sheets
from gallery.changes import CATALOGUE
from gallery.models import Edition, Product, Variant
from gallery.share_card import draw_card

MOST_OTHERS = 4
#: A shared picture may be kept for an hour: a withdrawn consent holds for it within the hour, as for photos.
CARD_SECONDS = 3600
FACET_LABELS = {
    "kecamatan": _l("Kecamatan"),
    "harga": _l("Harga"),
    "sertifikat": _l("Sertifikat yang berlaku"),
    "lain": _l("Lainnya"),
}


def _languages(request):
    """The addresses of this page in both languages, for search engines: (language, address)."""
    asked = {name: value for name, value in request.GET.items() if name != "bahasa" and value}
    plain = canonical_address(request) + (f"?{urlencode(asked)}" if asked else "")
    english = canonical_address(request) + "?" + urlencode({**asked, "bahasa": "en"})
    return [("id", plain), ("en", english), ("x-default", plain)]


def _head(request, **changes):
    """What every page of the catalogue says of itself in its head, and what keeps its language in its links."""
    spoken = "en" if request.GET.get("bahasa") == "en" else ""
    languages = _languages(request)
    return {
        "canonical": languages[1 if spoken else 0][1],
        "languages": languages,
        "spoken": "?bahasa=en" if spoken else "",
        **changes,
    }


@public_page(watch=CATALOGUE)
def gallery(request):
    """The list that the address asks for."""
    wish = catalogue.Wish.of(request.GET)
    answer = catalogue.find(wish, request.generation)
    spoken = {"bahasa": "en"} if request.GET.get("bahasa") == "en" else {}

    def address(**changes):
        question = {**wish.address(**changes), **spoken}
        return request.path + (f"?{urlencode(question)}" if question else "")

    def links(name):
        return [_link(choice, name, address) for choice in answer.facets[name]]

    last = answer.pages()
    editions = [] if wish.address() else catalogue.editions()
    sheets.lay_out([card.picture for one in editions for card in one.cards], sheets.SMALL)
    sheets.lay_out([card.picture for card in answer.cards], eager=True)
    head = _head(request)
    is_category = wish.address() == {"kategori": wish.kategori}
    if wish.address() and not is_category:
        head["canonical"] = canonical_address(request)
        head["languages"] = []
    context = {
        **head,
        "wish": wish,
        "answer": answer,
        "summary": ngettext("%(count)s produk", "%(count)s produk", answer.total)
        % {"count": format_number(answer.total)},
        "categories": links("kategori"),
        "facets": [
            {"label": FACET_LABELS[name], "links": found}
            for name, found in (
                ("kecamatan", links("kecamatan")),
                ("harga", links("harga")),
                ("sertifikat", links("sertifikat")),
                ("lain", links("ekspor") + links("pesanan")),
            )
            if found
        ],
        "kept": {name: value for name, value in {**wish.address(), **spoken}.items() if name != "cari"},
        "sorts": [
            {"label": label, "url": address(sort="" if key == "baru" else key), "current": (wish.sort or "baru") == key}
            for key, (label, _order) in catalogue.SORTS.items()
        ],
        "all_url": request.path + head["spoken"],
        "unfiltered_url": address(**dict.fromkeys(catalogue.FACETS, "")),
        "previous_url": address(page=wish.page - 1) if wish.page > 1 else "",
        "next_url": address(page=wish.page + 1) if wish.page < last else "",
        "pages": _("Halaman %(page)d dari %(last)d") % {"page": wish.page, "last": last} if last > 1 else "",
        "editions": editions,
        "is_filtered": bool(wish.address()) and not is_category,
    }  # fmt: skip
    return render(request, "gallery/public/gallery.html", context)


def _link(choice, name, address):
    """A choice of a facet as a link: to it, or away from it where it is chosen."""
    return {
        "label": choice.label,
        "has_chosen": any(child.is_chosen for child in choice.children),
        "count": choice.count,
        "is_chosen": choice.is_chosen,
        "url": address(**{name: "" if choice.is_chosen else choice.value}),
        "children": [_link(child, name, address) for child in choice.children],
    }


@public_page(watch=CATALOGUE)
def product(request, reference):
    """A published product; any other is not found."""
    official = official_reference(reference, "PRD")
    if official != reference:
        return redirect("gallery_product", official, permanent=True)
    found = get_object_or_404(
        Product.objects.published()
        .select_related("business__kelurahan__parent", "category__parent")
        .prefetch_related(
            "photos", "licences", Prefetch("variants", Variant.objects.filter(is_active=True), to_attr="sold")
        ),
        reference=official,
    )
    page = canonical_address(request)
    pictures = [catalogue.picture_of(photo) for photo in found.photos.all()]
    badges = found.badges()
    others = Product.objects.published().filter(business=found.business).exclude(pk=found.pk)
    others = catalogue.cards_of(others.order_by("-published_at", "-id")[:MOST_OTHERS])
    sheets.lay_out([*pictures[1:], *(card.picture for card in others)])
    context = {
        **_head(request),
        "product": found,
        "pictures": pictures,
        "badges": badges,
        "page": page,
        "order_url": _order_url(found, page),
        "share_url": "https://wa.me/?" + urlencode({"text": f"{found.shown_name} – {page}"}),
        "card_url": settings.SITE_URL + reverse("gallery_card", args=[official]),
        "others": others,
        "structured_data": catalogue.as_script(_structured_data(found, pictures, page)),
        "sizes": _sizes(found),
    }
    return render(request, "gallery/public/product.html", context)


def _order_url(found, page):
    """The WhatsApp link to who takes orders: the maker when the maker agreed to show the phone, else the gallery's own number;
    "" when neither has one."""
    business = found.business
    agreed = (
        business.phone.startswith("+628")
        and Consent.objects.active(Purpose.PUBLISH_CONTACT).filter(subject=business.reference).exists()
    )
    number = business.phone if agreed else settings.GALLERY_PHONE
    if not number:
        return ""
    text = _("Halo, saya ingin memesan %(name)s (%(reference)s). %(page)s") % {
        "name": found.shown_name,
        "reference": found.reference,
        "page": page,
    }
    return f"https://wa.me/{number.removeprefix('+')}?" + urlencode({"text": text})


def _sizes(found):
    """Length, width and height in one line, "" unless all are known."""
    sides = (found.length_cm, found.width_cm, found.height_cm)
    return f"{' × '.join(map(str, sides))} cm" if all(sides) else ""


def _structured_data(found, pictures, page):
    """The product for search engines (schema.org Product with its Offers)."""

    def availability(variant):
        if variant.stock:
            return "https://schema.org/InStock"
        return f"https://schema.org/{'MadeToOrder' if found.made_to_order_days else 'OutOfStock'}"

    data = {
        "@context": "https://schema.org",
        "@type": "Product",
        "@id": page,
        "url": page,
        "name": found.shown_name,
        "sku": found.reference,
        "description": found.shown_description,
        "inLanguage": get_language(),
        "brand": {"@type": "Brand", "name": found.brand or found.business.name},
        "image": [
            settings.SITE_URL + reverse("gallery_photo", args=[one.reference, one.widths[-1], "jpg"]) for one in pictures
        ],
        "offers": [
            {
                "@type": "Offer",
                "sku": variant.reference,
                "name": variant.choice or found.shown_name,
                "url": page,
                "price": str(int(variant.price)),
                "priceCurrency": "IDR",
                "availability": availability(variant),
                "itemCondition": f"https://schema.org/{'NewCondition' if found.condition == 'new' else 'UsedCondition'}",
                "seller": {"@type": "Organization", "name": found.business.name},
            }
            for variant in found.sold
        ],
    }  # fmt: skip
    if found.category:
        data["category"] = found.category.shown
    if found.shown_materials:
        data["material"] = found.shown_materials
    if found.weight_grams:
        data["weight"] = {"@type": "QuantitativeValue", "value": found.weight_grams, "unitCode": "GRM"}
    return data


@require_safe
def card(request, reference):
    """The picture of a shared link, drawn when it is asked for."""
    found = get_object_or_404(
        Product.objects.published().select_related("business"), reference=official_reference(reference, "PRD")
    )
    photo = found.photos.first()
    seen = f"{found.reference} {found.version} {found.shown_name} {photo.sha256 if photo else ''}"
    etag = f'"{sha256(seen.encode()).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=304)
    else:
        told = {"name": found.shown_name, "price": rupiah(found.price_from), "maker": found.business.name}
        if photo:
            with photo.file.open() as opened:
                drawn = draw_card(**told, photo=opened)
        else:
            drawn = draw_card(**told)
        response = HttpResponse(drawn, content_type="image/jpeg")
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={CARD_SECONDS}"
    return response


@public_page(watch=CATALOGUE)
def edition(request, reference):
    """A curator's edition while it is shown."""
    found = get_object_or_404(Edition.objects.shown(), reference=official_reference(reference, "EDS"))
    cards = catalogue.edition_cards(found)
    sheets.lay_out([card.picture for card in cards], eager=True)
    context = {**_head(request), "edition": found, "cards": cards}
    return render(request, "gallery/public/edition.html", context)


@public_page(watch=CATALOGUE)
def sitemap(request):
    """The catalogue's pages, the newest ten thousand products."""
    rows = Product.objects.published().order_by("-id").values_list("reference", "modified_at")[:10_000]
    editions = Edition.objects.shown().values_list("reference", flat=True)
    entries = [
        (reverse("gallery"), None),
        *((reverse("gallery_edition", args=[one]), None) for one in editions),
        *((reverse("gallery_product", args=[one]), timezone.localdate(at)) for one, at in rows),
    ]
    return render(
        request,
        "ikm/public/sitemap.xml",
        {"root": "urlset", "element": "url", "entries": entries, "site": settings.SITE_URL},
        content_type="application/xml; charset=utf-8",
    )
