"""People in runs: participants, groups, enrolments and the times they are busy."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import BlindIndexField, ReferenceField, SealedQuerySet, SealedTextField
from core.history import track
from core.records import BumpAndNumber, BumpVersion, Followed, Versioned, changes_index, closed
from core.workflow import Step
from ikm.enums import Sex
from ikm.models import Business, Owner
from training.enums import ACTIVE, EnrolmentStatus
from training.models.course import CountSeats, Run
from training.models.session import CopySessionTime, Session

USER = settings.AUTH_USER_MODEL
S = EnrolmentStatus


@track(exclude=["nik_index", "version", "modified_at"])
class Participant(Versioned):
    """A person who learns: the owner of a business or one of its workers. One person is one row, by NIK."""

    reference = ReferenceField(prefix="PST")
    business = models.ForeignKey(
        Business, on_delete=models.PROTECT, related_name="participants", verbose_name=_("usaha")
    )
    owner = models.ForeignKey(
        Owner, null=True, blank=True, on_delete=models.PROTECT, related_name="participants", editable=False
    )
    user = models.ForeignKey(
        USER,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="participants",
        verbose_name=_("akun portal"),
    )
    name = models.CharField(_("nama"), max_length=150)
    nik = SealedTextField(_("NIK"), label="training.participant.nik")
    nik_index = BlindIndexField(source="nik")
    sex = models.CharField(_("jenis kelamin"), max_length=6, choices=Sex)
    birth_date = models.DateField(_("tanggal lahir"), null=True, blank=True)
    has_disability = models.BooleanField(_("penyandang disabilitas"), default=False)
    phone = models.CharField(_("telepon"), max_length=16, blank=True)

    class ParticipantQuerySet(SealedQuerySet):
        def visible_to(self, user):
            if not user.is_authenticated:
                return self.none()
            if user.is_staff and user.has_perm("training.view_participant"):
                return self.all()
            return self.filter(Q(user=user) | Q(business__in=Business.objects.spoken_for_by(user)))

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        verbose_name = _("peserta")
        verbose_name_plural = _("peserta")
        ordering = ["id"]
        constraints = [
            closed("training_participant", "sex", Sex),
            models.UniqueConstraint(
                fields=["nik_index"],
                name="training_participant_nik_once",
                violation_error_message=_("Orang dengan NIK ini sudah tercatat sebagai peserta."),
            ),
        ]
        triggers = [BumpVersion()]

    def __str__(self):
        return self.name


class EnrolmentGroup(models.Model):
    """Several people of one business who come together or not at all."""

    reference = ReferenceField(prefix="KLP")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="groups")
    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="training_groups")
    made_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("rombongan")
        verbose_name_plural = _("rombongan")
        ordering = ["id"]

    def __str__(self):
        return self.reference


@track(exclude=["version", "modified_at"])
class Enrolment(Followed):
    """A person in a run. `position` orders the waiting list; `findings` say why the person may come, `ranking` how the
    published weights counted."""

    STEPS = {
        "seat": Step({S.APPLIED, S.WAITING}, S.ENROLLED, "training.select_participants", _("Beri kursi")),
        "queue": Step({S.APPLIED}, S.WAITING, "training.select_participants", _("Masukkan daftar tunggu")),
        "pass_over": Step({S.APPLIED}, S.UNCHOSEN, "training.select_participants", _("Tidak terpilih")),
        "offer": Step({S.WAITING}, S.OFFERED, "training.select_participants", _("Tawarkan kursi")),
        "accept": Step({S.OFFERED}, S.ENROLLED, "training.answer_offer", _("Terima kursi")),
        "decline": Step({S.OFFERED}, S.DECLINED, "training.answer_offer", _("Tolak tawaran")),
        "expire": Step({S.OFFERED}, S.DECLINED, "training.select_participants", _("Tawaran lewat waktu")),
        "cancel": Step(
            {S.APPLIED, S.WAITING, S.OFFERED, S.ENROLLED},
            S.CANCELLED,
            "training.cancel_enrolment",
            _("Batalkan keikutsertaan"),
        ),
        "pass": Step({S.ENROLLED}, S.COMPLETED, "training.hold_run", _("Lulus")),
        "fail": Step({S.ENROLLED}, S.FAILED, "training.hold_run", _("Tidak lulus")),
        "miss": Step({S.ENROLLED}, S.NO_SHOW, "training.hold_run", _("Tidak hadir")),
    }

    reference = ReferenceField(prefix="DFT")
    run = models.ForeignKey(
        Run, on_delete=models.PROTECT, related_name="enrolments", verbose_name=_("angkatan")
    )
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="enrolments", verbose_name=_("peserta")
    )
    business = models.ForeignKey(
        Business, on_delete=models.PROTECT, related_name="enrolments", verbose_name=_("usaha")
    )
    group = models.ForeignKey(
        EnrolmentGroup,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="enrolments",
        verbose_name=_("rombongan"),
    )
    status = models.CharField(
        _("status"), max_length=9, choices=EnrolmentStatus, default=EnrolmentStatus.APPLIED
    )
    enrolled_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, related_name="enrolments_made", verbose_name=_("didaftarkan oleh")
    )
    applied_at = models.DateTimeField(_("mendaftar"), default=timezone.now)
    position = models.PositiveIntegerField(_("urutan tunggu"), null=True, blank=True)
    findings = models.JSONField(_("hasil periksa syarat"), default=list, blank=True)
    ranking = models.JSONField(_("hitungan seleksi"), default=dict, blank=True)
    offered_until = models.DateTimeField(_("tawaran sampai"), null=True, blank=True)
    offer_token = models.CharField(max_length=64, blank=True, editable=False)
    reason = models.CharField(_("penjelasan"), max_length=300, blank=True)
    evaluated_at = models.DateTimeField(_("evaluasi diisi"), null=True, blank=True, editable=False)

    class EnrolmentQuerySet(models.QuerySet):
        def visible_to(self, user):
            if not user.is_authenticated:
                return self.none()
            if user.is_staff and user.has_perm("training.view_enrolment"):
                return self.all()
            return self.filter(
                Q(participant__user=user) | Q(business__in=Business.objects.spoken_for_by(user))
            )

        def active(self):
            return self.filter(status__in=ACTIVE)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("keikutsertaan")
        verbose_name_plural = _("keikutsertaan")
        ordering = ["id"]
        constraints = [
            closed("training_enrolment", "status", EnrolmentStatus),
            models.UniqueConstraint(
                fields=["run", "participant"],
                condition=Q(status__in=ACTIVE),
                name="training_enrolment_once_a_person",
                violation_error_message=_("Orang ini sudah terdaftar pada angkatan tersebut."),
            ),
            models.UniqueConstraint(
                fields=["run", "position"],
                condition=Q(status="waiting"),
                name="training_enrolment_one_place_each",
            ),
            models.CheckConstraint(
                condition=~Q(status="waiting") | Q(position__isnull=False),
                name="training_enrolment_waiting_has_a_place",
            ),
            models.CheckConstraint(
                condition=~Q(status="offered") | (Q(offered_until__isnull=False) & ~Q(offer_token="")),
                name="training_enrolment_offer_has_an_end",
            ),
        ]
        indexes = [
            changes_index("training_enrolment"),
            models.Index(fields=["run", "status", "position", "id"], name="training_enrolment_list"),
            models.Index(fields=["participant", "status"], name="training_enrolment_person"),
            models.Index(
                fields=["offered_until"], condition=Q(status="offered"), name="training_enrolment_offers"
            ),
            models.Index(fields=["modified_at", "id"], name="training_enrolment_modified"),
        ]
        triggers = [BumpAndNumber(), CountSeats()]

    def __str__(self):
        return self.reference


class ParticipantTime(models.Model):
    """A time in which a person with a seat is busy: one row per session of the run."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="times")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="times")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="participant_times")
    during = DateTimeRangeField(editable=False, blank=True)
    is_cancelled = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = _("waktu peserta")
        verbose_name_plural = _("waktu peserta")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "session"], name="training_participanttime_once"),
            ExclusionConstraint(
                name="training_participanttime_once_at_a_time",
                expressions=[("participant", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(is_cancelled=False),
                violation_error_message=_("Peserta ini sudah mengikuti pelatihan lain pada waktu itu."),
            ),
        ]
        triggers = [CopySessionTime()]

    def __str__(self):
        return f"{self.participant_id}: {self.during}"
