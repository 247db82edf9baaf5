"""Days, months and reporting periods in Semarang's time (WIB), written and read the Indonesian way."""

import calendar
import datetime
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

WIB = ZoneInfo("Asia/Jakarta")

MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
_MONTH_NUMBERS = {name.lower(): number for number, name in enumerate(MONTHS, 1)}
#: Short forms people type; the first three letters, and the two that differ from English.
_MONTH_NUMBERS |= {name[:3].lower(): number for number, name in enumerate(MONTHS, 1)}
_MONTH_NUMBERS |= {"agt": 8, "agst": 8, "agus": 8, "sept": 9, "nop": 11, "nopember": 11, "pebruari": 2}
#: Who reads the portal in English copies its dates.
_MONTH_NUMBERS |= {
    "january": 1,
    "february": 2,
    "march": 3,
    "may": 5,
    "june": 6,
    "july": 7,
    "august": 8,
    "aug": 8,
}
_MONTH_NUMBERS |= {"october": 10, "oct": 10, "december": 12, "dec": 12}


def today():
    """Today's date in Semarang, whatever time zone the server or the request has."""
    return timezone.now().astimezone(WIB).date()


def midnight(day):
    """The moment at which `day` begins in Semarang."""
    return datetime.datetime.combine(day, datetime.time(), tzinfo=WIB)


def date_id(day):
    """`24 November 2026`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def date_in_words(day):
    """`24 November 2026`, `1 August 2026` to who reads English: for sentences on pages and in messages."""
    return date_format(day, "j F Y")


def moment_in_words(moment):
    """`24 November 2026 pukul 13.05 WIB`, in the language that is read."""
    local = moment.astimezone(WIB)
    return _("%(day)s pukul %(clock)s WIB") % {"day": date_in_words(local.date()), "clock": f"{local:%H.%M}"}


def date_short_id(day):
    """`24-11-2026`."""
    return f"{day:%d-%m-%Y}"


def datetime_id(moment):
    """`24 November 2026 13.05 WIB`. The moment must carry its time zone."""
    if timezone.is_naive(moment):
        raise ValueError("a moment without a time zone cannot be shown in WIB")
    local = moment.astimezone(WIB)
    return f"{date_id(local)} {local:%H.%M} WIB"


def parse_date_id(text):
    """The date in `text`: `24-11-2026`, `24/11/2026`, `24.11.2026`, `2026-11-24`, `24 November 2026`, `24 Nov 2026`.

    The day always comes before the month; a two-digit year is refused rather than guessed.
    """
    if isinstance(text, datetime.datetime):
        return text.date()
    if isinstance(text, datetime.date):
        return text
    words = " ".join(str(text).lower().split())
    if not words:
        raise ValidationError(_("Tanggal belum diisi."), code="empty")
    if match := re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", words):
        year, month, day = map(int, match.groups())
    elif match := re.fullmatch(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})", words):
        day, month, year = int(match[1]), int(match[3]), int(match[4])
    elif (match := re.fullmatch(r"([0-9]{1,2})[ -]([a-z]+)[.]?[ -]([0-9]{4})", words)) and match[
        2
    ] in _MONTH_NUMBERS:
        day, month, year = int(match[1]), _MONTH_NUMBERS[match[2]], int(match[3])
    else:
        raise ValidationError(
            _("“%(text)s” bukan tanggal yang jelas. Tulis seperti 24-11-2026 atau 24 November 2026."),
            code="format",
            params={"text": words[:40]},
        )
    try:
        return datetime.date(year, month, day)
    except ValueError:
        raise ValidationError(
            _("Tanggal %(text)s tidak ada di kalender. Periksa hari dan bulannya."),
            code="calendar",
            params={"text": words[:40]},
        ) from None


def clamp_day(year, month, day):
    """That day of the month, or the month's last day where it has fewer (31 in February -> 28 or 29)."""
    return datetime.date(year, month, min(day, calendar.monthrange(year, month)[1]))


def add_months(day, count, *, anchor=None):
    """`day` moved by `count` months. `anchor` is the wanted day of the month, for a series begun on a 29th to 31st."""
    months = day.year * 12 + day.month - 1 + count
    return clamp_day(months // 12, months % 12 + 1, anchor or day.day)


def age_on(birth, day):
    """Whole years lived on `day`. Someone born on 29 February turns a year older on 1 March of a common year."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


_ROMAN = ("I", "II", "III", "IV")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A reporting period: year, semester or quarter. Codes: `2026`, `2026-S1`, `2026-T4` (T = triwulan)."""

    start: datetime.date
    end: datetime.date  # last day, included
    code: str

    @property
    def label(self):
        """`Tahun 2026`, `Semester I 2026`, `Triwulan IV 2026`."""
        year, _hyphen, part = self.code.partition("-")
        if not part:
            return f"Tahun {year}"
        return f"{'Semester' if part[0] == 'S' else 'Triwulan'} {_ROMAN[int(part[1]) - 1]} {year}"

    def __contains__(self, day):
        return self.start <= day <= self.end


def _period(year, months, index, letter):
    first = (index - 1) * months + 1
    last = first + months - 1
    code = f"{year:04d}-{letter}{index}" if letter else f"{year:04d}"
    return Period(datetime.date(year, first, 1), clamp_day(year, last, 31), code)


def year_period(year):
    """The calendar year."""
    return _period(year, 12, 1, "")


def semester(year, index):
    """Half-year 1 or 2."""
    if index not in (1, 2):
        raise ValueError("a semester is 1 or 2")
    return _period(year, 6, index, "S")


def quarter(year, index):
    """Quarter (triwulan) 1 to 4."""
    if index not in (1, 2, 3, 4):
        raise ValueError("a quarter is 1 to 4")
    return _period(year, 3, index, "T")


def semester_of(day):
    """The semester that `day` lies in."""
    return semester(day.year, (day.month + 5) // 6)


def quarter_of(day):
    """The quarter that `day` lies in."""
    return quarter(day.year, (day.month + 2) // 3)


def parse_period(code):
    """The period of a code: `2026`, `2026-S1`, `2026-T4`."""
    match = re.fullmatch(r"((?:19|20)[0-9]{2})(?:-(?:S([12])|T([1-4])))?", str(code).strip().upper())
    if match is None:
        raise ValidationError(
            _(
                "Periode “%(code)s” tidak dikenal. Tulis tahun (2026), semester (2026-S1), atau triwulan (2026-T4)."
            ),
            code="period",
            params={"code": str(code)[:20]},
        )
    year = int(match[1])
    if match[2]:
        return semester(year, int(match[2]))
    return quarter(year, int(match[3])) if match[3] else year_period(year)
