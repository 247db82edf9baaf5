"""The parts of a register entry by name: what an official may ask to correct and a person may propose to change.

CorrectionItem.field and ChangeItem.field hold these names. Whoever shows or asks about a part takes its label here.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Part:
    """`section` is the page of the registration that holds the part; `document` tells that it is a file."""

    section: str
    label: str
    document: bool = False


PARTS = {
    "name": Part("identitas", _("Nama usaha")),
    "legal_form": Part("identitas", _("Badan usaha")),
    "brand": Part("identitas", _("Merek dagang")),
    "nib": Part("identitas", _("NIB")),
    "npwp": Part("identitas", _("NPWP")),
    "founded_year": Part("identitas", _("Tahun berdiri")),
    "products": Part("produk", _("Produk")),
    "main_kbli": Part("kbli", _("Kelompok industri (KBLI)")),
    "address": Part("alamat", _("Alamat usaha")),
    "kelurahan": Part("alamat", _("Kelurahan")),
    "postcode": Part("alamat", _("Kode pos")),
    "latitude": Part("alamat", _("Titik peta: lintang")),
    "longitude": Part("alamat", _("Titik peta: bujur")),
    "owner_name": Part("pemilik", _("Nama pemilik")),
    "owner_nik": Part("pemilik", _("NIK pemilik")),
    "owner_sex": Part("pemilik", _("Jenis kelamin pemilik")),
    "owner_birth_date": Part("pemilik", _("Tanggal lahir pemilik")),
    "owner_has_disability": Part("pemilik", _("Penyandang disabilitas")),
    "owner_phone": Part("pemilik", _("Telepon pemilik")),
    "owner_ktp_address": Part("pemilik", _("Alamat pada KTP")),
    "workers": Part("pekerja", _("Tenaga kerja")),
    "money": Part("modal", _("Modal dan omzet")),
    "licences": Part("izin", _("Izin dan sertifikat")),
    "document_ktp": Part("berkas", _("Foto KTP"), document=True),
    "document_business_photo": Part("berkas", _("Foto tempat usaha"), document=True),
    "phone": Part("kontak", _("Telepon usaha")),
    "email": Part("kontak", _("Surel usaha")),
    "website": Part("kontak", _("Situs atau media sosial")),
    "visit_days": Part("kontak", _("Hari pemilik ada di tempat")),
    "visit_from": Part("kontak", _("Jam mulai dapat ditemui")),
    "visit_until": Part("kontak", _("Jam terakhir dapat ditemui")),
}

SECTIONS = {
    "identitas": _("Nama dan badan usaha"),
    "produk": _("Produk yang dibuat"),
    "kbli": _("Kelompok industri (KBLI)"),
    "alamat": _("Tempat usaha"),
    "pemilik": _("Pemilik"),
    "pekerja": _("Tenaga kerja"),
    "modal": _("Modal dan omzet"),
    "izin": _("Izin dan sertifikat"),
    "berkas": _("Foto dan berkas"),
    "kontak": _("Kontak dan waktu kunjungan"),
    "persetujuan": _("Persetujuan"),
}


def document_kind(name):
    """The kind of attachment that the document part `name` stands for."""
    return name.removeprefix("document_")
