"""A directory to look into."""

from datetime import date

import pytest
from django.core.cache import caches

from accounts.enums import Channel, Purpose
from accounts.services import give_consent
from ikm.enums import BusinessStatus
from ikm.models import Area, Business, Kbli, Product
from ikm.services.figures import refresh_current


@pytest.fixture(autouse=True)
def nothing_remembered():
    """What a worker remembers between requests must not reach from one test into the next."""
    caches["memory"].clear()


@pytest.fixture
def list_business(registrar):
    """A maker of businesses in the directory; `contact=True` publishes phone and place as well."""

    def make(name, *, code="10710", kelurahan=None, products=(), contact=False, consent=True, **values):
        made = Business.objects.create(
            **{
                "name": name,
                "status": BusinessStatus.REGISTERED,
                "address": "Jalan Pemuda 1",
                "kelurahan": kelurahan or Area.objects.filter(level="kelurahan").first(),
                "main_kbli": Kbli.objects.get(version=2020, code=code),
                "registered_on": date(2015, 1, 1),
                "latitude": "-6.98",
                "longitude": "110.41",
                "phone": "+6281200001234",
                **values,
            }
        )
        for product in products:
            Product.objects.create(business=made, name=product)
        refresh_current([made.pk])
        purposes = [Purpose.PUBLISH] if consent else []
        purposes += [Purpose.PUBLISH_CONTACT] if contact else []
        for purpose in purposes:
            give_consent(made, purpose, actor=registrar, channel=Channel.PAPER, given_by_name="Pemilik")
        made.refresh_from_db()
        return made

    return make
