"""A bank's monthly file of disbursements and payments, read line by line, matched to loans, posted, undoable."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import BlindIndexField, ReferenceField, SealedQuerySet, SealedTextField
from core.records import BumpVersion, Versioned, closed
from credit.enums import BankFileStatus, LineVerdict, LoanEventKind
from credit.models.loan import Loan, LoanEvent
from credit.models.scheme import Bank

USER = settings.AUTH_USER_MODEL


class BankFile(Versioned):
    """A file of a bank with one month's disbursements and payments."""

    reference = ReferenceField(prefix="BRB")
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="files", verbose_name=_("bank"))
    month = models.DateField(_("bulan"), help_text=_("Hari pertama bulan itu."))
    # Sealed, as account numbers stand in it.
    file = models.FileField(upload_to="bank-files/%Y/%m/", max_length=200)
    original_name = models.CharField(_("nama berkas"), max_length=200)
    sha256 = models.CharField(max_length=64)
    status = models.CharField(
        _("status"), max_length=8, choices=BankFileStatus, default=BankFileStatus.WAITING
    )
    message = models.CharField(max_length=300, blank=True)
    uploaded_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("diunggah"), default=timezone.now)

    class BankFileQuerySet(models.QuerySet):
        def visible_to(self, user):
            if not user.is_authenticated:
                return self.none()
            if user.is_staff and user.has_perm("credit.view_bankfile"):
                return self.all()
            return self.filter(bank__in=Bank.objects.filter(partners=user.pk))

    objects = BankFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("berkas bank")
        verbose_name_plural = _("berkas bank")
        ordering = ["-id"]
        constraints = [
            closed("credit_bankfile", "status", BankFileStatus),
            models.UniqueConstraint(
                fields=["bank", "sha256"],
                name="credit_bankfile_once",
                violation_error_message=_("Berkas ini sudah pernah diunggah."),
            ),
        ]
        triggers = [BumpVersion()]

    def __str__(self):
        return self.reference


class BankFileLine(models.Model):
    """One line of a bank's file and the loan it was matched to. A posted line keeps its event; undoing the match reverses
    that event and returns the line to the leftovers."""

    file = models.ForeignKey(BankFile, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField(_("baris"))
    kind = models.CharField(_("jenis"), max_length=12, choices=LoanEventKind, blank=True)
    account_number = SealedTextField(
        _("nomor rekening"), label="credit.bankfileline.account_number", blank=True
    )
    account_index = BlindIndexField(source="account_number")
    contract_number = models.CharField(_("nomor akad"), max_length=60, blank=True)
    on = models.DateField(_("tanggal"), null=True, blank=True)
    amount = models.DecimalField(_("jumlah"), max_digits=18, decimal_places=2, null=True, blank=True)
    bank_reference = models.CharField(_("nomor transaksi bank"), max_length=60, blank=True)
    verdict = models.CharField(_("putusan"), max_length=9, choices=LineVerdict)
    problem = models.CharField(_("sebab"), max_length=300, blank=True)
    loan = models.ForeignKey(Loan, null=True, blank=True, on_delete=models.PROTECT, related_name="file_lines")
    event = models.OneToOneField(
        LoanEvent, null=True, blank=True, on_delete=models.PROTECT, related_name="file_line"
    )
    matched_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    undone = models.PositiveSmallIntegerField(_("berapa kali dibatalkan"), default=0)

    class BankFileLineQuerySet(SealedQuerySet):
        def visible_to(self, user):
            return self.filter(file__in=BankFile.objects.visible_to(user))

    objects = BankFileLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("baris berkas bank")
        verbose_name_plural = _("baris berkas bank")
        ordering = ["file", "number"]
        constraints = [
            closed("credit_bankfileline", "verdict", LineVerdict),
            models.CheckConstraint(
                condition=Q(kind__in=["", *LoanEventKind.values]), name="credit_bankfileline_kind_closed"
            ),
            models.UniqueConstraint(fields=["file", "number"], name="credit_bankfileline_once"),
            models.CheckConstraint(
                condition=Q(verdict="posted", event__isnull=False)
                | (~Q(verdict="posted") & Q(event__isnull=True)),
                name="credit_bankfileline_posted_has_an_event",
            ),
            models.CheckConstraint(
                condition=~Q(verdict="matched") | Q(loan__isnull=False),
                name="credit_bankfileline_matched_has_a_loan",
            ),
        ]
        indexes = [
            models.Index(fields=["verdict", "id"], name="credit_bankfileline_verdict"),
            models.Index(fields=["account_index"], name="credit_bankfileline_account"),
        ]

    def __str__(self):
        return f"{self.file_id}:{self.number}"
