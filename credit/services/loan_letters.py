"""Letters about a loan: what closes it on a day, and that it is paid off."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core import letters
from core.dates import date_id, today
from core.indonesia import rupiah
from core.languages import in_indonesian
from core.models import Signatory
from core.workflow import lock
from credit.enums import LoanEventKind, LoanStatus
from credit.ledger import payoff_quote, state_of
from ikm.policies import speaks_for

QUOTE, PAID_OFF = "penawaran_pelunasan", "surat_lunas"
_SERIES = {QUOTE: "PPL", PAID_OFF: "SKL"}


@transaction.atomic
def issue_payoff_quote(loan, *, on, actor):
    """The letter that says what closes `loan` if it is paid on that day. Returns the Letter.

    For who speaks for the business, and officials who issue letters. Raises PermissionDenied or ValidationError.
    """
    loan = _locked(loan, actor)
    if loan.status != LoanStatus.ACTIVE:
        raise ValidationError(_("Penawaran pelunasan hanya untuk pinjaman yang berjalan."))
    if on < today():
        raise ValidationError({"on": _("Pilih hari ini atau sesudahnya.")})
    amount = payoff_quote(loan, on)
    return _issue(
        loan,
        QUOTE,
        {
            "pay_on": date_id(on),
            "amount": rupiah(amount),
            "principal_left": rupiah(loan.outstanding_principal),
        },
        actor=actor,
        valid_until=on,
    )


@transaction.atomic
def issue_paid_off(loan, *, actor):
    """The letter that says the loan is paid off; asked for again, the one that still holds. Returns the Letter."""
    loan = _locked(loan, actor)
    if loan.status != LoanStatus.PAID_OFF:
        raise ValidationError(_("Surat lunas hanya untuk pinjaman yang sudah lunas."))
    standing = loan.letters.filter(kind=PAID_OFF, revoked_at=None).first()
    if standing:
        return standing
    last = loan.events.filter(kind=LoanEventKind.PAID, reversed_by=None).order_by("-on", "-id").first()
    return _issue(
        loan,
        PAID_OFF,
        {"paid_off_on": date_id(last.on), "paid": rupiah(state_of(loan, today()).paid)},
        actor=actor,
    )


def _locked(loan, actor):
    loan = lock(loan, actor)
    if not speaks_for(actor, loan.business_id) and not actor.has_perm("credit.issue_letter"):
        raise PermissionDenied(_("Peran Anda tidak mencakup surat ini."))
    return loan


@in_indonesian
def _issue(loan, kind, data, *, actor, valid_until=None):
    signatory = Signatory.objects.in_force().order_by("pk").first()
    if signatory is None:
        raise ValidationError(_("Belum ada penanda tangan surat. Mintalah dinas mencatatnya dahulu."))
    titles = {QUOTE: _("Penawaran Pelunasan"), PAID_OFF: _("Surat Keterangan Lunas")}
    return letters.issue_letter(
        loan,
        kind=kind,
        series=_SERIES[kind],
        title=titles[kind],
        data={
            "signer_name": signatory.name,
            "signer_post": signatory.post,
            "signer_unit": signatory.unit,
            "signer_rank": signatory.rank,
            "signer_id": signatory.nip,
            "reference": loan.reference,
            "contract": loan.contract_number,
            "bank": loan.bank.name,
            "business_name": loan.business.name,
            "owner_name": loan.application.owner.name,
            "principal": rupiah(loan.principal),
            "disbursed_on": date_id(loan.disbursed_on),
            **data,
        },
        actor=actor,
        valid_until=valid_until,
    )
