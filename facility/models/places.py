"""Centres and what can be had in them: halls, stalls, workshops, shared machines, meeting rooms."""

from datetime import time, timedelta

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import ReferenceField
from core.history import track
from core.models import DatedQuerySet
from core.records import BumpAndNumber, BumpVersion, Followed, Versioned, changes_index, closed
from core.workflow import Step
from facility.enums import CentreStatus, UnitKind
from ikm.models import Area
from programme.models import LegalBasis, RestsOnLawQuerySet

USER = settings.AUTH_USER_MODEL
C = CentreStatus


@track(exclude=["version", "modified_at"])
class Centre(Followed):
    """A place with units. It is open on a day when its status says so and its legal basis is in force on that day."""

    STEPS = {
        "open": Step({C.PLANNED, C.CLOSED}, C.OPEN, "facility.open_centre", _("Buka")),
        "close": Step({C.OPEN}, C.CLOSED, "facility.open_centre", _("Tutup"), needs_note=True),
    }

    reference = ReferenceField(prefix="FAS")
    name = models.CharField(_("nama"), max_length=120, unique=True)
    story = models.TextField(_("keterangan"), max_length=2000, blank=True)
    address = models.CharField(_("alamat"), max_length=250)
    kelurahan = models.ForeignKey(
        Area,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="centres",
        verbose_name=_("kelurahan"),
    )
    latitude = models.DecimalField(_("lintang"), max_digits=8, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("bujur"), max_digits=9, decimal_places=6, null=True, blank=True)
    status = models.CharField(_("status"), max_length=7, choices=CentreStatus, default=CentreStatus.PLANNED)
    legal_basis = models.ForeignKey(
        LegalBasis,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="centres",
        verbose_name=_("dasar hukum"),
    )
    opens_at = models.TimeField(_("buka pukul"), default=time(8))
    closes_at = models.TimeField(_("tutup pukul"), default=time(16))
    grace_minutes = models.PositiveSmallIntegerField(
        _("dilepas bila tidak datang sesudah (menit)"), default=15, validators=[MinValueValidator(1)]
    )
    days_ahead = models.PositiveSmallIntegerField(
        _("dapat dipesan sebelumnya (hari)"), default=90, validators=[MaxValueValidator(366)]
    )

    class CentreQuerySet(RestsOnLawQuerySet):
        def visible_to(self, user):
            """Places are public, those that are planned too."""
            return self.all()

        def open_on(self, day=None):
            """Those that are open on `day` (default today)."""
            return self.lawful(day).filter(status=CentreStatus.OPEN)

    objects = CentreQuerySet.as_manager()

    class Meta:
        verbose_name = _("sentra fasilitas")
        verbose_name_plural = _("sentra fasilitas")
        ordering = ["name"]
        constraints = [
            closed("facility_centre", "status", CentreStatus),
            models.CheckConstraint(
                condition=~Q(status="open") | Q(legal_basis__isnull=False),
                name="facility_centre_open_rests_on_law",
                violation_error_message=_("Isi dasar hukumnya sebelum fasilitas dibuka."),
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="facility_centre_closes_after_it_opens",
                violation_error_message=_("Jam tutup harus sesudah jam buka."),
            ),
        ]
        indexes = [changes_index("facility_centre")]
        triggers = [BumpAndNumber()]

    def __str__(self):
        return self.name

    def is_open(self, day=None):
        """Whether it is open on `day` (default today)."""
        return (
            self.status == CentreStatus.OPEN
            and self.legal_basis is not None
            and self.legal_basis.is_in_force(day)
        )


@track(exclude=["version", "modified_at"])
class Unit(Versioned):
    """A hall, stall, workshop, machine or meeting room. Stalls are let by the month, the others are booked by the hour."""

    reference = ReferenceField(prefix="UNT")
    centre = models.ForeignKey(
        Centre, on_delete=models.PROTECT, related_name="units", verbose_name=_("sentra fasilitas")
    )
    name = models.CharField(_("nama"), max_length=80)
    kind = models.CharField(_("jenis"), max_length=12, choices=UnitKind)
    description = models.CharField(_("keterangan"), max_length=300, blank=True)
    capacity = models.PositiveSmallIntegerField(_("muat (orang)"), null=True, blank=True)
    cleaning_minutes = models.PositiveSmallIntegerField(
        _("dibersihkan sesudah dipakai (menit)"), default=15, validators=[MaxValueValidator(240)]
    )
    needs_approval = models.BooleanField(_("perlu disetujui petugas"), default=False)
    maintenance_hours = models.PositiveSmallIntegerField(
        _("dirawat setiap (jam pakai)"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    is_active = models.BooleanField(_("dipakai"), default=True)

    class UnitQuerySet(models.QuerySet):
        def visible_to(self, user):
            if user.has_perm("facility.view_unit"):
                return self.all()
            return self.filter(is_active=True)

        def bookable(self):
            return self.filter(is_active=True).exclude(kind=UnitKind.STALL)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit fasilitas")
        verbose_name_plural = _("unit fasilitas")
        ordering = ["centre", "kind", "name"]
        constraints = [
            closed("facility_unit", "kind", UnitKind),
            models.UniqueConstraint(
                fields=["centre", "name"],
                name="facility_unit_name_once",
                violation_error_message=_("Nama unit ini sudah dipakai di sentra yang sama."),
            ),
        ]
        triggers = [BumpVersion()]

    def __str__(self):
        return f"{self.name}, {self.centre}"

    @property
    def is_bookable(self):
        return self.is_active and self.kind != UnitKind.STALL


class BookingQuota(models.Model):
    """So many hours of one kind of unit may a business book in a week (Monday to Sunday)."""

    kind = models.CharField(_("jenis"), max_length=12, choices=UnitKind)
    hours = models.PositiveSmallIntegerField(_("jam seminggu"), validators=[MinValueValidator(1)])
    in_force_from = models.DateField(_("berlaku sejak"))
    in_force_until = models.DateField(_("berlaku sampai"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("kuota pemakaian")
        verbose_name_plural = _("kuota pemakaian")
        ordering = ["kind", "-in_force_from"]
        constraints = [
            closed("facility_bookingquota", "kind", UnitKind),
            models.UniqueConstraint(
                fields=["kind", "in_force_from"],
                name="facility_bookingquota_once_a_day",
                violation_error_message=_("Kuota untuk jenis dan tanggal ini sudah ada."),
            ),
            models.CheckConstraint(
                condition=Q(in_force_until__isnull=True) | Q(in_force_until__gte=F("in_force_from")),
                name="facility_bookingquota_ends_after_it_begins",
                violation_error_message=_("Tanggal akhir harus sesudah tanggal mulai."),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.hours}"


class GiveBackFirst(pgtrigger.Trigger):
    """A unit is closed only where nothing is booked any more; facility.services.closures gives the bookings back."""

    name = "give_back_first"
    when = pgtrigger.After
    operation = pgtrigger.Insert | pgtrigger.UpdateOf("unit_id", "during")
    func = """
        IF EXISTS (
            SELECT 1 FROM facility_booking b
            WHERE b.unit_id = NEW.unit_id AND b.status IN ('requested', 'approved') AND b.during && NEW.during
        ) THEN
            RAISE EXCEPTION 'facility_unitclosure_bookings_given_back' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    """


class UnitClosure(models.Model):
    """A time in which a unit cannot be had: repair, an event of the office."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="closures", verbose_name=_("unit"))
    during = DateTimeRangeField(_("waktu"))
    reason = models.CharField(_("sebab"), max_length=160)

    class Meta:
        verbose_name = _("unit tidak dapat dipakai")
        verbose_name_plural = _("unit tidak dapat dipakai")
        ordering = ["-during"]
        constraints = [
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__lower_inf=False, during__upper_inf=False),
                name="facility_unitclosure_has_a_beginning_and_an_end",
                violation_error_message=_("Isi waktu mulai dan selesai."),
            )
        ]
        indexes = [GistIndex(fields=["unit", "during"], name="facility_unitclosure_time")]
        triggers = [GiveBackFirst()]

    def __str__(self):
        return f"{self.unit}: {self.reason}"

    @property
    def last_on(self):
        """The last day of which some part is closed."""
        return timezone.localdate(self.during.upper - timedelta(microseconds=1))


class Maintenance(models.Model):
    """That a unit was maintained, after so many hours of use in all. Never changed afterwards."""

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="maintenances", verbose_name=_("unit")
    )
    done_on = models.DateField(_("tanggal"))
    at_hours = models.DecimalField(_("jam pakai saat dirawat"), max_digits=9, decimal_places=2)
    note = models.CharField(_("yang dikerjakan"), max_length=300)
    recorded_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("dicatat oleh")
    )
    recorded_at = models.DateTimeField(_("dicatat pada"), default=timezone.now)

    class Meta:
        verbose_name = _("perawatan")
        verbose_name_plural = _("perawatan")
        ordering = ["-done_on", "-id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"{self.unit}: {self.done_on}"
