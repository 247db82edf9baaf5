"""The worker's side of webhooks, by Standard Webhooks 1.0.0: events are handed out to endpoints, and sent in their turn.

At least once, and in order for each subject at each endpoint. Every step is a transaction of its own and the message is sent
between two of them, so that a slow receiver holds no lock and no snapshot.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, timedelta

import orjson
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core import outbox
from core.models import Event
from core.workflow import follow_step
from webhooks.enums import DeliveryStatus, EndpointStatus
from webhooks.models import Attempt, Delivery, Endpoint
from webhooks.outward import post
from webhooks.selectors import seen_by, wants

#: Waits before the second, third, … attempt; after the last one the delivery has failed.
LADDER = [
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
]
#: Each wait is longer or shorter by up to this part, so that receivers that fell ill together are not all tried at once.
JITTER = 0.1
#: After so long without one delivery that arrived, an endpoint is disabled.
FAILING = timedelta(days=5)
#: A delivery whose worker is not heard of for so long is sent by another.
LEASE = timedelta(minutes=2)
#: What tells a partner that it no longer sees a record: the last part of the kind.
GONE = "gone"
_HANDED_OUT_AT_ONCE = 500
_LOCK = 733740008
_SIGN_OF_THE_PORTAL = "Portal-IKM-Semarang-Webhooks/1"
_random = secrets.SystemRandom()


def hand_out():
    """Make the deliveries of the events that wait, in the order in which they happened. Returns how many events it saw.

    One worker at a time: of two events of one subject the later is never handed out before the earlier.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        events = list(Event.objects.filter(is_handed_out=False).order_by("id")[:_HANDED_OUT_AT_ONCE])
        if not events:
            return 0
        endpoints = Endpoint.objects.in_service().select_related("owner")
        for endpoint in endpoints:
            # An event that happened before the endpoint was made is asked for by a replay.
            wanted = [
                event
                for event in events
                if event.created_at >= endpoint.created_at and wants(endpoint, event.kind)
            ]
            add_deliveries(endpoint, wanted)
        Event.objects.filter(pk__in=[event.pk for event in events]).update(is_handed_out=True)
    return len(events)


def add_deliveries(endpoint, events):
    """Deliveries of those events whose subject the endpoint's owner sees, or was told of before. Those that stand remain
    as they are."""
    known = set(
        Delivery.objects.filter(
            endpoint=endpoint, subject__in={event.subject for event in events}
        ).values_list("subject", flat=True)
    )
    seen = {event.pk for event in seen_by(endpoint.owner, events)}
    Delivery.objects.bulk_create(
        [
            Delivery(endpoint=endpoint, event=event, subject=event.subject, kind=event.kind)
            for event in events
            if event.pk in seen or event.subject in known
        ],
        ignore_conflicts=True,
    )


def deliver_next(now=None):
    """Send the one delivery whose turn it is. Returns it, or None when nothing is due.

    Endpoints that answered last come first, so that one that never does keeps nobody waiting.
    """
    now = now or timezone.now()
    delivery = _take(now)
    if delivery is None:
        return None
    lease = delivery.next_attempt_at
    kind = _kind_to_send(delivery)
    if kind is None:
        return _settle(delivery, lease, status=DeliveryStatus.WITHHELD)
    body = payload(delivery, kind)
    answer = post(delivery.endpoint.url, headers=headers(delivery, body, now), body=body)
    return _record(delivery, lease, kind, answer, now)


@transaction.atomic
def _take(now):
    delivery = (
        Delivery.objects.in_turn(now)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("endpoint__owner", "event")
        .order_by(F("endpoint__failing_since").asc(nulls_first=True), "next_attempt_at", "event_id")
        .first()
    )
    if delivery is not None:
        delivery.attempts_made += 1
        delivery.next_attempt_at = now + LEASE
        delivery.save(update_fields=["attempts_made", "next_attempt_at"])
    return delivery


def _kind_to_send(delivery):
    """What the partner is told: the event, while it may see its subject; once that the subject is gone, when it was told
    of it before; after that nothing (None)."""
    if seen_by(delivery.endpoint.owner, [delivery.event]):
        return delivery.event.kind
    gone = ".".join([*delivery.event.kind.split(".")[:2], GONE])
    last = (
        Delivery.objects.filter(
            endpoint=delivery.endpoint, subject=delivery.subject, status=DeliveryStatus.DELIVERED
        )
        .exclude(pk=delivery.pk)
        .order_by("-event_id")
        .first()
    )
    return gone if last is not None and last.kind != gone else None


def payload(delivery, kind):
    """The message's body: the kind, the moment, and which record; details are read through the API."""
    event = delivery.event
    gone = kind != event.kind
    return orjson.dumps(
        {
            "type": kind,
            "timestamp": event.created_at.astimezone(UTC),
            "data": {"subject": event.subject, **({} if gone else event.data)},
        }
    )


def headers(delivery, body, now):
    """The headers of Standard Webhooks: a signature with each secret that holds now."""
    timestamp = str(int(now.timestamp()))
    signed = b".".join([delivery.message_id.encode(), timestamp.encode(), body])
    return {
        "Content-Type": "application/json",
        "User-Agent": _SIGN_OF_THE_PORTAL,
        "webhook-id": delivery.message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(
            sign(secret, signed) for secret in delivery.endpoint.secrets_on(timezone.now())
        ),
    }


def sign(secret, signed):
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"


@transaction.atomic
def _settle(delivery, lease, **fields):
    """The delivery with these fields, unless its lease ran out and another worker has it."""
    held = Delivery.objects.select_for_update().filter(
        pk=delivery.pk, next_attempt_at=lease, status=DeliveryStatus.WAITING
    )
    if held.exists():
        for name, value in fields.items():
            setattr(delivery, name, value)
        delivery.save(update_fields=[*fields])
    return delivery


@transaction.atomic
def _record(delivery, lease, kind, answer, now):
    """What came of an attempt: a line of the log, the delivery's next turn, and how the endpoint fares."""
    endpoint = (
        Endpoint.objects.select_for_update(of=("self",)).select_related("owner").get(pk=delivery.endpoint_id)
    )
    Attempt.objects.create(
        delivery=delivery,
        at=now,
        http_status=answer.status,
        milliseconds=answer.milliseconds,
        error=answer.error[:200],
        excerpt=answer.excerpt,
    )
    if answer.status is not None and 200 <= answer.status < 300:
        if endpoint.failing_since is not None:
            endpoint.failing_since = None
            endpoint.save(update_fields=["failing_since"])
        return _settle(delivery, lease, kind=kind, status=DeliveryStatus.DELIVERED, delivered_at=now)
    if endpoint.failing_since is None:
        endpoint.failing_since = now
        endpoint.save(update_fields=["failing_since"])
    over = answer.status == 410 or delivery.attempts_made > len(LADDER)
    if over:
        _settle(delivery, lease, status=DeliveryStatus.FAILED)
    else:
        wait = LADDER[delivery.attempts_made - 1] * _random.uniform(1 - JITTER, 1 + JITTER)
        _settle(delivery, lease, next_attempt_at=now + wait)
    if endpoint.status == EndpointStatus.ACTIVE:
        if answer.status == 410:
            _disable(endpoint, "410")
        elif now - endpoint.failing_since >= FAILING:
            _disable(endpoint, "failing")
    return delivery


def _disable(endpoint, why):
    """The endpoint's own answers disable it; its owner is told."""

    def reason():
        if why == "410":
            return _("Penerima menjawab 410: alamat ini tidak dipakai lagi.")
        return _("Tidak ada pesan yang diterima selama %(days)d hari.") % {"days": FAILING.days}

    with translation.override(endpoint.owner.language):
        note = reason()
    follow_step(endpoint, "disable", actor=endpoint.owner, note=note, disabled_reason=note)
    outbox.tell(
        endpoint.owner,
        title=lambda: _("Webhook dimatikan: %(reference)s") % {"reference": endpoint.reference},
        body=lambda: (
            _(
                "%(reason)s Perbaiki penerima di %(url)s, hidupkan lagi lewat API, lalu minta pengiriman ulang."
            )
            % {"reason": reason(), "url": endpoint.url}
        ),
        about=endpoint.reference,
    )
