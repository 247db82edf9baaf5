"""Kredit Wibawa for everybody: start page, five questions, simulator."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings

from credit.models import SchemeVersion

PAGES = ["/kredit/", "/kredit/syarat/", "/kredit/simulasi/"]
PASSING = "/kredit/syarat/?ktp=ya&umur=40&mulai=3-2015&izin=nib&jumlah=5jt&bulan=12&agunan=tidak"


def text_of(response):
    return response.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_open_to_all_kept_by_caches_and_light(client, wibawa, path):
    response = client.get(path)
    assert response.status_code == 200
    assert "max-age=60" in response["Cache-Control"]
    assert client.get(path, headers={"if-none-match": response["ETag"]}).status_code == 304
    assert client.post(path).status_code == 405
    static = Path(settings.BASE_DIR) / "static"
    rest = sum(
        len(gzip.compress((static / name).read_bytes())) for name in ("css/portal.css", "js/portal.js")
    )
    assert len(gzip.compress(response.content)) + rest <= 100_000


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_so_when_no_scheme_is_in_force(client, db, path):
    response = client.get(path)
    assert response.status_code == 200
    assert "Kredit belum dibuka" in text_of(response)


@pytest.mark.parametrize("path", [*PAGES, PASSING, "/kredit/simulasi/?jumlah=5jt&bulan=12"])
def test_a_page_asks_few_questions_of_the_database(client, wibawa, path, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        client.get(path)


def test_the_start_page_says_how_long_it_takes(client, wibawa):
    page = text_of(client.get("/kredit/"))
    assert "29 hari kerja" in page
    assert "Rp50.000.000" in page


def test_the_simulator_shows_instalments_and_what_the_city_pays(client, wibawa):
    page = text_of(client.get("/kredit/simulasi/?jumlah=5jt&bulan=12"))
    for figure in ("Rp5.000.000 selama 12 bulan", "Rp150.000", "Rp5.150.000", "ditanggung kota", "5,4"):
        assert figure in page


@pytest.mark.parametrize("question", ["?jumlah=Rp7.500.000&bulan=18", ""], ids=["asked", "example"])
def test_the_simulators_link_shows_who_opens_it_the_same_figures(client, wibawa, question):
    page = text_of(client.get(f"/kredit/simulasi/{question}"))
    shared = re.search(r'id="tautan"><a href="(http[^"]+)"', page)[1].replace("&amp;", "&")
    opened = text_of(client.get(shared.removeprefix(settings.SITE_URL)))

    def result(html):
        return re.search(r"<dl.*</tfoot>", html, re.DOTALL)[0]

    assert ("jumlah=7500000&bulan=18" if question else "jumlah=5000000&bulan=12") in shared
    assert result(opened) == result(page)
    assert "Ini contoh" not in opened


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("jumlah=&bulan=12", "Jumlah pinjaman belum diketahui"),
        ("jumlah=banyak&bulan=12", "bukan jumlah uang yang jelas"),
        ("jumlah=100jt&bulan=12", "Yang terdekat Rp50.000.000"),
        ("jumlah=5.050.000&bulan=12", "kelipatan Rp100.000"),
        ("jumlah=5jt&bulan=60", "harus 3 sampai 36 bulan"),
        ("jumlah=5jt&bulan=dua", "Masukkan"),
    ],
)
def test_the_simulator_says_what_is_wrong(client, wibawa, question, sentence):
    response = client.get(f"/kredit/simulasi/?{question}")
    assert response.status_code == 400
    assert sentence in text_of(response)


def test_the_instalments_are_a_csv_as_well(client, wibawa):
    lines = text_of(client.get("/kredit/simulasi/angsuran.csv?jumlah=5000000&bulan=3")).split("\r\n")
    assert lines[0] == "angsuran_ke,pokok,bunga,angsuran,sisa_pokok"
    assert len(lines) == 5
    assert client.get("/kredit/simulasi/angsuran.csv?jumlah=1&bulan=3").status_code == 400


def test_there_is_no_csv_without_a_scheme(client, db):
    assert client.get("/kredit/simulasi/angsuran.csv?jumlah=5000000&bulan=3").status_code == 400


def test_five_good_answers_lead_to_the_application(client, wibawa):
    page = text_of(client.get(PASSING))
    assert "Anda memenuhi syarat" in page
    assert "/kredit/permohonan/baru/?jumlah=5jt&amp;bulan=12" in page


def test_a_failed_rule_says_what_would_have_passed(client, wibawa):
    page = text_of(client.get(PASSING.replace("umur=40", "umur=16").replace("5jt", "10jt")))
    assert "Umur pemilik 16 tahun; paling sedikit 17 tahun." in page
    assert "Ajukan paling banyak Rp5.000.000 tanpa agunan, atau sertakan agunan." in page
    assert "/kredit/permohonan/baru/" not in page


def test_what_is_left_empty_is_unknown_and_not_wrong(client, wibawa):
    response = client.get("/kredit/syarat/?umur=40")
    assert response.status_code == 200
    assert "Sejauh ini memenuhi syarat" in text_of(response)


@pytest.mark.parametrize(
    ("typed", "sentence"), [("kemarin", "Tulis bulan dan tahun"), ("3-2999", "masih akan datang")]
)
def test_an_unreadable_month_is_explained(client, wibawa, typed, sentence):
    response = client.get(f"/kredit/syarat/?mulai={typed}")
    assert response.status_code == 400
    assert sentence in text_of(response)


@pytest.mark.parametrize("typed", ["3-2024", "03/2024", "Maret 2024", "2024-03"])
def test_a_month_is_read_as_people_write_it(client, wibawa, typed):
    assert "Memenuhi sejak" not in text_of(client.get("/kredit/syarat/", {"mulai": typed}))


def test_the_conditions_are_those_of_the_version_in_force(client, wibawa):
    SchemeVersion.objects.update(secured_max=20_000_000)
    assert "Yang terdekat Rp20.000.000" in text_of(client.get("/kredit/simulasi/?jumlah=50jt&bulan=12"))
