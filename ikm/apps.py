from django.apps import AppConfig


class IkmConfig(AppConfig):
    name = "ikm"
    verbose_name = "Daftar IKM"
    default_auto_field = "django.db.models.BigAutoField"
