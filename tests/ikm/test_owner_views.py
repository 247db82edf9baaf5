"""The entrepreneur's pages: a whole registration by hand, what strangers get, what a page keeps and shows."""

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Consent
from core.models import Message
from core.workflow import take_step
from ikm.enums import BusinessStatus
from ikm.kbli_search import search_kbli
from ikm.models import Business, CorrectionItem
from ikm.parts import SECTIONS
from ikm.services import registration
from tests.ikm.entries import (
    complete_draft,
    in_status,
    kelurahan,
    new_nik,
    picture,
    registered,
    submitted,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def page(business, section):
    return reverse("registration_section", args=[business.reference, section])


def text(response):
    return re.sub(r"\s+", " ", response.content.decode())


def test_a_registration_from_the_first_press_to_the_receipt(owner_user, sign_in):
    browser = sign_in(owner_user)
    assert "Belum ada usaha" in text(browser.get(reverse("my_businesses")))
    response = browser.post(reverse("start_registration"), follow=True)
    business = Business.objects.get()
    assert "Belum selesai" in text(response)

    def fill(section, then="next", **data):
        business.refresh_from_db()
        answer = browser.post(page(business, section), {"version": business.version, **data})
        assert answer.status_code == 302, text(answer)
        return answer["Location"]

    assert fill("identitas", name="Bandeng Juwita", legal_form="individual") == page(business, "produk")
    assert fill("produk", name="Bandeng presto") == page(business, "kbli")
    assert fill("kbli", q="bandeng", main_kbli=search_kbli("bandeng")[0].pk) == page(business, "alamat")
    fill("alamat", address="Jalan Pandanaran 57", kelurahan=kelurahan().pk)
    fill(
        "pemilik",
        name="Siti Aminah",
        nik=new_nik(),
        sex="female",
        birth_date="11-01-1980",
        phone="0812 3456 7890",
    )
    fill("pekerja", men_workers="1", women_workers="3")
    fill("modal", investment="25jt", turnover="120.000.000")
    for part in ("document_ktp", "document_business_photo"):
        answer = browser.post(page(business, "berkas"), {"part": part, f"{part}-file": picture()})
        assert answer.status_code == 302, text(answer)
    fill("persetujuan", register="on", publish="on")

    check = text(browser.get(reverse("check_answers", args=[business.reference])))
    assert "Bandeng Juwita" in check
    assert "Rp25.000.000" in check
    assert "0812-3456-7890" in check
    assert not re.search(r"\b\d{16}\b", check)
    response = browser.post(reverse("check_answers", args=[business.reference]), follow=True)
    assert response.redirect_chain[-1][0] == reverse("registration_receipt", args=[business.reference])
    assert business.reference in text(response)
    assert "Anda mendapat jawaban paling lambat" in text(response)
    business.refresh_from_db()
    assert business.status == BusinessStatus.SUBMITTED
    assert set(Consent.objects.values_list("purpose", flat=True)) == {"register", "publish"}
    assert Message.objects.filter(recipient=owner_user, about=business.reference).exists()
    assert "Menunggu verifikasi" in text(browser.get(reverse("my_businesses")))

    browser.logout()
    response = browser.post(reverse("track"), {"reference": business.reference.lower(), "last_four": "7890"})
    assert "Petugas sedang memeriksa" in text(response)


def test_sending_too_early_lists_every_gap_with_its_page(owner_user, sign_in):
    business, _created = registration.start_registration(actor=owner_user)
    response = sign_in(owner_user).post(reverse("check_answers", args=[business.reference]))
    assert response.status_code == 400
    for gap in registration.gaps(business):
        assert gap.sentence in text(response)
        assert page(business, gap.section) in text(response)


def test_every_typed_value_is_kept_on_an_error(owner_user, sign_in):
    business, _created = registration.start_registration(actor=owner_user)
    response = sign_in(owner_user).post(
        page(business, "pemilik"),
        {
            "version": business.version,
            "name": "Siti",
            "nik": "12",
            "birth_date": "31-02-1980",
            "phone": "12",
            "ktp_address": "Jl. Mawar",
        },
    )
    assert response.status_code == 400
    for typed in ("Siti", "31-02-1980", "Jl. Mawar", 'value="12"'):
        assert typed in response.content.decode()
    business.refresh_from_db()
    assert not business.ownerships.exists()


def test_a_stored_nik_is_shown_masked_and_kept_when_left_empty(owner_user, sign_in):
    nik = new_nik()
    business = complete_draft(owner_user, nik=nik)
    browser = sign_in(owner_user)
    shown = text(browser.get(page(business, "pemilik")))
    assert nik not in shown
    assert f"{nik[:4]}••••••••{nik[-4:]}" in shown
    browser.post(
        page(business, "pemilik"), {"version": business.version, "name": "Siti Aminah Baru", "nik": ""}
    )
    owner = business.ownerships.get().owner
    assert (owner.name, owner.nik) == ("Siti Aminah Baru", nik)


def test_what_is_known_of_the_person_is_not_asked_again(owner_user, sign_in):
    first = submitted(owner_user)
    business, _created = registration.start_registration(actor=owner_user)
    shown = text(sign_in(owner_user).get(page(business, "pemilik")))
    assert "Siti Aminah" in shown
    assert "0812-3456-7890" in shown
    assert first.ownerships.get().owner.nik not in shown


def test_a_half_filled_page_is_kept(owner_user, sign_in):
    business, _created = registration.start_registration(actor=owner_user)
    response = sign_in(owner_user).post(
        page(business, "alamat"), {"version": business.version, "address": "Jalan Mawar 2", "then": "list"}
    )
    assert response["Location"] == reverse("my_business", args=[business.reference])
    business.refresh_from_db()
    assert (business.address, business.kelurahan) == ("Jalan Mawar 2", None)


def test_a_stale_page_shows_both_values_and_may_then_be_saved(owner_user, sign_in):
    business, _created = registration.start_registration(actor=owner_user)
    browser, old = sign_in(owner_user), business.version
    registration.save_details(business, actor=owner_user, name="Dari telepon lain")
    response = browser.post(page(business, "identitas"), {"version": old, "name": "Dari telepon ini"})
    assert response.status_code == 409
    assert "Dari telepon lain" in text(response)
    assert "Dari telepon ini" in text(response)
    version = re.search(r'name="version" value="(\d+)"', response.content.decode())[1]
    browser.post(page(business, "identitas"), {"version": version, "name": "Dari telepon ini"})
    business.refresh_from_db()
    assert business.name == "Dari telepon ini"


def test_a_stale_choice_of_kbli_shows_both_and_may_then_be_saved(owner_user, sign_in):
    business, _created = registration.start_registration(actor=owner_user)
    browser, old = sign_in(owner_user), business.version
    first, second = search_kbli("batik")[:2]
    registration.save_details(business, actor=owner_user, main_kbli=first)
    response = browser.post(page(business, "kbli"), {"q": "batik", "version": old, "main_kbli": second.pk})
    assert response.status_code == 409
    version = re.search(r'name="version" value="(\d+)"', response.content.decode())[1]
    browser.post(page(business, "kbli"), {"q": "batik", "version": version, "main_kbli": second.pk})
    business.refresh_from_db()
    assert business.main_kbli == second


def test_a_look_alike_is_shown_before_sending(owner_user, stranger, sign_in):
    known = submitted(owner_user, name="Batik Sekar Jagad")
    alike = complete_draft(stranger, name="Batik Sekar Jagat", phone="+6281300000009")
    shown = text(sign_in(stranger).get(reverse("check_answers", args=[alike.reference])))
    assert reverse("claim_business", args=[known.reference]) in shown
    assert "0812-3456-7890" not in shown
    assert "0813-0000-0009" in shown


def test_a_known_nib_leads_to_the_claim(owner_user, stranger, sign_in):
    submitted(owner_user, nib="1234567890123")
    business, _created = registration.start_registration(actor=stranger)
    response = sign_in(stranger).post(
        page(business, "identitas"), {"version": business.version, "nib": "1234567890123"}
    )
    assert response.status_code == 400
    assert reverse("claim_search") in text(response)
    assert "Siti" not in text(response)
    assert "Batik" not in text(response)


def test_who_has_a_draft_is_offered_it(owner_user, sign_in):
    business = complete_draft(owner_user)
    response = sign_in(owner_user).get(reverse("start_registration"))
    assert reverse("my_business", args=[business.reference]) in text(response)


def test_kbli_is_found_by_everyday_words(owner_user, sign_in):
    business, _created = registration.start_registration(actor=owner_user)
    response = sign_in(owner_user).get(page(business, "kbli"), {"q": "batik"})
    assert 'type="radio"' in text(response)
    assert search_kbli("batik")[0].title in html.unescape(text(response))


def test_during_correction_only_the_asked_fields_are_shown(owner_user, verifier, sign_in):
    business = submitted(owner_user)
    CorrectionItem.objects.create(
        business=business, field="address", reason="wrong_area", note="Beda dengan KTP", asked_by=verifier
    )
    business = in_correction(business, verifier)
    browser = sign_in(owner_user)
    home = text(browser.get(reverse("my_business", args=[business.reference])))
    assert "Beda dengan KTP" in home
    shown = text(browser.get(page(business, "alamat")))
    assert 'name="address"' in shown
    assert 'name="kelurahan"' not in shown
    assert browser.get(page(business, "pemilik")).status_code == 302
    browser.post(page(business, "alamat"), {"version": business.version, "address": "Jalan Baru 1"})
    browser.post(reverse("check_answers", args=[business.reference]))
    business.refresh_from_db()
    assert (business.status, business.address) == (BusinessStatus.SUBMITTED, "Jalan Baru 1")


def in_correction(business, official):
    business = take_step(business, "ask_correction", actor=official)
    business.refresh_from_db()
    return business


def test_a_refused_entry_is_not_a_dead_end(owner_user, verifier, sign_in):
    business = in_status(BusinessStatus.REJECTED, owner_user, verifier)
    browser = sign_in(owner_user)
    assert "Bukan industri" in text(browser.get(reverse("my_business", args=[business.reference])))
    browser.post(reverse("revise_business", args=[business.reference]))
    assert "Bukan industri" in text(browser.get(reverse("my_business", args=[business.reference])))
    business.refresh_from_db()
    assert business.status == BusinessStatus.DRAFT


OWN_PAGES = [
    ("my_business", []),
    ("check_answers", []),
    ("registration_receipt", []),
    ("discard_draft", []),
    *(("registration_section", [name]) for name in SECTIONS),
]


@pytest.mark.parametrize(("name", "more"), OWN_PAGES)
def test_a_stranger_gets_404_and_the_anonymous_the_sign_in(name, more, owner_user, stranger, client):
    business = complete_draft(owner_user)
    address = reverse(name, args=[business.reference, *more])
    assert client.get(address)["Location"].startswith(reverse("account_login"))
    client.force_login(stranger, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(address).status_code == 404
    assert client.post(address).status_code in {404, 405}


@pytest.mark.parametrize("section", SECTIONS)
def test_an_official_is_not_shown_the_owners_pages(section, owner_user, verifier, sign_in):
    business = complete_draft(owner_user)
    assert sign_in(verifier).get(page(business, section)).status_code == 404


@pytest.mark.parametrize("status", BusinessStatus)
def test_every_page_answers_in_every_status(status, owner_user, registrar, sign_in):
    business = in_status(status, owner_user, registrar)
    browser = sign_in(owner_user)
    for name, more in OWN_PAGES:
        response = browser.get(reverse(name, args=[business.reference, *more]))
        assert response.status_code in {200, 302}, (name, response.status_code)


def test_removing_lines_and_files(owner_user, sign_in):
    business = complete_draft(owner_user)
    browser = sign_in(owner_user)
    licence = registration.add_licence(business, actor=owner_user, kind="other", number="X 1")
    browser.post(reverse("remove_licence", args=[business.reference, licence.pk]))
    browser.post(reverse("remove_product", args=[business.reference, business.products.get().pk]))
    browser.post(reverse("remove_document", args=[business.reference, "document_ktp"]))
    assert not business.licences.exists()
    assert not business.products.exists()
    assert not registration.documents(business, "ktp").exists()


def test_a_wrong_file_gets_a_sentence(owner_user, sign_in):
    business, _created = registration.start_registration(actor=owner_user)
    upload = SimpleUploadedFile("ktp.jpg", b"<html><script>alert(1)</script>", content_type="image/jpeg")
    response = sign_in(owner_user).post(
        page(business, "berkas"), {"part": "document_ktp", "document_ktp-file": upload}
    )
    assert response.status_code == 400
    assert "Foto dokumennya" in text(response)
    assert not business.attachments.exists()


def test_the_list_of_my_businesses_takes_few_queries(
    owner_user, registrar, sign_in, django_assert_max_num_queries
):
    for number in range(4):
        registered(owner_user, registrar, name=f"Usaha {number}")
    browser = sign_in(owner_user)
    with django_assert_max_num_queries(14):
        browser.get(reverse("my_businesses"))
