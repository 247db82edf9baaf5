"""What the facilities hold about a person, for "Data saya": bookings, leases and entries for event stalls of the businesses he or
she speaks for."""

from facility.models import Booking, DamageReport, Lease, StallEventEntry
from ikm.models import Business

ENTRY_FIELDS = ["reference", "status", "business__reference", "event__reference", "event__name", "entered_at", "weight", "place"]  # fmt: skip
BOOKING_FIELDS = ["reference", "status", "business__reference", "unit__reference", "purpose", "checked_in_at", "finished_at"]  # fmt: skip


def _bookings(user):
    return Booking.objects.filter(business__in=Business.objects.spoken_for_by(user)).order_by("id")


def _leases(user):
    return Lease.objects.filter(business__in=Business.objects.spoken_for_by(user)).order_by("id")


def _entries(user):
    return StallEventEntry.objects.filter(business__in=Business.objects.spoken_for_by(user)).order_by("id")


def _damages(user):
    return DamageReport.objects.filter(reported_by=user).order_by("id")


def references(user):
    """The references of the bookings, leases, entries and reports of damage."""
    return [
        *_bookings(user).values_list("reference", flat=True),
        *_leases(user).values_list("reference", flat=True),
        *_entries(user).values_list("reference", flat=True),
        *_damages(user).values_list("reference", flat=True),
    ]


def export(user):
    """The person's share of the facilities, as JSON-ready values."""
    return {
        "facility_bookings": [
            {
                **{name: row[name] for name in BOOKING_FIELDS},
                "starts_at": row["during"].lower,
                "ends_at": row["during"].upper,
            }
            for row in _bookings(user).values("during", *BOOKING_FIELDS)
        ],
        "event_stall_entries": list(_entries(user).values(*ENTRY_FIELDS)),
        "damage_reports": list(
            _damages(user).values("reference", "status", "unit__reference", "words", "created_at")
        ),
        "stall_leases": [
            {
                "reference": one.reference,
                "status": one.status,
                "unit": one.unit.reference,
                "rent": one.rent,
                "deposit": one.deposit,
                "starts_on": one.during.lower,
                "payments": list(one.payments.values("kind", "paid_on", "amount", "receipt")),
            }
            for one in _leases(user).select_related("unit")
        ],
    }
