from django.db import models
from django.utils.translation import gettext_lazy as _


class LegalBasisKind(models.TextChoices):
    PERDA = "perda", _("Peraturan Daerah")
    PERWAL = "perwal", _("Peraturan Wali Kota")
    SK = "sk", _("Surat Keputusan")
    MOU = "mou", _("Nota kesepahaman")


class LegalBasisStatus(models.TextChoices):
    PROPOSED = "proposed", _("Diusulkan")
    DRAFTING = "drafting", _("Disusun")
    IN_FORCE = "in_force", _("Berlaku")
    REVOKED = "revoked", _("Dicabut")


class Pillar(models.TextChoices):
    """The five pillars of SMART."""

    STIMULATING = "stimulating", _("Stimulating: memacu")
    MARKETING = "marketing", _("Marketing: memasarkan")
    ADJUSTING = "adjusting", _("Adjusting: menyesuaikan")
    RAISING = "raising", _("Raising: mengangkat")
    TRAINING = "training", _("Training: melatih")


class TargetKind(models.TextChoices):
    OUTPUT = "output", _("Keluaran")
    OUTCOME = "outcome", _("Hasil")


class PeriodStatus(models.TextChoices):
    OPEN = "open", _("Terbuka")
    SUBMITTED = "submitted", _("Menunggu persetujuan")
    APPROVED = "approved", _("Disetujui dan terkunci")
