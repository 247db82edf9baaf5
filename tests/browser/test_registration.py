"""The entrepreneur's journey on a cheap phone: sign up, register, send, track; with JavaScript and without."""

import itertools
import re
import secrets

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.ikm.entries import picture

pytestmark = pytest.mark.browser

_numbers = itertools.count(1)
#: The browser itself reports a page that answers with an error; that is no complaint about the page.
EXPECTED = re.compile(r"40[0-9] \(")


def sound(one, javascript):
    """The page fits the phone and has no axe finding (axe needs scripts of its own)."""
    if javascript:
        assert one.violations() == []
        assert one.overflow() <= 0


def fill(one, **values):
    for name, value in values.items():
        one.page.fill(f"main [name={name}]", value)


@pytest.mark.parametrize("javascript", [True, False], ids=["with_javascript", "without_javascript"])
def test_a_business_is_registered_on_a_phone(visitor, tmp_path, javascript):
    one = visitor(viewport=PHONE, javascript=javascript)
    page = one.page
    number = f"{next(_numbers)}{secrets.randbelow(10**6):06d}"
    one.open("/akun/signup/")
    fill(one, name="Juwita Sari", email=f"juwita{number}@contoh.id", password1="kata-sandi-panjang-1")
    page.click("main form button.button")
    page.wait_for_load_state("networkidle")

    one.open("/usaha/")
    sound(one, javascript)
    one.press("Mulai pendaftaran")
    sound(one, javascript)
    one.press("Mulai")
    sound(one, javascript)
    home = page.url

    one.press("Periksa jawaban")
    one.press("Kirim")
    assert "Isi nama usaha." in one.text()
    sound(one, javascript)
    one.press("Isi nama usaha.")
    fill(one, name=f"Bandeng Juwita {number}")
    one.press("Simpan dan lanjut")

    fill(one, name="Bandeng presto")
    sound(one, javascript)
    one.press("Simpan dan lanjut")

    page.fill("#id_q", "bandeng")
    one.press("Cari")
    sound(one, javascript)
    page.check("main [name=main_kbli] >> nth=0")
    one.press("Simpan dan lanjut")

    fill(one, address="Jalan Pandanaran 57, RT 1 RW 2")
    page.select_option("main [name=kelurahan]", index=3)
    sound(one, javascript)
    one.press("Simpan dan lanjut")

    fill(one, name="Juwita Sari", nik="33", birth_date="11-01-1980", phone="0812 3456 7890")
    one.press("Simpan dan lanjut")
    assert "NIK harus 16 angka" in one.text()
    assert page.input_value("main [name=birth_date]") == "11-01-1980"
    sound(one, javascript)
    fill(one, nik=f"337401510180{secrets.randbelow(9000) + 1000}")
    page.check("main [name=sex][value=female]")
    one.press("Simpan dan lanjut")

    fill(one, men_workers="1", women_workers="3")
    one.press("Simpan dan lanjut")
    fill(one, investment="25jt", turnover="120.000.000")
    sound(one, javascript)
    one.press("Simpan dan lanjut")
    sound(one, javascript)
    one.press("Simpan dan lanjut")

    photo = tmp_path / "foto.jpg"
    photo.write_bytes(picture(size=(2400, 1800)).read())
    for part in ("document_ktp", "document_business_photo"):
        page.set_input_files(f"[name={part}-file]", photo)
        page.wait_for_timeout(500)
        page.locator(f"form:has([name={part}-file]) button").click()
        expect(page.get_by_text("Berkas diterima.")).to_be_visible()
    sound(one, javascript)
    one.press("Lanjut")
    sound(one, javascript)
    one.press("Simpan dan lanjut")
    page.check("main [name=register]")
    sound(one, javascript)
    one.press("Simpan dan lanjut")

    assert "Rp25.000.000" in one.text()
    assert not re.search(r"\b\d{16}\b", page.content())
    sound(one, javascript)
    one.press("Kirim")
    assert "Pendaftaran sudah kami terima" in one.text()
    sound(one, javascript)
    if javascript:
        one.shot("owner-receipt")
    reference = page.inner_text("#reference")

    one.press("Lacak")
    assert page.input_value("[name=reference]") == reference
    fill(one, last_four="7890")
    one.page.click("main form button.button")
    page.wait_for_load_state("networkidle")
    assert "Petugas sedang memeriksa" in one.text()
    sound(one, javascript)

    one.open(home)
    assert "Menunggu verifikasi" in one.text()
    one.complaints = [line for line in one.complaints if not EXPECTED.search(line)]
