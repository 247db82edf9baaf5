"""The gallery in a real Chromium: a maker sends a product by phone, the curator publishes it, buyers find it; the counter
sells what makers left there and settles with them."""

import json
import subprocess
import sys

import pytest

from tests.browser import gallery_stage
from tests.browser.conftest import DESK, PHONE, ROOT
from tests.gallery.bulk_files import named_archive, row, sheet
from tests.gallery.records import picture

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def place(portal_environment, portal):
    """The numbers of a maker, a product and its code at the counter in the running portal."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c",
         "from tests.browser.gallery_stage import make; make()"],
        cwd=ROOT, env=portal_environment, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def in_order(one, name):
    assert one.violations() == []
    assert one.overflow() <= 0
    one.shot(name)


def looked_at(one, name, *, javascript):
    """axe is a script itself: without scripts the page is only kept as a picture."""
    if javascript:
        in_order(one, name)
    else:
        one.shot(f"{name}-bare")


@pytest.fixture
def maker(visitor, place):
    def come(**options):
        one = visitor(**{"viewport": PHONE} | options)
        one.sign_in(gallery_stage.EMAIL, gallery_stage.PASSWORD)
        return one

    return come


@pytest.fixture
def curator(visitor, demo, place):
    def come(**options):
        one = visitor(**{"viewport": DESK} | options)
        one.sign_in("galeri@demo.example", demo.PASSWORD)
        return one

    return come


def fill(one, **fields):
    for name, value in fields.items():
        one.page.fill(f"main [name$={name}]", value)


def photo_file(seed):
    upload = picture(seed)
    return {"name": "foto.jpg", "mimeType": "image/jpeg", "buffer": upload.read()}


def send_product(one, name, seed, *, javascript=True):
    """From the start to the receipt; its number."""
    one.open("/galeri/saya/")
    looked_at(one, "gallery-mine-phone", javascript=javascript)
    one.press("Tambah produk")
    fill(one, name=name)
    one.press("Mulai")
    reference = one.page.url.rstrip("/").split("/")[5]
    one.open(f"/galeri/saya/{reference}/bagian/produk/")
    one.page.select_option("main [name=category]", label="Anyaman rotan dan bambu")
    fill(one, description="Tempat buah dari rotan, dianyam tangan.", materials="rotan")
    looked_at(one, "gallery-what-phone", javascript=javascript)
    one.press("Lanjut")
    fill(one, price="125rb", stock="4")
    looked_at(one, "gallery-price-phone", javascript=javascript)
    one.press("Lanjut")
    one.page.set_input_files("main [name=file]", photo_file(seed))
    one.page.locator("main form.card [name=alt]").last.fill("Tempat buah rotan di atas meja")
    one.press("Kirim foto")
    looked_at(one, "gallery-photos-phone", javascript=javascript)
    one.press("Lanjut")
    fill(one, weight_grams="600")
    looked_at(one, "gallery-measures-phone", javascript=javascript)
    one.press("Lanjut")
    one.open(f"/galeri/saya/{reference}/periksa/")
    looked_at(one, "gallery-check-phone", javascript=javascript)
    one.press("Kirim")
    assert "Apa selanjutnya" in one.text()
    looked_at(one, "gallery-receipt-phone", javascript=javascript)
    return reference


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_a_maker_sends_by_phone_the_curator_publishes_and_buyers_find_it(maker, curator, visitor, javascript):
    name = f"Tempat buah rotan {'satu' if javascript else 'dua'}"
    reference = send_product(maker(javascript=javascript), name, 500 + javascript, javascript=javascript)
    official = curator()
    official.open("/kerja/galeri/")
    in_order(official, "gallery-desk")
    official.open(f"/kerja/galeri/{reference}/")
    in_order(official, "gallery-product-desk")
    official.press("Tayangkan")
    assert "kini tayang" in official.text()
    buyer = visitor(viewport=PHONE, javascript=javascript)
    buyer.open("/galeri/?q=tempt+buah+rotan")
    assert name in buyer.text()
    buyer.open(f"/galeri/{reference}/")
    looked_at(buyer, "gallery-public-product-phone", javascript=javascript)
    assert "Rp125.000" in buyer.text()


def test_what_the_curator_asks_stands_beside_the_part(maker, curator):
    one = maker()
    reference = send_product(one, "Topi pandan", 601)
    official = curator()
    official.open(f"/kerja/galeri/{reference}/")
    official.page.locator("main details.again summary").first.click()
    official.page.select_option("main .papers select", "dark")
    official.press("Minta perbaikan")
    one.open(f"/galeri/saya/{reference}/")
    assert "terlalu gelap" in one.text()
    in_order(one, "gallery-to-improve-phone")


def test_the_catalogue_and_its_facets_on_a_phone_and_at_a_desk(visitor, place):
    for viewport, name in ((PHONE, "phone"), (DESK, "desk")):
        one = visitor(viewport=viewport)
        one.open("/galeri/")
        in_order(one, f"gallery-public-{name}")
        one.page.locator("main summary", has_text="Saring").click()
        one.page.locator("main .facets a", has_text="Makanan dan minuman").first.click()
        one.page.wait_for_load_state("networkidle")
        assert "kategori=" in one.page.url
        in_order(one, f"gallery-facet-{name}")


def test_the_counter_sells_by_a_scanned_code_until_nothing_is_left(curator, place):
    one = curator()
    one.open("/kerja/galeri/titip-jual/kasir/")
    for _piece in range(2):
        one.page.fill("main [name=scan]", place["code"])
        one.page.press("main [name=scan]", "Enter")  # as a scanner does
        one.page.wait_for_load_state("networkidle")
    in_order(one, "gallery-counter")
    one.page.check("main [name=payment][value=cash]")
    fill(one, given="200000")
    one.press("Bayar")
    assert "Rp170.000" in one.text()
    assert "Rp30.000" in one.text()
    in_order(one, "gallery-sale")
    one.open("/kerja/galeri/titip-jual/kasir/")
    one.page.fill("main [name=scan]", place["code"])
    one.page.press("main [name=scan]", "Enter")
    one.page.wait_for_load_state("networkidle")
    if "Bayar" in one.text():
        one.page.check("main [name=payment][value=cash]")
        fill(one, given="85000")
        one.press("Bayar")
    assert "Stok tinggal 0" in one.text()
    # The refused page: its status, and the error summary that takes the cursor from the scanner's input.
    assert all("400" in line or "Autofocus" in line for line in one.complaints)
    one.complaints.clear()
    one.open("/kerja/galeri/titip-jual/")
    in_order(one, "gallery-consignment-desk")


def test_goods_come_in_with_a_paper_and_are_counted(curator, place):
    one = curator()
    one.open(f"/kerja/galeri/titip-jual/usaha/{place['shop']}/")
    one.page.locator("main form input[inputmode=numeric]").first.fill("5")
    fill(one, handed_by="Wati")
    in_order(one, "gallery-goods")
    one.press("Terima barang")
    assert "TTB-" in one.text()
    one.open("/kerja/galeri/titip-jual/hitung/")
    one.press("Mulai")
    one.page.fill("main [name=scan]", place["code"])
    one.page.press("main [name=scan]", "Enter")
    one.page.wait_for_load_state("networkidle")
    in_order(one, "gallery-count")


def test_last_months_sales_are_settled_by_two_people(curator, visitor, demo, place):
    one = curator()
    one.open("/kerja/galeri/titip-jual/bagi-hasil/")
    in_order(one, "gallery-settlements")
    one.press("Susun")
    assert "Anyaman Wati" in one.text()
    one.press("Anyaman Wati")
    in_order(one, "gallery-settlement")
    assert "Setujui" not in [button.strip() for button in one.page.locator("main button").all_inner_texts()]
    other = visitor(viewport=PHONE)
    other.sign_in("admin@demo.example", demo.PASSWORD)
    other.open(one.page.url.removeprefix(one.portal))
    other.press("Setujui")
    in_order(other, "gallery-settlement-phone")


def sent(upload):
    return {"name": upload.name, "mimeType": upload.content_type, "buffer": upload.read()}


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_a_maker_uploads_many_products_and_puts_right_what_was_refused(maker, javascript):
    tag = "a" if javascript else "b"
    rows = [
        row(1, sku=f"U{tag}1", name=f"Bakul bambu {tag}", category="anyaman", photo1="satu.jpg"),
        row(2, sku=f"U{tag}2", name=f"Tampah {tag}", category="anyaman", photo1="dua.jpg", price="mahal"),
    ]
    photos = named_archive({"satu.jpg": 800 + javascript, "dua.jpg": 810 + javascript})
    one = maker(javascript=javascript)
    one.open("/galeri/saya/")
    one.press("Unggah banyak produk")
    looked_at(one, "gallery-bulk-phone", javascript=javascript)
    one.page.set_input_files("main [name=sheet]", sent(sheet(*rows)))
    one.page.set_input_files("main [name=photos]", sent(photos))
    one.press("Unggah dan periksa")
    assert "Belum ada yang ditulis" in one.text()
    assert one.page.locator("main .thumbs img").count() == 2
    looked_at(one, "gallery-bulk-preview-phone", javascript=javascript)
    one.press("Simpan")
    assert "1 produk ditulis" in one.text()
    looked_at(one, "gallery-bulk-saved-phone", javascript=javascript)
    with one.page.expect_download() as back:
        one.page.get_by_role("link", name="Unduh baris yang ditolak").click()
    assert back.value.suggested_filename.startswith("ditolak-UGH-")
    one.open("/galeri/saya/")
    assert f"Bakul bambu {tag}" in one.text()
    assert f"Tampah {tag}" not in one.text()


def test_an_official_uploads_on_behalf_of_a_maker(curator, place):
    one = curator()
    one.open("/kerja/galeri/unggah/")
    one.page.fill("main [name=q]", "Anyaman Wati")
    one.press("Cari")
    in_order(one, "gallery-bulk-makers")
    one.press("Anyaman Wati")
    one.page.set_input_files(
        "main [name=sheet]", sent(sheet(row(9, name="Kipas pandan", sku="KP-9", category="anyaman")))
    )
    one.page.set_input_files("main [name=photos]", sent(named_archive({"foto-9.jpg": 820})))
    one.press("Unggah dan periksa")
    in_order(one, "gallery-bulk-preview")
    one.press("Simpan")
    assert "1 produk ditulis" in one.text()


def test_booklet_and_price_tags_come_one_after_the_other(curator):
    one = curator()
    one.open("/kerja/galeri/cetak/")
    for box in one.page.locator("main [name=produk]").all()[:2]:
        box.check()
    in_order(one, "gallery-print")
    for button, beginning in (("Unduh buku", "buku-galeri"), ("Unduh label", "label-harga")):
        with one.page.expect_download() as file:
            one.page.get_by_role("button", name=button).click()
        assert file.value.suggested_filename.startswith(beginning)
