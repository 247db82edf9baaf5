"""Damage of a unit: who may report it, who sees the photo, what becomes of it, and that a closed unit cannot be booked."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from core.attachments import visible_attachment
from core.models import Attachment, Message
from core.workflow import StepError
from facility.models import DamageReport
from facility.personal_data import export, references
from facility.services.bookings import book_unit, release_no_shows
from facility.services.damages import decline_repair, finish_repair, report_damage, start_repair
from ikm.queue import kinds_for
from tests.facility import records
from tests.ikm.entries import picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def had(shop, owner_user):
    """A booking that goes on."""
    return records.running(by=owner_user, shop=shop, status="in_use", checked_in_at=timezone.now())


@pytest.fixture
def report(had, owner_user):
    return report_damage(
        had.unit, actor=owner_user, booking=had, words="Mata gergaji patah.", photo=picture()
    )


def test_who_booked_or_an_official_reports_and_nobody_else(had, report, owner_user, stranger, keeper, shop):
    again = {"words": "Mata gergaji patah.", "photo": picture(), "booking": had}
    assert report_damage(had.unit, actor=owner_user, **again) == report, "sent twice, it stands once"
    assert report.attachments.count() == 1
    for booking in (had, None):
        with pytest.raises(PermissionDenied):
            report_damage(had.unit, actor=stranger, words="Rusak", photo=picture(), booking=booking)
    coming = records.booking(had.unit, by=owner_user, shop=shop)
    with pytest.raises(ValidationError, match="sejak waktu pesanan mulai"):
        report_damage(coming.unit, actor=owner_user, words="Rusak", photo=picture(), booking=coming)
    assert report_damage(had.unit, actor=keeper, words="Atap bocor", photo=picture()).booking is None


def test_only_a_photo_is_taken_and_a_report_without_one_leaves_nothing(had, owner_user):
    for file in (SimpleUploadedFile("a.pdf", b"%PDF-1.4"), SimpleUploadedFile("a.jpg", b"bukan foto")):
        with pytest.raises(ValidationError):
            report_damage(had.unit, actor=owner_user, booking=had, words="Rusak", photo=file)
    assert not DamageReport.objects.exists()


def test_a_stranger_does_not_see_the_photo(report, owner_user, stranger, registrar, keeper, sign_in, client):
    [photo] = report.attachments.all()
    path = reverse("attachment", args=[photo.reference])
    for mine in (owner_user, keeper):
        assert visible_attachment(photo.reference, mine) == photo
    for other in (stranger, registrar):
        assert sign_in(other).get(path).status_code == 404, other
        assert sign_in(other).get(reverse("my_damage", args=[report.reference])).status_code == 404
    client.logout()
    assert client.get(path).status_code != 200


def test_repair_takes_its_steps_and_tells_who_reported(report, owner_user, keeper):
    with pytest.raises(PermissionDenied):
        start_repair(report, actor=owner_user)
    with pytest.raises(StepError):
        finish_repair(report, actor=keeper, note="Diganti.")
    start_repair(report, actor=keeper)
    with pytest.raises(ValidationError):
        finish_repair(report, actor=keeper)
    assert finish_repair(report, actor=keeper, note="Mata gergaji diganti.").status == "repaired"
    with pytest.raises(StepError):
        decline_repair(report, actor=keeper, note="Tidak jadi.")
    titles = Message.objects.filter(recipient=owner_user, about=report.reference).values_list("title", "body")
    assert {title.split(":")[0] for title, _body in titles} == {"Sedang diperbaiki", "Selesai diperbaiki"}
    assert any("diganti" in body for _title, body in titles)


def test_a_unit_in_repair_cannot_be_booked_until_it_is_whole(report, owner_user, keeper, shop, person):
    unit, day = report.unit, records.workday(3)
    times = {"starts_at": records.at(day, "09:00"), "ends_at": records.at(day, "11:00"), "purpose": "Potong"}
    before = book_unit(unit, shop, actor=owner_user, **times)
    start_repair(report, actor=keeper, closed_until=day + timedelta(days=2))
    before.refresh_from_db()
    assert before.status == "cancelled", "its time lies in the repair"
    assert Message.objects.filter(
        about=before.reference, body__contains=f"Perbaikan, laporan {report.reference}"
    ).exists()
    with pytest.raises(ValidationError):
        book_unit(unit, shop, actor=owner_user, **times)
    queued = book_unit(unit, shop, actor=owner_user, wait=True, **times)
    release_no_shows()
    queued.refresh_from_db()
    assert queued.status == "waiting", "the queue gives no closed time"
    finish_repair(report, actor=keeper, note="Diganti.")
    queued.refresh_from_db()
    assert queued.status == "approved"


def test_a_declined_report_opens_the_unit_again_and_a_past_day_is_refused(report, keeper, shop, owner_user):
    with pytest.raises(ValidationError, match="sudah lewat"):
        start_repair(report, actor=keeper, closed_until=timezone.localdate() - timedelta(days=1))
    day = records.workday(3)
    start_repair(report, actor=keeper, closed_until=day)
    decline_repair(report, actor=keeper, note="Suku cadang tidak ada.")
    times = {"starts_at": records.at(day, "09:00"), "ends_at": records.at(day, "11:00"), "purpose": "Potong"}
    assert book_unit(report.unit, shop, actor=owner_user, **times).status == "approved"


def test_the_pages_take_a_report_and_lead_it_to_its_end(
    had, owner_user, keeper, registrar, administrator, sign_in
):
    client = sign_in(owner_user)
    assert "Laporkan kerusakan" in client.get(reverse("my_booking", args=[had.reference])).content.decode()
    path = reverse("report_damage", args=[had.reference])
    assert client.get(path).status_code == 200
    assert client.post(path, {"words": "Meja patah"}).status_code == 400, "without a photo"
    assert client.post(path, {"words": "Meja patah", "photo": picture()}).status_code == 302
    report = DamageReport.objects.get()
    page = client.get(reverse("my_damage", args=[report.reference])).content.decode()
    assert Attachment.objects.get().reference in page
    assert report.reference in references(owner_user)
    assert export(owner_user)["damage_reports"][0]["words"] == "Meja patah"
    assert "facility_damage" in kinds_for(keeper)
    assert "facility_damage" not in kinds_for(registrar)
    client = sign_in(keeper)
    assert report.reference in client.get(reverse("office")).content.decode()
    assert "Meja patah" in client.get(reverse("office_damages")).content.decode()
    path = reverse("office_damage", args=[report.reference])
    assert client.post(path, {"action": "decline"}).status_code == 400
    assert client.post(path, {"action": "fly"}).status_code == 200
    until = timezone.localdate() + timedelta(days=1)
    client.post(path, {"action": "repair", "closed_until": until.isoformat()})
    assert "Unit ditutup" in client.get(path).content.decode()
    client.post(path, {"action": "finish", "note": "Meja diganti"})
    report.refresh_from_db()
    assert report.status == "repaired"
    path = reverse("office_report_damage", args=[had.unit.reference])
    assert client.post(path, {"words": "Lampu mati", "photo": picture()}).status_code == 302
    second = DamageReport.objects.get(words="Lampu mati")
    client = sign_in(administrator)
    change = reverse("admin:facility_damagereport_change", args=[second.pk])
    assert client.get(change).status_code == 200
    client.post(reverse("admin:facility_damagereport_step", args=[second.pk, "repair"]))
    second.refresh_from_db()
    assert second.status == "in_repair"
