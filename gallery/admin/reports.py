from django.contrib import admin

from core.admin import ReadOnlyAdmin
from gallery.models import ReportOptOut, SentReport


@admin.register(ReportOptOut)
class ReportOptOutAdmin(ReadOnlyAdmin):
    list_display = ["user", "since"]
    list_filter = ["since"]
    list_select_related = ["user"]


@admin.register(SentReport)
class SentReportAdmin(ReadOnlyAdmin):
    list_display = ["recipient", "month", "sent_at"]
    list_filter = ["month"]
    list_select_related = ["recipient"]
