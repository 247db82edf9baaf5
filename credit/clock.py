"""How long an application stood in each stage, without the time in which the applicant was asked. Pure: lines and moments
in, durations out.

A line is anything with `to_status` and `at`, such as core.models.StepLine. While an application is a draft or waits for its
correction the clock of the office stands still; a stage that is entered again after that goes on where it stopped.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from credit.enums import ApplicationStatus

#: The applicant's own time.
APPLICANT = frozenset({ApplicationStatus.DRAFT, ApplicationStatus.NEEDS_CORRECTION})

#: Nobody waits any more.
ENDED = frozenset(
    {
        ApplicationStatus.DISBURSED,
        ApplicationStatus.DECLINED,
        ApplicationStatus.REJECTED,
        ApplicationStatus.WITHDRAWN,
    }
)


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay in a status; `ended` None while it lasts. `duration` is counted up to `until` of the question then."""

    status: str
    began: datetime
    ended: datetime | None
    duration: timedelta

    @property
    def counts(self):
        """Whether this is the time of the office or the bank."""
        return self.status not in APPLICANT


def stays(lines, until):
    """The Stays in order, as known at `until`; later lines are left out. A step that keeps the status (a visit planned
    anew) does not end the stay; the final status is no stay."""
    moves = sorted((line for line in lines if line.at <= until), key=lambda line: line.at)
    found = []
    status = began = None
    for move in moves:
        if move.to_status == status:
            continue
        if status is not None:
            found.append(Stay(status, began, move.at, move.at - began))
        status, began = move.to_status, move.at
    if status is not None and status not in ENDED:
        found.append(Stay(status, began, None, until - began))
    return found


def by_stage(lines, until, *, only_left=False):
    """{status: time in it} of the office's and the bank's stages, every stay of a stage together.

    `only_left` leaves out the stage that the application still stands in.
    """
    total = defaultdict(timedelta)
    running = None
    for stay in stays(lines, until):
        if stay.counts:
            total[stay.status] += stay.duration
            if stay.ended is None:
                running = stay.status
    if only_left:
        total.pop(running, None)
    return dict(total)


def waited(lines, until):
    """All the time for which the applicant waited for the office and the bank."""
    return sum(by_stage(lines, until).values(), timedelta())


def medians(durations):
    """{status: median} over the {status: time} of many applications; a stage counts where it was passed through."""
    columns = defaultdict(list)
    for row in durations:
        for status, time in row.items():
            columns[status].append(time)
    return {status: median(times) for status, times in columns.items()}
