"""The curator's desk: what waits, one product side by side, English, the queue, photos for who may see them."""

import pytest
from django.urls import reverse
from django.utils import timezone

from gallery.enums import ProductStatus
from gallery.models import Product
from ikm import queue
from tests.gallery import records

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(workshop, owner_user):
    made = records.product(workshop, status=ProductStatus.DRAFT, name="Kain batik asem")
    made.photo = records.photo(made, owner_user)
    made.status, made.submitted_at = ProductStatus.SUBMITTED, timezone.now()
    made.save()
    return made


def page(product):
    return reverse("office_product", args=[product.reference])


def test_the_desk_shows_what_waits_and_finds_others(waiting, workshop, curator, sign_in):
    records.product(workshop, name="Tas rotan")
    client = sign_in(curator)
    text = client.get(reverse("office_gallery")).content.decode()
    assert "Kain batik asem" in text
    assert "Tas rotan" not in text
    text = client.get(reverse("office_gallery"), {"status": "", "q": "rotan"}).content.decode()
    assert "Tas rotan" in text
    assert "Kain batik asem" not in text


def test_the_desk_costs_the_same_for_many(
    workshop, owner_user, curator, sign_in, django_assert_max_num_queries
):
    for seed in range(6):
        made = records.product(workshop)
        records.photo(made, owner_user, seed=seed)
    client = sign_in(curator)
    client.get(reverse("office_gallery"))
    with django_assert_max_num_queries(12):
        client.get(reverse("office_gallery"), {"status": "published"})


def test_one_press_publishes_and_the_next_comes(waiting, workshop, owner_user, curator, sign_in):
    other = records.product(workshop, status=ProductStatus.SUBMITTED, submitted_at=timezone.now())
    records.photo(other, owner_user, seed=2)
    response = sign_in(curator).post(page(waiting), {"action": "publish"})
    assert response["Location"] == page(other)
    assert list(Product.objects.published()) == [waiting]


def test_reasons_stand_beside_photo_and_field(waiting, curator, sign_in):
    client = sign_in(curator)
    refused = client.post(page(waiting), {"action": "ask_improvement"})
    assert refused.status_code == 400
    assert "paling sedikit satu bagian" in refused.content.decode()
    client.post(
        page(waiting),
        {
            "action": "ask_improvement",
            f"reason-{waiting.photo.reference}": "dark",
            "reason-description": "other",
            "note-description": "Sebutkan ukurannya.",
        },
    )
    waiting.refresh_from_db()
    assert waiting.status == ProductStatus.TO_IMPROVE
    assert set(waiting.remarks.values_list("field", "reason", "photo")) == {
        ("photo", "dark", waiting.photo.pk),
        ("description", "other", None),
    }


def test_a_photo_like_anothers_is_pointed_out(waiting, owner_user, curator, sign_in):
    other = records.product(records.maker(name="Peniru"), name="Kain tiruan")
    records.photo(other, owner_user)
    assert "Kain tiruan" in sign_in(curator).get(page(waiting)).content.decode()


def test_english_is_written_for_a_shown_product_without_another_look(workshop, curator, sign_in):
    made = records.product(workshop, name="Kain batik asem")
    client = sign_in(curator)
    assert "Kain batik asem" in client.get(reverse("office_translations")).content.decode()
    address = reverse("office_translate", args=[made.reference])
    words = {"name_en": "Tamarind batik", "description_en": "Batik by hand.", "materials_en": "cotton"}
    assert client.post(address, words).status_code == 302
    made.refresh_from_db()
    assert (made.name_en, made.status) == ("Tamarind batik", ProductStatus.PUBLISHED)
    assert "Kain batik asem" not in client.get(reverse("office_translations")).content.decode()


def test_what_waits_stands_in_the_queue_of_curators_alone(waiting, curator, registrar):
    assert [work.title for work in queue.page(curator, queue.Filters()).works] == ["Batik Sekar Jagad"]
    assert queue.page(registrar, queue.Filters()).works == []


def photo_address(photo, width=320, ending="webp"):
    return reverse("gallery_photo", args=[photo.reference, width, ending])


def test_a_photo_is_everybodys_while_its_product_is_shown(workshop, owner_user, client):
    made = records.product(workshop)
    photo = records.photo(made, owner_user)
    shown = client.get(photo_address(photo))
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/webp")
    assert "public" in shown["Cache-Control"]
    assert b"".join(shown.streaming_content)[:4] == b"RIFF"
    again = client.get(photo_address(photo), headers={"If-None-Match": shown["ETag"]})
    assert again.status_code == 304
    made.status = ProductStatus.WITHDRAWN
    made.save()
    assert client.get(photo_address(photo)).status_code == 404


def test_a_photo_of_a_draft_is_its_makers_and_the_curators(
    workshop, owner_user, stranger, curator, sign_in, client
):
    photo = records.photo(records.product(workshop, status=ProductStatus.DRAFT), owner_user)
    assert client.get(photo_address(photo)).status_code == 404
    assert sign_in(stranger).get(photo_address(photo)).status_code == 404
    for person in (owner_user, curator):
        response = sign_in(person).get(photo_address(photo))
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
        assert b"".join(response.streaming_content)


@pytest.mark.parametrize(("width", "ending"), [(333, "webp"), (320, "png"), (320, "jpeg")])
def test_a_size_that_is_not_there_is_not_found(workshop, owner_user, client, width, ending):
    photo = records.photo(records.product(workshop), owner_user)
    assert client.get(photo_address(photo, width, ending)).status_code == 404
