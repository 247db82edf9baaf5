"""The catalogue of the demo city, small."""

import io
from random import Random

import pytest
from PIL import Image

from accounts.enums import Role
from accounts.models import User
from devserver import marketplace
from gallery.channels.reading import ready_candidates, with_parts
from gallery.demo import seed
from gallery.demo.goods import GOODS
from gallery.demo.pictures import DRAWINGS, product_picture
from gallery.enums import ChannelKind
from gallery.models import Category, ChannelCategory, Edition, Photo, Product
from gallery.services import curation
from gallery.services.reference import TREE, load_reference
from ikm.demo import people
from tests.gallery import records
from tests.ikm.businesses import kbli

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(monkeypatch):
    """Two entrepreneurs and thirty makers of the trades of the catalogue."""
    monkeypatch.setattr(seed, "PRODUCTS", 60)
    load_reference()
    people.make_people()
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
    return users


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
