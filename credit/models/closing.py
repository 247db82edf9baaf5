"""The close of a business day, and what it found: grades of loans as of any date."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.records import closed
from credit.enums import CloseStatus
from credit.models.loan import Loan, LoanPartQuerySet


class DayClose(models.Model):
    """A closed day. `steps_done` names the steps that are finished, so that a run that was cut off goes on where it
    stopped; `figures` are the totals of that day."""

    day = models.DateField(_("tanggal buku"), unique=True)
    status = models.CharField(_("status"), max_length=7, choices=CloseStatus, default=CloseStatus.RUNNING)
    steps_done = models.JSONField(_("langkah selesai"), default=list, blank=True)
    figures = models.JSONField(_("angka"), default=dict, blank=True)
    started_at = models.DateTimeField(_("mulai"), default=timezone.now)
    finished_at = models.DateTimeField(_("selesai"), null=True, blank=True)

    class Meta:
        verbose_name = _("tutup hari")
        verbose_name_plural = _("tutup hari")
        ordering = ["-day"]
        constraints = [closed("credit_dayclose", "status", CloseStatus)]

    def __str__(self):
        return f"{self.day}"


class CollectabilityChange(models.Model):
    """From this day on a loan is of this grade (1 to 5; NULL once it is closed): the grade of any date is its last row."""

    loan = models.ForeignKey(Loan, on_delete=models.CASCADE, related_name="grades")
    on = models.DateField(_("sejak"))
    grade = models.PositiveSmallIntegerField(_("kolektibilitas"), null=True, blank=True)
    days_past_due = models.PositiveIntegerField(_("hari tunggakan"), default=0)

    objects = LoanPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("perubahan kolektibilitas")
        verbose_name_plural = _("perubahan kolektibilitas")
        ordering = ["loan", "on"]
        constraints = [
            models.UniqueConstraint(fields=["loan", "on"], name="credit_collectabilitychange_once_a_day")
        ]

    def __str__(self):
        return f"{self.loan_id} {self.on}: {self.grade}"
