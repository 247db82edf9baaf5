"""Events reach who may know of them: signed, at least once, in order for each subject, by the ladder of Standard Webhooks."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from accounts.enums import PartnerKind, Role
from accounts.models import Partner
from core import outbox
from core.models import Event, Message, StepLine
from tests.webhooks.receivers import send_all
from webhooks import sending
from webhooks.models import Attempt, Delivery, Endpoint
from webhooks.sending import FAILING, LADDER, LEASE, deliver_next, hand_out
from webhooks.services import disable_endpoint, register_endpoint, rotate_secret

pytestmark = pytest.mark.django_db


def soon():
    """A moment at which all that happened so far is due."""
    return timezone.now() + timedelta(seconds=1)


def happens(business, *, kind="ikm.business.change", **data):
    return outbox.publish(kind, subject=business.reference, data=data or {"status": business.status})


def verified(endpoint, message):
    headers, body = message
    return Webhook(endpoint.secret).verify(body, headers)


def test_an_event_arrives_signed_thin_and_once(endpoint, receiver, enter):
    business = enter(name="Batik Siti Aminah")
    event = happens(business)
    send_all()
    send_all()
    (message,) = receiver.got
    assert verified(endpoint, message) == {
        "type": "ikm.business.change",
        "timestamp": event.created_at.isoformat(),
        "data": {"subject": business.reference, "status": "registered"},
    }
    delivery = Delivery.objects.get()
    assert message[0]["webhook-id"] == delivery.message_id
    assert delivery.status == "delivered"
    attempt = delivery.attempts.get()
    assert (attempt.http_status, attempt.error) == (204, "")


def test_a_changed_message_or_another_secret_is_seen(endpoint, receiver, enter):
    """The control of what the library verifies."""
    happens(enter())
    send_all()
    headers, body = receiver.got[0]
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint.secret).verify(body.replace(b"registered", b"closed"), headers)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "QUJD" * 8).verify(body, headers)


def test_the_old_secret_holds_beside_the_new_one_for_a_day(endpoint, receiver, enter, partner):
    old = endpoint.secret
    fresh = rotate_secret(endpoint, actor=partner)
    assert fresh.secret != old
    happens(enter())
    send_all()
    headers, body = receiver.got[0]
    assert len(headers["webhook-signature"].split()) == 2
    for secret in (old, fresh.secret):
        assert Webhook(secret).verify(body, headers)
    Endpoint.objects.update(previous_secret_until=timezone.now())
    happens(enter())
    send_all()
    headers, body = receiver.got[1]
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(body, headers)
    assert Webhook(fresh.secret).verify(body, headers)


def test_the_secrets_are_sealed_in_the_database(endpoint, partner):
    rotated = rotate_secret(endpoint, actor=partner)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret, previous_secret FROM webhooks_endpoint")
        stored = str(cursor.fetchall())
    assert endpoint.secret not in stored
    assert rotated.secret not in stored
    assert "whsec_" not in stored


def test_a_partner_is_told_only_of_what_it_asked_for_and_may_see(endpoint, receiver, enter, person):
    shown, draft = enter(), enter(status="draft")
    happens(shown, kind="ikm.business.register")
    happens(draft)
    outbox.publish("credit.application.submit", subject="KRD-2222-2222", data={})
    outbox.publish("credit.day.closed", subject="2026-11-24", data={})
    bank = person(Role.PARTNER, kind=PartnerKind.BANK)
    register_endpoint(actor=bank, url=f"{receiver.url}/bank", kinds=["ikm.business.*"])
    happens(shown)
    send_all()
    assert [(path["webhook-id"], json.loads(body)["data"]["subject"]) for path, body in receiver.got] == [
        (delivery.message_id, shown.reference) for delivery in Delivery.objects.order_by("id")
    ]
    assert set(Delivery.objects.values_list("endpoint", flat=True)) == {endpoint.pk}
    assert not Event.objects.filter(is_handed_out=False).exists()


def test_who_no_longer_sees_a_record_is_told_that_once_and_then_nothing(endpoint, receiver, enter):
    business = enter()
    happens(business)
    send_all()
    type(business).objects.filter(pk=business.pk).update(status="draft")
    happens(business, kind="ikm.business.reopen", status="secret-status")
    happens(business)
    send_all()
    assert [json.loads(body)["type"] for _headers, body in receiver.got] == [
        "ikm.business.change",
        "ikm.business.gone",
    ]
    assert json.loads(receiver.got[1][1])["data"] == {"subject": business.reference}
    assert Delivery.objects.filter(status="withheld").count() == 1


def test_what_left_the_partners_sight_between_the_event_and_its_sending_is_not_sent(
    endpoint, receiver, enter
):
    business = enter()
    happens(business)
    hand_out()
    type(business).objects.filter(pk=business.pk).update(status="draft")
    send_all()
    assert receiver.got == []
    assert Delivery.objects.get().status == "withheld"


def test_a_partner_out_of_service_and_a_disabled_endpoint_get_nothing(endpoint, receiver, enter, partner):
    happens(enter())
    hand_out()
    Partner.objects.update(is_active=False)
    send_all()
    Partner.objects.update(is_active=True)
    disable_endpoint(endpoint, actor=partner)
    happens(enter())
    send_all()
    assert receiver.got == []


def test_the_ladder_is_climbed_to_its_end_and_then_the_delivery_has_failed(endpoint, receiver, enter):
    receiver.answers = [500] * 20
    happens(enter())
    now = soon()
    hand_out()
    for wait in LADDER:
        delivery = deliver_next(now)
        pause = delivery.next_attempt_at - now
        assert wait * 0.9 <= pause <= wait * 1.1
        assert deliver_next(now + pause - timedelta(milliseconds=1)) is None
        now += pause
    assert deliver_next(now).status == "failed"
    assert deliver_next(now + timedelta(days=30)) is None
    assert Attempt.objects.filter(http_status=500).count() == len(LADDER) + 1 == 10


def test_the_next_event_of_a_subject_waits_for_the_one_before_others_do_not(endpoint, receiver, enter):
    one, other = enter(), enter()
    receiver.answers = [503]
    happens(one, number=1)
    now = soon()
    send_all(now)
    happens(one, number=2)
    happens(other, number=3)
    send_all(now)
    assert [json.loads(body)["data"]["number"] for _headers, body in receiver.got] == [1, 3]
    send_all(now + timedelta(seconds=6))
    assert [json.loads(body)["data"]["number"] for _headers, body in receiver.got] == [1, 3, 1, 2]


def test_a_410_disables_the_endpoint_and_its_owner_is_told(endpoint, receiver, enter, partner):
    receiver.answers = [410]
    happens(enter())
    happens(enter())
    send_all()
    endpoint.refresh_from_db()
    assert endpoint.status == "disabled"
    assert "410" in endpoint.disabled_reason
    assert len(receiver.got) == 1
    assert endpoint.reference in Message.objects.get(recipient=partner).title
    assert StepLine.objects.filter(step="disable").exists()


def test_an_endpoint_that_fails_for_days_is_disabled(endpoint, receiver, enter, partner):
    receiver.answers = [500] * 3
    happens(enter())
    now = soon()
    send_all(now)
    send_all(now + FAILING - timedelta(minutes=1))
    assert Endpoint.objects.get().status == "active"
    send_all(now + FAILING + timedelta(minutes=10))
    assert Endpoint.objects.get().status == "disabled"
    assert Message.objects.filter(recipient=partner).count() == 1


def test_one_message_that_arrives_ends_the_days_of_failing(endpoint, receiver, enter):
    receiver.answers = [500, 204]
    happens(enter())
    now = soon()
    send_all(now)
    assert Endpoint.objects.get().failing_since == now
    send_all(now + timedelta(seconds=6))
    assert Endpoint.objects.get().failing_since is None


def test_a_redirect_is_no_success_and_is_not_followed(endpoint, receiver, enter):
    receiver.answers = [302]
    receiver.extra_headers = {"Location": receiver.url}
    happens(enter())
    send_all()
    assert len(receiver.got) == 1
    assert Attempt.objects.get().http_status == 302
    assert Delivery.objects.get().status == "waiting"


def test_an_endpoint_that_fails_keeps_no_other_waiting(endpoint, receiver, enter, person):
    other = register_endpoint(
        actor=person(Role.PARTNER), url=f"{receiver.url}/other", kinds=["ikm.business.*"]
    )
    Endpoint.objects.filter(pk=endpoint.pk).update(failing_since=timezone.now())
    happens(enter())
    assert [delivery.endpoint_id for delivery in send_all()] == [other.pk, endpoint.pk]


def test_a_delivery_whose_worker_is_gone_is_sent_by_another_when_its_lease_is_over(endpoint, receiver, enter):
    happens(enter())
    hand_out()
    now = soon()
    sending._take(now)  # and the worker is never heard of again
    assert deliver_next(now + LEASE - timedelta(seconds=1)) is None
    assert deliver_next(now + LEASE).status == "delivered"
    assert len(receiver.got) == 1


def test_a_worker_that_comes_back_late_changes_nothing_of_what_another_did(endpoint, receiver, enter):
    happens(enter())
    hand_out()
    now = soon()
    late = sending._take(now)
    lease = late.next_attempt_at
    receiver.answers = [500]
    again = deliver_next(now + LEASE)
    sending._record(late, lease, late.kind, sending.post("http://127.0.0.1:1", headers={}, body=b""), now)
    fresh = Delivery.objects.get()
    assert (fresh.status, fresh.next_attempt_at) == ("waiting", again.next_attempt_at)
    assert Attempt.objects.count() == 2
