"""The outcome of a run in a real Chromium: attendance without signal, certificates, opinions, questions, facilitation."""

import json
import os
import re
import subprocess
import sys

import pytest
from playwright.sync_api import Error, expect

from tests.browser import outcome_stage
from tests.browser.conftest import DATABASE, DESK, PHONE, ROOT, _url_of

pytestmark = pytest.mark.browser
BOTH = pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])


@pytest.fixture(scope="module")
def stage(portal):
    done = subprocess.run(
        [
            sys.executable,
            "manage.py",
            "shell",
            "-v0",
            "-c",
            "from tests.browser.outcome_stage import make; make()",
        ],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": _url_of(DATABASE)},
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def look(one, name):
    assert one.violations() == []
    assert one.overflow() <= 0
    one.shot(f"{name}-{one.page.viewport_size['width']}")


def official(visitor, demo, viewport=DESK):
    one = visitor(viewport=viewport)
    one.sign_in("pelatihan@demo.example", demo.PASSWORD)
    return one


def participant(visitor, viewport=PHONE):
    one = visitor(viewport=viewport)
    one.sign_in(outcome_stage.EMAIL, outcome_stage.PASSWORD)
    return one


def said(page, name):
    return page.locator("[data-person]", has_text=name).locator("[data-said]")


def reopened(one, path):
    """The page closed without signal, and opened anew with it: what the browser kept is all that is left."""
    one.page.close()
    one.context.set_offline(False)
    one.page = one.context.new_page()
    one.page.on("pageerror", lambda error: one.complaints.append(f"error: {error}"))
    one.open(path)
    return one.page


def test_attendance_without_signal_comes_through_once_each(visitor, stage, demo):
    """What is pressed without signal is sent when it is back. The first answer is lost on the way: it is sent again."""
    path = f"/kerja/pelatihan/{stage['meeting']}/hadir/1/"
    there = official(visitor, demo, PHONE)
    page, sent = there.page, []
    there.open(f"{path}tanpa-sinyal/")
    look(there, "attendance-offline")
    code = page.locator("[data-person]", has_text="Citra Dewi").get_attribute("data-code")

    def lose_the_first_answer(route):
        sent.append(json.loads(route.request.post_data))
        answer = route.fetch()
        if len(sent) == 1:
            route.abort()
        else:
            route.fulfill(response=answer)

    there.context.set_offline(True)
    for name, mark in (("Ani Lestari", "present"), ("Bambang Irawan", "present")):
        page.locator("[data-person]", has_text=name).locator(f"[data-status={mark}]").click()
    page.fill("[name=code]", code)
    page.press("[name=code]", "Enter")
    page.fill("[name=code]", "SALAH")
    page.press("[name=code]", "Enter")
    assert "tidak ada dalam daftar" in there.text()
    for name in ("Ani Lestari", "Bambang Irawan", "Citra Dewi"):
        assert "menunggu sinyal" in said(page, name).inner_text()
    look(there, "attendance-queued")
    desk = official(visitor, demo)
    desk.open(path)
    assert "belum dicatat" in desk.text()
    desk.page.get_by_label("Kehadiran Bambang Irawan").select_option("excused")
    desk.press("Simpan daftar")
    assert "Kehadiran 1 orang dicatat" in desk.text()

    # Only now: a route asks the portal by itself, signal or not.
    page.route("**/kirim/", lose_the_first_answer)
    there.context.set_offline(False)
    expect(page.locator("[data-state]")).to_contain_text("sudah terkirim", timeout=60_000)
    assert "terkirim" in said(page, "Ani Lestari").inner_text()
    assert "sudah dicatat sebelumnya" in said(page, "Bambang Irawan").inner_text()
    assert len(sent) >= 2
    assert sent[0] == sent[1], "the same items again, with the same nonces"
    assert page.evaluate(
        "Object.entries(localStorage).filter(([key]) => key.startsWith('hadir.')).map(one => one[1])"
    ) == ["[]"]
    look(there, "attendance-sent")
    desk.open(path)
    assert (
        re.sub(r"\s+", " ", desk.page.inner_text(".tiles")) == "2 hadir 1 izin 0 tidak hadir 2 belum dicatat"
    )
    look(desk, "attendance")
    there.complaints = [line for line in there.complaints if "ERR_" not in line]


def test_a_queue_outlives_the_page(visitor, stage, demo):
    there = official(visitor, demo, PHONE)
    path = f"/kerja/pelatihan/{stage['meeting']}/hadir/1/tanpa-sinyal/"
    there.open(path)
    there.context.set_offline(True)
    there.page.locator("[data-person]", has_text="Dodi Pranoto").locator("[data-status=absent]").click()
    page = reopened(there, path)
    expect(said(page, "Dodi Pranoto")).to_have_text("Tidak hadir · terkirim")
    there.open(path)
    assert said(page, "Dodi Pranoto").inner_text() == "Tidak hadir"
    there.complaints = [line for line in there.complaints if "ERR_" not in line]


def test_a_queue_is_sent_even_when_another_device_was_first(visitor, stage, demo):
    """The page is opened anew with an item for a person whom the portal knows already, whose row has no buttons."""
    path = f"/kerja/pelatihan/{stage['meeting']}/hadir/1/"
    there, desk = official(visitor, demo, PHONE), official(visitor, demo)
    there.open(f"{path}tanpa-sinyal/")
    there.context.set_offline(True)
    there.page.locator("[data-person]", has_text="Endang Sulastri").locator("[data-status=present]").click()
    desk.open(path)
    desk.page.get_by_label("Kehadiran Endang Sulastri").select_option("excused")
    desk.press("Simpan daftar")
    assert "Kehadiran 1 orang dicatat" in desk.text()
    page = reopened(there, f"{path}tanpa-sinyal/")
    expect(said(page, "Endang Sulastri")).to_have_text("Izin · sudah dicatat sebelumnya")
    there.complaints = [line for line in there.complaints if "ERR_" not in line]


def kept_pages(page):
    return page.evaluate(
        "caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name).then((one) => one.keys()))))"
        ".then((found) => found.flat().map((one) => new URL(one.url).pathname))"
    )


def test_the_attendance_page_reloads_without_signal_until_one_signs_out(visitor, stage, demo):
    """Opened once with signal, the page comes up again without, with its queue. Signing out leaves nothing of it."""
    there = official(visitor, demo, PHONE)
    path = f"/kerja/pelatihan/{stage['again']}/hadir/1/tanpa-sinyal/"
    there.open(path)
    page = there.page
    expect(page.locator("[data-reloads]")).to_be_visible()
    kept = kept_pages(page)
    assert path in kept
    assert [one for one in kept if not one.startswith("/static/")] == [path], (
        "one page and its parts, no other"
    )
    there.context.set_offline(True)
    page.locator("[data-person]", has_text="Ani Lestari").locator("[data-status=present]").click()
    for _ in range(2):
        page.reload()
        assert "menunggu sinyal" in said(page, "Ani Lestari").inner_text()
    assert page.locator(".mine").evaluate("one => getComputedStyle(one).display") != "inline", (
        "with its style"
    )
    page.locator("[data-person]", has_text="Citra Dewi").locator("[data-status=excused]").click()
    page.reload()
    assert "Izin · menunggu sinyal" in said(page, "Citra Dewi").inner_text()
    look(there, "attendance-reloaded")
    there.context.set_offline(False)
    page.reload()
    expect(page.locator("[data-state]")).to_contain_text("sudah terkirim", timeout=60_000)
    there.open(path)
    assert said(page, "Ani Lestari").inner_text() == "Hadir"

    page.locator(".mine").get_by_role("button", name="Keluar").click()
    page.wait_for_load_state("networkidle")
    assert kept_pages(page) == []
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((found) => found.length)") == 0
    there.context.set_offline(True)
    with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
        page.goto(path)
    there.complaints = [line for line in there.complaints if "ERR_" not in line]


def test_a_kept_page_goes_when_the_session_ended_elsewhere(visitor, stage, demo):
    there = official(visitor, demo, PHONE)
    path = f"/kerja/pelatihan/{stage['again']}/hadir/1/tanpa-sinyal/"
    there.open(path)
    expect(there.page.locator("[data-reloads]")).to_be_visible()
    there.context.clear_cookies()
    there.open(path)
    assert "/akun/login/" in there.page.url
    assert kept_pages(there.page) == []


@BOTH
def test_the_code_and_the_pages_of_a_participant(visitor, stage, viewport):
    one = participant(visitor, viewport)
    one.open(f"/pelatihan/saya/{stage['seat']}/qr/")
    assert one.page.locator("main svg").bounding_box()["width"] >= 200
    look(one, "attendance-code")
    one.open(f"/pelatihan/saya/{stage['past']}/evaluasi/")
    look(one, "evaluation")
    one.open(f"/pelatihan/saya/tindak-lanjut/{stage['question']}/")
    look(one, "follow-up")
    one.open("/pelatihan/fasilitasi/")
    look(one, "facilitations")
    one.open(f"/pelatihan/fasilitasi/{stage['asked']}/")
    look(one, "facilitation")


@BOTH
def test_the_pages_of_the_office(visitor, stage, demo, viewport):
    one = official(visitor, demo, viewport)
    for name, path in (
        ("outcome", f"/kerja/pelatihan/{stage['over']}/hasil/"),
        ("scores", f"/kerja/pelatihan/{stage['over']}/nilai/"),
        ("attendance-print", f"/kerja/pelatihan/{stage['over']}/hadir/1/cetak/"),
        ("office-facilitations", "/kerja/pelatihan/fasilitasi/"),
        ("office-facilitation", f"/kerja/pelatihan/fasilitasi/{stage['asked']}/"),
        ("effects", "/kerja/pelatihan/dampak/?pelatihan=panggung-lampau"),
    ):
        one.open(path)
        look(one, name)


def test_from_the_end_of_a_run_to_a_certificate_and_an_opinion(visitor, stage, demo):
    office = official(visitor, demo)
    office.open(f"/kerja/pelatihan/{stage['over']}/hasil/")
    assert "Nilai akhir 55 (syarat 60)." in office.text()
    office.press("Selesaikan angkatan")
    assert "Angkatan selesai." in office.text()
    look(office, "outcome-completed")
    office.press("Sertifikat")
    office.press("Terbitkan sertifikat")
    assert "4 dari 4 sertifikat sudah terbit" in office.text()
    look(office, "certificates")
    person = participant(visitor)
    person.open(f"/pelatihan/saya/{stage['past']}/")
    person.press("Nilai pelatihan ini")
    for name in ("content", "trainer", "place"):
        person.page.check(f"[name={name}][value='4']")
    person.press("Kirim penilaian")
    assert "tersimpan tanpa nama" in person.text()
    look(person, "enrolment-completed")
    person.open(f"/pelatihan/saya/tindak-lanjut/{stage['question']}/")
    person.page.fill("[name=turnover]", "25jt")
    person.page.fill("[name=workers]", "3")
    person.page.fill("[name=licences]", "1")
    person.press("Kirim jawaban")
    assert "Rp25.000.000" in person.text()
    look(person, "follow-up-answered")
