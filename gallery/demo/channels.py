"""Channels of the demo city: shops of five makers, what stands in them, one maker who changed her mind, and half a year of clicks.

Nothing is sent anywhere: the shops are those of the marketplace on the developer's machine, which `make run` tells what it holds.
"""

from datetime import timedelta

from django.utils import timezone

from accounts.enums import Purpose
from accounts.models import Consent
from core import audit, dates
from core.references import new_reference
from gallery.channels import connector
from gallery.channels.linting import ERROR, lint
from gallery.channels.reading import candidates, with_parts
from gallery.enums import ChannelKind, ListingStatus, ShopStatus
from gallery.models import LinkDay, Listing, Product, Shop, ShortLink
from gallery.services.links import PLACES, new_code

#: The shops that devserver/marketplace.py knows, and what the portal renews its permission there with.
SEKAR_JAGAD, DAPUR, KRIYA = "7001", "7002", "7003"
#: Below the numbers that devserver/marketplace.py gives.
FIRST_NUMBER = 1_729_000_000_000
#: By so many rupiah a seller asks more in the shop than in the gallery.
DEARER = 10_000
#: Days of clicks behind us; so many products are followed from so many places, the others now and then from one.
DAYS = 190
FOLLOWED = 30
#: (place, clicks on an ordinary day at most, how often a day has any)
WALKS = (("whatsapp", 5, 0.40), ("instagram", 7, 0.35), ("print", 2, 0.15), ("google", 4, 0.30))


def make_channels(rng, sellers):
    """Shops, listings, short links and clicks. `sellers` are {business pk: its speaker} of our entrepreneurs."""
    products = list(Product.objects.for_channels().select_related("business").order_by("pk"))
    _links(rng, products)
    mine = list(dict.fromkeys(one.business for one in products if one.business_id in sellers))
    others = list(dict.fromkeys(one.business for one in products if one.business_id not in sellers))
    shops = [
        (business, channel, number, name)
        for business, (channel, number, name) in zip(
            mine,
            (
                (ChannelKind.TOKOPEDIA, SEKAR_JAGAD, "Sekar Jagad Official"),
                (ChannelKind.TIKTOK_SHOP, DAPUR, "Dapur Semarang"),
            ),
            strict=False,
        )
    ]
    for business, channel, number, name in shops:
        _list(rng, _shop(rng, business, channel, number, name, sellers[business.pk]))
    speaker = next(iter(sellers.values()))
    if mine[2:]:
        _disconnected(rng, mine[2], sellers[mine[2].pk])
    if others:
        _changed_her_mind(rng, others[0], speaker)


def _shop(rng, business, channel, number, name, speaker, **fields):
    return Shop.objects.create(
        reference=new_reference("TKO", choice=rng.choice),
        business=business,
        channel=channel,
        remote_id=number,
        name=name,
        connected_by=speaker,
        connected_at=timezone.now() - timedelta(days=150),
        **{"cipher": f"cipher-{number}", "refresh_token": f"refresh-{number}"} | fields,
    )


def _number(listing_number, shop):
    return str(FIRST_NUMBER + int(shop.remote_id) * 1000 + listing_number)


def _list(rng, shop):
    """What the shop takes stands there; what the linter refuses says why, as it does when the worker sends it."""
    now = timezone.now()
    found = candidates(
        with_parts(Product.objects.for_channels().filter(business=shop.business).order_by("pk")), shop.channel
    )
    for number, (product, one) in enumerate(found, start=1):
        row = Listing(shop=shop, product=product, created_at=now - timedelta(days=140))
        if errors := [finding for finding in lint(one, shop.channel) if finding.severity == ERROR]:
            row.status, row.attempts, row.last_error = ListingStatus.FAILED, 1, str(errors[0].sentence)[:300]
        else:
            body = _body(product, one, shop.channel)
            row.status, row.remote_id = ListingStatus.LISTED, _number(number, shop)
            row.sent_hash = connector.fingerprint(body)
            row.sent_at = now - timedelta(days=rng.randint(10, 130))
            row.checked_at = now - timedelta(minutes=rng.randint(5, 120))
            if number == 1:
                row.drift = connector.differences(body, as_shown(body))
        row.save()


def body_of(listing):
    """What was sent of the listing's product."""
    rows = with_parts(Product.objects.filter(pk=listing.product_id))
    [(product, one)] = candidates(rows, listing.shop.channel)
    return _body(product, one, listing.shop.channel)


def _body(product, candidate, channel):
    return connector.payload(candidate, channel, [photo.sha256 for photo in product.photos.all()])


def as_shown(body):
    """How the shop shows a product whose seller changed the first price there."""
    first, *others = body["skus"]
    amount = str(int(first["price"]["amount"]) + DEARER)
    return body | {"skus": [first | {"price": {"amount": amount, "currency": "IDR"}}, *others]}


def _disconnected(rng, business, speaker):
    """A shop whose permission ended: what stands there stays, what waits goes nowhere until it is connected again."""
    now = timezone.now()
    shop = _shop(
        rng,
        business,
        ChannelKind.TOKOPEDIA,
        "7004",
        "Mebel Kota Lama",
        speaker,
        cipher="",
        refresh_token="",
        status=ShopStatus.DISCONNECTED,
        disconnected_at=now - timedelta(days=9),
    )
    products = Product.objects.for_channels().filter(business=business).order_by("pk")
    for number, product in enumerate(products[:4], start=1):
        waits = number > 2
        Listing.objects.create(
            shop=shop,
            product=product,
            status=ListingStatus.WAITING if waits else ListingStatus.LISTED,
            remote_id="" if waits else _number(number, shop),
            sent_at=None if waits else now - timedelta(days=60),
            checked_at=None if waits else now - timedelta(days=9),
            next_attempt_at=now - timedelta(days=8),
            created_at=now - timedelta(days=10 if waits else 60),
        )


def _changed_her_mind(rng, business, speaker):
    """A maker who no longer agrees to be promoted: everything was taken down, and the shop's answer is the proof."""
    withdrawn = timezone.now() - timedelta(days=6)
    shop = _shop(rng, business, ChannelKind.TOKOPEDIA, KRIYA, "Kriya Kota Lama", speaker)
    products = Product.objects.for_channels().filter(business=business).order_by("pk")
    for number, product in enumerate(products, start=1):
        answer = {"code": 0, "message": "Success", "data": {"errors": []}}
        Listing.objects.create(
            shop=shop,
            product=product,
            status=ListingStatus.DELISTED,
            sent_at=withdrawn - timedelta(days=80),
            checked_at=withdrawn,
            delisted_at=withdrawn + timedelta(minutes=2),
            delisting_answer={
                "product_id": _number(number, shop),
                "answer": answer | {"request_id": f"{rng.getrandbits(64):016x}"},
            },
            created_at=withdrawn - timedelta(days=80),
        )
        audit.record(None, "gallery.delist_product", product, detail={"shop": shop.reference})
    Consent.objects.active(Purpose.MARKETPLACE).filter(subject=business.reference).update(
        withdrawn_at=withdrawn
    )


def _links(rng, products):
    """A short address of each product for each place, and how often they were followed; those of our entrepreneurs most."""
    links = ShortLink.objects.bulk_create(
        ShortLink(
            code=new_code(choice=rng.choice),
            product=product,
            channel=place,
            created_at=timezone.now() - timedelta(days=DAYS),
        )
        for product in products
        for place in PLACES
    )
    followed = {product.pk: number for number, product in enumerate(products[:FOLLOWED])}
    by_place = {(link.product_id, link.channel): link for link in links}
    first = dates.today() - timedelta(days=DAYS)
    rows = []
    for product, number in followed.items():
        for place, most, often in WALKS:
            # Later days have more of them: the catalogue becomes known.
            likely = often * (1.0 if number < 12 else 0.35)
            for day in range(DAYS):
                if rng.random() < likely * (0.5 + day / DAYS / 2):
                    rows.append(
                        LinkDay(
                            link=by_place[product, place],
                            on=first + timedelta(days=day),
                            clicks=rng.randint(1, most),
                        )
                    )
    LinkDay.objects.bulk_create(rows, batch_size=2000)


def marketplace_products():
    """{number: {"shop", "body"}} of what stands in the demo's connected shops, for the marketplace on this machine."""
    found = {}
    for shop in Shop.objects.filter(status=ShopStatus.CONNECTED, remote_id__in=(SEKAR_JAGAD, DAPUR, KRIYA)):
        for row in shop.listings.filter(status=ListingStatus.LISTED).select_related("shop"):
            body = body_of(row)
            found[row.remote_id] = {"shop": shop.remote_id, "body": as_shown(body) if row.drift else body}
    return found
