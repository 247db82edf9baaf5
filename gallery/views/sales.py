"""What a maker sees of sales: the goods at the gallery, and the report of each month."""

from django.shortcuts import render
from django.utils.formats import number_format
from django.views.decorators.http import require_GET

from core.public import numbered_page
from gallery import selectors
from gallery.models import ConsignmentTerms, Movement, Settlement
from gallery.views.owner import maker
from ikm.models import Business

PER_PAGE, MOST_SETTLEMENTS = 20, 24


@maker
@require_GET
def my_consignment(request):
    """The goods at the gallery, every movement with its paper, and the settlements."""
    businesses = list(Business.objects.spoken_for_by(request.user).order_by("name"))
    goods = list(selectors.goods_of(businesses))
    moves = (
        Movement.objects.of_businesses(businesses)
        .select_related("variant__product__business", "note", "sale", "count", "settlement_line")
        .prefetch_related("note__letters")
        .order_by("-recorded_at", "-pk")
    )
    page, addresses = numbered_page(request, moves, PER_PAGE)
    shares = selectors.gallery_shares(page)
    return render(
        request,
        "gallery/owner/consignment.html",
        {
            "several": len(businesses) > 1,
            "terms": [
                (one, percent_in_words(one.commission_percent))
                for one in ConsignmentTerms.objects.filter(business__in=businesses)
                .select_related("business")
                .order_by("business__name", "during")
            ],
            "products": _by_product(goods),
            "pieces": sum(one.here for one in goods),
            "low_at": selectors.LOW,
            "settlements": Settlement.objects.filter(business__in=businesses)
            .select_related("business")
            .prefetch_related("letters")[:MOST_SETTLEMENTS],
            "moves": [(one, shares[one.pk]) for one in page],
            **addresses,
        },
    )


def _by_product(goods):
    """[(product, its variants)] of variants in the order of their products."""
    found = {}
    for one in goods:
        found.setdefault(one.product_id, (one.product, []))[1].append(one)
    return list(found.values())


def percent_in_words(percent):
    """`10`, `12,5`."""
    return number_format(int(percent) if percent == int(percent) else float(percent))
