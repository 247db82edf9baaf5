from django.db import models
from django.utils.translation import gettext_lazy as _


class Topic(models.TextChoices):
    DESIGN = "design", _("Teknik desain")
    PACKAGING = "packaging", _("Kemasan")
    CERTIFICATION = "certification", _("Sertifikasi")
    STANDARDISATION = "standardisation", _("Standardisasi")
    MANAGEMENT = "management", _("Manajemen usaha")
    DIGITAL = "digital", _("Pemasaran digital")
    FINANCE = "finance", _("Keuangan")


class Organiser(models.TextChoices):
    OFFICE = "office", _("Dinas Perindustrian")
    BDI = "bdi", _("Balai Diklat Industri")
    LPK = "lpk", _("Lembaga pelatihan kerja")
    LSP = "lsp", _("Lembaga sertifikasi profesi")


class Admission(models.TextChoices):
    FIRST_COME = "first_come", _("Urutan mendaftar")
    SELECTION = "selection", _("Masa pendaftaran lalu seleksi berbobot")


class RunStatus(models.TextChoices):
    DRAFT = "draft", _("Draf")
    PUBLISHED = "published", _("Diumumkan")
    SELECTED = "selected", _("Peserta ditetapkan")
    RUNNING = "running", _("Berlangsung")
    COMPLETED = "completed", _("Selesai")
    CANCELLED = "cancelled", _("Dibatalkan")


class EnrolmentStatus(models.TextChoices):
    APPLIED = "applied", _("Menunggu seleksi")
    ENROLLED = "enrolled", _("Mendapat kursi")
    WAITING = "waiting", _("Daftar tunggu")
    OFFERED = "offered", _("Ditawari kursi")
    DECLINED = "declined", _("Menolak tawaran")
    UNCHOSEN = "unchosen", _("Tidak terpilih")
    CANCELLED = "cancelled", _("Dibatalkan")
    COMPLETED = "completed", _("Lulus")
    FAILED = "failed", _("Tidak lulus")
    NO_SHOW = "no_show", _("Tidak hadir")


#: Enrolments that hold a seat; an offered one is held for the person until the offer ends.
SEATED = (
    EnrolmentStatus.ENROLLED,
    EnrolmentStatus.OFFERED,
    EnrolmentStatus.COMPLETED,
    EnrolmentStatus.FAILED,
    EnrolmentStatus.NO_SHOW,
)

#: Enrolments that stand in the way of another one of the same person in the run.
ACTIVE = (*SEATED, EnrolmentStatus.APPLIED, EnrolmentStatus.WAITING)


class SessionStatus(models.TextChoices):
    PLANNED = "planned", _("Dijadwalkan")
    HELD = "held", _("Terlaksana")
    CANCELLED = "cancelled", _("Dibatalkan")


class AttendanceStatus(models.TextChoices):
    PRESENT = "present", _("Hadir")
    EXCUSED = "excused", _("Izin")
    ABSENT = "absent", _("Tidak hadir")


class AttendanceMethod(models.TextChoices):
    QR = "qr", _("QR peserta")
    OFFLINE = "offline", _("Halaman tanpa sinyal")
    LIST = "list", _("Daftar hadir cetak")
    MANUAL = "manual", _("Dicatat petugas")


class FacilitationKind(models.TextChoices):
    BRAND = "merek", _("Pendaftaran merek")
    HALAL = "halal", _("Sertifikat halal")
    PIRT = "pirt", _("P-IRT")
    SNI = "sni", _("SNI")
    PACKAGING = "kemasan", _("Perbaikan kemasan")


class FacilitationStatus(models.TextChoices):
    ASKED = "asked", _("Diminta")
    IN_PROGRESS = "in_progress", _("Sedang diurus")
    GRANTED = "granted", _("Terbit")
    REFUSED = "refused", _("Ditolak")
    WITHDRAWN = "withdrawn", _("Ditarik kembali")


class CertificateOrderStatus(models.TextChoices):
    WAITING = "waiting", _("Sedang diterbitkan")
    DONE = "done", _("Selesai")
    STOPPED = "stopped", _("Terhenti")


class TimetableStatus(models.TextChoices):
    WAITING = "waiting", _("Menunggu dihitung")
    PROPOSED = "proposed", _("Usulan")
    IMPOSSIBLE = "impossible", _("Tidak muat")
    PUBLISHED = "published", _("Ditetapkan")
    DISCARDED = "discarded", _("Dibuang")
