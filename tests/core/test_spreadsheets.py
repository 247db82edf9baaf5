"""Tables out and in."""

import datetime
import io
import tracemalloc
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from core.spreadsheets import LostDigits, csv_cell, read_rows, sheet_names, write_csv, write_xlsx

HOSTILE = [
    '=HYPERLINK("http://evil","klik")',
    "+6281234567890",
    "-1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "-2+3+cmd|' /C calc'!A0",
    " =1+1",
    "＝1+1",
    "'=1+1",
    "''x",
    "'Aisyiyah",
    "+62 812-3456-7890",
    "3374010101900001",
    "0812-3456-7890",
    "baris satu\nbaris dua",
    'kutip " dan ; titik koma, koma',
    "Rp1.000.000",
]


def xlsx(header, rows, **options):
    stored = io.BytesIO()
    write_xlsx(stored, header, rows, **options)
    return stored


def csv_bytes(header, rows, **options):
    stored = io.StringIO(newline="")
    write_csv(stored, header, rows, **options)
    return io.BytesIO(stored.getvalue().encode())


def test_no_text_becomes_a_formula_in_xlsx_and_all_come_back():
    stored = xlsx(["Nama"], [[text] for text in HOSTILE])
    with zipfile.ZipFile(stored) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in sheet
        assert b"<hyperlink" not in sheet
    column = next(openpyxl.load_workbook(stored).active.iter_cols(min_row=2))
    assert {cell.data_type for cell in column} == {"s"}
    assert [cells[0] for _number, cells in read_rows(stored)][1:] == HOSTILE


def test_no_text_becomes_a_formula_in_csv_and_all_come_back():
    for options in ({}, {"for_excel": True}):
        stored = csv_bytes(["Nama", "Lain"], [[text, "x"] for text in HOSTILE], **options)
        assert [cells[0] for _number, cells in read_rows(stored)][1:] == HOSTILE
    assert csv_cell("+6281234567890") == "+6281234567890"
    assert csv_cell("-1") == csv_cell(-1) == "-1"
    for text in HOSTILE:
        written = csv_cell(text)
        assert written[0] not in "=@\t\r＝"
        if written[0] in "+-":
            assert written[1:].isdigit()


@given(st.text(alphabet="'=+-@ ab1\t", min_size=1, max_size=8).filter(lambda text: not text.isspace()))
def test_any_text_survives_a_csv(text):
    rows = list(read_rows(csv_bytes(["Nama", "Lain"], [[text, "x"]])))
    assert rows[1] == (2, [text, "x"])


def test_the_excel_csv_opens_in_columns_under_indonesian_settings():
    content = csv_bytes(["Nama", "Alamat"], [["Batik", "Jl. Pandanaran"]], for_excel=True).getvalue()
    assert content == "\ufeffNama;Alamat\r\nBatik;Jl. Pandanaran\r\n".encode()


def test_values_keep_their_kind_in_xlsx():
    moment = datetime.datetime(2026, 11, 24, 6, 5, tzinfo=datetime.UTC)
    header = ["NIK", "Nilai", "Pecahan", "Tanggal", "Saat", "Ekspor", "Kosong", "Panjang"]
    row = [3374010101900001, 5_000_000, Decimal("2.5"), datetime.date(2026, 1, 2), moment, True, None, 10**15]
    rows = list(read_rows(xlsx(header, [row], text_columns=["NIK"])))
    assert rows[0] == (1, header)
    assert rows[1] == (
        2,
        [
            "3374010101900001",
            5_000_000,
            2.5,
            datetime.date(2026, 1, 2),
            "2026-11-24 13:05:00",
            True,
            None,
            "1000000000000000",
        ],
    )


def test_identifier_columns_stay_text_when_edited_in_excel():
    sheet = openpyxl.load_workbook(
        xlsx(["NIK", "Nama"], [["3374010101900001", "Sri"]], text_columns=["NIK"])
    ).active
    assert sheet["A2"].number_format == "@"
    assert sheet["A1"].font.bold
    assert sheet.freeze_panes == "A2"


def test_an_empty_table_still_has_its_header():
    assert list(read_rows(xlsx(["Nama", "NIB"], []))) == [(1, ["Nama", "NIB"])]


def test_what_excel_cannot_hold_does_not_stop_the_export():
    rows = list(read_rows(xlsx(["A"], [["x" * 40_000], ["a\x01b\ud800"]])))
    assert rows[1][1][0] == "x" * 32_766 + "…"
    assert rows[2][1][0] == "a\ufffdb\ufffd"


def test_columns_with_one_name_are_a_programming_error():
    with pytest.raises(ValueError, match="differ"):
        xlsx(["A", "A"], [])
    with pytest.raises(ValueError):
        xlsx(["A", "B"], [["x"]])
    with pytest.raises(ValueError, match="text column"):
        xlsx(["A", "B"], [], text_columns=["C"])


def test_a_long_export_holds_one_row_at_a_time():
    tracemalloc.start()
    xlsx(["A", "B"], ([f"Usaha {number}", number] for number in range(30_000)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3_000_000


# --- in


def book(cells, prepare=None):
    workbook = openpyxl.Workbook()
    for place, value in cells.items():
        workbook.active[place] = value
    if prepare:
        prepare(workbook)
    stored = io.BytesIO()
    workbook.save(stored)
    return stored


def test_rows_keep_their_number_and_columns_their_place():
    stored = book({"C4": "Nama", "D6": "Batik", "E9": 12.0})
    assert list(read_rows(stored)) == [
        (4, [None, None, "Nama", None, None]),
        (6, [None, None, None, "Batik", None]),
        (9, [None, None, None, None, 12]),
    ]


def test_numbers_that_lost_digits_are_marked():
    stored = book({"A1": 3374010101900001, "B1": 337401010190000, "C1": "3,37E+15", "D1": 2.5, "E1": "12E5"})
    ((_number, cells),) = read_rows(stored)
    assert cells == [LostDigits("3,37401E+15"), 337401010190000, LostDigits("3,37E+15"), 2.5, "12E5"]
    assert str(cells[0]) == "3,37401E+15"
    ((_number, cells),) = read_rows(io.BytesIO(b"3,37401E+15;3.37E+15;-1E+02;081234\n"))
    assert [isinstance(cell, LostDigits) for cell in cells] == [True, True, True, False]


def test_csv_identifiers_stay_text():
    ((_number, cells),) = read_rows(io.BytesIO(b"3374010101900001;0812;'0812;00123;\n"))
    assert cells == ["3374010101900001", "0812", "0812", "00123", None]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_delimiters_and_encodings_are_found_out(delimiter, encoding):
    lines = [
        ["Nama", "Alamat", "Ket"],
        ["Wingko “Babat”", "Jl. Pemuda 1", "é"],
        ["", "", ""],
        ["Batik", "x", "y"],
    ]
    text = "\r\n".join(delimiter.join(line) for line in lines)
    rows = list(read_rows(io.BytesIO(text.encode(encoding))))
    assert rows == [(1, lines[0]), (2, lines[1]), (4, lines[3])]


def test_a_semicolon_file_with_commas_in_its_cells_is_read_by_semicolons():
    rows = list(read_rows(io.BytesIO(b"Nama;Alamat\nBatik;Jl. A, RT 1, RW 2\nTahu;Jl. B, RT 3, RW 4\n")))
    assert rows[1] == (2, ["Batik", "Jl. A, RT 1, RW 2"])


def test_excels_own_hint_line_is_followed():
    assert list(read_rows(io.BytesIO(b"sep=|\r\na,b|c\r\n"))) == [(2, ["a,b", "c"])]


def test_a_cell_with_a_line_break_is_one_row():
    rows = list(read_rows(io.BytesIO(b'Nama;Alamat\n"Batik";"Jl. A\nRT 1"\nTahu;B\n')))
    assert [number for number, _cells in rows] == [1, 2, 3]


def test_hidden_and_empty_sheets_are_passed_over():
    def more(workbook):
        workbook.active.title = "Kosong"
        workbook.create_sheet("Rahasia")["A1"] = "x"
        workbook["Rahasia"].sheet_state = "hidden"
        workbook.create_sheet("Data")["A1"] = "isi"

    stored = book({}, more)
    assert sheet_names(stored) == ["Kosong", "Data"]
    assert list(read_rows(stored)) == [(1, ["isi"])]
    assert list(read_rows(stored, sheet="Data")) == [(1, ["isi"])]
    for sheet, code in (("Rahasia", "sheet"), ("Kosong", "no_rows")):
        with pytest.raises(ValidationError) as caught:
            list(read_rows(stored, sheet=sheet))
        assert caught.value.code == code
    assert sheet_names(io.BytesIO(b"a;b")) == []


def test_unreadable_tables_are_refused():
    huge = b'a;"' + b"x" * 200_000
    with pytest.raises(ValidationError):
        list(read_rows(io.BytesIO(huge)))
    with pytest.raises(ValidationError):
        list(read_rows(book({})))
