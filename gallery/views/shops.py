"""A maker's shops at marketplaces: connected by OAuth, what stands in them, what went wrong, and what to do."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.doors import ServiceFormMixin
from gallery.channels import connector
from gallery.enums import ChannelKind
from gallery.models import Product, Shop
from gallery.selectors import stuck_listings
from gallery.services import channels
from ikm.models import Business


class ShopForm(ServiceFormMixin, forms.Form):
    """No fields: buttons, and what the service says of them."""


@login_required
@require_GET
def my_shops(request):
    businesses = list(Business.objects.spoken_for_by(request.user).order_by("name"))
    shops = Shop.objects.filter(business__in=businesses).select_related("business")
    can_connect = connector.is_set_up() and request.user.has_perm("gallery.connect_shop")
    doors = [
        {
            "business": business,
            "label": channel.label,
            "url": connector.sign_in_address(channels.state_for(business, channel, actor=request.user)),
        }
        for business in businesses
        for channel in connector.SHOP_CHANNELS
        if can_connect
    ]
    return render(
        request,
        "gallery/channels/my_shops.html",
        {
            "shops": shops,
            "doors": doors,
            "businesses": businesses,
            "stuck": set(stuck_listings().filter(shop__in=shops).values_list("shop", flat=True)),
        },
    )


@login_required
def connected(request):
    """Where a seller comes back from the marketplace: shows what is to be connected; the press of the button connects it."""
    given = request.POST if request.method == "POST" else request.GET
    form = ShopForm(request.POST or None)
    business = channel = None
    try:
        business, channel = channels.read_state(given.get("state", ""), actor=request.user)
    except ValidationError as error:
        form = ShopForm({})
        form.add_error(None, error)
    if business and request.method == "POST" and form.is_valid():
        code = given.get("code", "")
        shop = form.call(channels.connect_shop, business, channel, code, actor=request.user)
        if shop is not None:
            messages.success(request, _("Toko tersambung. Pilih produk yang ingin dikirim."))
            return redirect("my_shop", shop.reference)
    return render(
        request,
        "gallery/channels/connected.html",
        {
            "form": form,
            "business": business,
            "label": ChannelKind(channel).label if channel else "",
            "state": given.get("state", ""),
            "code": given.get("code", ""),
        },
        status=400 if form.errors else 200,
    )


@login_required
def my_shop(request, reference):
    """One shop: its listings, products that may be sent, and buttons."""
    shop = get_object_or_404(
        Shop.objects.filter(business__in=Business.objects.spoken_for_by(request.user)), reference=reference
    )
    form = ShopForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _done(request, shop, form) is not None:
        messages.success(request, _("Tersimpan. Toko diperbarui dalam beberapa menit."))
        return redirect("my_shop", reference)
    listings = shop.listings.select_related("product").order_by("status", "product__name")
    standing = [one.product_id for one in listings]
    return render(
        request,
        "gallery/channels/my_shop.html",
        {
            "shop": shop,
            "form": form,
            "listings": listings,
            "stuck": stuck_listings().filter(shop=shop).count(),
            "others": Product.objects.for_channels().filter(business=shop.business).exclude(pk__in=standing),
        },
        status=400 if form.errors else 200,
    )


def _done(request, shop, form):
    action = request.POST.get("action", "")
    if action == "offer":
        chosen = Product.objects.filter(reference__in=request.POST.getlist("produk"))
        return form.call(channels.offer_products, shop, chosen, actor=request.user)
    if action == "disconnect":
        return form.call(channels.disconnect_shop, shop, actor=request.user)
    service = {"level": channels.level_listing, "down": channels.take_down}.get(action)
    if service is None:
        raise Http404
    listing = get_object_or_404(shop.listings, product__reference=request.POST.get("listing", ""))
    return form.call(service, listing, actor=request.user)
