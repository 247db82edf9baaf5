"""People of the clusters."""

import pytest

from accounts.enums import Role
from cluster.enums import Post
from tests.cluster import records
from tests.ikm.api_clients import api  # noqa: F401 - a fixture
from tests.training.enrolling import registered


@pytest.fixture
def officer(person):
    return person(Role.CLUSTER_OFFICER, name="Kartika Klaster")


@pytest.fixture
def chair(person):
    return person(name="Ketut Ketua")


@pytest.fixture
def sentra(db, chair):
    """An active cluster whose chair has an account, with two members more."""
    made = records.cluster()
    leading = records.member(made, registered(chair, name="Usaha Ketua"))
    records.member(made)
    records.member(made)
    records.officer(leading, Post.CHAIR)
    return made


@pytest.fixture
def shop(owner_user):
    """A business in the register that is a member of nothing."""
    return registered(owner_user, name="Roti Wulan", phone="+6281299998888")
