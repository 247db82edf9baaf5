"""A maker's pages: from an empty list to a product that the curator has."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Purpose, Role
from accounts.models import Consent
from core.models import AuditEntry, ServiceStandard
from gallery.enums import ProductStatus, RemarkReason
from gallery.models import Product
from gallery.services import curation, products
from gallery.services.reference import CURATION
from ikm.enums import BusinessStatus
from tests.gallery import records
from tests.ikm.businesses import business as any_business

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client, owner_user):
    client.force_login(owner_user)
    return client


@pytest.fixture
def draft(workshop, owner_user):
    return products.create_product(workshop, actor=owner_user, name="Kain batik asem")


def page_of(product, section):
    return reverse("my_product_section", args=[product.reference, section])


def fill(draft, owner_user):
    products.change_product(
        draft, actor=owner_user, description="Batik tulis.", category=records.category(), weight_grams=300
    )
    products.set_variants(draft, [{"price": 250_000, "stock": 3}], actor=owner_user)
    records.photo(draft, owner_user)
    draft.refresh_from_db()
    return draft


def test_an_empty_list_says_how_to_begin(client, workshop):
    body = client.get(reverse("my_products")).content.decode()
    assert "Belum ada produk" in body
    assert reverse("start_product") in body


def test_a_product_is_started_by_its_name(client, workshop):
    answer = client.post(reverse("start_product"), {"usaha": workshop.reference, "name": "Tas anyam"})
    made = Product.objects.get()
    assert answer.url == reverse("my_product", args=[made.reference])
    assert (made.name, made.business) == ("Tas anyam", workshop)


def test_who_has_no_registered_business_is_led_to_the_register(client):
    assert reverse("start_registration") in client.get(reverse("start_product")).content.decode()


def test_what_a_business_still_lacks_is_said_with_the_page_that_settles_it(client, owner_user):
    made = records.maker(owner_user, verified=False, purposes=())
    body = client.get(reverse("start_product")).content.decode()
    assert "Belum diverifikasi" in body
    assert reverse("gallery_consent", args=[made.reference]) in body


def test_a_business_that_is_not_registered_cannot_start(client, owner_user):
    made = any_business(BusinessStatus.DRAFT, speaker=owner_user)
    answer = client.post(reverse("start_product"), {"usaha": made.reference, "name": "Tas"})
    assert answer.status_code == 400
    assert not Product.objects.exists()


def test_agreeing_is_recorded_for_the_business(client, owner_user):
    made = records.maker(owner_user, purposes=())
    records.maker()  # the texts of the consents
    address = reverse("gallery_consent", args=[made.reference])
    assert client.post(address, {}).status_code == 400
    client.post(address, {"publish": "on"})
    given = Consent.objects.filter(subject=made.reference)
    assert [one.purpose for one in given] == [Purpose.PUBLISH]


def test_a_stranger_agrees_to_nothing_and_sees_nothing(client, person, draft, workshop):
    client.force_login(person("entrepreneur", name="Orang Lain"))
    for name, reference in (
        ("my_product", draft.reference),
        ("my_product_preview", draft.reference),
        ("withdraw_product", draft.reference),
        ("gallery_consent", workshop.reference),
    ):
        assert client.get(reverse(name, args=[reference])).status_code == 404


def test_a_page_is_kept_with_fields_left_empty(client, draft):
    answer = client.post(page_of(draft, "produk"), {"name": draft.name, "materials": "katun", "then": "list"})
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert (draft.materials, draft.category, draft.condition) == ("katun", None, "new")


def test_measures_are_typed_with_dots(client, draft):
    client.post(page_of(draft, "ukuran"), {"weight_grams": "1.500", "minimum_order": ""})
    draft.refresh_from_db()
    assert (draft.weight_grams, draft.minimum_order) == (1500, 1)


def test_what_was_typed_on_an_old_page_is_shown_beside_what_stands(client, draft, owner_user):
    old = draft.version
    products.change_product(draft, actor=owner_user, materials="sutra")
    answer = client.post(page_of(draft, "produk"), {"name": draft.name, "materials": "katun", "version": old})
    assert answer.status_code == 409
    body = answer.content.decode()
    assert "sutra" in body
    assert 'value="katun"' in body


def test_prices_are_written_as_people_write_them_and_a_button_gives_one_row_more(client, draft):
    address = page_of(draft, "harga")
    answer = client.post(
        address, {"rows": "1", "v0-price": "150rb", "v0-stock": "4", "v0-is_active": "on", "then": "row"}
    )
    assert answer.url == f"{address}?baris#baris-baru"
    first = draft.variants.get()
    assert (first.price, first.stock) == (150_000, 4)
    body = client.get(f"{address}?baris").content.decode()
    assert 'name="v1-price"' in body
    assert 'value="Rp150.000"' in body
    client.post(
        address,
        {
            "rows": "2", "v0-reference": first.reference, "v0-price": "160rb", "v0-size": "M", "v0-is_active": "on",
            "v1-price": "1,5jt", "v1-size": "L", "v1-is_active": "on",
        },
    )  # fmt: skip
    assert [(one.size, one.price) for one in draft.variants.all()] == [("M", 160_000), ("L", 1_500_000)]
    assert draft.variants.first().reference == first.reference


def test_a_row_without_its_price_and_the_same_choice_twice_are_refused_with_all_that_was_typed(client, draft):
    answer = client.post(page_of(draft, "harga"), {"rows": "1", "v0-colour": "merah", "v0-is_active": "on"})
    assert answer.status_code == 400
    assert 'value="merah"' in answer.content.decode()
    twice = {f"v{row}-price": "10rb" for row in (0, 1)} | {f"v{row}-is_active": "on" for row in (0, 1)}
    answer = client.post(page_of(draft, "harga"), {"rows": "2", **twice})
    assert answer.status_code == 400
    assert "sudah ada pada produk ini" in answer.content.decode()
    assert not draft.variants.exists()


def test_a_row_is_taken_away(client, draft, owner_user):
    products.set_variants(draft, [{"price": 10_000}, {"price": 20_000, "size": "L"}], actor=owner_user)
    first, second = draft.variants.all()
    client.post(
        page_of(draft, "harga"),
        {"rows": "2", "v0-reference": first.reference, "v0-price": "10rb", "v0-remove": "on",
         "v1-reference": second.reference, "v1-price": "20rb", "v1-size": "L", "v1-is_active": "on"},
    )  # fmt: skip
    assert list(draft.variants.all()) == [second]


def test_photos_come_one_a_request_are_described_moved_and_removed(client, draft, owner_user):
    address = page_of(draft, "foto")
    answer = client.post(address, {"file": records.picture(3), "alt": "Kain biru"}, follow=True)
    assert "Foto diterima." in answer.content.decode()
    first = draft.photos.get()
    second = records.photo(draft, owner_user, seed=4, position=2)
    one = lambda photo: reverse("my_product_photo", args=[draft.reference, photo.reference])  # noqa: E731
    client.post(one(second), {"then": "up"})
    assert list(draft.photos.all()) == [second, first]
    client.post(
        one(first), {f"{first.reference}-alt": "Kain merah", f"{first.reference}-alt_en": "Red cloth"}
    )
    first.refresh_from_db()
    assert (first.alt, first.alt_en) == ("Kain merah", "Red cloth")
    answer = client.post(one(first), {f"{first.reference}-alt": ""})
    assert answer.status_code == 400
    client.post(one(first), {"then": "remove"})
    assert list(draft.photos.all()) == [second]


def test_the_gates_sentence_stands_on_the_page(client, draft):
    answer = client.post(
        page_of(draft, "foto"), {"file": records.picture(3, size=(300, 300)), "alt": "Kain biru"}
    )
    assert answer.status_code == 400
    body = answer.content.decode()
    assert "paling sedikit 500 piksel" in body
    assert 'value="Kain biru"' in body


def test_a_photo_that_looks_like_anothers_is_pointed_out(client, draft, owner_user):
    other = records.product(records.maker(name="Batik Tetangga"), name="Kain rahasia")
    records.photo(other, owner_user, seed=9)
    records.photo(draft, owner_user, seed=9)
    body = client.get(page_of(draft, "foto")).content.decode()
    assert "mirip dengan foto pada produk usaha lain" in body
    assert "Kain rahasia" not in body


def test_sending_lists_every_gap_with_the_page_that_settles_it(client, draft):
    answer = client.post(reverse("my_product_check", args=[draft.reference]))
    assert answer.status_code == 400
    body = answer.content.decode()
    for section in ("produk", "harga", "foto", "ukuran"):
        assert page_of(draft, section) in body
    assert "Tambahkan paling sedikit satu foto." in body


def test_a_complete_product_is_sent_and_the_receipt_says_until_when(client, draft, owner_user):
    ServiceStandard.objects.get_or_create(
        code=CURATION,
        in_force_from=datetime.date(2017, 1, 1),
        defaults={"label": "Kurasi", "working_days": 5, "legal_basis": "-"},
    )
    fill(draft, owner_user)
    answer = client.post(reverse("my_product_check", args=[draft.reference]), follow=True)
    body = answer.content.decode()
    assert "Produk sudah kami terima" in body
    assert "Anda mendapat jawaban paling lambat" in body
    draft.refresh_from_db()
    assert draft.status == ProductStatus.SUBMITTED
    assert client.get(page_of(draft, "produk")).status_code == 302
    assert "paling lambat" in client.get(reverse("my_products")).content.decode()


def test_remarks_stand_at_the_top_and_beside_their_part(client, draft, owner_user, curator):
    fill(draft, owner_user)
    curation.submit_product(draft, actor=owner_user)
    photo = draft.photos.get()
    curation.ask_improvement(
        draft,
        [
            {"field": "photo", "reason": RemarkReason.DARK, "photo": photo},
            {"field": "description", "reason": RemarkReason.OTHER, "note": "Sebutkan pewarnanya."},
        ],
        actor=curator,
        note="Hampir baik.",
    )
    body = client.get(reverse("my_product", args=[draft.reference])).content.decode()
    assert "Hampir baik." in body
    assert f"{page_of(draft, 'foto')}#{photo.reference}" in body
    assert "Sebutkan pewarnanya." in client.get(page_of(draft, "produk")).content.decode()
    assert "terlalu gelap" in client.get(page_of(draft, "foto")).content.decode()
    assert "terlalu gelap" not in client.get(page_of(draft, "ukuran")).content.decode()


def test_withdrawing_and_changing_say_first_what_they_mean(client, workshop):
    product = records.product(workshop)
    address = reverse("revise_product", args=[product.reference])
    assert "tidak tampil di galeri" in client.get(address).content.decode()
    client.post(address)
    product.refresh_from_db()
    assert product.status == ProductStatus.DRAFT
    product = records.product(workshop)
    address = reverse("withdraw_product", args=[product.reference])
    assert "diturunkan" in client.get(address).content.decode()
    client.post(address, {"note": "Habis"})
    product.refresh_from_db()
    assert product.status == ProductStatus.WITHDRAWN
    assert "Habis" in client.get(reverse("my_product", args=[product.reference])).content.decode()


def test_a_step_out_of_turn_changes_nothing(client, draft):
    for name in ("withdraw_product", "revise_product"):
        assert client.post(reverse(name, args=[draft.reference])).status_code == 302
    draft.refresh_from_db()
    assert draft.status == ProductStatus.DRAFT


def test_the_preview_shows_what_a_buyer_will_see(client, draft, owner_user):
    fill(draft, owner_user)
    body = client.get(reverse("my_product_preview", args=[draft.reference])).content.decode()
    assert "Rp250.000" in body
    assert "Batik tulis." in body


def test_many_products_take_few_queries(client, workshop, owner_user, django_assert_max_num_queries):
    for number in range(6):
        records.photo(records.product(workshop, status="draft"), owner_user, seed=number)
    with django_assert_max_num_queries(16):
        body = client.get(reverse("my_products")).content.decode()
    assert body.count('class="thumbnail"') == 6


def test_a_published_product_whose_business_no_longer_agrees_says_so(client, workshop):
    product = records.product(workshop)
    Consent.objects.filter(subject=workshop.reference).update(withdrawn_at=timezone.now())
    body = client.get(reverse("my_product", args=[product.reference])).content.decode()
    assert "persetujuan tampil untuk umum sudah ditarik" in body


def test_a_draft_is_thrown_away_with_all_it_holds_after_a_question(
    client, draft, owner_user, django_capture_on_commit_callbacks
):
    fill(draft, owner_user)
    files = [draft.photos.get().file, *(one.file for one in draft.photos.get().renditions.all())]
    path = reverse("discard_product", args=[draft.reference])
    assert path in client.get(reverse("my_product", args=[draft.reference])).content.decode()
    assert "tidak dapat dibatalkan" in client.get(path).content.decode()
    assert Product.objects.filter(pk=draft.pk).exists()
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(path, follow=True)
    assert "Kain batik asem dibuang." in answer.content.decode()
    assert not Product.objects.filter(pk=draft.pk).exists()
    assert not any(file.storage.exists(file.name) for file in files)
    assert AuditEntry.objects.get(action="gallery.discard_product").subject == draft.reference


@pytest.mark.parametrize("status", [one for one in ProductStatus if one != ProductStatus.DRAFT])
def test_what_is_no_draft_is_not_thrown_away(client, workshop, status):
    made = records.product(workshop, status=status)
    answer = client.post(reverse("discard_product", args=[made.reference]))
    assert answer.status_code == 400
    assert "hanya draf" in answer.content.decode()
    assert Product.objects.filter(pk=made.pk).exists()


def test_a_draft_that_was_on_show_or_at_the_gallery_stays(client, workshop, owner_user):
    once = curation.revise_product(records.product(workshop), actor=owner_user)
    page = client.get(reverse("my_product", args=[once.reference])).content.decode()
    assert "Buang draf" not in page
    kept = records.product(workshop, status=ProductStatus.DRAFT)
    records.received(kept.variants.get(), 1, owner_user)
    for made in (once, kept):
        with pytest.raises(ValidationError, match="catatannya tetap disimpan"):
            products.discard_product(made, actor=owner_user)
        assert made.variants.exists()


def test_a_stranger_throws_nothing_away(draft, person):
    stranger = person(Role.ENTREPRENEUR)
    with pytest.raises(Product.DoesNotExist):
        products.discard_product(draft, actor=stranger)
