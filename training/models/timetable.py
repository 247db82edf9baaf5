"""Proposals of a timetable for many runs: asked by an official, reckoned by the worker, edited, then written as sessions."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import ReferenceField
from core.records import BumpVersion, Versioned, closed
from training.enums import TimetableStatus

USER = settings.AUTH_USER_MODEL


class Timetable(Versioned):
    """`asked` lists the runs ({run, sessions, minutes}, run by id), `meetings` what is proposed for them ({run, starts_at,
    ends_at, trainer, room}), `problems` why nothing fits."""

    reference = ReferenceField(prefix="JDW")
    month = models.DateField(_("bulan"))
    status = models.CharField(
        _("status"), max_length=10, choices=TimetableStatus, default=TimetableStatus.WAITING
    )
    asked = models.JSONField(_("angkatan"), default=list)
    without = models.JSONField(_("hari yang tidak dipakai"), default=list, blank=True)
    meetings = models.JSONField(_("pertemuan"), default=list, blank=True)
    problems = models.JSONField(_("sebab tidak muat"), default=list, blank=True)
    clashes = models.PositiveIntegerField(_("bentrok peserta"), default=0)
    changes = models.PositiveIntegerField(_("pindah tempat"), default=0)
    made_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, related_name="timetables", verbose_name=_("diminta oleh")
    )
    made_at = models.DateTimeField(_("diminta"), default=timezone.now)
    published_by = models.ForeignKey(
        USER,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="timetables_published",
        verbose_name=_("ditetapkan oleh"),
    )

    class TimetableQuerySet(models.QuerySet):
        def visible_to(self, user):
            return self.all() if user.is_staff and user.has_perm("training.view_timetable") else self.none()

    objects = TimetableQuerySet.as_manager()

    class Meta:
        verbose_name = _("usulan jadwal")
        verbose_name_plural = _("usulan jadwal")
        ordering = ["-id"]
        constraints = [closed("training_timetable", "status", TimetableStatus)]
        triggers = [BumpVersion()]

    def __str__(self):
        return self.reference
