"""What credit holds about a person, for "Data saya": the applications and loans of the businesses he or she speaks for."""

from django.contrib.contenttypes.models import ContentType

from core.models import Attachment
from credit.models import Application, Loan, LoanEvent
from ikm.models import Business

APPLICATION_FIELDS = [
    "reference", "status", "business__reference", "owner__reference", "amount", "months", "purpose_kind", "purpose",
    "collateral_kind", "collateral_description", "collateral_value", "bank__name", "submitted_at", "findings",
    "verified_note", "monthly_turnover", "monthly_cost", "recommended_amount", "recommended_months", "approved_amount",
    "approved_months", "reason__label", "reason_note", "reapply_on", "bank_checked_on", "bank_grade",
]  # fmt: skip
LOAN_FIELDS = [
    "reference", "status", "application__reference", "bank__name", "contract_number", "account_number", "signed_on",
    "disbursed_on", "principal", "months", "annual_rate", "first_due_on", "principal_paid", "interest_paid",
    "outstanding_principal", "grade",
]  # fmt: skip

EVENT_FIELDS = ("kind", "on", "amount", "reference")
FILE_FIELDS = ("reference", "kind", "original_name", "uploaded_at")


def _applications(user):
    return Application.objects.filter(business__in=Business.objects.spoken_for_by(user)).order_by("id")


def _loans(user):
    return Loan.objects.filter(business__in=Business.objects.spoken_for_by(user)).order_by("id")


def _files(applications):
    return Attachment.objects.filter(
        content_type=ContentType.objects.get_for_model(Application),
        object_id__in=applications.values_list("pk", flat=True),
    )


def references(user):
    """The references of the person's applications, loans and their files."""
    applications = _applications(user)
    return [
        *applications.values_list("reference", flat=True),
        *_loans(user).values_list("reference", flat=True),
        *_files(applications).values_list("reference", flat=True),
    ]


def export(user):
    """The person's applications and loans, as JSON-ready values."""
    applications = _applications(user)
    files = {}
    for pk, *file in _files(applications).values_list("object_id", *FILE_FIELDS):
        files.setdefault(pk, []).append(dict(zip(FILE_FIELDS, file, strict=True)))
    events = {}
    for pk, *event in LoanEvent.objects.filter(loan__in=_loans(user)).values_list("loan", *EVENT_FIELDS):
        events.setdefault(pk, []).append(dict(zip(EVENT_FIELDS, event, strict=True)))
    return {
        "credit_applications": [
            {"files": files.get(row.pop("pk"), []), **row}
            for row in applications.values("pk", *APPLICATION_FIELDS)
        ],
        "loans": [
            {"events": events.get(row.pop("pk"), []), **row}
            for row in _loans(user).values("pk", *LOAN_FIELDS)
        ],
    }
