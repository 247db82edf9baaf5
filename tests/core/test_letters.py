import threading

import pypdf
import pytest
from django.core.exceptions import PermissionDenied
from django.db import connections, transaction

from core.letters import issue_letter, revoke_letter
from core.models import Letter
from ikm.models import Business, Representative

DATA = {
    "signer_name": "Ir. Contoh, M.Si.",
    "signer_post": "Kepala Bidang Industri",
    "signer_unit": "Dinas Perindustrian Kota Semarang",
    "business_name": "Batik Ayu",
    "owner_name": "Siti Aminah",
    "address": "Jl. Contoh 1",
    "kelurahan": "Miroto",
    "kecamatan": "Semarang Tengah",
    "kbli": "13134 Batik (KBLI 2020)",
    "products": "Batik tulis",
    "scale": "Kecil",
    "reference": "IKM-TEST-TEST",
}


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def business(owner_user):
    business = Business.objects.create(name="Batik Ayu")
    Representative.objects.create(user=owner_user, business=business, kind="owner", status="approved")
    return business


def issue(business, actor, **options):
    return issue_letter(
        business,
        kind="ikm_binaan",
        series="SKB",
        title="Surat keterangan IKM binaan",
        data=DATA,
        actor=actor,
        **options,
    )


def test_a_letter_carries_its_number_and_the_address_that_proves_it(business, registrar, client):
    letter = issue(business, registrar)
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(letter.file.path).pages)
    assert letter.number == f"0001/SKB/DISPERIN/{letter.year}"
    assert letter.number in text
    page = client.get(f"/verifikasi/{letter.token}/").content.decode()
    assert letter.token in text.replace("\n", "")
    assert "asli dan berlaku" in page
    assert letter.number in page
    assert letter.sha256 in page
    for private in ("Batik Ayu", "Siti Aminah", "Jl. Contoh"):
        assert private not in page


def test_the_verification_page_says_when_a_letter_is_unknown_revoked_or_over(
    business, registrar, administrator, client
):
    letter = issue(business, registrar)
    with pytest.raises(PermissionDenied):
        revoke_letter(letter, actor=business.representatives.get().user, reason="salah")
    revoke_letter(letter, actor=administrator, reason="Salah nama.")
    assert "sudah dicabut" in client.get(f"/verifikasi/{letter.token}/").content.decode()
    old = issue(business, registrar, valid_until="2020-01-01")
    assert "masa berlakunya habis" in client.get(f"/verifikasi/{old.token}/").content.decode()
    unknown = client.get("/verifikasi/tidak-ada/")
    assert unknown.status_code == 404
    assert "tidak dikenal" in unknown.content.decode()


def test_the_pdf_is_for_who_may_see_the_business(business, registrar, owner_user, stranger, client, sign_in):
    url = f"/surat/{issue(business, registrar).token}/"
    assert client.get(url).status_code == 404
    assert sign_in(stranger).get(url).status_code == 404
    response = sign_in(owner_user).get(url)
    assert b"".join(response.streaming_content).startswith(b"%PDF")


def test_a_rolled_back_letter_leaves_no_gap(business, registrar):
    issue(business, registrar)
    with transaction.atomic():
        issue(business, registrar)
        transaction.set_rollback(True)
    issue(business, registrar)
    assert list(Letter.objects.order_by("serial").values_list("serial", flat=True)) == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_letters_issued_at_once_are_numbered_without_gap_or_repeat(business, registrar):
    def work():
        for _ in range(3):
            issue(business, registrar)
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(Letter.objects.values_list("serial", flat=True)) == list(range(1, 13))
