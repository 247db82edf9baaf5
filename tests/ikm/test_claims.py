"""Claiming a business: found exactly or not at all, decided by an official, told to those concerned."""

from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.urls import reverse

from accounts.enums import Role
from core.models import Event, Message
from core.workflow import StepError, history
from ikm.enums import BusinessStatus, RepresentativeStatus
from ikm.models import Business, Representative
from ikm.services import claims
from tests.ikm.entries import complete_draft, in_status, registered

pytestmark = pytest.mark.django_db

NIB = "1234567890123"


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def business(owner_user, verifier):
    return registered(owner_user, verifier, nib=NIB)


def claim(business, actor, **more):
    return claims.claim_business(business, actor=actor, kind="owner", reason="Saya pemiliknya.", **more)


@pytest.mark.parametrize("text", ["1234567890123", "1234 5678 9012 3", " batik  SEKAR jagad "])
def test_a_business_is_found_by_its_nib_or_its_whole_name(text, business):
    assert claims.find_claimable(text) == [business]


def test_a_business_is_found_by_its_reference_as_people_type_it(business):
    assert claims.find_claimable(business.reference.lower().replace("-", " ")) == [business]


@pytest.mark.parametrize("text", ["", "b", "Batik", "Batik Sekar", "%", "123456789012", "IKM-2222-2222"])
def test_nothing_inexact_finds_anything(text, business):
    assert claims.find_claimable(text) == []


def test_a_draft_is_found_by_nib_alone(owner_user):
    draft = complete_draft(owner_user, nib=NIB)
    assert claims.find_claimable(NIB) == [draft]
    assert claims.find_claimable(draft.name) == []
    assert claims.find_claimable(draft.reference) == []


def test_a_merged_file_leads_to_the_kept_one(owner_user, registrar):
    merged = in_status(BusinessStatus.MERGED, owner_user, registrar)
    assert claims.find_claimable(merged.reference) == [merged.merged_into]
    with pytest.raises(ValidationError):
        claim(merged, owner_user)


def test_a_claim_gives_no_right_yet(business, stranger):
    made = claim(business, stranger)
    assert made.status == RepresentativeStatus.CLAIMED
    assert history(made).get().step == "claim"
    assert not Business.objects.visible_to(stranger).exists()
    assert Message.objects.filter(recipient=stranger, about=made.reference).exists()
    assert Event.objects.filter(subject=made.reference, kind="ikm.representative.claim").exists()


def test_a_claim_needs_a_reason_and_is_made_once(business, stranger, verifier):
    with pytest.raises(ValidationError) as error:
        claims.claim_business(business, actor=stranger, kind="owner", reason="  ")
    assert list(error.value.error_dict) == ["reason"]
    claim(business, stranger)
    with pytest.raises(ValidationError, match="sudah mengajukan"):
        claim(business, stranger)
    with pytest.raises(PermissionDenied):
        claim(business, verifier)


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_make_one_claim(business, stranger):
    barrier, results = Barrier(2), []

    def press():
        try:
            barrier.wait()
            claim(business, stranger)
            results.append("made")
        except ValidationError:
            results.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=press) for _number in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(results) == ["made", "refused"]


def test_approval_gives_the_right_and_tells_both(business, owner_user, stranger, registrar):
    Message.objects.all().delete()
    made = claims.approve_claim(claim(business, stranger), actor=registrar)
    assert made.status == RepresentativeStatus.APPROVED
    assert list(Business.objects.visible_to(stranger)) == [business]
    assert Message.objects.filter(recipient=stranger, about=business.reference).count() == 1
    warning = Message.objects.get(recipient=owner_user)
    assert "wakil baru" in warning.title
    assert "Orang Lain" not in warning.body


def test_refusal_needs_a_reason_and_tells_it(business, stranger, registrar):
    made = claim(business, stranger)
    with pytest.raises(ValidationError):
        claims.refuse_claim(made, actor=registrar, note=" ")
    claims.refuse_claim(made, actor=registrar, note="NIB bukan atas nama Anda.")
    assert "NIB bukan atas nama Anda." in Message.objects.filter(recipient=stranger).first().body
    assert not Business.objects.visible_to(stranger).exists()
    claim(business, stranger)


def test_the_end_takes_the_right_and_tells(business, owner_user, registrar):
    representative = business.representatives.get(user=owner_user)
    claims.end_representation(representative, actor=registrar, note="Usaha dijual.")
    assert not Business.objects.visible_to(owner_user).exists()
    assert "Usaha dijual." in Message.objects.filter(recipient=owner_user).first().body


def test_nobody_approves_the_own_claim(business, person, registrar):
    boss = person(Role.ADMINISTRATOR)
    made = claim(business, boss)
    with pytest.raises(PermissionDenied):
        claims.approve_claim(made, actor=boss)


def test_an_entrepreneur_approves_nothing(business, stranger, owner_user):
    made = claim(business, stranger)
    for actor in (stranger, owner_user):
        with pytest.raises(PermissionDenied):
            claims.approve_claim(made, actor=actor)


def test_a_claim_is_taken_back_by_the_claimant_alone(business, stranger, owner_user):
    made = claim(business, stranger)
    with pytest.raises(Representative.DoesNotExist):
        claims.withdraw_claim(made, actor=owner_user)
    claims.withdraw_claim(made, actor=stranger)
    with pytest.raises(StepError):
        claims.withdraw_claim(made, actor=stranger)


def test_the_pages_show_no_one_elses_data(business, stranger, sign_in):
    browser = sign_in(stranger)
    found = browser.get(reverse("claim_search"), {"q": NIB}).content.decode()
    assert business.name in found
    address = reverse("claim_business", args=[business.reference])
    page = browser.get(address, {"q": NIB}).content.decode()
    answer = browser.post(address, {"q": NIB, "kind": "owner", "reason": "Saya pemiliknya."}, follow=True)
    made = Representative.objects.get(user=stranger)
    assert made.reference in answer.content.decode()
    for html in (found, page, answer.content.decode()):
        for secret in ("Siti", "81234567890", "7890", "Jalan Pemuda", "Pemilik Usaha"):
            assert secret not in html.replace(NIB, "")
    browser.post(reverse("withdraw_claim", args=[made.reference]))
    made.refresh_from_db()
    assert made.status == RepresentativeStatus.ENDED


def test_a_draft_found_by_nib_keeps_its_name(owner_user, stranger, sign_in):
    draft = complete_draft(owner_user, nib=NIB)
    browser = sign_in(stranger)
    assert draft.name not in browser.get(reverse("claim_search"), {"q": NIB}).content.decode()
    browser.post(
        reverse("claim_business", args=[draft.reference]), {"q": NIB, "kind": "owner", "reason": "Saya."}
    )
    assert Representative.objects.filter(user=stranger).exists()
    assert draft.name not in browser.get(reverse("my_businesses")).content.decode()


def test_a_claim_page_of_somebody_else_is_404(business, stranger, owner_user, sign_in):
    made = claim(business, stranger)
    browser = sign_in(owner_user)
    assert browser.get(reverse("claim_detail", args=[made.reference])).status_code == 404
    assert browser.post(reverse("withdraw_claim", args=[made.reference])).status_code == 404


def test_an_empty_or_inexact_search_leads_on(stranger, sign_in):
    browser = sign_in(stranger)
    assert "Isi NIB" in browser.get(reverse("claim_search"), {"q": ""}).content.decode()
    page = browser.get(reverse("claim_search"), {"q": "tidak ada"}).content.decode()
    assert reverse("start_registration") in page
