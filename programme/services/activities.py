"""Activities, their targets, and what is reached quarter by quarter."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.optimistic import lock_version
from core.workflow import begin, lock, take_step
from programme.enums import PeriodStatus
from programme.models import Activity, Period, Realisation, StatedFigure, Target

#: What a person writes of an activity, and of a target.
ACTIVITY_FIELDS = ("name", "line", "pillar", "purpose", "starts_on", "ends_on", "owner")
TARGET_FIELDS = ("kind", "indicator", "unit", "baseline", "baseline_on", "goal", "goal_on", "source", "owner")


def _allow(actor, permission):
    if not actor.has_perm(permission):
        raise PermissionDenied(_("Peran Anda tidak mencakup program dinas."))


@transaction.atomic
def plan_activity(*, actor, **fields):
    """Plan an activity (`fields`: ACTIVITY_FIELDS) on a budget line of the year in which it runs. Returns the Activity.

    Raises PermissionDenied, ValidationError.
    """
    _allow(actor, "programme.add_activity")
    activity = Activity(**fields)
    _check(activity)
    activity.save()
    audit.record(actor, "programme.plan_activity", activity)
    return activity


@transaction.atomic
def change_activity(activity, *, actor, version, **fields):
    """Correct an activity. Raises StaleRecord when `version` is not the current one, PermissionDenied, ValidationError."""
    _allow(actor, "programme.change_activity")
    locked = lock_version(activity, version, actor)
    for name, value in fields.items():
        setattr(locked, name, value)
    _check(locked)
    locked.save()
    audit.record(actor, "programme.change_activity", locked, detail={"fields": sorted(fields)})
    return locked


def _check(activity):
    activity.full_clean()
    if activity.line.year not in range(activity.starts_on.year, activity.ends_on.year + 1):
        raise ValidationError(
            {
                "starts_on": _("Pagu ini untuk tahun %(year)s. Sesuaikan tanggalnya atau pilih pagu lain.")
                % {"year": activity.line.year}
            }
        )


@transaction.atomic
def set_target(activity, *, actor, **fields):
    """Give an activity a target (`fields`: TARGET_FIELDS, all of them needed). Returns the Target.

    Raises PermissionDenied, ValidationError naming what is missing.
    """
    _allow(actor, "programme.add_target")
    target = Target(activity=lock(activity, actor), **fields)
    target.full_clean()
    target.save()
    audit.record(actor, "programme.set_target", activity, detail={"indicator": target.indicator})
    return target


def open_period(*, actor, year, quarter):
    """The Period of that quarter, opened when nobody did before. Raises PermissionDenied, ValidationError."""
    _allow(actor, "programme.add_period")
    period = Period(year=year, quarter=quarter)
    found = Period.objects.filter(year=year, quarter=quarter).first()
    if found is not None:
        return found
    period.full_clean()
    with transaction.atomic():
        period.save()
        begin(period, "open", actor=actor)
    return period


@transaction.atomic
def record_realisation(target, *, actor, period, value, source, reason=""):
    """Write down what `target` had reached by the end of `period`; a number that stands is corrected by the next version.

    Of a quarter that was sent in or approved only with a `reason`, and only for a number that stands. Returns the Realisation.
    Raises PermissionDenied, ValidationError.
    """
    _allow(actor, "programme.add_realisation")
    held = Period.objects.select_for_update().get(pk=period.pk)
    reason = reason.strip()
    if held.status != PeriodStatus.OPEN and not reason:
        raise ValidationError({"reason": _("Angka triwulan ini sudah terkunci. Tuliskan alasan koreksinya.")})
    if held.status == PeriodStatus.SUBMITTED:
        raise ValidationError(
            _("Angka triwulan ini sedang diperiksa. Tunggu sampai disetujui atau dikembalikan.")
        )
    made = Realisation(
        target=target, period=held, value=value, source=source.strip(), reason=reason, recorded_by=actor
    )
    made.full_clean()
    made.save()
    made.refresh_from_db(fields=["number"])  # given by the database
    audit.record(
        actor,
        "programme.record_realisation",
        target.activity,
        detail={"target": target.pk, "period": held.reference, "number": made.number},
    )
    return made


def missing_in(period):
    """The targets that are owed a number for `period`: of the activities that run in it, without one yet."""
    return (
        Target.objects.filter(activity__line__year=period.year)
        .exclude(realisations__period=period)
        .select_related("activity")
        .order_by("activity__name", "id")
    )


@transaction.atomic
def submit_period(period, *, actor, note=""):
    """Send a quarter in. Raises StepError, ValidationError naming the first targets that have no number yet."""
    missing = list(missing_in(period)[:4])
    if missing:
        raise ValidationError(
            _("Belum ada angka untuk: %(targets)s. Isi dahulu, juga bila nol.")
            % {"targets": "; ".join(str(one) for one in missing[:3]) + ("; …" if len(missing) > 3 else "")}
        )
    return take_step(period, "submit", actor=actor, note=note)


def reopen_period(period, *, actor, note):
    """Give a quarter back with what is to be mended."""
    return take_step(period, "reopen", actor=actor, note=note)


def approve_period(period, *, actor, note=""):
    """Approve and lock a quarter; who sent it in cannot."""
    return take_step(period, "approve", actor=actor, note=note)


@transaction.atomic
def state_figure(*, actor, **fields):
    """Write down what a source says; other sources of the same year stay beside it. Returns the StatedFigure.

    Raises PermissionDenied, ValidationError.
    """
    _allow(actor, "programme.add_statedfigure")
    figure = StatedFigure(recorded_by=actor, **fields)
    figure.full_clean()
    figure.save()
    audit.record(actor, "programme.state_figure", f"{figure.topic} {figure.year}"[:60])
    return figure
