"""What partners have shown, in the back office: looked at only."""

from django.contrib import admin

from core.admin import ReadOnlyAdmin
from sandbox.models import Proof


@admin.register(Proof)
class ProofAdmin(ReadOnlyAdmin):
    list_display = ["partner", "row", "first_at", "last_at", "times"]
    list_filter = ["row", "partner__kind"]
    list_select_related = ["partner"]
    search_fields = ["partner__name", "partner__reference__exact"]
    fields = ["partner", "row", "detail", "first_at", "last_at", "times"]
