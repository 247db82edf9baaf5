"""Addresses of partner systems, what is sent to them, and every attempt to send it."""

import base64
import secrets
import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import ReferenceField, SealedTextField
from core.models import Event
from core.records import closed
from core.workflow import Step
from webhooks.enums import DeliveryStatus, EndpointStatus

_SECRET_BYTES = 32


def new_secret():
    """A signing secret as Standard Webhooks writes it."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()}"


class EndpointQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Officials who look after webhooks see all; a partner its own."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff and user.has_perm("webhooks.view_endpoint"):
            return self.all()
        return self.filter(owner=user.pk)

    def in_service(self):
        """Those that are active, of accounts and partners that are."""
        return self.filter(status=EndpointStatus.ACTIVE, owner__is_active=True).exclude(
            owner__partner__is_active=False
        )


class Endpoint(models.Model):
    """An address of a partner system, the kinds of events it wants, and the secret that signs them."""

    STEPS = {
        "disable": Step(
            {EndpointStatus.ACTIVE}, EndpointStatus.DISABLED, "webhooks.disable_endpoint", _("Matikan")
        ),
        "enable": Step(
            {EndpointStatus.DISABLED}, EndpointStatus.ACTIVE, "webhooks.enable_endpoint", _("Hidupkan")
        ),
    }

    reference = ReferenceField(prefix="WHK")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="webhook_endpoints",
        verbose_name=_("mitra"),
    )
    url = models.CharField(_("alamat"), max_length=500)
    description = models.CharField(_("keterangan"), max_length=150, blank=True)
    kinds = ArrayField(models.CharField(max_length=80), verbose_name=_("jenis kejadian"))
    secret = SealedTextField(label="webhooks.endpoint.secret", default=new_secret, editable=False)
    # Until a partner's system knows the new secret, messages bear the signatures of both.
    previous_secret = SealedTextField(label="webhooks.endpoint.previous_secret", blank=True, editable=False)
    previous_secret_until = models.DateTimeField(_("rahasia lama berlaku sampai"), null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=EndpointStatus, default=EndpointStatus.ACTIVE, editable=False
    )
    disabled_reason = models.CharField(_("alasan dimatikan"), max_length=200, blank=True)
    failing_since = models.DateTimeField(_("gagal sejak"), null=True, blank=True)
    created_at = models.DateTimeField(_("dibuat"), default=timezone.now, editable=False)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("alamat webhook")
        verbose_name_plural = _("alamat webhook")
        ordering = ["id"]
        constraints = [
            closed("webhooks_endpoint", "status", EndpointStatus),
            models.UniqueConstraint(
                fields=["owner", "url"],
                name="webhooks_endpoint_url_once",
                violation_error_message=_("Alamat ini sudah didaftarkan."),
            ),
            models.CheckConstraint(
                condition=Q(kinds__len__gte=1),
                name="webhooks_endpoint_wants_something",
                violation_error_message=_("Pilih paling sedikit satu jenis kejadian."),
            ),
            models.CheckConstraint(
                condition=Q(previous_secret="") | Q(previous_secret_until__isnull=False),
                name="webhooks_endpoint_old_secret_ends",
            ),
        ]

    def __str__(self):
        return f"{self.reference} {self.url}"

    def secrets_on(self, moment):
        """The secrets that sign a message sent at `moment`, the newest first."""
        if self.previous_secret and self.previous_secret_until > moment:
            return [self.secret, self.previous_secret]
        return [self.secret]


class DeliveryQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(endpoint__in=Endpoint.objects.visible_to(user))

    def in_turn(self, now):
        """Those due that no earlier event of the same subject keeps waiting, at endpoints in service."""
        earlier = Delivery.objects.filter(
            endpoint=models.OuterRef("endpoint"),
            subject=models.OuterRef("subject"),
            event__lt=models.OuterRef("event"),
            status=DeliveryStatus.WAITING,
        )
        return self.filter(
            ~models.Exists(earlier),
            status=DeliveryStatus.WAITING,
            next_attempt_at__lte=now,
            endpoint__in=Endpoint.objects.in_service(),
        )


class Delivery(models.Model):
    """One event on its way to one endpoint."""

    uid = models.UUIDField(_("nomor pesan"), default=uuid.uuid4, unique=True, editable=False)
    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.PROTECT, related_name="deliveries", verbose_name=_("alamat webhook")
    )
    event = models.ForeignKey(
        Event, on_delete=models.PROTECT, related_name="webhook_deliveries", verbose_name=_("kejadian")
    )
    subject = models.CharField(_("mengenai"), max_length=20)
    kind = models.CharField(_("jenis"), max_length=80)
    status = models.CharField(
        _("status"), max_length=10, choices=DeliveryStatus, default=DeliveryStatus.WAITING
    )
    attempts_made = models.PositiveSmallIntegerField(_("percobaan"), default=0)
    # While it is being sent, the moment at which another worker may take it for lost.
    next_attempt_at = models.DateTimeField(_("dicoba lagi"), default=timezone.now)
    created_at = models.DateTimeField(_("dibuat"), default=timezone.now)
    delivered_at = models.DateTimeField(_("terkirim pada"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("pengiriman webhook")
        verbose_name_plural = _("pengiriman webhook")
        ordering = ["-id"]
        constraints = [
            closed("webhooks_delivery", "status", DeliveryStatus),
            models.UniqueConstraint(fields=["endpoint", "event"], name="webhooks_delivery_once_per_endpoint"),
            models.CheckConstraint(
                condition=Q(status="delivered", delivered_at__isnull=False) | ~Q(status="delivered"),
                name="webhooks_delivery_delivered_has_its_moment",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(status="waiting"), name="webhooks_delivery_due"
            ),
            models.Index(fields=["endpoint", "subject", "event"], name="webhooks_delivery_in_turn"),
        ]

    def __str__(self):
        return self.message_id

    @property
    def message_id(self):
        """The `webhook-id`: the same however often it is sent."""
        return f"msg_{self.uid.hex}"


class Attempt(models.Model):
    """One attempt: when, what the receiver answered, how long it took."""

    delivery = models.ForeignKey(
        Delivery, on_delete=models.CASCADE, related_name="attempts", verbose_name=_("pengiriman webhook")
    )
    at = models.DateTimeField(_("waktu"), default=timezone.now)
    http_status = models.PositiveSmallIntegerField(_("status HTTP"), null=True, blank=True)
    milliseconds = models.PositiveIntegerField(_("lama (milidetik)"))
    error = models.CharField(_("galat"), max_length=200, blank=True)
    excerpt = models.CharField(_("kutipan jawaban"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("percobaan webhook")
        verbose_name_plural = _("percobaan webhook")
        ordering = ["id"]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.http_status or self.error}"
