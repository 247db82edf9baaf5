"""Bookings: who has which unit when. Overlaps are refused by the database, the time for cleaning included, by whatever door
they come."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import ReferenceField
from core.history import track
from core.records import BumpAndNumber, BumpVersion, Followed, Versioned, changes_index, closed
from core.workflow import Step
from facility.enums import HOLDING, BookingStatus
from facility.models.places import Unit
from ikm.models import Business

USER = settings.AUTH_USER_MODEL
S = BookingStatus

#: SQL: whether the centre `c` (an alias) is open on the day `{day}`.
OPEN_ON = """c.status = 'open' AND EXISTS (
                SELECT 1 FROM programme_legalbasis l
                WHERE l.id = c.legal_basis_id AND l.status IN ('in_force', 'revoked') AND l.in_force_from <= {day}
                  AND (l.in_force_until IS NULL OR l.in_force_until >= {day})
            )"""


class BookingPartQuerySet(models.QuerySet):
    """Rows that belong to a business: its speakers see them, and officials of the facilities."""

    def visible_to(self, user):
        if not user.is_authenticated:
            return self.none()
        if user.is_staff and user.has_perm("facility.view_booking"):
            return self.all()
        return self.filter(business__in=Business.objects.spoken_for_by(user))


@track(exclude=["version", "modified_at"])
class BookingSeries(Versioned):
    """The same hours every so many weeks, with the days left out."""

    reference = ReferenceField(prefix="SPS")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="series", verbose_name=_("unit"))
    business = models.ForeignKey(
        Business, on_delete=models.PROTECT, related_name="booking_series", verbose_name=_("usaha")
    )
    first_on = models.DateField(_("hari pertama"))
    until_on = models.DateField(_("sampai"))
    every_weeks = models.PositiveSmallIntegerField(
        _("setiap (minggu)"), default=1, validators=[MinValueValidator(1), MaxValueValidator(8)]
    )
    begins = models.TimeField(_("mulai"))
    ends = models.TimeField(_("selesai"))
    exceptions = ArrayField(models.DateField(), default=list, blank=True, verbose_name=_("kecuali tanggal"))
    booked_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("dipesan oleh")
    )

    objects = BookingPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("pesanan berulang")
        verbose_name_plural = _("pesanan berulang")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__gte=F("first_on")),
                name="facility_bookingseries_ends_after_it_begins",
                violation_error_message=_("Hari terakhir harus sesudah hari pertama."),
            ),
            models.CheckConstraint(
                condition=Q(ends__gt=F("begins")),
                name="facility_bookingseries_hours_in_order",
                violation_error_message=_("Jam selesai harus sesudah jam mulai."),
            ),
        ]
        triggers = [BumpVersion()]

    def __str__(self):
        return self.reference


class PlaceBooking(pgtrigger.Trigger):
    """Widens the time by the cleaning of the unit as it was when booked."""

    name = "place_booking"
    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update
    func = """
        IF TG_OP = 'INSERT' OR NEW.unit_id <> OLD.unit_id THEN
            NEW.cleaning_minutes := (SELECT cleaning_minutes FROM facility_unit WHERE id = NEW.unit_id);
        END IF;
        NEW.with_cleaning := tstzrange(
            lower(NEW.during), upper(NEW.during) + make_interval(mins => NEW.cleaning_minutes), '[)'
        );
        RETURN NEW;
    """


class RefuseClosed(pgtrigger.Trigger):
    """A booking may lie only where its unit can be booked and its centre is open on that day."""

    name = "refuse_closed"
    when = pgtrigger.After
    operation = pgtrigger.Insert | pgtrigger.UpdateOf("unit_id", "during")
    func = f"""
        IF NEW.status IN ('waiting', 'requested', 'approved', 'in_use') AND NOT EXISTS (
            SELECT 1 FROM facility_unit u JOIN facility_centre c ON c.id = u.centre_id
            WHERE u.id = NEW.unit_id AND u.is_active AND u.kind <> 'stall'
              AND {OPEN_ON.format(day="(lower(NEW.during) AT TIME ZONE 'Asia/Jakarta')::date")}
        ) THEN
            RAISE EXCEPTION 'facility_booking_centre_is_open' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.status IN ('requested', 'approved', 'in_use') AND EXISTS (
            SELECT 1 FROM facility_unitclosure k WHERE k.unit_id = NEW.unit_id AND k.during && NEW.during
        ) THEN
            RAISE EXCEPTION 'facility_booking_unit_is_there' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    """


@track(exclude=["version", "modified_at", "with_cleaning"])
class Booking(Followed):
    """A unit for a business for some hours. `during` holds its first moment and not its last."""

    STEPS = {
        "approve": Step({S.REQUESTED}, S.APPROVED, "facility.decide_booking", _("Setujui")),
        "refuse": Step({S.REQUESTED}, S.REFUSED, "facility.decide_booking", _("Tolak"), needs_note=True),
        "check_in": Step({S.APPROVED}, S.IN_USE, "facility.check_in_booking", _("Catat datang")),
        "arrive": Step({S.APPROVED}, S.IN_USE, "facility.arrive_booking", _("Saya sudah datang")),
        "finish": Step({S.IN_USE}, S.DONE, "facility.check_in_booking", _("Catat selesai")),
        "cancel": Step(
            {S.WAITING, S.REQUESTED, S.APPROVED}, S.CANCELLED, "facility.cancel_booking", _("Batalkan")
        ),
        "release": Step({S.REQUESTED, S.APPROVED}, S.RELEASED, "facility.check_in_booking", _("Lepas")),
        "admit": Step({S.WAITING}, S.APPROVED, "facility.decide_booking", _("Beri giliran")),
        "admit_to_decide": Step({S.WAITING}, S.REQUESTED, "facility.decide_booking", _("Beri giliran")),
        "expire": Step({S.WAITING}, S.EXPIRED, "facility.decide_booking", _("Akhiri antrean")),
    }

    reference = ReferenceField(prefix="PSN")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="bookings", verbose_name=_("unit"))
    business = models.ForeignKey(
        Business, on_delete=models.PROTECT, related_name="bookings", verbose_name=_("usaha")
    )
    series = models.ForeignKey(
        BookingSeries,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="bookings",
        verbose_name=_("pesanan berulang"),
    )
    during = DateTimeRangeField(_("waktu"))
    purpose = models.CharField(_("keperluan"), max_length=160)
    status = models.CharField(_("status"), max_length=9, choices=BookingStatus)
    booked_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("dipesan oleh")
    )
    checked_in_at = models.DateTimeField(_("datang"), null=True, blank=True)
    finished_at = models.DateTimeField(_("selesai dipakai"), null=True, blank=True)
    cleaning_minutes = models.PositiveSmallIntegerField(
        _("dibersihkan (menit)"), editable=False, blank=True, default=0
    )
    with_cleaning = DateTimeRangeField(editable=False, blank=True)

    class BookingQuerySet(BookingPartQuerySet):
        def holding(self):
            return self.filter(status__in=HOLDING)

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("pesanan")
        verbose_name_plural = _("pesanan")
        ordering = ["-during", "-id"]
        constraints = [
            closed("facility_booking", "status", BookingStatus),
            models.CheckConstraint(
                condition=Q(
                    during__isempty=False,
                    during__lower_inc=True,
                    during__upper_inc=False,
                    during__lower_inf=False,
                    during__upper_inf=False,
                ),
                name="facility_booking_has_a_beginning_and_an_end",
                violation_error_message=_("Jam selesai harus sesudah jam mulai."),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["in_use", "done"]) | Q(checked_in_at__isnull=False),
                name="facility_booking_in_use_was_checked_in",
                violation_error_message=_("Catat dahulu kapan pemakainya datang."),
            ),
            ExclusionConstraint(
                name="facility_booking_unit_once",
                expressions=[("unit", RangeOperators.EQUAL), ("with_cleaning", RangeOperators.OVERLAPS)],
                condition=Q(status__in=[one.value for one in HOLDING]),
                violation_error_message=_("Unit ini sudah dipesan pada waktu itu."),
            ),
        ]
        indexes = [
            changes_index("facility_booking"),
            models.Index(fields=["business", "status"], name="facility_booking_business"),
            models.Index(
                fields=["status"],
                condition=Q(status__in=["waiting", "requested", "approved", "in_use"]),
                name="facility_booking_coming",
            ),
        ]
        triggers = [BumpAndNumber(), PlaceBooking(), RefuseClosed()]

    def __str__(self):
        return self.reference

    @property
    def hours(self):
        """How long it is booked, in hours."""
        return (self.during.upper - self.during.lower).total_seconds() / 3600


class Usage(models.Model):
    """Hours in which a unit was used: what its maintenance is reckoned from. Never changed afterwards."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="usages", verbose_name=_("unit"))
    booking = models.OneToOneField(
        Booking,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="usage",
        verbose_name=_("pesanan"),
    )
    used_on = models.DateField(_("tanggal"))
    hours = models.DecimalField(
        _("jam pakai"), max_digits=6, decimal_places=2, validators=[MinValueValidator(0)]
    )
    note = models.CharField(_("catatan"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("dicatat oleh")
    )
    recorded_at = models.DateTimeField(_("dicatat pada"), default=timezone.now)

    class Meta:
        verbose_name = _("catatan pemakaian")
        verbose_name_plural = _("catatan pemakaian")
        ordering = ["-used_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(hours__gte=0), name="facility_usage_hours_not_negative")
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"{self.unit}: {self.hours}"
