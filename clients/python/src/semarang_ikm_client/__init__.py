"""Client of the API of Portal IKM Kota Semarang."""

from semarang_ikm_client.portal import Answer, BulkOutcome, Changes, Portal
from semarang_ikm_client.problems import (
    Changed,
    NotAllowed,
    NotFound,
    Problem,
    StartAgain,
    StepRefused,
    TooMany,
    Unreachable,
)
from semarang_ikm_client.webhooks import WebhookError, verify_webhook

__all__ = [
    "Answer",
    "BulkOutcome",
    "Changed",
    "Changes",
    "NotAllowed",
    "NotFound",
    "Portal",
    "Problem",
    "StartAgain",
    "StepRefused",
    "TooMany",
    "Unreachable",
    "WebhookError",
    "verify_webhook",
]
