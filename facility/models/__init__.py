from facility.models.booking import Booking, BookingSeries, Usage
from facility.models.damage import DamageReport
from facility.models.event import StallEvent, StallEventEntry
from facility.models.lease import Lease, LeaseCharge, LeasePayment
from facility.models.places import BookingQuota, Centre, Maintenance, Unit, UnitClosure

__all__ = [
    "Booking",
    "BookingQuota",
    "BookingSeries",
    "Centre",
    "DamageReport",
    "Lease",
    "LeaseCharge",
    "LeasePayment",
    "Maintenance",
    "StallEvent",
    "StallEventEntry",
    "Unit",
    "UnitClosure",
    "Usage",
]
