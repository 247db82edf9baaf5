"""The numbered papers of consignment: the receipt of a hand-over and the statement of a settlement."""

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from core.dates import MONTHS, date_id, datetime_id
from core.indonesia import rupiah, terbilang
from core.languages import in_indonesian
from core.letters import issue_letter
from core.models import Signatory
from gallery.enums import MovementKind

RECEIPT, STATEMENT = "tanda_terima_barang", "bagi_hasil_galeri"


def _signed():
    """The values of who signs. Raises ValidationError where nobody does today."""
    signatory = Signatory.objects.in_force().first()
    if signatory is None:
        raise ValidationError(
            _("Belum ada penanda tangan yang berlaku hari ini. Isi dahulu di Kantor, Penanda tangan surat.")
        )
    return {
        "signer_name": signatory.name,
        "signer_post": signatory.post,
        "signer_unit": signatory.unit,
        "signer_rank": signatory.rank,
        "signer_id": signatory.nip,
    }


@in_indonesian
def issue_receipt(note, *, actor):
    """The receipt of a GoodsNote with its movements, as a Letter."""
    rows = note.movements.select_related("variant__product").order_by("id")
    went = "diterima" if note.kind == MovementKind.RECEIVED else "dikembalikan"
    return issue_letter(
        note,
        kind=RECEIPT,
        series="TTB",
        title="Tanda Terima Barang Titip Jual",
        data={
            **_signed(),
            "business_name": note.business.name,
            "reference": note.reference,
            "went": went,
            "handed_by": note.handed_by,
            "recorded_by": note.recorded_by.name,
            "recorded_at": datetime_id(note.recorded_at),
            "note": note.note,
            "pieces": str(sum(abs(row.quantity) for row in rows)),
            "lines": [
                [str(number), row.variant.reference, str(row.variant), str(abs(row.quantity))]
                for number, row in enumerate(rows, start=1)
            ],
        },
        actor=actor,
        at=note.recorded_at,
    )


@in_indonesian
def issue_statement(settlement, *, actor, at=None):
    """The statement of a paid Settlement with every sale in it, as a Letter of the moment `at` (now)."""
    rows = settlement.lines.select_related("movement__variant__product", "movement__sale")
    return issue_letter(
        settlement,
        kind=STATEMENT,
        series="BGH",
        title="Rincian Bagi Hasil Titip Jual",
        data={
            **_signed(),
            "business_name": settlement.business.name,
            "reference": settlement.reference,
            "month": f"{MONTHS[settlement.month.month - 1]} {settlement.month.year}",
            "sold": rupiah(settlement.sold),
            "commission": rupiah(settlement.commission),
            "payable": rupiah(settlement.payable),
            "payable_words": f"{terbilang(int(settlement.payable))} rupiah",
            "paid_on": date_id(settlement.paid_on),
            "payment_reference": settlement.payment_reference,
            "lines": [
                [
                    date_id(timezone.localdate(row.movement.recorded_at)),
                    row.movement.sale.reference,
                    str(row.movement.variant),
                    str(-row.movement.quantity),
                    rupiah(row.amount),
                    rupiah(row.commission),
                ]
                for row in rows
            ],
        },
        actor=actor,
        at=at,
    )
