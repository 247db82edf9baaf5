"""Who was at which session. The first record of a person stands; afterwards an official corrects it, with a reason."""

from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.workflow import StepError
from training.attendance_codes import find
from training.enums import AttendanceMethod, AttendanceStatus, EnrolmentStatus, RunStatus, SessionStatus
from training.models import Attendance, Enrolment

#: People come early; so long before a session attendance is taken.
EARLY = timedelta(hours=2)
OPEN_RUNS = (RunStatus.PUBLISHED, RunStatus.SELECTED, RunStatus.RUNNING)


@dataclass(frozen=True)
class Recorded:
    """The row that stands, and how it came: `stored` now, the `same` item sent again, or an earlier one `kept`."""

    attendance: Attendance
    outcome: str


def _permit(actor):
    if not actor.has_perm("training.record_attendance"):
        raise PermissionDenied(_("Peran Anda tidak mencakup pencatatan kehadiran."))


def obstacle(session):
    """Why nothing can be recorded for the session now, as a sentence; "" when it can."""
    if session.status == SessionStatus.CANCELLED:
        return _("Pertemuan ini dibatalkan.")
    if session.run.status not in OPEN_RUNS:
        return _("Kehadiran tidak dapat diubah: status angkatan “%(status)s”.") % {
            "status": session.run.get_status_display()
        }
    if timezone.now() < session.during.lower - EARLY:
        return _("Pertemuan ini belum mulai. Kehadiran dicatat mulai dua jam sebelumnya.")
    return ""


def seated(run):
    """The people with a seat, by name: those whose attendance is taken."""
    return (
        run.enrolments.filter(status=EnrolmentStatus.ENROLLED)
        .select_related("participant", "business")
        .order_by("participant__name", "id")
    )


@transaction.atomic
def record_attendance(session, enrolment, *, actor, status, method, nonce=None, noted_at=None):
    """Record a person at a session. Returns a Recorded.

    Sent twice with one `nonce` (the device's own) it is stored once; of two devices the first one's record stands. `noted_at`
    is the moment on the device, now by default. Raises PermissionDenied; StepError when the session takes no more;
    ValidationError for somebody without a seat, or a nonce that was used for somebody else.
    """
    _permit(actor)
    # The lock puts two devices that record one person in a queue.
    person = Enrolment.objects.select_for_update(of=("self",), no_key=True).get(pk=enrolment.pk)
    if nonce and (before := Attendance.objects.filter(nonce=nonce).first()):
        if (before.enrolment_id, before.session_id) != (person.pk, session.pk):
            raise ValidationError(_("Kiriman ini sudah dipakai untuk orang lain. Catat sekali lagi."))
        return Recorded(before, "same")
    if before := Attendance.objects.filter(enrolment=person, session=session).first():
        return Recorded(before, "kept")
    if sentence := obstacle(session):
        raise StepError(sentence)
    if person.run_id != session.run_id or person.status != EnrolmentStatus.ENROLLED:
        raise ValidationError(_("Orang ini tidak mempunyai kursi pada angkatan ini."))
    now = timezone.now()
    made = Attendance(
        enrolment=person,
        session=session,
        status=status,
        method=method,
        nonce=nonce,
        noted_at=min(noted_at or now, now),
        recorded_by=actor,
        recorded_at=now,
    )
    made.full_clean()
    made.save()
    return Recorded(made, "stored")


def record_by_code(session, code, *, actor):
    """Record as present the person whose code was scanned or typed. Returns a Recorded; ValidationError for an unknown code."""
    _permit(actor)
    person = find(code, seated(session.run))
    if person is None:
        raise ValidationError(
            {"code": _("Kode ini bukan milik peserta angkatan ini. Periksa, atau cari namanya di daftar.")}
        )
    return record_attendance(
        session, person, actor=actor, status=AttendanceStatus.PRESENT, method=AttendanceMethod.QR
    )


@transaction.atomic
def correct_attendance(attendance, *, actor, status, note):
    """An official puts a record right; the reason and who did it stay with the row and in its history.

    Raises PermissionDenied, ValidationError without a reason, StepError when the run is over.
    """
    _permit(actor)
    if not note.strip():
        raise ValidationError({"note": _("Tuliskan alasannya.")})
    row = (
        Attendance.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("session__run")
        .get(pk=attendance.pk)
    )
    if sentence := obstacle(row.session):
        raise StepError(sentence)
    before = row.status
    row.status, row.method, row.note, row.recorded_by = status, AttendanceMethod.MANUAL, note.strip(), actor
    row.full_clean()
    row.save()
    audit.record(
        actor,
        "training.attendance.correct",
        row.enrolment,
        detail={"session": row.session.reference, "from": before, "to": status},
    )
    return row
