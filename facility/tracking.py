"""What "Lacak" says of bookings: the step and by when; nobody's name."""

from django.utils import timezone
from django.utils.translation import gettext as _

from core.tracking import Moment, Tracked, last_fours_of
from core.workflow import history
from facility.enums import BookingStatus
from facility.models import Booking
from facility.notifications import time_of
from facility.selectors import place_in_queue


def find(reference):
    """The booking with this reference, None if there is none."""
    return Booking.objects.filter(reference=reference).select_related("unit__centre", "business").first()


def last_fours(booking):
    """The last four digits of the phones of the business and its owners."""
    return last_fours_of(
        [
            booking.business.phone,
            *booking.business.ownerships.values_list("owner__phone", flat=True),
        ]
    )


def describe(booking):
    """The Tracked of a booking."""
    names = dict(BookingStatus.choices)
    waits = booking.status == BookingStatus.REQUESTED
    explanation = f"{booking.unit}, {time_of(booking)}."
    if booking.status == BookingStatus.WAITING:
        explanation += " " + _("Urutan %(place)d dalam antrean.") % {"place": place_in_queue(booking)}
    return Tracked(
        reference=booking.reference,
        kind=_("Pesanan fasilitas"),
        status=booking.status,
        status_label=booking.get_status_display(),
        explanation=explanation,
        holder=_("Dinas Perindustrian, bidang sentra dan fasilitas") if waits else "",
        due=timezone.localtime(booking.during.lower).date() if waits else None,
        moments=[
            Moment(
                _("Memesan") if line.step == "book" else str(names.get(line.to_status, line.to_status)),
                line.at,
            )
            for line in history(booking)
        ],
    )
