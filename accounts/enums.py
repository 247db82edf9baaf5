from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    REGISTRAR = "registrar", _("Petugas pendaftaran")
    VERIFIER = "verifier", _("Verifikator lapangan")
    CREDIT_OFFICER = "credit_officer", _("Petugas kredit")
    CREDIT_APPROVER = "credit_approver", _("Penyetuju kredit")
    TRAINING_OFFICER = "training_officer", _("Petugas pelatihan")
    CLUSTER_OFFICER = "cluster_officer", _("Petugas klaster")
    GALLERY_CURATOR = "gallery_curator", _("Kurator galeri")
    PROGRAMME_OFFICER = "programme_officer", _("Petugas program")
    AUDITOR = "auditor", _("Pengawas")
    ADMINISTRATOR = "administrator", _("Administrator")
    ENTREPRENEUR = "entrepreneur", _("Pelaku usaha")
    PARTNER = "partner", _("Mitra")


class Purpose(models.TextChoices):
    REGISTER = "register", _("pendataan dan pembinaan IKM")
    PUBLISH = "publish", _("tampil di direktori umum")
    PUBLISH_CONTACT = "publish_contact", _("telepon dan titik peta tampil di direktori umum")
    SHARE_WITH_BANK = "share_with_bank", _("diteruskan ke bank penyalur")
    MARKETPLACE = "marketplace", _("promosi di lokapasar")


class Channel(models.TextChoices):
    PORTAL = "portal", _("portal")
    PAPER = "paper", _("formulir kertas")
    COUNTER = "counter", _("loket")


class PartnerKind(models.TextChoices):
    BANK = "bank", _("bank")
    MARKETPLACE = "marketplace", _("lokapasar")
    MINISTRY = "ministry", _("kementerian")
    OFFICE = "office", _("kantor lain")
