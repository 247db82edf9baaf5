"""Facilitation: asked for, taken up, granted into the register, refused, withdrawn."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from core.models import Message
from core.workflow import StepError, history
from ikm.models import Licence
from ikm.services.entries import record_licence
from tests.ikm.businesses import business as make_business
from tests.training.enrolling import registered
from training.models import Facilitation
from training.services.facilitations import (
    ask_facilitation,
    grant_facilitation,
    refuse_facilitation,
    take_up_facilitation,
    withdraw_facilitation,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(owner_user):
    return registered(owner_user)


@pytest.fixture
def asked(shop, owner_user):
    return ask_facilitation(shop, actor=owner_user, kind="halal", about="Keripik tempe")


def test_the_same_request_stands_once(shop, owner_user, asked):
    again = ask_facilitation(shop, actor=owner_user, kind="halal", about=" keripik  TEMPE ")
    assert again == asked
    assert history(asked).get().step == "ask"
    assert Message.objects.filter(about=shop.reference, recipient=owner_user).count() == 1


def test_only_who_speaks_for_a_registered_business_asks(shop, stranger, trainer_officer, owner_user):
    for actor in (stranger, trainer_officer):
        with pytest.raises(PermissionDenied):
            ask_facilitation(shop, actor=actor, kind="halal", about="Roti")
    draft = make_business("draft", speaker=owner_user)
    with pytest.raises(ValidationError, match="sudah terdaftar"):
        ask_facilitation(draft, actor=owner_user, kind="halal", about="Roti")


def test_what_is_granted_lands_in_the_register(asked, shop, owner_user, trainer_officer):
    with pytest.raises(StepError):
        grant_facilitation(asked, actor=trainer_officer, number="ID33110000000001")
    take_up_facilitation(asked, actor=trainer_officer, note="Berkas lengkap.")
    with pytest.raises(ValidationError, match="nomor"):
        grant_facilitation(asked, actor=trainer_officer)
    with pytest.raises(PermissionDenied):
        grant_facilitation(asked, actor=owner_user, number="ID33110000000001")
    done = grant_facilitation(asked, actor=trainer_officer, number="ID33110000000001", issuer="BPJPH")
    licence = Licence.objects.get(business=shop)
    assert done.licence == licence
    assert (licence.kind, licence.issuer, licence.about) == ("halal", "BPJPH", "Keripik tempe")
    assert licence.number in Message.objects.filter(recipient=owner_user).order_by("-pk")[0].body


def test_a_licence_that_stands_already_is_brought_up_to_date(asked, shop, trainer_officer):
    take_up_facilitation(asked, actor=trainer_officer)
    before = record_licence(shop, actor=trainer_officer, kind="halal", number="ID33110000000001")
    done = grant_facilitation(asked, actor=trainer_officer, number="ID33110000000001", issuer="BPJPH")
    assert done.licence == before
    assert Licence.objects.get().issuer == "BPJPH"


def test_licences_are_recorded_by_who_may_and_for_the_register_only(shop, owner_user, trainer_officer):
    with pytest.raises(PermissionDenied):
        record_licence(shop, actor=owner_user, kind="sni", number="1")
    with pytest.raises(StepError):
        record_licence(make_business("draft"), actor=trainer_officer, kind="sni", number="1")
    with pytest.raises(ValidationError):
        record_licence(shop, actor=trainer_officer, kind="nib", number="12")


def test_better_packaging_is_granted_without_a_licence(shop, owner_user, trainer_officer):
    asked = ask_facilitation(shop, actor=owner_user, kind="kemasan", about="Keripik")
    take_up_facilitation(asked, actor=trainer_officer)
    assert grant_facilitation(asked, actor=trainer_officer, note="Desain sudah jadi.").licence is None
    assert not Licence.objects.exists()


def test_a_refusal_needs_a_reason_that_the_business_reads(asked, owner_user, trainer_officer):
    with pytest.raises(ValidationError):
        refuse_facilitation(asked, actor=trainer_officer, note="")
    refuse_facilitation(asked, actor=trainer_officer, note="Kuota habis")
    assert "Kuota habis" in Message.objects.filter(recipient=owner_user).order_by("-pk")[0].body


def test_a_request_is_withdrawn_by_the_business(asked, owner_user, stranger, trainer_officer):
    with pytest.raises(Facilitation.DoesNotExist):
        withdraw_facilitation(asked, actor=stranger)
    assert withdraw_facilitation(asked, actor=owner_user).status == "withdrawn"
    with pytest.raises(StepError):
        take_up_facilitation(asked, actor=trainer_officer)


def test_an_owner_asks_and_withdraws_by_the_pages(shop, owner_user, sign_in):
    browser, path = sign_in(owner_user), reverse("facilitations")
    assert browser.post(path, {"business": shop.reference}).status_code == 400
    page = browser.post(
        path, {"business": shop.reference, "kind": "merek", "about": "Batik Ayu"}, follow=True
    ).content.decode()
    made = Facilitation.objects.get()
    assert made.reference in page
    assert "Tarik kembali" in page
    page = browser.post(reverse("withdraw_facilitation", args=[made.reference]), follow=True).content.decode()
    assert "Ditarik kembali" in page
    assert "Batik Ayu" in browser.get(path).content.decode()


def test_without_a_registered_business_the_page_says_where_to_begin(stranger, sign_in):
    assert "Belum ada usaha terdaftar" in sign_in(stranger).get(reverse("facilitations")).content.decode()


def test_the_office_answers_by_its_pages(asked, trainer_officer, sign_in):
    browser, path = sign_in(trainer_officer), reverse("office_facilitation", args=[asked.reference])
    assert asked.reference in browser.get(reverse("office_facilitations")).content.decode()
    assert browser.post(path, {"action": "refuse", "note-note": ""}).status_code == 400
    browser.post(path, {"action": "take_up", "note-note": "Kami periksa"})
    page = browser.get(path).content.decode()
    assert "Kami periksa" in page
    assert browser.post(path, {"action": "grant", "grant-number": ""}).status_code == 400
    browser.post(
        path, {"action": "grant", "grant-number": "ID33110000000001", "grant-issued_on": "1-11-2026"}
    )
    asked.refresh_from_db()
    assert asked.status == "granted"
    assert (
        asked.reference
        in browser.get(reverse("office_facilitations"), {"status": "granted"}).content.decode()
    )
    assert asked.reference not in browser.get(reverse("office_facilitations")).content.decode()
