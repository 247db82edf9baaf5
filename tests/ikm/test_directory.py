"""Finding published businesses: in everyday words, with typing errors, by filters, page by page, by index."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.enums import Purpose
from accounts.services import withdraw_consent
from ikm import directory
from ikm.directory import Wish, count_of, find, page_of, points_of, published, with_contact
from ikm.enums import BusinessStatus
from ikm.models import Area, Business, Licence


def names(answer):
    return [business.name for business in page_of(answer).rows]


def test_only_registered_businesses_that_agreed_are_listed(list_business):
    list_business("Roti Sari")
    list_business("Roti Diam", consent=False)
    list_business("Roti Tutup", status=BusinessStatus.CLOSED, closed_on=date(2020, 1, 1))
    list_business("Roti Draf", status=BusinessStatus.DRAFT)
    assert names(find(Wish())) == ["Roti Sari"]
    assert names(find(Wish(text="roti"))) == ["Roti Sari"]


def test_a_withdrawn_consent_holds_at_once(list_business, registrar):
    business = list_business("Roti Sari", contact=True)
    withdraw_consent(business, Purpose.PUBLISH_CONTACT, actor=registrar)
    assert not with_contact(published()).get().shows_contact
    withdraw_consent(business, Purpose.PUBLISH, actor=registrar)
    assert not published().exists()


def test_everyday_words_find_name_brand_product_and_line_of_business(list_business):
    list_business("Sari Rasa", code="10219", products=["Bandeng presto"])
    list_business("UD Jati Makmur", code="31001", products=["Kursi tamu"])
    list_business("Batik Ayu", code="13134", brand="Sekar Jagad")
    assert names(find(Wish(text="bandeng presto"))) == ["Sari Rasa"]
    assert names(find(Wish(text="BANDENG pres"))) == ["Sari Rasa"]
    assert names(find(Wish(text="sekar jagad"))) == ["Batik Ayu"]
    # No name or product says so, but the KBLI's everyday words do.
    assert names(find(Wish(text="meubel"))) == ["UD Jati Makmur"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("bandng presto", "bandeng presto"),
        ("bandeng prsto", "bandeng presto"),
        ("batek tulis", "batik tulis"),
        ("jual bandeng presto enakkk", "bandeng presto"),
    ],
)
def test_typing_errors_are_repaired_and_said(list_business, typed, meant):
    list_business("Sari Rasa", code="10219", products=["Bandeng presto"])
    list_business("Sekar", code="13134", products=["Batik tulis"])
    answer = find(Wish(text=typed))
    assert (answer.how, answer.words) == ("repaired", meant)
    assert len(names(answer)) == 1


def test_known_words_that_no_business_holds_together_find_who_holds_most_of_them(list_business):
    list_business("Sari Rasa", code="10219", products=["Bandeng presto"])
    list_business("Sekar", code="13134", products=["Batik tulis"])
    list_business("Bandeng Ayu", code="31001", products=["Kursi"])
    answer = find(Wish(text="batik bandeng presto"))
    assert (answer.how, names(answer)) == ("some", ["Sari Rasa"])
    answer = find(Wish(text="batik presto"))
    assert (answer.how, sorted(names(answer))) == ("some", ["Sari Rasa", "Sekar"])


def test_words_of_unpublished_businesses_are_not_offered(list_business):
    list_business("Xylofonia", consent=False)
    assert "xylofonia" not in directory.vocabulary()
    assert find(Wish(text="xylofonja")).how == "none"


def test_what_nobody_makes_is_answered_by_the_line_of_business_it_may_mean(list_business):
    list_business("Pawon Bu Tin", code="10710")
    answer = find(Wish(text="industri produk roti dan kue lapis talas"))
    assert answer.how in {"repaired", "related"}
    assert names(answer) == ["Pawon Bu Tin"]


@pytest.mark.parametrize("text", ["zzzz qqqq", "dan", "!!!", "' OR 1=1 --", "a:*|b", "(", "\\", "ab" * 50])
def test_any_text_is_answered(list_business, text):
    list_business("Roti Sari")
    answer = find(Wish(text=text))
    assert count_of(answer.rows) in {0, 1}


def test_filters_narrow_and_combine(list_business):
    genuk = Area.objects.filter(parent__name="Genuk").first()
    tugu = Area.objects.filter(parent__name="Tugu").first()
    roti = list_business("Roti Genuk", kelurahan=genuk)
    kursi = list_business("Kursi Genuk", kelurahan=genuk, code="31001")
    list_business("Roti Tugu", kelurahan=tugu)
    Business.objects.filter(pk=kursi.pk).update(scale="medium")
    Licence.objects.create(business=roti, kind="halal", number="ID33110000000000001")
    assert names(find(Wish(kecamatan=genuk.parent_id))) == ["Kursi Genuk", "Roti Genuk"]
    assert names(find(Wish(kecamatan=genuk.parent_id, division="31"))) == ["Kursi Genuk"]
    assert names(find(Wish(scale="medium"))) == ["Kursi Genuk"]
    assert names(find(Wish(certificate="halal"))) == ["Roti Genuk"]
    assert names(find(Wish(text="roti", kecamatan=tugu.parent_id))) == ["Roti Tugu"]


def test_an_expired_certificate_does_not_count_nor_one_still_to_come(list_business):
    today = timezone.localdate()
    for name, dates in {
        "Lewat": {"expires_on": today - timedelta(days=1)},
        "Nanti": {"issued_on": today + timedelta(days=1)},
        "Terakhir": {"expires_on": today},
    }.items():
        Licence.objects.create(business=list_business(name), kind="pirt", number=f"1-{name}", **dates)
    assert names(find(Wish(certificate="pirt"))) == ["Terakhir"]
    card = page_of(find(Wish(text="lewat"))).rows[0]
    assert card.current_certificates == []
    assert names(find(Wish(certificate="pirt", day=today - timedelta(days=1)))) == ["Terakhir", "Lewat"]


def test_as_of_shows_who_stood_in_the_register_that_day(list_business):
    list_business("Lama", registered_on=date(2014, 5, 1))
    list_business("Baru", registered_on=date(2020, 5, 1))
    assert names(find(Wish(day=date(2014, 4, 30)))) == []
    assert names(find(Wish(day=date(2017, 6, 14)))) == ["Lama"]


@pytest.mark.parametrize("text", ["", "roti"])
def test_pages_follow_each_other_there_and_back_without_gap_or_repeat(list_business, text):
    for number in range(7):
        list_business(f"Roti {'roti ' * (number % 3)}{number}")
    answer = find(Wish(text=text))
    whole = [row.pk for row in page_of(answer, size=50).rows]
    assert len(whole) == 7
    page = page_of(answer, size=3)
    assert page.previous == ""
    seen, pages = list(page.rows), [page]
    while page.next:
        page = page_of(answer, after=page.next, size=3)
        pages.append(page)
        seen += page.rows
    assert [row.pk for row in seen] == whole
    assert len(pages) == 3
    back = page_of(answer, before=page.previous, size=3)
    assert [row.pk for row in back.rows] == [row.pk for row in pages[1].rows]
    first = page_of(answer, before=back.previous, size=3)
    assert [row.pk for row in first.rows] == [row.pk for row in pages[0].rows]
    assert first.previous == ""
    assert first.next


@pytest.mark.parametrize("cursor", ["x", "-1", "1~2~3", "1e999~5", "9" * 30, "nan~1", "0.1~", "٣"])
def test_what_is_no_cursor_gives_the_first_page(list_business, cursor):
    list_business("Roti Sari")
    for text in ("", "roti"):
        answer = find(Wish(text=text))
        assert len(page_of(answer, after=cursor).rows) in {0, 1}
        assert page_of(answer, before=cursor).rows


def test_a_long_list_is_counted_only_so_far(list_business):
    for number in range(4):
        list_business(f"Roti {number}")
    assert count_of(published(), most=2) == 3
    assert count_of(published()) == 4


def test_only_those_who_show_their_contact_stand_on_the_map(list_business):
    list_business("Tampak", contact=True)
    list_business("Sembunyi")
    list_business("Tanpa titik", contact=True, latitude=None, longitude=None)
    assert [name for _longitude, _latitude, name, _url in points_of(published())] == ["Tampak"]


MANY = 6000


@pytest.fixture
def long_register(list_business):
    """So many published businesses that reading all of them would be the slower way."""
    pattern = list_business("Pola")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO ikm_business (reference, status, name, legal_form, brand, branch, commodity, story, address,
                postcode, phone, email, website, visit_days, scale, product_words, npwp, version, created_at, modified_at,
                registered_on, kelurahan_id, main_kbli_id)
            SELECT 'IKM-' || n, status, CASE WHEN n %% 100 = 0 THEN 'Bandeng Presto ' ELSE 'Usaha ' END || n, legal_form, '',
                '', '', '', address, '', '', '', '', '{}', CASE WHEN n %% 50 = 0 THEN 'medium' ELSE 'small' END, '', '', 1,
                now(), now(), registered_on, area.code, code.id
            FROM generate_series(1, %s) AS n
            JOIN ikm_business ON ikm_business.id = %s
            JOIN (SELECT code, row_number() OVER () AS i FROM ikm_area WHERE level = 'kelurahan') area ON area.i = n %% 177 + 1
            JOIN (SELECT id, row_number() OVER () AS i FROM ikm_kbli) code ON code.i = n %% 476 + 1
            """,
            [MANY, pattern.pk],
        )
        cursor.execute(
            """
            INSERT INTO accounts_consent (subject, purpose, text_id, channel, given_by_name, given_at, recorded_by_id)
            SELECT 'IKM-' || n, 'publish', text_id, channel, given_by_name, given_at, recorded_by_id
            FROM generate_series(1, %s) AS n, accounts_consent WHERE subject = %s
            """,
            [MANY, pattern.reference],
        )
        cursor.execute(
            """
            INSERT INTO ikm_licence (business_id, kind, number, issuer, about, version, created_at, modified_at)
            SELECT id, 'halal', 'ID' || id, '', '', 1, now(), now() FROM ikm_business WHERE id %% 40 = 0
            """.replace("%%", "%")
        )
        cursor.execute("ANALYZE ikm_business, accounts_consent, ikm_licence, ikm_kbli")


def test_lists_of_a_long_register_are_found_by_index(long_register):
    # Twenty-four of a common kind are found sooner from the newest downwards, the few of a rare kind by their own index.
    newest = [f"Index Scan Backward using ikm_business_{index}" for index in ("pkey", "status")]
    for wish, ways in {
        Wish(): newest,
        Wish(text="bandeng presto"): ["ikm_business_search"],
        Wish(kecamatan="33.74.05"): [*newest, "ikm_business_kecamatan"],
        Wish(scale="medium"): [*newest, "ikm_business_scale"],
        Wish(division="31"): [*newest, "ikm_business_kbli", "ikm_business_main_kbli"],
        Wish(certificate="halal"): [*newest, "ikm_licence"],
    }.items():
        answer = find(wish)
        assert answer.how == "exact", wish
        keys = ("-rank", "-id") if answer.is_ranked else ("-id",)
        plan = directory.for_cards(answer.rows).order_by(*keys)[: directory.PAGE_SIZE].explain()
        assert any(way in plan for way in ways), f"{wish}\n{plan}"
        assert "Seq Scan on ikm_business" not in plan, f"{wish}\n{plan}"


def test_structured_data_cannot_leave_its_script_element(list_business):
    list_business("</script><script>alert(1)</script>", story="<!-- & -->")
    text = directory.structured_data(with_contact(published()).get())
    assert not set("<>&") & set(text)


def test_structured_data_names_phone_and_street_only_with_consent(list_business):
    list_business("Roti Sari")
    quiet = directory.structured_data(with_contact(published()).get())
    assert "Jalan Pemuda" not in quiet
    assert "+62812" not in quiet
    assert "latitude" not in quiet
    list_business("Roti Terang", contact=True)
    open_one = directory.structured_data(with_contact(published()).get(name="Roti Terang"))
    assert '"telephone": "+6281200001234"' in open_one
    assert '"streetAddress": "Jalan Pemuda 1"' in open_one
