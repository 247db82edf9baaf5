"""A count of the goods ("stock opname") while the gallery stays open.

What the book says is read, under the lock of that stock, at the moment a variant is counted. A sale afterwards takes one from
the shelf and one from the book, so that the difference found stays true; only what moves between two scans of the same
variant makes it uncertain, and then that variant is counted again.
"""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.workflow import StepError, lock
from gallery.enums import CountStatus, MovementKind
from gallery.models import GalleryStock, StockCount, StockCountLine
from gallery.services.consignment.stock import COUNT, MOST_PIECES, check_may, move


@transaction.atomic
def open_count(*, actor):
    """Begin a count of everything in the gallery. Raises PermissionDenied, ValidationError while another is open."""
    check_may(actor, COUNT)
    made = StockCount(started_by=actor)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        if "gallery_stockcount_one_open" not in str(error):
            raise
        raise ValidationError(_("Masih ada hitungan yang belum ditutup. Selesaikan dahulu.")) from error
    StockCountLine.objects.bulk_create(
        StockCountLine(count=made, variant_id=stock.variant_id, expected=stock.quantity)
        for stock in GalleryStock.objects.filter(quantity__gt=0).order_by("variant_id")
    )
    audit.record(actor, "gallery.open_count", made)
    return made


def _open(count, actor):
    check_may(actor, COUNT)
    locked = lock(count, actor)
    if locked.status != CountStatus.OPEN:
        raise StepError(_("Hitungan ini sudah ditutup."))
    return locked


def _line(count, variant):
    """The line of `variant` and what the book says now; the stock stays locked to the end of the transaction."""
    GalleryStock.objects.get_or_create(variant=variant)
    book = GalleryStock.objects.select_for_update().get(variant=variant).quantity
    line, _made = StockCountLine.objects.get_or_create(
        count=count, variant=variant, defaults={"expected": book}
    )
    return line, book


@transaction.atomic
def count_variant(count, variant, quantity, *, actor, reason=""):
    """So many pieces of `variant` were found, and why they are not as many as the book says. Replaces an earlier figure.

    Raises PermissionDenied, StepError when the count is closed, ValidationError.
    """
    locked = _open(count, actor)
    if not 0 <= quantity <= MOST_PIECES:
        raise ValidationError(_("Tuliskan banyaknya barang yang ditemukan."))
    line, book = _line(locked, variant)
    line.expected, line.counted, line.reason = book, quantity, reason.strip()
    line.full_clean()
    line.save()
    return line


@transaction.atomic
def scan_variant(count, variant, *, actor):
    """One more piece of `variant` was found. Raises ValidationError where goods moved since its first scan: count it again."""
    locked = _open(count, actor)
    line, book = _line(locked, variant)
    if line.counted is None:
        line.expected, line.counted = book, 1
    elif line.expected != book:
        raise ValidationError(
            _("%(goods)s bergerak selama dihitung. Hitung ulang, lalu ketik banyaknya.") % {"goods": variant},
            code="moved",
        )
    else:
        line.counted += 1
    line.save()
    return line


@transaction.atomic
def explain_difference(line, *, actor, reason):
    """Why the count found more or fewer. Raises PermissionDenied, StepError."""
    _open(line.count, actor)
    line.reason = reason.strip()
    line.full_clean()
    line.save(update_fields=["reason"])
    return line


def uncounted(count):
    """Lines that nobody counted though the goods are still in the gallery."""
    return count.lines.filter(counted__isnull=True, variant__gallery_stock__quantity__gt=0)


def differences(count):
    """Lines where another number was found than the book said."""
    return count.lines.exclude(counted=F("expected")).filter(counted__isnull=False)


@transaction.atomic
def close_count(count, *, actor):
    """Write a movement for every difference and close the count. Raises PermissionDenied, StepError, ValidationError while
    something is not counted or a difference has no reason."""
    locked = _open(count, actor)
    if left := uncounted(locked).count():
        raise ValidationError(_("Masih %(left)s barang belum dihitung.") % {"left": left}, code="uncounted")
    found = list(differences(locked).select_related("variant__product").order_by("variant_id"))
    if silent := [line for line in found if not line.reason]:
        raise ValidationError(
            _("Tuliskan sebab selisih: %(goods)s.") % {"goods": silent[0].variant}, code="no_reason"
        )
    for line in found:
        move(
            line.variant,
            MovementKind.COUNTED,
            line.counted - line.expected,
            actor=actor,
            count=locked,
            reason=line.reason,
        )
    locked.status, locked.closed_by, locked.closed_at = CountStatus.CLOSED, actor, timezone.now()
    locked.full_clean()
    locked.save()
    locked.refresh_from_db(fields=["version", "modified_at"])
    audit.record(actor, "gallery.close_count", locked, detail={"differences": len(found)})
    return locked
