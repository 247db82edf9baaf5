from facility.models.booking import Booking, BookingSeries, Usage
from facility.models.places import BookingQuota, Centre, Maintenance, Unit, UnitClosure

__all__ = [
    "Booking",
    "BookingQuota",
    "BookingSeries",
    "Centre",
    "Maintenance",
    "Unit",
    "UnitClosure",
    "Usage",
]
