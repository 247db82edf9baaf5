"""Distances as people say them."""

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def metres(distance):
    """`850 m`, `2,3 km` of whole metres."""
    if distance < 1000:
        return f"{distance} m"
    return f"{number_format(distance / 1000, decimal_pos=1)} km"
