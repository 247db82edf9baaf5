"""Goods that makers leave at the gallery: every movement is a row that is never changed, and what is there follows from them.

How many of a variant lie in the gallery stands in GalleryStock, kept by a trigger of Movement under its own row lock, so that
of two sales of the last piece one is refused whichever door they come through.
"""

import pgtrigger
from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import ReferenceField, RupiahField
from core.models import Letter
from core.records import BumpAndNumber, Followed, NumberChange, Numbered, changes_index, closed
from core.workflow import Step
from gallery.enums import CountStatus, MovementKind, Payment, SettlementStatus
from gallery.models.catalogue import Variant
from ikm.models import Business

USER = settings.AUTH_USER_MODEL
S = SettlementStatus


class ConsignmentPartQuerySet(models.QuerySet):
    """Rows that belong to a business: its speakers see them, and officials of the gallery."""

    def visible_to(self, user):
        if not user.is_authenticated:
            return self.none()
        if user.is_staff and user.has_perm("gallery.view_movement"):
            return self.all()
        return self.filter(business__in=Business.objects.spoken_for_by(user))


class ConsignmentTerms(models.Model):
    """What the gallery keeps of each sale of a maker's goods, in the days it is agreed for."""

    business = models.ForeignKey(
        Business, on_delete=models.PROTECT, related_name="consignment_terms", verbose_name=_("usaha")
    )
    during = DateRangeField(_("berlaku"))
    commission_percent = models.DecimalField(
        _("bagian galeri (%)"),
        max_digits=4,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(50)],
    )
    agreed_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", editable=False)

    objects = ConsignmentPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("kesepakatan titip jual")
        verbose_name_plural = _("kesepakatan titip jual")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(commission_percent__range=(0, 50)),
                name="gallery_consignmentterms_commission_in_range",
                violation_error_message=_("Bagian galeri 0 sampai 50 persen."),
            ),
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__lower_inf=False),
                name="gallery_consignmentterms_has_a_beginning",
                violation_error_message=_("Isi tanggal mulai kesepakatan."),
            ),
            ExclusionConstraint(
                name="gallery_consignmentterms_one_at_a_time",
                expressions=[("business", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                violation_error_message=_("Usaha ini sudah punya kesepakatan pada hari-hari itu."),
            ),
        ]

    def __str__(self):
        return f"{self.business}: {self.commission_percent} %"


class GoodsNote(Numbered):
    """A paper of one hand-over between a maker and the gallery: goods in, or goods back. Its lines are movements."""

    reference = ReferenceField(prefix="TTB")
    business = models.ForeignKey(
        Business, on_delete=models.PROTECT, related_name="goods_notes", verbose_name=_("usaha")
    )
    kind = models.CharField(
        _("jenis"),
        max_length=10,
        choices=[
            (MovementKind.RECEIVED.value, MovementKind.RECEIVED.label),
            (MovementKind.RETURNED.value, MovementKind.RETURNED.label),
        ],
    )
    handed_by = models.CharField(_("diserahkan atau diterima oleh"), max_length=150)
    note = models.CharField(_("catatan"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("petugas")
    )
    recorded_at = models.DateTimeField(_("waktu"), default=timezone.now)
    letters = GenericRelation(Letter)

    objects = ConsignmentPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("tanda terima barang")
        verbose_name_plural = _("tanda terima barang")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["received", "returned"]), name="gallery_goodsnote_kind_closed"
            )
        ]
        # Its business may change when two turn out to be one.
        indexes = [changes_index("gallery_goodsnote")]
        triggers = [
            NumberChange(),
            pgtrigger.Protect(
                name="append_only",
                operation=pgtrigger.UpdateOf(
                    "reference", "kind", "handed_by", "note", "recorded_by_id", "recorded_at"
                )
                | pgtrigger.Delete,
            ),
        ]

    def __str__(self):
        return self.reference


class Sale(Numbered):
    """What one buyer paid at the counter. Its lines are movements; the sum is theirs."""

    reference = ReferenceField(prefix="JUL")
    payment = models.CharField(_("dibayar dengan"), max_length=4, choices=Payment)
    payment_reference = models.CharField(_("nomor QRIS"), max_length=60, blank=True)
    total = RupiahField(_("jumlah"))
    sold_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("kasir"))
    sold_at = models.DateTimeField(_("waktu"), default=timezone.now)

    class SaleQuerySet(models.QuerySet):
        def visible_to(self, user):
            """Officials of the gallery: a sale may hold goods of several makers, who see their own movements."""
            if user.is_authenticated and user.is_staff and user.has_perm("gallery.view_sale"):
                return self.all()
            return self.none()

    objects = SaleQuerySet.as_manager()

    class Meta:
        verbose_name = _("penjualan")
        verbose_name_plural = _("penjualan")
        ordering = ["-id"]
        constraints = [
            closed("gallery_sale", "payment", Payment),
            models.CheckConstraint(
                condition=~Q(payment="qris") | ~Q(payment_reference=""),
                name="gallery_sale_qris_has_its_number",
                violation_error_message=_("Tuliskan nomor transaksi QRIS."),
            ),
            models.UniqueConstraint(
                fields=["payment_reference"],
                condition=~Q(payment_reference=""),
                name="gallery_sale_qris_number_once",
                violation_error_message=_("Nomor QRIS ini sudah dicatat pada penjualan lain."),
            ),
        ]
        indexes = [changes_index("gallery_sale")]
        triggers = [
            NumberChange(),
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self):
        return self.reference


class StockCount(Followed):
    """A count of all goods in the gallery ("stock opname"): what the book said, what was found, and why they differ."""

    reference = ReferenceField(prefix="OPN")
    status = models.CharField(_("status"), max_length=6, choices=CountStatus, default=CountStatus.OPEN)
    started_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("dimulai oleh")
    )
    started_at = models.DateTimeField(_("dimulai"), default=timezone.now)
    closed_by = models.ForeignKey(
        USER,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("ditutup oleh"),
    )
    closed_at = models.DateTimeField(_("ditutup"), null=True, blank=True)

    class StockCountQuerySet(models.QuerySet):
        def visible_to(self, user):
            if user.is_authenticated and user.is_staff and user.has_perm("gallery.view_stockcount"):
                return self.all()
            return self.none()

    objects = StockCountQuerySet.as_manager()

    class Meta:
        verbose_name = _("hitung stok")
        verbose_name_plural = _("hitung stok")
        ordering = ["-id"]
        constraints = [
            closed("gallery_stockcount", "status", CountStatus),
            models.UniqueConstraint(
                fields=["status"],
                condition=Q(status="open"),
                name="gallery_stockcount_one_open",
                violation_error_message=_("Masih ada hitungan yang belum ditutup. Selesaikan dahulu."),
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True)
                | Q(status="closed", closed_at__isnull=False, closed_by__isnull=False),
                name="gallery_stockcount_closed_by_somebody",
            ),
        ]
        indexes = [changes_index("gallery_stockcount")]
        triggers = [BumpAndNumber()]

    def __str__(self):
        return self.reference


class StockCountLine(models.Model):
    count = models.ForeignKey(
        StockCount, on_delete=models.CASCADE, related_name="lines", verbose_name=_("hitung stok")
    )
    variant = models.ForeignKey(
        Variant, on_delete=models.PROTECT, related_name="count_lines", verbose_name=_("barang")
    )
    expected = models.PositiveIntegerField(_("menurut catatan"))
    counted = models.PositiveIntegerField(_("dihitung"), null=True, blank=True)
    reason = models.CharField(_("sebab selisih"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("baris hitung stok")
        verbose_name_plural = _("baris hitung stok")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["count", "variant"], name="gallery_stockcountline_variant_once")
        ]

    def __str__(self):
        return f"{self.variant}: {self.counted}"


class GalleryStock(Numbered):
    """How many of a variant lie in the gallery: the sum of its movements, kept by their trigger."""

    variant = models.OneToOneField(
        Variant,
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="gallery_stock",
        verbose_name=_("barang"),
    )
    quantity = models.IntegerField(_("di galeri"), default=0)

    class GalleryStockQuerySet(models.QuerySet):
        def visible_to(self, user):
            """Officials of the gallery, and the makers whose goods they are."""
            if not user.is_authenticated:
                return self.none()
            if user.is_staff and user.has_perm("gallery.view_movement"):
                return self.all()
            return self.filter(variant__product__business__in=Business.objects.spoken_for_by(user))

    objects = GalleryStockQuerySet.as_manager()

    class Meta:
        verbose_name = _("stok galeri")
        verbose_name_plural = _("stok galeri")
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=0),
                name="gallery_stock_never_below_zero",
                violation_error_message=_("Stok di galeri tidak mencukupi."),
            )
        ]
        indexes = [changes_index("gallery_stock", key="variant")]
        triggers = [NumberChange()]

    def __str__(self):
        return f"{self.variant}: {self.quantity}"


class KeepStock(pgtrigger.Trigger):
    """Adds every movement to the stock of its variant. The row lock of the stock makes the sales of one variant wait for
    each other, and its check refuses the one that finds too few."""

    name = "keep_stock"
    when = pgtrigger.Before
    operation = pgtrigger.Insert
    func = """
        INSERT INTO gallery_gallerystock (variant_id, quantity) VALUES (NEW.variant_id, 0)
        ON CONFLICT (variant_id) DO NOTHING;
        UPDATE gallery_gallerystock SET quantity = quantity + NEW.quantity WHERE variant_id = NEW.variant_id;
        RETURN NEW;
    """


class Movement(Numbered):
    """So many pieces of a variant came or went, and why. Never changed afterwards; a mistake is a movement the other way."""

    variant = models.ForeignKey(
        Variant, on_delete=models.PROTECT, related_name="movements", verbose_name=_("barang")
    )
    kind = models.CharField(_("jenis"), max_length=10, choices=MovementKind)
    quantity = models.IntegerField(_("banyak"), help_text=_("Masuk di atas nol, keluar di bawah nol."))
    #: What one piece was sold for; only of sales and of what buyers brought back.
    unit_price = RupiahField(_("harga satuan"), null=True, blank=True)
    note = models.ForeignKey(
        GoodsNote,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="movements",
        verbose_name=_("tanda terima"),
    )
    sale = models.ForeignKey(
        Sale,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="movements",
        verbose_name=_("penjualan"),
    )
    count = models.ForeignKey(
        StockCount,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="movements",
        verbose_name=_("hitung stok"),
    )
    reason = models.CharField(_("sebab"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("dicatat oleh"), db_index=False
    )
    recorded_at = models.DateTimeField(_("waktu"), default=timezone.now)

    class MovementQuerySet(models.QuerySet):
        def visible_to(self, user):
            """Officials of the gallery, and the makers whose goods they are."""
            if not user.is_authenticated:
                return self.none()
            if user.is_staff and user.has_perm("gallery.view_movement"):
                return self.all()
            return self.of_businesses(Business.objects.spoken_for_by(user))

        def of_businesses(self, businesses):
            return self.filter(variant__product__business__in=businesses)

    objects = MovementQuerySet.as_manager()

    class Meta:
        verbose_name = _("gerakan barang")
        verbose_name_plural = _("gerakan barang")
        ordering = ["-id"]
        constraints = [
            closed("gallery_movement", "kind", MovementKind),
            models.CheckConstraint(
                condition=Q(kind__in=["received", "taken_back"], quantity__gt=0)
                | Q(kind__in=["sold", "returned", "damaged"], quantity__lt=0)
                | (Q(kind="counted") & ~Q(quantity=0)),
                name="gallery_movement_goes_its_way",
                violation_error_message=_("Banyaknya barang tidak sesuai dengan jenis gerakan."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["sold", "taken_back"], sale__isnull=False, unit_price__isnull=False)
                | (~Q(kind__in=["sold", "taken_back"]) & Q(sale__isnull=True, unit_price__isnull=True)),
                name="gallery_movement_sale_has_its_price",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["received", "returned"], note__isnull=False)
                | (~Q(kind__in=["received", "returned"]) & Q(note__isnull=True)),
                name="gallery_movement_hand_over_has_its_paper",
            ),
            models.CheckConstraint(
                condition=Q(kind="counted", count__isnull=False)
                | (~Q(kind="counted") & Q(count__isnull=True)),
                name="gallery_movement_difference_has_its_count",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["damaged", "counted", "taken_back"]) | ~Q(reason=""),
                name="gallery_movement_loss_is_explained",
                violation_error_message=_("Tuliskan sebabnya."),
            ),
        ]
        indexes = [
            changes_index("gallery_movement"),
            models.Index(fields=["recorded_at"], name="gallery_movement_moment"),
        ]
        triggers = [
            NumberChange(),
            KeepStock(),
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.quantity} {self.variant}"

    @property
    def pieces(self):
        """How many came or went, whichever way."""
        return abs(self.quantity)

    @property
    def amount(self):
        """What the buyer paid for the line in rupiah, below zero for what was brought back; 0 for other movements."""
        return -self.quantity * self.unit_price if self.unit_price is not None else 0


class Settlement(Followed):
    """What the gallery owes a maker for the sales of a month: sold, kept as commission, paid out with its reference."""

    STEPS = {
        "approve": Step(
            {S.DRAFT}, S.APPROVED, "gallery.approve_settlement", _("Setujui"), other_than=("prepare",)
        ),
        "pay": Step({S.APPROVED}, S.PAID, "gallery.pay_settlement", _("Catat dibayar")),
    }

    reference = ReferenceField(prefix="BGH")
    business = models.ForeignKey(
        Business, on_delete=models.PROTECT, related_name="gallery_settlements", verbose_name=_("usaha")
    )
    #: The first day of the month.
    month = models.DateField(_("bulan"))
    status = models.CharField(_("status"), max_length=8, choices=SettlementStatus, default=S.DRAFT)
    sold = RupiahField(_("terjual"))
    commission = RupiahField(_("bagian galeri"))
    payable = models.GeneratedField(
        expression=F("sold") - F("commission"),
        output_field=models.DecimalField(max_digits=18, decimal_places=0),
        db_persist=True,
        verbose_name=_("dibayarkan"),
    )
    paid_on = models.DateField(_("dibayar pada"), null=True, blank=True)
    payment_reference = models.CharField(_("nomor bukti bayar"), max_length=60, blank=True)
    letters = GenericRelation(Letter)

    objects = ConsignmentPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("bagi hasil")
        verbose_name_plural = _("bagi hasil")
        ordering = ["-month", "business"]
        constraints = [
            closed("gallery_settlement", "status", SettlementStatus),
            models.CheckConstraint(
                condition=Q(month__day=1), name="gallery_settlement_month_by_its_first_day"
            ),
            models.CheckConstraint(
                condition=Q(commission__gte=0, commission__lte=F("sold")),
                name="gallery_settlement_commission_within_sold",
            ),
            models.CheckConstraint(
                condition=~Q(status="paid") | (Q(paid_on__isnull=False) & ~Q(payment_reference="")),
                name="gallery_settlement_paid_has_its_proof",
                violation_error_message=_("Tuliskan tanggal dan nomor bukti bayar."),
            ),
            models.UniqueConstraint(
                fields=["business", "month"],
                name="gallery_settlement_one_per_month",
                violation_error_message=_("Bagi hasil bulan itu sudah disusun."),
            ),
        ]
        indexes = [changes_index("gallery_settlement")]
        triggers = [BumpAndNumber()]

    def __str__(self):
        return self.reference


class SettlementLine(models.Model):
    """A movement that a settlement pays for; the database settles each once."""

    settlement = models.ForeignKey(
        Settlement, on_delete=models.CASCADE, related_name="lines", verbose_name=_("bagi hasil")
    )
    movement = models.OneToOneField(
        Movement, on_delete=models.PROTECT, related_name="settlement_line", verbose_name=_("gerakan")
    )
    amount = models.DecimalField(_("terjual"), max_digits=18, decimal_places=0)
    commission = models.DecimalField(_("bagian galeri"), max_digits=18, decimal_places=0)

    class Meta:
        verbose_name = _("baris bagi hasil")
        verbose_name_plural = _("baris bagi hasil")
        ordering = ["movement_id"]

    def __str__(self):
        return f"{self.movement}: {self.amount}"
