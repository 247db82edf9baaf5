"""The magic numbers by real HTTP with the Python client, and the checklist that ticks itself from those calls."""

import threading

import pytest
from django.test import Client
from semarang_ikm_client import Changed, Portal, Problem, verify_webhook
from semarang_ikm_client.webhooks import WebhookError

from accounts.models import ClientSecret, Partner
from accounts.services import add_secret
from core import sandbox
from core.api import FairUse
from core.dates import today
from credit.models import LoanEvent
from sandbox import magic
from sandbox.checklist import rows_for
from sandbox.enums import Row
from sandbox.models import Proof
from sandbox.sending import deliver_one
from sandbox.services import name_of, reset_sandbox
from tests.sandbox.conftest import BANK, token
from tests.webhooks.receivers import receiving

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def portal(live_server, bank, program):
    client_id, secret = program(bank)
    with Portal(live_server.url, client_id, secret, attempts=2) as made:
        yield made


def shown():
    return {row for row, proof in rows_for(Partner.objects.get(pk=BANK)) if proof}


def payment(number, **fields):
    return {
        "contract_number": magic.ACCEPTED_LOAN,
        "on": today().isoformat(),
        "amount": "150000",
        "bank_reference": number,
    } | fields


def test_accepted_refused_and_duplicate_payments(portal, in_sandbox):
    before = shown()
    booked = portal.post("credit/payments", payment("TRX-1"))
    assert (booked.status, booked.data["result"]) == (201, "booked")
    with pytest.raises(Problem) as refused:
        portal.post("credit/payments", payment("TRX-2", contract_number=magic.REFUSED_LOAN))
    assert refused.value.status == 400
    given = {"bank_reference": magic.BOOKED_PAYMENT, "amount": str(magic.BOOKED_AMOUNT)}
    with in_sandbox():
        on = LoanEvent.objects.get(bank_reference=magic.BOOKED_PAYMENT).on
    same = portal.post("credit/payments", payment("", on=on.isoformat(), **given))
    assert (same.status, same.data["result"]) == (200, "already_booked")
    with pytest.raises(Problem) as other:
        portal.post("credit/payments", payment("", **given | {"amount": "1"}))
    assert other.value.errors[0]["code"] == "booked_differently"
    assert not LoanEvent.objects.exists()
    assert before == {Row.TOKEN} & before
    assert shown() == {Row.TOKEN, Row.PAYMENT, Row.REFUSED, Row.DUPLICATE}
    assert Proof.objects.get(row=Row.DUPLICATE).times == 2


def test_a_forwarded_application_goes_all_the_way(portal):
    reference = magic.FORWARDED[0]
    found = portal.get(f"credit/applications/{reference}")
    stale = found.etag
    found = portal.step("credit/applications", reference, "start_review", etag=found.etag, key="a1")
    fields = {
        "amount": found.data["recommended_amount"],
        "months": found.data["recommended_months"],
        "bank_checked_on": today().isoformat(),
        "bank_grade": 1,
    }
    with pytest.raises(Changed):
        portal.step("credit/applications", reference, "approve", etag=stale, key="a2", **fields)
    assert Row.CHANGED not in shown()
    found = portal.get(f"credit/applications/{reference}")
    found = portal.step("credit/applications", reference, "approve", etag=found.etag, key="a3", **fields)
    signed = {"contract_number": "AKAD-1", "signed_on": today().isoformat()}
    found = portal.step("credit/applications", reference, "sign", etag=found.etag, key="a4", **signed)
    paid = {"disbursed_on": today().isoformat(), "bank_reference": "CAIR-1"}
    found = portal.step("credit/applications", reference, "disburse", etag=found.etag, key="a5", **paid)
    assert found.data["status"] == "disbursed"
    assert Row.CHANGED in shown()


def test_an_answer_that_does_not_come_is_had_under_the_same_key(live_server, bank, program, settings):
    settings.SANDBOX_SLOW_SECONDS = 1
    client_id, secret = program(bank)
    with Portal(
        live_server.url, client_id, secret, attempts=3, timeout=0.5, sleep=lambda seconds: None
    ) as made:
        made.post("credit/payments", payment("TRX-LAMBAT"), key=f"{magic.SLOW_KEY}-1")
    assert {Row.REPLAYED, Row.LOST_ANSWER} <= shown()


def test_one_thread_at_most_is_held_back(bank, caller, settings):
    settings.SANDBOX_SLOW_SECONDS = 0.8
    clients = [caller(bank), caller(bank)]
    answers = []

    def send(number):
        key = {"Idempotency-Key": f"{magic.SLOW_KEY}-{number}-dua"}
        body = payment(f"TRX-DUA-{number}")
        address = "/api/v1/credit/payments/"
        answer = clients[number].post(address, body, content_type="application/json", headers=key)
        answers.append(answer.status_code)

    threads = [threading.Thread(target=send, args=[number]) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201, 504]


def test_lists_changes_limits_and_secrets_tick_themselves(bank, program, administrator):
    client_id, secret = program(bank)
    client = Client(headers={"Authorization": f"Bearer {token(client_id, secret)}"})
    address = "/api/v1/credit/applications/?limit=2"
    while address:
        page = client.get(address).json()
        address = page["next"]
    assert Row.LIST_READ in shown()
    client.get("/api/v1/businesses/?modified_since=2026-01-01T00:00:00Z")
    assert Row.CHANGES_READ in shown()
    secret = add_secret(bank.clients.get(), actor=administrator)
    token(client_id, secret)
    assert Row.SECRET in shown()
    assert ClientSecret.objects.count() == 2


def test_the_limit_is_shown_by_who_waits_and_not_by_who_goes_on(bank, caller, monkeypatch):
    client = caller(bank)
    monkeypatch.setattr(FairUse, "_minute", 0)
    clock = [60_000_000.0]
    monkeypatch.setattr("core.api.time.time", lambda: clock[0])
    monkeypatch.setattr("sandbox.checklist.time.time", lambda: clock[0])

    def exhaust(more):
        answers = [client.get("/api/v1/areas/?limit=1").status_code for _n in range(120 + more)]
        assert answers.count(429) == more

    exhaust(9)
    clock[0] += 61
    client.get("/api/v1/areas/?limit=1")
    assert Row.LIMIT not in shown()
    clock[0] += 61
    exhaust(2)
    clock[0] += 61
    client.get("/api/v1/areas/?limit=1")
    assert Row.LIMIT in shown()


@pytest.mark.parametrize("careful", [True, False])
def test_a_webhook_is_proved_by_receiving_it_and_refusing_a_forged_one(portal, settings, careful):
    with receiving() as receiver:
        settings.WEBHOOK_TEST_RECEIVERS = frozenset({receiver.place})
        url = f"{receiver.url}/{careful}"
        made = portal.post("webhooks/endpoints", {"url": url, "kinds": ["credit.application.*"]}).data
        test = portal.post(f"webhooks/endpoints/{made['reference']}/test", {})
        receiver.answers = [204, 401] if careful else [204, 204]
        while deliver_one(BANK):
            pass
        (headers, body), (forged, same) = receiver.got[:2]
        verify_webhook(body, headers, made["secret"])
        assert same == body
        with pytest.raises(WebhookError):
            verify_webhook(same, forged, made["secret"])
        assert (Row.SIGNATURE in shown()) == careful
        assert Row.WEBHOOK in shown()
        portal.post(f"webhooks/deliveries/{test.data['id']}/replay", {})
        assert Row.WEBHOOK_AGAIN in shown()


def test_a_sandbox_is_emptied_by_its_partner_and_the_checklist_stays(portal, bank, in_sandbox, person):
    portal.post("credit/payments", payment("TRX-RESET"))
    proofs = Proof.objects.count()
    reset_sandbox(bank, actor=bank.user)
    with in_sandbox():
        assert not LoanEvent.objects.filter(bank_reference="TRX-RESET").exists()
        assert LoanEvent.objects.filter(bank_reference=magic.BOOKED_PAYMENT).exists()
    assert Proof.objects.count() == proofs
    assert portal.post("credit/payments", payment("TRX-RESET")).status == 201
    assert sandbox.exists(name_of(BANK))
