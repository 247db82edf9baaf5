"""The applicant's pages: a whole application by hand, what strangers get, what a page keeps and shows."""

import re
from datetime import date

import pytest
from django.urls import reverse

from core.attachments import attach_file
from core.workflow import take_step
from credit.models import Application, ApplicationCorrection, Loan, Reason
from credit.services import applications as service
from ikm.enums import BusinessStatus
from tests.credit.records import signed_loan
from tests.ikm.businesses import business as make_business
from tests.ikm.entries import picture

pytestmark = pytest.mark.django_db


def text(response):
    return re.sub(r"\s+", " ", response.content.decode())


def page(application, section):
    return reverse("credit_section", args=[application.reference, section])


def test_an_application_from_the_simulator_to_the_receipt(
    shop, owner_user, consent_text, sign_in, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    attach_file(shop, picture(), kind="ktp", actor=owner_user)
    shop.visit_days = []
    shop.save()
    browser = sign_in(owner_user)
    assert "Belum ada permohonan" in text(browser.get(reverse("credit_applications")))
    chosen = text(browser.get(reverse("start_credit"), {"jumlah": "10jt", "bulan": "24"}))
    assert shop.name in chosen
    loan = {"usaha": shop.reference, "jumlah": "10jt", "bulan": "24"}
    tasks = text(browser.post(reverse("start_credit"), loan, follow=True))
    application = Application.objects.get()
    assert (application.amount, application.months) == (10_000_000, 24)
    assert "Belum selesai" in tasks
    assert reverse("credit_section", args=[application.reference, "agunan"]) in tasks

    def fill(section, **data):
        application.refresh_from_db()
        answer = browser.post(page(application, section), {"version": application.version, **data})
        assert answer.status_code == 302, text(answer)
        return answer["Location"]

    assert fill("pinjaman", amount="10jt", months="24") == page(application, "tujuan")
    assert fill("tujuan", purpose_kind="investment", purpose="Oven 10jt") == page(application, "agunan")
    after = fill(
        "agunan", collateral_kind="vehicle", collateral_description="BPKB Beat", collateral_value="12 juta"
    )
    assert after == page(application, "berkas")
    assert "Sudah ada dalam data usaha Anda" in text(browser.get(page(application, "berkas")))
    browser.post(reverse("credit_reuse_document", args=[application.reference, "ktp"]))
    for kind in ("licence", "business_photo", "collateral"):
        fill("berkas", part=kind, **{f"{kind}-file": picture()})
    assert fill("berkas") == page(application, "kunjungan")
    assert fill("kunjungan", days=["0", "3"]) == page(application, "persetujuan")
    assert consent_text.text in text(browser.get(page(application, "persetujuan")))
    assert fill("persetujuan", given="on") == reverse("credit_check", args=[application.reference])
    check = text(browser.get(reverse("credit_check", args=[application.reference])))
    assert "Rp10.000.000" in check
    assert "Belum memenuhi" not in check
    receipt = text(browser.post(reverse("credit_check", args=[application.reference]), follow=True))
    assert application.reference in receipt
    assert "Anda mendapat jawaban paling lambat" in receipt
    assert "pinjaman cair sekitar" in receipt
    state = text(browser.get(reverse("credit_application", args=[application.reference])))
    assert "Petugas memeriksa berkas dan menjadwalkan kunjungan." in state


def test_sending_too_early_lists_all_gaps_with_their_pages(shop, owner_user, sign_in):
    application, _created = service.start_application(shop, actor=owner_user)
    response = sign_in(owner_user).post(reverse("credit_check", args=[application.reference]))
    assert response.status_code == 400
    shown = text(response)
    for section in ("pinjaman", "tujuan", "berkas", "persetujuan"):
        assert f'href="{page(application, section)}"' in shown


def test_a_hard_rule_blocks_with_its_sentence_and_a_soft_one_warns(draft, shop, owner_user, sign_in):
    browser, check = sign_in(owner_user), reverse("credit_check", args=[draft.reference])
    shop.nib = None
    shop.save()
    shown = text(browser.get(check))
    assert "Permohonan tetap dapat dikirim." in shown
    draft.owner.ktp_area_code = "33.22"
    draft.owner.save()
    response = browser.post(check)
    assert response.status_code == 400
    assert "KTP beralamat di luar Kota Semarang." in text(response)


def test_a_page_opened_before_a_change_shows_both_values(draft, owner_user, sign_in):
    service.save_answers(draft, actor=owner_user, amount=4_000_000)
    response = sign_in(owner_user).post(
        page(draft, "pinjaman"), {"version": draft.version, "amount": "3jt", "months": "12"}
    )
    assert response.status_code == 409
    shown = text(response)
    assert "Rp4.000.000" in shown
    assert "Rp3.000.000" in shown


def test_an_amount_that_is_not_lent_is_told_beside_its_field(draft, owner_user, sign_in):
    response = sign_in(owner_user).post(
        page(draft, "pinjaman"), {"version": draft.version, "amount": "99jt", "months": "12"}
    )
    assert response.status_code == 400
    assert "Yang terdekat Rp50.000.000" in text(response)


def test_what_the_register_lacks_is_asked_and_the_rest_only_shown(draft, owner_user, sign_in):
    browser = sign_in(owner_user)
    assert "lives_in_area" not in text(browser.get(page(draft, "usaha")))
    draft.owner.ktp_area_code = ""
    draft.owner.save()
    assert "Apakah KTP pemilik beralamat di Kota Semarang?" in text(browser.get(page(draft, "usaha")))
    assert browser.post(page(draft, "usaha"), {"lives_in_area": "tidak"}).status_code == 400
    assert browser.post(page(draft, "usaha"), {"lives_in_area": "ya"}).status_code == 302
    draft.owner.refresh_from_db()
    assert draft.owner.ktp_area_code == "33.74"


def test_the_start_says_what_to_do_in_each_case(owner_user, sign_in, draft, stranger):
    waiting = make_business(BusinessStatus.SUBMITTED, speaker=owner_user)
    shown = text(sign_in(owner_user).get(reverse("start_credit")))
    assert "Ada draf yang belum dikirim." in shown
    assert waiting.name in shown
    assert "Usaha ini belum terdaftar." in shown
    assert "Daftarkan usaha Anda dahulu" in text(sign_in(stranger).get(reverse("start_credit")))


def test_who_has_a_running_loan_is_told_at_the_start(application, owner_user, partner, sign_in):
    paid = application("approved")
    loan = signed_loan(paid, actor=partner)
    Application.objects.filter(pk=paid.pk).update(status="disbursed")
    other = make_business(BusinessStatus.REGISTERED, speaker=owner_user, registered_on=date(2015, 1, 1))
    browser = sign_in(owner_user)
    why = "Usaha ini atau pemiliknya masih mempunyai pinjaman Wibawa yang berjalan. Ajukan lagi setelah pinjaman itu lunas."
    shown = browser.get(reverse("start_credit"))
    assert {row["business"]: row["refusal"] for row in shown.context["rows"]} == {
        paid.business: why,
        other: "",
    }
    assert text(shown).count("Mulai permohonan") == 1
    assert reverse("my_loan", args=[loan.reference]) in text(shown)
    refused = browser.post(reverse("start_credit"), {"usaha": paid.business.reference})
    assert refused.status_code == 400
    assert refused.context["refusal"] == why
    Loan.objects.update(status="cancelled")
    assert text(browser.get(reverse("start_credit"))).count("Mulai permohonan") == 2


def test_an_application_for_another_business_of_the_owner_is_named_at_the_start(draft, owner_user, sign_in):
    other = make_business(BusinessStatus.REGISTERED, speaker=owner_user, registered_on=date(2015, 1, 1))
    other.ownerships.update(owner=draft.owner)
    shown = text(sign_in(owner_user).get(reverse("start_credit")))
    assert f"masih mempunyai permohonan {draft.reference} untuk usaha lain" in shown
    assert "Mulai permohonan" not in shown


def test_a_second_start_offers_the_draft_and_a_running_application_is_named(draft, shop, owner_user, sign_in):
    browser = sign_in(owner_user)
    again = browser.post(reverse("start_credit"), {"usaha": shop.reference}, follow=True)
    assert "Anda masih mempunyai draf ini." in text(again)
    service.submit_application(draft, actor=owner_user)
    refused = browser.post(reverse("start_credit"), {"usaha": shop.reference})
    assert refused.status_code == 400
    assert "Satu usaha mengajukan satu permohonan." in text(refused)


def test_a_stranger_starts_nothing_for_anothers_business(shop, stranger, sign_in):
    response = sign_in(stranger).post(reverse("start_credit"), {"usaha": shop.reference})
    assert response.status_code == 404


def test_corrections_open_only_what_was_asked(draft, owner_user, officer, sign_in):
    sent = service.submit_application(draft, actor=owner_user)
    take_step(sent, "ask_correction", actor=officer, note="Foto KTP buram.")
    ApplicationCorrection.objects.create(application=sent, field="ktp", note="Foto lagi.", asked_by=officer)
    browser = sign_in(owner_user)
    shown = text(browser.get(reverse("credit_application", args=[draft.reference])))
    assert "Foto KTP buram." in shown
    assert "Foto lagi." in shown
    assert browser.get(page(draft, "pinjaman")).status_code == 302
    documents = text(browser.get(page(draft, "berkas")))
    assert "KTP pemilik" in documents
    assert "Izin usaha" not in documents
    assert browser.post(reverse("credit_check", args=[draft.reference])).status_code == 302
    draft.refresh_from_db()
    assert draft.status == "submitted"


def test_the_consent_is_withdrawn_after_the_page_said_what_it_means(draft, owner_user, sign_in):
    service.submit_application(draft, actor=owner_user)
    browser, address = sign_in(owner_user), reverse("credit_consent", args=[draft.reference])
    assert "tidak dapat diteruskan ke bank" in text(browser.get(address))
    state = text(browser.post(address, follow=True))
    assert "Persetujuan ke bank sudah Anda tarik." in state
    assert not service.has_consent(draft)
    browser.post(address)
    assert service.has_consent(draft)


def test_a_bank_that_has_the_file_keeps_it(application, owner_user, sign_in):
    asked = application("forwarded")
    shown = text(sign_in(owner_user).get(reverse("credit_consent", args=[asked.reference])))
    assert "Bank sudah menerima permohonan dan dokumen Anda" in shown


def test_withdrawing_is_asked_once_more(application, owner_user, sign_in):
    asked = application("submitted")
    browser, address = sign_in(owner_user), reverse("credit_withdraw", args=[asked.reference])
    assert "Tempat Anda dalam antrean hilang." in text(browser.get(address))
    assert "ditarik" in text(browser.post(address, {"note": "Batal"}, follow=True))
    assert browser.get(address).status_code == 302


def test_a_refusal_says_why_what_to_do_and_when_again(application, owner_user, sign_in, client):
    asked = application("declined", reapply_on="2030-03-03", reason_note="Sisa usaha Rp200.000.")
    browser = sign_in(owner_user)
    shown = text(browser.get(reverse("credit_application", args=[asked.reference])))
    reason = Reason.objects.get(code="ability")
    for words in (reason.label, reason.advice, "3 Maret 2030", "Rp200.000"):
        assert words in shown


@pytest.mark.parametrize(
    "status", ["draft", "needs_correction", "visit_planned", "approved", "rejected", "disbursed", "withdrawn"]
)
def test_every_status_has_its_page_and_its_card(application, owner_user, sign_in, status):
    asked = application(status)
    browser = sign_in(owner_user)
    for address in (
        reverse("credit_applications"),
        reverse("credit_application", args=[asked.reference]),
    ):
        assert asked.reference in text(browser.get(address))


def test_neither_the_bank_nor_an_official_opens_the_applicants_pages(application, partner, officer, sign_in):
    asked = application("forwarded")
    for person in (partner, officer):
        response = sign_in(person).get(reverse("credit_application", args=[asked.reference]))
        assert response.status_code == 404


@pytest.mark.parametrize(
    ("name", "most"), [("credit_application", 30), ("credit_check", 45), ("credit_receipt", 20)]
)
def test_a_page_asks_a_bounded_number_of_questions(
    draft, owner_user, sign_in, name, most, django_assert_max_num_queries
):
    if name == "credit_receipt":
        service.submit_application(draft, actor=owner_user)
    browser, address = sign_in(owner_user), reverse(name, args=[draft.reference])
    browser.get(address)
    with django_assert_max_num_queries(most):
        browser.get(address)


def test_the_list_does_not_ask_more_for_more_applications(
    application, owner_user, sign_in, django_assert_max_num_queries
):
    for _number in range(5):
        application("withdrawn")
    browser = sign_in(owner_user)
    browser.get(reverse("credit_applications"))
    with django_assert_max_num_queries(12):
        browser.get(reverse("credit_applications"))
