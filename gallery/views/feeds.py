"""Feeds and short addresses: what channels fetch, and where people come from."""

import logging

from django.db import DatabaseError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe

from gallery.channels.addresses import product_path
from gallery.channels.feeds import FEEDS, feed
from gallery.enums import ChannelKind
from gallery.models import Product, ShortLink
from gallery.services.links import count_click, is_program

logger = logging.getLogger(__name__)


def _answer(request, channel):
    found = feed(channel)
    response = HttpResponse(found.body, content_type=FEEDS[channel][1], headers={"ETag": found.etag})
    # Asked for again each time: what was withdrawn is gone at once.
    patch_cache_control(response, public=True, no_cache=True)
    return get_conditional_response(request, etag=found.etag, response=response)


@require_safe
def google(request):
    return _answer(request, ChannelKind.GOOGLE)


@require_safe
def meta(request):
    return _answer(request, ChannelKind.META)


@require_safe
def produk(request):
    return _answer(request, ChannelKind.JSON)


class _CountedRedirect(HttpResponseRedirect):
    """Leads on first, counts afterwards: who follows the link waits for no row, and learns nothing of the count."""

    link = None

    def close(self):
        super().close()
        if self.link is not None:
            link, self.link = self.link, None
            try:
                count_click(link)
            except DatabaseError:
                # A click more or less is worth nobody's page.
                logger.warning("a click on %s was not counted", link.code)


@require_safe
def short_link(request, link):
    """From a short address to the product; a click of a person is counted."""
    link = get_object_or_404(ShortLink.objects.select_related("product"), code=link.lower())
    if not Product.objects.published().filter(pk=link.product_id).exists():
        raise Http404
    spoken = "?bahasa=en" if request.GET.get("bahasa") == "en" else ""
    response = _CountedRedirect(product_path(link.product) + spoken)
    fetched_ahead = "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
    if (
        request.method == "GET"
        and not fetched_ahead
        and not is_program(request.headers.get("User-Agent", ""))
    ):
        response.link = link
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
