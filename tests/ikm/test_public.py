"""The pages for everybody: what they show, what they never show, how they may be kept, and how they are found."""

import csv
import gzip
import io
import json
import re
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Purpose
from accounts.services import withdraw_consent
from core.attachments import attach_file
from ikm import reports
from ikm.enums import BusinessStatus
from ikm.models import Area, Business, BusinessEvent, Licence, Owner, Ownership, YearlyFigure
from ikm.services.figures import refresh_current
from tests.ikm.entries import picture

PAGES = ["home", "directory", "statistics", "privacy", "accessibility", "robots", "sitemap", "sitemap_pages"]
NIK = "3374015501800001"


def text_of(response):
    return response.content.decode()


@pytest.fixture
def small_city(list_business):
    """Five businesses in two kecamatan with figures of 2016 and owners whose NIK nobody may see."""
    genuk = Area.objects.filter(parent__name="Genuk").first()
    tugu = Area.objects.filter(parent__name="Tugu").first()
    made = []
    for number in range(5):
        business = list_business(
            f"Roti {number}",
            kelurahan=genuk if number < 4 else tugu,
            contact=number == 0,
            products=["Roti sobek"],
            story="Dari dapur rumah.",
        )
        YearlyFigure.objects.create(
            business=business,
            year=2016,
            stated_on=date(2016, 12, 31),
            source="import",
            men_workers=number,
            women_workers=2,
            scale="medium" if number == 4 else "small",
        )
        made.append(business)
    Ownership.objects.create(
        business=made[0], owner=Owner.objects.create(name="Sulastri Rahasia", nik=NIK, phone="+6281399998888")
    )
    refresh_current([business.pk for business in made])
    return made


@pytest.mark.parametrize("name", PAGES)
def test_every_page_answers_even_while_the_register_is_empty(client, db, name):
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert "csrftoken" not in response.cookies
    assert not response.cookies


def test_the_five_parts_of_the_programme_lead_to_where_they_begin(client, small_city):
    page = client.get(reverse("home")).content.decode()
    programme = page[page.index('id="smart"') :]
    for name in ("start_registration", "directory", "facilitations", "credit_start", "training_runs"):
        assert f'href="{reverse(name)}"' in programme


def test_home_shows_the_figures_of_today(client, small_city):
    page = text_of(client.get("/"))
    for shown in ("<b>5</b>", "<b>100,00%</b>", "<b>20</b>", "Roti 4", "Training"):
        assert shown in page
    assert "keadaan" in page


# --- Directory and business -------------------------------------------------------------------------------------------


def test_the_directory_keeps_the_question_and_answers_it(client, small_city):
    response = client.get("/direktori/", {"cari": "roti sobek", "kecamatan": "33.74.16"})
    page = text_of(response)
    assert 'value="roti sobek"' in page
    assert "Roti 4" in page
    assert "Roti 1" not in page
    assert "1 usaha" in page
    assert 'name="robots" content="noindex' in page


def test_the_directory_says_which_error_it_repaired(client, small_city):
    assert "Ini hasil untuk <strong>roti sobek</strong>" in text_of(
        client.get("/direktori/?cari=roti+sobekk")
    )


def test_an_empty_answer_says_what_to_try(client, small_city):
    assert "Coba kata yang lebih umum" in text_of(client.get("/direktori/?cari=zzzz"))
    page = text_of(client.get("/direktori/?kecamatan=33.74.01&tampilan=peta"))
    assert "tanpa saringan" in page
    assert 'href="/direktori/?tampilan=peta"' in page


@pytest.mark.parametrize(
    "query", ["kecamatan=99", "skala=raksasa", "as_of=kemarin", "as_of=2999-01-01", "cari=%00", "kbli=1'"]
)
def test_a_wrong_question_is_answered_with_a_sentence(client, small_city, query):
    response = client.get(f"/direktori/?{query}")
    assert response.status_code == 400
    assert "Ada yang perlu diperbaiki" in text_of(response)


def test_the_map_shows_only_who_agreed(client, small_city):
    page = text_of(client.get("/direktori/?tampilan=peta"))
    assert "<title>Roti 0</title>" in page
    assert "<title>Roti 1</title>" not in page
    assert f'href="/direktori/{small_city[0].reference}/"' in page


def test_pages_of_the_directory_are_linked(client, list_business, monkeypatch):
    for number in range(26):
        list_business(f"Roti {number:02d}")
    page = text_of(client.get("/direktori/?cari=roti"))
    following = re.search(r'rel="next" href="([^"]+)"', page)[1].replace("&amp;", "&")
    assert "cari=roti" in following
    page = text_of(client.get(following))
    assert page.count('class="card pic') == 2
    assert 'rel="prev"' in page
    assert 'rel="next"' not in page


def test_a_business_shows_its_story_and_only_certificates_that_hold(client, small_city):
    today = timezone.localdate()
    for number, until in (("2063374000001-99", None), ("2063374000002-20", today - timedelta(days=1))):
        Licence.objects.create(business=small_city[1], kind="pirt", number=number, expires_on=until)
    Licence.objects.create(business=small_city[1], kind="nib", number="8120000000001")
    page = text_of(client.get(reverse("business", args=[small_city[1].reference])))
    assert "Dari dapur rumah." in page
    assert "2063374000001-99" in page
    assert "2063374000002-20" not in page
    assert "8120000000001" not in page


def test_phone_street_and_place_stand_there_only_with_consent(client, small_city, registrar):
    shown, hidden = (reverse("business", args=[business.reference]) for business in small_city[:2])
    page = text_of(client.get(shown))
    assert "0812-0000-1234" in page
    assert "https://wa.me/6281200001234" in page
    assert "Jalan Pemuda 1" in page
    for path in (hidden, shown):
        if path == shown:
            withdraw_consent(small_city[0], Purpose.PUBLISH_CONTACT, actor=registrar)
        page = text_of(client.get(path))
        for secret in ("0000-1234", "81200001234", "Jalan Pemuda", "-6.98", "110.41"):
            assert secret not in page


def test_public_pictures_are_shown_and_private_ones_are_not(
    client, small_city, registrar, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    public = attach_file(small_city[1], picture(), kind="product_photo", actor=registrar, is_public=True)
    private = attach_file(small_city[1], picture("ktp.jpg", (50, 30)), kind="ktp", actor=registrar)
    page = text_of(client.get(reverse("business", args=[small_city[1].reference])))
    assert public.reference in page
    assert private.reference not in page


def test_who_is_not_published_is_not_found(client, small_city, registrar):
    path = reverse("business", args=[small_city[2].reference])
    assert client.get(path).status_code == 200
    withdraw_consent(small_city[2], Purpose.PUBLISH, actor=registrar)
    assert client.get(path).status_code == 404
    assert client.get("/direktori/IKM-2222-2222/").status_code == 404
    assert client.get("/direktori/bukan-nomor/").status_code == 404


def test_a_reference_typed_by_hand_leads_to_the_page(client, small_city):
    reference = small_city[2].reference
    response = client.get(f"/direktori/{reference.lower().replace('-', '')}/")
    assert (response.status_code, response.url) == (301, f"/direktori/{reference}/")


def test_a_merged_reference_leads_to_the_kept_one(client, small_city):
    kept, first, second = small_city[:3]
    Business.objects.filter(pk=first.pk).update(status=BusinessStatus.MERGED, merged_into=second)
    Business.objects.filter(pk=second.pk).update(status=BusinessStatus.MERGED, merged_into=kept)
    response = client.get(f"/direktori/{first.reference}/")
    assert (response.status_code, response.url) == (301, f"/direktori/{kept.reference}/")


def test_the_page_describes_itself_to_search_engines(client, small_city):
    page = text_of(client.get(reverse("business", args=[small_city[0].reference])))
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])
    assert data["name"] == "Roti 0"
    assert data["telephone"] == "+6281200001234"
    assert f'<link rel="canonical" href="{data["url"]}">' in page


# --- Statistics -------------------------------------------------------------------------------------------------------


def table(client, name, **dates):
    response = client.get(reverse("statistics_csv"), {"table": name, **dates})
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(text_of(response))))


def test_statistics_show_the_day_asked_for(client, small_city):
    page = text_of(client.get("/statistik/?as_of=2017-06-14"))
    assert "Keadaan pada 14 Juni 2017" in page
    assert "<b>20</b>" in page
    assert "Belum ada usaha pada tanggal itu" in text_of(client.get("/statistik/?as_of=2014-01-01"))


def test_small_cells_are_hidden_on_the_page_and_in_the_csv(client, small_city):
    page = text_of(client.get("/statistik/"))
    assert "&lt;3" in page
    rows = {row["nama"]: row for row in table(client, "kecamatan", as_of="2017-06-14")}
    # Tugu has one business; Genuk would give it away by subtraction.
    assert rows["Tugu"]["usaha"] == rows["Genuk"]["usaha"] == rows["Genuk"]["tenaga_kerja"] == "<3"
    assert rows["Kota Semarang"]["usaha"] == "5"


def test_a_city_of_two_is_not_told(client, list_business):
    list_business("Roti Satu")
    list_business("Roti Dua")
    assert table(client, "tahun", as_of="2017-06-14")[-1]["usaha"] == "<3"
    assert "<b>&lt;3</b>" in text_of(client.get("/statistik/?as_of=2017-06-14"))


@pytest.mark.parametrize("name", reports.TABLES)
def test_a_report_can_be_made_again_byte_for_byte_after_corrections(client, small_city, name):
    address = reverse("statistics_csv")
    then = timezone.localtime(timezone.now()).replace(tzinfo=None).isoformat()
    dates = {"table": name, "as_of": "2017-06-14", "known_at": then}
    report = client.get(address, dates).content
    now = client.get(address, {"table": name, "as_of": "2017-06-14"}).content

    YearlyFigure.objects.filter(business=small_city[0]).update(men_workers=40, scale="medium")
    Business.objects.filter(pk=small_city[1].pk).update(registered_on=date(2019, 1, 1))
    Business.objects.filter(pk=small_city[2].pk).update(main_kbli=small_city[3].main_kbli_id)
    YearlyFigure.objects.filter(business=small_city[3]).delete()

    assert client.get(address, dates).content == report
    corrected = client.get(address, {"table": name, "as_of": "2017-06-14"}).content
    assert corrected != now
    assert b"2017-06-14" in report


def test_the_trend_ends_on_the_day_asked_for(client, small_city):
    rows = table(client, "tahun", as_of="2017-06-14")
    assert [row["kode"] for row in rows] == ["2013", "2014", "2015", "2016", "2017"]
    assert [row["usaha"] for row in rows] == ["0", "0", "5", "5", "5"]
    assert [row["kode"] for row in table(client, "tahun", as_of="2010-01-01")] == ["2010"]


def test_the_csv_is_indonesian_whatever_language_the_page_has(client, small_city):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert [row["nama"] for row in table(client, "skala", as_of="2017-06-14")] == [
        "Kecil",
        "Menengah",
        "Kota Semarang",
    ]


def test_the_fixed_address_gives_the_same_report_after_corrections(client, small_city):
    changed = BusinessEvent.objects.latest("pgh_created_at").pgh_created_at
    with time_machine.travel(changed, tick=False):
        page = text_of(client.get("/statistik/?as_of=2017-06-14"))
        assert "Tautan tetap" not in page, "something may yet be added to the second that still runs"
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):
        page = text_of(client.get("/statistik/?as_of=2017-06-14"))
        fixed = re.search(rf'href="{settings.SITE_URL}(/statistik/[^"]+)"', page)[1].replace("&amp;", "&")
        assert "known_at=" in fixed
        figures = re.findall("<b>(.*?)</b>", page)
        assert figures[2] == "20"
    with time_machine.travel(timezone.now() + timedelta(seconds=10)):
        # The history is stamped by the database's own clock, which does not travel.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(1.1)")
        YearlyFigure.objects.filter(business=small_city[0]).update(women_workers=50)
        assert re.findall("<b>(.*?)</b>", text_of(client.get(fixed))) == figures
        assert re.findall("<b>(.*?)</b>", text_of(client.get("/statistik/?as_of=2017-06-14")))[2] == "68"


@pytest.mark.parametrize(
    "query",
    ["as_of=2999-01-01", "known_at=2999-01-01T00:00", "as_of=kapan", "known_at=x", "as_of=0000-00-00"],
)
def test_days_to_come_and_nonsense_are_refused_with_a_sentence(client, db, query):
    assert client.get(f"/statistik/?{query}").status_code == 400
    response = client.get(f"/statistik/data.csv?table=skala&{query}")
    assert response.status_code == 400
    assert response["Content-Type"].startswith("text/plain")


def test_an_unknown_table_is_refused_by_name(client, db):
    response = client.get("/statistik/data.csv?table=rahasia")
    assert response.status_code == 400
    assert "kecamatan" in text_of(response)


# --- For all of them --------------------------------------------------------------------------------------------------


def public_addresses(businesses):
    yield from map(reverse, PAGES)
    yield "/sitemap-usaha-0.xml"
    yield "/direktori/?tampilan=peta"
    yield "/direktori/?cari=roti"
    yield from (f"/statistik/data.csv?table={name}" for name in reports.TABLES)
    yield from (reverse("business", args=[business.reference]) for business in businesses)


def test_no_page_holds_a_nik_or_the_name_or_phone_of_an_owner(client, small_city):
    for address in public_addresses(small_city):
        page = text_of(client.get(address))
        assert not re.search(r"(?<!\d)\d{16}(?!\d)", page), address
        for secret in (NIK, "Sulastri", "99998888", "9999-8888"):
            assert secret not in page, address


@pytest.mark.parametrize(
    ("address", "ceiling"),
    [
        ("/", 26),
        ("/direktori/", 6),
        ("/direktori/?cari=roti+sobek&kecamatan=33.74.05&certificate=halal", 8),
        ("/direktori/?cari=rotti+sobekk", 12),
        ("/direktori/?tampilan=peta", 5),
        ("/statistik/", 24),
        ("/sitemap-usaha-0.xml", 1),
        ("/data-pribadi/", 0),
    ],
)
def test_a_page_asks_the_database_only_so_often(
    client, small_city, django_assert_max_num_queries, address, ceiling
):
    with django_assert_max_num_queries(ceiling):
        assert client.get(address).status_code == 200


def test_a_business_page_asks_the_database_only_so_often(client, small_city, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        client.get(reverse("business", args=[small_city[0].reference]))


def test_a_report_is_reckoned_once_while_nothing_changes(client, small_city, django_assert_max_num_queries):
    client.get("/statistik/")
    with django_assert_max_num_queries(5):
        client.get("/statistik/")
    YearlyFigure.objects.filter(business=small_city[0]).update(women_workers=50)
    assert "<b>68</b>" in text_of(client.get("/statistik/"))


@pytest.mark.parametrize("address", ["/", "/direktori/", "/statistik/", "/aksesibilitas/"])
def test_a_visitors_page_may_be_kept_and_is_not_sent_twice(client, small_city, address):
    # The statistics gain their permanent link when the second of the last change is over.
    while reports.last_change()[1] is None:
        time.sleep(0.05)
    response = client.get(address)
    assert "public" in response["Cache-Control"]
    assert "Cookie" in response["Vary"]
    again = client.get(address, headers={"if-none-match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(address, headers={"if-none-match": '"other"'}).status_code == 200


def test_pages_that_rest_on_a_consent_are_asked_for_again_each_time(client, small_city):
    for address in ("/direktori/", reverse("business", args=[small_city[0].reference])):
        assert "no-cache" in client.get(address)["Cache-Control"]


def test_a_signed_in_persons_page_is_kept_by_nobody(sign_in, owner_user, small_city):
    response = sign_in(owner_user).get("/")
    assert "no-store" in response["Cache-Control"]
    assert "ETag" not in response


def test_a_page_that_carries_a_message_is_not_kept(client, db):
    client.cookies["messages"] = "x"
    assert "ETag" not in client.get("/")


def test_public_pages_answer_reading_only(client, db):
    for name in PAGES:
        assert client.post(reverse(name)).status_code == 405
        assert client.head(reverse(name)).status_code == 200


def test_first_view_is_light(client, small_city):
    """HTML, style and script as a phone loads them; pictures are looked at in a real Chromium."""
    static = Path(settings.BASE_DIR) / "static"
    rest = sum(
        len(gzip.compress((static / name).read_bytes())) for name in ("css/portal.css", "js/portal.js")
    )
    assert len(gzip.compress((static / "js/portal.js").read_bytes())) <= 15_000
    for address in public_addresses(small_city):
        assert len(gzip.compress(client.get(address).content)) + rest <= 100_000


# --- Language ---------------------------------------------------------------------------------------------------------


def test_the_language_is_remembered_and_the_visitor_stays(client, db):
    response = client.get("/bahasa/?ke=en&lanjut=/direktori/%3Fcari%3Droti")
    assert (response.status_code, response.url) == (302, "/direktori/?cari=roti")
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    assert "no-store" in response["Cache-Control"]
    assert '<html lang="en">' in text_of(client.get("/direktori/"))


@pytest.mark.parametrize(
    "target",
    [
        "https://jahat.example/",
        "//jahat.example/",
        "/\\jahat.example",
        "javascript:alert(1)",
        "",
        "///jahat.example",
    ],
)
def test_the_way_back_stays_on_this_site(client, db, target):
    assert client.get("/bahasa/", {"ke": "en", "lanjut": target}).url == "/"


def test_an_unknown_language_is_not_remembered(client, db):
    assert not client.get("/bahasa/?ke=xx&lanjut=/").cookies


# --- Search engines ---------------------------------------------------------------------------------------------------


def test_sitemaps_lead_to_every_published_business(client, small_city, registrar):
    withdraw_consent(small_city[3], Purpose.PUBLISH, actor=registrar)
    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in text_of(client.get("/robots.txt"))
    maps = re.findall(r"<loc>(.*?)</loc>", text_of(client.get("/sitemap.xml")))
    found = []
    for address in maps:
        response = client.get(address.removeprefix(settings.SITE_URL))
        assert response["Content-Type"].startswith("application/xml")
        found += re.findall(r"<loc>(.*?)</loc>", text_of(response))
    for business in small_city:
        page = f"{settings.SITE_URL}/direktori/{business.reference}/"
        assert (page in found) == (business != small_city[3])
    for address in found:
        assert client.get(address.removeprefix(settings.SITE_URL)).status_code == 200
