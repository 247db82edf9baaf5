"""A workflow is a table of data: STEPS on the model, one function that takes a step, one that lists what is open.

STEPS = {"submit": Step({Status.DRAFT}, Status.SUBMITTED, "ikm.submit_business", _("Kirim"))}
"""

from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, outbox
from core.models import StepLine


@dataclass(frozen=True)
class Step:
    """An edge of a workflow.

    `other_than` names earlier steps whose actor may not take this one: who proposes does not approve, superusers
    included. `needs_note` asks for a reason.
    """

    sources: frozenset
    target: str
    permission: str
    label: str
    other_than: tuple = ()
    needs_note: bool = False

    def __post_init__(self):
        object.__setattr__(self, "sources", frozenset(self.sources))


class StepError(ValidationError):
    """The record is not in a status from which this step leads on (HTTP 409)."""

    def __init__(self, message):
        super().__init__(message, code="step_out_of_turn")


def history(record):
    """The record's step lines, oldest first."""
    return StepLine.objects.filter(
        content_type=ContentType.objects.get_for_model(record), object_id=record.pk
    ).select_related("actor")


def _took_part(record, step, actor):
    """Whether `actor` was the last to take one of the steps that must be another person's."""
    for name in step.other_than:
        last = history(record).filter(step=name).last()
        if last and last.actor_id == actor.pk:
            return True
    return False


def open_steps(record, actor):
    """Names and Steps that `actor` may take on `record` now: what the buttons of all doors show."""
    return {
        name: step
        for name, step in record.STEPS.items()
        if record.status in step.sources
        and actor.has_perm(step.permission)
        and not _took_part(record, step, actor)
    }


def steps_of_others(record, actor):
    """Names and Steps that `actor` might take on `record` now, had he or she not taken the part that goes before."""
    return {
        name: step
        for name, step in record.STEPS.items()
        if record.status in step.sources
        and actor.has_perm(step.permission)
        and _took_part(record, step, actor)
    }


def lock(record, actor):
    """`record` fetched again through what `actor` may see, its row locked to the end of the transaction.

    Raises the model's DoesNotExist for a stranger.
    """
    return type(record).objects.visible_to(actor).select_for_update(of=("self",)).get(pk=record.pk)


def begin(record, name, *, actor, note=""):
    """The first line of a record's history: `actor` made it by `name` (a word, no step of STEPS; `other_than` may name
    it). Call inside the transaction that makes the record."""
    StepLine.objects.create(
        subject=record, step=name, from_status="", to_status=record.status, actor=actor, note=note
    )
    kind = f"{record._meta.label_lower}.{name}"
    outbox.publish(kind, subject=record.reference, data={"status": record.status})
    audit.record(actor, kind, record)


@transaction.atomic
def take_step(record, name, *, actor, note="", **fields):
    """Move `record` along its step `name`, set `fields`, write the history line, the audit line and the event.

    Returns the fresh, saved record. Raises PermissionDenied, DoesNotExist (not visible), StepError (out of turn) or
    ValidationError; then nothing is changed.
    """
    step = record.STEPS[name]
    if not actor.has_perm(step.permission):
        raise PermissionDenied(_("Peran Anda tidak mencakup langkah ini."))
    locked = lock(record, actor)
    if locked.status not in step.sources:
        raise _out_of_turn(locked, step)
    if _took_part(locked, step, actor):
        raise PermissionDenied(_("Langkah ini harus dilakukan oleh orang lain, bukan yang mengusulkan."))
    if step.needs_note and not note.strip():
        raise ValidationError({"note": _("Tuliskan alasannya.")})
    return _move(locked, name, actor=actor, note=note, fields=fields)


def follow_step(record, name, *, actor, note="", **fields):
    """Like take_step where the step is nobody's choice but follows from what `actor` recorded (the last payment settles a
    loan), so that no permission is asked. The caller holds the row's lock and a transaction."""
    step = record.STEPS[name]
    if record.status not in step.sources:
        raise _out_of_turn(record, step)
    return _move(record, name, actor=actor, note=note, fields=fields)


def _out_of_turn(record, step):
    return StepError(
        _("Langkah “%(step)s” tidak dapat dilakukan karena statusnya kini “%(status)s”. Muat ulang halaman.")
        % {"step": step.label, "status": record.get_status_display()}
    )


def _move(locked, name, *, actor, note, fields):
    step = locked.STEPS[name]
    before = locked.status
    locked.status = step.target
    for field, value in fields.items():
        setattr(locked, field, value)
    locked.full_clean()
    locked.save()
    if hasattr(locked, "version"):
        locked.refresh_from_db(fields=["version", "modified_at"])  # counted by the database
    StepLine.objects.create(
        subject=locked, step=name, from_status=before, to_status=step.target, actor=actor, note=note
    )
    kind = f"{locked._meta.label_lower}.{name}"
    outbox.publish(kind, subject=locked.reference, data={"status": step.target})
    audit.record(actor, kind, locked, detail={"from": before, "to": step.target})
    return locked
