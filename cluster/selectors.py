"""Reads of clusters: members and officers on a day, figures that name nobody, who could fill an order."""

from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from cluster import filling
from cluster.filling import Verdict
from cluster.models import FEWEST, Capacity, Membership, Officer


def members_on(cluster, day=None):
    """The Memberships of a cluster on a day, by name."""
    return (
        Membership.objects.on(day)
        .filter(cluster=cluster)
        .select_related("business__kelurahan__parent", "business__main_kbli")
        .order_by("business__name", "pk")
    )


def officers_on(cluster, day=None):
    """The Officers of a cluster on a day: chair, secretary, treasurer."""
    order = {"chair": 0, "secretary": 1, "treasurer": 2}
    rows = Officer.objects.on(day).filter(cluster=cluster).select_related("membership__business")
    return sorted(rows, key=lambda one: order[one.post])


def figures(cluster, day=None):
    """What everybody may know of a cluster's members on a day: {"members", "workers", "capacities"}; None with fewer than
    FEWEST members. A product's capacity is left out where fewer than FEWEST make it."""
    members = Membership.objects.on(day).filter(cluster=cluster)
    counted = members.aggregate(members=Count("pk"), workers=Sum("business__workers"))
    if counted["members"] < FEWEST:
        return None
    capacities = (
        Capacity.objects.filter(business__in=members.values("business"))
        .values("product", "unit")
        .annotate(makers=Count("business"), sum=Sum("volume"))
        .filter(makers__gte=FEWEST)
        .order_by("product", "unit")
    )
    return counted | {"capacities": list(capacities)}


def who_can_fill(cluster, *, product, quantity, by):
    """A filling.Filling over today's members of a cluster, each answer with its membership and its reason in words."""
    today = timezone.localdate()
    members = list(
        members_on(cluster, today).prefetch_related("business__capacities").select_related("business")
    )
    offers, of = [], {}
    for member in members:
        known = [one for one in member.business.capacities.all() if filling.makes(one.product, product)]
        known = known or list(member.business.capacities.all())[:1]
        best = max(known, key=lambda one: one.volume, default=None)
        offer = filling.Offer(
            member.reference,
            *((best.product, best.volume, best.unit, best.machine) if best else ()),
        )
        offers.append(offer)
        of[member.reference] = member
    found = filling.fill(offers, product=product, quantity=quantity, today=today, by=by)
    return found, [
        {"membership": of[one.offer.member], "answer": one, "reason": reason(one, found)}
        for one in found.answers
    ]


def reason(answer, order):
    """Why a member can or cannot, in a sentence."""
    told = {
        "can": number_format(answer.can, force_grouping=True),
        "takes": number_format(answer.takes, force_grouping=True),
        "unit": answer.offer.unit,
        "days": order.days,
        "product": answer.offer.product,
        "volume": number_format(answer.offer.volume, force_grouping=True),
    }
    return {
        Verdict.ALONE: _("Sanggup sendiri: %(can)s %(unit)s dalam %(days)s hari, %(volume)s sebulan."),
        Verdict.SHARE: _(
            "Mengerjakan %(takes)s dari %(can)s %(unit)s yang sanggup dibuat dalam %(days)s hari."
        ),
        Verdict.SPARE: _("Cadangan: sanggup %(can)s %(unit)s, tetapi yang lain sudah cukup."),
        Verdict.NO_TIME: _("Waktunya terlalu pendek: %(volume)s %(unit)s sebulan."),
        Verdict.OTHER_PRODUCT: _("Membuat produk lain: %(product)s."),
        Verdict.UNKNOWN: _("Kapasitasnya belum dicatat."),
    }[answer.verdict] % told
