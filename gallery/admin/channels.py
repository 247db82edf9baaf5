from django.contrib import admin

from core.admin import OfficeAdmin, ReadOnlyAdmin
from gallery.models import ChannelCategory, LinkDay, Listing, Shop, ShortLink


@admin.register(ChannelCategory)
class ChannelCategoryAdmin(OfficeAdmin):
    list_display = ["category", "channel", "code", "label", "is_deepest"]
    list_filter = ["channel", "is_deepest"]
    list_select_related = ["category"]
    search_fields = ["code", "label", "category__name"]
    autocomplete_fields = ["category"]


@admin.register(Shop)
class ShopAdmin(ReadOnlyAdmin):
    list_display = ["reference", "name", "business", "channel", "status", "access_until"]
    list_filter = ["channel", "status"]
    list_select_related = ["business"]
    search_fields = ["name", "reference__exact", "business__name"]
    exclude = ["access_token", "refresh_token", "cipher"]


@admin.register(Listing)
class ListingAdmin(ReadOnlyAdmin):
    list_display = ["shop", "product", "status", "remote_id", "sent_at", "last_error"]
    list_filter = ["status", "shop__channel"]
    list_select_related = ["shop", "product"]
    search_fields = ["product__name", "remote_id"]


@admin.register(ShortLink)
class ShortLinkAdmin(ReadOnlyAdmin):
    list_display = ["code", "product", "channel", "created_at"]
    list_filter = ["channel"]
    list_select_related = ["product"]
    search_fields = ["code", "product__name"]


@admin.register(LinkDay)
class LinkDayAdmin(ReadOnlyAdmin):
    list_display = ["link", "on", "clicks"]
    list_filter = ["on"]
    list_select_related = ["link"]
