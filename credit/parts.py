"""The parts of an application by name: what an official may ask to be put right (ApplicationCorrection.field), and the
page on which the applicant does so.

Answers have the name of their field, documents that of their DocumentKind.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from credit.enums import DocumentKind


@dataclass(frozen=True)
class Part:
    label: str
    section: str
    is_document: bool = False


PARTS = {
    "amount": Part(_("Jumlah pinjaman"), "pinjaman"),
    "months": Part(_("Jangka waktu"), "pinjaman"),
    "purpose_kind": Part(_("Pinjaman untuk"), "tujuan"),
    "purpose": Part(_("Rencana penggunaan"), "tujuan"),
    "collateral_kind": Part(_("Jenis agunan"), "agunan"),
    "collateral_description": Part(_("Uraian agunan"), "agunan"),
    "collateral_value": Part(_("Nilai agunan"), "agunan"),
} | {str(kind): Part(kind.label, "berkas", is_document=True) for kind in DocumentKind}

#: The pages of an application, in the order of the task list.
SECTIONS = {
    "pinjaman": _("Jumlah dan jangka waktu"),
    "tujuan": _("Untuk apa pinjaman ini"),
    "agunan": _("Agunan"),
    "usaha": _("Data usaha dan pemilik"),
    "berkas": _("Dokumen"),
    "kunjungan": _("Waktu Anda dapat dikunjungi"),
    "persetujuan": _("Persetujuan ke bank"),
}
