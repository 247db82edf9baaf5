"""500 generated products, each at or near a limit: what the linter says is what the simulated marketplace does."""

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from devserver.marketplace import BRANCHES, LEAVES, Market, Refused
from gallery.channels.candidate import Candidate, Offer, plain_name
from gallery.channels.connector import ChannelError, Client, payload, refreshed_tokens
from gallery.channels.linting import ERROR, RULES, is_ready, lint
from gallery.enums import ChannelKind
from tests.gallery.marketplace import running

PRODUCTS = 500
CHANNELS = (ChannelKind.TOKOPEDIA, ChannelKind.TIKTOK_SHOP)
#: The API's name of the field that a rule is about.
FIELD_OF = {
    "name": "title", "description": "description", "category": "category_id", "weight_grams": "package_weight",
    "photo": "main_images", "price": "price", "stock": "inventory", "sku": "seller_sku",
    "made_to_order_days": "pre_order_days", "video_url": "video_url",
}  # fmt: skip
LEAF, BRANCH = sorted(LEAVES)[0], sorted(BRANCHES)[0]
#: Values of each part on both sides of its limits; the first is harmless.
VALUES = {
    "name_length": [30, 69, 70, 71, 150, 253, 254, 255, 0],
    "description_length": [40, 1999, 2000, 2001, 9999, 10_000, 10_001, 0],
    "category": [(LEAF, True), (BRANCH, False), ("", False)],
    "weight_grams": [400, 1, 0, None],
    "made_to_order_days": [None, 2, 3, 90, 91, 1],
    "photos": [1, 5, 6, 9, 10, 0],
    "video_url": ["", "https://youtu.be/a", "https://www.youtube.com/watch?v=1", "https://vimeo.com/1",
                  "https://youtube.com.example/1", "https://m.youtube.com/1"],
    "price": [Decimal(150_000), Decimal(99), Decimal(100), Decimal(100_000_000), Decimal(100_000_001), Decimal("150.5")],
    "stock": [5, 0, 1, 999_999, 1_000_000],
    "sku_length": [8, 50, 51],
    "variants": [1, 2, 3, 0],
    "same_sku": [False, True],
    "same_name": [False, True],
}  # fmt: skip
#: So many products have one part alone away from the harmless value.
ALONE = sum(map(len, VALUES.values()))
#: How often a part leaves its harmless value: seldom enough for many products to be taken.
SELDOM = 0.09


def generated(number, rng, before):
    """A candidate with a few parts at their limits; each value of each part comes first by itself, then by chance."""
    alone = [(part, value) for part, values in VALUES.items() for value in values]
    chosen = {part: values[0] for part, values in VALUES.items()}
    if number < len(alone):
        chosen |= dict([alone[number]])
        if alone[number][0] == "same_sku":
            chosen["variants"] = 2
    else:
        for part, values in VALUES.items():
            if rng.random() < SELDOM:
                chosen[part] = rng.choice(values)
    name = f"{number:05d} kain batik".ljust(chosen["name_length"], "a")[: chosen["name_length"]]
    if chosen["same_name"] and before:
        name = f"  {rng.choice(before).upper()} "
    offers = tuple(
        Offer(
            reference=f"BRG-{number}-{one}",
            sku=f"{number if not chosen['same_sku'] else 0}-{0 if chosen['same_sku'] else one}".ljust(
                chosen["sku_length"], "x"
            ),
            choice=f"ukuran {one}" if chosen["variants"] > 1 else "",
            price=chosen["price"],
            stock=chosen["stock"],
        )
        for one in range(chosen["variants"])
    )
    code, deepest = chosen["category"]
    return Candidate(
        reference=f"PRD-{number}",
        name=name,
        description="k" * chosen["description_length"],
        category_code=code,
        category_is_deepest=deepest,
        category_name="Kain batik",
        weight_grams=chosen["weight_grams"],
        length_cm=None,
        width_cm=None,
        height_cm=None,
        minimum_order=1,
        made_to_order_days=chosen["made_to_order_days"],
        is_new=True,
        brand="Sekar Jagad",
        video_url=chosen["video_url"],
        photos=tuple(f"https://galeri.example/{one}.jpg" for one in range(chosen["photos"])),
        offers=offers,
        link="https://galeri.example/p",
    )


def compared(client, channel, *, products=PRODUCTS, without=frozenset()):
    """[(candidate, what only one of the two finds wrong, was it taken)] over all generated products of one shop."""
    rng = Random(f"2017 {channel}")
    names, before, answers = set(), [], []
    for number in range(products):
        made = replace(generated(number, rng, before), names_taken=frozenset(names))
        found = lint(made, channel, without=without)
        try:
            client.create(payload(made, channel, made.photos))
            refused = set()
        except ChannelError as error:
            refused = set(error.fields)
        linted = {
            "skus" if one.code == "offers_missing" else FIELD_OF[one.field]
            for one in found
            if one.severity == ERROR
        }
        assert is_ready(found) == (not linted)
        answers.append((made, linted ^ refused, not refused))
        if not refused:
            own = (
                [made.name]
                if channel == ChannelKind.TIKTOK_SHOP
                else [made.offered_name(o) for o in made.offers]
            )
            names.update(map(plain_name, own))
            if len(made.offers) == 1 and made.name == made.name.strip() and len(made.name) < 60:
                before.append(made.name)
    return answers


@pytest.fixture
def market(settings):
    with running(settings) as market:
        yield market


def client_of(market):
    return Client(refreshed_tokens("refresh-7001").access, "cipher-7001")


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_linter_and_the_marketplace_agree_on_every_one_of_500_products(market, channel):
    answers = compared(client_of(market), channel)
    assert len(answers) == PRODUCTS
    apart = [(made, difference) for made, difference, _taken in answers if difference]
    assert apart == []
    taken = sum(taken for _made, _difference, taken in answers)
    assert 150 < taken < 400
    assert len(market.products) == taken


class Straight:
    """The marketplace without the wire between, for the many runs of the control."""

    def __init__(self, market):
        self.market = market

    def create(self, body):
        try:
            return self.market._create("7001", body)
        except Refused as error:
            raise ChannelError("", fields=[one["field"] for one in error.errors]) from error


@pytest.mark.parametrize(
    ("channel", "code"),
    [(channel, rule.code) for channel in CHANNELS for rule in RULES[channel] if rule.severity == ERROR],
)
def test_a_rule_that_is_switched_off_is_noticed(channel, code):
    answers = compared(Straight(Market()), channel, products=ALONE, without=frozenset({code}))
    assert any(difference for _made, difference, _taken in answers), f"{code} is never needed"
