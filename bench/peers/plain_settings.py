"""The portal's own models, served the ordinary way: connections closed after each request, DRF's stock classes."""

from semarang_ikm.settings import *  # noqa: F403
from semarang_ikm.settings import DATABASES

ROOT_URLCONF = "bench.peers.plain_drf"
DATABASES["default"]["CONN_MAX_AGE"] = 0
DATABASES["default"]["CONN_HEALTH_CHECKS"] = False
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["bench.peers.plain_token.BearerToken"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}
