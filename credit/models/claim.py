"""What a bank claims of the city for a month, beside what the portal computes, and what both agreed on."""

import pgtrigger
from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import ReferenceField, RupiahField
from core.models import Letter
from core.records import BumpAndNumber, Followed, changes_index, closed
from core.workflow import Step
from credit.enums import ClaimStatus
from credit.models.loan import Loan
from credit.models.scheme import Bank, Scheme

USER = settings.AUTH_USER_MODEL
S = ClaimStatus


class SubsidyClaim(Followed):
    """The claim of a bank for the subsidy of one month."""

    STEPS = {
        "check": Step({S.UPLOADED, S.CHECKED}, S.CHECKED, "credit.check_subsidyclaim", _("Hitung ulang")),
        "return": Step(
            {S.CHECKED}, S.RETURNED, "credit.check_subsidyclaim", _("Kembalikan ke bank"), needs_note=True
        ),
        "replace": Step(
            {S.UPLOADED, S.RETURNED}, S.UPLOADED, "credit.upload_subsidyclaim", _("Unggah perbaikan")
        ),
        "agree": Step(
            {S.CHECKED},
            S.AGREED,
            "credit.approve_subsidyclaim",
            _("Sepakati"),
            other_than=("upload", "replace", "check"),
        ),
        "pay": Step({S.AGREED}, S.PAID, "credit.pay_subsidyclaim", _("Catat pembayaran")),
    }

    reference = ReferenceField(prefix="KLM")
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="claims", verbose_name=_("bank"))
    scheme = models.ForeignKey(
        Scheme, on_delete=models.PROTECT, related_name="claims", verbose_name=_("skema")
    )
    month = models.DateField(_("bulan"), help_text=_("Hari pertama bulan itu."))
    status = models.CharField(_("status"), max_length=8, choices=ClaimStatus, default=ClaimStatus.UPLOADED)
    claimed_total = RupiahField(_("ditagih bank"), default=0)
    computed_total = RupiahField(_("hitungan portal"), null=True, blank=True)
    agreed_total = RupiahField(_("disepakati"), null=True, blank=True)
    payment_order = models.CharField(_("nomor SPM/SP2D"), max_length=60, blank=True)
    paid_on = models.DateField(_("dibayar"), null=True, blank=True)
    uploaded_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("diunggah"), default=timezone.now)

    class SubsidyClaimQuerySet(models.QuerySet):
        def visible_to(self, user):
            if not user.is_authenticated:
                return self.none()
            if user.is_staff and user.has_perm("credit.view_subsidyclaim"):
                return self.all()
            return self.filter(bank__in=Bank.objects.filter(partners=user.pk))

    letters = GenericRelation(Letter)

    objects = SubsidyClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("tagihan subsidi")
        verbose_name_plural = _("tagihan subsidi")
        ordering = ["-month", "bank"]
        constraints = [
            closed("credit_subsidyclaim", "status", ClaimStatus),
            models.UniqueConstraint(
                fields=["bank", "scheme", "month"],
                name="credit_subsidyclaim_one_a_month",
                violation_error_message=_("Tagihan bank ini untuk bulan itu sudah ada. Unggah perbaikannya."),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["agreed", "paid"]) | Q(agreed_total__isnull=False),
                name="credit_subsidyclaim_agreed_has_a_total",
            ),
            models.CheckConstraint(
                condition=~Q(status="paid") | (~Q(payment_order="") & Q(paid_on__isnull=False)),
                name="credit_subsidyclaim_paid_names_its_order",
                violation_error_message=_("Isi nomor perintah pembayaran dan tanggalnya."),
            ),
        ]
        indexes = [changes_index("credit_subsidyclaim")]
        triggers = [
            BumpAndNumber(),
            pgtrigger.Protect(
                name="agreed_is_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status__in=["agreed", "paid"])
                & (
                    pgtrigger.Q(old__agreed_total__df=pgtrigger.F("new__agreed_total"))
                    | pgtrigger.Q(old__claimed_total__df=pgtrigger.F("new__claimed_total"))
                    | pgtrigger.Q(old__computed_total__df=pgtrigger.F("new__computed_total"))
                ),
            ),
        ]

    def __str__(self):
        return self.reference


class FrozenWithClaim(pgtrigger.Trigger):
    """The lines of an agreed claim stay as they were agreed."""

    name = "frozen_with_claim"
    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete
    func = """
        IF EXISTS (
            SELECT 1 FROM credit_subsidyclaim
            WHERE id = COALESCE(NEW.claim_id, OLD.claim_id) AND status IN ('agreed', 'paid')
        ) THEN
            RAISE EXCEPTION 'credit_claimline_frozen_with_claim' USING ERRCODE = 'check_violation';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    """


class ClaimLine(models.Model):
    """One loan in a claim: what the bank claimed, what the portal computed, and which of them was agreed. A loan that only
    one of the two names has NULL on the other side."""

    claim = models.ForeignKey(SubsidyClaim, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField(_("baris"))
    loan = models.ForeignKey(
        Loan, null=True, blank=True, on_delete=models.PROTECT, related_name="claim_lines"
    )
    claimed_as = models.CharField(_("menurut bank"), max_length=60, blank=True)
    claimed_days = models.PositiveIntegerField(_("hari menurut bank"), null=True, blank=True)
    claimed = RupiahField(_("ditagih"), null=True, blank=True)
    computed_days = models.PositiveIntegerField(_("hari menurut portal"), null=True, blank=True)
    computed = RupiahField(_("hitungan"), null=True, blank=True)
    rows = models.JSONField(_("rincian hitungan"), default=list, blank=True)
    agreed = RupiahField(_("disepakati"), null=True, blank=True)
    note = models.CharField(_("catatan"), max_length=300, blank=True)

    class ClaimLineQuerySet(models.QuerySet):
        def visible_to(self, user):
            return self.filter(claim__in=SubsidyClaim.objects.visible_to(user))

    objects = ClaimLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("baris tagihan")
        verbose_name_plural = _("baris tagihan")
        ordering = ["claim", "number"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="credit_claimline_once"),
            models.UniqueConstraint(
                fields=["claim", "loan"],
                name="credit_claimline_loan_once",
                violation_error_message=_("Pinjaman ini tercantum dua kali."),
            ),
        ]
        triggers = [FrozenWithClaim()]

    def __str__(self):
        return f"{self.claim_id}:{self.number}"

    @property
    def difference(self):
        """What the bank claims beyond what the portal computes, rupiah; a missing side counts as zero."""
        return (self.claimed or 0) - (self.computed or 0)
