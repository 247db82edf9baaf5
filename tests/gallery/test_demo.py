"""The catalogue of the demo city, small."""

import io
from random import Random

import pytest
from django.db import transaction
from django.db.models import Sum
from django.test import override_settings
from django.utils import timezone
from PIL import Image

from accounts.enums import Role
from accounts.models import Consent, User
from core.dates import today
from core.models import Signatory
from core.workflow import history
from devserver import marketplace
from gallery.channels.reading import ready_candidates, with_parts
from gallery.demo import channels, consignment, seed
from gallery.demo.goods import GOODS
from gallery.demo.pictures import DRAWINGS, product_picture
from gallery.enums import ChannelKind
from gallery.models import (
    Category,
    ChannelCategory,
    Edition,
    GalleryStock,
    GoodsNote,
    LinkDay,
    Listing,
    Movement,
    Photo,
    Product,
    Sale,
    Settlement,
    Shop,
    ShortLink,
    StockCount,
)
from gallery.services import curation
from gallery.services.reference import TREE, load_reference
from ikm.demo import people
from tests.gallery import records
from tests.ikm.businesses import kbli

pytestmark = pytest.mark.django_db

#: No marketplace can be reached: who calls one fails.
NOWHERE = dict.fromkeys(("api", "login", "tokens", "app_key", "app_secret"), "")


def drawn():
    """What comes from the seed alone."""
    return (
        list(ShortLink.objects.order_by("pk").values_list("code", flat=True)),
        list(LinkDay.objects.order_by("pk").values_list("link__code", "on", "clicks")),
        list(Sale.objects.order_by("pk").values_list("reference", "total")),
        list(Settlement.objects.order_by("pk").values_list("month", "sold", "payment_reference")),
    )


@pytest.fixture(scope="module")
def drawn_before():
    """What the sales of the city were when they were made the first time, and thrown away."""
    return []


@pytest.fixture(scope="module")
def small_city(drawn_before, django_db_setup, django_db_blocker, tmp_path_factory):
    """Two entrepreneurs and thirty makers of the trades of the catalogue; three of them at the gallery for two months."""
    media = tmp_path_factory.mktemp("media")
    with (
        pytest.MonkeyPatch.context() as patch,
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=media, MARKETPLACE=NOWHERE),
        transaction.atomic(),
    ):
        patch.setattr(seed, "PRODUCTS", 60)
        patch.setattr(consignment, "MAKERS", 3)
        patch.setattr(consignment, "MONTHS", 2)
        make_sales = seed.make_sales

        def twice(*given):
            with transaction.atomic():
                make_sales(*given)
                drawn_before.extend(drawn())
                transaction.set_rollback(True)
            make_sales(*given)

        patch.setattr(seed, "make_sales", twice)
        load_reference()
        people.make_people()
        Signatory.objects.create(
            name="Kepala Contoh", post="Kepala", unit="Dinas", in_force_from="2020-01-01"
        )
        users = [User.objects.get(email=one.email) for one in (people.ENTREPRENEUR, people.APPLICANT)]
        for number in range(30):
            goods = GOODS[number % len(GOODS)]
            code = (goods.kbli[0] + "0000")[:5]
            records.maker(
                users[number] if number < 2 else None,
                name=f"Pembuat {number}",
                main_kbli=kbli(code, f"Industri {code}"),
                scale="small",
            )
        assert seed.seed_demo() == 60
        yield users
        transaction.set_rollback(True)


@pytest.fixture
def city(small_city, db):
    """The small city of the module."""
    return small_city


def test_every_state_is_there_and_what_is_shown_may_be(city):
    assert set(Product.objects.values_list("status", flat=True)) == {
        "draft", "submitted", "to_improve", "published",
    }  # fmt: skip
    shown = Product.objects.published()
    assert shown.count() == Product.objects.filter(status="published").count()
    for product in shown:
        assert not curation.gaps(product)
    assert Product.objects.without_english().exists()
    assert Edition.objects.count() == 2
    assert not Product.objects.filter(status="to_improve", remarks=None).exists()


def test_both_entrepreneurs_have_products_of_their_own(city):
    for user in city:
        assert set(Product.objects.visible_to(user).values_list("status", flat=True)) >= {
            "published", "to_improve", "draft",
        }  # fmt: skip


def test_each_has_a_photo_in_its_sizes_and_making_it_again_changes_nothing(city):
    assert not Product.objects.filter(photos=None).exists()
    assert not Photo.objects.filter(renditions=None).exists()
    assert seed.seed_demo() == 0


def test_most_shown_products_are_ready_for_the_marketplaces(city):
    offered = Product.objects.for_channels()
    for channel in (ChannelKind.TOKOPEDIA, ChannelKind.TIKTOK_SHOP):
        ready = list(ready_candidates(with_parts(offered), channel))
        assert len(ready) > offered.count() / 2
    assert set(ChannelCategory.objects.values_list("code", flat=True)) <= marketplace.LEAVES


def test_the_curator_can_decide_what_waits(city):
    curator = User.objects.get(email=next(p.email for p in people.SHOWN if p.role == Role.GALLERY_CURATOR))
    curation.publish_product(Product.objects.filter(status="submitted").first(), actor=curator)


def test_shops_hold_what_they_take_and_say_what_they_refuse(city):
    by_status = {one.remote_id: one for one in Shop.objects.all()}
    assert {"7001", "7003"} <= by_status.keys() <= set(marketplace.SHOPS) | {"7004"}
    listings = Listing.objects.filter(shop__remote_id="7001")
    assert {one.status for one in listings} <= {"listed", "failed"}
    assert all(one.remote_id and len(one.sent_hash) == 64 for one in listings.filter(status="listed"))
    assert all(one.last_error for one in listings.filter(status="failed"))


def test_the_marketplace_on_this_machine_holds_what_the_portal_says_it_sent(city):
    held = channels.marketplace_products()
    listed = Listing.objects.filter(status="listed", shop__status="connected")
    assert held.keys() == set(listed.values_list("remote_id", flat=True))
    for row in listed:
        shown = held[row.remote_id]
        assert not marketplace.wrong_fields(
            shown["body"] | {"main_images": shown["body"]["main_images"] or [{}]}, ()
        )
        body = channels.body_of(row)
        assert channels.connector.differences(body, shown["body"]) == row.drift
        assert channels.connector.fingerprint(body) == row.sent_hash


def test_a_maker_changed_her_mind_and_what_was_taken_down_has_its_proof(city):
    gone = Listing.objects.filter(status="delisted").select_related("product__business")
    assert gone
    for row in gone:
        assert row.delisting_answer["answer"]["request_id"]
        consents = Consent.objects.filter(subject=row.product.business.reference, purpose="marketplace")
        assert all(one.withdrawn_at <= row.delisted_at for one in consents)
        assert not Product.objects.for_channels().filter(pk=row.product_id).exists()


def test_short_links_were_followed_for_half_a_year_and_not_tomorrow(city):
    assert ShortLink.objects.filter(product__in=Product.objects.for_channels(), channel="whatsapp").exists()
    days = LinkDay.objects.values_list("on", flat=True)
    assert (today() - min(days)).days > 170
    assert max(days) < today()


def test_goods_at_the_gallery_are_what_came_less_what_went(city):
    assert {"received", "sold", "counted"} <= set(Movement.objects.values_list("kind", flat=True))
    for stock in GalleryStock.objects.all():
        moved = Movement.objects.filter(variant=stock.variant_id).aggregate(total=Sum("quantity"))["total"]
        assert stock.quantity == moved >= 0
    moments = list(Movement.objects.order_by("pk").values_list("recorded_at", flat=True))
    assert moments == sorted(moments)
    assert moments[-1] <= timezone.now()
    assert set(Sale.objects.values_list("payment", flat=True)) == {"cash", "qris"}
    for sale in Sale.objects.all():
        assert sale.total == sum(one.amount for one in sale.movements.filter(kind="sold"))
    assert StockCount.objects.get().lines.exclude(reason="").exists()


def test_every_hand_over_has_its_receipt_of_that_day(city):
    for note in GoodsNote.objects.all():
        assert note.letters.get().issued_at == note.recorded_at


def test_settlements_of_past_months_are_paid_and_one_is_open(city):
    assert Settlement.objects.filter(status="paid").exists()
    assert Settlement.objects.filter(status="draft").exists()
    for one in Settlement.objects.all():
        assert one.sold == sum(line.amount for line in one.lines.all())
        assert [line.step for line in history(one)][0] == "prepare"
        assert all(line.at <= timezone.now() for line in history(one))
        if one.status == "paid":
            assert one.payment_reference
            assert one.letters.count() == 1


def test_the_same_seed_makes_the_same_sales_and_clicks(city, drawn_before):
    assert all(drawn_before)
    assert list(drawn()) == drawn_before


def test_the_goods_stand_in_leaves_of_the_tree_and_can_be_drawn():
    leaves = {leaf for _slug, _name, _name_en, children in TREE for leaf, _n, _e in children}
    assert {goods.leaf for goods in GOODS} == leaves
    assert len(leaves) >= 12
    assert {thing[2] for goods in GOODS for thing in goods.things} <= DRAWINGS.keys()
    load_reference()
    load_reference()
    assert Category.objects.filter(children=None).count() == len(leaves)


@pytest.mark.parametrize("kind", DRAWINGS)
def test_a_picture_is_large_enough_and_the_same_again(kind):
    one, again = (product_picture(Random(7), kind) for _time in range(2))
    assert one == again
    with Image.open(io.BytesIO(one)) as image:
        assert image.size == (640, 640)
