"""A seat and the times it keeps busy: what enrolment, selection and offers share. The caller holds the lock of the run."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from training.models import Participant, ParticipantTime, Run
from training.notifications import course_title
from training.selectors import overlapping_course


def lock_run(run):
    """The run, its row locked to the end of the transaction: whoever takes or frees a seat passes here one at a time."""
    return Run.objects.select_for_update(of=("self",)).select_related("course").get(pk=run.pk)


def lock_people(participant_ids):
    """Their rows locked in one order, so that two courses that seat the same people wait and never block each other."""
    rows = Participant.objects.filter(pk__in=participant_ids).order_by("pk")
    return list(rows.select_for_update(no_key=True, of=("self",)))


def hold_times(entry):
    """Keep the people of an entry busy while their run meets.

    Raises ValidationError naming the other course of somebody who sits elsewhere at the time; the database refuses it.
    """
    run = entry[0].run
    meetings = list(run.sessions.all())
    # A session planned while a seat was offered has taken note of the person already.
    noted = set(ParticipantTime.objects.filter(enrolment__in=entry).values_list("enrolment_id", "session_id"))
    try:
        with transaction.atomic():
            ParticipantTime.objects.bulk_create(
                ParticipantTime(participant_id=one.participant_id, enrolment=one, session=meeting)
                for one in sorted(entry, key=lambda one: one.participant_id)
                for meeting in meetings
                if (one.pk, meeting.pk) not in noted
            )
    except IntegrityError as error:
        if "training_participanttime_once_at_a_time" not in str(error):
            raise
        raise clash(entry) from error


def clash(entry):
    """The ValidationError of somebody who already sits elsewhere while the run meets, or None."""
    found = overlapping_course(entry[0].run, [one.participant_id for one in entry])
    if found is None:
        return None
    who = next(one.participant for one in entry if one.participant_id == found[0])
    return ValidationError(
        _("%(name)s sudah mengikuti “%(course)s” (%(batch)s) pada waktu yang sama. Batalkan yang itu dahulu.")
        % {"name": who.name, "course": course_title(found[1]), "batch": found[1].batch},
        code="overlap",
    )


def free_times(entry):
    """The people of an entry are no longer busy."""
    ParticipantTime.objects.filter(enrolment__in=entry).delete()
