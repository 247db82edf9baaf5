"""Telling people and partners: rows written in the caller's transaction, delivered afterwards by the worker."""

from django.utils import translation

from core.models import Delivery, Event, Message


def publish(kind, *, subject, data):
    """An event for partner systems: `kind` like "ikm.business.submit", `subject` a reference, `data` thin and without
    personal data."""
    return Event.objects.create(kind=kind, subject=subject, data=data)


def tell(recipient, *, title, body, link="", about=""):
    """A message to a person: it stands in the Kotak pesan at once; e-mail follows, and a wa.me link waits for an
    official where only a phone is known.

    `title` and `body` are what people wrote, or functions that return a sentence: those are asked in the recipient's
    language, whatever the actor reads. `link` is a path of the portal, `about` the reference it concerns.
    """
    with translation.override(recipient.language):
        title, body = (text() if callable(text) else text for text in (title, body))
    message = Message.objects.create(recipient=recipient, title=title, body=body, link=link, about=about)
    if recipient.email:
        Delivery.objects.create(message=message, channel=Delivery.Channel.EMAIL)
    elif recipient.phone:
        Delivery.objects.create(message=message, channel=Delivery.Channel.WHATSAPP)
    return message
