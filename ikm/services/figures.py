"""Yearly figures, and what the register copies from them."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.workflow import lock
from ikm import scale
from ikm.enums import FigureSource, Period
from ikm.models import ScaleRule, YearlyFigure

PERIOD_END = {
    Period.YEAR: (12, 31),
    Period.FIRST_HALF: (6, 30),
    Period.SECOND_HALF: (12, 31),
    Period.Q1: (3, 31),
    Period.Q2: (6, 30),
    Period.Q3: (9, 30),
    Period.Q4: (12, 31),
}


def scale_limits():
    """The rules of all scales, as ikm.scale takes them."""
    return [
        scale.Limit(
            kind=rule.kind,
            scale=rule.scale,
            rank=rule.rank,
            workers_max=rule.workers_max,
            amount_max=rule.amount_max,
            in_force_from=rule.in_force_from,
            in_force_until=rule.in_force_until,
        )
        for rule in ScaleRule.objects.all()
    ]


def stated_on_default(year, period=Period.YEAR):
    """The day for which figures hold when nobody says: the period's end, or today while it still runs."""
    end = date(year, *PERIOD_END[period])
    return min(end, timezone.localdate())


def set_scales(figure, limits):
    """Fill the three scales of an unsaved or changed figure from the rules."""
    found = scale.scales(
        limits,
        workers=figure.men_workers + figure.women_workers,
        investment=figure.investment,
        turnover=figure.turnover,
        day=figure.stated_on,
    )
    figure.scale, figure.pp7_scale, figure.bps_scale = found.kemenperin, found.pp7, found.bps


def may_report(business, actor):
    """Officials who keep the register may; so may who speaks for the business."""
    return actor.has_perm("ikm.add_yearlyfigure") or actor.has_perm("ikm.report_figures")


@transaction.atomic
def record_figures(
    business, *, actor, year, period=Period.YEAR, source=FigureSource.OWNER, stated_on=None, **values
):
    """Write the figures of `business` for a period, or replace those that stand there. Money in rupiah.

    Returns the YearlyFigure. Raises PermissionDenied, DoesNotExist for a stranger, ValidationError.
    """
    if not may_report(business, actor):
        raise PermissionDenied(_("Anda tidak dapat melaporkan angka usaha ini."))
    business = lock(business, actor)
    if year > timezone.localdate().year:
        raise ValidationError({"year": _("Tahun laporan belum tiba.")})
    figure = YearlyFigure.objects.filter(business=business, year=year, period=period).first() or YearlyFigure(
        business=business, year=year, period=period
    )
    figure.stated_on = stated_on or stated_on_default(year, period)
    figure.source = source
    figure.recorded_by = actor
    for name, value in values.items():
        setattr(figure, name, value)
    figure.full_clean(exclude=["workers"])
    set_scales(figure, scale_limits())
    figure.save()
    refresh_current([business.pk])
    audit.record(actor, "ikm.record_figures", business, detail={"year": year, "period": period})
    return figure


REFRESH_CURRENT = """
    UPDATE ikm_business AS business
    SET latest_figure_id = current.figure_id, scale = current.scale, workers = current.workers,
        product_words = current.words
    FROM (
        SELECT b.id, f.id AS figure_id, COALESCE(f.scale, '') AS scale, f.workers, COALESCE(p.words, '') AS words
        FROM ikm_business b
        LEFT JOIN LATERAL (
            SELECT id, scale, workers FROM ikm_yearlyfigure
            WHERE business_id = b.id ORDER BY stated_on DESC, id DESC LIMIT 1
        ) f ON TRUE
        LEFT JOIN LATERAL (
            SELECT string_agg(name, ', ' ORDER BY id) AS words FROM ikm_product WHERE business_id = b.id
        ) p ON TRUE
        WHERE b.id = ANY(%s)
    ) AS current
    WHERE business.id = current.id
      AND (business.latest_figure_id, business.scale, business.workers, business.product_words)
          IS DISTINCT FROM (current.figure_id, current.scale, current.workers, current.words)
"""


def refresh_current(business_ids):
    """Copy the latest figures' scale and workers and the products' names to the businesses, for lists and search.

    Every write of figures or products ends with this. Returns how many businesses changed.
    """
    with connection.cursor() as cursor:
        cursor.execute(REFRESH_CURRENT, [list(business_ids)])
        return cursor.rowcount
