"""How long an application stood where, and whose time that was."""

from collections import namedtuple
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from credit.clock import APPLICANT, ENDED, by_stage, medians, stays, waited
from credit.enums import ApplicationStatus as S
from credit.models import Application

Line = namedtuple("Line", "to_status at")
START = datetime(2026, 11, 2, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def lines(*moves):
    """(status, days after the first) pairs as lines."""
    return [Line(status, START + day * DAY) for status, day in moves]


def test_the_clock_stops_while_the_applicant_is_asked():
    history = lines(
        (S.DRAFT, 0), (S.SUBMITTED, 4), (S.NEEDS_CORRECTION, 6), (S.SUBMITTED, 16), (S.VISIT_PLANNED, 17)
    )
    assert by_stage(history, START + 20 * DAY) == {S.SUBMITTED: 3 * DAY, S.VISIT_PLANNED: 3 * DAY}
    assert waited(history, START + 20 * DAY) == 6 * DAY


def test_a_visit_planned_anew_goes_on_with_its_stage():
    history = lines((S.SUBMITTED, 0), (S.VISIT_PLANNED, 1), (S.VISIT_PLANNED, 3), (S.VERIFIED, 8))
    assert [stay.status for stay in stays(history, START + 9 * DAY)] == [
        S.SUBMITTED,
        S.VISIT_PLANNED,
        S.VERIFIED,
    ]
    assert by_stage(history, START + 9 * DAY)[S.VISIT_PLANNED] == 7 * DAY


def test_nobody_waits_after_the_decision():
    history = lines((S.SUBMITTED, 0), (S.DECLINED, 2))
    assert waited(history, START + 100 * DAY) == 2 * DAY


def test_the_median_of_a_stage_leaves_out_who_is_still_in_it():
    asked = START + 30 * DAY
    rows = [
        by_stage(lines((S.SUBMITTED, 0), (S.VISIT_PLANNED, days)), asked, only_left=True)
        for days in (1, 2, 9)
    ]
    assert medians(rows) == {S.SUBMITTED: 2 * DAY}


def test_the_question_may_lie_in_the_past():
    history = lines((S.SUBMITTED, 0), (S.VISIT_PLANNED, 10))
    assert by_stage(history, START + 4 * DAY) == {S.SUBMITTED: 4 * DAY}


@st.composite
def histories(draw):
    """A walk along the steps an application may take, with a moment for each."""
    status, at, walked = S.DRAFT, START, [Line(S.DRAFT, START)]
    for _step in range(draw(st.integers(0, 12))):
        ways = sorted({step.target for step in Application.STEPS.values() if status in step.sources})
        if not ways:
            break
        status = draw(st.sampled_from(ways))
        at += timedelta(seconds=draw(st.integers(0, 10**6)))
        walked.append(Line(status, at))
    return walked


@given(histories(), st.integers(0, 10**6))
def test_every_second_is_somebodys(history, later):
    until = history[-1].at + timedelta(seconds=later)
    found = stays(history, until)
    ended = history[-1].to_status in ENDED
    assert (
        sum((stay.duration for stay in found), timedelta())
        == (history[-1].at if ended else until) - history[0].at
    )
    assert all(stay.duration >= timedelta() for stay in found)
    assert waited(history, until) == sum(
        (stay.duration for stay in found if stay.status not in APPLICANT), timedelta()
    )
    assert set(by_stage(history, until)).isdisjoint(APPLICANT | ENDED)


@given(histories(), st.integers(0, 10**6), st.integers(0, 10**6))
def test_waiting_never_shrinks(history, one, more):
    first = history[-1].at + timedelta(seconds=one)
    assert waited(history, first) <= waited(history, first + timedelta(seconds=more))


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_in_which_lines_come_does_not_matter(history, chance):
    until = history[-1].at + DAY
    distinct = [line for n, line in enumerate(history) if n == 0 or line.at != history[n - 1].at]
    mixed = list(distinct)
    chance.shuffle(mixed)
    assert by_stage(mixed, until) == by_stage(distinct, until)


@given(histories(), st.integers(0, 10**6))
def test_asking_the_applicant_adds_nothing_to_the_offices_time(history, pause):
    """The same history with a correction of any length put in before it ends waits as long as without."""
    end = history[-1].at
    if history[-1].to_status != S.SUBMITTED:
        return
    asked, answered = end + DAY, end + DAY + timedelta(seconds=pause)
    longer = [*history, Line(S.NEEDS_CORRECTION, asked), Line(S.SUBMITTED, answered)]
    assert waited(longer, answered + DAY) == waited(history, end + 2 * DAY)
