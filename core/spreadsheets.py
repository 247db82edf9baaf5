"""Tables in and out: .xlsx, .csv, .tsv.

Out: nothing that leaves can run as a formula, and nothing is changed for it. In .xlsx every text is a text cell, and
identifiers are text too. In .csv a text that a spreadsheet would take for a formula gets one apostrophe in front, and
`read_rows` takes exactly that apostrophe off again. A plain signed number (+6281234567890, -1) is left alone: it is data
that other systems read, and evaluates to itself.

In: a number never silently loses digits. Excel keeps 15; what shows as 3,37E+15, or is a float that large, comes out as
`LostDigits`, for the importer to refuse with a reason.
"""

import csv
import datetime
import io
import itertools
import re
from dataclasses import dataclass
from decimal import Decimal

import python_calamine
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from rustpy_xlsxwriter import Format, write_worksheet

from core.dates import WIB
from core.uploads import inspect_spreadsheet

#: From here on Excel's 15 digits no longer hold a whole number.
_FIRST_LOSSY = 10**15
_MAX_CELL_CHARACTERS = 32_767
_SCIENTIFIC = re.compile(r"\s*[+-]?[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{1,2}\s*")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


# --- Out --------------------------------------------------------------------------------------------------------------


def write_xlsx(stream, header, rows, *, sheet_name="Data", text_columns=(), widths=None):
    """Writes one sheet with a bold, frozen header to a binary `stream`, holding one row at a time.

    `header` has distinct names; each row has as many values. Values of `text_columns` (NIK, NIB, phones, codes) become
    text whatever their type, and so does any whole number too long for Excel. Moments are shown in WIB. `widths` maps
    names to characters.
    """
    header = [str(name) for name in header]
    if len(set(header)) != len(header):
        raise ValueError("the names of the columns must differ")
    as_text = [name in text_columns for name in header]
    if sum(as_text) != len(text_columns):
        raise ValueError("every text column must be in the header")
    text_format = Format().set_num_format("@")
    # Nearly every cell is empty, a short printable text or a small number, which pass without a call.
    records = (
        dict(
            zip(
                header,
                [
                    value
                    if value is None
                    or (
                        type(value) is str
                        and value
                        and len(value) <= _MAX_CELL_CHARACTERS
                        and value.isprintable()
                    )
                    or (type(value) is int and not text and -_FIRST_LOSSY < value < _FIRST_LOSSY)
                    else _excel_value(value, text)
                    for value, text in zip(row, as_text, strict=True)
                ],
                strict=True,
            )
        )
        for row in rows
    )
    first = next(records, None)
    # The writer takes the header from the first record; an empty table gets a record without values.
    records = itertools.chain([dict.fromkeys(header) if first is None else first], records)
    write_worksheet(
        records,
        stream,
        sheet_name=sheet_name,
        bold_headers=True,
        freeze_row=1,
        datetime_format="dd-mm-yyyy",
        column_widths={name: (widths or {}).get(name, max(12, min(len(name) + 2, 40))) for name in header},
        column_formats=dict.fromkeys(text_columns, text_format) or None,
    )


def _excel_value(value, as_text):
    if value is None or value == "":
        return None
    if not as_text:
        if isinstance(value, int | float | Decimal) and abs(value) < _FIRST_LOSSY:
            return value
        if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
            return value
    text = _moment(value) if isinstance(value, datetime.datetime) else _plain(value)
    if len(text) > _MAX_CELL_CHARACTERS:
        text = text[: _MAX_CELL_CHARACTERS - 1] + "…"
    return _UNWRITABLE.sub("\ufffd", text)


def _plain(value):
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _moment(value):
    local = value if timezone.is_naive(value) else value.astimezone(WIB)
    return f"{local:%Y-%m-%d %H:%M:%S}"


def write_csv(stream, header, rows, *, for_excel=False):
    """Writes a CSV to a text `stream` (opened with `newline=""`): comma and UTF-8, for machines.

    `for_excel` gives what Excel opens rightly under Indonesian settings: a semicolon and a byte order mark. Even so Excel
    shows long digits as 3,37E+15 in a CSV; people should be offered the .xlsx.
    """
    if for_excel:
        stream.write("\ufeff")
    writer = csv.writer(stream, delimiter=";" if for_excel else ",", lineterminator="\r\n")
    writer.writerow(csv_cell(name) for name in header)
    # A text that begins with a letter or digit needs no care and passes without a call.
    writer.writerows(
        [value if type(value) is str and value[:1].isalnum() else csv_cell(value) for value in row]
        for row in rows
    )


def csv_cell(value):
    """The text of one CSV cell, made harmless; `read_rows` gives it back unchanged."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("ya") if value else _("tidak")
    if isinstance(value, datetime.datetime):
        return _moment(value)
    text = _plain(value)
    return "'" + text if _looks_like_formula(text) or _has_our_apostrophe(text) else text


_SIGNED_NUMBER = re.compile(r"[+-][0-9]+(?:[.,][0-9]+)*")
#: Also the full-width forms, which some spreadsheets fold into the plain ones.
_FORMULA_START = re.compile(r"[\t\r\n]|\s*[=+\-@＝＋－＠]")


def _looks_like_formula(text):
    return bool(_FORMULA_START.match(text)) and not _SIGNED_NUMBER.fullmatch(text)


def _has_our_apostrophe(text):
    """Whether the reader takes off the first apostrophe: before a formula, a digit (other exporters) or another one.

    An apostrophe before a letter belongs to the name ('Aisyiyah).
    """
    return text.startswith("'") and bool(re.match(r"['+0-9]", text[1:]) or _looks_like_formula(text[1:]))


# --- In ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LostDigits:
    """A number whose digits Excel no longer has. `shown` is what the sheet shows; the true number is unknown."""

    shown: str

    def __str__(self):
        return self.shown


def read_rows(file, *, sheet=None):
    """Yields (row number as in the sheet, cells) for every row that is not empty.

    A cell is None (empty), str, int, float, bool, date, datetime, time or `LostDigits`; a CSV has only text and
    `LostDigits`. `sheet` is a name, else the first visible sheet that has anything in it. The file goes through
    `inspect_spreadsheet` first; anything unreadable raises `ValidationError`.
    """
    clean = inspect_spreadsheet(file)
    rows = _workbook_rows(clean.content, sheet) if clean.kind == "xlsx" else _text_rows(clean.content)
    for number, cells in rows:
        if cells.count(None) < len(cells):
            yield number, cells


def sheet_names(file):
    """The visible sheets of a workbook in order; none for a CSV."""
    clean = inspect_spreadsheet(file)
    return _visible(_open_workbook(clean.content)) if clean.kind == "xlsx" else []


def _open_workbook(content):
    try:
        return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    except (python_calamine.CalamineError, OSError, ValueError):
        raise ValidationError(
            _("Berkas Excel ini rusak. Buka lalu simpan ulang sebagai .xlsx, kemudian kirim lagi."),
            code="broken",
        ) from None


def _visible(workbook):
    return [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible == python_calamine.SheetVisibleEnum.Visible
        and sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]


def _workbook_rows(content, sheet):
    workbook = _open_workbook(content)
    names = _visible(workbook)
    if sheet is not None and sheet not in names:
        raise ValidationError(
            _("Lembar “%(sheet)s” tidak ada di berkas ini. Yang ada: %(names)s."),
            code="sheet",
            params={"sheet": sheet, "names": ", ".join(names)},
        )
    for name in names if sheet is None else [sheet]:
        try:
            table = workbook.get_sheet_by_name(name)
        except (python_calamine.CalamineError, OSError, ValueError):
            raise ValidationError(
                _(
                    "Lembar “%(sheet)s” tidak dapat dibaca. Salin datanya ke buku kerja baru, lalu kirim lagi."
                ),
                code="broken",
                params={"sheet": name},
            ) from None
        if table.start is not None:
            # The reader keeps empty rows at the top but leaves out empty columns at the left.
            left = [None] * table.start[1]
            return (
                (number, left + [_cell(value) for value in row])
                for number, row in enumerate(table.iter_rows(), 1)
            )
    raise ValidationError(_("Berkas ini tidak berisi data. Pilih berkas yang ada isinya."), code="no_rows")


def _cells(row):
    # A text that begins with a letter or digit and has no plus is what it seems; nearly every cell is one.
    return [
        value if type(value) is str and value[:1].isalnum() and "+" not in value else _cell(value)
        for value in row
    ]


def _cell(value):
    kind = type(value)
    if kind is str:
        if not value or value.isspace():
            return None
        if ("E+" in value or "e+" in value) and _SCIENTIFIC.fullmatch(value):
            return LostDigits(value.strip())
        return value
    if kind is float or kind is int:
        if abs(value) >= _FIRST_LOSSY:
            return LostDigits(f"{value:.5E}".replace(".", ","))
        whole = int(value)
        return whole if whole == value else value
    return value


def _text_rows(content):
    text = _decode(content)
    first_line, _newline, rest = text.partition("\n")
    skipped = 0
    # Excel's own hint line.
    if match := re.fullmatch(r"sep=(.)\r?", first_line):
        delimiter, text, skipped = match[1], rest, 1
    else:
        delimiter = _delimiter(text)
    try:
        for number, row in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1 + skipped
        ):
            yield number, _cells([_without_apostrophe(value) if value[:1] == "'" else value for value in row])
    except csv.Error:
        raise ValidationError(
            _("Berkas CSV ini tidak dapat dibaca. Simpan sebagai .xlsx, lalu kirim lagi."), code="broken"
        ) from None


def _without_apostrophe(value):
    return value[1:] if _has_our_apostrophe(value) else value


def _decode(content):
    """UTF-8 with or without mark, UTF-16 with mark, else what old Windows programs write (cp1252)."""
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode("utf-16")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _delimiter(text):
    """The sign that splits the first lines most evenly, then into the most columns. Semicolons are usual in Indonesia."""
    sample = text[:20_000]
    best, best_score = ",", (0.0, 1)
    for delimiter in (";", ",", "\t", "|"):
        try:
            rows = itertools.islice(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), 30)
            lengths = [len(row) for row in rows if row]
        except csv.Error:
            continue
        if not lengths:
            continue
        usual = max(set(lengths), key=lengths.count)
        score = (lengths.count(usual) / len(lengths), usual)
        if usual > 1 and score > best_score:
            best, best_score = delimiter, score
    return best
