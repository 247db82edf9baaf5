"""Courses of the office and their runs."""

import pgtrigger
from django.contrib.contenttypes.fields import GenericRelation
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cluster.models import Cluster
from core.fields import ReferenceField, RupiahField
from core.history import track
from core.models import Attachment
from core.records import BumpAndNumber, Followed, changes_index, closed
from core.workflow import Step
from programme.enums import Pillar
from programme.models import BudgetLine
from training.enums import Admission, Organiser, RunStatus, Topic
from training.fairness import check_weights

S = RunStatus


@track(exclude=["version", "modified_at"])
class Course(Followed):
    """What is taught, to whom, and what a participant must reach for a certificate."""

    code = models.SlugField(_("kode"), max_length=30, unique=True)
    title = models.CharField(_("judul"), max_length=160)
    title_en = models.CharField(_("judul (Inggris)"), max_length=160, blank=True)
    topic = models.CharField(_("bidang"), max_length=16, choices=Topic)
    pillar = models.CharField(_("pilar SMART"), max_length=12, choices=Pillar, default=Pillar.TRAINING)
    organiser = models.CharField(
        _("penyelenggara"), max_length=6, choices=Organiser, default=Organiser.OFFICE
    )
    unit = models.CharField(_("unit SKKNI"), max_length=60, blank=True)
    hours = models.PositiveSmallIntegerField(_("jam pelajaran"), validators=[MinValueValidator(1)])
    description = models.TextField(_("uraian"), blank=True)
    description_en = models.TextField(_("uraian (Inggris)"), blank=True)
    prerequisites = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="opens", verbose_name=_("harus lulus dahulu")
    )
    needs_registered = models.BooleanField(_("hanya untuk IKM terdaftar"), default=True)
    kbli_prefixes = ArrayField(
        models.CharField(max_length=5, validators=[RegexValidator(r"^\d{2,5}$")]),
        default=list,
        blank=True,
        verbose_name=_("hanya untuk KBLI berawalan"),
    )
    clusters = models.ManyToManyField(
        Cluster, blank=True, related_name="courses", verbose_name=_("hanya untuk anggota klaster")
    )
    once_only = models.BooleanField(_("hanya sekali seorang"), default=True)
    attendance_min = models.PositiveSmallIntegerField(
        _("kehadiran paling sedikit (%)"), default=80, validators=[MaxValueValidator(100)]
    )
    score_min = models.PositiveSmallIntegerField(
        _("nilai akhir paling rendah"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    is_active = models.BooleanField(_("dipakai"), default=True)

    class Meta:
        verbose_name = _("pelatihan")
        verbose_name_plural = _("pelatihan")
        ordering = ["code"]
        constraints = [
            closed("training_course", "topic", Topic),
            closed("training_course", "pillar", Pillar),
            closed("training_course", "organiser", Organiser),
        ]
        indexes = [changes_index("training_course")]
        triggers = [BumpAndNumber()]

    def __str__(self):
        return self.title


class RunQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Officials of training see all, everybody what is announced."""
        if user.is_staff and user.has_perm("training.view_run"):
            return self.all()
        return self.exclude(status=RunStatus.DRAFT)


class FreezeSelection(pgtrigger.Trigger):
    """What people were told before they applied stays: the way of admission and the weights from the moment registration
    opens, the seed once it is drawn."""

    name = "freeze_selection"
    when = pgtrigger.Before
    operation = pgtrigger.Update
    func = """
        IF OLD.status <> 'draft' AND OLD.registration_from <= clock_timestamp() AND (
            NEW.weights IS DISTINCT FROM OLD.weights OR NEW.admission <> OLD.admission
            OR NEW.registration_from <> OLD.registration_from
        ) THEN
            RAISE EXCEPTION 'training_run_weights_frozen' USING ERRCODE = 'check_violation';
        END IF;
        IF OLD.seed <> '' AND (NEW.seed <> OLD.seed OR NEW.drawn_at IS DISTINCT FROM OLD.drawn_at) THEN
            RAISE EXCEPTION 'training_run_drawn_once' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """


@track(exclude=["version", "modified_at", "seats_taken"])
class Run(Followed):
    """One holding of a course. `seats_taken` is counted by the database (CountSeats) and never exceeds the quota."""

    STEPS = {
        "publish": Step({S.DRAFT}, S.PUBLISHED, "training.publish_run", _("Umumkan")),
        "select": Step({S.PUBLISHED}, S.SELECTED, "training.select_participants", _("Tetapkan peserta")),
        "start": Step({S.PUBLISHED, S.SELECTED}, S.RUNNING, "training.hold_run", _("Mulai")),
        "complete": Step({S.RUNNING}, S.COMPLETED, "training.hold_run", _("Selesai")),
        "cancel": Step(
            {S.DRAFT, S.PUBLISHED, S.SELECTED, S.RUNNING},
            S.CANCELLED,
            "training.publish_run",
            _("Batalkan"),
            needs_note=True,
        ),
    }

    reference = ReferenceField(prefix="PLT")
    course = models.ForeignKey(
        Course, on_delete=models.PROTECT, related_name="runs", verbose_name=_("pelatihan")
    )
    batch = models.CharField(_("angkatan"), max_length=40)
    status = models.CharField(_("status"), max_length=10, choices=RunStatus, default=RunStatus.DRAFT)
    starts_on = models.DateField(_("mulai"))
    ends_on = models.DateField(_("sampai"))
    admission = models.CharField(
        _("penerimaan"), max_length=10, choices=Admission, default=Admission.FIRST_COME
    )
    quota = models.PositiveSmallIntegerField(_("kursi"), validators=[MinValueValidator(1)])
    reserve = models.PositiveSmallIntegerField(_("daftar tunggu paling banyak"), default=20)
    seats_taken = models.PositiveSmallIntegerField(_("kursi terisi"), default=0, editable=False)
    registration_from = models.DateTimeField(_("pendaftaran dibuka"))
    registration_until = models.DateTimeField(_("pendaftaran ditutup"))
    offer_hours = models.PositiveSmallIntegerField(
        _("tawaran kursi berlaku (jam)"), default=24, validators=[MinValueValidator(1)]
    )
    weights = models.JSONField(_("bobot seleksi"), default=dict, blank=True, validators=[check_weights])
    seed = models.CharField(_("benih undian"), max_length=64, blank=True, editable=False)
    drawn_at = models.DateTimeField(_("diundi pada"), null=True, blank=True, editable=False)
    budget_line = models.ForeignKey(
        BudgetLine,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="training_runs",
        verbose_name=_("pagu anggaran"),
    )
    honorarium = RupiahField(_("honorarium pelatih"), default=0)
    cost_per_seat = RupiahField(_("biaya per kursi"), default=0)
    cloned_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="clones", editable=False
    )

    attachments = GenericRelation(Attachment)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("angkatan pelatihan")
        verbose_name_plural = _("angkatan pelatihan")
        ordering = ["starts_on", "id"]
        constraints = [
            closed("training_run", "status", RunStatus),
            closed("training_run", "admission", Admission),
            models.UniqueConstraint(
                fields=["course", "batch"],
                name="training_run_batch_once",
                violation_error_message=_("Angkatan dengan nama ini sudah ada untuk pelatihan itu."),
            ),
            models.CheckConstraint(
                condition=Q(seats_taken__lte=F("quota")),
                name="training_run_seats_within_quota",
                violation_error_message=_("Kursi sudah penuh."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="training_run_ends_after_it_starts",
                violation_error_message=_("Tanggal selesai harus sesudah tanggal mulai."),
            ),
            models.CheckConstraint(
                condition=Q(registration_until__gt=F("registration_from")),
                name="training_run_registration_in_order",
                violation_error_message=_("Pendaftaran harus ditutup sesudah dibuka."),
            ),
        ]
        indexes = [
            changes_index("training_run"),
            models.Index(fields=["status", "starts_on", "id"], name="training_run_calendar"),
            models.Index(fields=["modified_at", "id"], name="training_run_modified"),
        ]
        triggers = [BumpAndNumber(), FreezeSelection()]

    def __str__(self):
        return f"{self.course} {self.batch}"

    @property
    def seats_free(self):
        return self.quota - self.seats_taken

    @property
    def cost(self):
        """What the run costs with every seat taken: the trainers' fee and the seats."""
        return self.honorarium + self.quota * self.cost_per_seat

    def clean(self):
        """The sentence of the rule that FreezeSelection keeps for whoever writes the row."""
        before = Run.objects.filter(pk=self.pk).exclude(status=RunStatus.DRAFT).first() if self.pk else None
        if before is None or before.registration_from > timezone.now():
            return
        for name in ("weights", "admission", "registration_from"):
            if getattr(self, name) != getattr(before, name):
                raise ValidationError(
                    {name: _("Pendaftaran sudah dibuka, sehingga ini tidak dapat diubah lagi.")}
                )


class CountSeats(pgtrigger.Trigger):
    """Adds what an enrolment changed to the seats taken of its run; the run's row lock puts parallel ones in a queue, and
    its check refuses the one too many."""

    name = "count_seats"
    when = pgtrigger.After
    operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete
    declare = [("before", "INTEGER"), ("after", "INTEGER")]
    func = """
        before := CASE WHEN TG_OP <> 'INSERT' AND OLD.status IN
            ('enrolled', 'offered', 'completed', 'failed', 'no_show') THEN 1 ELSE 0 END;
        after := CASE WHEN TG_OP <> 'DELETE' AND NEW.status IN
            ('enrolled', 'offered', 'completed', 'failed', 'no_show') THEN 1 ELSE 0 END;
        IF TG_OP = 'UPDATE' AND NEW.run_id = OLD.run_id THEN
            IF after <> before THEN
                UPDATE training_run SET seats_taken = seats_taken + after - before WHERE id = NEW.run_id;
            END IF;
        ELSE
            IF before = 1 THEN UPDATE training_run SET seats_taken = seats_taken - 1 WHERE id = OLD.run_id; END IF;
            IF after = 1 THEN UPDATE training_run SET seats_taken = seats_taken + 1 WHERE id = NEW.run_id; END IF;
        END IF;
        RETURN NULL;
    """
