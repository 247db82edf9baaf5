"""Letters that who speaks for a business asks of the office; issuing them is services.letter_issue."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core import outbox
from core.dates import date_in_words
from core.workflow import StepError, begin, lock, take_step
from ikm.deadlines import due_on
from ikm.enums import BusinessStatus, LetterKind, LetterRequestStatus
from ikm.models import LetterRequest


@transaction.atomic
def request_letter(business, *, actor, kind, **fields):
    """Ask for a letter about a registered small or medium industry. Returns the LetterRequest.

    One waiting request a kind, for a brand one a brand: the business's row is locked, so that two presses make one.
    Raises ValidationError naming the field that is missing.
    """
    if not actor.has_perm("ikm.request_letter"):
        raise PermissionDenied(_("Peran Anda tidak mencakup langkah ini."))
    business = lock(business, actor)
    if business.status != BusinessStatus.REGISTERED:
        raise StepError(_("Surat hanya dibuat untuk usaha yang sudah terdaftar."))
    if not business.is_ikm:
        raise ValidationError(
            _("Surat ini untuk industri kecil dan menengah. Laporkan dahulu angka tahunan usaha Anda.")
        )
    request = LetterRequest(business=business, kind=kind, requested_by=actor, **fields)
    if kind == LetterKind.MEREK:
        needed = {
            "brand": _("Isi merek yang akan didaftarkan."),
            "goods": _("Isi jenis barangnya."),
            "nice_class": _("Isi kelas merek, 1 sampai 45."),
        }
        if missing := {name: sentence for name, sentence in needed.items() if not getattr(request, name)}:
            raise ValidationError(missing)
    waiting = business.letter_requests.filter(kind=kind, status=LetterRequestStatus.REQUESTED)
    if kind == LetterKind.MEREK:
        waiting = waiting.filter(brand__iexact=request.brand)
    if waiting.exists():
        raise ValidationError(_("Permintaan yang sama masih menunggu. Tunggu jawabannya atau tarik kembali."))
    request.full_clean()
    request.save()
    begin(request, "request", actor=actor)
    outbox.tell(
        actor,
        title=lambda: _("Permintaan surat sudah kami terima"),
        body=lambda: (
            _("%(kind)s, nomor %(reference)s. Petugas memutus paling lambat %(due)s.")
            % {
                "kind": request.get_kind_display(),
                "reference": request.reference,
                "due": date_in_words(due_on(request)),
            }
        ),
        link=reverse("letter_request", args=[business.reference, request.reference]),
        about=request.reference,
    )
    return request


def withdraw_letter_request(request, *, actor):
    """Take back a request that is not decided yet."""
    return take_step(request, "withdraw", actor=actor)
