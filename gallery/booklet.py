"""The gallery's printed booklet: A5, cover, contents, and one or two products a page with photo, maker, price and QR code."""

import io
import re
from itertools import zip_longest
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import override
from PIL import Image, ImageOps

from core.indonesia import rupiah
from core.typesetting import render_print
from gallery.channels.addresses import short_address
from gallery.paper import GALLERY, OFFICE, printed_code

TEMPLATE = Path(__file__).parent / "print_templates" / "booklet.typ"
#: The colour of the codes, as in the template.
NIGHT = "#171c49"
#: Width and height in pixels of a photo in print, some 170 to the inch, by the number of products on a page.
PRINTED = {1: (830, 656), 2: (390, 551)}
QUALITY = 80
#: As long as the longest story that finds room on a page.
MOST_CHARACTERS = 520


def booklet_pdf(chapters, links, *, title, subtitle, introduction, per_page, language, made_at):
    """The PDF of `chapters`: pairs of a name and a list of (product, the curator's words).

    `links` has the code of each product's short link, `per_page` is 1 or 2, `language` "id" or "en". Products have their
    business with its place, photos with renditions, licences and sold variants (`sold`) at hand.
    """
    with override(language):
        pictures = {}
        told = [
            {
                "name": name,
                "goods": [_goods(one, words, links, per_page, language, pictures) for one, words in rows],
            }
            for name, rows in chapters
        ]
        home = settings.SITE_URL + reverse("gallery") + ("?bahasa=en" if language == "en" else "")
        day = localdate(made_at)
        return render_print(
            TEMPLATE,
            {
                "title": title,
                "subtitle": subtitle,
                "author": OFFICE,
                "gallery": GALLERY,
                "language": language,
                "month": date_format(day, "F Y"),
                "introduction": [line.strip() for line in introduction.splitlines() if line.strip()],
                "steps": _steps(),
                "home": printed_code(home, dark=NIGHT),
                "colophon": _("Disusun %(day)s. Harga dapat berubah; yang berlaku ada di halaman tiap produk.")
                % {"day": date_format(day, "j F Y")},
                "words": {
                    "welcome": _("Selamat datang"),
                    "how_to_order": _("Cara memesan"),
                    "contents": _("Daftar isi"),
                    "scan_me": _("Pindai untuk memesan"),
                    "cover_picture": _("Foto produk pilihan"),
                    "emblem": _("Lambang: kubah di atas deretan pilar"),
                },
                "cover": _cover(told),
                "per_page": per_page,
                "chapters": told,
            },
            pictures=pictures,
            made_at=made_at,
        )  # fmt: skip


def _cover(chapters):
    """Six pictures of as many chapters as there are."""
    columns = [[one["picture"] for one in chapter["goods"] if one["picture"]] for chapter in chapters]
    return [name for row in zip_longest(*columns) for name in row if name][:6]


def _steps():
    return [
        _("Arahkan kamera ponsel ke kode QR di samping foto."),
        _("Halaman produk menunjukkan harga hari ini, stok, dan kisah pembuatnya."),
        _("Pesan lewat WhatsApp, atau datang ke galeri di Kota Lama."),
        _("Kode di sini membuka seluruh galeri."),
    ]


def _goods(product, words, links, per_page, language, pictures):
    address = short_address(links[product.pk]) + ("?bahasa=en" if language == "en" else "")
    photo = next(iter(product.photos.all()), None)
    if photo is not None:
        pictures[f"{product.pk}.jpg"] = printed_photo(photo, PRINTED[per_page])
    several = len({variant.price for variant in product.sold}) > 1
    price = rupiah(product.price_from)
    area = product.business.kelurahan
    badges = {one.get_kind_display(): None for one in product.badges()}
    return {
        "name": product.shown_name,
        "maker": product.business.name,
        "place": area.parent.name if area else "",
        "price": _("mulai %(price)s") % {"price": price} if several else price,
        "story": sentences(product.shown_description),
        # Makers tell of themselves in Indonesian only.
        "about": sentences(product.business.story) if language == "id" else [],
        "quote": words,
        "facts": _facts(product),
        "marks": [*badges, *([_("Siap ekspor")] if product.is_export_ready else [])][:3],
        "picture": f"{product.pk}.jpg" if photo is not None else None,
        "alt": photo.shown_alt if photo is not None else "",
        "reference": product.reference,
        **printed_code(address, dark=NIGHT),
    }


def _facts(product):
    sides = (product.length_cm, product.width_cm, product.height_cm)
    pairs = [
        (_("Bahan"), product.shown_materials),
        (_("Dimensi"), f"{' × '.join(map(str, sides))} cm" if all(sides) else ""),
        (_("Pilihan"), ", ".join(choice for one in product.sold if (choice := one.choice))),
        (
            _("Dibuat"),
            _("setelah dipesan, %(days)d hari") % {"days": product.made_to_order_days}
            if product.made_to_order_days
            else "",
        ),
    ]
    return [(name, _shortened(value, 80)) for name, value in pairs if value]


def sentences(text):
    """The sentences of `text` from its beginning, as far as a page may have room; a first one that is too long is cut at a
    word."""
    found, length = [], 0
    for sentence in re.split(r"(?<=[.!?…])\s+", " ".join(text.split())):
        length += len(sentence) + 1
        if length > MOST_CHARACTERS:
            break
        found.append(sentence)
    return found or [_shortened(text, MOST_CHARACTERS // 2)]


def _shortened(text, most):
    text = " ".join(text.split())
    return text if len(text) <= most else text[:most].rpartition(" ")[0].rstrip(",;:") + "…"


def printed_photo(photo, size):
    """The middle of `photo` as JPEG in the shape of `size`, no larger than print needs nor than the photo is."""
    fitting = [one for one in photo.renditions.all() if one.format == "jpeg"]
    chosen = next((one for one in fitting if one.width >= size[0] and one.height >= size[1]), fitting[-1])
    with chosen.file.open() as opened, Image.open(opened) as picture:
        scale = min(1, picture.width / size[0], picture.height / size[1])
        cut = ImageOps.fit(picture.convert("RGB"), (round(size[0] * scale), round(size[1] * scale)))
    stored = io.BytesIO()
    cut.save(stored, "JPEG", quality=QUALITY)
    return stored.getvalue()
