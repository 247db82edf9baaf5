"""The API's errors: one problem+json document (RFC 9457) for whatever the services raise."""

from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, PermissionDenied, ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core.optimistic import StaleRecord
from core.workflow import StepError


class ProblemRenderer(JSONRenderer):
    media_type = "application/problem+json"


def problem(status_code, title, *, detail="", errors=(), headers=None, **members):
    """A problem+json response; `errors` are {"pointer", "code", "detail"} documents."""
    body = {"type": "about:blank", "title": title, "status": status_code}
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = list(errors)
    body.update(members)
    response = Response(body, status=status_code, headers=headers, content_type="application/problem+json")
    return response


def _errors_of_validation(error):
    if hasattr(error, "error_dict"):
        for field, details in error.error_dict.items():
            pointer = "" if field == NON_FIELD_ERRORS else f"/{field}"
            for one in details:
                yield {"pointer": pointer, "code": one.code or "invalid", "detail": "; ".join(one.messages)}
    else:
        for one in error.error_list:
            yield {"pointer": "", "code": one.code or "invalid", "detail": "; ".join(one.messages)}


def _errors_of_detail(detail, pointer=""):
    if isinstance(detail, dict):
        for key, value in detail.items():
            yield from _errors_of_detail(value, pointer if key == "non_field_errors" else f"{pointer}/{key}")
    elif isinstance(detail, list):
        for position, value in enumerate(detail):
            nested = isinstance(value, dict | list)
            yield from _errors_of_detail(value, f"{pointer}/{position}" if nested else pointer)
    else:
        yield {"pointer": pointer, "code": getattr(detail, "code", "invalid"), "detail": str(detail)}


def exception_handler(exc, context):
    """DRF's hook: Django's own exceptions and DRF's become problems; anything else stays a server error."""
    set_rollback()
    if isinstance(exc, StepError):
        return problem(409, _("Langkah tidak sesuai urutan"), detail=exc.messages[0], code=exc.code)
    if isinstance(exc, StaleRecord):
        return problem(
            412, _("Data sudah berubah"), detail=exc.messages[0], current_version=exc.current.version
        )
    if isinstance(exc, ValidationError):
        return problem(400, _("Isian belum benar"), errors=_errors_of_validation(exc))
    if isinstance(exc, Http404 | ObjectDoesNotExist):
        return problem(404, _("Tidak ditemukan"))
    if isinstance(exc, PermissionDenied):
        return problem(403, _("Tidak diizinkan"), detail=str(exc))
    if isinstance(exc, exceptions.APIException):
        headers = {}
        if getattr(exc, "auth_header", None):
            headers["WWW-Authenticate"] = exc.auth_header
        if getattr(exc, "wait", None):
            headers["Retry-After"] = str(int(exc.wait))
        if isinstance(exc, exceptions.ValidationError):
            return problem(400, _("Isian belum benar"), errors=_errors_of_detail(exc.detail))
        return problem(exc.status_code, str(exc.detail), headers=headers, code=exc.get_codes())
    return None
