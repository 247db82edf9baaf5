"""Who may sit in a course: the owners of a business as the register knows them, and its workers, typed once."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import audit
from core.indonesia import parse_nik
from core.references import parse_reference
from ikm.enums import BusinessStatus, RepresentativeKind, RepresentativeStatus
from ikm.models import Business, Owner
from ikm.policies import speaks_for
from training.enums import ACTIVE
from training.models import Participant

#: So many businesses are shown for a name.
MOST_FOUND = 20


def may_enrol_for(business, actor):
    """Whether `actor` speaks for the business, or is an official of training."""
    if not actor.has_perm("training.enrol_participant"):
        return False
    if actor.is_staff:
        return True
    return speaks_for(actor, business.pk)


def check_may_enrol(business, actor):
    """Raises PermissionDenied for who may not send people of this business."""
    if not may_enrol_for(business, actor):
        raise PermissionDenied(_("Anda tidak mewakili usaha ini."))


def businesses_named(text, actor):
    """Businesses that the text names at the counter: an NIB, a reference, or part of the name. At most `MOST_FOUND`."""
    known = (
        Business.objects.visible_to(actor)
        .exclude(status__in=[BusinessStatus.MERGED, BusinessStatus.DRAFT])
        .select_related("kelurahan__parent")
    )
    digits = "".join(character for character in text if character not in " .-")
    if digits.isdecimal() and len(digits) == 13:
        return list(known.filter(nib=digits))
    try:
        return list(known.filter(reference=parse_reference(text, prefix="IKM")))
    except ValidationError:
        pass
    if len(text) < 3:
        return []
    return list(known.filter(name__icontains=text).order_by("name", "pk")[:MOST_FOUND])


def workers_of(business):
    """The people of the business who are known already, owners apart."""
    return Participant.objects.filter(business=business, owner=None).order_by("name", "id")


def owners_of(business):
    """The owners of the business, the main one first."""
    return (
        Owner.objects.filter(ownerships__business=business).order_by("-ownerships__is_main", "id").distinct()
    )


@transaction.atomic
def add_worker(business, *, actor, name, nik, sex, birth_date=None, has_disability=False, phone=""):
    """The Participant of a worker, by NIK: typed once, found again afterwards.

    A person who came from another business moves to this one with what is typed now. Raises ValidationError when the NIK
    is not one, belongs to another name, or the person still takes part through another business.
    """
    check_may_enrol(business, actor)
    typed = {
        "business": business,
        "name": " ".join(name.split()),
        "sex": sex,
        "birth_date": birth_date,
        "has_disability": has_disability,
        "phone": phone,
    }
    nik = parse_nik(nik).number
    known = Participant.objects.with_blind(nik=nik).select_for_update(no_key=True).first()
    if known is None:
        made = Participant(nik=nik, **typed)
        made.full_clean(exclude=["owner", "user"])
        try:
            with transaction.atomic():
                made.save()
        except IntegrityError as error:
            if "training_participant_nik_once" not in str(error):
                raise
            known = Participant.objects.with_blind(nik=nik).select_for_update(no_key=True).get()
        else:
            audit.record(actor, "training.participant.add", made)
            return made
    if known.name.casefold() != typed["name"].casefold():
        raise ValidationError(
            {"nik": _("NIK ini sudah tercatat atas nama lain. Periksa nama dan NIK pada KTP.")}
        )
    if known.business_id == business.pk:
        return known
    if known.owner_id or known.enrolments.filter(status__in=ACTIVE).exclude(business=business).exists():
        raise ValidationError(
            {"nik": _("Orang ini masih tercatat lewat usaha lain. Hubungi dinas agar dipindahkan.")}
        )
    for field, value in typed.items():
        setattr(known, field, value)
    known.user = None
    known.full_clean(exclude=["owner", "user"])
    known.save()
    audit.record(actor, "training.participant.move", known)
    return known


def owner_as_participant(business, owner, *, actor):
    """The Participant of an owner, made from the register when there is none yet. Call inside a transaction.

    Raises ValidationError when the register lacks what is needed: NIK and sex.
    """
    known = Participant.objects.filter(owner=owner).first()
    if known is not None:
        return known
    if not owner.nik or not owner.sex:
        raise ValidationError(
            _("NIK atau jenis kelamin %(name)s belum ada dalam daftar. Tambahkan sebagai orang baru.")
            % {"name": owner.name}
        )
    known = Participant.objects.with_blind(nik=owner.nik).select_for_update(no_key=True).first()
    if known is not None:
        known.owner = owner
        known.save(update_fields=["owner"])
        return known
    made = Participant(
        business=business,
        owner=owner,
        user=actor if _is_owner_account(business, owner, actor) else None,
        name=owner.name,
        nik=owner.nik,
        sex=owner.sex,
        birth_date=owner.birth_date,
        has_disability=owner.has_disability,
        phone=owner.phone,
    )
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        if "training_participant_nik_once" not in str(error):
            raise
        return Participant.objects.with_blind(nik=owner.nik).get()
    return made


def _is_owner_account(business, owner, actor):
    """Whether the account is the owner's own: it speaks as the owner, and there is but one."""
    return (
        actor.representations.filter(
            business=business, kind=RepresentativeKind.OWNER, status=RepresentativeStatus.APPROVED
        ).exists()
        and not business.ownerships.exclude(owner=owner).exists()
    )
