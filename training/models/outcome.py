"""What came of a run: attendance, scores, evaluations, certificates and follow-ups."""

import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import ReferenceField, RupiahField
from core.history import track
from core.models import Letter, Signatory
from core.records import BumpVersion, Versioned, closed
from training.enums import AttendanceMethod, AttendanceStatus, CertificateOrderStatus
from training.models.course import Run
from training.models.enrolment import Enrolment
from training.models.session import Session

USER = settings.AUTH_USER_MODEL


class EnrolmentPartQuerySet(models.QuerySet):
    """Rows that belong to one enrolment: whoever sees it sees them."""

    def visible_to(self, user):
        return self.filter(enrolment__in=Enrolment.objects.visible_to(user))


@track()
class Attendance(models.Model):
    """Whether a person was at a session. `nonce` is the recording device's own: the same one is stored once."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="attendances")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="attendances")
    status = models.CharField(_("kehadiran"), max_length=7, choices=AttendanceStatus)
    method = models.CharField(_("cara"), max_length=7, choices=AttendanceMethod)
    nonce = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    noted_at = models.DateTimeField(_("dicatat di tempat"), default=timezone.now)
    recorded_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("diterima portal"), default=timezone.now)
    note = models.CharField(_("alasan koreksi"), max_length=300, blank=True)

    objects = EnrolmentPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("kehadiran")
        verbose_name_plural = _("kehadiran")
        ordering = ["session", "id"]
        constraints = [
            closed("training_attendance", "status", AttendanceStatus),
            closed("training_attendance", "method", AttendanceMethod),
            models.UniqueConstraint(fields=["enrolment", "session"], name="training_attendance_once"),
        ]

    def __str__(self):
        return f"{self.enrolment_id}/{self.session_id}: {self.status}"


@track(exclude=["version", "modified_at"])
class Score(Versioned):
    """A person's results of the tests before and after, 0 to 100."""

    enrolment = models.OneToOneField(Enrolment, on_delete=models.CASCADE, related_name="score")
    before = models.DecimalField(
        _("nilai awal"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    after = models.DecimalField(
        _("nilai akhir"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    recorded_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")

    objects = EnrolmentPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("nilai")
        verbose_name_plural = _("nilai")
        ordering = ["id"]
        triggers = [BumpVersion()]

    def __str__(self):
        return f"{self.enrolment_id}: {self.before} → {self.after}"


class Evaluation(models.Model):
    """A participant's opinion of a run, kept without who gave it. Marks from 1 (poor) to 5 (very good)."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="evaluations")
    content = models.PositiveSmallIntegerField(
        _("materi"), validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    trainer = models.PositiveSmallIntegerField(
        _("pelatih"), validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    place = models.PositiveSmallIntegerField(
        _("tempat"), validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    remark = models.TextField(_("saran"), max_length=1000, blank=True)
    given_on = models.DateField(_("tanggal"), default=timezone.localdate)

    class Meta:
        verbose_name = _("evaluasi")
        verbose_name_plural = _("evaluasi")
        ordering = ["id"]

    def __str__(self):
        return f"{self.run_id}: {self.content}/{self.trainer}/{self.place}"


class Certificate(models.Model):
    """A certificate of an enrolment, with what it states frozen at issue; it is revoked through its letter."""

    reference = ReferenceField(prefix="SRT")
    enrolment = models.OneToOneField(
        Enrolment, on_delete=models.PROTECT, related_name="certificate", verbose_name=_("keikutsertaan")
    )
    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, related_name="certificate")
    holder = models.CharField(_("nama"), max_length=150)
    course = models.CharField(_("pelatihan"), max_length=160)
    batch = models.CharField(_("angkatan"), max_length=40)
    hours = models.PositiveSmallIntegerField(_("jam pelajaran"))
    unit = models.CharField(_("unit SKKNI"), max_length=60, blank=True)
    trainers = models.CharField(_("pelatih"), max_length=400)
    held = models.CharField(_("waktu pelaksanaan"), max_length=80)
    issued_at = models.DateTimeField(_("terbit"), default=timezone.now)

    objects = EnrolmentPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("sertifikat pelatihan")
        verbose_name_plural = _("sertifikat pelatihan")
        ordering = ["-id"]
        triggers = [pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return self.reference


class CertificateOrder(models.Model):
    """The certificates of some runs in one go: asked by an official, issued by the worker. `problems` are the people left
    out and why ({enrolment, name, reason})."""

    reference = ReferenceField(prefix="PTS")
    runs = models.ManyToManyField(Run, related_name="certificate_orders", verbose_name=_("angkatan"))
    signatory = models.ForeignKey(
        Signatory, on_delete=models.PROTECT, related_name="+", verbose_name=_("penanda tangan")
    )
    status = models.CharField(
        _("status"), max_length=7, choices=CertificateOrderStatus, default=CertificateOrderStatus.WAITING
    )
    total = models.PositiveIntegerField(_("jumlah"))
    issued = models.PositiveIntegerField(_("sudah terbit"), default=0)
    problems = models.JSONField(_("yang tidak terbit"), default=list, blank=True)
    reason = models.CharField(_("sebab terhenti"), max_length=300, blank=True)
    asked_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, related_name="certificate_orders", verbose_name=_("diminta oleh")
    )
    asked_at = models.DateTimeField(_("diminta"), default=timezone.now)
    ended_at = models.DateTimeField(_("berakhir"), null=True, blank=True)

    class CertificateOrderQuerySet(models.QuerySet):
        def visible_to(self, user):
            return (
                self.all() if user.is_staff and user.has_perm("training.issue_certificate") else self.none()
            )

    objects = CertificateOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("penerbitan sertifikat")
        verbose_name_plural = _("penerbitan sertifikat")
        ordering = ["-id"]
        constraints = [closed("training_certificateorder", "status", CertificateOrderStatus)]

    def __str__(self):
        return self.reference

    @property
    def progress(self):
        """Whole percent of what was asked that is dealt with."""
        return 100 * (self.issued + len(self.problems)) // max(self.total, 1)


class FollowUp(Versioned):
    """What became of a business some months after a run, against the register's figures when it ended."""

    reference = ReferenceField(prefix="TLJ")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="follow_ups")
    months = models.PositiveSmallIntegerField(_("sesudah (bulan)"))
    due_on = models.DateField(_("ditanyakan"))
    baseline_on = models.DateField(_("keadaan awal per"), null=True, blank=True)
    baseline_turnover = RupiahField(_("omzet awal setahun"), null=True, blank=True)
    baseline_workers = models.PositiveIntegerField(_("pekerja awal"), null=True, blank=True)
    baseline_licences = models.PositiveSmallIntegerField(_("izin awal"), null=True, blank=True)
    turnover = RupiahField(_("omzet setahun"), null=True, blank=True)
    workers = models.PositiveIntegerField(_("pekerja"), null=True, blank=True)
    licences = models.PositiveSmallIntegerField(_("izin"), null=True, blank=True)
    answered_at = models.DateTimeField(_("dijawab"), null=True, blank=True)

    objects = EnrolmentPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("tindak lanjut")
        verbose_name_plural = _("tindak lanjut")
        ordering = ["due_on", "id"]
        constraints = [models.UniqueConstraint(fields=["enrolment", "months"], name="training_followup_once")]
        triggers = [BumpVersion()]

    def __str__(self):
        return self.reference
