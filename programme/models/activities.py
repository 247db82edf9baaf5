"""What the office does with its budget, what is to come of it, and what did, quarter by quarter."""

import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Max, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import ReferenceField
from core.history import track
from core.records import BumpVersion, Versioned, closed
from core.workflow import Step
from programme.enums import PeriodStatus, Pillar, TargetKind
from programme.models.budget import BudgetLine

P = PeriodStatus


def _filled(model, *fields):
    """Check constraints: these texts are not empty."""
    return [
        models.CheckConstraint(
            condition=~Q(**{field: ""}),
            name=f"programme_{model}_has_{field}",
            violation_error_message=_("Lengkapi indikator, satuan, nilai awal, target, dan sumbernya."),
        )
        for field in fields
    ]


class OfficeQuerySet(models.QuerySet):
    """Rows that only officials of the programme read."""

    def visible_to(self, user):
        if user.is_staff and user.has_perm(f"programme.view_{self.model._meta.model_name}"):
            return self.all()
        return self.none()


@track(exclude=["version", "modified_at"])
class Activity(Versioned):
    """Something the office does in a year: charged to one budget line, under one pillar of SMART."""

    reference = ReferenceField(prefix="KGT")
    name = models.CharField(_("nama kegiatan"), max_length=200)
    line = models.ForeignKey(
        BudgetLine, on_delete=models.PROTECT, related_name="activities", verbose_name=_("pagu anggaran")
    )
    pillar = models.CharField(_("pilar SMART"), max_length=12, choices=Pillar)
    purpose = models.TextField(_("untuk apa"), max_length=2000)
    starts_on = models.DateField(_("mulai"))
    ends_on = models.DateField(_("selesai"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="activities",
        verbose_name=_("penanggung jawab"),
    )

    objects = OfficeQuerySet.as_manager()

    class Meta:
        verbose_name = _("kegiatan dinas")
        verbose_name_plural = _("kegiatan dinas")
        ordering = ["line", "name"]
        constraints = [
            closed("programme_activity", "pillar", Pillar),
            models.UniqueConstraint(
                fields=["line", "name"],
                name="programme_activity_name_once_a_line",
                violation_error_message=_("Kegiatan dengan nama ini sudah ada pada pagu itu."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="programme_activity_ends_after_it_begins",
                violation_error_message=_("Tanggal selesai harus sesudah tanggal mulai."),
            ),
        ]
        triggers = [BumpVersion()]

    def __str__(self):
        return self.name


@track(exclude=["version", "modified_at"])
class Target(Versioned):
    """What is to come of an activity: its output (what is done) or outcome (what changes by it). None without where it starts,
    where it is to be, by when, from which source and by whom."""

    activity = models.ForeignKey(
        Activity, on_delete=models.PROTECT, related_name="targets", verbose_name=_("kegiatan")
    )
    kind = models.CharField(_("jenis"), max_length=8, choices=TargetKind)
    indicator = models.CharField(_("indikator"), max_length=200)
    unit = models.CharField(_("satuan"), max_length=40)
    baseline = models.DecimalField(_("nilai awal"), max_digits=18, decimal_places=2)
    baseline_on = models.DateField(_("tanggal nilai awal"))
    goal = models.DecimalField(_("target"), max_digits=18, decimal_places=2)
    goal_on = models.DateField(_("tanggal target"))
    source = models.CharField(_("sumber angka"), max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="targets",
        verbose_name=_("pemilik angka"),
    )

    class TargetQuerySet(OfficeQuerySet):
        def with_latest(self, *, quarter=None):
            """Each with `latest`: what was reached by the newest quarter that has a number (or by `quarter`, a Period)."""
            rows = Realisation.objects.standing().filter(target=OuterRef("pk"))
            if quarter is not None:
                rows = rows.filter(period=quarter)
            newest = rows.order_by("-period__year", "-period__quarter")
            return self.annotate(latest=Subquery(newest.values("value")[:1]))

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("target kegiatan")
        verbose_name_plural = _("target kegiatan")
        ordering = ["activity", "-kind", "id"]
        constraints = [
            closed("programme_target", "kind", TargetKind),
            *_filled("target", "indicator", "unit", "source"),
            models.UniqueConstraint(
                fields=["activity", "indicator"],
                name="programme_target_indicator_once",
                violation_error_message=_("Indikator ini sudah menjadi target kegiatan itu."),
            ),
            models.CheckConstraint(
                condition=Q(goal_on__gt=F("baseline_on")),
                name="programme_target_lies_after_its_baseline",
                violation_error_message=_("Tanggal target harus sesudah tanggal nilai awal."),
            ),
            models.CheckConstraint(
                condition=~Q(goal=F("baseline")),
                name="programme_target_changes_something",
                violation_error_message=_("Target sama dengan nilai awal. Isi perubahan yang dituju."),
            ),
        ]
        triggers = [BumpVersion()]

    def __str__(self):
        return f"{self.indicator} ({self.unit})"

    def progress(self, value):
        """How much of the way from baseline to goal `value` has gone, in whole per cent; None without a value."""
        if value is None:
            return None
        return round((value - self.baseline) * 100 / (self.goal - self.baseline))


@track(exclude=["version", "modified_at"])
class Period(Versioned):
    """A quarter whose numbers are collected, sent in by one official and approved by another; then they are locked."""

    STEPS = {
        "submit": Step({P.OPEN}, P.SUBMITTED, "programme.submit_period", _("Kirim untuk disetujui")),
        "reopen": Step({P.SUBMITTED}, P.OPEN, "programme.approve_period", _("Kembalikan"), needs_note=True),
        "approve": Step(
            {P.SUBMITTED},
            P.APPROVED,
            "programme.approve_period",
            _("Setujui dan kunci"),
            other_than=("submit",),
        ),
    }

    reference = ReferenceField(prefix="TRW")
    year = models.PositiveSmallIntegerField(
        _("tahun"), validators=[MinValueValidator(2000), MaxValueValidator(2100)]
    )
    quarter = models.PositiveSmallIntegerField(
        _("triwulan"), validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    status = models.CharField(_("status"), max_length=9, choices=PeriodStatus, default=PeriodStatus.OPEN)

    objects = OfficeQuerySet.as_manager()

    class Meta:
        verbose_name = _("triwulan")
        verbose_name_plural = _("triwulan")
        ordering = ["year", "quarter"]
        permissions = [
            ("submit_period", _("Dapat mengirim angka triwulan")),
            ("approve_period", _("Dapat menyetujui angka triwulan")),
        ]
        constraints = [
            closed("programme_period", "status", PeriodStatus),
            models.UniqueConstraint(
                fields=["year", "quarter"],
                name="programme_period_once",
                violation_error_message=_("Triwulan ini sudah dibuka."),
            ),
            models.CheckConstraint(
                condition=Q(quarter__gte=1, quarter__lte=4), name="programme_period_is_a_quarter"
            ),
        ]
        triggers = [BumpVersion()]

    def __str__(self):
        return f"Triwulan {['I', 'II', 'III', 'IV'][self.quarter - 1]} {self.year}"


class LockNumbers(pgtrigger.Trigger):
    """A number of a quarter: numbered by the database, never changed; of a quarter no longer open only with a reason. The
    quarter's row is locked, so that nobody approves what is being written."""

    name = "lock_numbers"
    when = pgtrigger.Before
    operation = pgtrigger.Insert
    declare = [("held", "text"), ("last", "integer")]
    func = """
        SELECT status INTO held FROM programme_period WHERE id = NEW.period_id FOR SHARE;
        PERFORM FROM programme_target WHERE id = NEW.target_id FOR NO KEY UPDATE;
        SELECT max(number) INTO last FROM programme_realisation
        WHERE target_id = NEW.target_id AND period_id = NEW.period_id;
        NEW.number := COALESCE(last, 0) + 1;
        IF held <> 'open' AND NEW.reason = '' THEN
            RAISE EXCEPTION 'numbers of this quarter are locked' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'programme_realisation_locked';
        END IF;
        RETURN NEW;
    """


class Realisation(models.Model):
    """What a target had reached by the end of a quarter, counted from the start; each correction is the next `number`. The
    highest stands."""

    target = models.ForeignKey(
        Target, on_delete=models.PROTECT, related_name="realisations", verbose_name=_("target")
    )
    period = models.ForeignKey(
        Period, on_delete=models.PROTECT, related_name="realisations", verbose_name=_("triwulan")
    )
    number = models.PositiveSmallIntegerField(_("versi"), default=0, editable=False)
    value = models.DecimalField(_("tercapai"), max_digits=18, decimal_places=2)
    source = models.CharField(_("sumber angka"), max_length=200)
    reason = models.CharField(_("alasan koreksi"), max_length=500, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("dicatat oleh")
    )
    recorded_at = models.DateTimeField(_("dicatat pada"), default=timezone.now)

    class RealisationQuerySet(OfficeQuerySet):
        def standing(self):
            """The last version of each number."""
            newest = (
                Realisation.objects.filter(target=OuterRef("target"), period=OuterRef("period"))
                .values("target", "period")
                .annotate(last=Max("number"))
                .values("last")
            )
            return self.filter(number=Subquery(newest))

    objects = RealisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("realisasi target")
        verbose_name_plural = _("realisasi target")
        ordering = ["target", "period", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "period", "number"], name="programme_realisation_version_once"
            ),
            *_filled("realisation", "source"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            LockNumbers(),
        ]

    def __str__(self):
        return f"{self.target}: {self.value}, {self.period}"


class StatedFigure(models.Model):
    """What a source says of a year. Sources that disagree stand side by side; none is chosen here, none changed."""

    topic = models.CharField(_("tentang"), max_length=160)
    year = models.PositiveSmallIntegerField(
        _("tahun"), validators=[MinValueValidator(1945), MaxValueValidator(2100)]
    )
    value = models.DecimalField(_("angka"), max_digits=20, decimal_places=2)
    unit = models.CharField(_("satuan"), max_length=40)
    source = models.CharField(_("sumber"), max_length=200)
    stated_on = models.DateField(_("keadaan per tanggal"), null=True, blank=True)
    note = models.CharField(_("catatan"), max_length=500, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("dicatat oleh")
    )
    recorded_at = models.DateTimeField(_("dicatat pada"), default=timezone.now)

    objects = OfficeQuerySet.as_manager()

    class Meta:
        verbose_name = _("angka menurut sumber")
        verbose_name_plural = _("angka menurut sumber")
        ordering = ["topic", "year", "source"]
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "year", "unit", "source"],
                name="programme_statedfigure_once_a_source",
                violation_error_message=_("Angka sumber ini untuk tahun itu sudah dicatat."),
            ),
            *_filled("statedfigure", "topic", "unit", "source"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"{self.topic} {self.year}: {self.value} {self.unit} ({self.source})"
