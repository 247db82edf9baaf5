"""Credit in the back office: what the office sets is written here, what happened is looked at. Steps go through the services;
account numbers are never shown."""

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from core.admin import OfficeAdmin, ReadOnlyAdmin, ReadOnlyInline, plain
from core.indonesia import rupiah
from credit.models import (
    Application,
    ApplicationCorrection,
    Bank,
    BankFile,
    BankFileLine,
    ClaimLine,
    CollectabilityChange,
    CollectabilityTable,
    DayClose,
    EligibilityRule,
    FundPlacement,
    Instalment,
    Loan,
    LoanBalance,
    LoanEvent,
    Reason,
    ReferenceRate,
    ReliefDecree,
    Scheme,
    SchemeVersion,
    StageStandard,
    SubsidyClaim,
)
from credit.services import claims, decisions, loans
from ikm.admin import WorkAdmin

VERSION = plain("number", _l("versi"))


class KeptAdmin(OfficeAdmin):
    """Rows that end by their date and are never deleted: records of the past rest on them."""

    def has_delete_permission(self, request, obj=None):
        return False


# --- What the city lends under ------------------------------------------------------------------------------------------


@admin.register(Bank)
class BankAdmin(KeptAdmin):
    """Whose accounts speak for a bank decides who reads its debtors: only who knows the accounts changes that."""

    list_display = ["reference", "name", "code", "kind", "is_active"]
    list_filter = ["kind", "is_active"]
    search_fields = ["name", "code"]
    fields = ["reference", "name", "code", "kind", "partners", "is_active"]
    readonly_fields = ["reference"]
    autocomplete_fields = ["partners"]

    def get_readonly_fields(self, request, obj=None):
        readonly = super().get_readonly_fields(request, obj)
        return readonly if request.user.has_perm("accounts.view_user") else [*readonly, "partners"]


@admin.register(Scheme)
class SchemeAdmin(KeptAdmin):
    list_display = ["code", "name", "full_name"]
    list_filter = ["created_at"]
    search_fields = ["code", "name"]
    fields = ["code", "name", "full_name"]


class RuleForm(forms.ModelForm):
    class Meta:
        help_texts = {
            "limit": _l(
                'Angka tahun, bulan, atau rupiah; daftar seperti ["nib", "iumk"] untuk izin dan ["33.74"] '
                "untuk wilayah. Kosongkan bila syaratnya tidak berbatas."
            )
        }


class RuleInline(admin.TabularInline):
    """The conditions of a version; they stand still with it."""

    model = EligibilityRule
    form = RuleForm
    extra = 0
    fields = ["position", "kind", "limit"]

    def _is_open(self, obj):
        return obj is None or not is_frozen(obj)

    def has_add_permission(self, request, obj=None):
        return self._is_open(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        return self._is_open(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self._is_open(obj) and super().has_change_permission(request, obj)


def is_frozen(version):
    """Whether somebody applied under this version: from then on it may only be ended."""
    return version.applications.exists()


FROZEN = _l(
    "Sudah ada permohonan menurut versi ini, jadi isinya tetap. Isi tanggal akhirnya, lalu buat versi baru."
)


@admin.register(SchemeVersion)
class SchemeVersionAdmin(OfficeAdmin):
    list_display = [
        "scheme",
        VERSION,
        "annual_rate",
        "unsecured_max",
        "secured_max",
        "in_force_from",
        "in_force_until",
    ]
    list_filter = ["scheme"]
    list_select_related = ["scheme"]
    search_fields = ["scheme__name", "scheme__code"]
    autocomplete_fields = ["scheme", "legal_basis"]
    inlines = [RuleInline]
    fieldsets = [
        (None, {"fields": ["state", "scheme", "number", "legal_basis", "in_force_from", "in_force_until"]}),
        (_l("Plafon dan jangka waktu"), {"fields": ["amount_min", "amount_step", "unsecured_max", "secured_max",
                                                    "months_min", "months_max", "principal_grace"]}),
        (_l("Bunga dan angsuran"), {"fields": ["annual_rate", "method", "day_count", "rounding_unit", "rounding",
                                               "instalment_unit", "instalment_rounding", "difference_on", "month_end",
                                               "business_day"]}),
        (_l("Pembayaran dan denda"), {"fields": ["allocation", "penalty_rate", "penalty_grace_days"]}),
        (_l("Subsidi"), {"fields": ["subsidy_year_days", "budget_code"]}),
        (_l("Pengingat"), {"fields": ["remind_before", "tell_arrears_after"]}),
    ]  # fmt: skip
    readonly_fields = ["state"]

    @admin.display(description=_l("keadaan"))
    def state(self, version):
        if version.pk and is_frozen(version):
            return FROZEN
        return _("Belum dipakai; seluruhnya masih dapat diubah.")

    def get_readonly_fields(self, request, obj=None):
        if obj is None or not is_frozen(obj):
            return super().get_readonly_fields(request, obj)
        names = [name for _label, group in self.fieldsets for name in group["fields"]]
        return [VERSION if name == "number" else name for name in names if name != "in_force_until"]

    def get_fieldsets(self, request, obj=None):
        """The number of a version is a name: where it cannot be changed it is written without separators."""
        readonly = self.get_readonly_fields(request, obj)
        return [
            (
                label,
                {
                    **group,
                    "fields": [
                        VERSION if name == "number" and VERSION in readonly else name
                        for name in group["fields"]
                    ],
                },
            )
            for label, group in super().get_fieldsets(request, obj)
        ]

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (obj is None or not is_frozen(obj))

    def _sentence_of(self, error):
        """Somebody applied while the form was open."""
        return str(FROZEN) if "frozen_once_used" in str(error) else super()._sentence_of(error)


@admin.register(EligibilityRule)
class EligibilityRuleAdmin(ReadOnlyAdmin):
    """Written on the page of its version."""

    list_display = ["scheme_version", "position", "kind", "limit"]
    list_filter = ["kind"]
    list_select_related = ["scheme_version__scheme"]
    fields = ["scheme_version", "position", "kind", "limit"]


@admin.register(ReferenceRate)
class ReferenceRateAdmin(KeptAdmin):
    list_display = ["scheme", "bank_kind", "in_force_from", "annual_rate", "legal_basis"]
    list_filter = ["bank_kind"]
    list_select_related = ["scheme"]
    autocomplete_fields = ["scheme"]
    fields = ["scheme", "bank_kind", "in_force_from", "annual_rate", "legal_basis"]


@admin.register(CollectabilityTable)
class CollectabilityTableAdmin(KeptAdmin):
    list_display = ["bank_kind", "in_force_from", "in_force_until", "arrears", "matured", "legal_basis"]
    list_filter = ["bank_kind"]
    fields = ["bank_kind", "in_force_from", "in_force_until", "arrears", "matured", "legal_basis"]


@admin.register(FundPlacement)
class FundPlacementAdmin(KeptAdmin):
    list_display = ["bank", "scheme", "placed_on", "amount", "document"]
    list_filter = ["scheme"]
    list_select_related = ["bank", "scheme"]
    autocomplete_fields = ["scheme", "bank"]
    search_fields = ["document"]
    fields = ["scheme", "bank", "placed_on", "amount", "document"]


@admin.register(Reason)
class ReasonAdmin(KeptAdmin):
    list_display = ["code", "label", "reapply_after_days", "for_office", "for_bank", "is_active"]
    list_filter = ["for_office", "for_bank", "is_active"]
    search_fields = ["code", "label"]
    fields = ["code", "label", "label_en", "advice", "advice_en", "reapply_after_days", "for_office", "for_bank",
              "is_active"]  # fmt: skip


@admin.register(StageStandard)
class StageStandardAdmin(KeptAdmin):
    list_display = ["status", "working_days", "in_force_from", "in_force_until"]
    list_filter = ["status"]
    fields = ["status", "working_days", "in_force_from", "in_force_until"]


# --- Applications -------------------------------------------------------------------------------------------------------


class CorrectionInline(ReadOnlyInline):
    model = ApplicationCorrection
    fields = ["field", "note", "asked_by", "asked_at", "answered_at"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("asked_by")


@admin.register(Application)
class ApplicationAdmin(WorkAdmin):
    list_display = ["reference", "business", "status", "amount", "months", "bank", "submitted_at"]
    list_filter = ["status", "bank"]
    list_select_related = ["business", "bank"]
    inlines = [CorrectionInline]
    step_services = {
        "forward": decisions.forward_application,
        "return_to_verified": decisions.return_application,
        "start_review": decisions.start_review,
    }
    fieldsets = [
        (None, {"fields": ["reference", "status", "business", "owner", "applicant", "scheme_version", "submitted_at"]}),
        (_l("Yang diminta"), {"fields": ["amount", "months", "purpose_kind", "purpose", "collateral_kind",
                                         "collateral_description", "collateral_value"]}),
        (_l("Pemeriksaan dinas"), {"fields": ["visit", "verified_note", "monthly_turnover", "monthly_cost",
                                              "recommended_amount", "recommended_months", "bank"]}),
        (_l("Jawaban"), {"fields": ["approved_amount", "approved_months", "bank_checked_on", "bank_grade", "reason",
                                    "reason_note", "reapply_on"]}),
    ]  # fmt: skip


@admin.register(ApplicationCorrection)
class ApplicationCorrectionAdmin(ReadOnlyAdmin):
    list_display = ["application", "field", "note", "asked_by", "asked_at", "answered_at"]
    list_filter = ["asked_at", ("answered_at", admin.EmptyFieldListFilter)]
    list_select_related = ["application", "asked_by"]
    search_fields = ["application__reference__exact"]
    ordering = ["-id"]


# --- Loans --------------------------------------------------------------------------------------------------------------


class EventInline(ReadOnlyInline):
    model = LoanEvent
    fields = [
        "on",
        "kind",
        "reference",
        "amount",
        "reverses",
        "bank_reference",
        "source",
        "note",
        "recorded_by",
    ]
    ordering = ["on", "id"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("loan", "reverses__loan", "recorded_by")


class InstalmentInline(ReadOnlyInline):
    model = Instalment
    fields = ["number", "due_on", "principal", "interest", "balance", "unpaid", "paid_on"]


@admin.register(Loan)
class LoanAdmin(WorkAdmin):
    """The account number, with which money can be asked for, is on no page."""

    list_display = ["reference", "business", "bank", "status", "principal", "outstanding_principal", "grade",
                    "disbursed_on"]  # fmt: skip
    list_filter = ["status", "bank", "grade"]
    list_select_related = ["business", "bank"]
    search_fields = ["reference__exact", "business__reference__exact", "contract_number__exact"]
    search_help_text = _l("Nomor pinjaman, nomor akad, atau nomor register usahanya.")
    inlines = [InstalmentInline, EventInline]
    step_services = {"cancel": loans.cancel_loan}
    fields = ["reference", "status", "application", "business", "bank", "scheme_version", "contract_number",
              "signed_on", "principal", "months", "annual_rate", "first_due_on", "disbursed_on",
              "outstanding_principal", "advance", "oldest_due_on", "matures_on", "grade"]  # fmt: skip

    def get_queryset(self, request):
        return super().get_queryset(request).defer("account_number", "account_index")


class LoanPartAdmin(ReadOnlyAdmin):
    """Rows of one loan; the search names the loan."""

    list_select_related = ["loan"]
    search_fields = ["loan__reference__exact", "loan__contract_number__exact"]
    search_help_text = _l("Nomor pinjaman atau nomor akad.")
    ordering = ["-id"]


@admin.register(LoanEvent)
class LoanEventAdmin(LoanPartAdmin):
    list_display = ["on", "loan", "kind", "amount", "reference", "bank_reference", "source", "recorded_at"]
    list_filter = ["kind", "source"]
    fields = ["loan", "kind", "on", "reference", "amount", "terms", "reverses", "bank", "bank_reference", "source",
              "decree", "note", "recorded_by", "recorded_at"]  # fmt: skip


@admin.register(Instalment)
class InstalmentAdmin(LoanPartAdmin):
    list_display = ["loan", "number", "due_on", "principal", "interest", "unpaid", "paid_on"]
    list_filter = ["due_on", ("paid_on", admin.EmptyFieldListFilter)]


@admin.register(LoanBalance)
class LoanBalanceAdmin(LoanPartAdmin):
    list_display = ["loan", "on", "principal", "annual_rate"]
    list_filter = ["on"]


@admin.register(CollectabilityChange)
class CollectabilityChangeAdmin(LoanPartAdmin):
    list_display = ["loan", "on", "grade", "days_past_due"]
    list_filter = ["grade"]


@admin.register(ReliefDecree)
class ReliefDecreeAdmin(ReadOnlyAdmin):
    list_display = [
        "reference",
        "legal_basis",
        "takes_effect_on",
        "months",
        "interest",
        "loans",
        "applied_by",
    ]
    list_filter = ["takes_effect_on"]
    list_select_related = ["legal_basis", "applied_by"]
    search_fields = ["reference__exact"]
    fields = ["reference", "legal_basis", "takes_effect_on", "months", "interest", "filters", "loans", "applied_by",
              "applied_at"]  # fmt: skip


@admin.register(DayClose)
class DayCloseAdmin(ReadOnlyAdmin):
    list_display = ["day", "status", "started_at", "finished_at"]
    list_filter = ["status"]
    fields = ["day", "status", "steps_done", "figures", "started_at", "finished_at"]


# --- The bank's files and claims ----------------------------------------------------------------------------------------


@admin.register(BankFile)
class BankFileAdmin(ReadOnlyAdmin):
    list_display = ["reference", "bank", "month", "status", "original_name", "uploaded_by", "uploaded_at"]
    list_filter = ["status", "bank"]
    list_select_related = ["bank", "uploaded_by"]
    search_fields = ["reference__exact", "original_name"]
    fields = ["reference", "bank", "month", "original_name", "sha256", "status", "message", "uploaded_by",
              "uploaded_at"]  # fmt: skip


@admin.register(BankFileLine)
class BankFileLineAdmin(ReadOnlyAdmin):
    list_display = ["file", "number", "kind", "contract_number", "on", "amount", "verdict", "loan"]
    list_filter = ["verdict"]
    list_select_related = ["file", "loan"]
    search_fields = ["file__reference__exact", "contract_number__exact", "bank_reference__exact"]
    ordering = ["-id"]
    fields = ["file", "number", "kind", "contract_number", "on", "amount", "bank_reference", "verdict", "problem",
              "loan", "event", "matched_by", "undone"]  # fmt: skip

    def get_queryset(self, request):
        return super().get_queryset(request).defer("account_number", "account_index")


class ClaimLineInline(ReadOnlyInline):
    model = ClaimLine
    fields = ["number", "loan", "claimed_days", "claimed", "computed_days", "computed", "agreed", "note"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("loan")


@admin.register(SubsidyClaim)
class SubsidyClaimAdmin(ReadOnlyAdmin):
    list_display = ["reference", "bank", "month", "status", "claimed_total", "computed_total", "agreed_total"]
    list_filter = ["status", "bank"]
    list_select_related = ["bank"]
    search_fields = ["reference__exact", "payment_order__exact"]
    search_help_text = _l("Nomor tagihan atau nomor perintah pembayaran.")
    inlines = [ClaimLineInline]
    step_services = {
        "check": claims.check_claim,
        "return": claims.return_claim,
        "agree": claims.agree_claim,
    }
    fields = ["reference", "bank", "scheme", "month", "status", "claimed_total", "computed_total", "agreed_total",
              "payment_order", "paid_on", "uploaded_by", "uploaded_at"]  # fmt: skip

    def work_links(self, request, obj):
        return [(_("Buka di meja kerja"), reverse("credit_claim", args=[obj.reference]))]


@admin.register(ClaimLine)
class ClaimLineAdmin(ReadOnlyAdmin):
    """What a bank calls a loan may be its account number, so that column stays on the claim's own page."""

    list_display = ["claim", "number", "loan", "claimed", "computed", "difference", "agreed"]
    list_filter = ["claim__status"]
    list_select_related = ["claim", "loan"]
    search_fields = ["claim__reference__exact", "loan__reference__exact"]
    ordering = ["-id"]
    fields = [
        "claim",
        "number",
        "loan",
        "claimed_days",
        "claimed",
        "computed_days",
        "computed",
        "agreed",
        "note",
    ]

    @admin.display(description=_l("selisih"))
    def difference(self, line):
        return rupiah(line.difference)
