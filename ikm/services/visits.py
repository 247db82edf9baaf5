"""Visits of verifiers to businesses: planning, rescheduling, carrying out."""

from dataclasses import dataclass
from datetime import date, time

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit, outbox
from core.dates import date_in_words
from core.indonesia import is_working_day
from core.workflow import StepError, lock, take_step
from ikm.enums import BusinessStatus, VisitStatus
from ikm.models import Business, Visit
from ikm.notifications import tell_speakers
from ikm.route import haversine_m, next_suitable_day, time_stops
from ikm.visit_planning import clock, stop_of

#: After so many visits in vain no further one is planned by itself: the owner is asked to choose a time.
MOST_ATTEMPTS = 3

VISITABLE = frozenset({BusinessStatus.SUBMITTED, BusinessStatus.REGISTERED})

#: What a draft of a visit's result may hold.
DRAFT_FIELDS = frozenset({"is_operating", "result_note", "latitude", "longitude"})


@dataclass(frozen=True)
class PlannedStop:
    """One visit of a plan."""

    business: Business
    verifier: User
    planned_on: date
    position: int = 1
    expected_from: time | None = None


@transaction.atomic
def plan_visits(stops, *, actor):
    """Write a plan (PlannedStops) and tell the owners the expected day; the new visits.

    All or nothing. Raises ValidationError naming the businesses that are planned already, have the wrong status or
    whose day is past, and officers who may not visit.
    """
    stops = list(stops)
    if not actor.has_perm("ikm.plan_visit"):
        raise PermissionDenied(_("Peran Anda tidak mencakup perencanaan kunjungan."))
    if not stops:
        raise ValidationError(_("Pilih paling sedikit satu usaha untuk dikunjungi."))
    for officer in {stop.verifier for stop in stops}:
        if not officer.has_perm("ikm.carry_out_visit"):
            raise ValidationError(_("%(name)s tidak berperan sebagai verifikator.") % {"name": officer})
    # Rows are locked in one order, so that two plans at once wait for each other instead of colliding.
    pks = [stop.business.pk for stop in stops]
    locked = {
        business.pk: business
        for business in Business.objects.visible_to(actor)
        .filter(pk__in=pks)
        .order_by("pk")
        .select_for_update(of=("self",))
    }
    planned_already = dict(
        Visit.objects.filter(business__in=pks, status=VisitStatus.PLANNED).values_list(
            "business_id", "planned_on"
        )
    )
    errors, seen = [], set()
    for stop in stops:
        business = locked.get(stop.business.pk)
        if business is None:
            raise Business.DoesNotExist
        if business.pk in planned_already:
            errors.append(
                _("%(name)s sudah dijadwalkan untuk dikunjungi pada %(day)s.")
                % {"name": business, "day": date_in_words(planned_already[business.pk])}
            )
        elif business.pk in seen:
            errors.append(_("%(name)s tercantum dua kali dalam rencana ini.") % {"name": business})
        elif business.status not in VISITABLE:
            errors.append(
                _("%(name)s berstatus “%(status)s” sehingga tidak dikunjungi.")
                % {"name": business, "status": business.get_status_display()}
            )
        elif stop.planned_on < timezone.localdate():
            errors.append(
                _("Tanggal kunjungan %(name)s, %(day)s, sudah lewat.")
                % {"name": business, "day": date_in_words(stop.planned_on)}
            )
        seen.add(stop.business.pk)
    if errors:
        raise ValidationError(errors)
    return [_plan(stop, locked[stop.business.pk], actor=actor) for stop in stops]


def _plan(stop, business, *, actor, previous=None):
    """Write one visit to a locked business and tell its people."""
    visit = Visit(
        business=business,
        verifier=stop.verifier,
        planned_on=stop.planned_on,
        position_in_day=stop.position,
        expected_from=stop.expected_from,
        previous=previous,
        attempt=previous.attempt + 1 if previous else 1,
    )
    visit.full_clean()
    visit.save()
    outbox.publish(
        "ikm.visit.plan", subject=visit.reference, data={"planned_on": visit.planned_on.isoformat()}
    )
    audit.record(
        actor, "ikm.visit.plan", visit, detail={"business": business.reference, "attempt": visit.attempt}
    )
    if previous is None:
        tell_speakers(
            business,
            title=lambda: _("Petugas akan datang %(day)s") % {"day": date_in_words(visit.planned_on)},
            body=lambda: (
                _(
                    "Petugas dinas mengunjungi %(name)s pada %(when)s. Siapkan dokumen asli dan tunjukkan tempat "
                    "produksi. Bila tidak dapat, pilih waktu lain."
                )
                % {"name": business, "when": when(visit)}
            ),
            link=reverse("visit_time", args=[visit.reference]),
        )
    return visit


def when(visit):
    """The day and expected time of a visit in words: `24 November 2026 sekitar pukul 09.30 WIB`."""
    if visit.expected_from is None:
        return date_in_words(visit.planned_on)
    return _("%(day)s sekitar pukul %(time)s WIB") % {
        "day": date_in_words(visit.planned_on),
        "time": f"{visit.expected_from:%H.%M}",
    }


def last_position(verifier, day):
    """The highest position already taken in an officer's day, 0 for an empty one."""
    return (
        Visit.objects.filter(verifier=verifier, planned_on=day, status=VisitStatus.PLANNED).aggregate(
            last=Max("position_in_day")
        )["last"]
        or 0
    )


@transaction.atomic
def reschedule_visit(visit, *, actor, planned_on, verifier=None, position=None, expected_from=None, note=""):
    """Move a planned visit to another day, officer or place in the day; its people are told when the day changes."""
    verifier = verifier or visit.verifier
    if planned_on < timezone.localdate():
        raise ValidationError({"planned_on": _("Tanggal itu sudah lewat. Pilih hari ini atau sesudahnya.")})
    if not verifier.has_perm("ikm.carry_out_visit"):
        raise ValidationError(
            {"verifier": _("%(name)s tidak berperan sebagai verifikator.") % {"name": verifier}}
        )
    day_before = visit.planned_on
    moved = take_step(
        visit,
        "reschedule",
        actor=actor,
        note=note,
        planned_on=planned_on,
        verifier=verifier,
        position_in_day=position or last_position(verifier, planned_on) + 1,
        expected_from=expected_from,
    )
    if moved.planned_on != day_before:
        _tell_new_day(moved, title=lambda: _("Kunjungan petugas pindah ke %(day)s"))
    return moved


@transaction.atomic
def reorder_day(verifier, day, order, *, actor, frame):
    """Put the planned visits of an officer's day into `order` (visits), with the times that follow from it in `frame`
    (ikm.route.Day). The owners keep their day, so nobody is told."""
    if not actor.has_perm("ikm.plan_visit"):
        raise PermissionDenied(_("Peran Anda tidak mencakup perencanaan kunjungan."))
    locked = {
        visit.pk: visit
        for visit in Visit.objects.visible_to(actor)
        .filter(verifier=verifier, planned_on=day, status=VisitStatus.PLANNED)
        .select_related("business")
        .order_by("pk")
        .select_for_update(of=("self",))
    }
    if {visit.pk for visit in order} != locked.keys():
        raise ValidationError(_("Rute ini berubah sesudah Anda membukanya. Muat ulang halaman."))
    visits = [locked[visit.pk] for visit in order]
    timed = time_stops([stop_of(visit.business) for visit in visits], frame)
    for position, (visit, stop) in enumerate(zip(visits, timed, strict=True), 1):
        visit.position_in_day, visit.expected_from = position, clock(stop.arrives)
        visit.save(update_fields=["position_in_day", "expected_from"])
    audit.record(actor, "ikm.visit.reorder", verifier, detail={"day": day.isoformat(), "visits": len(visits)})
    return visits


def _tell_new_day(visit, *, title):
    tell_speakers(
        visit.business,
        title=lambda: title() % {"day": date_in_words(visit.planned_on)},
        body=lambda: (
            _("Petugas dinas mengunjungi %(name)s pada %(when)s. Bila tidak dapat, pilih waktu lain.")
            % {"name": visit.business, "when": when(visit)}
        ),
        link=reverse("visit_time", args=[visit.reference]),
    )


@transaction.atomic
def keep_visit_hours(business, *, actor, days, visit_from=None, visit_until=None):
    """On which weekdays (0 = Monday) and hours the owner is there, kept with the business. Returns it, locked."""
    days = sorted({int(day) for day in days})
    if not days:
        raise ValidationError({"days": _("Pilih paling sedikit satu hari.")})
    business = lock(business, actor)
    business.visit_days, business.visit_from, business.visit_until = days, visit_from, visit_until
    business.full_clean()
    business.save(update_fields=["visit_days", "visit_from", "visit_until"])
    return business


@transaction.atomic
def choose_visit_time(visit, *, actor, days, visit_from=None, visit_until=None):
    """The owner says on which weekdays (0 = Monday) and hours he or she is there: kept with the business, and the planned
    visit moves to the next such day. The visiting officer is told. Returns the visit."""
    # The business before the visit: the one order in which both are locked everywhere.
    business = keep_visit_hours(
        visit.business, actor=actor, days=days, visit_from=visit_from, visit_until=visit_until
    )
    day = suitable_day(business, after=timezone.localdate())
    moved = take_step(
        visit,
        "choose_time",
        actor=actor,
        planned_on=day,
        position_in_day=last_position(visit.verifier, day) + 1,
        expected_from=visit_from,
    )
    outbox.tell(
        moved.verifier,
        title=lambda: _("Pemilik memilih waktu lain: %(name)s") % {"name": business},
        body=lambda: (
            _("Kunjungan %(reference)s pindah ke %(when)s.")
            % {"reference": moved.reference, "when": when(moved)}
        ),
        link=reverse("office_visit", args=[moved.reference]),
        about=moved.reference,
    )
    return moved


def suitable_day(business, *, after):
    """The first day after `after` on which the office works and the owner is there."""
    return next_suitable_day(after, days=business.visit_days, is_working_day=is_working_day)


def _of(visit, actor):
    """Only the officer of a visit carries it out, for a result is a person's own observation."""
    if visit.verifier_id != actor.pk:
        raise PermissionDenied(
            _("Kunjungan ini tugas %(name)s. Jadwalkan ulang dahulu bila Anda yang menggantikan.")
            % {"name": visit.verifier}
        )


@transaction.atomic
def save_visit_draft(visit, *, actor, draft):
    """Keep what the officer has typed so far, to go on with on any phone; unknown names are dropped."""
    if not actor.has_perm("ikm.carry_out_visit"):
        raise PermissionDenied(_("Peran Anda tidak mencakup kunjungan."))
    locked = lock(visit, actor)
    _of(locked, actor)
    if locked.status != VisitStatus.PLANNED:
        raise StepError(_("Kunjungan ini sudah selesai; hasilnya tidak diubah lagi."))
    locked.draft = {name: str(value)[:4000] for name, value in draft.items() if name in DRAFT_FIELDS}
    locked.save(update_fields=["draft"])
    return locked


@transaction.atomic
def complete_visit(visit, *, actor, is_operating, result_note="", latitude=None, longitude=None):
    """Record the result of a visit: where the officer stood, how far from the address, whether the business runs.

    A running business counts as verified and confirmed today. Its people are told.
    """
    _of(visit, actor)
    if is_operating is None:
        raise ValidationError({"is_operating": _("Pilih apakah usaha ini berjalan.")})
    if not is_operating and not result_note.strip():
        raise ValidationError({"result_note": _("Tuliskan apa yang ditemukan di tempat usaha.")})
    if (latitude is None) != (longitude is None):
        raise ValidationError({"latitude": _("Isi lintang dan bujur, atau kosongkan keduanya.")})
    if visit.planned_on > timezone.localdate():
        raise StepError(
            _("Kunjungan ini dijadwalkan %(day)s. Jadwalkan ulang ke hari ini bila dilakukan sekarang.")
            % {"day": date_in_words(visit.planned_on)}
        )
    business = lock(visit.business, actor)
    distance = None
    if latitude is not None and business.latitude is not None:
        distance = round(haversine_m((latitude, longitude), (business.latitude, business.longitude)))
    done = take_step(
        visit,
        "complete",
        actor=actor,
        note=result_note,
        is_operating=is_operating,
        result_note=result_note,
        latitude=latitude,
        longitude=longitude,
        distance_m=distance,
        done_at=timezone.now(),
        draft={},
    )
    if is_operating:
        business.verified_on = business.confirmed_on = timezone.localdate()
        business.verified_by = actor
        business.save(update_fields=["verified_on", "confirmed_on", "verified_by"])
        audit.record(actor, "ikm.business.verify", business, detail={"visit": done.reference})
    tell_speakers(
        business,
        title=lambda: _("Kunjungan ke %(name)s selesai") % {"name": business},
        body=lambda: (
            _("Terima kasih. Data usaha Anda diverifikasi %(day)s.")
            % {"day": date_in_words(timezone.localdate())}
            if is_operating
            else _("Petugas mencatat bahwa usaha tidak berjalan. Hubungi dinas bila ini keliru.")
        ),
        link=reverse("my_business", args=[business.reference]),
    )
    return done


@transaction.atomic
def record_not_at_home(visit, *, actor, note=""):
    """Nobody was met: the visit ends so, and the next one is planned on the next day within the owner's stated hours.

    Returns (visit, next visit); no next one after MOST_ATTEMPTS. The people are told either way.
    """
    _of(visit, actor)
    if visit.planned_on > timezone.localdate():
        raise StepError(_("Kunjungan ini dijadwalkan %(day)s.") % {"day": date_in_words(visit.planned_on)})
    business = lock(visit.business, actor)
    missed = take_step(visit, "not_at_home", actor=actor, note=note, result_note=note, done_at=timezone.now())
    if missed.attempt >= MOST_ATTEMPTS:
        tell_speakers(
            business,
            title=lambda: _("Petugas tidak menemui Anda %(count)d kali") % {"count": missed.attempt},
            body=lambda: _(
                "Kunjungan berikutnya tidak dijadwalkan sendiri. Perbarui hari dan jam Anda dapat ditemui pada "
                "data usaha, atau hubungi dinas untuk membuat janji."
            ),
            link=reverse("my_business", args=[business.reference]),
        )
        return missed, None
    day = suitable_day(business, after=timezone.localdate())
    again = _plan(
        PlannedStop(
            business, missed.verifier, day, last_position(missed.verifier, day) + 1, business.visit_from
        ),
        business,
        actor=actor,
        previous=missed,
    )
    for follow in settings.VISIT_FOLLOWERS:
        import_string(follow)(missed, again)
    _tell_new_day(again, title=lambda: _("Petugas tidak menemui Anda. Kunjungan berikutnya %(day)s"))
    return missed, again


@transaction.atomic
def cancel_visit(visit, *, actor, note):
    """Call a planned visit off for a reason, which its people are told."""
    cancelled = take_step(visit, "cancel", actor=actor, note=note)
    tell_speakers(
        cancelled.business,
        title=lambda: _("Kunjungan %(day)s dibatalkan") % {"day": date_in_words(cancelled.planned_on)},
        body=lambda: (
            _("Kunjungan ke %(name)s dibatalkan. Alasan: %(note)s")
            % {"name": cancelled.business, "note": note.strip()}
        ),
        link=reverse("my_business", args=[cancelled.business.reference]),
    )
    return cancelled
