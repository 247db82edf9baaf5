"""Files and feeds of the channels: what stands in them, whom they leave out, and that nothing is sent twice."""

import csv
import io
import xml.etree.ElementTree as ElementTree
import zipfile
from datetime import timedelta

import openpyxl
import pytest
from django.core.cache import caches
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Purpose, Role
from accounts.services import withdraw_consent
from gallery.channels import files
from gallery.channels.reading import candidates, with_parts
from gallery.enums import ChannelKind
from gallery.models import ChannelCategory, LinkDay, Product, ShortLink
from gallery.services.links import PLACES, make_links
from ikm.services.verification import close_business
from tests.gallery import records

G = "{http://base.google.com/ns/1.0}"
FEEDS = ["feed_google", "feed_meta", "feed_json"]


@pytest.fixture(autouse=True)
def _nothing_remembered(settings):
    settings.SITE_URL = "https://galeri.example"
    caches["memory"].clear()


@pytest.fixture
def offered(workshop, owner_user):
    """A product in two sizes, ready for every channel."""
    made = records.product(
        workshop,
        name="Kain <asem> & kawung",
        variants=[
            {"price": 90_000, "stock": 2, "size": "M"},
            {"price": 95_000, "stock": 0, "size": "L"},
        ],
    )
    records.photo(made, owner_user, seed=1)
    records.photo(made, owner_user, seed=2, position=2)
    for channel in (ChannelKind.TOKOPEDIA, ChannelKind.TIKTOK_SHOP):
        ChannelCategory.objects.create(category=made.category, channel=channel, code="600101")
    return made


def items(client):
    answer = client.get(reverse("feed_google"))
    return ElementTree.fromstring(answer.content).findall("channel/item")


def test_google_finds_every_variant_with_what_it_asks(client, offered):
    medium, large = items(client)
    assert medium.find(f"{G}title").text == "Kain <asem> & kawung, M"
    assert medium.find(f"{G}price").text == "90000 IDR"
    assert medium.find(f"{G}availability").text == "in_stock"
    assert large.find(f"{G}availability").text == "out_of_stock"
    assert medium.find(f"{G}identifier_exists").text == "no"
    assert medium.find(f"{G}condition").text == "new"
    assert medium.find(f"{G}item_group_id").text == offered.reference
    assert medium.find(f"{G}image_link").text.startswith("https://galeri.example/galeri/foto/FTO-")
    assert len(medium.findall(f"{G}additional_image_link")) == 1
    assert len(medium.find(f"{G}id").text) <= 50


def test_meta_reads_a_table(client, offered):
    rows = list(csv.DictReader(io.StringIO(client.get(reverse("feed_meta")).content.decode())))
    assert [row["price"] for row in rows] == ["90000 IDR", "95000 IDR"]
    assert rows[0]["availability"] == "in stock"
    assert rows[0]["brand"] == offered.business.name
    assert rows[0]["link"] == f"https://galeri.example/galeri/{offered.reference}/"


def test_the_json_feed_is_one_and_carries_what_is_offered(client, offered):
    answer = client.get(reverse("feed_json"))
    assert answer["Content-Type"] == "application/feed+json"
    found = answer.json()
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert found["feed_url"] == "https://galeri.example/umpan/produk.json"
    [item] = found["items"]
    assert [one["price"] for one in item["_produk"]["offers"]] == [90_000, 95_000]


def test_short_addresses_stand_in_the_feeds_once_they_are_made(client, offered):
    before = client.get(reverse("feed_google"))["ETag"]
    assert make_links() == len(PLACES)
    assert make_links() == 0
    code = ShortLink.objects.get(product=offered, channel="google").code
    assert items(client)[0].find(f"{G}link").text == f"https://galeri.example/g/{code}/"
    assert client.get(reverse("feed_google"))["ETag"] != before


@pytest.mark.parametrize("name", FEEDS)
def test_who_has_the_feed_gets_nothing_until_it_changes(client, offered, name, django_assert_num_queries):
    first = client.get(reverse(name))
    assert "no-cache" in first["Cache-Control"]
    with django_assert_num_queries(1):
        again = client.get(reverse(name), headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    offered.variants.filter(size="M").update(price=91_000)
    assert client.get(reverse(name), headers={"if-none-match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("name", FEEDS)
@pytest.mark.parametrize("leave", ["consent", "product", "business", "linter"])
def test_who_may_not_be_shown_is_gone_from_the_feeds_at_once(
    client, offered, owner_user, administrator, name, leave
):
    number = offered.variants.first().reference if name != "feed_json" else offered.reference
    before = client.get(reverse(name))
    assert number in before.content.decode()
    if leave == "consent":
        withdraw_consent(offered.business, Purpose.MARKETPLACE, actor=owner_user)
    elif leave == "product":
        Product.objects.filter(pk=offered.pk).update(status="withdrawn")
    elif leave == "business":
        close_business(offered.business, actor=administrator, note="Tutup")
    else:
        Product.objects.filter(pk=offered.pk).update(name=" ")
    after = client.get(reverse(name), headers={"if-none-match": before["ETag"]})
    assert after.status_code == 200
    assert number not in after.content.decode()


# --- Sheets --------------------------------------------------------------------------------------------------------------


def test_tokopedias_sheet_has_the_published_layout(offered):
    [(_product, one)] = candidates(with_parts(Product.objects.all()), ChannelKind.TOKOPEDIA)
    [sheet] = files.tokopedia_sheets([one])
    book = openpyxl.load_workbook(io.BytesIO(sheet))
    assert book.sheetnames == ["ISI Template Impor Produk"]
    rows = list(book.active.iter_rows(values_only=True))
    headers = [column for column, _note in files.TOKOPEDIA_COLUMNS]
    assert list(rows[1]) == headers
    assert len(headers) == 22
    assert all(rows[2])
    filled = dict(zip(headers, rows[3], strict=True))
    assert filled["Nama Produk*"] == "Kain <asem> & kawung, M"
    assert filled["Kategori Kode*"] == "600101"
    assert filled["Berat* (Gram)"] == 400
    assert filled["Harga (Rp)*"] == 90_000
    assert filled["Jumlah Stok*"] == 2
    assert (filled["Kondisi*"], filled["Status*"]) == ("Baru", "Aktif")
    assert filled["Gambar 2"].startswith("https://")
    assert filled["Gambar 3"] is None
    assert len(rows) == 5


def test_many_rows_come_in_several_sheets_and_the_same_rows_in_the_same_bytes(offered):
    [(_product, one)] = candidates(with_parts(Product.objects.all()), ChannelKind.TOKOPEDIA)
    sheets = files.tokopedia_sheets([one] * 151)
    assert [len(list(openpyxl.load_workbook(io.BytesIO(s)).active.iter_rows())) - 3 for s in sheets] == [
        300,
        2,
    ]
    assert files.tokopedia_sheets([one] * 2) == files.tokopedia_sheets([one] * 2)
    packed = files.zipped(sheets, "produk")
    assert zipfile.ZipFile(io.BytesIO(packed)).namelist() == ["produk-1.xlsx", "produk-2.xlsx"]


def test_nothing_in_a_sheet_runs_as_a_formula(workshop, owner_user, offered):
    Product.objects.filter(pk=offered.pk).update(description='=HYPERLINK("http://jahat")')
    [(_product, one)] = candidates(with_parts(Product.objects.all()), ChannelKind.TIKTOK_SHOP)
    book = openpyxl.load_workbook(io.BytesIO(files.tiktok_sheet([one])))
    cell = book.active.cell(2, 4)
    assert (cell.data_type, cell.value) == ("s", '=HYPERLINK("http://jahat")')
    text = files.meta_csv([one]).decode()
    assert "'=HYPERLINK" in text


def test_the_sheets_are_for_officials_of_the_gallery_and_the_maker(
    sign_in, offered, owner_user, curator, stranger
):
    Product.objects.filter(pk=offered.pk).update(stock=2)
    offered.variants.update(stock=3)
    office = reverse("office_channel_sheet", args=["tokopedia"])
    mine = reverse("channel_sheet", args=[offered.business.reference, "tiktok_shop"])
    first = sign_in(curator).get(office)
    assert first["Content-Disposition"] == 'attachment; filename="produk-tokopedia.xlsx"'
    assert sign_in(curator).get(office, headers={"if-none-match": first["ETag"]}).status_code == 304
    assert sign_in(curator).get(reverse("office_channel_sheet", args=["meta"])).status_code == 404
    assert sign_in(owner_user).get(mine)["Content-Disposition"].endswith('produk-tiktok-shop.xlsx"')
    assert sign_in(stranger).get(mine).status_code == 404


# --- Pages ---------------------------------------------------------------------------------------------------------------


def test_a_maker_reads_what_to_mend_and_where(sign_in, offered, owner_user):
    Product.objects.filter(pk=offered.pk).update(name="a" * 80)
    page = sign_in(owner_user).get(reverse("channel_check", args=[offered.reference])).content.decode()
    assert "paling banyak 70 huruf" in page
    assert f"/galeri/saya/{offered.reference}/#id_name" in page
    assert "Saluran ini menerima produk apa adanya." in page


def test_the_office_sees_which_product_is_ready_for_what(
    sign_in, offered, curator, django_assert_max_num_queries
):
    bad = records.product(offered.business, name="b" * 71, category=offered.category)
    client = sign_in(curator)
    with django_assert_max_num_queries(25):
        page = client.get(reverse("office_channels")).content.decode()
    assert bad.name in page
    not_ready = client.get(reverse("office_channels"), {"saluran": "meta", "siap": "tidak"}).content.decode()
    assert bad.name in not_ready
    assert offered.reference not in not_ready
    found = client.get(reverse("office_channels"), {"cari": "asem"}).content.decode()
    assert bad.name not in found
    detail = client.get(reverse("office_channel_check", args=[bad.reference]))
    assert "Tambahkan paling sedikit satu foto." in detail.content.decode()


def test_the_office_takes_the_list_home(sign_in, offered, curator):
    answer = sign_in(curator).get(reverse("office_channels_file", args=["csv"]))
    text = b"".join(answer.streaming_content).decode()
    answer.close()
    assert "Tokopedia" in text
    assert text.count(offered.reference) >= 5


# --- Short addresses -----------------------------------------------------------------------------------------------------


BROWSER = {"user-agent": "Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile Safari/537.36"}


@pytest.fixture
def link(offered):
    make_links()
    return ShortLink.objects.get(product=offered, channel="whatsapp")


def test_a_short_address_leads_to_the_product_and_counts_a_person(client, link):
    for _click in range(3):
        answer = client.get(reverse("short_link", args=[link.code]), headers=BROWSER)
        assert answer.status_code == 302
        assert answer["Location"] == f"/galeri/{link.product.reference}/"
        assert not answer.cookies
    day = LinkDay.objects.get(link=link)
    assert (day.on, day.clicks) == (timezone.localdate(), 3)


@pytest.mark.parametrize(
    "headers",
    [
        {"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"user-agent": "WhatsApp/2.23"},
        {"user-agent": ""},
        BROWSER | {"sec-purpose": "prefetch;prerender"},
    ],
)
def test_programs_are_led_on_and_not_counted(client, link, headers):
    assert client.get(reverse("short_link", args=[link.code]), headers=headers).status_code == 302
    assert client.head(reverse("short_link", args=[link.code]), headers=BROWSER).status_code == 302
    assert not LinkDay.objects.exists()


def test_a_short_address_of_what_is_no_longer_shown_leads_nowhere(client, link, offered, owner_user):
    withdraw_consent(offered.business, Purpose.PUBLISH, actor=owner_user)
    assert client.get(reverse("short_link", args=[link.code]), headers=BROWSER).status_code == 404
    assert not LinkDay.objects.exists()


def test_clicks_stand_by_the_day(client, link):
    LinkDay.objects.create(link=link, on=timezone.localdate() - timedelta(days=1), clicks=4)
    client.get(reverse("short_link", args=[link.code.upper()]), headers=BROWSER)
    assert list(LinkDay.objects.order_by("on").values_list("clicks", flat=True)) == [4, 1]


def test_an_official_without_the_gallery_does_not_see_the_list(sign_in, person):
    assert sign_in(person(Role.REGISTRAR)).get(reverse("office_channels")).status_code == 403
