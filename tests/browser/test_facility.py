"""The facilities in a real Chromium: a maker books, queues, reports damage and draws lots on a cheap phone; officials decide."""

import json
import os
import subprocess
import sys
from datetime import date, timedelta

import pytest

from tests.browser import facility_stage
from tests.browser.conftest import DATABASE, DESK, PHONE, ROOT, _url_of
from tests.ikm.entries import picture

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def place(portal):
    """The numbers of a centre, its units, bookings, lease and events in the running portal."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c",
         "from tests.browser.facility_stage import make; make()"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": _url_of(DATABASE)},
        check=True,
        capture_output=True,
        text=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def in_order(one, name):
    assert one.violations() == []
    assert one.overflow() <= 0
    one.shot(name)


@pytest.fixture
def maker(visitor):
    def come(**options):
        one = visitor(viewport=PHONE, **options)
        one.sign_in(facility_stage.EMAIL, facility_stage.PASSWORD)
        return one

    return come


@pytest.fixture
def official(visitor, demo):
    def come(**options):
        one = visitor(**{"viewport": DESK} | options)
        one.sign_in("klaster@demo.example", demo.PASSWORD)
        return one

    return come


def fill(one, **fields):
    for name, value in fields.items():
        one.page.fill(f"main [name={name}]", value)


def test_a_maker_books_queues_and_sees_the_days_of_a_series_that_clash(maker, official, place):
    one, day = maker(), place["day"]
    one.open(f"/fasilitas/unit/{place['hall']}/?pekan={day}")
    in_order(one, "facility-hall-phone")
    one.press("Pesan")
    in_order(one, "facility-book-phone")
    one.press("Pesan")
    assert "Pilih harinya." in one.text()
    in_order(one, "facility-book-errors-phone")
    fill(one, day=day, starts_at="09:00", ends_at="11:00", purpose="Pameran kursi rotan")
    one.press("Pesan")
    assert "Menunggu persetujuan" in one.text()
    in_order(one, "facility-requested-phone")
    asked = one.page.url

    one.open(f"/fasilitas/pesan/{place['workshop']}/")
    fill(one, day=day, starts_at="10:00", ends_at="12:00", purpose="Memotong papan")
    one.press("Pesan")
    assert "Yang masih kosong: 11.15–13.15" in one.text()
    in_order(one, "facility-taken-phone")
    # The browser itself tells of answers that ask for a correction.
    one.complaints = [line for line in one.complaints if "400 (Bad Request)" not in line]
    one.page.check("main [name=wait]")
    one.page.locator("main form button").click()  # the error speaks of "dipesan", too
    one.page.wait_for_load_state("networkidle")
    assert "Urutan 1 dalam antrean." in one.text()
    in_order(one, "facility-queued-phone")

    one.open(f"/fasilitas/pesan/{place['workshop']}/berulang/")
    in_order(one, "facility-series-phone")
    last = date.fromisoformat(day) + timedelta(weeks=2)
    fill(
        one, first_on=day, until_on=last.isoformat(), begins="08:00", ends="10:00", purpose="Rutin tiap Rabu"
    )
    one.press("Periksa hari yang bentrok")
    assert "Sudah dipakai pukul 09.00–11.15." in one.text()
    in_order(one, "facility-series-conflict-phone")
    one.page.locator("main button[value=book]").click()
    one.page.wait_for_load_state("networkidle")
    in_order(one, "facility-mine-phone")

    desk = official()
    desk.open("/kerja/fasilitas/")
    in_order(desk, "facility-office-desk")
    desk.open(asked.replace("/fasilitas/saya/", "/kerja/fasilitas/pesanan/"))
    in_order(desk, "facility-office-booking-desk")
    desk.press("Setujui")
    assert "Disetujui" in desk.text()
    desk.open(f"/kerja/fasilitas/pesanan/{place['now']}/")
    desk.press("Catat datang")
    assert "Sedang dipakai" in desk.text()
    in_order(desk, "facility-office-checked-in-desk")

    one.open(asked)
    assert "Datang tepat waktu" in one.text()
    in_order(one, "facility-approved-phone")
    one.press("Batalkan pesanan")
    in_order(one, "facility-cancel-phone")


def test_damage_is_reported_with_a_photo_and_the_unit_closed(maker, official, place, tmp_path):
    photo = tmp_path / "rusak.jpg"
    photo.write_bytes(picture(size=(2400, 1800)).read())
    one = maker()
    one.open(f"/fasilitas/saya/{place['now']}/")
    one.press("Laporkan kerusakan")
    in_order(one, "facility-damage-form-phone")
    fill(one, words="Mata gergaji patah dan pelindungnya lepas.")
    one.page.set_input_files("main [name=photo]", photo)
    one.press("Kirim laporan")
    assert "Laporan terkirim." in one.page.inner_text("body")
    shown = one.page.get_by_role("img", name="Foto kerusakan").bounding_box()
    assert shown["width"] > 200
    assert shown["height"] > 150
    in_order(one, "facility-damage-phone")
    report = one.page.url

    desk = official()
    desk.open("/kerja/fasilitas/kerusakan/")
    in_order(desk, "facility-office-damages-desk")
    desk.press("Gergaji pita")
    in_order(desk, "facility-office-damage-desk")
    until = date.fromisoformat(place["day"])
    fill(desk, note="Suku cadang dipesan.", closed_until=until.isoformat())
    desk.press("Mulai perbaikan")
    assert "Unit ditutup sejak" in desk.text()
    in_order(desk, "facility-office-repair-desk")

    one.open(report)
    assert "Sedang diperbaiki" in one.text()
    assert "Suku cadang dipesan." in one.text()
    in_order(one, "facility-damage-in-repair-phone")
    one.open(f"/fasilitas/unit/{place['saw']}/?pekan={place['day']}")
    assert "ditutup" in one.text()
    in_order(one, "facility-unit-closed-phone")


def test_a_maker_reads_leases_and_draws_lots_for_a_stall(maker, visitor, place):
    one = maker()
    one.open("/fasilitas/sewa/")
    in_order(one, "facility-leases-phone")
    one.press("Kios 3")
    assert "STS-9001" in one.text()
    in_order(one, "facility-lease-phone")
    one.open(f"/fasilitas/acara/{place['open']}/")
    in_order(one, "facility-event-open-phone")
    one.press("Daftar undian")
    in_order(one, "facility-event-enter-phone")
    one.press("Daftar undian")
    assert "Terdaftar" in one.text()
    in_order(one, "facility-event-entered-phone")
    one.open("/fasilitas/acara/saya/")
    in_order(one, "facility-entries-phone")
    one.press("Pameran Mebel Mangkang")
    assert "Urutan" in one.text()
    in_order(one, "facility-entry-phone")

    # Anybody reads the result, and nobody's name.
    for viewport in (PHONE, DESK):
        reader = visitor(viewport=viewport)
        reader.open(f"/fasilitas/acara/{place['drawn']}/")
        assert place["entry"] in reader.text()
        assert "Mebel Dewi" not in reader.text()
        in_order(reader, f"facility-event-result-{viewport['width']}")


def test_without_javascript_a_maker_books_and_gives_back_and_the_queue_moves_up(maker, visitor, place):
    day = (date.fromisoformat(place["day"]) + timedelta(days=1)).isoformat()
    one = maker(javascript=False)
    one.open(f"/fasilitas/unit/{place['workshop']}/?pekan={day}")
    one.press("Pesan")
    fill(one, day=day, starts_at="13:00", ends_at="14:00", purpose="Mengampelas")
    one.press("Pesan")
    assert "Disetujui" in one.text()
    booked = one.page.url
    other = visitor(viewport=PHONE, javascript=False)
    other.sign_in(facility_stage.NEIGHBOUR, facility_stage.PASSWORD)
    other.open(f"/fasilitas/pesan/{place['workshop']}/")
    fill(other, day=day, starts_at="13:00", ends_at="14:00", purpose="Menyerut")
    other.page.check("main [name=wait]")
    other.press("Pesan")
    queued = other.page.url
    assert "Urutan 1" in other.text()
    one.open(booked)
    one.press("Batalkan pesanan")
    one.press("Batalkan pesanan")
    assert "Dibatalkan" in one.text()
    one.shot("facility-cancelled-phone")
    other.open(queued)
    assert "Disetujui" in other.text()
    other.shot("facility-moved-up-phone")


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_everybody_reads_the_facilities(visitor, place, viewport):
    one = visitor(viewport=viewport)
    for path, name in (
        ("/fasilitas/", "centres"),
        (f"/fasilitas/{place['centre']}/", "centre"),
        (f"/fasilitas/unit/{place['workshop']}/?pekan={place['day']}", "unit"),
        ("/fasilitas/acara/", "events"),
    ):
        one.open(path)
        in_order(one, f"facility-public-{name}-{viewport['width']}")


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_officials_keep_the_facilities(official, place, viewport):
    one = official(viewport=viewport)
    for path, name in (
        ("", "today"),
        (f"unit/{place['saw']}/", "unit"),
        (f"unit/{place['saw']}/rusak/", "unit-damage"),
        ("kerusakan/", "damages"),
        ("sewa/", "leases"),
        (f"sewa/{place['lease']}/", "lease"),
        ("acara/", "events"),
        (f"acara/{place['drawn']}/", "event-drawn"),
        (f"acara/{place['open']}/", "event-open"),
        (f"pesanan/{place['now']}/", "booking"),
    ):
        one.open(f"/kerja/fasilitas/{path}")
        in_order(one, f"facility-office-{name}-{viewport['width']}")
