"""The pages of bulk uploads: for makers, for officials on their behalf, and for nobody else; hostile files leave nothing."""

import io
import re
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from gallery.bulk.sheet import read_sheet
from gallery.enums import UploadStatus
from gallery.models import BulkUpload, Photo, Product
from tests.core.test_archives import HOSTILE as HOSTILE_ARCHIVES
from tests.core.test_uploads import HOSTILE_WORKBOOKS
from tests.gallery import records
from tests.gallery.bulk_files import archive, named_archive, picture_bytes, row, sheet

START = reverse("bulk_uploads")


@pytest.fixture(autouse=True)
def batik(db):
    return records.category("Batik", slug="batik-uji")


@pytest.fixture
def client(client, owner_user, workshop):
    client.force_login(owner_user)
    return client


def send(client, *rows, photos=None, url=START):
    data = {"sheet": sheet(*rows)} | ({"photos": photos} if photos else {})
    answer = client.post(url, data)
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def text(answer):
    return answer.content.decode()


def test_a_maker_uploads_looks_saves_and_takes_back_what_was_refused(client, workshop):
    assert START in text(client.get(reverse("my_products")))
    page = send(client, row(1), row(2, price="mahal"), photos=archive(foto_1=1, foto_2=2, foto_3=3))
    body = text(client.get(page))
    assert "Belum ada yang ditulis" in body
    assert "Harga: " in body
    assert "foto-3.jpg" in body  # named by no row
    thumbnail = re.search(r'src="([^"]+/foto/[0-9]+.jpg)"', body)[1]
    picture = client.get(thumbnail)
    assert picture["Content-Type"] == "image/jpeg"
    assert picture.content[:2] == b"\xff\xd8"
    assert not Product.objects.exists()
    assert not Photo.objects.exists()
    assert client.get(f"{page}simpan/").status_code == 405
    saved = text(client.post(f"{page}simpan/", follow=True))
    assert "1 produk ditulis" in saved
    assert Product.objects.get().reference in saved
    assert "tidak dapat dilakukan lagi" in text(client.post(f"{page}simpan/", follow=True))
    back = client.get(f"{page}ditolak.xlsx")
    assert [cells["price"] for _line, cells in read_sheet(io.BytesIO(back.content))] == ["mahal"]
    # The photos that waited are gone, and their addresses with them.
    assert client.get(thumbnail).status_code == 404


def test_the_sheet_to_fill_in_has_no_row_of_its_own(client):
    answer = client.get(reverse("bulk_example"))
    assert answer.content[:2] == b"PK"
    assert "lembar-produk.xlsx" in answer["Content-Disposition"]


def test_verdicts_filter_the_rows(client):
    page = send(client, row(1), row(2, price="mahal"), photos=archive(foto_1=1, foto_2=2))
    refused = text(client.get(f"{page}?putusan=refused"))
    assert "Kain batik nomor 2" in refused
    assert "Kain batik nomor 1" not in refused


def test_an_upload_is_given_up_after_asking(client):
    page = send(client, row(1), photos=archive(foto_1=1))
    assert "Batalkan unggahan ini?" in text(client.get(f"{page}batalkan/"))
    assert BulkUpload.objects.get().status == UploadStatus.CHECKED
    assert client.post(f"{page}batalkan/")["Location"] == START
    assert "dibatalkan" in text(client.get(page))


def test_a_large_upload_waits_for_the_worker_on_a_page_that_watches(client):
    page = send(client, row(1), photos=archive(**{f"foto_{number}": 1 for number in range(1, 9)}))
    body = text(client.get(page))
    assert "data-poll" in body
    assert "Kemajuan: 0%" in body
    assert BulkUpload.objects.get().status == UploadStatus.CHECKING


def test_who_speaks_for_several_businesses_chooses_one(client, owner_user):
    second = records.maker(owner_user, name="Usaha kedua")
    assert "Usaha kedua" in text(client.get(START))
    page = client.post(
        START, {"sheet": sheet({"sku": "A", "name": "Tas", "price": 5000}), "business": second.reference}
    )
    assert BulkUpload.objects.get(reference=page["Location"].split("/")[-2]).business == second


def test_who_has_no_business_in_the_register_is_told_what_to_do(sign_in, stranger):
    assert "Belum ada usaha terdaftar" in text(sign_in(stranger).get(START))


def test_another_maker_finds_nothing(client, sign_in, stranger):
    page = send(client, row(1), photos=archive(foto_1=1))
    records.maker(stranger, name="Usaha lain")
    other = sign_in(stranger)
    for path in (page, f"{page}ditolak.xlsx", f"{page}foto/1.jpg", f"{page}batalkan/"):
        assert other.get(path).status_code == 404
    for path in (f"{page}simpan/", f"{page}batalkan/"):
        assert other.post(path).status_code == 404
    assert BulkUpload.objects.get().status == UploadStatus.CHECKED


# --- Officials --------------------------------------------------------------------------------------------------------


def test_an_official_finds_the_maker_and_uploads_on_its_behalf(sign_in, curator, workshop):
    records.maker(name="Batik Belum", verified=False)
    records.maker(name="Batik Diam", purposes=())
    client = sign_in(curator)
    assert reverse("office_bulk_uploads") in text(client.get(reverse("office_gallery")))
    found = text(client.get(reverse("office_bulk_uploads"), {"q": "batik"}))
    assert workshop.name in found
    assert "Batik Belum" not in found
    assert "Batik Diam" not in found
    page = send(
        client, row(1), photos=archive(foto_1=1), url=reverse("office_bulk_upload", args=[workshop.reference])
    )
    client.post(f"{page}simpan/")
    product = Product.objects.get()
    assert product.business == workshop
    assert reverse("office_product", args=[product.reference]) in text(client.get(page))


@pytest.mark.parametrize("fields", [{"verified": False}, {"purposes": ()}])
def test_there_is_no_page_for_a_maker_who_is_not_able(sign_in, curator, fields):
    able = records.maker(**fields)
    client = sign_in(curator)
    assert client.get(reverse("office_bulk_upload", args=[able.reference])).status_code == 404
    assert client.post(reverse("office_bulk_upload", args=[able.reference])).status_code == 404


# --- Hostile files ----------------------------------------------------------------------------------------------------


def refused(client, settings, sentence_in="", **files):
    started = time.process_time()
    answer = client.post(START, files)
    assert time.process_time() - started < 2
    assert answer.status_code == 400
    assert not BulkUpload.objects.exists()
    assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
    assert sentence_in in text(answer)


@pytest.mark.parametrize(
    "name", ["a drawing with a program", "a way out", "a password", "a bomb", "too many", "a million names"]
)
def test_a_hostile_archive_leaves_nothing(client, settings, name):
    content = HOSTILE_ARCHIVES[name][0]()
    refused(client, settings, sheet=sheet(row(1)), photos=SimpleUploadedFile("foto.zip", content))


@pytest.mark.parametrize("name", ["million rows", "entity bomb"])
def test_a_hostile_sheet_leaves_nothing(client, settings, name):
    content = HOSTILE_WORKBOOKS[name][0]()
    refused(client, settings, sheet=SimpleUploadedFile("produk.xlsx", content), photos=archive(foto_1=1))


def test_a_sheet_of_too_many_products_is_refused(client, settings):
    rows = [{"sku": f"S{number}", "name": "Tas"} for number in range(1001)]
    refused(client, settings, "lebih dari 1.000 baris", sheet=sheet(*rows))


def test_a_sheet_without_its_headings_is_refused(client, settings):
    refused(client, settings, "Judul kolom tidak ditemukan", sheet=SimpleUploadedFile("a.csv", b"a;b\n1;2\n"))


def test_a_picture_that_is_also_something_else_is_refused_with_its_row(client, settings):
    both = picture_bytes(1) + b"<script>alert(1)</script>"
    page = send(client, row(1), photos=named_archive({"foto-1.jpg": both}))
    assert "memuat isi lain yang tersembunyi" in text(client.get(page))
    (kept,) = [path for path in settings.MEDIA_ROOT.rglob("*.zip") if path.name.startswith("UGH")]
    assert b"script" not in kept.read_bytes()


# --- Cost -------------------------------------------------------------------------------------------------------------


def test_the_page_of_many_rows_costs_as_many_queries_as_one(
    client, owner_user, django_assert_max_num_queries
):
    rows = [row(number, photo1=None, alt1=None) for number in range(1, 61)]
    send(client, *rows[:40])
    page = reverse("bulk_upload", args=[BulkUpload.objects.first().reference])
    with django_assert_max_num_queries(16):
        body = text(client.get(page))
    assert body.count("<tr>") == 41
