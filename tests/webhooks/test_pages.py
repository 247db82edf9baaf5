"""A partner's page of webhooks: its endpoints and what was sent, for itself and for officials."""

import pytest
from django.urls import reverse

from tests.webhooks.receivers import send_all
from webhooks.models import Delivery, Endpoint
from webhooks.services import rotate_secret, send_test


@pytest.fixture
def page(partner):
    return reverse("partner_webhooks", args=[partner.partner.reference])


def text(answer):
    return answer.content.decode()


def test_a_partner_registers_an_endpoint_and_sees_its_secret_once(page, partner, receiver, sign_in):
    fields = {"register": "1", "url": receiver.url, "kinds": "ikm.business.*, credit.loan.paid"}
    answer = sign_in(partner).post(page, fields)
    made = Endpoint.objects.get()
    assert made.kinds == ["credit.loan.paid", "ikm.business.*"]
    assert made.secret in text(answer)
    assert made.secret not in text(sign_in(partner).get(page))


def test_what_is_wrong_with_an_address_stands_beside_it(page, partner, sign_in):
    answer = sign_in(partner).post(page, {"register": "1", "url": "http://10.0.0.1/", "kinds": "a"})
    assert answer.status_code == 400
    assert "https" in text(answer)
    assert not Endpoint.objects.exists()


def test_a_test_is_sent_read_in_the_log_and_sent_again(page, partner, endpoint, receiver, sign_in):
    client = sign_in(partner)
    client.post(page, {"endpoint": endpoint.reference, "action": "test"})
    receiver.answers = [204]
    send_all()
    delivery = Delivery.objects.get()
    assert "HTTP 204" in text(client.get(page))
    client.post(page, {"replay": str(delivery.uid)})
    delivery.refresh_from_db()
    assert delivery.status == "waiting"
    for wrong in ("x", "00000000-0000-0000-0000-000000000000"):
        assert client.post(page, {"replay": wrong}).status_code == 404


def test_a_new_secret_overlaps_the_old(page, partner, endpoint, sign_in):
    old = endpoint.secret
    answer = sign_in(partner).post(page, {"endpoint": endpoint.reference, "action": "rotate"})
    endpoint.refresh_from_db()
    assert endpoint.secret in text(answer)
    assert endpoint.previous_secret == old
    assert "Rahasia lama masih ikut menandatangani" in text(answer)


def test_the_log_is_narrowed(page, partner, endpoint, sign_in):
    send_test(endpoint, actor=partner)
    client = sign_in(partner)
    assert endpoint.reference in text(client.get(f"{page}?status=waiting"))
    assert "Belum ada yang dikirim" in text(client.get(f"{page}?status=failed"))
    assert "Belum ada yang dikirim" in text(client.get(f"{page}?subject=IKM-0000"))


def test_officials_look_after_it_and_strangers_find_nothing(
    page, partner, endpoint, administrator, owner_user, auditor, person, sign_in
):
    client = sign_in(administrator)
    assert "Daftarkan alamat" not in text(client.get(page))
    client.post(page, {"endpoint": endpoint.reference, "action": "disable"})
    endpoint.refresh_from_db()
    assert endpoint.status == "disabled"
    client.post(page, {"endpoint": endpoint.reference, "action": "test"}, follow=True)
    assert not Delivery.objects.exists()
    assert sign_in(owner_user).get(page).status_code == 404
    assert sign_in(person("partner")).get(page).status_code == 404
    looker = sign_in(auditor)
    assert "Ganti rahasia" not in text(looker.get(page))
    old = endpoint.secret
    looker.post(page, {"endpoint": endpoint.reference, "action": "rotate"})
    endpoint.refresh_from_db()
    assert endpoint.secret == old


def test_a_partner_reaches_no_endpoint_of_another(page, partner, endpoint, person, sign_in):
    other = person("partner")
    theirs = reverse("partner_webhooks", args=[other.partner.reference])
    answer = sign_in(other).post(theirs, {"endpoint": endpoint.reference, "action": "rotate"})
    assert answer.status_code == 404
    rotate_secret(endpoint, actor=partner)
