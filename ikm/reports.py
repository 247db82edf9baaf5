"""The public statistics as one report, its tables, and their CSV: the same bytes for the same two dates."""

import io
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.core.cache import caches
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.spreadsheets import write_csv
from ikm.models import BusinessEvent, YearlyFigureEvent
from ikm.statistics import SMALLEST_SHOWN, Statistics, check_moment, statistics, trend

FIRST_YEAR = 2013
CACHE_SECONDS = 60 * 60
TABLES = ("skala", "kecamatan", "kbli", "tahun")
HIDDEN = f"<{SMALLEST_SHOWN}"
#: Names of the CSV's columns; fixed, because programs read them.
CSV_COLUMNS = (
    "per_tanggal",
    "diketahui_pada",
    "kode",
    "nama",
    "usaha",
    "ikm",
    "tenaga_kerja",
    "laki_laki",
    "perempuan",
)


@dataclass(frozen=True, kw_only=True)
class Report:
    """The register's counts on `as_of` as the office knew them at `known_at` (None: as it knows them now).

    `years` holds [(year, Cell)], each on 31 December, the year of `as_of` on that day. Small cells are hidden.
    """

    as_of: date
    known_at: datetime | None
    statistics: Statistics
    years: list

    def cells(self, table):
        """The cells of one of `TABLES`."""
        return {
            "skala": self.statistics.by_scale,
            "kecamatan": self.statistics.by_kecamatan,
            "kbli": self.statistics.by_kbli,
            "tahun": [cell for _year, cell in self.years],
        }[table]


def last_change():
    """The newest state of the register as (key, moment): two reports with the same key are the same.

    The moment, a whole second, fixes a report for good when given as `known_at`. It is None while nothing is recorded, and
    while that second still runs, for something may yet be added to it.
    """
    newest = [
        model.objects.order_by("-pgh_id").values_list("pgh_id", "pgh_created_at").first()
        for model in (BusinessEvent, YearlyFigureEvent)
    ]
    key = "-".join(str(event[0]) if event else "0" for event in newest)
    changed = max((event[1] for event in newest if event), default=None)
    if changed is None:
        return key, None
    moment = changed.replace(microsecond=0) + timedelta(seconds=1)
    return key, moment if moment <= timezone.now() else None


def report(as_of, known_at=None):
    """The `Report` of two dates, kept until the register changes. Raises ValidationError for a `known_at` to come."""
    check_moment(as_of, known_at)
    moment = known_at.timestamp() if known_at else "now"
    key = f"report:{get_language()}:{as_of}:{moment}:{last_change()[0]}"
    made = caches["memory"].get(key)
    if made is None:
        made = _make(as_of, known_at)
        caches["memory"].set(key, made, CACHE_SECONDS)
    return made


def _make(as_of, known_at):
    counted = statistics(as_of, known_at)
    counted = replace(counted, total=_without_few(counted.total))
    years = trend(range(FIRST_YEAR, as_of.year), known_at)
    years.append((as_of.year, replace(counted.total, code=str(as_of.year), label=str(as_of.year))))
    return Report(
        as_of=as_of,
        known_at=known_at,
        statistics=counted,
        years=[(year, _without_few(cell)) for year, cell in years],
    )


def _without_few(cell):
    """A total that stands alone: hidden as well when it counts one or two."""
    if cell.businesses and cell.businesses < SMALLEST_SHOWN:
        return replace(cell, businesses=None, ikm=None, workers=None, men=None, women=None)
    return cell


def csv_bytes(table, as_of, known_at=None):
    """One table as CSV, always in Indonesian, with the total as its last row where the table is a partition."""
    with translation.override("id"):
        made = report(as_of, known_at)
        known = timezone.localtime(known_at).isoformat() if known_at else ""
        cells = list(made.cells(table))
        if table != "tahun":
            cells.append(replace(made.statistics.total, code="", label=_("Kota Semarang")))
        rows = [
            (
                as_of.isoformat(),
                known,
                cell.code,
                cell.label,
                *(HIDDEN if count is None else count for count in counts_of(cell)),
            )
            for cell in cells
        ]
    stream = io.StringIO(newline="")
    write_csv(stream, CSV_COLUMNS, rows)
    return stream.getvalue().encode()


def counts_of(cell):
    """The counts of a cell in the order of the columns: businesses, IKM, workers, men, women."""
    return cell.businesses, cell.ikm, cell.workers, cell.men, cell.women
