import io
import threading
from datetime import date, timedelta

import pypdf
import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from core.models import Letter, LetterCounter, Message, Signatory
from core.workflow import StepError, begin, history
from ikm.enums import LetterKind, LetterRequestStatus
from ikm.models import LetterRequest
from ikm.services.letter_issue import (
    issue_letter_request,
    obstacles,
    preview_letter,
    refuse_letter_request,
    revoke_issued_letter,
)
from tests.ikm import entries

BRAND = {"brand": "Sekar Jagad", "goods": "Kain batik", "nice_class": 24}


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def signatory(db):
    return Signatory.objects.create(
        name="Ir. Contoh, M.Si.",
        post="Kepala Dinas",
        unit="Dinas Perindustrian Kota Semarang",
        nip="197001012000011001",
        in_force_from="2026-01-01",
    )


@pytest.fixture
def business(owner_user, registrar):
    return entries.registered(owner_user, registrar)


def ask(business, actor, kind=LetterKind.BINAAN, **fields):
    request = LetterRequest.objects.create(business=business, kind=kind, requested_by=actor, **fields)
    begin(request, "request", actor=actor)
    return request


def text_of(content):
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def test_issuing_makes_the_letter_and_tells_who_asked(business, owner_user, registrar, signatory):
    request = issue_letter_request(ask(business, owner_user), actor=registrar, signatory=signatory)
    assert request.status == LetterRequestStatus.ISSUED
    assert business.letters.get() == request.letter
    with request.letter.file.open("rb") as stream:
        text = text_of(stream.read())
    for fact in (request.letter.number, business.name, "Siti Aminah", "Ir. Contoh", "Batik tulis", "Kecil"):
        assert fact in text
    message = Message.objects.get(title="Surat Anda sudah terbit")
    assert message.recipient == owner_user
    assert request.reference in message.link
    assert history(request).last().step == "issue"


def test_a_brand_letter_holds_to_the_end_of_the_filing_year(business, owner_user, registrar, signatory):
    request = issue_letter_request(
        ask(business, owner_user, LetterKind.MEREK, **BRAND), actor=registrar, signatory=signatory
    )
    year = timezone.localdate().year
    assert request.letter.valid_until == date(year, 12, 31)
    with request.letter.file.open("rb") as stream:
        text = text_of(stream.read()).replace("\n", " ")
    assert "Rp500.000" in text
    assert "Rp1.800.000" in text
    assert str(year) in text
    # The same brand once a year, whatever its capitals; another brand freely.
    again = ask(business, owner_user, LetterKind.MEREK, **BRAND | {"brand": "SEKAR JAGAD"})
    with pytest.raises(ValidationError, match="sudah mendapat surat"):
        issue_letter_request(again, actor=registrar, signatory=signatory)
    other = ask(business, owner_user, LetterKind.MEREK, **BRAND | {"brand": "Jagad Raya"})
    issue_letter_request(other, actor=registrar, signatory=signatory)
    # A revoked one may be issued anew.
    revoke_issued_letter(request, actor=registrar, reason="Salah kelas.")
    issue_letter_request(again, actor=registrar, signatory=signatory)
    assert list(Letter.objects.order_by("serial").values_list("serial", flat=True)) == [1, 2, 3]


def stale(business):
    business.confirmed_on = timezone.localdate() - timedelta(days=400)


def large(business):
    business.scale = "large"


def closed(business):
    business.status, business.closed_on = "closed", timezone.localdate()


def without_products(business):
    business.products.all().delete()


def unverified(business):
    business.verified_on = None


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (stale, "lebih dari 12 bulan"),
        (unverified, "belum diverifikasi"),
        (large, "hanya untuk industri kecil dan menengah"),
        (closed, "hanya dibuat untuk usaha terdaftar"),
        (without_products, "Belum ada produk"),
    ],
)
def test_what_stands_in_the_way_is_said_and_draws_no_number(
    business, owner_user, registrar, signatory, spoil, sentence
):
    request = ask(business, owner_user)
    spoil(business)
    business.save()
    with pytest.raises(ValidationError, match=sentence):
        issue_letter_request(request, actor=registrar, signatory=signatory)
    assert not Letter.objects.exists()
    assert not LetterCounter.objects.exists()
    request.refresh_from_db()
    assert request.status == LetterRequestStatus.REQUESTED


def test_only_a_signatory_in_force_signs(business, owner_user, registrar, signatory):
    request = ask(business, owner_user)
    with time_machine.travel("2025-06-01", tick=False):
        assert any("penanda tangan" in sentence for sentence in obstacles(request))
    retired = Signatory.objects.create(
        name="Lama", post="Kepala", unit="Dinas", in_force_from="2020-01-01", in_force_until="2025-12-31"
    )
    with pytest.raises(ValidationError, match="tidak berlaku hari ini"):
        issue_letter_request(request, actor=registrar, signatory=retired)


def test_who_may_not_issue_does_not(business, owner_user, verifier, auditor, person, signatory):
    request = ask(business, owner_user)
    for actor in (verifier, auditor, owner_user):
        with pytest.raises(PermissionDenied):
            issue_letter_request(request, actor=actor, signatory=signatory)
    with pytest.raises(LetterRequest.DoesNotExist):
        issue_letter_request(request, actor=person(), signatory=signatory)


def test_nobody_issues_what_he_asked_for_himself(business, registrar, person, signatory):
    request = ask(business, registrar)
    with pytest.raises(PermissionDenied, match="orang lain"):
        issue_letter_request(request, actor=registrar, signatory=signatory)
    issue_letter_request(request, actor=person("registrar"), signatory=signatory)


def test_refusing_needs_a_reason_and_tells_it(business, owner_user, registrar):
    request = ask(business, owner_user)
    with pytest.raises(ValidationError):
        refuse_letter_request(request, actor=registrar, note=" ")
    refuse_letter_request(request, actor=registrar, note="Data belum cocok.")
    assert "Data belum cocok." in Message.objects.get(title="Permintaan surat ditolak").body
    with pytest.raises(StepError):
        refuse_letter_request(request, actor=registrar, note="Lagi.")


def test_revoking_is_told_once_and_shown_to_the_public(business, owner_user, registrar, signatory, client):
    request = issue_letter_request(ask(business, owner_user), actor=registrar, signatory=signatory)
    for _time in range(2):
        revoke_issued_letter(request, actor=registrar, reason="Nama keliru.")
    assert Message.objects.filter(title="Surat Anda dicabut").count() == 1
    page = client.get(reverse("letter_verification", args=[request.letter.token]))
    assert "sudah dicabut" in page.content.decode()


def test_a_preview_looks_like_the_letter_and_changes_nothing(business, owner_user, signatory):
    text = text_of(preview_letter(ask(business, owner_user), signatory))
    assert "PRATINJAU" in text
    assert business.name in text
    assert not Letter.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_issue_one_letter(business, owner_user, registrar, person, signatory):
    request, results = ask(business, owner_user), []
    barrier = threading.Barrier(2)

    def work(actor):
        try:
            barrier.wait()
            issue_letter_request(request, actor=actor, signatory=signatory)
            results.append("issued")
        except StepError:
            results.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(actor,)) for actor in (registrar, person("registrar"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["issued", "refused"]
    assert Letter.objects.get().serial == 1


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_an_official_looks_issues_and_revokes(
    business, owner_user, registrar, signatory, sign_in, django_assert_max_num_queries
):
    request = ask(business, owner_user)
    client = sign_in(registrar)
    with django_assert_max_num_queries(12):
        listed = client.get(reverse("letter_requests")).content.decode()
    assert request.reference in listed
    url = reverse("letter_decision", args=[request.reference])
    page = client.get(url).content.decode()
    preview_url = reverse("letter_preview", args=[request.reference])
    assert preview_url in page
    preview = client.get(preview_url)
    assert preview["Content-Type"] == "application/pdf"
    assert preview["X-Frame-Options"] == "SAMEORIGIN"
    refused = client.post(url, {"action": "refuse", "note": ""})
    assert refused.status_code == 400
    answer = client.post(url, {"action": "issue", "signatory": signatory.pk}, follow=True).content.decode()
    assert "Surat terbit dengan nomor 0001/SKB/DISPERIN/" in answer
    assert client.get(preview_url).status_code == 404
    assert client.post(url, {"action": "revoke", "note": ""}).status_code == 400
    answer = client.post(url, {"action": "revoke", "note": "Keliru"}, follow=True).content.decode()
    assert "Dicabut" in answer
    assert request.reference in client.get(reverse("letter_requests") + "?semua").content.decode()


def test_the_page_says_what_stands_in_the_way(business, owner_user, registrar, sign_in):
    request = ask(business, owner_user)
    page = sign_in(registrar).get(reverse("letter_decision", args=[request.reference])).content.decode()
    assert "Belum ada penanda tangan" in page
    assert "Setujui dan terbitkan" not in page


def test_strangers_see_no_page_of_letters(business, owner_user, verifier, sign_in, client):
    request = ask(business, owner_user)
    urls = [
        reverse("letter_requests"),
        *(reverse(name, args=[request.reference]) for name in ("letter_decision", "letter_preview")),
    ]
    for url in urls:
        assert client.get(url).status_code == 302
    for user in (owner_user, verifier):
        for url in urls:
            assert sign_in(user).get(url).status_code == 403
