from django.contrib import admin

from core.admin import ReadOnlyAdmin, ReadOnlyInline
from gallery.models import BulkRow, BulkUpload


class BulkRowInline(ReadOnlyInline):
    model = BulkRow
    fields = ["line", "verdict", "product", "is_written"]


@admin.register(BulkUpload)
class BulkUploadAdmin(ReadOnlyAdmin):
    list_display = ["reference", "business", "status", "sheet_name", "uploaded_by", "uploaded_at"]
    list_filter = ["status", "uploaded_at"]
    list_select_related = ["business", "uploaded_by"]
    search_fields = ["reference__exact", "business__name"]
    fields = [
        "reference",
        "business",
        "status",
        "sheet_name",
        "archive_name",
        "uploaded_by",
        "uploaded_at",
        "saved_by",
        "saved_at",
    ]
    inlines = [BulkRowInline]
