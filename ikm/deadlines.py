"""By when the office answers, and whose turn it is: the promise printed on receipts and shown by "Lacak"."""

from django.utils.translation import gettext as _

from core.dates import WIB
from core.indonesia import add_working_days
from core.workflow import history
from ikm.enums import BusinessStatus, ChangeStatus, LetterRequestStatus, RepresentativeStatus
from ikm.models import Business, ChangeRequest, LetterRequest, Representative

#: Working days of the service standard (standar pelayanan) of the office.
WORKING_DAYS = {Business: 3, ChangeRequest: 3, LetterRequest: 3, Representative: 3}

WAITING = {
    Business: BusinessStatus.SUBMITTED,
    ChangeRequest: ChangeStatus.PROPOSED,
    LetterRequest: LetterRequestStatus.REQUESTED,
    Representative: RepresentativeStatus.CLAIMED,
}


def waiting_since(record):
    """The moment from which `record` waits for the office, None if it does not."""
    if record.status != WAITING[type(record)]:
        return None
    if isinstance(record, Business):
        last = history(record).filter(step="submit").last()
        return last.at if last else record.created_at
    if isinstance(record, ChangeRequest):
        return record.proposed_at
    if isinstance(record, LetterRequest):
        return record.requested_at
    return record.claimed_at


def due_on(record):
    """The last day on which the office answers, None if nothing waits."""
    since = waiting_since(record)
    return since and add_working_days(since.astimezone(WIB).date(), WORKING_DAYS[type(record)])


def holder(record):
    """Whose turn it is, as a unit and never a person; "" when nobody's."""
    if record.status == WAITING[type(record)]:
        return _("Dinas Perindustrian, bidang pendataan dan verifikasi")
    if record.status in {BusinessStatus.DRAFT, BusinessStatus.NEEDS_CORRECTION}:
        return _("Anda (pemohon)")
    return ""
