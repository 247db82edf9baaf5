"""Training on a cheap phone: a person enrols, another takes an offered seat by its link; the officials' list and the draw."""

import json
import os
import secrets
import subprocess
import sys

import pytest

from tests.browser import training_stage
from tests.browser.conftest import DATABASE, DESK, PHONE, ROOT, _url_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def stage(portal):
    """Courses in the running portal, and their numbers."""
    done = subprocess.run(
        [
            sys.executable,
            "manage.py",
            "shell",
            "-v0",
            "-c",
            "from tests.browser.training_stage import make; make()",
        ],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": _url_of(DATABASE)},
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def sound(one):
    assert one.violations() == []
    assert one.overflow() <= 0


def test_two_people_enrol_on_a_phone(visitor, stage):
    one = visitor(viewport=PHONE)
    page = one.page
    one.sign_in(training_stage.EMAIL, training_stage.PASSWORD)
    one.open(f"/pelatihan/{stage['run']}/")
    sound(one)
    one.shot("training-run-phone")
    one.press("Daftar")
    assert "Siapa yang ikut?" in one.text()
    sound(one)
    one.shot("training-people-phone")
    one.press("Tambah orang lain")
    one.press("Simpan dan lanjut")
    assert "Ada yang perlu diperbaiki" in one.text()
    sound(one)
    page.fill("[name=name]", "Dimas Prakoso")
    page.fill("[name=nik]", f"337403120599{secrets.randbelow(9000) + 1000}")
    page.check("[name=sex][value=male]")
    sound(one)
    one.shot("training-new-person-phone")
    one.press("Simpan dan lanjut")
    page.get_by_label("Wulan Kursi").check()
    one.press("Lanjut")
    assert "Masih ada 12 kursi kosong dari 12." in one.text()
    one.press("Kirim pendaftaran")
    assert "Beri tanda bila semua orang ini setuju." in one.text()
    sound(one)
    page.check("[name=agree]")
    one.shot("training-check-phone")
    one.press("Kirim pendaftaran")
    assert "Kursi sudah didapat" in one.text()
    assert stage["begins"] in one.text()
    sound(one)
    one.shot("training-receipt-phone")
    one.press("Lihat pelatihan ini")
    assert "Dimas Prakoso" in one.text()
    sound(one)
    one.shot("training-enrolment-phone")
    one.open("/pelatihan/saya/")
    sound(one)
    one.shot("training-mine-phone")
    one.complaints = [line for line in one.complaints if "400 (" not in line]


def test_an_offered_seat_is_taken_by_its_link_without_javascript(visitor, stage):
    one = visitor(viewport=PHONE, javascript=False)
    one.open(stage["offer"])
    assert "Ada kursi kosong untuk Anda" in one.text()
    assert "Sekar" in one.text()
    assert "Ayu" not in one.text()
    one.shot("training-offer-phone")
    one.press("Terima kursi")
    assert "Kursi sudah Anda terima" in one.text()
    one.open(stage["offer"])
    assert "Kursi sudah Anda terima" in one.text()


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_the_result_of_a_draw_can_be_read_and_computed_again(visitor, stage, viewport):
    one = visitor(viewport=viewport)
    one.open(f"/pelatihan/{stage['drawn']}/hasil/")
    assert "Hitung sendiri" in one.text()
    sound(one)
    one.shot(f"training-result-{viewport['width']}")


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_officials_see_everybody_and_what_a_draw_will_do(visitor, stage, demo, viewport):
    one = visitor(viewport=viewport)
    one.sign_in("pelatihan@demo.example", demo.PASSWORD)
    one.open(f"/kerja/pelatihan/{stage['full']}/peserta/")
    sound(one)
    one.shot(f"training-participants-{viewport['width']}")
    one.open(f"/kerja/pelatihan/{stage['to_draw']}/peserta/undian/")
    assert "6 orang dalam 6 pendaftaran diundi." in one.text()
    sound(one)
    one.shot(f"training-draw-{viewport['width']}")
