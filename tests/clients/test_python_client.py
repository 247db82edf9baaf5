"""The Python client against a live portal, and against answers that no portal gives on purpose."""

import base64
import hashlib
import hmac
import json
import time

import httpx
import pytest
from semarang_ikm_client import (
    Changed,
    NotAllowed,
    NotFound,
    Portal,
    Problem,
    StartAgain,
    StepRefused,
    Unreachable,
    WebhookError,
    verify_webhook,
)

SECRET = "whsec_" + base64.b64encode(b"k" * 24).decode()


# --- Answers made up ----------------------------------------------------------------------------------------------------


def portal(*answers, attempts=5):
    """A Portal that meets `answers` one after the other (after its token), what it sent, and how long it waited."""
    sent, waited, left = [], [], list(answers)

    def handle(request):
        if request.url.path.endswith("/oauth/token/"):
            return httpx.Response(200, json={"access_token": f"t{len(sent)}", "expires_in": 3600})
        sent.append(request)
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    made = Portal(
        "https://portal.test",
        "id",
        "rahasia",
        attempts=attempts,
        transport=httpx.MockTransport(handle),
        sleep=waited.append,
    )
    return made, sent, waited


def test_a_post_is_tried_again_with_the_same_key():
    lost = httpx.ConnectError("putus")
    made, sent, waited = portal(lost, httpx.Response(503), httpx.Response(201, json={"ok": 1}))
    answer = made.post("credit/payments", {"amount": 1})
    assert (answer.data, answer.status) == ({"ok": 1}, 201)
    assert len({request.headers["Idempotency-Key"] for request in sent}) == 1
    assert len(waited) == 2
    assert waited[1] > waited[0]


def test_retry_after_is_kept_to_even_for_a_key_in_flight():
    busy = httpx.Response(409, headers={"Retry-After": "7"})
    limited = httpx.Response(429, headers={"Retry-After": "3"})
    made, _sent, waited = portal(busy, limited, httpx.Response(200, json={}))
    made.post("credit/payments", {})
    assert 7 <= waited[0] <= 9
    assert 3 <= waited[1] <= 4


def test_a_change_that_may_have_happened_is_not_sent_twice():
    made, sent, _waited = portal(httpx.ConnectError("putus"))
    with pytest.raises(Unreachable):
        made.patch("businesses/IKM-1", {}, etag='"1"')
    assert len(sent) == 1


def test_it_gives_up_and_says_what_it_met():
    made, sent, _waited = portal(*[httpx.ConnectError("putus")] * 3, attempts=3)
    with pytest.raises(Unreachable, match="putus"):
        made.get("areas")
    assert len(sent) == 3


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Problem), (403, NotAllowed), (404, NotFound), (409, StepRefused), (412, Changed)],
)
def test_a_refusal_carries_the_portals_sentence(status, kind):
    body = {
        "title": "Ditolak",
        "detail": "Sebabnya.",
        "errors": [{"pointer": "/a", "code": "x", "detail": "y"}],
    }
    made, sent, _waited = portal(httpx.Response(status, json=body))
    with pytest.raises(kind) as refused:
        made.post("x", {})
    assert (refused.value.detail, refused.value.errors[0]["pointer"]) == ("Sebabnya.", "/a")
    assert len(sent) == 1


def test_a_token_that_ended_early_is_replaced_once():
    made, sent, _waited = portal(httpx.Response(401), httpx.Response(200, json={}))
    made.get("areas")
    assert sent[0].headers["Authorization"] != sent[1].headers["Authorization"]
    made, sent, _waited = portal(httpx.Response(401), httpx.Response(401))
    with pytest.raises(NotAllowed):
        made.get("areas")


def test_payments_go_by_five_hundred_and_keep_their_places():
    def told(count):
        rows = [{"index": number, "result": "booked"} for number in range(count)]
        return httpx.Response(200, json={"booked": count, "already_booked": 0, "refused": 0, "results": rows})

    made, sent, _waited = portal(told(500), told(2))
    outcome = made.post_payments([{"amount": 1}] * 502, key="hari-ini")
    assert outcome.booked == 502
    assert [row["index"] for row in outcome.results] == list(range(502))
    assert [request.headers["Idempotency-Key"] for request in sent] == ["hari-ini-0", "hari-ini-500"]


# --- Webhooks -----------------------------------------------------------------------------------------------------------


def signed(body, *, secret=SECRET, at=1_000_000, uid="msg_1"):
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{uid}.{at}.".encode() + body, hashlib.sha256)
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"Webhook-Id": uid, "Webhook-Timestamp": str(at), "Webhook-Signature": f"v1,AAAA {signature}"}


def test_a_signed_webhook_is_read_under_either_secret():
    body = json.dumps({"type": "credit.application.forward"}).encode()
    other = "whsec_" + base64.b64encode(b"l" * 24).decode()
    assert verify_webhook(body, signed(body), [other, SECRET], now=1_000_000)["type"]
    with pytest.raises(WebhookError, match="no signature"):
        verify_webhook(body, signed(body), other, now=1_000_000)


def test_a_changed_old_or_bare_webhook_is_refused():
    body = b'{"a":1}'
    for changed, headers, now in (
        (b'{"a":2}', signed(body), 1_000_000),
        (body, signed(body), 1_000_301),
        (body, signed(body) | {"Webhook-Id": "msg_2"}, 1_000_000),
        (body, {}, 1_000_000),
    ):
        with pytest.raises(WebhookError):
            verify_webhook(changed, headers, SECRET, now=now)


# --- A live portal ------------------------------------------------------------------------------------------------------


@pytest.fixture
def live(live_server, partner_program):
    """`live(partner user)` is the client of a program of that partner."""
    opened = []

    def connect(user):
        client, secret = partner_program(user.partner)
        opened.append(Portal(live_server.url, client.client_id, secret, attempts=2))
        return opened[-1]

    yield connect
    for one in opened:
        one.close()


def test_it_signs_in_walks_pages_and_follows_changes(live, partner, owner_user):
    from tests.gallery.records import maker

    made = [maker(name=f"Usaha {number}") for number in range(5)]
    client = live(partner)
    seen = [row["reference"] for row in client.rows("businesses", limit=2)]
    assert sorted(seen) == sorted(one.reference for one in made)
    first = client.changes("businesses", "2020-01-01T00:00:00Z", limit=2)
    assert len(first.rows) == 5
    made[0].name = "Nama baru"
    made[0].save()
    changed, since = [], first.next_since
    until = time.monotonic() + 20
    # A transaction elsewhere on the server may hold it back for a moment; what came before may then come once more.
    while "Nama baru" not in changed and time.monotonic() < until:
        again = client.changes("businesses", since)
        changed, since = [row["name"] for row in again.rows], again.next_since
    assert changed[-1] == "Nama baru"
    assert changed.count("Nama baru") == 1
    assert again.complete_until
    other = base64.urlsafe_b64encode(b'["another",1,null,""]').decode()
    with pytest.raises(StartAgain):
        client.changes("businesses", other)
    with pytest.raises(NotFound):
        client.get("businesses/IKM-0000-0000")


def test_a_wrong_secret_is_told(live_server, db):
    with (
        Portal(live_server.url, "tidak-ada", "salah") as client,
        pytest.raises(NotAllowed, match="invalid_client"),
    ):
        client.get("areas")
