"""A register of any size for measurements, made inside the database: a million rows in a few minutes.

Believable only in its proportions. It has no owners and no history, and needs a superuser of the database, because
foreign keys and history triggers rest while it writes.
"""

from random import Random

from django.db import connection, transaction

from core.references import ALPHABET
from ikm.demo import places
from ikm.demo.city import SMALL_WORKERS, SURVEYED_ON
from ikm.demo.load import copy_lines, day_limits
from ikm.demo.names import MEN, WOMEN
from ikm.demo.trades import TRADES, WORDS
from ikm.models import Business, Kbli, Product, YearlyFigure
from ikm.scale import scales
from ikm.services.reference import KBLI_VERSION

SAMPLES = 997

#: 31 characters, prime: `n * 7654321` runs through all bodies before one comes twice. See core.references.
BODIES = len(ALPHABET) ** 7
PREFIX_SUM = sum(weight * (ord(letter) - ord("A")) for weight, letter in enumerate("MKI", 9))

TABLES = {
    "demo_trade": "id int, name text, kbli_id bigint, branch text, commodity text, product text, unit text",
    "demo_place": "id int, code text, postcode text, latitude numeric, longitude numeric, street text",
    "demo_word": "id int, word text",
    "demo_person": "id int, name text",
    "demo_sample": "id int, men int, women int, investment numeric, turnover numeric, scale text, pp7 text, bps text",
}

# One line per business with everything drawn; chance is a hash of the number, so that it is the same every time.
DRAWN = """
    CREATE TEMPORARY TABLE demo_drawn AS
    WITH numbered AS (
        SELECT n, (n * 7654321) %% %(bodies)s AS body,
               hashint8extended(n, 1) & 2147483647 AS h1, hashint8extended(n, 2) & 2147483647 AS h2,
               hashint8extended(n, 3) & 2147483647 AS h3, hashint8extended(n, 4) & 2147483647 AS h4,
               hashint8extended(n, 5) & 2147483647 AS h5, hashint8extended(n, 6) & 2147483647 AS h6
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
    ), spelled AS (
        SELECT *, body %% 31 AS d7, body / 31 %% 31 AS d6, body / 961 %% 31 AS d5, body / 29791 %% 31 AS d4,
               body / 923521 %% 31 AS d3, body / 28629151 %% 31 AS d2, body / 887503681 %% 31 AS d1
        FROM numbered
    )
    SELECT n, n - %(first)s + 1 AS place, h5, h6,
           'IKM-' || substr(%(alphabet)s, d1::int + 1, 1) || substr(%(alphabet)s, d2::int + 1, 1)
                  || substr(%(alphabet)s, d3::int + 1, 1) || substr(%(alphabet)s, d4::int + 1, 1)
           || '-' || substr(%(alphabet)s, d5::int + 1, 1) || substr(%(alphabet)s, d6::int + 1, 1)
                  || substr(%(alphabet)s, d7::int + 1, 1)
                  || substr(%(alphabet)s, (31 - (%(prefix_sum)s + 8 * d1 + 7 * d2 + 6 * d3 + 5 * d4 + 4 * d5 + 3 * d6
                                                 + 2 * d7) %% 31)::int %% 31 + 1, 1) AS reference,
           t.name || ' ' || w.word || ' ' || p.name AS name, t.kbli_id, t.branch, t.commodity, t.product, t.unit,
           a.code, a.postcode, a.street || ' No. ' || h6 %% 300 + 1 AS address,
           a.latitude + (h5 %% 4000 - 2000) / 1000000.0 AS latitude,
           a.longitude + (h6 %% 4000 - 2000) / 1000000.0 AS longitude,
           s.men, s.women, s.investment, s.turnover, s.scale, s.pp7, s.bps,
           DATE '2010-01-04' + (h5 %% 2600)::int AS registered_on,
           CASE WHEN h6 %% 100 < 92 THEN 'registered' WHEN h6 %% 100 < 96 THEN 'closed' ELSE 'submitted' END AS status
    FROM spelled
    JOIN demo_trade t ON t.id = h1 %% %(demo_trade)s
    JOIN demo_place a ON a.id = h2 %% %(demo_place)s
    JOIN demo_word w ON w.id = h3 %% %(demo_word)s
    JOIN demo_person p ON p.id = h4 %% %(demo_person)s
    JOIN demo_sample s ON s.id = (h1 + h4) %% %(demo_sample)s
"""

BUSINESSES = """
    INSERT INTO ikm_business (
        id, version, created_at, modified_at, reference, status, name, legal_form, nib, npwp, brand, branch,
        main_kbli_id, commodity, story, address, kelurahan_id, postcode, latitude, longitude, phone, email, website,
        visit_days, founded_year, registered_on, closed_on, verified_on, confirmed_on, latest_figure_id, scale,
        workers, product_words, change_number
    )
    SELECT %(business)s + place, 1, registered_on, registered_on + (h5 %% 3000)::int, reference, status, name,
           'individual', CASE WHEN h5 %% 2 = 0 THEN '7' || lpad(n::text, 12, '0') END, '', '', branch,
           kbli_id, commodity, '', address, code, postcode, latitude, longitude, '+62899' || lpad(n::text, 8, '0'),
           '', '', '{}', 1990 + h5 %% 20, CASE WHEN status <> 'submitted' THEN registered_on END,
           CASE WHEN status = 'closed' THEN registered_on + 2700 + (h6 %% 400)::int END, registered_on, registered_on,
           %(figure)s + place, scale, men + women, product, core_change_number()
    FROM demo_drawn
"""

FIGURES = """
    INSERT INTO ikm_yearlyfigure (
        id, version, created_at, modified_at, business_id, year, period, stated_on, source, men_workers,
        women_workers, investment, turnover, production_value, unit, export_countries, scale, pp7_scale, bps_scale
    )
    SELECT %(figure)s + place, 1, now(), now(), %(business)s + place, %(year)s, 'year', %(stated_on)s, 'official',
           men, women, investment, turnover, turnover, unit, '', scale, pp7, bps
    FROM demo_drawn
"""

PRODUCTS = """
    INSERT INTO ikm_product (business_id, name, unit) SELECT %(business)s + place, product, unit FROM demo_drawn
"""


MODELS = (Business, YearlyFigure, Product)


def load_scale(count, *, seed):
    """Add businesses until the register holds `count`. Returns how many were added."""
    with transaction.atomic(), connection.cursor() as cursor:
        existing = Business.objects.count()
        if existing >= count:
            return 0
        # No history for a throw-away register, and its foreign keys are proved at once at the end instead of row by
        # row; check constraints hold all the same.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for model in MODELS:
            cursor.execute(f"ALTER TABLE {model._meta.db_table} DISABLE TRIGGER USER")
        foreign_keys = _drop_foreign_keys(cursor)
        sizes = _palettes(cursor, Random(f"{seed}/scale"))
        last_used = existing + _base(cursor, Business)
        parameters = {
            **sizes,
            "alphabet": ALPHABET,
            "bodies": BODIES,
            "prefix_sum": PREFIX_SUM,
            "first": last_used + 1,
            "last": last_used + count - existing,
            "business": _base(cursor, Business),
            "figure": _base(cursor, YearlyFigure),
            "year": SURVEYED_ON.year,
            "stated_on": SURVEYED_ON,
        }
        cursor.execute(DRAWN, parameters)
        for model, statement in ((Business, BUSINESSES), (YearlyFigure, FIGURES), (Product, PRODUCTS)):
            indexes = _drop_indexes(cursor, model)
            cursor.execute(statement, parameters)
            for definition in indexes:
                cursor.execute(definition)
        for model in (Business, YearlyFigure):
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{model._meta.db_table}', 'id'), max(id)) "  # noqa: S608
                f"FROM {model._meta.db_table}"
            )
        cursor.execute(f"DROP TABLE demo_drawn, {', '.join(TABLES)}")
        for definition in foreign_keys:
            cursor.execute(definition)
        for model in MODELS:
            cursor.execute(f"ALTER TABLE {model._meta.db_table} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ikm_business, ikm_yearlyfigure, ikm_product")
    return count - existing


def _drop_foreign_keys(cursor):
    """Drop the foreign keys of the filled tables. Returns the statements that set them again."""
    cursor.execute(
        """
        SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
        WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])
        """,
        [[model._meta.db_table for model in MODELS]],
    )
    definitions = []
    for table, name, definition in cursor.fetchall():
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        definitions.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    return definitions


def _base(cursor, model):
    """The highest id so far."""
    cursor.execute(f"SELECT COALESCE(max(id), 0) FROM {model._meta.db_table}")  # noqa: S608
    return cursor.fetchone()[0]


def _palettes(cursor, rng):
    """Fill the temporary tables that the rows are drawn from. Returns {table: number of its rows}."""
    kbli = dict(Kbli.objects.filter(version=KBLI_VERSION).values_list("code", "id"))
    trades = [
        (pattern.replace("{}", "").replace("{w}", "").strip(), trade, product)
        for trade in TRADES
        for pattern in trade.names
        for product in trade.products
        for _time in range(round(trade.weight))
    ]
    kelurahan = places.kelurahan_by_kecamatan()
    palettes = {
        "demo_trade": [
            (name, kbli[trade.kbli], trade.branch, trade.commodity, product, trade.unit)
            for name, trade, product in trades
        ],
        "demo_place": [
            (area.code, area.postcode or "", *places.position(rng, area, index, len(areas)), f"Jl. {street}")
            for areas in kelurahan.values()
            for index, area in enumerate(areas)
            for street in rng.sample(places.STREETS, 4)
        ],
        "demo_word": [(word,) for word in sorted(set(WORDS))],
        "demo_person": [(name,) for name in sorted({*MEN, *WOMEN})],
        "demo_sample": _samples(rng),
    }
    for table, rows in palettes.items():
        cursor.execute(f"CREATE TEMPORARY TABLE {table} ({TABLES[table]})")
        copy_lines(cursor, table, [(index, *row) for index, row in enumerate(rows)])
        cursor.execute(f"ANALYZE {table}")
    return {table: len(rows) for table, rows in palettes.items()}


def _samples(rng):
    """Workers, money and the scales that follow from them, in the proportions of the city."""
    limits = day_limits()(SURVEYED_ON)
    rows = []
    for _number in range(SAMPLES):
        workers = max(1, round(rng.lognormvariate(1.8, 0.7)))
        investment = round(rng.lognormvariate(17.8, 1.1), -5)
        if rng.random() < 0.05:
            workers, investment = rng.randint(SMALL_WORKERS + 1, 900), round(rng.lognormvariate(23.2, 1), -6)
        women = rng.randint(0, workers)
        turnover = workers * rng.randint(20, 70) * 10**6
        found = scales(
            limits, workers=workers, investment=int(investment), turnover=turnover, day=SURVEYED_ON
        )
        rows.append(
            (workers - women, women, int(investment), turnover, found.kemenperin, found.pp7, found.bps)
        )
    return rows


def _drop_indexes(cursor, model):
    """Drop the indexes that are no constraints: building them once at the end is many times as fast.

    Returns the statements that make them again.
    """
    cursor.execute(
        """
        SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE i.indrelid = %s::regclass AND NOT i.indisunique
        """,
        [model._meta.db_table],
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")
    return [definition for _name, definition in found]
