"""Which applicants want a visit, a proposal of day routes for them, and how that compares with visiting in order of arrival.

Reads only; credit.services.visits writes. The routes are those of ikm.route.
"""

import datetime
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from core.indonesia import is_working_day
from credit.models import Application
from credit.services.visits import TO_VISIT
from ikm.enums import RepresentativeStatus, VisitStatus
from ikm.models import Business, Representative, Visit
from ikm.route import Stop, plan_routes, time_stops
from ikm.visit_planning import frame, stop_of

#: An owner who is not met is visited again, but no more often than this.
MOST_ATTEMPTS = 3

#: Officer days after which a comparison stops.
MOST_DAYS = 250


def candidates(user, *, kecamatan=""):
    """Businesses whose application waits for a visit to be planned, longest waiting first."""
    open_visit = Q(visit__status__in=[VisitStatus.PLANNED, VisitStatus.DONE])
    waiting = Application.objects.filter(status__in=TO_VISIT).exclude(open_visit, status="visit_planned")
    rows = (
        Business.objects.visible_to(user)
        .filter(Exists(waiting.filter(business=OuterRef("pk"))))
        .filter(~Exists(Visit.objects.filter(business=OuterRef("pk"), status=VisitStatus.PLANNED)))
        .annotate(
            is_reachable=Exists(
                Representative.objects.filter(
                    business=OuterRef("pk"), status=RepresentativeStatus.APPROVED, user__is_active=True
                )
            ),
            waits_since=waiting.filter(business=OuterRef("pk")).values("submitted_at")[:1],
        )
        .select_related("kelurahan")
    )
    if kecamatan:
        rows = rows.filter(kecamatan_code=kecamatan)
    return rows.order_by(F("waits_since").asc(nulls_last=True), "pk")


def applicants(*, everybody=False):
    """The businesses that wait for a visit, planned or not, in order of arrival; or all that ever sent an application."""
    rows = Application.objects.filter(submitted_at__isnull=False).select_related("business")
    if not everybody:
        rows = rows.filter(status__in=TO_VISIT).exclude(visit__status=VisitStatus.DONE)
    return [application.business for application in rows.order_by("submitted_at", "pk")]


@dataclass(frozen=True)
class Outcome:
    """What a way of planning comes to. A visit is one that met the owner; `attempts` count the doors knocked at."""

    visits: int
    attempts: int
    days: int
    distance_m: int
    in_hours: int
    given_up: int

    @property
    def visits_a_day(self):
        return self.visits / self.days if self.days else 0.0

    @property
    def km(self):
        return self.distance_m / 1000

    @property
    def share_in_hours(self):
        """The share of attempts that fell into the owner's days and hours, in percent."""
        return 100 * self.in_hours / self.attempts if self.attempts else 100.0

    @property
    def km_a_visit(self):
        return self.km / self.visits if self.visits else 0.0


@dataclass(frozen=True)
class Comparison:
    """The same stops, planned by route and visited in order of arrival."""

    planner: Outcome
    first_come: Outcome
    officers: int

    @property
    def gain_percent(self):
        """By how much the planner makes more visits a day."""
        base = self.first_come.visits_a_day
        return round(100 * (self.planner.visits_a_day / base - 1)) if base else 0


def _working_days(first):
    day = first
    while True:
        if is_working_day(day):
            yield day
        day += datetime.timedelta(days=1)


def by_planner(stops, *, officers, day_frame, first):
    """The Outcome of planning `stops` by route for `officers` (a number) from the working day `first` on."""
    waiting, visits, distance, days = list(stops), 0, 0, 0
    for day in _working_days(first):
        if not waiting or days >= MOST_DAYS:
            break
        routes, waiting = plan_routes(waiting, days=[day], officers=list(range(officers)), frame=day_frame)
        for route in routes:
            days += 1
            visits += len(route.stops)
            distance += route.distance_m
        if not routes and not any(stop.is_there_on(later) for stop in waiting for later in _week(day)):
            break
    return Outcome(visits, visits, days, distance, visits, len(waiting))


def _week(day):
    return [later for n in range(1, 15) if is_working_day(later := day + datetime.timedelta(days=n))]


def by_arrival(stops, *, officers, day_frame, first):
    """The Outcome of visiting `stops` in order of arrival, as the list of a counter gives them: each officer takes the next
    ones and asks nobody when they are there. Who is not met goes to the end of the list, at most MOST_ATTEMPTS times."""
    waiting = [(stop, 1) for stop in stops]
    visits = attempts = distance = days = in_hours = given_up = 0
    for day in _working_days(first):
        if not waiting or days >= MOST_DAYS:
            break
        missed = []
        for _officer in range(officers):
            round_, waiting = _next_round(waiting, day_frame)
            if not round_:
                continue
            days += 1
            timed = time_stops([_any_time(stop) for stop, _attempt in round_], day_frame)
            for (stop, attempt), at in zip(round_, timed, strict=True):
                attempts += 1
                distance += at.distance_m
                if _is_met(stop, day, at.arrives, day_frame):
                    visits += 1
                    in_hours += 1
                elif attempt < MOST_ATTEMPTS:
                    missed.append((stop, attempt + 1))
                else:
                    given_up += 1
        waiting += missed
    return Outcome(visits, attempts, days, distance, in_hours, given_up + len(waiting))


def _any_time(stop):
    """The stop as an officer sees it who does not know its hours."""
    return Stop(key=stop.key, area=stop.area, position=stop.position)


def _next_round(waiting, day_frame):
    """(the first of `waiting` that fit into one officer's day, the others)."""
    taken = 0
    while taken < min(len(waiting), day_frame.most_stops):
        timed = time_stops([_any_time(stop) for stop, _attempt in waiting[: taken + 1]], day_frame)
        if not timed[-1].in_hours:
            break
        taken += 1
    return waiting[:taken], waiting[taken:]


def _is_met(stop, day, arrives, day_frame):
    opens = stop.opens if stop.opens is not None else 0
    closes = stop.closes if stop.closes is not None else day_frame.ends
    return stop.is_there_on(day) and opens <= arrives and arrives + day_frame.minutes_at_stop <= closes


def compare(businesses, *, officers=1, stops_a_day=8, first=None):
    """The Comparison of both ways for `businesses` in order of arrival, from the first working day after today on."""
    first = first or timezone.localdate() + datetime.timedelta(days=1)
    stops = [stop_of(business) for business in businesses]
    terms = {"officers": officers, "day_frame": frame(stops_a_day), "first": first}
    return Comparison(by_planner(stops, **terms), by_arrival(stops, **terms), officers)
