"""Headers of the office's sheets: found among title rows, in one or two rows, in many spellings."""

import pytest

from ikm.imports.columns import (
    FIELDS,
    find_header,
    from_saved,
    is_numbering,
    is_total,
    match_heading,
    says_thousands,
    to_saved,
)

TITLE = [["DATA IKM KOTA SEMARANG"], ["TAHUN 2017"], []]
TWO_ROWS = [
    ["No", "Nama Perusahaan", "Nama Pemilik", "Alamat", "", "", "KBLI", "Jenis Produk", "Tahun Data", "Tenaga Kerja", "",
     "Nilai Investasi", "Kapasitas Produksi", "", "Nilai Produksi", "Nilai BB/BP"],
    ["", "", "", "Jalan", "Desa/Kel", "Kecamatan", "", "", "", "L", "P", "(Rp.000)", "Jumlah", "Satuan", "(Rp.000)",
     "(Rp.000)"],
]  # fmt: skip


def test_one_row_of_the_offices_own_headings_is_fully_recognised():
    header = find_header([[str(field.label) for field in FIELDS.values()]])
    assert header.fields == {name: place for place, name in enumerate(FIELDS)}
    assert header.rows == 1
    assert not header.missing


def test_two_merged_rows_under_titles_are_read_together():
    header = find_header([*TITLE, *TWO_ROWS, ["1", "Batik Sari", "Siti"]])
    assert (header.first_row, header.rows, header.data_row) == (3, 2, 5)
    assert header.fields == {
        "number": 0, "name": 1, "owner": 2, "address": 3, "kelurahan": 4, "kecamatan": 5, "kbli": 6, "product": 7,
        "year": 8, "men": 9, "women": 10, "investment": 11, "capacity": 12, "unit": 13, "production_value": 14,
        "raw_material_value": 15,
    }  # fmt: skip
    assert header.says_thousands
    assert header.columns[10].heading == "Tenaga Kerja – P"


def test_a_data_row_is_never_taken_for_the_second_row_of_a_header():
    header = find_header(
        [[str(field.label) for field in FIELDS.values()], ["1", "UD", "Laki-laki", "Perempuan"]]
    )
    assert header.rows == 1


def test_rows_without_known_headings_give_no_header():
    assert find_header([["a", "b", "c", "d", "e"], ["1", "2", "3", "4", "5"]]) is None
    assert find_header([]) is None


@pytest.mark.parametrize(
    ("parent", "child", "field"),
    [
        ("Nama Usaha", "", "name"),
        ("NAMA IKM", "", "name"),
        ("Kel / Desa", "", "kelurahan"),
        ("No. Telp/HP", "", "phone"),
        ("Jumlah Tenaga Kerja (orang)", "Laki-laki", "men"),
        ("TK", "Pr", "women"),
        ("Tenaga Kerja", "Jumlah", None),
        ("Kapasitas Produksi per Tahun", "Satuan", "unit"),
        ("Kapasitas Produksi / Tahun", "Satuan", "unit"),
        ("Izin Usaha Industri", "Nomor/Tahun", "licence_number"),
        ("Nilai Investasi (Rp. 000)", "", "investment"),
        ("Nilai Investasi Rp.000", "", "investment"),
        ("Ekspor", "%", "export_percent"),
        ("Keterangan", "", None),
    ],
)
def test_headings_are_known_in_many_spellings(parent, child, field):
    assert match_heading(parent, child) == field


@pytest.mark.parametrize(
    "heading", ["Nilai (Rp.000)", "Nilai (Rp. 000)", "Nilai Rp.000,-", "(dalam ribuan rupiah)", "(000)"]
)
def test_thousands_are_noticed(heading):
    assert says_thousands(heading)


@pytest.mark.parametrize(
    "heading", ["Nilai (Rp)", "Nilai Investasi", "Tahun 2000", "Rp 5.000.000", "KBLI 10000"]
)
def test_whole_rupiah_are_not_taken_for_thousands(heading):
    assert not says_thousands(heading)


def test_numbering_and_totals_are_not_data():
    assert is_numbering(["(1)", "(2)", "(3)", "(4)"])
    assert is_numbering([1.0, 2.0, 3.0, 4.0, 5.0])
    assert not is_numbering(["1", "Batik", "3", "4"])
    assert not is_numbering(["5", "5", "5", "5"])
    assert is_total(["Jumlah", "", "", 350], 1)
    assert not is_total(["1", "Jumlah Sari", ""], 1)


def test_a_saved_mapping_knows_columns_by_their_headings_in_any_order():
    header = find_header(TWO_ROWS)
    saved = to_saved(header) | {"kbli": "", "jenisproduk": "commodity"}
    other = find_header([[*reversed(TWO_ROWS[0][6:9])] + TWO_ROWS[0][:3] + ["Jalan", "Kelurahan"]])
    fields = from_saved(other, saved).fields
    assert fields["commodity"] == 1
    assert "kbli" not in fields
    assert fields["name"] == 4


def test_an_alias_names_one_field_only():
    aliases = [alias for field in FIELDS.values() for alias in set(field.aliases)]
    assert len(aliases) == len(set(aliases))
