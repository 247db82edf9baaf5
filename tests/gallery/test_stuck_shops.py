"""Products that wait in a shop that is no longer connected: its maker and the office are told, and connecting it again moves them."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from gallery import selectors
from gallery.enums import ListingStatus, ShopStatus
from gallery.models import ChannelCategory, Listing, Shop
from gallery.services import channels
from ikm import queue
from tests.gallery import records
from tests.gallery.marketplace import running
from tests.gallery.test_shops import LEAF, T, come_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def stuck(workshop, owner_user):
    """A disconnected shop in which one product waits to be sent and one to be taken down."""
    shop = records.shop(
        workshop, owner_user, name="Toko Putus", remote_id="7001", status=ShopStatus.DISCONNECTED,
        access_token="", refresh_token="", disconnected_at=timezone.now(),
    )  # fmt: skip
    for status in (ListingStatus.WAITING, ListingStatus.DELISTING):
        Listing.objects.create(shop=shop, product=records.product(workshop), status=status)
    Listing.objects.create(
        shop=shop, product=records.product(workshop), status=ListingStatus.LISTED, remote_id="1"
    )
    return shop


def test_its_maker_is_told_to_connect_it_again(stuck, sign_in, owner_user):
    client = sign_in(owner_user)
    words = client.get(reverse("my_shop", args=[stuck.reference])).content.decode()
    assert "2 produk menunggu dan tidak bergerak" in words
    assert "Produk menunggu di toko ini" in client.get(reverse("my_shops")).content.decode()


def test_the_office_finds_it_with_who_can_connect_it(stuck, sign_in, curator, owner_user):
    client = sign_in(curator)
    assert "2 produk menunggu" in client.get(reverse("office_channels")).content.decode()
    words = client.get(reverse("office_shop", args=[stuck.reference])).content.decode()
    assert "menyambungkan toko lagi" in words
    assert owner_user.name in words


def test_it_counts_in_the_work_queue(stuck, sign_in, curator):
    waiting = [work for work in queue.page(curator).works if work.kind == "gallery_shop"]
    assert [work.reference for work in waiting] == [stuck.reference]
    assert reverse("office_shop", args=[stuck.reference]) in (
        sign_in(curator).get(reverse("office")).content.decode()
    )
    assert selectors.stuck_shops().get().waiting == 2
    Listing.objects.filter(shop=stuck).update(status=ListingStatus.FAILED)
    assert not selectors.stuck_shops().exists()


def test_a_shop_that_is_connected_again_goes_on_where_it_stopped(settings, workshop, owner_user):
    category = records.category()
    ChannelCategory.objects.create(category=category, channel=T, code=LEAF)
    product = records.product(workshop, category=category)
    records.photo(product, owner_user)
    with running(settings) as market:
        code, _state = come_back(market, workshop, owner_user)
        first = channels.connect_shop(workshop, T, code, actor=owner_user)
        channels.offer_products(first, [product], actor=owner_user)
        channels.disconnect_shop(first, actor=owner_user)
        assert channels.run()["sent"] == 0
        assert selectors.stuck_shops().get() == first
        code, _state = come_back(market, workshop, owner_user)
        again = channels.connect_shop(workshop, T, code, actor=owner_user)
        assert again == first
        assert channels.run()["sent"] == 1
    assert Listing.objects.get().status == ListingStatus.LISTED
    assert not selectors.stuck_shops().exists()


def test_anothers_shop_of_before_is_not_taken_over(settings, workshop, owner_user, person):
    other = person(Role.ENTREPRENEUR, name="Orang Lain")
    theirs = records.maker(other)
    with running(settings) as market:
        code, _state = come_back(market, workshop, owner_user)
        first = channels.connect_shop(workshop, T, code, actor=owner_user)
        channels.disconnect_shop(first, actor=owner_user)
        code, _state = come_back(market, theirs, other)
        assert channels.connect_shop(theirs, T, code, actor=other) != first
    assert Shop.objects.count() == 2
