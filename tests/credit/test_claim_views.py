"""The officials' pages on subsidy claims."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.enums import Role
from core.models import AuditEntry, Letter, Signatory
from credit.models import SubsidyClaim
from credit.services import claims
from credit.services.claims import Claimed
from tests.credit import lent

pytestmark = pytest.mark.django_db
FEBRUARY = date(2026, 2, 1)


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def loan(application, bapas):
    return lent.loan(application("disbursed", bank=bapas), paid=1)


@pytest.fixture
def claim(loan, bapas, partner):
    lines = [
        Claimed(number=1, loan=loan.contract_number, days=31, amount=25_000),
        Claimed(number=2, loan="AKAD-LAIN", days=28, amount=900),
    ]
    return claims.upload_claim(
        bapas, actor=partner, scheme=loan.scheme_version.scheme, month=FEBRUARY, lines=lines
    )


def page_of(claim):
    return reverse("credit_claim", args=[claim.reference])


def test_a_file_becomes_a_claim(loan, bapas, officer, sign_in):
    client = sign_in(officer)
    text = f"akad;hari;subsidi\n{loan.contract_number};28;22.500\n"
    data = {
        "bank": bapas.pk,
        "scheme": loan.scheme_version.scheme_id,
        "month": "2026-02-01",
        "file": SimpleUploadedFile("tagihan.csv", text.encode()),
    }
    answer = client.post(reverse("credit_claim_upload"), data)
    claim = SubsidyClaim.objects.get()
    assert answer.status_code == 302
    assert (claim.claimed_total, claim.month) == (22_500, FEBRUARY)
    data["file"] = SimpleUploadedFile("tagihan.csv", b"akad;hari;subsidi\nX;99;1\n")
    assert (
        "Baris 2: jumlah hari harus angka"
        in client.post(reverse("credit_claim_upload"), data).content.decode()
    )


def test_from_counting_to_paying(claim, officer, approver, sign_in):
    client = sign_in(officer)
    client.post(page_of(claim), {"action": "check"})
    text = client.get(page_of(claim)).content.decode()
    assert "Hari berbeda: bank 31, portal 28." in text
    assert "tidak dikenal pada bank ini" in text
    assert "Dihitung tiga cara" in text
    assert 'value="agree"' not in text
    Signatory.objects.create(name="Contoh", post="Kepala Dinas", unit="Dinas", in_force_from="2020-01-01")
    client = sign_in(approver)
    assert 'value="agree"' in client.get(page_of(claim)).content.decode()
    client.post(page_of(claim), {"action": "agree"})
    claim.refresh_from_db()
    assert claim.status == "agreed"
    answer = client.post(page_of(claim), {"action": "recap", "signatory": Signatory.objects.get().pk})
    assert answer.status_code == 302
    letter = Letter.objects.get(kind="rekap_subsidi")
    with letter.file.open() as file:
        assert file.read().startswith(b"%PDF")
    assert client.get(reverse("letter_verification", args=[letter.token])).status_code == 200
    client = sign_in(officer)
    text = client.get(page_of(claim)).content.decode()
    assert letter.number in text
    missing = client.post(page_of(claim), {"action": "pay", "payment_order": "", "paid_on": ""})
    assert "error-summary" in missing.content.decode()
    client.post(page_of(claim), {"action": "pay", "payment_order": "SP2D 7/2026", "paid_on": "2026-03-10"})
    claim.refresh_from_db()
    assert claim.status == "paid"
    assert "SP2D 7/2026" in client.get(page_of(claim)).content.decode()


def test_a_claim_goes_back_with_a_reason(claim, officer, sign_in):
    client = sign_in(officer)
    client.post(page_of(claim), {"action": "check"})
    assert (
        "Tuliskan alasannya" in client.post(page_of(claim), {"action": "return", "note": ""}).content.decode()
    )
    client.post(page_of(claim), {"action": "return", "note": "Februari 28 hari."})
    text = client.get(page_of(claim)).content.decode()
    assert "Februari 28 hari." in text
    assert "Unggah perbaikan" in text


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_all_lines_are_taken_out_with_a_line_in_the_trail(claim, officer, sign_in, kind):
    answer = sign_in(officer).get(reverse("credit_claim_file", args=[claim.reference, kind]))
    content = b"".join(answer.streaming_content)
    assert (b"AKAD-LAIN" in content) or kind == "xlsx"
    assert AuditEntry.objects.filter(action="credit.export_claim", subject=claim.reference).exists()


def test_the_list_is_filtered(claim, bapas, officer, sign_in, django_assert_max_num_queries):
    client = sign_in(officer)
    with django_assert_max_num_queries(10):
        assert claim.reference in client.get(reverse("credit_claims")).content.decode()
    assert claim.reference not in client.get(reverse("credit_claims"), {"status": "paid"}).content.decode()
    assert claim.reference in client.get(reverse("credit_claims"), {"bank": bapas.pk}).content.decode()


def test_who_sees_claims(claim, owner_user, partner, auditor, person, sign_in):
    for user in (owner_user, partner, person(Role.GALLERY_CURATOR), person(Role.REGISTRAR)):
        assert sign_in(user).get(page_of(claim)).status_code == 403
        assert sign_in(user).get(reverse("credit_claims")).status_code == 403
    client = sign_in(auditor)
    assert client.get(page_of(claim)).status_code == 200
    assert "tidak mencakup" in client.post(page_of(claim), {"action": "check"}).content.decode()
    assert client.get(reverse("credit_claim_upload")).status_code == 403
