"""Maintenance of units, reckoned from their hours of use."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.dates import today
from facility.models import Maintenance, Unit
from facility.selectors import with_hours
from facility.services.bookings import lock_unit


@transaction.atomic
def record_maintenance(unit, *, actor, done_on, note):
    """A unit was maintained: its hours until the next one count from now. Raises PermissionDenied or ValidationError."""
    if not actor.has_perm("facility.add_maintenance"):
        raise PermissionDenied(_("Peran Anda tidak mencakup perawatan fasilitas."))
    if done_on > today():
        raise ValidationError({"done_on": _("Tanggal ini belum tiba.")})
    unit = lock_unit(unit)
    hours = with_hours(Unit.objects.filter(pk=unit.pk)).get().used_hours
    made = Maintenance(unit=unit, done_on=done_on, at_hours=hours, note=note.strip(), recorded_by=actor)
    made.full_clean()
    made.save()
    audit.record(actor, "facility.record_maintenance", unit, detail={"hours": str(hours)})
    return made
