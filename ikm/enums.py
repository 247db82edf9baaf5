from django.db import models
from django.utils.translation import gettext_lazy as _


class BusinessStatus(models.TextChoices):
    DRAFT = "draft", _("Draf")
    SUBMITTED = "submitted", _("Menunggu verifikasi")
    NEEDS_CORRECTION = "needs_correction", _("Perlu diperbaiki")
    REGISTERED = "registered", _("Terdaftar")
    REJECTED = "rejected", _("Ditolak")
    CLOSED = "closed", _("Tutup")
    MERGED = "merged", _("Digabung")


class LegalForm(models.TextChoices):
    INDIVIDUAL = "individual", _("Perorangan (PO)")
    UD = "ud", _("Usaha dagang (UD)")
    CV = "cv", _("CV")
    PT = "pt", _("PT")
    PT_INDIVIDUAL = "pt_individual", _("PT Perorangan")
    FIRM = "firm", _("Firma")
    COOPERATIVE = "cooperative", _("Koperasi")
    FOUNDATION = "foundation", _("Yayasan")
    GROUP = "group", _("Kelompok usaha bersama (KUB)")
    OTHER = "other", _("Lainnya")


class Branch(models.TextChoices):
    FOOD = "food", _("Pangan")
    CLOTHING = "clothing", _("Sandang dan kulit")
    CHEMICALS = "chemicals", _("Kimia dan bahan bangunan")
    METAL = "metal", _("Logam dan elektronika")
    CRAFT = "craft", _("Kerajinan dan aneka")


class Scale(models.TextChoices):
    """Scale of an industry by Permenperin 64/2016."""

    SMALL = "small", _("Kecil")
    MEDIUM = "medium", _("Menengah")
    LARGE = "large", _("Besar")


IKM_SCALES = [Scale.SMALL, Scale.MEDIUM]


class Pp7Scale(models.TextChoices):
    """Scale of a business by PP 7/2021."""

    MICRO = "micro", _("Mikro")
    SMALL = "small", _("Kecil")
    MEDIUM = "medium", _("Menengah")
    LARGE = "large", _("Besar")


class BpsScale(models.TextChoices):
    """Scale of an industry by BPS, from its workers alone."""

    MICRO = "micro", _("Mikro (1–4 pekerja)")
    SMALL = "small", _("Kecil (5–19 pekerja)")
    MEDIUM = "medium", _("Sedang (20–99 pekerja)")
    LARGE = "large", _("Besar (100 pekerja ke atas)")


class ScaleRuleKind(models.TextChoices):
    KEMENPERIN = "kemenperin", _("Permenperin (pekerja dan investasi)")
    PP7_CAPITAL = "pp7_capital", _("PP 7/2021 modal usaha")
    PP7_SALES = "pp7_sales", _("PP 7/2021 hasil penjualan tahunan")
    BPS = "bps", _("BPS (pekerja)")


class Sex(models.TextChoices):
    MALE = "male", _("Laki-laki")
    FEMALE = "female", _("Perempuan")


class LicenceKind(models.TextChoices):
    NIB = "nib", _("NIB")
    IUMK = "iumk", _("IUMK")
    TDI = "tdi", _("TDI")
    IUI = "iui", _("IUI")
    PIRT = "pirt", _("P-IRT")
    HALAL = "halal", _("Sertifikat halal")
    SNI = "sni", _("SNI")
    MEREK = "merek", _("Merek terdaftar")
    BPOM = "bpom", _("Izin edar BPOM")
    TKDN = "tkdn", _("TKDN-IK")
    OTHER = "other", _("Izin lain")


class Period(models.TextChoices):
    YEAR = "year", _("Setahun")
    FIRST_HALF = "first_half", _("Semester I")
    SECOND_HALF = "second_half", _("Semester II")
    Q1 = "q1", _("Triwulan I")
    Q2 = "q2", _("Triwulan II")
    Q3 = "q3", _("Triwulan III")
    Q4 = "q4", _("Triwulan IV")


class FigureSource(models.TextChoices):
    OWNER = "owner", _("laporan pemilik")
    VISIT = "visit", _("kunjungan petugas")
    IMPORT = "import", _("impor berkas dinas")
    OFFICIAL = "official", _("diisi petugas")


class AreaLevel(models.TextChoices):
    KECAMATAN = "kecamatan", _("Kecamatan")
    KELURAHAN = "kelurahan", _("Kelurahan")


class RepresentativeStatus(models.TextChoices):
    CLAIMED = "claimed", _("Menunggu persetujuan")
    APPROVED = "approved", _("Disetujui")
    REFUSED = "refused", _("Ditolak")
    ENDED = "ended", _("Berakhir")


class RepresentativeKind(models.TextChoices):
    OWNER = "owner", _("Pemilik")
    STAFF = "staff", _("Pegawai")


class ChangeStatus(models.TextChoices):
    PROPOSED = "proposed", _("Menunggu keputusan")
    DECIDED = "decided", _("Diputus")
    WITHDRAWN = "withdrawn", _("Ditarik")


class ChangeVerdict(models.TextChoices):
    PENDING = "pending", _("Menunggu")
    ACCEPTED = "accepted", _("Diterima")
    REFUSED = "refused", _("Ditolak")


class VisitStatus(models.TextChoices):
    PLANNED = "planned", _("Dijadwalkan")
    DONE = "done", _("Selesai")
    NOT_AT_HOME = "not_at_home", _("Tidak ditemui")
    CANCELLED = "cancelled", _("Dibatalkan")


class LetterKind(models.TextChoices):
    BINAAN = "ikm_binaan", _("Surat keterangan IKM binaan")
    MEREK = "rekomendasi_merek", _("Surat rekomendasi pendaftaran merek")


class LetterRequestStatus(models.TextChoices):
    REQUESTED = "requested", _("Menunggu persetujuan")
    ISSUED = "issued", _("Terbit")
    REFUSED = "refused", _("Ditolak")
    WITHDRAWN = "withdrawn", _("Ditarik")


class PairStatus(models.TextChoices):
    OPEN = "open", _("Belum diputus")
    NOT_SAME = "not_same", _("Bukan usaha yang sama")
    MERGED = "merged", _("Digabung")


class ImportStatus(models.TextChoices):
    UPLOADED = "uploaded", _("Menunggu pemetaan kolom")
    CHECKING = "checking", _("Sedang diperiksa")
    CHECKED = "checked", _("Siap diterapkan")
    APPLYING = "applying", _("Sedang diterapkan")
    APPLIED = "applied", _("Diterapkan")
    DISCARDED = "discarded", _("Dibatalkan")
    FAILED = "failed", _("Gagal dibaca")


class RowVerdict(models.TextChoices):
    NEW = "new", _("Baru")
    CHANGED = "changed", _("Berubah")
    UNCHANGED = "unchanged", _("Tetap")
    REFUSED = "refused", _("Ditolak")


class CorrectionReason(models.TextChoices):
    UNREADABLE = "unreadable", _("Foto atau berkas tidak terbaca")
    MISMATCH = "mismatch", _("Tidak sama dengan dokumen")
    INCOMPLETE = "incomplete", _("Belum lengkap")
    EXPIRED = "expired", _("Sudah habis masa berlakunya")
    WRONG_AREA = "wrong_area", _("Alamat di luar Kota Semarang atau kelurahan keliru")
    OTHER = "other", _("Lainnya")
