"""Pages for everybody, kept by caches."""

from functools import wraps
from hashlib import sha256

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from core.references import parse_reference


def is_personal(request):
    """Whether the answer may show something of the visitor's own: a session, or a message to be read once."""
    return not request.COOKIES.keys().isdisjoint((settings.SESSION_COOKIE_NAME, "messages"))


def public_page(*, seconds=0, watch=None):
    """Decorator: the view answers GET only, and what it tells a visitor without a session may be kept by caches.

    For `seconds` without asking again; then, and always with 0, a cache asks whether the ETag still holds. Pages from which
    an owner may withdraw take 0: a withdrawn consent holds at once. With a `watch` (`core.changes.Watch`) over every table that
    the page reads, the workers keep it themselves (`core.kept_pages`), and the view finds `request.generation`.
    """

    def decorate(view):
        @wraps(view)
        @require_safe
        def answer(request, *args, **kwargs):
            if watch is not None:
                request.generation = watch.generation()
            response = view(request, *args, **kwargs)
            if response.status_code != 200 or is_personal(request):
                return response
            if seconds:
                patch_cache_control(response, public=True, max_age=seconds)
            else:
                patch_cache_control(response, public=True, no_cache=True)
            patch_vary_headers(response, ["Cookie"])
            etag = f'"{sha256(response.content).hexdigest()[:32]}"'
            response["ETag"] = etag
            if watch is not None and request.generation is not None and request.method == "GET":
                response.kept_by = (watch, request.generation)
                return response
            return get_conditional_response(request, etag=etag, response=response)

        return answer

    return decorate


def canonical_address(request):
    """The address of this page without its question, for search engines."""
    return settings.SITE_URL + request.path


def official_reference(text, prefix):
    """The official spelling of a reference in an address; Http404 for what is none."""
    try:
        return parse_reference(text, prefix=prefix)
    except ValidationError as error:
        raise Http404 from error


def numbered_page(request, rows, per_page):
    """One page of a short public list by `?halaman=`: the Page, and next_url and previous_url ("" at either end)."""
    page = Paginator(rows, per_page).get_page(request.GET.get("halaman"))
    kept = {name: value for name, value in request.GET.items() if name != "halaman" and value}

    def address(number):
        return f"{request.path}?{urlencode({**kept, 'halaman': number})}"

    return page, {
        "next_url": address(page.next_page_number()) if page.has_next() else "",
        "previous_url": address(page.previous_page_number()) if page.has_previous() else "",
    }
