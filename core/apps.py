from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Inti"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from core.column_names import name_columns

        name_columns()
