"""Sessions: who teaches which run where and when. Overlaps are refused by the database, by whatever door they come."""

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import ReferenceField
from core.history import track
from core.records import BumpVersion, Versioned, closed
from training.enums import SessionStatus
from training.models.course import Run
from training.models.resources import Equipment, Room, Trainer, Venue


class PlaceSession(pgtrigger.Trigger):
    """Copies the room's venue, and widens the time by the way to and from it, for the rule on travel."""

    name = "place_session"
    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update
    func = """
        NEW.venue_id := (SELECT venue_id FROM training_room WHERE id = NEW.room_id);
        NEW.with_travel := tstzrange(
            lower(NEW.during) - make_interval(mins => NEW.travel_minutes) / 2,
            upper(NEW.during) + make_interval(mins => NEW.travel_minutes) / 2, '[)'
        );
        RETURN NEW;
    """


class RefuseUnavailable(pgtrigger.Trigger):
    """A session may not lie in a time in which its trainer or room cannot be had."""

    name = "refuse_unavailable"
    when = pgtrigger.After
    operation = pgtrigger.Insert | pgtrigger.Update
    func = """
        IF NEW.status <> 'cancelled' AND EXISTS (
            SELECT 1 FROM training_unavailability u
            WHERE u.during && NEW.during AND (u.trainer_id = NEW.trainer_id OR u.room_id = NEW.room_id)
        ) THEN
            RAISE EXCEPTION 'training_session_within_availability' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    """


class MoveWithSession(pgtrigger.Trigger):
    """Equipment and participants move with their session, so that a move that makes two of them overlap is refused."""

    name = "move_with_session"
    when = pgtrigger.After
    operation = pgtrigger.UpdateOf("during", "status")
    func = """
        UPDATE training_sessionequipment SET during = NEW.during, is_cancelled = NEW.status = 'cancelled'
        WHERE session_id = NEW.id;
        UPDATE training_participanttime SET during = NEW.during, is_cancelled = NEW.status = 'cancelled'
        WHERE session_id = NEW.id;
        RETURN NULL;
    """


@track(exclude=["version", "modified_at", "with_travel"])
class Session(Versioned):
    """A meeting of a run. `during` holds its first moment and not its last, so that back-to-back is allowed."""

    reference = ReferenceField(prefix="SES")
    run = models.ForeignKey(
        Run, on_delete=models.CASCADE, related_name="sessions", verbose_name=_("angkatan")
    )
    number = models.PositiveSmallIntegerField(_("pertemuan ke"))
    title = models.CharField(_("materi"), max_length=160, blank=True)
    status = models.CharField(_("status"), max_length=9, choices=SessionStatus, default=SessionStatus.PLANNED)
    during = DateTimeRangeField(_("waktu"))
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="sessions", verbose_name=_("ruang"))
    trainer = models.ForeignKey(
        Trainer, on_delete=models.PROTECT, related_name="sessions", verbose_name=_("pelatih")
    )
    travel_minutes = models.PositiveSmallIntegerField(_("waktu perjalanan antartempat (menit)"), default=60)
    venue = models.ForeignKey(
        Venue, on_delete=models.PROTECT, related_name="sessions", editable=False, blank=True
    )
    with_travel = DateTimeRangeField(editable=False, blank=True)
    sequence = models.PositiveSmallIntegerField(_("perubahan jadwal ke"), default=0, editable=False)

    class SessionQuerySet(models.QuerySet):
        def visible_to(self, user):
            return self.filter(run__in=Run.objects.visible_to(user))

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("pertemuan")
        verbose_name_plural = _("pertemuan")
        ordering = ["during", "id"]
        constraints = [
            closed("training_session", "status", SessionStatus),
            models.UniqueConstraint(fields=["run", "number"], name="training_session_number_once"),
            models.CheckConstraint(
                condition=Q(
                    during__isempty=False,
                    during__lower_inc=True,
                    during__upper_inc=False,
                    during__lower_inf=False,
                    during__upper_inf=False,
                ),
                name="training_session_has_a_beginning_and_an_end",
                violation_error_message=_("Jam selesai harus sesudah jam mulai."),
            ),
            ExclusionConstraint(
                name="training_session_trainer_once",
                expressions=[("trainer", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=~Q(status="cancelled"),
                violation_error_message=_("Pelatih ini sudah mengajar pada waktu itu."),
            ),
            ExclusionConstraint(
                name="training_session_trainer_needs_travel",
                expressions=[
                    ("trainer", RangeOperators.EQUAL),
                    ("venue", RangeOperators.NOT_EQUAL),
                    ("with_travel", RangeOperators.OVERLAPS),
                ],
                condition=~Q(status="cancelled"),
                violation_error_message=_("Pelatih ini belum sempat pindah dari tempat lain."),
            ),
            ExclusionConstraint(
                name="training_session_room_once",
                expressions=[("room", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=~Q(status="cancelled"),
                violation_error_message=_("Ruang ini sudah dipakai pada waktu itu."),
            ),
            ExclusionConstraint(
                name="training_session_run_once",
                expressions=[("run", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=~Q(status="cancelled"),
                violation_error_message=_("Angkatan ini sudah bertemu pada waktu itu."),
            ),
        ]
        indexes = [GistIndex(fields=["during"], name="training_session_time")]
        triggers = [BumpVersion(), PlaceSession(), RefuseUnavailable(), MoveWithSession()]

    def __str__(self):
        return f"{self.run} – {self.number}"


class CopySessionTime(pgtrigger.Trigger):
    """The time of what belongs to a session is the session's own, whoever writes the row."""

    name = "copy_session_time"
    when = pgtrigger.Before
    operation = pgtrigger.Insert
    func = """
        SELECT during, status = 'cancelled' INTO NEW.during, NEW.is_cancelled
        FROM training_session WHERE id = NEW.session_id;
        RETURN NEW;
    """


class SessionEquipment(models.Model):
    """A thing used in a session."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="equipment")
    equipment = models.ForeignKey(
        Equipment, on_delete=models.PROTECT, related_name="uses", verbose_name=_("peralatan")
    )
    during = DateTimeRangeField(editable=False, blank=True)
    is_cancelled = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = _("peralatan pertemuan")
        verbose_name_plural = _("peralatan pertemuan")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["session", "equipment"], name="training_sessionequipment_once"),
            ExclusionConstraint(
                name="training_sessionequipment_once_at_a_time",
                expressions=[("equipment", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(is_cancelled=False),
                violation_error_message=_("Peralatan ini sudah dipakai pada waktu itu."),
            ),
        ]
        triggers = [CopySessionTime()]

    def __str__(self):
        return f"{self.equipment}: {self.session_id}"
