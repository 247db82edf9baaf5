"""Recurring bookings: which days can be had is shown first; what is booked are single bookings of one series."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.dates import WIB
from core.slots import Slot
from facility import notifications
from facility.models import BookingSeries
from facility.recurrence import MOST_DAYS, days_of
from facility.selectors import busy_times, hours_booked, quota_hours, week_of
from facility.services.bookings import book_unit, check_may_book, lock_business, lock_unit, obstacle


@dataclass(frozen=True)
class Planned:
    """A day of a series; `conflict` says why it cannot be had, "" when it can."""

    slot: Slot
    conflict: str


def _days(first_on, until_on, every_weeks, exceptions):
    try:
        return days_of(first_on, until_on, every_weeks=every_weeks, exceptions=exceptions)
    except ValueError as error:
        if "no day" in str(error):
            raise ValidationError(
                {"until_on": _("Tidak ada hari yang tersisa. Periksa tanggalnya.")}
            ) from None
        raise ValidationError(
            {"until_on": _("Paling banyak %(most)d hari sekaligus.") % {"most": MOST_DAYS}}
        ) from None


def preview_series(unit, business, *, first_on, until_on, every_weeks, begins, ends, exceptions=()):
    """Every day of the series with its conflict, if any: closed, taken, or beyond the quota of its week. Writes nothing.

    Raises ValidationError for a series without days or with too many.
    """
    if ends <= begins:
        raise ValidationError({"ends": _("Jam selesai harus sesudah jam mulai.")})
    found = []
    slots = [
        Slot(datetime.combine(day, begins, tzinfo=WIB), datetime.combine(day, ends, tzinfo=WIB))
        for day in _days(first_on, until_on, every_weeks, exceptions)
    ]
    cleaning = timedelta(minutes=unit.cleaning_minutes)
    busy = busy_times(unit, slots[0].starts_at, slots[-1].ends_at + cleaning)
    own = {}
    for slot in slots:
        day = slot.starts_at.astimezone(WIB).date()
        conflict = obstacle(unit, slot)
        if not conflict:
            clean = Slot(slot.starts_at, slot.ends_at + cleaning)
            taken = next((one for one in busy if one.overlaps(clean)), None)
            if taken:
                conflict = _("Sudah dipakai pukul %(clock)s.") % {"clock": taken.clock}
        if not conflict and (limit := quota_hours(unit.kind, day)) is not None:
            week = week_of(day)
            length = Decimal(int((slot.ends_at - slot.starts_at).total_seconds())) / 3600
            total = own.get(week, hours_booked(business, unit.kind, day)) + length
            if total > limit:
                conflict = _("Melebihi kuota %(limit)d jam seminggu.") % {"limit": limit}
            else:
                own[week] = total
        found.append(Planned(slot, conflict))
    return found


@transaction.atomic
def book_series(
    unit,
    business,
    *,
    actor,
    first_on,
    until_on,
    every_weeks,
    begins,
    ends,
    purpose,
    exceptions=(),
    skip=False,
):
    """Book every day of the series, all or none; with `skip` those that can be had. Returns (series, bookings).

    Raises ValidationError naming the days in conflict, or when no day can be had.
    """
    check_may_book(business, actor)
    business = lock_business(business)
    unit = lock_unit(unit)
    planned = preview_series(
        unit,
        business,
        first_on=first_on,
        until_on=until_on,
        every_weeks=every_weeks,
        begins=begins,
        ends=ends,
        exceptions=exceptions,
    )
    free = [one for one in planned if not one.conflict]
    refused = [one for one in planned if one.conflict]
    if refused and (not skip or not free):
        raise ValidationError(
            [f"{one.slot}: {one.conflict}" for one in refused[:5]]
            + ([_("dan %(count)d hari lain.") % {"count": len(refused) - 5}] if len(refused) > 5 else []),
            code="conflicts",
        )
    series = BookingSeries(
        unit=unit,
        business=business,
        first_on=first_on,
        until_on=until_on,
        every_weeks=every_weeks,
        begins=begins,
        ends=ends,
        exceptions=sorted({*exceptions, *(one.slot.starts_at.astimezone(WIB).date() for one in refused)}),
        booked_by=actor,
    )
    series.full_clean()
    series.save()
    made = [
        book_unit(
            unit,
            business,
            actor=actor,
            starts_at=one.slot.starts_at,
            ends_at=one.slot.ends_at,
            purpose=purpose,
            series=series,
        )
        for one in free
    ]
    notifications.tell_series(series, len(made), len(refused))
    audit.record(actor, "facility.book_series", series, detail={"made": len(made), "refused": len(refused)})
    return series, made
