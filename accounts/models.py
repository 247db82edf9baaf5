import hashlib
import secrets

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts import roles
from accounts.enums import Channel, PartnerKind, Purpose, Role
from core.fields import ReferenceField


class UserManager(BaseUserManager):
    def create_user(self, *, email=None, phone=None, password=None, **fields):
        """A new person who signs in by e-mail or phone (E.164); no usable password when none is given."""
        user = self.model(email=self.normalize_email(email) or None, phone=phone or None, **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, *, email, password=None, **fields):
        return self.create_user(email=email, password=password, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)

    def visible_to(self, user):
        """Everybody for who may see users, else only oneself."""
        if user.has_perm("accounts.view_user"):
            return self.all()
        return self.filter(pk=user.pk)


class User(AbstractBaseUser):
    """A person or a partner system. What it may do follows from its roles (accounts.roles)."""

    reference = ReferenceField(prefix="ORG")
    name = models.CharField(_("nama"), max_length=150, blank=True)
    email = models.EmailField(_("surel"), null=True, blank=True, unique=True)
    phone = models.CharField(_("telepon"), max_length=16, null=True, blank=True, unique=True)
    phone_verified_at = models.DateTimeField(_("telepon diperiksa"), null=True, blank=True)
    language = models.CharField(
        _("bahasa"), max_length=2, choices=[("id", "Indonesia"), ("en", "English")], default="id"
    )
    is_active = models.BooleanField(_("aktif"), default=True)
    is_superuser = models.BooleanField(_("pengelola utama"), default=False)
    date_joined = models.DateTimeField(_("terdaftar"), default=timezone.now)
    password_changed_at = models.DateTimeField(_("kata sandi diganti"), default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("pengguna")
        verbose_name_plural = _("pengguna")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(phone__isnull=False),
                name="accounts_user_email_or_phone",
                violation_error_message=_("Isi surel atau nomor telepon."),
            ),
            models.CheckConstraint(
                condition=Q(language__in=["id", "en"]), name="accounts_user_language_closed"
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_user_email_once",
                violation_error_message=_("Surel ini sudah terdaftar."),
            ),
        ]

    def __str__(self):
        return self.name or self.email or self.phone or self.reference

    def set_password(self, raw_password):
        super().set_password(raw_password)
        self.password_changed_at = timezone.now()

    @cached_property
    def roles(self):
        """The roles held today, a frozenset of Role values."""
        if not self.is_active or self.pk is None:
            return frozenset()
        return frozenset(self.role_assignments.current().values_list("role", flat=True))

    @cached_property
    def partner_kind(self):
        """The kind of partner this account acts for; None for everybody else, and for a partner that is still trying out."""
        if Role.PARTNER not in self.roles:
            return None
        return Partner.objects.in_service().filter(user=self.pk).values_list("kind", flat=True).first()

    @property
    def is_staff(self):
        """Whether this is an official, who may enter the back office."""
        return self.is_active and (self.is_superuser or bool(self.roles & roles.OFFICIAL_ROLES))

    is_official = is_staff

    def has_perm(self, perm, obj=None):
        return self.is_active and (self.is_superuser or roles.may(self.roles, perm))

    def has_perms(self, perms, obj=None):
        return all(self.has_perm(perm) for perm in perms)

    def has_module_perms(self, app_label):
        return self.is_active and (self.is_superuser or roles.may_in_app(self.roles, app_label))

    def get_full_name(self):
        return str(self)

    get_short_name = get_full_name


class RoleAssignmentQuerySet(models.QuerySet):
    def current(self):
        today = timezone.localdate()
        return self.filter(Q(until__isnull=True) | Q(until__gte=today), since__lte=today)


class RoleAssignment(models.Model):
    """A role held by a person from a day to a day."""

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="role_assignments", verbose_name=_("pengguna")
    )
    role = models.CharField(_("peran"), max_length=20, choices=Role)
    since = models.DateField(_("sejak"), default=timezone.localdate)
    until = models.DateField(_("sampai"), null=True, blank=True)
    granted_by = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="roles_granted",
        verbose_name=_("diberikan oleh"),
    )

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("peran pengguna")
        verbose_name_plural = _("peran pengguna")
        ordering = ["user", "role"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="accounts_roleassignment_role_closed"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")),
                name="accounts_roleassignment_until_after_since",
                violation_error_message=_("Tanggal akhir harus sesudah tanggal mulai."),
            ),
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(until__isnull=True),
                name="accounts_roleassignment_once_open",
                violation_error_message=_("Orang ini sudah memegang peran itu."),
            ),
        ]

    def __str__(self):
        return f"{self.user}: {self.get_role_display()}"


class CounterCode(models.Model):
    """A one-time code that an official hands over at the counter: it signs the person in and proves the phone.

    Only its hash is kept; ten minutes, five tries, one use.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="counter_codes")
    code_hash = models.CharField(max_length=128)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="counter_codes_issued")
    issued_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("kode loket")
        verbose_name_plural = _("kode loket")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(tries__lte=5), name="accounts_countercode_five_tries"),
        ]

    def __str__(self):
        return f"{self.user} {self.issued_at:%Y-%m-%d}"


class ApiToken(models.Model):
    """A bearer token of a partner system or a person. Only the SHA-256 of the secret is kept."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="api_tokens", verbose_name=_("pengguna")
    )
    label = models.CharField(_("nama"), max_length=80)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("dibuat"), default=timezone.now)
    last_used_on = models.DateField(_("terakhir dipakai"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("dicabut"), null=True, blank=True)

    class Meta:
        verbose_name = _("token API")
        verbose_name_plural = _("token API")
        ordering = ["-id"]

    def __str__(self):
        return f"{self.user}: {self.label}"

    @staticmethod
    def hash_key(key):
        return hashlib.sha256(key.encode()).hexdigest()

    @classmethod
    def issue(cls, user, *, label):
        """Returns (token, key); the key is shown once and cannot be had again."""
        key = f"ikm_{secrets.token_urlsafe(32)}"
        return cls.objects.create(user=user, label=label, key_hash=cls.hash_key(key)), key


class ConsentText(models.Model):
    """The words of a consent, by purpose and version; a given consent keeps the version it was given to."""

    purpose = models.CharField(_("tujuan"), max_length=20, choices=Purpose)
    version = models.PositiveSmallIntegerField(_("versi"))
    text = models.TextField(_("bunyi"))
    text_en = models.TextField(_("bunyi (Inggris)"))
    in_force_from = models.DateField(_("berlaku sejak"))

    class Meta:
        verbose_name = _("naskah persetujuan")
        verbose_name_plural = _("naskah persetujuan")
        ordering = ["purpose", "version"]
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=Purpose.values), name="accounts_consenttext_purpose_closed"
            ),
            models.UniqueConstraint(
                fields=["purpose", "version"], name="accounts_consenttext_one_per_version"
            ),
        ]

    def __str__(self):
        return f"{self.get_purpose_display()} v{self.version}"

    @property
    def shown(self):
        """The words in the language that is being read."""
        return self.text_en if get_language() == "en" else self.text


class ConsentQuerySet(models.QuerySet):
    def active(self, purpose):
        return self.filter(purpose=purpose, withdrawn_at__isnull=True)


class Consent(models.Model):
    """One consent, for one purpose, of a person or a business (named by its reference), given and perhaps withdrawn."""

    subject = models.CharField(_("mengenai"), max_length=16)
    purpose = models.CharField(_("tujuan"), max_length=20, choices=Purpose)
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="consents")
    channel = models.CharField(_("cara"), max_length=10, choices=Channel)
    given_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="consents_given"
    )
    given_by_name = models.CharField(_("diberikan oleh"), max_length=150, blank=True)
    recorded_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="consents_recorded"
    )
    given_at = models.DateTimeField(_("diberikan"), default=timezone.now)
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("ditarik"), null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("persetujuan")
        verbose_name_plural = _("persetujuan")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=Purpose.values), name="accounts_consent_purpose_closed"
            ),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="accounts_consent_channel_closed"
            ),
            models.CheckConstraint(
                condition=Q(given_by__isnull=False) | ~Q(given_by_name=""),
                name="accounts_consent_has_a_giver",
            ),
            models.UniqueConstraint(
                fields=["subject", "purpose"],
                condition=Q(withdrawn_at__isnull=True),
                name="accounts_consent_one_active_per_purpose",
            ),
        ]

    def __str__(self):
        return f"{self.subject}: {self.get_purpose_display()}"


class DataRequest(models.Model):
    """A person's request about the data held on them (UU 27/2022), answered within 3 × 24 hours."""

    class Kind(models.TextChoices):
        CORRECT = "correct", _("perbaikan data")
        ERASE = "erase", _("penghapusan data")
        RESTRICT = "restrict", _("pembatasan pemrosesan")

    class Status(models.TextChoices):
        OPEN = "open", _("menunggu jawaban")
        GRANTED = "granted", _("dikabulkan")
        REFUSED = "refused", _("ditolak")

    reference = ReferenceField(prefix="PDP")
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="data_requests", verbose_name=_("pemohon")
    )
    kind = models.CharField(_("permintaan"), max_length=10, choices=Kind)
    detail = models.TextField(_("penjelasan"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    asked_at = models.DateTimeField(_("diminta"), default=timezone.now)
    due_at = models.DateTimeField(_("dijawab sebelum"))
    answer = models.TextField(_("jawaban"), blank=True)
    answered_at = models.DateTimeField(_("dijawab"), null=True, blank=True)
    answered_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="data_requests_answered"
    )

    class Meta:
        verbose_name = _("permintaan data pribadi")
        verbose_name_plural = _("permintaan data pribadi")
        ordering = ["due_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["open", "granted", "refused"]),
                name="accounts_datarequest_status_closed",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["correct", "erase", "restrict"]),
                name="accounts_datarequest_kind_closed",
            ),
        ]

    def __str__(self):
        return self.reference


class DataBreach(models.Model):
    """Personal data that came into wrong hands (UU 27/2022 art. 46): those concerned and the authority are told within
    3 × 24 hours which data, when and how, and what is done about it."""

    reference = ReferenceField(prefix="BCR")
    found_at = models.DateTimeField(_("diketahui"), default=timezone.now)
    due_at = models.DateTimeField(_("diberitahukan sebelum"), editable=False)
    data = models.TextField(_("data yang terungkap"), help_text=_("Misalnya: nama dan nomor telepon."))
    how = models.TextField(_("kapan dan bagaimana terungkap"))
    measures = models.TextField(
        _("upaya penanganan dan pemulihan"),
        help_text=_("Juga apa yang sebaiknya dilakukan orangnya sendiri."),
    )
    people = models.ManyToManyField(
        User,
        blank=True,
        related_name="breaches",
        verbose_name=_("orang yang terdampak"),
        help_text=_("Kosongkan bila semua pemegang akun terdampak."),
    )
    authority_told_on = models.DateField(_("lembaga PDP diberi tahu"), null=True, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="breaches_recorded")
    notified_at = models.DateTimeField(_("orang diberi tahu"), null=True, blank=True)
    notified_by = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="breaches_notified",
        verbose_name=_("diberitahukan oleh"),
    )

    class Meta:
        verbose_name = _("kebocoran data")
        verbose_name_plural = _("kebocoran data")
        ordering = ["-found_at"]

    def __str__(self):
        return self.reference


class PartnerQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Officials who look after partners see all; a partner itself."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff and user.has_perm("accounts.view_partner"):
            return self.all()
        return self.in_service().filter(user=user) if Role.PARTNER in user.roles else self.none()

    def in_service(self):
        return self.filter(is_active=True)


class Partner(models.Model):
    """An organisation whose programs use the API: as which account, and how often."""

    reference = ReferenceField(prefix="MTR")
    name = models.CharField(_("nama"), max_length=150)
    kind = models.CharField(_("jenis"), max_length=12, choices=PartnerKind)
    user = models.OneToOneField(
        User,
        on_delete=models.PROTECT,
        related_name="partner",
        verbose_name=_("bertindak sebagai"),
        help_text=_("Akun organisasi ini. Akun petugas tidak dapat dipakai."),
    )
    requests_per_minute = models.PositiveIntegerField(
        _("permintaan per menit"),
        default=600,
        validators=[MinValueValidator(1), MaxValueValidator(100_000)],
    )
    is_active = models.BooleanField(_("aktif"), default=True)
    created_at = models.DateTimeField(_("dibuat"), default=timezone.now, editable=False)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("mitra")
        verbose_name_plural = _("mitra")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=PartnerKind.values), name="accounts_partner_kind_closed"
            ),
            models.UniqueConstraint(
                Lower("name"),
                name="accounts_partner_name_once",
                violation_error_message=_("Mitra dengan nama ini sudah ada."),
            ),
        ]

    def __str__(self):
        return self.name


def new_client_id():
    return f"mitra-{secrets.token_hex(8)}"


class PartnerClient(models.Model):
    """One program of a partner, with what it may do. It signs in by OAuth 2 client credentials (RFC 6749, 4.4)."""

    # The library's views name all kinds of clients and grants while they are loaded; here there is one of each.
    CLIENT_PUBLIC, CLIENT_CONFIDENTIAL = "public", "confidential"
    GRANT_CLIENT_CREDENTIALS = "client-credentials"
    GRANT_AUTHORIZATION_CODE, GRANT_IMPLICIT = "authorization-code", "implicit"
    GRANT_PASSWORD, GRANT_OPENID_HYBRID = "password", "openid-hybrid"

    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="clients", verbose_name=_("mitra")
    )
    client_id = models.CharField(
        _("client_id"), max_length=40, unique=True, default=new_client_id, editable=False
    )
    label = models.CharField(_("nama program"), max_length=80)
    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("cakupan"))
    is_test = models.BooleanField(
        _("uji coba"),
        default=False,
        help_text=_("Bekerja dalam ruang uji milik mitra ini saja, tidak pernah dengan data kota."),
    )
    created_at = models.DateTimeField(_("dibuat"), default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(_("dicabut"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("klien API")
        verbose_name_plural = _("klien API")
        ordering = ["partner", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(scopes=[]),
                name="accounts_partnerclient_some_scope",
                violation_error_message=_("Pilih paling sedikit satu cakupan."),
            ),
        ]

    def __str__(self):
        return f"{self.partner}: {self.label}"

    def allows_grant_type(self, *grant_types):
        """What django-oauth-toolkit asks of a client."""
        return self.GRANT_CLIENT_CREDENTIALS in grant_types


class ClientSecretQuerySet(models.QuerySet):
    def in_force(self):
        return self.filter(withdrawn_at__isnull=True)


class ClientSecret(models.Model):
    """A secret of a client; only its SHA-256 is kept. Two overlap while a program changes from one to the next."""

    client = models.ForeignKey(
        PartnerClient, on_delete=models.PROTECT, related_name="secrets", verbose_name=_("klien API")
    )
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(_("akhiran"), max_length=4, editable=False)
    created_at = models.DateTimeField(_("dibuat"), default=timezone.now)
    last_used_at = models.DateTimeField(_("terakhir dipakai"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("dicabut"), null=True, blank=True)

    objects = ClientSecretQuerySet.as_manager()

    class Meta:
        verbose_name = _("rahasia klien")
        verbose_name_plural = _("rahasia klien")
        ordering = ["-id"]

    def __str__(self):
        return f"{self.client} …{self.hint}"

    @staticmethod
    def hash_secret(secret):
        """Enough for a secret of 256 random bits, which nobody can guess at any speed."""
        return hashlib.sha256(secret.encode()).hexdigest()


class AccessToken(models.Model):
    """What a client got for its secret, for some minutes. Only the SHA-256 is kept; a row that is gone holds no longer."""

    #: How such a token begins, so that it is told from a person's API token; and one of a program that tries out.
    PREFIX = "ikmo_"
    TEST_PREFIX = "ikmt_"

    client = models.ForeignKey(
        PartnerClient, on_delete=models.CASCADE, related_name="tokens", verbose_name=_("klien API")
    )
    secret = models.ForeignKey(
        ClientSecret, on_delete=models.CASCADE, related_name="tokens", verbose_name=_("rahasia klien")
    )
    token_checksum = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("cakupan"))
    created_at = models.DateTimeField(_("dibuat"), default=timezone.now)
    expires_at = models.DateTimeField(_("berlaku sampai"))

    class Meta:
        verbose_name = _("token akses")
        verbose_name_plural = _("token akses")
        ordering = ["-id"]

    def __str__(self):
        return f"{self.client} {self.created_at:%Y-%m-%d}"

    @staticmethod
    def checksum_of(token):
        return hashlib.sha256(token.encode()).hexdigest()
