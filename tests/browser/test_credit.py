"""Credit in a real Chromium: five questions and simulator without JavaScript, a whole application on a cheap phone."""

import os
import subprocess
import sys

import pytest

from tests.browser.conftest import DATABASE, PHONE, ROOT, _url_of
from tests.ikm.entries import picture

pytestmark = pytest.mark.browser

EMAIL, PASSWORD = "siti.kredit@contoh.id", "kata-sandi-panjang-1"

SEED = f"""
from datetime import date
from accounts.enums import Role
from accounts.models import User
from accounts.services import grant_role
from credit.selectors import version_in_force
from ikm.enums import BusinessStatus
from tests.credit.records import scheme_version
from tests.ikm.businesses import business

if version_in_force() is None:
    scheme_version()
siti = User.objects.create_user(email={EMAIL!r}, name="Siti Aminah", password={PASSWORD!r})
grant_role(siti, Role.ENTREPRENEUR)
shop = business(BusinessStatus.REGISTERED, speaker=siti, name="Roti Kredit", nib="9120000000001",
                registered_on=date(2015, 1, 1))
owner = shop.ownerships.get().owner
owner.birth_date, owner.phone = date(1980, 5, 5), "+6281234567890"
owner.save()
"""


@pytest.fixture(scope="module")
def city(portal):
    """The demo city with Kredit Wibawa in force and an entrepreneur who has not applied yet."""
    environment = {**os.environ, "DATABASE_URL": _url_of(DATABASE)}
    subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", SEED], cwd=ROOT, env=environment, check=True
    )
    return portal


def in_order(one, name):
    """Nothing for axe to find, nothing wider than the phone; a picture to look at."""
    assert one.violations() == []
    assert one.overflow() <= 0
    one.shot(name)


def test_five_questions_and_the_simulator_need_no_javascript(city, visitor):
    one = visitor(javascript=False, viewport=PHONE)
    one.open("/kredit/")
    one.press("Cek syarat")
    one.page.check("[name=ktp][value=ya]")
    one.page.fill("[name=umur]", "40")
    one.page.fill("[name=mulai]", "Maret 2015")
    one.page.check("[name=izin][value=nib]")
    one.page.fill("[name=jumlah]", "10jt")
    one.page.fill("[name=bulan]", "24")
    one.page.check("[name=agunan][value=tidak]")
    one.press("Lihat hasil")
    assert "Ajukan paling banyak Rp5.000.000 tanpa agunan, atau sertakan agunan." in one.text()
    one.page.fill("[name=jumlah]", "5jt")
    one.press("Cek lagi")
    assert "Anda memenuhi syarat" in one.text()
    one.press("Hitung angsuran")
    assert "Rp5.000.000 selama 24 bulan" in one.text()
    assert "Rp5.300.000" in one.text()
    shared = one.page.inner_text("#tautan")
    again = visitor(javascript=False)
    again.open(shared)
    assert "Rp5.000.000 selama 24 bulan" in again.text()


@pytest.mark.parametrize(
    "path",
    [
        "/kredit/",
        "/kredit/syarat/",
        "/kredit/syarat/?ktp=tidak&umur=16&jumlah=banyak",
        "/kredit/simulasi/?jumlah=50jt&bulan=36",
    ],
)
@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
def test_a_public_page_of_credit_on_a_phone(city, visitor, path, colour_scheme):
    one = visitor(viewport=PHONE, colour_scheme=colour_scheme)
    one.open(path)
    one.complaints = [line for line in one.complaints if "400 (Bad Request)" not in line]
    assert one.violations() == []
    assert one.overflow() <= 0
    assert one.weight()[0] <= 100_000


def test_an_application_from_start_to_receipt_on_a_phone(city, visitor, tmp_path):
    photo = tmp_path / "foto.jpg"
    photo.write_bytes(picture().read())
    one = visitor(viewport=PHONE)
    one.sign_in(EMAIL, PASSWORD)
    one.open("/kredit/permohonan/baru/?jumlah=5jt&bulan=12")
    in_order(one, "credit-start")
    one.press("Mulai permohonan")
    in_order(one, "credit-tasks")
    one.press("Untuk apa pinjaman ini")
    one.page.check("[name=purpose_kind][value=working_capital]")
    one.page.fill("[name=purpose]", "Tepung dan mentega untuk Lebaran, 5jt.")
    in_order(one, "credit-purpose")
    one.press("Simpan dan lanjut")
    one.page.check("[name=lives_in_area][value=ya]")
    in_order(one, "credit-register")
    one.press("Simpan dan lanjut")
    for kind in ("ktp", "licence", "business_photo"):
        one.page.set_input_files(f"[name={kind}-file]", photo)
        one.page.locator(f"form:has([name={kind}-file]) button").click()
        one.page.wait_for_load_state("networkidle")
    in_order(one, "credit-documents")
    one.press("Lanjut")
    one.page.check("[name=days][value='1']")
    in_order(one, "credit-visit")
    one.press("Simpan dan lanjut")
    one.page.check("[name=given]")
    in_order(one, "credit-consent")
    one.press("Simpan dan lanjut")
    in_order(one, "credit-check")
    assert "Belum memenuhi" not in one.text()
    one.page.locator("main form button.button").click()
    one.page.wait_for_load_state("networkidle")
    in_order(one, "credit-receipt")
    assert "Anda mendapat jawaban paling lambat" in one.text()
    one.press("Lacak")
    one.page.fill("[name=last_four]", "7890")
    one.page.locator("main form button.button").click()
    one.page.wait_for_load_state("networkidle")
    assert "Petugas memeriksa berkas dan menjadwalkan kunjungan." in one.text()
