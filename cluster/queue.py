"""What of clusters waits for an official: a kind of work in the officials' queue (ikm.queue)."""

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from cluster.models import MembershipRequest
from cluster.services.reference import REQUEST
from ikm.queue import Kind, by_standard


def _requests(user, today, standards):
    return by_standard(
        MembershipRequest.objects.waiting_for_office().exclude(asked_by=user),
        "cluster_request",
        REQUEST,
        user=user,
        today=today,
        moment="asked_at",
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
