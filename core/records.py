"""What the models of all rooms share: closed choices, and rows that count or number their changes."""

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


class NumberChange(pgtrigger.Trigger):
    """Of a Numbered model without versions: every new or changed row bears the number of its transaction."""

    name = "number_change"
    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update
    func = "NEW.change_number := core_change_number(); RETURN NEW;"


class BumpAndNumber(BumpVersion):
    """BumpVersion and NumberChange in one, of a Followed model: every new or changed row bears the number of its transaction."""

    operation = pgtrigger.Insert | pgtrigger.Update
    func = """
        IF TG_OP = 'UPDATE' THEN
            NEW.version := OLD.version + 1;
            NEW.modified_at := clock_timestamp();
        END IF;
        NEW.change_number := core_change_number();
        RETURN NEW;
    """


class Versioned(CheckedTogether):
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("dibuat"), default=timezone.now, editable=False)
    modified_at = models.DateTimeField(_("diubah"), default=timezone.now, editable=False)

    class Meta:
        abstract = True


class Numbered(models.Model):
    """A model whose list is followed by `modified_since` (core.following). It needs the trigger NumberChange, or BumpAndNumber
    where it is Versioned, and the index changes_index()."""

    change_number = models.BigIntegerField(default=0, editable=False)

    class Meta:
        abstract = True


class Followed(Versioned, Numbered):
    """A Versioned model whose list is followed."""

    class Meta:
        abstract = True


def changes_index(app_model, key="id"):
    """The index by which the changes of a Numbered model are read in the order they were committed."""
    return models.Index(fields=["change_number", key], name=f"{app_model}_changes")
