"""The office's answer to a request for a letter: look at the preview, issue it, refuse it, or revoke it later."""

from datetime import date

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import letters, outbox
from core.dates import date_id
from core.indonesia import rupiah
from core.languages import in_indonesian
from core.models import Signatory, Tariff
from core.typesetting import render_letter
from core.workflow import lock, open_steps, take_step
from ikm.enums import BusinessStatus, LetterKind, LetterRequestStatus
from ikm.models import LetterRequest
from ikm.services.registration import main_owner

#: The mark of each series in a letter's number.
SERIES = {LetterKind.BINAAN: "SKB", LetterKind.MEREK: "SRM"}
#: What typst can place as the picture of a brand.
PICTURES = ("image/png", "image/jpeg")


def signatories(day=None):
    """Who may sign on `day` (default today)."""
    return Signatory.objects.in_force(day)


def obstacles(request):
    """Why the letter cannot be issued now, as sentences; empty when nothing stands in the way."""
    business = request.business
    found = []
    if business.status != BusinessStatus.REGISTERED:
        found.append(
            _("Surat hanya dibuat untuk usaha terdaftar; status usaha ini “%(status)s”.")
            % {"status": business.get_status_display()}
        )
    elif request.kind == LetterKind.BINAAN and (business.verified_on is None or business.is_stale):
        found.append(
            _(
                "Data usaha ini belum diverifikasi atau sudah lebih dari 12 bulan. Minta pemilik menegaskannya."
            )
        )
    if not business.is_ikm:
        found.append(_("Surat ini hanya untuk industri kecil dan menengah menurut angka tahunan terakhir."))
    if main_owner(business) is None:
        found.append(_("Pemilik utama belum tercatat."))
    if not business.address or business.kelurahan_id is None:
        found.append(_("Alamat dan kelurahan usaha belum lengkap."))
    if request.kind == LetterKind.BINAAN and not business.products.exists():
        found.append(_("Belum ada produk yang tercatat."))
    if request.kind == LetterKind.MEREK and (earlier := _same_brand(request).first()):
        found.append(
            _("Merek “%(brand)s” sudah mendapat surat %(number)s pada tahun ini.")
            % {"brand": request.brand, "number": earlier.letter.number}
        )
    if not signatories().exists():
        found.append(
            _("Belum ada penanda tangan yang berlaku hari ini. Isi dahulu di Kantor, Penanda tangan surat.")
        )
    return found


def _same_brand(request):
    """Requests of the same business whose letter for the same brand was issued this year and still holds."""
    return LetterRequest.objects.filter(
        business=request.business_id,
        kind=LetterKind.MEREK,
        brand__iexact=request.brand,
        status=LetterRequestStatus.ISSUED,
        letter__year=timezone.localdate().year,
        letter__revoked_at__isnull=True,
    ).select_related("letter")


@in_indonesian
def _title(kind):
    return str(LetterKind(kind).label)


@in_indonesian
def letter_data(request, signatory, day):
    """The values of the letter's template on `day`, except number, date and the address that proves it. A letter is Indonesian,
    whatever language the official reads."""
    business, owner = request.business, main_owner(request.business)
    data = {
        "signer_name": signatory.name,
        "signer_post": signatory.post,
        "signer_unit": signatory.unit,
        "signer_rank": signatory.rank,
        "signer_id": signatory.nip,
        "business_name": business.name,
        "reference": business.reference,
        "nib": business.nib or "",
    }
    if request.kind == LetterKind.BINAAN:
        return data | {
            "owner_name": owner.name,
            "address": business.address,
            "kelurahan": business.kelurahan.name,
            "kecamatan": business.kelurahan.parent.name,
            "kbli": str(business.main_kbli),
            "products": ", ".join(business.products.values_list("name", flat=True)),
            "scale": business.get_scale_display(),
            "registered_on": date_id(business.registered_on),
            "purpose": request.purpose,
        }
    fees = dict(Tariff.objects.in_force(day).filter(code__startswith="merek.").values_list("code", "amount"))
    picture = request.attachments.filter(
        kind="brand_label", removed_at__isnull=True, content_type_name__in=PICTURES
    ).first()
    if picture:
        with picture.file.open("rb") as stream:
            data["etiket_image"] = stream.read()
    if {"merek.umum", "merek.umk"} <= fees.keys():
        data |= {"fee_general": rupiah(fees["merek.umum"]), "fee_small": rupiah(fees["merek.umk"])}
    return data | {
        "applicant_name": owner.name,
        "applicant_address": owner.ktp_address or f"{business.address}, {business.kelurahan}",
        "brand": request.brand,
        "goods": request.goods,
        "nice_class": str(request.nice_class),
        "filing_year": str(day.year),
    }


@in_indonesian
def preview_letter(request, signatory):
    """The PDF as it would be issued now, without a number and with an address that proves nothing."""
    now = timezone.now().replace(microsecond=0)
    marks = {
        "number": _("PRATINJAU, BELUM BERLAKU"),
        "date": date_id(timezone.localdate(now)),
        "verification_url": settings.SITE_URL + reverse("letter_verification", args=["pratinjau"]),
    }
    return render_letter(
        request.kind, letter_data(request, signatory, timezone.localdate(now)) | marks, issued_at=now
    )


@transaction.atomic
def issue_letter_request(request, *, actor, signatory):
    """Issue the letter that was asked for, signed by `signatory`, and tell who asked. Returns the request with its letter.

    Raises PermissionDenied, StepError when it was decided meanwhile, ValidationError naming what stands in the way.
    """
    locked = lock(request, actor)
    if "issue" not in open_steps(locked, actor):
        # Says why, before a number is drawn.
        return take_step(locked, "issue", actor=actor)
    # One brand a letter a year: two requests for one brand are issued one after the other.
    locked.business = lock(locked.business, actor)
    if found := obstacles(locked):
        raise ValidationError(found)
    if not signatories().filter(pk=signatory.pk).exists():
        raise ValidationError({"signatory": _("Penanda tangan ini tidak berlaku hari ini.")})
    now = timezone.now()
    today = timezone.localdate(now)
    letter = letters.issue_letter(
        locked.business,
        kind=locked.kind,
        series=SERIES[locked.kind],
        title=_title(locked.kind),
        data=letter_data(locked, signatory, today),
        actor=actor,
        valid_until=date(today.year, 12, 31) if locked.kind == LetterKind.MEREK else None,
        at=now,
    )
    issued = take_step(locked, "issue", actor=actor, letter=letter)
    _tell(
        issued,
        title=lambda: _("Surat Anda sudah terbit"),
        body=lambda: (
            _("%(kind)s nomor %(number)s dapat diunduh.")
            % {"kind": issued.get_kind_display(), "number": letter.number}
        ),
    )
    return issued


@transaction.atomic
def refuse_letter_request(request, *, actor, note):
    """Refuse for a reason that the person who asked is told."""
    refused = take_step(request, "refuse", actor=actor, note=note)
    _tell(
        refused,
        title=lambda: _("Permintaan surat ditolak"),
        body=lambda: _("%(kind)s: %(reason)s") % {"kind": refused.get_kind_display(), "reason": note.strip()},
    )
    return refused


@transaction.atomic
def revoke_issued_letter(request, *, actor, reason):
    """Withdraw the letter of a request; its verification page says so, and who asked for it is told why."""
    if request.letter is None:
        raise ValidationError(_("Surat ini belum terbit."))
    if not actor.has_perm("core.revoke_letter"):
        raise PermissionDenied(_("Peran Anda tidak mencakup pencabutan surat."))
    request = lock(request, actor)
    revoked_before = request.letter.revoked_at
    letter = letters.revoke_letter(request.letter, actor=actor, reason=reason)
    if revoked_before is None:
        _tell(
            request,
            title=lambda: _("Surat Anda dicabut"),
            body=lambda: (
                _("Surat nomor %(number)s tidak berlaku lagi. Alasan: %(reason)s")
                % {"number": letter.number, "reason": reason.strip()}
            ),
        )
    return letter


def _tell(request, *, title, body):
    outbox.tell(
        request.requested_by,
        title=title,
        body=body,
        link=reverse("letter_request", args=[request.business.reference, request.reference]),
        about=request.reference,
    )
