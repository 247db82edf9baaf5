"""What was looked at, sold and left: figures of makers by month, the same for their own report and for the office's page."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from core.dates import add_months, midnight
from gallery.enums import ListingStatus, ShopStatus
from gallery.models import ConsignmentTerms, GalleryStock, LinkDay, Listing, Movement, Product, Shop, Variant
from gallery.services.consignment.settlements import SETTLED, commission_of

#: So many pieces at the gallery and fewer are "almost sold out".
LOW = 2


@dataclass(slots=True)
class ProductMonth:
    """A product in one month. `clicks` are {place of a short link: how often it was followed}; `sold` pieces and `amount` in
    rupiah are less what buyers brought back; `kept` is the gallery's share; `left` are pieces at the gallery when it ended."""

    product: Product
    clicks: dict = field(default_factory=dict)
    sold: int = 0
    amount: int = 0
    kept: int = 0
    left: int = 0

    @property
    def followed(self):
        return sum(self.clicks.values())

    @property
    def due(self):
        """The maker's share of `amount`."""
        return self.amount - self.kept


@dataclass(slots=True)
class Total:
    """Sums of some ProductMonths."""

    clicks: dict
    followed: int
    sold: int
    amount: int
    kept: int
    left: int

    @property
    def due(self):
        return self.amount - self.kept


def total_of(rows):
    """The Total of ProductMonths."""
    clicks = defaultdict(int)
    for row in rows:
        for place, count in row.clicks.items():
            clicks[place] += count
    return Total(
        clicks=dict(clicks),
        followed=sum(clicks.values()),
        sold=sum(row.sold for row in rows),
        amount=sum(row.amount for row in rows),
        kept=sum(row.kept for row in rows),
        left=sum(row.left for row in rows),
    )


def _of(businesses, path):
    return Q() if businesses is None else Q(**{f"{path}__in": businesses})


def product_months(month, businesses=None):
    """The ProductMonths of `month` (its first day) in which anything happened or lies, those that sold most first; of these
    businesses, or of all. So many statements however many rows."""
    after = add_months(month, 1)
    clicks = (
        LinkDay.objects.filter(_of(businesses, "link__product__business"), on__gte=month, on__lt=after)
        .values_list("link__product", "link__channel")
        .annotate(total=Sum("clicks"))
    )
    lines = list(
        Movement.objects.filter(
            _of(businesses, "variant__product__business"),
            kind__in=SETTLED,
            recorded_at__gte=midnight(month),
            recorded_at__lt=midnight(after),
        ).select_related("sale", "settlement_line", "variant__product")
    )
    rows = defaultdict(lambda: ProductMonth(product=None))
    for product, place, total in clicks:
        rows[product].clicks[place] = total
    kept = gallery_shares(lines)
    for line in lines:
        row = rows[line.variant.product_id]
        row.sold -= line.quantity
        row.amount += line.amount
        row.kept += kept[line.pk]
    for product, left in _stock_before(after, businesses).items():
        if left:
            rows[product].left = left
    products = Product.objects.select_related("business").in_bulk(list(rows))
    for key, row in rows.items():
        row.product = products[key]
    return sorted(
        rows.values(), key=lambda row: (-row.amount, -row.followed, row.product.name, row.product.pk)
    )


def _stock_before(day, businesses):
    """{product's key: pieces at the gallery when `day` began}: what lies there now less what moved since."""
    now = (
        GalleryStock.objects.filter(_of(businesses, "variant__product__business"))
        .values_list("variant__product")
        .annotate(total=Sum("quantity"))
    )
    found = defaultdict(int, dict(now))
    since = (
        Movement.objects.filter(_of(businesses, "variant__product__business"), recorded_at__gte=midnight(day))
        .order_by()
        .values_list("variant__product")
        .annotate(total=Sum("quantity"))
    )
    for product, moved in since:
        found[product] -= moved
    return found


def gallery_shares(movements):
    """{movement's key: what the gallery keeps of it in rupiah}, below zero for what a buyer brought back, 0 for what was not
    sold: as its settlement says, before that by the terms of the day of the sale. The movements bring their sale,
    settlement_line and variant__product."""
    shares, open_lines = {}, []
    for one in movements:
        line = getattr(one, "settlement_line", None)
        if line is not None:
            shares[one.pk] = line.commission
        elif one.kind in SETTLED:
            open_lines.append(one)
        else:
            shares[one.pk] = 0
    terms = defaultdict(list)
    if open_lines:
        makers = {one.variant.product.business_id for one in open_lines}
        for row in ConsignmentTerms.objects.filter(business__in=makers):
            terms[row.business_id].append(row)
    for one in open_lines:
        day = timezone.localdate(one.sale.sold_at)
        percent = next(
            (row.commission_percent for row in terms[one.variant.product.business_id] if day in row.during), 0
        )
        shares[one.pk] = commission_of(-one.quantity, one.unit_price, percent)
    return shares


def goods_of(businesses):
    """Variants that lie at the gallery or lay there once, by product, with `here`: how many now."""
    return (
        Variant.objects.filter(product__business__in=businesses, gallery_stock__isnull=False)
        .annotate(here=F("gallery_stock__quantity"))
        .select_related("product__business")
        .order_by("product__name", "product", "position")
    )


def stuck_listings():
    """Listings that wait to be sent or taken down in a shop that is no longer connected: nothing happens until it is."""
    return Listing.objects.filter(
        status__in=[ListingStatus.WAITING, ListingStatus.DELISTING], shop__status=ShopStatus.DISCONNECTED
    )


def stuck_shops():
    """The shops of stuck_listings, with `waiting`: how many there are; the longest disconnected first."""
    return (
        Shop.objects.filter(listings__in=stuck_listings())
        .annotate(waiting=Count("listings"))
        .select_related("business")
        .order_by("disconnected_at", "pk")
    )
