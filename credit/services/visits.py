"""Visits for credit: planned and carried out as visits of the register, which the application follows."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core.dates import date_in_words
from core.workflow import lock, take_step
from credit.enums import ApplicationStatus
from credit.models import Application
from ikm.enums import VisitStatus
from ikm.models import Visit
from ikm.notifications import tell_speakers
from ikm.services.visits import plan_visits, when

#: Applications that a visit may be planned for.
TO_VISIT = (ApplicationStatus.SUBMITTED, ApplicationStatus.VISIT_PLANNED)


@transaction.atomic
def plan_application_visits(stops, *, actor):
    """Write a plan (ikm PlannedStops of businesses that applied) and move their applications; the applications.

    The owners are told the expected day with the plan. All or nothing: raises ValidationError naming the businesses whose
    application does not wait for a visit, and what ikm.services.visits.plan_visits refuses.
    """
    visits = plan_visits(stops, actor=actor)
    waiting = {
        application.business_id: application
        for application in Application.objects.visible_to(actor)
        .filter(business__in=[visit.business_id for visit in visits], status__in=TO_VISIT)
        .order_by("pk")
        .select_for_update(of=("self",))
    }
    gone = [visit.business for visit in visits if visit.business_id not in waiting]
    if gone:
        raise ValidationError(
            [
                _("Permohonan kredit %(name)s tidak lagi menunggu kunjungan.") % {"name": business}
                for business in gone
            ]
        )
    return [
        take_step(waiting[visit.business_id], "plan_visit", actor=actor, visit=visit)
        for visit in sorted(visits, key=lambda visit: waiting[visit.business_id].pk)
    ]


@transaction.atomic
def join_planned_visit(application, *, actor):
    """Use the visit that is planned to the business anyway; the applicant is told that it serves the credit too."""
    lock(application.business, actor)
    visit = Visit.objects.filter(business=application.business_id, status=VisitStatus.PLANNED).first()
    if visit is None:
        raise ValidationError(_("Belum ada kunjungan yang dijadwalkan ke usaha ini."))
    joined = take_step(application, "plan_visit", actor=actor, visit=visit)
    tell_speakers(
        joined.business,
        title=lambda: (
            _("Kunjungan %(day)s juga untuk kredit Anda") % {"day": date_in_words(visit.planned_on)}
        ),
        body=lambda: (
            _("Petugas yang datang %(when)s juga memeriksa permohonan kredit. Siapkan dokumen aslinya.")
            % {"when": when(visit)}
        ),
        link=reverse("visit_time", args=[visit.reference]),
    )
    return joined


def follow_visit(missed, again):
    """Nobody was met at `missed`; the applications that wait for it wait for `again` now. Called by ikm.services.visits
    in the transaction that plans the next visit."""
    Application.objects.filter(visit=missed, status=ApplicationStatus.VISIT_PLANNED).update(visit=again)
