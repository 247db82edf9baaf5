"""Certificates: a numbered letter that anybody can verify, and what it states, frozen at issue."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, letters
from core.dates import date_id
from core.languages import in_indonesian
from core.models import Signatory
from training import outcome_notices
from training.enums import CertificateOrderStatus, EnrolmentStatus, RunStatus, SessionStatus
from training.models import Certificate, CertificateOrder, Enrolment, Run
from training.services.seats import lock_run

KIND, SERIES = "sertifikat_pelatihan", "SPL"
#: So many certificates are written together: half a second.
BATCH = 25


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


def runs_with_due():
    """Completed runs in which somebody passed and has no certificate yet, with the number as `due`; the latest first."""
    return (
        Run.objects.filter(status=RunStatus.COMPLETED)
        .select_related("course")
        .annotate(
            due=Count(
                "enrolments",
                filter=Q(enrolments__status=EnrolmentStatus.COMPLETED, enrolments__certificate=None),
            )
        )
        .filter(due__gt=0)
        .order_by("-ends_on", "-pk")
    )


def waiting_order(run):
    """The CertificateOrder of the run that is not worked off yet, or None."""
    return run.certificate_orders.filter(status=CertificateOrderStatus.WAITING).first()


@transaction.atomic
def ask_certificates(runs, *, actor, signatory):
    """A CertificateOrder for all certificates that are due in `runs`; the worker issues them (`work_off`, `issue_batch`).

    A run that an order waits for already is left to it: the same press again returns that order. Raises PermissionDenied,
    ValidationError before a run is complete, when nothing is due, or when the signatory is not in force.
    """
    if not actor.has_perm("training.issue_certificate"):
        raise PermissionDenied(_("Peran Anda tidak mencakup penerbitan sertifikat."))
    if not Signatory.objects.in_force().filter(pk=signatory.pk).exists():
        raise ValidationError({"signatory": _("Penanda tangan ini tidak berlaku hari ini.")})
    locked = [lock_run(run) for run in sorted(runs, key=lambda run: run.pk)]
    if any(run.status != RunStatus.COMPLETED for run in locked):
        raise ValidationError(_("Sertifikat terbit sesudah angkatan selesai."))
    waiting = {run.pk: waiting_order(run) for run in locked}
    free = [run for run in locked if waiting[run.pk] is None]
    if locked and not free:
        return waiting[locked[0].pk]
    total = _due(free).count()
    if not total:
        raise ValidationError(_("Tidak ada sertifikat yang perlu diterbitkan."))
    order = CertificateOrder.objects.create(signatory=signatory, total=total, asked_by=actor)
    order.runs.set(free)
    audit.record(actor, "training.ask_certificates", order, detail={"total": total})
    return order


def _due(runs, without=()):
    return (
        Enrolment.objects.filter(run__in=runs, status=EnrolmentStatus.COMPLETED, certificate=None)
        .exclude(pk__in=without)
        .order_by("run_id", "id")
    )


def work_off():
    """Issue a batch of the oldest order that waits. Returns the order, or None when none waits."""
    order = CertificateOrder.objects.filter(status=CertificateOrderStatus.WAITING).order_by("pk").first()
    return order and issue_batch(order)


@transaction.atomic
def issue_batch(order):
    """Issue the next `BATCH` certificates of the order, all together: what is cut off is undone whole and done again, without
    a gap in the numbers. Returns the order as it stands then.

    Who cannot be given one is noted and passed over. Workers take turns at an order.
    """
    order = (
        CertificateOrder.objects.select_for_update(of=("self",)).select_related("signatory").get(pk=order.pk)
    )
    if order.status != CertificateOrderStatus.WAITING:
        return order
    if not Signatory.objects.in_force().filter(pk=order.signatory_id).exists():
        return _end(order, CertificateOrderStatus.STOPPED, _out_of_force())
    passed_over = [one["enrolment"] for one in order.problems]
    batch = list(
        _due(order.runs.all(), passed_over)
        .select_for_update(of=("self",))
        .select_related("participant__user", "business", "enrolled_by", "run__course")[:BATCH]
    )
    stated = {run.pk: _stated(run) for run in {one.run for one in batch}}
    for one in batch:
        try:
            with transaction.atomic():
                _issue(one, stated[one.run_id], actor=order.asked_by, signatory=order.signatory)
        except (ValidationError, ValueError, RuntimeError) as error:
            reason = " ".join(getattr(error, "messages", [str(error)]))
            order.problems.append({"enrolment": one.pk, "name": one.participant.name, "reason": reason[:300]})
        else:
            order.issued += 1
    if len(batch) < BATCH:
        return _end(order, CertificateOrderStatus.DONE)
    order.save(update_fields=["issued", "problems"])
    return order


@in_indonesian
def _out_of_force():
    return _("Masa penanda tangan sudah berakhir. Terbitkan sisanya dengan penanda tangan lain.")


def _end(order, status, reason=""):
    order.status, order.reason, order.ended_at = status, reason, timezone.now()
    order.save(update_fields=["status", "reason", "ended_at", "issued", "problems"])
    return order


def _stated(run):
    """What every certificate of the run says alike."""
    return {
        "course": run.course.title,
        "batch": run.batch,
        "hours": run.course.hours,
        "unit": run.course.unit,
        "trainers": _trainers(run),
        "held": _held(run),
    }


@in_indonesian
def _issue(enrolment, stated, *, actor, signatory):
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
