"""What every movement has in common: it is written once, and the database says whether the goods are there."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.dates import date_in_words
from core.references import parse_reference
from gallery.models import ConsignmentTerms, GalleryStock, Movement, Variant

#: The permission of each part of the work at the gallery.
RECORD, SELL, COUNT = "gallery.record_goods", "gallery.sell_goods", "gallery.count_stock"
MOST_PIECES = 100_000


def check_may(actor, permission):
    """Raises PermissionDenied for who is no official with `permission`."""
    if not (actor.is_staff and actor.has_perm(permission)):
        raise PermissionDenied(_("Peran Anda tidak mencakup titip jual di galeri."))


def variant_of(code):
    """The variant of a reference that a scanner or a person typed. Raises ValidationError."""
    found = Variant.objects.select_related("product__business").filter(
        reference=parse_reference(code, prefix="BRG")
    )
    if (variant := found.first()) is None:
        raise ValidationError(_("Tidak ada barang dengan kode %(code)s.") % {"code": code}, code="unknown")
    return variant


def in_gallery(variant):
    """How many pieces of `variant` lie in the gallery now."""
    return GalleryStock.objects.filter(variant=variant).values_list("quantity", flat=True).first() or 0


def check_quantity(quantity):
    """Raises ValidationError for what is no number of pieces."""
    if not 1 <= quantity <= MOST_PIECES:
        raise ValidationError(
            _("Banyaknya 1 sampai %(most)s.") % {"most": f"{MOST_PIECES:,}".replace(",", ".")},
            code="quantity",
        )


def terms_on(business, day):
    """The ConsignmentTerms of `business` in force on `day`. Raises ValidationError where there are none."""
    terms = ConsignmentTerms.objects.filter(business=business, during__contains=day).first()
    if terms is None:
        raise ValidationError(
            _("%(business)s tidak punya kesepakatan titip jual yang berlaku pada %(day)s. Buat dahulu.")
            % {"business": business.name, "day": date_in_words(day)},
            code="no_terms",
        )
    return terms


def move(variant, kind, quantity, *, actor, **fields):
    """Write one movement; call inside a transaction. Of goods that are not there the database refuses it: ValidationError
    says how many are left."""
    made = Movement(variant=variant, kind=kind, quantity=quantity, recorded_by=actor, **fields)
    made.full_clean()
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        if "gallery_stock_never_below_zero" not in str(error):
            raise
        raise ValidationError(
            _("Stok tinggal %(left)s: %(goods)s.") % {"left": in_gallery(variant), "goods": variant},
            code="out_of_stock",
        ) from error
    return made


def in_order(lines):
    """Lines in the order in which their stock is locked, the same for everybody, so that nobody waits in a circle."""
    return sorted(lines, key=lambda line: line[0].pk)
