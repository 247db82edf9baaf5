"""From rows of cells to rows for the staging table, a few thousand at a time and column by column.

A column repeats itself (kelurahan, units, codes), so each distinct cell is parsed once and remembered.
"""

import csv
import io
from itertools import islice

import orjson
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from core import crypto, indonesia
from core.references import new_references
from ikm.enums import LicenceKind, Sex
from ikm.imports import cells
from ikm.imports.cells import Noted, Refused
from ikm.imports.columns import FIELDS, is_numbering, is_total
from ikm.models import Area, Business, Kbli, Owner

CHUNK = 4000
_REMEMBERED = 50_000

#: The columns of the staging table in the order in which rows are written.
STAGE_COLUMNS = {
    "line": "integer",
    "refused": "jsonb",
    "warned": "jsonb",
    "cells": "jsonb",
    "name": "text",
    "legal_form": "text",
    "owner": "text",
    "nik_index": "text",
    "nik": "text",
    "nik_shown": "text",
    "sex": "text",
    "birth_date": "date",
    "address": "text",
    "kelurahan": "text",
    "phone": "text",
    "owner_phone": "text",
    "email": "text",
    "website": "text",
    "licence_kind": "text",
    "licence_number": "text",
    "nib": "text",
    "kbli": "integer",
    "commodity": "text",
    "product": "text",
    "brand": "text",
    "branch": "text",
    "year": "smallint",
    "founded_year": "smallint",
    "men": "integer",
    "women": "integer",
    "investment": "numeric(18)",
    "land_and_buildings": "numeric(18)",
    "capacity": "numeric(14,2)",
    "unit": "text",
    "production_value": "numeric(18)",
    "raw_material_value": "numeric(18)",
    "turnover": "numeric(18)",
    "export_percent": "numeric(7,4)",
    "export_countries": "text",
    "npwp_index": "text",
    "npwp": "text",
    "latitude": "numeric(8,6)",
    "longitude": "numeric(9,6)",
    "reference": "text",
    "owner_reference": "text",
}

_NIK_LABEL = Owner._meta.get_field("nik").label
_NPWP_LABEL = Business._meta.get_field("npwp").label


def load_tables(kbli_version):
    """What the database knows of areas and KBLI. Raises ValidationError while its reference data are missing."""
    tables = cells.Tables(
        kbli=dict(Kbli.objects.filter(version=kbli_version).values_list("code", "pk")),
        kbli_version=kbli_version,
        kelurahan=frozenset(Area.objects.filter(level="kelurahan").values_list("code", flat=True)),
        this_year=timezone.localdate().year,
    )
    if not tables.kbli or not tables.kelurahan:
        raise ValidationError(
            _("Tabel wilayah atau KBLI %(version)d belum dimuat. Muat data acuan dahulu."),
            params={"version": kbli_version},
        )
    return tables


class _Memo(dict):
    """Cell -> parsed value. `odd` once any value was refused or noted."""

    def __init__(self, parse, empty=None, *, remember=True):
        super().__init__()
        self.parse, self.empty, self.remember, self.odd = parse, empty, remember, empty is not None

    def __missing__(self, cell):
        blank = cell[0] if type(cell) is tuple else cell
        if cells.is_blank(blank):
            return self.empty
        try:
            value = self.parse(cell)
        except ValidationError as error:
            value = Refused(" ".join(error.messages))
        if value.__class__ is Refused or value.__class__ is Noted:
            self.odd = True
        if self.remember and len(self) < _REMEMBERED:
            self[cell] = value
        return value


class SheetReader:
    """Reads the data rows of a sheet for the staging table. `header` says which column holds what."""

    def __init__(self, sheet, header, *, tables, in_thousands, keep_cells):
        self.sheet, self.header, self.keep_cells = sheet, header, keep_cells
        self.fields = header.fields
        self.rows_read = 0
        self.nibs = self.niks = 0
        self._memos = {
            name: _Memo(parse, self._empty(name), remember=name not in _SELDOM_REPEATED)
            for name, parse in _parsers(tables, in_thousands).items()
            if name in self.fields
        }

    @staticmethod
    def _empty(name):
        if name in ("men", "women") or not FIELDS[name].filled:
            return None
        return Refused(_("%(field)s belum diisi.") % {"field": FIELDS[name].label})

    def chunks(self):
        """The staging rows as text for COPY … (FORMAT csv), some thousand rows each."""
        rows = self._data_rows()
        while chunk := list(islice(rows, CHUNK)):
            yield self._stage(chunk)

    def _data_rows(self):
        name_index = self.fields["name"]
        first = self.header.data_row + 1
        for line, row in self.sheet.data_rows():
            if not any(map(_filled, row)):
                continue
            if line <= first + 1 and is_numbering(row):
                continue
            if not _filled(row[name_index] if name_index < len(row) else "") and is_total(row, name_index):
                continue
            yield line, row

    def _stage(self, chunk):
        size = len(chunk)
        self.rows_read += size
        width = max(self.fields.values()) + 1
        rows = [row if len(row) >= width else [*row, *[""] * (width - len(row))] for _line, row in chunk]
        raw = {name: [row[index] for row in rows] for name, index in self.fields.items()}
        if "kelurahan" in raw:
            raw["kelurahan"] = list(zip(raw["kelurahan"], raw.get("kecamatan") or [None] * size, strict=True))
        refused, warned = {}, {}
        values = {}
        for name, memo in self._memos.items():
            column = values[name] = [memo[cell] for cell in raw[name]]
            if memo.odd:
                for place, value in enumerate(column):
                    if value.__class__ is Refused:
                        refused.setdefault(place, []).append({"field": name, "message": value.message})
                        column[place] = None
                    elif value.__class__ is Noted:
                        warned.setdefault(place, []).append({"field": name, "message": value.message})
                        column[place] = value.value
        self._between_columns(values, size, refused, warned)
        values["line"] = [line for line, _row in chunk]
        values["refused"] = [None] * size
        values["warned"] = [None] * size
        values["cells"] = [None] * size
        for target, found in (("refused", refused), ("warned", warned)):
            for place, remarks in found.items():
                values[target][place] = orjson.dumps(remarks).decode()
        for place in range(size) if self.keep_cells else refused:
            values["cells"][place] = orjson.dumps(self._shown(raw, place)).decode()
        values["reference"] = new_references("IKM", size)
        values["owner_reference"] = new_references("PML", size)
        nothing = [None] * size
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(
            zip(*(values.get(name, nothing) for name in STAGE_COLUMNS), strict=True)
        )
        return text.getvalue()

    def _shown(self, raw, place):
        """The cells of a row as read, personal numbers masked: what the preview shows and the database keeps."""
        shown = {}
        for name, column in raw.items():
            cell = column[place][0] if name == "kelurahan" else column[place]
            text = "" if cell is None else cells.as_text(cell)[:300]
            if not text:
                continue
            shown[name] = indonesia.mask_nik(text) if name in ("nik", "npwp") else text
        return shown

    def _between_columns(self, values, size, refused, warned):
        """What one cell says about another of the same row."""
        nothing = [None] * size

        def column(name):
            return values.setdefault(name, list(nothing))

        def refuse(place, field, message):
            refused.setdefault(place, []).append({"field": field, "message": message})

        def warn(place, field, message):
            warned.setdefault(place, []).append({"field": field, "message": message})

        men, women = column("men"), column("women")
        for place, (man, woman) in enumerate(zip(men, women, strict=True)):
            if not man and not woman and not _concerns(refused.get(place), ("men", "women")):
                refuse(place, "men", _("Isi paling sedikit satu pekerja, termasuk pemilik."))
            elif man is None or woman is None:
                men[place], women[place] = man or 0, woman or 0
        if "phone" in values:
            pairs = values["phone"]
            values["owner_phone"] = [pair and pair[1] for pair in pairs]
            values["phone"] = [pair and pair[0] for pair in pairs]
        if "raw_material_value" in values and "production_value" in values:
            for place, (raw, made) in enumerate(
                zip(values["raw_material_value"], values["production_value"], strict=True)
            ):
                if raw is not None and made is not None and raw > made:
                    warn(
                        place,
                        "raw_material_value",
                        _("Nilai bahan baku lebih besar daripada nilai produksi."),
                    )
        if "latitude" in values or "longitude" in values:
            latitudes, longitudes = column("latitude"), column("longitude")
            for place in range(size):
                if (latitudes[place] is None) != (longitudes[place] is None):
                    latitudes[place] = longitudes[place] = None
                    if not _concerns(refused.get(place), ("latitude", "longitude")):
                        warn(place, "latitude", _("Titik peta hanya terisi sebagian dan tidak disimpan."))
        if "licence_number" in values:
            self._licences(column("licence_kind"), values["licence_number"], column("nib"), refuse)
        else:
            values.pop("licence_kind", None)
        self.nibs += sum(nib is not None for nib in values.get("nib", ()))
        if "nik" in values:
            for name in ("nik_index", "nik_shown", "sex", "birth_date"):
                column(name)
            for place, nik in enumerate(values["nik"]):
                if nik is None:
                    continue
                self.niks += 1
                values["nik"][place] = crypto.seal(nik.number, label=_NIK_LABEL)
                values["nik_index"][place] = crypto.blind_index(nik.number, label=_NIK_LABEL)
                values["nik_shown"][place] = indonesia.mask_nik(nik.number)
                values["sex"][place] = Sex.FEMALE.value if nik.sex == "P" else Sex.MALE.value
                values["birth_date"][place] = nik.birth_date
                for message in nik.warnings:
                    warn(place, "nik", message)
        if "npwp" in values:
            indexes = column("npwp_index")
            for place, npwp in enumerate(values["npwp"]):
                if npwp is not None:
                    values["npwp"][place] = crypto.seal(npwp, label=_NPWP_LABEL)
                    indexes[place] = crypto.blind_index(npwp, label=_NPWP_LABEL)

    @staticmethod
    def _licences(kinds, numbers, nibs, refuse):
        for place, number in enumerate(numbers):
            if number is None:
                kinds[place] = None
                continue
            digits = number.replace(" ", "").replace(".", "").replace("-", "")
            if kinds[place] == LicenceKind.NIB or (
                kinds[place] is None and len(digits) == 13 and digits.isdigit()
            ):
                kinds[place] = numbers[place] = None
                if len(digits) != 13 or not digits.isdigit():
                    refuse(
                        place,
                        "licence_number",
                        _("NIB terdiri atas 13 angka. Periksa kembali pada dokumen OSS."),
                    )
                elif nibs[place] is not None and nibs[place] != digits:
                    refuse(place, "nib", _("Kolom NIB dan kolom nomor izin memuat NIB yang berbeda."))
                else:
                    nibs[place] = digits
            elif kinds[place] is None:
                kinds[place] = LicenceKind.OTHER.value


def _filled(cell):
    return cell is not None and cell != "" and (cell.__class__ is not str or not cell.isspace())


def _concerns(remarks, fields):
    return any(remark["field"] in fields for remark in remarks or ())


_SELDOM_REPEATED = {
    "name",
    "owner",
    "nik",
    "nib",
    "npwp",
    "address",
    "phone",
    "email",
    "website",
    "licence_number",
}


def _parsers(tables, in_thousands):
    def money(cell):
        return cells.parse_money(cell, in_thousands=in_thousands)

    return {
        "name": cells.text_parser(200),
        "legal_form": cells.parse_legal_form,
        "owner": cells.text_parser(150),
        "nik": cells.parse_nik,
        "address": cells.text_parser(500),
        "kelurahan": lambda pair: cells.parse_kelurahan(pair, tables),
        "phone": cells.parse_phones,
        "email": cells.parse_email,
        "website": cells.parse_website,
        "licence_kind": cells.parse_licence_kind,
        "licence_number": cells.parse_licence_number,
        "nib": cells.parse_nib,
        "kbli": lambda cell: cells.parse_kbli(cell, tables),
        "commodity": cells.text_parser(120),
        "product": cells.text_parser(120),
        "brand": cells.text_parser(120),
        "branch": cells.parse_branch,
        "year": lambda cell: cells.parse_year(cell, tables),
        "founded_year": lambda cell: cells.parse_founded_year(cell, tables),
        "men": cells.parse_workers,
        "women": cells.parse_workers,
        "investment": money,
        "land_and_buildings": money,
        "capacity": cells.parse_capacity,
        "unit": cells.parse_unit,
        "production_value": money,
        "raw_material_value": money,
        "turnover": money,
        "export_percent": cells.parse_percent,
        "export_countries": cells.text_parser(200),
        "npwp": cells.parse_npwp,
        "latitude": cells.parse_latitude,
        "longitude": cells.parse_longitude,
    }
