"""Reads about a person that span rooms."""

from importlib import import_module

from django.conf import settings

from accounts.models import Consent
from core.models import AuditEntry


def rooms():
    """The rooms that hold personal data (setting PERSONAL_DATA), each with `references(user)` and `export(user)`."""
    return [import_module(path) for path in settings.PERSONAL_DATA]


def references_about(user):
    """Every reference under which something about the person may be audited or consented to."""
    return [reference for room in rooms() for reference in room.references(user)]


def everything_about(user):
    """All that the portal holds about the person: the portable export of UU 27/2022."""
    data = {}
    for room in rooms():
        data |= room.export(user)
    data["access_log"] = [
        {
            "at": line["at"],
            "action": line["action"],
            "subject": line["subject"],
            "by_office": line["actor"] != user.pk,
        }
        for line in access_log(user).values("at", "action", "subject", "actor")
    ]
    return data


def access_log(user):
    """Who looked at or changed something about the person, newest first."""
    return AuditEntry.objects.filter(subject__in=references_about(user))


def consents_about(user):
    """The person's own consents and those of the businesses he or she speaks for."""
    return Consent.objects.filter(subject__in=references_about(user)).select_related("text")
