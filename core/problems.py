"""The API's errors: one problem+json document (RFC 9457) for whatever the services raise."""

import json
import logging
import math

from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core.optimistic import StaleRecord
from core.workflow import StepError

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5

logger = logging.getLogger(__name__)


class ApiProblem(Exception):
    """A refusal that only the API knows; takes what `problem` takes."""

    def __init__(self, status_code, title, **members):
        self.status_code = status_code
        self.title = title
        self.members = members
        super().__init__(title)


def _document(status_code, title, detail, errors, members):
    body = {"type": "about:blank", "title": str(title), "status": status_code}
    if detail:
        body["detail"] = str(detail)
    if errors:
        body["errors"] = list(errors)
    body.update(members)
    return body


def problem(status_code, title, *, detail="", errors=(), headers=None, **members):
    """A problem+json response; `errors` are {"pointer", "code", "detail"} documents."""
    body = _document(status_code, title, detail, errors, members)
    return Response(body, status=status_code, headers=headers, content_type=MEDIA_TYPE)


def problem_page(status_code, title, *, detail="", errors=(), headers=None, **members):
    """The same for whoever answers outside of the API's views."""
    body = json.dumps(_document(status_code, title, detail, errors, members), ensure_ascii=False)
    return HttpResponse(body, status=status_code, headers=headers, content_type=MEDIA_TYPE)


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


def errors_of(exc):
    """The documents {"pointer", "code", "detail"} of a refusal, for an answer that reports on many items."""
    if isinstance(exc, exceptions.ValidationError):
        return list(_errors_of_detail(exc.detail))
    if isinstance(exc, ValidationError):
        return list(_errors_of_validation(exc))
    return [{"pointer": "", "code": "refused", "detail": str(exc)}]


def exception_handler(exc, context):
    """DRF's hook: Django's own exceptions and DRF's become problems; a fault of ours is logged and becomes one too."""
    set_rollback()
    if isinstance(exc, ApiProblem):
        return problem(exc.status_code, exc.title, **exc.members)
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
        return _problem_of_api_exception(exc)
    if isinstance(exc, OperationalError | InterfaceError):
        logger.warning("The database is away: %s", exc)
        return problem(
            503,
            _("Basis data sedang tidak dapat dihubungi"),
            headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
        )
    logger.error("Unhandled fault in %s", context["request"].path, exc_info=exc)
    return problem(500, _("Terjadi gangguan pada sistem"))


def _problem_of_api_exception(exc):
    headers = {}
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = exc.auth_header
    if getattr(exc, "wait", None) is not None:
        headers["Retry-After"] = str(math.ceil(exc.wait))
    if isinstance(exc, exceptions.ValidationError):
        return problem(400, _("Isian belum benar"), errors=_errors_of_detail(exc.detail))
    return problem(exc.status_code, str(exc.detail), headers=headers, code=exc.get_codes())
