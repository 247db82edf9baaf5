"""A timetable for many runs at once, by CP-SAT. Pure: what is asked and what there is go in, meetings come out.

Whatever comes out keeps these rules: nobody and nothing is in two places at once, a trainer who changes places has the time to
travel, teaches the topic and is there, a room holds the seats and is free, a run meets at most once a day and only on the
frame's days. Among the timetables that keep them it looks for few clashes with other runs of the same people, few changes of
place within a trainer's day, trainers with a like load, and runs that keep their trainer and room. The same question always
has the same answer: the search is seeded and stops by counted work, not by the clock.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import combinations

from django.utils.translation import gettext as _
from ortools.sat.python import cp_model

from core.dates import WIB
from core.indonesia import add_working_days, is_working_day
from core.slots import Slot

#: What one of each costs in the search.
CLASH, TRAVEL, LOAD = 100, 20, 1
#: Loads are compared in half hours.
LOAD_MINUTES = 30
#: Counted work after which a search ends: one for any timetable at all, one for a better one of a few runs, one for what is
#: short; and a limit of the clock for a machine that is overloaded.
EFFORT_ALL, EFFORT_GROUP, EFFORT_WHY, MOST_SECONDS = 20.0, 0.6, 2.0, 25.0
#: So many runs are planned anew at a time.
GROUP = 8
#: Up to here a meeting is short: it can begin at any of the frame's beginnings, a longer one only at those for long ones.
SHORT_MINUTES = 120

FOUND = (cp_model.OPTIMAL, cp_model.FEASIBLE)


@dataclass(frozen=True)
class Demand:
    """A run that wants `sessions` meetings of `minutes` for `seats` people; `people` are those known by now."""

    key: int
    label: str
    topic: str
    topic_label: str
    sessions: int
    minutes: int
    seats: int
    people: frozenset = frozenset()
    earliest: date | None = None


@dataclass(frozen=True)
class Teacher:
    """A trainer; `away` are the (from, until) in which he or she cannot be had."""

    key: int
    label: str
    topics: frozenset
    away: tuple = ()


@dataclass(frozen=True)
class Place:
    """A room of a venue; `away` as of a Teacher."""

    key: int
    label: str
    venue: int
    capacity: int
    away: tuple = ()


@dataclass(frozen=True)
class Meeting:
    """A meeting of a run. As an existing one it is fixed and may name people of other runs."""

    run: int
    starts_at: datetime
    ends_at: datetime
    trainer: int
    room: int
    venue: int
    people: frozenset = frozenset()

    @property
    def day(self):
        return self.starts_at.astimezone(WIB).date()

    @property
    def minutes(self):
        return round((self.ends_at - self.starts_at).total_seconds() / 60)

    def overlaps(self, other):
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def __str__(self):
        return str(Slot(self.starts_at, self.ends_at))


@dataclass(frozen=True)
class Frame:
    """The days that may be used (no forbidden ones, no holidays) and how a day is cut."""

    days: tuple
    begins: tuple = (time(8), time(10), time(13), time(15))
    long_begins: tuple = (time(8), time(13))
    closes: time = time(17)
    travel_minutes: int = 60

    def slots(self, day, minutes):
        """The (from, until) of that day in which `minutes` fit."""
        for begin in self.begins if minutes <= SHORT_MINUTES else self.long_begins:
            starts_at = datetime.combine(day, begin, tzinfo=WIB)
            ends_at = starts_at + timedelta(minutes=minutes)
            if ends_at <= datetime.combine(day, self.closes, tzinfo=WIB):
                yield starts_at, ends_at


@dataclass(frozen=True)
class Question:
    """All that a timetable depends on; `fixed` are the sessions that stand already."""

    runs: tuple
    trainers: tuple
    rooms: tuple
    frame: Frame
    fixed: tuple = ()


@dataclass(frozen=True)
class Answer:
    """`meetings` in order of time, or `problems` in sentences. Clashes are people who would miss a meeting, changes are
    changes of place within a trainer's day, loads are minutes by trainer with what is fixed."""

    meetings: tuple = ()
    problems: tuple = ()
    clashes: int = 0
    changes: int = 0
    loads: dict = field(default_factory=dict)
    is_best: bool = False


def propose(question: Question, *, workers: int = 2) -> Answer:
    """A timetable for all runs of `question`, or why there is none."""
    problems = _impossible_runs(question)
    if problems:
        return Answer(problems=tuple(problems))
    if not question.runs:
        return Answer(is_best=True)
    if problems := _counted_shortages(question):
        return Answer(problems=(*problems, *_what_would_fit(question, workers=workers)))
    meetings = first_timetable(question)
    if not meetings:
        # Some run may have to change its trainer or room on the way.
        loose = _Model(question)
        status = loose.solve(effort=EFFORT_ALL, workers=workers)
        if status == cp_model.UNKNOWN:
            return Answer(
                problems=(_("Jadwal belum ditemukan. Kurangi angkatan atau tambah hari, lalu coba lagi."),)
            )
        if status not in FOUND:
            return Answer(problems=tuple(_shortages(question, workers=workers)))
        meetings = loose.meetings()
    meetings, is_best = _improve(question, meetings, workers=workers)
    return Answer(meetings=meetings, is_best=is_best, **measures(question, meetings))


def _improve(question, meetings, *, workers):
    """(a timetable at least as good, whether none is better): a few runs at a time are planned anew around the others."""
    runs = sorted(question.runs, key=lambda run: (run.topic, run.key))
    groups = [runs[start : start + GROUP] for start in range(0, len(runs), GROUP)]
    if len(groups) > 1:
        # Once more in other company.
        groups += [runs[start :: len(groups)] for start in range(len(groups))]
    people = {run.key: run.people for run in question.runs}
    is_best = False
    for group in groups:
        keys = {run.key for run in group}
        others = tuple(replace(one, people=people[one.run]) for one in meetings if one.run not in keys)
        part = replace(question, runs=tuple(group), fixed=(*question.fixed, *others))
        steady = _Steady(part)
        status = steady.solve(
            [one for one in meetings if one.run in keys], effort=EFFORT_GROUP, workers=workers
        )
        is_best = status == cp_model.OPTIMAL and len(groups) == 1
        if status in FOUND:
            tried = tuple(sorted((*steady.meetings(), *others), key=lambda one: (one.starts_at, one.run)))
            if cost(question, tried) <= cost(question, meetings):
                meetings = tried
    return tuple(replace(one, people=frozenset()) for one in meetings), is_best


def cost(question: Question, meetings: Sequence[Meeting]) -> int:
    """What a timetable costs: clashes before changes of place before the load of the busiest trainer."""
    found = measures(question, meetings)
    most = max(found["loads"].values(), default=0)
    return CLASH * found["clashes"] + TRAVEL * found["changes"] + LOAD * (most // LOAD_MINUTES)


# --- What the search works with ---------------------------------------------------------------------------------------


def _free(spans, starts_at, ends_at):
    return not any(begins < ends_at and starts_at < until for begins, until in spans)


class _Model:
    """Any timetable that keeps the rules. `teaches[run, slot, trainer, venue]` and `sits[run, slot, room]` are the choices.

    A topic among `spare_topics` has a trainer without limits besides its own, and with `spare_room` there is a room without
    limits; with `partial` not all meetings need a place. These serve to find out what is short.
    """

    SPARE = -1

    def __init__(self, question, *, spare_topics=frozenset(), spare_room=False, partial=False):
        self.question = question
        self.spare_topics, self.spare_room = spare_topics, spare_room
        self.cp = cp_model.CpModel()
        self.teaches, self.sits, self.meets = {}, {}, {}
        self.venue_of = {room.key: room.venue for room in question.rooms} | {self.SPARE: self.SPARE}
        for run in question.runs:
            self._add_run(run, partial=partial)
        self._never_twice()
        self._time_to_travel()
        if partial:
            self.cp.maximize(sum(self.meets.values()))

    def _add_run(self, run, *, partial):
        fixed = [one for one in self.question.fixed if one.run == run.key]
        by_day = defaultdict(list)
        for slot in _slots(self.question, run):
            day = slot[0].date()
            rooms = self._rooms(run, slot)
            pairs = [
                (trainer, venue)
                for venue in sorted({self.venue_of[room] for room in rooms})
                for trainer in self._trainers(run, slot, venue)
            ]
            if any(one.day == day for one in fixed) or not rooms or not pairs:
                continue
            meets = self.meets[run.key, slot] = self.cp.new_bool_var("")
            by_day[day].append(meets)
            taught = defaultdict(list)
            for trainer, venue in pairs:
                taught[venue].append(self.cp.new_bool_var(""))
                self.teaches[run.key, slot, trainer, venue] = taught[venue][-1]
            seated = defaultdict(list)
            for room in rooms:
                seated[self.venue_of[room]].append(self.cp.new_bool_var(""))
                self.sits[run.key, slot, room] = seated[self.venue_of[room]][-1]
            self.cp.add(sum(one for group in seated.values() for one in group) == meets)
            for venue, group in seated.items():
                self.cp.add(sum(group) == sum(taught[venue]))
        for group in by_day.values():
            self.cp.add_at_most_one(group)
        placed = sum(one for group in by_day.values() for one in group)
        self.cp.add(placed <= run.sessions if partial else placed == run.sessions)

    def _rooms(self, run, slot):
        found = [
            room.key
            for room in self.question.rooms
            if room.capacity >= run.seats
            and _free(room.away, *slot)
            and _free(_times(self.question.fixed, room=room.key), *slot)
        ]
        return [*found, self.SPARE] if self.spare_room else found

    def _trainers(self, run, slot, venue):
        way = timedelta(minutes=self.question.frame.travel_minutes)
        found = []
        for trainer in self.question.trainers:
            if run.topic not in trainer.topics or not _free(trainer.away, *slot):
                continue
            booked = [
                (one.starts_at, one.ends_at)
                if one.venue == venue
                else (one.starts_at - way, one.ends_at + way)
                for one in self.question.fixed
                if one.trainer == trainer.key and one.day == slot[0].date()
            ]
            if _free(booked, *slot):
                found.append(trainer.key)
        return [*found, self.SPARE] if run.topic in self.spare_topics else found

    def _never_twice(self):
        """Whoever or whatever is taken when a slot begins is taken once."""
        beginnings = defaultdict(set)
        for _run, slot in self.meets:
            beginnings[slot[0].date()].add(slot[0])
        taken = defaultdict(list)
        for (_run, slot, trainer, _venue), chosen in self.teaches.items():
            for moment in beginnings[slot[0].date()]:
                if trainer != self.SPARE and slot[0] <= moment < slot[1]:
                    taken["trainer", trainer, moment].append(chosen)
        for (_run, slot, room), chosen in self.sits.items():
            for moment in beginnings[slot[0].date()]:
                if room != self.SPARE and slot[0] <= moment < slot[1]:
                    taken["room", room, moment].append(chosen)
        for group in taken.values():
            if len(group) > 1:
                self.cp.add_at_most_one(group)

    def _time_to_travel(self):
        """A trainer is not in one venue and soon after in another."""
        way = timedelta(minutes=self.question.frame.travel_minutes)
        by_start = defaultdict(list)
        for (_run, slot, trainer, venue), chosen in self.teaches.items():
            if self.SPARE not in (trainer, venue):
                by_start[trainer, slot[0].date(), slot[0]].append((slot[1], venue, chosen))
        days = defaultdict(list)
        for trainer, day, moment in sorted(by_start):
            days[trainer, day].append(moment)
        for (trainer, day), moments in days.items():
            for earlier, later in combinations(moments, 2):
                near = [one for one in by_start[trainer, day, earlier] if one[0] <= later < one[0] + way]
                for venue in sorted({one[1] for one in near}):
                    here = [chosen for _end, place, chosen in near if place == venue]
                    there = [
                        chosen for _end, place, chosen in by_start[trainer, day, later] if place != venue
                    ]
                    if there:
                        self.cp.add_at_most_one(here + there)

    def solve(self, *, effort, workers):
        self.solver, status = _search(self.cp, effort=effort, workers=workers)
        return status

    def meetings(self):
        rooms = {
            (run, slot): room
            for (run, slot, room), chosen in self.sits.items()
            if self.solver.boolean_value(chosen)
        }
        found = [
            Meeting(run, *slot, trainer=trainer, room=rooms[run, slot], venue=venue)
            for (run, slot, trainer, venue), chosen in self.teaches.items()
            if self.solver.boolean_value(chosen)
        ]
        return tuple(sorted(found, key=lambda one: (one.starts_at, one.run)))


def _search(cp, *, effort, workers):
    """(the solver, how it ended)."""
    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.random_seed = 1
    parameters.num_workers = workers
    # Workers take turns by counted work instead of racing, so that the answer is always the same.
    parameters.interleave_search = True
    parameters.max_deterministic_time = effort
    parameters.max_time_in_seconds = MOST_SECONDS
    return solver, solver.solve(cp)


class _Steady:
    """The good timetables: each run keeps one trainer and one room, so that people find their way.

    Choices: `meets[run, slot]`, `teaches[run, trainer]`, `sits[run, room]`. Two runs with the same trainer or room are
    `apart`: they do not meet at the same time.
    """

    def __init__(self, question):
        self.question = question
        self.cp = cp_model.CpModel()
        self.way = timedelta(minutes=question.frame.travel_minutes)
        self.rooms = {room.key: room for room in question.rooms}
        self.meets, self.teaches, self.sits, self.costs = {}, {}, {}, []
        self.slots = {run.key: self._add_run(run) for run in question.runs}
        for one, other in combinations(question.runs, 2):
            self._keep_apart(one, other)
        self._balance()
        self.cp.minimize(sum(self.costs))

    def _add_run(self, run):
        """Choices of one run and what stands already; the slots by day."""
        fixed = self.question.fixed
        own_days = {one.day for one in fixed if one.run == run.key}
        able = [trainer for trainer in self.question.trainers if run.topic in trainer.topics]
        large = [room for room in self.question.rooms if room.capacity >= run.seats]
        for trainer in able:
            self.teaches[run.key, trainer.key] = self.cp.new_bool_var("")
        for room in large:
            self.sits[run.key, room.key] = self.cp.new_bool_var("")
        self.cp.add_exactly_one(self.teaches[run.key, trainer.key] for trainer in able)
        self.cp.add_exactly_one(self.sits[run.key, room.key] for room in large)
        by_day = defaultdict(list)
        for slot in _slots(self.question, run):
            day = slot[0].date()
            if day in own_days:
                continue
            meets = self.meets[run.key, slot] = self.cp.new_bool_var("")
            by_day[day].append(slot)
            here = [one for one in fixed if one.day == day]
            for trainer in able:
                teaches = self.teaches[run.key, trainer.key]
                if not _free(trainer.away, *slot):
                    self.cp.add_at_most_one(meets, teaches)
                for one in here:
                    if one.trainer == trainer.key:
                        self._beside_fixed(run, slot, one, meets, teaches)
            for room in large:
                taken = [(one.starts_at, one.ends_at) for one in here if one.room == room.key]
                if not _free((*room.away, *taken), *slot):
                    self.cp.add_at_most_one(meets, self.sits[run.key, room.key])
            lost = sum(
                len(run.people & one.people)
                for one in here
                if one.run != run.key and one.starts_at < slot[1] and slot[0] < one.ends_at
            )
            if lost:
                self.costs.append(CLASH * lost * meets)
        for slots in by_day.values():
            self.cp.add_at_most_one(self.meets[run.key, slot] for slot in slots)
        self.cp.add(
            sum(self.meets[run.key, slot] for slots in by_day.values() for slot in slots) == run.sessions
        )
        return by_day

    def _beside_fixed(self, run, slot, one, meets, teaches):
        """The trainer of a fixed session is busy then, cannot get elsewhere in time, and travels if he or she can."""
        if one.starts_at < slot[1] and slot[0] < one.ends_at:
            self.cp.add_at_most_one(meets, teaches)
            return
        near = one.starts_at - self.way < slot[1] and slot[0] < one.ends_at + self.way
        for room in self.question.rooms:
            if room.venue == one.venue or (run.key, room.key) not in self.sits:
                continue
            together = [meets, teaches, self.sits[run.key, room.key]]
            if near:
                self.cp.add_bool_or(choice.negated() for choice in together)
            else:
                travels = self.cp.new_bool_var("")
                self.cp.add_bool_or(travels, *(choice.negated() for choice in together))
                self.costs.append(TRAVEL * travels)

    def _keep_apart(self, one, other):
        trainers = [key for run, key in self.teaches if run == one.key and (other.key, key) in self.teaches]
        rooms = [key for run, key in self.sits if run == one.key and (other.key, key) in self.sits]
        shared = len(one.people & other.people)
        if not trainers and not rooms and not shared:
            return
        apart, alike, far = (self.cp.new_bool_var("") for _choice in range(3))
        for key in trainers:
            both = [self.teaches[one.key, key].negated(), self.teaches[other.key, key].negated()]
            self.cp.add_bool_or(alike, *both)
        self.cp.add_implication(alike, apart)
        for key in rooms:
            both = [self.sits[one.key, key].negated(), self.sits[other.key, key].negated()]
            self.cp.add_bool_or(apart, *both)
        if trainers:
            self._mark_far(one, other, alike, far)
        for day, here in self.slots[one.key].items():
            there = self.slots[other.key].get(day, ())
            same_time, near = [], []
            for slot in here:
                for taken in there:
                    both = [self.meets[one.key, slot], self.meets[other.key, taken]]
                    if slot[0] < taken[1] and taken[0] < slot[1]:
                        same_time.append(both)
                    elif slot[0] < taken[1] + self.way and taken[0] < slot[1] + self.way:
                        near.append(both)
            for both in same_time:
                self.cp.add_bool_or(apart.negated(), *(choice.negated() for choice in both))
            if trainers:
                for both in near:
                    self.cp.add_bool_or(far.negated(), *(choice.negated() for choice in both))
                if there:
                    travels = self.cp.new_bool_var("")
                    meets = [
                        sum(self.meets[run.key, slot] for slot in slots)
                        for run, slots in ((one, here), (other, there))
                    ]
                    self.cp.add(travels >= meets[0] + meets[1] + far - 2)
                    self.costs.append(TRAVEL * travels)
            if shared and same_time:
                clash = self.cp.new_bool_var("")
                for both in same_time:
                    self.cp.add_bool_or(clash, *(choice.negated() for choice in both))
                self.costs.append(CLASH * shared * clash)

    def _mark_far(self, one, other, alike, far):
        """`far` when the runs have the same trainer in different venues."""
        for key in {room.venue for room in self.question.rooms}:
            here = [
                self.sits[one.key, room]
                for run, room in self.sits
                if run == one.key and self.rooms[room].venue == key
            ]
            away = [
                self.sits[other.key, room]
                for run, room in self.sits
                if run == other.key and self.rooms[room].venue != key
            ]
            if here and away:
                self.cp.add(far >= sum(here) + sum(away) + alike - 2)

    def _balance(self):
        most = self.cp.new_int_var(0, 100_000, "")
        for trainer in self.question.trainers:
            parts = [
                run.sessions * -(-run.minutes // LOAD_MINUTES) * self.teaches[run.key, trainer.key]
                for run in self.question.runs
                if (run.key, trainer.key) in self.teaches
            ]
            stands = sum(one.minutes for one in self.question.fixed if one.trainer == trainer.key)
            if parts:
                self.cp.add(sum(parts) + stands // LOAD_MINUTES <= most)
        self.costs.append(LOAD * most)

    def solve(self, first, *, effort, workers):
        """Search, beginning with the timetable `first` where there is one."""
        if first:
            known = {("meets", one.run, (one.starts_at, one.ends_at)) for one in first}
            known |= {("teaches", one.run, one.trainer) for one in first}
            known |= {("sits", one.run, one.room) for one in first}
            for name in ("meets", "teaches", "sits"):
                for key, choice in getattr(self, name).items():
                    self.cp.add_hint(choice, (name, *key) in known)
        self.solver, status = _search(self.cp, effort=effort, workers=workers)
        return status

    def meetings(self):
        chosen = self.solver.boolean_value
        trainers = {run: key for (run, key), choice in self.teaches.items() if chosen(choice)}
        rooms = {run: key for (run, key), choice in self.sits.items() if chosen(choice)}
        found = [
            Meeting(run, *slot, trainer=trainers[run], room=rooms[run], venue=self.rooms[rooms[run]].venue)
            for (run, slot), choice in self.meets.items()
            if chosen(choice)
        ]
        return tuple(sorted(found, key=lambda one: (one.starts_at, one.run)))


def first_timetable(question: Question, *, partial: bool = False) -> tuple:
    """A timetable made run by run, those with the fewest trainers first, each at the least cost; () when that fails, or with
    `partial` without the runs that find no place."""
    able = {
        run.key: [trainer for trainer in question.trainers if run.topic in trainer.topics]
        for run in question.runs
    }
    loads, by_day, done = Counter(), defaultdict(list), []
    for one in question.fixed:
        loads[one.trainer] += one.minutes
        by_day[one.day].append(one)
    for run in sorted(question.runs, key=lambda one: (len(able[one.key]), -one.seats, one.key)):
        tries = []
        for trainer in able[run.key]:
            for room in question.rooms:
                if room.capacity < run.seats:
                    continue
                found = _cheapest_days(question, run, trainer, room, by_day)
                if len(found) == run.sessions:
                    price = (
                        sum(price for price, _meeting in found) + LOAD * loads[trainer.key] // LOAD_MINUTES
                    )
                    tries.append((price, room.capacity, trainer.key, room.key, found))
        if not tries and partial:
            continue
        if not tries:
            return ()
        for _price, one in min(tries, key=lambda one: one[:4])[4]:
            by_day[one.day].append(one)
            loads[one.trainer] += one.minutes
            done.append(one)
    return tuple(sorted(done, key=lambda one: (one.starts_at, one.run)))


def _cheapest_days(question, run, trainer, room, by_day):
    """[(cost, meeting)] of the cheapest days on which `run` can meet with this trainer in this room."""
    way = timedelta(minutes=question.frame.travel_minutes)
    found = {}
    for slot in _slots(question, run):
        day = slot[0].date()
        if not _free(trainer.away, *slot) or not _free(room.away, *slot):
            continue
        one = Meeting(run.key, *slot, trainer=trainer.key, room=room.key, venue=room.venue, people=run.people)
        price, venues = 0, {room.venue}
        for other in by_day[day]:
            near = timedelta() if other.venue == one.venue else way
            if (
                other.run == run.key
                or (other.room == one.room and other.overlaps(one))
                or (
                    other.trainer == one.trainer
                    and one.starts_at < other.ends_at + near
                    and other.starts_at < one.ends_at + near
                )
            ):
                break
            if other.trainer == one.trainer:
                venues.add(other.venue)
            if other.overlaps(one):
                price += CLASH * len(one.people & other.people)
        else:
            price += TRAVEL * (len(venues) - 1)
            if day not in found or price < found[day][0]:
                found[day] = (price, one)
    return sorted(found.values(), key=lambda pair: (pair[0], pair[1].starts_at))[: run.sessions]


def _times(meetings, *, room):
    return [(one.starts_at, one.ends_at) for one in meetings if one.room == room]


def _slots(question, run):
    """The (from, until) in which a run might meet, as the frame has them."""
    for day in question.frame.days:
        if run.earliest is None or day >= run.earliest:
            yield from question.frame.slots(day, run.minutes)


def measures(question: Question, meetings: Sequence[Meeting]) -> dict:
    """Clashes, changes and loads of a timetable, as an Answer has them."""
    people = {run.key: run.people for run in question.runs}
    named = [replace(one, people=people.get(one.run, frozenset())) for one in meetings]
    clashes = sum(
        len(one.people & other.people)
        for one, other in [*combinations(named, 2), *((one, two) for one in named for two in question.fixed)]
        if one.run != other.run and one.overlaps(other)
    )
    venues = defaultdict(set)
    loads = Counter({trainer.key: 0 for trainer in question.trainers})
    for one in (*meetings, *question.fixed):
        venues[one.trainer, one.day].add(one.venue)
        loads[one.trainer] += one.minutes
    touched = {(one.trainer, one.day) for one in meetings}
    changes = sum(len(found) - 1 for key, found in venues.items() if key in touched)
    return {"clashes": clashes, "changes": changes, "loads": dict(loads)}


# --- Is it allowed? ---------------------------------------------------------------------------------------------------


def violations(question: Question, meetings: Sequence[Meeting]) -> list[tuple[int, str]]:
    """(index of the meeting, sentence) of each rule that an edited timetable breaks; [] when it may be published."""
    runs = {run.key: run for run in question.runs}
    trainers = {trainer.key: trainer for trainer in question.trainers}
    rooms = {room.key: room for room in question.rooms}
    way = timedelta(minutes=question.frame.travel_minutes)
    found = []
    for index, one in enumerate(meetings):
        run, trainer, room = runs[one.run], trainers.get(one.trainer), rooms.get(one.room)
        if one.day not in question.frame.days:
            found.append((index, _("Hari ini tidak dipakai atau hari libur.")))
        if run.earliest and one.day < run.earliest:
            found.append((index, _("Hari ini masih sebelum pendaftaran ditutup.")))
        if trainer is None or run.topic not in trainer.topics:
            found.append(
                (index, _("Pelatih ini tidak mengajar bidang “%(topic)s”.") % {"topic": run.topic_label})
            )
        elif not _free(trainer.away, one.starts_at, one.ends_at):
            found.append(
                (index, _("%(name)s tidak dapat mengajar pada waktu itu.") % {"name": trainer.label})
            )
        if room is None or room.capacity < run.seats:
            found.append((index, _("Ruang ini tidak memuat %(seats)d orang.") % {"seats": run.seats}))
        elif not _free(room.away, one.starts_at, one.ends_at):
            found.append((index, _("%(name)s tidak dapat dipakai pada waktu itu.") % {"name": room.label}))
        for other in (*meetings[:index], *question.fixed):
            if one.run == other.run and one.day == other.day:
                found.append((index, _("Angkatan ini bertemu dua kali pada hari yang sama.")))
            if one.trainer == other.trainer and one.overlaps(other):
                found.append((index, _("Pelatih ini mengajar dua kali pada waktu yang sama.")))
            elif (
                one.trainer == other.trainer
                and one.venue != other.venue
                and one.starts_at < other.ends_at + way
                and other.starts_at < one.ends_at + way
            ):
                found.append((index, _("Pelatih ini belum sempat pindah dari tempat lain.")))
            if one.room == other.room and one.overlaps(other):
                found.append((index, _("Ruang ini dipakai dua kali pada waktu yang sama.")))
    return found


# --- Why not? ---------------------------------------------------------------------------------------------------------


def _impossible_runs(question):
    """What stands in the way of single runs, as sentences."""
    found = []
    most = max((room.capacity for room in question.rooms), default=0)
    for run in question.runs:
        able = [trainer for trainer in question.trainers if run.topic in trainer.topics]
        large = [room for room in question.rooms if room.capacity >= run.seats]
        slots = list(_slots(question, run))
        facts = {"run": run.label, "topic": run.topic_label, "needed": run.sessions}
        if not able:
            found.append(_("%(run)s: tidak ada pelatih untuk bidang “%(topic)s”.") % facts)
        if not large:
            found.append(
                _("%(run)s: tidak ada ruang untuk %(seats)d orang; yang terbesar memuat %(most)d.")
                % (facts | {"seats": run.seats, "most": most})
            )
        if not any(True for day in question.frame.days for _slot in question.frame.slots(day, run.minutes)):
            found.append(
                _("%(run)s: pertemuan %(minutes)d menit tidak muat dalam jam pelatihan.")
                % (facts | {"minutes": run.minutes})
            )
            continue
        if not able or not large:
            continue
        model = _Model(replace(question, runs=(run,)), partial=True)
        days = _days(model.meets, key=1)
        if len(days) >= run.sessions:
            continue
        all_days = _days(slots, key=None)
        facts["days"] = len(days)
        if len(all_days) < run.sessions:
            found.append(
                _("%(run)s: perlu %(needed)d hari, sedangkan yang dapat dipakai %(all)d.")
                % (facts | {"all": len(all_days)})
            )
        elif (
            len(
                _days(
                    _Model(replace(question, runs=(run,)), spare_topics={run.topic}, partial=True).meets,
                    key=1,
                )
            )
            >= run.sessions
        ):
            found.append(
                _("%(run)s: pelatih bidang “%(topic)s” hanya dapat pada %(days)d hari, perlu %(needed)d.")
                % facts
            )
        else:
            found.append(
                _("%(run)s: ruang yang cukup hanya kosong pada %(days)d hari, perlu %(needed)d.") % facts
            )
    return found


def _days(slots, *, key):
    return {(slot if key is None else slot[key])[0].date() for slot in slots}


def _fits(question, *, effort, workers, **spare):
    model = _Model(question, **spare)
    return model.solve(effort=effort, workers=workers) in FOUND


def _lack_of_trainers(runs):
    """The sentence for runs of one topic."""
    return _(
        "Pelatih bidang “%(topic)s” kurang untuk %(sessions)d pertemuan dari %(runs)d angkatan."
        " Tambah pelatih atau hari."
    ) % {
        "topic": runs[0].topic_label,
        "sessions": sum(run.sessions for run in runs),
        "runs": len(runs),
    }


def _lack_of_rooms(runs):
    return _("Ruang kurang untuk %(sessions)d pertemuan. Tambah ruang atau hari, atau kurangi kursi.") % {
        "sessions": sum(run.sessions for run in runs)
    }


def _by_topic(question):
    topics: dict[str, list[Demand]] = defaultdict(list)
    for run in question.runs:
        topics[run.topic].append(run)
    return dict(sorted(topics.items()))


def _counted_shortages(question):
    """What is too little by counting alone, without a search; [] when counting does not tell.

    A meeting covers at least some of the moments at which meetings begin; nobody and nothing covers one moment twice. So
    runs that ask for more moments than their trainers, or their rooms, have free cannot all take place.
    """
    moments = [
        datetime.combine(day, begin, tzinfo=WIB)
        for day in question.frame.days
        for begin in question.frame.begins
    ]

    def asked(runs):
        return sum(run.sessions * covered[run.key] for run in runs)

    def free(thing, kind):
        fixed = [(one.starts_at, one.ends_at) for one in question.fixed if getattr(one, kind) == thing.key]
        taken = [*thing.away, *fixed]
        return sum(not any(begins <= moment < ends for begins, ends in taken) for moment in moments)

    day = question.frame.days[0]
    covered = {
        run.key: min(
            sum(begins <= moment < ends for moment in moments[: len(question.frame.begins)])
            for begins, ends in question.frame.slots(day, run.minutes)
        )
        for run in question.runs
    }
    found, topics = [], _by_topic(question)
    supply = {trainer.key: free(trainer, "trainer") for trainer in question.trainers}
    space = {room.key: free(room, "room") for room in question.rooms}
    named = set()
    for size in range(1, len(topics) + 1):
        for group in combinations(topics, size):
            if named & set(group):
                continue
            runs = [run for topic in group for run in topics[topic]]
            have = sum(supply[one.key] for one in question.trainers if one.topics & set(group))
            if asked(runs) > have:
                named |= set(group)
                found.append(
                    _lack_of_trainers(runs)
                    if size == 1
                    else _("Pelatih kurang pada beberapa bidang sekaligus. Tambah pelatih atau hari.")
                )
    for seats in sorted({run.seats for run in question.runs}):
        runs = [run for run in question.runs if run.seats >= seats]
        if asked(runs) > sum(space[room.key] for room in question.rooms if room.capacity >= seats):
            found.append(_lack_of_rooms(runs))
            break
    return list(dict.fromkeys(found))


def _shortages(question, *, workers):
    """What all runs together have too little of: whatever, given without limits, makes the timetable possible."""
    limits = {"effort": EFFORT_WHY, "workers": workers}
    topics = _by_topic(question)
    found = [
        _lack_of_trainers(runs)
        for topic, runs in topics.items()
        if _fits(question, spare_topics=frozenset({topic}), **limits)
    ]
    everyone = frozenset(topics)
    if not found and len(topics) > 1 and _fits(question, spare_topics=everyone, **limits):
        found.append(_("Pelatih kurang pada beberapa bidang sekaligus. Tambah pelatih atau hari."))
    if _fits(question, spare_room=True, **limits):
        found.append(_lack_of_rooms(question.runs))
    if not found:
        found.append(_("Pelatih dan ruang sama-sama kurang pada hari-hari ini."))
    return [*found, *_what_would_fit(question, workers=workers)]


def _what_would_fit(question, *, workers):
    """Whether more days would do, and how much fits as it is."""
    found = []
    last = question.frame.days[-1]
    more = tuple(add_working_days(last, count) for count in range(1, len(question.frame.days) + 1))
    wider = replace(question, frame=replace(question.frame, days=question.frame.days + more))
    if not _counted_shortages(wider) and first_timetable(wider):
        found.append(_("Dengan lebih banyak hari, jadwal ini muat."))
    model = _Model(question, partial=True)
    if model.solve(effort=EFFORT_WHY, workers=workers) in FOUND:
        fitting = model.meetings()
    else:
        fitting = first_timetable(question, partial=True)
    placed = Counter(one.run for one in fitting)
    short = [run.label for run in question.runs if placed[run.key] < run.sessions]
    found.append(
        _("Yang muat %(placed)d dari %(all)d pertemuan. Yang tidak muat lengkap: %(runs)s.")
        % {
            "placed": sum(placed.values()),
            "all": sum(run.sessions for run in question.runs),
            "runs": ", ".join(short),
        }
    )
    return found


def working_days(month: date, *, without: Collection[date] = ()) -> tuple:
    """The days of the month of `month` on which the office works, except those of `without`."""
    first = month.replace(day=1)
    days = (first + timedelta(days=count) for count in range(31))
    return tuple(day for day in days if day.month == first.month and is_working_day(day, days_off=without))
