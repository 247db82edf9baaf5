from django.apps import AppConfig


class CreditConfig(AppConfig):
    name = "credit"
    verbose_name = "Kredit Wibawa"
    default_auto_field = "django.db.models.BigAutoField"
