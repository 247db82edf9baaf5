"""Each rule of the tables of clusters, provoked by its name, through SQL as through the ORM."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from cluster.enums import Post
from cluster.models import Cluster, Membership, MembershipRequest, Officer, Succession
from tests.cluster import records

pytestmark = pytest.mark.django_db


def refused(name):
    return pytest.raises(IntegrityError, match=name)


def test_a_business_is_once_at_a_time_in_a_cluster():
    first = records.member(records.cluster(), until=date(2020, 1, 1))
    with refused("cluster_membership_once_at_a_time"), transaction.atomic():
        records.member(first.cluster, first.business, since=date(2019, 12, 31))
    records.member(first.cluster, first.business, since=date(2020, 1, 1))
    records.member(records.cluster(), first.business, since=date(2019, 1, 1))
    with (
        refused("cluster_membership_once_at_a_time"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO cluster_membership (reference, cluster_id, business_id, during, token, version, created_at,"
            " modified_at) SELECT 'AGT-X', cluster_id, business_id, '[2019-06-01,)', 'x', 1, now(), now()"
            " FROM cluster_membership WHERE id = %s",
            [first.pk],
        )
    again = Membership(
        cluster=first.cluster, business=first.business, during=DateRange(date(2021, 1, 1), None, "[)")
    )
    with pytest.raises(ValidationError, match="sudah menjadi anggota"):
        again.full_clean()


@pytest.mark.parametrize("span", ["empty", "(,2020-01-01)"])
def test_a_span_has_days_and_a_beginning(span):
    made = records.member(records.cluster())
    with refused("cluster_membership_has_days"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE cluster_membership SET during = %s::daterange WHERE id = %s", [span, made.pk])


def test_a_post_is_held_by_one_at_a_time():
    group = records.cluster()
    first = records.officer(records.member(group), Post.CHAIR, until=date(2021, 1, 1))
    second = records.member(group)
    with refused("cluster_officer_one_per_post"), transaction.atomic():
        records.officer(second, Post.CHAIR, since=date(2020, 12, 31))
    records.officer(second, Post.CHAIR, since=date(2021, 1, 1))
    records.officer(second, Post.TREASURER)
    with refused("cluster_officer_one_per_post"), transaction.atomic():
        Officer.objects.filter(pk=first.pk).update(during=DateRange(date(2018, 1, 1), None, "[)"))


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"status": "active", "legal_basis": None}, "cluster_cluster_active_has_a_basis"),
        ({"status": "dissolved"}, "cluster_cluster_dissolved_has_a_date"),
        ({"dissolved_on": "2020-01-01"}, "cluster_cluster_dissolved_has_a_date"),
        (
            {"status": "dissolved", "dissolved_on": "2017-01-01"},
            "cluster_cluster_dissolved_after_founded",
        ),
        ({"latitude": "0"}, "cluster_cluster_position_in_the_city"),
        ({"status": "asleep"}, "cluster_cluster_status_closed"),
    ],
)
def test_each_rule_of_a_cluster(fields, rule):
    made = records.cluster()
    with refused(rule), transaction.atomic():
        Cluster.objects.filter(pk=made.pk).update(**fields)


def test_a_name_is_free_again_once_its_cluster_is_dissolved():
    made = records.cluster(name="Sentra Batik")
    with refused("cluster_cluster_name_once"), transaction.atomic():
        records.cluster(name="Sentra Batik")
    Cluster.objects.filter(pk=made.pk).update(status="dissolved", dissolved_on="2020-01-01")
    records.cluster(name="Sentra Batik")


def test_one_open_request_of_a_kind(owner_user):
    made = records.member(records.cluster())
    fields = {"cluster": made.cluster, "business": made.business, "asked_by": owner_user}
    first = MembershipRequest.objects.create(kind="leave", **fields)
    MembershipRequest.objects.create(kind="letter", **fields)
    with refused("cluster_membershiprequest_one_open"), transaction.atomic():
        MembershipRequest.objects.create(kind="leave", **fields)
    MembershipRequest.objects.filter(pk=first.pk).update(status="refused")
    MembershipRequest.objects.create(kind="leave", **fields)


def test_capacity_is_once_a_product_and_above_zero():
    made = records.member(records.cluster())
    records.capacity(made.business, product="Roti")
    with refused("cluster_capacity_product_once"), transaction.atomic():
        records.capacity(made.business, product="ROTI")
    with refused("cluster_capacity_above_zero"), transaction.atomic():
        records.capacity(made.business, product="Kue", volume=0)


def test_a_succession_is_of_two(owner_user):
    made = records.cluster()
    with refused("cluster_succession_of_two"), transaction.atomic():
        Succession.objects.create(
            kind="split", earlier=made, later=made, on="2020-01-01", recorded_by=owner_user
        )
