"""What the city lends under: banks, schemes and their versions, the rules of eligibility, rates and tables. All dated."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import BooleanField, F, Func, Q
from django.template.defaultfilters import floatformat
from django.utils.translation import gettext_lazy as _

from core.fields import ReferenceField, RupiahField
from core.history import track
from core.models import DatedQuerySet
from core.records import BumpVersion, Versioned, closed
from credit.amortization import LoanTerms
from credit.enums import (
    BankKind,
    BusinessDayRule,
    DayCount,
    DifferenceOn,
    Method,
    MonthEnd,
    Rounding,
    RuleKind,
)
from credit.replay import COMPONENTS
from programme.models import LegalBasis, RestsOnLawQuerySet

USER = settings.AUTH_USER_MODEL


class DateRange(Func):
    """The days from `in_force_from` to `in_force_until`, both included, NULL for no end."""

    function = "DATERANGE"
    output_field = DateRangeField()


def _in_force():
    return DateRange(
        "in_force_from", "in_force_until", RangeBoundary(inclusive_lower=True, inclusive_upper=True)
    )


class Bank(Versioned):
    """A bank that lends under the city's schemes. `partners` are the accounts of its systems and staff."""

    reference = ReferenceField(prefix="BNK")
    name = models.CharField(_("nama bank"), max_length=120, unique=True)
    code = models.CharField(
        _("kode bank"),
        max_length=3,
        unique=True,
        validators=[RegexValidator(r"^\d{3}$", _("Kode bank terdiri atas tiga angka."))],
    )
    kind = models.CharField(_("jenis"), max_length=10, choices=BankKind)
    partners = models.ManyToManyField(
        USER, blank=True, related_name="banks", verbose_name=_("akun mitra bank ini")
    )
    is_active = models.BooleanField(_("menyalurkan"), default=True)

    class BankQuerySet(models.QuerySet):
        def visible_to(self, user):
            if not user.is_authenticated:
                return self.none()
            if user.is_staff and user.has_perm("credit.view_bank"):
                return self.all()
            return self.filter(partners=user.pk)

    objects = BankQuerySet.as_manager()

    class Meta:
        verbose_name = _("bank penyalur")
        verbose_name_plural = _("bank penyalur")
        ordering = ["name"]
        constraints = [closed("credit_bank", "kind", BankKind)]
        triggers = [BumpVersion()]

    def __str__(self):
        return self.name


class Scheme(Versioned):
    """A credit programme of the city, such as Kredit Wibawa."""

    code = models.SlugField(_("kode"), max_length=20, unique=True)
    name = models.CharField(_("nama"), max_length=120)
    full_name = models.CharField(_("kepanjangan"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("skema kredit")
        verbose_name_plural = _("skema kredit")
        ordering = ["code"]
        triggers = [BumpVersion()]

    def __str__(self):
        return self.name


class FrozenOnceUsed(pgtrigger.Trigger):
    """A version under which somebody applied may only be ended, so that every contract keeps what it was made under."""

    name = "frozen_once_used"
    when = pgtrigger.Before
    operation = pgtrigger.Update | pgtrigger.Delete
    func = """
        IF EXISTS (SELECT 1 FROM credit_application WHERE scheme_version_id = OLD.id) THEN
            IF TG_OP = 'DELETE' THEN
                RAISE EXCEPTION 'credit_schemeversion_frozen_once_used' USING ERRCODE = 'check_violation';
            END IF;
            IF to_jsonb(NEW) - 'in_force_until' - 'version' - 'modified_at'
               <> to_jsonb(OLD) - 'in_force_until' - 'version' - 'modified_at' THEN
                RAISE EXCEPTION 'credit_schemeversion_frozen_once_used' USING ERRCODE = 'check_violation';
            END IF;
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    """


class RulesFrozenOnceUsed(pgtrigger.Trigger):
    """Like FrozenOnceUsed, for the conditions of the version."""

    name = "rules_frozen_once_used"
    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete
    func = """
        IF EXISTS (
            SELECT 1 FROM credit_application
            WHERE scheme_version_id IN (NEW.scheme_version_id, OLD.scheme_version_id)
        ) THEN
            RAISE EXCEPTION 'credit_eligibilityrule_frozen_once_used' USING ERRCODE = 'check_violation';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    """


def _days_of_arrears():
    return [1, 7, 30]


class SchemeVersionQuerySet(RestsOnLawQuerySet, DatedQuerySet):
    def in_force(self, day=None):
        """Versions under which people apply on `day` (default today): their span holds, and so does their legal basis."""
        return super().in_force(day).lawful(day)


@track(exclude=["version", "modified_at"])
class SchemeVersion(Versioned):
    """The conditions of a scheme in a span of days, with what they rest on. Rates are percent a year, money rupiah."""

    scheme = models.ForeignKey(
        Scheme, on_delete=models.PROTECT, related_name="versions", verbose_name=_("skema")
    )
    number = models.PositiveSmallIntegerField(_("versi"))
    legal_basis = models.ForeignKey(
        LegalBasis, on_delete=models.PROTECT, related_name="scheme_versions", verbose_name=_("dasar hukum")
    )
    in_force_from = models.DateField(_("berlaku sejak"))
    in_force_until = models.DateField(_("berlaku sampai"), null=True, blank=True)
    annual_rate = models.DecimalField(
        _("bunga setahun (%)"),
        max_digits=7,
        decimal_places=4,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    amount_min = RupiahField(_("pinjaman paling sedikit"), default=1_000_000)
    amount_step = RupiahField(_("kelipatan pinjaman"), default=100_000)
    unsecured_max = RupiahField(_("plafon tanpa agunan"))
    secured_max = RupiahField(_("plafon dengan agunan"))
    months_min = models.PositiveSmallIntegerField(_("jangka waktu paling pendek (bulan)"), default=3)
    months_max = models.PositiveSmallIntegerField(_("jangka waktu paling lama (bulan)"), default=36)
    method = models.CharField(_("cara bunga"), max_length=16, choices=Method, default=Method.FLAT)
    day_count = models.CharField(
        _("hitungan hari"), max_length=14, choices=DayCount, default=DayCount.THIRTY_360
    )
    rounding_unit = models.DecimalField(
        _("pembulatan ke"), max_digits=10, decimal_places=2, default=1, validators=[MinValueValidator(0)]
    )
    rounding = models.CharField(
        _("cara membulatkan"), max_length=10, choices=Rounding, default=Rounding.HALF_EVEN
    )
    instalment_unit = models.DecimalField(
        _("angsuran dibulatkan ke"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    instalment_rounding = models.CharField(
        _("cara membulatkan angsuran"), max_length=10, choices=Rounding, blank=True
    )
    difference_on = models.CharField(
        _("selisih pembulatan pada"), max_length=6, choices=DifferenceOn, default=DifferenceOn.LAST
    )
    principal_grace = models.PositiveSmallIntegerField(_("masa tenggang pokok (bulan)"), default=0)
    month_end = models.CharField(
        _("tanggal 29–31 pada bulan pendek"), max_length=5, choices=MonthEnd, default=MonthEnd.CLAMP
    )
    business_day = models.CharField(
        _("jatuh tempo pada hari libur"),
        max_length=18,
        choices=BusinessDayRule,
        default=BusinessDayRule.NEXT,
    )
    allocation = ArrayField(
        models.CharField(max_length=9), default=list, verbose_name=_("urutan pembayaran"), blank=True
    )
    penalty_rate = models.DecimalField(
        _("denda setahun (%)"), max_digits=7, decimal_places=4, default=0, validators=[MinValueValidator(0)]
    )
    penalty_grace_days = models.PositiveSmallIntegerField(_("denda mulai hari ke"), default=0)
    subsidy_year_days = models.PositiveSmallIntegerField(
        _("hari setahun untuk subsidi"), choices=[(360, "360"), (365, "365")], default=360
    )
    budget_code = models.CharField(_("kode sub kegiatan subsidi"), max_length=30)
    remind_before = models.PositiveSmallIntegerField(_("ingatkan sebelum jatuh tempo (hari)"), default=3)
    tell_arrears_after = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("beri tahu tunggakan pada hari ke"),
        default=_days_of_arrears,
        blank=True,
        help_text=_("Hari sesudah jatuh tempo, dipisah koma. Kosong berarti tidak diberi tahu."),
    )

    objects = SchemeVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("versi skema")
        verbose_name_plural = _("versi skema")
        ordering = ["scheme", "-in_force_from"]
        constraints = [
            closed("credit_schemeversion", "method", Method),
            closed("credit_schemeversion", "day_count", DayCount),
            closed("credit_schemeversion", "rounding", Rounding),
            closed("credit_schemeversion", "difference_on", DifferenceOn),
            closed("credit_schemeversion", "month_end", MonthEnd),
            closed("credit_schemeversion", "business_day", BusinessDayRule),
            models.CheckConstraint(
                condition=Q(subsidy_year_days__in=[360, 365]),
                name="credit_schemeversion_subsidy_year_days_closed",
            ),
            models.CheckConstraint(
                condition=Q(instalment_rounding__in=["", *Rounding.values]),
                name="credit_schemeversion_instalment_rounding_closed",
            ),
            models.UniqueConstraint(fields=["scheme", "number"], name="credit_schemeversion_number_once"),
            models.CheckConstraint(
                condition=Q(in_force_until__isnull=True) | Q(in_force_until__gte=F("in_force_from")),
                name="credit_schemeversion_ends_after_it_begins",
                violation_error_message=_("Tanggal akhir berlaku harus sesudah tanggal mulai."),
            ),
            ExclusionConstraint(
                name="credit_schemeversion_one_in_force",
                expressions=[("scheme", RangeOperators.EQUAL), (_in_force(), RangeOperators.OVERLAPS)],
                violation_error_message=_(
                    "Sudah ada versi lain yang berlaku pada hari-hari itu. Akhiri dahulu."
                ),
            ),
            models.CheckConstraint(
                condition=Q(amount_min__gt=0, amount_step__gt=0)
                & Q(unsecured_max__lte=F("secured_max"))
                & Q(amount_min__lte=F("secured_max")),
                name="credit_schemeversion_tiers_in_order",
                violation_error_message=_("Plafon tanpa agunan tidak boleh melebihi plafon dengan agunan."),
            ),
            models.CheckConstraint(
                condition=Q(months_min__gt=0) & Q(months_min__lte=F("months_max")),
                name="credit_schemeversion_months_in_order",
                violation_error_message=_("Jangka waktu paling pendek harus di bawah yang paling lama."),
            ),
            models.CheckConstraint(
                condition=Q(remind_before__range=(1, 30)),
                name="credit_schemeversion_remind_before_in_reach",
                violation_error_message=_("Pengingat dikirim 1 sampai 30 hari sebelum jatuh tempo."),
            ),
            models.CheckConstraint(
                condition=Q(
                    Func(
                        F("tell_arrears_after"),
                        template="0 < ALL(%(expressions)s)",
                        output_field=BooleanField(),
                    )
                ),
                name="credit_schemeversion_arrears_told_later",
                violation_error_message=_("Tunggakan diberitahukan paling cepat 1 hari sesudah jatuh tempo."),
            ),
        ]
        triggers = [BumpVersion(), FrozenOnceUsed()]

    def __str__(self):
        return f"{self.scheme} v{self.number}"

    def clean(self):
        if sorted(self.allocation or COMPONENTS) != sorted(COMPONENTS):
            raise ValidationError(
                {"allocation": _("Sebut keempatnya sekali: penalty, fee, interest, principal.")}
            )
        try:
            self.terms(self.amount_min or 1, self.months_max or 1)
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def terms(self, amount, months, *, annual_rate=None, **dates):
        """LoanTerms of a loan under these conditions; `dates` are its disbursed_on, first_due_on, holidays."""
        return LoanTerms(
            principal=amount,
            annual_rate=self.annual_rate if annual_rate is None else annual_rate,
            periods=months,
            method=self.method,
            day_count=self.day_count,
            rounding_unit=self.rounding_unit,
            rounding=self.rounding,
            instalment_unit=self.instalment_unit,
            instalment_rounding=self.instalment_rounding or None,
            difference_on=self.difference_on,
            principal_grace=self.principal_grace,
            month_end=self.month_end,
            business_day=self.business_day,
            **dates,
        )


@track()
class EligibilityRule(models.Model):
    """One condition of a scheme version. What `limit` holds depends on the kind: a number of years or months, a list of
    licence kinds or area codes, an amount; null where the kind says it all."""

    scheme_version = models.ForeignKey(
        SchemeVersion, on_delete=models.CASCADE, related_name="rules", verbose_name=_("versi skema")
    )
    position = models.PositiveSmallIntegerField(_("urutan"), default=1)
    kind = models.CharField(_("syarat"), max_length=14, choices=RuleKind)
    limit = models.JSONField(_("batas"), null=True, blank=True)

    class Meta:
        verbose_name = _("syarat kelayakan")
        verbose_name_plural = _("syarat kelayakan")
        ordering = ["scheme_version", "position", "id"]
        constraints = [
            closed("credit_eligibilityrule", "kind", RuleKind),
            models.UniqueConstraint(fields=["scheme_version", "kind"], name="credit_eligibilityrule_once"),
        ]
        triggers = [RulesFrozenOnceUsed()]

    def __str__(self):
        return self.get_kind_display()


@track()
class ReferenceRate(models.Model):
    """What a bank of this kind receives on the loans of a scheme from a day on; the city pays what the borrower does not."""

    scheme = models.ForeignKey(
        Scheme, on_delete=models.PROTECT, related_name="reference_rates", verbose_name=_("skema")
    )
    bank_kind = models.CharField(_("jenis bank"), max_length=10, choices=BankKind)
    in_force_from = models.DateField(_("berlaku sejak"))
    annual_rate = models.DecimalField(
        _("bunga acuan setahun (%)"), max_digits=7, decimal_places=4, validators=[MinValueValidator(0)]
    )
    legal_basis = models.CharField(_("dasar"), max_length=160)

    class Meta:
        verbose_name = _("bunga acuan bank")
        verbose_name_plural = _("bunga acuan bank")
        ordering = ["scheme", "bank_kind", "in_force_from"]
        constraints = [
            closed("credit_referencerate", "bank_kind", BankKind),
            models.UniqueConstraint(
                fields=["scheme", "bank_kind", "in_force_from"], name="credit_referencerate_once_a_day"
            ),
        ]

    def __str__(self):
        return f"{self.get_bank_kind_display()} {floatformat(self.annual_rate, -4)}% ({self.in_force_from})"


@track()
class CollectabilityTable(models.Model):
    """Upper bounds in days of the grades 1 to 4 for a kind of bank: days in arrears, and days after the last due day
    (empty where the rule does not look at maturity). A rural bank's table is not a commercial bank's."""

    bank_kind = models.CharField(_("jenis bank"), max_length=10, choices=BankKind)
    in_force_from = models.DateField(_("berlaku sejak"))
    in_force_until = models.DateField(_("berlaku sampai"), null=True, blank=True)
    arrears = ArrayField(
        models.PositiveSmallIntegerField(), size=4, verbose_name=_("hari tunggakan kol. 1–4")
    )
    matured = ArrayField(
        models.PositiveSmallIntegerField(),
        size=4,
        null=True,
        blank=True,
        verbose_name=_("hari sesudah jatuh tempo akhir kol. 1–4"),
    )
    legal_basis = models.CharField(_("dasar hukum"), max_length=160)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("tabel kolektibilitas")
        verbose_name_plural = _("tabel kolektibilitas")
        ordering = ["bank_kind", "in_force_from"]
        constraints = [
            closed("credit_collectabilitytable", "bank_kind", BankKind),
            ExclusionConstraint(
                name="credit_collectabilitytable_one_in_force",
                expressions=[("bank_kind", RangeOperators.EQUAL), (_in_force(), RangeOperators.OVERLAPS)],
                violation_error_message=_("Sudah ada tabel lain yang berlaku pada hari-hari itu."),
            ),
        ]

    def __str__(self):
        return f"{self.get_bank_kind_display()} {self.in_force_from}"

    def clean(self):
        for name in ("arrears", "matured"):
            bounds = getattr(self, name)
            if bounds and (len(bounds) != 4 or bounds != sorted(bounds)):
                raise ValidationError({name: _("Isi empat batas hari, dari yang terkecil.")})


@track(exclude=["version", "modified_at"])
class FundPlacement(Versioned):
    """Money the city placed with a bank to be lent on: the ceiling of the fund is the sum of these."""

    scheme = models.ForeignKey(
        Scheme, on_delete=models.PROTECT, related_name="placements", verbose_name=_("skema")
    )
    bank = models.ForeignKey(
        Bank, on_delete=models.PROTECT, related_name="placements", verbose_name=_("bank")
    )
    placed_on = models.DateField(_("tanggal"))
    amount = RupiahField(_("jumlah"))
    document = models.CharField(_("dokumen sumber"), max_length=160)

    class Meta:
        verbose_name = _("penempatan dana")
        verbose_name_plural = _("penempatan dana")
        ordering = ["-placed_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "document"],
                name="credit_fundplacement_document_once",
                violation_error_message=_("Penempatan dengan dokumen ini sudah tercatat."),
            )
        ]
        triggers = [BumpVersion()]

    def __str__(self):
        return f"{self.bank}: {self.amount} ({self.placed_on})"
