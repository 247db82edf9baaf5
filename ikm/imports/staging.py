"""The set-based half of an import: rows go into temporary tables by COPY, SQL finds which business each row is about,
what would change and which rows contradict each other, and writes all of it in a few statements.

Everything happens inside the caller's transaction; the temporary tables vanish with it. The tables, in order:

    import_stage     the rows of the sheet, parsed
    import_group     rows that speak of one business, and the business of the register they mean, if any
    import_row       rows of acceptable groups: line, business id (`gid`; drawn in advance for a new one), product
    import_remark    reasons against a row (`is_error`) and remarks on it, found by comparing rows with each other
    import_winner    per business: the latest filled value of each field
    import_figure    per business and year: the figures, summed over its products
    import_product   per business and product
    import_person, import_licence
    import_change    what would change, per line: {field: [old, new]}

Which business a row means: the one with its NIB; else the one whose owner has its NIK and which has its name; else the
one with its name, kelurahan and owner, or its name, kelurahan and address. What cannot be decided is refused.
"""

import orjson
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from core.references import new_reference
from ikm.imports.reading import STAGE_COLUMNS
from ikm.imports.scale_sql import pp7_case, scale_case
from ikm.services.figures import refresh_current, scale_limits

#: One import at a time writes; held to the end of the transaction.
_IMPORT_LOCK = 733740002

_MARKS = "' .,-/&()''\"+_:;'"


def name_key(column):
    """What names are compared by: capitals, without the legal form in front, blanks and marks."""
    return (
        f"translate(regexp_replace(upper({column}), "
        f"'^(PT|CV|UD|PO|PD|TB|FA|FIRMA|KOPERASI|KUB|USAHA DAGANG)[. ]+', ''), {_MARKS}, '')"
    )


def address_key(column):
    return f"translate(regexp_replace(upper({column}), '^(JL|JLN|JALAN)[. ]+', ''), {_MARKS}, '')"


def person_key(column):
    return f"translate(upper({column}), {_MARKS}, '')"


#: Fields of a business that a sheet sets: staging column -> column of ikm_business.
BUSINESS_FIELDS = {
    "name": "name",
    "legal_form": "legal_form",
    "nib": "nib",
    "brand": "brand",
    "branch": "branch",
    "kbli": "main_kbli_id",
    "commodity": "commodity",
    "address": "address",
    "kelurahan": "kelurahan_id",
    "phone": "phone",
    "email": "email",
    "website": "website",
    "founded_year": "founded_year",
    "latitude": "latitude",
    "longitude": "longitude",
}
#: Fields that go along with others: compared by their index, or only used for new rows.
_WINNER_ONLY = [
    "npwp",
    "npwp_index",
    "owner",
    "nik",
    "nik_index",
    "nik_shown",
    "sex",
    "birth_date",
    "owner_phone",
]
_PEOPLE = ["reference", "owner_reference"]

#: Figures: column of import_figure -> column of ikm_yearlyfigure.
FIGURE_FIELDS = {
    "men": "men_workers",
    "women": "women_workers",
    "investment": "investment",
    "land_and_buildings": "land_and_buildings",
    "capacity": "capacity",
    "unit": "unit",
    "production_value": "production_value",
    "turnover": "turnover",
    "raw_material_value": "raw_material_value",
    "export_value": "export_value",
    "export_countries": "export_countries",
}
#: What a firm's rows of one year must agree on, as they speak of the firm and not of the product.
_FIRM_WIDE = ["men", "women", "investment", "land_and_buildings", "turnover"]


_TABLES = [
    "import_stage",
    "import_key",
    "import_group",
    "import_register",
    "import_firm",
    "import_row",
    "import_remark",
    "import_many",
    "import_winner",
    "import_figure",
    "import_product",
    "import_person",
    "import_licence",
    "import_business_change",
    "import_figure_change",
    "import_product_change",
    "import_change",
]


class Staging:
    """One sheet on its way into the register: `load`, `compare`, read `counts()` and `lines()`, then `apply`."""

    def __init__(self, *, for_update):
        self.for_update = for_update
        self.parameters = {"today": timezone.localdate()}

    def _run(self, sql, **parameters):
        with connection.cursor() as cursor:
            cursor.execute(sql, self.parameters | parameters)
            return cursor.rowcount

    def _make(self, table, query, **parameters):
        self._run(f"CREATE TEMP TABLE {table} ON COMMIT DROP AS {query}", **parameters)

    # --- Loading ----------------------------------------------------------------------------------------------------

    def load(self, reader, *, on_rows=None):
        """COPY the rows of `reader` into the staging table; `on_rows(count)` is told how far it is."""
        columns = ", ".join(f"{name} {kind}" for name, kind in STAGE_COLUMNS.items())
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL work_mem = '96MB'")
            cursor.execute("SET LOCAL jit = off")
            if self.for_update:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_IMPORT_LOCK])
            # What an earlier import in the same transaction left.
            cursor.execute(f"DROP TABLE IF EXISTS {', '.join(_TABLES)}")
            cursor.execute(f"""
                CREATE TEMP TABLE import_stage (
                    {columns},
                    name_key text GENERATED ALWAYS AS ({name_key("name")}) STORED,
                    owner_key text GENERATED ALWAYS AS ({person_key("owner")}) STORED
                ) ON COMMIT DROP
            """)
            cursor.cursor.copy_expert(
                f"COPY import_stage ({', '.join(STAGE_COLUMNS)}) FROM STDIN (FORMAT csv)",
                _Stream(reader, on_rows),
                size=1 << 18,
            )
            cursor.execute("ANALYZE import_stage")
        self.rows, self.nibs, self.niks = reader.rows_read, reader.nibs, reader.niks

    # --- Comparing --------------------------------------------------------------------------------------------------

    def compare(self):
        """Find out what each row means and what it would change."""
        self._group_rows()
        self._find_businesses()
        self._place_rows()
        self._compare_rows_with_each_other()
        self._choose_values()
        self._compare_with_register()

    def _group_rows(self):
        """Rows of one business: by NIB, else by the owner's NIK and the name, else by name, kelurahan and owner.

        A row without NIB belongs to the NIB that its namesakes give, if they give one only.
        """
        who = "name_key || '|' || kelurahan || '|' || COALESCE(owner_key, '')"
        nib, nik = "nib", "nik_index"
        if 0 < self.nibs < self.rows:
            nib = """COALESCE(nib, CASE WHEN min(nib) OVER same = max(nib) OVER same THEN min(nib) OVER same END)"""
        if 0 < self.niks < self.rows:
            nik = """COALESCE(nik_index, CASE WHEN min(nik_index) OVER same = max(nik_index) OVER same
                     THEN min(nik_index) OVER same END)"""
        group = who
        if self.nibs or self.niks:
            group = f"""CASE WHEN nib IS NOT NULL THEN 'B' || nib
                        WHEN nik_index IS NOT NULL THEN 'K' || nik_index || '|' || name_key ELSE 'N' || {who} END"""
        window = f"WINDOW same AS (PARTITION BY {who})" if "OVER same" in nib + nik else ""
        self._make(
            "import_key",
            f"""
            SELECT line, {group} AS grp, year, product_key, nib, nik_index, name_key, kelurahan, owner_key, address
            FROM (
                SELECT line, year, upper(product) AS product_key, {nib} AS nib, {nik} AS nik_index, name_key,
                       kelurahan, owner_key, address
                FROM import_stage WHERE refused IS NULL {window}
            ) AS known
            """,
        )
        self._make(
            "import_group",
            """
            SELECT grp, min(nib) AS nib, min(nik_index) AS nik_index, min(name_key) AS name_key,
                   min(kelurahan) AS kelurahan, min(owner_key) AS owner_key, min(address) AS address,
                   min(name_key) <> max(name_key) AND min(kelurahan) <> max(kelurahan)
                   AND min(owner_key) IS DISTINCT FROM max(owner_key) AS is_mixed
            FROM import_key GROUP BY grp
            """,
        )
        self._run("ANALYZE import_group")

    def _find_businesses(self):
        self._make(
            "import_register",
            f"""
            SELECT b.id, COALESCE(b.merged_into_id, b.id) AS kept_id, b.status = 'merged' AS is_merged,
                   {name_key("b.name")} AS name_key, b.kelurahan_id AS kelurahan,
                   {address_key("b.address")} AS address_key, {person_key("o.name")} AS owner_key
            FROM ikm_business b
            LEFT JOIN ikm_ownership w ON w.business_id = b.id AND w.is_main
            LEFT JOIN ikm_owner o ON o.id = w.owner_id
            WHERE b.status NOT IN ('draft', 'rejected')
              AND {name_key("b.name")} IN (SELECT name_key FROM import_group)
            """,
        )
        self._run("ANALYZE import_register")
        self._make(
            "import_firm",
            f"""
            WITH candidate AS (
                -- An owner that either side does not know speaks neither for nor against.
                SELECT g.grp, r.kept_id, bool_or(COALESCE(r.owner_key = g.owner_key, TRUE)) AS same_owner,
                       bool_or(r.address_key = {address_key("g.address")}) AS same_address, bool_and(r.is_merged) AS is_merged
                FROM import_group g JOIN import_register r USING (name_key, kelurahan)
                GROUP BY g.grp, r.kept_id
            ), by_name AS (
                SELECT grp, min(kept_id) AS some_id,
                       count(*) FILTER (WHERE same_owner AND same_address) AS both_count,
                       min(kept_id) FILTER (WHERE same_owner AND same_address) AS both_id,
                       count(*) FILTER (WHERE same_owner) AS owner_count,
                       min(kept_id) FILTER (WHERE same_owner) AS owner_id,
                       count(*) FILTER (WHERE same_address) AS address_count,
                       min(kept_id) FILTER (WHERE same_address) AS address_id
                FROM candidate GROUP BY grp
            ), by_nik AS (
                SELECT g.grp, count(DISTINCT b.id) AS nik_count, min(b.id) AS nik_id
                FROM import_group g
                JOIN ikm_owner o ON o.nik_index = g.nik_index
                JOIN ikm_ownership w ON w.owner_id = o.id
                JOIN ikm_business b ON b.id = w.business_id AND b.status NOT IN ('draft', 'rejected', 'merged')
                     AND {name_key("b.name")} = g.name_key
                GROUP BY g.grp
            ), chosen AS (
                SELECT g.*, n.id AS nib_id, some_id,
                       COALESCE(n.id, CASE
                           WHEN nik_count = 1 THEN nik_id
                           WHEN nik_count > 1 THEN NULL
                           WHEN both_count = 1 THEN both_id
                           WHEN owner_count = 1 THEN owner_id
                           WHEN owner_count > 1 THEN NULL
                           WHEN address_count = 1 THEN address_id
                       END) AS business_id,
                       n.id IS NULL AND (nik_count > 1 OR COALESCE(nik_count, 0) = 0 AND (
                           owner_count > 1 AND both_count <> 1 OR owner_count = 0 AND address_count > 1
                       )) AS is_ambiguous
                FROM import_group g
                LEFT JOIN ikm_business n ON n.nib = g.nib AND n.status <> 'merged'
                LEFT JOIN by_nik USING (grp)
                LEFT JOIN by_name USING (grp)
            ), judged AS (
                SELECT c.grp, c.business_id, c.some_id, CASE
                    WHEN c.is_mixed THEN %(mixed)s
                    WHEN c.is_ambiguous THEN %(ambiguous)s
                    WHEN b.id IS NULL THEN NULL
                    WHEN b.status NOT IN ('registered', 'closed') THEN replace(%(unfinished)s, '{{r}}', b.reference)
                    WHEN c.nib_id IS NULL AND d.is_merged THEN replace(%(merged)s, '{{r}}', b.reference)
                    WHEN c.nib_id IS NOT NULL AND {name_key("b.name")} <> c.name_key
                         AND b.kelurahan_id <> c.kelurahan AND {person_key("o.name")} IS DISTINCT FROM c.owner_key
                        THEN replace(replace(%(other_nib)s, '{{r}}', b.reference), '{{n}}', b.name)
                    WHEN c.nib <> b.nib THEN replace(replace(%(nib_differs)s, '{{r}}', b.reference), '{{n}}', b.nib)
                    WHEN c.nik_index <> o.nik_index THEN replace(%(nik_differs)s, '{{r}}', b.reference)
                END AS error
                FROM chosen c
                LEFT JOIN ikm_business b ON b.id = c.business_id
                LEFT JOIN candidate d ON d.grp = c.grp AND d.kept_id = c.business_id
                LEFT JOIN ikm_ownership w ON w.business_id = b.id AND w.is_main
                LEFT JOIN ikm_owner o ON o.id = w.owner_id
            )
            SELECT grp, error, business_id IS NULL AS is_new,
                   CASE WHEN business_id IS NULL THEN some_id END AS namesake_id,
                   CASE WHEN error IS NULL
                        THEN COALESCE(business_id, nextval('ikm_business_id_seq')) END AS gid
            FROM judged
            """,
            mixed=_(
                "NIB yang sama dipakai untuk usaha dengan nama, pemilik, dan kelurahan yang berbeda. Periksa NIB."
            ),
            ambiguous=_(
                "Ada beberapa usaha bernama sama di kelurahan ini. Isi NIB, atau tulis alamatnya seperti di register."
            ),
            unfinished=_("Usaha ini masih dalam pendaftaran ({r}). Selesaikan berkas itu dahulu."),
            merged=_("Usaha ini sudah digabung ke {r}. Hapus baris ini atau pakai nama usaha itu."),
            other_nib=_(
                "NIB ini di register milik {r} {n}, yang nama, pemilik, dan kelurahannya lain. Periksa NIB."
            ),
            nib_differs=_("Di register usaha ini ({r}) ber-NIB {n}. Periksa NIB pada baris ini."),
            nik_differs=_(
                "NIK pemilik berbeda dari yang tercatat pada {r}. Perbaiki pemilik di berkas usahanya."
            ),
        )
        if self.for_update:
            # Whoever edits these businesses meanwhile waits, so that what was compared is what is written over.
            self._run("""
                SELECT b.id FROM ikm_business b JOIN import_firm f ON f.gid = b.id AND NOT f.is_new
                ORDER BY b.id FOR NO KEY UPDATE OF b
            """)

    def _place_rows(self):
        self._make(
            "import_row",
            """
            SELECT k.line, f.gid, f.is_new, k.year, k.product_key, k.grp
            FROM import_key k JOIN import_firm f USING (grp) WHERE f.error IS NULL
            """,
        )
        self._run("""
            CREATE TEMP TABLE import_remark (line integer, field text, message text, is_error boolean) ON COMMIT DROP
        """)
        self._run("""
            INSERT INTO import_remark
            SELECT k.line, 'name', f.error, TRUE FROM import_firm f JOIN import_key k USING (grp)
            WHERE f.error IS NOT NULL
        """)
        self._run(
            """
            INSERT INTO import_remark
            SELECT r.line, 'year', replace(%(message)s, '{d}', to_char(b.closed_on, 'DD-MM-YYYY')), TRUE
            FROM import_row r JOIN ikm_business b ON b.id = r.gid
            WHERE b.status = 'closed' AND r.year > extract(year FROM b.closed_on)
            """,
            message=_(
                "Usaha ini tercatat tutup sejak {d}. Buka kembali di berkas usahanya bila masih berjalan."
            ),
        )
        self._run(
            """
            INSERT INTO import_remark
            SELECT k.line, 'name', replace(%(message)s, '{r}', b.reference), FALSE
            FROM import_firm f JOIN ikm_business b ON b.id = f.namesake_id JOIN import_key k USING (grp)
            WHERE f.error IS NULL
            """,
            message=_(
                "Usaha bernama sama di kelurahan ini: {r}, pemilik dan alamatnya lain. Pastikan bukan usaha itu."
            ),
        )
        self._drop_refused()

    def _drop_refused(self):
        self._run("DELETE FROM import_row r USING import_remark e WHERE e.line = r.line AND e.is_error")

    def _compare_rows_with_each_other(self):
        self._make("import_many", "SELECT gid FROM import_row GROUP BY gid HAVING count(*) > 1")
        self.has_many = self._run("SELECT FROM import_many LIMIT 1") > 0
        if not self.has_many:
            return
        self._run(
            """
            INSERT INTO import_remark
            SELECT line, 'product', replace(%(message)s, '{n}', first_line::text), TRUE
            FROM (
                SELECT line, min(line) OVER (PARTITION BY gid, year, product_key) AS first_line
                FROM import_row JOIN import_many USING (gid)
            ) AS rows WHERE line > first_line
            """,
            message=_("Usaha, tahun, dan produk ini sudah ada di baris {n}."),
        )
        self._drop_refused()
        differs = " OR ".join(f"{field} <> first_{field}" for field in _FIRM_WIDE)
        firsts = ", ".join(
            f"(array_agg({field} ORDER BY line) FILTER (WHERE {field} IS NOT NULL))[1] AS first_{field}"
            for field in _FIRM_WIDE
        )
        self._run(
            f"""
            INSERT INTO import_remark
            SELECT s.line, 'men', replace(replace(%(message)s, '{{n}}', first_line::text), '{{y}}', r.year::text), TRUE
            FROM (
                SELECT gid, year, min(line) AS first_line, {firsts}
                FROM import_row JOIN import_many USING (gid) JOIN import_stage USING (line, year)
                GROUP BY gid, year HAVING count(*) > 1
            ) AS firsts
            JOIN import_row r USING (gid, year) JOIN import_stage s USING (line)
            WHERE {differs}
            """,
            message=_(
                "Tenaga kerja, investasi, atau omzet tahun {y} berbeda dari baris {n} untuk usaha yang sama. "
                "Samakan, karena angka itu milik usaha dan bukan milik tiap produk."
            ),
        )
        self._drop_refused()
        self._run(
            """
            INSERT INTO import_remark
            SELECT r.line, 'production_value', replace(%(message)s, '{n}', of.count::text), FALSE
            FROM (
                SELECT gid, year, count(*) FROM import_row JOIN import_many USING (gid) JOIN import_stage USING (line, year)
                WHERE production_value > 0
                GROUP BY gid, year HAVING count(*) > 1 AND min(production_value) = max(production_value)
            ) AS of JOIN import_row r USING (gid, year)
            """,
            message=_(
                "Nilai produksi {n} baris produk sama besar dan dijumlahkan. Pastikan bukan nilai seluruh usaha."
            ),
        )

    def _choose_values(self):
        """The latest filled value of each field, the figures of each year, the products."""
        fields = [*BUSINESS_FIELDS, *_WINNER_ONLY]
        single = ", ".join(f"s.{field}" for field in [*fields, *_PEOPLE])
        latest = ", ".join(
            [
                f"(array_agg(s.{field} ORDER BY r.year DESC, r.line DESC) FILTER (WHERE s.{field} IS NOT NULL))[1]"
                for field in fields
            ]
            + [f"min(s.{field})" for field in _PEOPLE]
        )
        alone, many = (
            "NOT EXISTS (SELECT FROM import_many m WHERE m.gid = r.gid)",
            "JOIN import_many USING (gid)",
        )
        winners = f"""
            SELECT r.gid, r.is_new, r.line AS last_line, r.year AS first_year, r.year AS last_year, {single}
            FROM import_row r JOIN import_stage s USING (line)"""
        if self.has_many:
            winners += f""" WHERE {alone}
                UNION ALL
                SELECT r.gid, r.is_new, (array_agg(r.line ORDER BY r.year DESC, r.line DESC))[1], min(r.year),
                       max(r.year), {latest}
                FROM import_row r {many} JOIN import_stage s USING (line) GROUP BY r.gid, r.is_new"""
        # A sheet older than what the register knows tells of its own years, not of today's address or phone.
        self._make(
            "import_winner",
            f"""
            SELECT w.*, COALESCE(f.year > w.last_year, FALSE) AS is_old
            FROM ({winners}) AS w
            LEFT JOIN ikm_business b ON b.id = w.gid
            LEFT JOIN ikm_yearlyfigure f ON f.id = b.latest_figure_id
            """,
        )
        self._run(
            """
            INSERT INTO import_remark
            SELECT last_line, 'year', replace(%(message)s, '{y}', f.year::text), FALSE
            FROM import_winner w JOIN ikm_business b ON b.id = w.gid
            JOIN ikm_yearlyfigure f ON f.id = b.latest_figure_id WHERE w.is_old
            """,
            message=_(
                "Register sudah memuat data tahun {y}; dari baris ini hanya angka tahunan dan produk yang dipakai."
            ),
        )
        export = "round(s.production_value * s.export_percent / 100)"
        figures = f"""
            SELECT r.gid, r.is_new AS firm_is_new, r.year, s.men, s.women, s.investment, s.land_and_buildings, s.capacity,
                   s.unit, s.production_value, s.turnover, s.raw_material_value, {export} AS export_value,
                   s.export_countries
            FROM import_row r JOIN import_stage s USING (line)"""
        if self.has_many:
            figures += f""" WHERE {alone}
                UNION ALL
                SELECT r.gid, r.is_new, r.year, max(s.men), max(s.women), max(s.investment), max(s.land_and_buildings),
                       -- Kilograms and pieces do not add up.
                       CASE WHEN count(DISTINCT s.unit) <= 1 THEN sum(s.capacity) END,
                       CASE WHEN count(DISTINCT s.unit) <= 1 THEN max(s.unit) END,
                       sum(s.production_value), max(s.turnover), sum(s.raw_material_value), sum({export}),
                       left(string_agg(DISTINCT s.export_countries, ', '), 200)
                FROM import_row r {many} JOIN import_stage s USING (line) GROUP BY r.gid, r.is_new, r.year"""
        self._make(
            "import_figure",
            f"""
            SELECT x.*, f.id AS old_id, LEAST(make_date(x.year, 12, 31), %(today)s) AS stated_on,
                   COALESCE(f.id, nextval('ikm_yearlyfigure_id_seq')) AS id
            FROM ({figures}) AS x
            LEFT JOIN ikm_yearlyfigure f
                ON f.business_id = x.gid AND f.year = x.year AND f.period = 'year' AND NOT x.firm_is_new
            """,
        )
        products = """
            SELECT r.gid, r.is_new AS firm_is_new, r.product_key, s.product AS name, s.capacity, s.unit, r.line
            FROM import_row r JOIN import_stage s USING (line) WHERE r.product_key IS NOT NULL"""
        if self.has_many:
            products = f"""{products} AND {alone}
                UNION ALL
                SELECT * FROM (
                    SELECT DISTINCT ON (r.gid, r.product_key) r.gid, r.is_new, r.product_key, s.product, s.capacity,
                           s.unit, r.line
                    FROM import_row r {many} JOIN import_stage s USING (line) WHERE r.product_key IS NOT NULL
                    ORDER BY r.gid, r.product_key, r.year DESC, r.line DESC
                ) AS latest"""
        self._make(
            "import_product",
            f"""
            SELECT x.*, p.id AS old_id
            FROM ({products}) AS x
            LEFT JOIN ikm_product p ON p.business_id = x.gid AND upper(p.name) = x.product_key AND NOT x.firm_is_new
            """,
        )

    def _compare_with_register(self):
        self._find_owners()
        self._make(
            "import_licence",
            """
            SELECT DISTINCT r.gid, s.licence_kind AS kind, s.licence_number AS number
            FROM import_row r JOIN import_stage s USING (line)
            WHERE s.licence_number IS NOT NULL AND NOT EXISTS (
                SELECT FROM ikm_licence l
                WHERE l.business_id = r.gid AND l.kind = s.licence_kind AND l.number = s.licence_number
            )
            """,
        )
        business = _changes(
            "w",
            "b",
            BUSINESS_FIELDS,
            shown={"kbli": ("bk.code", "wk.code"), "kelurahan": ("ba.name", "wa.name")},
        )
        figure = _changes("x", "f", FIGURE_FIELDS, prefix="figure.")
        self._make(
            "import_business_change",
            f"""
            SELECT w.gid, w.last_line AS line, CASE WHEN w.is_old THEN '{{}}'::jsonb ELSE
                   {business} || CASE WHEN w.npwp_index <> COALESCE(b.npwp_index, '')
                       THEN jsonb_build_object('npwp', jsonb_build_array(
                            CASE WHEN b.npwp_index IS NULL THEN '' ELSE '••••' END, '••••')) ELSE '{{}}' END
                   END AS changes
            FROM import_winner w
            JOIN ikm_business b ON b.id = w.gid
            LEFT JOIN ikm_kbli wk ON wk.id = w.kbli LEFT JOIN ikm_kbli bk ON bk.id = b.main_kbli_id
            LEFT JOIN ikm_area wa ON wa.code = w.kelurahan LEFT JOIN ikm_area ba ON ba.code = b.kelurahan_id
            WHERE NOT w.is_new
            """,
        )
        self._make(
            "import_figure_change",
            f"""
            SELECT x.id, x.gid, x.year, CASE WHEN f.id IS NULL
                   THEN jsonb_build_object('figure', jsonb_build_array('', x.year)) ELSE {figure} END AS changes
            FROM import_figure x LEFT JOIN ikm_yearlyfigure f ON f.id = x.old_id
            WHERE NOT x.firm_is_new
            """,
        )
        product = _changes("x", "p", {"capacity": "capacity", "unit": "unit"}, prefix="product.")
        self._make(
            "import_product_change",
            f"""
            SELECT x.gid, x.product_key, x.line, p.id AS old_id, CASE
                   WHEN p.id IS NULL THEN jsonb_build_object('product', jsonb_build_array('', x.name))
                   WHEN w.is_old THEN '{{}}'::jsonb ELSE {product} END AS changes
            FROM import_product x JOIN import_winner w USING (gid) LEFT JOIN ikm_product p ON p.id = x.old_id
            WHERE NOT x.firm_is_new
            """,
        )
        self._make(
            "import_change",
            """
            SELECT r.line, COALESCE(b.changes, '{}') || COALESCE(f.changes, '{}') || COALESCE(p.changes, '{}')
                   || COALESCE(o.changes, '{}') || COALESCE(l.changes, '{}') AS changes
            FROM import_row r
            LEFT JOIN import_business_change b ON b.line = r.line
            LEFT JOIN import_figure_change f ON f.gid = r.gid AND f.year = r.year
            LEFT JOIN import_product_change p ON p.line = r.line
            LEFT JOIN import_winner w ON w.last_line = r.line
            LEFT JOIN (
                SELECT gid, CASE WHEN is_nik_only THEN jsonb_build_object('nik', jsonb_build_array('', nik_shown))
                       ELSE jsonb_build_object('owner', jsonb_build_array('', owner)) END AS changes
                FROM import_person WHERE NOT firm_is_new
            ) AS o ON o.gid = w.gid
            LEFT JOIN (
                SELECT gid, jsonb_build_object('licence', jsonb_build_array('', string_agg(number, ', '))) AS changes
                FROM import_licence GROUP BY gid
            ) AS l ON l.gid = w.gid
            WHERE NOT r.is_new
            """,
        )

    def _find_owners(self):
        """Who owns what: people to be added, by NIK one each, and NIKs to be added to owners known by name only."""
        first = "first_value(fresh_id) OVER same" if self.niks else "fresh_id"
        turn = "row_number() OVER same" if self.niks else "1"
        window = (
            "WINDOW same AS (PARTITION BY COALESCE(nik_index, gid::text) ORDER BY gid)" if self.niks else ""
        )
        self._make(
            "import_person",
            f"""
            SELECT gid, firm_is_new, owner, nik, nik_index, nik_shown, sex, birth_date, owner_phone, owner_reference,
                   is_nik_only, known_name, COALESCE(known_id, {first}) AS owner_id,
                   known_id IS NULL AND {turn} = 1 AS is_new
            FROM (
                SELECT w.gid, w.is_new AS firm_is_new, w.owner, w.nik, w.nik_index, w.nik_shown, w.sex, w.birth_date,
                       w.owner_phone, w.owner_reference, m.id IS NOT NULL AS is_nik_only, k.name AS known_name,
                       COALESCE(m.id, k.id) AS known_id,
                       CASE WHEN COALESCE(m.id, k.id) IS NULL
                            THEN nextval('ikm_owner_id_seq') END AS fresh_id
                FROM import_winner w
                LEFT JOIN ikm_ownership s ON s.business_id = w.gid AND s.is_main AND NOT w.is_new
                LEFT JOIN ikm_owner m ON m.id = s.owner_id
                LEFT JOIN ikm_owner k ON k.nik_index = w.nik_index
                WHERE w.owner IS NOT NULL AND (
                    m.id IS NULL OR m.nik_index IS NULL AND w.nik_index IS NOT NULL AND k.id IS NULL
                    AND {person_key("m.name")} = {person_key("w.owner")}
                )
            ) AS found {window}
            """,
        )
        self._run(
            f"""
            INSERT INTO import_remark
            SELECT w.last_line, 'owner', replace(%(other_owner)s, '{{n}}', o.name), FALSE
            FROM import_winner w
            JOIN ikm_ownership s ON s.business_id = w.gid AND s.is_main
            JOIN ikm_owner o ON o.id = s.owner_id
            WHERE NOT w.is_new AND {person_key("o.name")} <> {person_key("w.owner")}
            UNION ALL
            SELECT w.last_line, 'nik', replace(%(other_name)s, '{{n}}', p.known_name), FALSE
            FROM import_winner w JOIN import_person p USING (gid)
            WHERE {person_key("p.known_name")} <> {person_key("p.owner")}
            """,
            other_owner=_(
                "Pemilik di register bernama {n} dan tidak diubah. Ganti pemilik di berkas usahanya."
            ),
            other_name=_("NIK ini di register atas nama {n}; usaha dicatat atas nama itu."),
        )

    # --- Results ----------------------------------------------------------------------------------------------------

    def counts(self):
        """How many rows are new, changed, unchanged, refused."""
        with connection.cursor() as cursor:
            cursor.execute("""
                SELECT (SELECT count(*) FROM import_row WHERE is_new),
                       (SELECT count(*) FROM import_change WHERE changes <> '{}'),
                       (SELECT count(*) FROM import_change WHERE changes = '{}'),
                       (SELECT count(*) FROM import_stage)
            """)
            new, changed, unchanged, every = cursor.fetchone()
        return {
            "new": new,
            "changed": changed,
            "unchanged": unchanged,
            "refused": every - new - changed - unchanged,
        }

    def keep_rows(self, batch, *, verdicts):
        """Write the verdict on each row whose verdict is among `verdicts` to ikm_importrow."""
        self._run(
            """
            INSERT INTO ikm_importrow (batch_id, line, cells, verdict, changes, errors, warnings, business_id)
            SELECT %(batch)s, line, COALESCE(cells, '{}'), verdict, changes, errors, warnings, business_id
            FROM (
                SELECT s.line, s.cells, CASE
                           WHEN r.line IS NULL THEN 'refused' WHEN r.is_new THEN 'new'
                           WHEN c.changes <> '{}' THEN 'changed' ELSE 'unchanged' END AS verdict,
                       COALESCE(c.changes, '{}') AS changes,
                       COALESCE(s.refused, '[]') || COALESCE(e.errors, '[]') AS errors,
                       COALESCE(s.warned, '[]') || COALESCE(e.warnings, '[]') AS warnings,
                       CASE WHEN NOT r.is_new THEN r.gid END AS business_id
                FROM import_stage s
                LEFT JOIN import_row r USING (line)
                LEFT JOIN import_change c USING (line)
                LEFT JOIN (
                    SELECT line, jsonb_agg(remark) FILTER (WHERE is_error) AS errors,
                           jsonb_agg(remark) FILTER (WHERE NOT is_error) AS warnings
                    FROM (
                        SELECT line, is_error, jsonb_build_object('field', field, 'message', message) AS remark
                        FROM import_remark
                    ) AS remarks GROUP BY line
                ) AS e USING (line)
            ) AS judged WHERE verdict = ANY(%(verdicts)s)
            """,
            batch=batch.pk,
            verdicts=list(verdicts),
        )

    def errors(self):
        """{line: [{"field", "message"}, …]} of the refused rows."""
        with connection.cursor() as cursor:
            cursor.execute("""
                SELECT line, jsonb_agg(remark) FROM (
                    SELECT line, jsonb_array_elements(refused) AS remark FROM import_stage WHERE refused IS NOT NULL
                    UNION ALL
                    SELECT line, jsonb_build_object('field', field, 'message', message) FROM import_remark WHERE is_error
                ) AS remarks GROUP BY line ORDER BY line
            """)
            return {
                line: remarks if isinstance(remarks, list) else orjson.loads(remarks)
                for line, remarks in cursor
            }

    def matches(self, batch):
        """Whether the verdicts are those that ikm_importrow keeps for `batch`."""
        return not self._run(
            """
            SELECT FROM import_stage s
            LEFT JOIN import_row r USING (line)
            LEFT JOIN import_change c USING (line)
            FULL JOIN (SELECT line, verdict, changes, business_id FROM ikm_importrow WHERE batch_id = %(batch)s) AS kept
                USING (line)
            WHERE kept.verdict IS DISTINCT FROM CASE
                      WHEN s.line IS NULL THEN NULL WHEN r.line IS NULL THEN 'refused' WHEN r.is_new THEN 'new'
                      WHEN c.changes <> '{}' THEN 'changed' ELSE 'unchanged' END
               OR kept.changes IS DISTINCT FROM COALESCE(c.changes, '{}')
               OR kept.business_id IS DISTINCT FROM CASE WHEN NOT r.is_new THEN r.gid END
            LIMIT 1
            """,
            batch=batch.pk,
        )

    def link_rows(self, batch):
        """Point the kept rows of new businesses to what was written."""
        self._run(
            """
            UPDATE ikm_importrow k SET business_id = r.gid
            FROM import_row r WHERE k.batch_id = %(batch)s AND k.line = r.line AND r.is_new
            """,
            batch=batch.pk,
        )

    # --- Writing ----------------------------------------------------------------------------------------------------

    def apply(self, *, actor):
        """Write everything. Returns how many businesses were added and how many others changed."""
        self.parameters["actor"] = actor.pk if actor else None
        self._draw_again()
        added = self._add_businesses()
        self._write_owners()
        self._write_figures()
        self._write_products()
        self._run("""
            INSERT INTO ikm_licence (business_id, kind, number, issuer, issued_on, expires_on, about, version,
                                     created_at, modified_at)
            SELECT gid, kind, number, '', NULL, NULL, '', 1, now(), now() FROM import_licence
        """)
        return added, self._change_businesses()

    def _draw_again(self):
        """A reference that is taken already, or drawn twice, is drawn again."""
        for table, column, prefix in (
            ("ikm_business", "reference", "IKM"),
            ("ikm_owner", "owner_reference", "PML"),
        ):
            while True:
                with connection.cursor() as cursor:
                    cursor.execute(f"""
                        SELECT gid FROM import_winner w WHERE EXISTS (
                            SELECT FROM {table} t WHERE t.reference = w.{column}
                        )
                        UNION ALL
                        SELECT max(gid) FROM import_winner GROUP BY {column} HAVING count(*) > 1
                    """)
                    taken = [gid for (gid,) in cursor]
                if not taken:
                    break
                for gid in taken:
                    self._run(
                        f"UPDATE import_winner SET {column} = %(fresh)s WHERE gid = %(gid)s",
                        fresh=new_reference(prefix),
                        gid=gid,
                    )

    def _add_businesses(self):
        latest = """
            SELECT DISTINCT ON (gid) gid, id, men + women AS workers, stated_on, investment
            FROM import_figure WHERE firm_is_new ORDER BY gid, stated_on DESC, id DESC"""
        words = """
            SELECT gid, string_agg(name, ', ' ORDER BY line) AS words FROM import_product WHERE firm_is_new GROUP BY gid"""
        if not self.has_many:
            latest = "SELECT gid, id, men + women AS workers, stated_on, investment FROM import_figure WHERE firm_is_new"
            words = "SELECT gid, name AS words FROM import_product WHERE firm_is_new"
        scale = scale_case(
            scale_limits(), "kemenperin", workers="f.workers", amount="f.investment", day="f.stated_on"
        )
        return self._run(
            f"""
            INSERT INTO ikm_business (
                id, version, created_at, modified_at, reference, status, name, legal_form, nib, npwp, npwp_index, brand,
                branch, main_kbli_id, commodity, story, address, kelurahan_id, postcode, latitude, longitude, phone, email,
                website, visit_days, founded_year, registered_on, latest_figure_id, scale, workers, product_words)
            SELECT w.gid, 1, now(), now(), w.reference, 'registered', w.name, COALESCE(w.legal_form, 'individual'), w.nib,
                   COALESCE(w.npwp, ''), w.npwp_index, COALESCE(w.brand, ''), COALESCE(w.branch, ''), w.kbli,
                   COALESCE(w.commodity, ''), '', w.address, w.kelurahan, a.postcode, w.latitude, w.longitude,
                   COALESCE(w.phone, ''), COALESCE(w.email, ''), COALESCE(w.website, ''), '{{}}', w.founded_year,
                   LEAST(make_date(w.first_year, 12, 31), %(today)s), f.id, {scale}, f.workers, COALESCE(p.words, '')
            FROM import_winner w
            JOIN ikm_area a ON a.code = w.kelurahan
            JOIN ({latest}) AS f USING (gid)
            LEFT JOIN ({words}) AS p USING (gid)
            WHERE w.is_new ORDER BY w.gid
            """
        )

    def _write_owners(self):
        self._run("""
            INSERT INTO ikm_owner (id, version, created_at, modified_at, reference, name, nik, nik_index, sex, birth_date,
                                   has_disability, phone, email, ktp_address, ktp_area_code)
            SELECT p.owner_id, 1, now(), now(), w.owner_reference, p.owner, COALESCE(p.nik, ''), p.nik_index,
                   COALESCE(p.sex, ''), p.birth_date, FALSE, COALESCE(p.owner_phone, ''), '', '', ''
            FROM import_person p JOIN import_winner w USING (gid) WHERE p.is_new ORDER BY p.owner_id
        """)
        self._run("""
            INSERT INTO ikm_ownership (business_id, owner_id, is_main)
            SELECT gid, owner_id, TRUE FROM import_person WHERE NOT is_nik_only ORDER BY gid
        """)
        self._run("""
            UPDATE ikm_owner o
            SET nik = p.nik, nik_index = p.nik_index, sex = COALESCE(NULLIF(o.sex, ''), p.sex),
                birth_date = COALESCE(o.birth_date, p.birth_date)
            FROM import_person p WHERE p.is_nik_only AND o.id = p.owner_id
        """)

    def _write_figures(self):
        limits = scale_limits()

        def scales(workers, figure):
            amount, day = f"{figure}.investment", f"{figure}.stated_on"
            return (
                scale_case(limits, "kemenperin", workers=workers, amount=amount, day=day),
                pp7_case(limits, investment=amount, turnover=f"{figure}.turnover", day=day),
                scale_case(limits, "bps", workers=workers, amount=None, day=day),
            )

        new = ", ".join(scales("(x.men + x.women)", "x"))
        columns = list(FIGURE_FIELDS.values())
        values = ", ".join(
            f"COALESCE(x.{name}, '')" if name in ("unit", "export_countries") else f"x.{name}"
            for name in FIGURE_FIELDS
        )
        self._run(f"""
            INSERT INTO ikm_yearlyfigure (id, version, created_at, modified_at, business_id, year, period, stated_on, source,
                                          {", ".join(columns)}, scale, pp7_scale, bps_scale, recorded_by_id)
            SELECT x.id, 1, now(), now(), x.gid, x.year, 'year', x.stated_on, 'import', {values}, {new}, %(actor)s
            FROM import_figure x WHERE x.old_id IS NULL ORDER BY x.id
        """)
        merged = ", ".join(
            f"COALESCE(x.{name}, f.{column}) AS {column}" for name, column in FIGURE_FIELDS.items()
        )
        scale, pp7, bps = scales("(v.men_workers + v.women_workers)", "v")
        self._run(f"""
            UPDATE ikm_yearlyfigure f
            SET {", ".join(f"{column} = v.{column}" for column in columns)}, stated_on = v.stated_on, source = 'import',
                recorded_by_id = %(actor)s, scale = {scale}, pp7_scale = {pp7}, bps_scale = {bps}
            FROM (
                SELECT f.id, x.stated_on, {merged}
                FROM import_figure x JOIN ikm_yearlyfigure f ON f.id = x.old_id
                JOIN import_figure_change c ON c.id = x.id WHERE c.changes <> '{{}}'
            ) AS v WHERE f.id = v.id
        """)

    def _write_products(self):
        self._run("""
            INSERT INTO ikm_product (business_id, name, capacity, unit)
            SELECT gid, name, capacity, COALESCE(unit, '') FROM import_product WHERE old_id IS NULL ORDER BY line
        """)
        self._run("""
            UPDATE ikm_product p SET capacity = COALESCE(x.capacity, p.capacity), unit = COALESCE(x.unit, p.unit)
            FROM import_product x JOIN import_product_change c USING (gid, product_key)
            WHERE p.id = x.old_id AND c.changes <> '{}'
        """)

    def _change_businesses(self):
        changed = self._run(f"""
            UPDATE ikm_business b
            SET {", ".join(f"{column} = COALESCE(w.{name}, b.{column})" for name, column in BUSINESS_FIELDS.items())},
                npwp = CASE WHEN w.npwp_index <> COALESCE(b.npwp_index, '') THEN w.npwp ELSE b.npwp END,
                npwp_index = COALESCE(w.npwp_index, b.npwp_index),
                postcode = CASE WHEN w.kelurahan <> b.kelurahan_id THEN a.postcode ELSE b.postcode END
            FROM import_winner w
            JOIN import_business_change c USING (gid) JOIN ikm_area a ON a.code = w.kelurahan
            WHERE b.id = w.gid AND c.changes <> '{{}}'
        """)
        with connection.cursor() as cursor:
            cursor.execute("""
                SELECT array_agg(DISTINCT gid) FROM (
                    SELECT gid FROM import_figure_change WHERE changes <> '{}'
                    UNION ALL SELECT gid FROM import_product_change WHERE changes <> '{}'
                ) AS touched
            """)
            (touched,) = cursor.fetchone()
        if touched:
            refresh_current(touched)
        return changed


def _changes(new, old, fields, *, prefix="", shown=None):
    """SQL of {field: [old, new]} for the filled fields that differ. `shown` gives other SQL for what people read."""
    pairs = []
    for name, column in fields.items():
        before, after = (shown or {}).get(name, (f"{old}.{column}", f"{new}.{name}"))
        pairs.append(
            f"'{prefix}{name}', CASE WHEN {new}.{name} IS DISTINCT FROM {old}.{column} AND {new}.{name} IS NOT NULL "
            f"THEN jsonb_build_array({before}, {after}) END"
        )
    return f"jsonb_strip_nulls(jsonb_build_object({', '.join(pairs)}))"


class _Stream:
    """A reader's chunks as the file that COPY reads."""

    def __init__(self, reader, on_rows):
        self.reader, self.on_rows = reader, on_rows
        self.chunks = reader.chunks()
        self.buffer, self.position = "", 0

    def read(self, size):
        if self.position >= len(self.buffer):
            self.buffer, self.position = next(self.chunks, ""), 0
            if self.on_rows:
                self.on_rows(self.reader.rows_read)
        part = self.buffer[self.position : self.position + size]
        self.position += len(part)
        return part
