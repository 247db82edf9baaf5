"""The gallery's counter: sales, and what buyers bring back."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.workflow import lock
from gallery.enums import MovementKind
from gallery.models import Sale
from gallery.services.consignment.stock import SELL, check_may, check_quantity, in_order, move, terms_on


@transaction.atomic
def sell(lines, *, actor, payment, payment_reference=""):
    """A sale of `lines`: triples of a variant, a quantity, and the price of one piece agreed with the buyer (None: the
    variant's own price now). Returns the Sale.

    Raises PermissionDenied, ValidationError: too few left, no terms with the maker, a QRIS number missing or used already.
    """
    check_may(actor, SELL)
    if not lines:
        raise ValidationError(_("Keranjang masih kosong. Pindai atau ketik kode barang."))
    now = timezone.now()
    priced = [
        (variant, quantity, variant.price if agreed is None else agreed)
        for variant, quantity, agreed in in_order(lines)
    ]
    for variant, quantity, price in priced:
        check_quantity(quantity)
        if price <= 0:
            raise ValidationError(_("Harga %(goods)s harus di atas nol.") % {"goods": variant})
    for business in {variant.product.business for variant, _quantity, _price in priced}:
        terms_on(business, timezone.localdate(now))
    made = Sale(
        payment=payment,
        payment_reference=payment_reference.strip(),
        total=sum(quantity * price for _variant, quantity, price in priced),
        sold_by=actor,
        sold_at=now,
    )
    made.full_clean()
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        if "gallery_sale_qris_number_once" not in str(error):
            raise
        raise ValidationError(
            {"payment_reference": _("Nomor QRIS ini sudah dicatat pada penjualan lain.")}
        ) from error
    for variant, quantity, price in priced:
        move(
            variant,
            MovementKind.SOLD,
            -quantity,
            actor=actor,
            sale=made,
            unit_price=price,
            recorded_at=now,
        )
    audit.record(actor, "gallery.sell", made, detail={"lines": len(priced)})
    return made


def still_sold(line):
    """How many pieces of a sold `line` (a Movement) its buyer has not brought back."""
    same = line.sale.movements.filter(variant=line.variant_id, unit_price=line.unit_price)
    return -same.aggregate(total=Sum("quantity"))["total"]


@transaction.atomic
def take_back(line, quantity, *, actor, reason):
    """The buyer brings back `quantity` pieces of a sold `line` (a Movement) and gets their price. Returns the Movement.

    Raises PermissionDenied, ValidationError where more would come back than were sold.
    """
    check_may(actor, SELL)
    check_quantity(quantity)
    if line.kind != MovementKind.SOLD:
        raise ValidationError(_("Pilih baris yang terjual."))
    sale = lock(line.sale, actor)
    if quantity > (left := still_sold(line)):
        raise ValidationError(
            _("Dari penjualan ini paling banyak %(left)s dapat dikembalikan: %(goods)s.")
            % {"left": left, "goods": line.variant},
            code="more_than_sold",
        )
    made = move(
        line.variant,
        MovementKind.TAKEN_BACK,
        quantity,
        actor=actor,
        sale=sale,
        unit_price=line.unit_price,
        reason=reason.strip(),
    )
    audit.record(actor, "gallery.take_back", sale, detail={"quantity": quantity})
    return made
