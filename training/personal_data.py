"""What training holds about a person, for "Data saya": the people of the businesses he or she speaks for, and their courses."""

from django.db.models import Q

from ikm.models import Business
from training.models import (
    Attendance,
    Certificate,
    Enrolment,
    Facilitation,
    FollowUp,
    Participant,
    Score,
)

PARTICIPANT_FIELDS = [
    "reference", "business__reference", "name", "nik", "sex", "birth_date", "has_disability", "phone", "created_at",
]  # fmt: skip
ENROLMENT_FIELDS = [
    "reference", "participant__reference", "business__reference", "run__reference", "run__course__title", "run__batch",
    "status", "applied_at", "position", "findings", "ranking", "offered_until", "reason",
]  # fmt: skip
FACILITATION_FIELDS = ["reference", "business__reference", "kind", "status"]


def _participants(user):
    return Participant.objects.filter(
        Q(user=user) | Q(business__in=Business.objects.spoken_for_by(user))
    ).order_by("id")


def _enrolments(user):
    return Enrolment.objects.filter(
        Q(participant__user=user) | Q(business__in=Business.objects.spoken_for_by(user))
    ).order_by("id")


def _facilitations(user):
    return Facilitation.objects.filter(business__in=Business.objects.spoken_for_by(user)).order_by("id")


def references(user):
    """The references of the people, their enrolments and what help was asked for."""
    return [
        reference
        for rows in (_participants(user), _enrolments(user), _facilitations(user))
        for reference in rows.values_list("reference", flat=True)
    ]


def export(user):
    """The person's share of training, as JSON-ready values."""
    enrolments = _enrolments(user)
    return {
        "participants": list(_participants(user).values(*PARTICIPANT_FIELDS)),
        "enrolments": list(enrolments.values(*ENROLMENT_FIELDS)),
        "attendance": list(
            Attendance.objects.filter(enrolment__in=enrolments).values(
                "enrolment__reference", "session__reference", "status", "method", "noted_at"
            )
        ),
        "scores": list(
            Score.objects.filter(enrolment__in=enrolments).values("enrolment__reference", "before", "after")
        ),
        "certificates": list(
            Certificate.objects.filter(enrolment__in=enrolments).values(
                "enrolment__reference", "reference", "letter__number", "holder", "course", "issued_at"
            )
        ),
        "follow_ups": list(
            FollowUp.objects.filter(enrolment__in=enrolments).values(
                "enrolment__reference", "months", "due_on", "turnover", "workers", "licences", "answered_at"
            )
        ),
        "facilitations": list(_facilitations(user).values(*FACILITATION_FIELDS)),
    }
