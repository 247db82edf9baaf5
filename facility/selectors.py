"""Reads that span the models of the facilities: what is busy, what is free, quotas, hours of use."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Max, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from core.dates import WIB, date_in_words, today
from core.indonesia import is_working_day
from core.slots import Slot
from facility.enums import HOLDING, BookingStatus
from facility.models import Booking, BookingQuota, Maintenance, Unit, UnitClosure, Usage
from facility.slots import free_times, hours_of, nearest
from ikm.models import Business

WEEK = timedelta(days=7)


def span(starts_at, ends_at):
    """The range `[starts_at, ends_at)` as the tables keep it."""
    return DateTimeTZRange(starts_at, ends_at, "[)")


def week_of(day):
    """The Monday on or before `day`."""
    return day - timedelta(days=day.weekday())


def monday_of(text):
    """The Monday of the week of a day `YYYY-MM-DD`; of today for anything else, and no further than a year away."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today()
    reach = timedelta(days=366)
    return week_of(min(max(day, today() - reach), today() + reach))


def midnight(day):
    """The first moment of `day` in Semarang."""
    return datetime.combine(day, time(), tzinfo=WIB)


def busy_times(unit, first, after, *, ignoring=None):
    """The Slots in which `unit` is held (cleaning included) or closed between two moments, in order."""
    reach = span(first, after)
    held = Booking.objects.holding().filter(unit=unit, with_cleaning__overlap=reach).exclude(pk=ignoring)
    closed = UnitClosure.objects.filter(unit=unit, during__overlap=reach)
    ranges = [
        *held.values_list("with_cleaning", flat=True),
        *closed.values_list("during", flat=True),
    ]
    return sorted(Slot(one.lower, one.upper) for one in ranges)


def day_obstacle(unit, day):
    """Why nothing can be booked in `unit` on `day`, as a sentence; "" when it can."""
    centre = unit.centre
    if not unit.is_active:
        return _("Unit ini tidak dipakai lagi. Pilih unit lain.")
    if not unit.is_bookable:
        return _("Kios disewa per bulan, tidak dipesan per jam. Hubungi dinas untuk menyewa.")
    if not centre.is_open(day):
        return _("%(centre)s belum dibuka pada %(day)s.") % {"centre": centre, "day": date_in_words(day)}
    if not is_working_day(day):
        return _("%(day)s hari libur. Pilih hari kerja.") % {"day": date_in_words(day)}
    return ""


def week_calendar(unit, monday):
    """[{day, obstacle, closed, busy, free}] for the seven days from `monday`, within the centre's hours.

    What is over is not free.
    """
    now = timezone.now()
    busy = busy_times(unit, midnight(monday), midnight(monday) + WEEK)
    closures = UnitClosure.objects.filter(
        unit=unit, during__overlap=span(midnight(monday), midnight(monday) + WEEK)
    )
    closed = [Slot(one.lower, one.upper) for one in closures.values_list("during", flat=True)]
    days = []
    for number in range(7):
        day = monday + timedelta(days=number)
        hours = hours_of(day, unit.centre.opens_at, unit.centre.closes_at)
        obstacle = day_obstacle(unit, day)
        within = [one for one in busy if one.overlaps(hours)]
        days.append(
            {
                "day": day,
                "obstacle": obstacle,
                "closed": any(one.overlaps(hours) for one in closed),
                "busy": [
                    Slot(max(one.starts_at, hours.starts_at), min(one.ends_at, hours.ends_at))
                    for one in within
                ],
                "free": [] if obstacle else free_times(hours, [*within, Slot(hours.starts_at, now)]),
            }
        )
    return days


def free_slots(unit, wanted):
    """Up to three free times of the same length on the same day, the nearest first."""
    day = wanted.starts_at.astimezone(WIB).date()
    if day_obstacle(unit, day):
        return []
    hours = hours_of(day, unit.centre.opens_at, unit.centre.closes_at)
    cleaning = timedelta(minutes=unit.cleaning_minutes)
    # The last use of a day is cleaned after closing time.
    longer = Slot(hours.starts_at, hours.ends_at + cleaning)
    over = Slot(longer.starts_at, timezone.now())
    free = free_times(longer, [*busy_times(unit, longer.starts_at, longer.ends_at), over])
    return nearest(free, wanted, cleaning=cleaning)


def quota_hours(kind, day):
    """The hours of `kind` that a business may book in the week of `day`; None where there is no limit."""
    row = BookingQuota.objects.in_force(day).filter(kind=kind).order_by("-in_force_from").first()
    return row and row.hours


def hours_booked(business, kind, day, *, ignoring=None):
    """The hours of `kind` that `business` has booked in the week of `day`, as a Decimal."""
    first = midnight(week_of(day))
    ranges = (
        Booking.objects.filter(
            business=business,
            unit__kind=kind,
            during__startswith__gte=first,
            during__startswith__lt=first + WEEK,
        )
        .filter(status__in=HOLDING)
        .exclude(pk=ignoring)
        .values_list("during", flat=True)
    )
    seconds = sum((one.upper - one.lower).total_seconds() for one in ranges)
    return Decimal(int(seconds)) / 3600


def place_in_queue(booking):
    """The place of a waiting booking among those that want the same time, from 1."""
    earlier = Booking.objects.filter(
        unit=booking.unit_id,
        status=BookingStatus.WAITING,
        pk__lt=booking.pk,
        during__overlap=booking.during,
    )
    return earlier.count() + 1


def _total(rows, field):
    return Coalesce(
        Subquery(rows.order_by().values("unit").annotate(total=field).values("total")), Value(Decimal(0))
    )


def with_hours(units):
    """`units` with `used_hours` in all and `maintained_at`, the hours at which the last maintenance was done."""
    last = Maintenance.objects.filter(unit=OuterRef("pk"))
    return units.annotate(
        used_hours=_total(Usage.objects.filter(unit=OuterRef("pk")), Sum("hours")),
        maintained_at=_total(last, Max("at_hours")),
    )


def due_for_maintenance():
    """Units used longer than their interval since they were last maintained."""
    units = Unit.objects.filter(is_active=True, maintenance_hours__isnull=False).select_related("centre")
    return [
        unit for unit in with_hours(units) if unit.used_hours - unit.maintained_at >= unit.maintenance_hours
    ]


def mine(user):
    """The bookings of the businesses that `user` speaks for."""
    return Booking.objects.filter(business__in=Business.objects.spoken_for_by(user)).select_related(
        "unit__centre", "business"
    )
