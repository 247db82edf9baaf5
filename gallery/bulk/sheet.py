"""The sheet of many products: its columns, the empty one to fill in, reading one, and what is refused going back.

A row is a product or one variant of it; rows of one product say the same name or number. The words of the sheet are the
office's, whatever language is read, so that it is recognised when it comes back. Every cell leaves as text.
"""

import datetime
import io
import re
from dataclasses import dataclass, field

import xlsxwriter
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from core.languages import in_indonesian
from core.references import parse_reference
from core.spreadsheets import LostDigits, read_rows
from gallery.enums import Condition
from gallery.models import Category, Product
from gallery.models.catalogue import MOST_STOCK
from gallery.services.photos import MOST_PHOTOS
from ikm.forms.fields import ParsedField, PlainNumber, RupiahInput

MOST_ROWS = 1000
#: Pairs of photo and sentence in the empty sheet; a sheet may have as many as a product takes.
_PAIRS_OFFERED = 4


class _Reference(ParsedField):
    def parse(self, text):
        return parse_reference(text, prefix="PRD")


class _YesNo(ParsedField):
    empty = None

    def parse(self, text):
        words = {"ya": True, "y": True, "yes": True, "tidak": False, "t": False, "no": False}
        if text.casefold() not in words:
            raise ValidationError(_("Tulis ya atau tidak."))
        return words[text.casefold()]


class _Condition(ParsedField):
    def parse(self, text):
        words = {"baru": Condition.NEW, "new": Condition.NEW, "bekas": Condition.USED, "used": Condition.USED}
        if text.casefold() not in words:
            raise ValidationError(_("Tulis baru atau bekas."))
        return words[text.casefold()]


class _HsCode(ParsedField):
    def parse(self, text):
        code = text.replace(".", "").replace(" ", "")
        Product._meta.get_field("hs_code").run_validators(code)
        return code


def _text(most):
    return forms.CharField(required=False, max_length=most)


def _number(most):
    return PlainNumber(required=False, min_value=1, max_value=most)


@dataclass(frozen=True, slots=True)
class Column:
    """`name` is the field of the product, or of the variant where `of_variant`."""

    name: str
    heading: str
    field: forms.Field
    help: str
    example: str = ""
    of_variant: bool = False
    other_headings: tuple = field(default=())


COLUMNS = [
    Column("reference", _l("Nomor produk"), _Reference(required=False), _l("Kosongkan untuk produk baru. Isi PRD-… untuk mengubah produk yang sudah ada."), "", False, ("nomor", "referensi")),
    Column("sku", _l("Kode barang (SKU)"), _text(50), _l("Wajib. Kode Anda sendiri, lain untuk tiap barang. Dengan kode ini unggahan berikutnya mengenali barangnya."), "BTK-001-M", True, ("kode barang", "sku")),
    Column("name", _l("Nama produk"), _text(150), _l("Wajib untuk produk baru. Ulangi nama yang sama pada tiap varian."), "Kain batik tulis asem arang", False, ("nama",)),
    Column("category", _l("Kategori"), _text(80), _l("Kode dari lembar Kategori."), "batik"),
    Column("description", _l("Keterangan"), _text(5000), _l("Ceritakan cara membuatnya, bahannya, dan cara merawatnya."), "Batik tulis pada katun primisima, pewarna alam."),
    Column("price", _l("Harga"), RupiahInput(required=False), _l("Wajib. Rupiah penuh; boleh ditulis 150rb atau 1,5jt."), "350.000", True, ("harga (rp)",)),
    Column("stock", _l("Stok"), PlainNumber(required=False, max_value=MOST_STOCK), _l("Barang yang ada pada Anda. Kosong berarti 0."), "12", True),
    Column("size", _l("Ukuran"), _text(40), _l("Untuk produk dengan pilihan: satu baris untuk tiap pilihan."), "M", True),
    Column("motif", _l("Motif"), _text(40), _l("Seperti ukuran."), "", True),
    Column("colour", _l("Warna"), _text(40), _l("Seperti ukuran."), "cokelat", True),
    Column("weight_grams", _l("Berat (gram)"), _number(500_000), _l("Beserta kemasannya. 1 kg = 1.000 gram."), "400", False, ("berat",)),
    Column("length_cm", _l("Panjang (cm)"), _number(1000), _l("Ukuran kemasan."), "30", False, ("panjang",)),
    Column("width_cm", _l("Lebar (cm)"), _number(1000), _l("Ukuran kemasan."), "25", False, ("lebar",)),
    Column("height_cm", _l("Tinggi (cm)"), _number(1000), _l("Ukuran kemasan."), "4", False, ("tinggi",)),
    Column("materials", _l("Bahan"), _text(200), _l("Dipisahkan koma."), "katun primisima, pewarna alam"),
    Column("brand", _l("Merek"), _text(60), _l("Kosongkan bila tidak bermerek.")),
    Column("condition", _l("Kondisi"), _Condition(required=False), _l("baru atau bekas. Kosong berarti baru."), "baru"),
    Column("minimum_order", _l("Pesanan paling sedikit"), _number(9999), _l("Kosong berarti satu."), "1", False, ("minimal pesanan",)),
    Column("made_to_order_days", _l("Hari pembuatan"), _number(365), _l("Bila dibuat setelah dipesan. Kosongkan bila siap dikirim.")),
    Column("hs_code", _l("Kode HS"), _HsCode(required=False), _l("6 atau 8 angka, untuk ekspor.")),
    Column("is_export_ready", _l("Siap ekspor"), _YesNo(required=False), _l("ya atau tidak."), "tidak"),
    Column("name_en", _l("Nama (Inggris)"), _text(150), _l("Boleh kosong.")),
    Column("description_en", _l("Keterangan (Inggris)"), _text(5000), _l("Boleh kosong.")),
    Column("materials_en", _l("Bahan (Inggris)"), _text(200), _l("Boleh kosong.")),
]  # fmt: skip
BY_NAME = {column.name: column for column in COLUMNS}


def photo_columns(pairs=MOST_PHOTOS):
    """(name, heading) of the columns of photos: the picture's file name and a sentence of what is seen on it."""
    for number in range(1, pairs + 1):
        yield f"photo{number}", _("Foto %(number)d") % {"number": number}
        yield f"alt{number}", _("Yang terlihat pada foto %(number)d") % {"number": number}


def heading_of(name):
    """The heading of a column by its name, in the language that is read; "" for a reason that speaks of the whole row."""
    if name in BY_NAME:
        return str(BY_NAME[name].heading)
    return dict(photo_columns()).get(name, "")


def _key(text):
    return re.sub(r"[^a-z0-9]", "", str(text).casefold())


@in_indonesian
def _names_by_heading():
    found = {}
    for column in COLUMNS:
        for heading in (column.heading, *column.other_headings):
            found[_key(heading)] = column.name
    found.update((_key(heading), name) for name, heading in photo_columns())
    return found


# --- In ---------------------------------------------------------------------------------------------------------------

#: What a cell whose digits Excel lost is kept as, until the row is refused for it.
LOST = "\ufffd"


def _cell(value):
    """A cell as text that the fields understand: a fraction with a comma, a whole number without one."""
    if value is None:
        return ""
    if isinstance(value, LostDigits):
        return LOST + str(value)
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, float):
        return str(value).replace(".", ",")
    if isinstance(value, datetime.datetime | datetime.date):
        return f"{value:%d-%m-%Y}"
    return str(value).strip()


def read_sheet(file):
    """[(line, {column name: text})] of a sheet, empty cells left out.

    Raises ValidationError where the file is no table, has no headings, no rows or too many.
    """
    names, found = None, []
    headings = _names_by_heading()
    for line, cells in read_rows(file):
        if names is None:
            places = {
                place: headings[_key(cell)] for place, cell in enumerate(cells) if _key(cell) in headings
            }
            if {"name", "reference"} & set(places.values()):
                names = places
                if len(set(names.values())) != len(names):
                    raise ValidationError(
                        _("Ada judul kolom yang sama dua kali. Hapus salah satunya."), code="twice"
                    )
            elif line > 20:
                break
            continue
        row = {
            name: text
            for place, name in names.items()
            if place < len(cells) and (text := _cell(cells[place]))
        }
        if row:
            found.append((line, row))
        if len(found) > MOST_ROWS:
            raise ValidationError(
                _("Lembar ini lebih dari %(most)s baris. Bagi menjadi beberapa unggahan."),
                code="too_many_rows",
                params={"most": f"{MOST_ROWS:,}".replace(",", ".")},
            )
    if names is None:
        raise ValidationError(
            _("Judul kolom tidak ditemukan. Pakai lembar contoh, lalu isi di bawah judulnya."),
            code="no_header",
        )
    if not found:
        raise ValidationError(_("Tidak ada baris produk di bawah judul kolom."), code="no_rows")
    return found


# --- Out --------------------------------------------------------------------------------------------------------------

_SAFE = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
_WIDE = {"description": 40, "name": 32, "description_en": 40}


@in_indonesian
def empty_workbook():
    """The sheet to fill in (bytes): products, the codes of the categories, and what each column wants."""
    return _workbook(_PAIRS_OFFERED, [])


@in_indonesian
def refused_workbook(rows):
    """The refused rows as the sheet they came from, a column of reasons at its end (bytes). `rows`: [(line, cells, reasons)].

    Corrected, the file can be uploaded as it is.
    """
    return _workbook(MOST_PHOTOS, rows)


def _workbook(pairs, rows):
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, _SAFE)
    text = workbook.add_format({"num_format": "@", "valign": "top"})
    head = workbook.add_format(
        {"bold": True, "bg_color": "#efe6da", "border": 1, "text_wrap": True, "valign": "top"}
    )
    wrong = workbook.add_format({"font_color": "#9c2f1d", "text_wrap": True, "valign": "top"})
    products = workbook.add_worksheet(_("Produk"))
    columns = [(column.name, str(column.heading)) for column in COLUMNS] + list(photo_columns(pairs))
    for place, (name, heading) in enumerate(columns):
        products.write_string(0, place, heading, head)
        products.set_column(place, place, _WIDE.get(name, max(12, min(len(heading) + 2, 24))), text)
    for out, (line, cells, reasons) in enumerate(rows, start=1):
        for place, (name, _heading) in enumerate(columns):
            if value := cells.get(name, "").removeprefix(LOST):
                products.write_string(out, place, value, text)
        words = _("Baris %(line)d. ") % {"line": line} + " ".join(reasons)
        products.write_string(out, len(columns), words, wrong)
    if rows:
        products.write_string(0, len(columns), _("Alasan ditolak"), head)
        products.set_column(len(columns), len(columns), 70, wrong)
    products.freeze_panes(1, 3)
    leaves = _write_categories(workbook, head, text)
    place = [name for name, _heading in columns].index("category")
    products.data_validation(
        1, place, MOST_ROWS, place,
        {"validate": "list", "source": f"='{_('Kategori')}'!$A$2:$A${leaves + 1}", "show_error": False},
    )  # fmt: skip
    _write_help(workbook, head, text, pairs)
    workbook.close()
    return buffer.getvalue()


def _write_categories(workbook, head, text):
    sheet = workbook.add_worksheet(_("Kategori"))
    for place, (heading, width) in enumerate(((_("Kode"), 26), (_("Kategori"), 36), (_("Kelompok"), 30))):
        sheet.write_string(0, place, heading, head)
        sheet.set_column(place, place, width, text)
    leaves = Category.objects.filter(children__isnull=True).select_related("parent")
    rows = list(leaves.order_by("parent__position", "position", "name"))
    for out, leaf in enumerate(rows, start=1):
        for place, value in enumerate((leaf.slug, leaf.name, leaf.parent.name if leaf.parent else "")):
            sheet.write_string(out, place, value, text)
    sheet.freeze_panes(1, 0)
    return len(rows)


def _write_help(workbook, head, text, pairs):
    sheet = workbook.add_worksheet(_("Petunjuk"))
    wrap = workbook.add_format({"text_wrap": True, "valign": "top"})
    for place, (heading, width) in enumerate(((_("Kolom"), 30), (_("Isi"), 80), (_("Contoh"), 40))):
        sheet.write_string(0, place, heading, head)
        sheet.set_column(place, place, width, wrap)
    rows = [(column.heading, column.help, column.example) for column in COLUMNS]
    rows += [
        (_("Foto 1"), _("Nama berkas foto di dalam .zip. Foto 1 adalah foto utama. Paling banyak 9 foto satu produk."), "kain-asem-arang.jpg"),
        (_("Yang terlihat pada foto 1"), _("Wajib bila ada fotonya: satu kalimat untuk yang tidak dapat melihatnya."), _("Kain cokelat terlipat di meja.")),
        (_("Mengubah produk"), _("Sel kosong tidak mengubah apa pun. Varian dan foto yang tidak disebut tetap ada."), ""),
        (_("Unggah lagi"), _("Berkas yang sama boleh diunggah lagi: yang sudah tercatat tidak berubah."), ""),
    ]  # fmt: skip
    for out, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            sheet.write_string(out, place, str(value), text if place == 2 else wrap)
