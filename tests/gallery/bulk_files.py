"""Sheets and archives of photos as makers send them."""

import io
import zipfile

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from gallery.bulk.sheet import COLUMNS, photo_columns
from tests.gallery.records import picture

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sheet(*rows, extra=()):
    """An .xlsx with all the columns; each row a dict by column name. `extra` are headings more, without cells."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    page = workbook.add_worksheet("Produk")
    columns = [(one.name, str(one.heading)) for one in COLUMNS] + list(photo_columns())
    for place, (_name, heading) in enumerate(columns):
        page.write_string(0, place, heading)
    for place, heading in enumerate(extra, start=len(columns)):
        page.write_string(0, place, heading)
    for line, row in enumerate(rows, start=1):
        unknown = row.keys() - {name for name, _heading in columns}
        assert not unknown
        for place, (name, _heading) in enumerate(columns):
            if name in row:
                page.write(line, place, row[name])
    workbook.close()
    return SimpleUploadedFile("produk.xlsx", buffer.getvalue(), content_type=XLSX)


def row(number=1, **cells):
    """A complete row with one photo."""
    made = {
        "sku": f"SKU-{number}",
        "name": f"Kain batik nomor {number}",
        "category": "batik-uji",
        "description": "Batik tulis dengan pewarna alam.",
        "price": "150rb",
        "stock": 4,
        "weight_grams": 400,
        "photo1": f"foto-{number}.jpg",
        "alt1": "Kain cokelat terlipat di meja",
    }
    return {name: value for name, value in (made | cells).items() if value is not None}


_pictures = {}


def picture_bytes(seed, **options):
    key = (seed, *sorted(options.items()))
    if key not in _pictures:
        _pictures[key] = picture(seed, **{"size": (640, 520)} | options).read()
    return _pictures[key]


def archive(**files):
    """A .zip of `files`: name without ending -> bytes, or a seed of a picture."""
    return named_archive({f"{name.replace('_', '-')}.jpg": content for name, content in files.items()})


def named_archive(files, compression=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as made:
        for name, content in files.items():
            made.writestr(name, picture_bytes(content) if isinstance(content, int) else content)
    return SimpleUploadedFile("foto.zip", buffer.getvalue(), content_type="application/zip")
