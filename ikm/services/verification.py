"""What the office decides about a business: registering, asking for correction, rejecting, closing, and keeping what
it knows fresh."""

from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, outbox
from core.dates import date_in_words
from core.models import Event
from core.optimistic import lock_version
from core.workflow import StepError, lock, take_step
from ikm import parts
from ikm.enums import BusinessStatus, CorrectionReason
from ikm.models import Business, CorrectionItem, Owner
from ikm.notifications import tell_speakers
from ikm.policies import speaks_for

#: Who was asked to confirm is not asked again for so long.
CONFIRMATION_PAUSE = timedelta(days=14)

CONFIRMATION_ASKED = "ikm.business.ask_confirmation"


@dataclass(frozen=True)
class Correction:
    """One field or document that the owner is to put right (`field` as in ikm.parts), and why."""

    field: str
    reason: str
    note: str = ""


@transaction.atomic
def register_business(business, *, actor, version=None, note=""):
    """Accept a submitted business into the register: registered, verified and confirmed today; its people are told.

    `version`, when given, is the one the official examined: a later change raises StaleRecord.
    """
    if version is not None:
        lock_version(business, version, actor)
    today = timezone.localdate()
    registered = take_step(
        business,
        "register",
        actor=actor,
        note=note,
        registered_on=business.registered_on or today,
        verified_on=today,
        verified_by=actor,
        confirmed_on=today,
    )
    tell_speakers(
        registered,
        title=lambda: _("%(name)s terdaftar") % {"name": registered},
        body=lambda: (
            _(
                "Usaha Anda terdaftar sebagai industri binaan Kota Semarang dengan nomor %(reference)s sejak "
                "%(day)s. Anda dapat meminta surat keterangan dan melaporkan angka tahunan."
            )
            % {"reference": registered.reference, "day": date_in_words(registered.registered_on)}
        ),
        link=reverse("my_business", args=[registered.reference]),
    )
    return registered


@transaction.atomic
def ask_correction(business, items, *, actor, version=None, note=""):
    """Send a submitted business back, naming what is to be put right (`items`: Corrections).

    The owner sees only these fields and documents. Raises ValidationError when nothing is named, a field is unknown
    or named twice, or the reason "other" stands without a note.
    """
    items = list(items)
    if not items:
        raise ValidationError(_("Pilih paling sedikit satu isian atau dokumen yang harus diperbaiki."))
    fields = [item.field for item in items]
    for item in items:
        if item.field not in parts.PARTS:
            raise ValidationError(
                _("Isian “%(field)s” tidak dapat diminta perbaikannya.") % {"field": item.field}
            )
        if fields.count(item.field) > 1:
            raise ValidationError(
                _("Isian “%(field)s” disebut dua kali.") % {"field": parts.PARTS[item.field].label}
            )
        if item.reason == CorrectionReason.OTHER and not item.note.strip():
            raise ValidationError(
                _("Jelaskan apa yang harus diperbaiki pada “%(field)s”.")
                % {"field": parts.PARTS[item.field].label}
            )
    if version is not None:
        lock_version(business, version, actor)
    returned = take_step(business, "ask_correction", actor=actor, note=note)
    for item in items:
        asked = CorrectionItem(
            business=returned, field=item.field, reason=item.reason, note=item.note.strip(), asked_by=actor
        )
        asked.full_clean()
        asked.save()
    tell_speakers(
        returned,
        title=lambda: _("%(name)s perlu diperbaiki") % {"name": returned},
        body=lambda: (
            _("Perbaiki bagian ini, lalu kirim lagi: %(fields)s. Isian lain tidak perlu diubah.")
            % {"fields": ", ".join(str(parts.PARTS[field].label) for field in fields)}
        ),
        link=reverse("my_business", args=[returned.reference]),
    )
    return returned


@transaction.atomic
def reject_business(business, *, actor, note, version=None):
    """Refuse a submitted business for a reason (`note`), which its people are told."""
    if version is not None:
        lock_version(business, version, actor)
    rejected = take_step(business, "reject", actor=actor, note=note)
    tell_speakers(
        rejected,
        title=lambda: _("%(name)s tidak dapat didaftarkan") % {"name": rejected},
        body=lambda: (
            _("Alasan: %(note)s Bila ada yang keliru, datanglah ke loket dinas.") % {"note": _sentence(note)}
        ),
        link=reverse("my_business", args=[rejected.reference]),
    )
    return rejected


@transaction.atomic
def close_business(business, *, actor, note, closed_on=None):
    """Record that a registered business ceased on `closed_on` (today)."""
    closed = take_step(business, "close", actor=actor, note=note, closed_on=closed_on or timezone.localdate())
    tell_speakers(
        closed,
        title=lambda: _("%(name)s dicatat tutup") % {"name": closed},
        body=lambda: (
            _("Usaha Anda dicatat tutup sejak %(day)s. Alasan: %(note)s")
            % {"day": date_in_words(closed.closed_on), "note": _sentence(note)}
        ),
        link=reverse("my_business", args=[closed.reference]),
    )
    return closed


@transaction.atomic
def reopen_business(business, *, actor, note):
    """Take a closed business back into the register; it counts as never having been closed."""
    reopened = take_step(business, "reopen", actor=actor, note=note, closed_on=None)
    tell_speakers(
        reopened,
        title=lambda: _("%(name)s dibuka kembali") % {"name": reopened},
        body=lambda: (
            _("Usaha Anda kembali tercatat sebagai usaha yang berjalan. Alasan: %(note)s")
            % {"note": _sentence(note)}
        ),
        link=reverse("my_business", args=[reopened.reference]),
    )
    return reopened


@transaction.atomic
def confirm_business(business, *, actor):
    """The one click of who speaks for a registered business: what the office knows is still right today."""
    if not actor.has_perm("ikm.confirm_business"):
        raise PermissionDenied(_("Hanya wakil usaha yang dapat menegaskan datanya."))
    if not speaks_for(actor, business.pk):
        raise Business.DoesNotExist
    locked = lock(business, actor)
    if locked.status != BusinessStatus.REGISTERED:
        raise StepError(_("Hanya data usaha yang terdaftar yang perlu ditegaskan."))
    locked.confirmed_on = timezone.localdate()
    locked.save(update_fields=["confirmed_on"])
    outbox.publish("ikm.business.confirm", subject=locked.reference, data={})
    audit.record(actor, "ikm.business.confirm", locked)
    return locked


def confirmation_last_asked(references):
    """When the people of each of these businesses were last asked to confirm: {reference: moment}."""
    return dict(
        Event.objects.filter(kind=CONFIRMATION_ASKED, subject__in=list(references))
        .order_by("id")
        .values_list("subject", "created_at")
    )


@dataclass(frozen=True)
class ConfirmationPlan:
    """What asking for confirmation would do: `told` get a message, `unreachable` have no account, `asked_lately` were
    asked within CONFIRMATION_PAUSE, `fresh` need no confirmation."""

    told: list
    unreachable: list
    asked_lately: list
    fresh: list


def plan_confirmations(businesses):
    """The ConfirmationPlan for these businesses; writes nothing."""
    businesses = list(businesses)
    asked = confirmation_last_asked(business.reference for business in businesses)
    reachable = set(
        Business.objects.filter(
            pk__in=[business.pk for business in businesses],
            representatives__status="approved",
            representatives__user__is_active=True,
        ).values_list("pk", flat=True)
    )
    since = timezone.now() - CONFIRMATION_PAUSE
    plan = ConfirmationPlan([], [], [], [])
    for business in businesses:
        if not business.is_stale:
            plan.fresh.append(business)
        elif business.reference in asked and asked[business.reference] > since:
            plan.asked_lately.append(business)
        elif business.pk in reachable:
            plan.told.append(business)
        else:
            plan.unreachable.append(business)
    return plan


def _ask_to_confirm(business):
    tell_speakers(
        business,
        title=lambda: _("Apakah data %(name)s masih benar?") % {"name": business},
        body=lambda: (
            _(
                "Data usaha Anda terakhir ditegaskan %(day)s. Bila masih benar, tekan “Data masih benar”. "
                "Bila ada yang berubah, usulkan perubahannya."
            )
            % {
                "day": date_in_words(business.confirmed_on)
                if business.confirmed_on
                else _("lebih dari setahun lalu")
            }
        ),
        link=reverse("my_business", args=[business.reference]),
    )


@transaction.atomic
def ask_confirmation(businesses, *, actor):
    """Ask the people of stale businesses to confirm their data; the ConfirmationPlan that was carried out.

    Two officials at once ask each business once: its row is locked before the plan is made.
    """
    if not actor.has_perm("ikm.ask_correction"):
        raise PermissionDenied(_("Peran Anda tidak mencakup langkah ini."))
    pks = [business.pk for business in businesses]
    locked = (
        Business.objects.visible_to(actor).filter(pk__in=pks).order_by("pk").select_for_update(of=("self",))
    )
    plan = plan_confirmations(locked)
    for business in plan.told:
        _ask_to_confirm(business)
        outbox.publish(CONFIRMATION_ASKED, subject=business.reference, data={})
    if plan.told:
        audit.record(
            actor,
            CONFIRMATION_ASKED,
            detail={"count": len(plan.told), "references": [business.reference for business in plan.told]},
        )
    return plan


@transaction.atomic
def reveal_nik(owner, *, actor, reason):
    """The full NIK of `owner`, for a reason that is kept in the audit trail with who read it."""
    if not actor.has_perm("ikm.reveal_nik"):
        raise PermissionDenied(_("Peran Anda tidak mencakup NIK lengkap."))
    reason = reason.strip()
    if len(reason) < 10:
        raise ValidationError(
            {
                "nik_reason": _(
                    "Tuliskan alasan membuka NIK, paling sedikit sepuluh huruf. Alasan ini dicatat."
                )
            }
        )
    visible = Owner.objects.visible_to(actor).get(pk=owner.pk)
    audit.record(actor, "ikm.owner.reveal_nik", visible, detail={"reason": reason[:200]})
    return visible.nik


def _sentence(text):
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
