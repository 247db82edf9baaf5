"""Which businesses want a visit, and a proposal of day routes for them. Reads only; ikm.services.visits writes."""

import datetime
from dataclasses import dataclass

from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.utils import timezone

from accounts.enums import Role
from accounts.models import RoleAssignment, User
from core.indonesia import is_working_day
from ikm.enums import BusinessStatus, RepresentativeStatus, VisitStatus
from ikm.models import Business, Representative, Visit
from ikm.route import Day, Stop, plan_routes

#: Balai Kota, Jalan Pemuda 148, where the rounds begin.
OFFICE_POSITION = (-6.9822, 110.4131)

#: More than this many businesses are not spread in one proposal; those that wait longest come first.
MOST_CANDIDATES = 200

MOST_DAYS = 10


def frame(stops_a_day=8):
    """The frame of an officer's day."""
    return Day(start=OFFICE_POSITION, most_stops=stops_a_day)


def minutes(moment):
    """Minutes after midnight of a time, None for None."""
    return None if moment is None else moment.hour * 60 + moment.minute


def clock(minute):
    """The time of day of minutes after midnight, to five minutes upwards, so that it can be promised."""
    rounded = min(-(-minute // 5) * 5, 24 * 60 - 5)
    return datetime.time(rounded // 60, rounded % 60)


def stop_of(business):
    """The business as a stop of a route."""
    return Stop(
        key=business.pk,
        area=business.kelurahan_id or "",
        position=None if business.latitude is None else (float(business.latitude), float(business.longitude)),
        days=frozenset(business.visit_days),
        opens=minutes(business.visit_from),
        closes=minutes(business.visit_until),
    )


def verifiers():
    """The active people who visit, by name."""
    return User.objects.filter(
        Exists(RoleAssignment.objects.current().filter(user=OuterRef("pk"), role=Role.VERIFIER)),
        is_active=True,
    ).order_by("name", "pk")


def candidates(user, *, waiting=True, stale=True, kecamatan=""):
    """Businesses without a planned visit that wait to be registered, or whose verification is stale; the former first."""
    wanted = Q(pk__in=[])
    if waiting:
        wanted |= Q(status=BusinessStatus.SUBMITTED)
    if stale:
        wanted |= Q(pk__in=Business.objects.stale().values("pk"))
    rows = (
        Business.objects.visible_to(user)
        .filter(wanted)
        .filter(~Exists(Visit.objects.filter(business=OuterRef("pk"), status=VisitStatus.PLANNED)))
        .annotate(
            is_reachable=Exists(
                Representative.objects.filter(
                    business=OuterRef("pk"), status=RepresentativeStatus.APPROVED, user__is_active=True
                )
            )
        )
        .select_related("kelurahan")
    )
    if kecamatan:
        rows = rows.filter(kecamatan_code=kecamatan)
    return rows.order_by(
        Case(When(status=BusinessStatus.SUBMITTED, then=0), default=1),
        F("confirmed_on").asc(nulls_first=True),
        "pk",
    )


def working_days(first, last):
    """The office's working days from `first` to `last`, at most MOST_DAYS."""
    days, day = [], first
    while day <= last and len(days) < MOST_DAYS:
        if is_working_day(day):
            days.append(day)
        day += datetime.timedelta(days=1)
    return days


@dataclass
class ProposedStop:
    """A line of a proposal."""

    business: Business
    expected_from: datetime.time
    distance_m: int
    in_hours: bool


@dataclass
class ProposedRoute:
    """One officer's proposed day."""

    day: datetime.date
    officer: User
    stops: list

    @property
    def distance_m(self):
        return sum(stop.distance_m for stop in self.stops)


def proposed(routes, businesses):
    """Routes of ikm.route with their businesses ({pk: Business})."""
    return [
        ProposedRoute(
            route.day,
            route.officer,
            [
                ProposedStop(businesses[t.stop.key], clock(t.arrives), t.distance_m, t.in_hours)
                for t in route.stops
            ],
        )
        for route in routes
    ]


def propose(businesses, *, days, officers, stops_a_day):
    """(ProposedRoutes, businesses that found no place, (day, officer) pairs left alone because they have a route)."""
    by_pk = {business.pk: business for business in businesses}
    people = {officer.pk: officer for officer in officers}
    taken = {
        (day, people[officer])
        for day, officer in Visit.objects.filter(
            verifier__in=people, planned_on__in=days, status=VisitStatus.PLANNED
        ).values_list("planned_on", "verifier_id")
    }
    routes, left = plan_routes(
        [stop_of(business) for business in businesses],
        days=days,
        officers=list(officers),
        frame=frame(stops_a_day),
        taken=taken,
    )
    return (
        proposed(routes, by_pk),
        [by_pk[stop.key] for stop in left],
        sorted(taken, key=lambda pair: (pair[0], str(pair[1]))),
    )


def first_days(today=None):
    """The next five working days after today: what a plan begins with."""
    day, days = today or timezone.localdate(), []
    while len(days) < 5:
        day += datetime.timedelta(days=1)
        if is_working_day(day):
            days.append(day)
    return days
