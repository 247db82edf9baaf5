"""Which products are ready for which channel, kept in memory: always what the linter says, and asked anew only where it may differ."""

import pytest
from django.core.cache import caches
from django.urls import reverse

from accounts.enums import Purpose
from accounts.services import withdraw_consent
from gallery.channels import readiness as module
from gallery.channels.readiness import readiness, status_of
from gallery.channels.reading import verdicts, with_parts
from gallery.enums import ChannelKind
from gallery.models import ChannelCategory, Product, Variant
from gallery.services.links import make_links
from tests.gallery import records

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty_memory():
    caches["memory"].clear()
    yield
    caches["memory"].clear()


@pytest.fixture
def goods(workshop):
    """Two products of the workshop and one of another maker."""
    return [*(records.product(workshop) for _number in range(2)), records.product(records.maker())]


@pytest.fixture
def judged(monkeypatch):
    """The references of the products that were judged, in order."""
    seen, real = [], module.verdicts

    def noting(products):
        rows = real(products)
        seen.extend(product.reference for product, _found in rows)
        return rows

    monkeypatch.setattr(module, "verdicts", noting)
    return seen


def as_linted():
    return {
        product.reference: {channel: status_of(found) for channel, found in findings.items()}
        for product, findings in verdicts(with_parts(Product.objects.for_channels()))
    }


def as_kept():
    return {row.reference: row.statuses for row in readiness()}


def test_what_is_kept_is_what_the_linter_says_after_every_kind_of_change(goods, workshop, owner_user):
    first, _second, other = goods
    assert as_kept() == as_linted()
    changes = [
        lambda: Variant.objects.filter(product=first).update(stock=0),
        lambda: Product.objects.filter(pk=first.pk).update(description="y" * 2500),
        lambda: records.photo(first, owner_user),
        lambda: ChannelCategory.objects.create(
            category=first.category, channel=ChannelKind.TOKOPEDIA, code="600101"
        ),
        make_links,
        lambda: Product.objects.filter(pk=other.pk).update(name="x" * 80),
        lambda: first.photos.all().delete(),
        lambda: records.product(workshop),
        lambda: withdraw_consent(workshop, Purpose.MARKETPLACE, actor=owner_user),
    ]
    for change in changes:
        change()
        assert as_kept() == as_linted()
    assert as_kept().keys() == {other.reference}


def test_the_products_of_the_maker_alone_are_judged_again(goods, judged):
    first, second, other = goods
    readiness()
    assert sorted(judged) == sorted(one.reference for one in goods)
    judged.clear()
    readiness()
    assert judged == []
    Variant.objects.filter(product=other).update(stock=0)
    readiness()
    assert judged == [other.reference]
    judged.clear()
    # A name that another product of the maker has counts against the later one.
    Product.objects.filter(pk=first.pk).update(name=second.name)
    readiness()
    assert judged == [first.reference, second.reference]


def test_a_second_look_asks_one_question_however_many_products(goods, workshop, django_assert_num_queries):
    for _number in range(4):
        records.product(workshop)
    readiness()
    with django_assert_num_queries(1):
        readiness()


def test_the_page_asks_the_same_however_many_products(
    goods, workshop, curator, sign_in, django_assert_max_num_queries
):
    client = sign_in(curator)
    client.get(reverse("office_channels"))
    for _number in range(4):
        records.product(workshop)
    client.get(reverse("office_channels"))
    with django_assert_max_num_queries(8):
        page = client.get(reverse("office_channels"), {"siap": "tidak"})
    assert page.content.decode().count("BRG") == 0
    assert "7" in page.content.decode()
