"""Credit in the demo city: every status, loans with histories, and nothing that the rules would not allow."""

from collections import Counter
from dataclasses import asdict
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models import F, Sum
from django.test import override_settings
from django.utils import timezone

from accounts.enums import Purpose
from accounts.models import Consent, User
from core.dates import add_months
from core.indonesia import is_working_day
from core.workflow import history
from credit.deadlines import due_on
from credit.demo.months import CLOSED_DAYS
from credit.demo.seed import FULL, Size, seed_demo
from credit.enums import AT_BANK, ApplicationStatus, ClaimStatus, LoanStatus
from credit.ledger import reference_rates, state_of
from credit.models import Application, BankFile, DayClose, Loan, LoanEvent, SubsidyClaim
from credit.replay import Balance
from credit.services.applications import asked_parts, needed_documents
from credit.services.reference import load_reference
from credit.subsidy import subsidy
from ikm import queue
from ikm.demo import people
from ikm.enums import VisitStatus
from programme.models import BudgetLine, Reservation
from tests.ikm.businesses import business

SIZE = Size(
    loans=16, draft=1, submitted=5, planned=3, visit_planned=1, needs_correction=1, verified=1, recommended=1, declined=1, forwarded=1,
    in_bank_review=1, approved=1, rejected=1, signed=1, withdrawn=1,
)  # fmt: skip


@pytest.fixture(scope="module")
def small_demo(django_db_setup, django_db_blocker, tmp_path_factory):
    from django.db import transaction

    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media), transaction.atomic():
        load_reference()
        persons = people.make_people()
        today = timezone.localdate()
        for number in range(34):
            business(
                speaker=persons["entrepreneur"] if number == 0 else None,
                registered_on=today - timedelta(days=2000),
                founded_year=today.year - 9,
                scale="small",
            )
        made = seed_demo(size=SIZE)
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def demo(small_demo, db):
    return small_demo


def test_there_is_an_application_in_every_status(demo):
    assert demo == Application.objects.count() == 33
    assert set(Application.objects.values_list("status", flat=True)) == set(ApplicationStatus.values)
    for application in Application.objects.all():
        application.full_clean()
        lines = list(history(application))
        assert lines[-1].to_status == application.status
        assert [line.at for line in lines] == sorted(line.at for line in lines)
        for line in lines[1:]:
            step = Application.STEPS[line.step]
            assert line.from_status in step.sources
            assert line.actor.has_perm(step.permission)
    assert seed_demo(size=SIZE) == 0


def test_the_whole_demo_holds_three_hundred_loans_and_some_of_every_status():
    """Its size, not the city: that is made whole for the journeys in the browser."""
    sizes = asdict(FULL)
    assert sizes["loans"] == 300
    assert min(sizes.values()) >= 3
    assert {field for field in sizes if field not in {"loans", "planned"}} == set(
        ApplicationStatus.values
    ) - {"disbursed"}


def test_every_loan_has_a_history(demo):
    """Money paid out and paid back, late and early, undone, put off and lost."""
    kinds = Counter(LoanEvent.objects.values_list("kind", flat=True))
    assert Loan.objects.exclude(status=LoanStatus.SIGNED).count() == SIZE.loans == kinds["disbursed"]
    assert kinds["paid"] > SIZE.loans * 3
    for loan in Loan.objects.exclude(status=LoanStatus.SIGNED):
        assert loan.events.count() > 1, loan


def test_what_is_under_way_is_mostly_in_time_and_the_rest_began_before_it_ended(demo):
    today, due = timezone.localdate(), {}
    for application in Application.objects.open():
        lines = list(history(application))
        assert {
            is_working_day(timezone.localdate(line.at)) for line in lines if line.step != "plan_visit"
        } == {True}
        if day := due_on(application):
            due[application] = day
    late = [application for application, day in due.items() if day < today]
    assert len(late) <= len(due) / 3
    submitted = [application for application in due if application.status == "submitted"]
    assert any(application in late for application in submitted)


def test_an_official_sees_the_papers_of_what_is_under_way(demo):
    for application in Application.objects.open().exclude(status="draft"):
        kinds = set(application.attachments.values_list("kind", flat=True))
        assert kinds == {str(kind) for kind in needed_documents(application)}
        assert {paper.uploaded_by for paper in application.attachments.all()} == {application.applicant}
    for application in Application.objects.filter(status="needs_correction"):
        assert asked_parts(application)


def test_whoever_went_to_a_bank_agreed_to_it(demo):
    for application in Application.objects.filter(status__in=AT_BANK):
        assert Consent.objects.active(Purpose.SHARE_WITH_BANK).filter(subject=application.reference).exists()


def test_the_loans_are_what_their_events_say(demo):
    today = timezone.localdate()
    for loan in Loan.objects.exclude(status=LoanStatus.SIGNED):
        state = state_of(loan, today)
        assert loan.status == state.status
        assert loan.outstanding_principal == state.outstanding_principal
        assert state.advance == 0 or loan.status == LoanStatus.ACTIVE
    hers = Loan.objects.filter(business__representatives__user__email=people.ENTREPRENEUR.email).get()
    assert hers.status == LoanStatus.ACTIVE


def test_the_budget_holds_what_was_promised(demo):
    lines = BudgetLine.objects.aggregate(reserved=Sum("reserved"), realised=Sum("realised"))
    assert lines["reserved"] > lines["realised"] > 0
    assert not BudgetLine.objects.filter(reserved__gt=F("ceiling")).exists()


def test_what_is_spent_is_the_subsidy_of_the_months_that_were_paid(demo):
    """Everything before the claims of the portal, and the first of them."""
    settled = SubsidyClaim.objects.get(status=ClaimStatus.PAID)
    until = add_months(settled.month, 1) - timedelta(days=1)
    for loan in Loan.objects.exclude(disbursed_on=None):
        last = until if loan.bank == settled.bank else settled.month - timedelta(days=1)
        balances = [
            Balance(on=row.on, principal=row.principal, annual_rate=row.annual_rate)
            for row in loan.balances.filter(on__lte=last).order_by("on")
        ]
        owed = 0
        if balances:
            owed = subsidy(balances, reference_rates(loan), balances[0].on, last).total
        spent = Reservation.objects.filter(subject=loan.application.reference).aggregate(sum=Sum("realised"))[
            "sum"
        ]
        assert abs((spent or 0) - owed) <= 2, loan


def test_owners_know_the_day_of_their_visit_and_verifiers_what_waits(demo):
    planned = Application.objects.filter(status="visit_planned", visit__status=VisitStatus.PLANNED)
    assert planned.count() == 3
    for application in planned:
        assert application.visit.planned_on > timezone.localdate()
        assert application.applicant.portal_messages.filter(
            link__contains=application.visit.reference
        ).exists()
    verifier = User.objects.get(email="verifikator@demo.example")
    assert "credit_verify" in {work.kind for work in queue.page(verifier, size=100).works}


def test_the_bank_claims_and_its_file_is_booked(demo):
    latest, middle, earliest = SubsidyClaim.objects.order_by("-month")
    assert [latest.status, middle.status, earliest.status] == ["uploaded", "checked", "paid"]
    assert middle.lines.exclude(note="").count() >= 3
    assert not earliest.lines.exclude(note="").exists()
    assert earliest.agreed_total == earliest.claimed_total > 0
    file = BankFile.objects.get()
    verdicts = set(file.lines.values_list("verdict", flat=True))
    assert {"posted", "matched", "leftover", "refused"} <= verdicts


def test_the_days_before_today_are_closed(demo):
    closes = list(DayClose.objects.order_by("day"))
    assert [close.status for close in closes] == ["done"] * CLOSED_DAYS
    assert closes[-1].day == timezone.localdate() - timedelta(days=1)
    assert closes[-1].figures["loans"] == Loan.objects.filter(status=LoanStatus.ACTIVE).count()


@pytest.mark.django_db
def test_the_command_needs_no_city_to_say_what_it_made(settings, capsys):
    settings.DEMO = []
    call_command("seed_demo")
    assert "already there" in capsys.readouterr().out
