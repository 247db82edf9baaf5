"""Relief by decree: instalments of many loans postponed at once, looked at first, undone as one."""

from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.dates import today
from credit.enums import EventSource, LoanEventKind, LoanStatus
from credit.models import Loan, ReliefDecree
from credit.services.loans import post_event, reverse_event

PERMISSION = "credit.apply_reliefdecree"


def _require(actor):
    if not actor.has_perm(PERMISSION):
        raise PermissionDenied(_("Peran Anda tidak mencakup keringanan."))


def chosen_loans(filters, *, takes_effect_on):
    """The running loans a decree concerns: `filters` may name a bank (reference), a kecamatan (code) and the beginning of a
    KBLI code. Loans with nothing left to fall due after that day are left out."""
    loans = Loan.objects.filter(
        status=LoanStatus.ACTIVE, disbursed_on__lte=takes_effect_on, instalments__due_on__gt=takes_effect_on
    ).distinct()
    if filters.get("bank"):
        loans = loans.filter(bank__reference=filters["bank"])
    if filters.get("kecamatan"):
        loans = loans.filter(business__kelurahan__parent__code=filters["kecamatan"])
    if filters.get("kbli"):
        loans = loans.filter(business__main_kbli__code__startswith=filters["kbli"])
    return loans.order_by("pk")


def preview_relief(filters, *, takes_effect_on):
    """(number of loans, principal they still owe) of a decree that is not applied yet."""
    owed = list(
        chosen_loans(filters, takes_effect_on=takes_effect_on).values_list("pk", "outstanding_principal")
    )
    return len(owed), sum((amount for _key, amount in owed), Decimal(0))


@transaction.atomic
def apply_relief(*, actor, legal_basis, takes_effect_on, months, interest, filters=None):
    """Postpone the instalments due after `takes_effect_on` of every chosen loan by `months`; all or nothing. Returns the
    ReliefDecree.

    Raises PermissionDenied, or ValidationError (no loan chosen, a day in the future, the subsidy budget is too small).
    """
    _require(actor)
    filters = {name: value for name, value in (filters or {}).items() if value}
    if takes_effect_on > today():
        raise ValidationError({"takes_effect_on": _("Tanggal itu belum tiba. Isi hari ini atau sebelumnya.")})
    if not legal_basis.is_in_force(today()):
        raise ValidationError({"legal_basis": _("Dasar hukum ini tidak berlaku hari ini.")})
    decree = ReliefDecree(
        legal_basis=legal_basis,
        takes_effect_on=takes_effect_on,
        months=months,
        interest=interest,
        filters=filters,
        applied_by=actor,
    )
    decree.full_clean()
    decree.save()
    loans = list(chosen_loans(filters, takes_effect_on=takes_effect_on))
    if not loans:
        raise ValidationError(_("Tidak ada pinjaman berjalan yang cocok dengan pilihan ini."))
    for loan in loans:
        post_event(
            loan,
            kind=LoanEventKind.DEFERRED,
            on=takes_effect_on,
            terms={"months": months, "interest": interest},
            source=EventSource.OFFICE,
            decree=decree,
            note=str(legal_basis)[:300],
            actor=actor,
        )
    decree.loans = len(loans)
    decree.save(update_fields=["loans"])
    audit.record(actor, "credit.apply_relief", decree, detail={"loans": decree.loans})
    return decree


@transaction.atomic
def undo_relief(decree, *, actor, note):
    """Take a decree back: its postponement is reversed on every loan where that was not done yet. Returns how many."""
    _require(actor)
    decree = ReliefDecree.objects.select_for_update().get(pk=decree.pk)
    events = decree.events.filter(kind=LoanEventKind.DEFERRED, reversed_by=None)
    done = [
        reverse_event(event, actor=actor, note=note)
        for event in events.select_related("loan").order_by("loan")
    ]
    if not done:
        raise ValidationError(_("Keringanan ini sudah dibatalkan seluruhnya."))
    audit.record(actor, "credit.undo_relief", decree, detail={"loans": len(done)})
    return len(done)
