"""A month of training is put into a timetable while an official waits, or why it cannot be is said as soon."""

import time

import pytest

from tests.drills.conftest import say
from tests.training.months import month
from training.timetable import propose, violations

pytestmark = pytest.mark.drill

LIMIT_SECONDS = 30


def timed(question):
    started = time.monotonic()
    answer = propose(question)
    return answer, time.monotonic() - started


def test_forty_runs_of_four_sessions_fit_in_half_a_minute():
    question = month(runs=40, sessions=4)
    answer, seconds = timed(question)
    assert (answer.problems, len(answer.meetings), violations(question, answer.meetings)) == ((), 160, [])
    assert seconds < LIMIT_SECONDS
    say(
        "a month of training has a timetable that breaks no rule", "40 runs of 4 sessions", f"{seconds:.1f} s"
    )


def test_what_cannot_be_done_is_said_in_half_a_minute():
    answer, seconds = timed(month(runs=40, sessions=4, rooms=3, trainers=6))
    assert answer.problems
    assert not answer.meetings
    assert seconds < LIMIT_SECONDS
    say("why a month does not fit is said", "40 runs of 4 sessions, 3 rooms, 6 trainers", f"{seconds:.1f} s")
