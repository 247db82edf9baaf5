"""The letters of credit: the recommendation to the bank, and why an application was not recommended."""

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from core import letters
from core.dates import date_id
from core.indonesia import mask_nik, rupiah, terbilang
from core.languages import in_indonesian
from core.models import Signatory
from credit.enums import CollateralKind

RECOMMENDATION = "surat_rekomendasi_kredit"
REFUSAL = "surat_penolakan_kredit"


def signer(signatory=None):
    """Who signs today: `signatory`, or the one whose term began last. ValidationError when there is none."""
    in_force = Signatory.objects.in_force()
    found = in_force.filter(pk=signatory.pk).first() if signatory else in_force.first()
    if found is None:
        raise ValidationError(
            {"signatory": _("Penanda tangan ini tidak berlaku hari ini.")}
            if signatory
            else _(
                "Belum ada penanda tangan yang berlaku hari ini. Isi dahulu di Kantor, Penanda tangan surat."
            )
        )
    return found


def _signature(signatory):
    return {
        "signer_name": signatory.name,
        "signer_post": signatory.post,
        "signer_unit": signatory.unit,
        "signer_rank": signatory.rank,
        "signer_id": signatory.nip,
    }


def _percent(rate):
    return f"{rate.normalize():f}".replace(".", ",")


def _collateral(application):
    if application.collateral_kind == CollateralKind.NONE:
        return str(CollateralKind.NONE.label)
    text = f"{application.get_collateral_kind_display()} {application.collateral_description}".strip()
    value = application.collateral_value
    return f"{text}, {rupiah(value)}" if value else text


@in_indonesian
def issue_recommendation(application, *, actor, signatory, answer_by):
    """The letter with which a recommendation goes to the bank, which answers until `answer_by`."""
    signatory = signer(signatory)
    business, owner, version = application.business, application.owner, application.scheme_version
    if business.kelurahan_id is None or not business.address:
        raise ValidationError(_("Alamat dan kelurahan usaha belum lengkap."))
    visited = application.visit and application.visit.done_at
    return letters.issue_letter(
        application,
        kind=RECOMMENDATION,
        series="SRK",
        title="Surat Rekomendasi Kredit",
        data=_signature(signatory)
        | {
            "bank_name": application.bank.name,
            "legal_basis": str(version.legal_basis),
            "scheme": version.scheme.name,
            "verified_on": date_id(timezone.localdate(visited) if visited else timezone.localdate()),
            "owner_name": owner.name,
            "owner_nik": mask_nik(owner.nik) if owner.nik else "",
            "business_name": business.name,
            "address": business.address,
            "kelurahan": business.kelurahan.name,
            "kecamatan": business.kelurahan.parent.name,
            "nib": business.nib or "",
            "kbli": str(business.main_kbli) if business.main_kbli_id else "",
            "reference": application.reference,
            "amount": rupiah(application.recommended_amount),
            "amount_in_words": terbilang(int(application.recommended_amount)),
            "months": str(application.recommended_months),
            "annual_rate": _percent(version.annual_rate),
            "purpose": f"{application.get_purpose_kind_display()}. {application.purpose}".strip(". "),
            "collateral": _collateral(application),
            "answer_by": date_id(answer_by),
        },
        actor=actor,
    )


@in_indonesian
def issue_refusal(application, *, actor, signatory):
    """The letter that tells the applicant why, what helps and from when to apply again."""
    signatory = signer(signatory)
    business, reason = application.business, application.reason
    again = application.reapply_on
    return letters.issue_letter(
        application,
        kind=REFUSAL,
        series="SPP",
        title="Surat Pemberitahuan Penolakan",
        data=_signature(signatory)
        | {
            "owner_name": application.owner.name,
            "business_name": business.name,
            "address": business.address or "Kota Semarang",
            "scheme": application.scheme_version.scheme.name,
            "reference": application.reference,
            "submitted_on": date_id(timezone.localdate(application.submitted_at)),
            "amount": rupiah(application.amount),
            "months": str(application.months),
            "reason": reason.label,
            "explanation": application.reason_note,
            "advice": reason.advice,
            "reapply_on": f"mulai {date_id(again)}" if again > timezone.localdate() else "sekarang juga",
        },
        actor=actor,
    )
