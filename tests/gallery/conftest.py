"""People of the gallery."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import PartnerKind, Role
from accounts.models import PartnerClient
from accounts.services import issue_client
from core.models import Signatory
from tests.gallery import records
from tests.people import ReadOnlyGetClient


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


@pytest.fixture
def signatory(db):
    return Signatory.objects.create(
        name="Kepala Contoh", post="Kepala", unit="Dinas", in_force_from="2020-01-01"
    )


@pytest.fixture
def shelf(workshop, curator):
    """Two variants of the workshop under terms of 20 %: ten pieces of the first in the gallery, none of the second."""
    records.terms(workshop, curator)
    first = records.product(workshop, name="Syal", price=150_000).variants.get()
    second = records.product(workshop, name="Tas", price=90_000).variants.get()
    records.received(first, 10, curator)
    return first, second


@pytest.fixture
def marketplace(person):
    return person(Role.PARTNER, name="Lokapasar", kind=PartnerKind.MARKETPLACE)


@pytest.fixture
def program_of(administrator):
    """`program_of(user, scope, …)` is a client with a token of that partner's program, with these scopes alone."""

    def make(user, *scopes):
        client = PartnerClient(partner=user.partner, label="Inti", scopes=[*scopes])
        client, secret = issue_client(client, actor=administrator)
        answer = Client().post(
            reverse("api-oauth-token"),
            {"grant_type": "client_credentials", "client_id": client.client_id, "client_secret": secret},
        )
        return ReadOnlyGetClient(headers={"Authorization": f"Bearer {answer.json()['access_token']}"})

    return make
