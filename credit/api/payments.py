"""Payments that a bank reports, one or hundreds at a time."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions

from core.problems import errors_of
from credit.api.serializers import BulkItemOutput, PaymentInput
from credit.enums import EventSource
from credit.models import Loan
from credit.services.loans import post_payment

BOOKED, ALREADY, REFUSED = "booked", "already_booked", "refused"
_NAMES = ("loan", "contract_number", "account_number")


def book(given, *, actor):
    """Book one payment (validated PaymentInput): what happened, as PaymentOutput shows it. Raises what post_payment raises,
    ValidationError for a loan that is not among those the actor sees."""
    if not actor.has_perm("credit.post_loanevent"):
        raise PermissionDenied(_("Peran Anda tidak mencakup pencatatan ini."))
    loan = _loan(given, actor)
    began = timezone.now()
    event = post_payment(
        loan,
        on=given["on"],
        amount=given["amount"],
        prepayment=given["prepayment"],
        source=EventSource.API,
        actor=actor,
        bank=loan.bank,
        bank_reference=given["bank_reference"],
        note=given["note"],
    )
    after = Loan.objects.only("reference", "outstanding_principal", "status").get(pk=event.loan_id)
    return {
        "bank_reference": event.bank_reference,
        "result": ALREADY if event.recorded_at < began else BOOKED,
        "event": event.reference,
        "loan": after.reference,
        "outstanding_principal": after.outstanding_principal,
        "status": after.status,
    }


def _loan(given, actor):
    named = [name for name in _NAMES if given.get(name)]
    if len(named) != 1:
        raise ValidationError(
            {"loan": _("Sebutkan pinjamannya dengan salah satu: loan, contract_number, account_number.")}
        )
    name, value = named[0], given[named[0]]
    rows = Loan.objects.visible_to(actor).select_related("bank", "scheme_version", "application", "business")
    if name == "account_number":
        rows = rows.with_blind(account_number="".join(filter(str.isalnum, value)).upper())
    else:
        rows = rows.filter(**{"reference" if name == "loan" else name: value.strip()})
    found = list(rows[:2])
    if len(found) != 1:
        sentence = (
            _("Pinjaman ini tidak ditemukan.")
            if not found
            else _("Nomor ini dipakai lebih dari satu bank. Sebutkan nomor pinjamannya.")
        )
        raise ValidationError({name: ValidationError(sentence, code="unknown_loan")})
    return found[0]


def book_many(items, *, actor):
    """Book each of `items` (dicts as PaymentInput takes them) by itself; a refused one leaves no trace and holds up none."""
    if not actor.has_perm("credit.post_loanevent"):
        raise PermissionDenied(_("Peran Anda tidak mencakup pencatatan ini."))
    results = []
    for index, item in enumerate(items):
        try:
            with transaction.atomic():
                shape = PaymentInput(data=item)
                shape.is_valid(raise_exception=True)
                done = book(shape.validated_data, actor=actor)
        except (ValidationError, PermissionDenied, exceptions.ValidationError) as error:
            done = {
                "bank_reference": str(item.get("bank_reference", ""))[:60],
                "result": REFUSED,
                "errors": errors_of(error),
            }
        results.append(BulkItemOutput({"index": index, **done}).data)
    count = {name: sum(row["result"] == name for row in results) for name in (BOOKED, ALREADY, REFUSED)}
    return {**count, "results": results}
