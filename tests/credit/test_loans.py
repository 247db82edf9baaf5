"""Loans through the services: every event, what it leads to, what is refused, who hears of it."""

import random
import threading
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction

from core.models import AuditEntry, Event, Message, StepLine
from core.workflow import StepError
from credit.enums import ApplicationStatus, EventSource, LoanEventKind, LoanStatus
from credit.ledger import events_of
from credit.models import Application, Loan, LoanEvent
from credit.replay import replay
from credit.services import loans
from credit.services.loans import (
    cancel_loan,
    derive,
    derive_many,
    payoff_quote,
    post_event,
    post_payment,
    reverse_event,
    state_of,
)
from credit.subsidy import planned_subsidy
from ikm.models import Representative
from programme.models import BudgetLine, Reservation
from tests.credit import records

pytestmark = pytest.mark.django_db

K = LoanEventKind
TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel("2026-11-24 10:00 +0700", tick=False):
        yield


@pytest.fixture
def signed(application, partner):
    return records.signed_loan(application("approved"), actor=partner)


@pytest.fixture
def loan(signed, partner):
    """5 million at 3 % flat over 12 months, disbursed on 10 January 2026: 11 × Rp429.167."""
    post_event(
        signed, kind=K.DISBURSED, on=date(2026, 1, 10), source="api", actor=partner, bank_reference="OUT"
    )
    signed.refresh_from_db()
    return signed


@pytest.fixture
def pay(loan, partner):
    def make(on, amount, number="", **how):
        loan.refresh_from_db()
        return post_payment(
            loan, on=on, amount=amount, bank_reference=number, source="api", actor=partner, **how
        )

    return make


def snapshot(loan):
    loan.refresh_from_db()
    sums = {name: getattr(loan, name) for name in (*loans._SUMS, "status")}
    rows = list(
        loan.instalments.values_list(
            "number",
            "due_on",
            "principal",
            "interest",
            "balance",
            "principal_paid",
            "interest_paid",
            "paid_on",
        )
    )
    return sums, rows, list(loan.balances.values_list("on", "principal", "annual_rate"))


def agrees(loan):
    """The derived rows say what a fresh replay says, and its money adds up."""
    loan.refresh_from_db()
    state = state_of(loan, TODAY)
    _sums, rows, balances = snapshot(loan)
    assert rows == [
        (i.number, i.due_on, i.principal, i.interest, i.balance, i.principal_paid, i.interest_paid, i.paid_on)
        for i in state.instalments
    ]
    assert balances == [(b.on, b.principal, b.annual_rate) for b in state.balances]
    assert loan.outstanding_principal == state.outstanding_principal >= 0
    assert sum(part.amount for part in state.allocations) + state.advance == state.paid
    paid = [e.amount for e in loan.events.filter(kind__in=["paid", "recovered"], reversed_by=None)]
    assert sum(paid) == state.paid
    assert max(0, (TODAY - loan.oldest_due_on).days if loan.oldest_due_on else 0) == state.days_past_due
    return state


# --- Signing ----------------------------------------------------------------------------------------------------------


def test_who_speaks_for_the_business_does_not_record_its_contract(application, officer):
    approved = application("approved")
    Representative.objects.create(user=officer, business=approved.business, kind="staff", status="approved")
    with pytest.raises(PermissionDenied, match="mewakili usaha ini"):
        records.signed_loan(approved, actor=officer)
    approved.refresh_from_db()
    assert approved.status == "approved"


def test_signing_makes_the_loan_under_the_terms_of_the_application(application, partner, wibawa):
    asked = application("approved", approved_amount=4_000_000, approved_months=10)
    loan = records.signed_loan(asked, actor=partner)
    asked.refresh_from_db()
    assert asked.status == ApplicationStatus.SIGNED
    assert (loan.principal, loan.months, loan.annual_rate, loan.scheme_version) == (4_000_000, 10, 3, wibawa)
    assert loan.status == LoanStatus.SIGNED
    assert Message.objects.get(recipient=asked.applicant).title == "Akad pinjaman Anda tercatat"
    assert StepLine.objects.filter(object_id=loan.pk, step="sign").exists()


def test_only_the_bank_of_the_application_or_an_official_signs(application, person, stranger):
    asked = application("approved")
    with pytest.raises(PermissionDenied):
        records.signed_loan(asked, actor=stranger)
    other = person("partner")
    with pytest.raises(Application.DoesNotExist):
        records.signed_loan(asked, actor=other)
    assert not Loan.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"signed_on": TODAY + timedelta(days=1)}, "signed_on"),
        ({"first_due_on": date(2026, 1, 5)}, "first_due_on"),
        ({"contract_number": " "}, "contract_number"),
    ],
)
def test_signing_refuses_what_makes_no_sense(application, partner, fields, field):
    with pytest.raises(ValidationError) as refused:
        records.signed_loan(application("approved"), actor=partner, **fields)
    assert list(refused.value.message_dict) == [field]
    assert Application.objects.get().status == ApplicationStatus.APPROVED


def test_an_account_number_stands_once_at_a_bank(application, partner, owner_user, person, people):
    first = records.signed_loan(application("approved"), actor=partner, account_number="53-01 77")
    assert first.account_number == "530177"
    people["applicant"] = person()
    with pytest.raises(ValidationError, match="Nomor rekening ini sudah tercatat"):
        records.signed_loan(application("approved"), actor=partner, account_number="5301.77")


def test_a_cancelled_contract_frees_the_budget_and_ends_the_application(signed, partner):
    loans.refresh_reservation(signed)
    with pytest.raises(ValidationError, match="Tuliskan alasannya"):
        cancel_loan(signed, actor=partner, note="")
    cancel_loan(signed, actor=partner, note="Peminjam mengurungkan niat.")
    signed.refresh_from_db()
    assert (signed.status, signed.application.status) == (LoanStatus.CANCELLED, ApplicationStatus.WITHDRAWN)
    assert not Reservation.objects.exists()
    with pytest.raises(ValidationError, match="sudah dibatalkan"):
        post_event(signed, kind=K.DISBURSED, on=TODAY, source="api", actor=partner)


# --- Disbursement -----------------------------------------------------------------------------------------------------


def test_a_disbursement_starts_the_plan_and_holds_the_budget(loan):
    assert (loan.status, loan.application.status) == (LoanStatus.ACTIVE, ApplicationStatus.DISBURSED)
    assert loan.disbursed_on == date(2026, 1, 10)
    assert loan.instalments.count() == 12
    assert loan.instalments.first().due_on == date(2026, 2, 10)
    assert loan.matures_on == date(2027, 1, 11)  # the 10th is a Sunday
    agrees(loan)
    held = {row.line.year: row.amount for row in Reservation.objects.all()}
    assert set(held) == {2026, 2027}
    assert Event.objects.filter(kind="credit.loan.disbursed", subject=loan.reference).count() == 1
    assert AuditEntry.objects.filter(action="credit.loan.disbursed", subject=loan.reference).exists()


def test_the_budget_held_is_what_the_plan_needs(loan):
    from credit.ledger import contract_terms, expected_subsidy

    on_time = state_of(loan, date(2026, 1, 10))
    assert expected_subsidy(loan, on_time) == planned_subsidy(contract_terms(loan), 9).by_year


def test_a_disbursement_in_parts_never_exceeds_the_contract(signed, partner):
    def out(on, amount):
        return post_event(signed, kind=K.DISBURSED, on=on, amount=amount, source="api", actor=partner)

    out(date(2026, 1, 10), 3_000_000)
    with pytest.raises(ValidationError, match=r"yang belum cair Rp2\.000\.000"):
        out(date(2026, 3, 1), 2_000_001)
    out(date(2026, 3, 1), 2_000_000)
    agrees(signed)


def test_a_disbursement_can_be_undone_only_before_anything_else_happened(loan, pay, partner):
    paid = pay(date(2026, 2, 10), 429_167)
    out = loan.events.get(kind=K.DISBURSED)
    with pytest.raises(ValidationError, match="Batalkan dahulu kejadian lain"):
        reverse_event(out, actor=partner, note="Salah nasabah.")
    reverse_event(paid, actor=partner, note="Salah nasabah.")
    reverse_event(out, actor=partner, note="Salah nasabah.")
    loan.refresh_from_db()
    assert (loan.status, loan.disbursed_on, loan.instalments.count()) == (LoanStatus.SIGNED, None, 0)
    assert Application.objects.get().status == ApplicationStatus.SIGNED
    post_event(loan, kind=K.DISBURSED, on=date(2026, 1, 12), source="api", actor=partner)
    agrees(loan)


# --- Payments ---------------------------------------------------------------------------------------------------------


def test_a_payment_covers_what_is_due_and_the_borrower_hears_of_it(loan, pay):
    pay(date(2026, 2, 10), 429_167, "T1")
    first = loan.instalments.get(number=1)
    assert (first.unpaid, first.paid_on) == (0, date(2026, 2, 10))
    state = agrees(loan)
    assert state.outstanding_principal == D(5_000_000) - first.principal
    told = Message.objects.filter(title="Pembayaran Anda diterima").get()
    assert told.body.startswith("Pembayaran Rp429.167 pada 10 Februari 2026 sudah dibukukan.")


def test_the_same_transaction_again_counts_once(loan, pay):
    first = pay(date(2026, 2, 10), 429_167, "T1")
    assert pay(date(2026, 2, 10), D("429167.00"), "T1").pk == first.pk
    assert loan.events.count() == 2
    with pytest.raises(ValidationError, match="Nomor T1 sudah dibukukan pada 10 Februari 2026"):
        pay(date(2026, 2, 10), 429_168, "T1")
    with pytest.raises(ValidationError, match="Nomor T1 sudah dibukukan"):
        pay(date(2026, 2, 11), 429_167, "T1")


def test_a_payment_dated_in_the_past_shows_what_it_changed(loan, pay):
    pay(date(2026, 3, 10), 429_167, "T2")
    late = pay(date(2026, 2, 10), 429_167, "T1")
    assert [(c.reference, c.component, c.number) for c in late.changes] == [
        ("T2", "interest", 1),
        ("T2", "principal", 1),
        ("T2", "principal", 2),
    ]
    assert pay(date(2026, 4, 10), 429_167, "T3").changes == []
    agrees(loan)


def test_a_payoff_quote_is_what_is_charged_that_day(loan, pay):
    pay(date(2026, 2, 10), 500_000, "T1")
    day = date(2026, 11, 20)
    pay(day, payoff_quote(loan, day), "T2")
    loan.refresh_from_db()
    assert (loan.status, loan.outstanding_principal, loan.advance) == (LoanStatus.PAID_OFF, 0, 0)
    assert Message.objects.filter(title="Pinjaman Anda lunas").count() == 1
    agrees(loan)
    with pytest.raises(ValidationError, match="sudah lunas sejak 20 November 2026"):
        pay(date(2026, 11, 21), 1000, "T3")


def test_one_rupiah_less_does_not_close_the_loan(loan, pay):
    day = date(2026, 11, 20)
    pay(day, payoff_quote(loan, day) - 1, "T1")
    loan.refresh_from_db()
    assert loan.status == LoanStatus.ACTIVE


def test_a_payment_made_early_frees_budget(loan, pay):
    held = sum(Reservation.objects.values_list("amount", flat=True))
    for month in range(2, 12):
        pay(date(2026, month, 10), 429_167, f"T{month}")
    assert sum(Reservation.objects.values_list("amount", flat=True)) == held
    pay(date(2026, 11, 20), 300_000, "X", prepayment="fewer")
    assert sum(Reservation.objects.values_list("amount", flat=True)) < held
    pay(date(2026, 11, 21), payoff_quote(loan, date(2026, 11, 21)), "Y")
    assert [row.line.year for row in Reservation.objects.all()] == [2026]


@pytest.mark.parametrize("mode", ["next", "fewer", "smaller"])
def test_money_beyond_what_is_due_goes_where_the_borrower_asks(loan, pay, mode):
    pay(date(2026, 2, 10), 1_429_167, "T1", prepayment=mode)
    state = agrees(loan)
    assert (state.prepaid > 0) == (mode != "next")


@pytest.mark.parametrize(
    ("on", "amount", "how", "field"),
    [
        (TODAY + timedelta(days=1), 1000, {}, "on"),
        (date(2026, 1, 9), 1000, {}, "on"),
        (date(2026, 2, 1), 0, {}, "amount"),
        (date(2026, 2, 1), "abc", {}, "amount"),
        (date(2026, 2, 1), -5, {}, "amount"),
        (date(2026, 2, 1), 1000, {"prepayment": "later"}, "prepayment"),
    ],
)
def test_a_payment_that_makes_no_sense_is_refused_beside_its_field(loan, pay, on, amount, how, field):
    before = snapshot(loan)
    with pytest.raises(ValidationError) as refused:
        pay(on, amount, "T1", **how)
    assert list(refused.value.message_dict) == [field]
    assert snapshot(loan) == before


def test_a_loan_that_is_not_disbursed_takes_no_payment(signed, partner):
    with pytest.raises(ValidationError, match="belum dicairkan"):
        post_payment(signed, on=TODAY, amount=1000, source="api", actor=partner)


def test_strangers_and_other_banks_post_nothing(loan, stranger, owner_user, person):
    with pytest.raises(PermissionDenied):
        post_payment(loan, on=TODAY, amount=1000, source="api", actor=owner_user)
    with pytest.raises(Loan.DoesNotExist):
        post_payment(loan, on=TODAY, amount=1000, source="api", actor=person("partner"))
    with pytest.raises(ValidationError, match="tidak disalurkan oleh"):
        post_payment(
            loan, on=TODAY, amount=1000, source="api", actor=loan.bank.partners.get(), bank=records.bank()
        )


# --- Other events -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (K.CHARGED, {"amount": 25_000, "terms": {"kind": "fee"}}),
        (K.CHARGED, {"amount": 25_000, "terms": {"kind": "penalty"}}),
        (K.DEFERRED, {"terms": {"months": 3, "interest": "waived"}}),
        (K.RESTRUCTURED, {"terms": {"periods": 24, "annual_rate": D(2), "capitalise": True}}),
        (K.RESTRUCTURED, {"terms": {"periods": 100, "first_due_on": date(2026, 7, 6)}}),
        (K.RATE_CHANGED, {"terms": {"annual_rate": D("2.5")}}),
        (K.WRITTEN_OFF, {}),
    ],
)
def test_every_kind_is_derived_told_and_can_be_reversed_exactly(loan, pay, officer, kind, more):
    pay(date(2026, 2, 10), 429_167, "T1")
    before = snapshot(loan)
    event = post_event(loan, kind=kind, on=date(2026, 6, 1), source="office", actor=officer, **more)
    agrees(loan)
    assert snapshot(loan)[:2] != before[:2] or kind == K.CHARGED
    assert Event.objects.filter(kind=f"credit.loan.{kind}").count() == 1
    reverse_event(event, actor=officer, note="Keliru mencatat.")
    assert snapshot(loan) == before
    with pytest.raises(ValidationError, match="sudah dibatalkan"):
        reverse_event(event, actor=officer, note="Sekali lagi.")


@pytest.mark.parametrize(
    ("kind", "terms", "field"),
    [
        (K.CHARGED, {"kind": "gift"}, "kind"),
        (K.DEFERRED, {"months": 0}, "months"),
        (K.DEFERRED, {"months": 1, "interest": "halved"}, "interest"),
        (K.RESTRUCTURED, {"periods": 0}, "periods"),
        (K.RESTRUCTURED, {"periods": 4, "first_due_on": date(2026, 6, 1)}, "first_due_on"),
        (K.RESTRUCTURED, {"periods": 4, "method": "balloon"}, "method"),
        (K.RESTRUCTURED, {}, "periods"),
        (K.RATE_CHANGED, {"annual_rate": D(-1)}, "annual_rate"),
        (K.RATE_CHANGED, {}, "annual_rate"),
        (K.WRITTEN_OFF, {"months": 1}, "terms"),
    ],
)
def test_terms_that_make_no_sense_are_refused_beside_their_field(loan, officer, kind, terms, field):
    amount = 1000 if kind == K.CHARGED else None
    with pytest.raises(ValidationError) as refused:
        post_event(
            loan, kind=kind, on=date(2026, 6, 1), amount=amount, terms=terms, source="office", actor=officer
        )
    assert list(refused.value.message_dict) == [field]
    assert loan.events.count() == 1


def test_after_a_write_off_money_is_a_recovery(loan, pay, officer):
    post_event(loan, kind=K.WRITTEN_OFF, on=date(2026, 9, 1), source="office", actor=officer)
    loan.refresh_from_db()
    assert (loan.status, loan.outstanding_principal) == (LoanStatus.WRITTEN_OFF, 0)
    event = pay(date(2026, 10, 1), 200_000, "T9")
    assert event.kind == K.RECOVERED
    assert pay(date(2026, 10, 1), 200_000, "T9").pk == event.pk
    assert agrees(loan).recovered == 200_000
    with pytest.raises(ValidationError, match="hanya penerimaan"):
        post_event(
            loan, kind=K.CHARGED, on=TODAY, amount=1, terms={"kind": "fee"}, source="office", actor=officer
        )


def test_a_bank_may_not_postpone_instalments(loan, partner):
    with pytest.raises(PermissionDenied):
        post_event(loan, kind=K.DEFERRED, on=TODAY, terms={"months": 3}, source="api", actor=partner)


def test_relief_that_the_budget_cannot_carry_is_refused(loan, officer):
    BudgetLine.objects.filter(year=2027).update(ceiling=BudgetLine.objects.get(year=2027).reserved)
    with pytest.raises(ValidationError, match="Pagu 2027 tinggal"):
        post_event(
            loan, kind=K.DEFERRED, on=date(2026, 11, 20), terms={"months": 6}, source="office", actor=officer
        )
    assert loan.events.count() == 1


def test_money_paid_out_is_booked_even_where_the_budget_is_full(signed, partner):
    BudgetLine.objects.update(ceiling=0)
    post_event(signed, kind=K.DISBURSED, on=date(2026, 1, 10), source="api", actor=partner)
    signed.refresh_from_db()
    assert signed.status == LoanStatus.ACTIVE
    assert not Reservation.objects.exists()


def test_a_reversal_needs_a_reason_and_cannot_be_reversed(loan, pay, partner):
    paid = pay(date(2026, 2, 10), 429_167, "T1")
    with pytest.raises(ValidationError, match="alasan"):
        reverse_event(paid, actor=partner, note=" ")
    undone = reverse_event(paid, actor=partner, note="Setoran ditarik kembali.")
    with pytest.raises(ValidationError, match="tidak dapat dibatalkan"):
        reverse_event(undone, actor=partner, note="x")
    with pytest.raises(ValidationError, match="dari barisnya sendiri"):
        post_event(loan, kind=K.REVERSED, on=TODAY, source="api", actor=partner)


def test_a_loan_that_was_paid_off_runs_again_when_the_payment_is_undone(loan, pay, partner):
    before = snapshot(loan)
    paid = pay(date(2026, 2, 1), payoff_quote(loan, date(2026, 2, 1)), "T1")
    loan.refresh_from_db()
    assert loan.status == LoanStatus.PAID_OFF
    reverse_event(paid, actor=partner, note="Cek kosong.")
    assert snapshot(loan) == before
    steps = StepLine.objects.filter(object_id=loan.pk, content_type__model="loan").values_list(
        "step", flat=True
    )
    assert list(steps) == ["sign", "activate", "settle", "reopen"]


def test_a_step_out_of_turn_is_refused(loan, partner):
    with pytest.raises(StepError):
        cancel_loan(loan, actor=partner, note="Terlambat.")


# --- Money adds up ----------------------------------------------------------------------------------------------------


def random_step(draw, loan, partner, officer, number):
    """One random thing that a bank or an official might record; True where it was taken."""
    loan.refresh_from_db()
    start = date(2026, 1, 10)
    day = start + timedelta(days=draw.randint(0, (TODAY - start).days))
    what = draw.choices(
        ["pay", "charge", "defer", "restructure", "rate", "write_off", "reverse"], [60, 5, 4, 4, 4, 1, 12]
    )[0]
    common = {"on": day, "source": "office", "actor": officer}
    try:
        if what == "pay":
            post_payment(
                loan,
                on=day,
                amount=draw.choice([429_167, draw.randint(1, 900_000), draw.randint(1, 5_500_000)]),
                prepayment=draw.choice(["next", "fewer", "smaller"]),
                bank_reference=f"R{loan.pk}-{number}",
                source="api",
                actor=partner,
            )
        elif what == "charge":
            post_event(loan, kind=K.CHARGED, amount=draw.randint(1, 50_000), terms={"kind": "fee"}, **common)
        elif what == "defer":
            post_event(loan, kind=K.DEFERRED, terms={"months": draw.randint(1, 3)}, **common)
        elif what == "restructure":
            terms = {"periods": draw.randint(1, 24), "capitalise": draw.random() < 0.5}
            post_event(loan, kind=K.RESTRUCTURED, terms=terms, **common)
        elif what == "rate":
            post_event(loan, kind=K.RATE_CHANGED, terms={"annual_rate": D(draw.randint(0, 8))}, **common)
        elif what == "write_off":
            post_event(loan, kind=K.WRITTEN_OFF, **common)
        else:
            left = loan.events.exclude(kind__in=[K.REVERSED, K.DISBURSED]).filter(reversed_by=None)
            if not left:
                return False
            reverse_event(draw.choice(list(left)), actor=officer, note="Uji.")
    except ValidationError:
        return False
    return True


def test_random_histories_through_the_services_equal_the_pure_replay(loan, partner, officer):
    """Each history is rolled back, so that one loan serves for all."""
    draw = random.Random(2026)
    taken = 0
    for _history in range(20):
        with transaction.atomic():
            for number in range(draw.randint(1, 6)):
                taken += random_step(draw, loan, partner, officer, number)
            agrees(loan)
            transaction.set_rollback(True)
    assert taken > 40


def test_random_histories_derived_together_equal_the_pure_replay(loan, officer):
    """A hundred histories written straight into the table and derived in one go, one after the other on the same loan."""
    draw = random.Random(7)
    statuses = set()
    for _history in range(100):
        with transaction.atomic():
            LoanEvent.objects.bulk_create(
                LoanEvent(
                    loan=loan,
                    kind=K.PAID,
                    on=date(2026, 1, 10) + timedelta(days=draw.randint(0, 310)),
                    reference=f"p{number}",
                    amount=draw.randint(1, 1_500_000),
                    terms={"prepayment": draw.choice(["next", "fewer", "smaller"])},
                    source=EventSource.FILE,
                    recorded_by=officer,
                )
                for number in range(draw.randint(1, 8))
            )
            derive_many([loan])
            agrees(loan)
            statuses.add(loan.status)
            transaction.set_rollback(True)
    assert statuses == {LoanStatus.ACTIVE, LoanStatus.PAID_OFF}


def test_deriving_again_changes_nothing(loan, pay):
    pay(date(2026, 2, 10), 500_000, "T1")
    loan.refresh_from_db()
    before, version = snapshot(loan), loan.version
    assert derive(loan) == replay(
        loans.contract_terms(loan), events_of(loan), as_of=TODAY, rules=loans.rules_of(loan.scheme_version)
    )
    assert snapshot(loan) == before
    assert loan.version == version


# --- At the same time -------------------------------------------------------------------------------------------------


def at_once(*calls):
    """Run the calls in threads that start together; their results or errors, in order."""
    results, gate = [None] * len(calls), threading.Barrier(len(calls))

    def run(index, call):
        gate.wait()
        try:
            results[index] = call()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_two_same_payments_in_parallel_post_once(loan, partner):
    def post():
        return post_payment(
            loan, on=date(2026, 2, 10), amount=1000, bank_reference="T1", source="api", actor=partner
        )

    first, second = at_once(post, post)
    assert first.pk == second.pk
    assert loan.events.filter(kind=K.PAID).count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("with_index", [True, False])
def test_one_bank_transaction_never_counts_on_two_loans(
    loan, application, person, people, partner, with_index
):
    """Row locks are of no help across loans; without the unique index the money would be booked twice."""
    people["applicant"] = person()
    other = records.signed_loan(application("approved"), actor=partner)
    post_event(other, kind=K.DISBURSED, on=date(2026, 1, 10), source="api", actor=partner)

    def post(which):
        return lambda: post_payment(
            which, on=date(2026, 2, 10), amount=1000, bank_reference="T1", source="api", actor=partner
        )

    name = "credit_loanevent_bank_reference_once"
    if not with_index:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_indexdef(%s::regclass)", [name])
            (definition,) = cursor.fetchone()
            cursor.execute(f"DROP INDEX {name}")
    try:
        results = at_once(post(loan), post(other))
        booked = LoanEvent.objects.filter(bank_reference="T1").count()
    finally:
        if not with_index:
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE credit_loanevent DISABLE TRIGGER USER")
                cursor.execute("DELETE FROM credit_loanevent WHERE bank_reference = 'T1'")
                cursor.execute("ALTER TABLE credit_loanevent ENABLE TRIGGER USER")
                cursor.execute(definition)
    assert booked == (1 if with_index else 2)
    assert sum(isinstance(result, ValidationError) for result in results) == (1 if with_index else 0)
