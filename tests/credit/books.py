"""Everything that is derived from what happened to loans, as plain rows that can be compared."""

from core.models import Event, Message
from credit.models import CollectabilityChange, DayClose, Instalment, Loan, LoanBalance

INSTALMENT = (
    "number",
    "due_on",
    "principal",
    "interest",
    "balance",
    "principal_paid",
    "interest_paid",
    "paid_on",
)
LOAN = (
    "status",
    "version",
    "grade",
    "disbursed_on",
    "derived_until",
    "principal_paid",
    "interest_paid",
    "outstanding_principal",
    "advance",
    "oldest_due_on",
    "matures_on",
)


def derived():
    """What every loan and its parts say."""
    return (
        list(Loan.objects.order_by("pk").values_list("pk", *LOAN)),
        list(Instalment.objects.order_by("loan", "number").values_list("loan", *INSTALMENT)),
        list(
            LoanBalance.objects.order_by("loan", "on").values_list("loan", "on", "principal", "annual_rate")
        ),
    )


def books():
    """Everything a close leaves behind."""
    return (
        *derived(),
        list(
            CollectabilityChange.objects.order_by("loan", "on").values_list(
                "loan", "on", "grade", "days_past_due"
            )
        ),
        list(DayClose.objects.order_by("day").values_list("day", "status", "steps_done", "figures")),
        list(Message.objects.order_by("pk").values_list("recipient", "title", "body")),
        list(Event.objects.filter(kind="credit.day.closed").order_by("pk").values_list("subject", "data")),
    )
