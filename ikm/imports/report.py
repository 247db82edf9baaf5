"""What goes back to the office as .xlsx: the refused rows with their reasons, and an empty sheet to fill in.

Written so that a cell never becomes a formula and an id never becomes a number.
"""

import datetime
import io

import xlsxwriter
from django.utils.translation import gettext as _

from core.languages import in_indonesian
from ikm.imports.columns import FIELDS

_SAFE = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}


def _write(worksheet, row, column, value, formats):
    if value is None or value == "":
        return
    if isinstance(value, bool):
        worksheet.write_string(row, column, str(value))
    elif isinstance(value, int | float):
        worksheet.write_number(row, column, value)
    elif isinstance(value, datetime.datetime | datetime.date):
        worksheet.write_datetime(row, column, value, formats["date"])
    else:
        worksheet.write_string(row, column, str(value), formats["text"])


def refused_workbook(sheet, header, errors):
    """The title rows and the header of `sheet` as given, then its refused rows with one column more, the reasons.

    `errors` is {line: [{"field", "message"}, …]}. Corrected, the file can be imported as it is. Returns bytes.
    """
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, _SAFE | {"constant_memory": True, "in_memory": False})
    formats = {
        "date": workbook.add_format({"num_format": "dd-mm-yyyy"}),
        "text": workbook.add_format({"num_format": "@"}),
        "reason": workbook.add_format({"font_color": "#9c2f1d"}),
        "head": workbook.add_format({"bold": True}),
    }
    worksheet = workbook.add_worksheet(_("Ditolak"))
    width = max((column.index for column in header.columns), default=0) + 1
    out = 0
    for place, row in enumerate(sheet.rows()):
        line = place + 1
        if place < header.data_row:
            for column, value in enumerate(row[:width]):
                _write(worksheet, out, column, value, formats)
            if place == header.data_row - header.rows:
                worksheet.write_string(out, width, _("Alasan ditolak"), formats["head"])
            out += 1
        elif line in errors:
            for column, value in enumerate(row[:width]):
                _write(worksheet, out, column, value, formats)
            worksheet.write_string(out, width, reasons(errors[line], line), formats["reason"])
            out += 1
    worksheet.freeze_panes(header.data_row, 0)
    worksheet.set_column(width, width, 80)
    workbook.close()
    return buffer.getvalue()


def reasons(remarks, line):
    """The reasons of a row in one cell: "Baris 12. KBLI: …; Tenaga kerja: …"."""
    parts = [f"{field_label(remark['field'])}: {remark['message']}" for remark in remarks]
    return _("Baris %(line)d. ") % {"line": line} + " ".join(parts)


def field_label(name):
    """The heading of a field in the office's own words."""
    field = FIELDS.get(name.removeprefix("figure.").removeprefix("product."))
    if field is not None:
        return str(field.label)
    return str(
        {
            "figure": _("Angka tahun"),
            "product": _("Produk"),
            "owner": _("Pemilik"),
            "licence": _("Izin"),
            "export_value": _("Nilai ekspor"),
        }.get(name.removeprefix("figure.").removeprefix("product."), name)
    )


_EXAMPLE = {
    "number": "1",
    "legal_form": "UD",
    "name": "Batik Contoh",
    "owner": "Sri Contoh",
    "address": "Jl. Contoh No. 1",
    "kelurahan": "Rejomulyo",
    "kecamatan": "Semarang Timur",
    "phone": "0812-3456-7890 / 024-3541234",
    "email": "contoh@contoh.id",
    "kbli": "13134",
    "commodity": "Batik",
    "product": "Kain batik tulis",
    "branch": "Sandang dan Kulit",
    "year": "2025",
    "men": "1",
    "women": "4",
    "investment": "25000000",
    "capacity": "600",
    "unit": "pcs",
    "production_value": "180000000",
    "raw_material_value": "70000000",
}


@in_indonesian
def example_workbook():
    """An empty sheet with the office's columns, every cell kept as text, and one row to show how. Returns bytes.

    In the office's own words, so that the headings are recognised when the sheet comes back.
    """
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, _SAFE)
    text = workbook.add_format({"num_format": "@"})
    head = workbook.add_format(
        {"bold": True, "bg_color": "#efe6da", "border": 1, "text_wrap": True, "valign": "top"}
    )
    worksheet = workbook.add_worksheet(_("Data IKM"))
    for column, (name, field) in enumerate(FIELDS.items()):
        label = str(field.label)
        worksheet.write_string(0, column, f"{label} (Rp)" if field.is_money else label, head)
        worksheet.write_string(1, column, _EXAMPLE.get(name, ""), text)
        worksheet.set_column(column, column, max(12, len(label) + 2), text)
    worksheet.freeze_panes(1, 0)
    notes = workbook.add_worksheet(_("Petunjuk"))
    notes.set_column(0, 0, 110)
    for row, sentence in enumerate(
        [
            _("Hapus baris contoh, lalu isi satu baris untuk tiap produk dan tahun."),
            _("NIK, NIB, NPWP, dan telepon harus berupa Teks agar angkanya tidak hilang."),
            _("Uang dalam rupiah penuh. Bila memakai ribuan, tulis (Rp.000) pada judul kolomnya."),
            _("KBLI lima angka, 10xxx sampai 33xxx."),
            _("Kolom %(fields)s harus ada dan terisi.")
            % {"fields": ", ".join(str(field.label) for field in FIELDS.values() if field.needed)},
        ]
    ):
        notes.write_string(row, 0, sentence)
    workbook.close()
    return buffer.getvalue()
