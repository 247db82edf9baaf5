"""Legal bases and budget lines in the back office."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from core.admin import OfficeAdmin, ReadOnlyAdmin, ReadOnlyInline, plain
from core.indonesia import rupiah
from programme.models import BudgetLine, LegalBasis, Reservation

YEAR = plain("year", _("tahun"))
BUDGET_YEAR = plain("year", _("tahun anggaran"))


@admin.register(LegalBasis)
class LegalBasisAdmin(OfficeAdmin):
    list_display = ["reference", "kind", "number", YEAR, "about", "status", "in_force_from", "in_force_until"]
    list_filter = ["kind", "status"]
    search_fields = ["reference__exact", "number", "about"]
    search_help_text = _("Nomor, tentang, atau nomor referensi.")
    fields = ["reference", "kind", "number", "year", "about", "dated_on", "signer", "status", "in_force_from",
              "in_force_until"]  # fmt: skip
    readonly_fields = ["reference"]

    def has_delete_permission(self, request, obj=None):
        return False


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
    list_select_related = ["line"]
    search_fields = ["subject__exact", "line__code__exact"]
    search_help_text = _("Nomor permohonan, atau kode sub kegiatan.")
    ordering = ["-id"]
    fields = ["subject", "line", "amount", "realised", "reserved_at"]
