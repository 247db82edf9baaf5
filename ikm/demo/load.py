"""Writes the planned city in bulk, through the models, so that constraints, history and derived fields hold."""

import csv
import io
from datetime import datetime, time
from functools import cache

from django.db import connection

from accounts.enums import Channel
from accounts.models import Consent, ConsentText
from core.dates import WIB
from ikm import scale
from ikm.enums import Period
from ikm.models import Business, Kbli, Licence, Owner, Ownership, Product, YearlyFigure
from ikm.services.figures import refresh_current, scale_limits
from ikm.services.reference import KBLI_VERSION

BATCH = 1000
NULL = "\\N"


def load_city(plan, *, registrar):
    """Write the planned businesses, recorded by `registrar`. Returns the Businesses in the order of the plan."""
    kbli = dict(Kbli.objects.filter(version=KBLI_VERSION).values_list("code", "id"))
    owners = Owner.objects.bulk_create([_owner(planned) for planned in plan], batch_size=BATCH)
    businesses = Business.objects.bulk_create(
        [_business(planned, kbli, registrar) for planned in plan], batch_size=BATCH
    )
    pairs = list(zip(plan, businesses, strict=True))
    Ownership.objects.bulk_create(
        [Ownership(business=b, owner=o) for b, o in zip(businesses, owners, strict=True)], batch_size=BATCH
    )
    copy_in(
        Product,
        ("business", "name", "unit"),
        [(b.pk, name, p.trade.unit) for p, b in pairs for name in p.products],
    )
    copy_in(
        Licence,
        ("version", "created_at", "modified_at", "business", *LICENCE_FIELDS),
        [_licence_row(b, licence) for p, b in pairs for licence in p.licences],
    )
    limits = day_limits()
    copy_in(
        YearlyFigure,
        FIGURE_FIELDS,
        [_figure_row(b, figure, limits, registrar) for p, b in pairs for figure in p.figures],
    )
    texts = dict(ConsentText.objects.order_by("version").values_list("purpose", "id"))
    copy_in(
        Consent,
        ("subject", "purpose", "text", "channel", "given_by_name", "recorded_by", "given_at"),
        [_consent_row(p, b, purpose, texts, registrar) for p, b in pairs for purpose in p.consents],
    )
    refresh_current([business.pk for business in businesses])
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE ikm_business, ikm_yearlyfigure, ikm_product, ikm_licence, ikm_ownership, ikm_owner"
        )
    return businesses


def moment(day, hour=9):
    """An hour of a day in Semarang."""
    return datetime.combine(day, time(hour), WIB)


def _owner(planned):
    owner = planned.owner
    return Owner(
        reference=owner.reference,
        name=owner.name,
        nik=owner.nik,
        sex=owner.sex,
        birth_date=owner.birth_date,
        has_disability=owner.has_disability,
        phone=owner.phone,
        ktp_address=owner.ktp_address,
        ktp_area_code="33.74",
        created_at=moment(planned.values["registered_on"]),
    )


def _business(planned, kbli, registrar):
    return Business(
        main_kbli_id=kbli[planned.kbli],
        kelurahan_id=planned.kelurahan,
        verified_by=registrar,
        created_at=moment(planned.values["registered_on"]),
        **planned.values,
    )


LICENCE_FIELDS = ("kind", "number", "issuer", "issued_on", "expires_on", "about")


def _licence_row(business, planned):
    at = moment(planned.issued_on or business.registered_on)
    return (1, at, at, business.pk, *(getattr(planned, name) for name in LICENCE_FIELDS))


def day_limits():
    """A function from a day to the scale rules in force: the days of the demo are few, the rules many."""
    limits = scale_limits()

    @cache
    def on(day):
        return [
            line
            for kind in ("kemenperin", "pp7_capital", "pp7_sales", "bps")
            for line in scale.in_force(limits, kind, day)
        ]

    return on


FIGURE_FIELDS = (
    "version", "created_at", "modified_at", "business", "year", "period", "stated_on", "source", "men_workers",
    "women_workers", "investment", "land_and_buildings", "capacity", "production", "unit", "production_value",
    "turnover", "raw_material_value", "export_value", "export_countries", "electricity_kwh", "scale", "pp7_scale",
    "bps_scale", "recorded_by",
)  # fmt: skip


def _figure_row(business, planned, limits, registrar):
    found = scale.scales(
        limits(planned.stated_on),
        workers=planned.men + planned.women,
        investment=planned.investment,
        turnover=planned.turnover,
        day=planned.stated_on,
    )
    at = moment(planned.stated_on)
    return (
        1, at, at, business.pk, planned.year, Period.YEAR, planned.stated_on, planned.source, planned.men,
        planned.women, planned.investment, planned.land_and_buildings, planned.production * 5 // 4,
        planned.production, planned.unit, planned.turnover, planned.turnover, planned.raw_material,
        planned.export_value, planned.export_countries, planned.electricity_kwh, found.kemenperin, found.pp7,
        found.bps, registrar.pk,
    )  # fmt: skip


def _consent_row(planned, business, purpose, texts, registrar):
    # On paper, at the last visit or counter: the owner agreed, the official recorded it.
    at = moment(planned.values["verified_on"], 10)
    return (
        business.reference, purpose, texts[purpose], Channel.PAPER, planned.owner.name, registrar.pk, at,
    )  # fmt: skip


def copy_in(model, fields, rows):
    """Write `rows` (values of `fields`, foreign keys as ids) by COPY: several times as fast as bulk_create.

    The database's constraints and history triggers hold; None becomes NULL.
    """
    columns = [connection.ops.quote_name(model._meta.get_field(name).column) for name in fields]
    with connection.cursor() as cursor:
        copy_lines(cursor, f"{model._meta.db_table} ({', '.join(columns)})", rows)


def copy_lines(cursor, target, rows):
    """COPY `rows` into `target`, a table name with or without columns."""
    lines = io.StringIO()
    # The csv module writes None like "", so a mark of our own stands for NULL.
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerows([NULL if value is None else value for value in row] for row in rows)
    lines.seek(0)
    cursor.copy_expert(f"COPY {target} FROM STDIN (FORMAT csv, NULL '{NULL}')", lines)
