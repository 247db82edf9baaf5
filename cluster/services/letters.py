"""The letter that a business is a member of a cluster, which banks ask for when a group applies for KUR."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from core import letters
from core.dates import date_id
from core.languages import in_indonesian
from core.models import Signatory

KIND = "anggota_klaster"
TITLE = "Surat Keterangan Anggota Klaster"


@in_indonesian
def issue_membership_letter(membership, *, actor, purpose=""):
    """The Letter of a current membership, valid to the end of the year. The caller checks who may issue.

    Raises ValidationError where it cannot be issued now.
    """
    signatory = Signatory.objects.in_force().first()
    if signatory is None:
        raise ValidationError(
            _("Belum ada penanda tangan yang berlaku hari ini. Isi dahulu di Kantor, Penanda tangan surat.")
        )
    cluster, business = membership.cluster, membership.business
    if not membership.is_current or not cluster.is_open:
        raise ValidationError(_("Keanggotaan atau klaster ini tidak berlaku hari ini."))
    now = timezone.now()
    return letters.issue_letter(
        membership,
        kind=KIND,
        series="SKK",
        title=TITLE,
        data={
            "signer_name": signatory.name,
            "signer_post": signatory.post,
            "signer_unit": signatory.unit,
            "signer_rank": signatory.rank,
            "signer_id": signatory.nip,
            "business_name": business.name,
            "address": business.address,
            "kelurahan": business.kelurahan.name if business.kelurahan_id else "",
            "nib": business.nib or "",
            "reference": business.reference,
            "cluster_name": cluster.name,
            "cluster_products": cluster.products,
            "legal_basis": f"{cluster.legal_basis} tentang {cluster.legal_basis.about}",
            "member_number": membership.reference,
            "member_since": date_id(membership.during.lower),
            "purpose": purpose,
        },
        actor=actor,
        valid_until=date(timezone.localdate(now).year, 12, 31),
        at=now,
    )
