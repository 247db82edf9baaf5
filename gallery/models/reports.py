"""Who was told of a month's report, and who does not want to be."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

USER = settings.AUTH_USER_MODEL


class ReportOptOut(models.Model):
    """A maker who asked for no message about the monthly report."""

    user = models.OneToOneField(USER, on_delete=models.CASCADE, related_name="gallery_report_opt_out")
    since = models.DateTimeField(_("sejak"), default=timezone.now)

    class Meta:
        verbose_name = _("tanpa kabar laporan")
        verbose_name_plural = _("tanpa kabar laporan")

    def __str__(self):
        return str(self.user)


class SentReport(models.Model):
    """That a maker was told of the report of a month: the database takes it once."""

    recipient = models.ForeignKey(
        USER, on_delete=models.CASCADE, related_name="gallery_reports", verbose_name=_("penerima")
    )
    #: The first day of the month.
    month = models.DateField(_("bulan"))
    sent_at = models.DateTimeField(_("dikirim"), default=timezone.now)

    class Meta:
        verbose_name = _("laporan terkirim")
        verbose_name_plural = _("laporan terkirim")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["recipient", "month"], name="gallery_sentreport_once"),
            models.CheckConstraint(
                condition=Q(month__day=1), name="gallery_sentreport_month_by_its_first_day"
            ),
        ]

    def __str__(self):
        return f"{self.recipient_id} {self.month}"
