"""Clusters in the demo city: twenty of them over the sixteen kecamatan, nothing that the rules would not allow."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from accounts.services import grant_role
from cluster.demo.seed import FEWEST, SENTRAS, seed_demo
from cluster.models import Capacity, Cluster, Membership, MembershipRequest, Officer
from core.workflow import history
from ikm.demo import people
from ikm.models import Product
from programme.demo.seed import seed_demo as seed_law
from tests.ikm.businesses import area, business, kbli


@pytest.fixture(scope="module")
def city(django_db_setup, django_db_blocker):
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        persons = people.make_people()
        second = User.objects.create_user(email="kedua@contoh.id", name="Orang Kedua", password="x")
        grant_role(second, Role.ENTREPRENEUR)
        for number in range(1, 17):
            place = area(f"33.74.{number:02d}.1001", f"Kelurahan {number}", sorted(_kecamatan())[number - 1])
            for one in range(10):
                shop = business(
                    speaker={(1, 0): persons["entrepreneur"], (1, 1): second}.get((number, one)),
                    registered_on=timezone.localdate() - timedelta(days=2000),
                    kelurahan=place,
                    main_kbli=kbli("31001", "Furnitur") if one % 2 else kbli(),
                )
                Product.objects.create(business=shop, name="Roti manis", unit="buah")
        seed_law()
        made = seed_demo()
        yield made
        transaction.set_rollback(True)


def _kecamatan():
    return {kecamatan for _name, _products, kecamatan, _codes in SENTRAS}


@pytest.fixture
def demo(city, db):
    return city


def test_twenty_sentra_cover_the_sixteen_kecamatan(demo):
    assert demo == Cluster.objects.open().count() == 20
    assert len(_kecamatan()) == 16
    assert Cluster.objects.values("area").distinct().count() == 16
    for made in Cluster.objects.all():
        made.full_clean()
        assert made.memberships.count() >= FEWEST
        assert {one.business.kecamatan_code for one in made.memberships.all()} >= {made.area_id}
        assert [line.to_status for line in history(made)] == ["draft", "active"]
    assert seed_demo() == 0


def test_members_officers_and_capacity_obey_the_rules(demo):
    for row in (*Membership.objects.all(), *Officer.objects.all(), *Capacity.objects.all()):
        row.clean_fields()
    for officer in Officer.objects.select_related("membership"):
        assert officer.during.lower >= officer.membership.during.lower
    assert Officer.objects.filter(post="chair").count() == 20
    assert Capacity.objects.count() > 50


def test_the_entrepreneur_chairs_one_and_has_an_answer_to_give(demo):
    heroine = User.objects.get(email=people.ENTREPRENEUR.email)
    assert Cluster.objects.chaired_by(heroine).count() == 1
    assert MembershipRequest.objects.waiting_for_chair().count() == 1
    assert MembershipRequest.objects.waiting_for_office().get().kind == "letter"
