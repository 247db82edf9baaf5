"""What "Lacak" says of bookings, leases, entries for event stalls and reports of damage: the step and by when; nobody's name."""

from django.utils import timezone
from django.utils.translation import gettext as _

from core.dates import date_in_words
from core.tracking import Moment, Tracked, last_fours_of
from core.workflow import history
from facility.enums import BookingStatus, DamageStatus, EntryStatus, EventStatus, LeaseStatus
from facility.models import Booking, DamageReport, Lease, StallEventEntry
from facility.notifications import time_of
from facility.selectors import place_in_queue


def find(reference):
    """The record with this reference, None if there is none."""
    for model, also in (
        (Booking, ("unit__centre", "business")),
        (Lease, ("unit__centre", "business")),
        (StallEventEntry, ("event", "business")),
        (DamageReport, ("unit__centre", "booking__business", "closure")),
    ):
        if found := model.objects.filter(reference=reference).select_related(*also).first():
            return found
    return None


def last_fours(record):
    """The last four digits of the phones of the business and its owners; none for damage that an official reported."""
    source = record.booking if isinstance(record, DamageReport) else record
    if source is None:
        return set()
    phones = source.business.ownerships.values_list("owner__phone", flat=True)
    return last_fours_of([source.business.phone, *phones])


def describe(record):
    """The Tracked of a record."""
    return {
        Booking: _of_booking,
        Lease: _of_lease,
        StallEventEntry: _of_entry,
        DamageReport: _of_damage,
    }[type(record)](record)


def _tracked(record, kind, explanation, *, first, waits=False, due=None):
    """`first` is the word for the first moment; `waits` says that the office has to do something."""
    names = dict(type(record)._meta.get_field("status").choices)
    return Tracked(
        reference=record.reference,
        kind=kind,
        status=record.status,
        status_label=record.get_status_display(),
        explanation=explanation,
        holder=_("Dinas Perindustrian, bidang sentra dan fasilitas") if waits else "",
        due=due,
        moments=[
            Moment(str(names.get(line.to_status, line.to_status)) if line.from_status else first, line.at)
            for line in history(record)
        ],
    )


def _of_booking(booking):
    waits = booking.status == BookingStatus.REQUESTED
    explanation = f"{booking.unit}, {time_of(booking)}."
    if booking.status == BookingStatus.WAITING:
        explanation += " " + _("Urutan %(place)d dalam antrean.") % {"place": place_in_queue(booking)}
    return _tracked(
        booking,
        _("Pesanan fasilitas"),
        explanation,
        first=_("Memesan"),
        waits=waits,
        due=timezone.localtime(booking.during.lower).date() if waits else None,
    )


def _of_lease(lease):
    sentence = _("%(unit)s, sampai %(day)s.") % {"unit": lease.unit, "day": date_in_words(lease.last_on)}
    if lease.status == LeaseStatus.ACTIVE:
        sentence += " " + _("Masuk untuk melihat tagihan dan pembayarannya.")
    return _tracked(
        lease, _("Sewa kios"), sentence, first=_("Disiapkan"), waits=lease.status == LeaseStatus.DRAFT
    )


def _of_entry(entry):
    sentence = f"{entry.event}."
    if entry.event.status == EventStatus.CANCELLED:
        sentence += " " + _("Acara ini dibatalkan.")
    elif entry.status == EntryStatus.ENTERED:
        closes = timezone.localtime(entry.event.closes_at).date()
        sentence += " " + _("Diundi sesudah pendaftaran ditutup pada %(day)s.") % {
            "day": date_in_words(closes)
        }
    elif entry.place and entry.status != EntryStatus.WITHDRAWN:
        sentence += " " + _("Urutan %(place)d dalam undian.") % {"place": entry.place}
    return _tracked(entry, _("Undian kios acara"), sentence, first=_("Mendaftar"))


def _of_damage(report):
    sentence = f"{report.unit}."
    if report.status == DamageStatus.IN_REPAIR and report.closure:
        sentence += " " + _("Unit ditutup sampai %(day)s.") % {"day": date_in_words(report.closure.last_on)}
    return _tracked(
        report,
        _("Laporan kerusakan"),
        sentence,
        first=_("Dilaporkan"),
        waits=report.status in {DamageStatus.REPORTED, DamageStatus.IN_REPAIR},
    )
