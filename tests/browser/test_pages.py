"""What every page promises: no complaint of the browser, no axe finding, nothing wider than a cheap phone, light."""

import gzip
import re

import pytest

from tests.browser.conftest import DESK, PHONE

pytestmark = pytest.mark.browser

#: A page with photos that the demo city has; its reference is drawn anew with every city.
PRODUCT = "/galeri/<produk>/"
LIGHT = [
    "/",
    "/direktori/",
    "/statistik/",
    "/lacak/",
    "/galeri/",
    "/galeri/?kategori=batik-busana",
    "/galeri/?halaman=2",
    PRODUCT,
]
PUBLIC = [*LIGHT, "/akun/login/", "/akun/signup/", "/masuk/kode/", "/data-pribadi/",
          "/aksesibilitas/", "/verifikasi/tidak-ada/", "/tidak-ada/"]  # fmt: skip
ENTREPRENEUR = [
    "/usaha/",
    "/kotak-pesan/",
    "/data-saya/",
    "/data-saya/ubah/",
    "/data-saya/permintaan/",
    "/akun/2fa/",
]
OFFICIAL = [
    "/kerja/",
    "/kerja/impor/",
    "/kerja/impor/unggah/",
    "/kerja/kode-loket/",
    "/kantor/",
    "/kantor/ikm/business/",
    "/kantor/accounts/user/",
]

FIRST_VIEW_BYTES = 100_000
REPEAT_VIEW_BYTES = 30_000
SCRIPT_BYTES = 15_000
REQUESTS = 8


def reached(visitor, path):
    """The address of `path` in this city."""
    if path != PRODUCT:
        return path
    visitor.open("/galeri/")
    return visitor.page.locator(".goods h3 a").first.get_attribute("href")


def check(visitor, path):
    response = visitor.open(reached(visitor, path))
    assert response.status < 500
    assert visitor.violations() == []
    assert visitor.overflow() <= 0


@pytest.mark.parametrize("path", PUBLIC)
@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
def test_public_page_on_a_phone(visitor, path, colour_scheme):
    one = visitor(viewport=PHONE, colour_scheme=colour_scheme)
    check(one, path)
    # The browser itself reports a page that answers 404; that is no complaint about the page.
    one.complaints = [line for line in one.complaints if "404 (Not Found)" not in line]
    if colour_scheme == "light":
        one.shot("phone-" + (re.sub(r"\W+", "-", path).strip("-") or "home"))


@pytest.mark.parametrize("path", LIGHT)
def test_public_page_is_light_and_cheap_on_repeat(visitor, path):
    path = reached(visitor(), path)
    one = visitor()
    one.open(path)
    weight, requests = one.weight()
    scripts = sum(
        len(gzip.compress(response.body()))
        for response in one.responses
        if "javascript" in response.headers.get("content-type", "")
    )
    assert weight <= FIRST_VIEW_BYTES
    assert requests <= REQUESTS
    assert scripts <= SCRIPT_BYTES
    one.open(path)
    assert one.weight()[0] <= REPEAT_VIEW_BYTES


def test_photos_of_the_gallery_come_as_one_goes_down(visitor):
    """Ten to a sheet: a page of fifty products takes five pictures beside the curator's."""
    one = visitor(viewport=PHONE)
    one.open("/galeri/")
    cards = one.page.locator(".goods .frame")
    assert cards.count() == 50
    with one.page.expect_response(lambda answer: "/galeri/lembar/320-" in answer.url):
        cards.last.scroll_into_view_if_needed()
    assert cards.last.evaluate("one => one.decode().then(() => one.naturalWidth)") > 0
    sheets = [response for response in one.responses if "/galeri/lembar/320-" in response.url]
    assert 2 <= len(sheets) <= 5
    assert max(response.request.sizes()["responseBodySize"] for response in sheets) <= 40_000


@pytest.mark.parametrize(
    "path", ["/direktori/?tampilan=peta", "/direktori/?cari=bandng+presto", "/statistik/?as_of=2017-06-14"]
)
def test_answers_of_the_directory_and_the_statistics(visitor, path):
    check(visitor(viewport=PHONE), path)


def test_a_business_is_found_and_opened(visitor):
    """Its data for search engines stand in the page as a script element that the policy lets be."""
    one = visitor(viewport=PHONE)
    one.open("/")
    one.page.get_by_role("searchbox").fill("bandeng presto")
    one.page.get_by_role("button", name="Cari").click()
    one.page.locator("main li h3 a").first.click()
    one.page.wait_for_url("**/direktori/IKM-*/")
    assert one.page.locator("script[type='application/ld+json']").count() == 1
    assert one.violations() == []
    assert one.overflow() <= 0


@pytest.mark.parametrize("path", PUBLIC[:11])
def test_public_page_says_the_same_without_javascript(visitor, path):
    with_script, without = visitor(), visitor(javascript=False)
    path = reached(with_script, path)
    with_script.open(path)
    without.open(path)
    # Buttons that only a script can serve stay hidden without it; the moment of the figures moves on.
    with_script.page.evaluate(
        "document.querySelectorAll('[data-copy], [data-print]').forEach(one => one.remove())"
    )
    texts = [re.sub(r"\d", "#", one.text()).split() for one in (without, with_script)]
    assert texts[0] == texts[1]


@pytest.mark.parametrize("path", ENTREPRENEUR)
def test_entrepreneurs_page_on_a_phone(visitor, demo, path):
    one = visitor(viewport=PHONE)
    one.sign_in(demo.ENTREPRENEUR.phone, demo.PASSWORD)
    check(one, path)
    one.shot("owner-" + path.strip("/").replace("/", "-"))


@pytest.mark.parametrize("path", OFFICIAL)
def test_officials_page_at_a_desk(visitor, demo, path):
    one = visitor(viewport=DESK)
    one.sign_in("pendaftaran@demo.example", demo.PASSWORD)
    response = one.open(path)
    assert response.status < 500
    one.complaints = [line for line in one.complaints if "403 (Forbidden)" not in line]
    if not path.startswith("/kantor/"):
        assert one.violations() == []
    one.shot("office-" + path.strip("/").replace("/", "-"))


def test_the_keyboard_reaches_the_first_link_and_the_content(visitor):
    one = visitor(viewport=DESK)
    one.open("/")
    one.page.keyboard.press("Tab")
    assert one.page.evaluate("document.activeElement.getAttribute('href')") == "#isi"
    one.page.keyboard.press("Enter")
    assert one.page.evaluate("document.activeElement.id") == "isi"
