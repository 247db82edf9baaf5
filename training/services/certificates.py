"""Certificates: a numbered letter that anybody can verify, and what it states, frozen at issue."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import letters
from core.dates import date_id
from core.languages import in_indonesian
from core.models import Signatory
from training import outcome_notices
from training.enums import EnrolmentStatus, RunStatus, SessionStatus
from training.models import Certificate, Enrolment

KIND, SERIES = "sertifikat_pelatihan", "SPL"


@dataclass(frozen=True)
class Progress:
    """How many of a run's certificates are `issued`, of how many that are due in `total`."""

    issued: int
    total: int

    @property
    def left(self):
        return self.total - self.issued


def progress(run):
    passed = run.enrolments.filter(status=EnrolmentStatus.COMPLETED)
    return Progress(passed.filter(certificate__isnull=False).count(), passed.count())


def _held(run):
    first, last = date_id(run.starts_on), date_id(run.ends_on)
    return first if first == last else f"{first} sampai {last}"


def _trainers(run):
    names = (
        run.sessions.exclude(status=SessionStatus.CANCELLED)
        .order_by("during")
        .values_list("trainer__name", flat=True)
    )
    return ", ".join(dict.fromkeys(names))[:400]


def issue_certificates(run, *, actor, signatory, limit=None):
    """Issue what is due, `limit` at most (all), each in its own transaction: what breaks off goes on with the next call,
    and two at once do not issue one twice. Returns the Progress.

    Raises PermissionDenied, ValidationError before the run is complete or when the signatory is not in force.
    """
    if not actor.has_perm("training.issue_certificate"):
        raise PermissionDenied(_("Peran Anda tidak mencakup penerbitan sertifikat."))
    if run.status != RunStatus.COMPLETED:
        raise ValidationError(_("Sertifikat terbit sesudah angkatan selesai."))
    if not Signatory.objects.in_force().filter(pk=signatory.pk).exists():
        raise ValidationError({"signatory": _("Penanda tangan ini tidak berlaku hari ini.")})
    stated = {
        "course": run.course.title,
        "batch": run.batch,
        "hours": run.course.hours,
        "unit": run.course.unit,
        "trainers": _trainers(run),
        "held": _held(run),
    }
    due = run.enrolments.filter(status=EnrolmentStatus.COMPLETED, certificate=None).order_by("id")
    for pk in list(due.values_list("pk", flat=True)[:limit]):
        _issue(pk, stated, actor=actor, signatory=signatory)
    return progress(run)


@transaction.atomic
@in_indonesian
def _issue(pk, stated, *, actor, signatory):
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",))
        .filter(pk=pk, status=EnrolmentStatus.COMPLETED, certificate=None)
        .select_related("participant__user", "business", "enrolled_by", "run__course")
        .first()
    )
    if enrolment is None or Certificate.objects.filter(enrolment=enrolment).exists():
        return
    letter = letters.issue_letter(
        enrolment,
        kind=KIND,
        series=SERIES,
        title=_("Sertifikat pelatihan"),
        data={
            "holder": enrolment.participant.name,
            "business_name": enrolment.business.name,
            **stated,
            "hours": str(stated["hours"]),
            "reference": enrolment.reference,
            "signer_name": signatory.name,
            "signer_post": signatory.post,
            "signer_unit": signatory.unit,
            "signer_rank": signatory.rank,
            "signer_id": signatory.nip,
        },
        actor=actor,
    )
    made = Certificate(
        enrolment=enrolment,
        letter=letter,
        holder=enrolment.participant.name,
        issued_at=letter.issued_at,
        **stated,
    )
    made.full_clean()
    made.save()
    outcome_notices.tell_certificate(made)


@transaction.atomic
def revoke_certificate(certificate, *, actor, reason):
    """Withdraw a certificate through its letter; its verification page says so, and the participant is told why."""
    if not actor.has_perm("training.issue_certificate"):
        raise PermissionDenied(_("Peran Anda tidak mencakup penerbitan sertifikat."))
    certificate = (
        Certificate.objects.visible_to(actor)
        .select_related("letter", "enrolment__run__course")
        .get(pk=certificate.pk)
    )
    was_revoked = certificate.letter.revoked_at
    certificate.letter = letters.revoke_letter(certificate.letter, actor=actor, reason=reason)
    if was_revoked is None:
        outcome_notices.tell_revoked(certificate, reason.strip())
    return certificate


def signatories():
    """Who may sign today."""
    return Signatory.objects.in_force(timezone.localdate())
