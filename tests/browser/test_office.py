"""The officials' day at a desk: a registration decided, a sheet imported, a letter issued and verified."""

import csv
import io
import re

import pytest

from tests.browser.conftest import DESK, PHONE

pytestmark = pytest.mark.browser

EXPECTED = re.compile(r"40[0-9] \(")

SHEET = [
    ["No", "Nama Perusahaan", "Nama Pemilik", "Jalan/Alamat", "Desa/Kel", "Kecamatan", "KBLI", "Jenis Produk", "Tahun Data",
     "TK LK", "TK PR", "Nilai Investasi", "Nilai Produksi"],
    ["1", "Kerupuk Uji Coba", "Bu Uji", "Jl. Uji 1", "Miroto", "Semarang Tengah", "10794", "Kerupuk udang", "2025",
     "1", "2", "25000000", "90000000"],
    ["2", "Tanpa Kelurahan", "Pak Uji", "Jl. Uji 2", "Antah Berantah", "Semarang Tengah", "10794", "Kerupuk", "2025",
     "1", "0", "5000000", "9000000"],
]  # fmt: skip


def sound(one):
    assert one.violations() == []
    assert one.overflow() <= 0


def test_a_verifier_decides_the_registration_that_waits_longest(visitor, demo):
    one = visitor(viewport=DESK)
    one.sign_in("verifikator@demo.example", demo.PASSWORD)
    sound(one)
    one.open("/kerja/?jenis=registration")
    one.page.locator("main tbody a").first.click()
    one.page.wait_for_load_state("networkidle")
    examined = one.page.url
    assert "Menunggu verifikasi" in one.text()
    assert not re.search(r"\b\d{16}\b", one.page.content())
    sound(one)
    one.press("Setujui dan daftarkan")
    assert one.page.url != examined
    one.open(examined)
    assert "Terdaftar" in one.text()


@pytest.mark.parametrize("path", ["/kerja/kunjungan/", "/kerja/kunjungan/rencana/", "/kerja/usang/"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_the_verifiers_pages_are_sound(visitor, demo, path, viewport):
    one = visitor(viewport=viewport)
    one.sign_in("verifikator@demo.example", demo.PASSWORD)
    one.open(path)
    sound(one)


def test_a_registrar_imports_a_sheet_and_gets_the_refused_rows_back(visitor, demo, tmp_path):
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(SHEET)
    sheet = tmp_path / "data-ikm.csv"
    sheet.write_text(text.getvalue(), encoding="utf-8")

    one = visitor(viewport=DESK)
    one.sign_in("pendaftaran@demo.example", demo.PASSWORD)
    one.open("/kerja/impor/")
    sound(one)
    one.press("Unggah berkas")
    one.page.set_input_files("main [name=file]", sheet)
    one.press("Unggah dan kenali kolom")
    sound(one)
    one.page.check("main [name=money][value=rupiah]")
    one.press("Periksa semua baris")
    sound(one)
    assert "Kelurahan “Antah Berantah”" in one.text()
    with one.page.expect_download() as download:
        one.page.get_by_text("Unduh baris yang ditolak").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    one.press("Terapkan ke register")
    one.press("Ya, terapkan")
    one.open("/kantor/ikm/business/?q=Kerupuk+Uji+Coba")
    assert "Kerupuk Uji Coba" in one.page.inner_text("#result_list")


def test_a_letter_is_issued_and_anybody_can_verify_it(visitor, demo):
    one = visitor(viewport=DESK)
    one.sign_in("pendaftaran@demo.example", demo.PASSWORD)
    one.open("/kerja/surat/")
    sound(one)
    one.page.locator("main tbody a, main .tasks a").first.click()
    one.page.wait_for_load_state("networkidle")
    sound(one)
    one.press("Setujui dan terbitkan")
    token = re.search(r"/(?:surat|verifikasi)/([\w-]{20,})/", one.page.content()).group(1)
    anybody = visitor(viewport=PHONE)
    anybody.open(f"/verifikasi/{token}/")
    assert "asli dan berlaku" in anybody.text()
    sound(anybody)
