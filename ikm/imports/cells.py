"""What a single cell of the office's sheet says, or why it is refused.

Every parser takes a filled cell as read (text from a .csv; text, float, int, bool or a date from an .xlsx) and returns
the value to store, raises ValidationError with a sentence for whoever fills in the sheet, or returns `Noted` for a value
taken with a remark. No ORM: what the database knows (areas, KBLI) comes in through `Tables`.
"""

import datetime
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext as _

from core import indonesia
from ikm.enums import Branch, LegalForm, LicenceKind

FIRST_YEAR = 1990
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+")


class Noted:
    """A value taken with a remark for the official."""

    __slots__ = ("message", "value")

    def __init__(self, value, message):
        self.value = value
        self.message = message


class Refused:
    """A cell that cannot be taken, and why."""

    __slots__ = ("message",)

    def __init__(self, message):
        self.message = message


@dataclass(frozen=True, kw_only=True)
class Tables:
    """What the database knows: KBLI code -> id (one version), the codes of its kelurahan, and today's year."""

    kbli: dict
    kbli_version: int
    kelurahan: frozenset
    this_year: int


def refuse(message, **params):
    raise ValidationError(message, params=params)


def is_blank(cell):
    return cell is None or cell == "" or (isinstance(cell, str) and not cell.strip())


def as_text(cell):
    """A cell as people see it: `5.0` is "5", runs of blanks are one, characters that no text holds are dropped."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).replace("\x00", "").split())


def _whole_number(cell, *, maximum):
    """A count of people or the like: 12, "12", "12 orang", "1.200"."""
    if isinstance(cell, float):
        if not cell.is_integer():
            refuse(_("“%(value)s” bukan bilangan bulat."), value=str(cell)[:30])
        number = int(cell)
    elif isinstance(cell, int):
        number = int(cell)
    else:
        text = as_text(cell)
        match = re.fullmatch(r"(-?[0-9]{1,3}(?:\.[0-9]{3})+|-?[0-9]+)(?: ?(?:orang|org|,0+))?", text.lower())
        if match is None:
            if text in ("-", "–"):
                return 0
            refuse(_("“%(value)s” bukan bilangan bulat. Tulis angkanya saja, misalnya 12."), value=text[:30])
        number = int(match[1].replace(".", ""))
    if number < 0:
        refuse(_("Angka ini tidak boleh kurang dari nol."))
    if number > maximum:
        refuse(_("Angka %(number)d terlalu besar. Periksa kembali."), number=number)
    return number


def parse_workers(cell):
    return _whole_number(cell, maximum=100_000)


def parse_year(cell, tables):
    if isinstance(cell, datetime.date):
        refuse(_("Tahun data berisi tanggal. Tulis tahunnya saja, misalnya 2017."))
    text = as_text(cell)
    if not re.fullmatch(r"[0-9]{4}", text):
        refuse(_("Tahun data “%(value)s” tidak jelas. Tulis empat angka, misalnya 2017."), value=text[:30])
    year = int(text)
    if year < FIRST_YEAR:
        refuse(_("Tahun data %(year)d terlalu lama. Paling awal %(first)d."), year=year, first=FIRST_YEAR)
    if year > tables.this_year:
        refuse(_("Tahun data %(year)d belum tiba."), year=year)
    return year


def parse_founded_year(cell, tables):
    if isinstance(cell, datetime.date):
        return cell.year
    text = as_text(cell)
    if not re.fullmatch(r"[0-9]{4}", text) or not 1800 <= int(text) <= tables.this_year:
        return Noted(
            None, _("Tahun berdiri “%(value)s” tidak jelas dan tidak disimpan.") % {"value": text[:30]}
        )
    return int(text)


def _decimal(cell, *, digits):
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        number = Decimal(repr(cell)) if isinstance(cell, float) else Decimal(cell)
    else:
        text = as_text(cell).replace(" ", "")
        if re.fullmatch(r"-?[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?", text) or re.fullmatch(
            r"-?[0-9]+,[0-9]+", text
        ):
            text = text.replace(".", "").replace(",", ".")
        elif re.fullmatch(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?", text):
            text = text.replace(",", "")
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = None
        if number is None or not number.is_finite():
            refuse(_("“%(value)s” bukan angka. Tulis misalnya 1500 atau 12,5."), value=as_text(cell)[:30])
    if not number.is_finite() or abs(number) >= 10**15:
        refuse(_("“%(value)s” bukan angka yang masuk akal."), value=str(cell)[:30])
    return round(number, digits)


def parse_capacity(cell):
    number = _decimal(cell, digits=2)
    if number < 0:
        refuse(_("Kapasitas tidak boleh kurang dari nol."))
    if number >= 10**12:
        refuse(_("Kapasitas terlalu besar. Periksa jumlah nolnya."))
    return number


def parse_percent(cell):
    text = as_text(cell) if isinstance(cell, str) else cell
    if isinstance(text, str):
        if text.lower() in ("-", "tidak", "lokal", "domestik", "tidak ekspor", "dalam negeri"):
            return Decimal(0)
        text = text.removesuffix("%").strip()
    number = _decimal(text, digits=4)
    if not 0 <= number <= 100:
        refuse(_("Orientasi ekspor adalah persen, 0 sampai 100."))
    return number


def parse_money(cell, *, in_thousands):
    """Whole rupiah. In thousands, "12.500" stands for Rp12.500.000 and "12,5" for Rp12.500."""
    factor = 1000 if in_thousands else 1
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        amount = (Decimal(repr(cell)) if isinstance(cell, float) else Decimal(cell)) * factor
        if not amount.is_finite():
            refuse(_("“%(value)s” bukan jumlah uang."), value=str(cell)[:30])
        if amount < 0:
            refuse(_("Jumlah uang tidak boleh negatif."))
        if amount >= 10**15:
            refuse(_("Jumlah uang terlalu besar. Periksa jumlah nolnya."))
        return int(amount.to_integral_value())
    text = as_text(cell)
    if text.isascii() and text.isdigit() and len(text) < 13:
        return int(text) * factor
    if text in ("-", "–", "Rp-", "Rp -"):
        return 0
    if _SCIENTIFIC.fullmatch(text):
        return parse_money(float(text.replace(",", ".")), in_thousands=in_thousands)
    if re.fullmatch(
        r"[0-9]{4,}\.[0-9]{1,2}|[0-9]+\.0", text
    ):  # how a program, not a person, writes 1500000.00
        return parse_money(float(text), in_thousands=in_thousands)
    if not in_thousands:
        return indonesia.parse_rupiah(text)
    bare = re.sub(r"^rp\.? ?|,-$", "", text.lower())
    if re.search(r"[a-z]", bare):
        refuse(
            _(
                "“%(value)s” memakai satuan sendiri, padahal kolom ini dalam ribuan rupiah. Tulis angkanya saja."
            ),
            value=text[:30],
        )
    amount = _decimal(bare, digits=3)
    if amount < 0:
        refuse(_("Jumlah uang tidak boleh negatif."))
    if amount * 1000 >= 10**15:
        refuse(_("Jumlah uang terlalu besar. Periksa jumlah nolnya."))
    return int((amount * 1000).to_integral_value())


def text_parser(maximum):
    def parse(cell):
        text = as_text(cell)
        if len(text) > maximum:
            refuse(
                _("Terlalu panjang: %(given)d huruf, paling banyak %(maximum)d."),
                given=len(text),
                maximum=maximum,
            )
        return text

    return parse


def _letters(cell):
    return re.sub(r"[^a-z0-9]", "", as_text(cell).lower())


_LEGAL_FORMS = {
    LegalForm.INDIVIDUAL: "po perorangan perseorangan perusahaanperorangan pribadi usahaperorangan perorangapo "
    "perseoranganpo peroranganpo individu",
    LegalForm.UD: "ud usahadagang usahadagangud",
    LegalForm.CV: "cv persekutuankomanditer",
    LegalForm.PT: "pt perseroanterbatas",
    LegalForm.PT_INDIVIDUAL: "ptperorangan ptperseorangan perseroanperorangan perseroanperseorangan",
    LegalForm.FIRM: "firma fa",
    LegalForm.COOPERATIVE: "koperasi kop",
    LegalForm.FOUNDATION: "yayasan",
    LegalForm.GROUP: "kub kelompokusahabersama kelompok kelompokusahabersamakub",
    LegalForm.OTHER: "lainnya lain lainlain",
}
_LEGAL_FORMS = {word: form.value for form, words in _LEGAL_FORMS.items() for word in words.split()}


def parse_legal_form(cell):
    letters = _letters(cell)
    if not letters:  # "-"
        return None
    if letters not in _LEGAL_FORMS:
        refuse(
            _(
                "Badan usaha “%(value)s” tidak dikenal. Pilih PO, PT, PT Perorangan, CV, Firma, Koperasi, UD, Yayasan, "
                "KUB, atau Lainnya."
            ),
            value=as_text(cell)[:40],
        )
    return _LEGAL_FORMS[letters]


_BRANCHES = {
    Branch.FOOD: "pangan makanan makananminuman makanandanminuman industripangan",
    Branch.CLOTHING: "sandangdankulit sandangkulit sandang kulit industrisandangdankulit",
    Branch.CHEMICALS: "kimiadanbahanbangunan kimiabahanbangunan kimia bahanbangunan kimiadanbb "
    "industrikimiadanbahanbangunan",
    Branch.METAL: "logamdanelektronika logamelektronika logam elektronika logammesindanelektronika "
    "industrilogamdanelektronika",
    Branch.CRAFT: "kerajinandananeka kerajinananeka kerajinan aneka kerajinanumum industrikerajinandananeka "
    "anekadankerajinan",
}
_BRANCHES = {word: branch.value for branch, words in _BRANCHES.items() for word in words.split()}


def parse_branch(cell):
    letters = _letters(cell)
    if not letters:
        return None
    if letters not in _BRANCHES:
        refuse(
            _(
                "Cabang industri “%(value)s” tidak dikenal. Pilih Pangan, Sandang dan Kulit, Kimia dan Bahan Bangunan, "
                "Logam dan Elektronika, atau Kerajinan dan Aneka."
            ),
            value=as_text(cell)[:40],
        )
    return _BRANCHES[letters]


_UNITS = {
    "kg": "kg kilogram kilo kgs",
    "pcs": "pcs pc piece pieces biji bj",
    "buah": "buah bh",
    "liter": "liter ltr l lt",
    "lusin": "lusin lsn dosin",
    "kodi": "kodi",
    "meter": "meter m mtr",
    "set": "set stel",
    "unit": "unit",
    "pasang": "pasang psg",
    "ton": "ton t",
}
_UNITS = {word: unit for unit, words in _UNITS.items() for word in words.split()}


def parse_unit(cell):
    text = as_text(cell).lower()
    letters = re.sub(r"[^a-z0-9]", "", text)
    letters = letters.removesuffix("tahun").removesuffix("thn") if "/" in text else letters
    if letters in _UNITS:
        return _UNITS[letters]
    if len(text) > 20:
        refuse(_("Satuan “%(value)s” terlalu panjang. Tulis misalnya kg, pcs, atau liter."), value=text[:30])
    return Noted(text, _("Satuan “%(value)s” tidak ada dalam daftar; disimpan apa adanya.") % {"value": text})


def parse_kbli(cell, tables):
    """The id of a five-digit code in the table of the version in use."""
    text = as_text(cell)
    match = re.match(r"(?:KBLI)?\s*(?:[A-Za-z][.\s]*)?([0-9]+)(?![0-9])", text)
    if match is None:
        refuse(_("KBLI “%(value)s” tidak jelas. Tulis lima angka, misalnya 10710."), value=text[:30])
    code = match[1]
    if len(code) != 5:
        if len(code) < 5:
            near = sorted(known for known in tables.kbli if known.startswith(code))[:3]
        else:
            near = [code[:5]] if code[:5] in tables.kbli else []
        hint = _(" Mungkin %(codes)s?") % {"codes": _(" atau ").join(near)} if near else ""
        refuse(
            _("KBLI %(code)s terdiri atas %(count)d angka, seharusnya lima.%(hint)s"),
            code=code[:20],
            count=len(code),
            hint=hint,
        )
    if not "10" <= code[:2] <= "33":
        refuse(_("KBLI %(code)s bukan kode industri pengolahan (10 sampai 33)."), code=code)
    if code not in tables.kbli:
        refuse(
            _("KBLI %(code)s tidak ada dalam KBLI %(version)d. Cari kode yang tepat di halaman KBLI."),
            code=code,
            version=tables.kbli_version,
        )
    return tables.kbli[code]


def parse_kelurahan(pair, tables):
    """The code of the kelurahan named in (kelurahan, kecamatan)."""
    kelurahan, kecamatan = pair
    area = indonesia.match_kelurahan(as_text(kelurahan), None if is_blank(kecamatan) else as_text(kecamatan))
    if area.code not in tables.kelurahan:
        refuse(_("Kelurahan %(name)s belum ada di tabel wilayah."), name=area.name)
    return area.code


def _refuse_lost_digits(cell, name):
    """Excel keeps fifteen digits of a number and drops leading zeros: an id stored as a number is not the id."""
    if (
        isinstance(cell, int | float)
        and not isinstance(cell, bool)
        and not (abs(cell) < 1e15 and cell == int(cell))
    ):
        refuse(
            _(
                "%(name)s tersimpan sebagai angka Excel (%(value).2E) sehingga angka di belakangnya hilang. Ubah "
                "kolomnya menjadi Teks, lalu ketik ulang dari dokumen asli."
            ),
            name=name,
            value=float(cell),
        )


def parse_nik(cell):
    _refuse_lost_digits(cell, "NIK")
    return indonesia.parse_nik(as_text(cell))


def parse_npwp(cell):
    _refuse_lost_digits(cell, "NPWP")
    if as_text(cell) in ("-", "0"):
        return None
    return indonesia.parse_npwp(as_text(cell)).number


def parse_nib(cell):
    _refuse_lost_digits(cell, "NIB")
    text = as_text(cell)
    if text in ("-", "0"):
        return None
    if isinstance(cell, int | float) and len(text) < 13:
        refuse(
            _(
                "NIB %(value)s hanya %(count)d angka karena tersimpan sebagai angka Excel. Ubah kolomnya menjadi Teks, "
                "lalu ketik ulang ketiga belas angkanya."
            ),
            value=text,
            count=len(text),
        )
    digits = re.sub(r"[\s.\-]", "", text)
    if _SCIENTIFIC.fullmatch(text):
        refuse(
            _(
                "NIB ini sudah diubah Excel menjadi “%(text)s” sehingga angkanya hilang. Ubah kolomnya menjadi Teks, "
                "lalu ketik ulang dari dokumen OSS."
            ),
            text=text,
        )
    if not re.fullmatch(r"[0-9]{13}", digits):
        refuse(_("NIB terdiri atas 13 angka. Periksa kembali pada dokumen OSS."))
    return digits


_MOBILE = re.compile(r"(?:\+62|62|0)?(8[0-9]{8,11})")
_BETWEEN_PHONES = re.compile(r"[/;,\n]|\bdan\b|\batau\b")


def parse_phones(cell):
    """(first number, second number or None), E.164, of "081… / 024…". One that is unclear is left out with a remark."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if not 0 <= cell < 1e15 or cell != int(cell):
            refuse(
                _("Nomor telepon tersimpan sebagai angka Excel dan tidak lengkap. Ketik ulang sebagai teks.")
            )
        text = f"0{int(cell)}"
        text = text[1:] if text.startswith(("062", "00")) else text
    else:
        text = str(cell)
    match = _MOBILE.fullmatch(text.translate(_PHONE_MARKS))
    if match:
        return f"+62{match[1]}", None
    text = text.strip()
    if _SCIENTIFIC.fullmatch(text):
        refuse(
            _("Nomor telepon ini sudah diubah Excel menjadi “%(text)s”. Ketik ulang sebagai teks."), text=text
        )
    if text in ("-", "–", "0"):
        return None, None
    numbers, unclear = [], []
    for part in _BETWEEN_PHONES.split(text):
        if not part.strip():
            continue
        try:
            number = indonesia.parse_phone(part)
        except ValidationError:
            unclear.append(part.strip())
        else:
            if number not in numbers:
                numbers.append(number)
    pair = (numbers[0] if numbers else None, numbers[1] if len(numbers) > 1 else None)
    if unclear:
        return Noted(
            pair,
            _("Nomor telepon “%(text)s” tidak dikenali dan tidak disimpan.")
            % {"text": ", ".join(unclear)[:60]},
        )
    if len(numbers) > 2:
        return Noted(pair, _("Hanya dua nomor telepon pertama yang disimpan."))
    return pair


_PHONE_MARKS = str.maketrans("", "", " .-\u2010\u2011\u2012\u2013")


def parse_email(cell):
    text = as_text(cell).lower()
    if text in ("-", "–"):
        return None
    try:
        validate_email(text)
    except ValidationError:
        return Noted(None, _("Surel “%(value)s” tidak dikenali dan tidak disimpan.") % {"value": text[:60]})
    return text if len(text) <= 254 else None


_check_url = URLValidator(schemes=["http", "https"])


def parse_website(cell):
    text = as_text(cell)
    if text in ("-", "–"):
        return None
    url = text if re.match(r"https?://", text, re.IGNORECASE) else f"https://{text}"
    try:
        _check_url(url)
    except ValidationError:
        return Noted(None, _("Situs “%(value)s” tidak dikenali dan tidak disimpan.") % {"value": text[:60]})
    return url if len(url) <= 200 else None


_LICENCE_KINDS = {
    "belum": None,
    "belumada": None,
    "belumpunya": None,
    "tidakada": None,
    "tidak": None,
    "": None,
    "tdi": LicenceKind.TDI.value,
    "iui": LicenceKind.IUI.value,
    "iumk": LicenceKind.IUMK.value,
    "nib": LicenceKind.NIB.value,
    "izinlainnya": LicenceKind.OTHER.value,
    "izinlain": LicenceKind.OTHER.value,
    "lainnya": LicenceKind.OTHER.value,
    "pirt": LicenceKind.PIRT.value,
}


def parse_licence_kind(cell):
    letters = _letters(cell)
    if letters not in _LICENCE_KINDS:
        return Noted(
            LicenceKind.OTHER.value,
            _("Jenis izin “%(value)s” dicatat sebagai izin lain.") % {"value": as_text(cell)[:40]},
        )
    return _LICENCE_KINDS[letters]


def parse_licence_number(cell):
    if isinstance(cell, datetime.date):
        refuse(_("Nomor izin berisi tanggal. Ketik nomornya sebagai teks."))
    _refuse_lost_digits(cell, _("Nomor izin"))
    text = as_text(cell)
    if _SCIENTIFIC.fullmatch(text):
        refuse(
            _(
                "Nomor izin ini sudah diubah Excel menjadi “%(text)s” sehingga angkanya hilang. Ketik ulang sebagai teks."
            ),
            text=text,
        )
    if text in ("-", "–"):
        return None
    if len(text) > 60:
        refuse(_("Nomor izin terlalu panjang: paling banyak 60 huruf."))
    return text


def _degrees(cell, *, low, high, name):
    number = _decimal(as_text(cell).replace(",", ".") if isinstance(cell, str) else cell, digits=6)
    if number == 0:
        return None
    if not low <= number <= high:
        refuse(
            _("%(name)s %(value)s di luar Kota Semarang (%(low)s sampai %(high)s)."),
            name=name,
            value=number,
            low=str(low).replace(".", ","),
            high=str(high).replace(".", ","),
        )
    return number


def parse_latitude(cell):
    return _degrees(cell, low=Decimal("-7.20"), high=Decimal("-6.85"), name=_("Lintang"))


def parse_longitude(cell):
    return _degrees(cell, low=Decimal("110.20"), high=Decimal("110.60"), name=_("Bujur"))
