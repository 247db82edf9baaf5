"""Webhooks of the sandboxes: sent as those of the city are, and the tests twice, the second time with a forged signature."""

from django.utils import timezone

from sandbox.checklist import tick
from sandbox.enums import Row
from sandbox.services import inside
from webhooks.enums import DeliveryStatus
from webhooks.models import new_secret
from webhooks.outward import post
from webhooks.sending import deliver_next, hand_out, headers, payload, sign
from webhooks.services import TEST_KIND


def deliver_one(partner):
    """Do one piece of work in the sandbox of the partner with this key. Returns a line that tells it, None when nothing
    waits."""
    with inside(partner):
        seen = hand_out()
        delivery = None if seen else deliver_next()
        arrived = delivery is not None and delivery.status == DeliveryStatus.DELIVERED
        refused = arrived and delivery.kind == TEST_KIND and _refuses_a_forgery(delivery)
        line = f"{seen} events" if seen else delivery and f"{delivery} {delivery.kind}: {delivery.status}"
    if arrived:
        tick(partner, Row.WEBHOOK)
    if refused:
        tick(partner, Row.SIGNATURE)
    return line


def _refuses_a_forgery(delivery):
    """Whether the receiver refuses the same message under another number and a signature that is nobody's."""
    body = payload(delivery, delivery.kind)
    forged = headers(delivery, body, timezone.now())
    forged["webhook-id"] += "_palsu"
    forged["webhook-signature"] = sign(new_secret(), body)
    answer = post(delivery.endpoint.url, headers=forged, body=body)
    return answer.status is not None and 400 <= answer.status < 500
