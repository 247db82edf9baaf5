"""A loan, everything that happened to it, and what follows from that on any day.

`LoanEvent` is the only truth: append-only, walked by credit.replay. `Instalment` and `LoanBalance` and the sums on `Loan`
are derived from it by credit.services.loans.derive after every event, never written by hand.
"""

import pgtrigger
from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import BlindIndexField, ReferenceField, RupiahField, SealedQuerySet, SealedTextField
from core.history import track
from core.models import Letter
from core.records import BumpAndNumber, BumpVersion, Followed, Versioned, changes_index, closed
from core.workflow import Step
from credit.enums import EventSource, LoanEventKind, LoanStatus
from credit.models.application import Application
from credit.models.scheme import Bank, SchemeVersion
from ikm.models import Business
from programme.models import LegalBasis

USER = settings.AUTH_USER_MODEL


class LoanQuerySet(SealedQuerySet):
    def running(self):
        """Loans that stand in the way of another one for the same business."""
        return self.filter(status__in=[LoanStatus.SIGNED, LoanStatus.ACTIVE])

    def visible_to(self, user):
        """Officials of credit see all; a bank its own; who speaks for the business its own."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff and user.has_perm("credit.view_loan"):
            return self.all()
        return self.filter(
            Q(business__in=Business.objects.spoken_for_by(user))
            | Q(bank__in=Bank.objects.filter(partners=user.pk))
        )


@track(
    fields=["status", "bank", "signed_on", "disbursed_on", "principal", "annual_rate", "months"],
)
class Loan(Followed):
    """A contract between a bank and a business, under the scheme version it was made under."""

    STEPS = {
        "activate": Step({LoanStatus.SIGNED}, LoanStatus.ACTIVE, "credit.post_loanevent", _("Cairkan")),
        "settle": Step({LoanStatus.ACTIVE}, LoanStatus.PAID_OFF, "credit.post_loanevent", _("Lunas")),
        "reopen": Step(
            {LoanStatus.PAID_OFF, LoanStatus.WRITTEN_OFF},
            LoanStatus.ACTIVE,
            "credit.post_loanevent",
            _("Berjalan lagi"),
        ),
        "write_off": Step(
            {LoanStatus.ACTIVE}, LoanStatus.WRITTEN_OFF, "credit.post_loanevent", _("Hapus buku")
        ),
        "undo_disbursement": Step(
            {LoanStatus.ACTIVE}, LoanStatus.SIGNED, "credit.post_loanevent", _("Batalkan pencairan")
        ),
        "cancel": Step(
            {LoanStatus.SIGNED},
            LoanStatus.CANCELLED,
            "credit.post_loanevent",
            _("Batalkan akad"),
            needs_note=True,
        ),
    }

    reference = ReferenceField(prefix="PJM")
    status = models.CharField(_("status"), max_length=11, choices=LoanStatus, default=LoanStatus.SIGNED)
    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="loan", verbose_name=_("permohonan")
    )
    business = models.ForeignKey(
        Business, on_delete=models.PROTECT, related_name="loans", verbose_name=_("usaha")
    )
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="loans", verbose_name=_("bank"))
    scheme_version = models.ForeignKey(
        SchemeVersion, on_delete=models.PROTECT, related_name="loans", verbose_name=_("versi skema")
    )
    contract_number = models.CharField(_("nomor akad"), max_length=60)
    account_number = SealedTextField(
        _("nomor rekening pinjaman"), label="credit.loan.account_number", blank=True
    )
    account_index = BlindIndexField(source="account_number")
    signed_on = models.DateField(_("tanggal akad"))
    principal = RupiahField(_("pokok"))
    months = models.PositiveSmallIntegerField(_("jangka waktu (bulan)"), validators=[MinValueValidator(1)])
    annual_rate = models.DecimalField(
        _("bunga setahun (%)"),
        max_digits=7,
        decimal_places=4,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    first_due_on = models.DateField(_("angsuran pertama"), null=True, blank=True)
    disbursed_on = models.DateField(_("tanggal cair"), null=True, blank=True, editable=False)

    # Derived by services.loans.derive; amounts that do not depend on the day one asks.
    derived_until = models.DateField(null=True, blank=True, editable=False)
    principal_paid = models.DecimalField(max_digits=18, decimal_places=2, default=0, editable=False)
    interest_paid = models.DecimalField(max_digits=18, decimal_places=2, default=0, editable=False)
    outstanding_principal = models.DecimalField(
        _("sisa pokok"), max_digits=18, decimal_places=2, default=0, editable=False
    )
    advance = models.DecimalField(_("titipan"), max_digits=18, decimal_places=2, default=0, editable=False)
    oldest_due_on = models.DateField(_("tunggakan tertua sejak"), null=True, blank=True, editable=False)
    matures_on = models.DateField(_("jatuh tempo akhir"), null=True, blank=True, editable=False)
    grade = models.PositiveSmallIntegerField(_("kolektibilitas"), null=True, blank=True, editable=False)

    letters = GenericRelation(Letter)

    objects = LoanQuerySet.as_manager()

    class Meta:
        verbose_name = _("pinjaman")
        verbose_name_plural = _("pinjaman")
        ordering = ["id"]
        constraints = [
            closed("credit_loan", "status", LoanStatus),
            models.UniqueConstraint(
                fields=["bank", "contract_number"],
                name="credit_loan_contract_once",
                violation_error_message=_("Nomor akad ini sudah tercatat pada bank tersebut."),
            ),
            models.UniqueConstraint(
                fields=["bank", "account_index"],
                name="credit_loan_account_once",
                violation_error_message=_("Nomor rekening ini sudah tercatat pada bank tersebut."),
            ),
            models.UniqueConstraint(
                fields=["business"],
                condition=Q(status__in=["signed", "active"]),
                name="credit_loan_one_open_per_business",
                violation_error_message=_("Usaha ini masih mempunyai pinjaman yang berjalan."),
            ),
            models.CheckConstraint(condition=Q(principal__gt=0), name="credit_loan_principal_above_zero"),
            models.CheckConstraint(
                condition=Q(outstanding_principal__gte=0), name="credit_loan_outstanding_never_below_zero"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["signed", "cancelled"]) | Q(disbursed_on__isnull=False),
                name="credit_loan_active_was_disbursed",
            ),
        ]
        indexes = [
            changes_index("credit_loan"),
            models.Index(fields=["status", "id"], name="credit_loan_status"),
            models.Index(fields=["bank", "status", "id"], name="credit_loan_bank"),
            models.Index(
                fields=["oldest_due_on", "id"], condition=Q(status="active"), name="credit_loan_oldest_due"
            ),
            models.Index(fields=["grade", "id"], condition=Q(status="active"), name="credit_loan_grade"),
            models.Index(fields=["modified_at", "id"], name="credit_loan_modified"),
        ]
        triggers = [BumpAndNumber()]

    def __str__(self):
        return self.reference


class LoanPartQuerySet(models.QuerySet):
    """Rows that belong to one loan: whoever sees the loan sees them."""

    def visible_to(self, user):
        return self.filter(loan__in=Loan.objects.visible_to(user))


class ReliefDecree(Versioned):
    """Instalments postponed for many loans at once by a decree of the city."""

    reference = ReferenceField(prefix="RLK")
    legal_basis = models.ForeignKey(
        LegalBasis, on_delete=models.PROTECT, related_name="relief_decrees", verbose_name=_("dasar hukum")
    )
    takes_effect_on = models.DateField(_("berlaku untuk angsuran sesudah"))
    months = models.PositiveSmallIntegerField(_("ditunda (bulan)"), validators=[MinValueValidator(1)])
    interest = models.CharField(
        _("bunga masa penundaan"),
        max_length=9,
        choices=[("collected", _("ditagih sesudahnya")), ("waived", _("dibebaskan"))],
    )
    filters = models.JSONField(_("pinjaman yang dipilih"), default=dict, blank=True)
    applied_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    applied_at = models.DateTimeField(_("diterapkan"), default=timezone.now)
    loans = models.PositiveIntegerField(_("jumlah pinjaman"), default=0, editable=False)

    class Meta:
        verbose_name = _("keringanan")
        verbose_name_plural = _("keringanan")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(interest__in=["collected", "waived"]), name="credit_reliefdecree_interest_closed"
            )
        ]
        triggers = [BumpVersion()]

    def __str__(self):
        return self.reference


@track()
class LoanEvent(models.Model):
    """Something that happened to a loan on a day (`on`), known to the portal since `recorded_at`. Never changed: a mistake
    is undone by a `reversed` event that names it. `terms` holds what the kind needs beside the amount."""

    loan = models.ForeignKey(
        Loan, on_delete=models.PROTECT, related_name="events", verbose_name=_("pinjaman")
    )
    kind = models.CharField(_("kejadian"), max_length=12, choices=LoanEventKind)
    on = models.DateField(_("tanggal"))
    reference = models.CharField(_("nomor"), max_length=60)
    amount = models.DecimalField(
        _("jumlah"),
        max_digits=18,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    terms = models.JSONField(_("ketentuan"), default=dict, blank=True)
    reverses = models.OneToOneField(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reversed_by",
        verbose_name=_("membatalkan"),
    )
    bank = models.ForeignKey(
        Bank, null=True, blank=True, on_delete=models.PROTECT, related_name="events", verbose_name=_("bank")
    )
    bank_reference = models.CharField(_("nomor transaksi bank"), max_length=60, blank=True)
    source = models.CharField(_("sumber"), max_length=6, choices=EventSource)
    decree = models.ForeignKey(
        ReliefDecree, null=True, blank=True, on_delete=models.PROTECT, related_name="events"
    )
    note = models.CharField(_("catatan"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("dicatat"), default=timezone.now)

    objects = LoanPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("kejadian pinjaman")
        verbose_name_plural = _("kejadian pinjaman")
        ordering = ["on", "id"]
        constraints = [
            closed("credit_loanevent", "kind", LoanEventKind),
            closed("credit_loanevent", "source", EventSource),
            models.UniqueConstraint(fields=["loan", "reference"], name="credit_loanevent_reference_once"),
            models.UniqueConstraint(
                fields=["bank", "bank_reference"],
                condition=~Q(bank_reference=""),
                name="credit_loanevent_bank_reference_once",
                violation_error_message=_("Transaksi bank dengan nomor ini sudah dibukukan."),
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["disbursed", "paid", "recovered", "charged"]) | Q(amount__gt=0),
                name="credit_loanevent_money_has_an_amount",
                violation_error_message=_("Isi jumlah di atas nol."),
            ),
            models.CheckConstraint(
                condition=Q(kind="reversed", reverses__isnull=False)
                | (~Q(kind="reversed") & Q(reverses__isnull=True)),
                name="credit_loanevent_reversal_names_its_event",
            ),
            models.CheckConstraint(
                condition=Q(bank_reference="") | Q(bank__isnull=False),
                name="credit_loanevent_bank_reference_has_a_bank",
            ),
        ]
        indexes = [
            models.Index(fields=["loan", "on", "id"], name="credit_loanevent_replay"),
            models.Index(fields=["on", "kind"], name="credit_loanevent_day"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"{self.loan} {self.kind} {self.on}"


class Instalment(models.Model):
    """An instalment of a loan as it now stands; derived."""

    loan = models.ForeignKey(Loan, on_delete=models.CASCADE, related_name="instalments")
    number = models.PositiveSmallIntegerField(_("ke"))
    due_on = models.DateField(_("jatuh tempo"))
    principal = models.DecimalField(_("pokok"), max_digits=18, decimal_places=2)
    interest = models.DecimalField(_("bunga"), max_digits=18, decimal_places=2)
    balance = models.DecimalField(_("sisa pokok"), max_digits=18, decimal_places=2)
    principal_paid = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    interest_paid = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    paid_on = models.DateField(_("dibayar"), null=True, blank=True)
    unpaid = models.GeneratedField(
        expression=F("principal") + F("interest") - F("principal_paid") - F("interest_paid"),
        output_field=models.DecimalField(max_digits=18, decimal_places=2),
        db_persist=True,
    )

    objects = LoanPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("angsuran")
        verbose_name_plural = _("angsuran")
        ordering = ["loan", "number"]
        constraints = [
            models.UniqueConstraint(fields=["loan", "number"], name="credit_instalment_number_once"),
            models.CheckConstraint(
                condition=Q(principal_paid__lte=F("principal"), interest_paid__lte=F("interest")),
                name="credit_instalment_never_overpaid",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on", "loan"], condition=Q(unpaid__gt=0), name="credit_instalment_due")
        ]

    def __str__(self):
        return f"{self.loan_id}/{self.number}"


class LoanBalance(models.Model):
    """Principal owed at the end of `on` and until the loan's next row, and the rate borne on it; derived."""

    loan = models.ForeignKey(Loan, on_delete=models.CASCADE, related_name="balances")
    on = models.DateField(_("sejak"))
    principal = models.DecimalField(_("sisa pokok"), max_digits=18, decimal_places=2)
    annual_rate = models.DecimalField(_("bunga setahun (%)"), max_digits=7, decimal_places=4)

    objects = LoanPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("saldo pinjaman")
        verbose_name_plural = _("saldo pinjaman")
        ordering = ["loan", "on"]
        constraints = [
            models.UniqueConstraint(fields=["loan", "on"], name="credit_loanbalance_once_a_day"),
            models.CheckConstraint(condition=Q(principal__gte=0), name="credit_loanbalance_never_below_zero"),
        ]

    def __str__(self):
        return f"{self.loan_id} {self.on}: {self.principal}"
