"""What the gallery adds to a merge of two businesses, to "Data saya" and to "Lacak"."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from psycopg2.extras import DateRange

from core.tracking import track
from gallery import merging, personal_data
from gallery.models import ConsignmentTerms, Settlement
from gallery.services import curation, products
from tests.gallery import records

pytestmark = pytest.mark.django_db


def settlement(business, month):
    return Settlement.objects.create(business=business, month=month, sold=100_000, commission=10_000)


def terms(business, curator, since, until=None):
    return ConsignmentTerms.objects.create(
        business=business, during=DateRange(since, until), commission_percent=10, agreed_by=curator
    )


def test_two_settlements_of_a_month_stand_in_the_way(workshop, owner_user):
    other = records.maker(name="Batik Sekar Jagat")
    settlement(workshop, datetime.date(2026, 9, 1))
    settlement(other, datetime.date(2026, 10, 1))
    merging.check(workshop, other)
    settlement(other, datetime.date(2026, 9, 1))
    with pytest.raises(ValidationError, match="bulan yang sama"):
        merging.check(workshop, other)


def test_terms_that_hold_at_the_same_time_stand_in_the_way(workshop, curator):
    other = records.maker(name="Batik Sekar Jagat")
    day = timezone.localdate()
    terms(workshop, curator, day)
    terms(other, curator, day - datetime.timedelta(days=90), day)
    merging.check(workshop, other)
    terms(other, curator, day + datetime.timedelta(days=1))
    with pytest.raises(ValidationError, match="berlaku bersamaan"):
        merging.check(workshop, other)


def test_my_data_holds_products_and_photos_but_no_strangers(workshop, owner_user, person):
    product = records.product(workshop)
    photo = records.photo(product, owner_user)
    found = personal_data.export(owner_user)["gallery_products"]
    assert [one["reference"] for one in found] == [product.reference]
    assert found[0]["photos"][0]["reference"] == photo.reference
    assert {product.reference, photo.reference} <= set(personal_data.references(owner_user))
    stranger = person("entrepreneur", name="Orang Lain")
    assert personal_data.export(stranger)["gallery_products"] == []


def test_a_product_is_tracked_by_its_reference_and_four_digits(workshop, owner_user):
    workshop.phone = "+6281234567890"
    workshop.save()
    draft = products.create_product(workshop, actor=owner_user, name="Kain rahasia")
    found = track(draft.reference, "7890")
    assert found.explanation == "Produk belum dikirim. Masuk untuk melengkapinya."
    assert found.due is None
    assert track(draft.reference, "1111") is None
    assert "Kain rahasia" not in str(found)
    products.change_product(
        draft, actor=owner_user, description="Batik.", category=records.category(), weight_grams=300
    )
    products.set_variants(draft, [{"price": 250_000}], actor=owner_user)
    records.photo(draft, owner_user)
    curation.submit_product(draft, actor=owner_user)
    found = track(draft.reference, "7890")
    assert found.holder == "Dinas Perindustrian, kurator galeri"
    assert [one.title for one in found.moments] == ["Produk dibuat", "Menunggu kurator"]
