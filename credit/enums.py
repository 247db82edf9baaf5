from django.db import models
from django.utils.translation import gettext_lazy as _


class BankKind(models.TextChoices):
    BPR = "bpr", _("BPR")
    COMMERCIAL = "commercial", _("Bank umum")


class Method(models.TextChoices):
    FLAT = "flat", _("flat")
    EQUAL_INSTALMENT = "equal_instalment", _("angsuran tetap (anuitas)")
    EQUAL_PRINCIPAL = "equal_principal", _("pokok tetap (menurun)")


class DayCount(models.TextChoices):
    THIRTY_360 = "30/360", _("30/360")
    ACTUAL_365 = "actual/365", _("hari sebenarnya/365")
    ACTUAL_360 = "actual/360", _("hari sebenarnya/360")
    ACTUAL_ACTUAL = "actual/actual", _("hari sebenarnya/hari setahun")


class Rounding(models.TextChoices):
    HALF_EVEN = "half_even", _("terdekat, tengah ke genap")
    HALF_UP = "half_up", _("terdekat, tengah ke atas")
    UP = "up", _("ke atas")


class DifferenceOn(models.TextChoices):
    LAST = "last", _("angsuran terakhir")
    FIRST = "first", _("angsuran pertama")
    SPREAD = "spread", _("disebar")


class MonthEnd(models.TextChoices):
    CLAMP = "clamp", _("hari terakhir bulan itu")
    ROLL = "roll", _("hari pertama bulan berikut")


class BusinessDayRule(models.TextChoices):
    NONE = "none", _("tetap pada tanggalnya")
    NEXT = "next", _("hari kerja berikut")
    PREVIOUS = "previous", _("hari kerja sebelumnya")
    MODIFIED_FOLLOWING = "modified_following", _("hari kerja berikut dalam bulan yang sama")


class RuleKind(models.TextChoices):
    """What an eligibility rule looks at; `limit` of the rule says what would pass."""

    REGISTERED = "registered", _("terdaftar sebagai IKM")
    MINIMUM_AGE = "minimum_age", _("umur pemilik paling sedikit (tahun)")
    BUSINESS_AGE = "business_age", _("umur usaha paling sedikit (bulan)")
    RESIDENCE = "residence", _("alamat KTP di wilayah")
    LICENCE = "licence", _("memiliki salah satu izin")
    NO_OPEN_LOAN = "no_open_loan", _("tidak ada pinjaman Wibawa yang berjalan")
    AMOUNT = "amount", _("jumlah pinjaman dalam plafon")
    MONTHS = "months", _("jangka waktu (bulan)")
    COLLATERAL = "collateral", _("agunan di atas jumlah")


class CollateralKind(models.TextChoices):
    NONE = "none", _("tanpa agunan")
    VEHICLE = "vehicle", _("BPKB kendaraan")
    LAND = "land", _("sertipikat tanah")
    OTHER = "other", _("lainnya")


class LoanPurpose(models.TextChoices):
    WORKING_CAPITAL = "working_capital", _("modal kerja")
    INVESTMENT = "investment", _("alat atau tempat usaha")


class ApplicationStatus(models.TextChoices):
    DRAFT = "draft", _("Draf")
    SUBMITTED = "submitted", _("Diajukan")
    NEEDS_CORRECTION = "needs_correction", _("Perlu perbaikan")
    VISIT_PLANNED = "visit_planned", _("Kunjungan dijadwalkan")
    VERIFIED = "verified", _("Diverifikasi")
    RECOMMENDED = "recommended", _("Direkomendasikan")
    DECLINED = "declined", _("Tidak direkomendasikan")
    FORWARDED = "forwarded", _("Diteruskan ke bank")
    IN_BANK_REVIEW = "in_bank_review", _("Diperiksa bank")
    APPROVED = "approved", _("Disetujui bank")
    REJECTED = "rejected", _("Ditolak bank")
    SIGNED = "signed", _("Akad ditandatangani")
    DISBURSED = "disbursed", _("Dicairkan")
    WITHDRAWN = "withdrawn", _("Ditarik kembali")


#: An application that stands in the way of another one.
OPEN = (
    ApplicationStatus.DRAFT,
    ApplicationStatus.SUBMITTED,
    ApplicationStatus.NEEDS_CORRECTION,
    ApplicationStatus.VISIT_PLANNED,
    ApplicationStatus.VERIFIED,
    ApplicationStatus.RECOMMENDED,
    ApplicationStatus.FORWARDED,
    ApplicationStatus.IN_BANK_REVIEW,
    ApplicationStatus.APPROVED,
    ApplicationStatus.SIGNED,
)

#: What a bank sees of the applications for it.
AT_BANK = (
    ApplicationStatus.FORWARDED,
    ApplicationStatus.IN_BANK_REVIEW,
    ApplicationStatus.APPROVED,
    ApplicationStatus.REJECTED,
    ApplicationStatus.SIGNED,
    ApplicationStatus.DISBURSED,
)


class DocumentKind(models.TextChoices):
    KTP = "ktp", _("KTP pemilik")
    LICENCE = "licence", _("Izin usaha")
    BUSINESS_PHOTO = "business_photo", _("Foto tempat usaha")
    COLLATERAL = "collateral", _("Bukti agunan")


class LoanStatus(models.TextChoices):
    SIGNED = "signed", _("Akad, belum cair")
    ACTIVE = "active", _("Berjalan")
    PAID_OFF = "paid_off", _("Lunas")
    WRITTEN_OFF = "written_off", _("Dihapus buku")
    CANCELLED = "cancelled", _("Akad dibatalkan")


class LoanEventKind(models.TextChoices):
    DISBURSED = "disbursed", _("Pencairan")
    PAID = "paid", _("Pembayaran")
    REVERSED = "reversed", _("Pembatalan")
    CHARGED = "charged", _("Biaya atau denda")
    DEFERRED = "deferred", _("Penundaan angsuran")
    RESTRUCTURED = "restructured", _("Restrukturisasi")
    RATE_CHANGED = "rate_changed", _("Perubahan bunga")
    WRITTEN_OFF = "written_off", _("Hapus buku")
    RECOVERED = "recovered", _("Penerimaan sesudah hapus buku")


class EventSource(models.TextChoices):
    API = "api", _("API bank")
    FILE = "file", _("Berkas bank")
    OFFICE = "office", _("Dicatat petugas")


class BankFileStatus(models.TextChoices):
    WAITING = "waiting", _("Menunggu dibaca")
    READ = "read", _("Dibaca")
    POSTED = "posted", _("Dibukukan")
    REFUSED = "refused", _("Ditolak")


class LineVerdict(models.TextChoices):
    MATCHED = "matched", _("Cocok")
    LEFTOVER = "leftover", _("Belum cocok")
    POSTED = "posted", _("Dibukukan")
    DUPLICATE = "duplicate", _("Sudah pernah dibukukan")
    REFUSED = "refused", _("Tidak terbaca")
    SET_ASIDE = "set_aside", _("Disisihkan")


class ClaimStatus(models.TextChoices):
    UPLOADED = "uploaded", _("Diunggah bank")
    CHECKED = "checked", _("Dihitung ulang")
    RETURNED = "returned", _("Dikembalikan ke bank")
    AGREED = "agreed", _("Disepakati")
    PAID = "paid", _("Dibayar")


class CloseStatus(models.TextChoices):
    RUNNING = "running", _("Berjalan")
    DONE = "done", _("Selesai")
