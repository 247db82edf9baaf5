"""What becomes of bookings, leases and entries for event stalls when two businesses turn out to be one."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from facility.models import Booking, BookingSeries, Lease, StallEventEntry

MOVED = (Booking, BookingSeries, Lease, StallEventEntry)


def check(kept, merged):
    """Raise ValidationError where both entered the same event, as a business is in a draw once."""
    theirs = StallEventEntry.objects.filter(business=merged).values("event")
    if StallEventEntry.objects.filter(business=kept, event__in=theirs).exists():
        raise ValidationError(
            _("Kedua berkas ikut undian kios acara yang sama, sehingga tidak dapat digabung.")
        )
