"""Feeds and channels through the API: whose shops, what stands in them, sending and taking down, and the channels' verdicts."""

import pytest
from django.core.cache import caches
from django.utils import timezone

from accounts.enums import Purpose
from accounts.services import withdraw_consent
from gallery.enums import ChannelKind, ListingStatus, ShopStatus
from gallery.models import ChannelCategory, Listing
from tests.gallery import records
from tests.ikm.api_clients import assert_problem, names

pytestmark = pytest.mark.django_db
FEEDS = "/api/v1/gallery/feeds/"
SHOPS = "/api/v1/gallery/channels/"


def send(client, path, body=None, key="kunci-1", **headers):
    return client.post(
        path, body or {}, content_type="application/json", headers={"Idempotency-Key": key, **headers}
    )


@pytest.fixture(autouse=True)
def _nothing_remembered():
    caches["memory"].clear()


@pytest.fixture
def offered(workshop, owner_user):
    """A product that every channel takes."""
    made = records.product(workshop, name="Kain asem")
    records.photo(made, owner_user)
    for channel in (ChannelKind.TOKOPEDIA, ChannelKind.TIKTOK_SHOP):
        ChannelCategory.objects.create(category=made.category, channel=channel, code="600101")
    return made


@pytest.fixture
def shop(workshop, owner_user):
    return records.shop(workshop, owner_user, name="Toko Sekar")


@pytest.fixture
def listing(shop, offered):
    return Listing.objects.create(
        shop=shop, product=offered, status=ListingStatus.LISTED, remote_id="99", sent_at=timezone.now()
    )


# --- Feeds ------------------------------------------------------------------------------------------------------------


def test_everybody_reads_where_the_feeds_are_and_how_many_products_stand_in_each(
    api, offered, owner_user, marketplace, program_of, settings
):
    rows = {one["channel"]: one for one in api().get(FEEDS).json()["results"]}
    assert rows.keys() == {"google", "meta", "json"}
    assert {one["products"] for one in rows.values()} == {1}
    for told in rows.values():
        answer = api().get(told["address"].removeprefix(settings.SITE_URL))
        assert (answer["ETag"], answer["Content-Type"]) == (told["etag"], told["content_type"])
    assert program_of(marketplace, "gallery.feeds:read").get(FEEDS).status_code == 200
    without = program_of(marketplace, "gallery.products:read")
    assert_problem(without.get(FEEDS), 403, "insufficient_scope")
    withdraw_consent(offered.business, Purpose.MARKETPLACE, actor=owner_user)
    after = {one["channel"]: one for one in api().get(FEEDS).json()["results"]}
    assert {one["products"] for one in after.values()} == {0}
    assert all(after[channel]["etag"] != told["etag"] for channel, told in rows.items())


def test_the_list_of_feeds_is_not_sent_again_until_one_changes(api, offered):
    tag = api().get(FEEDS)["ETag"]
    assert api().get(FEEDS, headers={"If-None-Match": tag}).status_code == 304
    offered.variants.update(price=90_000)
    assert api().get(FEEDS, headers={"If-None-Match": tag}).status_code == 200


# --- Shops ------------------------------------------------------------------------------------------------------------


def test_a_maker_sees_the_own_shops_and_nobodys_token(api, shop, listing, owner_user):
    client = api(owner_user)
    listing.product.listings.create(
        shop=records.shop(shop.business, owner_user, channel="tiktok_shop"), status=ListingStatus.FAILED
    )
    answer = client.get(SHOPS)
    assert names(answer) == ["Toko Sekar", "Toko Rahasia"]
    assert "token" not in answer.content.decode()
    told = client.get(f"{SHOPS}{shop.reference}/").json()
    assert (told["status"], told["listed"], told["waiting"], told["failed"]) == ("connected", 1, 0, 0)
    assert names(client.get(SHOPS, {"channel": "tiktok_shop"})) == ["Toko Rahasia"]
    assert_problem(client.get(SHOPS, {"channel": "pasar"}), 400)


def test_shops_are_of_ones_business_or_read_by_officials_of_the_gallery(
    api, shop, listing, stranger, registrar, marketplace, curator
):
    path = f"{SHOPS}{shop.reference}/"
    inside = (path, f"{path}listings/", f"{path}listings/{listing.product.reference}/")
    for other in (stranger, registrar, marketplace):
        assert names(api(other).get(SHOPS)) == []
        for one in inside:
            assert_problem(api(other).get(one), 404)
        for one in ("disconnect/", "listings/", f"listings/{listing.product.reference}/steps/take_down/"):
            assert_problem(send(api(other), path + one), 404)
    for one in (SHOPS, *inside):
        assert_problem(api().get(one), 401)
        assert api(curator).get(one).status_code == 200
    step = f"{path}listings/{listing.product.reference}/steps/take_down/"
    for one, body in (("disconnect/", {}), ("listings/", {"products": [listing.product.reference]})):
        assert_problem(send(api(curator), path + one, body, key=one), 403)
    assert_problem(send(api(curator), step), 403)
    listing.refresh_from_db()
    assert listing.status == ListingStatus.LISTED


def test_no_partners_program_gets_the_scope_of_shops(shop, marketplace, program_of):
    program = program_of(marketplace, "gallery.products:read", "gallery.feeds:read")
    assert_problem(program.get(SHOPS), 403, "insufficient_scope")


def test_products_are_sent_to_a_shop_once(api, shop, offered, owner_user, stranger):
    client, path = api(owner_user), f"{SHOPS}{shop.reference}/listings/"
    body = {"products": [offered.reference]}
    done = send(client, path, body)
    assert (done.status_code, done.json()) == (202, {"waiting": 1})
    assert send(client, path, body)["Idempotent-Replayed"] == "true"
    [row] = client.get(path).json()["results"]
    assert (row["product"]["reference"], row["status"]) == (offered.reference, "waiting")
    other = records.product(records.maker(stranger))
    assert_problem(send(client, path, {"products": [other.reference]}, key="b"), 404)
    draft = records.product(shop.business, status="draft")
    assert_problem(send(client, path, {"products": [draft.reference]}, key="c"), 400)
    for wrong in ([], ["PRD"] * 201):
        assert_problem(send(client, path, {"products": wrong}, key=f"d{len(wrong)}"), 400)
    assert Listing.objects.count() == 1


def test_what_the_shop_said_last_and_what_differs_there_is_told(api, listing, shop, owner_user):
    difference = {"Kain asem": {"local": "150000", "remote": "1"}}
    listing.drift, listing.last_error = difference, "Gambar ditolak."
    listing.save()
    client, path = api(owner_user), f"{SHOPS}{shop.reference}/listings/{listing.product.reference}/"
    told = client.get(path)
    assert (told.json()["drift"], told.json()["last_error"]) == (difference, "Gambar ditolak.")
    levelled = send(client, f"{path}steps/level/", **{"If-Match": told["ETag"]})
    assert (levelled.json()["status"], levelled.json()["drift"]) == ("waiting", {})
    assert_problem(send(client, f"{path}steps/take_down/", key="b", **{"If-Match": told["ETag"]}), 412)
    down = send(client, f"{path}steps/take_down/", key="c")
    assert down.json()["status"] == "delisting"
    assert send(client, f"{path}steps/take_down/", key="c")["Idempotent-Replayed"] == "true"
    assert_problem(send(client, f"{path}steps/take_down/", key="d"), 400)
    assert send(client, f"{path}steps/terbang/", key="e").status_code == 404
    assert_problem(client.get(f"{SHOPS}{shop.reference}/listings/PRD-0000-0000/"), 404)


def test_who_disconnects_leaves_no_token_behind(api, shop, owner_user):
    client, path = api(owner_user), f"{SHOPS}{shop.reference}/"
    tag = client.get(path)["ETag"]
    assert_problem(send(client, f"{path}disconnect/", {"pesan": "x"}), 400)
    done = send(client, f"{path}disconnect/", **{"If-Match": tag})
    assert done.json()["status"] == "disconnected"
    shop.refresh_from_db()
    assert (shop.status, shop.access_token, shop.refresh_token) == (ShopStatus.DISCONNECTED, "", "")


def test_shops_and_listings_take_the_same_queries_however_many(
    api, shop, owner_user, django_assert_max_num_queries
):
    client = api(owner_user)
    for _number in range(4):
        records.shop(shop.business, owner_user)
        shop.listings.create(product=records.product(shop.business))
    for path, count in ((SHOPS, 5), (f"{SHOPS}{shop.reference}/listings/", 4)):
        with django_assert_max_num_queries(8):
            assert len(client.get(path).json()["results"]) == count


# --- The channels' verdicts -------------------------------------------------------------------------------------------


def test_every_channel_says_what_it_would_refuse_before_a_product_is_sent(api, offered, owner_user, curator):
    for reader in (owner_user, curator):
        told = api(reader).get(f"{SHOPS}lint/", {"product": offered.reference}).json()
        assert told["product"] == {"reference": offered.reference, "name": "Kain asem"}
        assert {one["channel"]: one["is_ready"] for one in told["channels"]} == dict.fromkeys(
            ChannelKind.values, True
        )
    offered.variants.update(price=200_000_000)
    [said] = (
        api(owner_user)
        .get(f"{SHOPS}lint/", {"product": offered.reference, "channel": "tokopedia"})
        .json()["channels"]
    )
    assert said["is_ready"] is False
    assert said["findings"] == [
        {
            "field": "price",
            "code": "price",
            "severity": "error",
            "words": "Isi harga bulat dari Rp100 sampai Rp100.000.000.",
        }
    ]


def test_a_verdict_is_for_the_maker_and_officials_of_the_gallery(
    api, offered, stranger, registrar, marketplace, owner_user
):
    asked = {"product": offered.reference}
    for other in (stranger, registrar, marketplace):
        assert_problem(api(other).get(f"{SHOPS}lint/", asked), 404)
    assert_problem(api().get(f"{SHOPS}lint/", asked), 401)
    for wrong in ({}, asked | {"channel": "pasar"}, asked | {"bahasa": "en"}):
        assert_problem(api(owner_user).get(f"{SHOPS}lint/", wrong), 400)


def test_a_verdict_costs_few_statements(api, offered, owner_user, django_assert_max_num_queries):
    client = api(owner_user)
    with django_assert_max_num_queries(14):
        client.get(f"{SHOPS}lint/", {"product": offered.reference})
