from django.contrib import admin

from core.admin import OfficeAdmin, ReadOnlyAdmin, ReadOnlyInline
from gallery.models import (
    ConsignmentTerms,
    GalleryStock,
    GoodsNote,
    Movement,
    Sale,
    Settlement,
    SettlementLine,
    StockCount,
    StockCountLine,
)


@admin.register(ConsignmentTerms)
class ConsignmentTermsAdmin(OfficeAdmin):
    list_display = ["business", "during", "commission_percent"]
    list_filter = ["commission_percent"]
    list_select_related = ["business"]
    search_fields = ["business__name"]
    autocomplete_fields = ["business"]
    fields = ["business", "during", "commission_percent"]

    def save_model(self, request, obj, form, change):
        if not change:
            obj.agreed_by = request.user
        super().save_model(request, obj, form, change)


class MovementInline(ReadOnlyInline):
    model = Movement
    fields = ["variant", "kind", "quantity", "unit_price", "reason"]


@admin.register(GoodsNote)
class GoodsNoteAdmin(ReadOnlyAdmin):
    list_display = ["reference", "business", "kind", "handed_by", "recorded_at"]
    list_filter = ["kind", "recorded_at"]
    list_select_related = ["business"]
    search_fields = ["reference__exact", "business__name"]
    inlines = [MovementInline]


@admin.register(Sale)
class SaleAdmin(ReadOnlyAdmin):
    list_display = ["reference", "payment", "total", "sold_by", "sold_at"]
    list_filter = ["payment", "sold_at"]
    list_select_related = ["sold_by"]
    search_fields = ["reference__exact", "payment_reference"]
    inlines = [MovementInline]


@admin.register(Movement)
class MovementAdmin(ReadOnlyAdmin):
    list_display = ["recorded_at", "kind", "variant", "quantity", "unit_price", "reason"]
    list_filter = ["kind", "recorded_at"]
    list_select_related = ["variant__product"]
    search_fields = ["variant__product__name", "variant__reference__exact"]


@admin.register(GalleryStock)
class GalleryStockAdmin(ReadOnlyAdmin):
    list_display = ["variant", "quantity"]
    list_filter = ["quantity"]
    list_select_related = ["variant__product"]
    search_fields = ["variant__product__name", "variant__reference__exact"]


class StockCountLineInline(ReadOnlyInline):
    model = StockCountLine
    fields = ["variant", "expected", "counted", "reason"]


@admin.register(StockCount)
class StockCountAdmin(ReadOnlyAdmin):
    list_display = ["reference", "status", "started_at", "closed_at"]
    list_filter = ["status"]
    inlines = [StockCountLineInline]


@admin.register(StockCountLine)
class StockCountLineAdmin(ReadOnlyAdmin):
    list_display = ["count", "variant", "expected", "counted", "reason"]
    list_filter = ["count"]
    list_select_related = ["count", "variant__product"]


class SettlementLineInline(ReadOnlyInline):
    model = SettlementLine
    fields = ["movement", "amount", "commission"]


@admin.register(Settlement)
class SettlementAdmin(ReadOnlyAdmin):
    list_display = ["reference", "business", "month", "status", "sold", "commission", "payable"]
    list_filter = ["status", "month"]
    list_select_related = ["business"]
    search_fields = ["reference__exact", "business__name"]
    inlines = [SettlementLineInline]


@admin.register(SettlementLine)
class SettlementLineAdmin(ReadOnlyAdmin):
    list_display = ["settlement", "movement", "amount", "commission"]
    list_filter = ["settlement__month"]
    list_select_related = ["settlement", "movement__variant__product"]
