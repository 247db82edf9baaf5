"""What a business agrees to for the gallery: to be shown, and to be promoted on marketplaces."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Consent
from accounts.services import give_consent
from ikm.models import Business


def given(business, purposes):
    """Those of `purposes` to which `business` agrees now."""
    rows = (Consent.objects.active(purpose).filter(subject=business.reference) for purpose in purposes)
    return {purpose for purpose, found in zip(purposes, rows, strict=True) if found.exists()}


@transaction.atomic
def agree(business, purposes, *, actor, ip_address=None):
    """Record that who speaks for `business` agrees to `purposes`. Raises PermissionDenied for anybody else."""
    if not Business.objects.spoken_for_by(actor).filter(pk=business.pk).exists():
        raise PermissionDenied(_("Anda tidak mewakili usaha ini."))
    for purpose in purposes:
        give_consent(business, purpose, actor=actor, ip_address=ip_address)
