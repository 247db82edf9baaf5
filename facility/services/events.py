"""Stalls of events: entered while the window is open, drawn once by the published rule, given on when somebody withdraws.

Whoever enters, withdraws or draws holds the event's row, one at a time.
"""

from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.dates import WIB, date_in_words, moment_in_words, today
from core.lottery import draw, new_seed
from core.workflow import StepError, begin, follow_step, lock, take_step
from facility import notifications
from facility.enums import EntryStatus, EventStatus, LeaseStatus
from facility.models import Lease, StallEvent, StallEventEntry
from facility.services.bookings import check_may_book

_STEP = Decimal("0.0001")


def lock_event(event, actor):
    """The event, its row locked."""
    return lock(event, actor)


@transaction.atomic
def publish_event(event, *, actor, note=""):
    """Publish rule and window; neither changes afterwards. Raises ValidationError where the window is past, closes after the
    event begins, or the centre is not open on the first day."""
    event = lock_event(event, actor)
    if event.closes_at <= timezone.now():
        raise ValidationError(_("Pendaftaran sudah ditutup. Tentukan waktu pendaftaran yang akan datang."))
    if event.closes_at.astimezone(WIB).date() >= event.first_on:
        raise ValidationError(_("Pendaftaran harus ditutup sebelum hari pertama acara."))
    if event.centre and not event.centre.is_open(event.first_on):
        raise ValidationError(
            _("%(centre)s belum dibuka pada %(day)s.")
            % {"centre": event.centre, "day": date_in_words(event.first_on)}
        )
    return take_step(event, "publish", actor=actor, note=note)


@transaction.atomic
def enter_event(event, business, *, actor):
    """The business's entry in the draw, the same when it has entered already. Raises PermissionDenied for strangers,
    ValidationError outside the window."""
    check_may_book(business, actor)
    event = lock_event(event, actor)
    if not event.is_entered_now:
        raise ValidationError(
            _("Pendaftaran hanya dari %(first)s sampai %(last)s.")
            % {"first": moment_in_words(event.opens_at), "last": moment_in_words(event.closes_at)}
        )
    found = event.entries.filter(business=business).first()
    if found is None:
        made = StallEventEntry(event=event, business=business)
        made.full_clean()
        made.save()
        made.refresh_from_db()
        begin(made, "enter", actor=actor)
        return made
    if found.status == EntryStatus.WITHDRAWN:
        return take_step(found, "return", actor=actor)
    return found


def weights_of(event):
    """[(entry, weight)] of who is in the draw, by the published rule as things stand now."""
    entries = list(event.entries.select_for_update().filter(status=EntryStatus.ENTERED).order_by("id"))
    businesses = [one.business_id for one in entries]
    served = set(
        StallEventEntry.objects.filter(business__in=businesses, status=EntryStatus.WON)
        .exclude(event=event)
        .exclude(event__status=EventStatus.CANCELLED)
        .values_list("business", flat=True)
    )
    renting = set(
        Lease.objects.filter(
            business__in=businesses, status=LeaseStatus.ACTIVE, during__contains=today()
        ).values_list("business", flat=True)
    )
    return [
        (
            one,
            (
                (Decimal(1) if one.business_id in served else event.weight_first_time)
                * (Decimal(1) if one.business_id in renting else event.weight_no_lease)
            ).quantize(_STEP),
        )
        for one in entries
    ]


@transaction.atomic
def draw_event(event, *, actor, note=""):
    """Draw the stalls once, with a seed made now; whoever asks again gets what was drawn.

    Raises PermissionDenied, StepError where the event is not published, ValidationError while the window is open or nobody
    entered.
    """
    if not actor.has_perm("facility.draw_stallevent"):
        raise PermissionDenied(_("Peran Anda tidak mencakup langkah ini."))
    event = lock_event(event, actor)
    if event.seed:
        return event
    if event.status == EventStatus.PUBLISHED:
        if timezone.now() < event.closes_at:
            raise ValidationError(
                _("Pendaftaran masih dibuka sampai %(moment)s.")
                % {"moment": moment_in_words(event.closes_at)}
            )
        if not event.entries.filter(status=EntryStatus.ENTERED).exists():
            raise ValidationError(_("Belum ada yang mendaftar."))
    return hand_out(event, new_seed(), actor=actor, note=note)


@transaction.atomic
def hand_out(event, seed, *, actor, note=""):
    """Draw with `seed`: stalls in the order drawn, the others wait in that order."""
    done = take_step(event, "draw", actor=actor, note=note, seed=seed, drawn_at=timezone.now())
    weighed = {one.reference: (one, weight) for one, weight in weights_of(done)}
    for drawn in draw(seed, {key: weight for key, (_one, weight) in weighed.items()}):
        entry = weighed[drawn.key][0]
        step = "win" if drawn.place <= done.stalls else "wait"
        moved = follow_step(entry, step, actor=actor, place=drawn.place, weight=drawn.weight)
        _tell(moved, lambda: _("Hasil undian kios: %(event)s"))
    return done


@transaction.atomic
def withdraw_entry(entry, *, actor, note=""):
    """Take the business out; its stall goes to the next in line. Raises DoesNotExist for strangers, StepError when the event
    is over or cancelled."""
    event = StallEvent.objects.select_for_update(of=("self",)).get(pk=entry.event_id)
    if event.status not in {EventStatus.PUBLISHED, EventStatus.DRAWN}:
        raise StepError(_("Acara ini sudah selesai atau dibatalkan, sehingga tidak ada yang diubah."))
    had_stall = lock(entry, actor).status == EntryStatus.WON
    done = take_step(entry, "withdraw", actor=actor, note=note)
    waiting = event.entries.select_for_update(of=("self",)).filter(status=EntryStatus.WAITING)
    following = waiting.order_by("place").first() if had_stall else None
    if following is not None:
        moved = follow_step(following, "win", actor=actor)
        _tell(moved, lambda: _("Anda mendapat kios: %(event)s"))
    return done


def finish_event(event, *, actor, note=""):
    """The event is over. Raises ValidationError before its last day is past."""
    if today() <= event.last_on:
        raise ValidationError(_("Acara ini belum selesai."))
    return take_step(event, "finish", actor=actor, note=note)


@transaction.atomic
def cancel_event(event, *, actor, note):
    """The event does not take place; who is in it reads why."""
    done = take_step(event, "cancel", actor=actor, note=note)
    for entry in done.entries.exclude(status=EntryStatus.WITHDRAWN).select_related("business"):
        _tell(entry, lambda: _("Acara dibatalkan: %(event)s"), note)
    return done


def _tell(entry, title, note=""):
    def body():
        words = _("Nomor pendaftaran %(reference)s.") % {"reference": entry.reference}
        if entry.place:
            words += " " + _("Urutan %(place)d, %(status)s.") % {
                "place": entry.place,
                "status": entry.get_status_display(),
            }
        return f"{words}\n{note}".strip()

    link = reverse("my_stall_entry", args=[entry.reference])
    notifications.tell(entry, lambda: title() % {"event": entry.event}, body, link)
