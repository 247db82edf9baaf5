"""Legal bases, budget lines and what is done with them in the back office."""

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.admin import OfficeAdmin, ReadOnlyAdmin, ReadOnlyInline, plain
from core.indonesia import rupiah
from programme.models import (
    Activity,
    BudgetCode,
    BudgetLine,
    LegalBasis,
    LegalBasisProgress,
    Period,
    Realisation,
    Reservation,
    StatedFigure,
    Target,
)
from programme.services import activities, legal_bases

YEAR = plain("year", _("tahun"))
BUDGET_YEAR = plain("year", _("tahun anggaran"))


class ProgressInline(ReadOnlyInline):
    model = LegalBasisProgress
    fields = ["on", "text", "noted_by"]
    max_num = 0

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("noted_by")


@admin.register(LegalBasis)
class LegalBasisAdmin(OfficeAdmin):
    list_display = ["reference", "kind", "number", YEAR, "about", "status", "in_force_from", "in_force_until"]
    list_filter = ["kind", "status"]
    search_fields = ["reference__exact", "number", "about"]
    search_help_text = _("Nomor, tentang, atau nomor referensi.")
    fields = ["reference", "status", "kind", "number", "year", "about", "dated_on", "signer", "in_force_from",
              "in_force_until", "amends", "revokes", "proposer", "proposed_on", "proposal", "answer",
              "answered_on"]  # fmt: skip
    readonly_fields = ["reference", "status", "amends", "revokes"]
    inlines = [ProgressInline]
    step_services = {
        "draft": legal_bases.draft_legal_basis,
        "enforce": legal_bases.enforce_legal_basis,
        "revoke": legal_bases.revoke_legal_basis,
    }

    def save_model(self, request, obj, form, change):
        if change:
            super().save_model(request, obj, form, change)
            return
        made = legal_bases.propose_legal_basis(
            actor=request.user,
            **{name: form.cleaned_data[name] for name in legal_bases.FIELDS},
        )
        obj.pk, obj.reference = made.pk, made.reference

    def work_links(self, request, obj):
        return [
            (gettext("Naskah, kemajuan, dan langkah"), reverse("office_legal_basis", args=[obj.reference]))
        ]

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(LegalBasisProgress)
class LegalBasisProgressAdmin(ReadOnlyAdmin):
    list_display = ["on", "basis", "text", "noted_by"]
    list_filter = ["on"]
    list_select_related = ["basis", "noted_by"]
    search_fields = ["basis__reference__exact", "text"]
    ordering = ["-id"]


class ReservationInline(ReadOnlyInline):
    model = Reservation
    fields = ["subject", "amount", "realised", "reserved_at"]
    max_num = 0


@admin.register(BudgetLine)
class BudgetLineAdmin(OfficeAdmin):
    """What is reserved and spent comes from the reservations; only the ceiling is written."""

    list_display = ["code", BUDGET_YEAR, "name", "ceiling", "reserved", "realised", "free"]
    list_filter = ["code"]
    search_fields = ["code", "name"]
    fields = ["code", "year", "name", "ceiling", "reserved", "realised", "free", "funding_source", "stated_on",
              "document"]  # fmt: skip
    readonly_fields = ["reserved", "realised", "free"]

    @admin.display(description=_("masih bebas"))
    def free(self, line):
        return rupiah(line.free) if line.pk else "–"

    def get_readonly_fields(self, request, obj=None):
        """A line's year and code are what reservations hang on."""
        readonly = super().get_readonly_fields(request, obj)
        return [*readonly, "code", BUDGET_YEAR] if obj else readonly

    def get_fields(self, request, obj=None):
        return [BUDGET_YEAR if name == "year" and obj else name for name in self.fields]

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Reservation)
class ReservationAdmin(ReadOnlyAdmin):
    list_display = ["subject", "line", "amount", "realised", "reserved_at"]
    list_filter = ["reserved_at"]
    list_select_related = ["line"]
    search_fields = ["subject__exact", "line__code__exact"]
    search_help_text = _("Nomor permohonan, atau kode sub kegiatan.")
    ordering = ["-id"]
    fields = ["subject", "line", "amount", "realised", "reserved_at"]


@admin.register(BudgetCode)
class BudgetCodeAdmin(OfficeAdmin):
    list_display = ["code", "name", "level"]
    list_filter = ["modified_at"]
    search_fields = ["code", "name"]
    fields = ["code", "name"]

    @admin.display(description=_("tingkat"))
    def level(self, code):
        return code.level

    def get_readonly_fields(self, request, obj=None):
        """Lines are found by a code."""
        return ["code"] if obj else []

    def has_delete_permission(self, request, obj=None):
        return False


class TargetInline(ReadOnlyInline):
    model = Target
    fields = ["kind", "indicator", "unit", "baseline", "goal", "goal_on", "owner"]
    max_num = 0

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("owner")


@admin.register(Activity)
class ActivityAdmin(ReadOnlyAdmin):
    """Planned and changed on the pages of the programme."""

    list_display = ["reference", "name", "line", "pillar", "starts_on", "ends_on", "owner"]
    list_filter = ["pillar", "line__year"]
    list_select_related = ["line", "owner"]
    search_fields = ["reference__exact", "name"]
    fields = ["reference", "name", "line", "pillar", "purpose", "starts_on", "ends_on", "owner"]
    inlines = [TargetInline]

    def work_links(self, request, obj):
        return [(gettext("Target, angka, dan perubahan"), reverse("office_activity", args=[obj.reference]))]


@admin.register(Target)
class TargetAdmin(ReadOnlyAdmin):
    list_display = ["indicator", "activity", "kind", "unit", "baseline", "goal", "goal_on", "owner"]
    list_filter = ["kind", "activity__pillar"]
    list_select_related = ["activity", "owner"]
    search_fields = ["indicator", "activity__reference__exact"]
    ordering = ["-id"]


@admin.register(Period)
class PeriodAdmin(OfficeAdmin):
    list_display = ["reference", "year", "quarter", "status"]
    list_filter = ["status", "year"]
    search_fields = ["reference__exact"]
    fields = ["reference", "year", "quarter", "status"]
    readonly_fields = ["reference", "year", "quarter", "status"]
    step_services = {
        "submit": activities.submit_period,
        "reopen": activities.reopen_period,
        "approve": activities.approve_period,
    }

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Realisation)
class RealisationAdmin(ReadOnlyAdmin):
    list_display = ["target", "period", "number", "value", "source", "reason", "recorded_by", "recorded_at"]
    list_filter = ["period__year"]
    list_select_related = ["target", "period", "recorded_by"]
    search_fields = ["target__activity__reference__exact", "source"]
    ordering = ["-id"]


@admin.register(StatedFigure)
class StatedFigureAdmin(ReadOnlyAdmin):
    list_display = ["topic", "year", "value", "unit", "source", "stated_on"]
    list_filter = ["year"]
    search_fields = ["topic", "source"]
    ordering = ["topic", "-year"]
