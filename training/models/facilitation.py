"""Help beside the courses: a brand, a halal certificate, P-IRT, SNI, packaging."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import ReferenceField
from core.history import track
from core.models import Attachment
from core.records import BumpVersion, Versioned, closed
from core.workflow import Step
from ikm.models import Business, Licence
from training.enums import FacilitationKind, FacilitationStatus

USER = settings.AUTH_USER_MODEL
S = FacilitationStatus


@track(exclude=["version", "modified_at"])
class Facilitation(Versioned):
    """A business asks the office to help with a certificate; what comes of it lands in the register as a licence."""

    STEPS = {
        "take_up": Step({S.ASKED}, S.IN_PROGRESS, "training.handle_facilitation", _("Mulai diurus")),
        "grant": Step({S.IN_PROGRESS}, S.GRANTED, "training.handle_facilitation", _("Catat yang terbit")),
        "refuse": Step(
            {S.ASKED, S.IN_PROGRESS},
            S.REFUSED,
            "training.handle_facilitation",
            _("Tolak"),
            needs_note=True,
        ),
        "withdraw": Step(
            {S.ASKED, S.IN_PROGRESS}, S.WITHDRAWN, "training.ask_facilitation", _("Tarik kembali")
        ),
    }

    reference = ReferenceField(prefix="FSL")
    business = models.ForeignKey(
        Business, on_delete=models.PROTECT, related_name="facilitations", verbose_name=_("usaha")
    )
    kind = models.CharField(_("bantuan"), max_length=8, choices=FacilitationKind)
    status = models.CharField(
        _("status"), max_length=11, choices=FacilitationStatus, default=FacilitationStatus.ASKED
    )
    about = models.CharField(_("untuk produk atau merek"), max_length=160)
    note = models.TextField(_("penjelasan"), max_length=1000, blank=True)
    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("diminta"), default=timezone.now)
    licence = models.OneToOneField(
        Licence,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="facilitation",
        verbose_name=_("yang terbit"),
    )

    attachments = GenericRelation(Attachment)

    class FacilitationQuerySet(models.QuerySet):
        def open(self):
            return self.filter(status__in=[FacilitationStatus.ASKED, FacilitationStatus.IN_PROGRESS])

        def visible_to(self, user):
            if not user.is_authenticated:
                return self.none()
            if user.is_staff and user.has_perm("training.view_facilitation"):
                return self.all()
            return self.filter(business__in=Business.objects.spoken_for_by(user))

    objects = FacilitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("permintaan fasilitasi")
        verbose_name_plural = _("permintaan fasilitasi")
        ordering = ["id"]
        constraints = [
            closed("training_facilitation", "kind", FacilitationKind),
            closed("training_facilitation", "status", FacilitationStatus),
            models.UniqueConstraint(
                fields=["business", "kind", "about"],
                condition=Q(status__in=["asked", "in_progress"]),
                name="training_facilitation_one_open",
                violation_error_message=_("Permintaan yang sama masih diurus."),
            ),
        ]
        triggers = [BumpVersion()]

    def __str__(self):
        return self.reference
