"""Day routes for visits: who is visited on which day, in which order and at what time. Pure: no database in it.

Distances are great circles (haversine on a sphere of 6,371 km), stretched by DETOUR to stand for roads. An order is found by
nearest neighbour and improved by 2-opt and by moving single stops until neither helps; what is compared is the whole day in
minutes: travelling, waiting for an owner's hours, and, heavily, coming after them. The same stops always give the same plan.
"""

import datetime
import math
from dataclasses import dataclass

EARTH_RADIUS_M = 6_371_000
DETOUR = 1.35
#: A motorcycle through the city, stops at lights included.
SPEED_M_PER_MINUTE = 350

#: One minute after the owner's hours weighs as much as so many minutes on the road.
LATENESS_WEIGHT = 20

#: A day is taken for full once so many nearest stops did not fit into it.
MOST_REFUSALS = 12

#: How far ahead a day within the owner's hours is looked for.
HORIZON_DAYS = 60


@dataclass(frozen=True)
class Stop:
    """A place to visit. `position` is (latitude, longitude) or None; `days` are weekdays (0 = Monday) on which the owner
    is there, empty for any; `opens` and `closes` minutes after midnight, None for any time."""

    key: object
    area: str
    position: tuple | None = None
    days: frozenset = frozenset()
    opens: int | None = None
    closes: int | None = None

    def is_there_on(self, day):
        return not self.days or day.weekday() in self.days


@dataclass(frozen=True)
class Day:
    """The frame of one officer's day: `begins` and `ends` in minutes after midnight, the start and end of the round, the
    minutes at each stop, and the break in which nobody is visited."""

    start: tuple
    begins: int = 8 * 60 + 30
    ends: int = 15 * 60 + 30
    minutes_at_stop: int = 30
    break_from: int = 12 * 60
    break_until: int = 13 * 60
    most_stops: int = 8


@dataclass(frozen=True)
class TimedStop:
    """A stop with the minute of arrival (after midnight), the metres travelled to it, and whether that is in its hours."""

    stop: Stop
    arrives: int
    distance_m: int
    in_hours: bool


@dataclass(frozen=True)
class Route:
    """One officer's stops on one day, in order."""

    day: datetime.date
    officer: object
    stops: tuple

    @property
    def distance_m(self):
        return sum(timed.distance_m for timed in self.stops)


def haversine_m(one, other):
    """Metres between two (latitude, longitude) pairs in degrees, as the crow flies."""
    lat1, lon1, lat2, lon2 = (math.radians(float(value)) for value in (*one, *other))
    half = (
        math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, half)))


def road_m(one, other):
    """Metres by road; 0 where a position is unknown."""
    if one is None or other is None:
        return 0.0
    return haversine_m(one, other) * DETOUR


def _placed(stops, start):
    """Positions by stop: its own, else the middle of the known stops of its area, else the start."""
    known = {}
    for stop in stops:
        if stop.position is not None:
            known.setdefault(stop.area, []).append(stop.position)
    middle = {
        area: (sum(float(p[0]) for p in places) / len(places), sum(float(p[1]) for p in places) / len(places))
        for area, places in known.items()
    }
    return {stop: stop.position or middle.get(stop.area, start) for stop in stops}


def time_stops(stops, day):
    """`stops` in the given order with the time of arrival at each: TimedStops."""
    places = _placed(stops, day.start)
    now, here, timed = day.begins, day.start, []
    for stop in stops:
        distance = road_m(here, places[stop])
        now += math.ceil(distance / SPEED_M_PER_MINUTE)
        if stop.opens is not None:
            now = max(now, stop.opens)
        if now < day.break_until and now + day.minutes_at_stop > day.break_from:
            now = day.break_until
        leaves = now + day.minutes_at_stop
        in_hours = (stop.closes is None or leaves <= stop.closes) and leaves <= day.ends
        timed.append(TimedStop(stop, now, round(distance), in_hours))
        now, here = leaves, places[stop]
    return tuple(timed)


def _cost(stops, day):
    """The day in minutes from its beginning to the last departure and home, minutes out of hours weighing more."""
    if not stops:
        return 0.0
    timed = time_stops(stops, day)
    late = sum(
        max(0, t.arrives + day.minutes_at_stop - min(t.stop.closes or day.ends, day.ends)) for t in timed
    )
    places = _placed(stops, day.start)
    road = sum(t.distance_m for t in timed) + road_m(places[stops[-1]], day.start)
    # The road itself counts a little beside the clock, so that waiting somewhere does not hide a detour.
    return (
        timed[-1].arrives
        + day.minutes_at_stop
        - day.begins
        + road / SPEED_M_PER_MINUTE
        + LATENESS_WEIGHT * late
    )


def order_stops(stops, day):
    """The stops in the order in which the day is shortest: nearest neighbour, then 2-opt and single moves to the end."""
    places = _placed(stops, day.start)
    left, order, here = list(stops), [], day.start
    while left:
        nearest = min(left, key=lambda stop: (road_m(here, places[stop]), str(stop.key)))
        left.remove(nearest)
        order.append(nearest)
        here = places[nearest]
    best = _cost(order, day)
    improved = True
    while improved:
        improved = False
        for candidate in _neighbours(order):
            cost = _cost(candidate, day)
            if cost < best - 1e-6:
                order, best, improved = candidate, cost, True
                break
    return order


def _neighbours(order):
    """Every order that differs by one reversed stretch (2-opt) or one moved stop."""
    count = len(order)
    for first in range(count - 1):
        for last in range(first + 1, count):
            yield order[:first] + order[first : last + 1][::-1] + order[last + 1 :]
    for source in range(count):
        rest = order[:source] + order[source + 1 :]
        for target in range(count):
            if target != source:
                yield [*rest[:target], order[source], *rest[target:]]


def _fits(order, day):
    return all(timed.in_hours for timed in time_stops(order, day))


def plan_routes(stops, *, days, officers, frame, taken=frozenset()):
    """Spread `stops` (most urgent first) over `days` and `officers`; returns (routes, stops that found no place).

    `taken` holds (day, officer) pairs that are left alone because that officer has a route already.

    Each officer's day begins with the most urgent stop whose owner is there that weekday, then takes those of the same
    area and after them the nearest ones, as long as every owner is met within the stated hours.
    """
    waiting = list(stops)
    places = _placed(waiting, frame.start)
    routes = []
    for day in days:
        for officer in officers:
            if (day, officer) in taken:
                continue
            there = [stop for stop in waiting if stop.is_there_on(day)]
            # The most urgent one that can be met at all opens the day.
            seed = next((stop for stop in there if _fits([stop], frame)), None)
            if seed is None:
                continue
            chosen = [seed]
            others = sorted(
                (stop for stop in there if stop is not seed),
                key=lambda stop: (stop.area != seed.area, road_m(places[seed], places[stop])),
            )
            refused = 0
            for stop in others:
                if len(chosen) == frame.most_stops or refused == MOST_REFUSALS:
                    break
                longer = order_stops([*chosen, stop], frame)
                if _fits(longer, frame):
                    chosen = longer
                else:
                    refused += 1
            taken = set(chosen)
            waiting = [stop for stop in waiting if stop not in taken]
            routes.append(Route(day, officer, time_stops(chosen, frame)))
    return routes, waiting


def next_suitable_day(after, *, days, is_working_day):
    """The first day after `after` on which the owner is there (`days`, weekdays; empty for any) and the office works.

    An owner who is there at weekends only is visited at a weekend: else he or she would never be met.
    """
    wanted = frozenset(days)
    weekend_only = bool(wanted) and wanted <= {5, 6}
    day = after
    for _step in range(HORIZON_DAYS):
        day += datetime.timedelta(days=1)
        if wanted and day.weekday() not in wanted:
            continue
        if weekend_only or is_working_day(day):
            return day
    raise ValueError("no suitable day within the horizon")
