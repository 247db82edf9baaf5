from django.db import models
from django.utils.translation import gettext_lazy as _


class EndpointStatus(models.TextChoices):
    ACTIVE = "active", _("aktif")
    DISABLED = "disabled", _("dimatikan")


class DeliveryStatus(models.TextChoices):
    WAITING = "waiting", _("menunggu")
    DELIVERED = "delivered", _("terkirim")
    FAILED = "failed", _("gagal")
    WITHHELD = "withheld", _("tidak dikirim: berkas tidak lagi terlihat oleh mitra")
