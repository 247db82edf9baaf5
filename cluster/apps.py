from django.apps import AppConfig


class ClusterConfig(AppConfig):
    name = "cluster"
    verbose_name = "Klaster"
    default_auto_field = "django.db.models.BigAutoField"
