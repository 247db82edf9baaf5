"""Leases of stalls: prepared by one official, signed by another, paid, ended; who is late is listed, who ends is reminded."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import DecimalField, F, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from core import audit
from core.dates import add_months, date_in_words, today
from core.workflow import StepError, begin, lock, take_step
from facility import notifications
from facility.enums import LeaseStatus, PaymentKind
from facility.models import Lease, LeaseCharge, LeasePayment
from facility.rent import ZERO, rent_schedule, standing
from ikm.enums import BusinessStatus

#: So many days before its end is a lease spoken of.
REMIND_DAYS = 60


@transaction.atomic
def make_lease(unit, business, *, actor, starts_on, months, rent, deposit=0):
    """Prepare a lease of a stall. Raises PermissionDenied, ValidationError where the stall is let or the centre not open."""
    if not actor.has_perm("facility.make_lease"):
        raise PermissionDenied(_("Peran Anda tidak mencakup sewa kios."))
    if business.status != BusinessStatus.REGISTERED:
        raise ValidationError({"business": _("Kios hanya disewakan kepada usaha yang terdaftar.")})
    if unit.is_bookable or not unit.is_active:
        raise ValidationError({"unit": _("Pilih kios yang dipakai.")})
    if not unit.centre.is_open(starts_on):
        raise ValidationError(
            _("%(centre)s belum dibuka pada %(day)s.")
            % {"centre": unit.centre, "day": date_in_words(starts_on)}
        )
    made = Lease(
        unit=unit,
        business=business,
        during=(starts_on, add_months(starts_on, months)),
        months=months,
        rent=rent,
        deposit=deposit,
    )
    made.full_clean()
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        if "facility_lease_stall_once" not in str(error):
            raise
        raise ValidationError(_("Kios ini sudah disewa pada masa itu.")) from error
    made.refresh_from_db()
    begin(made, "make", actor=actor)
    return made


@transaction.atomic
def sign_lease(lease, *, actor, note=""):
    """The lease runs: its plan of rent is written and the business told. Who prepared it does not sign it."""
    done = take_step(lease, "sign", actor=actor, note=note)
    LeaseCharge.objects.bulk_create(
        LeaseCharge(lease=done, number=one.number, due_on=one.due_on, amount=one.total)
        for one in rent_schedule(done.during.lower, done.months, done.rent)
    )
    _tell(done, lambda: _("Sewa kios mulai: %(unit)s"))
    return done


def cancel_lease(lease, *, actor, note):
    return take_step(lease, "cancel", actor=actor, note=note)


@transaction.atomic
def end_lease(lease, *, actor, note):
    """The lease ends today, or on its last day where that is past; rent that falls due later is not owed."""
    locked = lock(lease, actor)
    fields = {}
    if locked.during.lower < today() < locked.during.upper:
        fields["during"] = (locked.during.lower, today())
    done = take_step(locked, "end", actor=actor, note=note, **fields)
    done.refresh_from_db()
    _tell(done, lambda: _("Sewa kios berakhir: %(unit)s"))
    return done


@transaction.atomic
def record_payment(lease, *, actor, kind, paid_on, amount, receipt):
    """A payment by the number of its receipt. Raises PermissionDenied, StepError for a lease that never ran, ValidationError."""
    if not actor.has_perm("facility.add_leasepayment"):
        raise PermissionDenied(_("Peran Anda tidak mencakup pembayaran sewa."))
    lease = lock(lease, actor)
    if lease.status not in {LeaseStatus.ACTIVE, LeaseStatus.ENDED}:
        raise StepError(_("Sewa ini belum ditandatangani, sehingga belum ada yang dibayar."))
    if paid_on > today():
        raise ValidationError({"paid_on": _("Tanggal ini belum tiba.")})
    if kind == PaymentKind.DEPOSIT_RETURN and amount > deposit_held(lease):
        raise ValidationError({"amount": _("Lebih besar dari jaminan yang dipegang.")})
    made = LeasePayment(
        lease=lease, kind=kind, paid_on=paid_on, amount=amount, receipt=receipt.strip(), recorded_by=actor
    )
    made.full_clean()
    made.save()
    audit.record(actor, "facility.record_payment", lease, detail={"kind": kind, "receipt": made.receipt})
    return made


def _paid(lease, kind):
    return lease.payments.filter(kind=kind).aggregate(total=Sum("amount"))["total"] or ZERO


def deposit_held(lease):
    """What of the deposit the office holds."""
    return _paid(lease, PaymentKind.DEPOSIT) - _paid(lease, PaymentKind.DEPOSIT_RETURN)


def standing_of(lease, day=None):
    """The Standing of a lease on `day` (default today); what falls due after its end is not owed."""
    charges = lease.charges.filter(due_on__lt=lease.during.upper).values_list("due_on", "amount")
    return standing(charges, _paid(lease, PaymentKind.RENT), day or today())


def _total(rows):
    """The sum of `amount` over rows of one lease, in the database."""
    sums = rows.order_by().values("lease").annotate(total=Sum("amount")).values("total")
    return Coalesce(Subquery(sums), Value(ZERO), output_field=DecimalField())


def with_payments(rows):
    """`rows` (leases) with `rent_paid`: what was paid of their rent."""
    paid = LeasePayment.objects.filter(lease=OuterRef("pk"), kind=PaymentKind.RENT)
    return rows.annotate(rent_paid=_total(paid))


def standings(rows, day=None):
    """[(lease, Standing)] of many leases, in two statements however many there are."""
    found = with_payments(rows).prefetch_related("charges")
    return [(lease, standing_read(lease, day)) for lease in found]


def standing_read(lease, day=None):
    """The Standing of a lease that was read by with_payments, its charges with it."""
    charges = [(one.due_on, one.amount) for one in lease.charges.all() if one.due_on < lease.during.upper]
    return standing(charges, lease.rent_paid, day or today())


def arrears(user, day=None):
    """[(lease, Standing)] of the leases with rent that is late, the longest first; the database leaves out who is not."""
    day = day or today()
    owed = LeaseCharge.objects.filter(
        lease=OuterRef("pk"), due_on__lt=day, lease__during__endswith__gt=F("due_on")
    )
    rows = (
        with_payments(Lease.objects.visible_to(user))
        .filter(status__in=[LeaseStatus.ACTIVE, LeaseStatus.ENDED])
        .annotate(rent_owed=_total(owed))
        .filter(rent_owed__gt=F("rent_paid"))
        .select_related("unit__centre", "business")
    )
    return sorted(standings(rows, day), key=lambda one: (one[1].late_since, one[0].reference))


def remind_of_ends():
    """Tell who rents a stall that the lease ends within REMIND_DAYS, once. Returns how many leases."""
    day, told = today(), 0
    due = Lease.objects.filter(
        status=LeaseStatus.ACTIVE,
        reminded_on__isnull=True,
        during__endswith__lte=day + timedelta(days=REMIND_DAYS),
    )
    for pk in due.values_list("pk", flat=True):
        with transaction.atomic():
            rows = Lease.objects.select_for_update(of=("self",), skip_locked=True)
            lease = (
                rows.select_related("unit__centre", "business")
                .filter(pk=pk, reminded_on__isnull=True)
                .first()
            )
            if lease is None:
                continue
            lease.reminded_on = day
            lease.save(update_fields=["reminded_on"])
            _tell(lease, lambda: _("Sewa kios segera berakhir: %(unit)s"))
            told += 1
    return told


def _tell(lease, title):
    notifications.tell(
        lease,
        lambda: title() % {"unit": lease.unit},
        lambda: (
            _("%(reference)s: hari terakhir %(day)s. Lihat tagihan dan pembayarannya di Sewa saya.")
            % {"reference": lease.reference, "day": date_in_words(lease.last_on)}
        ),
        reverse("my_lease", args=[lease.reference]),
    )
