"""By when the curator answers a maker."""

from django.utils import timezone

from core.indonesia import add_working_days
from core.models import ServiceStandard
from gallery.enums import ProductStatus
from gallery.services.reference import CURATION


def due_on(product):
    """The last day of the curator's answer, by the service standard in force when it was sent; None when nothing waits or
    nothing is promised."""
    if product.status != ProductStatus.SUBMITTED or product.submitted_at is None:
        return None
    sent = timezone.localdate(product.submitted_at)
    standard = (
        ServiceStandard.objects.filter(code=CURATION, in_force_from__lte=sent)
        .order_by("-in_force_from")
        .first()
    )
    return add_working_days(sent, standard.working_days) if standard else None
