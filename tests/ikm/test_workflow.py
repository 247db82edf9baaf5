"""Every workflow of the register, walked: each step from each status either moves and logs, or changes nothing."""

from datetime import date
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.enums import Role
from core import workflow
from core.models import AuditEntry, Event, StepLine
from core.workflow import StepError, history, open_steps, take_step
from ikm.enums import (
    BusinessStatus,
    ChangeStatus,
    LetterKind,
    LetterRequestStatus,
    RepresentativeKind,
    RepresentativeStatus,
)
from ikm.models import Business, ChangeRequest, LetterRequest, Representative
from ikm.services import claims
from ikm.services.registration import submit_business
from tests.ikm.entries import complete_draft, in_status, registered, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def fields_for(step, actor):
    """What a step sets beside the status."""
    return {
        "register": {"registered_on": date(2026, 1, 5)},
        "reopen": {"closed_on": None},
        "close": {"closed_on": timezone.localdate()},
        "decide": {"decided_by": actor, "decided_at": timezone.now()},
    }.get(step, {})


def marks(record):
    """What a step leaves behind: lines, events, audit."""
    return (
        history(record).count(),
        Event.objects.filter(subject=record.reference).count(),
        AuditEntry.objects.filter(subject=record.reference).count(),
    )


def row(record):
    return type(record).objects.filter(pk=record.pk).values().get()


def walk(record, step, actor):
    """Take `step` and check that it either moved and logged once, or refused and changed nothing."""
    before, left = row(record), marks(record)
    may = record.status in record.STEPS[step].sources
    try:
        with transaction.atomic():
            take_step(record, step, actor=actor, note="Sebab yang jelas", **fields_for(step, actor))
    except StepError:
        assert not may
        assert row(record) == before
        assert marks(record) == left
    else:
        assert may
        assert row(record)["status"] == record.STEPS[step].target
        assert marks(record) == tuple(count + 1 for count in left)
        line = history(record).last()
        assert (line.step, line.from_status, line.to_status, line.actor) == (
            step,
            before["status"],
            record.STEPS[step].target,
            actor,
        )


@pytest.mark.parametrize("status", BusinessStatus)
@pytest.mark.parametrize("step", Business.STEPS)
def test_every_step_of_a_business_from_every_status(step, status, owner_user, registrar, person):
    record = in_status(status, owner_user, registrar)
    record.refresh_from_db()
    actor = owner_user if Business.STEPS[step].permission == "ikm.submit_business" else person(Role.REGISTRAR)
    walk(record, step, actor)


@pytest.mark.parametrize("status", RepresentativeStatus)
@pytest.mark.parametrize("step", Representative.STEPS)
def test_every_step_of_a_claim_from_every_status(step, status, owner_user, stranger, registrar):
    business = complete_draft(owner_user)
    record = Representative.objects.create(
        user=stranger, business=business, kind=RepresentativeKind.STAFF, status=status
    )
    walk(record, step, stranger if step == "withdraw" else registrar)


@pytest.mark.parametrize("status", ChangeStatus)
@pytest.mark.parametrize("step", ChangeRequest.STEPS)
def test_every_step_of_a_change_from_every_status(step, status, owner_user, registrar):
    business = complete_draft(owner_user)
    record = ChangeRequest.objects.create(business=business, proposed_by=owner_user, status=status)
    record.refresh_from_db()
    walk(record, step, owner_user if step == "withdraw" else registrar)


@pytest.mark.parametrize("status", sorted(set(LetterRequestStatus) - {LetterRequestStatus.ISSUED}))
@pytest.mark.parametrize("step", sorted(set(LetterRequest.STEPS) - {"issue"}))
def test_every_step_of_a_letter_request_from_every_status(step, status, owner_user, registrar):
    record = LetterRequest.objects.create(
        business=complete_draft(owner_user), kind=LetterKind.BINAAN, requested_by=owner_user, status=status
    )
    walk(record, step, owner_user if step == "withdraw" else registrar)


@pytest.mark.parametrize("role", Role)
def test_who_lacks_the_permission_is_refused_and_offered_nothing(role, owner_user, person):
    """For each role: the steps it is offered on a waiting business are just those it may take."""
    record = submitted(owner_user)
    actor = person(role)
    offered = open_steps(record, actor)
    for name, step in Business.STEPS.items():
        if actor.has_perm(step.permission):
            continue
        assert name not in offered
        before, left = row(record), marks(record)
        with pytest.raises(PermissionDenied):
            take_step(record, name, actor=actor, note="x", **fields_for(name, actor))
        assert row(record) == before
        assert marks(record) == left


def test_a_step_that_needs_a_reason_does_not_go_without_it(owner_user, registrar):
    record = submitted(owner_user)
    before, left = row(record), marks(record)
    with pytest.raises(ValidationError):
        take_step(record, "reject", actor=registrar, note="  ")
    assert row(record) == before
    assert marks(record) == left


def test_no_edge_leads_to_or_from_merged():
    """Merging has its own service with its own undo."""
    for step in Business.STEPS.values():
        assert step.target != BusinessStatus.MERGED
        assert BusinessStatus.MERGED not in step.sources


def race(*calls):
    """All `calls` at once, each in its own connection; how many went through and what refused the others."""
    barrier, done, refused = Barrier(len(calls)), [], []

    def run(call):
        try:
            barrier.wait()
            done.append(call())
        except ValidationError as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[call]) for call in calls]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return done, refused


@pytest.fixture
def two_decisions(owner_user, registrar, verifier):
    """One registers, the other rejects the same business; a pause after the status was read makes them overlap."""
    record = submitted(owner_user)

    def register():
        return take_step(record, "register", actor=registrar, registered_on=date(2026, 1, 5))

    def reject():
        return take_step(record, "reject", actor=verifier, note="Bukan industri")

    return record, register, reject


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_move_it_once(two_decisions):
    record, register, reject = two_decisions
    done, refused = race(register, reject)
    assert (len(done), len(refused)) == (1, 1)
    assert isinstance(refused[0], StepError)
    assert history(record).filter(step__in=["register", "reject"]).count() == 1
    record.refresh_from_db()
    assert record.status == done[0].status


@pytest.mark.django_db(transaction=True)
def test_without_the_row_lock_both_would_move_it(two_decisions, monkeypatch):
    """The negative control: the race above is real, since with the lock taken away both officers get through."""
    record, register, reject = two_decisions
    both_read = Barrier(2)

    def unlocked(record, actor):
        found = type(record).objects.visible_to(actor).get(pk=record.pk)
        both_read.wait(timeout=20)
        return found

    monkeypatch.setattr(workflow, "lock", unlocked)
    done, refused = race(register, reject)
    assert (len(done), len(refused)) == (2, 0)
    assert StepLine.objects.filter(object_id=record.pk, step__in=["register", "reject"]).count() == 2


@pytest.mark.django_db(transaction=True)
def test_ten_presses_of_send_send_once(owner_user):
    record = complete_draft(owner_user)
    done, refused = race(*[lambda: submit_business(record, actor=owner_user)] * 10)
    assert (len(done), len(refused)) == (1, 9)
    assert history(record).filter(step="submit").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_officers_decide_one_claim_once(owner_user, stranger, registrar, administrator):
    business = registered(owner_user, registrar)
    made = claims.claim_business(business, actor=stranger, kind="staff", reason="Pegawai")
    done, refused = race(
        lambda: claims.approve_claim(made, actor=registrar),
        lambda: claims.refuse_claim(made, actor=administrator, note="Bukan pegawai"),
    )
    assert (len(done), len(refused)) == (1, 1)
