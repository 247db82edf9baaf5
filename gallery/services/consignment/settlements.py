"""What the gallery owes a maker for a month: prepared by one official, approved by another, paid with its proof.

Every sale and everything brought back is settled once; what comes late is paid with the next month. The gallery's share is
rounded to whole rupiah for one piece, so that what comes back takes off exactly what its sale had added.
"""

from decimal import ROUND_HALF_UP, Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.dates import add_months, date_in_words, midnight, today
from core.indonesia import rupiah
from core.workflow import begin, take_step
from gallery.enums import MovementKind
from gallery.models import Movement, Settlement, SettlementLine
from gallery.services.consignment.papers import issue_statement
from gallery.services.consignment.stock import terms_on
from ikm.models import Business
from ikm.notifications import tell_speakers

SETTLED = (MovementKind.SOLD, MovementKind.TAKEN_BACK)
ONE = Decimal(1)


def commission_of(quantity, unit_price, percent):
    """The gallery's share of `quantity` pieces in whole rupiah: half a rupiah and more of one piece counts as one."""
    return quantity * (Decimal(unit_price) * percent / 100).quantize(ONE, ROUND_HALF_UP)


def unsettled(month):
    """Sales, and what was brought back, before the end of `month` (its first day) that no settlement holds."""
    ends = midnight(add_months(month, 1))
    return Movement.objects.filter(kind__in=SETTLED, settlement_line__isnull=True, recorded_at__lt=ends)


def businesses_due(month):
    """Businesses with something to settle for `month` that have no settlement of it yet."""
    owed = unsettled(month).values("variant__product__business")
    return Business.objects.filter(pk__in=owed).exclude(gallery_settlements__month=month).order_by("name")


@transaction.atomic
def prepare_settlement(business, month, *, actor):
    """The settlement of a month that is over. Returns it as a draft.

    Raises PermissionDenied, ValidationError: the month runs, nothing is owed, the settlement stands, or more came back than
    was sold (it then goes into the next month).
    """
    if not (actor.is_staff and actor.has_perm("gallery.prepare_settlement")):
        raise PermissionDenied(_("Peran Anda tidak mencakup bagi hasil."))
    month = month.replace(day=1)
    if add_months(month, 1) > today():
        raise ValidationError({"month": _("Bulan ini belum selesai.")}, code="month_runs")
    rows = (
        unsettled(month)
        .filter(variant__product__business=business)
        .select_related("sale")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    lines = []
    for movement in rows:
        terms = terms_on(business, timezone.localdate(movement.sale.sold_at))
        lines.append(
            SettlementLine(
                movement=movement,
                amount=movement.amount,
                commission=commission_of(-movement.quantity, movement.unit_price, terms.commission_percent),
            )
        )
    if not lines:
        raise ValidationError(_("Tidak ada penjualan yang belum dibagi sampai bulan itu."), code="nothing")
    sold, commission = sum(line.amount for line in lines), sum(line.commission for line in lines)
    if not 0 <= commission <= sold:
        raise ValidationError(
            _("Pengembalian pembeli melebihi penjualan. Keduanya dihitung bersama bulan berikutnya."),
            code="carried_over",
        )
    made = Settlement(business=business, month=month, sold=sold, commission=commission)
    try:
        with transaction.atomic():
            made.full_clean()
            made.save()
            for line in lines:
                line.settlement = made
            SettlementLine.objects.bulk_create(lines)
    except IntegrityError as error:
        if "gallery_settlement" not in str(error):
            raise
        raise ValidationError(_("Bagi hasil bulan itu sudah disusun.")) from error
    made.refresh_from_db()
    begin(made, "prepare", actor=actor)
    return made


@transaction.atomic
def approve_settlement(settlement, *, actor, note=""):
    """Who prepared it does not approve it. Raises StepError, PermissionDenied."""
    return take_step(settlement, "approve", actor=actor, note=note)


@transaction.atomic
def pay_settlement(settlement, *, actor, paid_on, payment_reference, note=""):
    """The money is with the maker: the statement is issued and the maker told. Raises StepError, ValidationError."""
    if paid_on > today():
        raise ValidationError({"paid_on": _("Tanggal ini belum tiba.")})
    done = take_step(
        settlement,
        "pay",
        actor=actor,
        note=note,
        paid_on=paid_on,
        payment_reference=payment_reference.strip(),
    )
    done.refresh_from_db()
    issue_statement(done, actor=actor)
    tell_speakers(
        done.business,
        title=lambda: _("Hasil titip jual sudah dibayar"),
        body=lambda: (
            _("%(reference)s: %(payable)s dibayar pada %(day)s.")
            % {
                "reference": done.reference,
                "payable": rupiah(done.payable),
                "day": date_in_words(done.paid_on),
            }
        ),
        link=reverse("my_consignment"),
    )
    return done
