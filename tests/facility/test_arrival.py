"""Coming: by the code that hangs at the unit, on the web and by the API; and uses whose end nobody wrote down."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from core.workflow import StepError, history
from facility.models import Usage
from facility.services.bookings import arrive, end_uses, release_no_shows
from facility.unit_codes import code_of, holds
from tests.facility import records
from tests.ikm.api_clients import assert_problem

pytestmark = pytest.mark.django_db


def code(unit):
    return code_of(unit, timezone.localdate())


def test_who_stands_at_the_unit_checks_in_alone_and_keeps_the_time(owner_user, shop):
    had = records.running(by=owner_user, shop=shop, minutes_ago=10)
    done = arrive(had, actor=owner_user, code=code(had.unit).lower().replace("-", " "))
    assert done.status == "in_use"
    assert done.checked_in_at
    line = history(done).last()
    assert (line.actor, line.note) == (owner_user, "Datang sendiri, dengan kode di unit.")
    release_no_shows(timezone.now() + timedelta(minutes=20))
    done.refresh_from_db()
    assert done.status == "in_use"


def test_without_the_code_of_the_unit_nobody_checks_in(owner_user, shop, stranger, keeper):
    had = records.running(by=owner_user, shop=shop)
    for wrong in ("", "AAAAA-AAAAA", code(records.unit()), code_of(had.unit, date(2020, 1, 1))):
        with pytest.raises(ValidationError, match="bukan kode di unit ini"):
            arrive(had, actor=owner_user, code=wrong)
    with pytest.raises(type(had).DoesNotExist):
        arrive(had, actor=stranger, code=code(had.unit))
    with pytest.raises(PermissionDenied):
        arrive(had, actor=keeper, code=code(had.unit))
    had.refresh_from_db()
    assert had.status == "approved"


def test_one_arrives_within_the_booked_time_and_once(owner_user, shop):
    coming = records.running(by=owner_user, shop=shop, minutes_ago=-40)
    with pytest.raises(ValidationError, match="Terlalu awal"):
        arrive(coming, actor=owner_user, code=code(coming.unit))
    over = records.running(by=owner_user, shop=shop, minutes_ago=50, length=45)
    with pytest.raises(ValidationError, match="sudah lewat"):
        arrive(over, actor=owner_user, code=code(over.unit))
    soon = records.running(by=owner_user, shop=shop, minutes_ago=-20)
    arrive(soon, actor=owner_user, code=code(soon.unit))
    with pytest.raises(StepError):
        arrive(soon, actor=owner_user, code=code(soon.unit))


def test_the_code_changes_every_month_and_the_old_sheet_holds_a_week():
    unit = records.unit()
    old, new = code_of(unit, date(2026, 10, 31)), code_of(unit, date(2026, 11, 1))
    assert old != new
    assert holds(new, unit, date(2026, 11, 30))
    assert holds(old, unit, date(2026, 11, 7))
    assert not holds(old, unit, date(2026, 11, 8))
    assert not holds(new, unit, date(2026, 10, 31))


def test_the_page_behind_the_scanned_code_checks_in(sign_in, owner_user, shop, stranger, keeper):
    had = records.running(by=owner_user, shop=shop)
    path = reverse("arrive", args=[had.unit.reference])
    sheet = sign_in(keeper).get(reverse("office_unit_code", args=[had.unit.reference])).content.decode()
    assert code(had.unit) in sheet
    assert path in sheet
    assert "<svg" in sheet
    client = sign_in(owner_user)
    assert path in client.get(reverse("my_booking", args=[had.reference])).content.decode()
    page = client.get(path, {"kode": code(had.unit)}).content.decode()
    assert had.reference in page
    assert code(had.unit) in page
    assert client.post(path, {"code": "SALAH"}).status_code == 400
    done = client.post(path, {"code": code(had.unit)})
    assert done["Location"] == reverse("my_booking", args=[had.reference])
    assert client.post(path, {"code": code(had.unit)})["Location"] == done["Location"], "sent again"
    had.refresh_from_db()
    assert had.status == "in_use"
    assert path not in client.get(reverse("my_booking", args=[had.reference])).content.decode()
    other = sign_in(stranger).get(path)
    assert "Tidak ada pesanan Anda" in other.content.decode()


def test_the_api_takes_the_code_as_well(api, owner_user, shop, keeper):
    had = records.running(by=owner_user, shop=shop)
    path = f"/api/v1/bookings/{had.reference}/"
    client = api(owner_user)

    def send(client, **body):
        return client.post(f"{path}steps/arrive/", body, content_type="application/json")

    assert "arrive" in [step["name"] for step in client.get(path).json()["steps"]]
    assert "arrive" not in [step["name"] for step in api(keeper).get(path).json()["steps"]]
    assert_problem(send(client), 400)
    assert_problem(send(client, code="AAAAA-AAAAA"), 400)
    assert_problem(send(api(keeper), code=code(had.unit)), 403)
    assert send(client, code=code(had.unit)).json()["status"] == "in_use"
    assert_problem(send(client, code=code(had.unit)), 409)


def test_a_use_whose_end_nobody_wrote_down_counts_to_the_booked_end(owner_user, shop):
    came = timezone.now()
    had = records.running(by=owner_user, shop=shop, minutes_ago=0, length=90)
    arrive(had, actor=owner_user, code=code(had.unit))
    assert end_uses(came + timedelta(minutes=100)) == 0, "an official may still write it down"
    with time_machine.travel(came + timedelta(hours=9)):
        call_command("work_facilities")
        assert end_uses() == 0
    had.refresh_from_db()
    assert (had.status, had.finished_at) == ("done", had.during.upper)
    assert Usage.objects.get(booking=had).hours == Decimal("1.50")
