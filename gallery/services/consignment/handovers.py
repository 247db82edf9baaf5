"""Goods that a maker brings to the gallery or takes home, each with its paper, and goods that broke or went missing."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.dates import today
from gallery.enums import MovementKind, ProductStatus
from gallery.models import GoodsNote
from gallery.services.consignment.papers import issue_receipt
from gallery.services.consignment.stock import RECORD, check_may, check_quantity, in_order, move, terms_on
from ikm.enums import BusinessStatus


@transaction.atomic
def receive_goods(business, lines, *, actor, handed_by, note=""):
    """Take in `lines`, pairs of a variant of `business` and a quantity. Returns the GoodsNote with its letter.

    Raises PermissionDenied, ValidationError where no terms are in force or a product was withdrawn.
    """
    check_may(actor, RECORD)
    if business.status != BusinessStatus.REGISTERED:
        raise ValidationError(_("Titip jual hanya untuk usaha yang terdaftar."))
    terms_on(business, today())
    if gone := [one for one, _quantity in lines if one.product.status == ProductStatus.WITHDRAWN]:
        raise ValidationError(_("%(goods)s sudah ditarik dari galeri.") % {"goods": gone[0]})
    return _hand_over(business, lines, MovementKind.RECEIVED, 1, actor, handed_by, note)


@transaction.atomic
def return_goods(business, lines, *, actor, handed_by, note=""):
    """Give `lines` back to the maker. Returns the GoodsNote with its letter. Raises PermissionDenied, ValidationError where
    fewer are left."""
    check_may(actor, RECORD)
    return _hand_over(business, lines, MovementKind.RETURNED, -1, actor, handed_by, note)


def _hand_over(business, lines, kind, sign, actor, handed_by, note):
    if not lines:
        raise ValidationError(_("Isi paling sedikit satu barang."))
    made = GoodsNote(
        business=business, kind=kind, handed_by=handed_by.strip(), note=note.strip(), recorded_by=actor
    )
    made.full_clean()
    made.save()
    for variant, quantity in in_order(lines):
        if variant.product.business_id != business.pk:
            raise ValidationError(
                _("%(goods)s bukan barang %(business)s.") % {"goods": variant, "business": business.name}
            )
        check_quantity(quantity)
        move(variant, kind, sign * quantity, actor=actor, note=made)
    issue_receipt(made, actor=actor)
    audit.record(actor, f"gallery.goods_{kind}", made, detail={"lines": len(lines)})
    return made


@transaction.atomic
def record_damage(variant, quantity, *, actor, reason):
    """So many pieces of `variant` broke or are missing, and why. Raises PermissionDenied, ValidationError."""
    check_may(actor, RECORD)
    check_quantity(quantity)
    made = move(variant, MovementKind.DAMAGED, -quantity, actor=actor, reason=reason.strip())
    audit.record(actor, "gallery.record_damage", variant, detail={"quantity": quantity})
    return made
