"""A freed seat is offered to the next on the waiting list for some hours, by a link; declined or not answered, it goes on."""

import hashlib
import secrets
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from core.languages import in_indonesian
from core.workflow import StepError, follow_step, lock
from training import notifications
from training.enums import Admission, EnrolmentStatus, RunStatus
from training.models import Enrolment, Run
from training.selectors import entries, starts_at, waiting_entries
from training.services.seats import free_times, hold_times, lock_people, lock_run

#: While these last, seats are given out: before the first day, and not before a selection was drawn.
OFFERING = (RunStatus.PUBLISHED, RunStatus.SELECTED)


def hash_token(token):
    """What is kept of a link: 64 hex digits."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def offer_next(run, *, actor=None):
    """Offer the free seats of the run to the waiting list, in its order. Returns the entries that got an offer.

    People who come together are offered their seats at once, as soon as enough are free for all of them; until then they
    keep their place and smaller entries behind them go first. Without an `actor` (time did it) the line in the history
    stands under who would answer.
    """
    run = lock_run(run)
    begins = starts_at(run)
    now = timezone.now()
    if run.status not in OFFERING or begins <= now:
        return []
    if run.admission == Admission.SELECTION and run.status == RunStatus.PUBLISHED:
        return []
    offered, free = [], run.seats_free
    if free <= 0:
        return []
    until = min(now + timedelta(hours=run.offer_hours), begins)
    for entry in waiting_entries(run):
        if len(entry) > free:
            continue
        free -= len(entry)
        token = secrets.token_urlsafe(24)
        entry = [
            follow_step(
                one,
                "offer",
                actor=actor or notifications.answering(one),
                offered_until=until,
                offer_token=hash_token(token),
            )
            for one in entry
        ]
        notifications.tell_offer(entry, token)
        offered.append(entry)
        if free == 0:
            break
    return offered


def offer_of(token):
    """The enrolments behind a link, in their order; [] for a link that leads nowhere."""
    if not token:
        return []
    return list(
        Enrolment.objects.filter(offer_token=hash_token(token))
        .select_related("run__course", "participant__user", "business", "enrolled_by")
        .order_by("position", "id")
    )


def entry_of(enrolment):
    """Everybody who was offered a seat together with this person."""
    rows = Enrolment.objects.filter(run=enrolment.run, offer_token=enrolment.offer_token).exclude(
        offer_token=""
    )
    return list(
        rows.select_related("participant__user", "enrolled_by", "business").order_by("position", "id")
    )


@transaction.atomic
def accept_offer(enrolment, *, actor=None):
    """Take the offered seat, for all who were offered theirs together. Accepting twice is accepting once.

    `actor` None: whoever holds the link. Raises ValidationError for an offer that is over and for somebody who sits in
    another course at the time, StepError when the seat was declined before.
    """
    run = lock_run(enrolment.run)
    entry = _answerable(enrolment, actor)
    if all(one.status == EnrolmentStatus.ENROLLED for one in entry):
        return entry
    standing = [one for one in entry if one.status == EnrolmentStatus.OFFERED]
    if not standing or min(one.offered_until for one in standing) <= timezone.now():
        raise StepError(_("Tawaran ini sudah berakhir, dan kursinya diteruskan kepada yang berikutnya."))
    lock_people([one.participant_id for one in standing])
    for one in standing:
        one.run = run
    hold_times(standing)
    accepted = [
        follow_step(one, "accept", actor=actor or notifications.answering(one), note=_by(actor))
        for one in standing
    ]
    notifications.tell_accepted(accepted)
    return accepted


@transaction.atomic
def decline_offer(enrolment, *, actor=None):
    """Give the offered seat back; it is offered to the next at once. Declining twice is declining once."""
    run = lock_run(enrolment.run)
    entry = _answerable(enrolment, actor)
    if all(one.status == EnrolmentStatus.DECLINED for one in entry):
        return entry
    standing = [one for one in entry if one.status == EnrolmentStatus.OFFERED]
    if not standing:
        raise StepError(_("Tidak ada tawaran yang menunggu jawaban."))
    declined = [
        follow_step(one, "decline", actor=actor or notifications.answering(one), note=_by(actor))
        for one in standing
    ]
    free_times(declined)
    offer_next(run, actor=actor or notifications.answering(declined[0]))
    return declined


def _answerable(enrolment, actor):
    """The entry, for whoever may answer: who sees the enrolment and holds the permission, or nobody signed in but the link."""
    if actor is not None:
        if not actor.has_perm("training.answer_offer"):
            raise PermissionDenied(_("Peran Anda tidak mencakup langkah ini."))
        enrolment = lock(enrolment, actor)
    entry = entry_of(enrolment)
    if not entry:
        raise StepError(_("Tidak ada tawaran kursi untuk orang ini."))
    return entry


@in_indonesian
def _by(actor):
    return "" if actor else _("lewat tautan tawaran")


def expire_offers(now=None):
    """End every offer that nobody answered in time and offer its seat on; fill seats that became free by any other door.

    Returns (offers ended, offers made). Each run is its own transaction.
    """
    now = now or timezone.now()
    ended = made = 0
    due = Run.objects.filter(
        enrolments__status=EnrolmentStatus.OFFERED, enrolments__offered_until__lte=now
    ) | Run.objects.filter(
        enrolments__status=EnrolmentStatus.WAITING, seats_taken__lt=F("quota"), status__in=OFFERING
    )
    for run in due.distinct().order_by("pk"):
        with transaction.atomic():
            run = lock_run(run)
            over = run.enrolments.filter(status=EnrolmentStatus.OFFERED, offered_until__lte=now)
            for entry in entries(over.select_related("participant__user", "enrolled_by", "business")):
                entry = [
                    follow_step(one, "expire", actor=notifications.answering(one), note="tidak dijawab")
                    for one in entry
                ]
                free_times(entry)
                notifications.tell_expired(entry)
                ended += len(entry)
            made += sum(len(entry) for entry in offer_next(run))
    return ended, made
