"""The audit trail: who read or wrote what, append-only and hash-chained in the database (see AuditEntry)."""

from contextvars import ContextVar

from core.models import AuditEntry

# Where the present request comes from; set by core.middleware.request_context.
request_origin = ContextVar("request_origin", default="")


def record(actor, action, subject=None, *, detail=None):
    """Append one line: `actor` (None: the system) did `action` to `subject` (a record with a reference, or text).

    The chain's lock is held to the end of the transaction, so call this last. `detail` never holds personal data.
    """
    AuditEntry.objects.create(
        actor=actor if getattr(actor, "pk", None) else None,
        action=action,
        subject=getattr(subject, "reference", subject) or "",
        detail=detail or {},
        origin=request_origin.get(),
    )
