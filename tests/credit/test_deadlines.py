"""By when a stage ends: working days of the standard, the clock stopped while the applicant is asked."""

from datetime import datetime

import pytest

from core.dates import WIB
from core.models import StepLine
from credit.deadlines import due_on, expected_on, holder, promised_days

pytestmark = pytest.mark.django_db


def at(application, *days):
    """Put the step lines of `application` on these days of March 2026, in order."""
    for line, day in zip(StepLine.objects.filter(object_id=application.pk).order_by("pk"), days, strict=True):
        StepLine.objects.filter(pk=line.pk).update(at=datetime(2026, 3, day, 10, tzinfo=WIB))
    return application


def test_a_stage_ends_its_working_days_after_it_began(application):
    """Monday 2 March and three working days."""
    assert due_on(at(application("submitted"), 2, 2)).isoformat() == "2026-03-05"


def test_days_before_a_question_stay_used_and_the_applicants_own_days_do_not_count(application, people):
    asked = application("needs_correction")
    assert due_on(asked) is None
    asked.status = "submitted"
    asked.save()
    StepLine.objects.create(
        subject=asked,
        step="submit",
        from_status="needs_correction",
        to_status="submitted",
        actor=people["applicant"],
    )
    # Two of the three days passed before the question of 4 March; one is left after the answer of 10 March.
    assert due_on(at(asked, 2, 2, 4, 10)).isoformat() == "2026-03-11"


def test_the_day_of_the_money_takes_the_whole_standard_of_what_is_to_come(application):
    asked = at(application("in_bank_review"), 2, 2, 2, 2, 2, 2, 2)
    assert due_on(asked).isoformat() == "2026-03-09"
    assert expected_on(asked) > due_on(asked)


@pytest.mark.parametrize("status", ["draft", "declined", "rejected", "withdrawn", "disbursed"])
def test_nothing_is_promised_where_nobody_waits(application, status):
    asked = application(status)
    assert due_on(asked) is expected_on(asked) is None


def test_the_holder_is_a_unit(application):
    assert holder(application("submitted")) == "Dinas Perindustrian, bidang kredit"
    assert holder(application("forwarded")) == "Bank penyalur"
    assert holder(application("draft")) == "Anda (pemohon)"
    assert holder(application("withdrawn")) == ""


def test_the_stages_are_promised_in_their_order(wibawa):
    stages = promised_days(wibawa.in_force_from)
    assert [stage.status for stage in stages][:2] == ["submitted", "visit_planned"]
    assert sum(stage.working_days for stage in stages) == 29
