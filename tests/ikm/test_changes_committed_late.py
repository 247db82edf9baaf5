"""Whoever follows `modified_since` sees a change that was made before, and committed after, what was read."""

import psycopg2
import pytest
from django.db import connection
from django.utils import timezone

from ikm.models import Business

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/api/v1/businesses/"


@pytest.fixture
def late():
    """A connection of its own, whose transaction ends when the test says so."""
    known = connection.settings_dict
    made = psycopg2.connect(
        dbname=known["NAME"], user=known["USER"], password=known["PASSWORD"], host=known["HOST"], port=known["PORT"]
    )  # fmt: skip
    yield made
    made.close()


def test_a_change_committed_after_a_later_one_was_read_is_in_the_next_reading(api, enter, partner, late):
    slow, quick = enter(name="Lambat"), enter(name="Cepat")
    client, start = api(partner), timezone.now().isoformat()
    with late.cursor() as cursor:
        cursor.execute("UPDATE ikm_business SET brand = 'Baru' WHERE id = %s", [slow.pk])
    Business.objects.filter(pk=quick.pk).update(brand="Baru")
    first = client.get(LIST, {"modified_since": start}).json()
    assert [row["name"] for row in first["results"]] == ["Cepat"]
    late.commit()
    # The control: from the last moment that was read on, the change is never seen.
    plain = client.get(LIST, {"modified_since": first["results"][-1]["modified_at"]}).json()
    assert "Lambat" not in [row["name"] for row in plain["results"]]
    again = client.get(LIST, {"modified_since": first["meta"]["next_modified_since"]}).json()
    assert "Lambat" in [row["name"] for row in again["results"]]
