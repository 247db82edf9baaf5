"""Public addresses of products and photos, whole ones, as channels want them."""

from django.conf import settings
from django.urls import reverse

#: The widest copy of a photo that is served.
WIDEST = 1280


def product_path(product):
    """The product's page in the catalogue."""
    return reverse("gallery_product", args=[product.reference])


def maker_path(product):
    """Where its maker mends the product."""
    return reverse("my_product", args=[product.reference])


def photo_address(photo):
    """The photo as JPEG, as wide as it is served."""
    path = reverse("gallery_photo", args=[photo.reference, min(WIDEST, photo.width), "jpg"])
    return settings.SITE_URL + path


def short_address(code):
    """The short address that a channel shows."""
    return settings.SITE_URL + reverse("short_link", args=[code])
