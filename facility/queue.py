"""What of the facilities waits for an official: kinds of work in the officials' queue (ikm.queue)."""

from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from facility.enums import BookingStatus, DamageStatus
from facility.models import Booking, DamageReport
from ikm.queue import Kind, arrived_before, of_business


class _Begins(Func):
    """`01-12-2026 09.00` of a range of moments, in Semarang."""

    template = "to_char(lower(%(expressions)s) AT TIME ZONE 'Asia/Jakarta', 'DD-MM-YYYY HH24.MI')"
    output_field = TextField()


def _bookings(user, today, standards):
    rows = Booking.objects.filter(status=BookingStatus.REQUESTED)
    return of_business(
        rows,
        "facility_booking",
        since=F("created_at"),
        overdue=arrived_before("created_at", today),
        days=1,
        detail=Concat(F("unit__name"), Value(", "), _Begins("during"), output_field=TextField()),
    )


def _damages(user, today, standards):
    return of_business(
        DamageReport.objects.filter(status=DamageStatus.REPORTED),
        "facility_damage",
        since=F("created_at"),
        overdue=arrived_before("created_at", today),
        days=1,
        detail=F("unit__name"),
        business="unit__centre__",
    )


KINDS = {
    "facility_booking": Kind(_("Pesanan fasilitas"), "facility.decide_booking", _bookings, "office_booking"),
    "facility_damage": Kind(_("Laporan kerusakan"), "facility.handle_damage", _damages, "office_damage"),
}
