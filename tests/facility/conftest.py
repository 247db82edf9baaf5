"""People of the facilities."""

import pytest

from accounts.enums import Role
from tests.facility import records


@pytest.fixture
def keeper(person):
    """An official of the facilities."""
    return person(Role.CLUSTER_OFFICER, name="Sentot Sentra")


@pytest.fixture
def shop(owner_user):
    return records.registered(owner_user)
