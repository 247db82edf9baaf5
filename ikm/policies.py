"""Who may act for a business."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from ikm.models import Business


def speaks_for(user, business_id):
    """Whether `user` speaks for the business with this key, by a claim that an official approved."""
    return Business.objects.spoken_for_by(user).filter(pk=business_id).exists()


def check_speaks_for(user, business_id, *, or_official=False):
    """Raises PermissionDenied for who does not speak for the business; with `or_official` officials may act on its behalf."""
    if not ((or_official and user.is_staff) or speaks_for(user, business_id)):
        raise PermissionDenied(_("Anda tidak mewakili usaha ini."))
