"""The close of a day: equal to the Python reference, the same twice, and whole after a kill at any place."""

import random
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from core.models import AuditEntry, Message
from credit import replay
from credit.models import CollectabilityChange, CollectabilityTable, DayClose, Loan, SchemeVersion
from credit.services import closing
from credit.services.closing import close_day, grade_on
from credit.services.loans import payoff_quote, post_event, post_payment, state_of
from tests.credit import records
from tests.credit.books import books
from tests.credit.portfolio import portfolio

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-11-24 01:00 +0700", tick=False) as traveller:
        yield traveller


@pytest.fixture
def loan(application, partner):
    """5 million over 12 months from 10 January 2026; nothing paid yet."""
    loan = records.signed_loan(application("approved"), actor=partner)
    post_event(loan, kind="disbursed", on=date(2026, 1, 10), source="api", actor=partner)
    loan.refresh_from_db()
    return loan


@pytest.fixture
def many(wibawa, bapas, people):
    """Loans of both kinds of bank, some with something that happened after yesterday."""

    def make(count, seed=1):
        commercial = records.bank(kind="commercial")
        return portfolio(
            random.Random(seed), count, version=wibawa, people=people, banks=[bapas, bapas, commercial]
        )

    return make


def table_of(loan):
    table = CollectabilityTable.objects.get(bank_kind=loan.bank.kind)
    return replay.CollectabilityTable(
        arrears=tuple(table.arrears), matured=tuple(table.matured) if table.matured else None
    )


def test_grades_and_figures_equal_the_python_reference_to_the_rupiah(many):
    """Three days, as if each were the first that is closed; on two of them the loans' rows already say more."""
    many(200)
    seen = set()
    for day in (TODAY, YESTERDAY, date(2026, 5, 4)):
        with transaction.atomic():
            seen |= compare_with_reference(close_day(day))
            transaction.set_rollback(True)
    assert seen == {1, 2, 3, 4, 5}


def compare_with_reference(close):
    totals, late, grades = {"outstanding": D(0), "par30": D(0), "loans": 0}, 0, []
    noted = dict(CollectabilityChange.objects.values_list("loan", "grade"))
    for loan in Loan.objects.select_related("bank", "scheme_version").order_by("pk"):
        state = state_of(loan, close.day)
        if state.status != "active":
            assert (loan.grade, noted.get(loan.pk)) == (None, None)
            continue
        grade = replay.collectability(state.days_past_due, state.days_past_maturity, table_of(loan))
        assert loan.grade == noted[loan.pk] == grade
        grades.append(grade)
        totals["loans"] += 1
        totals["outstanding"] += state.outstanding_principal
        late += state.days_past_due > 0
        if state.days_past_due > 30:
            totals["par30"] += state.outstanding_principal
    figures = close.figures
    assert figures["loans"] == totals["loans"] > 60
    assert D(figures["outstanding"]) == totals["outstanding"]
    assert D(figures["par30"]) == totals["par30"] > 0
    assert figures["overdue_loans"] == late
    assert {int(g): row["loans"] for g, row in figures["grades"].items()} == {
        g: grades.count(g) for g in range(1, 6)
    }
    return set(grades)


def test_the_same_day_again_changes_nothing(many):
    many(20)
    close_day(YESTERDAY)
    before = books()
    close_day(YESTERDAY)
    assert books() == before


class Killed(BaseException):
    """Stands for a kill -9: nothing catches it, and PostgreSQL rolls back what was open."""


@pytest.mark.parametrize("place", ["inside", "after"])
@pytest.mark.parametrize("step", [name for name, _work in closing.STEPS])
def test_a_close_killed_anywhere_goes_on_where_it_stopped(many, loan, monkeypatch, clock, step, place):
    many(12)
    clock.move_to("2026-12-09 01:00 +0700")  # a day with a reminder and arrears
    day = date(2026, 12, 8)
    with transaction.atomic():
        close_day(date(2026, 12, 7))
        close_day(day)
        whole = books()
        transaction.set_rollback(True)
    close_day(date(2026, 12, 7))
    steps = list(closing.STEPS)
    index = [name for name, _work in steps].index(step)
    work = steps[index][1]

    def killed(close):
        if place == "inside":
            work(close)
        raise Killed

    def killed_at_the_end(*args, **kwargs):
        raise Killed

    broken = list(steps)
    # "after" is the beginning of the next step, or of the end.
    at = index if place == "inside" else index + 1
    if at < len(steps):
        broken[at] = (steps[at][0], killed)
        monkeypatch.setattr(closing, "STEPS", tuple(broken))
    else:
        monkeypatch.setattr(closing.outbox, "publish", killed_at_the_end)
    with pytest.raises(Killed):
        close_day(day)
    monkeypatch.undo()
    cut = DayClose.objects.get(day=day)
    assert (cut.status, cut.steps_done) == ("running", [name for name, _work in steps[:at]])
    close_day(day)
    assert books() == whole


def test_days_left_open_are_closed_first_and_in_order(loan):
    close_day(date(2026, 11, 20))
    close_day(YESTERDAY)
    assert list(DayClose.objects.values_list("day", flat=True)) == [
        date(2026, 11, day) for day in (23, 22, 21, 20)
    ]
    with pytest.raises(ValidationError, match="Pembukuan sudah sampai 23 November 2026"):
        close_day(date(2026, 11, 1))


def test_a_day_that_is_not_over_yet_is_refused_and_so_is_a_stranger(officer, owner_user):
    with pytest.raises(ValidationError, match="belum tiba"):
        close_day(TODAY + timedelta(days=1))
    with pytest.raises(PermissionDenied):
        close_day(YESTERDAY, actor=owner_user)
    close_day(YESTERDAY, actor=officer)
    assert AuditEntry.objects.get(action="credit.close_day").actor == officer


def test_a_kind_of_bank_without_a_table_stops_the_close(loan):
    CollectabilityTable.objects.all().delete()
    with pytest.raises(ValidationError, match="Belum ada tabel kolektibilitas"):
        close_day(YESTERDAY)
    assert DayClose.objects.get().steps_done == ["advances"]


def test_money_that_waits_pays_its_instalment_on_its_day(loan, partner, clock):
    state = state_of(loan, TODAY)
    late = state.overdue_principal + state.overdue_interest
    post_payment(loan, on=TODAY, amount=late + 500_000, source="api", actor=partner)
    loan.refresh_from_db()
    assert (loan.advance, loan.oldest_due_on) == (500_000, date(2027, 1, 11))  # December is covered
    clock.move_to("2026-12-11 01:00 +0700")
    close_day(date(2026, 12, 10))
    loan.refresh_from_db()
    paid = loan.instalments.get(number=11)
    assert (paid.unpaid, loan.advance) == (0, 500_000 - paid.principal - paid.interest)


def test_only_changes_of_grade_are_written(loan, partner):
    close_day(date(2026, 3, 11))
    close_day(date(2026, 3, 14))
    rows = loan.grades.values_list("on", "grade", "days_past_due")
    assert list(rows) == [(date(2026, 3, 11), 1, 29), (date(2026, 3, 13), 2, 31)]
    assert grade_on(loan, date(2026, 3, 12)) == 1
    assert grade_on(loan, date(2026, 3, 20)) == 2


def test_a_loan_that_is_paid_off_has_no_grade(loan, partner):
    close_day(YESTERDAY)
    loan.refresh_from_db()
    post_payment(loan, on=TODAY, amount=payoff_quote(loan, TODAY), source="api", actor=partner)
    close_day(TODAY)
    assert list(loan.grades.values_list("on", "grade")) == [(YESTERDAY, 4), (TODAY, None)]


def test_a_borrower_is_reminded_before_the_day_and_told_of_arrears(loan, partner, clock):
    def said(day):
        clock.move_to(f"{day + timedelta(days=1)} 01:00 +0700")
        before = Message.objects.count()
        close_day(day)
        return list(Message.objects.order_by("pk").values_list("title", flat=True))[before:]

    state = state_of(loan, TODAY)
    late = state.overdue_principal + state.overdue_interest
    post_payment(loan, on=TODAY, amount=late, source="api", actor=partner)
    assert said(date(2026, 12, 6)) == []
    assert said(date(2026, 12, 7)) == ["Angsuran Anda segera jatuh tempo"]
    assert said(date(2026, 12, 8)) == []
    assert said(date(2026, 12, 10)) == []
    assert said(date(2026, 12, 11)) == ["Angsuran Anda belum dibayar"]
    assert said(date(2026, 12, 16)) == []
    assert said(date(2026, 12, 17)) == ["Angsuran Anda belum dibayar"]
    assert said(date(2027, 1, 8)).count("Angsuran Anda segera jatuh tempo") == 1


def test_a_scheme_version_says_when_its_borrowers_hear(application, wibawa, partner, clock):
    wibawa.remind_before, wibawa.tell_arrears_after = 10, [2, 4]
    wibawa.save()
    loan = records.signed_loan(application("approved"), actor=partner, signed_on=date(2026, 11, 10))
    post_event(loan, kind="disbursed", on=date(2026, 11, 10), source="api", actor=partner)
    told = []
    for offset in range(-12, 9):
        day = date(2026, 12, 10) + timedelta(days=offset)
        clock.move_to(f"{day + timedelta(days=1)} 01:00 +0700")
        before = Message.objects.count()
        close_day(day)
        told += [(offset, message.title) for message in Message.objects.order_by("pk")[before:]]
    assert told == [
        (-10, "Angsuran Anda segera jatuh tempo"),
        (2, "Angsuran Anda belum dibayar"),
        (4, "Angsuran Anda belum dibayar"),
    ]


@pytest.mark.parametrize(
    "values", [{"remind_before": 0}, {"remind_before": 31}, {"tell_arrears_after": [0, 7]}]
)
def test_days_of_notices_that_make_no_sense_are_refused_by_form_and_database(wibawa, values):
    for name, value in values.items():
        setattr(wibawa, name, value)
    with pytest.raises(ValidationError, match="jatuh tempo"):
        wibawa.validate_constraints()
    with pytest.raises(IntegrityError, match="credit_schemeversion_"), transaction.atomic():
        SchemeVersion.objects.filter(pk=wibawa.pk).update(**values)
    SchemeVersion.objects.filter(pk=wibawa.pk).update(tell_arrears_after=[])


def test_the_command_closes_yesterday_or_a_span(loan, capsys):
    call_command("close_day")
    assert capsys.readouterr().out == "2026-11-23: 1 loans\n"
    with pytest.raises(CommandError, match="Pembukuan sudah sampai"):
        call_command("close_day", day=date(2026, 1, 1))
    call_command("close_day", day=YESTERDAY, until=TODAY)
    assert DayClose.objects.count() == 2
