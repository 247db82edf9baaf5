"""A bank's claim as a file: Excel, CSV, or text with `|` between the columns; with a heading or in the usual order."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.indonesia import parse_rupiah
from core.spreadsheets import LostDigits, read_rows
from credit.services.claims import Claimed

#: Words in a heading that name each column, the most telling first.
HEADINGS = {
    "loan": ("akad", "rekening", "kontrak", "pinjaman", "account", "contract"),
    "days": ("hari", "days"),
    "amount": ("subsidi", "tagihan", "jumlah", "nominal", "amount"),
}
MOST_DAYS = 31
MOST_ERRORS = 50


def read_claim(file):
    """The lines (Claimed) of an uploaded file. Raises ValidationError with one sentence for each line that is wrong."""
    rows = list(read_rows(file))
    if not rows:
        raise ValidationError(_("Berkas ini tidak berisi satu pun baris tagihan."))
    places = _heading(rows[0][1])
    if places is not None:
        rows = rows[1:]
    else:
        places = {"loan": 0, "days": 1, "amount": 2}
    lines, errors = [], []
    for number, cells in rows:
        try:
            lines.append(_line(number, cells, places))
        except ValidationError as error:
            errors.append(
                _("Baris %(number)d: %(sentence)s") % {"number": number, "sentence": " ".join(error.messages)}
            )
    if errors:
        raise ValidationError(errors[:MOST_ERRORS])
    return lines


def _heading(cells):
    """{column: place} of a heading; None where the first row is a line already, which holds a number."""
    if any(str(cell).strip().isdigit() for cell in cells):
        return None
    words = [cell.lower() if isinstance(cell, str) else "" for cell in cells]
    places = {}
    for column, known in HEADINGS.items():
        found = [
            place
            for place, word in enumerate(words)
            if place not in places.values() and any(one in word for one in known)
        ]
        if found:
            places[column] = found[0]
    if not places:
        return None
    if missing := [name for name in HEADINGS if name not in places]:
        labels = {"loan": _("nomor akad atau rekening"), "days": _("hari"), "amount": _("jumlah subsidi")}
        raise ValidationError(
            _("Kolom ini tidak ada dalam baris judul: %(names)s.")
            % {"names": ", ".join(labels[name] for name in missing)}
        )
    return places


def _line(number, cells, places):
    def cell(name):
        return cells[places[name]] if places[name] < len(cells) else None

    loan, days = cell("loan"), cell("days")
    if loan is None:
        raise ValidationError(_("nomor akad atau rekening belum diisi."))
    if isinstance(loan, LostDigits):
        raise ValidationError(_("nomor rekening kehilangan angka di Excel. Simpan kolom itu sebagai teks."))
    if not re.fullmatch(r"\d{1,2}", str(days).strip() if days is not None else "") or int(days) > MOST_DAYS:
        raise ValidationError(_("jumlah hari harus angka 0 sampai 31."))
    amount = cell("amount")
    if amount is None or isinstance(amount, LostDigits | float):
        raise ValidationError(_("tulis jumlah subsidi dalam rupiah penuh."))
    return Claimed(number=number, loan=str(loan).strip(), days=int(days), amount=parse_rupiah(amount))
