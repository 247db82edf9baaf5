"""The catalogue for everybody: what is found and counted, what a product's page shows and never shows, and how it is found."""

import json
import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.cache import caches
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.enums import Purpose
from accounts.models import Consent
from gallery.catalogue import Wish, find
from gallery.models import Category, Edition, EditionItem
from ikm.models import Area, Licence
from tests.gallery import records

pytestmark = pytest.mark.django_db
PHONE = "+6281298765432"


def text_of(response):
    return response.content.decode()


@pytest.fixture(autouse=True)
def _no_memory():
    caches["memory"].clear()


@pytest.fixture
def maker():
    return records.maker(name="Batik Sekar Jagad", phone=PHONE, address="Jl. Tersembunyi 9")


@pytest.fixture
def goods(maker, owner_user):
    """Four products in two branches, of two makers in two kecamatan, one of them certified."""
    clothing = Category.objects.create(slug="busana", name="Busana", name_en="Clothing", position=1)
    cloth = records.category("Kain", slug="kain", parent=clothing)
    shirts = records.category("Kemeja", slug="kemeja", parent=clothing)
    food = Category.objects.create(slug="makanan", name="Makanan", name_en="Food", position=2)
    snacks = records.category("Camilan", slug="camilan", parent=food)
    genuk = Area.objects.filter(parent__name="Genuk").first()
    other = records.maker(name="Dapur Bu Tini", kelurahan=genuk)
    halal = Licence.objects.create(business=other, kind="halal", number="ID33110001234")
    made = {
        "kain": records.product(maker, name="Kain batik asem", category=cloth, price=450_000, is_export_ready=True),
        "kemeja": records.product(maker, name="Kemeja batik lengan panjang", category=shirts, price=175_000, made_to_order_days=7),
        "keripik": records.product(other, name="Keripik tempe", name_en="Tempeh crisps", category=snacks, description="Renyah.", price=18_000, materials="kedelai"),
        "wingko": records.product(other, name="Wingko babat", category=snacks, description="Legit.", price=35_000, materials="kelapa"),
    }  # fmt: skip
    made["keripik"].licences.add(halal)
    records.photo(made["kain"], owner_user, alt="Kain batik terbentang", alt_en="A batik cloth")
    return made


def names(**question):
    return [card.name for card in find(Wish.of(question)).cards]


def counts(answer, facet):
    return {choice.value: choice.count for choice in answer.facets[facet]}


# --- Searching and facets ---------------------------------------------------------------------------------------------


def test_the_newest_stand_first_and_price_sorts(goods):
    assert names() == ["Wingko babat", "Keripik tempe", "Kemeja batik lengan panjang", "Kain batik asem"]
    assert names(urut="murah")[0] == "Keripik tempe"
    assert names(urut="mahal")[0] == "Kain batik asem"


@pytest.mark.parametrize(
    ("words", "expected", "how"),
    [
        ("kain asem", {"Kain batik asem"}, "exact"),
        ("batik", {"Kain batik asem", "Kemeja batik lengan panjang"}, "exact"),
        ("kripik tempee", {"Keripik tempe"}, "repaired"),
        ("tempeh crisps", {"Keripik tempe"}, "exact"),
        ("camilan", {"Keripik tempe", "Wingko babat"}, "exact"),
        ("wingko zzzz", {"Wingko babat"}, "repaired"),
        ("wingko kedelai", {"Keripik tempe", "Wingko babat"}, "some"),
        ("zzzz", set(), "none"),
    ],
)
def test_everyday_words_find_what_is_meant(goods, words, expected, how):
    answer = find(Wish.of({"cari": words}))
    assert {card.name for card in answer.cards} == expected
    assert answer.how == how


def test_each_facet_counts_what_another_choice_would_find(goods):
    answer = find(Wish.of({"kategori": "busana", "harga": "200rb-1jt"}))
    assert [card.name for card in answer.cards] == ["Kain batik asem"]
    # Its own choice is left aside, the others hold.
    assert counts(answer, "harga") == {"50rb-200rb": 1, "200rb-1jt": 1}
    clothing = answer.facets["kategori"][0]
    assert (clothing.value, clothing.count, clothing.is_chosen) == ("busana", 1, True)
    assert counts(answer, "ekspor") == {"1": 1}
    assert counts(answer, "pesanan") == {}


@pytest.mark.parametrize("facet", ["kategori", "kecamatan", "harga", "sertifikat", "ekspor", "pesanan"])
def test_every_count_is_what_its_link_finds(goods, facet):
    for choice in find(Wish.of({})).facets[facet]:
        for one in (choice, *choice.children):
            assert one.count == len(names(**{facet: one.value})) > 0


def test_an_expired_certificate_is_no_badge_and_no_choice(goods):
    assert names(sertifikat="halal") == ["Keripik tempe"]
    Licence.objects.update(
        issued_on=timezone.localdate() - timedelta(days=9),
        expires_on=timezone.localdate() - timedelta(days=1),
    )
    answer = find(Wish.of({}))
    assert names(sertifikat="halal") == []
    assert answer.facets["sertifikat"] == []
    assert not any(card.badges for card in answer.cards)


def test_the_address_holds_the_whole_question(client, goods):
    page = text_of(client.get("/galeri/?cari=batik&urut=murah"))
    assert 'value="batik"' in page
    assert "?cari=batik&amp;kategori=kain&amp;urut=murah" in page
    assert "2 produk" in page
    assert 'name="robots" content="noindex' in page


@pytest.mark.parametrize(
    "question",
    [
        "halaman=0",
        "halaman=x",
        "halaman=9999",
        "kategori=%00",
        "cari=%00",
        "harga=1",
        "kecamatan=';--",
        "urut=x",
    ],
)
def test_what_cannot_be_read_does_no_harm(client, goods, question):
    assert client.get(f"/galeri/?{question}").status_code == 200


def test_pages_follow_each_other(client, goods, monkeypatch):
    monkeypatch.setattr("gallery.catalogue.PAGE_SIZE", 3)
    first = text_of(client.get("/galeri/"))
    assert "Kain batik asem" not in first
    assert 'rel="next" href="/galeri/?halaman=2"' in first
    second = text_of(client.get("/galeri/?halaman=2"))
    assert "Kain batik asem" in second
    assert 'rel="prev" href="/galeri/"' in second


def test_an_empty_gallery_says_where_to_go(client):
    assert "Galeri segera dibuka" in text_of(client.get("/galeri/"))


@pytest.mark.parametrize("status", ["draft", "submitted", "to_improve", "withdrawn"])
def test_what_is_not_published_is_not_there(client, maker, status):
    made = records.product(maker, name="Belum tayang", status=status)
    assert "Belum tayang" not in text_of(client.get("/galeri/"))
    assert client.get(f"/galeri/{made.reference}/").status_code == 404
    assert client.get(f"/galeri/{made.reference}/kartu.jpg").status_code == 404


def test_a_withdrawn_consent_holds_at_once(client, goods, maker):
    address = f"/galeri/{goods['kain'].reference}/"
    first = client.get(address)
    Consent.objects.filter(subject=maker.reference, purpose=Purpose.PUBLISH).update(
        withdrawn_at=timezone.now()
    )
    for asked in (address, f"{address}kartu.jpg"):
        assert client.get(asked, headers={"if-none-match": first["ETag"]}).status_code == 404
    listed = text_of(client.get("/galeri/"))
    assert "Kain batik asem" not in listed
    assert "2 produk" in listed
    assert goods["kain"].reference not in text_of(client.get("/galeri/peta-situs.xml"))


@pytest.mark.parametrize("count", [4, 40])
def test_a_longer_list_asks_no_more_of_the_database(
    client, goods, maker, django_assert_max_num_queries, count
):
    for _number in range(count):
        records.product(maker, category=goods["kain"].category)
    with django_assert_max_num_queries(8):
        client.get("/galeri/")
    with django_assert_max_num_queries(9):
        client.get(f"/galeri/{goods['kain'].reference}/")


# --- A product --------------------------------------------------------------------------------------------------------


def test_a_product_is_shown_with_photos_prices_and_its_maker(client, goods):
    page = text_of(client.get(f"/galeri/{goods['kain'].reference}/"))
    assert "Rp450.000" in page
    assert 'alt="Kain batik terbentang"' in page
    assert re.search(r'srcset="/galeri/foto/FTO-[^ ]+-320\.webp 320w, ', page)
    assert 'width="900" height="700"' in page
    assert reverse("business", args=[goods["kain"].business.reference]) in page
    assert "Kemeja batik lengan panjang" in page


def test_a_reference_typed_otherwise_leads_to_the_page(client, goods):
    reference = goods["kain"].reference
    assert client.get(f"/galeri/{reference.lower()}/").url == f"/galeri/{reference}/"


def test_the_maker_s_phone_stands_there_with_consent_only(client, goods, maker, settings):
    address = f"/galeri/{goods['kain'].reference}/"
    assert "wa.me/62" not in text_of(client.get(address))
    settings.GALLERY_PHONE = "+6282100001111"
    page = text_of(client.get(address))
    assert "https://wa.me/6282100001111?text=" in page
    assert goods["kain"].reference in page.split("wa.me/6282100001111?text=")[1].split('"')[0]
    records.consent(maker, Purpose.PUBLISH_CONTACT)
    assert f"https://wa.me/{PHONE[1:]}?text=" in text_of(client.get(address))


def test_no_private_data_stands_on_any_page(client, goods):
    for address in ("/galeri/", f"/galeri/{goods['kain'].reference}/"):
        page = text_of(client.get(address))
        assert PHONE[3:] not in page
        assert "Tersembunyi" not in page
        assert not re.search(r"(?<![0-9])[0-9]{16}(?![0-9])", page)


def structured(page):
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[1])


def test_search_engines_read_product_and_offers(client, maker):
    made = records.product(
        maker,
        name="Kain </script><b>",
        variants=[{"price": 200_000, "stock": 2, "size": "M"}, {"price": 250_000, "stock": 0, "size": "L"}],
    )
    page = text_of(client.get(f"/galeri/{made.reference}/"))
    data = structured(page)
    assert data["@type"] == "Product"
    assert data["name"] == "Kain </script><b>"
    assert "</script><b>" not in page
    assert [
        (offer["price"], offer["priceCurrency"], offer["availability"][19:]) for offer in data["offers"]
    ] == [
        ("200000", "IDR", "InStock"),
        ("250000", "IDR", "OutOfStock"),
    ]
    assert "habis" in page


def test_both_languages_know_each_other(client, goods):
    address = f"/galeri/{goods['keripik'].reference}/"
    indonesian = text_of(client.get(address))
    english = client.get(f"{address}?bahasa=en")
    assert english["Content-Language"] == "en"
    english = text_of(english)
    assert "Tempeh crisps" in english
    assert "Tempeh crisps" not in indonesian
    for page in (indonesian, english):
        assert re.search(rf'hreflang="id" href="[^"]+{address}"', page)
        assert re.search(rf'hreflang="en" href="[^"]+{address}\?bahasa=en"', page)
        assert 'hreflang="x-default"' in page
    assert re.search(rf'rel="canonical" href="[^"]+{address}"', indonesian)
    assert re.search(rf'rel="canonical" href="[^"]+{address}\?bahasa=en"', english)


def test_the_choice_of_a_language_wins_over_the_address_left(client, goods):
    address = f"/galeri/{goods['keripik'].reference}/"
    answer = client.get("/bahasa/", {"ke": "id", "lanjut": f"{address}?bahasa=en"})
    assert answer.url == address


def test_the_share_card_is_a_picture_of_its_size_and_is_not_drawn_twice(client, goods):
    answer = client.get(f"/galeri/{goods['kain'].reference}/kartu.jpg")
    with Image.open(BytesIO(answer.content)) as drawn:
        assert drawn.size == (1200, 630)
    assert len(answer.content) < 300_000
    again = client.get(
        f"/galeri/{goods['kain'].reference}/kartu.jpg", headers={"if-none-match": answer["ETag"]}
    )
    assert again.status_code == 304
    assert "kartu.jpg" in text_of(client.get(f"/galeri/{goods['kain'].reference}/"))


def test_the_main_categories_stand_above_the_products(client, goods):
    page = text_of(client.get("/galeri/?urut=murah"))
    row = re.search(r'<ul class="chips found kinds">(.*?)</ul>', page, re.DOTALL)[1]
    assert re.findall(r'href="([^"]+)"', row) == [
        "/galeri/?kategori=busana&amp;urut=murah",
        "/galeri/?kategori=makanan&amp;urut=murah",
    ]
    assert page.index(row) < page.index("<details")
    inside = text_of(client.get("/galeri/?kategori=kain"))
    assert re.search(r'href="/galeri/\?kategori=busana" aria-current="true">Busana<', inside)


def test_the_language_of_the_address_goes_on(client, goods):
    """To the other pages as well: the head, the menu, the foot, and from page to page."""
    page = text_of(client.get("/galeri/?bahasa=en"))
    links = set(re.findall(r'<a [^>]*href="(/[^"]*)"', page))
    left = {
        link for link in links if "bahasa=en" not in link and not link.startswith(("/bahasa/", "/galeri/?"))
    }
    assert left == set()
    assert {
        "/?bahasa=en",
        "/direktori/?bahasa=en",
        "/akun/login/?bahasa=en",
        "/data-pribadi/?bahasa=en",
    } <= links
    following = text_of(client.get("/direktori/?bahasa=en"))
    assert 'href="/galeri/?bahasa=en"' in following
    assert 'href="/direktori/"' in text_of(client.get("/galeri/"))


# --- Editions, front page, sitemap ------------------------------------------------------------------------------------


def test_an_edition_is_shown_in_its_days_in_the_curator_s_order(client, goods):
    today = timezone.localdate()
    edition = Edition.objects.create(
        title="Oleh-oleh", title_en="Gifts", introduction="Dari Semarang.", introduction_en="From Semarang.",
        shown_from=today, shown_until=today,
    )  # fmt: skip
    for position, name in ((2, "kain"), (1, "wingko")):
        EditionItem.objects.create(edition=edition, product=goods[name], position=position)
    assert "Oleh-oleh" in text_of(client.get("/galeri/"))
    page = text_of(client.get(f"/galeri/pilihan/{edition.reference}/"))
    assert page.index("Wingko babat") < page.index("Kain batik asem")
    Edition.objects.update(shown_from=today - timedelta(days=2), shown_until=today - timedelta(days=1))
    assert "Oleh-oleh" not in text_of(client.get("/galeri/"))
    assert client.get(f"/galeri/pilihan/{edition.reference}/").status_code == 404


def test_the_front_page_shows_the_newest(client, goods):
    page = text_of(client.get("/"))
    assert "Wingko babat" in page
    assert 'href="/galeri/"' in page


def test_the_sitemap_names_the_products(client, goods):
    assert "/galeri/peta-situs.xml" in text_of(client.get("/sitemap.xml"))
    assert f"/galeri/{goods['kain'].reference}/" in text_of(client.get("/galeri/peta-situs.xml"))


def test_an_unchanged_list_is_not_sent_again(client, goods):
    first = client.get("/galeri/")
    assert client.get("/galeri/", headers={"if-none-match": first["ETag"]}).status_code == 304
