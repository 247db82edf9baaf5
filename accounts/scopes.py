"""What a partner's program may be allowed to do: the one table of scopes, `<resource>:<verb>`.

A view of the API declares its resource (core.api.ApiViewSet.scope); reading needs `:read`, everything else `:write`. A scope
never gives more than the account's role does.
"""

from django.utils.translation import gettext_lazy as _

from accounts.enums import PartnerKind

SCOPES = {
    "businesses:read": _("membaca register usaha"),
    "businesses:write": _("mengubah register usaha"),
    "areas:read": _("membaca kecamatan dan kelurahan"),
    "kbli:read": _("mencari kode KBLI"),
    "statistics:read": _("membaca statistik"),
    "legal-bases:read": _("membaca dasar hukum"),
    "legal-bases:write": _("mengubah dasar hukum"),
    "clusters:read": _("membaca sentra dan klaster"),
    "clusters:write": _("mengubah sentra dan klaster"),
    "credit.schemes:read": _("membaca skema kredit dan simulasinya"),
    "credit.applications:read": _("membaca permohonan kredit"),
    "credit.applications:write": _("menjawab permohonan kredit"),
    "credit.loans:read": _("membaca pinjaman"),
    "credit.payments:write": _("membukukan pembayaran"),
    "credit.claims:read": _("membaca tagihan subsidi"),
    "credit.claims:write": _("mengirim tagihan subsidi"),
    "training.courses:read": _("membaca kursus, pelatihan, dan jadwalnya"),
    "training.courses:write": _("mengubah pelatihan"),
    "training.enrolments:read": _("membaca pendaftaran pelatihan"),
    "training.enrolments:write": _("mendaftarkan peserta pelatihan"),
    "facilities:read": _("membaca fasilitas dan kios acara"),
    "bookings:read": _("membaca pemesanan fasilitas"),
    "bookings:write": _("memesan fasilitas"),
    "leases:read": _("membaca sewa kios"),
    "damage-reports:read": _("membaca laporan kerusakan"),
    "damage-reports:write": _("melaporkan dan menangani kerusakan"),
    "gallery.products:read": _("membaca produk galeri"),
    "gallery.products:write": _("menulis produk galeri"),
    "gallery.feeds:read": _("membaca daftar umpan produk galeri"),
    "gallery.channels:read": _("membaca toko dan pemeriksaan saluran"),
    "gallery.channels:write": _("mengirim produk ke toko dan menurunkannya"),
    "gallery.consignment:read": _("membaca titip jual di galeri"),
    "gallery.consignment:write": _("mencatat barang titip jual dan penjualannya"),
    "webhooks:read": _("membaca webhook sendiri dan pengirimannya"),
    "webhooks:write": _("mengatur webhook sendiri"),
}

#: What everybody may read, sign-in or not.
_OPEN = {
    "areas:read",
    "kbli:read",
    "statistics:read",
    "legal-bases:read",
    "clusters:read",
    "credit.schemes:read",
    "training.courses:read",
    "facilities:read",
    "gallery.products:read",
    "gallery.feeds:read",
}

#: Every partner may be told of what it may read.
_ANY = _OPEN | {"webhooks:read", "webhooks:write"}

_ALLOWED = {
    PartnerKind.BANK: _ANY
    | {
        "businesses:read",
        "credit.applications:read",
        "credit.applications:write",
        "credit.loans:read",
        "credit.payments:write",
        "credit.claims:read",
        "credit.claims:write",
    },
    PartnerKind.MARKETPLACE: _ANY | {"businesses:read"},
    PartnerKind.MINISTRY: _ANY | {"businesses:read"},
    PartnerKind.OFFICE: _ANY | {"businesses:read"},
}


def scopes_for(kind):
    """The scopes that a partner of this kind may be given, in the order of the table."""
    allowed = _ALLOWED[PartnerKind(kind)]
    return [scope for scope in SCOPES if scope in allowed]


def grantable():
    """The scopes that some kind of partner may be given, in the order of the table."""
    return [scope for scope in SCOPES if any(scope in allowed for allowed in _ALLOWED.values())]
