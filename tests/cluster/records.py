"""Makers of clusters, members and officers, written straight into the tables."""

import itertools
from datetime import date, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.enums import Role
from accounts.models import User
from cluster.enums import ClusterStatus
from cluster.models import Capacity, Cluster, Election, Membership, Officer
from core.dates import today
from core.models import Signatory
from tests.ikm.businesses import area, business
from tests.programme.records import basis

_numbers = itertools.count(1)
FOUNDED_ON = date(2018, 3, 15)


def cluster(status=ClusterStatus.ACTIVE, **fields):
    number = next(_numbers)
    known = {
        "name": f"Sentra Roti {number}",
        "products": "Roti dan kue",
        "area": area(),
        "status": status,
        "founded_on": FOUNDED_ON,
        "latitude": "-6.983000",
        "longitude": "110.419000",
    }
    if status == ClusterStatus.DISSOLVED:
        known["dissolved_on"] = date(2022, 1, 1)
    if "legal_basis" not in fields:
        known["legal_basis"] = basis()
    return Cluster.objects.create(**known | fields)


def member(of, who=None, since=FOUNDED_ON, until=None):
    who = who or business(registered_on=today() - timedelta(days=900))
    return Membership.objects.create(cluster=of, business=who, during=DateRange(since, until, "[)"))


def officer(membership, post, since=FOUNDED_ON, until=None):
    recorder = User.objects.filter(role_assignments__role=Role.CLUSTER_OFFICER).first() or (
        User.objects.create_user(email=f"pencatat{next(_numbers)}@contoh.id", name="Pencatat", password="x")
    )
    election = Election.objects.create(cluster=membership.cluster, held_on=since, recorded_by=recorder)
    return Officer.objects.create(
        cluster=membership.cluster,
        membership=membership,
        post=post,
        during=DateRange(since, until, "[)"),
        election=election,
    )


def capacity(who, volume=300, product="Roti manis", unit="buah"):
    return Capacity.objects.create(business=who, product=product, volume=volume, unit=unit)


def signatory():
    return Signatory.objects.create(
        name="Kepala Contoh", post="Kepala", unit="Dinas", in_force_from="2020-01-01"
    )
