"""What of training stands on an official's desk."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.dates import today
from ikm import queue
from tests.training import records
from training.models import Facilitation, Run
from training.queue import KINDS
from training.views.office_runs import waits

pytestmark = pytest.mark.django_db


@pytest.fixture
def runs():
    """A run in every state that matters, before and after its days."""
    now, day = timezone.now(), today()
    made = []
    for status in ("draft", "published", "selected", "running", "completed", "cancelled"):
        for admission in ("first_come", "selection"):
            for starts, ends, closed in ((-9, -2, -12), (-2, 2, -5), (20, 21, -1), (20, 21, 7)):
                made.append(
                    records.run(
                        status=status,
                        admission=admission,
                        starts_on=day + timedelta(days=starts),
                        ends_on=day + timedelta(days=ends),
                        registration_from=now + timedelta(days=closed - 9),
                        registration_until=now + timedelta(days=closed),
                    )
                )
    return made


def test_the_desk_counts_the_runs_whose_page_says_that_something_is_to_be_done(runs, trainer_officer):
    for run in runs:
        run.planned = 1
    sentences = {run.pk for run in runs if waits(run)}
    counted = set(KINDS["training_run"].rows(trainer_officer, today(), None).values_list("pk", flat=True))
    assert counted == sentences
    assert 0 < len(counted) < len(runs)


def test_the_desk_of_a_training_officer_leads_to_runs_and_requests(runs, trainer_officer, sign_in):
    waiting = {count.kind: count.waiting for count in queue.counts(trainer_officer)}
    assert waiting["facilitation"] == Facilitation.objects.open().count() == 0
    text = sign_in(trainer_officer).get(reverse("office")).content.decode()
    assert f'href="{reverse("office_training")}"' in text
    assert "Meja Anda bersih" not in text
    assert "Tidak ada pekerjaan yang menunggu Anda" not in text
    Run.objects.all().delete()
    assert "Meja Anda bersih" in sign_in(trainer_officer).get(reverse("office")).content.decode()
