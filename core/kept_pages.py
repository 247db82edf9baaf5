"""Whole public pages kept in the memory of each worker for visitors without a session, and given out while they hold.

A page is kept when its view says by which `Watch` its changes are noticed (`core.public.public_page`). Each answer from memory
costs one small question to the database and passes none of the layers of sessions, rights and messages.
"""

from gzip import compress
from hashlib import sha256

from csp.constants import HEADER
from django.core.cache import caches
from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers

from core.changes import KEPT_SECONDS, Watch
from core.middleware import language_of
from core.public import is_personal


def kept_pages(get_response):
    """Middleware: answers from memory where it may, and keeps what it may."""

    def middleware(request):
        if request.method != "GET" or is_personal(request):
            return get_response(request)
        # The day as it begins: what holds on a day is looked up later.
        parts = (
            request.META.get("HTTP_HOST", ""),
            request.get_full_path(),
            language_of(request),
            timezone.localdate(),
        )
        key = sha256(repr(parts).encode()).hexdigest()
        kept = caches["pages"].get(key)
        if kept is not None and kept[1] == Watch.of(kept[0]).generation():
            return _answer(request, *kept[2:])
        response = get_response(request)
        watch, generation = getattr(response, "kept_by", (None, None))
        if watch is None or response.cookies or "nonce-" in response.headers.get(HEADER, ""):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        # Nothing secret stands in a page for everybody, so that its length when compressed tells nothing.
        told = (dict(response.items()), response.content, compress(response.content, 5, mtime=0))
        caches["pages"].set(key, (watch.table, generation, *told), KEPT_SECONDS)
        return _answer(request, *told)

    return middleware


def _answer(request, headers, content, compressed):
    """The page, compressed for who takes that, or that it is still the same."""
    if "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", ""):
        content = compressed
        headers = headers | {
            "Content-Encoding": "gzip",
            "Content-Length": str(len(compressed)),
            "ETag": f'{headers["ETag"][:-1]}-gzip"',
        }
    response = HttpResponse(content, headers=headers)
    return get_conditional_response(request, etag=headers["ETag"], response=response)
