"""From a maker's draft to the catalogue: sent, improved, published, withdrawn."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from accounts.enums import Purpose
from accounts.models import Consent
from core.workflow import lock, take_step
from gallery import notifications
from gallery.enums import RemarkReason
from gallery.models import Remark
from gallery.services.products import check_may_offer
from ikm.policies import check_speaks_for

#: Parts of a product that a remark may name, with their words.
PARTS = {
    "name": _l("nama produk"),
    "description": _l("keterangan"),
    "category": _l("kategori"),
    "price": _l("harga dan varian"),
    "weight_grams": _l("berat dan ukuran"),
    "materials": _l("bahan"),
    "licences": _l("sertifikat"),
    "photo": _l("foto"),
}


def gaps(product):
    """What is still missing before the product may go to the curator: {part: sentence}, in the order of the pages."""
    found = {}
    business = product.business
    if business.verified_on is None:
        found["business"] = _("Usaha ini belum diverifikasi. Petugas mengunjungi Anda dahulu.")
    if not Consent.objects.active(Purpose.PUBLISH).filter(subject=business.reference).exists():
        found["consent"] = _("Setujui dahulu bahwa usaha Anda tampil untuk umum.")
    if product.category is None:
        found["category"] = _("Pilih kategori produk.")
    if not product.description.strip():
        found["description"] = _("Tuliskan keterangan produk.")
    if product.weight_grams is None:
        found["weight_grams"] = _("Isi berat produk beserta kemasannya.")
    if not product.variants.filter(is_active=True).exists():
        found["price"] = _("Isi harga dan stok.")
    if not product.photos.exists():
        found["photo"] = _("Tambahkan paling sedikit satu foto.")
    return found


@transaction.atomic
def submit_product(product, *, actor, note=""):
    """Send the product to the curator. Raises ValidationError naming every gap, StepError, PermissionDenied."""
    locked = lock(product, actor)
    check_may_offer(locked.business, actor)
    if missing := gaps(locked):
        raise ValidationError(list(missing.values()), code="incomplete")
    done = take_step(locked, "submit", actor=actor, note=note, submitted_at=timezone.now())
    done.remarks.filter(answered_at__isnull=True).update(answered_at=timezone.now())
    return done


@transaction.atomic
def ask_improvement(product, remarks, *, actor, note=""):
    """Give the product back with `remarks`: dicts of field (of PARTS), reason, and perhaps photo and note.

    Raises ValidationError where none is given or one is not explained, StepError, PermissionDenied.
    """
    if not remarks:
        raise ValidationError(_("Pilih paling sedikit satu bagian atau foto yang perlu diperbaiki."))
    done = take_step(product, "ask_improvement", actor=actor, note=note)
    for row in remarks:
        photo = row.get("photo")
        if row["field"] not in PARTS or (photo is not None and photo.product_id != done.pk):
            raise ValidationError(_("Bagian ini tidak ada pada produk."))
        remark = Remark(
            product=done,
            photo=photo,
            field=row["field"],
            reason=RemarkReason(row["reason"]),
            note=row.get("note", ""),
            asked_by=actor,
        )
        remark.full_clean()
        remark.save()
    notifications.tell_step(done)
    return done


@transaction.atomic
def publish_product(product, *, actor, note=""):
    """Show the product in the catalogue. Raises ValidationError where it became incomplete meanwhile, StepError,
    PermissionDenied (who sent it does not publish it)."""
    locked = lock(product, actor)
    if missing := gaps(locked):
        raise ValidationError(list(missing.values()), code="incomplete")
    done = take_step(locked, "publish", actor=actor, note=note, published_at=timezone.now())
    notifications.tell_step(done)
    return done


@transaction.atomic
def withdraw_product(product, *, actor, note=""):
    """Take the product out of the catalogue: its maker at any time, an official with a reason."""
    if actor.is_staff and not note.strip():
        raise ValidationError({"note": _("Tuliskan alasannya.")})
    if not actor.is_staff:
        check_may_offer(product.business, actor)
    done = take_step(product, "withdraw", actor=actor, note=note)
    if actor.is_staff:
        notifications.tell_step(done, note=note)
    return done


@transaction.atomic
def revise_product(product, *, actor, note=""):
    """Take the product back to a draft to change it; it is not shown until the curator publishes it again."""
    check_speaks_for(actor, product.business_id, or_official=True)
    return take_step(product, "revise", actor=actor, note=note)
