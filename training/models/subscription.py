"""Private calendar addresses, who does not want to be reminded, and who was."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from training.models.session import Session

USER = settings.AUTH_USER_MODEL


class CalendarFeed(models.Model):
    """The secret address of a person's own calendar; only the hash of its token is kept."""

    user = models.OneToOneField(USER, on_delete=models.CASCADE, related_name="calendar_feed")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("alamat kalender")
        verbose_name_plural = _("alamat kalender")

    def __str__(self):
        return str(self.user)


class ReminderOptOut(models.Model):
    """A person who asked for no reminders of sessions."""

    user = models.OneToOneField(USER, on_delete=models.CASCADE, related_name="reminder_opt_out")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("tanpa pengingat")
        verbose_name_plural = _("tanpa pengingat")

    def __str__(self):
        return str(self.user)


class SentReminder(models.Model):
    """That a person was reminded of a session: once for each day it is held on and each distance."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="reminders")
    recipient = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="session_reminders")
    days_before = models.PositiveSmallIntegerField(_("hari sebelumnya"))
    on = models.DateField(_("hari pertemuan"))
    sent_at = models.DateTimeField(_("dikirim"), default=timezone.now)

    class Meta:
        verbose_name = _("pengingat terkirim")
        verbose_name_plural = _("pengingat terkirim")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "recipient", "days_before", "on"], name="training_sentreminder_once"
            )
        ]

    def __str__(self):
        return f"{self.session_id}: {self.recipient_id}"
