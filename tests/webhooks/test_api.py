"""Partners look after their own endpoints; nobody else's are theirs."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from standardwebhooks import Webhook

from accounts.enums import Role
from core import outbox
from core.models import AuditEntry, Event, IdempotencyRecord
from tests.ikm.api_clients import assert_problem
from tests.webhooks.receivers import send_all
from webhooks.models import Delivery, Endpoint
from webhooks.services import MOST_ENDPOINTS, disable_endpoint, register_endpoint, replay_since

pytestmark = pytest.mark.django_db
ENDPOINTS, DELIVERIES = "/api/v1/webhooks/endpoints/", "/api/v1/webhooks/deliveries/"
WANTED = {"url": "https://bank.example/webhook", "kinds": ["credit.loan.*", "ikm.business.close"]}


def send(client, path, body=None, key="k1"):
    return client.post(
        path, json.dumps(body or {}), content_type="application/json", headers={"Idempotency-Key": key}
    )


def test_an_endpoint_is_registered_once_and_its_secret_shown_once(api, partner):
    client = api(partner)
    made = send(client, ENDPOINTS, WANTED)
    assert made.status_code == 201, made.content
    secret = made.json()["secret"]
    assert secret.startswith("whsec_")
    again = send(client, ENDPOINTS, WANTED)
    assert again["Idempotent-Replayed"] == "true"
    assert again.json() == made.json()
    assert secret.encode() not in bytes(IdempotencyRecord.objects.get().response_body)
    assert_problem(send(client, ENDPOINTS, WANTED, key="k2"), 400)
    (shown,) = client.get(ENDPOINTS).json()["results"]
    assert shown == {name: value for name, value in made.json().items() if name != "secret"}
    assert Endpoint.objects.get().secret == secret


@pytest.mark.parametrize(
    "change",
    [
        {"url": "https://127.0.0.1/"}, {"url": "https://2130706433/"}, {"url": "http://bank.example/"}, {"kinds": []},
        {"kinds": ["*"]}, {"kinds": ["credit.day.closed"]}, {"kinds": ["accounts.user.*"]}, {"kinds": ["x" * 60]},
        {"kinds": ["ikm.business"]}, {"status": "active"}, {"owner": 1}, {"secret": "whsec_x"},
    ],
)  # fmt: skip
def test_what_is_no_endpoint_is_refused(api, partner, change):
    assert_problem(send(api(partner), ENDPOINTS, WANTED | change), 400)
    assert not Endpoint.objects.exists()


def test_only_partners_register_and_only_so_many(api, partner, stranger, registrar):
    for person in (stranger, registrar):
        assert_problem(send(api(person), ENDPOINTS, WANTED), 403)
    for number in range(MOST_ENDPOINTS):
        register_endpoint(actor=partner, url=f"https://bank.example/{number}", kinds=["credit.loan.*"])
    with pytest.raises(ValidationError):
        register_endpoint(actor=partner, url="https://bank.example/x", kinds=["credit.loan.*"])


def test_another_partner_finds_nothing(api, endpoint, enter, person):
    outbox.publish("ikm.business.change", subject=enter().reference, data={})
    send_all()
    other = api(person(Role.PARTNER))
    assert other.get(ENDPOINTS).json()["results"] == []
    assert other.get(DELIVERIES).json()["results"] == []
    message = Delivery.objects.get().message_id
    assert_problem(other.get(f"{DELIVERIES}{message}/"), 404)
    assert_problem(send(other, f"{DELIVERIES}{message}/replay/"), 404)
    for verb in ("rotate", "disable", "enable", "test"):
        assert_problem(send(other, f"{ENDPOINTS}{endpoint.reference}/{verb}/", key=verb), 404)


def test_a_test_message_goes_out_and_stands_in_the_log(api, endpoint, receiver, partner):
    client = api(partner)
    made = send(client, f"{ENDPOINTS}{endpoint.reference}/test/")
    assert made.status_code == 201
    receiver.body, receiver.answers = b"thank you", [200]
    send_all()
    headers, body = receiver.got[0]
    assert Webhook(endpoint.secret).verify(body, headers)["type"] == "webhooks.endpoint.test"
    shown = client.get(f"{DELIVERIES}{made.json()['id']}/").json()
    assert shown["id"] == headers["webhook-id"]
    assert shown["status"] == "delivered"
    (attempt,) = shown["attempts"]
    assert (attempt["http_status"], attempt["excerpt"]) == (200, "thank you")


def test_rotating_again_keeps_the_secret_that_the_receiver_knows(api, endpoint, partner):
    client, known = api(partner), endpoint.secret
    first = send(client, f"{ENDPOINTS}{endpoint.reference}/rotate/").json()["secret"]
    second = send(client, f"{ENDPOINTS}{endpoint.reference}/rotate/", key="k2").json()["secret"]
    assert len({known, first, second}) == 3
    assert Endpoint.objects.get().secrets_on(timezone.now()) == [second, known]


def test_a_delivery_is_sent_again_under_the_same_number(api, endpoint, receiver, enter, partner):
    outbox.publish("ikm.business.change", subject=enter().reference, data={})
    send_all()
    again = send(api(partner), f"{DELIVERIES}{receiver.ids[0]}/replay/")
    assert again.json()["status"] == "waiting"
    send_all()
    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1
    assert AuditEntry.objects.filter(action="webhooks.replay_delivery", actor=partner).exists()


def test_all_since_a_moment_is_sent_again_with_what_a_disabled_endpoint_missed(
    api, endpoint, receiver, enter, partner
):
    shown, draft = enter(), enter(status="draft")
    old = outbox.publish("ikm.business.change", subject=shown.reference, data={"number": 0})
    Event.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=3))
    outbox.publish("ikm.business.change", subject=shown.reference, data={"number": 1})
    send_all()
    client = api(partner)
    assert send(client, f"{ENDPOINTS}{endpoint.reference}/disable/", {"note": "Pindah"}).status_code == 200
    outbox.publish("ikm.business.change", subject=shown.reference, data={"number": 2})
    outbox.publish("ikm.business.change", subject=draft.reference, data={})
    send_all()
    since = {"since": (timezone.now() - timedelta(hours=1)).isoformat()}
    replay = f"{ENDPOINTS}{endpoint.reference}/replay/"
    assert_problem(send(client, replay, since, key="k5"), 400, "disabled")
    assert send(client, f"{ENDPOINTS}{endpoint.reference}/enable/", key="k2").json()["status"] == "active"
    receiver.got.clear()
    assert send(client, replay, since, key="k3").json() == {"deliveries": 2}
    send_all()
    assert [json.loads(body)["data"]["number"] for _headers, body in receiver.got] == [1, 2]
    long_ago = {"since": (timezone.now() - timedelta(days=91)).isoformat()}
    assert_problem(send(client, replay, long_ago, key="k4"), 400)


def test_a_step_out_of_turn_is_a_conflict(api, endpoint, partner):
    assert_problem(send(api(partner), f"{ENDPOINTS}{endpoint.reference}/enable/"), 409)


def test_the_log_leads_through_its_pages_and_is_narrowed(api, endpoint, enter, partner):
    business = enter()
    for _number in range(5):
        outbox.publish("ikm.business.change", subject=business.reference, data={})
    send_all()
    client, seen, address = api(partner), [], f"{DELIVERIES}?limit=2&status=delivered"
    while address:
        page = client.get(address).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
    assert seen == [delivery.message_id for delivery in Delivery.objects.order_by("-id")]
    assert client.get(DELIVERIES, {"subject": "IKM-0000-0000"}).json()["results"] == []
    assert_problem(client.get(DELIVERIES, {"status": "lost"}), 400)
    assert_problem(client.get(DELIVERIES, {"modified_since": "2026-01-01"}), 400)


def test_the_office_may_disable_and_send_again_others_may_not(endpoint, administrator, registrar, enter):
    with pytest.raises((PermissionDenied, Endpoint.DoesNotExist)):
        disable_endpoint(endpoint, actor=registrar)
    with pytest.raises(PermissionDenied):
        replay_since(endpoint, timezone.now(), actor=registrar)
    assert "dinas" in disable_endpoint(endpoint, actor=administrator).disabled_reason
