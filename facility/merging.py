"""What becomes of bookings and leases when two businesses turn out to be one."""

from facility.models import Booking, BookingSeries, Lease

MOVED = (Booking, BookingSeries, Lease)


def check(kept, merged):
    """Nothing of the facilities stands in the way: no rule is about one business having two bookings."""
