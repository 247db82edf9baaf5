"""What becomes of participants, enrolments and requests when two businesses turn out to be one."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from training.models import Enrolment, EnrolmentGroup, Facilitation, Participant

MOVED = (Participant, Enrolment, EnrolmentGroup, Facilitation)


def check(kept, merged):
    """Raise ValidationError where both files ask for the same help: only one such request may be open."""
    asked = [
        set(Facilitation.objects.open().filter(business=side).values_list("kind", "about"))
        for side in (kept, merged)
    ]
    if asked[0] & asked[1]:
        raise ValidationError(
            _("Kedua berkas meminta fasilitasi yang sama. Selesaikan salah satunya dahulu.")
        )
