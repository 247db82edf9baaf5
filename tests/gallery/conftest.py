"""People of the gallery."""

import pytest

from accounts.enums import Role
from tests.gallery import records


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def curator(person):
    return person(Role.GALLERY_CURATOR, name="Kinanti Kurator")


@pytest.fixture
def workshop(owner_user):
    """A verified business that agrees to be shown and promoted; `owner_user` speaks for it."""
    return records.maker(owner_user, name="Batik Sekar Jagad")
