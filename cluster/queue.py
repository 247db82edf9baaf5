"""What of clusters waits for an official: a kind of work in the officials' queue (ikm.queue)."""

from datetime import timedelta

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from cluster.models import MembershipRequest
from cluster.services.reference import REQUEST
from core.indonesia import add_working_days
from core.models import ServiceStandard
from ikm.queue import Kind, arrived_before, of_business

#: Where the office has set no standard.
USUAL_DAYS = 5


def _days(user, today):
    """The standard's working days, kept with the user as the person is for the length of a request."""
    kept = user.__dict__.setdefault("_cluster_standard", {})
    if today not in kept:
        row = (
            ServiceStandard.objects.filter(code=REQUEST, in_force_from__lte=today)
            .order_by("-in_force_from")
            .first()
        )
        kept[today] = row.working_days if row else USUAL_DAYS
    return kept[today]


def _requests(user, today, standards):
    days = _days(user, today)
    day = today
    while add_working_days(day - timedelta(days=1), days) >= today:
        day -= timedelta(days=1)
    return of_business(
        MembershipRequest.objects.waiting_for_office().exclude(asked_by=user),
        "cluster_request",
        since=F("asked_at"),
        days=days,
        overdue=arrived_before("asked_at", day),
        detail=F("cluster__name"),
    )


KINDS = {
    "cluster_request": Kind(
        _("Permohonan keanggotaan klaster"),
        "cluster.decide_membership",
        _requests,
        "office_cluster_request",
    )
}
