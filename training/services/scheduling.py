"""Runs and their sessions: made, announced, planned, moved, cancelled, copied to other dates.

Overlaps are refused by the database (training.models.session); here its refusal becomes a sentence and three free slots.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from core import audit, outbox
from core.dates import WIB
from core.indonesia import next_working_day
from core.optimistic import lock_version
from core.slots import Slot
from core.workflow import StepError, begin, lock, take_step
from training import session_notices
from training.enums import EnrolmentStatus, RunStatus, SessionStatus
from training.models import (
    Equipment,
    Participant,
    ParticipantTime,
    Room,
    Run,
    Session,
    SessionEquipment,
    Trainer,
    Unavailability,
)
from training.session_notices import HOPING, SITTING
from training.slots import nearest

PLAN = "training.plan_session"

#: What an official writes of a run; the rest follows from its sessions and enrolments.
RUN_FIELDS = frozenset(
    {
        "course", "batch", "starts_on", "ends_on", "admission", "quota", "reserve", "registration_from",
        "registration_until", "offer_hours", "weights", "budget_line", "honorarium", "cost_per_seat",
    }
)  # fmt: skip

#: Runs whose sessions can still be planned and moved.
PLANNABLE = (RunStatus.DRAFT, RunStatus.PUBLISHED, RunStatus.SELECTED, RunStatus.RUNNING)

#: The rules of the database and what they mean to an official; the longer name first where one begins like another.
RULES = {
    "training_session_trainer_once": _l("Pelatih ini sudah mengajar pada waktu itu."),
    "training_session_trainer_needs_travel": _l("Pelatih ini belum sempat pindah dari tempat lain."),
    "training_session_room_once": _l("Ruang ini sudah dipakai pada waktu itu."),
    "training_session_run_once": _l("Angkatan ini sudah bertemu pada waktu itu."),
    "training_session_within_availability": _l("Pelatih atau ruang ini tidak tersedia pada waktu itu."),
    "training_sessionequipment_once_at_a_time": _l("Peralatan ini sudah dipakai pada waktu itu."),
    "training_participanttime_once_at_a_time": _l(
        "Ada peserta angkatan ini yang mengikuti pelatihan lain pada waktu itu."
    ),
    "training_session_number_once": _l("Nomor pertemuan ini sudah dipakai pada angkatan itu."),
}


class SlotTaken(ValidationError):
    """Somebody or something is taken at that time. `rule` is the constraint's name, `slots` the nearest free Slots."""

    def __init__(self, rule, slots=()):
        self.rule, self.slots = rule, list(slots)
        words = str(RULES[rule])
        if self.slots:
            words += " " + _("Waktu kosong terdekat: %(slots)s.") % {"slots": "; ".join(map(str, self.slots))}
        super().__init__(words, code="slot_taken")


def _permit(actor, permission, sentence):
    if not actor.has_perm(permission):
        raise PermissionDenied(sentence)


# --- Runs -------------------------------------------------------------------------------------------------------------


def _set_run(run, fields):
    unknown = fields.keys() - RUN_FIELDS
    if unknown:
        raise TypeError(f"not a field of a run: {', '.join(sorted(unknown))}")
    for name, value in fields.items():
        setattr(run, name, value)
    run.full_clean()
    run.save()


@transaction.atomic
def make_run(*, actor, **fields):
    """A draft of a run from RUN_FIELDS. Raises PermissionDenied or ValidationError."""
    _permit(actor, "training.add_run", _("Peran Anda tidak mencakup pembuatan angkatan."))
    run = Run()
    _set_run(run, fields)
    begin(run, "make", actor=actor)
    return run


@transaction.atomic
def change_run(run, *, actor, version, **fields):
    """The draft with other RUN_FIELDS. Raises PermissionDenied, StepError once it is announced, StaleRecord or
    ValidationError."""
    _permit(actor, "training.change_run", _("Peran Anda tidak mencakup perubahan angkatan."))
    run = lock_version(run, version, actor)
    if run.status != RunStatus.DRAFT:
        raise StepError(_("Angkatan ini sudah diumumkan. Yang dapat diubah hanya jadwal dan kursinya."))
    _set_run(run, fields)
    run.refresh_from_db(fields=["version", "modified_at"])
    audit.record(actor, "training.change_run", run, detail={"fields": sorted(fields)})
    return run


def obstacles(run):
    """Why a draft cannot be announced yet, as sentences."""
    sessions = list(
        run.sessions.exclude(status=SessionStatus.CANCELLED).select_related("room").order_by("during")
    )
    if not sessions:
        return [_("Belum ada pertemuan. Susun jadwalnya dahulu.")]
    found = []
    first = sessions[0].during.lower
    if first <= timezone.now():
        found.append(_("Pertemuan pertama sudah lewat. Pindahkan jadwalnya."))
    if run.registration_until > first:
        found.append(_("Pendaftaran harus ditutup sebelum pertemuan pertama."))
    if run.registration_until <= timezone.now():
        found.append(_("Pendaftaran sudah lewat. Ubah waktu pendaftarannya."))
    for room in {one.room for one in sessions if one.room.capacity < run.quota}:
        found.append(_too_small(room, run))
    return found


def _too_small(room, run):
    return _("%(room)s memuat %(capacity)d orang, sedangkan angkatan ini %(quota)d kursi.") % {
        "room": room,
        "capacity": room.capacity,
        "quota": run.quota,
    }


@transaction.atomic
def publish_run(run, *, actor, note=""):
    """Announce a draft. Raises ValidationError with all that is missing, PermissionDenied or StepError."""
    run = lock(run, actor)
    if run.status == RunStatus.DRAFT and actor.has_perm("training.publish_run") and (why := obstacles(run)):
        raise ValidationError(why)
    return take_step(run, "publish", actor=actor, note=note)


@transaction.atomic
def cancel_run(run, *, actor, note=""):
    """The run does not take place: its sessions and enrolments are cancelled, and everybody in it is told why."""
    run = take_step(run, "cancel", actor=actor, note=note)
    sessions = list(
        run.sessions.filter(status=SessionStatus.PLANNED).select_related("trainer__user").order_by("pk")
    )
    people = {one.pk: one for one in session_notices.people_in(run, HOPING)}
    people |= {one.pk: one for one in session_notices.trainers_of(sessions)}
    for session in sessions:
        _save_cancelled(session, actor=actor)
    cancellable = (
        EnrolmentStatus.ENROLLED,
        EnrolmentStatus.OFFERED,
        EnrolmentStatus.APPLIED,
        EnrolmentStatus.WAITING,
    )
    for enrolment in run.enrolments.filter(status__in=cancellable).order_by("pk"):
        take_step(enrolment, "cancel", actor=actor, note=note, reason=_("Angkatan ini dibatalkan."))
    session_notices.tell_run_cancelled(run, people.values(), note=note)
    run.refresh_from_db()  # the seats were counted back by the database
    return run


# --- Sessions ---------------------------------------------------------------------------------------------------------


def _lock_plannable(run, actor):
    _permit(actor, PLAN, _("Peran Anda tidak mencakup jadwal pelatihan."))
    run = lock(run, actor)
    if run.status not in PLANNABLE:
        raise StepError(
            _("Jadwal angkatan ini tidak dapat diubah lagi: statusnya “%(status)s”.")
            % {"status": run.get_status_display()}
        )
    return run


def check_place(run, *, starts_at, ends_at, room, trainer):
    """Raises ValidationError with all that does not depend on other sessions."""
    errors = {}
    if ends_at <= starts_at:
        errors["ends_at"] = _("Jam selesai harus sesudah jam mulai.")
    elif starts_at <= timezone.now():
        errors["starts_at"] = _("Waktu ini sudah lewat. Pilih waktu yang akan datang.")
    if not room.is_active:
        errors["room"] = _("Ruang ini tidak dipakai lagi. Pilih ruang lain.")
    elif room.capacity < run.quota:
        errors["room"] = _too_small(room, run)
    if not trainer.is_active:
        errors["trainer"] = _("Pelatih ini tidak mengajar lagi. Pilih pelatih lain.")
    elif run.course.topic not in trainer.topics:
        errors["trainer"] = _("%(name)s tidak mengajar bidang “%(topic)s”.") % {
            "name": trainer,
            "topic": run.course.get_topic_display(),
        }
    if errors:
        raise ValidationError(errors)


def _write(session, run, write, *, equipment):
    """Call `write` (it saves `session`) in a savepoint; the database's refusal comes out as SlotTaken.

    What the session takes is locked first, always in this order: two that want the same wait for each other here, where
    in the exclusion constraints they could block one another.
    """
    things = sorted(thing.pk for thing in equipment)
    seated = run.enrolments.filter(status__in=SITTING).values("participant_id")
    for rows in (
        Trainer.objects.filter(pk=session.trainer_id),
        Room.objects.filter(pk=session.room_id),
        Equipment.objects.filter(pk__in=things),
        Participant.objects.filter(pk__in=seated),
    ):
        list(rows.order_by("pk").select_for_update(no_key=True, of=("self",)).values_list("pk"))
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        rule = next((name for name in RULES if name in str(error)), None)
        if rule is None:
            raise
        slots = ()
        if rule != "training_session_number_once":
            slots = free_slots(
                run,
                session.trainer,
                session.room,
                _minutes(session),
                session.during.lower,
                ignoring=session.pk,
                travel_minutes=session.travel_minutes,
                equipment=things,
            )
        raise SlotTaken(rule, slots) from error


def check_equipment(session, thing):
    """Refuse a thing that another session uses at the time, with the nearest slots in which all are free. Call inside a
    transaction: the thing stays locked to its end, so that of two who want it one waits here.

    Raises SlotTaken.
    """
    Equipment.objects.select_for_update(no_key=True, of=("self",)).get(pk=thing.pk)
    uses = SessionEquipment.objects.filter(
        equipment=thing, is_cancelled=False, during__overlap=session.during
    )
    if uses.exclude(session=session.pk).exists():
        slots = free_slots(
            session.run,
            session.trainer,
            session.room,
            _minutes(session),
            session.during.lower,
            ignoring=session.pk,
            travel_minutes=session.travel_minutes,
            equipment=[thing.pk],
        )
        raise SlotTaken("training_sessionequipment_once_at_a_time", slots)


@transaction.atomic
def plan_session(
    run,
    *,
    actor,
    starts_at,
    ends_at,
    room,
    trainer,
    title="",
    number=None,
    equipment=(),
    travel_minutes=60,
):
    """A new session of `run`; it gets the next number where none is given.

    Raises SlotTaken with three free slots when something overlaps, ValidationError, StepError or PermissionDenied.
    """
    run = _lock_plannable(run, actor)
    check_place(run, starts_at=starts_at, ends_at=ends_at, room=room, trainer=trainer)
    session = Session(
        run=run,
        number=number or (run.sessions.aggregate(Max("number"))["number__max"] or 0) + 1,
        title=title,
        during=DateTimeTZRange(starts_at, ends_at, "[)"),
        room=room,
        trainer=trainer,
        travel_minutes=travel_minutes,
    )
    session.clean_fields(exclude=["venue", "with_travel"])

    def write():
        session.save(force_insert=True)
        for thing in sorted(equipment, key=lambda one: one.pk):
            SessionEquipment.objects.create(session=session, equipment=thing)
        ParticipantTime.objects.bulk_create(
            ParticipantTime(participant_id=one.participant_id, enrolment=one, session=session)
            for one in run.enrolments.filter(status__in=SITTING).order_by("participant_id")
        )

    _write(session, run, write, equipment=equipment)
    session.refresh_from_db()
    _after_change(session, run, "plan", actor=actor)
    if run.status != RunStatus.DRAFT:
        session_notices.tell_planned(session)
    return session


@transaction.atomic
def move_session(session, *, actor, starts_at, ends_at, room=None, trainer=None, note="", version=None):
    """The session at another time, in another room or by another trainer; people in the run are told.

    Raises SlotTaken with three free slots when something overlaps, StaleRecord, ValidationError, StepError or
    PermissionDenied.
    """
    run = _lock_plannable(session.run, actor)
    session = lock(session, actor) if version is None else lock_version(session, version, actor)
    session.run = run
    _still_planned(session)
    before = Session.objects.select_related("room__venue", "trainer__user").get(pk=session.pk)
    session.during = DateTimeTZRange(starts_at, ends_at, "[)")
    session.room = room or session.room
    session.trainer = trainer or session.trainer
    check_place(run, starts_at=starts_at, ends_at=ends_at, room=session.room, trainer=session.trainer)
    same = (session.during, session.room_id, session.trainer_id) == (
        before.during,
        before.room_id,
        before.trainer_id,
    )
    if same:
        return session
    session.sequence += 1
    things = [use.equipment for use in session.equipment.select_related("equipment")]
    _write(session, run, session.save, equipment=things)
    session.refresh_from_db()
    session.run = run
    _after_change(session, run, "move", actor=actor, detail={"note": note} if note else {})
    if run.status != RunStatus.DRAFT:
        session_notices.tell_moved(session, before, note=note)
    return session


@transaction.atomic
def cancel_session(session, *, actor, note):
    """The session does not take place; people in the run are told why. Raises as move_session does."""
    run = _lock_plannable(session.run, actor)
    session = lock(session, actor)
    session.run = run
    _still_planned(session)
    if not note.strip():
        raise ValidationError({"note": _("Tuliskan alasannya.")})
    _save_cancelled(session, actor=actor, note=note)
    _fit_dates(run)
    if run.status != RunStatus.DRAFT:
        session_notices.tell_session_cancelled(session, note=note)
    return session


def _still_planned(session):
    if session.status != SessionStatus.PLANNED:
        raise StepError(
            _("Pertemuan ini tidak dapat diubah lagi: statusnya “%(status)s”.")
            % {"status": session.get_status_display()}
        )


def _save_cancelled(session, *, actor, note=""):
    session.status = SessionStatus.CANCELLED
    session.sequence += 1
    session.save()
    _trace(session, "cancel", actor=actor, detail={"note": note} if note else {})


def _minutes(session):
    return round((session.during.upper - session.during.lower).total_seconds() / 60)


def _after_change(session, run, verb, *, actor, detail=None):
    _fit_dates(run)
    _trace(session, verb, actor=actor, detail=detail or {})


def _trace(session, verb, *, actor, detail):
    kind = f"training.session.{verb}"
    outbox.publish(
        kind,
        subject=session.reference,
        data={"run": session.run.reference, "starts_at": session.during.lower.isoformat()},
    )
    audit.record(actor, kind, session, detail=detail)


def _fit_dates(run):
    """A run lasts from its first session to its last."""
    times = list(run.sessions.exclude(status=SessionStatus.CANCELLED).values_list("during", flat=True))
    if not times:
        return
    starts_on = min(one.lower for one in times).astimezone(WIB).date()
    ends_on = max(one.upper for one in times).astimezone(WIB).date()
    if (run.starts_on, run.ends_on) != (starts_on, ends_on):
        run.starts_on, run.ends_on = starts_on, ends_on
        run.save(update_fields=["starts_on", "ends_on"])


# --- Free slots -------------------------------------------------------------------------------------------------------


def free_slots(
    run, trainer, room, minutes, near, count=3, *, ignoring=None, travel_minutes=60, equipment=(), now=None
):
    """Up to `count` Slots of `minutes` in office hours, the nearest to `near` first, in which `trainer`, `room`, `run`,
    its participants and the `equipment` (ids) are all free; `ignoring` is the pk of the session that is to move."""
    busy = busy_times(
        run, trainer, room, ignoring=ignoring, travel_minutes=travel_minutes, equipment=equipment
    )
    return nearest(busy, near, minutes, not_before=now or timezone.now(), count=count)


def busy_times(run, trainer, room, *, ignoring=None, travel_minutes=60, equipment=()):
    """The Slots in which a session by `trainer` in `room` would be refused; with a `run`, one of that run."""
    taken = Q(trainer=trainer) | Q(room=room) | Q(equipment__equipment__in=equipment)
    people = ParticipantTime.objects.none()
    if run is not None:
        taken |= Q(run=run)
        seated = run.enrolments.filter(status__in=SITTING).values("participant_id")
        people = ParticipantTime.objects.filter(is_cancelled=False, participant__in=seated).exclude(
            session__run=run
        )
    others = (
        Session.objects.exclude(status=SessionStatus.CANCELLED)
        .exclude(pk=ignoring)
        .filter(taken)
        .values_list("during", "trainer_id", "venue_id", "travel_minutes")
    )
    busy = []
    for during, teaches, venue, travel in others:
        away = timedelta()
        if teaches == trainer.pk and venue != room.venue_id:
            # Each of the two sessions keeps half of its own travel time free.
            away = timedelta(minutes=travel + travel_minutes) / 2
        busy.append(Slot(during.lower - away, during.upper + away))
    gone = Unavailability.objects.filter(Q(trainer=trainer) | Q(room=room)).values_list("during", flat=True)
    return [*busy, *(Slot(one.lower, one.upper) for one in (*gone, *people.values_list("during", flat=True)))]


# --- Copies on other dates --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CopiedSession:
    """A session of a run to be copied: where it comes from, when it will be, whether weekends or holidays moved it, and
    the sentence of what stands in its way."""

    original: Session
    starts_at: object
    ends_at: object
    is_shifted: bool
    problem: str = ""

    def __str__(self):
        return str(Slot(self.starts_at, self.ends_at))


def shifted_days(days, starts_on, *, days_off=()):
    """Each of `days` (sorted, distinct) as far from `starts_on` as it was from the first, moved on to a working day and
    never onto or before the one before it."""
    moved, last = {}, None
    for day in days:
        wanted = starts_on + (day - days[0])
        if last is not None and wanted <= last:
            wanted = last + timedelta(days=1)
        last = moved[day] = next_working_day(wanted, days_off=days_off)
    return moved


def preview_clone(run, starts_on, *, days_off=()):
    """What the sessions of `run` would be if it began on `starts_on`: CopiedSessions in order."""
    sessions = list(
        run.sessions.exclude(status=SessionStatus.CANCELLED)
        .select_related("room__venue", "trainer")
        .order_by("during")
    )
    days = sorted({one.during.lower.astimezone(WIB).date() for one in sessions})
    moved = shifted_days(days, starts_on, days_off=days_off)
    found = []
    for session in sessions:
        day = session.during.lower.astimezone(WIB).date()
        shift = timedelta(days=(moved[day] - day).days)
        slot = Slot(session.during.lower + shift, session.during.upper + shift)
        found.append(
            CopiedSession(
                session,
                slot.starts_at,
                slot.ends_at,
                is_shifted=moved[day] != starts_on + (day - days[0]),
                problem=_problem_of_copy(session, slot),
            )
        )
    return found


def _problem_of_copy(session, slot):
    empty = Run(course=session.run.course, quota=session.run.quota)
    try:
        check_place(
            empty, starts_at=slot.starts_at, ends_at=slot.ends_at, room=session.room, trainer=session.trainer
        )
    except ValidationError as error:
        return " ".join(error.messages)
    busy = busy_times(None, session.trainer, session.room, travel_minutes=session.travel_minutes)
    if any(slot.overlaps(other) for other in busy):
        slots = nearest(busy, slot.starts_at, _minutes(session), not_before=timezone.now())
        words = _("Pelatih atau ruang tidak kosong pada waktu itu.")
        if slots:
            words += " " + _("Waktu kosong terdekat: %(slots)s.") % {"slots": "; ".join(map(str, slots))}
        return words
    return ""


@transaction.atomic
def clone_run(run, *, actor, batch, starts_on: date, days_off=()):
    """A draft like `run` under the name `batch`, its sessions from `starts_on` on working days, registration as long
    before as it was. All or nothing: raises ValidationError naming each session that cannot be placed."""
    copied = preview_clone(run, starts_on, days_off=days_off)
    first = copied[0].starts_at.astimezone(WIB).date() if copied else starts_on
    shift = timedelta(days=(first - run.starts_on).days)
    fields = {name: getattr(run, name) for name in RUN_FIELDS}
    fields |= {
        "batch": batch,
        "starts_on": first,
        "ends_on": copied[-1].ends_at.astimezone(WIB).date() if copied else run.ends_on + shift,
        "registration_from": run.registration_from + shift,
        "registration_until": run.registration_until + shift,
    }
    made = make_run(actor=actor, **fields)
    Run.objects.filter(pk=made.pk).update(cloned_from=run)
    errors = []
    for number, one in enumerate(copied, 1):
        try:
            plan_session(
                made,
                actor=actor,
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                room=one.original.room,
                trainer=one.original.trainer,
                title=one.original.title,
                number=number,
                equipment=[use.equipment for use in one.original.equipment.select_related("equipment")],
                travel_minutes=one.original.travel_minutes,
            )
        except ValidationError as error:
            errors.append(
                _("Pertemuan %(number)d (%(time)s): %(why)s")
                % {"number": number, "time": one, "why": " ".join(error.messages)}
            )
    if errors:
        raise ValidationError(errors)
    made.refresh_from_db()
    return made
