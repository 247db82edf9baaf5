"""Reads about a person that span rooms."""

from importlib import import_module

from django.conf import settings

from accounts.enums import Role
from accounts.models import Consent, Partner
from accounts.scopes import SCOPES, scopes_for
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


def partner_of(user):
    """The Partner that this account acts for, None for everybody else."""
    if not user.is_authenticated or Role.PARTNER not in user.roles:
        return None
    return Partner.objects.filter(user=user, is_active=True).first()


def programs_of(partner):
    """The partner's clients in use, each with its secrets, newest first, and `described`: [(scope, words)]."""
    allowed = set(scopes_for(partner.kind))
    programs = list(partner.clients.filter(withdrawn_at__isnull=True).prefetch_related("secrets"))
    for program in programs:
        program.described = [
            (scope, SCOPES[scope]) for scope in SCOPES if scope in program.scopes and scope in allowed
        ]
    return programs
