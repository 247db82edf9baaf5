"""Leases of stalls: who has which stall from when until when, what is owed each month and what was paid."""

from datetime import timedelta

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import ReferenceField, RupiahField
from core.history import track
from core.records import BumpAndNumber, Followed, changes_index, closed
from core.workflow import Step
from facility.enums import LeaseStatus, PaymentKind
from facility.models.booking import OPEN_ON, BookingPartQuerySet
from facility.models.places import Unit
from ikm.models import Business

USER = settings.AUTH_USER_MODEL
L = LeaseStatus


class RefuseClosedLease(pgtrigger.Trigger):
    """A stall is let only where its centre is open on the first day, by its status and its legal basis."""

    name = "refuse_closed_lease"
    when = pgtrigger.After
    operation = pgtrigger.Insert | pgtrigger.UpdateOf("unit_id", "status")
    func = f"""
        IF NEW.status IN ('draft', 'active') AND NOT EXISTS (
            SELECT 1 FROM facility_unit u JOIN facility_centre c ON c.id = u.centre_id
            WHERE u.id = NEW.unit_id AND u.is_active AND u.kind = 'stall'
              AND {OPEN_ON.format(day="lower(NEW.during)")}
        ) THEN
            RAISE EXCEPTION 'facility_lease_centre_is_open' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    """


@track(exclude=["version", "modified_at"])
class Lease(Followed):
    """A stall for a business for so many months. `during` holds its first day and not the day after its last."""

    STEPS = {
        "sign": Step({L.DRAFT}, L.ACTIVE, "facility.sign_lease", _("Tandatangani"), other_than=("make",)),
        "cancel": Step({L.DRAFT}, L.CANCELLED, "facility.make_lease", _("Batalkan"), needs_note=True),
        "end": Step({L.ACTIVE}, L.ENDED, "facility.sign_lease", _("Akhiri sewa"), needs_note=True),
    }

    reference = ReferenceField(prefix="SWA")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="leases", verbose_name=_("kios"))
    business = models.ForeignKey(
        Business, on_delete=models.PROTECT, related_name="leases", verbose_name=_("usaha")
    )
    status = models.CharField(_("status"), max_length=9, choices=LeaseStatus, default=LeaseStatus.DRAFT)
    during = DateRangeField(_("masa sewa"))
    months = models.PositiveSmallIntegerField(
        _("lama (bulan)"), validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    rent = RupiahField(_("sewa sebulan"))
    deposit = RupiahField(_("jaminan"), default=0)
    reminded_on = models.DateField(_("diingatkan"), null=True, blank=True, editable=False)

    objects = BookingPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("sewa kios")
        verbose_name_plural = _("sewa kios")
        ordering = ["-during", "-id"]
        constraints = [
            closed("facility_lease", "status", LeaseStatus),
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__lower_inf=False, during__upper_inf=False),
                name="facility_lease_has_a_beginning_and_an_end",
                violation_error_message=_("Isi tanggal mulai dan selesai."),
            ),
            ExclusionConstraint(
                name="facility_lease_stall_once",
                expressions=[("unit", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=~Q(status="cancelled"),
                violation_error_message=_("Kios ini sudah disewa pada masa itu."),
            ),
        ]
        indexes = [changes_index("facility_lease")]
        triggers = [BumpAndNumber(), RefuseClosedLease()]

    def __str__(self):
        return self.reference

    @property
    def last_on(self):
        """The last day of the lease."""
        return self.during.upper - timedelta(days=1)


class LeaseCharge(models.Model):
    """Rent of one month; the plan is written when the lease is signed."""

    lease = models.ForeignKey(Lease, on_delete=models.PROTECT, related_name="charges", verbose_name=_("sewa"))
    number = models.PositiveSmallIntegerField(_("bulan ke"))
    due_on = models.DateField(_("jatuh tempo"))
    amount = RupiahField(_("sewa"))

    class Meta:
        verbose_name = _("tagihan sewa")
        verbose_name_plural = _("tagihan sewa")
        ordering = ["lease", "number"]
        constraints = [models.UniqueConstraint(fields=["lease", "number"], name="facility_leasecharge_once")]

    def __str__(self):
        return f"{self.lease} {self.number}"


class LeasePayment(models.Model):
    """What was paid, with the reference of its receipt. Never changed afterwards."""

    lease = models.ForeignKey(
        Lease, on_delete=models.PROTECT, related_name="payments", verbose_name=_("sewa")
    )
    kind = models.CharField(_("jenis"), max_length=14, choices=PaymentKind, default=PaymentKind.RENT)
    paid_on = models.DateField(_("tanggal bayar"))
    amount = RupiahField(_("jumlah"), validators=[MinValueValidator(1)])
    receipt = models.CharField(_("nomor bukti"), max_length=60)
    recorded_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("dicatat oleh")
    )
    recorded_at = models.DateTimeField(_("dicatat pada"), default=timezone.now)

    class Meta:
        verbose_name = _("pembayaran sewa")
        verbose_name_plural = _("pembayaran sewa")
        ordering = ["paid_on", "id"]
        constraints = [
            closed("facility_leasepayment", "kind", PaymentKind),
            models.UniqueConstraint(
                fields=["receipt"],
                name="facility_leasepayment_receipt_once",
                violation_error_message=_("Pembayaran dengan nomor bukti ini sudah dicatat."),
            ),
            models.CheckConstraint(condition=Q(amount__gte=1), name="facility_leasepayment_above_zero"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return self.receipt
