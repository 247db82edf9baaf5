from django.apps import AppConfig


class FacilityConfig(AppConfig):
    name = "facility"
    verbose_name = "Fasilitas"
    default_auto_field = "django.db.models.BigAutoField"
