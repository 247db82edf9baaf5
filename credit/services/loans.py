"""Loans: signing, everything that happens to them, and what follows from it.

Every writer takes the lock of the loan's row first, appends one LoanEvent, and has the derived rows written afresh.
"""

from datetime import date
from decimal import Decimal, InvalidOperation

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import audit, outbox
from core.dates import date_in_words, today
from core.indonesia import rupiah
from core.references import new_reference
from core.workflow import begin, follow_step, lock, take_step
from credit.enums import ApplicationStatus, LoanEventKind, LoanStatus
from credit.ledger import (
    contract_terms,
    events_of,
    expected_subsidy,
    oldest_unpaid_on,
    payoff_quote,
    replay_event,
    replayed,
    rules_of,
    state_of,
)
from credit.loan_messages import SIGNED, tell_borrower, tell_of_event
from credit.models import Loan, LoanEvent
from credit.replay import Disbursed, Reversed, changes
from credit.services.decisions import take_as_other
from credit.services.derived import write_states
from programme.models import Reservation
from programme.services.budget import reserve_budget

__all__ = [
    "cancel_loan",
    "derive",
    "derive_many",
    "events_of",
    "payoff_quote",
    "post_event",
    "post_payment",
    "refresh_reservation",
    "reverse_event",
    "rules_of",
    "sign_loan",
    "state_of",
    "undisbursed",
]

PERMISSION = "credit.post_loanevent"
K = LoanEventKind

MONEY = {K.DISBURSED, K.PAID, K.RECOVERED, K.CHARGED}
#: What changes how much the city will have to pay for the loan, beside payments made before their time.
MOVES_SUBSIDY = {K.DISBURSED, K.DEFERRED, K.RESTRUCTURED, K.RATE_CHANGED, K.WRITTEN_OFF, K.REVERSED}
#: Decisions about the loan, which the budget must be able to carry before they count.
NEEDS_BUDGET = {K.DEFERRED, K.RESTRUCTURED, K.RATE_CHANGED}

#: How a loan comes to be active, and leaves it.
_TO_ACTIVE = {
    LoanStatus.SIGNED: "activate",
    LoanStatus.PAID_OFF: "reopen",
    LoanStatus.WRITTEN_OFF: "reopen",
}
_FROM_ACTIVE = {
    LoanStatus.SIGNED: "undo_disbursement",
    LoanStatus.PAID_OFF: "settle",
    LoanStatus.WRITTEN_OFF: "write_off",
}


# --- The contract -----------------------------------------------------------------------------------------------------


@transaction.atomic
def sign_loan(application, *, actor, contract_number, account_number="", signed_on, first_due_on=None):
    """The bank and the borrower signed: `application` moves to signed, and its Loan is made with the amount and months the
    bank approved, under the application's own scheme version. Returns the Loan.

    Raises PermissionDenied, StepError (HTTP 409) or ValidationError with the field.
    """
    application = take_as_other(application, "sign", actor=actor)
    if not contract_number.strip():
        raise ValidationError({"contract_number": _("Isi nomor akad, seperti tertulis pada akadnya.")})
    if signed_on is None:
        raise ValidationError({"signed_on": _("Isi tanggal akad.")})
    if signed_on > today():
        raise ValidationError(
            {"signed_on": _("Tanggal akad belum tiba. Isi tanggal hari ini atau sebelumnya.")}
        )
    if first_due_on and first_due_on <= signed_on:
        raise ValidationError({"first_due_on": _("Angsuran pertama harus sesudah tanggal akad.")})
    version = application.scheme_version
    loan = Loan(
        application=application,
        business=application.business,
        bank=application.bank,
        scheme_version=version,
        contract_number=contract_number.strip(),
        account_number=_account(account_number),
        signed_on=signed_on,
        principal=application.approved_amount,
        months=application.approved_months,
        annual_rate=version.annual_rate,
        first_due_on=first_due_on,
    )
    # The blind index of the account number is computed on saving; the check for doubles needs it before.
    loan.account_index = Loan._meta.get_field("account_index").index(loan.account_number)
    loan.full_clean()
    _plain_terms(loan)
    loan.save()
    begin(loan, "sign", actor=actor)
    tell_borrower(loan, SIGNED, amount=loan.principal)
    return loan


def _account(text):
    """An account number as its digits, however the bank writes it."""
    return "".join(character for character in text if character.isalnum()).upper()


def _plain_terms(loan):
    try:
        contract_terms(loan)
    except ValueError as error:
        raise _refusal(error) from None


@transaction.atomic
def cancel_loan(loan, *, actor, note):
    """The contract is given up before any money was paid out: the loan is cancelled, its application ends as withdrawn and
    the budget held for it is free again."""
    loan = take_step(loan, "cancel", actor=actor, note=note)
    take_step(loan.application, "cancel_contract", actor=actor, note=note)
    _reserve(loan, {})
    return loan


# --- Events -----------------------------------------------------------------------------------------------------------


def post_payment(loan, *, on, amount, reference="", prepayment="next", **how):
    """A payment of the borrower; after a write-off it is a recovery. See post_event for `how` and what it raises."""
    kind = K.RECOVERED if loan.status == LoanStatus.WRITTEN_OFF else K.PAID
    return post_event(
        loan, kind=kind, on=on, amount=amount, reference=reference, terms={"prepayment": prepayment}, **how
    )


@transaction.atomic
def post_event(
    loan,
    *,
    kind,
    on,
    source,
    actor,
    reference="",
    amount=None,
    terms=None,
    bank=None,
    bank_reference="",
    decree=None,
    note="",
):
    """Append what happened to `loan` on a day and derive it afresh. Returns the LoanEvent, with `changes`: what earlier
    payments pay now that they did not before (credit.replay.Change), empty unless the event is dated in the past.

    The same transaction of a bank again (`bank_reference`) gives the event that is already booked; another transaction under
    that number is refused. `reference` is drawn where it is not given. `terms` is what the kind needs beside the amount
    (credit.ledger.TERMS). Raises PermissionDenied, the model's DoesNotExist for a stranger, or ValidationError.
    """
    _may(actor, kind)
    loan = lock(loan, actor)
    if kind == K.REVERSED:
        raise ValidationError(_("Batalkan kejadian yang keliru dari barisnya sendiri."))
    bank = _bank_of(loan, bank, bank_reference)
    fresh = LoanEvent(
        loan=loan,
        kind=kind,
        on=on,
        reference=reference or bank_reference or new_reference("KJD"),
        amount=_amount(kind, amount, loan),
        terms=_as_json(terms or {}),
        bank=bank,
        bank_reference=bank_reference,
        source=source,
        decree=decree,
        note=note,
        recorded_by=actor,
    )
    booked = _already_booked(fresh, reference)
    if booked is not None:
        booked.changes = []
        return booked
    _check_day(loan, fresh)
    return _append(loan, fresh, actor)


@transaction.atomic
def reverse_event(event, *, actor, note, on=None):
    """`event` turned out not to have happened: a reversal that names it is appended on `on` (None: today), and the loan is
    again what it would be without it. Returns the reversal, with `changes`.

    Raises PermissionDenied, DoesNotExist for a stranger, or ValidationError.
    """
    _may(actor, K.REVERSED)
    loan = lock(event.loan, actor)
    event = LoanEvent.objects.get(pk=event.pk, loan=loan)
    if not note.strip():
        raise ValidationError({"note": _("Tuliskan alasan pembatalannya.")})
    if event.kind == K.REVERSED:
        raise ValidationError(_("Pembatalan tidak dapat dibatalkan. Catat kejadiannya sekali lagi."))
    if hasattr(event, "reversed_by"):
        raise ValidationError(_("Kejadian ini sudah dibatalkan."))
    if event.kind == K.DEFERRED and event.decree_id:
        _may(actor, K.DEFERRED)
    others = loan.events.exclude(kind=K.REVERSED).filter(reversed_by=None).exclude(pk=event.pk)
    if event.kind == K.DISBURSED and others.exists():
        raise ValidationError(_("Batalkan dahulu kejadian lain pinjaman ini, baru pencairannya."))
    reversal = LoanEvent(
        loan=loan,
        kind=K.REVERSED,
        on=on or today(),
        reference=new_reference("KJD"),
        reverses=event,
        bank=event.bank,
        source=event.source,
        decree=event.decree,
        note=note.strip(),
        recorded_by=actor,
    )
    if reversal.on < event.on or reversal.on > today():
        raise ValidationError(
            {"on": _("Tanggal pembatalan tidak boleh sebelum kejadiannya atau sesudah hari ini.")}
        )
    return _append(loan, reversal, actor)


def _may(actor, kind):
    if not actor.has_perm(PERMISSION) or (
        kind == K.DEFERRED and not actor.has_perm("credit.apply_reliefdecree")
    ):
        raise PermissionDenied(_("Peran Anda tidak mencakup pencatatan ini."))


def _bank_of(loan, bank, bank_reference):
    if bank is not None and bank.pk != loan.bank_id:
        raise ValidationError({"bank": _("Pinjaman ini tidak disalurkan oleh %(bank)s.") % {"bank": bank}})
    return loan.bank if bank is not None or bank_reference else None


def _amount(kind, amount, loan):
    if kind not in MONEY:
        return None
    if kind == K.DISBURSED and amount is None:
        return loan.principal
    try:
        amount = Decimal(amount).quantize(Decimal("0.01"))
    except (InvalidOperation, TypeError, ValueError):
        amount = Decimal(0)
    if not 0 < amount < Decimal(10) ** 15:
        raise ValidationError({"amount": _("Isi jumlah di atas nol.")})
    return amount


def _as_json(terms):
    """Terms as the database keeps them: numbers of money and rate as text, days in ISO form, nothing that says nothing."""
    return {
        name: str(value) if isinstance(value, Decimal | date) else value
        for name, value in terms.items()
        if value is not None and value != ""
    }


def _already_booked(fresh, reference):
    """The event that is this very transaction; ValidationError when its number belongs to another one."""
    found = None
    if fresh.bank_reference:
        found = LoanEvent.objects.filter(bank=fresh.bank, bank_reference=fresh.bank_reference).first()
    if found is None and reference:
        found = LoanEvent.objects.filter(loan=fresh.loan, reference=reference).first()
    if found is None:
        return None
    # A payment after a write-off is a recovery, whichever word came with it.
    same_kind = found.kind == fresh.kind or {found.kind, fresh.kind} == {K.PAID, K.RECOVERED}
    if same_kind and all(
        getattr(found, name) == getattr(fresh, name) for name in ("loan_id", "on", "amount", "terms")
    ):
        return found
    raise _taken(found)


def _taken(found):
    return ValidationError(
        _("Nomor %(number)s sudah dibukukan pada %(day)s untuk transaksi lain. Periksa nomor transaksinya.")
        % {"number": found.bank_reference or found.reference, "day": date_in_words(found.on)},
        code="booked_differently",
    )


def undisbursed(loan):
    """How much of the contract's principal the bank has not paid out yet."""
    paid_out = loan.events.filter(kind=K.DISBURSED, reversed_by=None).values_list("amount", flat=True)
    return loan.principal - sum(paid_out, Decimal(0))


def _check_day(loan, event):
    if event.on > today():
        raise ValidationError({"on": _("Tanggal itu belum tiba. Isi tanggal hari ini atau sebelumnya.")})
    if loan.status == LoanStatus.CANCELLED:
        raise ValidationError(_("Akad pinjaman ini sudah dibatalkan."))
    if event.kind == K.DISBURSED:
        if event.on < loan.signed_on:
            raise ValidationError({"on": _("Pencairan tidak boleh sebelum tanggal akad.")})
        left = undisbursed(loan)
        if event.amount > left:
            raise ValidationError(
                {
                    "amount": _("Pencairan melebihi pokok akad %(principal)s; yang belum cair %(left)s.")
                    % {"principal": rupiah(loan.principal), "left": rupiah(left)}
                }
            )
        return
    if loan.disbursed_on is None:
        raise ValidationError(_("Pinjaman ini belum dicairkan. Catat pencairannya dahulu."))
    if event.on < loan.disbursed_on:
        raise ValidationError(
            {"on": _("Tanggal itu sebelum pencairan %(day)s.") % {"day": date_in_words(loan.disbursed_on)}}
        )
    if loan.status == LoanStatus.PAID_OFF:
        last = loan.events.filter(kind__in=[K.PAID, K.DISBURSED], reversed_by=None).order_by("-on").first()
        if event.kind not in {K.PAID, K.RECOVERED, K.CHARGED} or event.on > last.on:
            raise ValidationError(
                _("Pinjaman ini sudah lunas sejak %(day)s. Periksa nomor rekening atau kembalikan uangnya.")
                % {"day": date_in_words(last.on)},
                code="paid_off",
            )
    if loan.status == LoanStatus.WRITTEN_OFF and event.kind not in {K.PAID, K.RECOVERED}:
        raise ValidationError(_("Pinjaman ini sudah dihapus buku; hanya penerimaan yang dapat dicatat."))


def _append(loan, fresh, actor):
    """Save a checked event, derive, and tell everybody whom it concerns."""
    past = loan.events.filter(on__gte=fresh.on).exists()
    before = state_of(loan, today()) if past else None
    _save(fresh)
    try:
        state = _derive(loan, actor=actor)
    except ValueError as error:
        raise _refusal(error) from None
    fresh.changes = (
        [change for change in changes(before, state) if change.reference != fresh.reference] if before else []
    )
    if fresh.kind == K.DISBURSED and loan.application.status == ApplicationStatus.SIGNED:
        take_step(loan.application, "disburse", actor=actor)
    elif fresh.kind == K.REVERSED and loan.status == LoanStatus.SIGNED:
        take_step(loan.application, "undo_disbursement", actor=actor)
    early = fresh.kind == K.PAID and (
        fresh.terms.get("prepayment", "next") != "next" or loan.status == LoanStatus.PAID_OFF
    )
    if fresh.kind in MOVES_SUBSIDY or early:
        _refresh_reservation(loan, state, must_fit=fresh.kind in NEEDS_BUDGET)
    kind = f"credit.loan.{fresh.kind}"
    outbox.publish(
        kind,
        subject=loan.reference,
        data={"on": fresh.on.isoformat(), "reference": fresh.reference, "status": loan.status},
    )
    tell_of_event(loan, fresh, state)
    audit.record(actor, kind, loan, detail={"event": fresh.reference, "on": fresh.on.isoformat()})
    return fresh


def _save(event):
    """Insert, with the sentence for a transaction that another request booked on another loan in the meantime."""
    try:
        replay_event(event)
    except ValueError as error:
        raise _refusal(error) from None
    event.full_clean(validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            event.save()
    except IntegrityError as error:
        if "credit_loanevent_bank_reference_once" not in str(error):
            raise
        raise _taken(LoanEvent.objects.get(bank=event.bank, bank_reference=event.bank_reference)) from None


def _refusal(error):
    """What credit.replay or credit.amortization refused, as a sentence beside its field."""
    field = str(error).partition(":")[0]
    sentences = {
        "amount": _("Isi jumlah di atas nol."),
        "annual_rate": _("Isi bunga setahun dalam persen, nol atau lebih."),
        "first_due_on": _("Angsuran pertama harus sesudah tanggal kejadian."),
        "interest": _("Pilih bunga masa penundaan: ditagih atau dibebaskan."),
        "kind": _("Pilih biaya atau denda."),
        "method": _("Pilih cara bunga yang tersedia."),
        "months": _("Isi berapa bulan angsuran ditunda, paling sedikit satu."),
        "of": _("Kejadian yang dibatalkan tidak ditemukan."),
        "on": _("Tidak ada lagi angsuran untuk menampung pencairan ini."),
        "periods": _("Isi banyaknya angsuran yang baru, paling sedikit satu."),
        "prepayment": _("Pilih kegunaan uang lebih: angsuran berikut, lebih singkat, atau lebih ringan."),
        "principal_grace": _("Masa tenggang pokok harus lebih pendek daripada banyaknya angsuran."),
        "reference": _("Nomor kejadian ini sudah dipakai pada pinjaman ini."),
        "terms": _("Ketentuan kejadian ini tidak dikenal."),
    }
    if field in sentences:
        return ValidationError({field: sentences[field]})
    return ValidationError(_("Kejadian ini tidak dapat dihitung. Periksa tanggal dan jumlahnya."))


# --- What follows -----------------------------------------------------------------------------------------------------


@transaction.atomic
def derive(loan):
    """Replay `loan` until today and write what follows: instalments, balances, sums and status. Returns the LoanState.

    Whoever recorded its last event stands behind a change of status.
    """
    loan = Loan.objects.select_for_update(of=("self",)).get(pk=loan.pk)
    last = loan.events.order_by("-id").first()
    return _derive(loan, actor=last.recorded_by if last else None)


@transaction.atomic
def derive_many(loans):
    """Like derive for many loans, with their rows written together; locks them in the order of their ids."""
    locked = Loan.objects.filter(pk__in=[loan.pk for loan in loans]).select_for_update(of=("self",))
    locked = list(locked.select_related("scheme_version", "bank").order_by("id"))
    events = {loan.pk: [] for loan in locked}
    for event in LoanEvent.objects.filter(loan__in=locked).select_related("reverses").order_by("on", "id"):
        events[event.loan_id].append(event)
    states, moved, changed = {}, [], []
    for loan in locked:
        before = [getattr(loan, name) for name in _SUMS]
        state = states[loan.pk] = _sums(loan, [replay_event(event) for event in events[loan.pk]])
        if loan.status != _status_of(state):
            moved.append(loan)
        elif before != [getattr(loan, name) for name in _SUMS]:
            changed.append(loan)
    write_states(states)
    Loan.objects.bulk_update(changed, _SUMS, batch_size=500)
    for loan in moved:
        _save_sums(loan)
        newest = max(events[loan.pk], key=lambda event: event.pk, default=None)
        _follow(loan, states[loan.pk], actor=newest.recorded_by if newest else None)
    return states


def _derive(loan, *, actor):
    state = _sums(loan, events_of(loan))
    write_states({loan.pk: state})
    _save_sums(loan)
    _follow(loan, state, actor=actor)
    return state


_SUMS = (
    "derived_until",
    "disbursed_on",
    "principal_paid",
    "interest_paid",
    "outstanding_principal",
    "advance",
    "oldest_due_on",
    "matures_on",
)


def _sums(loan, events):
    """The state of `loan` today, its sums set on the record but not yet saved."""
    undone = {event.of for event in events if isinstance(event, Reversed)}
    loan.disbursed_on = min(
        (e.on for e in events if isinstance(e, Disbursed) and e.reference not in undone), default=None
    )
    state = replayed(loan, events, today())
    loan.derived_until = state.as_of
    paid = {"principal": Decimal(0), "interest": Decimal(0)}
    for part in state.allocations:
        if part.component in paid:
            paid[part.component] += part.amount
    loan.principal_paid, loan.interest_paid = paid["principal"], paid["interest"]
    loan.outstanding_principal = state.outstanding_principal
    loan.advance = state.advance
    loan.oldest_due_on = oldest_unpaid_on(loan, events, state)
    loan.matures_on = state.matures_on
    return state


def _save_sums(loan):
    """One UPDATE of the derived columns, and only where one of them changed (each counts as a new version)."""
    values = {name: getattr(loan, name) for name in _SUMS}
    # A signed loan whose disbursement is undone changes its status in the same breath; see _follow.
    if loan.disbursed_on is None and loan.status not in {LoanStatus.SIGNED, LoanStatus.CANCELLED}:
        del values["disbursed_on"]
    Loan.objects.filter(pk=loan.pk).exclude(**_same(values)).update(**values)
    loan.refresh_from_db(fields=["version", "modified_at"])


def _same(values):
    return {
        (f"{name}__isnull" if value is None else name): value is None or value
        for name, value in values.items()
    }


def _status_of(state):
    return LoanStatus.SIGNED if state.status == "planned" else LoanStatus(state.status)


def _follow(loan, state, *, actor):
    """Move the loan's status to what its events say."""
    wanted = _status_of(state)
    if loan.status in {wanted, LoanStatus.CANCELLED}:
        return
    steps = [_TO_ACTIVE.get(loan.status), _FROM_ACTIVE.get(wanted)]
    for step in filter(None, steps):
        follow_step(loan, step, actor=actor)


# --- The city's budget ------------------------------------------------------------------------------------------------


@transaction.atomic
def refresh_reservation(loan):
    """Hold exactly what the city still has to pay for `loan`, year by year, and free the rest.

    Where the loan needs more than a year has left, what it holds stays as it is: money paid out cannot be refused.
    """
    loan = Loan.objects.select_for_update(of=("self",)).get(pk=loan.pk)
    _refresh_reservation(loan, state_of(loan, today()), must_fit=False)


def _refresh_reservation(loan, state, *, must_fit):
    needed = expected_subsidy(loan, state) if loan.status != LoanStatus.CANCELLED else {}
    try:
        with transaction.atomic():
            _reserve(loan, needed)
    except ValidationError:
        if must_fit:
            raise
        held = {
            row.line.year: row.amount
            for row in Reservation.objects.filter(subject=loan.application.reference).select_related("line")
        }
        _reserve(loan, {year: min(needed.get(year, 0), amount) for year, amount in held.items()})


def _reserve(loan, by_year):
    reserve_budget(loan.application.reference, code=loan.scheme_version.budget_code, by_year=by_year)
