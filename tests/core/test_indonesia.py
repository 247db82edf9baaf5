"""Identifiers, money, working days and areas."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from core.indonesia import (
    LicenceFormat,
    add_working_days,
    areas_of_semarang,
    check_licence_number,
    display_phone,
    is_working_day,
    mask_nik,
    mask_phone,
    match_kecamatan,
    match_kelurahan,
    next_working_day,
    parse_nik,
    parse_npwp,
    parse_phone,
    parse_rupiah,
    rupiah,
    terbilang,
)

TODAY = datetime.date(2026, 11, 24)


def refusal(function, *args, **kwargs):
    """The code and the sentence of the refusal."""
    with pytest.raises(ValidationError) as caught:
        function(*args, **kwargs)
    (message,) = caught.value.messages
    assert message.endswith((".", "?"))
    assert "%(" not in message
    return caught.value.code, message


# --- NIK


def test_a_nik_tells_birth_date_and_sex():
    man = parse_nik("3374 0101 0190 0001", today=TODAY)
    assert (man.number, man.birth_date, man.sex) == ("3374010101900001", datetime.date(1990, 1, 1), "L")
    assert man.region == "Kota Semarang"
    assert man.warnings == ()
    woman = parse_nik("3374014101900001", today=TODAY)
    assert (woman.birth_date, woman.sex) == (datetime.date(1990, 1, 1), "P")


@pytest.mark.parametrize(
    ("nik", "code"),
    [
        ("", "empty"),
        ("337401010190000", "length"),
        ("33740101019000011", "length"),
        ("33740101O1900001", "characters"),
        ("３374010101900001", "characters"),
        ("3,37401E+15", "scientific"),
        ("3.37401010190000E+15", "scientific"),
        ("0000000101900001", "region"),
        ("3374010001900001", "birth_date"),
        ("3374013201900001", "birth_date"),
        ("3374014001900001", "birth_date"),
        ("3374018108900001", "birth_date"),  # day 81: taken for day 1 by a modulo
        ("3374017101900001", None),
        ("3374017201900001", "birth_date"),
        ("3374013002900001", "birth_date"),
        ("3374012902030001", "birth_date"),  # 2003 and 1903 are common years
        ("3374012902040001", None),
        ("3374010113900001", "birth_date"),
        ("3374010101900000", "serial"),
    ],
)
def test_each_fault_of_a_nik_has_its_own_sentence(nik, code):
    if code is None:
        assert parse_nik(nik, today=TODAY).number == nik
    else:
        assert refusal(parse_nik, nik, today=TODAY)[0] == code


def test_the_sentence_about_length_says_how_many_were_given():
    assert "15 angka" in refusal(parse_nik, "337401010190000")[1]


def test_a_birth_date_is_never_in_the_future():
    assert parse_nik("3374012411260001", today=TODAY).birth_date == datetime.date(2026, 11, 24)
    assert parse_nik("3374012511260001", today=TODAY).birth_date == datetime.date(1926, 11, 25)


def test_regions_that_other_validators_refuse_are_welcome():
    for prefix in ("650101", "920101", "960101"):
        assert parse_nik(f"{prefix}0101900001", today=TODAY).number


def test_an_unknown_region_is_only_a_warning():
    nik = parse_nik("3399010101900001", today=TODAY)
    assert nik.region is None
    assert "3399" in nik.warnings[0]


def test_a_masked_nik_keeps_eight_digits():
    assert mask_nik("3374010101900001") == "3374••••••••0001"
    assert mask_nik("1234") == "••••"


# --- NPWP


def test_an_old_npwp_becomes_sixteen_digits():
    npwp = parse_npwp("01.312.166.0-091.000")
    assert (npwp.number, npwp.is_nik, npwp.formatted) == ("0013121660091000", False, "01.312.166.0-091.000")
    assert parse_npwp("0013121660091000") == npwp


def test_every_single_wrong_digit_in_the_first_nine_is_seen():
    good = "013121660091000"
    for place in range(9):
        for digit in "0123456789":
            if digit != good[place]:
                wrong = good[:place] + digit + good[place + 1 :]
                assert refusal(parse_npwp, wrong)[0] == "check_digit"


def test_a_nik_is_an_npwp_and_is_checked_as_one():
    assert parse_npwp("3374010101900001", today=TODAY).is_nik
    assert refusal(parse_npwp, "3374018101900001", today=TODAY)[0] == "birth_date"
    assert refusal(parse_npwp, "12345")[0] == "length"
    assert refusal(parse_npwp, "000000000000000")[0] == "check_digit"


# --- phone


@pytest.mark.parametrize(
    ("text", "stored", "shown"),
    [
        ("0812-3456-7890", "+6281234567890", "0812-3456-7890"),
        ("+62 812 3456 7890", "+6281234567890", "0812-3456-7890"),
        ("6281234567890", "+6281234567890", "0812-3456-7890"),
        ("81234567890", "+6281234567890", "0812-3456-7890"),
        ("(024) 3541234", "+62243541234", "(024) 354-1234"),
    ],
)
def test_phones_are_stored_one_way_and_shown_another(text, stored, shown):
    assert parse_phone(text) == stored
    assert display_phone(stored) == shown


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("081234567890 / 024-3541234", "several"),
        ("8,12E+10", "scientific"),
        ("0812abc", "phone"),
        ("3541234", "phone"),
        ("0812345", "phone"),
        ("+6512345678", "phone"),
    ],
)
def test_unclear_phones_are_refused(text, code):
    assert refusal(parse_phone, text)[0] == code


def test_a_masked_phone_keeps_both_ends():
    assert mask_phone("+6281234567890") == "0812-••••-7890"
    assert mask_phone("123") == "•••"


# --- money


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("5jt", 5_000_000),
        ("5 JT", 5_000_000),
        ("5.000.000", 5_000_000),
        ("5000000", 5_000_000),
        ("Rp 5.000.000", 5_000_000),
        ("Rp5.000.000,-", 5_000_000),
        ("Rp. 5.000.000,00", 5_000_000),
        ("5,000,000", 5_000_000),
        ("5 ribu", 5_000),
        ("750rb", 750_000),
        ("1,5 juta", 1_500_000),
        ("1.5jt", 1_500_000),
        ("1,25 miliar", 1_250_000_000),
        ("2 M", 2_000_000_000),
        ("1.500 juta", 1_500_000_000),
        ("1jt 500rb", 1_500_000),
        ("1 juta 500 ribu", 1_500_000),
        ("lima juta rupiah", 5_000_000),
        ("seratus dua puluh lima ribu", 125_000),
        ("0", 0),
        (1500, 1500),
        (Decimal("1500.00"), 1500),
    ],
)
def test_money_is_read_as_people_write_it(text, amount):
    assert parse_rupiah(text) == amount


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("-5000", "negative"),
        ("(5.000)", "negative"),
        ("Rp -5000", "negative"),
        ("5-10 juta", "amount"),
        ("5 10", "amount"),
        ("500rb 1jt", "amount"),
        ("5jtan", "amount"),
        ("sekitar lima juta", "amount"),
        ("5.00", "amount"),
        ("1.50.000", "amount"),
        ("1.500.000,50", "fraction"),
        ("5 dolar", "amount"),
        ("banyak", "amount"),
        ("5000 triliun", "too_large"),
        ("5e6", "amount"),
    ],
)
def test_unclear_money_is_refused_rather_than_guessed(text, code):
    assert refusal(parse_rupiah, text)[0] == code


def test_rupiah_has_no_space():
    assert rupiah(1_000_000) == "Rp1.000.000"
    assert rupiah(-500) == "-Rp500"
    assert rupiah(Decimal("0")) == "Rp0"


@given(st.integers(min_value=0, max_value=10**15 - 1))
def test_written_money_is_read_back(amount):
    assert parse_rupiah(rupiah(amount)) == amount
    assert parse_rupiah(str(amount)) == amount


def test_numbers_in_words():
    assert terbilang(1_500_000) == "satu juta lima ratus ribu"
    assert terbilang(1_011) == "seribu sebelas"


# --- working days


def test_weekends_holidays_and_collective_leave_are_off():
    assert is_working_day(datetime.date(2026, 11, 24))
    assert not is_working_day(datetime.date(2026, 11, 28))
    assert not is_working_day(datetime.date(2026, 12, 25))
    assert not is_working_day(datetime.date(2026, 12, 24))
    assert next_working_day(datetime.date(2026, 12, 24)) == datetime.date(2026, 12, 28)


def test_working_days_are_counted_both_ways():
    assert add_working_days(datetime.date(2026, 12, 23), 1) == datetime.date(2026, 12, 28)
    assert add_working_days(datetime.date(2026, 12, 28), -1) == datetime.date(2026, 12, 23)
    assert add_working_days(datetime.date(2026, 12, 24), 0) == datetime.date(2026, 12, 24)


def test_years_without_a_decree_know_fixed_holidays_and_what_the_office_adds():
    assert not is_working_day(datetime.date(2028, 8, 17))
    day = datetime.date(2028, 1, 26)
    assert is_working_day(day)
    assert not is_working_day(day, days_off={day})
    assert add_working_days(datetime.date(2028, 1, 25), 1, days_off={day}) == datetime.date(2028, 1, 27)


# --- areas


def test_the_city_has_16_kecamatan_and_177_kelurahan_with_postcodes():
    areas = areas_of_semarang()
    kelurahan = [area for area in areas if area.level == "kelurahan"]
    assert len(areas) - len(kelurahan) == 16
    assert len(kelurahan) == 177
    assert all(area.code.startswith("33.74.") for area in areas)
    assert all(area.postcode.startswith(("501", "502")) or area.postcode == "50613" for area in kelurahan)


def test_every_official_name_finds_itself():
    for area in areas_of_semarang():
        if area.level == "kelurahan":
            assert match_kelurahan(area.name, area.kecamatan) == area
            assert match_kelurahan(f"Kel. {area.name.upper()}", f"Kec. {area.kecamatan}") == area
            assert match_kelurahan(area.code) == area
        else:
            assert match_kecamatan(area.name) == area


@pytest.mark.parametrize(
    ("written", "official"),
    [
        ("Tanjungmas", "Tanjung Mas"),
        ("Karangkidul", "Karang Kidul"),
        ("Pendrikan Lor", "Pindrikan Lor"),
        ("Beringin", "Bringin"),
        ("Mugassari", "Mugasari"),
        ("Plamongan Sari", "Plamongansari"),
        ("Gajah Mungkur", "Gajahmungkur"),
        ("Gunung Pati", "Gunungpati"),
        ("Randu Garut", "Randugarut"),
        ("Bendan Duwur", "Bendan Dhuwur"),
        ("Karang Rejo", "Karangrejo"),
        ("kelurahan  miroto", "Miroto"),
    ],
)
def test_other_spellings_find_the_official_name(written, official):
    assert match_kelurahan(written).name == official


def test_names_that_exist_twice_need_the_kecamatan():
    for name, places in (("Mangunharjo", ("Tembalang", "Tugu")), ("Purwosari", ("Semarang Utara", "Mijen"))):
        code, message = refusal(match_kelurahan, name)
        assert code == "ambiguous"
        assert all(place in message for place in places)
        assert {match_kelurahan(name, place).kecamatan for place in places} == set(places)


def test_a_kelurahan_may_carry_its_kecamatans_name():
    for name in ("Gayamsari", "Gajahmungkur", "Tembalang", "Banyumanik", "Gunungpati", "Mijen", "Ngaliyan"):
        assert match_kelurahan(name).level == "kelurahan"
        assert match_kecamatan(name).level == "kecamatan"


def test_semarang_alone_and_the_kabupaten_match_nothing():
    for name in ("Semarang", "Kota Semarang", "Ungaran", "Bergas"):
        assert refusal(match_kelurahan, name)[0] == "unknown"
        assert refusal(match_kecamatan, name)[0] == "unknown"
    code, message = refusal(match_kelurahan, "33.22.18.1001")
    assert code == "outside"
    assert "Kabupaten Semarang" in message
    assert refusal(match_kelurahan, "33.74.99.1001")[0] == "unknown"


def test_a_near_name_is_offered_but_never_taken():
    code, message = refusal(match_kelurahan, "Sampagan")
    assert code == "unknown"
    assert "Sampangan" in message


def test_a_kelurahan_in_the_wrong_kecamatan_is_refused():
    code, message = refusal(match_kelurahan, "Miroto", "Tugu")
    assert code == "other_kecamatan"
    assert "Semarang Tengah" in message
    assert match_kecamatan("Smg. Tengah").name == "Semarang Tengah"


# --- licences


@pytest.mark.parametrize(
    ("kind", "text", "number"),
    [
        ("nib", "1234 5678 90123", "1234567890123"),
        ("pirt", "P-IRT No. 2063374010001-29", "2063374010001-29"),
        ("pirt", "206337401000129", "2063374010001-29"),
        ("halal", "ID33110000000012345", "ID33110000000012345"),
        ("brand", "idm 000984301", "IDM000984301"),
        ("bpom", "BPOM RI MD 234567890123", "MD234567890123"),
        ("sni", "sni 8217 : 2015", "SNI 8217:2015"),
        ("sni", "SNI 2547-1:2019", "SNI 2547-1:2019"),
        ("sni", "SNI ISO 9001:2015", "SNI ISO 9001:2015"),
        ("tkdn", "1234/SJ-IND.8/TKDN/2/2026", "1234/SJ-IND.8/TKDN/2/2026"),
    ],
)
def test_licence_numbers_are_brought_into_their_official_form(kind, text, number):
    licence = check_licence_number(kind, text, today=TODAY)
    assert licence.number == number
    assert licence.kind == kind
    assert licence.warnings == ()
    assert check_licence_number(kind, licence.number, today=TODAY).number == number


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("nib", "123456789012"),
        ("nib", "1,23E+12"),
        ("pirt", "20633740100012"),
        ("halal", "KH-1234567890"),
        ("halal", "ID123"),
        ("halal", "ID331100000000123456"),
        ("brand", "DID2024012345"),
        ("brand", "IDM00098430"),
        ("bpom", "MX123456789012"),
        ("bpom", "MD12345678901"),
        ("sni", "8217"),
        ("sni", "SNI 8217:2099"),
        ("tkdn", "tidak ada"),
        *((kind, " ") for kind in LicenceFormat),
    ],
)
def test_wrong_licence_numbers_are_refused(kind, text):
    refusal(check_licence_number, kind, text, today=TODAY)


def test_a_pirt_number_tells_its_parts_and_last_year():
    licence = check_licence_number("pirt", "2063374010001-29", today=TODAY)
    assert licence.expires_year == 2029
    assert licence.parts == {
        "packaging": "2",
        "food_type": "06",
        "region": "3374",
        "product_serial": "01",
        "producer_serial": "0001",
    }


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("9063374010001-29", "kemasan"),
        ("2003374010001-29", "jenis pangan"),
        ("2063322010001-29", "3374"),
        ("2063374010001-24", "habis"),
        ("2063374010001-35", "terlalu jauh"),
    ],
)
def test_doubts_about_a_pirt_number_are_warnings(text, word):
    (warning,) = check_licence_number("pirt", text, today=TODAY).warnings
    assert word in warning


def test_short_halal_and_import_numbers_raise_doubts():
    assert check_licence_number("halal", "ID0041000123", today=TODAY).warnings
    assert check_licence_number("bpom", "ML123456789012", today=TODAY).warnings
