"""The SIT checklist on a page, and the back office that links to it."""

from django.urls import reverse

from ikm.models import Business
from sandbox.checklist import tick
from sandbox.enums import Row
from sandbox.models import Proof
from tests.sandbox.conftest import BANK


def text(answer):
    return answer.content.decode()


def page(partner):
    return reverse("sandbox_checklist", args=[partner.reference])


def test_the_partner_and_officials_see_what_was_shown_and_strangers_nothing(
    bank, ministry, administrator, auditor, owner_user, sign_in, program
):
    program(bank)
    tick(bank.pk, Row.TOKEN)
    tick(bank.pk, Row.TOKEN)
    for user in (bank.user, administrator, auditor):
        shown = text(sign_in(user).get(page(bank)))
        assert "1 dari 14 butir" in shown
        assert shown.count("Terbukti") == 1
        assert ("Kembalikan ke hari pertama" in shown) == (user != auditor)
    for user in (owner_user, ministry.user):
        assert sign_in(user).get(page(bank)).status_code == 404
    assert list(Proof.objects.visible_to(ministry.user)) == []
    assert Proof.objects.visible_to(bank.user).get().times == 2


def test_a_ministry_has_no_payments_to_show(ministry, sign_in):
    shown = text(sign_in(ministry.user).get(page(ministry)))
    assert "Pembayaran" not in shown
    assert "Belum ada klien uji" in shown


def test_a_press_empties_the_sandbox(bank, auditor, in_sandbox, sign_in, program):
    program(bank)
    with in_sandbox():
        Business.objects.create(name="Akan hilang", status="draft")
    answer = sign_in(auditor).post(page(bank), follow=True)
    assert "Hanya mitra itu sendiri" in text(answer)
    answer = sign_in(bank.user).post(page(bank), follow=True)
    assert "hari pertama" in text(answer)
    with in_sandbox(BANK):
        assert not Business.objects.filter(name="Akan hilang").exists()


def test_the_guide_tells_the_magic_numbers_and_leads_a_partner_to_its_pages(bank, sign_in):
    shown = text(sign_in(bank.user).get(reverse("api_start")))
    assert "KRD-UJTE-RMAD" in shown
    assert page(bank) in shown
