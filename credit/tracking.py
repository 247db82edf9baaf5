"""What "Lacak" says of applications for credit: nothing personal, and no amounts."""

from django.utils.translation import gettext as _

from core.tracking import Moment, Tracked, last_fours_of
from core.workflow import history
from credit.deadlines import due_on, explanation, holder
from credit.enums import ApplicationStatus
from credit.models import Application

#: Where the applicant has something to read or to do, once signed in.
WITH_MORE = {
    ApplicationStatus.DRAFT,
    ApplicationStatus.NEEDS_CORRECTION,
    ApplicationStatus.DECLINED,
    ApplicationStatus.REJECTED,
}


def find(reference):
    """The application with this reference, None if there is none."""
    return Application.objects.filter(reference=reference).select_related("business", "owner").first()


def last_fours(application):
    """The last four digits of the phones of the business and the owner who applied."""
    return last_fours_of([application.business.phone, application.owner.phone])


def describe(application):
    """The Tracked of an application; its steps by their labels, without who took them or what they wrote."""
    more = _("Masuk untuk melihat selengkapnya.") if application.status in WITH_MORE else ""
    return Tracked(
        reference=application.reference,
        kind=str(application._meta.verbose_name),
        status=application.status,
        status_label=application.get_status_display(),
        explanation=f"{explanation(application)} {more}".strip(),
        holder=holder(application),
        due=due_on(application),
        moments=moments(application),
    )


def moments(application):
    """What happened to an application and when, oldest first, in the words of the statuses."""
    names = dict(ApplicationStatus.choices)
    return [
        Moment(
            _("Permohonan dimulai")
            if line.step == "start"
            else str(names.get(line.to_status, line.to_status)),
            line.at,
        )
        for line in history(application)
    ]
