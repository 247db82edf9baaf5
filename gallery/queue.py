"""What of the gallery waits for an official: kinds of work in the officials' queue (ikm.queue)."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, Value, When
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.models import StepLine
from gallery.enums import ProductStatus, SettlementStatus
from gallery.models import Product, Settlement, Shop
from gallery.selectors import stuck_listings
from gallery.services.reference import CURATION, SETTLEMENT, SHOP
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


def _settlements(user, today, standards):
    """What another official prepared, to approve; and what is approved, to pay."""
    own = StepLine.objects.filter(
        content_type=ContentType.objects.get_for_model(Settlement),
        object_id=OuterRef("pk"),
        step="prepare",
        actor=user,
    )
    return by_standard(
        Settlement.objects.filter(
            Q(status=SettlementStatus.APPROVED) | (Q(status=SettlementStatus.DRAFT) & ~Exists(own))
        ),
        "gallery_settlement",
        SETTLEMENT,
        user=user,
        today=today,
        moment="modified_at",
        detail=Case(
            When(status=SettlementStatus.DRAFT, then=Value(gettext("menunggu persetujuan"))),
            default=Value(gettext("menunggu pembayaran")),
            output_field=CharField(),
        ),
    )


def _stuck_shops(user, today, standards):
    """Shops that are no longer connected though products wait in them: their makers are asked to connect them again."""
    return by_standard(
        Shop.objects.filter(pk__in=stuck_listings().values("shop")),
        "gallery_shop",
        SHOP,
        user=user,
        today=today,
        moment="disconnected_at",
        detail=F("name"),
    )


KINDS = {
    "gallery_product": Kind(
        _("Produk menunggu kurator"), "gallery.curate_product", _products, "office_product"
    ),
    "gallery_settlement": Kind(
        _("Bagi hasil untuk disetujui atau dibayar"),
        "gallery.approve_settlement",
        _settlements,
        "office_settlement",
    ),
    "gallery_shop": Kind(
        _("Toko perlu disambungkan lagi"), "gallery.curate_product", _stuck_shops, "office_shop"
    ),
}
