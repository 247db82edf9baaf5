"""Timetables for many runs: asked, reckoned by the worker, edited by an official, written as sessions all or nothing."""

from collections import defaultdict
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.dates import WIB, add_months, today
from core.optimistic import lock_version
from core.workflow import StepError
from training import timetable as reckoning
from training.enums import ACTIVE, SessionStatus, TimetableStatus
from training.models import Enrolment, Room, Run, Session, Timetable, Trainer, Unavailability
from training.services.scheduling import PLAN, PLANNABLE, plan_session

#: A lesson hour (JP) in minutes, and how many make a session where the official says nothing else.
LESSON_MINUTES, LESSONS_A_SESSION = 45, 4


def usual_sessions(course):
    """(sessions, minutes) in which a course is usually held."""
    return -(-course.hours // LESSONS_A_SESSION), min(course.hours, LESSONS_A_SESSION) * LESSON_MINUTES


def _permit(actor):
    if not actor.has_perm(PLAN):
        raise PermissionDenied(_("Peran Anda tidak mencakup jadwal pelatihan."))


@transaction.atomic
def ask_timetable(*, actor, month, asked, without=()):
    """A Timetable that waits for the worker. `asked` are (run, sessions, minutes), `without` days that are not used."""
    _permit(actor)
    asked = list(asked)
    if not asked:
        raise ValidationError(_("Pilih paling sedikit satu angkatan."))
    if add_months(month, 1, anchor=1) <= today():
        raise ValidationError({"month": _("Bulan ini sudah lewat. Pilih bulan yang akan datang.")})
    for run, _sessions, _minutes in asked:
        if run.status not in PLANNABLE:
            raise StepError(_("%(run)s tidak dapat dijadwalkan lagi.") % {"run": run})
    made = Timetable.objects.create(
        month=month.replace(day=1),
        asked=[{"run": run.pk, "sessions": sessions, "minutes": minutes} for run, sessions, minutes in asked],
        without=[day.isoformat() for day in without],
        made_by=actor,
    )
    audit.record(actor, "training.ask_timetable", made)
    return made


# --- The question and its answer --------------------------------------------------------------------------------------


def _spans(rows):
    found = defaultdict(list)
    for key, during in rows:
        found[key].append((during.lower, during.upper))
    return found


def question_of(timetable):
    """The Question that the tables put for a Timetable now, in a fixed number of queries."""
    runs = Run.objects.select_related("course").in_bulk([one["run"] for one in timetable.asked])
    without = {date.fromisoformat(day) for day in timetable.without}
    first = timetable.month
    after = add_months(first, 1, anchor=1)
    begins, ends = (datetime.combine(day, datetime.min.time(), tzinfo=WIB) for day in (first, after))
    sessions = list(
        Session.objects.exclude(status=SessionStatus.CANCELLED).filter(
            during__overlap=(begins - timedelta(days=1), ends + timedelta(days=1))
        )
    )
    people = defaultdict(set)
    known = {*runs, *(one.run_id for one in sessions)}
    for run, person in Enrolment.objects.filter(run__in=known, status__in=ACTIVE).values_list(
        "run_id", "participant_id"
    ):
        people[run].add(person)
    gone = Unavailability.objects.filter(during__overlap=(begins, ends))
    trainers_away = _spans(gone.filter(trainer__isnull=False).values_list("trainer_id", "during"))
    rooms_away = _spans(gone.filter(room__isnull=False).values_list("room_id", "during"))
    tomorrow = today() + timedelta(days=1)
    days = reckoning.working_days(first, without=without)
    return reckoning.Question(
        runs=tuple(
            reckoning.Demand(
                key=run.pk,
                label=str(run),
                topic=run.course.topic,
                topic_label=str(run.course.get_topic_display()),
                sessions=one["sessions"],
                minutes=one["minutes"],
                seats=run.quota,
                people=frozenset(people[run.pk]),
                earliest=timezone.localdate(run.registration_until) + timedelta(days=1),
            )
            for one in timetable.asked
            if (run := runs.get(one["run"]))
        ),
        trainers=tuple(
            reckoning.Teacher(one.pk, one.name, frozenset(one.topics), tuple(trainers_away[one.pk]))
            for one in Trainer.objects.filter(is_active=True).order_by("pk")
        ),
        rooms=tuple(
            reckoning.Place(one.pk, str(one), one.venue_id, one.capacity, tuple(rooms_away[one.pk]))
            for one in Room.objects.filter(is_active=True).select_related("venue").order_by("pk")
        ),
        frame=reckoning.Frame(days=tuple(day for day in days if day >= tomorrow)),
        fixed=tuple(
            reckoning.Meeting(
                one.run_id, one.during.lower, one.during.upper, one.trainer_id, one.room_id, one.venue_id,
                people=frozenset(people[one.run_id]),
            )
            for one in sessions
        ),
    )  # fmt: skip


def meetings_of(timetable):
    """The proposed Meetings."""
    return [
        reckoning.Meeting(
            one["run"],
            datetime.fromisoformat(one["starts_at"]),
            datetime.fromisoformat(one["ends_at"]),
            one["trainer"],
            one["room"],
            one["venue"],
        )
        for one in timetable.meetings
    ]


def _keep(timetable, question, meetings):
    found = reckoning.measures(question, meetings)
    timetable.clashes, timetable.changes = found["clashes"], found["changes"]
    timetable.meetings = [
        {
            "run": one.run,
            "starts_at": one.starts_at.astimezone(WIB).isoformat(),
            "ends_at": one.ends_at.astimezone(WIB).isoformat(),
            "trainer": one.trainer,
            "room": one.room,
            "venue": one.venue,
        }
        for one in sorted(meetings, key=lambda one: (one.starts_at, one.run))
    ]


def work_off():
    """Reckon the oldest Timetable that waits. Returns it, or None when none waits.

    Two workers never take the same one; a worker that dies leaves it waiting.
    """
    with transaction.atomic():
        found = (
            Timetable.objects.select_for_update(skip_locked=True)
            .filter(status=TimetableStatus.WAITING)
            .order_by("pk")
            .first()
        )
        if found is None:
            return None
        question = question_of(found)
        answer = reckoning.propose(question)
        found.problems = list(answer.problems)
        found.status = TimetableStatus.IMPOSSIBLE if answer.problems else TimetableStatus.PROPOSED
        _keep(found, question, answer.meetings)
        found.save()
    return found


# --- The official's part ----------------------------------------------------------------------------------------------


def _lock_proposal(timetable, version, actor):
    _permit(actor)
    locked = lock_version(timetable, version, actor)
    if locked.status != TimetableStatus.PROPOSED:
        raise StepError(
            _("Usulan jadwal ini tidak dapat diubah lagi: statusnya “%(status)s”.")
            % {"status": locked.get_status_display()}
        )
    return locked


@transaction.atomic
def move_meeting(timetable, index, *, actor, version, starts_at, trainer, room):
    """One meeting of the proposal at another time, by another trainer or in another room, as long as before.

    Raises ValidationError with every rule that this would break, StaleRecord or StepError.
    """
    locked = _lock_proposal(timetable, version, actor)
    question, meetings = question_of(locked), meetings_of(locked)
    old = meetings[index]
    meetings[index] = reckoning.Meeting(
        old.run, starts_at, starts_at + (old.ends_at - old.starts_at), trainer.pk, room.pk, room.venue_id
    )
    # What the others break without it is not its fault; it comes last, so that what it breaks is said about it.
    others = meetings[:index] + meetings[index + 1 :]
    known = set(reckoning.violations(question, others))
    broken = [
        words
        for at, words in reckoning.violations(question, [*others, meetings[index]])
        if (at, words) not in known
    ]
    if broken:
        raise ValidationError(list(dict.fromkeys(broken)))
    _keep(locked, question, meetings)
    locked.save()
    locked.refresh_from_db()
    audit.record(actor, "training.move_meeting", locked)
    return locked


@transaction.atomic
def publish_timetable(timetable, *, actor, version):
    """Write all meetings as sessions, or none. Returns the timetable; raises ValidationError naming each that no longer
    fits."""
    locked = _lock_proposal(timetable, version, actor)
    runs = Run.objects.select_related("course").in_bulk([one["run"] for one in locked.asked])
    trainers, rooms = Trainer.objects.in_bulk(), Room.objects.select_related("venue").in_bulk()
    errors = []
    for one in meetings_of(locked):
        try:
            plan_session(
                runs[one.run],
                actor=actor,
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                trainer=trainers[one.trainer],
                room=rooms[one.room],
            )
        except ValidationError as error:
            errors.append(f"{runs[one.run]}, {one}: {' '.join(error.messages)}")
    if errors:
        raise ValidationError(errors)
    locked.status, locked.published_by = TimetableStatus.PUBLISHED, actor
    locked.save()
    audit.record(actor, "training.publish_timetable", locked, detail={"sessions": len(locked.meetings)})
    return locked


@transaction.atomic
def discard_timetable(timetable, *, actor, version):
    """The proposal is not wanted."""
    _permit(actor)
    locked = lock_version(timetable, version, actor)
    if locked.status == TimetableStatus.PUBLISHED:
        raise StepError(_("Jadwal ini sudah ditetapkan. Ubah pertemuannya satu per satu."))
    locked.status = TimetableStatus.DISCARDED
    locked.save()
    audit.record(actor, "training.discard_timetable", locked)
    return locked
