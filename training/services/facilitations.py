"""Help beside the courses: asked for by a business, taken up by the office, granted with what came of it, or refused."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.workflow import begin, lock, open_steps, take_step
from ikm.enums import BusinessStatus, LicenceKind
from ikm.policies import check_speaks_for
from ikm.services.entries import record_licence
from training import outcome_notices
from training.enums import FacilitationKind
from training.models import Facilitation

#: What is granted stands in the register as a licence of this kind; better packaging is no licence.
LICENCES = {
    FacilitationKind.BRAND: LicenceKind.MEREK,
    FacilitationKind.HALAL: LicenceKind.HALAL,
    FacilitationKind.PIRT: LicenceKind.PIRT,
    FacilitationKind.SNI: LicenceKind.SNI,
}


@transaction.atomic
def ask_facilitation(business, *, actor, kind, about, note=""):
    """A business asks for help. The same request sent again is the one that stands.

    Raises PermissionDenied for who does not speak for the business, ValidationError when it is not in the register.
    """
    if not actor.has_perm("training.ask_facilitation"):
        raise PermissionDenied(_("Peran Anda tidak mencakup fasilitasi."))
    check_speaks_for(actor, business.pk)
    business = lock(business, actor)
    if business.status != BusinessStatus.REGISTERED:
        raise ValidationError(
            _("Fasilitasi hanya untuk usaha yang sudah terdaftar. Selesaikan pendaftarannya dahulu.")
        )
    about = " ".join(about.split())
    standing = Facilitation.objects.open().filter(business=business, kind=kind, about__iexact=about).first()
    if standing:
        return standing
    made = Facilitation(business=business, kind=kind, about=about, note=note.strip(), asked_by=actor)
    made.full_clean()
    made.save()
    begin(made, "ask", actor=actor)
    outcome_notices.tell_facilitation(made)
    return made


@transaction.atomic
def take_up_facilitation(facilitation, *, actor, note=""):
    taken = take_step(facilitation, "take_up", actor=actor, note=note)
    outcome_notices.tell_facilitation(taken, note.strip())
    return taken


@transaction.atomic
def grant_facilitation(
    facilitation, *, actor, note="", number="", issuer="", issued_on=None, expires_on=None
):
    """What was asked for is there: the certificate lands in the register as a licence of the business.

    Raises StepError, ValidationError for a missing or wrong number.
    """
    locked = lock(facilitation, actor)
    if "grant" not in open_steps(locked, actor):
        return take_step(locked, "grant", actor=actor, note=note)  # says why
    licence = None
    if kind := LICENCES.get(locked.kind):
        if not number.strip():
            raise ValidationError({"number": _("Isi nomor yang terbit.")})
        licence = record_licence(
            locked.business,
            actor=actor,
            kind=kind,
            number=number,
            issuer=issuer,
            issued_on=issued_on,
            expires_on=expires_on,
            about=locked.about[:120],
        )
    granted = take_step(locked, "grant", actor=actor, note=note, licence=licence)
    outcome_notices.tell_facilitation(granted, f"{licence}. {note}".strip() if licence else note.strip())
    return granted


@transaction.atomic
def refuse_facilitation(facilitation, *, actor, note):
    """Refuse for a reason that the business reads."""
    refused = take_step(facilitation, "refuse", actor=actor, note=note)
    outcome_notices.tell_facilitation(refused, note.strip())
    return refused


@transaction.atomic
def withdraw_facilitation(facilitation, *, actor):
    withdrawn = take_step(facilitation, "withdraw", actor=actor)
    outcome_notices.tell_facilitation(withdrawn)
    return withdrawn
