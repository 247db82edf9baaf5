"""Bookings: made, queued, decided, used, given back. Overlaps are refused by the database; what a business may book in a week
is counted under the lock of its row."""

from datetime import timedelta
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.dates import WIB, date_in_words, today
from core.languages import in_indonesian
from core.slots import Slot
from core.workflow import StepError, begin, follow_step, lock, open_steps, take_step
from facility import notifications, unit_codes
from facility.enums import HOLDING, BookingStatus
from facility.models import Booking, Unit, UnitClosure, Usage
from facility.selectors import day_obstacle, free_slots, hours_booked, quota_hours, span
from facility.slots import hours_of
from ikm.enums import BusinessStatus
from ikm.models import Business
from ikm.policies import check_speaks_for, speaks_for

SHORTEST = timedelta(minutes=15)
#: So long before the beginning may somebody be checked in.
EARLY = timedelta(minutes=30)
#: So long after the end is it left to an official to write down when a use ended.
LEAVING = timedelta(minutes=15)

S = BookingStatus


class SlotTaken(ValidationError):
    """Somebody else has the unit at that time; `slots` are the nearest free times of the day."""

    def __init__(self, slots):
        self.slots = slots
        told = [_("Unit ini sudah dipesan pada waktu itu, termasuk waktu membersihkannya.")]
        if slots:
            told.append(_("Yang masih kosong: %(times)s.") % {"times": ", ".join(one.clock for one in slots)})
        else:
            told.append(_("Hari itu sudah penuh. Pilih hari lain atau masuk antrean."))
        super().__init__(" ".join(told), code="slot_taken")


def check_may_book(business, actor):
    """Raises PermissionDenied for who neither speaks for `business` nor is an official of the facilities, ValidationError
    when it is not in the register."""
    if not actor.has_perm("facility.book_unit"):
        raise PermissionDenied(_("Peran Anda tidak mencakup pemesanan fasilitas."))
    check_speaks_for(actor, business.pk, or_official=True)
    if business.status != BusinessStatus.REGISTERED:
        raise ValidationError(
            _("Fasilitas hanya untuk usaha yang sudah terdaftar. Selesaikan pendaftarannya dahulu.")
        )


def lock_business(business):
    """The row under whose lock the hours of a week are counted."""
    return Business.objects.select_for_update(no_key=True, of=("self",)).get(pk=business.pk)


def lock_unit(unit):
    """The unit with its centre, its row locked: who takes or frees it passes here one at a time."""
    rows = Unit.objects.select_for_update(no_key=True, of=("self",)).select_related("centre__legal_basis")
    return rows.get(pk=unit.pk)


def obstacle(unit, wanted):
    """Why `wanted` cannot be booked in `unit` whoever has it, as a sentence; "" when it can."""
    day = wanted.starts_at.astimezone(WIB).date()
    if sentence := day_obstacle(unit, day):
        return sentence
    hours = hours_of(day, unit.centre.opens_at, unit.centre.closes_at)
    if wanted.starts_at < hours.starts_at or wanted.ends_at > hours.ends_at:
        return _("%(centre)s buka pukul %(hours)s. Pilih waktu di antaranya.") % {
            "centre": unit.centre,
            "hours": hours.clock,
        }
    if wanted.starts_at <= timezone.now():
        return _("Waktu ini sudah lewat. Pilih waktu yang akan datang.")
    last = timezone.localdate() + timedelta(days=unit.centre.days_ahead)
    if day > last:
        return _("Pesan paling jauh sampai %(day)s.") % {"day": date_in_words(last)}
    return ""


def quota_obstacle(business, unit, wanted, *, ignoring=None):
    """Why `business` may not book so much in that week, as a sentence; "" when it may. Ask under lock_business."""
    day = wanted.starts_at.astimezone(WIB).date()
    limit = quota_hours(unit.kind, day)
    if limit is None:
        return ""
    taken = hours_booked(business, unit.kind, day, ignoring=ignoring)
    length = Decimal(int((wanted.ends_at - wanted.starts_at).total_seconds())) / 3600
    if taken + length <= limit:
        return ""
    return _(
        "Kuota %(kind)s seminggu %(limit)d jam, dan usaha ini sudah memesan %(taken)s jam. Pilih minggu lain."
    ) % {
        "kind": str(unit.get_kind_display()).lower(),
        "limit": limit,
        "taken": f"{taken.normalize():f}".replace(".", ","),
    }


def write(save, unit, wanted):
    """Call `save` in a savepoint; what the database refuses because of another booking comes out as SlotTaken."""
    try:
        with transaction.atomic():
            save()
    except IntegrityError as error:
        text = str(error)
        if "facility_booking_unit_once" in text:
            raise SlotTaken(free_slots(unit, wanted)) from error
        if "facility_booking_unit_is_there" in text:
            raise SlotTaken(free_slots(unit, wanted)) from error
        raise


@transaction.atomic
def book_unit(unit, business, *, actor, starts_at, ends_at, purpose, wait=False, series=None):
    """A booking of `unit` for `business`; with `wait` one that queues where somebody else has the time.

    The same booking sent again is the one that stands. Raises SlotTaken with the nearest free times, ValidationError for
    what is closed, past, too long or beyond the week's quota, PermissionDenied.
    """
    check_may_book(business, actor)
    if ends_at - starts_at < SHORTEST:
        raise ValidationError({"ends_at": _("Jam selesai harus sesudah jam mulai, paling sedikit 15 menit.")})
    wanted, during = Slot(starts_at, ends_at), span(starts_at, ends_at)
    business = lock_business(business)
    unit = lock_unit(unit)
    standing = Booking.objects.filter(unit=unit, business=business, during=during).filter(
        status__in=[S.WAITING, S.REQUESTED, S.APPROVED]
    )
    if found := standing.first():
        return found
    if sentence := obstacle(unit, wanted):
        raise ValidationError({"starts_at": sentence})
    if sentence := quota_obstacle(business, unit, wanted):
        raise ValidationError(sentence, code="quota")
    made = Booking(
        unit=unit,
        business=business,
        series=series,
        during=during,
        purpose=" ".join(purpose.split()),
        status=S.REQUESTED if unit.needs_approval else S.APPROVED,
        booked_by=actor,
    )
    made.clean_fields(exclude=["with_cleaning"])
    try:
        write(made.save, unit, wanted)
    except SlotTaken:
        if not wait:
            raise
        made.status = S.WAITING
        made.save()
    begin(made, "book", actor=actor)
    if series is None:
        notifications.tell_booking(made)
    return made


# --- What becomes of it -----------------------------------------------------------------------------------------------


@transaction.atomic
def approve_booking(booking, *, actor, note=""):
    done = take_step(booking, "approve", actor=actor, note=note)
    notifications.tell_booking(done, note=note)
    return done


@transaction.atomic
def refuse_booking(booking, *, actor, note):
    """Refuse for a reason that the business reads; the time goes to who waits for it."""
    lock_unit(booking.unit)
    done = take_step(booking, "refuse", actor=actor, note=note)
    notifications.tell_booking(done, note=note)
    fill(done.unit, done.during)
    return done


@transaction.atomic
def cancel_booking(booking, *, actor, note=""):
    """Give the time back, before it begins; it goes to who waits for it."""
    lock_unit(booking.unit)
    locked = lock(booking, actor)
    if locked.during.lower <= timezone.now() and "cancel" in open_steps(locked, actor):
        raise ValidationError(_("Waktunya sudah dimulai, sehingga pesanan ini tidak dapat dibatalkan lagi."))
    done = take_step(locked, "cancel", actor=actor, note=note)
    notifications.tell_booking(done, note=note)
    fill(done.unit, done.during)
    return done


@transaction.atomic
def check_in_booking(booking, *, actor, note=""):
    """Somebody came, from half an hour before the beginning on."""
    return _come(lock(booking, actor), "check_in", actor, note)


@transaction.atomic
def arrive(booking, *, actor, code, note=""):
    """Who speaks for the business came, and shows it by the code that hangs at the unit; as early as an official may check in.

    Raises PermissionDenied, StepError, ValidationError (time, code).
    """
    locked = lock(booking, actor)
    check_speaks_for(actor, locked.business_id)
    if "arrive" in open_steps(locked, actor) and not unit_codes.holds(code, locked.unit, today()):
        raise ValidationError(
            {"code": _("Kode ini bukan kode di unit ini. Pindai atau ketik kode yang tertempel di sana.")}
        )
    return _come(locked, "arrive", actor, note or _by_code())


@in_indonesian
def _by_code():
    return _("Datang sendiri, dengan kode di unit.")


def _come(locked, step, actor, note):
    now = timezone.now()
    if step in open_steps(locked, actor):
        if now < locked.during.lower - EARLY:
            raise ValidationError(
                _("Terlalu awal: pesanan ini mulai %(time)s.") % {"time": notifications.time_of(locked)}
            )
        if now >= locked.during.upper:
            raise ValidationError(_("Waktu pesanan ini sudah lewat."))
    return take_step(locked, step, actor=actor, note=note, checked_in_at=now)


def may_arrive(booking, actor):
    """Whether `actor` may now say by the code at the unit that he or she came."""
    return (
        "arrive" in open_steps(booking, actor)
        and booking.during.lower - EARLY <= timezone.now() < booking.during.upper
        and speaks_for(actor, booking.business_id)
    )


@transaction.atomic
def finish_booking(booking, *, actor, note=""):
    """The use is over: its hours stand in the log of the unit, and what is left of the time is free."""
    unit = lock_unit(booking.unit)
    locked = lock(booking, actor)
    now = timezone.now()
    before, fields = locked.during, {"finished_at": now}
    if locked.during.lower < now < locked.during.upper:
        fields["during"] = span(locked.during.lower, now)
    done = take_step(locked, "finish", actor=actor, note=note, **fields)
    _log_use(done, actor, note)
    if done.during != before:
        fill(unit, before)
    return done


def _log_use(booking, actor, note):
    """The hours from coming to leaving, in the log of the unit."""
    seconds = max((booking.finished_at - booking.checked_in_at).total_seconds(), 0)
    Usage.objects.create(
        unit=booking.unit,
        booking=booking,
        used_on=timezone.localtime(booking.checked_in_at).date(),
        hours=(Decimal(int(seconds)) / 3600).quantize(Decimal("0.01")),
        note=note[:300],
        recorded_by=actor,
    )


@in_indonesian
def end_uses(now=None):
    """Finish every use whose booked time is over where nobody wrote down when it ended: it counts to the booked end. Returns
    how many."""
    now, ended = now or timezone.now(), 0
    due = Booking.objects.filter(status=S.IN_USE, during__endswith__lte=now - LEAVING)
    for pk in due.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            rows = Booking.objects.select_for_update(of=("self",)).select_related("unit", "booked_by")
            one = rows.get(pk=pk)
            if one.status != S.IN_USE:
                continue
            note = _("Waktu yang dipesan sudah habis.")
            done = follow_step(one, "finish", actor=one.booked_by, note=note, finished_at=one.during.upper)
            _log_use(done, one.booked_by, note)
            ended += 1
    return ended


# --- Who waits, and who does not come ---------------------------------------------------------------------------------


@in_indonesian
def fill(unit, during):
    """Give a freed time to who waits for it, in the order of arrival. The caller holds the unit's lock.

    A business that is being written elsewhere is passed over now and looked at again by the worker, so that two such
    transactions never wait for each other. Returns the bookings that got their turn.
    """
    unit = Unit.objects.select_related("centre__legal_basis").get(pk=unit.pk)
    waiting = (
        Booking.objects.select_for_update(no_key=True, of=("self",), skip_locked=True)
        .filter(unit=unit, status=S.WAITING, during__overlap=during)
        .select_related("unit__centre", "business", "booked_by")
        .order_by("pk")
    )
    admitted = []
    for one in waiting:
        wanted = Slot(one.during.lower, one.during.upper)
        free = Business.objects.select_for_update(no_key=True, of=("self",), skip_locked=True)
        if not free.filter(pk=one.business_id).exists() or obstacle(unit, wanted):
            continue
        if quota_obstacle(one.business, unit, wanted, ignoring=one.pk):
            continue
        step = "admit_to_decide" if unit.needs_approval else "admit"
        held = Booking.objects.filter(unit=unit, status__in=HOLDING, with_cleaning__overlap=one.with_cleaning)
        if held.exists() or UnitClosure.objects.filter(unit=unit, during__overlap=one.during).exists():
            continue
        moved = follow_step(one, step, actor=one.booked_by, note=_("Waktunya menjadi kosong."))
        notifications.tell_booking(moved)
        admitted.append(moved)
    return admitted


def release_no_shows(now=None):
    """Free the time of every booking nobody checked in for within the grace of its centre, end the queue for times that began,
    and give freed times to who waits. Returns (released, ended, admitted)."""
    now = now or timezone.now()
    released = ended = admitted = 0
    late = (
        Booking.objects.filter(status__in=[S.REQUESTED, S.APPROVED], during__startswith__lte=now)
        .select_related("unit__centre")
        .order_by("pk")
    )
    for one in late:
        if one.during.lower + timedelta(minutes=one.unit.centre.grace_minutes) <= now:
            done, moved = _release(one)
            released += done
            admitted += moved
    for pk in Booking.objects.filter(status=S.WAITING, during__startswith__lte=now).values_list(
        "pk", flat=True
    ):
        ended += _end_waiting(pk)
    for unit in Unit.objects.filter(bookings__status=S.WAITING).distinct().order_by("pk"):
        with transaction.atomic():
            lock_unit(unit)
            for one in Booking.objects.filter(unit=unit, status=S.WAITING).order_by("pk"):
                admitted += len(fill(unit, one.during))
    return released, ended, admitted


@transaction.atomic
def _release(booking):
    """(1, how many got their turn), or (0, 0) where somebody came in the meantime."""
    lock_unit(booking.unit)
    locked = (
        Booking.objects.select_for_update(of=("self",))
        .select_related("unit__centre", "business", "booked_by")
        .get(pk=booking.pk)
    )
    try:
        done = follow_step(locked, "release", actor=locked.booked_by, note=_("Tidak ada yang datang."))
    except StepError:
        return 0, 0
    notifications.tell_booking(done)
    return 1, len(fill(done.unit, done.during))


@transaction.atomic
def _end_waiting(pk):
    locked = (
        Booking.objects.select_for_update(of=("self",))
        .select_related("unit__centre", "business", "booked_by")
        .get(pk=pk)
    )
    if locked.status != S.WAITING:
        return 0
    done = follow_step(locked, "expire", actor=locked.booked_by)
    notifications.tell_booking(done)
    return 1
