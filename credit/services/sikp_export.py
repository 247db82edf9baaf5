"""Sending prospective debtors out: full NIK leave only for a reason, named person by person in the audit trail."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from credit.sikp import as_text, prospects
from ikm.services.verification import reveal_nik

PERMISSION = "credit.export_application"


@transaction.atomic
def export_prospects(*, actor, reason, kind):
    """(text of the file, number of rows) of every prospect without a fault. Raises PermissionDenied, or ValidationError
    when the reason is too short or nobody is ready."""
    if not actor.has_perm(PERMISSION):
        raise PermissionDenied(_("Peran Anda tidak mencakup ekspor daftar ini."))
    ready = [one for one in prospects(actor) if not one.faults]
    if not ready:
        raise ValidationError(_("Belum ada calon debitur yang datanya lengkap."))
    for one in ready:
        reveal_nik(one.application.owner, actor=actor, reason=reason)
    audit.record(
        actor,
        "credit.export_sikp",
        detail={"count": len(ready), "kind": kind, "reason": reason.strip()[:200],
                "references": [one.application.reference for one in ready]},
    )  # fmt: skip
    return as_text([one.values for one in ready], kind), len(ready)
