"""Settings of the portal. Everything that differs between machines comes from the environment.

DATABASE_URL        the PostgreSQL to use (needed; `manage.py` and the tests start an embedded one when it is unset)
DATABASE_POOLED     "1" behind PgBouncer in transaction mode
SANDBOX_DATABASE_URL  the model of the sandboxes of partners (the database beside the portal's own, its name + "_sandbox")
SECRET_KEY          needed in production
PORTAL_ENV          "production" or "development" (default)
PII_KEYS            "id:base64key,id:base64key"; the first encrypts, all decrypt
PII_INDEX_KEY       base64 key of the blind indexes
ALLOWED_HOSTS       comma separated
API_REQUESTS_PER_MINUTE  of one person in one worker (3000)
SITE_URL            public address used in letters, QR codes and messages
GALLERY_PHONE       the gallery's own WhatsApp, +62…, for makers who do not show theirs (none)
MEDIA_ROOT          folder of the private files
OFFICIAL_PASSWORD_DAYS  after how many days an official's password ends (90 in production, 0: never)
MARKETPLACE_API, MARKETPLACE_LOGIN, MARKETPLACE_TOKENS  addresses of the Seller Center: API, sign-in page, tokens
MARKETPLACE_APP_KEY, MARKETPLACE_APP_SECRET  the portal's app there
WEBHOOK_TEST_RECEIVERS  "host:port,…" that webhooks may reach inside and by plain HTTP; never in production
BREACHED_PASSWORDS  file of passwords known from breaches: lines of SHA-1, sorted, as Have I Been Pwned gives them out
"""

import os
from pathlib import Path

import dj_database_url
import pghistory
import pgtrigger
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent

PRODUCTION = os.environ.get("PORTAL_ENV", "development") == "production"
DEBUG = False


def secret(name, development_value):
    """The environment's value of `name`; a fixed one on a developer's machine, an error in production."""
    value = os.environ.get(name)
    if value:
        return value
    if PRODUCTION:
        raise ImproperlyConfigured(f"{name} must be set in production")
    return development_value


SECRET_KEY = secret("SECRET_KEY", "development-only-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz")
PII_KEYS = secret("PII_KEYS", "dev1:ZGV2ZWxvcG1lbnQta2V5LTMyLWJ5dGVzLWxvbmchISE=")
PII_INDEX_KEY = secret("PII_INDEX_KEY", "ZGV2ZWxvcG1lbnQtaW5kZXgta2V5LTMyLWJ5dGVzISE=")

ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
SITE_URL = os.environ.get("SITE_URL", "http://127.0.0.1:8000")
GALLERY_PHONE = os.environ.get("GALLERY_PHONE", "")
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "semarang_ikm.apps.PortalAdminConfig",
    "csp",
    "pgtrigger",
    "pghistory",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "oauth2_provider",
    "core",
    "accounts",
    "ikm",
    "programme",
    "credit",
    "training",
    "cluster",
    "facility",
    "gallery",
    "webhooks",
    "sandbox",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.kept_pages.kept_pages",
    "core.middleware.SecurityPolicy",
    # Before all that asks the database.
    "sandbox.middleware.test_programs",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "core.middleware.chosen_language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "accounts.middleware.require_second_factor",
    "accounts.middleware.require_fresh_password",
    "core.middleware.request_context",
    "core.middleware.private_pages_are_not_stored",
]

ROOT_URLCONF = "semarang_ikm.urls"
WSGI_APPLICATION = "semarang_ikm.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context_processors.portal",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {
    "default": dj_database_url.config(
        default="postgresql:///semarang_ikm",
        conn_max_age=300,
        conn_health_checks=True,
        engine="core.database",
        disable_server_side_cursors=os.environ.get("DATABASE_POOLED") == "1",
    )
}

DATABASE_ROUTERS = ["core.sandbox.Router"]
# Where partners try out: the database that each partner's own sandbox is copied from, on whatever server (decision 0020).
SANDBOX_DATABASE = (
    dj_database_url.config("SANDBOX_DATABASE_URL", engine="core.database")
    if "SANDBOX_DATABASE_URL" in os.environ
    else {"NAME": f"{DATABASES['default']['NAME']}_sandbox"}
)

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"accounts.passwords.{name}"}
    for name in ("LengthAndKinds", "NotOneself", "NotKnown", "NotTheOldOne")
]
# Days of 0: no term. Officials' values follow BSSN Regulation 4/2021, everybody else's ASVS 5.0 (see accounts.passwords).
PASSWORD_POLICIES = {
    "official": {
        "min_length": 12,
        "min_kinds": 3,
        "max_days": int(os.environ.get("OFFICIAL_PASSWORD_DAYS", "90" if PRODUCTION else "0")),
    },
    "public": {"min_length": 12, "min_kinds": 1, "max_days": 0},
}
BREACHED_PASSWORDS = os.environ.get("BREACHED_PASSWORDS", "")
if BREACHED_PASSWORDS and not Path(BREACHED_PASSWORDS).is_file():
    raise ImproperlyConfigured(f"BREACHED_PASSWORDS: there is no file {BREACHED_PASSWORDS}")
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home_after_login"
OFFICIALS_NEED_SECOND_FACTOR = (
    os.environ.get("OFFICIALS_NEED_SECOND_FACTOR", "1" if PRODUCTION else "0") == "1"
)

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "signup": "accounts.forms.SignupForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["phone", "email", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"
# No SMS gateway: a phone is proved at the counter, by the code an official hands over.
ACCOUNT_PHONE_VERIFICATION_ENABLED = False
# Phone or e-mail, at least one: the sign-up form asks for it, so that neither is required by itself. Access tokens know of
# no refresh tokens here, so that there is no circle between the two tables.
SILENCED_SYSTEM_CHECKS = ["account.W001", "oauth2_provider.W011"]
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
# Slow down the account under attack, not the neighbours behind the same address.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "300/m/ip,5/300s/key",
    "signup": "60/m/ip",
    "counter_code": "300/m/ip,10/300s/key",
}
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Portal IKM Semarang"

# The Seller Center of Tokopedia and TikTok Shop, and the app by which the portal comes there. Without them makers are offered
# files alone.
MARKETPLACE = {
    "api": os.environ.get("MARKETPLACE_API", "").rstrip("/"),
    "login": os.environ.get("MARKETPLACE_LOGIN", ""),
    "tokens": os.environ.get("MARKETPLACE_TOKENS", "").rstrip("/"),
    "app_key": os.environ.get("MARKETPLACE_APP_KEY", ""),
    "app_secret": os.environ.get("MARKETPLACE_APP_SECRET", ""),
}

# Kinds of work that rooms above the register add to the officials' queue: {name: ikm.queue.Kind}.
WORK_KINDS = [
    "credit.queue.KINDS",
    "training.queue.KINDS",
    "cluster.queue.KINDS",
    "facility.queue.KINDS",
    "gallery.queue.KINDS",
]

# Rooms above the register whose records wait for a visit: called with (missed, next) when nobody was met.
VISIT_FOLLOWERS = ["credit.services.visits.follow_visit"]

# Rooms that hold personal data: what "Data saya" shows and exports.
PERSONAL_DATA = [
    "accounts.personal_data",
    "ikm.personal_data",
    "credit.personal_data",
    "training.personal_data",
    "cluster.personal_data",
    "facility.personal_data",
    "gallery.personal_data",
]

# Rooms with records that "Lacak" shows.
TRACKING = [
    "ikm.tracking",
    "credit.tracking",
    "training.tracking",
    "cluster.tracking",
    "facility.tracking",
    "gallery.tracking",
]

# Sitemaps of rooms beside the register's own, by the names of their addresses.
SITEMAPS = ["gallery_sitemap"]

# Rooms with reference data: what `load_reference` keeps up to date.
REFERENCE_DATA = [
    "ikm.services.reference",
    "credit.services.reference",
    "cluster.services.reference",
    "gallery.services.reference",
]

# Rooms above the register in which a bank deals with businesses: called with the account, the keys of these businesses.
PARTNERS_BUSINESSES = ["credit.selectors.businesses_at_bank"]

# Rooms whose records hang on a business: what a merge of two moves to the kept one, and what stands in its way.
MERGING = ["credit.merging", "training.merging", "cluster.merging", "facility.merging", "gallery.merging"]

# Rooms of the demo city, in the order in which `seed_demo` fills them.
DEMO = [
    "ikm.demo.seed",
    "programme.demo.seed",
    "credit.demo.seed",
    "cluster.demo.seed",
    "training.demo.seed",
    "facility.demo.seed",
    "gallery.demo.seed",
    "programme.demo.activities",
]

# Rate limits count across all workers, so that the cache lives in the database too. What can be reckoned again at any time
# stays in the memory of each worker.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "portal_cache"},
    "memory": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "KEY_FUNCTION": "core.sandbox.cache_key",
    },
    # Whole pages of up to 100 kB: beyond so many the longest unused go.
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 300},
    },
}

LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Bahasa Indonesia")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Jakarta"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["semarang_ikm.formats"]

STATIC_URL = "/static/"
# Development serves the files from where they lie; a folder of collected ones is made for production only.
STATIC_ROOT = os.environ.get("STATIC_ROOT", BASE_DIR / "staticfiles" if PRODUCTION else None)
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "core.sandbox.PrivateFiles"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", BASE_DIR / "media"))
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# History: statement-level triggers keep bulk writes fast; the context (who) stands in the row itself.
PGHISTORY_LEVEL = pgtrigger.Statement
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_CREATED_AT_FUNCTION = "clock_timestamp()"
PGHISTORY_APPEND_ONLY = True

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "core.problems.exception_handler",
    "UNICODE_JSON": True,
}
# Partners' programs sign in by client credentials alone (accounts.oauth); of the library's tables only the two swapped
# ones are used. The gates of RFC 9700 are all shut.
OAUTH2_PROVIDER_APPLICATION_MODEL = "accounts.PartnerClient"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "accounts.AccessToken"  # noqa: S105 - the name of a model
OAUTH2_PROVIDER = {
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.BackendApplicationServer",
    "OAUTH2_VALIDATOR_CLASS": "accounts.oauth.ClientValidator",
    "SCOPES_BACKEND_CLASS": "accounts.oauth.ClientScopes",
    "ACCESS_TOKEN_GENERATOR": "accounts.oauth.new_access_token",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 900,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    **{
        f"COMPLIANT_BCP_RFC9700_{gate}": True
        for gate in (
            "IMPLICIT_GRANT",
            "PASSWORD_GRANT",
            "PKCE_METHOD",
            "PKCE_REQUIRED",
            "ACCESS_TOKEN_TRANSPORT",
            "AUTHZ_RESPONSE_ISS",
            "TOKEN_STORAGE",
            "REFRESH_TOKEN",
            "REDIRECT_URI_SCHEME",
            "REDIRECT_URI_MATCHING",
        )
    },
}
# Of one person, in each worker: a runaway client must not take the portal from the others.
API_REQUESTS_PER_MINUTE = int(os.environ.get("API_REQUESTS_PER_MINUTE", "3000"))
WEBHOOK_TEST_RECEIVERS = frozenset(filter(None, os.environ.get("WEBHOOK_TEST_RECEIVERS", "").split(",")))
if PRODUCTION and WEBHOOK_TEST_RECEIVERS:
    raise ImproperlyConfigured("WEBHOOK_TEST_RECEIVERS opens the portal's own network: never in production")
# How long the answer to a test program's request with a magic key does not come.
SANDBOX_SLOW_SECONDS = 10
SPECTACULAR_SETTINGS = {
    "TITLE": "API Portal IKM Semarang",
    "DESCRIPTION": "Register industri kecil, menengah, dan besar Kota Semarang, Kredit Wibawa, pelatihan, "
    "dan galeri.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "core.api.describe_problems",
        "core.api.describe_limits",
    ],
    "ENUM_NAME_OVERRIDES": {
        "BusinessStatusEnum": "ikm.enums.BusinessStatus.choices",
        "ApplicationStatusEnum": "credit.enums.ApplicationStatus.choices",
        "LoanStatusEnum": "credit.enums.LoanStatus.choices",
        "ClaimStatusEnum": "credit.enums.ClaimStatus.choices",
        "RuleKindEnum": "credit.enums.RuleKind.choices",
        "ClusterStatusEnum": "cluster.enums.ClusterStatus.choices",
        "ClusterKindEnum": "cluster.enums.ClusterKind.choices",
        "MembershipRequestKindEnum": "cluster.enums.RequestKind.choices",
        "MembershipRequestStatusEnum": "cluster.enums.RequestStatus.choices",
        "LegalBasisStatusEnum": "programme.enums.LegalBasisStatus.choices",
        "LegalBasisKindEnum": "programme.enums.LegalBasisKind.choices",
        "LicenceKindEnum": "ikm.enums.LicenceKind.choices",
        "RunStatusEnum": "training.enums.RunStatus.choices",
        "SessionStatusEnum": "training.enums.SessionStatus.choices",
        "EnrolmentStatusEnum": "training.enums.EnrolmentStatus.choices",
        "AdmissionEnum": "training.enums.Admission.choices",
        "CentreStatusEnum": "facility.enums.CentreStatus.choices",
        "UnitKindEnum": "facility.enums.UnitKind.choices",
        "StallEventStatusEnum": "facility.enums.EventStatus.choices",
        "BookingStatusEnum": "facility.enums.BookingStatus.choices",
        "LeaseStatusEnum": "facility.enums.LeaseStatus.choices",
        "LeasePaymentKindEnum": "facility.enums.PaymentKind.choices",
        "DamageStatusEnum": "facility.enums.DamageStatus.choices",
        "GalleryProductStatusEnum": "gallery.enums.ProductStatus.choices",
        "ShopStatusEnum": "gallery.enums.ShopStatus.choices",
        "ListingStatusEnum": "gallery.enums.ListingStatus.choices",
        "ChannelKindEnum": "gallery.enums.ChannelKind.choices",
        "SettlementStatusEnum": "gallery.enums.SettlementStatus.choices",
        "CountStatusEnum": "gallery.enums.CountStatus.choices",
        "HandoverKindEnum": "gallery.api.consignment.HANDOVER_KINDS",
        "MovementKindEnum": "gallery.enums.MovementKind.choices",
        "PaymentEnum": "gallery.enums.Payment.choices",
        "ReasonEnum": "ikm.enums.CorrectionReason.choices",
        "RemarkReasonEnum": "gallery.enums.RemarkReason.choices",
        "WebhookEndpointStatusEnum": "webhooks.enums.EndpointStatus.choices",
        "WebhookDeliveryStatusEnum": "webhooks.enums.DeliveryStatus.choices",
    },
}

# On a developer's machine letters to people lie as files in .local/mail.
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if PRODUCTION else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = BASE_DIR / ".local" / "mail"
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("EMAIL_USE_TLS", "0") == "1"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "Portal IKM Semarang <portal@localhost>")

# One line or traceback per trouble on stderr, where systemd or the terminal keeps it.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "core.logs.PrivateFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LOG_LEVEL", "WARNING")},
}
