"""Photos of products: in through one gate, in an order, each saying in words what is seen."""

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from gallery.models import Photo, PhotoRendition, Product
from gallery.photos import ALIKE, clean_photo
from gallery.services.products import to_write

#: As many as the channels take.
MOST_PHOTOS = 9


def _touch(locked):
    """Its photos belong to what is read of a product: one more version, for ETags and for who follows its changes."""
    Product.objects.filter(pk=locked.pk).update(modified_at=timezone.now())


@transaction.atomic
def add_photo(product, upload, *, actor, alt, alt_en=""):
    """Put the picture through the gate and hang it on `product`.

    Returns (photo, note): `note` tells what was changed, "" if nothing. Raises ValidationError: what is no photo, is too
    small, is there already, or one too many.
    """
    clean = clean_photo(upload)
    return hang_photo(product, clean, actor=actor, alt=alt, alt_en=alt_en), clean.note


@transaction.atomic
def hang_photo(product, clean, *, actor, alt, alt_en=""):
    """The Photo that a CleanPhoto, which has been through the gate, becomes on `product`. Raises ValidationError."""
    locked = to_write(product, actor)
    if not alt.strip():
        raise ValidationError({"alt": _("Tuliskan dalam satu kalimat apa yang terlihat pada foto.")})
    if locked.photos.count() >= MOST_PHOTOS:
        raise ValidationError(
            _("Satu produk paling banyak %(most)d foto. Hapus satu dahulu.") % {"most": MOST_PHOTOS}
        )
    if locked.photos.filter(sha256=clean.sha256).exists():
        raise ValidationError(_("Foto ini sudah ada pada produk ini. Pilih foto lain."), code="same")
    last = locked.photos.aggregate(last=Max("position"))["last"] or 0
    photo = Photo(
        product=locked,
        position=last + 1,
        alt=" ".join(alt.split()),
        alt_en=" ".join(alt_en.split()),
        width=clean.width,
        height=clean.height,
        sha256=clean.sha256,
        perceptual_hash=clean.perceptual_hash,
        uploaded_by=actor,
    )
    stem = clean.sha256[:24]
    photo.file.save(f"{stem}.jpg", ContentFile(clean.content), save=False)
    photo.full_clean()
    photo.save()
    for one in clean.renditions:
        rendition = PhotoRendition(
            photo=photo, width=one.width, height=one.height, format=one.format, size=len(one.content)
        )
        rendition.file.save(f"{stem}-{one.width}.{one.format}", ContentFile(one.content), save=False)
        rendition.save()
    _touch(locked)
    audit.record(actor, "gallery.add_photo", locked, detail={"photo": photo.reference})
    return photo


@transaction.atomic
def describe_photo(photo, *, actor, alt, alt_en=""):
    """Say anew what is seen on the photo."""
    locked = to_write(photo.product, actor)
    photo = locked.photos.select_for_update().get(pk=photo.pk)
    photo.alt, photo.alt_en = " ".join(alt.split()), " ".join(alt_en.split())
    photo.full_clean()
    photo.save(update_fields=["alt", "alt_en"])
    _touch(locked)
    return photo


@transaction.atomic
def move_photo(photo, *, actor, to):
    """Let the photo be the `to`-th (1 is the one shown in lists)."""
    locked = to_write(photo.product, actor)
    order = [one for one in locked.photos.select_for_update() if one.pk != photo.pk]
    order.insert(max(to - 1, 0), photo)
    for position, one in enumerate(order, start=1):
        locked.photos.filter(pk=one.pk).update(position=position)
    _touch(locked)


@transaction.atomic
def remove_photo(photo, *, actor):
    """Take the photo from its product; its files go with it once the transaction stands."""
    locked = to_write(photo.product, actor)
    photo = locked.photos.get(pk=photo.pk)
    files = [photo.file, *(one.file for one in photo.renditions.all())]
    audit.record(actor, "gallery.remove_photo", locked, detail={"photo": photo.reference})
    photo.delete()
    _touch(locked)
    for file in files:
        transaction.on_commit(lambda file=file: file.storage.delete(file.name))


def alike(photo):
    """[(Photo, bits apart)] of the photos of other products that look like this one, the nearest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, bit_count((perceptual_hash # %s)::bit(64)) AS apart FROM gallery_photo
            WHERE product_id <> %s AND bit_count((perceptual_hash # %s)::bit(64)) <= %s ORDER BY apart, id LIMIT 20
            """,
            [photo.perceptual_hash, photo.product_id, photo.perceptual_hash, ALIKE],
        )
        apart = dict(cursor.fetchall())
    found = Photo.objects.filter(pk__in=apart).select_related("product__business")
    return sorted(((one, apart[one.pk]) for one in found), key=lambda pair: pair[1])
