"""Who knows a number of the facilities and four digits of the phone learns how it stands, and nobody's name."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from core.dates import add_months
from core.tracking import track
from core.workflow import begin
from facility.models import DamageReport
from facility.services.damages import finish_repair, report_damage, start_repair
from facility.services.events import cancel_event, draw_event, enter_event, withdraw_entry
from facility.services.leases import sign_lease
from tests.facility import records
from tests.ikm.entries import picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def shop(owner_user):
    return records.registered(owner_user, name="Mebel Rahasia", phone="+6281234567890")


def test_a_booking_is_tracked(shop, owner_user):
    made = records.booking(by=owner_user, shop=shop)
    found = track(made.reference, "7890")
    assert (found.status, found.reference, found.due) == ("approved", made.reference, None)
    queued = records.booking(made.unit, by=owner_user, shop=shop, status="waiting")
    assert "Urutan 1" in track(queued.reference, "7890").explanation
    asked = records.booking(by=owner_user, shop=shop, status="requested")
    assert track(asked.reference, "7890").due == timezone.localtime(asked.during.lower).date()


def test_a_lease_is_tracked_without_its_money(shop, keeper, person, client):
    begins = add_months(timezone.localdate(), -1)
    made = records.lease(business=shop, starts_on=begins)
    begin(made, "make", actor=keeper)
    assert track(made.reference, "7890").holder
    sign_lease(made, actor=person(Role.CLUSTER_OFFICER, name="Sita Penanda"))
    found = track(made.reference, "7890")
    assert (found.status, found.holder) == ("active", "")
    assert [one.title for one in found.moments] == ["Disiapkan", "Berjalan"]
    page = client.post(reverse("track"), {"reference": made.reference, "last_four": "7890"}).content.decode()
    assert "Berjalan" in page
    for secret in ("500.000", shop.name, keeper.name):
        assert secret not in page
    assert track(made.reference, "0000") is None


def test_an_entry_is_tracked_from_the_window_to_its_place(shop, owner_user, keeper):
    event = records.stall_event()
    made = enter_event(event, shop, actor=owner_user)
    assert "Diundi sesudah pendaftaran ditutup" in track(made.reference, "7890").explanation
    cancel_event(event, actor=keeper, note="Hujan")
    assert "dibatalkan" in track(made.reference, "7890").explanation
    closed = records.stall_event(closed=True)
    drawn = records.entry(closed, shop)
    draw_event(closed, actor=keeper)
    found = track(drawn.reference, "7890")
    assert (found.status, "Urutan 1 dalam undian." in found.explanation) == ("won", True)
    drawn.refresh_from_db()
    withdraw_entry(drawn, actor=owner_user)
    assert "Urutan" not in track(drawn.reference, "7890").explanation


def test_damage_is_tracked_by_who_booked_and_by_nobody_else(shop, owner_user, keeper):
    had = records.running(by=owner_user, shop=shop, status="in_use", checked_in_at=timezone.now())
    report = report_damage(had.unit, actor=owner_user, booking=had, words="Mata patah", photo=picture())
    found = track(report.reference, "7890")
    assert (found.status, bool(found.holder)) == ("reported", True)
    start_repair(report, actor=keeper, closed_until=timezone.localdate() + timedelta(days=2))
    assert "Unit ditutup sampai" in track(report.reference, "7890").explanation
    finish_repair(report, actor=keeper, note="Diganti")
    found = track(report.reference, "7890")
    assert (found.status, found.holder) == ("repaired", "")
    assert [one.title for one in found.moments] == ["Dilaporkan", "Sedang diperbaiki", "Selesai diperbaiki"]
    officials = report_damage(had.unit, actor=keeper, words="Atap bocor", photo=picture())
    assert DamageReport.objects.count() == 2
    assert track(officials.reference, "7890") is None
