from django.contrib import admin

from core.admin import OfficeAdmin, ReadOnlyAdmin, ReadOnlyInline
from gallery.models import Category, Edition, EditionItem, Photo, PhotoRendition, Product, Remark, Variant


@admin.register(Category)
class CategoryAdmin(OfficeAdmin):
    list_display = ["name", "name_en", "parent", "position"]
    list_filter = ["parent"]
    list_select_related = ["parent"]
    search_fields = ["name", "name_en", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    autocomplete_fields = ["parent"]


class VariantInline(admin.TabularInline):
    model = Variant
    extra = 0
    fields = ["sku", "size", "motif", "colour", "price", "stock", "is_active"]


class PhotoInline(ReadOnlyInline):
    model = Photo
    fields = ["reference", "position", "alt", "width", "height"]


class RemarkInline(ReadOnlyInline):
    model = Remark
    fields = ["field", "reason", "note", "asked_at", "answered_at"]


@admin.register(Product)
class ProductAdmin(OfficeAdmin):
    list_display = ["reference", "name", "business", "category", "status", "price_from", "stock"]
    list_filter = ["status", "category", "condition", "is_export_ready"]
    list_select_related = ["business", "category"]
    search_fields = ["name", "reference__exact", "business__name"]
    autocomplete_fields = ["business", "category", "licences"]
    fields = ["reference", "status", "business", "name", "name_en", "description", "description_en", "category", "brand",
              "materials", "materials_en", "condition", "weight_grams", "length_cm", "width_cm", "height_cm",
              "minimum_order", "made_to_order_days", "hs_code", "is_export_ready", "video_url", "licences",
              "submitted_at", "published_at"]  # fmt: skip
    readonly_fields = ["reference", "status", "submitted_at", "published_at"]
    inlines = [VariantInline, PhotoInline, RemarkInline]

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Variant)
class VariantAdmin(ReadOnlyAdmin):
    list_display = ["reference", "product", "sku", "size", "motif", "colour", "price", "stock", "is_active"]
    list_filter = ["is_active"]
    list_select_related = ["product"]
    search_fields = ["reference__exact", "sku", "product__name"]


@admin.register(Photo)
class PhotoAdmin(ReadOnlyAdmin):
    list_display = ["reference", "product", "alt", "width", "height", "uploaded_at"]
    list_filter = ["uploaded_at"]
    list_select_related = ["product"]
    search_fields = ["reference__exact", "product__name"]


@admin.register(PhotoRendition)
class PhotoRenditionAdmin(ReadOnlyAdmin):
    list_display = ["photo", "width", "height", "format", "size"]
    list_filter = ["format", "width"]
    list_select_related = ["photo"]


@admin.register(Remark)
class RemarkAdmin(ReadOnlyAdmin):
    list_display = ["product", "field", "reason", "note", "asked_at", "answered_at"]
    list_filter = ["reason", "asked_at"]
    list_select_related = ["product"]
    search_fields = ["product__name"]


class EditionItemInline(admin.TabularInline):
    model = EditionItem
    extra = 0
    fields = ["position", "product", "words"]
    autocomplete_fields = ["product"]


@admin.register(Edition)
class EditionAdmin(OfficeAdmin):
    list_display = ["title", "shown_from", "shown_until"]
    list_filter = ["shown_from"]
    search_fields = ["title", "title_en"]
    fields = ["title", "title_en", "introduction", "introduction_en", "shown_from", "shown_until"]
    inlines = [EditionItemInline]


@admin.register(EditionItem)
class EditionItemAdmin(ReadOnlyAdmin):
    list_display = ["edition", "product", "position", "words"]
    list_filter = ["edition"]
    list_select_related = ["edition", "product"]
