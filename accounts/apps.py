from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Akun dan peran"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        # drf-spectacular knows the extensions that were imported.
        from accounts import openapi  # noqa: F401
