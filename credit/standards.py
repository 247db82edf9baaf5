"""What the service standard of the stages promises for an application that is recommended or forwarded today."""

from django.utils import timezone

from core.indonesia import add_working_days
from credit.deadlines import promised_days
from credit.enums import ApplicationStatus

#: A bank takes an application in, then decides.
BANK_DECIDES = {ApplicationStatus.FORWARDED, ApplicationStatus.IN_BANK_REVIEW}

#: From a recommendation to the money.
TO_DISBURSEMENT = BANK_DECIDES | {
    ApplicationStatus.RECOMMENDED,
    ApplicationStatus.APPROVED,
    ApplicationStatus.SIGNED,
}


def _after(statuses, since):
    since = since or timezone.localdate()
    days = sum(stage.working_days for stage in promised_days(since) if stage.status in statuses)
    return add_working_days(since, days)


def planned_disbursement(since=None):
    """The day on which a loan recommended on `since` (default today) is paid out when every stage takes its standard."""
    return _after(TO_DISBURSEMENT, since)


def expected_answer(since=None):
    """The day until which a bank answers to what is forwarded on `since` (default today)."""
    return _after(BANK_DECIDES, since)
