"""Writing to the register through the API: always through a service, on the version that was read, once."""

import json
from datetime import date

import pytest
from django.test import Client

from accounts.enums import Role
from ikm.models import Business, BusinessEvent, ChangeRequest
from tests.ikm import entries
from tests.ikm.api_clients import LIST, assert_problem


def send(client, method, path, body, **headers):
    return getattr(client, method)(path, json.dumps(body), content_type="application/json", headers=headers)


def detail(business):
    return f"{LIST}{business.reference}/"


# Starting


def test_an_entrepreneur_starts_a_draft(api, owner_user):
    answer = send(api(owner_user), "post", LIST, {"name": "Batik Sekar", "kbli": {"code": "13134"}})
    assert answer.status_code == 201, answer.content
    body = answer.json()
    business = Business.objects.get(reference=body["reference"])
    assert (business.status, business.name, business.main_kbli.code) == ("draft", "Batik Sekar", "13134")
    assert answer["Location"].endswith(detail(business))
    assert api(owner_user).get(detail(business))["ETag"] == answer["ETag"]
    assert [step["name"] for step in body["steps"]] == ["submit"]


def test_a_second_draft_is_refused_with_the_first_ones_reference(api, owner_user):
    client = api(owner_user)
    first = send(client, "post", LIST, {"name": "Satu"}).json()
    body = assert_problem(send(client, "post", LIST, {"name": "Dua"}), 409, "draft_exists")
    assert body["reference"] == first["reference"]
    assert Business.objects.get().name == "Satu"


def test_a_registrar_enters_a_draft_and_speaks_for_nobody(api, registrar):
    answer = send(api(registrar), "post", LIST, {"name": "Dari loket"})
    business = Business.objects.get(reference=answer.json()["reference"])
    assert (answer.status_code, business.status, business.representatives.count()) == (201, "draft", 0)


@pytest.mark.parametrize("role", [Role.PARTNER, Role.VERIFIER, Role.AUDITOR])
def test_others_start_nothing(api, person, role):
    assert_problem(send(api(person(role)), "post", LIST, {"name": "X"}), 403)
    assert not Business.objects.exists()


def test_the_history_names_who_wrote(api, owner_user):
    send(api(owner_user), "post", LIST, {"name": "Batik"})
    assert {event.pgh_context["user"] for event in BusinessEvent.objects.all()} == {owner_user.pk}


def test_the_same_key_starts_once(api, registrar):
    client = api(registrar)
    first = send(client, "post", LIST, {"name": "Satu"}, **{"Idempotency-Key": "k1"})
    again = send(client, "post", LIST, {"name": "Satu"}, **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code, again["Idempotent-Replayed"]) == (201, 201, "true")
    assert again.json() == first.json()
    assert_problem(send(client, "post", LIST, {"name": "Dua"}, **{"Idempotency-Key": "k1"}), 422)
    assert Business.objects.count() == 1


# What may be set

FORBIDDEN = {
    "status": "registered",
    "reference": "IKM-AAAA-AAAA",
    "registered_on": "2020-01-01",
    "verified_by": 1,
    "version": 99,
    "scale": "large",
    "workers": 5,
    "id": 1,
    "npwp": "091234567012345",
    "merged_into": 1,
    "product_words": "x",
    "nama": "salah ketik",
}


@pytest.mark.parametrize("field", FORBIDDEN)
def test_a_field_nobody_may_set_is_refused_by_name(api, administrator, enter, field):
    business = enter()
    client = api(administrator)
    before = Business.objects.values().get()
    for answer in (
        send(client, "post", LIST, {"name": "X", field: FORBIDDEN[field]}),
        send(client, "patch", detail(business), {"brand": "X", field: FORBIDDEN[field]}, **{"If-Match": "*"}),
    ):
        body = assert_problem(answer, 400, "unknown")
        assert [error["pointer"] for error in body["errors"]] == [f"/{field}"]
    assert Business.objects.values().get() == before


@pytest.mark.parametrize(
    ("field", "value", "pointer"),
    [
        ("nib", "123", "/nib"),
        ("phone", "12", "/phone"),
        ("email", "bukan surel", "/email"),
        ("kelurahan", "33.74.01", "/kelurahan"),
        ("kelurahan", "99.99.99.9999", "/kelurahan"),
        ("kelurahan", "\x00", "/kelurahan"),
        ("kbli", {"code": "00000"}, "/kbli/code"),
        ("kbli", {"code": "10710", "version": 2015}, "/kbli/code"),
        ("kbli", "10710", "/kbli"),
        ("kbli", {"code": "10710", "title": "Roti"}, "/kbli/title"),
        ("legal_form", "gmbh", "/legal_form"),
        ("latitude", "nol", "/latitude"),
        ("latitude", 1.5, ""),
        ("founded_year", 3000, "/founded_year"),
        ("name", "x" * 201, "/name"),
        ("name", ["a"], "/name"),
        ("name", "a\x00b", "/name"),
    ],
)
def test_a_wrong_value_is_pointed_at(api, registrar, field, value, pointer):
    body = assert_problem(send(api(registrar), "post", LIST, {"name": "X", field: value}), 400)
    assert pointer in [error["pointer"] for error in body["errors"]]
    assert not Business.objects.exists()


@pytest.mark.parametrize("body", [[], "x", 5, None, [{"name": "X"}]])
def test_a_body_that_is_no_object_is_refused(api, registrar, body):
    assert_problem(send(api(registrar), "post", LIST, body), 400)


# Changing


def test_a_change_needs_the_version_it_is_based_on(api, registrar, enter):
    business = enter()
    client = api(registrar)
    assert_problem(send(client, "patch", detail(business), {"brand": "A"}), 428, "precondition_required")
    assert_problem(send(client, "patch", detail(business), {"brand": "A"}, **{"If-Match": '"x"'}), 412)
    read = client.get(detail(business))
    changed = send(client, "patch", detail(business), {"brand": "A"}, **{"If-Match": read["ETag"]})
    assert (changed.status_code, changed.json()["brand"]) == (200, "A")
    stale = assert_problem(
        send(client, "patch", detail(business), {"brand": "B"}, **{"If-Match": read["ETag"]}), 412
    )
    business.refresh_from_db()
    assert (business.brand, stale["current_version"]) == ("A", business.version)
    again = send(client, "patch", detail(business), {"brand": "B"}, **{"If-Match": changed["ETag"]})
    assert (again.status_code, again.json()["brand"]) == (200, "B")


def test_a_stranger_and_a_partner_change_nothing(api, enter, partner, stranger, verifier):
    business = enter()
    for user, status in ((partner, 403), (stranger, 404), (verifier, 403)):
        assert_problem(
            send(api(user), "patch", detail(business), {"brand": "X"}, **{"If-Match": "*"}), status
        )
    business.refresh_from_db()
    assert business.brand == ""


def test_an_owner_fills_in_his_draft(api, owner_user):
    draft = entries.complete_draft(owner_user)
    answer = send(api(owner_user), "patch", detail(draft), {"brand": "Sekar"}, **{"If-Match": "*"})
    assert answer.json()["brand"] == "Sekar"


def test_an_owner_proposes_changes_of_the_registered(api, owner_user, verifier):
    registered = entries.registered(owner_user, verifier)
    client = api(owner_user)
    tag = client.get(detail(registered))["ETag"]
    proposed = send(client, "patch", detail(registered), {"name": "Nama Baru"}, **{"If-Match": tag})
    assert proposed.status_code == 202, proposed.content
    request = ChangeRequest.objects.get(reference=proposed.json()["change_request"])
    assert [(item.field, item.new_value) for item in request.items.all()] == [("name", "Nama Baru")]
    registered.refresh_from_db()
    assert registered.name != "Nama Baru"
    Business.objects.filter(pk=registered.pk).update(brand="Lain")
    assert_problem(send(client, "patch", detail(registered), {"name": "Z"}, **{"If-Match": tag}), 412)


def test_a_nib_of_another_file_is_refused(api, registrar, enter):
    enter(nib="1234567890123")
    business = enter()
    body = assert_problem(
        send(api(registrar), "patch", detail(business), {"nib": "1234567890123"}, **{"If-Match": "*"}), 400
    )
    assert body["errors"][0]["pointer"] == "/nib"


def test_put_and_delete_are_no_ways(api, administrator, enter):
    business = enter()
    client = api(administrator)
    for method in ("put", "delete"):
        answer = getattr(client, method)(detail(business))
        assert_problem(answer, 405)
        assert answer["Allow"] == "GET, PATCH, HEAD, OPTIONS"
    assert Business.objects.filter(pk=business.pk).exists()


# Steps


def step(client, business, name, body=None, **headers):
    return send(client, "post", f"{detail(business)}steps/{name}/", body or {}, **headers)


def test_a_business_goes_its_way_by_the_api(api, owner_user, verifier, registrar):
    business = entries.complete_draft(owner_user)
    sent = step(api(owner_user), business, "submit")
    assert (sent.status_code, sent.json()["status"], sent.json()["steps"]) == (200, "submitted", [])
    office = api(verifier)
    assert {one["name"] for one in office.get(detail(business)).json()["steps"]} == {
        "register",
        "reject",
        "ask_correction",
    }
    back = step(
        office, business, "ask_correction", {"corrections": [{"field": "name", "reason": "mismatch"}]}
    )
    assert back.json()["status"] == "needs_correction"
    assert step(api(owner_user), business, "submit").json()["status"] == "submitted"
    registered = step(office, business, "register").json()
    assert (registered["status"], registered["registered_on"]) == ("registered", registered["verified_on"])
    closed = step(
        api(registrar), business, "close", {"note": "Pindah kota", "closed_on": str(date.today())}
    ).json()
    assert (closed["status"], closed["closed_on"]) == ("closed", str(date.today()))
    assert step(api(registrar), business, "reopen", {"note": "Keliru"}).json()["status"] == "registered"


def test_a_step_out_of_turn_without_right_or_unknown_changes_nothing(
    api, owner_user, verifier, partner, stranger
):
    business = entries.submitted(owner_user)
    assert_problem(step(api(verifier), business, "close", {"note": "X"}), 403)
    assert_problem(step(api(owner_user), business, "submit"), 409, "step_out_of_turn")
    assert_problem(step(api(owner_user), business, "register"), 403)
    assert_problem(step(api(stranger), business, "submit"), 404)
    assert_problem(step(api(partner), business, "register"), 404)
    assert_problem(step(api(verifier), business, "promote"), 404)
    assert_problem(step(api(verifier), business, "reject"), 400)
    assert_problem(step(api(verifier), business, "ask_correction"), 400)
    assert_problem(step(api(verifier), business, "register", {"status": "registered"}), 400, "unknown")
    business.refresh_from_db()
    assert business.status == "submitted"


def test_a_step_on_an_old_version_is_refused_and_one_key_takes_it_once(api, owner_user, verifier):
    business = entries.submitted(owner_user)
    client = api(verifier)
    tag = client.get(detail(business))["ETag"]
    Business.objects.filter(pk=business.pk).update(brand="Lain")
    assert_problem(step(client, business, "register", **{"If-Match": tag}), 412)
    tag = client.get(detail(business))["ETag"]
    for replayed in (None, "true"):
        done = step(client, business, "register", **{"If-Match": tag, "Idempotency-Key": "k"})
        assert (done.status_code, done.get("Idempotent-Replayed")) == (200, replayed)


def test_every_step_of_the_workflow_has_its_service():
    from ikm.api.views import STEPS

    assert STEPS.keys() == Business.STEPS.keys()


# Sign-in


def test_a_session_writes_only_with_a_csrf_token(registrar, enter):
    business = enter()
    client = Client(enforce_csrf_checks=True)
    client.force_login(registrar, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = send(client, "patch", detail(business), {"brand": "X"}, **{"If-Match": "*"})
    assert_problem(answer, 403)
    client.get("/akun/email/")
    token = client.cookies["csrftoken"].value
    answer = send(
        client, "patch", detail(business), {"brand": "X"}, **{"If-Match": "*", "X-CSRFToken": token}
    )
    assert answer.status_code == 200, answer.content


def test_a_revoked_token_opens_nothing(api, partner):
    client = api(partner)
    assert client.get(LIST).status_code == 200
    partner.api_tokens.update(revoked_at="2020-01-01T00:00:00Z")
    assert_problem(client.get(LIST), 401)
