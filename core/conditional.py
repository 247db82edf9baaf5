"""Conditional requests (RFC 9110): ETag, If-None-Match and If-Match.

The tag of one record begins with its version, so that it is both what a cache compares and what a change is based on.
"""

import hashlib
import re
from contextlib import contextmanager

import orjson
from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.response import Response

from core.optimistic import lock_version
from core.problems import ApiProblem

_TAG = re.compile(r'(?:W/)?"([^"]*)"')


def entity_tag(body, version=None):
    """The strong validator of `body`, which begins with `version` where it shows one record."""
    digest = hashlib.sha256(body).hexdigest()[:24]
    return f'"{digest}"' if version is None else f'"{version}-{digest}"'


def json_answer(request, body, *, version=None, status=200, tag=None):
    """`body` (JSON bytes) with its ETag; 304 without it when the client has the same."""
    tag = tag or entity_tag(body, version)
    known = request.META.get("HTTP_IF_NONE_MATCH")
    if status == 200 and known and (known.strip() == "*" or tag[1:-1] in _TAG.findall(known)):
        return HttpResponse(status=304, headers={"ETag": tag})
    return HttpResponse(body, status=status, content_type="application/json", headers={"ETag": tag})


def written_answer(request, body, *, version, status=200, made=""):
    """The Response to who wrote the record that `body` shows, with its ETag; `made` is the reference of a new one, whose
    address it tells."""
    headers = {"ETag": entity_tag(orjson.dumps(body), version)}
    if made:
        headers["Location"] = request.build_absolute_uri(f"{request.path}{made}/")
    return Response(body, status=status, headers=headers)


def version_to_change(request):
    """The version that a change is based on, from If-Match; None for `*`.

    Raises a problem: 428 without If-Match, 412 for a tag that is none of ours.
    """
    given = request.META.get("HTTP_IF_MATCH", "").strip()
    if not given:
        raise ApiProblem(
            428,
            _("If-Match diperlukan"),
            detail=_("Baca dahulu datanya, lalu kirim ETag-nya dalam header If-Match."),
            code="precondition_required",
        )
    if given == "*":
        return None
    tags = _TAG.findall(given)
    version = tags[0].partition("-")[0] if len(tags) == 1 else ""
    if not version.isdecimal():
        raise ApiProblem(
            412,
            _("If-Match tidak dikenal"),
            detail=_("Kirim satu ETag, tepat seperti yang diterima."),
            code="precondition_failed",
        )
    return int(version)


@contextmanager
def at_version(request, record):
    """A transaction that begins with `record` locked at the version If-Match names, where the request sends one.

    Raises what version_to_change raises, and StaleRecord.
    """
    version = version_to_change(request) if "If-Match" in request.headers else None
    with transaction.atomic():
        if version is not None:
            lock_version(record, version, request.user)
        yield
