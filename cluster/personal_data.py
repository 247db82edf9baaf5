"""What the clusters hold about a person, for "Data saya": of the businesses he or she speaks for."""

from cluster.models import Capacity, Membership, MembershipRequest, Officer
from ikm.models import Business


def _of(model, user):
    return model.objects.filter(business__in=Business.objects.spoken_for_by(user)).order_by("id")


def references(user):
    """The references of memberships and requests."""
    return [
        reference
        for model in (Membership, MembershipRequest)
        for reference in _of(model, user).values_list("reference", flat=True)
    ]


def _span(row):
    return {"from": row["during"].lower, "until": row["during"].upper}


def export(user):
    """The person's share of the clusters, as JSON-ready values."""
    memberships = _of(Membership, user)
    posts = Officer.objects.filter(membership__in=memberships).order_by("id")
    return {
        "cluster_memberships": [
            {"reference": row["reference"], "cluster": row["cluster__name"], **_span(row)}
            for row in memberships.values("reference", "cluster__name", "during")
        ],
        "cluster_posts": [
            {"cluster": row["cluster__name"], "post": row["post"], **_span(row)}
            for row in posts.values("cluster__name", "post", "during")
        ],
        "cluster_requests": list(
            _of(MembershipRequest, user).values(
                "reference", "kind", "cluster__name", "business__reference", "status", "asked_at", "note"
            )
        ),
        "capacities": list(
            _of(Capacity, user).values(
                "business__reference", "product", "machine", "volume", "unit", "stated_on"
            )
        ),
    }
