"""Centres open and close by their status; whether they are open on a day depends on their legal basis as well."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.workflow import lock, take_step


@transaction.atomic
def open_centre(centre, *, actor, note=""):
    """Open the centre. Raises ValidationError without a legal basis in force today, StepError or PermissionDenied."""
    centre = lock(centre, actor)
    if centre.legal_basis is None:
        raise ValidationError(_("Isi dasar hukumnya sebelum fasilitas dibuka."))
    if not centre.legal_basis.is_in_force():
        raise ValidationError(
            _("“%(basis)s” belum atau tidak lagi berlaku, sehingga %(centre)s belum dapat dibuka.")
            % {"basis": centre.legal_basis, "centre": centre}
        )
    return take_step(centre, "open", actor=actor, note=note)


@transaction.atomic
def close_centre(centre, *, actor, note=""):
    """Close the centre for new bookings and leases; `note` says why."""
    return take_step(centre, "close", actor=actor, note=note)
