"""What the models of all rooms share: closed choices, and rows that count their changes."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.constraints import CheckedTogether


def closed(app_model, field, choices):
    """A check constraint that closes `field` to the values of `choices` for whoever writes the row."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": choices.values}), name=f"{app_model}_{field}_closed"
    )


class BumpVersion(pgtrigger.Trigger):
    """Counts every change of a row, by whatever door, for optimistic locking and ETags."""

    name = "bump_version"
    when = pgtrigger.Before
    operation = pgtrigger.Update
    func = "NEW.version := OLD.version + 1; NEW.modified_at := clock_timestamp(); RETURN NEW;"


class Versioned(CheckedTogether):
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("dibuat"), default=timezone.now, editable=False)
    modified_at = models.DateTimeField(_("diubah"), default=timezone.now, editable=False)

    class Meta:
        abstract = True
