"""Row history in the database: every insert, change and removal by whatever door, kept for `known_at`."""

import pghistory


def track(**options):
    """Decorator of a model whose every state is kept in an event table (append-only)."""
    return pghistory.track(
        pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), **options
    )
