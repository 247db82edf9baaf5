"""What people are told about the sessions they take part in or teach, written in the caller's transaction."""

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import outbox
from core.slots import Slot
from training.enums import EnrolmentStatus

#: Who sits in a run, and who hopes to.
SITTING = (EnrolmentStatus.ENROLLED, EnrolmentStatus.OFFERED)
HOPING = (*SITTING, EnrolmentStatus.APPLIED, EnrolmentStatus.WAITING)


def course_title(run):
    """The course's title in the language that is read."""
    course = run.course
    return course.title_en if get_language() == "en" and course.title_en else course.title


def account_of(enrolment):
    """The account that hears about an enrolment: the participant's own, else of whoever enrolled him or her."""
    return enrolment.participant.user or enrolment.enrolled_by


def people_in(run, statuses=SITTING):
    """The active accounts behind the enrolments of a run, each once."""
    rows = run.enrolments.filter(status__in=statuses).select_related("participant__user", "enrolled_by")
    accounts = {account.pk: account for account in map(account_of, rows) if account.is_active}
    return [accounts[pk] for pk in sorted(accounts)]


def trainers_of(sessions):
    """The accounts of who teaches `sessions`, where they have one."""
    accounts = {one.trainer.user_id: one.trainer.user for one in sessions if one.trainer.user_id}
    return [accounts[pk] for pk in sorted(accounts) if accounts[pk].is_active]


def _tell(run, people, title, body):
    for person in people:
        outbox.tell(
            person,
            title=lambda: title() % {"course": course_title(run)},
            body=body,
            link=reverse("training_run", args=[run.reference]),
            about=run.reference,
        )


def _everyone(run, session, statuses=SITTING):
    people = {person.pk: person for person in [*people_in(run, statuses), *trainers_of([session])]}
    return people.values()


def tell_planned(session):
    """A session was added to a run that is announced."""
    run = session.run

    def body():
        return _("Pertemuan %(number)d ditambahkan: %(time)s, di %(room)s.") % {
            "number": session.number,
            "time": str(Slot(session.during.lower, session.during.upper)),
            "room": session.room,
        }

    _tell(run, _everyone(run, session), lambda: _("Pertemuan baru: %(course)s"), body)


def tell_moved(session, before, *, note=""):
    """A session moved; `before` is the Session as it was."""
    run = session.run

    def body():
        words = _("Pertemuan %(number)d berubah. Kini: %(time)s, di %(room)s, oleh %(trainer)s.") % {
            "number": session.number,
            "time": str(Slot(session.during.lower, session.during.upper)),
            "room": session.room,
            "trainer": session.trainer,
        }
        words += "\n" + _("Sebelumnya: %(time)s, di %(room)s.") % {
            "time": str(Slot(before.during.lower, before.during.upper)),
            "room": before.room,
        }
        return f"{words}\n{note}".strip()

    people = {person.pk: person for person in [*_everyone(run, session), *trainers_of([before])]}
    _tell(run, people.values(), lambda: _("Jadwal berubah: %(course)s"), body)


def tell_session_cancelled(session, *, note):
    """A session does not take place."""
    run = session.run

    def body():
        words = _("Pertemuan %(number)d pada %(time)s dibatalkan.") % {
            "number": session.number,
            "time": str(Slot(session.during.lower, session.during.upper)),
        }
        return f"{words}\n{note}".strip()

    _tell(run, _everyone(run, session), lambda: _("Pertemuan dibatalkan: %(course)s"), body)


def tell_run_cancelled(run, people, *, note):
    """A whole run does not take place; `people` were in it or hoped to be, or teach it."""

    def body():
        words = _("Angkatan %(batch)s dibatalkan, dengan semua pertemuannya. Anda tidak perlu datang.") % {
            "batch": run.batch
        }
        return f"{words}\n{note}".strip()

    _tell(run, people, lambda: _("Pelatihan dibatalkan: %(course)s"), body)
