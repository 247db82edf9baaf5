"""Products out of the database as Candidates, and what the channels say of them."""

from collections import defaultdict
from dataclasses import replace

from django.conf import settings
from django.db.models import Prefetch

from gallery.channels.addresses import photo_address, product_path, short_address
from gallery.channels.candidate import Candidate, Offer, plain_name
from gallery.channels.linting import is_ready, lint
from gallery.enums import ChannelKind, Condition, ProductStatus
from gallery.models import ChannelCategory, Product, Variant


def with_parts(products):
    """The products with all that a Candidate is made of, in six statements however many they are."""
    return products.select_related("business", "category").prefetch_related(
        Prefetch("variants", Variant.objects.filter(is_active=True).select_related("photo"), "sold_variants"),
        "photos",
        "short_links",
    )


def candidates(products, channel):
    """[(product, Candidate)] of the products, made by with_parts, for one channel, in their order."""
    return [(product, made[channel]) for product, made in _candidates(products, [channel])]


def verdicts(products):
    """[(product, {channel: [Finding]})] for every channel, in the order of the products (made by with_parts)."""
    return [
        (product, {channel: lint(one, channel) for channel, one in made.items()})
        for product, made in _candidates(products, list(ChannelKind))
    ]


def ready_candidates(products, channel):
    """[(product, Candidate)] of those that the channel would take."""
    return [(product, one) for product, one in candidates(products, channel) if is_ready(lint(one, channel))]


def _candidates(products, channels):
    products = list(products)
    codes = {
        (row.category_id, row.channel): row
        for row in ChannelCategory.objects.filter(
            channel__in=channels, category__in={one.category_id for one in products if one.category_id}
        )
    }
    earlier = _names(products)
    for product in products:
        base = _candidate(product)
        made = {}
        for channel in channels:
            code = codes.get((product.category_id, channel))
            link = next((one for one in product.short_links.all() if one.channel == channel), None)
            made[channel] = replace(
                base,
                category_code=code.code if code else "",
                category_is_deepest=bool(code and code.is_deepest),
                link=short_address(link.code) if link else base.link,
                names_taken=_taken(earlier[product.business_id], product, channel),
            )
        yield product, made


def _candidate(product):
    offers = tuple(
        Offer(
            reference=one.reference,
            sku=one.sku or one.reference,
            choice=one.choice,
            price=one.price,
            stock=one.stock,
            photo=photo_address(one.photo) if one.photo else "",
        )
        for one in product.sold_variants
    )
    return Candidate(
        reference=product.reference,
        name=product.name,
        description=product.description,
        category_code="",
        category_is_deepest=False,
        category_name=product.category.name if product.category else "",
        weight_grams=product.weight_grams,
        length_cm=product.length_cm,
        width_cm=product.width_cm,
        height_cm=product.height_cm,
        minimum_order=product.minimum_order,
        made_to_order_days=product.made_to_order_days,
        is_new=product.condition == Condition.NEW,
        # What has no brand of its own goes by its maker's name.
        brand=product.brand or product.business.name,
        video_url=product.video_url,
        photos=tuple(photo_address(one) for one in product.photos.all()),
        offers=offers,
        link=settings.SITE_URL + product_path(product),
    )


def _names(products):
    """{business: [(product's key, its name, its names with each choice)]} of what their makers show."""
    rows = (
        Product.objects.filter(
            business__in={one.business_id for one in products}, status=ProductStatus.PUBLISHED
        )
        .order_by("pk")
        .prefetch_related(Prefetch("variants", Variant.objects.filter(is_active=True), "sold_variants"))
        .only("pk", "business_id", "name")
    )
    found = defaultdict(list)
    for row in rows:
        choices = [one.choice for one in row.sold_variants]
        found[row.business_id].append(
            (
                row.pk,
                plain_name(row.name),
                [plain_name(f"{row.name}, {choice}" if choice else row.name) for choice in choices],
            )
        )
    return found


def _taken(rows, product, channel):
    """What was named so before, by which a shop tells products apart: a later one has to give way."""
    names = set()
    for key, name, offered in rows:
        if key >= product.pk:
            break
        names.update([name] if channel == ChannelKind.TIKTOK_SHOP else offered)
    return frozenset(names)
