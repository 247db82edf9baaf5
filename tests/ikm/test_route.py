import datetime
import itertools
import random

import pytest

from ikm.route import (
    Day,
    Stop,
    _cost,
    haversine_m,
    next_suitable_day,
    order_stops,
    plan_routes,
    time_stops,
)

OFFICE = (-6.9818, 110.4131)
FRAME = Day(start=OFFICE)
MONDAY = datetime.date(2026, 11, 23)
WEEK = [MONDAY + datetime.timedelta(days=n) for n in range(5)]


def works(day):
    return day.weekday() < 5


def test_a_known_distance():
    """Tugu Muda to Simpang Lima, 1.5 km; and a degree of latitude, 111.2 km."""
    assert haversine_m((-6.98417, 110.40944), (-6.99028, 110.42294)) == pytest.approx(1640, rel=0.02)
    assert haversine_m((0, 0), (1, 0)) == pytest.approx(111_195, rel=1e-4)
    assert haversine_m(OFFICE, OFFICE) == 0


def test_stops_on_a_line_are_visited_along_the_line():
    line = [Stop(n, "a", (OFFICE[0] - 0.01 * n, OFFICE[1])) for n in (3, 1, 4, 2)]
    order = [stop.key for stop in order_stops(line, FRAME)]
    # Out and back cost the same in either direction; the clock prefers the end of the day near the last stop.
    assert order == [1, 2, 3, 4]


@pytest.mark.parametrize("seed", range(6))
def test_the_order_is_as_good_as_trying_all_orders(seed):
    chance = random.Random(seed)
    stops = [
        Stop(n, "a", (OFFICE[0] + chance.uniform(-0.04, 0.04), OFFICE[1] + chance.uniform(-0.04, 0.04)))
        for n in range(6)
    ]
    best = min(_cost(list(order), FRAME) for order in itertools.permutations(stops))
    assert _cost(order_stops(stops, FRAME), FRAME) <= best * 1.05


def test_owners_hours_win_over_the_shortest_way():
    near_but_late = Stop("siang", "a", (OFFICE[0] - 0.002, OFFICE[1]), opens=13 * 60, closes=15 * 60)
    far_but_early = Stop("pagi", "a", (OFFICE[0] - 0.05, OFFICE[1]), opens=8 * 60, closes=10 * 60)
    timed = time_stops(order_stops([near_but_late, far_but_early], FRAME), FRAME)
    assert [t.stop.key for t in timed] == ["pagi", "siang"]
    assert all(t.in_hours for t in timed)
    assert timed[1].arrives >= 13 * 60


def test_nobody_is_visited_in_the_break():
    stops = [Stop(n, "a", OFFICE) for n in range(8)]
    for timed in time_stops(stops, FRAME):
        assert timed.arrives + 30 <= 12 * 60 or timed.arrives >= 13 * 60


def test_a_kelurahan_is_visited_together():
    north = [Stop(f"u{n}", "utara", (-6.955 - n * 1e-4, 110.42)) for n in range(4)]
    south = [Stop(f"s{n}", "selatan", (-7.06 - n * 1e-4, 110.44)) for n in range(4)]
    mixed = [stop for pair in zip(north, south, strict=True) for stop in pair]
    frame = Day(start=OFFICE, most_stops=4)
    routes, left = plan_routes(mixed, days=WEEK[:2], officers=["ani"], frame=frame)
    assert left == []
    assert [{t.stop.area for t in route.stops} for route in routes] == [{"utara"}, {"selatan"}]


def test_owners_are_visited_on_their_days_only():
    stops = [
        Stop("jumat", "a", OFFICE, days=frozenset({4})),
        Stop("kapan saja", "a", OFFICE),
        Stop("minggu", "a", OFFICE, days=frozenset({6})),
    ]
    routes, left = plan_routes(stops, days=WEEK, officers=["ani"], frame=FRAME)
    found = {t.stop.key: route.day.weekday() for route in routes for t in route.stops}
    assert found == {"kapan saja": 0, "jumat": 4}
    assert [stop.key for stop in left] == ["minggu"]


def test_no_stop_is_planned_twice_and_none_vanishes():
    chance = random.Random(5)
    stops = [
        Stop(
            n,
            f"kel{n % 9}",
            (OFFICE[0] + chance.uniform(-0.06, 0.06), OFFICE[1] + chance.uniform(-0.06, 0.06))
            if n % 7
            else None,
            days=frozenset(chance.sample(range(5), 2)) if n % 3 else frozenset(),
            opens=chance.choice([None, 480, 780]),
            closes=chance.choice([None, 900, 930]),
        )
        for n in range(60)
    ]
    routes, left = plan_routes(stops, days=WEEK, officers=["ani", "budi"], frame=FRAME)
    planned = [t.stop.key for route in routes for t in route.stops]
    assert sorted(planned + [stop.key for stop in left]) == list(range(60))
    assert all(t.in_hours and t.stop.is_there_on(r.day) for r in routes for t in r.stops)
    assert all(len(route.stops) <= FRAME.most_stops for route in routes)
    assert routes == plan_routes(stops, days=WEEK, officers=["ani", "budi"], frame=FRAME)[0]


def test_a_stop_without_a_position_stands_in_the_middle_of_its_kelurahan():
    known = Stop("a", "mijen", (-7.06, 110.31))
    unknown = Stop("b", "mijen")
    timed = time_stops([known, unknown], FRAME)
    assert timed[0].distance_m > 10_000
    assert timed[1].distance_m == 0


@pytest.mark.parametrize(
    ("days", "after", "expected"),
    [
        ([], datetime.date(2026, 11, 27), datetime.date(2026, 11, 30)),
        ([2], MONDAY, datetime.date(2026, 11, 25)),
        ([0], MONDAY, datetime.date(2026, 11, 30)),
        ([5, 6], MONDAY, datetime.date(2026, 11, 28)),
        ([4, 5], datetime.date(2026, 11, 27), datetime.date(2026, 12, 4)),
    ],
)
def test_the_next_suitable_day(days, after, expected):
    assert next_suitable_day(after, days=days, is_working_day=works) == expected


def test_no_day_is_invented_when_the_office_never_works():
    with pytest.raises(ValueError, match="horizon"):
        next_suitable_day(MONDAY, days=[1], is_working_day=lambda day: False)
