"""What the channels say of a product before it is sent: each rule at its edge, and what the database's rows become."""

from dataclasses import replace
from decimal import Decimal

import pytest

from gallery.channels.candidate import Candidate, Offer
from gallery.channels.linting import ERROR, LIMITS, RULES, WARNING, is_ready, lint
from gallery.channels.reading import candidates, verdicts, with_parts
from gallery.enums import ChannelKind, ProductStatus
from gallery.models import ChannelCategory, Product
from tests.gallery import records

OFFER = Offer(reference="BRG-AAAA-AAAA", sku="KB-1", choice="", price=Decimal(150_000), stock=5)
GOOD = Candidate(
    reference="PRD-AAAA-AAAA",
    name="Kain batik Semarangan motif asem",
    description="Kain batik tulis, pewarna alam, dua meter.",
    category_code="600101",
    category_is_deepest=True,
    category_name="Kain batik",
    weight_grams=400,
    length_cm=30,
    width_cm=20,
    height_cm=3,
    minimum_order=1,
    made_to_order_days=None,
    is_new=True,
    brand="Sekar Jagad",
    video_url="",
    photos=("https://galeri.example/1.jpg",),
    offers=(OFFER,),
    link="https://galeri.example/p",
)
T, S, G, M = ChannelKind.TOKOPEDIA, ChannelKind.TIKTOK_SHOP, ChannelKind.GOOGLE, ChannelKind.META


def offered(**changes):
    return {"offers": (replace(OFFER, **changes),)}


def photos(count):
    return {"photos": tuple(f"https://galeri.example/{number}.jpg" for number in range(count))}


def codes(channel, severity=ERROR, **changes):
    return {one.code for one in lint(replace(GOOD, **changes), channel) if one.severity == severity}


@pytest.mark.parametrize("channel", ChannelKind)
def test_a_whole_product_is_ready_everywhere(channel):
    assert lint(GOOD, channel) == []


#: (channel, code, what still passes, what breaks it).
EDGES = [
    (T, "name_long", {"name": "a" * 70}, {"name": "a" * 71}),
    (T, "name_long", {"name": "a" * 67, **offered(choice="M")}, {"name": "a" * 68, **offered(choice="M")}),
    (T, "description_long", {"description": "a" * 2000}, {"description": "a" * 2001}),
    (T, "category_missing", {}, {"category_code": ""}),
    (T, "category_not_deepest", {}, {"category_is_deepest": False}),
    (T, "weight", {"weight_grams": 1}, {"weight_grams": 0}),
    (T, "weight", {}, {"weight_grams": None}),
    (T, "price", offered(price=Decimal(100)), offered(price=Decimal(99))),
    (T, "price", offered(price=Decimal(100_000_000)), offered(price=Decimal(100_000_001))),
    (T, "price", {}, offered(price=Decimal("150000.5"))),
    (T, "stock", offered(stock=1), offered(stock=0)),
    (T, "stock", offered(stock=999_999), offered(stock=1_000_000)),
    (T, "sku_long", offered(sku="a" * 50), offered(sku="a" * 51)),
    (T, "sku_twice", {}, {"offers": (replace(OFFER, choice="M"), replace(OFFER, choice="L"))}),
    (T, "preorder", {"made_to_order_days": 3}, {"made_to_order_days": 2}),
    (T, "preorder", {"made_to_order_days": 90}, {"made_to_order_days": 91}),
    (T, "video", {"video_url": "https://youtu.be/abc"}, {"video_url": "https://vimeo.com/1"}),
    (T, "video", {"video_url": "https://www.youtube.com/watch?v=1"}, {"video_url": "https://youtube.com.example/1"}),
    (T, "name_taken", {"names_taken": frozenset({"lain"})}, {"name": "  KAIN  a", "names_taken": frozenset({"kain a"})}),
    (T, "photo_missing", photos(1), photos(0)),
    (T, "photos_many", photos(9), photos(10)),
    (T, "name_missing", {}, {"name": " "}),
    (T, "offers_missing", {}, {"offers": ()}),
    (S, "name_long", {"name": "a" * 254}, {"name": "a" * 255}),
    (S, "description_missing", {}, {"description": ""}),
    (S, "stock", offered(stock=0), offered(stock=1_000_000)),
    (S, "photos_many", photos(9), photos(10)),
    (G, "id_long", offered(reference="a" * 50), offered(reference="a" * 51)),
    (G, "name_long", {"name": "a" * 150}, {"name": "a" * 151}),
    (G, "description_long", {"description": "a" * 5000}, {"description": "a" * 5001}),
    (G, "price", offered(price=Decimal(1)), offered(price=Decimal(0))),
    (G, "brand_long", {"brand": "a" * 70}, {"brand": "a" * 71}),
    (G, "link_missing", {}, {"link": ""}),
    (G, "photo_missing", photos(1), photos(0)),
    (M, "name_long", {"name": "a" * 200}, {"name": "a" * 201}),
    (M, "description_long", {"description": "a" * 9999}, {"description": "a" * 10_000}),
    (M, "brand_missing", {}, {"brand": ""}),
    (M, "price", offered(price=Decimal(1)), offered(price=Decimal(0))),
]  # fmt: skip


@pytest.mark.parametrize(("channel", "code", "passes", "breaks"), EDGES)
def test_every_limit_holds_at_its_edge(channel, code, passes, breaks):
    assert code not in codes(channel, **passes)
    assert code in codes(channel, **breaks)
    assert code not in {one.code for one in lint(replace(GOOD, **breaks), channel, without={code})}


def test_what_a_channel_only_changes_does_not_stop_a_product():
    for channel, code, changes in (
        (T, "photos_in_sheet", photos(6)),
        (T, "minimum_order", {"minimum_order": 10_000}),
        (M, "name_cut", {"name": "a" * 66}),
    ):
        assert codes(channel, WARNING, **changes) == {code}
        assert is_ready(lint(replace(GOOD, **changes), channel))


def test_errors_come_before_notes_and_say_what_to_do_with_the_limit_in_it():
    found = lint(replace(GOOD, name="a" * 71, **photos(6)), T)
    assert [one.severity for one in found] == [ERROR, WARNING]
    assert found[0].field == "name"
    assert found[0].sentence.endswith("paling banyak 70 huruf.")
    assert "Rp100 sampai Rp100.000.000" in lint(replace(GOOD, **offered(price=Decimal(1))), T)[0].sentence


def test_every_rule_says_its_sentence():
    for channel, rules in RULES.items():
        assert len({rule.code for rule in rules}) == len(rules)
        for rule in rules:
            assert str(rule.sentence) % {name: "1" for name in LIMITS[channel]}
            assert len(str(rule.sentence).split(".")[0].split()) <= 20, rule.sentence


# --- Out of the database -------------------------------------------------------------------------------------------------


def mapped(category, channels=(T, S), code="600101", deepest=True):
    for channel in channels:
        ChannelCategory.objects.create(category=category, channel=channel, code=code, is_deepest=deepest)


def test_a_product_becomes_what_a_channel_is_shown(workshop, owner_user, settings):
    settings.SITE_URL = "https://galeri.example"
    one = records.product(
        workshop,
        variants=[
            {"price": 90_000, "stock": 2, "size": "M", "sku": "KB-M"},
            {"price": 95_000, "stock": 0, "size": "L"},
            {"price": 1_000, "stock": 9, "size": "S", "is_active": False},
        ],
    )
    picture = records.photo(one, owner_user)
    mapped(one.category)
    [(_product, made)] = candidates(with_parts(Product.objects.all()), T)
    assert [(offer.choice, offer.price, offer.stock) for offer in made.offers] == [("M", 90_000, 2), ("L", 95_000, 0)]  # fmt: skip
    assert made.offers[0].sku == "KB-M"
    assert made.offers[1].sku == made.offers[1].reference
    assert made.brand == workshop.name
    assert made.photos == (f"https://galeri.example/galeri/foto/{picture.reference}-900.jpg",)
    assert made.category_code == "600101"
    assert made.link == f"https://galeri.example/galeri/{one.reference}/"


def test_a_name_gives_way_to_the_one_that_was_there_first(workshop, owner_user):
    first = records.product(workshop, name="Kain Asem")
    second = records.product(workshop, name="kain  asem", category=first.category)
    other = records.product(records.maker(), name="Kain Asem", category=first.category)
    mapped(first.category)
    found = {
        product.pk: {f.code for f in channels[T]}
        for product, channels in verdicts(with_parts(Product.objects.all()))
    }
    assert "name_taken" in found[second.pk]
    assert "name_taken" not in found[first.pk]
    assert "name_taken" not in found[other.pk]


def test_a_draft_takes_no_name(workshop):
    first = records.product(workshop, name="Kain Asem", status=ProductStatus.DRAFT)
    second = records.product(workshop, name="Kain Asem", category=first.category)
    [(_p, found)] = verdicts(with_parts(Product.objects.filter(pk=second.pk)))
    assert "name_taken" not in {one.code for one in found[T]}


def test_many_products_cost_as_many_statements_as_one(workshop, owner_user, django_assert_max_num_queries):
    category = records.category()
    for seed in range(5):
        records.photo(records.product(workshop, category=category), owner_user, seed=seed)
    with django_assert_max_num_queries(8):
        assert len(verdicts(with_parts(Product.objects.all()))) == 5
