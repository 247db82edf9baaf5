"""Clusters for everybody: list, map, one cluster, and whether a member's card holds."""

from django.conf import settings
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cluster.forms import ClusterFilterForm
from cluster.models import FEWEST, Cluster, Membership
from cluster.selectors import figures
from core import charts
from core.public import canonical_address, numbered_page, official_reference, public_page
from core.qr import qr_drawing
from ikm.models import Business

PER_PAGE = 24


@public_page()
def clusters(request):
    """The clusters that stand today, as a list or with `?tampilan=peta` as a map."""
    form = ClusterFilterForm(request.GET)
    rows = form.narrow(Cluster.objects.existing())
    as_map = request.GET.get("tampilan") == "peta"
    query = {name: value for name, value in request.GET.items() if name != "halaman" and value}
    context = {
        "form": form,
        "active": len(query.keys() - {"tampilan"}),
        "as_map": as_map,
        "list_url": _address(request, query, tampilan=""),
        "map_url": _address(request, query, tampilan="peta"),
        "fewest": FEWEST,
        "canonical": canonical_address(request),
        "is_filtered": bool(request.GET),
    }
    if as_map:
        placed = rows.filter(latitude__isnull=False)
        points = [
            (float(one.longitude), float(one.latitude), one.name, reverse("cluster", args=[one.reference]))
            for one in placed
        ]
        context |= {
            "found": len(points),
            "map": charts.point_map(points, title=_("Peta klaster")) if points else None,
        }
    else:
        page, links = numbered_page(
            request, rows.counted().select_related("area__parent").order_by("name", "pk"), PER_PAGE
        )
        context |= {"clusters": page, "found": page.paginator.count, **links}
    return render(request, "cluster/public/list.html", context, status=400 if form.errors else 200)


def _address(request, query, **changes):
    kept = {name: value for name, value in {**query, **changes}.items() if value}
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


@public_page()
def cluster(request, reference):
    """One cluster. With fewer than FEWEST members it shows no figure and no member."""
    official = official_reference(reference, "KLS")
    if official != reference:
        return redirect("cluster", official, permanent=True)
    found = get_object_or_404(
        Cluster.objects.published().select_related("area__parent", "legal_basis"), reference=reference
    )
    shown = figures(found)
    shops = []
    if shown:
        today = Membership.objects.on().filter(cluster=found)
        shops = Business.objects.published().filter(pk__in=today.values("business")).order_by("name")[:100]
    return render(
        request,
        "cluster/public/detail.html",
        {
            "cluster": found,
            "figures": shown,
            "shops": shops,
            "fewest": FEWEST,
            "map": (
                charts.point_map(
                    [(float(found.longitude), float(found.latitude), found.name)],
                    title=_("Letak %(name)s") % {"name": found.name},
                )
                if found.latitude is not None
                else None
            ),
            "before": found.predecessors.select_related("earlier"),
            "after": found.successors.select_related("later"),
            "canonical": canonical_address(request),
        },
    )


@require_GET
def card(request, token):
    """Public: whether a member's card is genuine and still holds. Shows no personal data."""
    found = Membership.objects.filter(token=token).select_related("cluster__legal_basis", "business").first()
    return render(
        request,
        "cluster/public/card.html",
        {"membership": found, "holds": bool(found and found.is_current and found.cluster.is_open)},
        status=200 if found else 404,
    )


def qr_of(membership):
    """The drawing of a card's code: the address that tells whether it holds."""
    address = settings.SITE_URL + reverse("member_card_check", args=[membership.token])
    return qr_drawing(address, scale=5)
