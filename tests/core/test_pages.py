import io

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.models import User
from core import outbox
from core.attachments import attach_file, publish_attachment, remove_attachment
from core.models import AuditEntry, Delivery, Message
from ikm.models import Business, Representative


@pytest.fixture
def business(owner_user):
    business = Business.objects.create(name="Batik Ayu")
    Representative.objects.create(user=owner_user, business=business, kind="owner", status="approved")
    return business


@pytest.fixture
def ktp(business, owner_user, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    picture = io.BytesIO()
    Image.new("RGB", (800, 600), "firebrick").save(picture, "JPEG")
    return attach_file(
        business,
        SimpleUploadedFile("ktp.jpg", picture.getvalue(), "image/jpeg"),
        kind="ktp",
        actor=owner_user,
    )


def test_a_private_file_is_shown_to_who_may_see_its_record_and_each_look_is_noted(
    ktp, sign_in, owner_user, verifier
):
    for user in (owner_user, verifier):
        response = sign_in(user).get(f"/berkas/{ktp.reference}/")
        assert response.status_code == 200
        assert response["Content-Type"] == "image/jpeg"
        assert response["Cache-Control"] == "no-store, private"
        assert "sandbox" in response["Content-Security-Policy"]
        b"".join(response.streaming_content)
        assert AuditEntry.objects.filter(
            action="core.view_attachment", subject=ktp.reference, actor=user
        ).exists()


def test_a_private_file_is_no_file_to_anybody_else(ktp, client, sign_in, stranger, partner):
    assert client.get(f"/berkas/{ktp.reference}/").status_code == 404
    for user in (stranger, partner):
        assert sign_in(user).get(f"/berkas/{ktp.reference}/").status_code == 404


def test_a_public_picture_is_public_only_while_its_business_is_published(ktp, client):
    type(ktp).objects.filter(pk=ktp.pk).update(is_public=True)
    assert client.get(f"/berkas/{ktp.reference}/").status_code == 404


def test_a_removed_file_is_gone_from_the_page(ktp, sign_in, owner_user):
    remove_attachment(ktp, actor=owner_user)
    assert sign_in(owner_user).get(f"/berkas/{ktp.reference}/").status_code == 404


def test_the_inbox_shows_ones_own_messages_and_reading_takes_a_post(sign_in, owner_user, stranger):
    message = outbox.tell(owner_user, title="Kunjungan besok", body="Petugas datang.", link="/kotak-pesan/")
    client = sign_in(owner_user)
    assert "Kunjungan besok" in client.get("/kotak-pesan/").content.decode()
    assert Message.objects.get().read_at is None
    assert client.post(f"/kotak-pesan/{message.pk}/").status_code == 302
    assert Message.objects.get().read_at is not None
    client = sign_in(stranger)
    assert "Kunjungan besok" not in client.get("/kotak-pesan/").content.decode()
    assert client.post(f"/kotak-pesan/{message.pk}/").status_code == 404


def test_older_messages_follow_page_by_page(sign_in, owner_user):
    for number in range(31):
        outbox.tell(owner_user, title=f"Pesan nomor {number:02d}", body="…")
    page = sign_in(owner_user).get("/kotak-pesan/")
    assert "Pesan nomor 00" not in page.content.decode()
    older = sign_in(owner_user).get("/kotak-pesan/", {"sebelum": page.context["older"]})
    assert "Pesan nomor 00" in older.content.decode()


def test_an_official_sends_by_hand_what_waits_for_whatsapp(sign_in, registrar, person):
    siti = User.objects.create_user(phone="+6281234567890", name="Bu Siti")
    outbox.tell(siti, title="Kunjungan besok", body="Petugas datang.")
    assert sign_in(person("gallery_curator")).get("/kerja/pesan/").status_code == 403
    client = sign_in(registrar)
    assert "https://wa.me/6281234567890?text=" in client.get("/kerja/pesan/").content.decode()
    delivery = Delivery.objects.get()
    client.post(f"/kerja/pesan/{delivery.pk}/terkirim/")
    delivery.refresh_from_db()
    assert (delivery.status, delivery.delivered_by) == ("delivered", registrar)
    assert "Tidak ada pesan yang menunggu" in client.get("/kerja/pesan/").content.decode()


def test_only_pictures_of_a_business_can_be_shown_to_everybody(ktp, registrar, verifier):
    with pytest.raises(ValidationError, match="bukan dokumen orang"):
        publish_attachment(ktp, actor=registrar)
    ktp.kind = "business_photo"
    ktp.save()
    with pytest.raises(PermissionDenied):
        publish_attachment(ktp, actor=verifier)
    assert publish_attachment(ktp, actor=registrar).is_public
    assert not publish_attachment(ktp, actor=registrar).is_public
