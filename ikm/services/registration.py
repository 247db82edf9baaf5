"""Registering a business: a draft filled page by page, sent once it is complete, corrected when the office asks."""

from contextlib import contextmanager
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Purpose
from accounts.models import Consent, User
from accounts.services import give_consent, withdraw_consent
from core import audit, outbox
from core.attachments import attach_file
from core.dates import date_in_words
from core.indonesia import check_licence_number
from core.languages import in_indonesian
from core.optimistic import lock_version
from core.workflow import StepError, begin, history, lock, take_step
from ikm.deadlines import due_on
from ikm.enums import BusinessStatus, LicenceKind, RepresentativeKind, RepresentativeStatus
from ikm.models import (
    Business,
    BusinessEvent,
    Licence,
    LicenceEvent,
    Owner,
    OwnerEvent,
    Ownership,
    Product,
    ProductEvent,
    Representative,
    YearlyFigureEvent,
)
from ikm.parts import PARTS, document_kind
from ikm.services.duplicates import find_near_duplicates
from ikm.services.figures import record_figures, refresh_current

EDITABLE = {BusinessStatus.DRAFT, BusinessStatus.NEEDS_CORRECTION}
#: Who owns a business in the register is changed by a proposal, not by somebody's new draft.
SETTLED = {BusinessStatus.SUBMITTED, BusinessStatus.REGISTERED, BusinessStatus.CLOSED}

LICENCE_FORMATS = {
    LicenceKind.NIB: "nib",
    LicenceKind.PIRT: "pirt",
    LicenceKind.HALAL: "halal",
    LicenceKind.MEREK: "brand",
    LicenceKind.BPOM: "bpom",
    LicenceKind.SNI: "sni",
    LicenceKind.TKDN: "tkdn",
}

#: Names less alike than this are not shown to the person as perhaps the same business.
ALIKE_NAME = 0.6

#: Which sentence leads to the existing file; the doors show a link to the claim beside errors of this code.
ALREADY_REGISTERED = "already_registered"


@dataclass(frozen=True)
class Gap:
    """Something a registration still lacks: the page and part where it is filled in, and what to do."""

    section: str
    part: str
    sentence: str


def _known_nib(own=None):
    """The refusal of an NIB that stands in another file; `own` is that file when the person speaks for it."""
    if own is not None:
        return ValidationError(
            _("NIB ini sudah ada pada usaha Anda “%(name)s” (%(reference)s). Lanjutkan berkas itu.")
            % {"name": own, "reference": own.reference}
        )
    return ValidationError(
        _(
            "NIB ini sudah tercatat pada berkas lain. Jika itu usaha Anda, minta hak atas berkas yang sudah ada."
        ),
        code=ALREADY_REGISTERED,
    )


def _known_nik():
    return ValidationError(
        _(
            "NIK ini sudah tercatat pada berkas lain. Jika itu usaha Anda, minta hak atas berkas yang sudah ada."
        ),
        code=ALREADY_REGISTERED,
    )


RACES = {"ikm_business_nib_once": ("nib", _known_nib), "ikm_owner_nik_once": ("nik", _known_nik)}

RULES = {rule.name: rule for model in (Business, Owner) for rule in model._meta.constraints}


@contextmanager
def told_of_races():
    """Whoever loses the race for a NIB or NIK reads the same sentence as who came a minute later."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if name not in RACES:
            raise
        field, sentence = RACES[name]
        raise ValidationError({field: sentence()}) from error
    except ValidationError as error:
        # The other one was done between the look at the table and the check of the rules.
        for name, (field, sentence) in RACES.items():
            if str(RULES[name].violation_error_message) in error.messages:
                raise ValidationError({field: sentence()}) from error
        raise


@in_indonesian
def _started_reason():
    return _("Memulai pendaftaran ini.")


@transaction.atomic
def start_registration(*, actor):
    """A new draft for which `actor` speaks, or the draft that he or she already has.

    One draft a person: the person's row is locked, so that ten presses of the button make one draft.
    Returns (business, created).
    """
    if not actor.has_perm("ikm.submit_business"):
        raise PermissionDenied(_("Hanya pelaku usaha yang mendaftarkan usahanya di sini."))
    User.objects.select_for_update().get(pk=actor.pk)
    draft = draft_of(actor)
    if draft is not None:
        return draft, False
    business = Business.objects.create()
    Representative.objects.create(
        user=actor,
        business=business,
        kind=RepresentativeKind.OWNER,
        status=RepresentativeStatus.APPROVED,
        reason=_started_reason(),
    )
    begin(business, "start", actor=actor)
    return business, True


def draft_of(user):
    """The draft that `user` has under way, None if there is none."""
    return Business.objects.spoken_for_by(user).filter(status=BusinessStatus.DRAFT).first()


@transaction.atomic
def discard_draft(business, *, actor):
    """Remove a draft that was never sent, with everything in it. A draft that was once sent stays, as history."""
    business = _editable(business, actor)
    if business.status != BusinessStatus.DRAFT or _was_sent(business):
        raise ValidationError(_("Pendaftaran yang pernah dikirim tidak dapat dihapus."))
    reference = business.reference
    owners = [ownership.owner for ownership in business.ownerships.select_related("owner")]
    Consent.objects.filter(subject=reference, withdrawn_at__isnull=True).update(withdrawn_at=timezone.now())
    files = [attachment.file for attachment in business.attachments.all()]
    business.delete()
    for owner in owners:
        if not owner.ownerships.exists():
            owner.delete()
    # A KTP's photo is not kept for a registration that never was; only once the removal of its row stands.
    transaction.on_commit(lambda: [file.storage.delete(file.name) for file in files])
    audit.record(actor, "ikm.business.discard", reference)


def _was_sent(business):
    return history(business).filter(step="submit").exists()


def _editable(business, actor, version=None):
    """`business` locked for `actor`, who may fill it in now; at `version` when one is given."""
    if not actor.has_perm("ikm.submit_business"):
        raise PermissionDenied(_("Peran Anda tidak mencakup langkah ini."))
    business = lock(business, actor) if version is None else lock_version(business, version, actor)
    if business.status not in EDITABLE:
        raise StepError(
            _("Berkas ini tidak dapat diisi karena statusnya kini “%(status)s”.")
            % {"status": business.get_status_display()}
        )
    return business


def asked_parts(business):
    """The names of the parts the office asks to correct; None while the whole entry is open (a draft)."""
    if business.status != BusinessStatus.NEEDS_CORRECTION:
        return None
    return set(business.correction_items.filter(answered_at__isnull=True).values_list("field", flat=True))


#: Parts that are rows of their own: the history table that tells whether one of them changed.
ROWS_OF_PART = {
    "products": ProductEvent,
    "workers": YearlyFigureEvent,
    "money": YearlyFigureEvent,
    "licences": LicenceEvent,
}


def is_changed_since(business, item):
    """Whether the part that a CorrectionItem asks about is another than it was when it was asked."""
    name, asked_at = item.field, item.asked_at
    if name not in PARTS:
        return False
    if PARTS[name].document:
        return documents(business, document_kind(name)).filter(uploaded_at__gt=asked_at).exists()
    if name in ROWS_OF_PART:
        return ROWS_OF_PART[name].objects.filter(business=business, pgh_created_at__gt=asked_at).exists()
    record, events, field = business, BusinessEvent, name
    if name.startswith("owner_"):
        record, events, field = main_owner(business), OwnerEvent, name.removeprefix("owner_")
    if record is None:
        return False
    then = events.objects.filter(pgh_obj_id=record.pk, pgh_created_at__lte=asked_at).order_by("pgh_id").last()
    attribute = type(record)._meta.get_field(field).attname
    return then is None or getattr(then, attribute) != getattr(record, attribute)


def _only_asked(business, *names):
    asked = asked_parts(business)
    if asked is None:
        return
    for name in names:
        if name not in asked:
            raise ValidationError(
                _("Bagian “%(part)s” tidak diminta untuk diperbaiki.") % {"part": PARTS[name].label}
            )


@transaction.atomic
def save_details(business, *, actor, version=None, **fields):
    """Write fields of the business itself while it is a draft, or those asked for while it is being corrected.

    Empty values are kept as they are: what is missing is told at the end. Raises StaleRecord, StepError or
    ValidationError (code `already_registered` beside a NIB that another file holds).
    """
    business = _editable(business, actor, version)
    _only_asked(business, *fields)
    for name, value in fields.items():
        setattr(business, name, value)
    if "nib" in fields:
        business.nib = business.nib or None
        known = Business.objects.exclude(pk=business.pk).exclude(status=BusinessStatus.MERGED)
        if business.nib and (other := known.filter(nib=business.nib).first()):
            own = Business.objects.spoken_for_by(actor).filter(pk=other.pk).first()
            raise ValidationError({"nib": _known_nib(own)})
    with told_of_races():
        business.full_clean()
        business.save()
    business.refresh_from_db()
    return business


@transaction.atomic
def save_owner(business, *, actor, version=None, **fields):
    """Write the main owner of a draft. A NIK that stands in a file of `actor`'s own leads to the same owner; one that
    stands in another's file is refused without a word about whose it is.

    The person of a business that is already in the register is not changed from a draft of another business.
    """
    business = _editable(business, actor, version)
    _only_asked(business, *(f"owner_{name}" for name in fields))
    ownership = business.ownerships.filter(is_main=True).select_related("owner").first()
    owner = ownership.owner if ownership else Owner()
    nik = fields.get("nik", owner.nik)
    if nik:
        known = Owner.objects.with_blind(nik=nik).exclude(pk=owner.pk).first()
        if known is not None:
            if not Owner.objects.visible_to(actor).filter(pk=known.pk).exists():
                raise ValidationError({"nik": _known_nik()})
            return _link_owner(business, ownership, known, actor)
    if owner.pk and is_settled(owner, besides=business):
        if nik and nik != owner.nik:
            ownership.delete()
            ownership, owner = None, Owner()
        else:
            return owner
    for name, value in fields.items():
        setattr(owner, name, value)
    if not owner.name and not owner.pk and not any(fields.values()):
        return None
    with told_of_races():
        owner.full_clean(exclude=["name"])
        owner.save()
    if ownership is None:
        Ownership.objects.create(business=business, owner=owner, is_main=True)
    _touch(business)
    audit.record(actor, "ikm.save_owner", business)
    return owner


def is_settled(owner, *, besides):
    """Whether `owner` also stands in a file that the office has, so that a draft may not change the person."""
    return owner.ownerships.filter(business__status__in=SETTLED).exclude(business=besides).exists()


def _link_owner(business, ownership, owner, actor):
    if ownership is not None:
        before = ownership.owner
        ownership.owner = owner
        ownership.save()
        if not before.ownerships.exists():
            before.delete()
    else:
        Ownership.objects.create(business=business, owner=owner, is_main=True)
    _touch(business)
    audit.record(actor, "ikm.save_owner", business)
    return owner


def _touch(business):
    """A change of a part counts as a change of the entry, so that a page opened before it is stale."""
    Business.objects.filter(pk=business.pk).update(modified_at=timezone.now())


@transaction.atomic
def add_product(business, *, actor, name, capacity=None, unit=""):
    """Add a product, in everyday words, to an entry that is being filled in."""
    business = _editable(business, actor)
    _only_asked(business, "products")
    product = Product(business=business, name=" ".join(name.split()), capacity=capacity, unit=unit)
    product.full_clean()
    product.save()
    refresh_current([business.pk])
    return product


@transaction.atomic
def remove_product(product, *, actor):
    business = _editable(product.business, actor)
    _only_asked(business, "products")
    product.delete()
    refresh_current([business.pk])


@transaction.atomic
def add_licence(business, *, actor, kind, number, **fields):
    """Add a licence or certificate; the form of its number is checked where the kind has one."""
    business = _editable(business, actor)
    _only_asked(business, "licences")
    try:
        number = licence_number(kind, number)
    except ValidationError as error:
        raise ValidationError({"number": error}) from error
    licence = Licence(business=business, kind=kind, number=number, **fields)
    licence.full_clean()
    licence.save()
    return licence


def licence_number(kind, number):
    """`number` in the official form of licences of `kind`. Raises ValidationError saying what is wrong."""
    if kind in LICENCE_FORMATS:
        return check_licence_number(LICENCE_FORMATS[kind], number).number
    return " ".join(number.split())


@transaction.atomic
def remove_licence(licence, *, actor):
    business = _editable(licence.business, actor)
    _only_asked(business, "licences")
    licence.delete()


def documents(business, kind):
    """The files of one kind that stand with a business, newest first."""
    return business.attachments.filter(kind=kind, removed_at__isnull=True).order_by("-id")


def gaps(business):
    """What `business` still lacks before it can be sent, in the order of the pages; empty when it is complete."""
    owner = main_owner(business)
    figure = business.figures.first()
    kinds = set(
        business.attachments.filter(removed_at__isnull=True).values_list("kind", flat=True).distinct()
    )
    agreed = Consent.objects.active(Purpose.REGISTER).filter(subject=business.reference).exists()
    needs = [
        ("name", business.name, _("Isi nama usaha.")),
        ("products", business.products.exists(), _("Sebutkan paling sedikit satu produk.")),
        ("main_kbli", business.main_kbli_id, _("Pilih kelompok industri (KBLI).")),
        ("address", business.address, _("Isi alamat usaha.")),
        ("kelurahan", business.kelurahan_id, _("Pilih kelurahan.")),
        ("owner_name", owner and owner.name, _("Isi nama pemilik.")),
        ("owner_nik", owner and owner.nik, _("Isi NIK pemilik.")),
        ("owner_sex", owner and owner.sex, _("Pilih jenis kelamin pemilik.")),
        ("owner_birth_date", owner and owner.birth_date, _("Isi tanggal lahir pemilik.")),
        (
            "owner_phone",
            (owner and owner.phone) or business.phone,
            _("Isi telepon pemilik agar petugas dapat menghubungi."),
        ),
        ("workers", figure, _("Isi jumlah pekerja, termasuk pemilik.")),
        ("money", figure and figure.investment is not None, _("Isi nilai investasi.")),
        ("document_ktp", document_kind("document_ktp") in kinds, _("Kirim foto KTP pemilik.")),
        (
            "document_business_photo",
            document_kind("document_business_photo") in kinds,
            _("Kirim foto tempat usaha."),
        ),
    ]
    found = [Gap(PARTS[part].section, part, sentence) for part, value, sentence in needs if not value]
    if not agreed:
        found.append(Gap("persetujuan", "register", _("Setujui pendataan agar berkas dapat diproses.")))
    return found


def look_alikes(business, *, actor):
    """Files of the office that may be this business: alike by name, and not one for which `actor` speaks.

    The door shows name and kelurahan alone. Who is found by a phone or an owner but has another name is left to the
    officials' list of doubles, lest a draft become a way to look up whose number it is.
    """
    if not business.name:
        return []
    own = set(Business.objects.spoken_for_by(actor).values_list("pk", flat=True))
    return [
        candidate.business
        for candidate in find_near_duplicates(business)
        if candidate.business.pk not in own and candidate.likeness.evidence.get("name", 0) >= ALIKE_NAME
    ][:3]


def main_owner(business):
    """The main owner, None while none is filled in."""
    ownership = business.ownerships.filter(is_main=True).select_related("owner").first()
    return ownership.owner if ownership else None


@transaction.atomic
def submit_business(business, *, actor):
    """Send a complete entry, or a corrected one, to the office. Raises ValidationError with one sentence a gap."""
    locked = lock(business, actor)
    if locked.status in EDITABLE and (missing := gaps(locked)):
        raise ValidationError([ValidationError(gap.sentence, code=gap.part) for gap in missing])
    sent = take_step(business, "submit", actor=actor)
    sent.correction_items.filter(answered_at__isnull=True).update(answered_at=timezone.now())
    due = due_on(sent)
    outbox.tell(
        actor,
        title=lambda: _("Pendaftaran %(name)s sudah kami terima") % {"name": sent.name},
        body=lambda: (
            _(
                "Nomor berkas Anda %(reference)s. Petugas memeriksa paling lambat %(due)s. "
                "Lacak kapan saja dengan nomor ini dan empat angka terakhir telepon Anda."
            )
            % {"reference": sent.reference, "due": date_in_words(due)}
        ),
        link=reverse("my_business", args=[sent.reference]),
        about=sent.reference,
    )
    return sent


def revise_business(business, *, actor):
    """Take up again an entry that was refused: it becomes a draft, to be changed and sent anew."""
    return take_step(business, "revise", actor=actor)


@transaction.atomic
def save_figures(business, *, actor, version=None, **values):
    """Write the workers or the money of an entry that is being filled in, as this year's figures.

    Nothing is written while there is neither a worker nor an amount. Raises ValidationError when amounts come before
    the workers, since figures without anybody at work are not figures.
    """
    business = _editable(business, actor, version)
    _only_asked(business, "workers" if {"men_workers", "women_workers"} & values.keys() else "money")
    figure = business.figures.first()
    if figure is None and not any(values.values()):
        return None
    if figure is None and not (values.get("men_workers") or values.get("women_workers")):
        raise ValidationError(_("Isi jumlah pekerja lebih dahulu."))
    for name in {"men_workers", "women_workers"} & values.keys():
        values[name] = values[name] or 0
    year = figure.year if figure else timezone.localdate().year
    return record_figures(business, actor=actor, year=year, **values)


@transaction.atomic
def save_consents(business, *, actor, purposes, ip_address=None):
    """Give the consents of `purposes` for the business and withdraw the others, while the entry is being filled in."""
    business = _editable(business, actor)
    if asked_parts(business) is not None:
        raise ValidationError(_("Persetujuan diubah pada halaman Data saya."))
    for purpose in Purpose:
        if purpose in purposes:
            give_consent(business, purpose, actor=actor, ip_address=ip_address)
        else:
            withdraw_consent(business, purpose, actor=actor)


@transaction.atomic
def add_document(business, *, actor, part, upload):
    """Hang a file on the entry as its document `part` ("document_ktp", …); it stands in the place of an earlier one."""
    business = _editable(business, actor)
    _only_asked(business, part)
    earlier = list(documents(business, document_kind(part)))
    allow = ("image",) if part == "document_business_photo" else ("image", "pdf")
    attachment = attach_file(business, upload, kind=document_kind(part), actor=actor, allow=allow)
    for old in earlier:
        old.removed_at = timezone.now()
        old.save(update_fields=["removed_at"])
    return attachment


@transaction.atomic
def remove_document(business, *, actor, part):
    """Take the document `part` from an entry that is being filled in."""
    business = _editable(business, actor)
    _only_asked(business, part)
    removed = documents(business, document_kind(part)).update(removed_at=timezone.now())
    if removed:
        audit.record(actor, "ikm.remove_document", business, detail={"kind": document_kind(part)})
    return bool(removed)
