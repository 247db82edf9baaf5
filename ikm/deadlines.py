"""By when the office answers, and whose turn it is: the promise printed on receipts and shown by "Lacak"."""

import datetime
from functools import cached_property

from django.utils.translation import gettext as _

from core.dates import WIB
from core.indonesia import add_working_days
from core.models import ServiceStandard
from core.workflow import history
from ikm.enums import BusinessStatus, ChangeStatus, LetterRequestStatus, RepresentativeStatus
from ikm.models import Business, ChangeRequest, LetterRequest, Representative

#: The service standard (standar pelayanan) that promises an answer.
STANDARDS = {
    Business: "ikm.registration",
    ChangeRequest: "ikm.change",
    LetterRequest: "ikm.letter",
    Representative: "ikm.claim",
}

WAITING = {
    Business: BusinessStatus.SUBMITTED,
    ChangeRequest: ChangeStatus.PROPOSED,
    LetterRequest: LetterRequestStatus.REQUESTED,
    Representative: RepresentativeStatus.CLAIMED,
}


class Standards:
    """The service standards as they stand, read once, when first needed."""

    @cached_property
    def _by_code(self):
        found = {}
        for row in ServiceStandard.objects.filter(code__in=STANDARDS.values()).order_by("in_force_from"):
            found.setdefault(row.code, []).append(row)
        return found

    def working_days(self, model, day):
        """Working days promised to what arrives on `day`: by the newest row then in force, before all of them the first."""
        first, *later = self._by_code[STANDARDS[model]]
        return next((row for row in reversed(later) if row.in_force_from <= day), first).working_days

    def due(self, model, day):
        """The last day on which the office answers what arrived on `day`."""
        return add_working_days(day, self.working_days(model, day))

    def overdue_before(self, model, today):
        """What arrived before the start of this day should have been answered before `today`."""
        day = today
        while self.due(model, day - datetime.timedelta(days=1)) >= today:
            day -= datetime.timedelta(days=1)
        return day


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


def due_on(record, standards=None):
    """The last day on which the office answers, None if nothing waits. `standards` saves a list a query for each row."""
    since = waiting_since(record)
    return since and (standards or Standards()).due(type(record), since.astimezone(WIB).date())


def holder(record):
    """Whose turn it is, as a unit and never a person; "" when nobody's."""
    if record.status == WAITING[type(record)]:
        return _("Dinas Perindustrian, bidang pendataan dan verifikasi")
    if record.status in {BusinessStatus.DRAFT, BusinessStatus.NEEDS_CORRECTION}:
        return _("Anda (pemohon)")
    return ""
