"""Tracking without signing in."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from ikm.enums import BusinessStatus
from ikm.views.track import TRIES
from tests.ikm.entries import in_status, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clean_slate(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    cache.clear()


def ask(client, reference, last_four, **more):
    return client.post(reverse("track"), {"reference": reference, "last_four": last_four}, **more)


def text(response):
    return re.sub(r"\s+", " ", response.content.decode())


def test_reference_and_digits_tell_the_step_the_unit_and_the_day(client, owner_user):
    business = submitted(owner_user)
    shown = text(ask(client, business.reference, "7890"))
    assert "Menunggu verifikasi" in shown
    assert "Dinas Perindustrian" in shown
    assert "Paling lambat" in shown


def test_no_personal_data_are_shown(client, owner_user, verifier):
    business = in_status(BusinessStatus.REJECTED, owner_user, verifier)
    shown = text(ask(client, business.reference, "7890"))
    for secret in ("Siti", "Batik", "Pemuda", "Vino", "Pemilik Usaha", "Bukan industri", "81234567890"):
        assert secret not in shown


@pytest.mark.parametrize("status", BusinessStatus)
def test_every_status_has_a_sentence(client, owner_user, registrar, status):
    business = in_status(status, owner_user, registrar)
    assert ask(client, business.reference, "7890").status_code == 200


def test_unknown_reference_and_wrong_digits_read_the_same(client, owner_user):
    business = submitted(owner_user)
    wrong_digits = ask(client, business.reference, "0000")
    unknown = ask(client, "IKM-2222-2222", "7890")
    no_reference = ask(client, "abc", "7890")
    assert wrong_digits.status_code == unknown.status_code == no_reference.status_code == 404

    def errors(response):
        return response.context["form"].errors

    assert errors(wrong_digits) == errors(unknown) == errors(no_reference)


def test_too_many_tries_get_a_sentence_and_not_even_the_right_digits_help(client, owner_user):
    business = submitted(owner_user)
    for _number in range(TRIES):
        assert ask(client, business.reference, "0000").status_code == 404
    response = ask(client, business.reference, "7890")
    assert response.status_code == 429
    assert response["Retry-After"] == "300"
    assert "Terlalu banyak percobaan" in text(response)
    # Spelling the same number in another way does not buy more tries; the neighbour still may ask.
    assert ask(client, business.reference.replace("-", " ").lower(), "7890").status_code == 429
    assert ask(client, business.reference, "7890", REMOTE_ADDR="10.0.0.9").status_code == 200


def test_many_addresses_together_are_slowed_too(client, owner_user):
    business = submitted(owner_user)
    for number in range(40):
        ask(client, business.reference, "0000", REMOTE_ADDR=f"10.0.0.{number}")
    assert ask(client, business.reference, "7890", REMOTE_ADDR="10.0.1.1").status_code == 429


def test_empty_fields_get_a_sentence(client):
    response = ask(client, "", "12")
    assert response.status_code == 400
    assert "Isi nomor berkas" in text(response)
    assert "Isi tepat empat angka" in text(response)


def test_the_link_of_the_receipt_fills_in_the_number(client):
    assert 'value="IKM-2222-2222"' in text(client.get(reverse("track"), {"nomor": "IKM-2222-2222"}))
