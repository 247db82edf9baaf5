"""A bank's monthly file as lines. No ORM; the columns are those of docs/bank-files.md."""

import io
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.dates import parse_date_id
from core.indonesia import parse_rupiah
from core.spreadsheets import read_rows

COLUMNS = ("kode_bank", "nomor_rekening", "nomor_akad", "id_transaksi", "tgl_transaksi", "jenis", "jumlah")
KINDS = {
    "pencairan": "disbursed",
    "cair": "disbursed",
    "angsuran": "paid",
    "bayar": "paid",
    "pelunasan": "paid",
}
MAX_LINES = 20_000


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the file. `problem` says why it cannot be used; then some of the rest may be missing."""

    number: int
    kind: str = ""
    account_number: str = ""
    contract_number: str = ""
    on: date | None = None
    amount: Decimal | None = None
    bank_reference: str = ""
    problem: str = ""


def read_lines(content, *, bank_code):
    """The lines of a CSV or `|`-separated file (bytes) of the bank with that code.

    Raises ValidationError when the file as a whole cannot be used.
    """
    rows = read_rows(io.BytesIO(content))
    _number, names = next(rows, (0, ()))
    names = [str(name or "").strip().lower() for name in names]
    missing = [name for name in COLUMNS if name not in names and name != "nomor_akad"]
    if missing:
        raise ValidationError(
            _("Kolom %(columns)s belum ada. Baris pertama harus berisi judul kolom.")
            % {"columns": ", ".join(missing)}
        )
    lines = []
    for number, cells in rows:
        if len(lines) == MAX_LINES:
            raise ValidationError(_("Berkas lebih dari 20.000 baris. Bagi menjadi beberapa berkas."))
        cell = {name: _text(value) for name, value in zip(names, cells, strict=False)}
        lines.append(_line(number, cell, bank_code))
    if not lines:
        raise ValidationError(_("Berkas ini tidak berisi transaksi."))
    return lines


def _text(value):
    if isinstance(value, datetime | date):
        return value.strftime("%d%m%Y")
    return "" if value is None else str(value).strip()


def _line(number, cell, bank_code):
    problems = []

    def read(name, reader):
        try:
            return reader(cell.get(name, ""))
        except (ValidationError, ValueError) as error:
            problems.append(" ".join(getattr(error, "messages", [str(error)])))
            return None

    reference = cell.get("id_transaksi", "")[:50]
    if cell.get("kode_bank", "").zfill(3) != bank_code:
        problems.append(_("Kode bank pada baris ini bukan %(code)s.") % {"code": bank_code})
    if not reference:
        problems.append(_("Nomor transaksi kosong."))
    kind = KINDS.get(cell.get("jenis", "").lower(), "")
    if not kind:
        problems.append(_("Jenis harus “pencairan” atau “angsuran”."))
    on, amount = read("tgl_transaksi", _day), read("jumlah", _money)
    return Line(
        number=number,
        kind=kind,
        account_number=re.sub(r"[^0-9A-Za-z]", "", cell.get("nomor_rekening", "")).upper()[:40],
        contract_number=cell.get("nomor_akad", "")[:60],
        on=on,
        amount=amount,
        bank_reference=reference,
        problem=" ".join(problems)[:300],
    )


def _day(text):
    """`ddMMyyyy` as SIKP writes it, or any other Indonesian date."""
    if re.fullmatch(r"\d{7,8}", text):
        try:
            return datetime.strptime(text.zfill(8), "%d%m%Y").date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            raise ValidationError(_("Tanggal transaksi harus ddMMyyyy, misalnya 10022026.")) from None
    return parse_date_id(text)


def _money(text):
    """Plain digits with at most two decimals, or an amount as people write it."""
    if re.fullmatch(r"\d{1,15}(\.\d{1,2})?", text):
        amount = Decimal(text)
    else:
        amount = Decimal(parse_rupiah(text))
    if amount <= 0:
        raise ValidationError(_("Jumlah harus di atas nol."))
    return amount
