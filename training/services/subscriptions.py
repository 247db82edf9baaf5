"""A person's own calendar address and reminders: made, revoked, sent."""

import secrets
from datetime import timedelta
from hashlib import sha256

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, outbox
from core.dates import today
from core.slots import Slot
from training.enums import EnrolmentStatus, RunStatus, SessionStatus
from training.models import CalendarFeed, ReminderOptOut, SentReminder, Session
from training.session_notices import course_title, people_in

#: Days before a session on which people are reminded; a worker that was away a day still makes up for it.
REMINDERS = (3, 1)


def token_hash(token):
    return sha256(token.encode()).hexdigest()


@transaction.atomic
def make_feed(*, actor):
    """A new secret token of the actor's calendar; one made before no longer opens it. Only its hash is kept."""
    token = secrets.token_urlsafe(32)
    CalendarFeed.objects.update_or_create(
        user=actor, defaults={"token_hash": token_hash(token), "made_at": timezone.now()}
    )
    audit.record(actor, "training.make_feed", actor)
    return token


@transaction.atomic
def revoke_feed(*, actor):
    """The actor's calendar address opens nothing any more."""
    CalendarFeed.objects.filter(user=actor).delete()
    audit.record(actor, "training.revoke_feed", actor)


@transaction.atomic
def set_reminders(wanted, *, actor):
    """Whether the actor wants to be reminded of sessions."""
    if wanted:
        ReminderOptOut.objects.filter(user=actor).delete()
    else:
        ReminderOptOut.objects.get_or_create(user=actor)


def send_reminders(day=None):
    """Remind everybody with a seat of the sessions three days and one day ahead of `day` (today), once each. Returns how
    many reminders were written."""
    day = day or today()
    sent = 0
    for days_before in REMINDERS:
        last = day + timedelta(days=days_before)
        sessions = (
            Session.objects.filter(
                status=SessionStatus.PLANNED,
                run__status__in=[RunStatus.PUBLISHED, RunStatus.SELECTED, RunStatus.RUNNING],
                during__startswith__date__range=(last - timedelta(days=1), last),
                during__startswith__gt=timezone.now(),
            )
            .select_related("run__course", "room__venue")
            .order_by("pk")
        )
        for session in sessions:
            sent += _remind(session, days_before)
    return sent


def _remind(session, days_before):
    people = people_in(session.run, [EnrolmentStatus.ENROLLED])
    silent = set(ReminderOptOut.objects.filter(user__in=people).values_list("user_id", flat=True))
    count = 0
    for person in people:
        if person.pk not in silent:
            with transaction.atomic():
                # The row is the lock: of two workers one makes it.
                count += _remind_once(session, person, days_before)
    return count


def _remind_once(session, person, days_before):
    _row, is_new = SentReminder.objects.get_or_create(
        session=session,
        recipient=person,
        days_before=days_before,
        on=timezone.localdate(session.during.lower),
    )
    if is_new:
        outbox.tell(
            person,
            title=lambda: _("Pengingat: %(course)s") % {"course": course_title(session.run)},
            body=lambda: (
                _(
                    "Pertemuan %(number)d: %(time)s, di %(room)s. Tidak ingin diingatkan? Ubah di halaman %(page)s."
                )
                % {
                    "number": session.number,
                    "time": str(Slot(session.during.lower, session.during.upper)),
                    "room": session.room,
                    "page": reverse("my_calendar"),
                }
            ),
            link=reverse("training_run", args=[session.run.reference]),
            about=session.run.reference,
        )
    return is_new
