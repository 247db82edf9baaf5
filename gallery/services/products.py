"""Products of makers: written by who speaks for the business, or an official of the gallery on its behalf."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from core import audit
from core.optimistic import lock_version
from core.workflow import begin, lock
from gallery.enums import ProductStatus
from gallery.models import Product, Variant
from ikm.enums import BusinessStatus
from ikm.policies import check_speaks_for

#: What its maker may write while the product is with him or her.
FIELDS = (
    "name", "name_en", "description", "description_en", "category", "brand", "materials", "materials_en", "condition",
    "weight_grams", "length_cm", "width_cm", "height_cm", "minimum_order", "made_to_order_days", "hs_code",
    "is_export_ready", "video_url",
)  # fmt: skip
OPEN = {ProductStatus.DRAFT, ProductStatus.TO_IMPROVE}
MOST_VARIANTS = 60


def check_may_offer(business, actor):
    """Raises PermissionDenied for who neither speaks for `business` nor is an official of the gallery, ValidationError
    when it is not in the register."""
    if not actor.has_perm("gallery.submit_product"):
        raise PermissionDenied(_("Peran Anda tidak mencakup produk galeri."))
    check_speaks_for(actor, business.pk, or_official=True)
    if business.status != BusinessStatus.REGISTERED:
        raise ValidationError(
            _("Galeri hanya untuk usaha yang sudah terdaftar. Selesaikan pendaftarannya dahulu.")
        )


def to_write(product, actor, version=None):
    """The product, its row locked, when `actor` may write it now. Raises PermissionDenied, ValidationError, StaleRecord."""
    locked = lock(product, actor) if version is None else lock_version(product, version, actor)
    check_may_offer(locked.business, actor)
    if locked.status not in OPEN:
        raise ValidationError(
            _(
                "Produk ini %(status)s, sehingga tidak dapat diubah. Pilih “Ubah dan kirim lagi” atau tunggu kurator."
            )
            % {"status": locked.get_status_display()},
            code="not_open",
        )
    return locked


@transaction.atomic
def create_product(business, *, actor, **fields):
    """A draft of a product of `business`. `fields` as in FIELDS. Raises PermissionDenied, ValidationError."""
    check_may_offer(business, actor)
    made = Product(business=business, **_known(fields))
    made.full_clean()
    made.save()
    begin(made, "create", actor=actor)
    return made


@transaction.atomic
def change_product(product, *, actor, version=None, **fields):
    """Write `fields` (of FIELDS; `licences` replaces the certificates shown). Raises PermissionDenied, ValidationError,
    StaleRecord where the product is no longer at `version`."""
    locked = to_write(product, actor, version)
    licences = fields.pop("licences", None)
    for name, value in _known(fields).items():
        setattr(locked, name, value)
    locked.full_clean()
    locked.save()
    if licences is not None:
        if any(one.business_id != locked.business_id for one in licences):
            raise ValidationError({"licences": _("Pilih sertifikat milik usaha ini.")})
        locked.licences.set(licences)
    audit.record(actor, "gallery.change_product", locked)
    locked.refresh_from_db()
    return locked


def _known(fields):
    if unknown := fields.keys() - set(FIELDS):
        raise ValueError(f"not a field of a product: {', '.join(sorted(unknown))}")
    return fields


@transaction.atomic
def set_variants(product, rows, *, actor, version=None):
    """Replace the product's variants by `rows`: dicts of price, stock and perhaps reference (of one that stands), sku, size,
    motif, colour, photo, is_active. One that left goods or sales behind is no longer sold instead of removed.

    Raises PermissionDenied, ValidationError (the same choice twice, too many, a variant or photo of another product),
    StaleRecord.
    """
    locked = to_write(product, actor, version)
    if len(rows) > MOST_VARIANTS:
        raise ValidationError(
            {"variants": _("Satu produk paling banyak %(most)d varian.") % {"most": MOST_VARIANTS}}
        )
    standing = {one.reference: one for one in locked.variants.all()}
    kept = []
    try:
        with transaction.atomic():
            for position, row in enumerate(rows, start=1):
                row = dict(row)
                one = _standing(row.pop("reference", ""), standing) or Variant(product=locked)
                _check_photo(row.get("photo"), locked)
                for name, value in row.items():
                    setattr(one, name, value)
                one.position = position
                one.full_clean(validate_unique=False, validate_constraints=False)
                one.save()
                kept.append(one)
            for one in standing.values():
                if one.movements.exists() or one.count_lines.exists():
                    one.is_active = False
                    one.save()
                else:
                    one.delete()
    except IntegrityError as error:
        raise _as_sentence(error) from error
    audit.record(actor, "gallery.set_variants", locked, detail={"variants": len(kept)})
    locked.refresh_from_db()
    return locked


def _standing(reference, standing):
    """The variant of that reference, taken from `standing`; None without one. Raises ValidationError."""
    if reference and reference not in standing:
        raise ValidationError(
            {"variants": _("Varian %(reference)s tidak ada pada produk ini.") % {"reference": reference}}
        )
    return standing.pop(reference, None)


def _check_photo(photo, product):
    if photo is not None and photo.product_id != product.pk:
        raise ValidationError({"variants": _("Foto %(photo)s tidak ada pada produk ini.") % {"photo": photo}})


def _as_sentence(error):
    """The sentence of the constraint that the database refused by."""
    text = str(error)
    for constraint in (*Variant._meta.constraints, *Product._meta.constraints):
        if constraint.name in text:
            return ValidationError(str(constraint.get_violation_error_message()), code=constraint.name)
    return error


@transaction.atomic
def translate_product(product, *, actor, name_en, description_en, materials_en):
    """Write the English texts, of a shown product too: the curator need not look at it again.

    Raises PermissionDenied for who is no curator, ValidationError.
    """
    if not actor.has_perm("gallery.curate_product"):
        raise PermissionDenied(_("Terjemahan produk yang tayang ditulis oleh kurator."))
    locked = lock(product, actor)
    locked.name_en, locked.description_en, locked.materials_en = name_en, description_en, materials_en
    locked.full_clean()
    locked.save()
    audit.record(actor, "gallery.translate_product", locked)
    locked.refresh_from_db()
    return locked


@transaction.atomic
def discard_product(product, *, actor):
    """Throw a draft away with its variants and photos. Raises PermissionDenied, ValidationError for what is no draft, or one
    that was on show or at the gallery before: others point to it."""
    locked = lock(product, actor)
    check_speaks_for(actor, locked.business_id, or_official=True)
    if not actor.has_perm("gallery.submit_product"):
        raise PermissionDenied(_("Peran Anda tidak mencakup produk galeri."))
    if locked.status != ProductStatus.DRAFT:
        raise ValidationError(
            _("Produk ini %(status)s, sehingga tidak dapat dibuang. Yang dapat dibuang hanya draf.")
            % {"status": locked.get_status_display()},
            code="no_draft",
        )
    kept = ValidationError(
        _("Produk ini pernah tayang atau dititipkan di galeri, sehingga catatannya tetap disimpan."),
        code="was_shown",
    )
    if locked.published_at is not None:
        raise kept
    photos = locked.photos.prefetch_related("renditions")
    files = [file for photo in photos for file in (photo.file, *(one.file for one in photo.renditions.all()))]
    audit.record(actor, "gallery.discard_product", locked)
    try:
        locked.delete()
    except ProtectedError as error:
        raise kept from error
    for file in files:
        transaction.on_commit(lambda file=file: file.storage.delete(file.name))
