"""Messages of the register to the people who speak for a business, written in the caller's transaction."""

from accounts.models import User
from core import outbox
from ikm.enums import RepresentativeStatus


def speakers(business):
    """The active people whose claim to speak for `business` was approved."""
    return User.objects.filter(
        is_active=True,
        representations__business=business,
        representations__status=RepresentativeStatus.APPROVED,
    ).distinct()


def tell_speakers(business, *, title, body, link=""):
    """A message to everyone who speaks for `business`; how many were told (0: nobody has an account yet)."""
    return len(
        [
            outbox.tell(person, title=title, body=body, link=link, about=business.reference)
            for person in speakers(business)
        ]
    )
