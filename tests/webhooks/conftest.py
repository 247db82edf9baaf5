import pytest

from tests.webhooks.receivers import receiving
from webhooks.services import register_endpoint


@pytest.fixture
def receiver(settings):
    with receiving() as server:
        settings.WEBHOOK_TEST_RECEIVERS = frozenset({server.place})
        yield server


@pytest.fixture
def endpoint(partner, receiver):
    """Of a partner who sees the whole register."""
    return register_endpoint(actor=partner, url=receiver.url, kinds=["ikm.business.*"])
