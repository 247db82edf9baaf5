"""People of training."""

import pytest

from accounts.enums import Role


@pytest.fixture
def trainer_officer(person):
    return person(Role.TRAINING_OFFICER, name="Tuti Pelatihan")
