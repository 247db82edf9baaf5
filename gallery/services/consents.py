"""What a business agrees to for the gallery: to be shown, and to be promoted on marketplaces."""

from django.db import transaction

from accounts.models import Consent
from accounts.services import give_consent
from ikm.policies import check_speaks_for


def given(business, purposes):
    """Those of `purposes` to which `business` agrees now."""
    rows = (Consent.objects.active(purpose).filter(subject=business.reference) for purpose in purposes)
    return {purpose for purpose, found in zip(purposes, rows, strict=True) if found.exists()}


@transaction.atomic
def agree(business, purposes, *, actor, ip_address=None):
    """Record that who speaks for `business` agrees to `purposes`. Raises PermissionDenied for anybody else."""
    check_speaks_for(actor, business.pk)
    for purpose in purposes:
        give_consent(business, purpose, actor=actor, ip_address=ip_address)
