"""What a partner's test programs have shown that they can do."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Partner
from core.records import closed
from sandbox.enums import Row


class ProofQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(partner__in=Partner.objects.visible_to(user))


class Proof(models.Model):
    """That calls of a partner's test programs proved a row of the checklist: when first, when last, how often."""

    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="proofs", verbose_name=_("mitra")
    )
    row = models.CharField(_("butir"), max_length=16, choices=Row)
    # What the next call is compared with: an address, or a moment. Nothing about people.
    detail = models.CharField(_("catatan"), max_length=200, blank=True)
    first_at = models.DateTimeField(_("pertama kali"))
    last_at = models.DateTimeField(_("terakhir kali"))
    times = models.PositiveIntegerField(_("kali"), default=1)

    objects = ProofQuerySet.as_manager()

    class Meta:
        verbose_name = _("bukti uji mitra")
        verbose_name_plural = _("bukti uji mitra")
        ordering = ["partner", "row"]
        constraints = [
            closed("sandbox_proof", "row", Row),
            models.UniqueConstraint(fields=["partner", "row"], name="sandbox_proof_row_once"),
        ]

    def __str__(self):
        return f"{self.partner}: {self.get_row_display()}"
