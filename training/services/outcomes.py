"""Scores, evaluations, and the end of a run: who passed, who did not, and why."""

import secrets
from dataclasses import dataclass
from datetime import datetime, time

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.dates import WIB
from core.languages import in_indonesian
from core.workflow import StepError, follow_step, take_step
from training import outcome_notices
from training.enums import AttendanceStatus, EnrolmentStatus, RunStatus, SessionStatus
from training.models import Attendance, Enrolment, Evaluation, Score, Session
from training.services.follow_ups import plan_follow_ups
from training.services.seats import lock_run

#: Who has neither a seat nor an end when the run is over.
LEFT_OVER = (EnrolmentStatus.APPLIED, EnrolmentStatus.WAITING, EnrolmentStatus.OFFERED)
#: Evaluations of fewer people are not shown: in a small group marks tell who gave them.
FEWEST_SHOWN = 5


def start_run(run, *, actor):
    """The run begins; from now on it can be completed."""
    return take_step(run, "start", actor=actor)


# --- Scores and evaluations ---------------------------------------------------------------------------------------------


@transaction.atomic
def record_scores(run, scores, *, actor):
    """Write the results of the tests: `scores` is {Enrolment: (before, after)}, None for no test. Returns how many changed.

    Raises PermissionDenied; StepError once the run is over; ValidationError for somebody without a seat or a wrong number.
    """
    if not actor.has_perm("training.record_score"):
        raise PermissionDenied(_("Peran Anda tidak mencakup pencatatan nilai."))
    run = lock_run(run)
    if run.status in {RunStatus.COMPLETED, RunStatus.CANCELLED, RunStatus.DRAFT}:
        raise StepError(
            _("Nilai tidak dapat diubah: status angkatan “%(status)s”.")
            % {"status": run.get_status_display()}
        )
    changed = 0
    standing = {one.enrolment_id: one for one in Score.objects.filter(enrolment__run=run)}
    for enrolment, (before, after) in scores.items():
        if enrolment.run_id != run.pk or enrolment.status != EnrolmentStatus.ENROLLED:
            raise ValidationError(_("Orang ini tidak mempunyai kursi pada angkatan ini."))
        row = standing.get(enrolment.pk) or Score(enrolment=enrolment)
        if (row.before, row.after) == (before, after):
            continue
        row.before, row.after, row.recorded_by = before, after, actor
        row.full_clean()
        row.save()
        changed += 1
    if changed:
        audit.record(actor, "training.run.record_scores", run, detail={"count": changed})
    return changed


def may_evaluate(enrolment):
    """Whether the person can give an opinion: took part, the run has begun, not given yet."""
    return (
        enrolment.evaluated_at is None
        and enrolment.run.status in {RunStatus.RUNNING, RunStatus.COMPLETED}
        and enrolment.attendances.filter(status=AttendanceStatus.PRESENT).exists()
    )


@transaction.atomic
def evaluate(enrolment, *, actor, content, trainer, place, remark=""):
    """Give an opinion of a run, once an enrolment. Nothing leads from the opinion back to who gave it.

    Its number is drawn, its day is the run's last, and the enrolment keeps no moment either: neither order nor time tells.
    All opinions of the run are written anew each time, shuffled, so that neither the place of a row in the table nor the
    number of its transaction tells more. Raises DoesNotExist for a stranger, StepError when it was given or there is
    nothing to judge yet.
    """
    run = lock_run(Enrolment.objects.visible_to(actor).get(pk=enrolment.pk).run)
    person = Enrolment.objects.select_for_update(of=("self",)).get(pk=enrolment.pk)
    person.run = run
    if not may_evaluate(person):
        raise StepError(_("Evaluasi hanya sekali, dan hanya bagi yang hadir."))
    ends_on = run.ends_on
    row = Evaluation(
        pk=secrets.randbits(62),
        run=run,
        content=content,
        trainer=trainer,
        place=place,
        remark=remark.strip(),
        given_on=ends_on,
    )
    row.full_clean()
    standing = Evaluation.objects.filter(run=run)
    rows = [*standing, row]
    secrets.SystemRandom().shuffle(rows)
    standing.delete()
    Evaluation.objects.bulk_create(rows)
    person.evaluated_at = datetime.combine(ends_on, time(), tzinfo=WIB)
    person.save(update_fields=["evaluated_at"])


# --- The end of a run ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """What becomes of a person: the `step` (pass, fail, miss), why, and the figures it rests on."""

    enrolment: Enrolment
    step: str
    reason: str
    present: int
    sessions: int
    score: object


def _held(run):
    return list(run.sessions.exclude(status=SessionStatus.CANCELLED).order_by("number"))


def obstacles(run):
    """Why the run cannot be completed now, as sentences."""
    sessions = _held(run)
    if not sessions:
        return [_("Angkatan ini belum mempunyai pertemuan.")]
    found = []
    if run.status != RunStatus.RUNNING:
        found.append(_("Angkatan ini belum dimulai atau sudah selesai."))
    recorded = set(Attendance.objects.filter(session__run=run).values_list("session_id", flat=True))
    now = timezone.now()
    for one in sessions:
        if one.during.upper > now:
            found.append(_("Pertemuan %(number)s belum selesai.") % {"number": one.number})
        elif one.pk not in recorded:
            found.append(_("Kehadiran pertemuan %(number)s belum dicatat.") % {"number": one.number})
    return found


@in_indonesian
def verdicts(run):
    """A Verdict for everybody with a seat, by name. The reasons are Indonesian: they are kept with the enrolment."""
    sessions = _held(run)
    marks = {}
    for enrolment, status in Attendance.objects.filter(session__in=sessions).values_list(
        "enrolment", "status"
    ):
        marks.setdefault(enrolment, []).append(status)
    people = (
        run.enrolments.filter(status=EnrolmentStatus.ENROLLED)
        .select_related("participant", "business", "score")
        .order_by("participant__name", "id")
    )
    return [verdict_of(run.course, one, marks.get(one.pk, []), len(sessions)) for one in people]


def verdict_of(course, enrolment, marks, sessions):
    """The Verdict of one person, from the AttendanceStatus of each session that was recorded and the score."""
    present = marks.count(AttendanceStatus.PRESENT)
    score = getattr(enrolment, "score", None)
    after = score.after if score else None
    told = []
    step = "pass"
    if not present and AttendanceStatus.EXCUSED not in marks:
        return Verdict(enrolment, "miss", _("Tidak hadir pada satu pun pertemuan."), present, sessions, after)
    # Whole numbers on both sides, so that no rounding decides.
    if present * 100 < course.attendance_min * sessions:
        step = "fail"
    told.append(
        _("Hadir %(present)s dari %(sessions)s pertemuan (syarat %(least)s persen).")
        % {"present": present, "sessions": sessions, "least": course.attendance_min}
    )
    if course.score_min is not None:
        if after is None:
            step = "fail"
            told.append(_("Nilai akhir tidak ada (syarat %(least)s).") % {"least": course.score_min})
        else:
            if after < course.score_min:
                step = "fail"
            told.append(
                _("Nilai akhir %(score)s (syarat %(least)s).")
                % {"score": f"{after.normalize():f}".replace(".", ","), "least": course.score_min}
            )
    return Verdict(enrolment, step, " ".join(told), present, sessions, after)


@transaction.atomic
def complete_run(run, *, actor):
    """Close the run: everybody with a seat passes, fails or was absent, with the reason; the rest of the list is closed.

    What will happen is what `verdicts` says beforehand. Businesses that took part are asked again after 3 and 12 months.
    Returns the run. Raises PermissionDenied, StepError, ValidationError with what stands in the way.
    """
    if not actor.has_perm("training.hold_run"):
        raise PermissionDenied(_("Peran Anda tidak mencakup langkah ini."))
    run = lock_run(run)
    if found := obstacles(run):
        raise ValidationError(found)
    ended = []
    for verdict in verdicts(run):
        one = Enrolment.objects.select_for_update(of=("self",)).get(pk=verdict.enrolment.pk)
        one.run = run
        ended.append(
            follow_step(one, verdict.step, actor=actor, note=verdict.reason, reason=verdict.reason[:300])
        )
    for one in run.enrolments.select_for_update(of=("self",)).filter(status__in=LEFT_OVER):
        follow_step(one, "cancel", actor=actor, note=_closed(), reason=_closed())
    Session.objects.filter(run=run, status=SessionStatus.PLANNED).update(status=SessionStatus.HELD)
    completed = take_step(run, "complete", actor=actor)
    plan_follow_ups(run, [one for one in ended if one.status != EnrolmentStatus.NO_SHOW])
    for one in ended:
        outcome_notices.tell_outcome(one)
    return completed


@in_indonesian
def _closed():
    return _("Angkatan ini selesai.")


def opinions(run):
    """(how many gave one, the mean marks or None while they are too few, the remarks)."""
    rows = list(Evaluation.objects.filter(run=run).order_by("pk"))
    if len(rows) < FEWEST_SHOWN:
        return len(rows), None, []
    means = {
        name: round(sum(getattr(one, name) for one in rows) / len(rows), 1)
        for name in ("content", "trainer", "place")
    }
    return len(rows), means, [one.remark for one in rows if one.remark]
