"""Whoever follows `modified_since` sees a change that was made before, and committed after, what was read."""

import threading
import time
from contextlib import contextmanager
from random import Random

import psycopg2
import pytest
from django.db import connection
from django.utils import timezone

from core.following import Since, bounded
from ikm.models import Business
from tests.ikm.api_clients import assert_problem

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/api/v1/businesses/"


@contextmanager
def writer():
    """A connection of its own, whose transaction ends when the test says so."""
    known = connection.settings_dict
    made = psycopg2.connect(
        dbname=known["NAME"], user=known["USER"], password=known["PASSWORD"], host=known["HOST"], port=known["PORT"]
    )  # fmt: skip
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def late():
    with writer() as made:
        yield made


def brand(one, business):
    with one.cursor() as cursor:
        cursor.execute("UPDATE ikm_business SET brand = 'Baru' WHERE id = %s", [business.pk])


def changed(client, since, limit=50):
    return client.get(LIST, {"modified_since": since, "limit": limit}).json()


def read(client, since):
    body = changed(client, since)
    return [row["name"] for row in body["results"]], body["meta"]


def read_until(client, since, wanted):
    """As `read`, again and again until `wanted` has come: a transaction of the server's own, as ANALYZE, may hold it back."""
    found, meta = read(client, since)
    until = time.monotonic() + 20
    while wanted not in found and time.monotonic() < until:
        time.sleep(0.05)
        more, meta = read(client, meta["next_token"])
        found += more
    return found, meta


def test_a_change_committed_after_a_later_one_was_read_is_in_the_next_reading(api, enter, partner, late):
    slow, quick = enter(name="Lambat"), enter(name="Cepat")
    client, start = api(partner), timezone.now().isoformat()
    brand(late, slow)
    Business.objects.filter(pk=quick.pk).update(brand="Baru")
    first = client.get(LIST, {"modified_since": start}).json()
    assert [row["name"] for row in first["results"]] == ["Cepat"]
    late.commit()
    # The control: from the last moment that was read on, the change is never seen.
    plain = client.get(LIST, {"modified_since": first["results"][-1]["modified_at"]}).json()
    assert "Lambat" not in [row["name"] for row in plain["results"]]
    again = client.get(LIST, {"modified_since": first["meta"]["next_modified_since"]}).json()
    assert "Lambat" in [row["name"] for row in again["results"]]
    # Who goes over to the token that a reading by time gives misses it no more.
    assert "Lambat" in read_until(client, first["meta"]["next_token"], "Lambat")[0]


def test_the_writer_that_began_first_and_commits_last_is_in_the_next_reading(api, enter, partner, late):
    slow, quick = enter(name="Lambat"), enter(name="Cepat")
    client = api(partner)
    _names, start = read(client, "2020-01-01T00:00:00Z")
    brand(late, slow)
    with writer() as quicker:
        brand(quicker, quick)
        quicker.commit()
    # In between, the reader: the quick change is committed, yet held back, as the slow one may come before it.
    held_back, between = read(client, start["next_token"])
    assert held_back == []
    (seen,) = Business.objects.filter(brand="Baru")
    assert seen.name == "Cepat"
    late.commit()
    # The controls: who goes on from the last time, or the last number of a plain sequence, that could be seen then, has
    # lost the slow change for good.
    assert not Business.objects.filter(modified_at__gt=seen.modified_at).exists()
    assert not Business.objects.filter(change_number__gt=seen.change_number).exists()

    found, _meta = read_until(client, between["next_token"], "Cepat")
    assert found == ["Lambat", "Cepat"]


def test_pages_of_one_reading_end_where_the_first_did(api, enter, partner):
    made = [enter(name=f"Usaha {number}") for number in range(5)]
    client = api(partner)
    _names, start = read(client, "2020-01-01T00:00:00Z")
    for one in made:
        Business.objects.filter(pk=one.pk).update(brand="Baru")
    until = time.monotonic() + 20
    while len((page := changed(client, start["next_token"], 2))["results"]) < 2:
        assert time.monotonic() < until
    seen, first = [], page["meta"]["next_token"]
    while True:
        seen += [row["name"] for row in page["results"]]
        if len(seen) == 2:
            Business.objects.filter(pk=made[4].pk).update(brand="Lagi")
        assert page["meta"]["next_token"] == first
        if not page["next"]:
            break
        page = client.get(page["next"]).json()
    back = client.get(page["previous"]).json()
    assert back["meta"]["next_token"] == first
    # What changed while the pages were read is not in them, but in the next reading.
    assert seen == ["Usaha 0", "Usaha 1", "Usaha 2", "Usaha 3"]
    assert "Usaha 4" in read_until(client, first, "Usaha 4")[0]


def test_writers_that_overlap_at_random_lose_nothing(api, enter, partner):
    chance = Random(7)
    rows = [enter(name=f"Usaha {number}") for number in range(12)]
    client, copy = api(partner), {}
    first = client.get(LIST, {"modified_since": "2020-01-01T00:00:00Z"}).json()
    copy |= {row["reference"]: row["version"] for row in first["results"]}
    token = first["meta"]["next_token"]

    def write(own, waits):
        with writer() as one:
            for pause in waits:
                brand(one, own[0])
                time.sleep(pause)
                brand(one, own[1])
                one.commit()

    threads = [
        threading.Thread(
            target=write, args=(rows[2 * one : 2 * one + 2], [chance.uniform(0, 0.03) for _ in range(12)])
        )
        for one in range(6)
    ]
    for thread in threads:
        thread.start()

    def follow(token):
        page = changed(client, token, 3)
        token = page["meta"]["next_token"]
        while True:
            copy.update({row["reference"]: row["version"] for row in page["results"]})
            if not page["next"]:
                return token
            page = client.get(page["next"]).json()

    while any(thread.is_alive() for thread in threads):
        token = follow(token)
    until = time.monotonic() + 20
    expected = dict(Business.objects.values_list("reference", "version"))
    while copy != expected and time.monotonic() < until:
        token = follow(token)
    assert copy == expected
    assert min(expected.values()) > 10


def test_a_token_says_in_the_api_when_to_start_again(api, partner):
    here = bounded(Business)
    answer = api(partner).get(LIST, {"modified_since": str(Since("another", here.until))})
    assert_problem(answer, 410, "start_again")
    known = {"modified_since": str(here.after), "known_at": "2026-01-01T00:00:00Z"}
    assert_problem(api(partner).get(LIST, known), 400)
