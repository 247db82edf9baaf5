"""The facilities of the demo city: three centres, use behind and ahead, nothing that the rules would not allow."""

from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from accounts.models import User
from core.workflow import history
from facility.demo.seed import seed_demo
from facility.models import Booking, Centre, DamageReport, Lease, StallEvent, Unit, Usage
from facility.selectors import due_for_maintenance
from facility.services.leases import arrears
from ikm.demo import people
from programme.demo.seed import seed_demo as seed_law
from tests.ikm.businesses import business


@pytest.fixture(scope="module")
def small_demo(django_db_setup, django_db_blocker, tmp_path_factory):
    from django.db import transaction

    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media), transaction.atomic():
        persons = people.make_people()
        for number in range(8):
            business(
                speaker=persons["entrepreneur"] if number == 0 else None,
                registered_on=timezone.localdate() - timedelta(days=2000),
            )
        seed_law()
        seed_demo()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(small_demo, db):
    """The small city of the module."""


def test_three_centres_of_which_one_is_planned(demo):
    assert {centre.name: centre.is_open() for centre in Centre.objects.all()} == {
        "Kampung Tukang Kayu": False,
        "Semarang Kreatif Galeri": True,
        "Sentra IKM Logam": True,
    }
    assert Unit.objects.filter(centre__name="Kampung Tukang Kayu", kind="stall").count() == 8
    assert seed_demo() == 0


def test_stalls_are_let_and_some_are_in_arrears(demo):
    officer = User.objects.get(email="klaster@demo.example")
    late = arrears(officer)
    assert 0 < len(late) < Lease.objects.filter(status="active").count() == 4


def test_use_lies_behind_and_bookings_ahead(demo):
    assert Usage.objects.count() > 100
    assert Booking.objects.filter(status="approved", during__startswith__gt=timezone.now()).exists()
    assert [unit.name for unit in due_for_maintenance()] == ["Mesin potong laser"]
    hers = Booking.objects.filter(booked_by__email=people.ENTREPRENEUR.email)
    assert "approved" in hers.values_list("status", flat=True)
    for booking in Booking.objects.order_by("pk")[:20]:
        lines = list(history(booking))
        assert lines[0].step == "book"
        assert lines[-1].to_status == booking.status


def test_one_event_is_drawn_and_one_is_open(demo):
    drawn = StallEvent.objects.get(status="drawn")
    assert drawn.seed
    assert set(drawn.entries.values_list("status", flat=True)) <= {"won", "waiting"}
    unfinished = StallEvent.objects.get(status="published")
    assert unfinished.is_entered_now
    assert unfinished.entries.filter(
        business__representatives__user__email=people.ENTREPRENEUR.email
    ).exists()


def test_one_damage_waits_and_one_machine_is_repaired_and_closed(demo):
    waiting, repaired = DamageReport.objects.order_by("status").reverse()
    assert (waiting.status, repaired.status) == ("reported", "in_repair")
    for report in (waiting, repaired):
        assert report.attachments.count() == 1
        assert history(report).last().to_status == report.status
    closed = {"unit": repaired.unit, "during__overlap": repaired.closure.during}
    assert not Booking.objects.filter(status__in=["approved", "requested", "waiting"], **closed).exists()
