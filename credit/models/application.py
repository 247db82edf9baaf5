"""An application for credit, from the first answer to the bank's disbursement."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import ReferenceField, RupiahField
from core.history import track
from core.models import Attachment, DatedQuerySet, Letter
from core.records import BumpAndNumber, Followed, changes_index, closed
from core.workflow import Step
from credit.enums import AT_BANK, OPEN, ApplicationStatus, CollateralKind, LoanPurpose
from credit.models.scheme import Bank, SchemeVersion
from ikm.models import Business, Owner, Visit

USER = settings.AUTH_USER_MODEL
S = ApplicationStatus


class Reason(models.Model):
    """Why the office or a bank says no, what the applicant can do about it, and after how many days to apply again."""

    code = models.SlugField(_("kode"), max_length=30, unique=True)
    label = models.CharField(_("alasan"), max_length=160)
    label_en = models.CharField(_("alasan (Inggris)"), max_length=160, blank=True)
    advice = models.TextField(_("yang dapat dilakukan pemohon"))
    advice_en = models.TextField(_("yang dapat dilakukan pemohon (Inggris)"), blank=True)
    reapply_after_days = models.PositiveSmallIntegerField(
        _("boleh mengajukan lagi sesudah (hari)"), default=0
    )
    for_office = models.BooleanField(_("dipakai dinas"), default=True)
    for_bank = models.BooleanField(_("dipakai bank"), default=False)
    is_active = models.BooleanField(_("dipakai"), default=True)

    class Meta:
        verbose_name = _("alasan penolakan")
        verbose_name_plural = _("alasan penolakan")
        ordering = ["code"]

    def __str__(self):
        return self.label


class StageStandard(models.Model):
    """By how many working days a stage is promised to end (service standard), with dates of effect."""

    status = models.CharField(_("tahap"), max_length=16, choices=ApplicationStatus)
    working_days = models.PositiveSmallIntegerField(_("hari kerja"), validators=[MinValueValidator(1)])
    in_force_from = models.DateField(_("berlaku sejak"))
    in_force_until = models.DateField(_("berlaku sampai"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("standar pelayanan kredit")
        verbose_name_plural = _("standar pelayanan kredit")
        ordering = ["status", "in_force_from"]
        constraints = [
            closed("credit_stagestandard", "status", ApplicationStatus),
            models.UniqueConstraint(fields=["status", "in_force_from"], name="credit_stagestandard_once"),
        ]

    def __str__(self):
        return f"{self.get_status_display()}: {self.working_days}"


class ApplicationQuerySet(models.QuerySet):
    def open(self):
        """Applications that stand in the way of another one for the same business or owner."""
        return self.filter(status__in=OPEN)

    def visible_to(self, user):
        """Officials of credit see all; a bank what was forwarded to it; who speaks for the business its own."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff and user.has_perm("credit.view_application"):
            return self.all()
        return self.filter(
            Q(business__in=Business.objects.spoken_for_by(user))
            | Q(status__in=AT_BANK, bank__in=Bank.objects.filter(partners=user.pk))
        )


@track(exclude=["version", "modified_at"])
class Application(Followed):
    """A business asks for credit. The office verifies and recommends; the bank decides."""

    STEPS = {
        "submit": Step({S.DRAFT, S.NEEDS_CORRECTION}, S.SUBMITTED, "credit.submit_application", _("Kirim")),
        "ask_correction": Step(
            {S.SUBMITTED, S.VISIT_PLANNED},
            S.NEEDS_CORRECTION,
            "credit.examine_application",
            _("Minta perbaikan"),
        ),
        "plan_visit": Step(
            {S.SUBMITTED, S.VISIT_PLANNED}, S.VISIT_PLANNED, "credit.plan_visit", _("Jadwalkan kunjungan")
        ),
        "verify": Step(
            {S.VISIT_PLANNED},
            S.VERIFIED,
            "credit.verify_application",
            _("Catat hasil verifikasi"),
            other_than=("submit",),
        ),
        "recommend": Step(
            {S.VERIFIED},
            S.RECOMMENDED,
            "credit.recommend_application",
            _("Rekomendasikan"),
            other_than=("submit", "verify"),
        ),
        "decline": Step(
            {S.SUBMITTED, S.VISIT_PLANNED, S.VERIFIED, S.NEEDS_CORRECTION},
            S.DECLINED,
            "credit.recommend_application",
            _("Tidak direkomendasikan"),
            other_than=("submit",),
        ),
        "forward": Step(
            {S.RECOMMENDED},
            S.FORWARDED,
            "credit.approve_application",
            _("Setujui dan teruskan ke bank"),
            other_than=("submit", "verify", "recommend"),
        ),
        "return_to_verified": Step(
            {S.RECOMMENDED},
            S.VERIFIED,
            "credit.approve_application",
            _("Kembalikan ke petugas"),
            needs_note=True,
        ),
        "start_review": Step(
            {S.FORWARDED}, S.IN_BANK_REVIEW, "credit.review_application", _("Mulai diperiksa bank")
        ),
        "approve": Step(
            {S.FORWARDED, S.IN_BANK_REVIEW},
            S.APPROVED,
            "credit.answer_for_bank",
            _("Disetujui bank"),
            other_than=("submit", "recommend", "forward"),
        ),
        "reject": Step(
            {S.FORWARDED, S.IN_BANK_REVIEW}, S.REJECTED, "credit.answer_for_bank", _("Ditolak bank")
        ),
        "sign": Step({S.APPROVED}, S.SIGNED, "credit.answer_for_bank", _("Akad ditandatangani")),
        "disburse": Step({S.SIGNED}, S.DISBURSED, "credit.answer_for_bank", _("Dicairkan")),
        "undo_disbursement": Step({S.DISBURSED}, S.SIGNED, "credit.answer_for_bank", _("Batalkan pencairan")),
        "cancel_contract": Step(
            {S.SIGNED}, S.WITHDRAWN, "credit.answer_for_bank", _("Batalkan akad"), needs_note=True
        ),
        "withdraw": Step(
            {
                S.DRAFT,
                S.SUBMITTED,
                S.NEEDS_CORRECTION,
                S.VISIT_PLANNED,
                S.VERIFIED,
                S.RECOMMENDED,
                S.FORWARDED,
                S.IN_BANK_REVIEW,
                S.APPROVED,
            },
            S.WITHDRAWN,
            "credit.withdraw_application",
            _("Tarik kembali"),
        ),
    }

    reference = ReferenceField(prefix="KRD")
    status = models.CharField(
        _("status"), max_length=16, choices=ApplicationStatus, default=ApplicationStatus.DRAFT
    )
    business = models.ForeignKey(
        Business, on_delete=models.PROTECT, related_name="credit_applications", verbose_name=_("usaha")
    )
    owner = models.ForeignKey(
        Owner, on_delete=models.PROTECT, related_name="credit_applications", verbose_name=_("pemilik")
    )
    applicant = models.ForeignKey(
        USER, on_delete=models.PROTECT, related_name="credit_applications", verbose_name=_("pemohon")
    )
    scheme_version = models.ForeignKey(
        SchemeVersion,
        on_delete=models.PROTECT,
        related_name="applications",
        verbose_name=_("versi skema"),
    )
    amount = RupiahField(_("jumlah pinjaman"), null=True, blank=True)
    months = models.PositiveSmallIntegerField(
        _("jangka waktu (bulan)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(240)],
    )
    purpose_kind = models.CharField(_("untuk"), max_length=16, choices=LoanPurpose, blank=True)
    purpose = models.TextField(_("rencana penggunaan"), blank=True, max_length=1000)
    collateral_kind = models.CharField(_("agunan"), max_length=8, choices=CollateralKind, blank=True)
    collateral_description = models.CharField(_("uraian agunan"), max_length=250, blank=True)
    collateral_value = RupiahField(_("nilai agunan"), null=True, blank=True)
    bank = models.ForeignKey(
        Bank,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="applications",
        verbose_name=_("bank penyalur"),
    )
    submitted_at = models.DateTimeField(_("pertama diajukan"), null=True, blank=True, editable=False)
    findings = models.JSONField(_("hasil periksa syarat"), default=list, blank=True, editable=False)
    visit = models.ForeignKey(
        Visit, null=True, blank=True, on_delete=models.PROTECT, related_name="credit_applications"
    )
    verified_note = models.TextField(_("catatan verifikasi"), blank=True)
    monthly_turnover = RupiahField(_("omzet sebulan menurut kunjungan"), null=True, blank=True)
    monthly_cost = RupiahField(_("biaya sebulan menurut kunjungan"), null=True, blank=True)
    recommended_amount = RupiahField(_("jumlah yang direkomendasikan"), null=True, blank=True)
    recommended_months = models.PositiveSmallIntegerField(
        _("jangka waktu yang direkomendasikan (bulan)"), null=True, blank=True
    )
    approved_amount = RupiahField(_("jumlah yang disetujui bank"), null=True, blank=True)
    approved_months = models.PositiveSmallIntegerField(
        _("jangka waktu yang disetujui bank (bulan)"), null=True, blank=True
    )
    reason = models.ForeignKey(
        Reason, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("alasan")
    )
    reason_note = models.CharField(_("penjelasan"), max_length=500, blank=True)
    reapply_on = models.DateField(_("boleh mengajukan lagi sejak"), null=True, blank=True)
    bank_checked_on = models.DateField(_("tanggal pemeriksaan SLIK oleh bank"), null=True, blank=True)
    bank_grade = models.PositiveSmallIntegerField(
        _("kolektibilitas terburuk menurut bank"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )

    attachments = GenericRelation(Attachment)
    letters = GenericRelation(Letter)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("permohonan kredit")
        verbose_name_plural = _("permohonan kredit")
        ordering = ["id"]
        constraints = [
            closed("credit_application", "status", ApplicationStatus),
            models.CheckConstraint(
                condition=Q(purpose_kind__in=["", *LoanPurpose.values]),
                name="credit_application_purpose_kind_closed",
            ),
            models.CheckConstraint(
                condition=Q(collateral_kind__in=["", *CollateralKind.values]),
                name="credit_application_collateral_kind_closed",
            ),
            models.UniqueConstraint(
                fields=["business"],
                condition=Q(status__in=OPEN),
                name="credit_application_one_open_per_business",
                violation_error_message=_("Usaha ini masih mempunyai permohonan kredit yang berjalan."),
            ),
            models.UniqueConstraint(
                fields=["owner"],
                condition=Q(status__in=OPEN),
                name="credit_application_one_open_per_owner",
                violation_error_message=_("Pemilik ini masih mempunyai permohonan kredit yang berjalan."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "withdrawn"])
                | (
                    Q(amount__gt=0)
                    & Q(months__gt=0)
                    & ~Q(purpose_kind="")
                    & ~Q(collateral_kind="")
                    & Q(submitted_at__isnull=False)
                ),
                name="credit_application_complete_once_submitted",
                violation_error_message=_(
                    "Lengkapi jumlah, jangka waktu, tujuan, dan agunan sebelum dikirim."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["recommended", *AT_BANK])
                | Q(recommended_amount__gt=0, recommended_months__gt=0, bank__isnull=False),
                name="credit_application_recommendation_names_bank_and_amount",
                violation_error_message=_("Isi jumlah, jangka waktu, dan bank yang direkomendasikan."),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "signed", "disbursed"])
                | Q(approved_amount__gt=0, approved_months__gt=0),
                name="credit_application_approval_names_the_amount",
                violation_error_message=_("Isi jumlah dan jangka waktu yang disetujui bank."),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["declined", "rejected"]) | Q(reason__isnull=False),
                name="credit_application_refusal_has_a_reason",
                violation_error_message=_("Pilih alasan yang dapat ditindaklanjuti pemohon."),
            ),
        ]
        indexes = [
            changes_index("credit_application"),
            models.Index(fields=["status", "submitted_at", "id"], name="credit_application_queue"),
            models.Index(fields=["bank", "status", "id"], name="credit_application_bank"),
            models.Index(fields=["modified_at", "id"], name="credit_application_modified"),
        ]
        triggers = [BumpAndNumber()]

    def __str__(self):
        return self.reference


class ApplicationPartQuerySet(models.QuerySet):
    """Rows that belong to one application: whoever sees it sees them."""

    def visible_to(self, user):
        return self.filter(application__in=Application.objects.visible_to(user))


class ApplicationCorrection(models.Model):
    """One field or document that an official asks the applicant to put right; open until sent again."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="corrections")
    field = models.CharField(_("bagian"), max_length=40)
    note = models.CharField(_("yang harus diperbaiki"), max_length=300)
    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = ApplicationPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("permintaan perbaikan permohonan")
        verbose_name_plural = _("permintaan perbaikan permohonan")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "field"],
                condition=Q(answered_at__isnull=True),
                name="credit_applicationcorrection_field_once_open",
            )
        ]

    def __str__(self):
        return f"{self.application}: {self.field}"
