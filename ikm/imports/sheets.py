"""Reading a sheet, .xlsx or .csv, as rows of cells without trusting it. No ORM."""

import csv
import io
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from ikm.imports.columns import HEADER_SEARCH_ROWS, Header, find_header

_XLSX_START = b"PK\x03\x04"


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet of an opened file. `rows()` may be called again and always starts at the file's first row."""

    name: str
    header: Header | None
    open_rows: object
    total_rows: int

    def rows(self):
        return self.open_rows()

    def data_rows(self):
        """(line as Excel counts it, cells) of every row under the header."""
        for place, row in enumerate(self.rows()):
            if place >= self.header.data_row:
                yield place + 1, row

    def head(self, count):
        """The first rows, e.g. to show what a column holds."""
        return [row for row, _place in zip(self.rows(), range(count), strict=False)]


def open_sheet(content, *, sheet_name=None):
    """The sheet of `content` (bytes of an .xlsx or .csv) in which the header is recognised best.

    Raises ValidationError when the file cannot be read. `header` is None when no row looks like one.
    """
    if content.startswith(_XLSX_START):
        return _open_workbook(content, sheet_name)
    return _open_csv(content)


def _open_workbook(content, sheet_name):
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = [sheet_name] if sheet_name else workbook.sheet_names
        best = None
        for name in names:
            sheet = _sheet_of_workbook(name, workbook.get_sheet_by_name(name))
            known = len(sheet.header.fields) if sheet.header else 0
            if best is None or known > best[0]:
                best = known, sheet
    except (CalamineError, ValueError, OSError) as error:
        raise ValidationError(
            _(
                "Berkas Excel ini tidak dapat dibaca. Buka di Excel, simpan ulang sebagai .xlsx, lalu unggah lagi."
            ),
            code="unreadable",
        ) from error
    if best is None:
        raise ValidationError(_("Berkas Excel ini tidak memuat lembar."), code="empty")
    return best[1]


def _sheet_of_workbook(name, sheet):
    offset = sheet.start[1] if sheet.start else 0
    merged = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        if bottom > top and left == right and bottom - top < 1000:
            for row in range(top + 1, bottom + 1):
                merged.setdefault(row, []).append((left - offset, top))

    def plain():
        return iter(sheet.iter_rows())

    header = find_header([row for row, _place in zip(plain(), range(HEADER_SEARCH_ROWS), strict=False)])
    data_row = header.data_row if header else 0
    merged = {
        row: [(column, top) for column, top in cells if top >= data_row] for row, cells in merged.items()
    }

    def filled():
        """Rows in which the lower cells of a cell merged downwards repeat its value."""
        above = {}
        for place, row in enumerate(sheet.iter_rows()):
            for column, top in merged.get(place, ()):
                if 0 <= column < len(row) and row[column] in ("", None):
                    row[column] = above.get((top, column), "")
            for column in starts.get(place, ()):
                if 0 <= column < len(row):
                    above[place, column] = row[column]
            yield row

    starts = {}
    for cells in merged.values():
        for column, top in cells:
            starts.setdefault(top, set()).add(column)
    return Sheet(
        name=name,
        header=header,
        open_rows=filled if starts else plain,
        total_rows=sheet.total_height or 0,
    )


def _open_csv(content):
    # Excel's "Unicode text" is UTF-16, its plain CSV the code page of Windows.
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        raise ValidationError(
            _("Berkas CSV ini tidak terbaca. Simpan ulang dari Excel sebagai “CSV UTF-8”."), code="encoding"
        )
    if "\x00" in text[:4096]:
        raise ValidationError(
            _("Berkas ini bukan lembar .xlsx atau .csv. Simpan ulang dari Excel sebagai .xlsx."), code="kind"
        )
    delimiter = max(";,\t|", key=text[:20_000].count)
    lines = text.count("\n") + 1
    del text

    def rows():
        try:
            # Decoded as it is read: the whole text at once would take several times the file's size.
            file = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
            yield from csv.reader(file, delimiter=delimiter)
        except csv.Error as error:
            raise ValidationError(
                _("Berkas CSV ini rusak. Simpan ulang dari Excel sebagai “CSV UTF-8”."), code="unreadable"
            ) from error

    header = find_header([row for row, _place in zip(rows(), range(HEADER_SEARCH_ROWS), strict=False)])
    return Sheet(name="CSV", header=header, open_rows=rows, total_rows=lines)
