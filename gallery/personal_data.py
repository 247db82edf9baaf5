"""What the gallery holds about a person, for "Data saya": products, shops, goods and settlements of the businesses he or she
speaks for."""

from gallery.models import GoodsNote, Photo, Product, Settlement, Shop
from ikm.models import Business

PRODUCT_FIELDS = [
    "reference", "status", "business__reference", "name", "name_en", "description", "description_en", "brand", "materials",
    "price_from", "stock", "submitted_at", "published_at",
]  # fmt: skip
PHOTO_FIELDS = ("reference", "alt", "uploaded_at")
SHOP_FIELDS = ["reference", "status", "business__reference", "channel", "remote_id", "name", "connected_at"]
NOTE_FIELDS = ["reference", "kind", "business__reference", "handed_by", "note", "recorded_at"]
SETTLEMENT_FIELDS = [
    "reference", "status", "business__reference", "month", "sold", "commission", "payable", "paid_on", "payment_reference",
]  # fmt: skip


def _of(model, user):
    return model.objects.filter(business__in=Business.objects.spoken_for_by(user)).order_by("id")


def _photos(user):
    return Photo.objects.filter(product__in=_of(Product, user)).order_by("product", "position", "id")


def references(user):
    """The references of products, photos, shops, goods notes and settlements."""
    return [
        *_of(Product, user).values_list("reference", flat=True),
        *_photos(user).values_list("reference", flat=True),
        *_of(Shop, user).values_list("reference", flat=True),
        *_of(GoodsNote, user).values_list("reference", flat=True),
        *_of(Settlement, user).values_list("reference", flat=True),
    ]


def export(user):
    """The person's share of the gallery, as JSON-ready values; never a shop's tokens."""
    photos = {}
    for product, *photo in _photos(user).values_list("product", *PHOTO_FIELDS):
        photos.setdefault(product, []).append(dict(zip(PHOTO_FIELDS, photo, strict=True)))
    return {
        "gallery_products": [
            {"photos": photos.get(row.pop("pk"), []), **row}
            for row in _of(Product, user).values("pk", *PRODUCT_FIELDS)
        ],
        "gallery_shops": list(_of(Shop, user).values(*SHOP_FIELDS)),
        "consigned_goods": list(_of(GoodsNote, user).values(*NOTE_FIELDS)),
        "consignment_settlements": list(_of(Settlement, user).values(*SETTLEMENT_FIELDS)),
    }
