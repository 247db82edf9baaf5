from django.db import models
from django.utils.translation import gettext_lazy as _


class CentreStatus(models.TextChoices):
    PLANNED = "planned", _("Direncanakan")
    OPEN = "open", _("Dibuka")
    CLOSED = "closed", _("Ditutup")


class UnitKind(models.TextChoices):
    HALL = "hall", _("Aula")
    STALL = "stall", _("Kios")
    WORKSHOP = "workshop", _("Bengkel")
    MACHINE = "machine", _("Mesin bersama")
    MEETING_ROOM = "meeting_room", _("Ruang rapat")


class BookingStatus(models.TextChoices):
    WAITING = "waiting", _("Menunggu giliran")
    REQUESTED = "requested", _("Menunggu persetujuan")
    APPROVED = "approved", _("Disetujui")
    IN_USE = "in_use", _("Sedang dipakai")
    DONE = "done", _("Selesai")
    RELEASED = "released", _("Dilepas karena tidak datang")
    REFUSED = "refused", _("Ditolak")
    CANCELLED = "cancelled", _("Dibatalkan")
    EXPIRED = "expired", _("Tidak mendapat giliran")


#: A booking in one of these has its unit to itself.
HOLDING = (BookingStatus.REQUESTED, BookingStatus.APPROVED, BookingStatus.IN_USE, BookingStatus.DONE)
#: What is still to come or going on.
COMING = (BookingStatus.WAITING, BookingStatus.REQUESTED, BookingStatus.APPROVED, BookingStatus.IN_USE)


class LeaseStatus(models.TextChoices):
    DRAFT = "draft", _("Disiapkan")
    ACTIVE = "active", _("Berjalan")
    ENDED = "ended", _("Berakhir")
    CANCELLED = "cancelled", _("Dibatalkan")


class EventStatus(models.TextChoices):
    DRAFT = "draft", _("Konsep")
    PUBLISHED = "published", _("Diumumkan")
    DRAWN = "drawn", _("Sudah diundi")
    OVER = "over", _("Selesai")
    CANCELLED = "cancelled", _("Dibatalkan")


class EntryStatus(models.TextChoices):
    ENTERED = "entered", _("Terdaftar")
    WON = "won", _("Mendapat kios")
    WAITING = "waiting", _("Daftar tunggu")
    WITHDRAWN = "withdrawn", _("Mengundurkan diri")


class PaymentKind(models.TextChoices):
    RENT = "rent", _("Sewa")
    DEPOSIT = "deposit", _("Jaminan")
    DEPOSIT_RETURN = "deposit_return", _("Jaminan dikembalikan")


class DamageStatus(models.TextChoices):
    REPORTED = "reported", _("Dilaporkan")
    IN_REPAIR = "in_repair", _("Sedang diperbaiki")
    REPAIRED = "repaired", _("Selesai diperbaiki")
    DECLINED = "declined", _("Tidak diperbaiki")
