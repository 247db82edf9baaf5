"""What of the gallery waits for an official: kinds of work in the officials' queue (ikm.queue)."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, Value, When
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.models import StepLine
from gallery.enums import ProductStatus, SettlementStatus
from gallery.models import Product, Settlement
from gallery.services.reference import CURATION, SETTLEMENT
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
}
