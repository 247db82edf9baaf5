"""Sessions as iCalendar (RFC 5545). A session keeps its UID for life; a move raises SEQUENCE, a cancelled one stays with
STATUS:CANCELLED, so that what people subscribed to follows."""

from datetime import timedelta

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from core.dates import WIB
from core.delivery import absolute
from core.models import StepLine
from training.enums import SEATED, EnrolmentStatus, RunStatus, SessionStatus
from training.models import Enrolment, Session
from training.session_notices import course_title

#: Feeds reach so far back; calendars keep what they have seen.
REACH_BACK = timedelta(days=90)
#: How often a calendar should ask again.
REFRESH = timedelta(hours=1)


def announced():
    """Sessions of announced runs from REACH_BACK on, with what a calendar shows."""
    return (
        Session.objects.exclude(run__status=RunStatus.DRAFT)
        .filter(during__endswith__gte=timezone.now() - REACH_BACK)
        .select_related("run__course", "room", "venue", "trainer")
        .order_by("during", "pk")
    )


def sessions_of(user):
    """The announced sessions in which `user` has a seat, or somebody without an account whom he or she enrolled, and those
    that `user` teaches. A cancelled run stays with who had a seat in it: a calendar learns of it from the cancelled sessions."""
    had_a_seat = StepLine.objects.filter(
        content_type=ContentType.objects.get_for_model(Enrolment),
        object_id=OuterRef("pk"),
        from_status__in=[EnrolmentStatus.ENROLLED, EnrolmentStatus.OFFERED],
        to_status=EnrolmentStatus.CANCELLED,
    )
    mine = Enrolment.objects.filter(
        Q(participant__user=user) | Q(participant__user=None, enrolled_by=user)
    ).filter(
        Q(status__in=[*SEATED, EnrolmentStatus.OFFERED])
        | Q(Exists(had_a_seat), status=EnrolmentStatus.CANCELLED, run__status=RunStatus.CANCELLED)
    )
    return announced().filter(Q(run__in=mine.values("run")) | Q(trainer__user=user))


def calendar_file(sessions, *, name):
    """The bytes of a calendar called `name` with `sessions`. The same sessions give the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", "-//Dinas Perindustrian Kota Semarang//Portal IKM//ID")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", WIB.key)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for session in sessions:
        calendar.add_component(_event(session))
    calendar.add_missing_timezones()
    return calendar.to_ical()


def uid_of(session):
    """What a session is called in every calendar, for life."""
    return f"{session.reference}@portal-ikm-semarang"


def _event(session):
    run, event = session.run, Event()
    event.add("uid", uid_of(session))
    event.add("sequence", session.sequence)
    event.add("dtstamp", session.modified_at)
    event.add("last-modified", session.modified_at)
    event.add("dtstart", session.during.lower.astimezone(WIB))
    event.add("dtend", session.during.upper.astimezone(WIB))
    title = f"{course_title(run)} – {run.batch}"
    event.add("summary", f"{title} ({session.number})" + (f": {session.title}" if session.title else ""))
    event.add("location", f"{session.room.name}, {session.venue.name}, {session.venue.address}")
    event.add(
        "description",
        _("Pelatih: %(trainer)s. Nomor %(run)s.") % {"trainer": session.trainer, "run": run.reference},
    )
    event.add("status", "CANCELLED" if session.status == SessionStatus.CANCELLED else "CONFIRMED")
    event.add("url", absolute(reverse("training_run", args=[run.reference])))
    return event
