"""Legal bases: proposed, drafted, declared in force, revoked; each with its text, its answer and its progress."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.attachments import attach_file
from core.dates import today
from core.optimistic import lock_version
from core.workflow import begin, follow_step, lock, open_steps, take_step
from programme.enums import LegalBasisStatus
from programme.models import LegalBasis, LegalBasisProgress

#: What a person may write of a basis; the rest follows from its steps.
FIELDS = (
    "kind", "number", "year", "about", "dated_on", "signer", "in_force_from", "in_force_until", "proposer",
    "proposed_on", "proposal", "answer", "answered_on",
)  # fmt: skip
LINKS = ("amends", "revokes")
TEXT = "legal_text"


def _may_change(actor):
    if not actor.has_perm("programme.change_legalbasis"):
        raise PermissionDenied(_("Peran Anda tidak mencakup perubahan dasar hukum."))


@transaction.atomic
def propose_legal_basis(*, actor, amends=(), revokes=(), **fields):
    """Record a proposal, or a text that is to be declared in force later. Returns the LegalBasis.

    `fields` are some of FIELDS. Raises PermissionDenied, ValidationError.
    """
    if not actor.has_perm("programme.propose_legalbasis"):
        raise PermissionDenied(_("Peran Anda tidak mencakup usulan dasar hukum."))
    basis = LegalBasis(**fields)
    basis.proposed_on = basis.proposed_on or today()
    basis.full_clean()
    basis.save()
    _link(basis, amends=amends, revokes=revokes)
    begin(basis, "propose", actor=actor)
    return basis


@transaction.atomic
def change_legal_basis(basis, *, actor, version=None, amends=None, revokes=None, **fields):
    """Correct what stands about a basis; None leaves what it amends or revokes as it is.

    What a basis in force amends or revokes has had its effect and stays. Raises StaleRecord when `version` is not the current
    one, PermissionDenied, ValidationError.
    """
    _may_change(actor)
    locked = lock(basis, actor) if version is None else lock_version(basis, version, actor)
    changed = sorted(name for name, value in fields.items() if getattr(locked, name) != value)
    for name in changed:
        setattr(locked, name, fields[name])
    locked.full_clean()
    if changed:
        locked.save()
        locked.refresh_from_db()
    links = {name: rows for name, rows in (("amends", amends), ("revokes", revokes)) if rows is not None}
    links = {name: rows for name, rows in links.items() if set(rows) != set(getattr(locked, name).all())}
    if links and locked.status not in {LegalBasisStatus.PROPOSED, LegalBasisStatus.DRAFTING}:
        raise ValidationError(_("Dasar hukum ini sudah berlaku. Yang diubah atau dicabutnya tetap."))
    _link(locked, **links)
    if changed or links:
        audit.record(
            actor, "programme.change_legalbasis", locked, detail={"fields": [*changed, *sorted(links)]}
        )
    return locked


def _link(basis, **links):
    for name, rows in links.items():
        for row in rows:
            if row.pk == basis.pk or row.status not in {LegalBasisStatus.IN_FORCE, LegalBasisStatus.REVOKED}:
                raise ValidationError({name: _("Pilih dasar hukum yang sudah pernah berlaku.")})
        getattr(basis, name).set(rows)


@transaction.atomic
def attach_text(basis, upload, *, actor):
    """Hang the text (a PDF) on a basis; everybody may read it while the basis is or was in force."""
    _may_change(actor)
    return attach_file(lock(basis, actor), upload, kind=TEXT, actor=actor, allow=("pdf",), is_public=True)


@transaction.atomic
def note_progress(basis, *, actor, text, on=None):
    """Write down how it goes on. Returns the LegalBasisProgress."""
    _may_change(actor)
    made = LegalBasisProgress(basis=lock(basis, actor), on=on or today(), text=text.strip(), noted_by=actor)
    made.full_clean()
    made.save()
    audit.record(actor, "programme.note_progress", basis)
    return made


def draft_legal_basis(basis, *, actor, note=""):
    return take_step(basis, "draft", actor=actor, note=note)


@transaction.atomic
def enforce_legal_basis(basis, *, actor, note=""):
    """Declare a drafted basis in force from the day that stands on it; what it revokes ends on the day before.

    Raises StepError, ValidationError naming what is missing or what has ended already.
    """
    enforced = take_step(basis, "enforce", actor=actor, note=note)
    for earlier in enforced.revokes.select_for_update(of=("self",)).order_by("pk"):
        if earlier.status == LegalBasisStatus.IN_FORCE:
            follow_step(
                earlier,
                "revoke",
                actor=actor,
                note=str(enforced),
                in_force_until=_earlier_of(
                    earlier.in_force_until, enforced.in_force_from - timedelta(days=1)
                ),
            )
    return enforced


@transaction.atomic
def revoke_legal_basis(basis, *, actor, note, last_day=None):
    """End a basis: `last_day` (default yesterday) is the last on which it holds. Whatever rests on it is closed from then on.

    Raises StepError, ValidationError without a reason.
    """
    locked = lock(basis, actor)
    if "revoke" not in open_steps(locked, actor):
        return take_step(locked, "revoke", actor=actor, note=note)  # says why
    last_day = last_day or today() - timedelta(days=1)
    return take_step(
        locked,
        "revoke",
        actor=actor,
        note=note,
        in_force_until=_earlier_of(locked.in_force_until, last_day),
    )


def _earlier_of(one, other):
    return other if one is None else min(one, other)
