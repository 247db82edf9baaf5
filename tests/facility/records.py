"""Makers of centres, units and bookings, written straight into the tables."""

import itertools
from datetime import date, datetime, timedelta

from django.utils import timezone

from core.dates import WIB, add_months
from core.indonesia import is_working_day
from facility.enums import CentreStatus, UnitKind
from facility.models import Booking, Centre, Lease, StallEvent, StallEventEntry, Unit
from facility.selectors import span
from ikm.enums import BusinessStatus
from programme.models import LegalBasis
from tests.ikm.businesses import business

_numbers = itertools.count(1)


def at(day, clock):
    """A moment in Semarang."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=WIB)


def workday(days=7, *, weekday=None):
    """The first working day at least so many days ahead; with `weekday` (Monday is 0) a such one."""
    day = timezone.localdate() + timedelta(days=days)
    while not is_working_day(day) or (weekday is not None and day.weekday() != weekday):
        day += timedelta(days=1)
    return day


def basis(**fields):
    number = next(_numbers)
    return LegalBasis.objects.create(
        **{
            "kind": "sk",
            "number": f"F/{number}",
            "year": 2018,
            "about": "Fasilitas",
            "dated_on": date(2018, 3, 1),
            "status": "in_force",
            "in_force_from": date(2018, 3, 1),
        }
        | fields
    )


def centre(status=CentreStatus.OPEN, **fields):
    made = {"name": f"Sentra {next(_numbers)}", "address": "Jalan Kaligawe 1", "status": status} | fields
    made.setdefault("legal_basis", None)
    made["legal_basis"] = made["legal_basis"] or basis()
    return Centre.objects.create(**made)


def unit(kind=UnitKind.WORKSHOP, **fields):
    made = {"name": f"Bengkel {next(_numbers)}", "kind": kind, "cleaning_minutes": 15} | fields
    made.setdefault("centre", None)
    made["centre"] = made["centre"] or centre()
    return Unit.objects.create(**made)


def registered(speaker=None, **fields):
    return business(
        BusinessStatus.REGISTERED,
        speaker=speaker,
        registered_on=timezone.localdate() - timedelta(days=900),
        **fields,
    )


def booking(of=None, *, by, shop=None, day=None, begins="09:00", ends="11:00", status="approved", **fields):
    """A booking of the unit `of` in the tables."""
    day = day or workday()
    during = fields.pop("during", None) or span(at(day, begins), at(day, ends))
    return Booking.objects.create(
        unit=of or unit(),
        business=shop or registered(),
        during=during,
        purpose="Memotong papan",
        status=status,
        booked_by=by,
        **fields,
    )


def running(of=None, *, by, minutes_ago=5, length=120, **fields):
    """A booking that began some minutes ago, on whatever day that was."""
    begins = timezone.now() - timedelta(minutes=minutes_ago)
    return booking(of, by=by, during=span(begins, begins + timedelta(minutes=length)), **fields)


def lease(of=None, *, business=None, starts_on=None, months=12, **fields):
    """A lease of a stall in the tables."""
    starts_on = starts_on or timezone.localdate()
    made = Lease.objects.create(
        unit=of or unit("stall"),
        business=business or registered(),
        during=(starts_on, add_months(starts_on, months)),
        months=months,
        rent=500_000,
        **fields,
    )
    made.refresh_from_db()
    return made


def stall_event(*, closed=False, **fields):
    """A published event; with `closed` its window closed an hour ago."""
    now, day = timezone.now(), timezone.localdate()
    made = StallEvent.objects.create(
        **{
            "name": f"Pasar {next(_numbers)}",
            "location": "Lapangan Pancasila",
            "first_on": day + timedelta(days=30),
            "last_on": day + timedelta(days=32),
            "stalls": 2,
            "opens_at": now - timedelta(days=9),
            "closes_at": now + timedelta(hours=-1 if closed else 24),
            "rule": "Usaha yang belum pernah mendapat kios didahulukan.",
            "status": "published",
        }
        | fields
    )
    made.refresh_from_db()
    return made


def entry(event, shop=None, **fields):
    """An entry of a business in the tables, within the window."""
    at = event.opens_at + timedelta(minutes=1)
    return StallEventEntry.objects.create(
        **{"event": event, "business": shop or registered(), "entered_at": at} | fields
    )
