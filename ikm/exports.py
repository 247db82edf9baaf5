"""The register as a file, made by one statement in the database and carried out by COPY: a million rows take no more
memory than ten.

Either the businesses of a list as they stand, or the register on a day as it was known at a moment; with both fixed the
bytes are the same whenever the file is made. NIK and NPWP are in neither.
"""

import csv
import io
import re
import shutil
import zipfile

from django.db import connection
from django.utils.translation import gettext as _

from core.admin_export import new_file
from core.languages import in_indonesian
from core.spreadsheets import write_xlsx
from ikm.enums import Branch, BusinessStatus, LegalForm, Scale
from ikm.statistics import check_moment, parameters, register_sql

#: Text that a spreadsheet would take for a formula, or for our own apostrophe; the same rules as core.spreadsheets.csv_cell.
_FORMULA = r"^(?:[\t\r\n]|\s*[=+\-@＝＋－＠])"
_SIGNED_NUMBER = r"^[+-][0-9]+(?:[.,][0-9]+)*$"
_APOSTROPHE = r"^'(?:['+0-9]|[\t\r\n]|\s*[=+\-@＝＋－＠])"

_CREATED = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")

#: OURS is text that the portal's own tables give: codes, labels and names of areas, of which none looks like a formula.
TEXT, OURS, NUMBER, DAY = "text", "ours", "number", "day"


def _labels(column, choices):
    """SQL that gives the label of a choice."""
    cases = " ".join(
        "WHEN '{}' THEN '{}'".format(value, str(label).replace("'", "''")) for value, label in choices
    )
    return f"CASE {column} {cases} ELSE {column} END"


def columns():
    """[(label, SQL, kind)] of the file, in order."""
    return [
        (_("Nomor register"), "b.reference", OURS),
        (_("Nama usaha"), "b.name", TEXT),
        (_("Badan usaha"), _labels("b.legal_form", LegalForm.choices), OURS),
        (_("Pemilik"), "owners.names", TEXT),
        (_("NIB"), "b.nib", TEXT),
        (_("Merek"), "b.brand", TEXT),
        (_("Cabang industri"), _labels("b.branch", Branch.choices), OURS),
        (_("KBLI"), "kbli.code", OURS),
        (_("Versi KBLI"), "kbli.version", NUMBER),
        (_("Judul KBLI"), "kbli.title", OURS),
        (_("Komoditas"), "b.commodity", TEXT),
        (_("Alamat"), "b.address", TEXT),
        (_("Kelurahan"), "kelurahan.name", OURS),
        (_("Kecamatan"), "kecamatan.name", OURS),
        (_("Kode pos"), "b.postcode", TEXT),
        (_("Lintang"), "b.latitude", NUMBER),
        (_("Bujur"), "b.longitude", NUMBER),
        (_("Telepon"), "b.phone", TEXT),
        (_("Surel"), "b.email", TEXT),
        (_("Tahun berdiri"), "b.founded_year", NUMBER),
        (_("Status"), _labels("b.status", BusinessStatus.choices), OURS),
        (_("Terdaftar sejak"), "to_char(b.registered_on, 'YYYY-MM-DD')", DAY),
        (_("Tutup sejak"), "to_char(b.closed_on, 'YYYY-MM-DD')", DAY),
        (_("Diverifikasi"), "to_char(b.verified_on, 'YYYY-MM-DD')", DAY),
        (_("Skala"), _labels("COALESCE(f.scale, '')", Scale.choices), OURS),
        (_("Tahun angka"), "f.year", NUMBER),
        (_("Pekerja laki-laki"), "f.men_workers", NUMBER),
        (_("Pekerja perempuan"), "f.women_workers", NUMBER),
        (_("Pekerja"), "f.workers", NUMBER),
        (_("Investasi"), "f.investment", NUMBER),
        (_("Tanah dan bangunan"), "f.land_and_buildings", NUMBER),
        (_("Nilai produksi"), "f.production_value", NUMBER),
        (_("Omzet"), "f.turnover", NUMBER),
        (_("Nilai ekspor"), "f.export_value", NUMBER),
    ]


def _guarded(sql):
    """SQL of a text that is harmless in a spreadsheet. What begins with a letter or digit passes without a search, a
    telephone number with one."""
    return (
        f"CASE WHEN ({sql}) = '' OR ascii({sql}) BETWEEN 65 AND 90 OR ascii({sql}) BETWEEN 48 AND 57 "
        f"OR ascii({sql}) BETWEEN 97 AND 122 OR ({sql}) ~ {_quoted(_SIGNED_NUMBER)} THEN ({sql}) "
        f"WHEN ({sql}) ~ {_quoted(f'{_FORMULA}|{_APOSTROPHE}')} THEN '''' || ({sql}) ELSE ({sql}) END"
    )


def _quoted(pattern):
    return "'" + pattern.replace("'", "''") + "'"


# Put together once for all businesses: looked up row by row, the history would be read again for each.
_NAMES = """
    owners AS (
        SELECT ownership.business_id, string_agg(owner.name, '; ' ORDER BY ownership.is_main DESC, ownership.id) AS names
        FROM ownership JOIN owner ON owner.id = ownership.owner_id GROUP BY ownership.business_id
    )
"""
_OWNERS = "LEFT JOIN owners ON owners.business_id = b.id"
_PLACES = """
    LEFT JOIN ikm_area kelurahan ON kelurahan.code = b.kelurahan_id
    LEFT JOIN ikm_area kecamatan ON kecamatan.code = kelurahan.parent_id
"""
_OWNERS_NOW = """
    ownership AS (SELECT id, business_id, owner_id, is_main FROM ikm_ownership),
    owner AS (SELECT id, name FROM ikm_owner)
"""
_OWNERS_THEN = """
    ownership AS (
        SELECT id, business_id, owner_id, is_main FROM (
            SELECT DISTINCT ON (pgh_obj_id) * FROM ikm_ownershipevent
            WHERE pgh_created_at <= %(known_at)s ORDER BY pgh_obj_id, pgh_created_at DESC, pgh_id DESC
        ) last WHERE pgh_label <> 'delete'
    ),
    owner AS (
        SELECT id, name FROM (
            SELECT DISTINCT ON (pgh_obj_id) * FROM ikm_ownerevent
            WHERE pgh_created_at <= %(known_at)s ORDER BY pgh_obj_id, pgh_created_at DESC, pgh_id DESC
        ) last WHERE pgh_label <> 'delete'
    )
"""


def _select(for_csv):
    return ", ".join(_guarded(sql) if for_csv and kind == TEXT else sql for _label, sql, kind in columns())


def list_statement(queryset, *, for_csv):
    """The statement (as text, parameters bound) that gives the rows of a list as they stand, by number."""
    chosen, chosen_parameters = queryset.order_by().values("pk").query.sql_with_params()
    return _bound(
        f"""WITH chosen AS MATERIALIZED ({chosen}), {_OWNERS_NOW}, {_NAMES}
            SELECT {_select(for_csv)}
            FROM ikm_business b
            LEFT JOIN ikm_kbli kbli ON kbli.id = b.main_kbli_id
            LEFT JOIN ikm_yearlyfigure f ON f.id = b.latest_figure_id
            {_PLACES} {_OWNERS}
            WHERE b.id IN (SELECT * FROM chosen) ORDER BY b.id""",  # noqa: S608
        chosen_parameters,
    )


def register_statement(as_of, known_at=None, *, for_csv):
    """The statement that gives the register on `as_of` as it was known at `known_at` (default: now), by number."""
    check_moment(as_of, known_at)
    return _bound(
        f"""{register_sql(known_at)}, {_OWNERS_THEN if known_at else _OWNERS_NOW}, {_NAMES}
            SELECT {_select(for_csv)}
            FROM register
            JOIN business b ON b.id = register.id
            JOIN kbli ON kbli.id = b.main_kbli_id
            LEFT JOIN (
                SELECT DISTINCT ON (business_id) * FROM figure
                WHERE stated_on <= %(as_of)s ORDER BY business_id, stated_on DESC, id DESC
            ) f ON f.business_id = b.id
            {_PLACES} {_OWNERS}
            ORDER BY b.id""",  # noqa: S608
        parameters(as_of, known_at),
    )


def _bound(sql, values):
    """COPY takes no parameters, so that the driver puts them in."""
    with connection.cursor() as cursor:
        return cursor.cursor.mogrify(sql, values).decode()


def copy_csv(statement, header=None):
    """A new file with the rows of `statement` as CSV, after `header`; returns (file, number of rows)."""
    file = new_file()
    if header:
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(header)
        file.write(line.getvalue().encode())
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(f"COPY ({statement}) TO STDOUT WITH (FORMAT csv, ENCODING 'UTF8')", file)
        return file, cursor.cursor.rowcount


@in_indonesian
def businesses_file(kind, *, queryset=None, as_of=None, known_at=None):
    """(file, number of rows) of the businesses of `queryset`, or of the register on `as_of` as known at `known_at`."""
    for_csv = kind == "csv"
    if as_of is not None:
        statement = register_statement(as_of, known_at, for_csv=for_csv)
    else:
        statement = list_statement(queryset, for_csv=for_csv)
    labels = [label for label, _sql, _kind in columns()]
    if for_csv:
        return copy_csv(statement, labels)
    rows, count = copy_csv(statement)
    with rows, new_file() as workbook:
        rows.seek(0)
        with io.TextIOWrapper(rows, encoding="utf-8", newline="") as text:
            write_xlsx(
                workbook,
                labels,
                typed(csv.reader(text)),
                text_columns=[label for label, _sql, kind in columns() if kind in (TEXT, OURS)],
            )
        return without_clock(workbook), count


def without_clock(workbook):
    """A workbook alike, in which nothing tells when it was made: the same cells give the same bytes."""
    file = new_file()
    workbook.seek(0)
    with zipfile.ZipFile(workbook) as made, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as plain:
        for entry in made.infolist():
            with made.open(entry) as source, plain.open(zipfile.ZipInfo(entry.filename), "w") as target:
                if entry.filename == "docProps/core.xml":
                    target.write(_CREATED.sub(b"", source.read()))
                else:
                    shutil.copyfileobj(source, target, 1 << 20)
    return file


def typed(rows):
    """Rows of COPY with numbers as numbers."""
    numbers = [kind == NUMBER for _label, _sql, kind in columns()]
    for row in rows:
        yield [
            _number(cell) if number and cell else cell or None
            for cell, number in zip(row, numbers, strict=True)
        ]


def _number(cell):
    return float(cell) if "." in cell else int(cell)
