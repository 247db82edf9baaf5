from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Left, Upper
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from accounts.enums import PartnerKind, Purpose
from accounts.models import Consent
from core.dates import add_months
from core.fields import BlindIndexField, ReferenceField, RupiahField, SealedQuerySet, SealedTextField
from core.history import track
from core.models import Attachment, Letter
from core.records import BumpAndNumber, BumpVersion, Followed, Versioned, changes_index, closed
from core.workflow import Step
from ikm import enums
from ikm.enums import (
    AreaLevel,
    Branch,
    BusinessStatus,
    ChangeStatus,
    ChangeVerdict,
    LegalForm,
    LetterRequestStatus,
    LicenceKind,
    PairStatus,
    Period,
    RepresentativeKind,
    RepresentativeStatus,
    Scale,
    Sex,
    VisitStatus,
)

VERIFICATION_VALID_MONTHS = 12

USER = settings.AUTH_USER_MODEL


class Area(models.Model):
    """A kecamatan or kelurahan of the city, by its Kemendagri code."""

    code = models.CharField(_("kode"), max_length=13, primary_key=True)
    level = models.CharField(_("tingkat"), max_length=10, choices=AreaLevel)
    name = models.CharField(_("nama"), max_length=60)
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        verbose_name=_("kecamatan"),
    )
    postcode = models.CharField(_("kode pos"), max_length=5, blank=True)
    boundary = models.JSONField(_("batas wilayah"), null=True, blank=True)

    class Meta:
        verbose_name = _("wilayah")
        verbose_name_plural = _("wilayah")
        ordering = ["code"]
        constraints = [closed("ikm_area", "level", AreaLevel)]

    def __str__(self):
        return f"{self.name}, {self.parent.name}" if self.parent_id else self.name


class Kbli(models.Model):
    """A code of the Indonesian classification of industries. Codes are reused with other meanings between versions,
    so that a code never stands without its version."""

    version = models.PositiveSmallIntegerField(_("versi"))
    code = models.CharField(_("kode"), max_length=5)
    title = models.CharField(_("judul"), max_length=250)
    keywords = models.TextField(_("kata sehari-hari"), blank=True)

    class Meta:
        verbose_name = _("kode KBLI")
        verbose_name_plural = _("kode KBLI")
        ordering = ["version", "code"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="ikm_kbli_one_per_version"),
        ]

    def __str__(self):
        return f"{self.code} {self.title} (KBLI {self.version})"


class ScaleRule(models.Model):
    """One upper limit of a scale, with its dates of effect: a business is of the first rank whose limits it keeps."""

    kind = models.CharField(_("aturan"), max_length=12, choices=enums.ScaleRuleKind)
    scale = models.CharField(_("skala"), max_length=8)
    rank = models.PositiveSmallIntegerField(_("urutan"))
    workers_max = models.PositiveIntegerField(_("pekerja paling banyak"), null=True, blank=True)
    amount_max = RupiahField(_("nilai paling tinggi"), null=True, blank=True)
    legal_basis = models.CharField(_("dasar hukum"), max_length=120)
    in_force_from = models.DateField(_("berlaku sejak"))
    in_force_until = models.DateField(_("berlaku sampai"), null=True, blank=True)

    class Meta:
        verbose_name = _("aturan skala")
        verbose_name_plural = _("aturan skala")
        ordering = ["kind", "in_force_from", "rank"]
        constraints = [
            closed("ikm_scalerule", "kind", enums.ScaleRuleKind),
            models.UniqueConstraint(
                fields=["kind", "in_force_from", "rank"], name="ikm_scalerule_one_per_rank"
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.scale}"


@track(exclude=["nik_index", "version", "modified_at"])
class Owner(Versioned):
    """A person who owns a business."""

    reference = ReferenceField(prefix="PML")
    name = models.CharField(_("nama pemilik"), max_length=150)
    nik = SealedTextField(_("NIK"), label="ikm.owner.nik", blank=True)
    nik_index = BlindIndexField(source="nik")
    sex = models.CharField(_("jenis kelamin"), max_length=6, choices=Sex, blank=True)
    birth_date = models.DateField(_("tanggal lahir"), null=True, blank=True)
    has_disability = models.BooleanField(_("penyandang disabilitas"), default=False)
    phone = models.CharField(_("telepon"), max_length=16, blank=True)
    email = models.EmailField(_("surel"), blank=True)
    ktp_address = models.TextField(_("alamat KTP"), blank=True)
    ktp_area_code = models.CharField(_("kota/kabupaten KTP"), max_length=13, blank=True)

    class OwnerQuerySet(SealedQuerySet):
        def visible_to(self, user):
            if user.has_perm("ikm.view_owner"):
                return self.all()
            return self.filter(
                Exists(
                    Ownership.objects.filter(
                        owner=OuterRef("pk"), business__in=Business.objects.spoken_for_by(user)
                    )
                )
            )

    objects = OwnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("pemilik")
        verbose_name_plural = _("pemilik")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["nik_index"],
                name="ikm_owner_nik_once",
                violation_error_message=_("NIK ini sudah tercatat. Buka berkas yang sudah ada."),
            ),
            models.CheckConstraint(condition=Q(sex__in=["", *Sex.values]), name="ikm_owner_sex_closed"),
        ]
        triggers = [BumpVersion()]

    def __str__(self):
        return self.name


def stale_before(day=None):
    """What was confirmed before this day is older than twelve months on `day` (today)."""
    return add_months(day or timezone.localdate(), -VERIFICATION_VALID_MONTHS)


class BusinessQuerySet(SealedQuerySet):
    def visible_to(self, user):
        """Officials see all; a partner what of the register is for it; an entrepreneur the businesses he or she speaks for."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff and user.has_perm("ikm.view_business"):
            return self.all()
        if user.has_perm("ikm.view_business"):
            return self.filter(status=BusinessStatus.REGISTERED).shared_with(user)
        return self.spoken_for_by(user)

    def shared_with(self, user):
        """Those that this partner may read about: all for a ministry or another office; for the others what agreed to
        stand in the directory, to which come, for a marketplace, what agreed to be promoted there and, for a bank, the
        businesses that it deals with (setting PARTNERS_BUSINESSES)."""
        kind = user.partner_kind
        if kind in {PartnerKind.MINISTRY, PartnerKind.OFFICE}:
            return self
        purposes = [Purpose.PUBLISH, *([Purpose.MARKETPLACE] if kind == PartnerKind.MARKETPLACE else [])]
        agreed = Consent.objects.filter(
            purpose__in=purposes, withdrawn_at__isnull=True, subject=OuterRef("reference")
        )
        shared = Q(Exists(agreed))
        if kind == PartnerKind.BANK:
            for room in settings.PARTNERS_BUSINESSES:
                shared |= Q(pk__in=import_string(room)(user))
        return self.filter(shared)

    def spoken_for_by(self, user):
        return self.filter(
            Exists(
                Representative.objects.filter(
                    business=OuterRef("pk"), user_id=user.pk, status=RepresentativeStatus.APPROVED
                )
            )
        )

    def in_register(self, day=None):
        """Businesses that stood in the register on `day` (valid time; default today), by what is known now."""
        day = day or timezone.localdate()
        return self.filter(
            Q(closed_on__isnull=True) | Q(closed_on__gt=day),
            status__in=[BusinessStatus.REGISTERED, BusinessStatus.CLOSED],
            registered_on__lte=day,
        )

    def published(self):
        """Businesses in the register today that agreed to stand in the public directory."""
        return self.filter(
            Exists(Consent.objects.active(Purpose.PUBLISH).filter(subject=OuterRef("reference"))),
            status=BusinessStatus.REGISTERED,
        )

    def ikm(self):
        return self.filter(scale__in=enums.IKM_SCALES)

    def stale(self, day=None):
        """Registered businesses whose data nobody confirmed in the last twelve months."""
        return self.filter(
            Q(confirmed_on__isnull=True) | Q(confirmed_on__lt=stale_before(day)),
            status=BusinessStatus.REGISTERED,
        )


@track(looked_up_by=[], exclude=["npwp_index", "search", "kecamatan_code", "version", "modified_at"])
class Business(Followed):
    """An industry in the city: small, medium or large. A draft becomes a registered business through STEPS."""

    STEPS = {
        "submit": Step(
            {BusinessStatus.DRAFT, BusinessStatus.NEEDS_CORRECTION},
            BusinessStatus.SUBMITTED,
            "ikm.submit_business",
            _("Kirim"),
        ),
        "ask_correction": Step(
            {BusinessStatus.SUBMITTED},
            BusinessStatus.NEEDS_CORRECTION,
            "ikm.ask_correction",
            _("Minta perbaikan"),
        ),
        "register": Step(
            {BusinessStatus.SUBMITTED},
            BusinessStatus.REGISTERED,
            "ikm.register_business",
            _("Setujui"),
            other_than=("submit",),
        ),
        "reject": Step(
            {BusinessStatus.SUBMITTED, BusinessStatus.NEEDS_CORRECTION},
            BusinessStatus.REJECTED,
            "ikm.reject_business",
            _("Tolak"),
            needs_note=True,
        ),
        "revise": Step(
            {BusinessStatus.REJECTED},
            BusinessStatus.DRAFT,
            "ikm.submit_business",
            _("Perbaiki dan kirim lagi"),
        ),
        "close": Step(
            {BusinessStatus.REGISTERED},
            BusinessStatus.CLOSED,
            "ikm.close_business",
            _("Tutup usaha"),
            needs_note=True,
        ),
        "reopen": Step(
            {BusinessStatus.CLOSED},
            BusinessStatus.REGISTERED,
            "ikm.reopen_business",
            _("Buka kembali"),
            needs_note=True,
        ),
    }

    reference = ReferenceField(prefix="IKM")
    status = models.CharField(
        _("status"), max_length=20, choices=BusinessStatus, default=BusinessStatus.DRAFT
    )
    name = models.CharField(_("nama usaha"), max_length=200, blank=True)
    legal_form = models.CharField(
        _("badan usaha"), max_length=16, choices=LegalForm, default=LegalForm.INDIVIDUAL
    )
    nib = models.CharField(
        _("NIB"),
        max_length=13,
        null=True,
        blank=True,
        validators=[
            RegexValidator(r"^\d{13}$", _("NIB terdiri atas 13 angka. Periksa kembali pada dokumen OSS."))
        ],
    )
    npwp = SealedTextField(_("NPWP"), label="ikm.business.npwp", blank=True)
    npwp_index = BlindIndexField(source="npwp")
    brand = models.CharField(_("merek dagang"), max_length=120, blank=True)
    branch = models.CharField(_("cabang industri"), max_length=10, choices=Branch, blank=True)
    main_kbli = models.ForeignKey(
        Kbli,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="main_businesses",
        verbose_name=_("KBLI utama"),
        db_index=False,
    )
    other_kbli = models.ManyToManyField(
        Kbli, blank=True, related_name="other_businesses", verbose_name=_("KBLI lain")
    )
    commodity = models.CharField(_("komoditas"), max_length=120, blank=True)
    story = models.TextField(_("cerita usaha"), blank=True)
    address = models.TextField(_("alamat"), blank=True)
    kelurahan = models.ForeignKey(
        Area,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="businesses",
        verbose_name=_("kelurahan"),
        db_index=False,
    )
    kecamatan_code = models.GeneratedField(
        expression=Left("kelurahan", 8),
        output_field=models.CharField(max_length=8, null=True),
        db_persist=True,
    )
    postcode = models.CharField(
        _("kode pos"), max_length=5, blank=True, validators=[RegexValidator(r"^\d{5}$")]
    )
    latitude = models.DecimalField(_("lintang"), max_digits=8, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("bujur"), max_digits=9, decimal_places=6, null=True, blank=True)
    phone = models.CharField(_("telepon usaha"), max_length=16, blank=True)
    email = models.EmailField(_("surel usaha"), blank=True)
    website = models.URLField(_("situs"), blank=True)
    visit_days = ArrayField(
        models.PositiveSmallIntegerField(validators=[MaxValueValidator(6)]),
        default=list,
        blank=True,
        verbose_name=_("hari pemilik ada di tempat"),
        help_text=_("0 = Senin … 6 = Minggu"),
    )
    visit_from = models.TimeField(_("ada sejak pukul"), null=True, blank=True)
    visit_until = models.TimeField(_("ada sampai pukul"), null=True, blank=True)
    founded_year = models.PositiveSmallIntegerField(
        _("tahun berdiri"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1800), MaxValueValidator(2100)],
    )
    registered_on = models.DateField(_("terdaftar sejak"), null=True, blank=True)
    closed_on = models.DateField(_("tutup sejak"), null=True, blank=True)
    verified_on = models.DateField(_("diverifikasi"), null=True, blank=True)
    verified_by = models.ForeignKey(
        USER,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="businesses_verified",
        db_index=False,
    )
    confirmed_on = models.DateField(_("data ditegaskan"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged_from",
        verbose_name=_("digabung ke"),
        db_index=False,
    )
    # Copied from the latest figures and the products by services.figures.refresh_current, for lists and search.
    latest_figure = models.ForeignKey(
        "YearlyFigure",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
        db_index=False,
    )
    scale = models.CharField(_("skala"), max_length=8, choices=Scale, blank=True, editable=False)
    workers = models.PositiveIntegerField(_("tenaga kerja"), null=True, blank=True, editable=False)
    product_words = models.TextField(blank=True, editable=False)
    search = models.GeneratedField(
        expression=SearchVector("name", "brand", "commodity", "product_words", config="indonesian"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    attachments = GenericRelation(Attachment)
    letters = GenericRelation(Letter)

    objects = BusinessQuerySet.as_manager()

    class Meta:
        verbose_name = _("usaha")
        verbose_name_plural = _("usaha")
        ordering = ["id"]
        constraints = [
            closed("ikm_business", "status", BusinessStatus),
            closed("ikm_business", "legal_form", LegalForm),
            models.CheckConstraint(
                condition=Q(scale__in=["", *Scale.values]), name="ikm_business_scale_closed"
            ),
            models.CheckConstraint(
                condition=Q(branch__in=["", *Branch.values]), name="ikm_business_branch_closed"
            ),
            models.CheckConstraint(
                condition=Q(nib__isnull=True) | Q(nib__regex=r"^[0-9]{13}$"),
                name="ikm_business_nib_thirteen_digits",
                violation_error_message=_("NIB terdiri atas 13 angka. Periksa kembali pada dokumen OSS."),
            ),
            models.UniqueConstraint(
                fields=["nib"],
                condition=~Q(status=BusinessStatus.MERGED),
                name="ikm_business_nib_once",
                violation_error_message=_("NIB ini sudah tercatat. Buka berkas yang sudah ada."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=[BusinessStatus.DRAFT, BusinessStatus.REJECTED, BusinessStatus.MERGED])
                | (~Q(name="") & ~Q(address="") & Q(kelurahan__isnull=False) & Q(main_kbli__isnull=False)),
                name="ikm_business_complete_once_submitted",
                violation_error_message=_(
                    "Nama, alamat, kelurahan, dan KBLI utama harus diisi sebelum dikirim."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[BusinessStatus.REGISTERED, BusinessStatus.CLOSED])
                | Q(registered_on__isnull=False),
                name="ikm_business_registered_has_a_date",
                violation_error_message=_("Usaha terdaftar harus mempunyai tanggal terdaftar."),
            ),
            models.CheckConstraint(
                condition=Q(status=BusinessStatus.CLOSED, closed_on__isnull=False)
                | (~Q(status=BusinessStatus.CLOSED) & Q(closed_on__isnull=True))
                | Q(status=BusinessStatus.MERGED),
                name="ikm_business_closed_has_a_date",
                violation_error_message=_("Isi tanggal tutup untuk usaha yang tutup, dan hanya untuk itu."),
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("registered_on")),
                name="ikm_business_closed_after_registered",
                violation_error_message=_("Tanggal tutup harus sesudah tanggal terdaftar."),
            ),
            models.CheckConstraint(
                condition=Q(status=BusinessStatus.MERGED, merged_into__isnull=False)
                | (~Q(status=BusinessStatus.MERGED) & Q(merged_into__isnull=True)),
                name="ikm_business_merged_names_the_kept",
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | (Q(latitude__range=(-7.20, -6.85)) & Q(longitude__range=(110.20, 110.60))),
                name="ikm_business_position_in_the_city",
                violation_error_message=_(
                    "Titik peta berada di luar Kota Semarang. Periksa lintang dan bujur."
                ),
            ),
            models.CheckConstraint(
                condition=Q(visit_from__isnull=True)
                | Q(visit_until__isnull=True)
                | Q(visit_until__gt=F("visit_from")),
                name="ikm_business_visit_hours_in_order",
                violation_error_message=_("Jam selesai harus sesudah jam mulai."),
            ),
        ]
        # A list finds and counts its keys in the index alone: whatever is filtered beside the first column stands in it.
        # Foreign keys have no index of their own where one of these begins with them, and a short one where few rows
        # have a value: every index is written for each row of an import.
        indexes = [
            changes_index("ikm_business"),
            models.Index(fields=["status", "id"], include=["scale"], name="ikm_business_status"),
            models.Index(
                fields=["kecamatan_code", "id"], include=["status", "scale"], name="ikm_business_kecamatan"
            ),
            models.Index(
                fields=["kelurahan", "id"], include=["status", "scale"], name="ikm_business_kelurahan"
            ),
            models.Index(fields=["main_kbli", "id"], include=["status", "scale"], name="ikm_business_kbli"),
            models.Index(fields=["scale", "id"], include=["status"], name="ikm_business_scale"),
            models.Index(fields=["latest_figure"], name="ikm_business_latest_figure"),
            models.Index(
                fields=["merged_into"],
                condition=Q(merged_into__isnull=False),
                name="ikm_business_merged_into",
            ),
            models.Index(
                fields=["verified_by"],
                condition=Q(verified_by__isnull=False),
                name="ikm_business_verified_by",
            ),
            models.Index(fields=["modified_at", "id"], name="ikm_business_modified"),
            models.Index(fields=["registered_on", "closed_on"], name="ikm_business_as_of"),
            models.Index(fields=["phone"], condition=~Q(phone=""), name="ikm_business_phone"),
            GinIndex(fields=["search"], name="ikm_business_search"),
            GinIndex(OpClass(Upper("name"), "gin_trgm_ops"), name="ikm_business_name_trgm"),
        ]
        triggers = [BumpAndNumber()]

    def __str__(self):
        return self.name or self.reference

    @property
    def is_ikm(self):
        return self.scale in enums.IKM_SCALES

    @property
    def is_stale(self):
        return self.status == BusinessStatus.REGISTERED and (
            self.confirmed_on is None or self.confirmed_on < stale_before()
        )


class BusinessPartQuerySet(models.QuerySet):
    """Rows that belong to one business: whoever sees the business sees them."""

    def visible_to(self, user):
        return self.filter(business__in=Business.objects.visible_to(user))


@track(looked_up_by=["business"])
class Ownership(models.Model):
    """That a person owns a business, wholly or with others."""

    business = models.ForeignKey(
        Business, on_delete=models.CASCADE, related_name="ownerships", db_index=False
    )
    owner = models.ForeignKey(
        Owner,
        on_delete=models.PROTECT,
        related_name="ownerships",
        verbose_name=_("pemilik"),
        db_index=False,
    )
    is_main = models.BooleanField(_("pemilik utama"), default=True)

    objects = BusinessPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("kepemilikan")
        verbose_name_plural = _("kepemilikan")
        ordering = ["-is_main", "id"]
        constraints = [
            models.UniqueConstraint(fields=["business", "owner"], name="ikm_ownership_once"),
            models.UniqueConstraint(
                fields=["business"],
                condition=Q(is_main=True),
                name="ikm_ownership_one_main_owner",
                violation_error_message=_("Sudah ada pemilik utama."),
            ),
        ]
        indexes = [models.Index(fields=["owner"], name="ikm_ownership_owner")]

    def __str__(self):
        return f"{self.owner} – {self.business}"


@track(looked_up_by=["business"])
class Product(models.Model):
    """What a business makes, in everyday words."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="products", db_index=False)
    name = models.CharField(_("produk"), max_length=120)
    capacity = models.DecimalField(
        _("kapasitas setahun"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    unit = models.CharField(_("satuan"), max_length=20, blank=True)

    objects = BusinessPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("produk")
        verbose_name_plural = _("produk")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                "business",
                Upper("name"),
                name="ikm_product_name_once",
                violation_error_message=_("Produk ini sudah ada dalam daftar."),
            )
        ]

    def __str__(self):
        return self.name


@track(looked_up_by=["business"], exclude=["version", "modified_at", "workers"])
class YearlyFigure(Versioned):
    """What a business reported for a year or a part of it. Money is rupiah."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="figures", db_index=False)
    year = models.PositiveSmallIntegerField(
        _("tahun"), validators=[MinValueValidator(1990), MaxValueValidator(2100)]
    )
    period = models.CharField(_("periode"), max_length=11, choices=Period, default=Period.YEAR)
    stated_on = models.DateField(_("keadaan per tanggal"))
    source = models.CharField(_("sumber"), max_length=8, choices=enums.FigureSource)
    men_workers = models.PositiveIntegerField(_("pekerja laki-laki"), default=0)
    women_workers = models.PositiveIntegerField(_("pekerja perempuan"), default=0)
    workers = models.GeneratedField(
        expression=F("men_workers") + F("women_workers"),
        output_field=models.PositiveIntegerField(),
        db_persist=True,
    )
    investment = RupiahField(_("investasi tanpa tanah dan bangunan"), null=True, blank=True)
    land_and_buildings = RupiahField(_("nilai tanah dan bangunan"), null=True, blank=True)
    capacity = models.DecimalField(
        _("kapasitas produksi"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    production = models.DecimalField(
        _("jumlah produksi"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    unit = models.CharField(_("satuan"), max_length=20, blank=True)
    production_value = RupiahField(_("nilai produksi"), null=True, blank=True)
    turnover = RupiahField(_("omzet"), null=True, blank=True)
    raw_material_value = RupiahField(_("nilai bahan baku"), null=True, blank=True)
    export_value = RupiahField(_("nilai ekspor"), null=True, blank=True)
    export_countries = models.CharField(_("negara tujuan"), max_length=200, blank=True)
    electricity_kwh = models.PositiveIntegerField(_("listrik (kWh)"), null=True, blank=True)
    fuel_litres = models.PositiveIntegerField(_("bahan bakar (liter)"), null=True, blank=True)
    scale = models.CharField(_("skala industri"), max_length=8, choices=Scale, blank=True, editable=False)
    pp7_scale = models.CharField(
        _("skala PP 7"), max_length=8, choices=enums.Pp7Scale, blank=True, editable=False
    )
    bps_scale = models.CharField(
        _("skala BPS"), max_length=8, choices=enums.BpsScale, blank=True, editable=False
    )
    recorded_by = models.ForeignKey(
        USER,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="figures_recorded",
        db_index=False,
    )

    objects = BusinessPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("angka tahunan")
        verbose_name_plural = _("angka tahunan")
        ordering = ["-stated_on", "-id"]
        constraints = [
            closed("ikm_yearlyfigure", "period", Period),
            closed("ikm_yearlyfigure", "source", enums.FigureSource),
            models.CheckConstraint(
                condition=Q(scale__in=["", *Scale.values]), name="ikm_yearlyfigure_scale_closed"
            ),
            models.CheckConstraint(
                condition=Q(pp7_scale__in=["", *enums.Pp7Scale.values]),
                name="ikm_yearlyfigure_pp7_scale_closed",
            ),
            models.CheckConstraint(
                condition=Q(bps_scale__in=["", *enums.BpsScale.values]),
                name="ikm_yearlyfigure_bps_scale_closed",
            ),
            models.UniqueConstraint(
                fields=["business", "year", "period"],
                name="ikm_yearlyfigure_one_per_period",
                violation_error_message=_("Angka untuk periode ini sudah ada. Ubah angka yang ada."),
            ),
            models.CheckConstraint(
                condition=Q(men_workers__gt=0) | Q(women_workers__gt=0),
                name="ikm_yearlyfigure_somebody_works",
                violation_error_message=_("Isi paling sedikit satu pekerja, termasuk pemilik."),
            ),
        ]
        indexes = [
            models.Index(fields=["business", "-stated_on", "-id"], name="ikm_yearlyfigure_latest"),
            models.Index(
                fields=["recorded_by"],
                condition=Q(recorded_by__isnull=False),
                name="ikm_yearlyfigure_recorded_by",
            ),
        ]
        triggers = [BumpVersion()]

    def __str__(self):
        return f"{self.business} {self.year} {self.get_period_display()}"


@track(looked_up_by=["business"], exclude=["version", "modified_at"])
class Licence(Versioned):
    """A licence or certificate of a business."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="licences", db_index=False)
    kind = models.CharField(_("jenis"), max_length=8, choices=LicenceKind)
    number = models.CharField(_("nomor"), max_length=60)
    issuer = models.CharField(_("penerbit"), max_length=120, blank=True)
    issued_on = models.DateField(_("terbit"), null=True, blank=True)
    expires_on = models.DateField(_("berlaku sampai"), null=True, blank=True)
    about = models.CharField(_("untuk produk atau merek"), max_length=120, blank=True)

    attachments = GenericRelation(Attachment)

    objects = BusinessPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("izin dan sertifikat")
        verbose_name_plural = _("izin dan sertifikat")
        ordering = ["kind", "id"]
        constraints = [
            closed("ikm_licence", "kind", LicenceKind),
            models.UniqueConstraint(
                fields=["business", "kind", "number"],
                name="ikm_licence_number_once",
                violation_error_message=_("Izin ini sudah ada dalam daftar."),
            ),
            models.CheckConstraint(
                condition=Q(expires_on__isnull=True)
                | Q(issued_on__isnull=True)
                | Q(expires_on__gt=F("issued_on")),
                name="ikm_licence_expires_after_issue",
                violation_error_message=_("Tanggal berakhir harus sesudah tanggal terbit."),
            ),
        ]
        indexes = [models.Index(fields=["expires_on"], name="ikm_licence_expiry")]
        triggers = [BumpVersion()]

    def __str__(self):
        return f"{self.get_kind_display()} {self.number}"


class Representative(models.Model):
    """That a person speaks for a business, by a claim that an official approves; whoever starts a draft speaks for it."""

    STEPS = {
        "approve": Step(
            {RepresentativeStatus.CLAIMED},
            RepresentativeStatus.APPROVED,
            "ikm.decide_representative",
            _("Setujui"),
            other_than=("claim",),
        ),
        "refuse": Step(
            {RepresentativeStatus.CLAIMED},
            RepresentativeStatus.REFUSED,
            "ikm.decide_representative",
            _("Tolak"),
            needs_note=True,
        ),
        "end": Step(
            {RepresentativeStatus.APPROVED},
            RepresentativeStatus.ENDED,
            "ikm.decide_representative",
            _("Akhiri"),
        ),
        "withdraw": Step(
            {RepresentativeStatus.CLAIMED},
            RepresentativeStatus.ENDED,
            "ikm.claim_business",
            _("Tarik kembali"),
        ),
    }

    reference = ReferenceField(prefix="WKL")
    user = models.ForeignKey(
        USER, on_delete=models.PROTECT, related_name="representations", verbose_name=_("pengguna")
    )
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="representatives")
    kind = models.CharField(_("sebagai"), max_length=6, choices=RepresentativeKind)
    status = models.CharField(
        _("status"), max_length=10, choices=RepresentativeStatus, default=RepresentativeStatus.CLAIMED
    )
    reason = models.TextField(_("penjelasan"), blank=True)
    claimed_at = models.DateTimeField(_("diajukan"), default=timezone.now)

    class RepresentativeQuerySet(models.QuerySet):
        def visible_to(self, user):
            if user.has_perm("ikm.view_representative"):
                return self.all()
            return self.filter(user=user)

    objects = RepresentativeQuerySet.as_manager()

    class Meta:
        verbose_name = _("wakil usaha")
        verbose_name_plural = _("wakil usaha")
        ordering = ["id"]
        constraints = [
            closed("ikm_representative", "kind", RepresentativeKind),
            closed("ikm_representative", "status", RepresentativeStatus),
            models.UniqueConstraint(
                fields=["user", "business"],
                condition=Q(status__in=["claimed", "approved"]),
                name="ikm_representative_once_open",
                violation_error_message=_("Anda sudah mengajukan atau memegang hak atas usaha ini."),
            ),
        ]

    def __str__(self):
        return f"{self.user} – {self.business}"


class CorrectionItem(models.Model):
    """One field or document that a verifier asks the owner to correct; open until the owner submits again."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="correction_items")
    field = models.CharField(_("bagian"), max_length=40)
    reason = models.CharField(_("alasan"), max_length=12, choices=enums.CorrectionReason)
    note = models.CharField(_("penjelasan"), max_length=300, blank=True)
    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="corrections_asked")
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = BusinessPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("permintaan perbaikan")
        verbose_name_plural = _("permintaan perbaikan")
        ordering = ["id"]
        constraints = [
            closed("ikm_correctionitem", "reason", enums.CorrectionReason),
            models.UniqueConstraint(
                fields=["business", "field"],
                condition=Q(answered_at__isnull=True),
                name="ikm_correctionitem_field_once_open",
            ),
        ]

    def __str__(self):
        return f"{self.business}: {self.field}"


class ChangeRequest(Versioned):
    """Changes to a registered business proposed by who speaks for it, decided field by field."""

    STEPS = {
        "decide": Step(
            {ChangeStatus.PROPOSED},
            ChangeStatus.DECIDED,
            "ikm.decide_changerequest",
            _("Putuskan"),
            other_than=("propose",),
        ),
        "withdraw": Step(
            {ChangeStatus.PROPOSED}, ChangeStatus.WITHDRAWN, "ikm.withdraw_changerequest", _("Tarik kembali")
        ),
    }

    reference = ReferenceField(prefix="UBH")
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="change_requests")
    status = models.CharField(_("status"), max_length=10, choices=ChangeStatus, default=ChangeStatus.PROPOSED)
    proposed_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="changes_proposed")
    proposed_at = models.DateTimeField(_("diajukan"), default=timezone.now)
    decided_by = models.ForeignKey(
        USER, null=True, blank=True, on_delete=models.PROTECT, related_name="changes_decided"
    )
    decided_at = models.DateTimeField(_("diputus"), null=True, blank=True)

    attachments = GenericRelation(Attachment)

    objects = BusinessPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("usulan perubahan")
        verbose_name_plural = _("usulan perubahan")
        ordering = ["id"]
        constraints = [
            closed("ikm_changerequest", "status", ChangeStatus),
            models.UniqueConstraint(
                fields=["business"],
                condition=Q(status="proposed"),
                name="ikm_changerequest_one_open_per_business",
                violation_error_message=_("Masih ada usulan perubahan yang menunggu keputusan."),
            ),
        ]
        triggers = [BumpVersion()]

    def __str__(self):
        return self.reference


class ChangeItem(models.Model):
    """One field of a proposed change: what stood, what is proposed (both as text), the verdict."""

    request = models.ForeignKey(ChangeRequest, on_delete=models.CASCADE, related_name="items")
    field = models.CharField(_("bagian"), max_length=40)
    old_value = models.TextField(_("semula"), blank=True)
    new_value = models.TextField(_("menjadi"), blank=True)
    verdict = models.CharField(
        _("putusan"), max_length=8, choices=ChangeVerdict, default=ChangeVerdict.PENDING
    )
    reason = models.CharField(_("alasan"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("butir perubahan")
        verbose_name_plural = _("butir perubahan")
        ordering = ["id"]
        constraints = [
            closed("ikm_changeitem", "verdict", ChangeVerdict),
            models.UniqueConstraint(fields=["request", "field"], name="ikm_changeitem_field_once"),
        ]

    def __str__(self):
        return self.field


class Visit(Versioned):
    """A verifier's visit to a business, planned and carried out; "not at home" leads to a new visit."""

    STEPS = {
        "complete": Step({VisitStatus.PLANNED}, VisitStatus.DONE, "ikm.carry_out_visit", _("Selesai")),
        "not_at_home": Step(
            {VisitStatus.PLANNED}, VisitStatus.NOT_AT_HOME, "ikm.carry_out_visit", _("Pemilik tidak ditemui")
        ),
        "reschedule": Step(
            {VisitStatus.PLANNED}, VisitStatus.PLANNED, "ikm.plan_visit", _("Jadwalkan ulang")
        ),
        "choose_time": Step(
            {VisitStatus.PLANNED}, VisitStatus.PLANNED, "ikm.choose_visit_time", _("Pilih waktu lain")
        ),
        "cancel": Step(
            {VisitStatus.PLANNED}, VisitStatus.CANCELLED, "ikm.plan_visit", _("Batalkan"), needs_note=True
        ),
    }

    reference = ReferenceField(prefix="KJG")
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="visits")
    verifier = models.ForeignKey(
        USER, on_delete=models.PROTECT, related_name="visits", verbose_name=_("petugas")
    )
    status = models.CharField(_("status"), max_length=12, choices=VisitStatus, default=VisitStatus.PLANNED)
    planned_on = models.DateField(_("tanggal"))
    position_in_day = models.PositiveSmallIntegerField(_("urutan"), default=1)
    expected_from = models.TimeField(_("perkiraan mulai"), null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(_("kunjungan ke"), default=1)
    previous = models.OneToOneField(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="next_visit",
        verbose_name=_("kunjungan sebelumnya"),
    )
    draft = models.JSONField(default=dict, blank=True, editable=False)
    latitude = models.DecimalField(_("lintang"), max_digits=8, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("bujur"), max_digits=9, decimal_places=6, null=True, blank=True)
    distance_m = models.PositiveIntegerField(_("jarak dari alamat (m)"), null=True, blank=True)
    is_operating = models.BooleanField(_("usaha berjalan"), null=True, blank=True)
    result_note = models.TextField(_("catatan hasil"), blank=True)
    done_at = models.DateTimeField(_("dilakukan"), null=True, blank=True)

    attachments = GenericRelation(Attachment)

    objects = BusinessPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("kunjungan")
        verbose_name_plural = _("kunjungan")
        ordering = ["planned_on", "position_in_day", "id"]
        constraints = [
            closed("ikm_visit", "status", VisitStatus),
            models.UniqueConstraint(
                fields=["business"],
                condition=Q(status="planned"),
                name="ikm_visit_one_planned_per_business",
                violation_error_message=_("Usaha ini sudah dijadwalkan untuk dikunjungi."),
            ),
        ]
        indexes = [models.Index(fields=["verifier", "planned_on"], name="ikm_visit_route")]
        triggers = [BumpVersion()]

    def __str__(self):
        return f"{self.reference} {self.business}"


class LetterRequest(models.Model):
    """A letter that who speaks for a business asks of the office."""

    STEPS = {
        "issue": Step(
            {LetterRequestStatus.REQUESTED},
            LetterRequestStatus.ISSUED,
            "ikm.issue_letter",
            _("Setujui dan terbitkan"),
            other_than=("request",),
        ),
        "refuse": Step(
            {LetterRequestStatus.REQUESTED},
            LetterRequestStatus.REFUSED,
            "ikm.issue_letter",
            _("Tolak"),
            needs_note=True,
        ),
        "withdraw": Step(
            {LetterRequestStatus.REQUESTED},
            LetterRequestStatus.WITHDRAWN,
            "ikm.request_letter",
            _("Tarik kembali"),
        ),
    }

    reference = ReferenceField(prefix="PSR")
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="letter_requests")
    kind = models.CharField(_("surat"), max_length=20, choices=enums.LetterKind)
    status = models.CharField(
        _("status"), max_length=10, choices=LetterRequestStatus, default=LetterRequestStatus.REQUESTED
    )
    requested_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="letters_requested")
    requested_at = models.DateTimeField(_("diminta"), default=timezone.now)
    purpose = models.CharField(_("keperluan"), max_length=200, blank=True)
    brand = models.CharField(_("merek"), max_length=120, blank=True)
    brand_description = models.CharField(_("uraian etiket merek"), max_length=300, blank=True)
    goods = models.CharField(_("jenis barang"), max_length=200, blank=True)
    nice_class = models.PositiveSmallIntegerField(
        _("kelas merek"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(45)]
    )
    letter = models.OneToOneField(
        Letter, null=True, blank=True, on_delete=models.PROTECT, related_name="request"
    )

    attachments = GenericRelation(Attachment)

    objects = BusinessPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("permintaan surat")
        verbose_name_plural = _("permintaan surat")
        ordering = ["id"]
        constraints = [
            closed("ikm_letterrequest", "kind", enums.LetterKind),
            closed("ikm_letterrequest", "status", LetterRequestStatus),
            models.CheckConstraint(
                condition=~Q(kind="rekomendasi_merek")
                | (~Q(brand="") & ~Q(goods="") & Q(nice_class__isnull=False)),
                name="ikm_letterrequest_brand_letter_names_one_brand",
                violation_error_message=_(
                    "Isi merek, jenis barang, dan kelas merek. Satu surat untuk satu merek."
                ),
            ),
            models.CheckConstraint(
                condition=Q(status="issued", letter__isnull=False)
                | (~Q(status="issued") & Q(letter__isnull=True)),
                name="ikm_letterrequest_issued_has_a_letter",
            ),
        ]

    def __str__(self):
        return self.reference


class DuplicatePair(models.Model):
    """Two businesses that may be one; `first` has the smaller id. "Not the same" is kept and not offered again."""

    first = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="pairs_as_first")
    second = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="pairs_as_second")
    score = models.DecimalField(_("kemiripan"), max_digits=4, decimal_places=3)
    reasons = models.JSONField(_("sebab"), default=dict)
    status = models.CharField(_("status"), max_length=8, choices=PairStatus, default=PairStatus.OPEN)
    found_at = models.DateTimeField(_("ditemukan"), default=timezone.now)
    decided_by = models.ForeignKey(
        USER, null=True, blank=True, on_delete=models.PROTECT, related_name="pairs_decided"
    )
    decided_at = models.DateTimeField(_("diputus"), null=True, blank=True)

    class Meta:
        verbose_name = _("dugaan data ganda")
        verbose_name_plural = _("dugaan data ganda")
        ordering = ["-score", "id"]
        constraints = [
            closed("ikm_duplicatepair", "status", PairStatus),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="ikm_duplicatepair_in_order"),
            models.UniqueConstraint(fields=["first", "second"], name="ikm_duplicatepair_once"),
        ]
        indexes = [
            models.Index(
                fields=["-score", "id"], condition=Q(status="open"), name="ikm_duplicatepair_worklist"
            )
        ]

    def __str__(self):
        return f"{self.first} = {self.second}?"


class Merge(models.Model):
    """One business merged into another, with all that is needed to undo it within 30 days."""

    reference = ReferenceField(prefix="GBG")
    kept = models.ForeignKey(
        Business, on_delete=models.PROTECT, related_name="merges_kept", verbose_name=_("dipertahankan")
    )
    merged = models.ForeignKey(
        Business, on_delete=models.PROTECT, related_name="merges_merged", verbose_name=_("digabung")
    )
    before = models.JSONField(_("keadaan semula"))
    moved = models.JSONField(_("yang dipindahkan"))
    merged_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="merges_done")
    merged_at = models.DateTimeField(_("digabung pada"), default=timezone.now)
    undone_by = models.ForeignKey(
        USER, null=True, blank=True, on_delete=models.PROTECT, related_name="merges_undone"
    )
    undone_at = models.DateTimeField(_("dibatalkan pada"), null=True, blank=True)

    class Meta:
        verbose_name = _("penggabungan")
        verbose_name_plural = _("penggabungan")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["merged"], condition=Q(undone_at__isnull=True), name="ikm_merge_merged_once"
            ),
            models.CheckConstraint(condition=~Q(kept=F("merged")), name="ikm_merge_two_businesses"),
        ]

    def __str__(self):
        return self.reference


class ImportMapping(models.Model):
    """A saved translation of a sheet's column names into fields of the register."""

    name = models.CharField(_("nama"), max_length=60, unique=True)
    columns = models.JSONField(_("kolom"), default=dict)
    money_in_thousands = models.BooleanField(_("uang dalam ribuan rupiah (Rp.000)"), default=False)
    kbli_version = models.PositiveSmallIntegerField(_("versi KBLI"), default=2020)
    created_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("pemetaan kolom")
        verbose_name_plural = _("pemetaan kolom")
        ordering = ["name"]

    def __str__(self):
        return self.name


class ImportBatch(models.Model):
    """An uploaded sheet of the office, checked row by row, then applied in one go or discarded."""

    reference = ReferenceField(prefix="IMP")
    # Sealed, as the sheet holds personal numbers; empty for a file imported on the command line.
    file = models.FileField(upload_to="imports/%Y/%m/", max_length=200, blank=True)
    original_name = models.CharField(_("nama berkas"), max_length=200)
    sha256 = models.CharField(max_length=64)
    mapping = models.ForeignKey(
        ImportMapping, null=True, blank=True, on_delete=models.PROTECT, related_name="batches"
    )
    columns = models.JSONField(_("kolom"), default=dict)
    money_in_thousands = models.BooleanField(_("uang dalam ribuan rupiah (Rp.000)"), default=False)
    kbli_version = models.PositiveSmallIntegerField(_("versi KBLI"), default=2020)
    status = models.CharField(
        _("status"), max_length=10, choices=enums.ImportStatus, default=enums.ImportStatus.UPLOADED
    )
    progress = models.PositiveSmallIntegerField(_("kemajuan (%)"), default=0)
    message = models.CharField(max_length=300, blank=True)
    rows_new = models.PositiveIntegerField(_("baru"), default=0)
    rows_changed = models.PositiveIntegerField(_("berubah"), default=0)
    rows_unchanged = models.PositiveIntegerField(_("tetap"), default=0)
    rows_refused = models.PositiveIntegerField(_("ditolak"), default=0)
    uploaded_by = models.ForeignKey(
        USER, null=True, blank=True, on_delete=models.PROTECT, related_name="import_batches"
    )
    uploaded_at = models.DateTimeField(_("diunggah"), default=timezone.now)
    applied_at = models.DateTimeField(_("diterapkan"), null=True, blank=True)
    applied_by = models.ForeignKey(
        USER, null=True, blank=True, on_delete=models.PROTECT, related_name="imports_applied"
    )

    class Meta:
        verbose_name = _("impor")
        verbose_name_plural = _("impor")
        ordering = ["-id"]
        constraints = [closed("ikm_importbatch", "status", enums.ImportStatus)]

    def __str__(self):
        return f"{self.reference} {self.original_name}"


class ImportRow(models.Model):
    """One row of a sheet: its cells as read, what would be written, the verdict and why."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField(_("baris"))
    cells = models.JSONField(_("isi"))
    verdict = models.CharField(_("putusan"), max_length=9, choices=enums.RowVerdict)
    changes = models.JSONField(_("perubahan"), default=dict, blank=True)
    errors = models.JSONField(_("alasan"), default=list, blank=True)
    warnings = models.JSONField(_("peringatan"), default=list, blank=True)
    business = models.ForeignKey(Business, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("baris impor")
        verbose_name_plural = _("baris impor")
        ordering = ["line"]
        constraints = [
            closed("ikm_importrow", "verdict", enums.RowVerdict),
            models.UniqueConstraint(fields=["batch", "line"], name="ikm_importrow_once"),
        ]
        indexes = [models.Index(fields=["batch", "verdict", "line"], name="ikm_importrow_verdict")]

    def __str__(self):
        return f"{self.batch_id}:{self.line}"
