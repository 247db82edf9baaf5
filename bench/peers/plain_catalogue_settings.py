"""The portal's own models and layers, the catalogue served the ordinary way."""

from bench.peers.plain_settings import *  # noqa: F403
from semarang_ikm.settings import BASE_DIR, TEMPLATES

ROOT_URLCONF = "bench.peers.plain_catalogue"
TEMPLATES[0]["DIRS"] = [BASE_DIR / "bench" / "peers" / "templates"]
