"""The recap of an agreed claim: a numbered letter that bank and city both keep, with every loan in it."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.dates import MONTHS, date_id
from core.indonesia import rupiah, terbilang
from core.languages import in_indonesian
from core.letters import issue_letter
from core.workflow import StepError, lock
from credit.enums import ClaimStatus

KIND = "rekap_subsidi"
ISSUED_FROM = {ClaimStatus.AGREED, ClaimStatus.PAID}


@in_indonesian
def recap_data(claim, signatory):
    """The values of the letter's template, except number, date and the address that proves it."""
    lines = claim.lines.select_related("loan").defer("loan__account_number").order_by("number")
    differing = sum(bool(line.note) for line in lines)
    data = {
        "signer_name": signatory.name,
        "signer_post": signatory.post,
        "signer_unit": signatory.unit,
        "signer_rank": signatory.rank,
        "signer_id": signatory.nip,
        "bank_name": claim.bank.name,
        "scheme_name": claim.scheme.name,
        "month": f"{MONTHS[claim.month.month - 1]} {claim.month.year}",
        "reference": claim.reference,
        "claimed": rupiah(claim.claimed_total),
        "computed": rupiah(claim.computed_total),
        "agreed": rupiah(claim.agreed_total),
        "agreed_words": f"{terbilang(int(claim.agreed_total))} rupiah",
        "differing": str(differing),
        "lines": [
            [
                str(line.number),
                line.claimed_as,
                "–" if line.claimed_days is None else str(line.claimed_days),
                "–" if line.claimed is None else rupiah(line.claimed),
                str(line.computed_days or 0),
                rupiah(line.computed or 0),
                rupiah(line.agreed or 0),
            ]
            for line in lines
        ],
        "reasons": [[line.claimed_as, line.note] for line in lines if line.note],
    }
    if claim.payment_order:
        data |= {"payment_order": claim.payment_order, "paid_on": date_id(claim.paid_on)}
    return data


@transaction.atomic
def issue_recap(claim, *, actor, signatory):
    """The recap of an agreed or paid claim as a letter signed by `signatory`. One that holds is not issued twice."""
    if not actor.has_perm("credit.issue_letter"):
        raise PermissionDenied(_("Peran Anda tidak mencakup penerbitan surat kredit."))
    claim = lock(claim, actor)
    if claim.status not in ISSUED_FROM:
        raise StepError(_("Rekapitulasi diterbitkan sesudah tagihan disepakati."))
    if claim.letters.filter(revoked_at__isnull=True).exists():
        raise ValidationError(_("Rekapitulasi tagihan ini sudah terbit."))
    return issue_letter(
        claim,
        kind=KIND,
        series="RTS",
        title="Rekapitulasi Tagihan Subsidi Bunga",
        data=recap_data(claim, signatory),
        actor=actor,
    )
