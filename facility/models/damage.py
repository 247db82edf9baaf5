"""Damage of a unit: what somebody saw, with a photo, and what became of it."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import ReferenceField
from core.history import track
from core.models import Attachment
from core.records import BumpAndNumber, Followed, changes_index, closed
from core.workflow import Step
from facility.enums import DamageStatus
from facility.models.booking import Booking
from facility.models.places import Unit, UnitClosure
from ikm.models import Business

USER = settings.AUTH_USER_MODEL
D = DamageStatus


@track(exclude=["version", "modified_at"])
class DamageReport(Followed):
    """A unit is damaged. `booking` is the one in which it was seen, where somebody who booked reports; `closure` the time
    in which the unit cannot be had because of the repair."""

    STEPS = {
        "repair": Step({D.REPORTED}, D.IN_REPAIR, "facility.handle_damage", _("Mulai perbaikan")),
        "finish": Step(
            {D.IN_REPAIR}, D.REPAIRED, "facility.handle_damage", _("Selesai diperbaiki"), needs_note=True
        ),
        "decline": Step(
            {D.REPORTED, D.IN_REPAIR},
            D.DECLINED,
            "facility.handle_damage",
            _("Tidak diperbaiki"),
            needs_note=True,
        ),
    }

    reference = ReferenceField(prefix="RSK")
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="damage_reports", verbose_name=_("unit")
    )
    booking = models.ForeignKey(
        Booking,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="damage_reports",
        verbose_name=_("pesanan"),
    )
    words = models.TextField(_("yang rusak"), max_length=1000)
    status = models.CharField(_("status"), max_length=9, choices=DamageStatus, default=DamageStatus.REPORTED)
    closure = models.OneToOneField(
        UnitClosure,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="damage_report",
        verbose_name=_("unit ditutup"),
    )
    reported_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("dilaporkan oleh")
    )
    attachments = GenericRelation(Attachment)

    class DamageReportQuerySet(models.QuerySet):
        def visible_to(self, user):
            """Officials of the facilities, who reported it, and who speaks for the business that had booked."""
            if not user.is_authenticated:
                return self.none()
            if user.is_staff and user.has_perm("facility.view_damagereport"):
                return self.all()
            return self.filter(
                Q(reported_by=user) | Q(booking__business__in=Business.objects.spoken_for_by(user))
            )

        def open(self):
            return self.filter(status__in=[D.REPORTED, D.IN_REPAIR])

    objects = DamageReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("laporan kerusakan")
        verbose_name_plural = _("laporan kerusakan")
        ordering = ["-id"]
        constraints = [closed("facility_damagereport", "status", DamageStatus)]
        indexes = [changes_index("facility_damagereport")]
        triggers = [BumpAndNumber()]

    def __str__(self):
        return self.reference
