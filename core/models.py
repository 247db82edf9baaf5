import uuid

import pgtrigger
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import ReferenceField, RupiahField


class Subject(models.Model):
    """Base of rows that hang on a record of any room."""

    content_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    object_id = models.PositiveBigIntegerField()
    subject = GenericForeignKey("content_type", "object_id")

    class Meta:
        abstract = True


class StepLine(Subject):
    """One step that a record took: who, from where, to where, why, when."""

    step = models.CharField(_("langkah"), max_length=40)
    from_status = models.CharField(_("dari"), max_length=40)
    to_status = models.CharField(_("menjadi"), max_length=40)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="step_lines", verbose_name=_("oleh")
    )
    note = models.TextField(_("catatan"), blank=True)
    at = models.DateTimeField(_("waktu"), default=timezone.now)

    class Meta:
        verbose_name = _("baris riwayat")
        verbose_name_plural = _("riwayat langkah")
        ordering = ["id"]
        indexes = [models.Index(fields=["content_type", "object_id", "id"], name="core_stepline_subject")]

    def __str__(self):
        return f"{self.step} {self.from_status} → {self.to_status}"


class AuditEntry(models.Model):
    """Append-only audit line. A trigger draws the number inside the chain's lock and seals the line with
    SHA-256 over the line and its predecessor's hash; updates, deletes and truncation are refused.
    """

    number = models.BigIntegerField(primary_key=True, default=0, editable=False)
    at = models.DateTimeField(_("waktu"), default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="audit_entries",
        verbose_name=_("oleh"),
    )
    action = models.CharField(_("tindakan"), max_length=80)
    subject = models.CharField(_("mengenai"), max_length=80, blank=True)
    detail = models.JSONField(_("rincian"), default=dict, blank=True)
    origin = models.CharField(_("asal"), max_length=200, blank=True)
    previous_hash = models.CharField(max_length=64, editable=False, blank=True)
    hash = models.CharField(max_length=64, editable=False, blank=True)

    class Meta:
        verbose_name = _("baris audit")
        verbose_name_plural = _("jejak audit")
        ordering = ["-number"]
        indexes = [
            models.Index(fields=["subject", "-number"], name="core_audit_subject"),
            models.Index(fields=["actor", "-number"], name="core_audit_actor"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="chain",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                declare=[("last", "RECORD")],
                func="""
                    -- One writer at a time, so that number and predecessor are read after every earlier commit.
                    PERFORM pg_advisory_xact_lock(733740001);
                    SELECT number, hash INTO last FROM core_auditentry ORDER BY number DESC LIMIT 1;
                    NEW.number := COALESCE(last.number, 0) + 1;
                    NEW.previous_hash := COALESCE(last.hash, repeat('0', 64));
                    NEW.hash := encode(sha256(convert_to(concat_ws(chr(31),
                        NEW.previous_hash, NEW.number::text,
                        to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
                        COALESCE(NEW.actor_id::text, ''), NEW.action, NEW.subject, NEW.detail::text, NEW.origin
                    ), 'UTF8')), 'hex');
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="no_truncate",
                level=pgtrigger.Statement,
                operation=pgtrigger.Truncate,
                when=pgtrigger.Before,
                func="RAISE EXCEPTION 'pgtrigger: the audit trail cannot be truncated';",
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.action} {self.subject}"


class Attachment(Subject):
    """A private file of a record. Who may see the record may see the file; the public never may."""

    reference = ReferenceField(prefix="BKS")
    kind = models.CharField(_("jenis"), max_length=40)
    file = models.FileField(upload_to="attachments/%Y/%m/", max_length=200)
    original_name = models.CharField(_("nama berkas"), max_length=200)
    content_type_name = models.CharField(max_length=80)
    size = models.PositiveIntegerField(_("ukuran"))
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    is_public = models.BooleanField(_("boleh dilihat umum"), default=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="attachments"
    )
    uploaded_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("berkas")
        verbose_name_plural = _("berkas")
        ordering = ["id"]
        indexes = [models.Index(fields=["content_type", "object_id"], name="core_attachment_subject")]

    def __str__(self):
        return self.original_name


class LetterCounter(models.Model):
    """The last number given out per kind and year; its row lock makes the series gapless."""

    kind = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "year"], name="core_lettercounter_one_per_year")
        ]

    def __str__(self):
        return f"{self.kind} {self.year}: {self.last}"


class Letter(Subject):
    """A letter that left the office, with its number, its bytes' hash and its public verification token."""

    kind = models.CharField(_("jenis"), max_length=40)
    year = models.PositiveSmallIntegerField(_("tahun"))
    serial = models.PositiveIntegerField(_("nomor urut"))
    number = models.CharField(_("nomor surat"), max_length=60, unique=True)
    title = models.CharField(_("perihal"), max_length=200)
    token = models.CharField(max_length=32, unique=True)
    issued_at = models.DateTimeField(_("terbit"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="letters_issued"
    )
    valid_until = models.DateField(_("berlaku sampai"), null=True, blank=True)
    file = models.FileField(upload_to="letters/%Y/", max_length=200)
    sha256 = models.CharField(max_length=64)
    revoked_at = models.DateTimeField(_("dicabut"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="letters_revoked",
    )
    revoked_reason = models.CharField(_("alasan dicabut"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("surat")
        verbose_name_plural = _("surat")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "year", "serial"], name="core_letter_one_per_serial"),
        ]
        indexes = [models.Index(fields=["content_type", "object_id"], name="core_letter_subject")]

    def __str__(self):
        return self.number

    @property
    def is_valid(self):
        return self.revoked_at is None and (
            self.valid_until is None or self.valid_until >= timezone.localdate()
        )


class Message(models.Model):
    """A message in a person's Kotak pesan."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="portal_messages"
    )
    title = models.CharField(_("judul"), max_length=200)
    body = models.TextField(_("isi"))
    link = models.CharField(max_length=200, blank=True)
    about = models.CharField(_("mengenai"), max_length=20, blank=True)
    created_at = models.DateTimeField(_("waktu"), default=timezone.now)
    read_at = models.DateTimeField(_("dibaca"), null=True, blank=True)

    class Meta:
        verbose_name = _("pesan")
        verbose_name_plural = _("pesan")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="core_message_recipient"),
            models.Index(
                fields=["recipient"], condition=models.Q(read_at__isnull=True), name="core_message_unread"
            ),
        ]

    def __str__(self):
        return self.title


class Delivery(models.Model):
    """A message on its way through a channel outside the portal."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("surel")
        WHATSAPP = "whatsapp", _("WhatsApp oleh petugas")

    class Status(models.TextChoices):
        WAITING = "waiting", _("menunggu")
        DELIVERED = "delivered", _("terkirim")
        FAILED = "failed", _("gagal")

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(_("saluran"), max_length=10, choices=Channel)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(_("percobaan"), default=0)
    next_attempt_at = models.DateTimeField(_("dicoba lagi"), default=timezone.now)
    last_error = models.CharField(_("galat terakhir"), max_length=300, blank=True)
    delivered_at = models.DateTimeField(_("terkirim pada"), null=True, blank=True)
    delivered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deliveries_pressed",
    )

    class Meta:
        verbose_name = _("pengiriman")
        verbose_name_plural = _("pengiriman")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["message", "channel"], name="core_delivery_one_per_channel"),
            models.CheckConstraint(
                condition=models.Q(channel__in=["email", "whatsapp"]), name="core_delivery_channel_closed"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["waiting", "delivered", "failed"]),
                name="core_delivery_status_closed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=models.Q(status="waiting"), name="core_delivery_due"
            )
        ]

    def __str__(self):
        return f"{self.get_channel_display()}: {self.message}"


class Event(models.Model):
    """Something that happened, for partner systems; thin, without personal data."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("jenis"), max_length=80)
    subject = models.CharField(_("mengenai"), max_length=20)
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    is_handed_out = models.BooleanField(_("sudah dibagikan ke mitra"), default=False)

    class Meta:
        verbose_name = _("kejadian")
        verbose_name_plural = _("kejadian")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject", "id"], name="core_event_subject"),
            models.Index(
                fields=["id"], condition=models.Q(is_handed_out=False), name="core_event_to_hand_out"
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.subject}"


class IdempotencyRecord(models.Model):
    """The answer once given to a client's keyed POST."""

    client = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    response_status = models.PositiveSmallIntegerField(null=True)
    response_body = models.BinaryField(null=True)
    response_headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="core_idempotencyrecord_one_per_key")
        ]

    def __str__(self):
        return self.key


class SavedFilter(models.Model):
    """A named query string of one list page, kept by one official."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters")
    page = models.CharField(max_length=60)
    name = models.CharField(_("nama"), max_length=60)
    query = models.CharField(max_length=1000)

    class Meta:
        verbose_name = _("saringan tersimpan")
        verbose_name_plural = _("saringan tersimpan")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "page", "name"],
                name="core_savedfilter_name_once_per_page",
                violation_error_message=_("Nama saringan ini sudah dipakai. Pilih nama lain."),
            )
        ]

    def __str__(self):
        return self.name


class DatedQuerySet(models.QuerySet):
    def in_force(self, day=None):
        """Rows in force on `day` (default today)."""
        day = day or timezone.localdate()
        return self.filter(
            models.Q(in_force_until__isnull=True) | models.Q(in_force_until__gte=day), in_force_from__lte=day
        )


class Signatory(models.Model):
    """An official who signs the office's letters, by post and term."""

    name = models.CharField(_("nama dan gelar"), max_length=150)
    post = models.CharField(_("jabatan"), max_length=150)
    unit = models.CharField(_("unit kerja"), max_length=150)
    rank = models.CharField(_("pangkat dan golongan"), max_length=80, blank=True)
    nip = models.CharField(
        _("NIP"),
        max_length=18,
        blank=True,
        validators=[RegexValidator(r"^\d{18}$", _("NIP terdiri atas 18 angka."))],
    )
    in_force_from = models.DateField(_("menandatangani sejak"))
    in_force_until = models.DateField(_("sampai"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("penanda tangan surat")
        verbose_name_plural = _("penanda tangan surat")
        ordering = ["-in_force_from", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(in_force_until__isnull=True)
                | models.Q(in_force_until__gte=models.F("in_force_from")),
                name="core_signatory_until_after_from",
                violation_error_message=_("Tanggal akhir harus sesudah tanggal mulai."),
            )
        ]

    def __str__(self):
        return f"{self.name}, {self.post}"


class Tariff(models.Model):
    """An amount that a law sets and letters quote, with its dates of effect."""

    code = models.CharField(_("kode"), max_length=40)
    label = models.CharField(_("keterangan"), max_length=150)
    amount = RupiahField(_("nilai"))
    legal_basis = models.CharField(_("dasar hukum"), max_length=150)
    in_force_from = models.DateField(_("berlaku sejak"))
    in_force_until = models.DateField(_("berlaku sampai"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("tarif")
        verbose_name_plural = _("tarif")
        ordering = ["code", "in_force_from"]
        constraints = [
            models.UniqueConstraint(fields=["code", "in_force_from"], name="core_tariff_once_per_day"),
            models.CheckConstraint(
                condition=models.Q(in_force_until__isnull=True)
                | models.Q(in_force_until__gte=models.F("in_force_from")),
                name="core_tariff_until_after_from",
                violation_error_message=_("Tanggal akhir harus sesudah tanggal mulai."),
            ),
        ]

    def __str__(self):
        return f"{self.label}: {self.amount}"


class ServiceStandard(models.Model):
    """Within how many working days the office answers, from a day on, until the next row of the same code."""

    code = models.CharField(_("kode"), max_length=40)
    label = models.CharField(_("layanan"), max_length=150)
    working_days = models.PositiveSmallIntegerField(
        _("hari kerja"), validators=[MinValueValidator(1), MaxValueValidator(250)]
    )
    legal_basis = models.CharField(_("dasar hukum"), max_length=150)
    in_force_from = models.DateField(_("berlaku sejak"))

    class Meta:
        verbose_name = _("standar pelayanan")
        verbose_name_plural = _("standar pelayanan")
        ordering = ["code", "in_force_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "in_force_from"],
                name="core_servicestandard_once_per_day",
                violation_error_message=_("Standar layanan ini dengan tanggal mulai yang sama sudah ada."),
            ),
            models.CheckConstraint(
                condition=models.Q(working_days__range=(1, 250)),
                name="core_servicestandard_days_in_range",
                violation_error_message=_("Isi 1 sampai 250 hari kerja."),
            ),
        ]

    def __str__(self):
        return f"{self.label}: {self.working_days}"
