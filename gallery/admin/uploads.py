from django.contrib import admin

from core.admin import ReadOnlyAdmin, ReadOnlyInline
from gallery.models import BulkPicture, BulkRow, BulkUpload


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


@admin.register(BulkRow)
class BulkRowAdmin(ReadOnlyAdmin):
    list_display = ["upload", "line", "verdict", "product", "is_written"]
    list_filter = ["verdict", "is_written"]
    list_select_related = ["upload", "product"]
    search_fields = ["upload__reference__exact", "product__reference__exact"]


@admin.register(BulkPicture)
class BulkPictureAdmin(ReadOnlyAdmin):
    list_display = ["upload", "name", "width", "height", "error"]
    list_filter = ["upload__status"]
    list_select_related = ["upload"]
    search_fields = ["upload__reference__exact", "name"]
    fields = ["upload", "name", "width", "height", "error"]
