"""What of the gallery waits for an official: kinds of work in the officials' queue (ikm.queue)."""

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from gallery.enums import ProductStatus
from gallery.models import Product
from gallery.services.reference import CURATION
from ikm.queue import Kind, by_standard


def _products(user, today, standards):
    return by_standard(
        Product.objects.filter(status=ProductStatus.SUBMITTED),
        "gallery_product",
        CURATION,
        user=user,
        today=today,
        moment="submitted_at",
        detail=F("name"),
    )


KINDS = {
    "gallery_product": Kind(
        _("Produk menunggu kurator"), "gallery.curate_product", _products, "office_product"
    )
}
