"""What happens around every request."""

from functools import cached_property

import pghistory
from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.http import http_date

from core.audit import request_origin


def language_of(request):
    """The language of the answer: the address's (`?bahasa=en`), else the chosen one, else Indonesian."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if "bahasa=" in request.META.get("QUERY_STRING", ""):
        chosen = request.GET.get("bahasa", "") or chosen
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def chosen_language(get_response):
    """Indonesian first: English only for who chose it in the page's head, whatever the browser would prefer.

    An address may say it too, `?bahasa=en`, so that search engines know a page in both languages.
    """

    def middleware(request):
        language = language_of(request)
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return middleware


class SecurityPolicy(CSPMiddleware):
    """django-csp's header; put together once, as it is the same for every answer that asks for nothing of its own."""

    _own = frozenset({"_csp_config", "_csp_update", "_csp_replace", "_csp_exempt"})

    @cached_property
    def _usual(self):
        return super().process_response(HttpRequest(), HttpResponse())[HEADER]

    def process_response(self, request, response):
        if "_csp_nonce" in vars(request) or not self._own.isdisjoint(vars(response)):
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self._usual)
        return response


def request_context(get_response):
    """Names the acting person to the history triggers and the request's origin to the audit trail."""

    def middleware(request):
        origin = f"{request.META.get('REMOTE_ADDR', '')} {request.method} {request.path}"[:200]
        token = request_origin.set(origin)
        try:
            if request.method in {"GET", "HEAD", "OPTIONS"} or not request.user.is_authenticated:
                return get_response(request)
            with pghistory.context(user=request.user.pk):
                return get_response(request)
        finally:
            request_origin.reset(token)

    return middleware


def private_pages_are_not_stored(get_response):
    """Whatever a signed-in person was shown is not kept by any cache."""

    def middleware(request):
        response = get_response(request)
        if getattr(request, "user", None) and request.user.is_authenticated:
            response.headers.setdefault("Expires", http_date())
            response.headers["Cache-Control"] = "no-store, private"
        return response

    return middleware
