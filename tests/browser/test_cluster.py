"""Clusters in a real Chromium: a maker joins with the words of the chair and the office, and shows the card on a cheap phone."""

import json
import os
import subprocess
import sys

import pytest

from tests.browser import cluster_stage
from tests.browser.conftest import DATABASE, DESK, PHONE, ROOT, _url_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def sentra(portal):
    """The number of a sentra in the running portal."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c",
         "from tests.browser.cluster_stage import make; make()"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": _url_of(DATABASE)},
        check=True,
        capture_output=True,
        text=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])["sentra"]


def in_order(one, name):
    assert one.violations() == []
    assert one.overflow() <= 0
    one.shot(name)


def test_a_maker_joins_and_shows_the_card_on_a_phone(visitor, sentra, demo):
    maker = visitor(viewport=PHONE)
    maker.sign_in(cluster_stage.APPLICANT, cluster_stage.PASSWORD)
    maker.open(f"/klaster/{sentra}/")
    in_order(maker, "cluster-page-phone")
    maker.press("Bergabung")
    maker.page.fill("[name=note]", "Keripik singkong pedas, 40 kilogram seminggu")
    in_order(maker, "cluster-join-phone")
    maker.press("Kirim permohonan")
    assert "Sekarang menunggu jawaban: Ketua klaster." in maker.text()
    in_order(maker, "cluster-request-phone")
    request = maker.page.url

    chair = visitor(viewport=PHONE)
    chair.sign_in(cluster_stage.CHAIR, cluster_stage.PASSWORD)
    chair.open("/klaster/saya/")
    in_order(chair, "cluster-chair-mine-phone")
    chair.press("Keripik Anggun")
    assert chair.page.url == request
    in_order(chair, "cluster-chair-phone")
    chair.page.fill("[name=note]", "Tetangga kami, rajin")
    chair.press("Setuju")
    assert "Jawaban Anda sebagai ketua" not in chair.text()

    office = visitor(viewport=DESK)
    office.sign_in("klaster@demo.example", demo.PASSWORD)
    office.open(request.replace("/klaster/permohonan/", "/kerja/klaster/permohonan/"))
    assert "Tetangga kami, rajin" in office.text()
    in_order(office, "cluster-decide-desk")
    office.press("Terima")
    in_order(office, "cluster-decided-desk")

    maker.open(request)
    assert "Disetujui ketua" in maker.text()
    assert "Diterima dinas" in maker.text()
    in_order(maker, "cluster-accepted-phone")
    maker.press("Buka keanggotaan")
    in_order(maker, "cluster-membership-phone")
    maker.page.fill("[name=capacity-product]", "Keripik singkong")
    maker.page.fill("[name=capacity-volume]", "600")
    maker.page.fill("[name=capacity-unit]", "bungkus")
    maker.press("Simpan kapasitas")
    assert "Keripik singkong: 600 bungkus sebulan" in maker.text()
    in_order(maker, "cluster-capacity-phone")
    maker.press("Hapus")
    in_order(maker, "cluster-capacity-remove-phone")
    maker.press("Hapus kapasitas")
    assert "600 bungkus" not in maker.text()
    maker.press("Kartu anggota")
    assert maker.page.locator("figure svg").bounding_box()["width"] >= 150, "a code that a phone can scan"
    in_order(maker, "cluster-card-phone")
    check = maker.page.get_by_role("link", name="Periksa kartu ini").get_attribute("href")

    # Who scans it has no account, and perhaps no JavaScript.
    buyer = visitor(viewport=PHONE, javascript=False)
    buyer.open(check)
    assert "Kartu ini asli dan berlaku" in buyer.text()
    assert "Anggun" not in buyer.text()
    buyer.shot("cluster-card-check-phone")
    stranger = visitor(viewport=PHONE)
    stranger.open(check)
    in_order(stranger, "cluster-card-check-js-phone")


def test_the_chair_declines_for_a_reason_without_javascript(visitor, sentra, demo):
    maker = visitor(viewport=PHONE, javascript=False)
    maker.sign_in("joko@demo.example", demo.PASSWORD)
    maker.open(f"/klaster/{sentra}/")
    maker.press("Bergabung")
    maker.press("Kirim permohonan")
    request = maker.page.url
    chair = visitor(viewport=PHONE, javascript=False)
    chair.sign_in(cluster_stage.CHAIR, cluster_stage.PASSWORD)
    chair.open(request)
    chair.page.fill("[name=note]", "Bukan pembuat keripik")
    chair.press("Tolak")
    maker.open(request)
    assert "Bukan pembuat keripik" in maker.text()
    maker.shot("cluster-declined-phone")


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_everybody_reads_clusters_and_their_law(visitor, sentra, viewport):
    one = visitor(viewport=viewport)
    for path, name in (
        ("/klaster/", "list"),
        ("/klaster/?tampilan=peta", "map"),
        (f"/klaster/{sentra}/", "page"),
        ("/dasar-hukum/", "law"),
    ):
        one.open(path)
        in_order(one, f"cluster-public-{name}-{viewport['width']}")
    one.press("530/71")
    in_order(one, f"cluster-public-basis-{viewport['width']}")


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_officials_work_on_clusters_and_their_law(visitor, sentra, demo, viewport):
    one = visitor(viewport=viewport)
    one.sign_in("klaster@demo.example", demo.PASSWORD)
    for path, name in (
        ("/kerja/klaster/", "list"),
        (f"/kerja/klaster/{sentra}/", "cluster"),
        (f"/kerja/klaster/{sentra}/pemilihan/", "election"),
        (f"/kerja/klaster/{sentra}/mekar/", "split"),
        (f"/kerja/klaster/{sentra}/gabung/", "merge"),
        ("/kerja/klaster/baru/", "new"),
        ("/kerja/dasar-hukum/", "law"),
    ):
        one.open(path)
        in_order(one, f"cluster-office-{name}-{viewport['width']}")
    one.open(f"/kerja/klaster/{sentra}/pesanan/?produk=keripik&jumlah=2000&selesai=2027-03-01")
    assert "Keripik Barokah" in one.text()
    in_order(one, f"cluster-office-order-{viewport['width']}")
