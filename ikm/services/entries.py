"""What officials write in the register themselves: a draft entered at the counter, a field put right."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, outbox
from core.optimistic import lock_version
from core.workflow import StepError, begin, lock
from ikm.enums import BusinessStatus
from ikm.models import Business, Licence
from ikm.services.registration import licence_number, told_of_races


@transaction.atomic
def enter_business(*, actor, **fields):
    """A new draft entered by an official, who speaks for nobody. Raises PermissionDenied or ValidationError."""
    if not actor.has_perm("ikm.add_business"):
        raise PermissionDenied(_("Peran Anda tidak mencakup pencatatan usaha baru."))
    business = Business()
    _fill(business, fields)
    begin(business, "start", actor=actor)
    return business


@transaction.atomic
def change_business(business, *, actor, version=None, **fields):
    """Put fields of a business right, in whatever status but merged; at `version` when one is given.

    Raises PermissionDenied, DoesNotExist for a stranger, StaleRecord, StepError or ValidationError.
    """
    if not actor.has_perm("ikm.change_business"):
        raise PermissionDenied(_("Peran Anda tidak mencakup perubahan data usaha."))
    business = lock(business, actor) if version is None else lock_version(business, version, actor)
    if business.status == BusinessStatus.MERGED:
        raise StepError(_("Berkas ini sudah digabung. Ubahlah berkas yang dipertahankan."))
    changed = sorted(name for name, value in fields.items() if getattr(business, name) != value)
    if not changed:
        return business
    _fill(business, fields)
    outbox.publish("ikm.business.change", subject=business.reference, data={"fields": changed})
    audit.record(actor, "ikm.business.change", business, detail={"fields": changed})
    return business


@transaction.atomic
def record_licence(business, *, actor, kind, number, **fields):
    """A licence or certificate that the office got for a business in the register; one that stands there is brought up to date.

    Raises PermissionDenied, DoesNotExist for a stranger, StepError or ValidationError.
    """
    if not actor.has_perm("ikm.add_licence"):
        raise PermissionDenied(_("Peran Anda tidak mencakup pencatatan izin."))
    business = lock(business, actor)
    if business.status != BusinessStatus.REGISTERED:
        raise StepError(_("Izin dicatat untuk usaha yang terdaftar."))
    try:
        number = licence_number(kind, number)
    except ValidationError as error:
        raise ValidationError({"number": error}) from error
    licence = Licence.objects.filter(business=business, kind=kind, number=number).first() or Licence(
        business=business, kind=kind, number=number
    )
    for name, value in fields.items():
        setattr(licence, name, value)
    licence.full_clean()
    licence.save()
    outbox.publish("ikm.business.change", subject=business.reference, data={"fields": ["licences"]})
    audit.record(actor, "ikm.record_licence", business, detail={"kind": kind})
    return licence


def _fill(business, fields):
    for name, value in fields.items():
        setattr(business, name, value)
    business.nib = business.nib or None
    known = Business.objects.exclude(pk=business.pk).exclude(status=BusinessStatus.MERGED)
    if business.nib and known.filter(nib=business.nib).exists():
        raise ValidationError({"nib": _("NIB ini sudah tercatat. Buka berkas yang sudah ada.")})
    with told_of_races():
        business.full_clean()
        business.save()
    business.refresh_from_db()
