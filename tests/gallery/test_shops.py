"""Makers' shops against the simulated marketplace: connected by OAuth, filled once, compared, emptied with proof."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Purpose
from accounts.services import withdraw_consent
from core.models import Message
from devserver.marketplace import LEAVES
from gallery.channels.connector import Client
from gallery.enums import ChannelKind, ListingStatus, ShopStatus
from gallery.models import ChannelCategory, Listing, Shop
from gallery.services import channels
from tests.gallery import records
from tests.gallery.marketplace import running

LEAF = sorted(LEAVES)[0]
T = ChannelKind.TOKOPEDIA


@pytest.fixture
def market(settings):
    with running(settings) as market:
        yield market


def come_back(market, business, user, shop="7001"):
    """(code, state) as a seller brings them from the marketplace."""
    state = channels.state_for(business, T, actor=user)
    query = parse_qs(urlsplit(market.allow({"shop": shop, "state": state})).query)
    return query["code"][0], query["state"][0]


@pytest.fixture
def shop(market, workshop, owner_user):
    code, _state = come_back(market, workshop, owner_user)
    return channels.connect_shop(workshop, T, code, actor=owner_user)


@pytest.fixture
def goods(workshop, owner_user):
    """Three products that the channel takes."""
    category = records.category()
    ChannelCategory.objects.create(category=category, channel=T, code=LEAF)
    made = [records.product(workshop, name=f"Kain asem {number}", category=category) for number in range(3)]
    for number, one in enumerate(made):
        records.photo(one, owner_user, seed=number)
    return made


@pytest.fixture
def listed(shop, goods, owner_user):
    channels.offer_products(shop, goods, actor=owner_user)
    assert channels.run()["sent"] == 3
    return list(Listing.objects.order_by("pk"))


def due_now():
    Listing.objects.update(next_attempt_at=timezone.now())


# --- Connecting ------------------------------------------------------------------------------------------------------------


def test_a_maker_connects_a_shop_and_the_tokens_lie_sealed(market, sign_in, workshop, owner_user):
    client = sign_in(owner_user)
    assert "oauth/authorize" in client.get(reverse("my_shops")).content.decode()
    code, state = come_back(market, workshop, owner_user)
    asked = client.get(reverse("shop_connected"), {"code": code, "state": state})
    assert workshop.name in asked.content.decode()
    assert not Shop.objects.exists()
    client.post(reverse("shop_connected"), {"code": code, "state": state})
    shop = Shop.objects.get()
    assert (shop.name, shop.remote_id, shop.business) == ("Sekar Jagad Official", "7001", workshop)
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_token, refresh_token FROM gallery_shop")
        assert shop.access_token not in cursor.fetchone()
    assert client.get(reverse("my_shop", args=[shop.reference])).status_code == 200


def test_a_state_of_another_person_or_a_used_code_connects_nothing(
    market, sign_in, workshop, owner_user, stranger
):
    code, state = come_back(market, workshop, owner_user)
    assert (
        sign_in(stranger).post(reverse("shop_connected"), {"code": code, "state": state}).status_code == 400
    )
    assert (
        sign_in(owner_user).post(reverse("shop_connected"), {"code": "x", "state": state}).status_code == 400
    )
    assert sign_in(owner_user).get(reverse("shop_connected"), {"state": state + "x"}).status_code == 400
    assert not Shop.objects.exists()


def test_who_disconnects_leaves_no_token_behind(shop, owner_user, sign_in):
    sign_in(owner_user).post(reverse("my_shop", args=[shop.reference]), {"action": "disconnect"})
    shop.refresh_from_db()
    assert (shop.status, shop.access_token, shop.refresh_token, shop.cipher) == (
        ShopStatus.DISCONNECTED,
        "",
        "",
        "",
    )


def test_a_permission_near_its_end_is_renewed_and_one_that_ended_tells_the_maker(shop, market, owner_user):
    old = shop.access_token
    Shop.objects.update(access_until=timezone.now() + timedelta(minutes=1))
    assert channels.client_for(shop).access_token != old
    market.refresh.clear()
    Shop.objects.update(access_until=timezone.now())
    channels.run()
    shop.refresh_from_db()
    assert shop.status == ShopStatus.DISCONNECTED
    assert Message.objects.filter(recipient=owner_user, title__startswith="Izin toko berakhir").exists()


# --- Sending ---------------------------------------------------------------------------------------------------------------


def test_products_are_sent_once_and_their_numbers_kept(listed, market):
    assert {one.status for one in listed} == {ListingStatus.LISTED}
    assert {one.remote_id for one in listed} == set(market.products)
    assert channels.run() == {"marked": 0, "delisted": 0, "sent": 0, "looked": 0}


def test_only_what_failed_is_tried_again(shop, goods, market, owner_user):
    channels.offer_products(shop, goods, actor=owner_user)
    market.fail(path="/products", status=429, after=90)
    channels.run()
    first = Listing.objects.order_by("pk").first()
    assert (first.status, first.attempts) == (ListingStatus.WAITING, 1)
    assert first.next_attempt_at > timezone.now() + timedelta(seconds=80)
    assert "sibuk" in first.last_error
    due_now()
    channels.run()
    assert set(Listing.objects.values_list("status", flat=True)) == {ListingStatus.LISTED}
    assert market.created == len(market.products) == 3


def test_what_the_shop_refuses_is_said_in_words_and_stops_nobody_else(shop, goods, market, owner_user):
    goods[1].variants.update(stock=0)
    ChannelCategory.objects.update(code="999999")
    channels.offer_products(shop, goods, actor=owner_user)
    channels.run()
    errors = list(Listing.objects.order_by("pk").values_list("status", "last_error"))
    assert {status for status, _error in errors} == {ListingStatus.FAILED}
    assert errors[0][1] == "Toko menolak bagian ini: kategori. Perbaiki lalu kirim lagi."
    assert errors[1][1] == "Isi stok dari 1 sampai 999.999."
    ChannelCategory.objects.update(code=LEAF)
    channels.offer_products(shop, goods, actor=owner_user)
    channels.run()
    assert len(market.products) == 2


@pytest.mark.parametrize("looks_first", [True, False])
def test_a_worker_cut_off_after_the_call_makes_no_second_product(
    shop, goods, market, owner_user, monkeypatch, looks_first
):
    """The shop did the work, nobody wrote it down. Without the look the shop is asked for the same product again."""
    if not looks_first:
        monkeypatch.setattr(channels, "_standing", lambda client, product: "")
    channels.offer_products(shop, goods[:1], actor=owner_user)

    def die(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Listing, "save", die)
        with pytest.raises(KeyboardInterrupt):
            channels.run()
    assert len(market.products) == 1
    assert Listing.objects.get().remote_id == ""
    channels.run()
    row = Listing.objects.get()
    assert len(market.products) == 1
    assert (row.status == ListingStatus.LISTED and row.remote_id in market.products) == looks_first


def test_an_answer_that_was_lost_makes_no_second_product(shop, goods, market, owner_user):
    channels.offer_products(shop, goods[:1], actor=owner_user)
    market.fail(path="images/upload", status=200)
    market.fail(path="/202309/products", status=502, late=True)
    channels.run()
    due_now()
    channels.run()
    assert Listing.objects.get().status == ListingStatus.LISTED
    assert market.created == 1


# --- Comparing -------------------------------------------------------------------------------------------------------------


def later():
    Listing.objects.update(checked_at=timezone.now() - timedelta(hours=7))


def test_a_changed_price_alone_is_written_to_prices_and_stock(listed, goods, market):
    goods[0].variants.update(price=99_000, stock=0)
    later()
    channels.run()
    calls_before = len(market.calls)
    channels.run()
    words = [path.rpartition("/")[2] for path in (p for _m, p in market.calls[calls_before:])]
    assert "upload" not in words
    assert {"prices", "inventory"} <= {
        path.split("/")[-2] for _m, path in market.calls[calls_before:] if path.endswith("update")
    }
    sku = market.products[listed[0].remote_id]["body"]["skus"][0]
    assert (sku["price"]["amount"], sku["inventory"][0]["quantity"]) == ("99000", 0)


def test_what_was_changed_in_the_shop_is_shown_and_levelled_when_the_maker_wants(listed, market, owner_user):
    body = market.products[listed[0].remote_id]["body"]
    body["skus"][0]["price"] = {"amount": "1", "currency": "IDR"}
    later()
    channels.run()
    row = Listing.objects.get(pk=listed[0].pk)
    [difference] = row.drift.values()
    assert difference == {"local": "150000", "remote": "1"}
    channels.level_listing(row, actor=owner_user)
    channels.run()
    assert market.products[row.remote_id]["body"]["skus"][0]["price"]["amount"] == "150000"


def test_what_was_removed_in_the_shop_is_not_put_back_by_itself(listed, market):
    del market.products[listed[0].remote_id]
    later()
    channels.run()
    row = Listing.objects.get(pk=listed[0].pk)
    assert (row.status, row.remote_id) == (ListingStatus.FAILED, "")
    assert "dihapus di toko" in row.last_error


# --- Taking down -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("leave", ["consent", "product"])
def test_who_withdraws_is_gone_from_the_shop_within_one_run(
    listed, goods, market, owner_user, sign_in, leave
):
    if leave == "consent":
        withdraw_consent(goods[0].business, Purpose.MARKETPLACE, actor=owner_user)
        gone = 3
    else:
        goods[0].status = "withdrawn"
        goods[0].save()
        gone = 1
    counts = channels.run()
    assert (counts["marked"], counts["delisted"]) == (gone, gone)
    assert len(market.products) == 3 - gone
    row = Listing.objects.get(pk=listed[0].pk)
    assert row.status == ListingStatus.DELISTED
    assert row.delisting_answer["product_id"] == listed[0].remote_id
    proof = row.delisting_answer["answer"]["request_id"]
    assert proof in sign_in(owner_user).get(reverse("my_shop", args=[row.shop.reference])).content.decode()
    assert (
        Message.objects.filter(recipient=owner_user, title__startswith="Diturunkan dari toko").count() == gone
    )


def test_what_was_never_sent_needs_no_call_and_what_was_lost_is_found(
    shop, goods, market, owner_user, monkeypatch
):
    channels.offer_products(shop, goods[:2], actor=owner_user)
    client = channels.client_for(shop)
    monkeypatch.setattr(Client, "upload_photo", lambda self, content: "tos/1")
    channels._send_one(client, Listing.objects.select_related("shop").order_by("pk").first())
    Listing.objects.update(remote_id="", status=ListingStatus.WAITING)
    withdraw_consent(goods[0].business, Purpose.MARKETPLACE, actor=owner_user)
    assert channels.run()["delisted"] == 2
    assert market.products == {}
    found, never = Listing.objects.order_by("pk")
    assert found.delisting_answer["product_id"]
    assert never.delisting_answer == {"sent": False}


def test_a_shop_that_is_down_is_asked_again_until_the_product_is_gone(listed, goods, market, owner_user):
    withdraw_consent(goods[0].business, Purpose.MARKETPLACE, actor=owner_user)
    for _attempt in range(8):
        market.fail(path="/202309/products", status=500)
        due_now()
        assert channels.run()["delisted"] == 0
    due_now()
    assert channels.run()["delisted"] == 3


def test_more_than_twenty_are_taken_down_in_batches(shop, goods, market, owner_user, monkeypatch):
    monkeypatch.setattr(Client, "upload_photo", lambda self, content: "tos/1")
    more = [records.product(goods[0].business, category=goods[0].category) for _number in range(20)]
    for one in more:
        records.photo(one, owner_user, seed=1)
    channels.offer_products(shop, [*goods, *more], actor=owner_user)
    assert channels.run()["sent"] == 23
    withdraw_consent(goods[0].business, Purpose.MARKETPLACE, actor=owner_user)
    assert channels.run()["delisted"] == 23
    assert [method for method, _path in market.calls].count("DELETE") == 2


def test_a_maker_takes_one_down_and_sends_it_again(listed, market, owner_user, sign_in):
    page = reverse("my_shop", args=[listed[0].shop.reference])
    given = {"listing": listed[0].product.reference, "produk": listed[0].product.reference}
    sign_in(owner_user).post(page, {"action": "down"} | given)
    channels.run()
    assert len(market.products) == 2
    sign_in(owner_user).post(page, {"action": "offer"} | given)
    channels.run()
    assert len(market.products) == 3
