"""Shops at marketplaces: connected by their makers, filled and emptied by the worker.

Nothing is sent inside a page's request: makers say what they want, the worker (`run`) does it, a listing at a time, its row locked
as long as the call lasts. A worker killed in between looks the product up by its number before it makes it again.
"""

from datetime import UTC, datetime, timedelta

from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from gallery import notifications
from gallery.channels import connector
from gallery.channels.connector import ChannelError, Client
from gallery.channels.linting import ERROR, lint
from gallery.channels.reading import candidates, with_parts
from gallery.enums import ListingStatus, ShopStatus
from gallery.models import Listing, Product, Shop
from ikm.models import Business
from ikm.policies import check_speaks_for

#: Waits before the second, third, … attempt; after the last one the maker is asked.
LADDER = [timedelta(minutes=m) for m in (1, 5, 30, 120, 720)]
STATE_SECONDS = 1800
#: How often a listing is compared with what the shop shows.
LOOK_EVERY = timedelta(hours=6)
_SALT = "gallery.connect_shop"
_OUR_END = {"sent": False}


# --- What makers do --------------------------------------------------------------------------------------------------------


def _check(business, actor):
    if not actor.has_perm("gallery.connect_shop"):
        raise PermissionDenied(_("Peran Anda tidak mencakup toko."))
    check_speaks_for(actor, business.pk)


def state_for(business, channel, *, actor):
    """What a seller is sent to the marketplace with and comes back with: signed, for this person, for half an hour."""
    return signing.dumps({"business": business.pk, "channel": channel, "user": actor.pk}, salt=_SALT)


def read_state(state, *, actor):
    """(business, channel) of a state. Raises ValidationError for one that is changed, old or another person's."""
    try:
        told = signing.loads(state, salt=_SALT, max_age=STATE_SECONDS)
    except signing.BadSignature:
        told = {}
    if told.get("user") != actor.pk:
        raise ValidationError(_("Penyambungan ini sudah kedaluwarsa. Mulai lagi dari “Toko saya”."))
    return Business.objects.get(pk=told["business"]), told["channel"]


@transaction.atomic
def connect_shop(business, channel, code, *, actor):
    """Connect the shop whose seller came back with `code`; one that was connected before goes on where it stopped.

    Raises PermissionDenied, ValidationError.
    """
    _check(business, actor)
    if channel not in connector.SHOP_CHANNELS:
        raise ValidationError(_("Saluran ini tidak disambungkan sebagai toko."))
    try:
        tokens = connector.tokens_for_code(code)
        found = Client(tokens.access).shops()
    except ChannelError as error:
        raise ValidationError(_("Toko belum tersambung: %(words)s") % {"words": error}) from error
    if not found:
        raise ValidationError(_("Akun ini belum punya toko."))
    shop = _earlier(business, channel, found[0]["id"]) or Shop(
        business=business, channel=channel, remote_id=found[0]["id"]
    )
    shop.name, shop.cipher, shop.connected_by = found[0]["name"], found[0]["cipher"], actor
    shop.status, shop.connected_at, shop.disconnected_at = ShopStatus.CONNECTED, timezone.now(), None
    _hold(shop, tokens)
    try:
        with transaction.atomic():
            shop.save()
    except IntegrityError as error:
        raise ValidationError(_("Toko ini sudah tersambung.")) from error
    audit.record(actor, "gallery.connect_shop", shop)
    return shop


def _earlier(business, channel, number):
    """The same shop as it was connected before, so that what waits in it goes on; None for a new one."""
    return (
        Shop.objects.select_for_update()
        .filter(business=business, channel=channel, remote_id=number, status=ShopStatus.DISCONNECTED)
        .order_by("-pk")
        .first()
    )


def _hold(shop, tokens):
    shop.access_token, shop.refresh_token = tokens.access, tokens.refresh
    shop.access_until = datetime.fromtimestamp(tokens.until, UTC)


@transaction.atomic
def disconnect_shop(shop, *, actor):
    """Forget the shop's permission; what stands in the shop stays the maker's own. Raises PermissionDenied."""
    _check(shop.business, actor)
    locked = Shop.objects.select_for_update().get(pk=shop.pk)
    _let_go(locked)
    audit.record(actor, "gallery.disconnect_shop", locked)
    return locked


def _let_go(shop):
    shop.status, shop.disconnected_at = ShopStatus.DISCONNECTED, timezone.now()
    shop.access_token = shop.refresh_token = shop.cipher = ""
    shop.access_until = None
    shop.save()


@transaction.atomic
def offer_products(shop, products, *, actor):
    """Have the worker send these products to the shop. Returns how many wait now. Raises PermissionDenied, ValidationError."""
    _check(shop.business, actor)
    if shop.status != ShopStatus.CONNECTED:
        raise ValidationError(_("Toko ini tidak tersambung lagi."))
    allowed = Product.objects.for_channels().filter(
        business=shop.business, pk__in=[one.pk for one in products]
    )
    count = 0
    for product in allowed.order_by("pk"):
        listing, made = Listing.objects.select_for_update().get_or_create(shop=shop, product=product)
        if not made and listing.status in (ListingStatus.FAILED, ListingStatus.DELISTED):
            listing.status, listing.attempts, listing.next_attempt_at = (
                ListingStatus.WAITING,
                0,
                timezone.now(),
            )
            listing.last_error, listing.sent_hash = "", ""
            listing.save()
        count += listing.status == ListingStatus.WAITING
    if not count:
        raise ValidationError(_("Pilih paling sedikit satu produk yang belum tayang."))
    audit.record(actor, "gallery.offer_products", shop, detail={"products": count})
    return count


@transaction.atomic
def level_listing(listing, *, actor):
    """Have what differs in the shop written over by what stands here."""
    _check(listing.shop.business, actor)
    locked = Listing.objects.select_for_update().get(pk=listing.pk)
    if locked.status != ListingStatus.LISTED or not locked.drift:
        raise ValidationError(_("Tidak ada yang berbeda."))
    locked.status, locked.sent_hash, locked.drift = ListingStatus.WAITING, "", {}
    locked.attempts, locked.next_attempt_at = 0, timezone.now()
    locked.save()
    return locked


@transaction.atomic
def take_down(listing, *, actor):
    """Have the worker take the product out of the shop."""
    _check(listing.shop.business, actor)
    locked = Listing.objects.select_for_update().get(pk=listing.pk)
    if locked.status in (ListingStatus.DELISTED, ListingStatus.DELISTING):
        raise ValidationError(_("Produk ini sudah diturunkan."))
    _begin_delisting(locked)
    return locked


def _begin_delisting(listing):
    listing.status, listing.attempts = ListingStatus.DELISTING, 0
    listing.next_attempt_at, listing.last_error = timezone.now(), ""
    listing.save()


# --- What the worker does --------------------------------------------------------------------------------------------------


def run():
    """All that is due now: who may no longer be shown is taken down first. Returns {what: how many}."""
    counts = {"marked": mark_withdrawn(), "delisted": 0, "sent": 0, "looked": 0}
    if not connector.is_set_up():
        return counts
    for shop in Shop.objects.filter(status=ShopStatus.CONNECTED).order_by("pk"):
        try:
            client = client_for(shop)
        except ChannelError:
            continue
        counts["delisted"] += _delist(shop, client)
        counts["sent"] += _send(shop, client)
        counts["looked"] += look(shop, client)
    return counts


def client_for(shop):
    """A Client whose permission holds; renews it shortly before it ends. One the marketplace no longer knows disconnects the
    shop and tells its maker. Raises ChannelError."""
    with transaction.atomic():
        locked = Shop.objects.select_for_update().get(pk=shop.pk)
        if locked.status != ShopStatus.CONNECTED:
            raise ChannelError(_("Toko ini tidak tersambung lagi."))
        if locked.access_until and locked.access_until > timezone.now() + timedelta(minutes=10):
            return Client(locked.access_token, locked.cipher)
        try:
            tokens = connector.refreshed_tokens(locked.refresh_token)
        except ChannelError as error:
            if error.again:
                raise
            _let_go(locked)
            notifications.tell_shop_ended(locked)
            lost = error
        else:
            _hold(locked, tokens)
            locked.save()
            return Client(tokens.access, locked.cipher)
    raise lost


def mark_withdrawn():
    """Listings of products that channels may no longer show wait to be taken down from now on. Returns how many."""
    shown = Product.objects.for_channels().values("pk")
    standing = [ListingStatus.WAITING, ListingStatus.LISTED, ListingStatus.FAILED]
    rows = Listing.objects.filter(status__in=standing).exclude(product__in=shown)
    return rows.update(
        status=ListingStatus.DELISTING, attempts=0, next_attempt_at=timezone.now(), last_error=""
    )


def _due(shop, status, most):
    return list(
        Listing.objects.due()
        .filter(shop=shop, status=status)
        .order_by("pk")
        .values_list("pk", flat=True)[:most]
    )


def _delist(shop, client):
    """Take down what waits for it, at most twenty in one call; the shop's answer is kept as proof."""
    done = 0
    while keys := _due(shop, ListingStatus.DELISTING, connector.MOST_DELETED):
        with transaction.atomic():
            rows = list(
                Listing.objects.select_for_update(skip_locked=True, of=("self",))
                .filter(pk__in=keys, status=ListingStatus.DELISTING)
                .select_related("product__business", "shop")
                .order_by("pk")
            )
            if not rows:
                return done
            try:
                remote = _remote_numbers(client, rows)
                answer, failed = client.delete(remote.values()) if remote else ({}, {})
                left = client.find(numbers=remote.values()) if remote else {}
            except ChannelError as error:
                _again(rows, error)
                return done
            for row in rows:
                number = remote.get(row.pk, "")
                if number and (number in failed or number in left):
                    _again([row], ChannelError(failed.get(number, ""), again=True))
                    continue
                row.status, row.delisted_at = ListingStatus.DELISTED, timezone.now()
                row.delisting_answer = {"product_id": number, "answer": answer} if number else _OUR_END
                row.drift, row.last_error, row.remote_id = {}, "", ""
                row.save()
                audit.record(None, "gallery.delist_product", row.product, detail={"shop": shop.reference})
                notifications.tell_delisted(row)
                done += 1
    return done


def _remote_numbers(client, rows):
    """{listing's key: number at the shop}, also of what was sent but never written down."""
    found = {row.pk: row.remote_id for row in rows if row.remote_id}
    for row in rows:
        if not row.remote_id and (number := _standing(client, row.product)):
            found[row.pk] = number
    return found


def _standing(client, product):
    """The number under which the product stands in the shop already, "" if it does not."""
    skus = [one.sku or one.reference for one in product.variants.all()]
    for number, row in client.find(skus=skus[: connector.MOST_FOUND]).items():
        if row["external_product_id"] == product.reference:
            return number
    return ""


def _again(rows, error):
    """Climb the ladder, or give up where trying again helps nothing."""
    for row in rows:
        row.attempts += 1
        row.last_error = str(error)[:300]
        if error.again and row.attempts <= len(LADDER):
            wait = max(LADDER[row.attempts - 1], timedelta(seconds=error.after or 0))
            row.next_attempt_at = timezone.now() + wait
        elif row.status == ListingStatus.DELISTING:
            # What has to go is never given up.
            row.next_attempt_at = timezone.now() + LADDER[-1]
        else:
            row.status = ListingStatus.FAILED
        row.save()


def _send(shop, client):
    done = 0
    for key in _due(shop, ListingStatus.WAITING, connector.MOST_FOUND):
        with transaction.atomic():
            row = (
                Listing.objects.due()
                .select_for_update(skip_locked=True, of=("self",))
                .filter(pk=key, status=ListingStatus.WAITING)
                .select_related("shop")
                .first()
            )
            if row is None:
                continue
            try:
                _send_one(client, row)
            except ChannelError as error:
                _again([row], error)
                if error.again or error.is_signed_out:
                    return done
            done += 1
    return done


def _send_one(client, row):
    [(product, one)] = candidates(with_parts(Product.objects.filter(pk=row.product_id)), row.shop.channel)
    # A shop that has the product already may run out of it.
    findings = [
        found
        for found in lint(one, row.shop.channel)
        if found.severity == ERROR and not (row.remote_id and found.code == "stock")
    ]
    if findings:
        raise ChannelError(findings[0].sentence)
    number = row.remote_id or _standing(client, product)
    marks = connector.payload(one, row.shop.channel, [photo.sha256 for photo in product.photos.all()])
    digest = connector.fingerprint(marks)
    if number and row.sent_hash[:32] == digest[:32]:
        client.set_offers(number, marks)
    else:
        uris = [client.upload_photo(_content(photo)) for photo in product.photos.all()]
        body = connector.payload(one, row.shop.channel, uris)
        if number:
            client.replace(number, body)
        else:
            number = client.create(body)
    row.remote_id, row.sent_hash, row.sent_at = number, digest, timezone.now()
    row.status, row.attempts, row.last_error = ListingStatus.LISTED, 0, ""
    row.drift, row.checked_at = {}, timezone.now()
    row.delisted_at, row.delisting_answer = None, None
    row.save()


def _content(photo):
    with photo.file.open("rb") as file:
        return file.read()


def look(shop, client):
    """Compare what stands in the shop with what stands here; send anew what changed here. Returns how many were looked at."""
    before = timezone.now() - LOOK_EVERY
    with transaction.atomic():
        rows = list(
            Listing.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(
                Q(checked_at__lt=before) | Q(checked_at__isnull=True), shop=shop, status=ListingStatus.LISTED
            )
            .order_by("checked_at", "pk")[: connector.MOST_FOUND]
        )
        if not rows:
            return 0
        try:
            remote = client.find(numbers=[row.remote_id for row in rows])
        except ChannelError:
            return 0
        products = with_parts(Product.objects.filter(pk__in=[row.product_id for row in rows]))
        made = {product.pk: (product, one) for product, one in candidates(products, shop.channel)}
        for row in rows:
            row.checked_at = timezone.now()
            product, one = made[row.product_id]
            body = connector.payload(one, shop.channel, [photo.sha256 for photo in product.photos.all()])
            if row.remote_id not in remote:
                row.status, row.remote_id, row.sent_hash = ListingStatus.FAILED, "", ""
                row.last_error = _("Produk ini dihapus di toko. Kirim lagi bila ingin menayangkannya.")
            elif row.sent_hash != connector.fingerprint(body):
                row.status, row.next_attempt_at = ListingStatus.WAITING, timezone.now()
            else:
                row.drift = connector.differences(body, remote[row.remote_id])
            row.save()
        return len(rows)
