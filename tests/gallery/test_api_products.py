"""Products of the gallery through the API: who reads and writes what, conditional writes, replays, and the curator's steps."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Consent
from gallery.enums import ProductStatus
from gallery.models import Product
from ikm.models import Area, Licence
from tests.gallery import records
from tests.ikm.api_clients import assert_problem, names

pytestmark = pytest.mark.django_db
PRODUCTS = "/api/v1/gallery/products/"


def send(client, path, body, key="kunci-1", **headers):
    return client.post(
        path, body, content_type="application/json", headers={"Idempotency-Key": key, **headers}
    )


def change(client, path, body, tag=None, *, method="patch"):
    headers = {"If-Match": tag} if tag else {}
    return getattr(client, method)(path, body, content_type="application/json", headers=headers)


def content(answer):
    """A file's bytes."""
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def address(product):
    return f"{PRODUCTS}{product.reference}/"


@pytest.fixture
def shown(workshop):
    return records.product(workshop, name="Kain batik sogan", name_en="Sogan batik cloth")


@pytest.fixture
def draft(workshop):
    return records.product(workshop, name="Tas rahasia", status=ProductStatus.DRAFT)


# --- Who reads what ---------------------------------------------------------------------------------------------------


def test_everybody_reads_what_is_published_and_nobody_else_what_is_not(
    api, shown, draft, stranger, registrar, marketplace
):
    for reader in (None, stranger, registrar, marketplace):
        client = api(reader)
        assert names(client.get(PRODUCTS)) == ["Kain batik sogan"]
        told = client.get(address(shown)).json()
        assert (told["remarks"], told["missing"], told["steps"]) == ([], [], [])
        assert_problem(client.get(address(draft)), 404)


def test_a_maker_reads_the_own_drafts_and_the_curator_all(api, shown, draft, owner_user, curator, stranger):
    other = records.product(records.maker(stranger), name="Milik orang", status=ProductStatus.SUBMITTED)
    assert names(api(owner_user).get(PRODUCTS)) == ["Kain batik sogan", "Tas rahasia"]
    assert names(api(owner_user).get(PRODUCTS, {"status": "draft"})) == ["Tas rahasia"]
    assert names(api(curator).get(PRODUCTS)) == ["Kain batik sogan", "Tas rahasia", "Milik orang"]
    assert_problem(api(owner_user).get(address(other)), 404)
    told = api(owner_user).get(address(draft)).json()
    assert [one["part"] for one in told["missing"]] == ["photo"]
    assert [one["name"] for one in told["steps"]] == ["submit"]


def test_a_marketplaces_program_reads_published_products_with_their_scope_alone(
    shown, draft, marketplace, program_of
):
    assert names(program_of(marketplace, "gallery.products:read").get(PRODUCTS)) == ["Kain batik sogan"]
    without = program_of(marketplace, "businesses:read")
    assert_problem(without.get(PRODUCTS), 403, "insufficient_scope")
    reading = program_of(marketplace, "gallery.products:read")
    assert_problem(send(reading, PRODUCTS, {"name": "x"}), 403, "insufficient_scope")


def test_a_withdrawn_consent_holds_for_the_api_at_once(api, shown, workshop):
    Consent.objects.filter(subject=workshop.reference).update(withdrawn_at=timezone.now())
    assert names(api().get(PRODUCTS)) == []
    assert_problem(api().get(address(shown)), 404)


def test_a_product_is_told_whole_with_variants_photos_and_the_badges_that_hold(
    api, shown, owner_user, workshop, settings
):
    picture = records.photo(shown, owner_user)
    for number, expires in (("H1", None), ("H2", timezone.localdate() - datetime.timedelta(days=1))):
        shown.licences.add(
            Licence.objects.create(business=workshop, kind="halal", number=number, expires_on=expires)
        )
    shown.variants.create(price=90_000, stock=2, colour="biru", position=2)
    shown.variants.create(price=80_000, stock=9, colour="hijau", is_active=False, position=3)
    told = api().get(address(shown)).json()
    assert (told["price_from"], told["stock"]) == (90_000, 7)
    assert [one["colour"] for one in told["variants"]] == ["", "biru"]
    assert [one["number"] for one in told["badges"]] == ["H1"]
    assert told["maker"] == {"reference": workshop.reference, "name": workshop.name}
    assert told["page"] == f"{settings.SITE_URL}/galeri/{shown.reference}/"
    [photo] = told["photos"]
    assert (photo["reference"], photo["alt"]) == (picture.reference, picture.alt)
    for size in photo["sizes"]:
        for name in ("webp", "jpeg"):
            assert len(content(api().get(size[name].removeprefix(settings.SITE_URL)))) > 1000
    assert told["photo"] == photo["sizes"][-1]["jpeg"]
    assert len(api(owner_user).get(address(shown)).json()["variants"]) == 3, (
        "the maker sees what is not sold too"
    )


def test_products_are_found_by_category_maker_place_status_and_words(api, workshop, shown, stranger):
    branch = records.category("Kriya")
    leaf = records.category("Ukiran", parent=branch)
    carver = records.maker(stranger, name="Ukir Jati")
    carver.kelurahan = (
        Area.objects.filter(level="kelurahan").exclude(parent=workshop.kelurahan.parent).first()
    )
    carver.save()
    kecamatan = carver.kelurahan.parent
    records.product(carver, name="Wayang kayu", name_en="Wooden puppet", category=leaf)
    client = api()
    for filters in (
        {"category": branch.slug},
        {"category": leaf.slug},
        {"maker": carver.reference},
        {"kecamatan": kecamatan.code},
        {"search": "wayang"},
        {"search": "puppet"},
    ):
        assert names(client.get(PRODUCTS, filters)) == ["Wayang kayu"], filters
    assert client.get(PRODUCTS, {"kecamatan": kecamatan.code}).json()["results"][0]["kecamatan"] == {
        "code": kecamatan.code,
        "name": kecamatan.name,
    }
    assert names(client.get(PRODUCTS, {"search": "wayang rotan"})) == []
    assert names(client.get(PRODUCTS, {"search": "!!"})) == []
    for wrong in ({"category": "tidak-ada"}, {"status": "lain"}, {"warna": "biru"}, {"search": ""}):
        assert_problem(client.get(PRODUCTS, wrong), 400)


def test_pages_lead_through_all_products_and_changes_are_told_since_a_moment(api, workshop):
    made = [records.product(workshop, name=f"Kain {number}") for number in range(5)]
    client = api()
    seen, link = [], f"{PRODUCTS}?limit=2"
    while link:
        page = client.get(link).json()
        seen += [one["name"] for one in page["results"]]
        link = page["next"]
    assert seen == [one.name for one in made]
    since = client.get(PRODUCTS, {"modified_since": "2020-01-01T00:00:00Z"}).json()["meta"][
        "next_modified_since"
    ]
    made[3].variants.update(stock=1)
    assert names(client.get(PRODUCTS, {"modified_since": since}))[-1] == "Kain 3"


def test_the_tree_of_categories_says_which_take_products(api):
    branch = records.category("Kriya")
    leaf = records.category("Ukiran", parent=branch)
    rows = {one["slug"]: one for one in api().get(f"{PRODUCTS}categories/").json()}
    assert (rows[branch.slug]["takes_products"], rows[branch.slug]["parent"]) == (False, None)
    assert (rows[leaf.slug]["takes_products"], rows[leaf.slug]["parent"]) == (True, branch.slug)


def test_the_list_takes_the_same_queries_however_long(
    api, owner_user, workshop, django_assert_max_num_queries
):
    for number in range(4):
        made = records.product(workshop)
        records.photo(made, owner_user, seed=number + 1)
    for reader, most in ((None, 4), (owner_user, 9)):
        with django_assert_max_num_queries(most):
            assert len(api(reader).get(PRODUCTS).json()["results"]) == 4


def test_what_did_not_change_is_not_sent_again(api, shown):
    for path in (PRODUCTS, address(shown), f"{PRODUCTS}categories/"):
        first = api().get(path)
        assert api().get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304


# --- Writing ----------------------------------------------------------------------------------------------------------


def test_a_maker_makes_a_draft_once(api, owner_user, workshop):
    category = records.category()
    Licence.objects.create(business=workshop, kind="halal", number="H1")
    body = {
        "business": workshop.reference,
        "name": "Kain asem arang",
        "category": category.slug,
        "weight_grams": 450,
        "licences": [{"kind": "halal", "number": "H1"}],
    }
    client = api(owner_user)
    made = send(client, PRODUCTS, body)
    assert made.status_code == 201, made.content
    assert send(client, PRODUCTS, body)["Idempotent-Replayed"] == "true"
    assert send(client, PRODUCTS, body | {"name": "Lain"}).status_code == 422
    told = made.json()
    assert (told["status"], told["weight_grams"]) == ("draft", 450)
    assert [one["number"] for one in told["badges"]] == ["H1"]
    assert Product.objects.get().reference == told["reference"]


def test_who_may_not_offer_for_a_business_makes_no_product(
    api, workshop, owner_user, stranger, registrar, curator, marketplace
):
    body = {"business": workshop.reference, "name": "Kain"}
    assert_problem(send(api(), PRODUCTS, body), 401)
    assert_problem(send(api(stranger), PRODUCTS, body), 404)
    assert_problem(send(api(registrar), PRODUCTS, body), 403)
    assert_problem(send(api(marketplace), PRODUCTS, body), 403)
    assert send(api(curator), PRODUCTS, body).status_code == 201
    client = api(owner_user)
    branch = records.category()
    records.category(parent=branch)
    for wrong in (
        {"status": "published"},
        {"category": branch.slug},
        {"weight_grams": 0},
        {"hs_code": "12"},
        {"name": ""},
        {"licences": [{"kind": "halal", "number": "bukan milik saya"}]},
    ):
        assert_problem(send(client, PRODUCTS, body | wrong, key=str(wrong)), 400)
    assert Product.objects.count() == 1


def test_a_change_needs_the_version_it_is_based_on(api, owner_user, draft, stranger):
    client = api(owner_user)
    tag = client.get(address(draft))["ETag"]
    assert_problem(change(client, address(draft), {"name": "Tas kulit"}), 428)
    done = change(client, address(draft), {"name": "Tas kulit", "materials": ""}, tag)
    assert done.status_code == 200, done.content
    assert done.json()["name"] == "Tas kulit"
    stale = assert_problem(change(client, address(draft), {"name": "Tas lain"}, tag), 412)
    assert stale["current_version"] == done.json()["version"]
    assert change(client, address(draft), {"name": "Tas tiga"}, done["ETag"]).status_code == 200
    assert change(client, address(draft), {"name": "Tas empat"}, "*").status_code == 200
    assert_problem(change(api(stranger), address(draft), {"name": "x"}, "*"), 404)


def test_a_published_product_is_not_changed_and_nobody_elses_either(
    api, owner_user, shown, stranger, marketplace
):
    assert_problem(change(api(owner_user), address(shown), {"name": "x"}, "*"), 400, "not_open")
    for other in (stranger, marketplace):
        assert_problem(change(api(other), address(shown), {"name": "x"}, "*"), 404)
        assert_problem(send(api(other), f"{address(shown)}steps/withdraw/", {}), 404)
    assert_problem(change(api(), address(shown), {"name": "x"}, "*"), 401)


def test_variants_are_replaced_and_keep_their_number(api, owner_user, draft):
    client, path = api(owner_user), f"{address(draft)}variants/"
    [old] = client.get(address(draft)).json()["variants"]
    rows = [
        {"reference": old["reference"], "colour": "soga", "price": 200_000, "stock": 2},
        {"colour": "indigo", "price": 180_000, "stock": 1},
    ]
    assert_problem(change(client, path, {"variants": rows}, method="put"), 428)
    tag = client.get(address(draft))["ETag"]
    done = change(client, path, {"variants": rows}, tag, method="put")
    assert done.status_code == 200, done.content
    assert [one["colour"] for one in done.json()["variants"]] == ["soga", "indigo"]
    assert done.json()["variants"][0]["reference"] == old["reference"]
    assert (done.json()["price_from"], done.json()["stock"]) == (180_000, 3)
    assert_problem(change(client, path, {"variants": rows}, tag, method="put"), 412)
    for wrong in (
        [*rows, {"colour": "soga", "price": 1000}],
        [{"price": 5}],
        [{"price": 1000, "reference": "BRG-0000-0000"}],
        [{"price": 1000, "photo": "FTO-0000-0000"}],
    ):
        assert_problem(change(client, path, {"variants": wrong}, "*", method="put"), 400)
    assert draft.variants.count() == 2


def test_photos_are_added_described_ordered_and_removed(api, owner_user, draft, stranger):
    client, path = api(owner_user), f"{address(draft)}photos/"

    def add(seed, key, who=client, **fields):
        body = {"photo": records.picture(seed), "alt": f"Foto {seed}"} | fields
        return who.post(path, body, headers={"Idempotency-Key": key})

    first = add(1, "a")
    assert first.status_code == 201, first.content
    assert first["ETag"] == client.get(address(draft))["ETag"]
    again = add(1, "a")
    assert (again["Idempotent-Replayed"], again["ETag"]) == ("true", first["ETag"])
    assert_problem(add(1, "b"), 400, "same")
    assert_problem(add(2, "c", alt=""), 400)
    assert_problem(add(3, "d", photo=SimpleUploadedFile("a.jpg", b"bukan foto", "image/jpeg")), 400)
    assert_problem(add(4, "e", photo=records.picture(4, size=(400, 400))), 400, "too_small")
    assert_problem(add(2, "f", who=api(stranger)), 404)
    one, two = add(2, "g").json()["photos"]
    moved = change(client, f"{path}{two['reference']}/", {"position": 1, "alt_en": "A bag"})
    assert [(photo["reference"], photo["alt_en"]) for photo in moved.json()["photos"]] == [
        (two["reference"], "A bag"),
        (one["reference"], ""),
    ]
    looked = client.get(f"{path}{two['reference']}/")
    assert (looked.status_code, looked["Content-Type"]) == (200, "image/jpeg")
    assert "no-store" in looked["Cache-Control"]
    assert content(looked)
    for other in (api(), api(stranger)):
        assert_problem(other.get(f"{path}{two['reference']}/"), 404)
    assert_problem(client.delete(f"{path}{one['reference']}/", headers={"If-Match": '"1-x"'}), 412)
    left = client.delete(f"{path}{one['reference']}/").json()["photos"]
    assert [photo["reference"] for photo in left] == [two["reference"]]
    assert_problem(client.delete(f"{path}{one['reference']}/"), 404)


# --- Steps ------------------------------------------------------------------------------------------------------------


def test_from_a_draft_to_the_catalogue_and_back(api, owner_user, curator, draft):
    client, office = api(owner_user), api(curator)

    def step(who, name, body=None, key=None, **headers):
        return send(who, f"{address(draft)}steps/{name}/", body or {}, key=key or name, **headers)

    assert "foto" in assert_problem(step(client, "submit"), 400)["errors"][0]["detail"]
    photo = records.photo(draft, owner_user)
    assert step(client, "submit").json()["status"] == "submitted"
    assert step(client, "submit")["Idempotent-Replayed"] == "true"
    assert_problem(step(client, "publish"), 403)
    remark = {"field": "photo", "photo": photo.reference, "reason": "dark"}
    assert_problem(step(office, "ask_improvement", key="none"), 400)
    assert_problem(step(office, "publish", {"remarks": [remark]}, key="wrong"), 400)
    asked = step(office, "ask_improvement", {"remarks": [remark], "note": "Foto lagi."}).json()
    assert (asked["status"], asked["remarks"][0]["photo"]) == ("to_improve", photo.reference)
    assert client.get(address(draft)).json()["remarks"][0]["reason"] == "dark"
    assert step(client, "submit", key="again").json()["remarks"][0]["answered_at"]
    assert_problem(step(office, "publish", key="old", **{"If-Match": '"1-x"'}), 412)
    assert step(office, "publish").json()["status"] == "published"
    assert names(api().get(PRODUCTS)) == ["Tas rahasia"]
    assert_problem(step(office, "publish", key="twice"), 409)
    assert_problem(step(office, "withdraw"), 400)
    assert step(client, "withdraw").json()["status"] == "withdrawn"
    assert names(api().get(PRODUCTS)) == []
    assert step(client, "revise").json()["status"] == "draft"
    assert step(client, "terbang").status_code == 404
