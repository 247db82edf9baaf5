"""Whether a channel would take a product, asked before it is sent there.

The rules are data: one table of published limits, one of rules a channel. Sources: Tokopedia's bulk sheet ("ISI Template
Impor Produk"), TikTok Shop Partner API 202309, Google Merchant product data specification, Meta catalogue fields.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from gallery.channels.candidate import Candidate, plain_name
from gallery.enums import ChannelKind

ERROR, WARNING = "error", "warning"

#: What each channel publishes; lengths in characters, weight in grams, money in rupiah.
LIMITS = MappingProxyType(
    {
        ChannelKind.TOKOPEDIA: {
            "name": 70, "description": 2000, "sku": 50, "photos": 9, "sheet_photos": 5, "least_stock": 1,
            "most_stock": 999_999, "least_price": 100, "most_price": 100_000_000, "least_weight": 1,
            "least_order": 1, "most_order": 9999, "least_days": 3, "most_days": 90,
        },
        ChannelKind.TIKTOK_SHOP: {
            "name": 254, "description": 10_000, "sku": 50, "photos": 9, "least_stock": 0, "most_stock": 999_999,
            "least_price": 100, "most_price": 100_000_000, "least_weight": 1,
        },
        ChannelKind.GOOGLE: {"id": 50, "name": 150, "description": 5000, "brand": 70, "photos": 11},
        ChannelKind.META: {"id": 100, "name": 200, "short_name": 65, "description": 9999, "brand": 100, "photos": 21},
        ChannelKind.JSON: {},
    }
)  # fmt: skip

_YOUTUBE = re.compile(r"(?:www\.|m\.)?youtube\.com|youtu\.be")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a channel would refuse (error) or change (warning): the field to mend and what to do."""

    field: str
    code: str
    severity: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Rule:
    """`is_broken` answers of a candidate whether it breaks the rule; `sentence` says what to do, the limits filled in."""

    code: str
    field: str
    is_broken: Callable
    sentence: str
    severity: str = ERROR


def lint(candidate: Candidate, channel, *, without=frozenset()):
    """The Findings on the candidate for a channel, errors first. `without` leaves out rules by code."""
    limits = LIMITS[channel]
    words = {name: f"{number:,}".replace(",", ".") for name, number in limits.items()}
    found = [
        Finding(rule.field, rule.code, rule.severity, str(rule.sentence) % words)
        for rule in RULES[channel]
        if rule.code not in without and rule.is_broken(candidate, limits)
    ]
    return sorted(found, key=lambda one: one.severity != ERROR)


def is_ready(findings):
    """Whether the channel would take what these were found on."""
    return all(one.severity != ERROR for one in findings)


# --- What the rules ask ----------------------------------------------------------------------------------------------------


def _empty(field):
    return lambda candidate, limits: not str(getattr(candidate, field) or "").strip()


def _longer(field, limit=None):
    return lambda candidate, limits: len(getattr(candidate, field)) > limits[limit or field]


def _any_offer(test):
    return lambda candidate, limits: any(test(candidate, one, limits) for one in candidate.offers)


def _long_offered_name(limit):
    return lambda candidate, limits: any(len(one) > limits[limit] for one in candidate.offered_names())


def _no_address(text):
    parts = urlsplit(text)
    return parts.scheme not in {"http", "https"} or not parts.netloc


def _name_taken(candidate, limits):
    own = [plain_name(one) for one in candidate.offered_names()]
    return len(set(own)) < len(own) or not candidate.names_taken.isdisjoint(own)


def _title_taken(candidate, limits):
    return plain_name(candidate.name) in candidate.names_taken


def _sku_twice(candidate, limits):
    own = [one.sku for one in candidate.offers]
    return len(set(own)) < len(own)


def _outside(value, least, most):
    return value is None or value != int(value) or not least <= value <= most


_price_outside = _any_offer(lambda product, one, limits: _outside(one.price, limits["least_price"], limits["most_price"]))  # fmt: skip
_stock_outside = _any_offer(lambda product, one, limits: _outside(one.stock, limits["least_stock"], limits["most_stock"]))  # fmt: skip


def _no_weight(product, limits):
    return _outside(product.weight_grams, limits["least_weight"], float("inf"))


_LONG_ID = Rule(
    "id_long",
    "sku",
    _any_offer(lambda product, one, limits: len(one.reference) > limits["id"]),
    _("Nomor produk lebih panjang dari %(id)s huruf. Hubungi dinas."),
)
_LONG_OFFERED_NAME = Rule(
    "name_long",
    "name",
    _long_offered_name("name"),
    _("Pendekkan nama, bersama pilihan variannya, menjadi paling banyak %(name)s huruf."),
)
_NO_PRICE = Rule(
    "price",
    "price",
    _any_offer(lambda product, one, limits: _outside(one.price, 1, float("inf"))),
    _("Isi harga lebih dari nol, dalam rupiah bulat."),
)
_LONG_BRAND = Rule(
    "brand_long",
    "brand",
    _longer("brand"),
    _("Pendekkan merek menjadi paling banyak %(brand)s huruf."),
)
_MANY_PHOTOS = Rule(
    "photos_many",
    "photo",
    _longer("photos"),
    _("Saluran ini memuat paling banyak %(photos)s foto. Hapus yang lain."),
)
_NO_OFFER = Rule("offers_missing", "price", lambda product, limits: not product.offers, _("Isi harga dan stok paling sedikit satu varian."))  # fmt: skip
_NO_NAME = Rule("name_missing", "name", _empty("name"), _("Isi nama produk."))
_NO_DESCRIPTION = Rule(
    "description_missing", "description", _empty("description"), _("Tuliskan keterangan produk.")
)
_LONG_DESCRIPTION = Rule(
    "description_long",
    "description",
    _longer("description"),
    _("Pendekkan keterangan menjadi paling banyak %(description)s huruf."),
)
_NO_PHOTO = Rule(
    "photo_missing", "photo", lambda product, limits: not product.photos, _("Tambahkan paling sedikit satu foto.")
)  # fmt: skip
_NO_LINK = Rule(
    "link_missing", "link", lambda product, limits: _no_address(product.link), _("Alamat halaman produk belum ada.")
)  # fmt: skip


def _seller_center():
    """What both shops of the Seller Center ask."""
    return (
        _NO_OFFER,
        _NO_NAME,
        _LONG_DESCRIPTION,
        Rule(
            "category_missing",
            "category",
            _empty("category_code"),
            _("Kategori ini belum punya kode pada saluran ini. Minta kurator mengisinya."),
        ),
        Rule(
            "category_not_deepest",
            "category",
            lambda product, limits: bool(product.category_code) and not product.category_is_deepest,
            _("Pilih kategori yang paling dalam; kode kategori ini masih punya cabang."),
        ),
        Rule(
            "weight",
            "weight_grams",
            _no_weight,
            _("Isi berat dalam gram, bilangan bulat, paling sedikit %(least_weight)s."),
        ),
        Rule(
            "price",
            "price",
            _price_outside,
            _("Isi harga bulat dari Rp%(least_price)s sampai Rp%(most_price)s."),
        ),
        Rule("stock", "stock", _stock_outside, _("Isi stok dari %(least_stock)s sampai %(most_stock)s.")),
        Rule(
            "sku_long",
            "sku",
            _any_offer(lambda product, one, limits: len(one.sku) > limits["sku"]),
            _("Pendekkan SKU menjadi paling banyak %(sku)s huruf."),
        ),
        Rule("sku_twice", "sku", _sku_twice, _("Beri setiap varian SKU yang berbeda.")),
        _NO_PHOTO,
        Rule(
            "photos_many",
            "photo",
            _longer("photos"),
            _("Saluran ini memuat paling banyak %(photos)s foto. Hapus yang lain."),
        ),
    )


RULES = MappingProxyType(
    {
        ChannelKind.TOKOPEDIA: (
            *_seller_center(),
            _LONG_OFFERED_NAME,
            Rule(
                "name_taken",
                "name",
                _name_taken,
                _("Produk lain di toko ini sudah memakai nama yang sama. Beri nama yang berbeda."),
            ),
            Rule(
                "preorder",
                "made_to_order_days",
                lambda product, limits: (
                    product.made_to_order_days is not None
                    and _outside(product.made_to_order_days, limits["least_days"], limits["most_days"])
                ),
                _("Isi waktu pembuatan dari %(least_days)s sampai %(most_days)s hari, atau kosongkan."),
            ),
            Rule(
                "minimum_order",
                "minimum_order",
                lambda product, limits: _outside(
                    product.minimum_order, limits["least_order"], limits["most_order"]
                ),
                _(
                    "Isi pesanan paling sedikit dari %(least_order)s sampai %(most_order)s; selain itu menjadi 1."
                ),
                WARNING,
            ),
            Rule(
                "video",
                "video_url",
                lambda product, limits: (
                    bool(product.video_url)
                    and not _YOUTUBE.fullmatch(urlsplit(product.video_url).hostname or "")
                ),
                _("Pakai alamat video YouTube, atau kosongkan."),
            ),
            Rule(
                "photos_in_sheet",
                "photo",
                lambda product, limits: len(product.photos) > limits["sheet_photos"],
                _("Berkas Tokopedia memuat %(sheet_photos)s foto pertama saja. Taruh yang terbaik di depan."),
                WARNING,
            ),
        ),
        ChannelKind.TIKTOK_SHOP: (
            *_seller_center(),
            _NO_DESCRIPTION,
            Rule(
                "name_long",
                "name",
                _longer("name"),
                _("Pendekkan nama menjadi paling banyak %(name)s huruf."),
            ),
            Rule(
                "name_taken",
                "name",
                _title_taken,
                _("Produk lain di toko ini sudah memakai nama yang sama. Beri nama yang berbeda."),
            ),
        ),
        ChannelKind.GOOGLE: (
            _NO_OFFER,
            _NO_NAME,
            _NO_DESCRIPTION,
            _LONG_DESCRIPTION,
            _NO_LINK,
            _NO_PHOTO,
            _LONG_ID,
            _LONG_OFFERED_NAME,
            _NO_PRICE,
            _LONG_BRAND,
            _MANY_PHOTOS,
        ),
        ChannelKind.META: (
            _NO_OFFER,
            _NO_NAME,
            _NO_DESCRIPTION,
            _LONG_DESCRIPTION,
            _NO_LINK,
            _NO_PHOTO,
            _LONG_ID,
            _LONG_OFFERED_NAME,
            Rule(
                "name_cut",
                "name",
                _any_offer(
                    lambda product, one, limits: len(product.offered_name(one)) > limits["short_name"]
                ),
                _("Nama yang lebih dari %(short_name)s huruf terpotong di layar. Sebut barangnya di awal."),
                WARNING,
            ),
            _NO_PRICE,
            Rule("brand_missing", "brand", _empty("brand"), _("Isi merek produk.")),
            _LONG_BRAND,
            _MANY_PHOTOS,
        ),
        ChannelKind.JSON: (_NO_OFFER, _NO_NAME),
    }
)
