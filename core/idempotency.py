"""Idempotency-Key: a POST that moves money, seats or stock is carried out once, however often it is sent.

The answer is stored in the transaction of the effect itself, so that neither exists without the other.
"""

import hashlib
import json
from functools import wraps

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer

from core import crypto
from core.models import IdempotencyRecord
from core.problems import problem

MAX_KEY_LENGTH = 255
RETRY_AFTER_SECONDS = 1
#: What an answer says of its record beside the body, and says again when it is replayed.
_KEPT_HEADERS = ("ETag", "Location")
_LABEL = "core.idempotencyrecord.response_body"


def _lock_number(user, key):
    digest = hashlib.sha256(f"{user.pk}\x1f{key}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


def _try_lock(user, key):
    """Whether this transaction now is the only one working on this client's key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_lock_number(user, key)])
        return cursor.fetchone()[0]


@transaction.atomic
def once(user, key, content, work):
    """For a form whose button may be pressed twice: the text that `work()` gives. `key` stands in the form; a second press
    waits for the first and gets its text. Raises ValidationError where the key was used with other `content`; what `work`
    raises is not stored."""
    fingerprint = hashlib.sha256(content.encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_lock_number(user, key)])
    record = IdempotencyRecord.objects.filter(client=user, key=key).first()
    if record is None:
        record = IdempotencyRecord.objects.create(
            client=user,
            key=key,
            fingerprint=fingerprint,
            response_status=303,
            response_body=work().encode(),
        )
    elif record.fingerprint != fingerprint:
        raise ValidationError(_("Isian halaman ini sudah tersimpan. Buka halaman baru untuk isian lain."))
    return bytes(record.response_body).decode()


def _answer(record, *, replayed, sealed):
    body = bytes(record.response_body)
    if sealed:
        body = crypto.unseal(body.decode(), label=_LABEL)
    response = HttpResponse(
        body,
        status=record.response_status,
        content_type="application/json",
        headers=record.response_headers,
    )
    if replayed:
        response["Idempotent-Replayed"] = "true"
    return response


def _content(request):
    """The bytes by which two bodies are the same. A form with files is written with another boundary each time, so that its
    fields and the digests of its files stand for it."""
    if not (request.content_type or "").startswith("multipart/"):
        return request.body
    files = []
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            files.append((name, hashlib.file_digest(file, "sha256").hexdigest()))
            file.seek(0)
    fields = [(name, request.POST.getlist(name)) for name in sorted(request.POST)]
    return json.dumps([fields, files]).encode()


def idempotent(handler=None, *, required=True, sealed=False):
    """Decorator of an API view's POST handler.

    Same key, same body: the stored answer with `Idempotent-Replayed: true`. Another body: 422. Still in flight: 409 with
    Retry-After. A key over 255 characters, or none where it is required: 400. A refused request (4xx) is not stored.
    An answer that holds a secret is stored `sealed`.
    """
    if handler is None:
        return lambda real: idempotent(real, required=required, sealed=sealed)

    @wraps(handler)
    def wrapper(self, request, *args, **kwargs):
        key = request.headers.get("Idempotency-Key", "")
        if not key and not required:
            return handler(self, request, *args, **kwargs)
        if not key or len(key) > MAX_KEY_LENGTH:
            return problem(
                400,
                _("Idempotency-Key tidak sah"),
                detail=_(
                    "Kirim header Idempotency-Key, 1 sampai 255 karakter, satu kunci untuk satu permintaan."
                ),
            )
        fingerprint = hashlib.sha256(
            b"\x1f".join([request.method.encode(), request.get_full_path().encode(), _content(request)])
        ).hexdigest()
        with transaction.atomic():
            if not _try_lock(request.user, key):
                return problem(
                    409,
                    _("Permintaan dengan kunci ini sedang dikerjakan"),
                    headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
                )
            record = IdempotencyRecord.objects.filter(client=request.user, key=key).first()
            if record is not None:
                if record.fingerprint != fingerprint:
                    return problem(422, _("Kunci ini sudah dipakai untuk permintaan lain"))
                return _answer(record, replayed=True, sealed=sealed)
            response = handler(self, request, *args, **kwargs)
            if response.status_code >= 400:
                transaction.set_rollback(True)
                return response
            body = JSONRenderer().render(response.data)
            record = IdempotencyRecord.objects.create(
                client=request.user,
                key=key,
                fingerprint=fingerprint,
                response_status=response.status_code,
                response_body=crypto.seal(body.decode(), label=_LABEL).encode() if sealed else body,
                response_headers={
                    name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers
                },
            )
        return _answer(record, replayed=False, sealed=sealed)

    return wrapper
