"""Channels outside the portal: shops that makers connected, what stands in them, and how often a short link was followed."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import ReferenceField, SealedTextField
from core.records import BumpAndNumber, Followed, changes_index, closed
from gallery.enums import ChannelKind, ListingStatus, ShopStatus
from gallery.models.catalogue import Category, Product
from ikm.models import Business

USER = settings.AUTH_USER_MODEL


class ChannelCategory(models.Model):
    """What a channel calls a category of the catalogue. Only its deepest categories take products."""

    category = models.ForeignKey(
        Category, on_delete=models.CASCADE, related_name="channel_codes", verbose_name=_("kategori")
    )
    channel = models.CharField(_("saluran"), max_length=12, choices=ChannelKind)
    code = models.CharField(_("kode"), max_length=80)
    label = models.CharField(_("nama pada saluran"), max_length=200, blank=True)
    is_deepest = models.BooleanField(_("tingkat terdalam"), default=True)

    class Meta:
        verbose_name = _("kategori saluran")
        verbose_name_plural = _("kategori saluran")
        ordering = ["channel", "category"]
        constraints = [
            closed("gallery_channelcategory", "channel", ChannelKind),
            models.UniqueConstraint(
                fields=["category", "channel"],
                name="gallery_channelcategory_one_per_channel",
                violation_error_message=_("Kategori ini sudah punya kode pada saluran itu."),
            ),
        ]

    def __str__(self):
        return f"{self.get_channel_display()}: {self.label or self.code}"


class Shop(Followed):
    """A maker's own shop at a marketplace, connected by OAuth. The office never knows its password; the tokens lie sealed."""

    reference = ReferenceField(prefix="TKO")
    business = models.ForeignKey(
        Business, on_delete=models.PROTECT, related_name="shops", verbose_name=_("usaha")
    )
    channel = models.CharField(_("saluran"), max_length=12, choices=ChannelKind)
    remote_id = models.CharField(_("nomor toko"), max_length=60)
    cipher = models.CharField(max_length=120, blank=True, editable=False)
    name = models.CharField(_("nama toko"), max_length=120)
    status = models.CharField(_("status"), max_length=12, choices=ShopStatus, default=ShopStatus.CONNECTED)
    access_token = SealedTextField(label="gallery.shop.access_token", blank=True, editable=False)
    refresh_token = SealedTextField(label="gallery.shop.refresh_token", blank=True, editable=False)
    access_until = models.DateTimeField(_("izin berlaku sampai"), null=True, blank=True, editable=False)
    connected_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("disambungkan oleh")
    )
    connected_at = models.DateTimeField(_("disambungkan"), default=timezone.now)
    disconnected_at = models.DateTimeField(_("diputus"), null=True, blank=True)

    class ShopQuerySet(models.QuerySet):
        def visible_to(self, user):
            if not user.is_authenticated:
                return self.none()
            if user.is_staff and user.has_perm("gallery.view_shop"):
                return self.all()
            return self.filter(business__in=Business.objects.spoken_for_by(user))

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("toko")
        verbose_name_plural = _("toko")
        ordering = ["-id"]
        constraints = [
            closed("gallery_shop", "channel", ChannelKind),
            closed("gallery_shop", "status", ShopStatus),
            models.UniqueConstraint(
                fields=["channel", "remote_id"],
                condition=Q(status="connected"),
                name="gallery_shop_connected_once",
                violation_error_message=_("Toko ini sudah tersambung."),
            ),
            models.CheckConstraint(
                condition=Q(status="connected") | Q(access_token="", refresh_token=""),
                name="gallery_shop_keeps_no_token_once_disconnected",
            ),
        ]
        indexes = [changes_index("gallery_shop")]
        triggers = [BumpAndNumber()]

    def __str__(self):
        return self.name


class Listing(Followed):
    """A product in a shop: the number it has there, what was last sent, and what a look found different."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="listings", verbose_name=_("toko"))
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="listings", verbose_name=_("produk")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=ListingStatus, default=ListingStatus.WAITING
    )
    remote_id = models.CharField(_("nomor di toko"), max_length=60, blank=True)
    sent_hash = models.CharField(max_length=64, blank=True, editable=False)
    sent_at = models.DateTimeField(_("dikirim"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("percobaan"), default=0)
    next_attempt_at = models.DateTimeField(_("dicoba lagi"), default=timezone.now)
    last_error = models.CharField(_("galat terakhir"), max_length=300, blank=True)
    checked_at = models.DateTimeField(_("diperiksa"), null=True, blank=True)
    #: {"price": {"local": …, "remote": …}, …} as the last look found it; {} where both are the same.
    drift = models.JSONField(_("perbedaan"), default=dict, blank=True)
    delisted_at = models.DateTimeField(_("diturunkan"), null=True, blank=True)
    #: What the shop answered when the product was taken down: the proof.
    delisting_answer = models.JSONField(_("bukti penurunan"), null=True, blank=True)

    class ListingQuerySet(models.QuerySet):
        def visible_to(self, user):
            return self.filter(shop__in=Shop.objects.visible_to(user))

        def due(self, now=None):
            """What waits to be sent or taken down, and may be tried now."""
            waiting = [ListingStatus.WAITING, ListingStatus.DELISTING]
            return self.filter(status__in=waiting, next_attempt_at__lte=now or timezone.now())

    objects = ListingQuerySet.as_manager()

    class Meta:
        verbose_name = _("produk di toko")
        verbose_name_plural = _("produk di toko")
        ordering = ["-id"]
        constraints = [
            closed("gallery_listing", "status", ListingStatus),
            models.UniqueConstraint(
                fields=["shop", "product"],
                name="gallery_listing_product_once_per_shop",
                violation_error_message=_("Produk ini sudah ada di toko itu."),
            ),
            models.UniqueConstraint(
                fields=["shop", "remote_id"],
                condition=~Q(remote_id=""),
                name="gallery_listing_remote_id_once",
            ),
            models.CheckConstraint(
                condition=~Q(status="delisted")
                | Q(delisted_at__isnull=False, delisting_answer__isnull=False),
                name="gallery_listing_delisted_has_its_proof",
            ),
        ]
        indexes = [
            changes_index("gallery_listing"),
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(status__in=["waiting", "delisting"]),
                name="gallery_listing_due",
            ),
        ]
        triggers = [BumpAndNumber()]

    def __str__(self):
        return f"{self.shop}: {self.product}"


class ShortLink(models.Model):
    """A short address of a product, one for each channel, so that the maker sees where people come from."""

    code = models.CharField(_("kode"), max_length=12, unique=True)
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="short_links", verbose_name=_("produk")
    )
    channel = models.CharField(_("saluran"), max_length=12)
    created_at = models.DateTimeField(_("dibuat"), default=timezone.now)

    class Meta:
        verbose_name = _("tautan pendek")
        verbose_name_plural = _("tautan pendek")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["product", "channel"], name="gallery_shortlink_one_per_channel")
        ]

    def __str__(self):
        return self.code


class LinkDay(models.Model):
    """How often a short link was followed on a day. A number, nobody's cookie or address."""

    link = models.ForeignKey(ShortLink, on_delete=models.CASCADE, related_name="days")
    on = models.DateField(_("tanggal"))
    clicks = models.PositiveIntegerField(_("klik"), default=0)

    class Meta:
        verbose_name = _("klik sehari")
        verbose_name_plural = _("klik sehari")
        ordering = ["-on"]
        constraints = [models.UniqueConstraint(fields=["link", "on"], name="gallery_linkday_one_per_day")]

    def __str__(self):
        return f"{self.link} {self.on}: {self.clicks}"
