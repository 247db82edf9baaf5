"""People come into a run and leave it. Whoever takes or frees a seat holds the lock of the run's row."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Channel, Purpose
from accounts.services import give_consent
from core import audit
from core.workflow import StepError, begin, take_step
from ikm.models import Business, Owner
from training import notifications
from training.eligibility import failures
from training.enums import ACTIVE, Admission, EnrolmentStatus, RunStatus
from training.fairness import NO_SHOWS
from training.models import Enrolment, EnrolmentGroup, Participant
from training.selectors import BEHIND, findings_for, no_shows, starts_at
from training.services.offers import offer_next
from training.services.people import check_may_enrol, owner_as_participant
from training.services.seats import free_times, hold_times, lock_people, lock_run

FULL = gettext_lazy("Kursi dan daftar tunggu sudah penuh. Pilih angkatan lain, atau lihat lagi nanti.")


class RunFull(StepError):
    """Neither a seat nor a waiting place is left (HTTP 409)."""


@transaction.atomic
def enrol(run, people, *, business, actor):
    """Bring `people` (Participants or Owners of the business) into the run. Returns their Enrolments, in that order.

    By order of arrival they get seats while there are any, then waiting places; for a run with a selection they apply.
    Several people are a group and stay together: all get seats, or all stand on the waiting list in one block. The same call
    again returns what the first one made. Raises PermissionDenied, ValidationError with the conditions not met, RunFull.
    """
    check_may_enrol(business, actor)
    if not people:
        raise ValidationError(_("Pilih paling sedikit satu orang."))
    run = lock_run(run)
    business = Business.objects.get(pk=business.pk)
    people = _as_participants(people, business, actor)
    if made := _made_before(run, people, business):
        return made
    findings = findings_for(run, business, people)
    _refuse_who_does_not_fit(people, findings)
    offer_next(run, actor=actor)
    status = _status_for(run, len(people))
    entry = _write(run, people, findings, business=business, actor=actor, status=status)
    if status == EnrolmentStatus.ENROLLED:
        hold_times(entry)
    for one in entry:
        begin(one, "enrol", actor=actor)
    for one in people:
        _consent(one, actor)
    notifications.tell_enrolled(entry)
    return entry


def _as_participants(people, business, actor):
    """Saved and locked, in the order given. Made in one order by all, so that parallel entries never block each other."""
    owners = [one for one in people if isinstance(one, Owner)]
    known = {}
    for owner in sorted(owners, key=lambda one: one.pk):
        if not business.ownerships.filter(owner=owner).exists():
            raise ValidationError(_("%(name)s bukan pemilik usaha ini.") % {"name": owner.name})
        known[owner.pk] = owner_as_participant(business, owner, actor=actor)
    made = [known[one.pk] if isinstance(one, Owner) else one for one in people]
    if len({one.pk for one in made}) < len(made):
        raise ValidationError(_("Orang yang sama dipilih dua kali."))
    for one in people:
        if isinstance(one, Participant) and one.business_id != business.pk:
            raise ValidationError(_("%(name)s bukan pekerja usaha ini.") % {"name": one.name})
    locked = {one.pk: one for one in lock_people([one.pk for one in made])}
    return [locked[one.pk] for one in made]


def _made_before(run, people, business):
    """The enrolments of an entry that was sent before, [] if this one is new.

    Raises ValidationError when some of the people are in the run and the entry is another one.
    """
    standing = {
        one.participant_id: one
        for one in Enrolment.objects.filter(run=run, participant__in=people, status__in=ACTIVE)
    }
    if not standing:
        return []
    if len(standing) == len(people) and {one.business_id for one in standing.values()} == {business.pk}:
        groups = {one.group_id for one in standing.values()}
        group = groups.pop()
        together = Enrolment.objects.filter(group=group, status__in=ACTIVE).count() if group else 1
        if not groups and together == len(people):
            return [standing[one.pk] for one in people]
    raise ValidationError(
        [
            _("%(name)s sudah terdaftar pada angkatan ini.") % {"name": one.name}
            for one in people
            if one.pk in standing
        ]
    )


def _refuse_who_does_not_fit(people, findings):
    told = []
    for one, found in zip(people, findings, strict=True):
        for sentence in failures(found):
            if sentence not in told:
                told.append(sentence if len(people) == 1 else f"{one.name}: {sentence}")
    if told:
        raise ValidationError([ValidationError(one, code="not_eligible") for one in told])


def _status_for(run, count):
    if run.admission == Admission.SELECTION:
        return EnrolmentStatus.APPLIED
    run.refresh_from_db(fields=["seats_taken"])
    if count <= run.seats_free:
        return EnrolmentStatus.ENROLLED
    if run.enrolments.filter(status=EnrolmentStatus.WAITING).count() + count <= run.reserve:
        return EnrolmentStatus.WAITING
    raise RunFull(FULL)


def _write(run, people, findings, *, business, actor, status):
    now = timezone.now()
    group = None
    if len(people) > 1:
        group = EnrolmentGroup.objects.create(run=run, business=business, made_by=actor)
    position = None
    if status == EnrolmentStatus.WAITING:
        absences = no_shows([one.pk for one in people])
        position = next_position(run, is_behind=max(absences.values(), default=0) >= NO_SHOWS)
    return [
        Enrolment.objects.create(
            run=run,
            participant=one,
            business=business,
            group=group,
            status=status,
            enrolled_by=actor,
            applied_at=now,
            position=None if position is None else position + place,
            findings=[finding.as_json() for finding in found],
        )
        for place, (one, found) in enumerate(zip(people, findings, strict=True))
    ]


def next_position(run, *, is_behind):
    """The next free waiting place: behind everybody, or before those who stayed away twice."""
    same = run.enrolments.filter(position__gte=BEHIND if is_behind else 0)
    if not is_behind:
        same = same.filter(position__lt=BEHIND)
    last = same.order_by("-position").values_list("position", flat=True).first()
    return (last or (BEHIND if is_behind else 0)) + 1


def _consent(participant, actor):
    """Whoever enrols says that the person agrees; the door asks for it before it calls."""
    by_official = actor.is_staff
    give_consent(
        participant,
        Purpose.REGISTER,
        actor=actor,
        channel=Channel.COUNTER if by_official else Channel.PORTAL,
        given_by_name=participant.name if by_official else "",
    )


def may_still_cancel(enrolment):
    """Whether the people themselves may still step back: until the run begins."""
    return timezone.now() < starts_at(enrolment.run)


@transaction.atomic
def cancel_enrolment(enrolment, *, actor, note=""):
    """One person steps back, or an official takes the enrolment out, with a reason. A freed seat is offered on at once.

    Raises ValidationError for a person after the run began, StepError when there is nothing left to cancel.
    """
    run = lock_run(enrolment.run)
    by_official = actor.is_staff and actor.has_perm("training.select_participants")
    if not by_official and not may_still_cancel(enrolment):
        raise ValidationError(_("Pelatihan sudah mulai. Beri tahu petugas di tempat bila Anda berhenti."))
    if by_official and not note.strip():
        raise ValidationError({"note": _("Tuliskan alasannya.")})
    cancelled = take_step(enrolment, "cancel", actor=actor, note=note, reason=note.strip()[:300])
    free_times([cancelled])
    if by_official:
        notifications.tell_cancelled([cancelled], note.strip())
    offer_next(run, actor=actor)
    return cancelled


@transaction.atomic
def change_quota(run, quota, *, actor):
    """Give the run more seats or fewer; what becomes free is offered to the waiting list at once.

    Raises ValidationError when more people have a seat than would remain.
    """
    if not actor.has_perm("training.publish_run"):
        raise PermissionDenied(_("Peran Anda tidak mencakup langkah ini."))
    run = lock_run(run)
    if run.status in {RunStatus.COMPLETED, RunStatus.CANCELLED}:
        raise StepError(_("Angkatan ini sudah selesai atau dibatalkan."))
    if quota < run.seats_taken:
        raise ValidationError(
            {
                "quota": _("%(count)s kursi sudah terisi. Jumlah kursi tidak dapat kurang dari itu.")
                % {"count": run.seats_taken}
            }
        )
    before, run.quota = run.quota, quota
    run.full_clean()
    run.save(update_fields=["quota"])
    offer_next(run, actor=actor)
    audit.record(actor, "training.run.change_quota", run, detail={"from": before, "to": quota})
    return run


@transaction.atomic
def seat_participant(enrolment, *, actor, note):
    """An official gives a seat out of turn to somebody on the waiting list, for a reason that is kept and shown.

    Raises ValidationError without a reason, before a selection was drawn, and for an overlap; RunFull without a free seat.
    """
    run = lock_run(enrolment.run)
    if not note.strip():
        raise ValidationError({"note": _("Tuliskan alasannya.")})
    if run.admission == Admission.SELECTION and not run.seed:
        raise ValidationError(_("Angkatan ini diundi. Sebelum diundi tidak ada yang diberi kursi."))
    if run.seats_free < 1:
        raise RunFull(_("Tidak ada kursi kosong. Tambah jumlah kursi lebih dahulu."))
    lock_people([enrolment.participant_id])
    seated = take_step(enrolment, "seat", actor=actor, note=note, reason=note.strip()[:300])
    hold_times([seated])
    notifications.tell_accepted([seated])
    return seated
