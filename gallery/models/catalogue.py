"""The catalogue: what makers offer, its variants and photos, what the curator says of it, and the curator's editions."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.enums import Purpose
from accounts.models import Consent
from core.fields import ReferenceField, RupiahField
from core.history import track
from core.records import BumpAndNumber, BumpVersion, Followed, Versioned, changes_index, closed
from core.workflow import Step
from gallery.enums import Condition, ProductStatus, RemarkReason
from ikm.enums import BusinessStatus
from ikm.models import Business, Licence

USER = settings.AUTH_USER_MODEL
P = ProductStatus

LOWEST_PRICE, HIGHEST_PRICE = 100, 1_000_000_000
MOST_STOCK = 999_999


class Category(models.Model):
    """A place in the catalogue's tree. Products stand in leaves, the deepest ones."""

    slug = models.SlugField(_("alamat"), max_length=60, unique=True)
    name = models.CharField(_("nama"), max_length=80)
    name_en = models.CharField(_("nama (Inggris)"), max_length=80)
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        verbose_name=_("di bawah"),
    )
    position = models.PositiveSmallIntegerField(_("urutan"), default=0)

    class Meta:
        verbose_name = _("kategori")
        verbose_name_plural = _("kategori")
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="gallery_category_not_its_own_parent",
                violation_error_message=_("Kategori tidak dapat berada di bawah dirinya sendiri."),
            )
        ]

    def __str__(self):
        return self.shown

    @property
    def shown(self):
        """The name in the language that is being read."""
        return self.name_en if get_language() == "en" else self.name


class RefuseBranch(pgtrigger.Trigger):
    """A product stands in a leaf of the tree: the channels ask for the deepest category."""

    name = "refuse_branch"
    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.UpdateOf("category_id")
    func = """
        IF NEW.category_id IS NOT NULL AND EXISTS (SELECT 1 FROM gallery_category WHERE parent_id = NEW.category_id) THEN
            RAISE EXCEPTION 'gallery_product_in_a_leaf' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """


class ProductQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Officials of the gallery see all; an entrepreneur the products of the businesses he or she speaks for."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff and user.has_perm("gallery.view_product"):
            return self.all()
        return self.filter(business__in=Business.objects.spoken_for_by(user))

    def published(self):
        """What everybody sees: published by the curator, of a business in the register that agrees to be shown."""
        return self.filter(
            Exists(Consent.objects.active(Purpose.PUBLISH).filter(subject=OuterRef("business__reference"))),
            status=P.PUBLISHED,
            business__status=BusinessStatus.REGISTERED,
        )

    def for_channels(self):
        """Published products of a business that agrees to be promoted on marketplaces."""
        return self.published().filter(
            Exists(
                Consent.objects.active(Purpose.MARKETPLACE).filter(subject=OuterRef("business__reference"))
            )
        )

    def without_english(self):
        """Products whose texts nobody has put into English yet."""
        return self.filter(Q(name_en="") | Q(description_en="") | (~Q(materials="") & Q(materials_en="")))


@track(looked_up_by=["business"], exclude=["search", "price_from", "stock", "version", "modified_at"])
class Product(Followed):
    """What a verified IKM makes and offers. Prices and stock stand in its variants, of which it has at least one before it
    is shown."""

    STEPS = {
        "submit": Step({P.DRAFT, P.TO_IMPROVE}, P.SUBMITTED, "gallery.submit_product", _("Kirim ke kurator")),
        "ask_improvement": Step(
            {P.SUBMITTED},
            P.TO_IMPROVE,
            "gallery.curate_product",
            _("Minta perbaikan"),
            other_than=("submit",),
        ),
        "publish": Step(
            {P.SUBMITTED}, P.PUBLISHED, "gallery.curate_product", _("Tayangkan"), other_than=("submit",)
        ),
        "withdraw": Step(
            {P.SUBMITTED, P.TO_IMPROVE, P.PUBLISHED}, P.WITHDRAWN, "gallery.withdraw_product", _("Tarik")
        ),
        "revise": Step(
            {P.WITHDRAWN, P.PUBLISHED}, P.DRAFT, "gallery.submit_product", _("Ubah dan kirim lagi")
        ),
    }

    reference = ReferenceField(prefix="PRD")
    business = models.ForeignKey(
        Business,
        on_delete=models.PROTECT,
        related_name="gallery_products",
        verbose_name=_("usaha"),
        db_index=False,
    )
    status = models.CharField(_("status"), max_length=10, choices=ProductStatus, default=P.DRAFT)
    name = models.CharField(_("nama produk"), max_length=150)
    name_en = models.CharField(_("nama (Inggris)"), max_length=150, blank=True)
    description = models.TextField(_("keterangan"), max_length=5000, blank=True)
    description_en = models.TextField(_("keterangan (Inggris)"), max_length=5000, blank=True)
    category = models.ForeignKey(
        Category,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="products",
        verbose_name=_("kategori"),
    )
    brand = models.CharField(_("merek"), max_length=60, blank=True)
    materials = models.CharField(_("bahan"), max_length=200, blank=True)
    materials_en = models.CharField(_("bahan (Inggris)"), max_length=200, blank=True)
    condition = models.CharField(_("kondisi"), max_length=4, choices=Condition, default=Condition.NEW)
    weight_grams = models.PositiveIntegerField(
        _("berat (gram)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(500_000)],
    )
    length_cm = models.PositiveSmallIntegerField(
        _("panjang (cm)"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    width_cm = models.PositiveSmallIntegerField(
        _("lebar (cm)"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    height_cm = models.PositiveSmallIntegerField(
        _("tinggi (cm)"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    minimum_order = models.PositiveSmallIntegerField(
        _("pesanan paling sedikit"), default=1, validators=[MinValueValidator(1), MaxValueValidator(9999)]
    )
    made_to_order_days = models.PositiveSmallIntegerField(
        _("dibuat setelah dipesan (hari)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )
    hs_code = models.CharField(
        _("kode HS"),
        max_length=8,
        blank=True,
        validators=[RegexValidator(r"^(\d{6}|\d{8})$", _("Kode HS terdiri atas 6 atau 8 angka."))],
    )
    is_export_ready = models.BooleanField(_("siap ekspor"), default=False)
    video_url = models.URLField(_("video YouTube"), blank=True)
    licences = models.ManyToManyField(
        Licence, blank=True, related_name="gallery_products", verbose_name=_("sertifikat")
    )
    submitted_at = models.DateTimeField(_("dikirim"), null=True, blank=True, editable=False)
    published_at = models.DateTimeField(_("tayang sejak"), null=True, blank=True, editable=False)
    # Kept by the triggers of Variant, for lists, facets and sorting.
    price_from = RupiahField(_("harga mulai"), null=True, blank=True, editable=False)
    stock = models.PositiveIntegerField(_("stok"), default=0, editable=False)
    search = models.GeneratedField(
        expression=SearchVector("name", "brand", "materials", "description", config="indonesian"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("produk")
        verbose_name_plural = _("produk")
        ordering = ["-id"]
        constraints = [
            closed("gallery_product", "status", ProductStatus),
            closed("gallery_product", "condition", Condition),
            models.CheckConstraint(
                condition=Q(minimum_order__range=(1, 9999)),
                name="gallery_product_minimum_order_in_range",
                violation_error_message=_("Pesanan paling sedikit 1 sampai 9.999."),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[P.SUBMITTED.value, P.PUBLISHED.value])
                | (
                    Q(category__isnull=False, weight_grams__isnull=False, price_from__isnull=False)
                    & ~Q(description="")
                ),
                name="gallery_product_shown_is_complete",
                violation_error_message=_(
                    "Lengkapi kategori, keterangan, berat, dan harga sebelum produk dikirim ke kurator."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(status=P.PUBLISHED.value) | Q(published_at__isnull=False),
                name="gallery_product_published_has_its_moment",
            ),
        ]
        indexes = [
            changes_index("gallery_product"),
            models.Index(fields=["business", "-id"], name="gallery_product_business"),
            models.Index(fields=["status", "-published_at", "-id"], name="gallery_product_status"),
            GinIndex(fields=["search"], name="gallery_product_search"),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="gallery_product_name_trgm"),
        ]
        triggers = [BumpAndNumber(), RefuseBranch()]

    def __str__(self):
        return self.name

    def _in_language(self, field):
        english = getattr(self, f"{field}_en")
        return english if get_language() == "en" and english else getattr(self, field)

    @property
    def shown_name(self):
        """The name in the language that is being read, the Indonesian one while there is no English."""
        return self._in_language("name")

    @property
    def shown_description(self):
        return self._in_language("description")

    @property
    def shown_materials(self):
        return self._in_language("materials")

    def badges(self, day=None):
        """The certificates that hold on `day` (today): a badge vanishes with the certificate it stands for."""
        day = day or timezone.localdate()
        return [one for one in self.licences.all() if one.expires_on is None or one.expires_on >= day]


class ProductPartQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(product__in=Product.objects.visible_to(user))


class Photo(models.Model):
    """A photo of a product, written anew at the gate: no place, no camera, our own file. `renditions` names its sizes."""

    reference = ReferenceField(prefix="FTO")
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="photos", verbose_name=_("produk")
    )
    position = models.PositiveSmallIntegerField(_("urutan"), default=1)
    alt = models.CharField(
        _("yang terlihat"),
        max_length=200,
        help_text=_("Satu kalimat untuk yang tidak dapat melihat fotonya."),
    )
    alt_en = models.CharField(_("yang terlihat (Inggris)"), max_length=200, blank=True)
    file = models.FileField(upload_to="gallery/%Y/%m/", max_length=200)
    width = models.PositiveSmallIntegerField(_("lebar"))
    height = models.PositiveSmallIntegerField(_("tinggi"))
    sha256 = models.CharField(max_length=64)
    #: 64 bits of what is seen, as a signed number: photos that look alike differ in few of them.
    perceptual_hash = models.BigIntegerField(editable=False)
    uploaded_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("diunggah"), default=timezone.now)

    objects = ProductPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("foto produk")
        verbose_name_plural = _("foto produk")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(alt=""),
                name="gallery_photo_says_what_is_seen",
                violation_error_message=_("Tuliskan apa yang terlihat pada foto."),
            ),
            models.CheckConstraint(
                condition=Q(width__gte=500, height__gte=500),
                name="gallery_photo_at_least_500_pixels",
                violation_error_message=_("Foto paling sedikit 500 × 500 piksel."),
            ),
            models.UniqueConstraint(
                fields=["product", "sha256"],
                name="gallery_photo_once_per_product",
                violation_error_message=_("Foto ini sudah ada pada produk ini."),
            ),
        ]
        indexes = [models.Index(fields=["perceptual_hash"], name="gallery_photo_looks")]

    def __str__(self):
        return self.reference

    @property
    def shown_alt(self):
        return self.alt_en if get_language() == "en" and self.alt_en else self.alt


class PhotoRendition(models.Model):
    """A smaller copy of a photo, for the width of a screen."""

    photo = models.ForeignKey(
        Photo, on_delete=models.CASCADE, related_name="renditions", verbose_name=_("foto")
    )
    width = models.PositiveSmallIntegerField(_("lebar"))
    height = models.PositiveSmallIntegerField(_("tinggi"))
    format = models.CharField(_("format"), max_length=4, choices=[("webp", "WebP"), ("jpeg", "JPEG")])
    file = models.FileField(upload_to="gallery/%Y/%m/", max_length=200)
    size = models.PositiveIntegerField(_("ukuran berkas"))

    class Meta:
        verbose_name = _("ukuran foto")
        verbose_name_plural = _("ukuran foto")
        ordering = ["width", "format"]
        constraints = [
            models.UniqueConstraint(
                fields=["photo", "width", "format"], name="gallery_photorendition_one_per_width_and_format"
            ),
            models.CheckConstraint(
                condition=Q(format__in=["webp", "jpeg"]), name="gallery_photorendition_format_closed"
            ),
        ]

    def __str__(self):
        return f"{self.photo} {self.width} {self.format}"


class SumUp(pgtrigger.Trigger):
    """The product's lowest price and its stock, over its variants that are sold, whoever writes them."""

    name = "sum_up"
    when = pgtrigger.After
    operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete
    func = """
        UPDATE gallery_product SET
            price_from = (SELECT min(price) FROM gallery_variant WHERE product_id = gallery_product.id AND is_active),
            stock = (SELECT COALESCE(sum(stock), 0) FROM gallery_variant
                     WHERE product_id = gallery_product.id AND is_active)
        WHERE id = COALESCE(NEW.product_id, OLD.product_id);
        RETURN NULL;
    """


@track(looked_up_by=["product"], exclude=["version", "modified_at"])
class Variant(Versioned):
    """One size, motif and colour of a product, with its own price and stock at the maker's. A product without a choice has
    one variant whose three words are empty."""

    reference = ReferenceField(prefix="BRG")
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="variants", verbose_name=_("produk")
    )
    position = models.PositiveSmallIntegerField(_("urutan"), default=1)
    sku = models.CharField(_("SKU"), max_length=50, blank=True)
    size = models.CharField(_("ukuran"), max_length=40, blank=True)
    motif = models.CharField(_("motif"), max_length=40, blank=True)
    colour = models.CharField(_("warna"), max_length=40, blank=True)
    price = RupiahField(_("harga"))
    stock = models.PositiveIntegerField(_("stok"), default=0, validators=[MaxValueValidator(MOST_STOCK)])
    photo = models.ForeignKey(
        Photo,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="variants",
        verbose_name=_("foto"),
    )
    is_active = models.BooleanField(_("dijual"), default=True)

    objects = ProductPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("varian")
        verbose_name_plural = _("varian")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(price__gte=LOWEST_PRICE, price__lte=HIGHEST_PRICE),
                name="gallery_variant_price_in_range",
                violation_error_message=_("Harga paling sedikit Rp100 dan paling banyak Rp1.000.000.000."),
            ),
            models.CheckConstraint(
                condition=Q(stock__lte=MOST_STOCK),
                name="gallery_variant_stock_in_range",
                violation_error_message=_("Stok paling banyak 999.999."),
            ),
            models.UniqueConstraint(
                fields=["product", "size", "motif", "colour"],
                name="gallery_variant_once_per_choice",
                violation_error_message=_("Ukuran, motif, dan warna ini sudah ada pada produk ini."),
            ),
        ]
        triggers = [BumpVersion(), SumUp()]

    def __str__(self):
        return f"{self.product}, {self.choice}" if self.choice else str(self.product)

    @property
    def choice(self):
        """Size, motif and colour in one line, "" where there is no choice."""
        return ", ".join(word for word in (self.size, self.motif, self.colour) if word)


class Remark(models.Model):
    """What the curator wants better: a photo or a field of the product, with the reason. Answered by sending it again."""

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="remarks", verbose_name=_("produk")
    )
    photo = models.ForeignKey(
        Photo,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="remarks",
        verbose_name=_("foto"),
    )
    field = models.CharField(_("bagian"), max_length=30)
    reason = models.CharField(_("alasan"), max_length=16, choices=RemarkReason)
    note = models.CharField(_("penjelasan"), max_length=300, blank=True)
    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="gallery_remarks")
    asked_at = models.DateTimeField(_("diminta"), default=timezone.now)
    answered_at = models.DateTimeField(_("dijawab"), null=True, blank=True)

    objects = ProductPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("catatan kurator")
        verbose_name_plural = _("catatan kurator")
        ordering = ["id"]
        constraints = [
            closed("gallery_remark", "reason", RemarkReason),
            models.CheckConstraint(
                condition=~Q(reason="other") | ~Q(note=""),
                name="gallery_remark_other_is_explained",
                violation_error_message=_("Jelaskan apa yang perlu diperbaiki."),
            ),
        ]

    def __str__(self):
        return f"{self.field}: {self.get_reason_display()}"


class Edition(Versioned):
    """A curator's choice: products under one title, shown from a day to a day."""

    reference = ReferenceField(prefix="EDS")
    title = models.CharField(_("judul"), max_length=100)
    title_en = models.CharField(_("judul (Inggris)"), max_length=100)
    introduction = models.TextField(_("pengantar"), max_length=1000)
    introduction_en = models.TextField(_("pengantar (Inggris)"), max_length=1000)
    shown_from = models.DateField(_("tayang sejak"))
    shown_until = models.DateField(_("sampai"), null=True, blank=True)
    products = models.ManyToManyField(
        Product, through="EditionItem", related_name="editions", verbose_name=_("produk")
    )

    class EditionQuerySet(models.QuerySet):
        def shown(self, day=None):
            """Editions that everybody sees on `day` (today)."""
            day = day or timezone.localdate()
            return self.filter(Q(shown_until__isnull=True) | Q(shown_until__gte=day), shown_from__lte=day)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("pilihan kurator")
        verbose_name_plural = _("pilihan kurator")
        ordering = ["-shown_from", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(shown_until__isnull=True) | Q(shown_until__gte=F("shown_from")),
                name="gallery_edition_until_after_from",
                violation_error_message=_("Tanggal akhir harus sesudah tanggal mulai."),
            )
        ]
        triggers = [BumpVersion()]

    def __str__(self):
        return self.title_en if get_language() == "en" else self.title

    @property
    def shown_introduction(self):
        return self.introduction_en if get_language() == "en" else self.introduction


class EditionItem(models.Model):
    edition = models.ForeignKey(
        Edition, on_delete=models.CASCADE, related_name="items", verbose_name=_("pilihan kurator")
    )
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="edition_items", verbose_name=_("produk")
    )
    position = models.PositiveSmallIntegerField(_("urutan"), default=1)
    words = models.CharField(_("kata kurator"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("produk pilihan")
        verbose_name_plural = _("produk pilihan")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "product"],
                name="gallery_editionitem_product_once",
                violation_error_message=_("Produk ini sudah ada dalam edisi ini."),
            )
        ]

    def __str__(self):
        return str(self.product)
