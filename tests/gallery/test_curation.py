"""From a draft to the catalogue, and what the database keeps of products."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.enums import Purpose
from accounts.models import Consent
from core.models import Message
from core.workflow import StepError
from gallery.enums import ProductStatus, RemarkReason
from gallery.models import Product, Variant
from gallery.services import curation, products
from tests.gallery import records

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(workshop, owner_user):
    made = products.create_product(workshop, actor=owner_user, name="Kain batik asem")
    made = products.change_product(
        made, actor=owner_user, description="Batik tulis.", category=records.category(), weight_grams=300
    )
    made = products.set_variants(made, [{"price": 250_000, "stock": 3}], actor=owner_user)
    records.photo(made, owner_user)
    return made


def test_a_product_goes_from_draft_to_the_catalogue(draft, owner_user, curator):
    assert not Product.objects.published().exists()
    curation.submit_product(draft, actor=owner_user)
    done = curation.publish_product(draft, actor=curator)
    assert done.status == ProductStatus.PUBLISHED
    assert done.published_at
    assert list(Product.objects.published()) == [done]
    assert Message.objects.get(recipient=owner_user).title == "Kain batik asem tayang di galeri"


def test_every_gap_is_told_at_once(workshop, owner_user):
    made = products.create_product(workshop, actor=owner_user, name="Kosong")
    with pytest.raises(ValidationError) as refused:
        curation.submit_product(made, actor=owner_user)
    assert len(refused.value.messages) == 5
    assert list(curation.gaps(made)) == ["category", "description", "weight_grams", "price", "photo"]


def test_a_business_nobody_verified_or_that_does_not_agree_is_not_shown(owner_user):
    made = records.maker(owner_user, verified=False, purposes=())
    product = products.create_product(made, actor=owner_user, name="Tas")
    assert {"business", "consent"} <= curation.gaps(product).keys()


def test_the_curator_names_what_to_improve_and_sending_again_answers_it(draft, owner_user, curator):
    curation.submit_product(draft, actor=owner_user)
    photo = draft.photos.get()
    curation.ask_improvement(
        draft,
        [
            {"field": "photo", "photo": photo, "reason": RemarkReason.DARK},
            {"field": "description", "reason": RemarkReason.OTHER, "note": "Sebutkan ukuran kainnya."},
        ],
        actor=curator,
    )
    assert draft.remarks.filter(answered_at=None).count() == 2
    curation.submit_product(draft, actor=owner_user)
    assert not draft.remarks.filter(answered_at=None).exists()


def test_other_needs_words(draft, owner_user, curator):
    curation.submit_product(draft, actor=owner_user)
    with pytest.raises(ValidationError):
        curation.ask_improvement(draft, [{"field": "name", "reason": "other"}], actor=curator)
    draft.refresh_from_db()
    assert draft.status == ProductStatus.SUBMITTED


def test_who_sent_a_product_does_not_publish_it(draft, curator, administrator):
    curation.submit_product(draft, actor=administrator)
    with pytest.raises(PermissionDenied):
        curation.publish_product(draft, actor=administrator)
    curation.publish_product(draft, actor=curator)


def test_a_shown_product_is_changed_only_after_it_was_taken_back(draft, owner_user, curator):
    curation.submit_product(draft, actor=owner_user)
    with pytest.raises(ValidationError):
        products.change_product(draft, actor=owner_user, name="Lain")
    curation.publish_product(draft, actor=curator)
    curation.revise_product(draft, actor=owner_user)
    products.change_product(draft, actor=owner_user, name="Lain")
    assert not Product.objects.published().exists()


def test_a_stranger_finds_no_product_of_others(draft, stranger):
    assert not Product.objects.visible_to(stranger).exists()
    with pytest.raises(Product.DoesNotExist):
        products.change_product(draft, actor=stranger, name="Lain")
    with pytest.raises(Product.DoesNotExist):
        curation.submit_product(draft, actor=stranger)


def test_a_withdrawn_consent_and_a_closed_business_hide_the_product_at_once(workshop, administrator):
    made = records.product(workshop)
    assert made in Product.objects.for_channels()
    agreed = Consent.objects.active(Purpose.MARKETPLACE).get(subject=workshop.reference)
    agreed.withdrawn_at = timezone.now()
    agreed.save()
    assert made in Product.objects.published()
    assert made not in Product.objects.for_channels()
    workshop.status = "closed"
    workshop.closed_on = timezone.localdate()
    workshop.save()
    assert not Product.objects.published().exists()


def test_a_step_out_of_turn_changes_nothing(draft, curator):
    with pytest.raises(StepError):
        curation.publish_product(draft, actor=curator)


def test_price_and_stock_of_the_product_follow_its_variants_by_whatever_door(workshop):
    made = records.product(
        workshop,
        variants=[{"price": 90_000, "stock": 2, "size": "S"}, {"price": 70_000, "stock": 4, "size": "M"}],
    )
    assert (made.price_from, made.stock) == (70_000, 6)
    version = made.version
    Variant.objects.filter(product=made, size="M").update(is_active=False)
    made.refresh_from_db()
    assert (made.price_from, made.stock) == (90_000, 2)
    assert made.version > version


def test_a_shown_product_keeps_a_price(workshop):
    made = records.product(workshop)
    with pytest.raises(IntegrityError, match="gallery_product_shown_is_complete"), transaction.atomic():
        Variant.objects.filter(product=made).delete()


def test_a_product_stands_in_a_leaf_of_the_tree(workshop):
    branch = records.category("Kriya")
    records.category("Rotan", parent=branch)
    with pytest.raises(IntegrityError, match="gallery_product_in_a_leaf"), transaction.atomic():
        records.product(workshop, category=branch)


def test_the_same_choice_twice_is_refused_in_a_sentence(draft, owner_user):
    rows = [{"price": 1000, "stock": 1, "size": "M"}, {"price": 2000, "stock": 1, "size": "M"}]
    with pytest.raises(ValidationError, match="sudah ada pada produk ini"):
        products.set_variants(draft, rows, actor=owner_user)
    assert draft.variants.count() == 1


def test_a_product_takes_no_variant_and_no_photo_of_another_and_sixty_at_most(draft, workshop, owner_user):
    other = records.product(workshop)
    picture = records.photo(other, owner_user, seed=2)
    for rows, words in (
        ([{"price": 1000, "reference": other.variants.get().reference}], "Varian BRG-.* tidak ada"),
        ([{"price": 1000, "photo": picture}], "Foto FTO-.* tidak ada"),
        ([{"price": 1000, "size": str(number)} for number in range(61)], "paling banyak 60 varian"),
    ):
        with pytest.raises(ValidationError, match=words):
            products.set_variants(draft, rows, actor=owner_user)
    assert draft.variants.get().price == 250_000


@pytest.mark.parametrize("price", [99, 1_000_000_001])
def test_a_price_out_of_range_is_refused_by_the_database(workshop, price):
    with pytest.raises(IntegrityError, match="gallery_variant_price_in_range"), transaction.atomic():
        records.product(workshop, price=price)


def test_a_badge_vanishes_with_its_certificate(workshop):
    made = records.product(workshop)
    today = timezone.localdate()
    holds = workshop.licences.create(kind="halal", number="H-1", expires_on=today)
    over = workshop.licences.create(kind="pirt", number="P-1", expires_on=today - timezone.timedelta(days=1))
    made.licences.set([holds, over])
    assert made.badges() == [holds]
    assert made.badges(today + timezone.timedelta(days=1)) == []
