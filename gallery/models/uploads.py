"""Many products at once: a sheet and its photos, checked row by row, then written or given up."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import ReferenceField
from core.records import closed
from gallery.enums import UploadStatus
from gallery.models.catalogue import Product
from ikm.enums import RowVerdict
from ikm.models import Business

USER = settings.AUTH_USER_MODEL


class BulkUploadQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Officials of the gallery see all; an entrepreneur those of the businesses he or she speaks for."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff and user.has_perm("gallery.view_product"):
            return self.all()
        return self.filter(business__in=Business.objects.spoken_for_by(user))


class BulkUpload(models.Model):
    """A sheet of products with its photos, on the way into the catalogue of one maker."""

    reference = ReferenceField(prefix="UGH")
    business = models.ForeignKey(
        Business, on_delete=models.PROTECT, related_name="bulk_uploads", verbose_name=_("usaha")
    )
    sheet_name = models.CharField(_("nama lembar"), max_length=200)
    archive_name = models.CharField(_("nama berkas foto"), max_length=200, blank=True)
    # The photos as they came until they are checked, then our own clean copies; empty once written or given up.
    file = models.FileField(upload_to="uploads/%Y/%m/", max_length=200, blank=True)
    status = models.CharField(_("status"), max_length=9, choices=UploadStatus, default=UploadStatus.CHECKING)
    progress = models.PositiveSmallIntegerField(_("kemajuan (%)"), default=0)
    # When a process last said that it works on this; empty while none does.
    worked_on_at = models.DateTimeField(null=True, blank=True, editable=False)
    uploaded_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("diunggah oleh")
    )
    uploaded_at = models.DateTimeField(_("diunggah"), default=timezone.now)
    saved_by = models.ForeignKey(
        USER,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("disimpan oleh"),
    )
    saved_at = models.DateTimeField(_("disimpan"), null=True, blank=True)

    objects = BulkUploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("unggahan produk")
        verbose_name_plural = _("unggahan produk")
        ordering = ["-id"]
        constraints = [
            closed("gallery_bulkupload", "status", UploadStatus),
            models.CheckConstraint(
                condition=Q(progress__lte=100), name="gallery_bulkupload_progress_in_percent"
            ),
            models.CheckConstraint(
                condition=~Q(status="saved") | Q(saved_at__isnull=False),
                name="gallery_bulkupload_saved_has_its_moment",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(status__in=["checking", "saving"]),
                name="gallery_bulkupload_waiting",
            )
        ]

    def __str__(self):
        return self.reference


class BulkRow(models.Model):
    """One row of the sheet: its cells as read, the verdict and why. `is_written` once its product stands."""

    upload = models.ForeignKey(
        BulkUpload, on_delete=models.CASCADE, related_name="rows", verbose_name=_("unggahan")
    )
    line = models.PositiveIntegerField(_("baris"))
    cells = models.JSONField(_("isi"))
    verdict = models.CharField(_("putusan"), max_length=9, choices=RowVerdict, default=RowVerdict.NEW)
    changes = models.JSONField(_("perubahan"), default=list, blank=True)
    errors = models.JSONField(_("alasan"), default=list, blank=True)
    warnings = models.JSONField(_("peringatan"), default=list, blank=True)
    product = models.ForeignKey(
        Product, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("produk")
    )
    is_written = models.BooleanField(_("sudah ditulis"), default=False)

    class Meta:
        verbose_name = _("baris unggahan")
        verbose_name_plural = _("baris unggahan")
        ordering = ["line"]
        constraints = [
            closed("gallery_bulkrow", "verdict", RowVerdict),
            models.UniqueConstraint(fields=["upload", "line"], name="gallery_bulkrow_once"),
        ]

    def __str__(self):
        return f"{self.upload_id}:{self.line}"


class BulkPicture(models.Model):
    """A picture that came along: what the gate of photos made of it, or why it was refused."""

    upload = models.ForeignKey(
        BulkUpload, on_delete=models.CASCADE, related_name="pictures", verbose_name=_("unggahan")
    )
    name = models.CharField(_("nama"), max_length=255)
    error = models.CharField(_("alasan"), max_length=300, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    width = models.PositiveSmallIntegerField(_("lebar"), null=True, blank=True)
    height = models.PositiveSmallIntegerField(_("tinggi"), null=True, blank=True)
    perceptual_hash = models.BigIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("foto unggahan")
        verbose_name_plural = _("foto unggahan")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["upload", "name"], name="gallery_bulkpicture_once"),
            models.CheckConstraint(
                condition=Q(error="", sha256__gt="", width__isnull=False, height__isnull=False)
                | (~Q(error="") & Q(sha256="")),
                name="gallery_bulkpicture_clean_or_refused",
            ),
        ]

    def __str__(self):
        return self.name
