from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ClusterKind(models.TextChoices):
    SENTRA = "sentra", _("Sentra")
    CLUSTER = "cluster", pgettext_lazy("jenis", "Klaster")


class ClusterStatus(models.TextChoices):
    DRAFT = "draft", _("Rancangan")
    ACTIVE = "active", _("Aktif")
    DORMANT = "dormant", _("Tidak aktif")
    DISSOLVED = "dissolved", _("Bubar")


class RequestKind(models.TextChoices):
    JOIN = "join", _("Bergabung")
    LEAVE = "leave", _("Keluar")
    LETTER = "letter", _("Surat keterangan anggota")


class RequestStatus(models.TextChoices):
    ASKED = "asked", _("Diajukan")
    AGREED = "agreed", _("Disetujui ketua")
    ACCEPTED = "accepted", _("Diterima")
    REFUSED = "refused", _("Ditolak")
    WITHDRAWN = "withdrawn", _("Ditarik kembali")


class Post(models.TextChoices):
    CHAIR = "chair", _("Ketua")
    SECRETARY = "secretary", _("Sekretaris")
    TREASURER = "treasurer", _("Bendahara")


class SuccessionKind(models.TextChoices):
    SPLIT = "split", _("Pemekaran")
    MERGE = "merge", _("Penggabungan")
