"""Places, rooms, trainers and equipment, and when they cannot be had."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import RupiahField
from core.records import BumpVersion, Versioned
from ikm.models import Area
from training.enums import Topic

USER = settings.AUTH_USER_MODEL


class Venue(Versioned):
    """A place with rooms."""

    name = models.CharField(_("tempat"), max_length=120, unique=True)
    address = models.CharField(_("alamat"), max_length=250)
    kelurahan = models.ForeignKey(
        Area,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="venues",
        verbose_name=_("kelurahan"),
    )
    latitude = models.DecimalField(_("lintang"), max_digits=8, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("bujur"), max_digits=9, decimal_places=6, null=True, blank=True)

    class Meta:
        verbose_name = _("tempat pelatihan")
        verbose_name_plural = _("tempat pelatihan")
        ordering = ["name"]
        triggers = [BumpVersion()]

    def __str__(self):
        return self.name


class Room(Versioned):
    """A room of a venue."""

    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="rooms", verbose_name=_("tempat"))
    name = models.CharField(_("ruang"), max_length=80)
    capacity = models.PositiveSmallIntegerField(_("muat (orang)"), validators=[MinValueValidator(1)])
    is_active = models.BooleanField(_("dipakai"), default=True)

    class Meta:
        verbose_name = _("ruang")
        verbose_name_plural = _("ruang")
        ordering = ["venue", "name"]
        constraints = [models.UniqueConstraint(fields=["venue", "name"], name="training_room_name_once")]
        triggers = [BumpVersion()]

    def __str__(self):
        return f"{self.name}, {self.venue}"


class Trainer(Versioned):
    """A person who teaches, with the topics he or she can teach."""

    name = models.CharField(_("nama pelatih"), max_length=150)
    user = models.OneToOneField(
        USER,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="trainer",
        verbose_name=_("akun portal"),
    )
    phone = models.CharField(_("telepon"), max_length=16, blank=True)
    email = models.EmailField(_("surel"), blank=True)
    topics = ArrayField(
        models.CharField(max_length=16, choices=Topic), default=list, blank=True, verbose_name=_("bidang")
    )
    fee_per_hour = RupiahField(_("honorarium per jam"), default=0)
    is_active = models.BooleanField(_("mengajar"), default=True)

    class Meta:
        verbose_name = _("pelatih")
        verbose_name_plural = _("pelatih")
        ordering = ["name"]
        triggers = [BumpVersion()]

    def __str__(self):
        return self.name


class Equipment(Versioned):
    """A thing that only one session can use at a time: a projector, a packaging machine."""

    name = models.CharField(_("peralatan"), max_length=120, unique=True)
    is_active = models.BooleanField(_("dipakai"), default=True)

    class Meta:
        verbose_name = _("peralatan")
        verbose_name_plural = _("peralatan")
        ordering = ["name"]
        triggers = [BumpVersion()]

    def __str__(self):
        return self.name


class Unavailability(models.Model):
    """A time in which a trainer or a room cannot be had."""

    trainer = models.ForeignKey(
        Trainer, null=True, blank=True, on_delete=models.CASCADE, related_name="unavailabilities"
    )
    room = models.ForeignKey(
        Room, null=True, blank=True, on_delete=models.CASCADE, related_name="unavailabilities"
    )
    during = DateTimeRangeField(_("waktu"))
    reason = models.CharField(_("sebab"), max_length=160, blank=True)

    class Meta:
        verbose_name = _("waktu tidak tersedia")
        verbose_name_plural = _("waktu tidak tersedia")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(trainer__isnull=False, room__isnull=True)
                | Q(trainer__isnull=True, room__isnull=False),
                name="training_unavailability_of_one",
                violation_error_message=_("Pilih pelatih atau ruang, salah satu."),
            )
        ]
        indexes = [GistIndex(fields=["during"], name="training_unavailability_time")]

    def __str__(self):
        return f"{self.trainer or self.room}: {self.during}"
