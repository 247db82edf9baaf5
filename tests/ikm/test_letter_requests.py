"""Asking for a letter and taking the request back."""

from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from core.models import Event, Message
from core.workflow import StepError, history, take_step
from ikm.enums import BusinessStatus, LetterRequestStatus
from ikm.models import Business, LetterRequest
from ikm.services import letters
from tests.ikm.entries import in_status, picture, registered

pytestmark = pytest.mark.django_db

BRAND = {"kind": "rekomendasi_merek", "brand": "Juwita", "goods": "Bandeng presto", "nice_class": 29}


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def business(owner_user, verifier):
    business = registered(owner_user, verifier)
    business.refresh_from_db()
    return business


def ask(business, actor, **fields):
    return letters.request_letter(business, actor=actor, **fields or {"kind": "ikm_binaan"})


def test_a_request_waits_logs_and_tells(business, owner_user):
    made = ask(business, owner_user, kind="ikm_binaan", purpose="Pameran")
    assert made.status == LetterRequestStatus.REQUESTED
    assert history(made).get().step == "request"
    assert Event.objects.filter(subject=made.reference, kind="ikm.letterrequest.request").exists()
    assert made.reference in Message.objects.filter(recipient=owner_user).first().body


def test_a_brand_letter_names_one_brand(business, owner_user):
    with pytest.raises(ValidationError) as error:
        ask(business, owner_user, kind="rekomendasi_merek", brand="Juwita")
    assert set(error.value.error_dict) == {"goods", "nice_class"}
    with pytest.raises(ValidationError):
        ask(business, owner_user, **{**BRAND, "nice_class": 46})
    ask(business, owner_user, **BRAND)
    with pytest.raises(ValidationError, match="masih menunggu"):
        ask(business, owner_user, **{**BRAND, "brand": "JUWITA"})
    ask(business, owner_user, **{**BRAND, "brand": "Merek kedua"})


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_make_one_request(business, owner_user):
    barrier, results = Barrier(2), []

    def press():
        try:
            barrier.wait()
            ask(business, owner_user)
            results.append("made")
        except ValidationError:
            results.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=press) for _number in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(results) == ["made", "refused"]


@pytest.mark.parametrize("status", sorted(set(BusinessStatus) - {BusinessStatus.REGISTERED}))
def test_only_a_registered_business_gets_letters(status, owner_user, registrar):
    with pytest.raises(StepError):
        ask(in_status(status, owner_user, registrar), owner_user)


def test_a_large_industry_gets_none(business, owner_user):
    Business.objects.filter(pk=business.pk).update(scale="large")
    with pytest.raises(ValidationError, match="kecil dan menengah"):
        ask(business, owner_user)


def test_strangers_and_officials_ask_for_nothing(business, stranger, registrar):
    with pytest.raises(Business.DoesNotExist):
        ask(business, stranger)
    with pytest.raises(PermissionDenied):
        letters.request_letter(business, actor=business.verified_by, kind="ikm_binaan")


def test_a_request_is_taken_back_once(business, owner_user, stranger):
    made = ask(business, owner_user)
    with pytest.raises(LetterRequest.DoesNotExist):
        letters.withdraw_letter_request(made, actor=stranger)
    letters.withdraw_letter_request(made, actor=owner_user)
    with pytest.raises(StepError):
        letters.withdraw_letter_request(made, actor=owner_user)
    ask(business, owner_user)


def test_the_pages_ask_show_and_take_back(business, owner_user, sign_in):
    browser = sign_in(owner_user)
    address = reverse("ask_letter", args=[business.reference, "rekomendasi_merek"])
    kept = browser.post(address, {"brand": "Juwita", "goods": "", "nice_class": "99"})
    assert kept.status_code == 400
    assert 'value="Juwita"' in kept.content.decode()
    browser.post(
        address, {"brand": "Juwita", "goods": "Bandeng", "nice_class": "29", "label": picture("etiket.jpg")}
    )
    made = LetterRequest.objects.get()
    page = browser.get(reverse("letter_request", args=[business.reference, made.reference])).content.decode()
    assert "etiket.jpg" in page
    assert "Menunggu persetujuan" in page
    assert made.reference in browser.get(reverse("my_letters", args=[business.reference])).content.decode()
    browser.post(reverse("withdraw_letter_request", args=[business.reference, made.reference]))
    made.refresh_from_db()
    assert made.status == LetterRequestStatus.WITHDRAWN


def test_a_bad_picture_leaves_no_half_request(business, owner_user, sign_in):
    answer = sign_in(owner_user).post(
        reverse("ask_letter", args=[business.reference, "rekomendasi_merek"]),
        {
            "brand": "Juwita",
            "goods": "Bandeng",
            "nice_class": "29",
            "label": SimpleUploadedFile("a.jpg", b"bukan gambar"),
        },
    )
    assert answer.status_code == 400
    assert not LetterRequest.objects.exists()


def test_the_reason_of_a_refusal_is_shown(business, owner_user, registrar, sign_in):
    made = take_step(ask(business, owner_user), "refuse", actor=registrar, note="Produk belum jelas.")
    page = sign_in(owner_user).get(reverse("letter_request", args=[business.reference, made.reference]))
    assert "Produk belum jelas." in page.content.decode()
