"""The API of clusters: who reads what, members of any day, orders, and requests with their steps."""

import json
from datetime import timedelta

import pytest

from cluster.models import Membership, MembershipRequest
from core.dates import today
from tests.cluster import records
from tests.ikm.api_clients import assert_problem

pytestmark = pytest.mark.django_db
API = "/api/v1/clusters/"
REQUESTS = f"{API}requests/"


def send(client, path, body, **headers):
    return client.post(path, json.dumps(body), content_type="application/json", headers=headers)


def test_everybody_reads_clusters_and_officials_drafts(api, sentra, officer):
    draft = records.cluster("draft")
    small = records.cluster()
    rows = api().get(API).json()["results"]
    assert {row["reference"]: row["members"] for row in rows} == {sentra.reference: 3, small.reference: None}
    assert all(row["is_open"] for row in rows)
    assert api().get(f"{API}{draft.reference}/").status_code == 404
    assert api(officer).get(f"{API}{draft.reference}/").json()["status"] == "draft"
    assert [row["reference"] for row in api().get(API, {"area": "33.74.02"}).json()["results"]] == []
    assert_problem(api().get(API, {"kind": "apa"}), 400)
    assert_problem(api().get(API, {"apa": "1"}), 400)


def test_the_list_takes_the_same_queries_however_long(api, django_assert_max_num_queries):
    for _number in range(10):
        records.member(records.cluster())
    caller = api()
    with django_assert_max_num_queries(3):
        assert len(caller.get(API).json()["results"]) == 10


def test_members_and_officers_of_a_day_are_for_officials_and_members(
    api,
    sentra,
    chair,
    stranger,
    officer,
    partner,
):
    late = records.member(sentra, since=today() - timedelta(days=5))
    path = f"{API}{sentra.reference}/members/"
    assert_problem(api().get(path), 401)
    for outside in (stranger, partner):
        assert_problem(api(outside).get(path), 404)
    for inside in (chair, officer):
        shown = api(inside).get(path).json()
        assert late.reference in [row["reference"] for row in shown["members"]]
        assert [row["post"] for row in shown["officers"]] == ["chair"]
    before = api(officer).get(path, {"as_of": str(today() - timedelta(days=6))}).json()
    assert late.reference not in [row["reference"] for row in before["members"]]
    assert_problem(api(officer).get(path, {"as_of": "kemarin"}), 400)


def test_an_order_is_answered_with_reasons(api, sentra, chair, stranger):
    records.capacity(Membership.objects.of(chair).get().business, volume=300)
    path = f"{API}{sentra.reference}/fill/"
    asked = {"product": "roti", "quantity": "400", "by": str(today() + timedelta(days=30))}
    answer = api(chair).get(path, asked).json()
    assert (answer["missing"], answer["days"]) == (100, 30)
    assert [row["verdict"] for row in answer["answers"]] == ["share", "unknown", "unknown"]
    assert answer["answers"][0]["reason"].startswith("Mengerjakan 300")
    assert_problem(api(stranger).get(path, asked), 404)
    for wrong in ({"quantity": "0"}, {"by": ""}, {"product": " "}):
        assert_problem(api(chair).get(path, asked | wrong), 400)


def test_a_request_goes_its_way_by_the_api(api, sentra, shop, owner_user, chair, officer, stranger):
    body = {"cluster": sentra.reference, "business": shop.reference, "kind": "join"}
    key = {"Idempotency-Key": "satu"}
    assert_problem(send(api(), REQUESTS, body, **key), 401)
    assert_problem(send(api(stranger), REQUESTS, body, **key), 404)
    assert_problem(send(api(owner_user), REQUESTS, body), 400)
    assert_problem(send(api(owner_user), REQUESTS, body | {"status": "accepted"}, **key), 400, "unknown")
    made = send(api(owner_user), REQUESTS, body, **{"Idempotency-Key": "dua"})
    assert made.status_code == 201
    again = send(api(owner_user), REQUESTS, body, **{"Idempotency-Key": "dua"})
    assert again.json()["reference"] == made.json()["reference"]
    path = f"{REQUESTS}{made.json()['reference']}/"
    assert [step["name"] for step in made.json()["steps"]] == ["withdraw"]
    assert [step["name"] for step in api(chair).get(path).json()["steps"]] == ["agree", "decline"]
    assert api(stranger).get(path).status_code == 404
    assert_problem(send(api(owner_user), f"{path}steps/agree/", {}), 403)
    assert_problem(send(api(officer), f"{path}steps/accept/", {}), 400)
    assert send(api(chair), f"{path}steps/agree/", {}).json()["status"] == "agreed"
    assert_problem(send(api(chair), f"{path}steps/agree/", {}), 409)
    tag = api(officer).get(path)["ETag"]
    done = send(api(officer), f"{path}steps/accept/", {}, **{"If-Match": tag})
    assert done.json()["membership"] == Membership.objects.get(business=shop).reference
    assert_problem(send(api(officer), f"{path}steps/refuse/", {"note": "x"}, **{"If-Match": tag}), 412)
    assert send(api(officer), f"{path}steps/undo/", {}).status_code == 404


def test_requests_are_listed_for_who_may_see_them(api, sentra, shop, owner_user, chair, officer, stranger):
    asked = MembershipRequest.objects.create(cluster=sentra, business=shop, kind="join", asked_by=owner_user)
    for user, seen in ((owner_user, 1), (chair, 1), (officer, 1), (stranger, 0)):
        rows = api(user).get(REQUESTS, {"kind": "join", "cluster": sentra.reference}).json()["results"]
        assert [row["reference"] for row in rows] == [asked.reference] * seen
