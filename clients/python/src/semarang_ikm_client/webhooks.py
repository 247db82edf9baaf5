"""Checking webhooks by Standard Webhooks 1.0.0."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

TOLERANCE_SECONDS = 300


class WebhookError(Exception):
    """The call did not come from the portal, was changed on its way, or is too old."""


def verify_webhook(
    body: bytes,
    headers: Mapping[str, str],
    secrets: str | Sequence[str],
    *,
    tolerance: float = TOLERANCE_SECONDS,
    now: float | None = None,
) -> dict[str, Any]:
    """The JSON of a webhook whose signature holds under one of `secrets` (`whsec_…`).

    `body` is what came, byte for byte; `headers` in any spelling of their names. Raises WebhookError.
    """
    given = {name.lower(): value for name, value in headers.items()}
    try:
        uid, sent_at, signatures = (given[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
    except KeyError as error:
        raise WebhookError(f"the header {error} is missing") from error
    if not sent_at.isdecimal():
        raise WebhookError("webhook-timestamp is no number")
    if abs((time.time() if now is None else now) - int(sent_at)) > tolerance:
        raise WebhookError("sent too long ago, or in the future")
    signed = b".".join((uid.encode(), sent_at.encode(), body))
    found = [part.split(",", 1)[1] for part in signatures.split() if part.startswith("v1,")]
    for secret in [secrets] if isinstance(secrets, str) else secrets:
        expected = base64.b64encode(hmac.digest(_key(secret), signed, hashlib.sha256)).decode()
        if any(hmac.compare_digest(expected, one) for one in found):
            told: dict[str, Any] = json.loads(body)
            return told
    raise WebhookError("no signature holds")


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise WebhookError("the secret is no whsec_…") from error
