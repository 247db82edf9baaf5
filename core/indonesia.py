"""Indonesian identifiers, money, working days and the areas of Kota Semarang.

The only module that imports `lokal`. Parsers return the normalised value or raise `ValidationError` with a sentence
that says what is wrong and what to do. Nothing here touches the database.
"""

import datetime
import difflib
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cache

import lokal
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from lokal import wilayah

SEMARANG = "33.74"
#: Kabupaten Semarang (Ungaran) is another government; half of what "Semarang" finds belongs to it.
KABUPATEN_SEMARANG = "33.22"

_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2015]+")
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+")


def _digits(text, name, lengths):
    """The bare digits of an identifier typed with spaces, dots or hyphens."""
    text = str(text).strip()
    if _SCIENTIFIC.fullmatch(text):
        raise ValidationError(
            _(
                "%(name)s ini sudah diubah Excel menjadi “%(text)s” sehingga angkanya hilang. "
                "Ubah kolomnya menjadi Teks, lalu ketik ulang dari dokumen asli."
            ),
            code="scientific",
            params={"name": name, "text": text},
        )
    digits = _SEPARATORS.sub("", text)
    if not digits:
        raise ValidationError(_("%(name)s belum diisi."), code="empty", params={"name": name})
    if not re.fullmatch(r"[0-9]+", digits):
        raise ValidationError(
            _("%(name)s hanya boleh berisi angka. Hapus huruf atau tanda lainnya."),
            code="characters",
            params={"name": name},
        )
    if len(digits) not in lengths:
        raise ValidationError(
            _("%(name)s harus %(expected)s angka, yang Anda isi %(given)d angka. Periksa kembali."),
            code="length",
            params={
                "name": name,
                "expected": _(" atau ").join(str(length) for length in lengths),
                "given": len(digits),
            },
        )
    return digits


# --- NIK and NPWP ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Nik:
    """What a NIK says of itself. `region` is where it was first issued, which is **not** where the person lives."""

    number: str
    birth_date: datetime.date
    sex: str  # "L" man, "P" woman
    region: str | None  # name of the issuing kabupaten/kota, None if the code is unknown today
    warnings: tuple[str, ...] = ()


def parse_nik(text, *, today=None):
    """The NIK in `text`.

    The birth year is the latest one that is not in the future: "24" in 2026 is 2024, "27" is 1927. Region codes change
    when regencies split while a NIK keeps its own, so an unknown region is a warning, never a refusal.
    """
    number = _digits(text, "NIK", (16,))
    today = today or timezone.localdate()
    if number[:6] == "000000":
        raise ValidationError(
            _("Enam angka pertama NIK (kode wilayah) tidak boleh nol semua. Salin NIK dari KTP."),
            code="region",
        )
    day, month, year = int(number[6:8]), int(number[8:10]), int(number[10:12])
    sex = "P" if day > 40 else "L"
    day -= 40 if day > 40 else 0
    birth_date = None
    for century in (2000, 1900):
        try:
            candidate = datetime.date(century + year, month, day)
        except ValueError:
            continue
        if candidate <= today:
            birth_date = candidate
            break
    if birth_date is None:
        raise ValidationError(
            _(
                "Angka ke-7 sampai ke-12 NIK (%(part)s) bukan tanggal lahir yang benar. "
                "Cocokkan dengan KTP; untuk perempuan tanggalnya ditambah 40."
            ),
            code="birth_date",
            params={"part": number[6:12]},
        )
    if number[12:] == "0000":
        raise ValidationError(
            _("Empat angka terakhir NIK tidak boleh 0000. Salin NIK dari KTP."), code="serial"
        )
    region = wilayah.wilayah_name(f"{number[:2]}.{number[2:4]}")
    warnings = ()
    if region is None:
        warnings = (
            _("Kode wilayah %(code)s pada NIK tidak dikenal. Cocokkan dengan KTP.") % {"code": number[:4]},
        )
    return Nik(number, birth_date, sex, region, warnings)


def mask_nik(number):
    """`3374••••••••0001`: enough to recognise, too little to misuse."""
    number = str(number)
    return number[:4] + "•" * (len(number) - 8) + number[-4:] if len(number) > 8 else "•" * len(number)


@dataclass(frozen=True, slots=True)
class Npwp:
    """An NPWP in the 16-digit form in use since 2024."""

    number: str
    is_nik: bool

    @property
    def formatted(self):
        """`01.312.166.0-091.000` where the number has the old form, else the sixteen digits."""
        return self.number if self.is_nik else lokal.format_npwp15(self.number[1:])


def parse_npwp(text, *, today=None):
    """The NPWP in `text`: 15 digits, "0" and those 15, or a person's NIK."""
    number = _digits(text, "NPWP", (15, 16))
    if len(number) == 15:
        number = "0" + number
    if not number.startswith("0"):
        parse_nik(number, today=today)
        return Npwp(number, is_nik=True)
    if not _luhn(number[1:10]) or number[1:10] == "000000000":
        raise ValidationError(
            _("Angka pemeriksa NPWP tidak cocok. Salah satu angkanya keliru; salin ulang dari kartu NPWP."),
            code="check_digit",
        )
    return Npwp(number, is_nik=False)


def _luhn(digits):
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


# --- Phone ----------------------------------------------------------------------------------------------------------


def parse_phone(text):
    """The phone number in `text` as E.164, e.g. `+6281234567890`."""
    text = str(text).strip()
    if not text:
        raise ValidationError(_("Nomor telepon belum diisi."), code="empty")
    if _SCIENTIFIC.fullmatch(text):
        raise ValidationError(
            _("Nomor telepon ini sudah diubah Excel menjadi “%(text)s”. Ketik ulang sebagai teks."),
            code="scientific",
            params={"text": text},
        )
    if re.search(r"[/;,]|\bdan\b", text):
        raise ValidationError(_("Isi satu nomor telepon saja, contoh 0812-3456-7890."), code="several")
    parsed = lokal.parse_phone(text)
    if not parsed.valid:
        raise ValidationError(
            _(
                "Nomor telepon tidak dikenali. Tulis dengan kode awal, contoh 0812-3456-7890 atau (024) 354-1234."
            ),
            code="phone",
        )
    return parsed.e164


def display_phone(number):
    """A stored number as people write it: `0812-3456-7890`, `(024) 354-1234`."""
    parsed = lokal.parse_phone(number or "")
    if not parsed.valid:
        return number or ""
    if parsed.area_code:
        local = parsed.national.partition(") ")[2]
        return f"({parsed.area_code}) {local[:-4]}-{local[-4:]}"
    return parsed.national


def mask_phone(number):
    """`0812-••••-7890`."""
    digits = re.sub(r"[^0-9]", "", display_phone(number))
    if len(digits) <= 8:
        return "•" * len(digits)
    return f"{digits[:4]}-{'•' * (len(digits) - 8)}-{digits[-4:]}"


# --- Money and numbers in words ----------------------------------------------------------------------------------------

_UNITS = {
    "": 1,
    "rb": 10**3,
    "ribu": 10**3,
    "jt": 10**6,
    "juta": 10**6,
    "m": 10**9,  # miliar in Indonesian usage, never million
    "miliar": 10**9,
    "milyar": 10**9,
    "t": 10**12,
    "triliun": 10**12,
}
_AMOUNT = re.compile(r"([0-9][0-9.,]*)\s*([a-z]*)")
_GROUPED = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+")


def parse_rupiah(text):
    """The amount in `text` in whole rupiah: `5jt`, `1,5 juta`, `1jt 500rb`, `Rp 5.000.000`, `5.000.000,00`, `lima juta`.

    A range, an estimate ("2 jutaan"), a negative amount or a broken rupiah is refused rather than guessed at.
    """
    if isinstance(text, int | Decimal) and not isinstance(text, bool):
        text = format(text, "f")
        text = text[: text.index(".")] if re.fullmatch(r"-?[0-9]+\.0+", text) else text
    text = " ".join(str(text).lower().split())
    if not text:
        raise ValidationError(_("Jumlah uang belum diisi."), code="empty")
    if re.match(r"[-−(]|rp\.? ?[-−]", text):
        raise ValidationError(_("Jumlah uang tidak boleh negatif."), code="negative")
    body = re.sub(r"^(?:rp\.?|idr) ?|,-$|\.-$| ?rupiah$", "", text)
    body = re.sub(r"^(?:rp\.?|idr) ?|,-$|\.-$| ?rupiah$", "", body)
    amount = _amount_in_digits(body) if re.search(r"[0-9]", body) else _amount_in_words(body)
    if amount is None:
        raise ValidationError(
            _("“%(text)s” bukan jumlah uang yang jelas. Tulis misalnya 5.000.000 atau 5jt."),
            code="amount",
            params={"text": text[:40]},
        )
    if amount != int(amount):
        raise ValidationError(_("Tulis jumlah uang dalam rupiah penuh, tanpa sen."), code="fraction")
    if amount >= 10**15:
        raise ValidationError(_("Jumlah uang terlalu besar. Periksa jumlah nolnya."), code="too_large")
    return int(amount)


def _amount_in_digits(body):
    """Sum of "number unit" pairs with falling units ("1jt 500rb"), None if the text is anything else."""
    total, position, last_unit = Decimal(0), 0, None
    while position < len(body):
        match = _AMOUNT.match(body, position)
        if match is None or match[2] not in _UNITS:
            return None
        unit = _UNITS[match[2]]
        number = _number(match[1], with_unit=unit > 1)
        if number is None or (last_unit is not None and unit >= last_unit):
            return None
        total, last_unit = total + number * unit, unit
        position = match.end()
        while position < len(body) and body[position] == " ":
            position += 1
    return total


def _number(token, *, with_unit):
    if with_unit and re.fullmatch(r"[0-9]+[.,][0-9]{1,2}|[0-9]+,[0-9]{3}", token):
        return Decimal(token.replace(",", "."))
    whole, comma, fraction = token.rpartition(",")
    if (
        comma
        and re.fullmatch(r"[0-9]{1,2}", fraction)
        and re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+|[0-9]+", whole)
    ):
        return Decimal(whole.replace(".", "") + "." + fraction)
    if _GROUPED.fullmatch(token):
        return Decimal(re.sub(r"[.,]", "", token))
    return None


def _amount_in_words(body):
    parsed = lokal.parse_rupiah(body)
    return None if parsed is None or parsed.approximate else Decimal(str(parsed.amount))


def rupiah(amount):
    """`Rp1.000.000`; `-Rp500` below zero. Official spelling: no space, no sen."""
    return lokal.format_rupiah(amount)


def terbilang(amount):
    """The number in words: `terbilang(1_500_000)` is "satu juta lima ratus ribu"."""
    return lokal.terbilang(amount)


# --- Working days -----------------------------------------------------------------------------------------------------

#: National holidays on the same day each year, for years whose joint decree (SKB 3 Menteri) is not known here.
_FIXED_HOLIDAYS = {(1, 1), (5, 1), (6, 1), (8, 17), (12, 25)}


def is_working_day(day, *, days_off: Collection[datetime.date] = ()):
    """Whether a government office works on `day`: not a weekend, holiday or collective leave, nor one of `days_off`.

    Holidays follow the SKB 3 Menteri where it is known (see `lokal.HOLIDAY_YEARS`); for other years only those with a
    fixed date count, so the office adds the movable ones through `days_off`.
    """
    if day.weekday() >= 5 or day in days_off:
        return False
    if day.year in lokal.HOLIDAY_YEARS:
        return lokal.is_working_day(day)
    return (day.month, day.day) not in _FIXED_HOLIDAYS


def next_working_day(day, *, days_off: Collection[datetime.date] = ()):
    """`day` itself if the office works then, else the first working day after it."""
    while not is_working_day(day, days_off=days_off):
        day += datetime.timedelta(days=1)
    return day


def add_working_days(day, count, *, days_off: Collection[datetime.date] = ()):
    """The day `count` working days after `day` (before it if negative); `day` itself is not counted."""
    step = datetime.timedelta(days=1 if count >= 0 else -1)
    left = abs(count)
    while left:
        day += step
        left -= is_working_day(day, days_off=days_off)
    return day


# --- Areas of Kota Semarang -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Area:
    """A kecamatan or kelurahan of Kota Semarang, code as in Kepmendagri: `33.74.01`, `33.74.01.1001`."""

    code: str
    name: str
    level: str  # "kecamatan" or "kelurahan"
    kecamatan_code: str
    kecamatan: str
    postcode: str | None  # of a kelurahan


#: Spellings met in real sheets that differ by more than spaces and capitals: letters -> official letters.
_KELURAHAN_ALIASES = {
    "pendrikankidul": "pindrikankidul",
    "pendrikanlor": "pindrikanlor",
    "beringin": "bringin",
    "mugassari": "mugasari",
    "bendanduwur": "bendandhuwur",
}
#: Postcodes that the area data take from another regency or kecamatan; here the one of the kecamatan's own series.
#: Tegalsari (50614 there), Mijen (50519), Jatisari (50275).
_POSTCODES = {"33.74.08.1006": "50251", "33.74.14.1008": "50218", "33.74.14.1013": "50218"}


def _letters(text):
    return re.sub(r"[^a-z]", "", str(text).lower())


@cache
def areas_of_semarang():
    """The 16 kecamatan and 177 kelurahan of Kota Semarang: each kecamatan followed by its kelurahan."""
    rows = []
    for kecamatan in wilayah.list_wilayah(SEMARANG):
        rows.append(Area(kecamatan.code, kecamatan.name, "kecamatan", kecamatan.code, kecamatan.name, None))
        rows += [
            Area(
                kelurahan.code,
                kelurahan.name,
                "kelurahan",
                kecamatan.code,
                kecamatan.name,
                _POSTCODES.get(kelurahan.code, kelurahan.postal_code),
            )
            for kelurahan in wilayah.list_wilayah(kecamatan.code)
        ]
    return tuple(rows)


@cache
def _by_letters(level):
    index = {}
    for area in areas_of_semarang():
        if area.level == level:
            index.setdefault(_letters(area.name), []).append(area)
    return index


@cache
def _by_code():
    return {area.code.replace(".", ""): area for area in areas_of_semarang()}


def _match_code(text, level):
    """The area of a Kemendagri code; None if `text` is not a code."""
    if not re.fullmatch(r"[0-9][0-9. ]+", text):
        return None
    digits = re.sub(r"[. ]", "", text)
    area = _by_code().get(digits)
    if area is not None and area.level == level:
        return area
    if digits.startswith(KABUPATEN_SEMARANG.replace(".", "")):
        raise ValidationError(
            _("Kode %(code)s milik Kabupaten Semarang, bukan Kota Semarang."),
            code="outside",
            params={"code": text},
        )
    raise ValidationError(
        _("Kode wilayah %(code)s tidak ada di Kota Semarang."), code="unknown", params={"code": text}
    )


def _suggestion(letters, index):
    close = difflib.get_close_matches(letters, index, n=1, cutoff=0.75)
    return _(" Mungkin maksud Anda %(name)s?") % {"name": index[close[0]][0].name} if close else ""


def match_kecamatan(name):
    """The kecamatan called `name` ("Kec. Smg. Tengah", "gajah mungkur", "33.74.01")."""
    text = str(name).strip()
    area = _match_code(text, "kecamatan")
    if area is not None:
        return area
    letters = _letters(re.sub(r"^kec(?:amatan|\b)\.?\s*", "", text, flags=re.IGNORECASE))
    letters = re.sub(r"^smg", "semarang", letters)
    index = _by_letters("kecamatan")
    if letters in index:
        return index[letters][0]
    if not letters:
        raise ValidationError(_("Kecamatan belum diisi."), code="empty")
    raise ValidationError(
        _("Kecamatan “%(name)s” tidak ada di Kota Semarang.%(suggestion)s"),
        code="unknown",
        params={"name": text[:60], "suggestion": _suggestion(letters, index)},
    )


def match_kelurahan(name, kecamatan=None):
    """The kelurahan called `name`, in `kecamatan` (its name) when that is given.

    Only letters are compared, so "Tanjungmas" finds Tanjung Mas; known other spellings are aliases. Mangunharjo and
    Purwosari exist twice and need the kecamatan. A name is never guessed: the closest one is only offered in the error.
    """
    text = str(name).strip()
    area = _match_code(text, "kelurahan")
    where = match_kecamatan(kecamatan) if kecamatan and str(kecamatan).strip() else None
    index = _by_letters("kelurahan")
    if area is None:
        letters = _letters(re.sub(r"^(?:kel(?:urahan|\b)|desa\b)\.?\s*", "", text, flags=re.IGNORECASE))
        letters = _KELURAHAN_ALIASES.get(letters, letters)
        if not letters:
            raise ValidationError(_("Kelurahan belum diisi."), code="empty")
        found = index.get(letters, [])
        if not found:
            raise ValidationError(
                _("Kelurahan “%(name)s” tidak ada di Kota Semarang.%(suggestion)s"),
                code="unknown",
                params={"name": text[:60], "suggestion": _suggestion(letters, index)},
            )
    else:
        found = [area]
    if where is not None:
        inside = [area for area in found if area.kecamatan_code == where.code]
        if not inside:
            raise ValidationError(
                _("Kelurahan %(name)s tidak ada di Kecamatan %(given)s, melainkan di Kecamatan %(actual)s."),
                code="other_kecamatan",
                params={
                    "name": found[0].name,
                    "given": where.name,
                    "actual": _(" dan ").join(area.kecamatan for area in found),
                },
            )
        found = inside
    if len(found) > 1:
        raise ValidationError(
            _("Kelurahan %(name)s ada di Kecamatan %(places)s. Isi juga kecamatannya."),
            code="ambiguous",
            params={"name": found[0].name, "places": _(" dan ").join(area.kecamatan for area in found)},
        )
    return found[0]


# --- Licences and certificates ----------------------------------------------------------------------------------------


class LicenceFormat(StrEnum):
    """Kinds of licence whose number has a known form."""

    NIB = "nib"
    PIRT = "pirt"
    HALAL = "halal"
    BRAND = "brand"  # merek, "IDM…"
    BPOM = "bpom"
    SNI = "sni"
    TKDN = "tkdn"


@dataclass(frozen=True, slots=True)
class LicenceNumber:
    """A licence number in its official form, doubts worth an official's look, and what the number itself tells."""

    kind: LicenceFormat
    number: str
    warnings: tuple[str, ...] = ()
    expires_year: int | None = None
    parts: dict[str, str] = field(default_factory=dict)


_PIRT_PACKAGING = {
    "1": "gelas",
    "2": "plastik",
    "3": "karton/kertas",
    "4": "kaleng",
    "5": "aluminium foil",
    "6": "lain-lain",
    "7": "komposit",
    "8": "ganda",
}


def check_licence_number(kind, text, *, today=None):
    """`text` as a number of licence `kind` (a `LicenceFormat` or its value).

    The forms follow PerBPOM 22/2018 (P-IRT), the NIB of OSS, the certificate numbers of BPJPH (halal), DJKI (merek),
    BPOM, BSN (SNI) and Permenperin 46/2022 (TKDN-IK). Form is checked, not whether the licence exists.
    """
    kind = LicenceFormat(kind)
    text = " ".join(str(text).split())
    if not text:
        raise ValidationError(_("Nomor izin belum diisi."), code="empty")
    return _LICENCE_CHECKS[kind](text, today or timezone.localdate())


def _refuse(message):
    raise ValidationError(message, code="format")


def _check_nib(text, today):
    return LicenceNumber(LicenceFormat.NIB, _digits(text, "NIB", (13,)))


def _check_pirt(text, today):
    bare = re.sub(r"^p[\s.-]*irt\b[\s.:]*(?:no\b\.?)?[\s.:]*", "", text, flags=re.IGNORECASE)
    digits = _digits(bare, _("Nomor P-IRT"), (15,))
    parts = {
        "packaging": digits[0],
        "food_type": digits[1:3],
        "region": digits[3:7],
        "product_serial": digits[7:9],
        "producer_serial": digits[9:13],
    }
    expires_year = 2000 + int(digits[13:])
    warnings = []
    if digits[0] not in _PIRT_PACKAGING:
        warnings.append(_("Angka pertama P-IRT (jenis kemasan) biasanya 1 sampai 8."))
    if digits[1:3] == "00":
        warnings.append(_("Kode jenis pangan P-IRT 00 tidak dikenal."))
    if parts["region"] != SEMARANG.replace(".", ""):
        warnings.append(_("P-IRT ini tidak diterbitkan di Kota Semarang (kode 3374)."))
    if expires_year < today.year:
        warnings.append(_("P-IRT ini habis masa berlakunya pada tahun %(year)d.") % {"year": expires_year})
    elif expires_year > today.year + 5:
        warnings.append(
            _("P-IRT berlaku lima tahun; tahun berakhir %(year)d terlalu jauh.") % {"year": expires_year}
        )
    return LicenceNumber(
        LicenceFormat.PIRT, f"{digits[:13]}-{digits[13:]}", tuple(warnings), expires_year, parts
    )


def _check_halal(text, today):
    bare = _SEPARATORS.sub("", text).upper()
    if bare.startswith(("KH", "LPPOM")):
        _refuse(_("Ini nomor ketetapan halal. Isi nomor sertifikat halal, yaitu ID diikuti 17 angka."))
    if not re.fullmatch(r"ID[0-9]+", bare):
        _refuse(_("Nomor sertifikat halal dimulai dengan ID lalu 17 angka. Salin dari sertifikat BPJPH."))
    digits = len(bare) - 2
    if digits > 17 or digits < 8:
        _refuse(_("Nomor sertifikat halal terdiri dari ID dan 17 angka. Periksa jumlah angkanya."))
    warnings = ()
    if digits < 17:
        warnings = (
            _("Nomor ini lebih pendek dari 17 angka. Sertifikat lama boleh; cocokkan dengan berkasnya."),
        )
    return LicenceNumber(LicenceFormat.HALAL, bare, warnings)


def _check_brand(text, today):
    bare = _SEPARATORS.sub("", text).upper()
    if re.match(r"(?:DID|J|D|R)[0-9]", bare):
        _refuse(_("Ini nomor permohonan merek. Isi nomor pendaftaran, yaitu IDM diikuti 9 angka."))
    if not re.fullmatch(r"IDM[0-9]{9}", bare):
        _refuse(_("Nomor pendaftaran merek adalah IDM diikuti 9 angka, contoh IDM000984301."))
    return LicenceNumber(LicenceFormat.BRAND, bare)


def _check_bpom(text, today):
    bare = re.sub(r"^BPOM(?:RI)?", "", _SEPARATORS.sub("", text).upper())
    if not re.fullmatch(r"M[DL][0-9]{12}", bare):
        _refuse(_("Nomor izin edar BPOM adalah MD atau ML diikuti 12 angka."))
    warnings = ()
    if bare.startswith("ML"):
        warnings = (_("ML adalah izin pangan impor. Produk IKM biasanya bernomor MD."),)
    return LicenceNumber(LicenceFormat.BPOM, bare, warnings)


def _check_sni(text, today):
    match = re.fullmatch(
        r"SNI ?(?:(ISO(?:/IEC)?|IEC) ?)?([0-9]{2,5}(?:-[0-9]+)*) ?: ?([0-9]{4})", text, flags=re.IGNORECASE
    )
    if match is None:
        _refuse(_("Nomor SNI ditulis seperti SNI 8217:2015 atau SNI 2547-1:2019."))
    if not 1970 <= int(match[3]) <= today.year:
        _refuse(_("Tahun pada nomor SNI tidak masuk akal. Periksa empat angka terakhir."))
    body = f"{match[1].upper()} {match[2]}" if match[1] else match[2]
    return LicenceNumber(LicenceFormat.SNI, f"SNI {body}:{match[3]}", parts={"year": match[3]})


def _check_tkdn(text, today):
    if len(text) > 60 or not re.fullmatch(r"[A-Za-z0-9./ -]*[0-9][A-Za-z0-9./ -]*", text):
        _refuse(
            _(
                "Nomor sertifikat TKDN-IK memuat angka, huruf, titik, dan garis miring, paling panjang 60 huruf."
            )
        )
    return LicenceNumber(LicenceFormat.TKDN, text.upper())


_LICENCE_CHECKS = {
    LicenceFormat.NIB: _check_nib,
    LicenceFormat.PIRT: _check_pirt,
    LicenceFormat.HALAL: _check_halal,
    LicenceFormat.BRAND: _check_brand,
    LicenceFormat.BPOM: _check_bpom,
    LicenceFormat.SNI: _check_sni,
    LicenceFormat.TKDN: _check_tkdn,
}
