"""Every write to endpoints and deliveries that a person asks for."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit, outbox
from core.models import Event
from core.workflow import begin, lock, take_step
from webhooks import outward
from webhooks.enums import DeliveryStatus, EndpointStatus
from webhooks.models import Delivery, Endpoint, new_secret
from webhooks.selectors import model_of, wants
from webhooks.sending import add_deliveries

MOST_ENDPOINTS = 10
MOST_KINDS = 50
#: How long after a rotation messages still bear the signature of the secret before.
OVERLAP = timedelta(hours=24)
#: How far back events are sent again, and how many at once.
REPLAY_DAYS = 90
MOST_REPLAYED = 10_000
TEST_KIND = "webhooks.endpoint.test"


def _may(actor, permission):
    if not actor.has_perm(permission):
        raise PermissionDenied(_("Peran Anda tidak mencakup webhook."))


def _checked_kinds(kinds):
    for kind in kinds:
        if kind.count(".") < 2 or model_of(kind) is None:
            raise ValidationError(
                {
                    "kinds": _(
                        "“%(kind)s” bukan jenis kejadian. Tulis misalnya credit.application.forward atau "
                        "credit.application.*"
                    )
                    % {"kind": kind}
                }
            )
    if len(kinds) > MOST_KINDS:
        raise ValidationError({"kinds": _("Paling banyak %(most)d jenis.") % {"most": MOST_KINDS}})
    return sorted(set(kinds))


@transaction.atomic
def register_endpoint(*, actor, url, kinds, description=""):
    """An endpoint of `actor`'s system. Its `secret` is to be shown now and never again.

    Raises ValidationError for an address that is not in the public internet, and for kinds that are none.
    """
    _may(actor, "webhooks.register_endpoint")
    try:
        outward.check(url)
    except ValidationError as error:
        raise ValidationError({"url": error}) from None
    kinds = _checked_kinds(kinds)
    # One at a time for each owner, so that the limit holds.
    User.objects.select_for_update().get(pk=actor.pk)
    if Endpoint.objects.filter(owner=actor).count() >= MOST_ENDPOINTS:
        raise ValidationError(
            _("Anda sudah punya %(most)d alamat. Pakai salah satunya.") % {"most": MOST_ENDPOINTS}
        )
    endpoint = Endpoint(owner=actor, url=url, kinds=kinds, description=description)
    endpoint.full_clean()
    endpoint.save()
    begin(endpoint, "register", actor=actor)
    return endpoint


@transaction.atomic
def rotate_secret(endpoint, *, actor):
    """A new `secret`, to be shown now; the one before signs beside it for OVERLAP. Whoever missed the new one and rotates
    again within that time keeps the one before both, which the receiver knows."""
    _may(actor, "webhooks.rotate_endpoint")
    endpoint = lock(endpoint, actor)
    endpoint.previous_secret = endpoint.secrets_on(timezone.now())[-1]
    endpoint.previous_secret_until = timezone.now() + OVERLAP
    endpoint.secret = new_secret()
    endpoint.save()
    audit.record(actor, "webhooks.rotate_endpoint", endpoint)
    return endpoint


def disable_endpoint(endpoint, *, actor, note=""):
    by = _("Dimatikan oleh pemiliknya.") if actor.pk == endpoint.owner_id else _("Dimatikan oleh dinas.")
    return take_step(endpoint, "disable", actor=actor, note=note, disabled_reason=note[:200] or by)


@transaction.atomic
def enable_endpoint(endpoint, *, actor, note=""):
    """What waited goes out at once. What happened meanwhile is asked for by replay_since."""
    endpoint = take_step(endpoint, "enable", actor=actor, note=note, disabled_reason="", failing_since=None)
    endpoint.deliveries.filter(status=DeliveryStatus.WAITING).update(
        next_attempt_at=timezone.now(), attempts_made=0
    )
    return endpoint


@transaction.atomic
def send_test(endpoint, *, actor):
    """A delivery of an event that happens for this endpoint alone."""
    _may(actor, "webhooks.replay_delivery")
    endpoint = lock(endpoint, actor)
    _refuse_disabled(endpoint)
    event = outbox.publish(TEST_KIND, subject=endpoint.reference, data={"status": endpoint.status})
    Event.objects.filter(pk=event.pk).update(is_handed_out=True)
    return Delivery.objects.create(endpoint=endpoint, event=event, subject=event.subject, kind=event.kind)


def _refuse_disabled(endpoint):
    if endpoint.status != EndpointStatus.ACTIVE:
        raise ValidationError(_("Alamat ini dimatikan. Hidupkan dahulu."), code="disabled")


@transaction.atomic
def replay_delivery(delivery, *, actor):
    """Send it again under the same number, from the bottom of the ladder; later events of its subject wait for it."""
    _may(actor, "webhooks.replay_delivery")
    delivery = (
        Delivery.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("endpoint")
        .get(pk=delivery.pk)
    )
    _refuse_disabled(delivery.endpoint)
    _send_again(Delivery.objects.filter(pk=delivery.pk))
    audit.record(
        actor, "webhooks.replay_delivery", delivery.endpoint, detail={"message": delivery.message_id}
    )
    delivery.refresh_from_db()
    return delivery


@transaction.atomic
def replay_since(endpoint, since, *, actor):
    """Send again all that the endpoint wants and may see of what happened since this moment. Returns how many deliveries.

    Raises ValidationError for a moment more than REPLAY_DAYS ago, and for more than MOST_REPLAYED events.
    """
    _may(actor, "webhooks.replay_delivery")
    endpoint = lock(endpoint, actor)
    _refuse_disabled(endpoint)
    if since < timezone.now() - timedelta(days=REPLAY_DAYS):
        raise ValidationError({"since": _("Paling lama %(days)d hari yang lalu.") % {"days": REPLAY_DAYS}})
    events = [
        event
        for event in Event.objects.filter(created_at__gte=since, is_handed_out=True).order_by("id").iterator()
        if wants(endpoint, event.kind)
    ]
    if len(events) > MOST_REPLAYED:
        raise ValidationError(
            {
                "since": _("Lebih dari %(most)d kejadian. Mulai dari saat yang lebih baru.")
                % {"most": MOST_REPLAYED}
            }
        )
    add_deliveries(endpoint, events)
    again = Delivery.objects.filter(endpoint=endpoint, event__in=[event.pk for event in events])
    count = _send_again(again)
    audit.record(
        actor, "webhooks.replay_endpoint", endpoint, detail={"since": since.isoformat(), "deliveries": count}
    )
    return count


def _send_again(deliveries):
    return deliveries.update(
        status=DeliveryStatus.WAITING, attempts_made=0, next_attempt_at=timezone.now(), delivered_at=None
    )
