"""Areas, KBLI, scale rules and consent texts: loaded, loaded again, searched and used."""

import json
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from accounts.enums import Purpose
from accounts.models import ConsentText
from accounts.services import current_text
from ikm import scale
from ikm.enums import AreaLevel
from ikm.kbli_search import search_kbli
from ikm.models import Area, Kbli, ScaleRule
from ikm.services.boundaries import load_boundaries
from ikm.services.figures import scale_limits
from ikm.services.reference import load_reference

pytestmark = pytest.mark.django_db

BILLION = 10**9


def test_every_test_starts_with_the_whole_reference_data():
    assert Area.objects.filter(level=AreaLevel.KECAMATAN).count() == 16
    assert Area.objects.filter(level=AreaLevel.KELURAHAN).count() == 177
    assert not Area.objects.filter(level=AreaLevel.KELURAHAN, postcode="").exists()
    assert not Area.objects.filter(level=AreaLevel.KELURAHAN, parent=None).exists()
    assert Kbli.objects.filter(version=2020).count() == 476
    assert set(ConsentText.objects.values_list("purpose", flat=True)) == set(Purpose.values)


@pytest.mark.django_db(transaction=True)
def test_a_transactional_test_may_empty_everything():
    assert Kbli.objects.count() == 476


def test_reference_data_are_back_after_a_transactional_test():
    assert Kbli.objects.count() == 476


def test_kbli_titles_are_clean_sentences_of_codes_10_to_33():
    for kbli in Kbli.objects.filter(version=2020):
        assert 10 <= int(kbli.code[:2]) <= 33
        assert kbli.title[0].isupper()
        assert "  " not in kbli.title
        capitals = {word for word in kbli.title.split()[1:] if word != word.lower()}
        assert capitals <= {"(CPO)", "(CPKO)", "(3D)", "LED", "sinar-X,"}, kbli
    assert Kbli.objects.filter(version=2020).exclude(keywords="").count() >= 120


def test_loading_again_changes_nothing_and_keeps_what_the_office_changed():
    Area.objects.filter(pk="33.74.01").update(name="Salah Ketik", boundary={"type": "Polygon"})
    Kbli.objects.filter(version=2020, code="13134").update(keywords="batik, mbatik lasem")
    ScaleRule.objects.filter(kind="bps", rank=1).update(workers_max=9)
    ConsentText.objects.filter(purpose=Purpose.PUBLISH).update(text="Bunyi dari dinas.")
    first = load_reference()
    assert load_reference() == first
    assert (Area.objects.count(), Kbli.objects.count()) == (193, 476)
    assert ScaleRule.objects.count() == first["scale_rules"]
    area = Area.objects.get(pk="33.74.01")
    assert (area.name, area.boundary) == ("Semarang Tengah", {"type": "Polygon"})
    assert Kbli.objects.get(version=2020, code="13134").keywords == "batik, mbatik lasem"
    assert ScaleRule.objects.get(kind="bps", rank=1).workers_max == 9
    assert current_text(Purpose.PUBLISH).text == "Bunyi dari dinas."


@pytest.mark.parametrize(
    ("workers", "investment", "expected"),
    [
        (19, BILLION - 1, "small"),
        (19, BILLION, "medium"),
        (19, 15 * BILLION + 1, "medium"),
        (20, 1, "medium"),
        (20, 15 * BILLION, "medium"),
        (20, 15 * BILLION + 1, "large"),
    ],
)
@pytest.mark.parametrize("day", [date(2014, 1, 1), date(2017, 6, 14), date(2026, 11, 24)])
def test_the_loaded_rules_draw_the_lines_of_permenperin_64_2016(workers, investment, expected, day):
    found = scale.scales(scale_limits(), workers=workers, investment=investment, turnover=None, day=day)
    assert found.kemenperin == expected


@pytest.mark.parametrize(
    ("day", "turnover", "expected"),
    [
        (date(2021, 2, 1), 300_000_000, "micro"),
        (date(2021, 2, 1), 300_000_001, "small"),
        (date(2021, 2, 2), 2 * BILLION, "micro"),
        (date(2021, 2, 2), 2 * BILLION + 1, "small"),
        (date(2021, 2, 2), 15 * BILLION + 1, "medium"),
        (date(2021, 2, 2), 50 * BILLION + 1, "large"),
    ],
)
def test_sales_are_read_by_the_law_of_their_day(day, turnover, expected):
    found = scale.scales(scale_limits(), workers=3, investment=1, turnover=turnover, day=day)
    assert found.pp7 == expected


@pytest.mark.parametrize(("capital", "expected"), [(BILLION, "micro"), (BILLION + 1, "small")])
def test_a_business_without_sales_is_read_by_its_capital(capital, expected):
    found = scale.scales(scale_limits(), workers=3, investment=capital, turnover=None, day=date(2026, 1, 1))
    assert found.pp7 == expected


@pytest.mark.parametrize(
    ("workers", "expected"),
    [(1, "micro"), (4, "micro"), (5, "small"), (19, "small"), (20, "medium"), (99, "medium"), (100, "large")],
)
def test_bps_counts_workers(workers, expected):
    found = scale.scales(scale_limits(), workers=workers, investment=1, turnover=None, day=date(2017, 6, 14))
    assert found.bps == expected


# --- search by everyday words -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("batik", "13134"),
        ("bikin kue", "10710"),
        ("Bikin kue basah", "10792"),
        ("meubel", "31001"),
        ("mebul", "31001"),
        ("tukang las", "25111"),
        ("bengkel bubut", "25920"),
        ("bandeng presto", "10219"),
        ("lumpia", "10792"),
        ("wingko babat", "10792"),
        ("tempe", "10391"),
        ("tahu", "10392"),
        ("kripik singkong", "10794"),
        ("kopi", "10761"),
        ("jamu", "21022"),
        ("sepatu", "15201"),
        ("sablon kaos", "13133"),
        ("jahit baju", "14120"),
        ("konpeksi", "14111"),
        ("saya jualan roti", "10710"),
        ("31001", "31001"),
    ],
)
def test_everyday_words_find_the_code_first(text, code):
    assert search_kbli(text)[0].code == code


def test_a_slip_of_the_finger_still_finds_it_among_the_first():
    assert "10792" in [kbli.code for kbli in search_kbli("lumpya", limit=5)]
    assert "10794" in [kbli.code for kbli in search_kbli("kerpuk", limit=5)]


@pytest.mark.parametrize("text", ["", "  ", "zzzzqq", "%_'\"", "99999"])
def test_nonsense_finds_nothing(text):
    assert list(search_kbli(text)) == []


def test_a_beginning_of_a_code_lists_its_codes_and_the_limit_holds():
    assert [kbli.code for kbli in search_kbli("1039")] == ["10391", "10392", "10393", "10399"]
    assert len(search_kbli("es", limit=3)) == 3


def test_another_version_stands_apart():
    Kbli.objects.create(version=2025, code="13133", title="Industri kain batik", keywords="batik")
    assert [kbli.code for kbli in search_kbli("batik", version=2025)] == ["13133"]
    assert search_kbli("batik")[0].code != "13133"


# --- boundaries -------------------------------------------------------------------------------------------------------

SQUARE = [[[110.40, -6.99], [110.42, -6.99], [110.42, -6.97], [110.40, -6.97], [110.40, -6.99]]]


def geojson(*features):
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def feature(coordinates=SQUARE, kind="Polygon", **properties):
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def test_boundaries_are_matched_by_code_or_name():
    codes = load_boundaries(
        geojson(
            feature(kode="33.74.01"),
            feature(nama="Kec. Gajah Mungkur", level="kecamatan"),
            feature([SQUARE], "MultiPolygon", kode="3374011001"),
            feature(nama="Purwosari", kecamatan="Mijen"),
        )
    )
    assert len(codes) == 4
    assert Area.objects.get(pk="33.74.01").boundary == {"type": "Polygon", "coordinates": SQUARE}
    assert Area.objects.get(pk="33.74.01.1001").boundary["type"] == "MultiPolygon"
    assert {"33.74.01", "33.74.01.1001"} < set(codes)
    assert Area.objects.get(name="Purwosari", parent__name="Mijen").boundary
    assert not Area.objects.get(name="Purwosari", parent__name="Semarang Utara").boundary


def shifted(longitude, latitude):
    return [[[x + longitude, y + latitude] for x, y in SQUARE[0]]]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (feature(kode="33.22.01"), "Kabupaten Semarang"),
        (feature(nama="Purwosari"), "Isi juga kecamatannya"),
        (feature(nama="Antah Berantah"), "tidak ada di Kota Semarang"),
        (feature(), "tidak menyebut kode atau nama"),
        (feature(SQUARE[0], "LineString", kode="33.74.01"), "Polygon"),
        (feature([SQUARE[0][:3]], kode="33.74.01"), "empat titik"),
        (feature([SQUARE[0][:4]], kode="33.74.01"), "tidak tertutup"),
        (feature([[[y, x] for x, y in SQUARE[0]]], kode="33.74.01"), "tertukar"),
        (feature(shifted(0, -0.5), kode="33.74.01"), "di luar Kota Semarang"),
        (feature([[["a", "b"]] * 4], kode="33.74.01"), "bukan pasangan angka"),
        (feature([[[float("nan"), -6.99]] * 4], kode="33.74.01"), "di luar Kota Semarang"),
        (feature([], kode="33.74.01"), "tidak mempunyai koordinat"),
        (feature(kode="33.74.02"), "dua kali"),
        ("bukan fitur", "properties"),
    ],
)
def test_one_bad_feature_refuses_the_whole_file_with_its_number(bad, words):
    with pytest.raises(ValidationError) as refused:
        load_boundaries(geojson(feature(kode="33.74.02"), bad))
    assert len(refused.value.messages) == 1
    assert refused.value.messages[0].startswith("Fitur ke-2: ")
    assert words in refused.value.messages[0]
    assert not Area.objects.exclude(boundary=None).exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe", "tidak terbaca"),
        (b"[" * 100_000, "tidak terbaca"),
        (b"[]", "FeatureCollection"),
        (b'{"type": "FeatureCollection", "features": []}', "satu wilayah pun"),
        (geojson(*[feature(kode="33.74.01")] * 501), "lebih dari 500"),
        (b" " * (20 * 1024 * 1024 + 1), "lebih besar dari 20 MB"),
    ],
)
def test_what_is_no_geojson_of_the_city_is_refused_in_a_sentence(content, words):
    with pytest.raises(ValidationError, match=words):
        load_boundaries(content)


def test_the_command_loads_a_file_and_says_what_is_wrong(tmp_path, capsys):
    path = tmp_path / "batas.geojson"
    path.write_bytes(geojson(feature(kode="33.74.01")))
    call_command("load_boundaries", str(path))
    assert capsys.readouterr().out == "1 boundaries loaded\n"
    path.write_bytes(b"{}")
    with pytest.raises(CommandError, match="FeatureCollection"):
        call_command("load_boundaries", str(path))
    with pytest.raises(CommandError, match="No such file"):
        call_command("load_boundaries", str(tmp_path / "tidak-ada"))


def test_the_command_says_what_it_loaded(capsys):
    call_command("load_reference")
    assert "193 areas, 476 KBLI codes" in capsys.readouterr().out
