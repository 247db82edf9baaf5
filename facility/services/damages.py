"""Damage of units: reported with a photo, repaired or not; meanwhile the unit can be closed."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.attachments import attach_file
from core.dates import today
from core.languages import in_indonesian
from core.workflow import begin, take_step
from facility import notifications
from facility.enums import BookingStatus
from facility.models import DamageReport
from facility.selectors import midnight, span
from facility.services.bookings import fill, lock_unit
from facility.services.closures import close_locked
from ikm.models import Business

PHOTO = "damage_photo"


@transaction.atomic
def report_damage(unit, *, actor, words, photo, booking=None):
    """Report that `unit` is damaged, by who had booked it (`booking`, begun) or an official without one.

    The same report sent again is the one that stands. Raises PermissionDenied, ValidationError (what is no photo, too).
    """
    if not actor.has_perm("facility.report_damage"):
        raise PermissionDenied(_("Peran Anda tidak mencakup laporan kerusakan."))
    if not actor.is_staff:
        _check_had(booking, actor)
    unit = lock_unit(unit)
    words = words.strip()
    standing = DamageReport.objects.open().filter(unit=unit, booking=booking, reported_by=actor, words=words)
    if found := standing.first():
        return found
    made = DamageReport(unit=unit, booking=booking, words=words, reported_by=actor)
    made.full_clean()
    made.save()
    attach_file(made, photo, kind=PHOTO, actor=actor, allow=("image",))
    begin(made, "report", actor=actor)
    return made


def _check_had(booking, actor):
    mine = Business.objects.spoken_for_by(actor)
    if booking is None or not mine.filter(pk=booking.business_id).exists():
        raise PermissionDenied(_("Kerusakan dilaporkan oleh yang memesan unit ini, atau oleh petugas."))
    if not may_report(booking):
        raise ValidationError(_("Kerusakan dilaporkan sejak waktu pesanan mulai. Sebelumnya hubungi dinas."))


def may_report(booking):
    """Whether who booked was, or could be, at the place."""
    came = booking.status in {BookingStatus.IN_USE, BookingStatus.DONE}
    return came or (booking.status == BookingStatus.APPROVED and booking.during.lower <= timezone.now())


@transaction.atomic
def start_repair(report, *, actor, note="", closed_until=None):
    """The repair begins; with `closed_until` (a date) the unit cannot be had from now to the end of that day, and who
    had booked it is told. Raises PermissionDenied, StepError, ValidationError."""
    if closed_until is not None and closed_until < today():
        raise ValidationError({"closed_until": _("Tanggal ini sudah lewat. Pilih hari ini atau sesudahnya.")})
    unit = lock_unit(report.unit)
    done = take_step(report, "repair", actor=actor, note=note)
    if closed_until is not None:
        during = span(timezone.now(), midnight(closed_until + timedelta(days=1)))
        done.closure = close_locked(unit, during, _why_closed(report), actor=actor)
        done.save(update_fields=["closure"])
        done.refresh_from_db(fields=["version", "modified_at"])  # counted by the database
    notifications.tell_damage(done, note=note)
    return done


@in_indonesian
def _why_closed(report):
    return _("Perbaikan, laporan %(number)s") % {"number": report.reference}


def finish_repair(report, *, actor, note=""):
    """The unit is whole again; a time in which it was closed ends now."""
    return _settle(report, "finish", actor, note)


def decline_repair(report, *, actor, note=""):
    """Nothing is repaired; `note` says why."""
    return _settle(report, "decline", actor, note)


@transaction.atomic
def _settle(report, step, actor, note):
    unit = lock_unit(report.unit)
    done = take_step(report, step, actor=actor, note=note)
    closure, now = done.closure, timezone.now()
    if closure and closure.during.upper > now:
        free = span(now, closure.during.upper)
        closure.during = span(closure.during.lower, now)
        closure.save(update_fields=["during"])
        fill(unit, free)
    notifications.tell_damage(done, note=note)
    return done


def photos_of(report):
    """The photos of a report."""
    return report.attachments.filter(kind=PHOTO, removed_at__isnull=True)
