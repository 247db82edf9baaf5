"""Row history in the database: every insert, change and removal by whatever door, kept for `known_at`."""

import pghistory
from django.db.models import ForeignKey

from core.records import Numbered


def track(*, looked_up_by=None, exclude=(), **options):
    """Decorator of a model whose every state is kept in an event table (append-only).

    Events are found by their row. `looked_up_by` names the foreign keys by which they are looked up as well; the others
    then have no index, which would be written for every row of an import. None leaves an index on each. The number of a
    Numbered model's last change is no part of its state.
    """

    def tracked(model):
        left_out = [*exclude, "change_number"] if issubclass(model, Numbered) else list(exclude)
        model = pghistory.track(
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(),
            pghistory.DeleteEvent(),
            exclude=left_out or None,
            **options,
        )(model)
        if looked_up_by is not None:
            for event in set(model.pgh_event_models.values()):
                for field in event._meta.local_fields:
                    if isinstance(field, ForeignKey) and field.name not in {"pgh_obj", *looked_up_by}:
                        field.db_index = False
        return model

    return tracked
