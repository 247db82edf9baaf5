"""What the accounts hold about a person, for "Data saya"."""

from allauth.usersessions.models import UserSession

from accounts.models import Consent, DataRequest
from core.models import Message


def references(user):
    """The references under which this room's records about the person are audited."""
    return [user.reference]


def export(user):
    """This room's share of the person's data, as JSON-ready values."""
    return {
        "account": {
            "reference": user.reference,
            "name": user.name,
            "email": user.email,
            "phone": user.phone,
            "phone_verified_at": user.phone_verified_at,
            "language": user.language,
            "joined_at": user.date_joined,
        },
        "roles": list(user.role_assignments.values("role", "since", "until")),
        "consents": list(
            Consent.objects.filter(given_by=user).values(
                "subject", "purpose", "text__version", "channel", "given_at", "withdrawn_at"
            )
        ),
        "data_requests": list(
            DataRequest.objects.filter(user=user).values(
                "reference", "kind", "detail", "status", "asked_at", "answer", "answered_at"
            )
        ),
        "messages": list(
            Message.objects.filter(recipient=user).values("title", "body", "about", "created_at", "read_at")
        ),
        "sessions": list(
            UserSession.objects.filter(user=user).values("ip", "user_agent", "created_at", "last_seen_at")
        ),
    }
