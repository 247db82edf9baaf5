"""Single cells: what is taken, what is refused and with which sentence."""

import datetime
from contextlib import suppress
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from core import indonesia
from ikm.imports import cells
from ikm.imports.cells import Noted, Tables

TABLES = Tables(
    kbli={"10710": 1, "10711": 2, "13134": 3},
    kbli_version=2020,
    kelurahan=frozenset(area.code for area in indonesia.areas_of_semarang()),
    this_year=2026,
)


def refusal(parse, *arguments, **options):
    with pytest.raises(ValidationError) as caught:
        parse(*arguments, **options)
    return " ".join(caught.value.messages)


@pytest.mark.parametrize(
    ("cell", "in_thousands", "amount"),
    [
        ("5000000", False, 5_000_000),
        ("5.000.000", False, 5_000_000),
        ("5jt", False, 5_000_000),
        ("Rp 5.000.000,-", False, 5_000_000),
        (5000000.0, False, 5_000_000),
        ("1500000.00", False, 1_500_000),
        ("5000", True, 5_000_000),
        ("5.000", True, 5_000_000),
        ("12,5", True, 12_500),
        (12.5, True, 12_500),
        ("Rp 5.000", True, 5_000_000),
        ("-", False, 0),
        ("1,5E+08", False, 150_000_000),
    ],
)
def test_money_in_rupiah_and_in_thousands(cell, in_thousands, amount):
    assert cells.parse_money(cell, in_thousands=in_thousands) == amount


@pytest.mark.parametrize("cell", ["-500", -500.0, "banyak", "1e99", float("inf"), 1e300, 10**15, "nan"])
@pytest.mark.parametrize("in_thousands", [True, False])
def test_money_that_is_none_is_refused(cell, in_thousands):
    assert refusal(cells.parse_money, cell, in_thousands=in_thousands)


def test_an_amount_with_its_own_unit_in_a_column_of_thousands_is_refused():
    assert "satuan sendiri" in refusal(cells.parse_money, "5jt", in_thousands=True)


@given(st.integers(min_value=0, max_value=10**11))
def test_thousands_are_a_thousand_times_the_rupiah_however_written(number):
    expected = number * 1000
    grouped = f"{number:,}".replace(",", ".")
    for cell in (str(number), grouped, float(number)):
        assert cells.parse_money(cell, in_thousands=True) == expected


@pytest.mark.parametrize(
    ("cell", "part"),
    [
        (3.37401e15, "angka Excel"),
        ("3,37E+15", "angkanya hilang"),
        ("3.37401E+15", "angkanya hilang"),
        ("337401", "16 angka"),
    ],
)
def test_a_nik_that_lost_digits_is_refused(cell, part):
    assert part in refusal(cells.parse_nik, cell)


@pytest.mark.parametrize(
    ("cell", "part"),
    [
        ("9,12E+12", "angkanya hilang"),
        (912000000000.0, "12 angka"),
        ("91203", "13 angka"),
        (1e15, "angka Excel"),
    ],
)
def test_a_nib_that_lost_digits_is_refused(cell, part):
    assert part in refusal(cells.parse_nib, cell)


def test_a_nib_is_taken_as_text_or_as_a_number_that_still_has_all_its_digits():
    assert cells.parse_nib("9120 3012 3456 7") == "9120301234567"
    assert cells.parse_nib(9120301234567.0) == "9120301234567"
    assert cells.parse_nib("-") is None


def test_an_npwp_is_refused_as_a_float_and_by_its_check_digit():
    assert cells.parse_npwp("01.312.166.0-091.000") == "0013121660091000"
    assert "angka Excel" in refusal(cells.parse_npwp, 3.374012345e15)
    assert "pemeriksa" in refusal(cells.parse_npwp, "01.312.167.0-091.000")


@pytest.mark.parametrize(
    "cell", ["10710", 10710.0, "10710 - Industri roti", "KBLI 10710", "C10710", " 10710 "]
)
def test_kbli_is_taken_in_the_ways_people_write_it(cell):
    assert cells.parse_kbli(cell, TABLES) == 1


@pytest.mark.parametrize(
    ("cell", "part"),
    [
        ("1071", "4 angka, seharusnya lima. Mungkin 10710 atau 10711?"),
        (107101.0, "6 angka, seharusnya lima. Mungkin 10710?"),
        ("47111", "bukan kode industri"),
        ("10999", "tidak ada dalam KBLI 2020"),
        ("roti", "Tulis lima angka"),
    ],
)
def test_a_wrong_kbli_gets_a_sentence_that_helps(cell, part):
    assert part in refusal(cells.parse_kbli, cell, TABLES)


def test_kelurahan_in_other_spellings_and_the_two_that_need_a_kecamatan():
    assert cells.parse_kelurahan(("Tanjungmas", None), TABLES) == cells.parse_kelurahan(
        ("Tanjung Mas", "Semarang Utara"), TABLES
    )
    assert "Isi juga kecamatannya" in refusal(cells.parse_kelurahan, ("Mangunharjo", ""), TABLES)
    tembalang = cells.parse_kelurahan(("Mangunharjo", "Tembalang"), TABLES)
    assert tembalang != cells.parse_kelurahan(("Mangunharjo", "Tugu"), TABLES)
    assert "melainkan di Kecamatan" in refusal(cells.parse_kelurahan, ("Tanjung Mas", "Mijen"), TABLES)
    assert "tidak ada di Kota Semarang" in refusal(cells.parse_kelurahan, ("Ungaran", None), TABLES)


def test_phone_lists_give_the_first_two_numbers():
    assert cells.parse_phones("0812-3456-7890 / 024-3541234") == ("+6281234567890", "+62243541234")
    assert cells.parse_phones(81234567890.0) == ("+6281234567890", None)
    noted = cells.parse_phones("0812-3456-7890 / 12")
    assert isinstance(noted, Noted)
    assert noted.value == ("+6281234567890", None)
    assert "Excel" in refusal(cells.parse_phones, "8,12E+10")


@given(st.from_regex(r"(?:\+62|62|0)8[0-9]{7,12}", fullmatch=True))
def test_the_quick_reading_of_a_mobile_number_is_the_slow_one(text):
    try:
        slow = indonesia.parse_phone(text)
    except ValidationError:
        slow = None
    quick = cells.parse_phones(text)
    quick = quick.value if isinstance(quick, Noted) else quick
    assert quick[0] == slow


def test_workers_are_whole_and_not_negative():
    assert cells.parse_workers("12 orang") == 12
    assert cells.parse_workers("1.200") == 1200
    assert cells.parse_workers(7.0) == 7
    assert cells.parse_workers("-") == 0
    for cell in ("-1", 2.5, "dua", "1e3", -3.0):
        assert refusal(cells.parse_workers, cell)


def test_years():
    assert cells.parse_year(2017.0, TABLES) == 2017
    assert "belum tiba" in refusal(cells.parse_year, "2027", TABLES)
    assert "terlalu lama" in refusal(cells.parse_year, "1889", TABLES)
    assert "empat angka" in refusal(cells.parse_year, "17", TABLES)
    assert "tanggal" in refusal(cells.parse_year, datetime.date(2017, 1, 1), TABLES)


def test_capacity_in_both_ways_of_writing_decimals():
    assert cells.parse_capacity("1.500,5") == Decimal("1500.50")
    assert cells.parse_capacity("1.500") == Decimal(1500)
    assert cells.parse_capacity("12.5") == Decimal("12.5")
    assert cells.parse_capacity(12.25) == Decimal("12.25")
    assert refusal(cells.parse_capacity, "banyak")
    assert refusal(cells.parse_capacity, -1.0)


def test_positions_outside_the_city_are_refused():
    assert cells.parse_latitude("-6,9667") == Decimal("-6.9667")
    assert "di luar Kota Semarang" in refusal(cells.parse_latitude, "110.42")
    assert "di luar Kota Semarang" in refusal(cells.parse_longitude, -6.9)


def test_closed_lists_are_closed_and_say_what_may_stand_there():
    assert cells.parse_legal_form("PT. Perorangan") == "pt_individual"
    assert cells.parse_legal_form("U.D.") == "ud"
    assert "Pilih PO" in refusal(cells.parse_legal_form, "GmbH")
    assert cells.parse_branch("Sandang & Kulit") == "clothing"
    assert "Pilih Pangan" in refusal(cells.parse_branch, "Jasa")


@given(st.one_of(st.text(max_size=40), st.floats(), st.integers(), st.booleans(), st.dates()))
def test_no_cell_makes_a_parser_fail(cell):
    """Whatever stands in a cell, it is taken or refused with a sentence."""
    parsers = [
        cells.parse_workers, cells.parse_capacity, cells.parse_percent, cells.parse_legal_form, cells.parse_branch,
        cells.parse_unit, cells.parse_nik, cells.parse_npwp, cells.parse_nib, cells.parse_phones, cells.parse_email,
        cells.parse_website, cells.parse_licence_kind, cells.parse_licence_number, cells.parse_latitude,
        cells.parse_longitude, cells.text_parser(20),
        lambda value: cells.parse_money(value, in_thousands=False),
        lambda value: cells.parse_money(value, in_thousands=True),
        lambda value: cells.parse_kbli(value, TABLES),
        lambda value: cells.parse_year(value, TABLES),
        lambda value: cells.parse_founded_year(value, TABLES),
        lambda value: cells.parse_kelurahan((value, None), TABLES),
        lambda value: cells.parse_kelurahan(("Tanjung Mas", value), TABLES),
    ]  # fmt: skip
    for parse in parsers:
        with suppress(ValidationError):
            parse(cell)
