"""Tracking without signing in."""

import re
from datetime import date
from threading import Barrier, Thread

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from ikm.enums import BusinessStatus
from ikm.models import Visit
from ikm.services import changes, letters
from ikm.views.track import TRIES, WINDOW_SECONDS
from tests.ikm.entries import in_status, registered, submitted

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


@pytest.mark.django_db(transaction=True)
def test_thirty_tries_at_once_are_thirty(owner_user):
    business = submitted(owner_user)
    barrier, answers = Barrier(30), []

    def one_try():
        try:
            barrier.wait()
            answers.append(ask(Client(), business.reference, "0000").status_code)
        finally:
            connection.close()

    threads = [Thread(target=one_try) for _number in range(30)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(answers) == [404] * TRIES + [429] * 20


def test_after_five_minutes_one_may_try_again(client, owner_user):
    business = submitted(owner_user)
    with time_machine.travel("2026-11-24T03:00:00Z", tick=False) as clock:
        for _number in range(TRIES + 1):
            last = ask(client, business.reference, "0000")
        assert last.status_code == 429
        clock.shift(WINDOW_SECONDS + 1)
        assert ask(client, business.reference, "7890").status_code == 200


def test_changes_letters_and_visits_are_tracked_by_their_own_numbers(client, owner_user, registrar, verifier):
    business = registered(owner_user, registrar)
    business.refresh_from_db()
    change = changes.propose_changes(business, actor=owner_user, values={"name": "Baru"})
    letter = letters.request_letter(business, actor=owner_user, kind="ikm_binaan")
    visit = Visit.objects.create(business=business, verifier=verifier, planned_on=date(2026, 12, 1))
    assert "perubahan yang Anda usulkan" in text(ask(client, change.reference, "7890"))
    assert "permintaan surat" in text(ask(client, letter.reference, "7890"))
    shown = text(ask(client, visit.reference, "7890"))
    assert "1 Desember 2026" in shown
    assert "Vino" not in shown
    assert ask(client, letter.reference, "1111").status_code == 404


def test_empty_fields_get_a_sentence(client):
    response = ask(client, "", "12")
    assert response.status_code == 400
    assert "Isi nomor berkas" in text(response)
    assert "Isi tepat empat angka" in text(response)


def test_the_link_of_the_receipt_fills_in_the_number(client):
    assert 'value="IKM-2222-2222"' in text(client.get(reverse("track"), {"nomor": "IKM-2222-2222"}))
