"""What other pages show of the catalogue."""

from django import template

from gallery.catalogue import cards_of
from gallery.models import Product
from gallery.sheets import lay_out

register = template.Library()
STRIP = 4


@register.simple_tag
def gallery_strip():
    """Cards of the newest published products, for the front page."""
    cards = cards_of(Product.objects.published().order_by("-published_at", "-id")[:STRIP])
    lay_out([card.picture for card in cards])
    return cards
