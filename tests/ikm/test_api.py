"""Reading the register through the API."""

import json
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.enums import Purpose, Role
from accounts.services import give_consent
from ikm.api import filters, register, serializers
from ikm.models import Business, Representative
from ikm.services.figures import record_figures
from tests.ikm.api_clients import LIST, assert_problem, names


def speaks_for(user, business):
    return Representative.objects.create(
        user=user, business=business, kind="owner", status="approved", reason="uji"
    )


# Who may


def test_without_sign_in_the_register_is_closed(api, enter):
    business = enter()
    for path in (LIST, f"{LIST}{business.reference}/"):
        answer = api().get(path)
        assert_problem(answer, 401)
        assert answer["WWW-Authenticate"] == "Bearer"


def test_each_sees_what_is_his(api, enter, partner, registrar, owner_user, stranger):
    registered, draft = enter(name="Terdaftar"), enter(name="Draf", status="draft")
    speaks_for(owner_user, draft)
    assert names(api(partner).get(LIST)) == ["Terdaftar"]
    assert names(api(registrar).get(LIST)) == ["Terdaftar", "Draf"]
    assert names(api(owner_user).get(LIST)) == ["Draf"]
    assert names(api(stranger).get(LIST)) == []
    for person, allowed in (
        (partner, {registered}),
        (registrar, {registered, draft}),
        (owner_user, {draft}),
        (stranger, set()),
    ):
        for business in (registered, draft):
            status = api(person).get(f"{LIST}{business.reference}/").status_code
            assert status == (200 if business in allowed else 404)


def test_a_statement_compiled_for_one_person_is_not_another_persons(api, enter, owner_user, stranger):
    speaks_for(owner_user, enter(name="Milik sendiri"))
    speaks_for(stranger, enter(name="Milik orang"))
    for _round in range(2):
        assert names(api(owner_user).get(LIST)) == ["Milik sendiri"]
        assert names(api(stranger).get(LIST)) == ["Milik orang"]


def test_a_lost_role_closes_the_register_at_once(api, enter, partner):
    enter()
    client = api(partner)
    assert len(names(client.get(LIST))) == 1
    partner.role_assignments.update(until=timezone.localdate() - timedelta(days=1), since=date(2020, 1, 1))
    assert names(client.get(LIST)) == []


def test_sign_in_by_session_reads_too(sign_in, enter, partner):
    enter()
    assert len(names(sign_in(partner).get(LIST))) == 1


# What it shows


def test_no_answer_holds_a_nik_or_npwp(api, enter, administrator, owner_user):
    business = enter(npwp="091234567012345")
    nik = business.ownerships.get().owner.nik
    speaks_for(owner_user, business)
    for person in (administrator, owner_user):
        for path in (LIST, f"{LIST}{business.reference}/"):
            text = api(person).get(path).content.decode()
            assert business.reference in text
            assert nik not in text
            assert "091234567012345" not in text


def test_a_partner_sees_contacts_only_by_consent_and_no_owner_and_no_amount(api, enter, partner, registrar):
    business = enter()
    path = f"{LIST}{business.reference}/"
    hidden = api(partner).get(path).json()
    assert (hidden["phone"], hidden["email"], hidden["owners"]) == (None, None, None)
    assert "turnover" not in hidden["figures"][0]
    seen = api(registrar).get(path).json()
    assert seen["phone"] == "+6281234567890"
    assert seen["owners"][0]["name"] == "Siti Aminah"
    assert seen["figures"][0]["turnover"] == 120_000_000

    give_consent(business, Purpose.PUBLISH_CONTACT, actor=registrar)
    assert api(partner).get(path).json()["phone"] == "+6281234567890"
    assert api(partner).get(LIST).json()["results"][0]["email"] == "usaha@contoh.id"


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"search": "batik"},
        {"area": "33.74.01"},
        {"scale": "small", "status": "registered"},
        {"kbli": "10"},
        {"kbli": "13134"},
    ],
)
def test_the_database_writes_what_the_serializer_would(api, enter, registrar, query):
    enter(name="Batik “Sekar” \\ Jagad\n😀", scale="small", nib="1234567890123", founded_year=1998)
    enter(name="Roti Manis", kbli=1, place=3, scale="", figures=(), products=())
    enter(name="Besar", scale="large", status="closed", closed_on=date(2020, 1, 1))
    Business.objects.create()
    fast = api(registrar).get(LIST, query).json()["results"]
    expected = json.loads(json.dumps(plain_rows(registrar, query)))
    assert fast == expected
    assert fast


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"scale": "large"},
        {"status": "submitted"},
        {"modified_since": "2020-01-01T00:00:00Z"},
        {"area": "33.74.01"},
        {"area": "33.74.01.1001", "scale": "medium", "status": "registered"},
        {"kbli": "13134", "scale": "small"},
        {"kbli": "13134", "area": "33.74.01"},
        {"scale": "small", "status": "submitted"},
    ],
)
def test_a_statement_planned_once_finds_what_one_planned_anew_does(
    registrar, many_businesses, query, monkeypatch
):
    def pages(user, values):
        found, cursor = [], None
        for _page in range(3):
            page = register.businesses(user, values, cursor=cursor, limit=20)
            found += page.rows
            cursor = page.next
            if cursor is None:
                break
        if page.previous:
            found += register.businesses(user, values, cursor=page.previous, limit=20).rows
        return found

    values = filters.read_filters(query)
    once = pages(registrar, values)
    monkeypatch.setattr(filters, "have_one_plan", lambda values: False)
    assert once == pages(registrar, values)


def test_only_filters_that_one_index_serves_are_planned_once():
    for query, expected in (
        ({}, True),
        ({"status": "draft"}, True),
        ({"area": "33.74.01", "scale": "large", "status": "registered"}, True),
        ({"kbli": 7, "scale": "large"}, True),
        ({"kbli": [7, 8]}, False),
        ({"kbli": 7, "area": "33.74.01"}, False),
        ({"scale": "large", "status": "draft"}, False),
        ({"modified_since": timezone.now(), "area": "33.74.01"}, False),
        ({"search": "batik"}, False),
        ({"as_of": date(2017, 1, 1)}, False),
    ):
        assert filters.have_one_plan(query) is expected, query


def plain_rows(user, query):
    values = filters.read_filters(query)
    rows = register.Register(user).queryset()
    for name, value in values.items():
        rows = filters.BusinessFilters.base_filters[name].filter(rows, value)
    return serializers.BusinessOutput(rows.order_by("key"), many=True).data


def test_the_detail_is_what_the_serializer_would_write(api, enter, registrar):
    business = enter(story="Sejak 1998.")
    fast = api(registrar).get(f"{LIST}{business.reference}/").json()
    business.steps = []
    expected = serializers.BusinessDetailOutput(_with_lists(business)).data
    steps = fast.pop("steps")
    expected.pop("steps")
    assert fast == json.loads(json.dumps(expected))
    assert [step["name"] for step in steps] == ["close"]
    assert list(fast) == list(serializers.BusinessDetailOutput().fields)[:-1]


def _with_lists(business):
    """Related managers as the lists a serializer takes."""

    class Shown:
        def __getattr__(self, name):
            value = getattr(business, name)
            return list(value.all()) if hasattr(value, "all") else value

    return Shown()


# Filters


def test_words_find_names_brands_and_products_and_misspelt_names(api, enter, partner):
    enter(name="Toko Sumber Rejeki", products=["Lumpia rebung"])
    enter(name="Batik Sekar Jagad", products=["Kain"])
    enter(name="Gerabah Mandiri", brand="Sariwangi", products=["Guci"])
    client = api(partner)

    def search(text):
        return names(client.get(LIST, {"search": text}))

    assert search("lumpia") == ["Toko Sumber Rejeki"]
    assert search("LUMPIA rebung") == ["Toko Sumber Rejeki"]
    assert search("sariwangi") == ["Gerabah Mandiri"]
    assert search("batik sekar") == ["Batik Sekar Jagad"]
    assert search("batk sekr") == ["Batik Sekar Jagad"]
    assert search("pesawat terbang") == []


def test_words_that_are_all_known_are_not_taken_as_misspelt(api, enter, partner):
    enter(name="Roti Manis", products=())
    enter(name="Batik Sekar", products=())
    assert api(partner).get(LIST, {"search": "roti sekar"}).json()["meta"]["found_by"] == "some_words"
    misspelt = api(partner).get(LIST, {"search": "roti manjs"})
    assert names(misspelt) == ["Roti Manis"]
    assert misspelt.json()["meta"]["found_by"] == "alike"


def test_words_that_no_business_holds_together_find_who_holds_most_of_them(api, enter, partner):
    enter(name="Roti Manis Sekar", products=())
    enter(name="Batik Sekar", products=())
    enter(name="Batik Manis", products=())
    enter(name="Kursi", products=())
    client = api(partner)

    def search(text, **more):
        return client.get(LIST, {"search": text, **more})

    assert "found_by" not in search("batik sekar").json()["meta"]
    assert names(search("batik manis sekar")) == ["Roti Manis Sekar", "Batik Sekar", "Batik Manis"]
    some = search("kursi roti")
    assert names(some) == ["Roti Manis Sekar", "Kursi"]
    assert some.json()["meta"] == {"total": 2, "total_is_exact": True, "found_by": "some_words"}
    # The pages go on in the same way, and a cursor of another search is refused.
    first = search("kursi roti", limit=1).json()
    assert first["meta"]["total"] == 2
    assert names(client.get(first["next"])) == ["Kursi"]
    cursor = parse_qs(urlsplit(first["next"]).query)["cursor"][0]
    assert search("kursi", cursor=cursor).status_code == 400
    # Who excludes a word or wants a phrase has chosen.
    assert names(search("kursi -kursi")) == []
    assert names(search('"sekar batik"')) == []


def test_search_takes_anything_a_person_types(api, enter, partner):
    enter()
    client = api(partner)
    for text in ("'", '"', "a & | !", "%_", "\\", "(((", ":*", "—", "x" * 100, "OR", "-"):
        assert client.get(LIST, {"search": text}).status_code == 200, text


def test_a_reference_in_the_search_finds_its_business(api, enter, partner):
    enter()
    business = enter(name="Yang dicari")
    assert names(api(partner).get(LIST, {"search": business.reference.lower().replace("-", " ")})) == [
        "Yang dicari"
    ]


def test_area_kbli_scale_status(api, enter, registrar):
    one = enter(name="Satu", place=0, kbli=0, scale="small")
    enter(name="Dua", place=100, kbli=1, scale="medium")
    enter(name="Tiga", place=100, kbli=2, scale="large", status="closed", closed_on=date(2020, 1, 1))
    client = api(registrar)

    def found(**query):
        return names(client.get(LIST, query))

    assert found(area=one.kelurahan_id) == ["Satu"]
    assert found(area=one.kecamatan_code) == ["Satu"]
    assert found(kbli=one.main_kbli.code) == ["Satu"]
    assert found(kbli=one.main_kbli.code, kbli_version=2015) == []
    assert found(kbli="99") == []
    assert found(scale="medium") == ["Dua"]
    assert found(status="closed") == ["Tiga"]
    assert found(status="closed", scale="medium") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"area": "Semarang"}, "area"),
        ({"kbli": "1"}, "kbli"),
        ({"kbli": "10710", "kbli_version": "baru"}, "kbli_version"),
        ({"scale": "huge"}, "scale"),
        ({"status": "x"}, "status"),
        ({"modified_since": "kemarin"}, "modified_since"),
        ({"as_of": "14-06-2017"}, "as_of"),
        ({"known_at": "2999-01-01T00:00:00Z"}, "known_at"),
        ({"search": "a\x00b"}, "search"),
        ({"status": "\t"}, "status"),
        ({"search": "x" * 101}, "search"),
        ({"cursor": "abc"}, "cursor"),
        ({"cursor": "WzAsIiIsIngiXQ"}, "cursor"),
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"count": "all"}, "count"),
        ({"kecamatan": "33.74.01"}, "kecamatan"),
    ],
)
def test_a_wrong_parameter_is_named(api, partner, query, field):
    body = assert_problem(api(partner).get(LIST, query), 400)
    assert [error["pointer"] for error in body["errors"]] == [f"/{field}"]


# Time


def test_as_of_shows_who_stood_in_the_register_with_the_figures_that_applied(api, enter, registrar):
    figures = [(date(2015, 12, 31), 1, 2, "small"), (date(2017, 12, 31), 10, 20, "medium")]
    enter(name="Lama", registered_on=date(2015, 1, 1), figures=figures)
    enter(name="Tutup", registered_on=date(2015, 1, 1), status="closed", closed_on=date(2018, 1, 1))
    enter(name="Baru", registered_on=date(2019, 1, 1))
    client = api(registrar)

    def found(**query):
        return [
            (row["name"], row["scale"], row["workers"]) for row in client.get(LIST, query).json()["results"]
        ]

    assert found(as_of="2014-12-31") == []
    assert found(as_of="2015-06-01") == [("Lama", None, None), ("Tutup", None, None)]
    assert found(as_of="2017-06-14") == [("Lama", "small", 3), ("Tutup", "small", 5)]
    assert found(as_of="2018-01-01") == [("Lama", "medium", 30)]
    assert found(as_of="2018-01-01", scale="small") == []
    assert found(as_of="2018-01-01", scale="medium") == [("Lama", "medium", 30)]


def test_known_at_shows_what_the_office_knew_then(api, enter, registrar, partner):
    business = enter(name="Nama Lama", figures=[(date(2016, 12, 31), 2, 3, "small")])
    then = timezone.now()
    business.name = "Nama Baru"
    business.save()
    record_figures(business, actor=registrar, year=2016, men_workers=40, women_workers=10)
    enter(name="Belum dikenal")
    for person in (registrar, partner):
        client = api(person)
        at = {"known_at": then.isoformat(), "as_of": "2017-06-14"}
        (row,) = client.get(LIST, at).json()["results"]
        assert (row["name"], row["workers"], row["version"]) == ("Nama Lama", 5, None)
        assert len(names(client.get(LIST, {"as_of": "2017-06-14"}))) == 2
        assert names(client.get(LIST, at | {"search": "lama"})) == ["Nama Lama"]
        assert names(client.get(LIST, at | {"search": "baru"})) == []
        assert names(client.get(LIST, at | {"area": business.kecamatan_code, "scale": "small"})) == [
            "Nama Lama"
        ]
        detail = client.get(f"{LIST}{business.reference}/", at).json()
        assert detail["name"] == "Nama Lama"
        assert [figure["workers"] for figure in detail["figures"]] == [5]
        assert [product["name"] for product in detail["products"]] == ["Kain batik"]
        assert detail["steps"] == []


def test_what_was_no_entry_of_the_register_then_is_not_shown_to_a_partner(api, enter, registrar, partner):
    business = enter(status="draft")
    then = timezone.now()
    Business.objects.filter(pk=business.pk).update(status="registered", registered_on=date(2020, 1, 1))
    at = {"known_at": then.isoformat()}
    assert len(names(api(registrar).get(LIST, at))) == 1
    assert names(api(partner).get(LIST, at)) == []
    assert len(names(api(partner).get(LIST))) == 1


def test_modified_since_misses_nothing_while_rows_change(api, enter, partner):
    businesses = [enter(name=f"Usaha {number}") for number in range(6)]
    start = datetime(2020, 1, 1, tzinfo=UTC).isoformat()
    client = api(partner)
    seen, address, first = [], f"{LIST}?{urlencode({'modified_since': start, 'limit': 2})}", None
    while address:
        body = client.get(address).json()
        first = first or body["meta"]
        seen += [row["reference"] for row in body["results"]]
        if len(seen) == 2:
            # Changed after it was read: it comes again at the end.
            Business.objects.filter(pk=businesses[0].pk).update(brand="Baru")
        address = body["next"]
    assert seen == [business.reference for business in businesses] + [businesses[0].reference]
    resumed = datetime.fromisoformat(first["next_modified_since"])
    assert resumed < timezone.now()
    again = client.get(LIST, {"modified_since": first["next_modified_since"]}).json()["results"]
    assert businesses[0].reference in [row["reference"] for row in again]


# Pages


def walk(client, address, way="next"):
    while address:
        body = client.get(address).json()
        yield [row["reference"] for row in body["results"]]
        address = body[way]


def test_pages_lead_through_all_rows_and_back(api, enter, partner):
    expected = [enter().reference for _number in range(7)]
    client = api(partner)
    pages = list(walk(client, f"{LIST}?limit=3"))
    assert [len(page) for page in pages] == [3, 3, 1]
    assert sum(pages, []) == expected
    last = client.get(client.get(client.get(f"{LIST}?limit=3").json()["next"]).json()["next"]).json()
    assert last["next"] is None
    back = list(walk(client, last["previous"], "previous"))
    assert back == [pages[1], pages[0]]


def test_a_page_exactly_full_has_no_next(api, enter, partner):
    for _number in range(2):
        enter()
    body = api(partner).get(LIST, {"limit": 2}).json()
    assert (body["next"], body["previous"]) == (None, None)


def test_rows_entered_and_removed_meanwhile_neither_repeat_nor_skip_the_others(api, enter, registrar):
    businesses = [enter(name=f"Usaha {number}") for number in range(6)]
    client = api(registrar)
    first = client.get(LIST, {"limit": 3}).json()
    enter(name="Sisipan")
    Business.objects.filter(pk=businesses[1].pk).update(status="closed", closed_on=date(2021, 1, 1))
    Business.objects.filter(pk=businesses[0].pk).delete()
    assert names(client.get(first["next"])) == ["Usaha 3", "Usaha 4", "Usaha 5"]


def test_the_pages_keep_the_filters(api, enter, partner):
    for number in range(4):
        enter(name=f"Batik {number}", scale="small" if number % 2 else "medium")
    body = api(partner).get(LIST, {"limit": 1, "scale": "small", "search": "batik"}).json()
    assert names(api(partner).get(body["next"])) == ["Batik 3"]


# Totals


def test_a_small_total_is_exact_and_stands_on_the_first_page(api, enter, partner):
    for _number in range(3):
        enter()
    body = api(partner).get(LIST, {"limit": 2}).json()
    assert body["meta"] == {"total": 3, "total_is_exact": True}
    assert api(partner).get(body["next"]).json()["meta"] == {}
    exact = api(partner).get(body["next"] + "&count=exact").json()["meta"]
    assert exact == {"total": 3, "total_is_exact": True}


# References that lead elsewhere


def test_a_merged_reference_leads_to_the_kept_business(api, enter, partner, registrar, stranger):
    kept, between, merged = enter(), enter(), enter()
    for one, into in ((between, kept), (merged, between)):
        Business.objects.filter(pk=one.pk).update(status="merged", merged_into=into)
    answer = api(partner).get(f"{LIST}{merged.reference}/?as_of=2020-01-01")
    assert answer.status_code == 308
    assert answer["Location"] == f"http://testserver{LIST}{kept.reference}/?as_of=2020-01-01"
    assert api(partner).get(answer["Location"]).json()["reference"] == kept.reference
    assert_problem(api(stranger).get(f"{LIST}{merged.reference}/"), 404)
    assert api(registrar).get(f"{LIST}{merged.reference}/").json()["status"] == "merged"
    Business.objects.filter(pk=kept.pk).update(status="submitted")
    assert_problem(api(partner).get(f"{LIST}{merged.reference}/"), 404)


def test_a_closed_business_is_gone_for_who_reads_the_register(api, enter, partner, stranger):
    closed = enter(status="closed", closed_on=date(2020, 1, 1))
    merged = enter()
    Business.objects.filter(pk=merged.pk).update(status="merged", merged_into=closed)
    for one in (closed, merged):
        assert_problem(api(partner).get(f"{LIST}{one.reference}/"), 410, "closed")
        assert_problem(api(stranger).get(f"{LIST}{one.reference}/"), 404)


# Conditional requests and cost


def test_an_unchanged_answer_is_not_sent_again(api, enter, partner):
    business = enter()
    client = api(partner)
    for path in (
        LIST,
        f"{LIST}{business.reference}/",
        "/api/v1/areas/",
        "/api/v1/kbli/",
        "/api/v1/statistics/",
    ):
        tag = client.get(path)["ETag"]
        again = client.get(path, headers={"If-None-Match": f'"x", {tag}'})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)


def test_a_change_of_a_part_changes_the_tag(api, enter, partner):
    business = enter()
    client, path = api(partner), f"{LIST}{business.reference}/"
    tag = client.get(path)["ETag"]
    business.licences.all().delete()
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("role", [Role.PARTNER, Role.REGISTRAR, Role.ENTREPRENEUR])
def test_the_number_of_queries_does_not_grow(api, enter, person, role):
    user = person(role)
    client = api(user)
    counts = []
    for _round in range(3):
        business = enter()
        speaks_for(user, business)
        enter()
        client.get(LIST, {"limit": 1})
        client.get(f"{LIST}{business.reference}/")
        with CaptureQueriesContext(connection) as of_list:
            client.get(LIST, {"limit": 1})
        with CaptureQueriesContext(connection) as of_detail:
            client.get(f"{LIST}{business.reference}/")
        counts.append((len(of_list), len(of_detail)))
    assert max(of_list for of_list, _detail in counts) <= 5
    assert max(of_detail for _list, of_detail in counts) <= 3
    assert counts[0][1] == counts[-1][1]


QUERIES = [
    {},
    {"area": "33.74.01"},
    {"area": "33.74.01.1001"},
    {"scale": "medium"},
    {"kbli": "10710"},
    {"status": "submitted"},
    {"modified_since": "2026-01-01T00:00:00Z"},
    {"search": "batik sekar"},
]


def test_every_filter_is_served_by_an_index(registrar, many_businesses):
    for query in QUERIES:
        values = filters.read_filters(query)
        with CaptureQueriesContext(connection) as captured:
            register.businesses(registrar, values, limit=50)
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {captured[-1]['sql']}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "Seq Scan on ikm_business" not in plan, f"{query}\n{plan}"
        assert "ikm_business" in plan


@pytest.fixture
def many_businesses(db):
    """Twenty thousand rows, the fewest at which the planner's choice is that of a real register."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO ikm_business (reference, status, name, legal_form, npwp, brand, branch, main_kbli_id, commodity, story,
                address, kelurahan_id, postcode, phone, email, website, visit_days, registered_on, scale, product_words, version,
                created_at, modified_at)
            SELECT 'IKM-' || lpad(n::text, 9, '0'), CASE WHEN n % 50 = 0 THEN 'submitted' ELSE 'registered' END,
                (ARRAY['Batik', 'Roti', 'Mebel', 'Kerupuk'])[1 + n % 4] || ' Sekar ' || n, 'ud', '', '', '', k.id, '', '', 'Jl.',
                a.code, '', '', '', '', '{}', '2016-01-01', (ARRAY['small', 'small', 'small', 'medium', 'large'])[1 + n % 5], '', 1,
                now() - n * interval '1 hour', now() - n * interval '1 hour'
            FROM generate_series(1, 20000) n
            JOIN (SELECT id, row_number() OVER (ORDER BY code) AS place FROM ikm_kbli WHERE version = 2020) k ON k.place = 1 + n % 400
            JOIN (SELECT code, row_number() OVER (ORDER BY code) AS place FROM ikm_area WHERE level = 'kelurahan') a
                ON a.place = 1 + n % 177
            """
        )
        cursor.execute("ANALYZE ikm_business")


def test_a_large_total_is_an_estimate_within_a_hundredth_unless_asked(api, registrar, many_businesses):
    client = api(registrar)
    body = client.get(LIST).json()["meta"]
    assert body["total_is_exact"] is False
    assert abs(body["total"] - 20_000) <= 200
    assert client.get(LIST, {"count": "exact"}).json()["meta"] == {"total": 20_000, "total_is_exact": True}
    small = client.get(LIST, {"scale": "large"}).json()["meta"]
    assert small == {"total": 4000, "total_is_exact": True}


# Areas, KBLI, statistics


def test_reference_tables_are_open(api, db):
    areas = api().get("/api/v1/areas/").json()
    assert len(areas) == 193
    assert {row["parent"] for row in areas if row["level"] == "kelurahan"} == {
        row["code"] for row in areas if row["level"] == "kecamatan"
    }
    assert len(api().get("/api/v1/kbli/").json()) == 476
    assert "10710" in [row["code"] for row in api().get("/api/v1/kbli/", {"search": "bikin kue"}).json()]
    assert_problem(api().get("/api/v1/kbli/", {"version": "baru"}), 400)


def test_statistics_are_open_and_hide_small_cells(api, enter):
    for number in range(3):
        enter(scale="small", place=0, name=f"Kecil {number}")
    enter(scale="large", place=100)
    body = api().get("/api/v1/statistics/", {"as_of": "2017-06-14"}).json()
    assert (body["as_of"], body["known_at"]) == ("2017-06-14", None)
    assert (body["businesses"], body["ikm"], body["ikm_share"], body["workers"]) == (4, 3, 75.0, 15)
    assert {cell["code"]: cell["businesses"] for cell in body["by_scale"]} == {"small": None, "large": None}
    assert body["by_kecamatan"][0].keys() == {"code", "label", "businesses", "ikm", "workers"}
    then = api().get("/api/v1/statistics/", {"known_at": "2020-01-01T00:00:00Z"}).json()
    assert (then["businesses"], then["ikm_share"], then["known_at"]) == (
        0,
        None,
        "2020-01-01T00:00:00.000000Z",
    )
    assert_problem(api().get("/api/v1/statistics/", {"known_at": "2999-01-01T00:00:00Z"}), 400)
    assert_problem(api().get("/api/v1/statistics/", {"as_at": "2017-06-14"}), 400)
