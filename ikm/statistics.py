"""Figures of the register on two time axes.

`as_of` is valid time: which businesses stood in the register that day, each with its latest figures stated by then.
`known_at` is what the office knew at that moment: rows as they were then, before later corrections, read from the
append-only history. Both fixed, the result is the same whenever it is computed.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from ikm.divisions import DIVISIONS
from ikm.enums import IKM_SCALES, Scale
from ikm.models import Area

SMALLEST_SHOWN = 3

# The rows as they stand now …
NOW = """
    business AS (SELECT * FROM ikm_business),
    figure AS (SELECT * FROM ikm_yearlyfigure),
    kbli AS (SELECT * FROM ikm_kbli)
"""
# … or as they stood at a moment: the last event of each row by then, unless that was its removal. Events carry no
# generated columns, so the workers are added up again.
THEN = """
    business AS (
        SELECT * FROM (
            SELECT DISTINCT ON (pgh_obj_id) * FROM ikm_businessevent
            WHERE pgh_created_at <= %(known_at)s ORDER BY pgh_obj_id, pgh_created_at DESC, pgh_id DESC
        ) last WHERE pgh_label <> 'delete'
    ),
    figure AS (
        SELECT *, men_workers + women_workers AS workers FROM (
            SELECT DISTINCT ON (pgh_obj_id) * FROM ikm_yearlyfigureevent
            WHERE pgh_created_at <= %(known_at)s ORDER BY pgh_obj_id, pgh_created_at DESC, pgh_id DESC
        ) last WHERE pgh_label <> 'delete'
    ),
    kbli AS (SELECT * FROM ikm_kbli)
"""
# One line per business in the register on the day, with the figures that applied.
REGISTER = """
    register AS (
        SELECT b.id, left(b.kelurahan_id, 8) AS kecamatan, kbli.version AS kbli_version,
               left(kbli.code, 2) AS division, COALESCE(f.scale, '') AS scale,
               COALESCE(f.men_workers, 0) AS men, COALESCE(f.women_workers, 0) AS women,
               COALESCE(f.workers, 0) AS workers
        FROM business b
        JOIN kbli ON kbli.id = b.main_kbli_id
        LEFT JOIN (
            SELECT DISTINCT ON (business_id) business_id, scale, men_workers, women_workers, workers
            FROM figure WHERE stated_on <= %(as_of)s ORDER BY business_id, stated_on DESC, id DESC
        ) f ON f.business_id = b.id
        WHERE b.status IN ('registered', 'closed') AND b.registered_on <= %(as_of)s
          AND (b.closed_on IS NULL OR b.closed_on > %(as_of)s)
    )
"""
COUNTS = """
    count(*) AS businesses,
    count(*) FILTER (WHERE scale = ANY(%(ikm)s)) AS ikm,
    COALESCE(sum(workers) FILTER (WHERE scale = ANY(%(ikm)s)), 0) AS workers,
    COALESCE(sum(men) FILTER (WHERE scale = ANY(%(ikm)s)), 0) AS men,
    COALESCE(sum(women) FILTER (WHERE scale = ANY(%(ikm)s)), 0) AS women
"""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One group: how many businesses, of them IKM, and the workers of those IKM. None: too few to be shown."""

    code: str
    label: str
    businesses: int | None
    ikm: int | None
    workers: int | None
    men: int | None
    women: int | None

    @property
    def is_suppressed(self):
        return self.businesses is None


@dataclass(frozen=True, kw_only=True)
class Statistics:
    as_of: date
    known_at: datetime | None
    total: Cell
    by_scale: list[Cell]
    by_kecamatan: list[Cell]
    by_kbli: list[Cell]

    @property
    def ikm_share(self):
        """IKM among all businesses, percent with two decimals; None for an empty register."""
        if not self.total.businesses:
            return None
        share = Decimal(100) * self.total.ikm / self.total.businesses
        return share.quantize(Decimal("0.01"), ROUND_HALF_UP)


def check_moment(as_of, known_at=None):
    """Refuse a `known_at` still to come: the office does not know yet. Days to come are allowed in `as_of`."""
    if known_at is not None and known_at > timezone.now():
        raise ValidationError({"known_at": _("Saat pengetahuan tidak boleh di masa depan.")})


def _rows(query, parameters):
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def parameters(as_of, known_at=None):
    """The parameters of any query built on `register_sql`."""
    return {"as_of": as_of, "known_at": known_at, "ikm": [str(scale) for scale in IKM_SCALES]}


def register_sql(known_at=None):
    """The WITH clause that gives `register`, for queries of one's own."""
    return f"WITH {THEN if known_at else NOW}, {REGISTER}"


def statistics(as_of, known_at=None, *, suppress=True):
    """The register's counts on `as_of`, by scale, kecamatan and KBLI division.

    Workers are those of the IKM. With `suppress` (whatever leaves the office) cells of fewer than three businesses are
    hidden, and a second one where the hidden cell could be had by subtraction.
    """
    check_moment(as_of, known_at)
    with_clause, values = register_sql(known_at), parameters(as_of, known_at)
    # All groupings from one pass over the register.
    rows = _rows(
        f"""{with_clause}
            SELECT grouping(scale, kecamatan, division) AS grouped, scale, kecamatan, kbli_version, division, {COUNTS}
            FROM register GROUP BY GROUPING SETS ((), (scale), (kecamatan), (kbli_version, division))""",  # noqa: S608
        values,
    )
    by_group = {7: [], 3: [], 5: [], 6: []}
    for row in rows:
        by_group[row["grouped"]].append(row)
    names = dict(Area.objects.filter(level="kecamatan").values_list("code", "name"))
    labels = dict(Scale.choices) | {"": _("Belum ada angka")}
    order = [*Scale.values, ""]
    scale_rows = sorted(by_group[3], key=lambda row: order.index(row["scale"]))
    kecamatan_rows = sorted(by_group[5], key=lambda row: row["kecamatan"])
    division_rows = sorted(by_group[6], key=lambda row: (row["kbli_version"], row["division"]))
    cells = {
        "by_scale": [_cell(row, row["scale"], labels[row["scale"]]) for row in scale_rows],
        "by_kecamatan": [_cell(row, row["kecamatan"], names[row["kecamatan"]]) for row in kecamatan_rows],
        "by_kbli": [
            _cell(
                row,
                row["division"],
                DIVISIONS.get(row["kbli_version"], {}).get(row["division"], row["division"]),
            )
            for row in division_rows
        ],
    }
    if suppress:
        cells = {name: suppressed(group) for name, group in cells.items()}
    return Statistics(
        as_of=as_of, known_at=known_at, total=_cell(by_group[7][0], "", _("Kota Semarang")), **cells
    )


def _cell(row, code, label):
    counts = {name: int(row[name]) for name in ("businesses", "ikm", "workers", "men", "women")}
    return Cell(code=code, label=str(label), **counts)


def _hidden(cell):
    return Cell(
        code=cell.code, label=cell.label, businesses=None, ikm=None, workers=None, men=None, women=None
    )


def is_small(cell):
    """Whether the cell tells about so few businesses, or so few IKM with their workers, that one could be known by it."""
    return 0 < cell.businesses < SMALLEST_SHOWN or 0 < cell.ikm < SMALLEST_SHOWN


def suppressed(cells):
    """`cells` of a partition with the small ones hidden. When just one is hidden, the smallest other is hidden too:
    the total would betray it. Empty cells tell nothing and stay."""
    small = {index for index, cell in enumerate(cells) if is_small(cell)}
    if len(small) == 1:
        others = [
            (cell.businesses, index)
            for index, cell in enumerate(cells)
            if index not in small and cell.businesses
        ]
        if others:
            small.add(min(others)[1])
    return [_hidden(cell) if index in small else cell for index, cell in enumerate(cells)]


def trend(years, known_at=None):
    """[(year, Statistics total Cell)] on 31 December of each year (today for the running one)."""
    today = timezone.localdate()
    line = []
    for year in years:
        day = min(date(year, 12, 31), today)
        rows = _rows(
            f"{register_sql(known_at)} SELECT {COUNTS} FROM register",  # noqa: S608
            parameters(day, known_at),
        )
        line.append((year, _cell(rows[0], str(year), str(year))))
    return line
