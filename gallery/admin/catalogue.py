from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext as _

from core.admin import OfficeAdmin, ReadOnlyAdmin, ReadOnlyInline, ServiceAdminMixin, ServiceForm
from gallery.models import Category, Edition, EditionItem, Photo, PhotoRendition, Product, Remark, Variant
from gallery.services import curation, products


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


class ProductForm(ServiceForm):
    """A product as the services take it, on behalf of its maker while it is with him or her."""

    def write(self, cleaned):
        fields = {name: cleaned[name] for name in products.FIELDS if name in cleaned}
        if self.instance.pk is None:
            return self.call(products.create_product, cleaned["business"], actor=self.actor, **fields)
        # As it stands in the table: the form's instance carries the new values already.
        stored = Product.objects.get(pk=self.instance.pk)
        return self.call(
            products.change_product, stored, actor=self.actor, licences=cleaned["licences"], **fields
        )


@admin.register(Product)
class ProductAdmin(ServiceAdminMixin, OfficeAdmin):
    form = ProductForm
    list_display = ["reference", "name", "business", "category", "status", "price_from", "stock"]
    list_filter = ["status", "category", "condition", "is_export_ready"]
    list_select_related = ["business", "category"]
    search_fields = ["name", "reference__exact", "business__name"]
    autocomplete_fields = ["business", "category", "licences"]
    readonly_fields = ["reference", "status", "submitted_at", "published_at"]
    step_services = {
        "submit": curation.submit_product,
        "publish": curation.publish_product,
        "withdraw": curation.withdraw_product,
        "revise": curation.revise_product,
    }

    def get_fields(self, request, obj=None):
        """The certificates are those of its business, so that they are chosen once it has one."""
        if obj is None:
            return ["business", *products.FIELDS]
        return [
            "reference",
            "status",
            "business",
            *products.FIELDS,
            "licences",
            "submitted_at",
            "published_at",
        ]

    def get_readonly_fields(self, request, obj=None):
        return self.readonly_fields if obj is None else [*self.readonly_fields, "business"]

    def get_inlines(self, request, obj):
        return [] if obj is None else [VariantInline, PhotoInline, RemarkInline]

    def has_change_permission(self, request, obj=None):
        """What was sent or is shown is taken back first."""
        return super().has_change_permission(request, obj) and (obj is None or obj.status in products.OPEN)

    def has_delete_permission(self, request, obj=None):
        return False

    def work_links(self, request, obj):
        return [(_("Meja kurator"), reverse("office_product", args=[obj.reference]))]


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
