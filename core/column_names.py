"""What columns are called that models leave unnamed: the same name means the same thing in every room.

Names say what a person reads on a form or a list; a model that means something else names its own column.
"""

from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.utils.translation import gettext_lazy as _

NAMES = {
    "answered_at": _("dijawab"),
    "answered_by": _("dijawab oleh"),
    "application": _("permohonan"),
    "applied_by": _("diterapkan oleh"),
    "asked_at": _("diminta"),
    "asked_by": _("diminta oleh"),
    "batch": _("impor"),
    "business": _("usaha"),
    "claim": _("tagihan"),
    "client": _("pengguna"),
    "cloned_from": _("disalin dari"),
    "content_type_name": _("jenis isi"),
    "created_at": _("dibuat"),
    "created_by": _("dibuat oleh"),
    "data": _("isi kejadian"),
    "decided_by": _("diputus oleh"),
    "decree": _("keringanan"),
    "delivered_by": _("dikirim oleh"),
    "draft": _("isian sementara"),
    "during": _("waktu"),
    "enrolment": _("keikutsertaan"),
    "event": _("kejadian"),
    "expires_at": _("berakhir"),
    "file": _("berkas"),
    "fingerprint": _("sidik permintaan"),
    "first": _("berkas pertama"),
    "given_by": _("diberikan oleh"),
    "hash": _("sidik baris"),
    "interest_paid": _("bunga dibayar"),
    "ip_address": _("alamat IP"),
    "is_cancelled": _("dibatalkan"),
    "issued_at": _("diberikan"),
    "issued_by": _("diterbitkan oleh"),
    "key": _("kunci"),
    "kind": _("jenis"),
    "last": _("nomor terakhir"),
    "letter": _("surat"),
    "link": _("tautan"),
    "loan": _("pinjaman"),
    "made_at": _("dibuat"),
    "made_by": _("dibuat oleh"),
    "mapping": _("pemetaan kolom"),
    "matched_by": _("dicocokkan oleh"),
    "merged_by": _("digabung oleh"),
    "message": _("pesan"),
    "nonce": _("nomor kiriman"),
    "number": _("nomor"),
    "owner": _("pemilik"),
    "page": _("halaman"),
    "participant": _("peserta"),
    "principal_paid": _("pokok dibayar"),
    "proposed_by": _("diusulkan oleh"),
    "query": _("saringan"),
    "recipient": _("penerima"),
    "recorded_by": _("dicatat oleh"),
    "reference": _("nomor"),
    "removed_at": _("dihapus"),
    "request": _("permintaan"),
    "requested_by": _("diminta oleh"),
    "response_status": _("status jawaban"),
    "revoked_by": _("dicabut oleh"),
    "room": _("ruang"),
    "run": _("angkatan"),
    "second": _("berkas kedua"),
    "session": _("pertemuan"),
    "sha256": _("sidik SHA-256"),
    "since": _("sejak"),
    "text": _("naskah"),
    "trainer": _("pelatih"),
    "tries": _("percobaan"),
    "uid": _("nomor kejadian"),
    "undone_by": _("dibatalkan oleh"),
    "unpaid": _("belum dibayar"),
    "uploaded_at": _("diunggah"),
    "uploaded_by": _("diunggah oleh"),
    "used_at": _("dipakai"),
    "user": _("pengguna"),
    "verified_by": _("diverifikasi oleh"),
    "version": _("versi"),
    "visit": _("kunjungan"),
    "workers": _("pekerja"),
    "year": _("tahun"),
}


def name_columns():
    """Give every unnamed column of our own rooms its name. Migrations do not see it."""
    for config in apps.get_app_configs():
        if Path(config.path).parent != settings.BASE_DIR:
            continue
        for model in config.get_models():
            for field in model._meta.local_fields:
                if field._verbose_name is None and field.name in NAMES:
                    field.verbose_name = NAMES[field.name]
