"""Times in which a unit cannot be had: who had booked in them is told and gets nothing, and the queue moves up around them.

The database refuses a closure over bookings that still stand, by whatever door it comes.
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.languages import in_indonesian
from core.workflow import follow_step
from facility import notifications
from facility.enums import BookingStatus
from facility.models import Booking, UnitClosure
from facility.selectors import span
from facility.services.bookings import fill, lock_unit

#: A booking in one of these loses its time when the unit is closed; who is inside stays to the end.
GIVEN_BACK = (BookingStatus.WAITING, BookingStatus.REQUESTED, BookingStatus.APPROVED)


@transaction.atomic
def close_unit(unit, *, actor, starts_at, ends_at, reason):
    """Close `unit` for a time; what is booked in it is given back and `reason` told. The same closure sent again is the one
    that stands. Raises PermissionDenied or ValidationError."""
    if not actor.has_perm("facility.add_unitclosure"):
        raise PermissionDenied(_("Peran Anda tidak mencakup penutupan unit."))
    if starts_at >= ends_at:
        raise ValidationError({"during": _("Waktu selesai harus sesudah waktu mulai.")})
    unit, reason = lock_unit(unit), " ".join(reason.split())
    during = span(starts_at, ends_at)
    if standing := UnitClosure.objects.filter(unit=unit, during=during, reason=reason).first():
        return standing
    made = close_locked(unit, during, reason, actor=actor)
    audit.record(actor, "facility.close_unit", unit, detail={"reason": reason})
    return made


@in_indonesian
def close_locked(unit, during, reason, *, actor):
    """The closure of a unit whose lock the caller holds, after the bookings in its time were given back."""
    rows = Booking.objects.select_for_update(of=("self",)).select_related("unit__centre", "business")
    rows = list(rows.filter(unit=unit, during__overlap=during, status__in=GIVEN_BACK).order_by("pk"))
    note = _("Unit ditutup: %(reason)s. Silakan pesan waktu atau unit lain.") % {"reason": reason}
    for one in rows:
        notifications.tell_booking(follow_step(one, "cancel", actor=actor, note=note), note=note)
    made = UnitClosure(unit=unit, during=during, reason=reason)
    made.full_clean()
    made.save()
    for one in rows:
        fill(unit, one.during)
    return made


@transaction.atomic
def reopen_unit(closure, *, actor):
    """Take a closure away, as though it had not been entered: its time goes to who waits. Raises PermissionDenied."""
    if not actor.has_perm("facility.delete_unitclosure"):
        raise PermissionDenied(_("Peran Anda tidak mencakup penutupan unit."))
    unit = lock_unit(closure.unit)
    during = closure.during
    closure.delete()
    fill(unit, during)
