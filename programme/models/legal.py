"""What the office's work rests on: regulations, decrees, agreements, and the proposals of them."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import ReferenceField
from core.history import track
from core.models import Attachment
from core.records import BumpAndNumber, Followed, changes_index, closed
from core.workflow import Step
from programme.enums import LegalBasisKind, LegalBasisStatus

S = LegalBasisStatus


@track(exclude=["version", "modified_at"])
class LegalBasis(Followed):
    """A regulation, decree or agreement on which something of the office rests; or the proposal of one, with who raised it
    and what was answered. Whoever recorded a proposal does not declare it in force."""

    STEPS = {
        "draft": Step({S.PROPOSED}, S.DRAFTING, "programme.draft_legalbasis", _("Mulai menyusun")),
        "enforce": Step(
            {S.DRAFTING},
            S.IN_FORCE,
            "programme.enforce_legalbasis",
            _("Nyatakan berlaku"),
            other_than=("propose",),
        ),
        "revoke": Step({S.IN_FORCE}, S.REVOKED, "programme.revoke_legalbasis", _("Cabut"), needs_note=True),
    }

    reference = ReferenceField(prefix="DHK")
    kind = models.CharField(_("jenis"), max_length=8, choices=LegalBasisKind)
    number = models.CharField(_("nomor"), max_length=60, blank=True)
    year = models.PositiveSmallIntegerField(
        _("tahun"), null=True, blank=True, validators=[MinValueValidator(1945), MaxValueValidator(2100)]
    )
    about = models.CharField(_("tentang"), max_length=300)
    dated_on = models.DateField(_("tanggal penetapan"), null=True, blank=True)
    signer = models.CharField(_("ditetapkan oleh"), max_length=120, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=LegalBasisStatus, default=LegalBasisStatus.PROPOSED
    )
    in_force_from = models.DateField(_("berlaku sejak"), null=True, blank=True)
    in_force_until = models.DateField(_("berlaku sampai"), null=True, blank=True)
    amends = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="amended_by", verbose_name=_("mengubah")
    )
    revokes = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="revoked_by", verbose_name=_("mencabut")
    )
    proposer = models.CharField(_("diusulkan oleh"), max_length=160, blank=True)
    proposed_on = models.DateField(_("diusulkan pada"), null=True, blank=True)
    proposal = models.TextField(_("isi usulan"), max_length=2000, blank=True)
    answer = models.TextField(_("jawaban dinas"), max_length=2000, blank=True)
    answered_on = models.DateField(_("dijawab pada"), null=True, blank=True)

    attachments = GenericRelation(Attachment)

    class LegalBasisQuerySet(models.QuerySet):
        def visible_to(self, user):
            """Law is public once in force; what is still being drafted is the office's."""
            if user.has_perm("programme.view_legalbasis"):
                return self.all()
            return self.published()

        def published(self):
            """What everybody may read, its file too: law that is or was in force."""
            return self.filter(status__in=[LegalBasisStatus.IN_FORCE, LegalBasisStatus.REVOKED])

        def in_force(self, day=None):
            """Those in force on `day` (default today)."""
            day = day or timezone.localdate()
            return self.filter(
                Q(in_force_until__isnull=True) | Q(in_force_until__gte=day),
                status__in=[LegalBasisStatus.IN_FORCE, LegalBasisStatus.REVOKED],
                in_force_from__lte=day,
            )

    objects = LegalBasisQuerySet.as_manager()

    class Meta:
        verbose_name = _("dasar hukum")
        verbose_name_plural = _("dasar hukum")
        ordering = ["-year", "kind", "number"]
        constraints = [
            closed("programme_legalbasis", "kind", LegalBasisKind),
            closed("programme_legalbasis", "status", LegalBasisStatus),
            models.UniqueConstraint(
                fields=["kind", "number", "year"],
                condition=~Q(number=""),
                name="programme_legalbasis_number_once",
                violation_error_message=_("Dasar hukum dengan jenis, nomor, dan tahun ini sudah ada."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "drafting"])
                | (
                    ~Q(number="")
                    & Q(year__isnull=False)
                    & Q(dated_on__isnull=False)
                    & Q(in_force_from__isnull=False)
                ),
                name="programme_legalbasis_in_force_is_complete",
                violation_error_message=_("Isi nomor, tahun, tanggal penetapan, dan tanggal mulai berlaku."),
            ),
            models.CheckConstraint(
                condition=Q(in_force_until__isnull=True) | Q(in_force_until__gte=F("in_force_from")),
                name="programme_legalbasis_ends_after_it_begins",
                violation_error_message=_("Tanggal akhir berlaku harus sesudah tanggal mulai."),
            ),
            models.CheckConstraint(
                condition=~Q(status="revoked") | Q(in_force_until__isnull=False),
                name="programme_legalbasis_revoked_has_an_end",
                violation_error_message=_("Isi tanggal sejak kapan dasar hukum ini tidak berlaku."),
            ),
            models.CheckConstraint(
                condition=Q(answer="") | Q(answered_on__isnull=False),
                name="programme_legalbasis_answer_has_a_date",
                violation_error_message=_("Isi tanggal jawabannya."),
            ),
        ]
        indexes = [changes_index("programme_legalbasis")]
        triggers = [BumpAndNumber()]

    def __str__(self):
        if not self.number:
            return f"{self.get_kind_display()} tentang {self.about}"
        return f"{self.get_kind_display()} Nomor {self.number} Tahun {self.year}"

    def is_in_force(self, day=None):
        """Whether it holds on `day` (default today)."""
        day = day or timezone.localdate()
        return (
            self.status in {LegalBasisStatus.IN_FORCE, LegalBasisStatus.REVOKED}
            and self.in_force_from <= day
            and (self.in_force_until is None or day <= self.in_force_until)
        )


class RestsOnLawQuerySet(models.QuerySet):
    """Rows with a `legal_basis`: what is open on a day is what has a basis in force on it."""

    def published(self):
        """What everybody may read about."""
        return self.all()

    def lawful(self, day=None):
        """Those whose legal basis is in force on `day` (default today)."""
        return self.filter(legal_basis__in=LegalBasis.objects.in_force(day))


class LegalBasisProgress(models.Model):
    """How a proposal or a draft goes on: a meeting, a letter, a reading. Never changed afterwards."""

    basis = models.ForeignKey(
        LegalBasis, on_delete=models.PROTECT, related_name="progress", verbose_name=_("dasar hukum")
    )
    on = models.DateField(_("tanggal"))
    text = models.CharField(_("kemajuan"), max_length=500)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("dicatat oleh")
    )
    noted_at = models.DateTimeField(_("dicatat pada"), default=timezone.now)

    class Meta:
        verbose_name = _("kemajuan dasar hukum")
        verbose_name_plural = _("kemajuan dasar hukum")
        ordering = ["on", "id"]

    def __str__(self):
        return f"{self.on}: {self.text}"
