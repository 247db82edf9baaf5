"""Every step of an enrolment from every status: it moves and is logged, or is refused and changes nothing."""

import pytest
from django.utils import timezone

from core.workflow import StepError, history, take_step
from tests.training import records
from training.enums import EnrolmentStatus
from training.models import Enrolment

pytestmark = pytest.mark.django_db

#: What a status, or a step into it, needs to be whole.
NEEDED = {
    "waiting": {"position": 1},
    "offered": {"offered_until": timezone.now(), "offer_token": "x"},
}


@pytest.fixture
def made(owner_user):
    return records.enrolment(records.run(), by=owner_user)


@pytest.mark.parametrize("name", Enrolment.STEPS)
def test_a_step_is_taken_from_its_sources_alone(made, administrator, name):
    step = Enrolment.STEPS[name]
    for status in EnrolmentStatus.values:
        Enrolment.objects.filter(pk=made.pk).update(status=status, **NEEDED.get(status, {}))
        before = history(made).count()
        if status in step.sources:
            moved = take_step(made, name, actor=administrator, note="…", **NEEDED.get(step.target, {}))
            assert moved.status == step.target
            assert history(made).count() == before + 1
        else:
            with pytest.raises(StepError):
                take_step(made, name, actor=administrator, note="…", **NEEDED.get(step.target, {}))
            made.refresh_from_db()
            assert (made.status, history(made).count()) == (status, before)


@pytest.mark.parametrize("name", Enrolment.STEPS)
def test_every_status_can_be_reached_and_names_a_permission(name):
    step = Enrolment.STEPS[name]
    assert step.target in EnrolmentStatus.values
    assert step.permission.startswith("training.")


def test_seats_are_counted_through_every_step(made, administrator):
    run = made.run
    for status in EnrolmentStatus.values:
        Enrolment.objects.filter(pk=made.pk).update(status=status, **NEEDED.get(status, {}))
        run.refresh_from_db()
        held = status in {"enrolled", "offered", "completed", "failed", "no_show"}
        assert run.seats_taken == held, status
