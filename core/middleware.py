"""What happens around every request."""

import pghistory
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.utils import translation
from django.utils.cache import add_never_cache_headers

from core.audit import request_origin

RETRY_AFTER_SECONDS = 5


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


def unavailable_database(get_response):
    """503 with Retry-After and a static page while the database is away, never a bare 500."""
    page = (settings.BASE_DIR / "templates" / "errors" / "503.html").read_bytes()

    def middleware(request):
        response = get_response(request)
        if getattr(request, "database_is_away", False):
            response = HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
        return response

    def process_exception(request, exception):
        if isinstance(exception, OperationalError | InterfaceError):
            request.database_is_away = True
            return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
        return None

    middleware.process_exception = process_exception
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
