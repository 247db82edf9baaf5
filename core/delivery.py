"""The worker's side of the outbox: take what is due, deliver it, try again later when that fails."""

from datetime import timedelta
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core import audit
from core.models import Delivery

# Waits before the second, third, … attempt; after the last one the delivery has failed and an official sees it.
LADDER = [timedelta(minutes=m) for m in (1, 5, 30, 120, 720)]


def absolute(link):
    """The public address of a path of the portal."""
    return f"{settings.SITE_URL}{link}" if link else settings.SITE_URL


def deliver_next(now=None):
    """Deliver the one e-mail that has waited longest past its time. Returns it, or None when nothing is due.

    Its row stays locked while it is sent, so that two workers never take the same. A worker killed between sending and
    committing sends again: at least once.
    """
    now = now or timezone.now()
    with transaction.atomic():
        delivery = (
            Delivery.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(status=Delivery.Status.WAITING, channel=Delivery.Channel.EMAIL, next_attempt_at__lte=now)
            .select_related("message__recipient")
            .order_by("next_attempt_at", "id")
            .first()
        )
        if delivery is None:
            return None
        delivery.attempts += 1
        try:
            send_email(delivery.message)
        except OSError as error:  # smtplib's errors are OSErrors too
            delivery.last_error = str(error)[:300]
            if delivery.attempts > len(LADDER):
                delivery.status = Delivery.Status.FAILED
            else:
                delivery.next_attempt_at = now + LADDER[delivery.attempts - 1]
        else:
            delivery.status = Delivery.Status.DELIVERED
            delivery.delivered_at = now
        delivery.save()
        return delivery


def send_email(message):
    recipient = message.recipient
    with translation.override(recipient.language):
        footer = _("Pesan ini juga ada di Kotak pesan Anda: %(link)s") % {
            "link": absolute(message.link or "/kotak-pesan/")
        }
    EmailMessage(subject=message.title, body=f"{message.body}\n\n{footer}\n", to=[recipient.email]).send()


def deliver_due():
    """Deliver all that is due now. Returns how many attempts were made."""
    attempts = 0
    while deliver_next():
        attempts += 1
    return attempts


def whatsapp_link(delivery):
    """The wa.me link an official presses to send the message from the office's own phone."""
    message = delivery.message
    text = f"{message.title}\n\n{message.body}\n\n{absolute(message.link)}"
    return f"https://wa.me/{message.recipient.phone.lstrip('+')}?text={quote(text)}"


@transaction.atomic
def mark_sent(delivery, *, actor):
    """An official has sent the message by hand."""
    if not actor.has_perm("core.send_delivery"):
        raise PermissionDenied(_("Peran Anda tidak mencakup pengiriman pesan."))
    delivery = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if delivery.status != Delivery.Status.DELIVERED:
        delivery.status = Delivery.Status.DELIVERED
        delivery.delivered_at = timezone.now()
        delivery.delivered_by = actor
        delivery.save()
        audit.record(actor, "core.send_delivery", delivery.message.about or str(delivery.pk))
    return delivery
