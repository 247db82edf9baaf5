"""What happens around every request."""

import pghistory
from django.conf import settings
from django.utils import translation
from django.utils.cache import add_never_cache_headers

from core.audit import request_origin


def chosen_language(get_response):
    """Indonesian first: English only for who chose it in the page's head, whatever the browser would prefer."""

    def middleware(request):
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return middleware


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
            add_never_cache_headers(response)
            response["Cache-Control"] = "no-store, private"
        return response

    return middleware
