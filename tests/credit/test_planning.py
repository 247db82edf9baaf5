"""Visits planned by route against visits in order of arrival, and the line that everybody may read."""

import random
import re
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from credit import planning
from credit.enums import ApplicationStatus as S
from credit.places import (
    BANK,
    CORRECTION,
    DAYS,
    EXAMINED,
    JOINED,
    OTHER_DAY,
    ROUTE,
    Line,
    Waiting,
)
from ikm.route import Stop
from ikm.visit_planning import OFFICE_POSITION, frame
from tests.credit import cases

MONDAY = date(2026, 11, 23)
TUESDAY = MONDAY + timedelta(days=1)
ARRIVED = datetime(2026, 11, 2, 2, tzinfo=UTC)


def city(count=60, seed=7):
    """Applicants in twelve kelurahan around the office, a third of them with days and hours of their own."""
    chance = random.Random(seed)
    centres = [
        (OFFICE_POSITION[0] + chance.uniform(-0.06, 0.06), OFFICE_POSITION[1] + chance.uniform(-0.06, 0.06))
        for _ in range(12)
    ]
    stops = []
    for key in range(count):
        area = chance.randrange(12)
        place = tuple(part + chance.uniform(-0.006, 0.006) for part in centres[area])
        if chance.random() < 1 / 3:
            opens = chance.choice([8, 9, 13]) * 60
            days = frozenset(chance.sample(range(5), 2))
            stops.append(Stop(key, str(area), place, days, opens, opens + 180))
        else:
            stops.append(Stop(key, str(area), place))
    return stops


@pytest.mark.parametrize("officers", [1, 2])
def test_the_planner_is_not_worse_than_the_order_of_arrival(officers):
    terms = {"officers": officers, "day_frame": frame(8), "first": MONDAY}
    stops = city()
    planner, arrival = planning.by_planner(stops, **terms), planning.by_arrival(stops, **terms)
    assert planner.given_up == 0
    assert planner.visits == 60 >= arrival.visits
    assert planner.share_in_hours == 100 > arrival.share_in_hours
    assert planner.visits_a_day >= arrival.visits_a_day
    assert planner.days <= arrival.days
    assert planner.distance_m < arrival.distance_m


def test_who_is_not_met_is_visited_again_and_then_given_up():
    sundays_only = Stop(1, "a", OFFICE_POSITION, frozenset({6}))
    outcome = planning.by_arrival([sundays_only], officers=1, day_frame=frame(), first=MONDAY)
    assert (outcome.attempts, outcome.visits, outcome.given_up) == (planning.MOST_ATTEMPTS, 0, 1)
    assert planning.by_planner([sundays_only], officers=1, day_frame=frame(), first=MONDAY).given_up == 1


def test_nobody_to_visit_costs_nothing():
    found = planning.compare([], first=MONDAY)
    assert (found.planner.days, found.first_come.days, found.gain_percent) == (0, 0, 0)


@pytest.mark.django_db
def test_the_command_prints_both_ways(wibawa, bapas, people):
    out = StringIO()
    with pytest.raises(CommandError, match="waits for a visit"):
        call_command("compare_visit_plans", stdout=out)
    cases.application("submitted", version=wibawa, people=people, bank=bapas)
    call_command("compare_visit_plans", stdout=out)
    assert re.search(r"^visits a day +\d+\.\d +\d+\.\d$", out.getvalue(), re.MULTILINE)
    assert "1 businesses, 2 officers" in out.getvalue()


# --- The line ---------------------------------------------------------------------------------------------------------


def waiting(pk, status=S.VISIT_PLANNED, day=None, **fields):
    """An application that arrived `pk` hours after the first."""
    return Waiting(pk=pk, status=status, submitted_at=ARRIVED + timedelta(hours=pk), planned_on=day, **fields)


def numbers(*rows):
    return [row.pk for row in Line(list(rows)).rows]


def test_further_stages_come_first_then_the_visits_day_then_arrival():
    assert numbers(
        waiting(1, S.NEEDS_CORRECTION),
        waiting(2, S.SUBMITTED),
        waiting(3, day=TUESDAY),
        waiting(4, day=MONDAY, position=2),
        waiting(5, day=MONDAY, position=1),
        waiting(6, S.IN_BANK_REVIEW),
        waiting(7, S.SUBMITTED),
    ) == [6, 5, 4, 3, 2, 7, 1]


def test_what_the_bank_said_yes_to_has_no_place_and_still_counts_as_overtaking():
    line = Line(
        [waiting(1, S.IN_BANK_REVIEW), waiting(2, S.SUBMITTED), waiting(3, S.APPROVED), waiting(4, S.SIGNED)]
    )
    assert (line.waiting, line.answered) == (2, 2)
    assert [(place.number, place.stage) for place in line.page(1)] == [
        (1, S.IN_BANK_REVIEW.label),
        (2, S.SUBMITTED.label),
    ]
    assert line.place_of(1).overtaken == ((BANK, 2),)
    assert line.place_of(3) is line.place_of(4) is None
    assert line.by_stage() == [(S.SUBMITTED.label, 1), (S.IN_BANK_REVIEW.label, 1)]


@pytest.mark.parametrize(
    ("behind", "ahead", "reason"),
    [
        (waiting(1, S.NEEDS_CORRECTION), waiting(2, S.SUBMITTED), CORRECTION),
        (waiting(1, day=TUESDAY, chose_day=True), waiting(2, day=MONDAY), OTHER_DAY),
        (waiting(1, day=TUESDAY, days=frozenset({1})), waiting(2, day=MONDAY), DAYS),
        (waiting(1, day=TUESDAY), waiting(2, day=MONDAY), ROUTE),
        (waiting(1, S.VERIFIED), waiting(2, S.RECOMMENDED), EXAMINED),
        (waiting(1, S.FORWARDED), waiting(2, S.IN_BANK_REVIEW), BANK),
    ],
)
def test_every_overtaking_has_a_reason(behind, ahead, reason):
    place = Line([behind, ahead]).place_of(1)
    assert place.number == 2
    assert place.overtaken == ((reason, 1),)


def test_visits_to_one_kelurahan_are_joined():
    far = waiting(1, day=TUESDAY, area="Gunungpati", officer=1)
    joined = [waiting(pk, day=MONDAY, area="Miroto", officer=1, position=pk) for pk in (0, 2)]
    assert Line([far, *joined]).place_of(1).overtaken == ((JOINED, 1),)


def test_nobody_is_joined_whose_neighbours_all_came_later():
    far = waiting(1, S.SUBMITTED, area="Gunungpati")
    pair = [waiting(pk, day=MONDAY, area="Miroto", officer=1, position=pk) for pk in (2, 3)]
    assert Line([far, *pair]).place_of(1).overtaken == ((ROUTE, 2),)


def test_who_came_earlier_did_not_overtake():
    assert Line([waiting(1, day=MONDAY), waiting(2, day=TUESDAY)]).place_of(2).overtaken == ()


def test_a_kelurahan_is_named_from_three_on():
    two = [waiting(pk, area="Miroto") for pk in (1, 2)]
    assert {place.area for place in Line(two).page(1)} == {""}
    assert {place.area for place in Line([*two, waiting(3, area="Miroto")]).page(1)} == {"Miroto"}


def test_a_long_line_has_pages():
    line = Line([waiting(pk) for pk in range(120)])
    assert [len(line.page(number)) for number in (1, 2, 3, 4)] == [50, 50, 20, 0]
    assert line.page(2)[0].number == 51
    assert line.by_stage() == [(S.VISIT_PLANNED.label, 120)]
