"""From when a refused applicant may apply again."""

from datetime import timedelta

from django.db.models import Max, Q
from django.utils import timezone

from credit.enums import ApplicationStatus
from credit.models import Application


def reapply_day(reason, day=None):
    """The first day on which to apply again after being refused for `reason` on `day` (default today)."""
    return (day or timezone.localdate()) + timedelta(days=reason.reapply_after_days)


def may_apply_on(business):
    """The day from which `business` or its main owner may apply again; None when that is today."""
    owners = business.ownerships.filter(is_main=True).values("owner_id")
    return Application.objects.filter(
        Q(business=business) | Q(owner__in=owners),
        status__in=[ApplicationStatus.DECLINED, ApplicationStatus.REJECTED],
        reapply_on__gt=timezone.localdate(),
    ).aggregate(last=Max("reapply_on"))["last"]
