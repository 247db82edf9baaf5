"""Who speaks for a business that already stands in the register: a claim, and the office's decision on it."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core import outbox
from core.dates import date_in_words
from core.references import parse_reference
from core.workflow import begin, take_step
from ikm.deadlines import due_on
from ikm.enums import BusinessStatus, RepresentativeKind, RepresentativeStatus
from ikm.models import Business, Representative

#: Found by name, NIB or number. A draft is found by its NIB alone: its name is nobody's business yet.
CLAIMABLE = {
    BusinessStatus.SUBMITTED,
    BusinessStatus.NEEDS_CORRECTION,
    BusinessStatus.REGISTERED,
    BusinessStatus.CLOSED,
    BusinessStatus.REJECTED,
}
MOST_FOUND = 10


def find_claimable(text):
    """Businesses that `text` names exactly: an NIB, a reference or the whole name (capitals do not matter).

    A merged file leads to the one it was merged into. At most MOST_FOUND; an inexact name finds nothing, so that nobody
    leafs through the register here.
    """
    text = " ".join(str(text).split())
    digits = "".join(character for character in text if character not in " .-")
    known = Business.objects.select_related("kelurahan__parent", "merged_into")
    if digits.isdecimal() and len(digits) == 13:
        return _kept(known.filter(nib=digits))
    try:
        return _kept(
            known.filter(reference=parse_reference(text, prefix="IKM")).exclude(status=BusinessStatus.DRAFT)
        )
    except ValidationError:
        pass
    if len(text) < 3:
        return []
    return _kept(known.filter(name__iexact=text, status__in=CLAIMABLE)[:MOST_FOUND])


def _kept(businesses):
    found = {}
    for business in businesses:
        while business.status == BusinessStatus.MERGED:
            business = business.merged_into
        found[business.pk] = business
    return list(found.values())


@transaction.atomic
def claim_business(business, *, actor, kind, reason):
    """Ask the office to let `actor` speak for `business`. Returns the Representative.

    Raises ValidationError when no reason is given or an earlier claim is still open.
    """
    if not actor.has_perm("ikm.claim_business"):
        raise PermissionDenied(_("Hanya pelaku usaha yang meminta hak atas usaha."))
    if business.status == BusinessStatus.MERGED:
        raise ValidationError(_("Berkas ini sudah digabung. Cari berkas yang dipertahankan."))
    if not reason.strip():
        raise ValidationError({"reason": _("Jelaskan hubungan Anda dengan usaha ini.")})
    claim = Representative(
        user=actor,
        business=business,
        kind=RepresentativeKind(kind),
        status=RepresentativeStatus.CLAIMED,
        reason=reason.strip(),
    )
    claim.full_clean()
    try:
        with transaction.atomic():
            claim.save()
    except IntegrityError as error:
        if (
            getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
            != "ikm_representative_once_open"
        ):
            raise
        raise ValidationError(_("Anda sudah mengajukan atau memegang hak atas usaha ini.")) from error
    begin(claim, "claim", actor=actor)
    outbox.tell(
        actor,
        title=lambda: _("Permintaan hak atas usaha sudah kami terima"),
        body=lambda: (
            _("Nomor %(reference)s. Petugas memeriksa paling lambat %(due)s.")
            % {"reference": claim.reference, "due": date_in_words(due_on(claim))}
        ),
        link=reverse("claim_detail", args=[claim.reference]),
        about=claim.reference,
    )
    return claim


def withdraw_claim(claim, *, actor):
    """The claimant takes the claim back."""
    return take_step(claim, "withdraw", actor=actor)


@transaction.atomic
def approve_claim(claim, *, actor, note=""):
    """From now on the claimant speaks for the business. Whoever spoke for it before is told."""
    approved = take_step(claim, "approve", actor=actor, note=note)
    business = approved.business
    outbox.tell(
        approved.user,
        title=lambda: _("Anda kini mewakili %(name)s") % {"name": business},
        body=lambda: _("Buka Usaha saya untuk melihat dan memperbarui datanya."),
        link=reverse("my_business", args=[business.reference]),
        about=business.reference,
    )
    for other in _others(approved):
        outbox.tell(
            other,
            title=lambda: _("Ada wakil baru untuk %(name)s") % {"name": business},
            body=lambda: _(
                "Dinas menyetujui orang lain untuk ikut mewakili usaha ini. Bila Anda tidak mengenalnya, hubungi dinas."
            ),
            link=reverse("my_business", args=[business.reference]),
            about=business.reference,
        )
    return approved


def _others(claim):
    return [
        representative.user
        for representative in claim.business.representatives.filter(status=RepresentativeStatus.APPROVED)
        .exclude(user=claim.user_id)
        .select_related("user")
    ]


@transaction.atomic
def refuse_claim(claim, *, actor, note):
    """Refuse a claim for a reason that the claimant is told."""
    refused = take_step(claim, "refuse", actor=actor, note=note)
    outbox.tell(
        refused.user,
        title=lambda: _("Permintaan hak atas usaha ditolak"),
        body=lambda: _("Alasan: %(note)s") % {"note": note.strip()},
        link=reverse("claim_detail", args=[refused.reference]),
        about=refused.reference,
    )
    return refused


@transaction.atomic
def end_representation(representative, *, actor, note=""):
    """The person speaks for the business no more."""
    ended = take_step(representative, "end", actor=actor, note=note)
    outbox.tell(
        ended.user,
        title=lambda: _("Anda tidak lagi mewakili %(name)s") % {"name": ended.business},
        body=lambda: note.strip() or _("Hak ini diakhiri oleh dinas. Hubungi dinas bila ini keliru."),
        about=ended.business.reference,
    )
    return ended
