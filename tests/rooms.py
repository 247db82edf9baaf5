"""The portal's own rooms, as the settings name them."""

from django.conf import settings

ROOMS = [name for name in settings.INSTALLED_APPS if (settings.BASE_DIR / name / "__init__.py").is_file()]
