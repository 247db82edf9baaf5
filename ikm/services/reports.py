"""The yearly report of who speaks for a registered business: new figures, unchanged ones, and doubts before they count."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.optimistic import StaleRecord
from core.workflow import StepError, lock
from ikm.enums import BusinessStatus, FigureSource, Period
from ikm.models import YearlyFigure
from ikm.services.figures import record_figures

#: What an entrepreneur reports; the same as last year where nothing changed.
REPORTED = (
    "men_workers",
    "women_workers",
    "investment",
    "land_and_buildings",
    "capacity",
    "production",
    "unit",
    "production_value",
    "turnover",
    "raw_material_value",
    "export_value",
    "export_countries",
    "electricity_kwh",
    "fuel_litres",
)
#: A figure that grew or shrank by more than this is asked about once more.
BIG_JUMP = 3
#: Below this many more or fewer workers nobody is asked: two people instead of one are no mistake.
SMALL_CHANGE_OF_WORKERS = 5
COMPARED = ("workers", "investment", "turnover", "production_value", "raw_material_value", "export_value")


def latest_before(business, year):
    """The last figures of a whole year before `year`, None if there are none."""
    return business.figures.filter(year__lt=year, period=Period.YEAR).order_by("-year").first()


def big_jumps(previous, values):
    """Names of the figures in `values` that differ more than threefold from `previous` (a YearlyFigure or None)."""
    if previous is None:
        return []
    values = {**values, "workers": (values.get("men_workers") or 0) + (values.get("women_workers") or 0)}
    found = []
    for name in COMPARED:
        before, after = getattr(previous, name), values.get(name)
        if not before or not after:
            continue
        if name == "workers" and abs(after - before) < SMALL_CHANGE_OF_WORKERS:
            continue
        if after > before * BIG_JUMP or after * BIG_JUMP < before:
            found.append(name)
    return found


@transaction.atomic
def report_figures(business, *, actor, year, version=None, **values):
    """Record the figures of a whole year for a registered business. Returns the YearlyFigure.

    `version` is that of the figures the person saw for that year, None if there were none: somebody else's report in
    between raises StaleRecord.
    """
    if not actor.has_perm("ikm.report_figures"):
        raise PermissionDenied(_("Anda tidak dapat melaporkan angka usaha ini."))
    business = lock(business, actor)
    if business.status != BusinessStatus.REGISTERED:
        raise StepError(_("Angka tahunan dilaporkan sesudah usaha terdaftar."))
    today = timezone.localdate()
    if year < today.year - 1 or year > today.year:
        raise ValidationError({"year": _("Yang dapat dilaporkan hanya tahun ini dan tahun lalu.")})
    standing = YearlyFigure.objects.filter(business=business, year=year, period=Period.YEAR).first()
    if (standing and standing.version) != version:
        raise StaleRecord(standing)
    return record_figures(business, actor=actor, year=year, source=FigureSource.OWNER, **values)


def repeat_figures(business, *, actor, year):
    """Report for `year` the same figures as the last year before it: one click where nothing changed."""
    previous = latest_before(business, year)
    if previous is None:
        raise ValidationError(_("Belum ada angka tahun sebelumnya. Isi angkanya."))
    return report_figures(
        business, actor=actor, year=year, **{name: getattr(previous, name) for name in REPORTED}
    )
