"""Many people press the same button at once: a business joins a cluster once, whatever the moment."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, connection, connections
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse

from cluster.models import Membership, MembershipRequest
from cluster.services import members
from core.dates import today
from core.models import StepLine
from tests.cluster import records

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 20
CONSTRAINT = "cluster_membership_once_at_a_time"


def storm(call, times=AT_ONCE):
    """The results of `times` calls that begin together, each on a connection of its own."""
    together = threading.Barrier(times)

    def one(number):
        try:
            together.wait(20)
            return call(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def browsers(user):
    made = []
    for _number in range(AT_ONCE):
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        made.append(client)
    return made


def test_twenty_presses_to_join_are_one_request(sentra, shop, owner_user):
    clients, path = browsers(owner_user), reverse("join_cluster", args=[sentra.reference])
    data = {"business": shop.reference, "note": "Roti tawar"}
    statuses = storm(lambda number: clients[number].post(path, data).status_code)
    assert statuses == [302] * AT_ONCE
    assert MembershipRequest.objects.count() == 1


def test_twenty_approvals_make_one_member(sentra, shop, owner_user, chair, officer):
    asked = members.ask_membership(sentra, shop, actor=owner_user, kind="join")
    members.agree_as_chair(asked, actor=chair)
    clients, path = browsers(officer), reverse("office_cluster_request", args=[asked.reference])
    statuses = storm(lambda number: clients[number].post(path, {"action": "accept"}).status_code)
    assert sorted(statuses) == [302] + [400] * (AT_ONCE - 1)
    assert Membership.objects.filter(cluster=sentra, business=shop).count() == 1
    assert StepLine.objects.filter(step="accept").count() == 1


def test_a_founder_is_written_down_once_however_often(shop, officer):
    draft = records.cluster("draft")

    def admit(_number):
        try:
            return members.admit_founder(draft, shop, actor=officer)
        except ValidationError:
            return None

    assert sum(one is not None for one in storm(admit)) == 1
    assert Membership.objects.filter(cluster=draft).count() == 1


@pytest.mark.parametrize("guarded", [False, True], ids=["unguarded", "guarded"])
def test_looking_first_and_writing_then_joins_twice_unless_the_database_looks(sentra, shop, guarded):
    """The control: a careless service, with the constraint of the database off and on."""
    definition = _one("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", CONSTRAINT)
    if not guarded:
        _execute(f"ALTER TABLE cluster_membership DROP CONSTRAINT {CONSTRAINT}")
    all_looked = threading.Barrier(AT_ONCE)

    def careless(_number):
        is_member = Membership.objects.filter(cluster=sentra, business=shop).exists()
        all_looked.wait(20)
        try:
            if not is_member:
                Membership.objects.create(
                    cluster=sentra, business=shop, during=DateRange(today(), None, "[)")
                )
        except (IntegrityError, OperationalError) as error:
            return str(error)
        return ""

    try:
        errors = [one for one in storm(careless) if one]
        made = Membership.objects.filter(cluster=sentra, business=shop).count()
    finally:
        if not guarded:
            Membership.objects.filter(business=shop).delete()
            _execute(f"ALTER TABLE cluster_membership ADD CONSTRAINT {CONSTRAINT} {definition}")
    assert made == (1 if guarded else AT_ONCE)
    assert len(errors) == (AT_ONCE - 1 if guarded else 0)
    # Where each of two looks at the other's row to check the constraint, the database ends one as a deadlock.
    assert all(CONSTRAINT in one or "deadlock" in one for one in errors)


def _execute(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _one(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]
