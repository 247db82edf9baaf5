"""The web, the API and the back office lead to the same services: who may, what it shows, and that a taken hour is refused at
each of them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from facility.models import Booking, BookingSeries, Maintenance
from facility.personal_data import export, references
from ikm.queue import kinds_for
from tests.facility import records
from tests.facility.records import workday
from tests.ikm.api_clients import assert_problem

pytestmark = pytest.mark.django_db
API = "/api/v1/bookings/"


def text(client, path, **query):
    answer = client.get(path, query)
    assert answer.status_code == 200, answer.content[:300]
    return answer.content.decode()


def form(shop, day, begins="09:00", ends="11:00", **fields):
    return {
        "business": shop.reference,
        "day": day.isoformat(),
        "starts_at": begins,
        "ends_at": ends,
        "purpose": "Memotong papan",
    } | fields


def body(unit, shop, day, begins="09:00", ends="11:00", **fields):
    return {
        "unit": unit.reference,
        "business": shop.reference,
        "starts_at": f"{day}T{begins}:00+07:00",
        "ends_at": f"{day}T{ends}:00+07:00",
        "purpose": "Memotong papan",
    } | fields


def send(client, path, content, key="kunci-1"):
    return client.post(path, content, content_type="application/json", headers={"Idempotency-Key": key})


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_everybody_sees_centres_units_and_free_hours_but_no_names(client, owner_user, shop):
    unit = records.unit()
    planned = records.centre("planned", name="Kampung Tukang Kayu")
    made = records.booking(unit, by=owner_user, shop=shop)
    assert "Kampung Tukang Kayu" in text(client, reverse("facility_centres"))
    assert "Belum dapat dipesan" in text(client, reverse("facility_centre", args=[planned.reference]))
    assert unit.name in text(client, reverse("facility_centre", args=[unit.centre.reference]))
    day = timezone.localtime(made.during.lower).date()
    page = text(client, reverse("facility_unit", args=[unit.reference]), pekan=day.isoformat())
    assert "09.00–11.15" in page
    assert "11.15–16.00" in page
    for secret in (shop.name, made.reference, made.purpose):
        assert secret not in page
    for odd in ("besok", "1900-01-01", "9999-12-31"):
        assert client.get(reverse("facility_unit", args=[unit.reference]), {"pekan": odd}).status_code == 200


def test_a_stall_is_not_offered_by_the_hour(client, sign_in, owner_user):
    stall = records.unit("stall")
    assert "per bulan" in text(client, reverse("facility_unit", args=[stall.reference]))
    assert sign_in(owner_user).get(reverse("book_unit", args=[stall.reference])).status_code == 404


def test_the_public_pages_take_few_queries(client, django_assert_max_num_queries, owner_user):
    unit, day = records.unit(), workday()
    for hour in (8, 10, 12):
        records.booking(unit, by=owner_user, day=day, begins=f"{hour:02d}:00", ends=f"{hour + 1:02d}:00")
    with django_assert_max_num_queries(5):
        text(client, reverse("facility_unit", args=[unit.reference]), pekan=day.isoformat())
    with django_assert_max_num_queries(4):
        text(client, reverse("facility_centres"))


def test_the_web_books_refuses_what_is_taken_and_queues(sign_in, shop, owner_user, person):
    unit, day = records.unit(), workday()
    client, path = sign_in(owner_user), reverse("book_unit", args=[unit.reference])
    assert "memotong papan" in text(client, path)
    done = client.post(path, form(shop, day))
    made = Booking.objects.get()
    assert done["Location"] == reverse("my_booking", args=[made.reference])
    assert made.reference in text(client, done["Location"])
    assert unit.name in text(client, reverse("my_bookings"))
    other = person()
    theirs = records.registered(other)
    stranger = sign_in(other)
    refused = stranger.post(path, form(theirs, day, "10:00", "12:00"))
    assert refused.status_code == 400
    assert "11.15–13.15" in refused.content.decode()
    assert stranger.post(path, form(shop, day, "13:00", "14:00")).status_code == 400, "not their business"
    assert stranger.get(reverse("my_booking", args=[made.reference])).status_code == 404
    assert stranger.post(path, form(theirs, day, wait="on")).status_code == 302
    assert "Urutan 1" in text(stranger, reverse("my_bookings"))
    sign_in(owner_user).post(reverse("cancel_booking", args=[made.reference]))
    assert Booking.objects.get(business=theirs).status == "approved"


def test_the_web_shows_the_conflicts_of_a_series_before_booking_it(sign_in, shop, owner_user):
    unit, first = records.unit(), workday(weekday=2)
    records.booking(unit, by=owner_user, day=first)
    client, path = sign_in(owner_user), reverse("book_series", args=[unit.reference])
    fields = {
        "business": shop.reference,
        "first_on": first.isoformat(),
        "until_on": (first + timedelta(weeks=3)).isoformat(),
        "every_weeks": "1",
        "begins": "10:00",
        "ends": "12:00",
        "exceptions": f"{first + timedelta(weeks=1):%d-%m-%Y}",
        "purpose": "Rutin",
    }
    page = client.post(path, fields | {"action": "check"}).content.decode()
    assert "Bentrok" in page
    assert "Sudah dipakai pukul 09.00–11.15" in page
    assert not BookingSeries.objects.exists()
    assert client.post(path, fields | {"action": "book"})["Location"] == reverse("my_bookings")
    assert BookingSeries.objects.get().bookings.exists()
    assert client.post(path, fields | {"until_on": "2020-01-01"}).status_code == 400


def test_officials_decide_check_in_and_log_use_on_the_web(sign_in, shop, owner_user, keeper):
    hall = records.unit("hall", needs_approval=True)
    asked = records.booking(hall, by=owner_user, shop=shop, status="requested")
    client = sign_in(keeper)
    assert asked.reference in text(client, reverse("office_facilities"))
    path = reverse("office_booking", args=[asked.reference])
    assert client.post(path, {"action": "refuse"}).status_code == 400
    client.post(path, {"action": "approve"})
    here = records.running(by=owner_user, shop=shop)
    path = reverse("office_booking", args=[here.reference])
    client.post(path, {"action": "check_in"})
    client.post(path, {"action": "finish", "note": "Baik"})
    asked.refresh_from_db()
    here.refresh_from_db()
    assert (asked.status, here.status) == ("approved", "done")
    log = reverse("office_unit", args=[here.unit.reference])
    assert shop.name in text(client, log)
    client.post(log, {"done_on": timezone.localdate().isoformat(), "note": "Diberi minyak"})
    assert Maintenance.objects.get().note == "Diberi minyak"


def test_what_waits_stands_in_the_officials_queue(keeper, shop, owner_user, sign_in, registrar):
    asked = records.booking(by=owner_user, shop=shop, status="requested")
    assert "facility_booking" in kinds_for(keeper)
    assert "facility_booking" not in kinds_for(registrar)
    page = text(sign_in(keeper), reverse("office"))
    assert asked.reference in page
    assert reverse("office_booking", args=[asked.reference]) in page


# --- The API ----------------------------------------------------------------------------------------------------------


def test_the_api_shows_facilities_and_free_hours_to_everybody(api, owner_user):
    unit, day = records.unit(), workday()
    records.booking(unit, by=owner_user, day=day)
    listed = api().get("/api/v1/facilities/", {"kind": "workshop"}).json()["results"]
    assert [one["reference"] for one in listed] == [unit.centre.reference]
    assert listed[0]["is_open"] is True
    assert listed[0]["units"][0]["reference"] == unit.reference
    one = api().get(f"/api/v1/facilities/{unit.centre.reference}/").json()
    assert one["legal_basis"] == unit.centre.legal_basis.reference
    week = f"/api/v1/facilities/units/{unit.reference}/week/"
    days = api().get(week, {"week": day.isoformat()}).json()
    assert sum(len(one["busy"]) for one in days) == 1
    assert_problem(api().get("/api/v1/facilities/", {"kind": "kandang"}), 400)
    assert_problem(api().get("/api/v1/facilities/FAS-0000-0000/"), 404)


def test_the_api_books_once_and_answers_a_taken_hour_with_free_times(api, owner_user, shop, stranger, keeper):
    unit, day = records.unit(), workday()
    client = api(owner_user)
    made = send(client, API, body(unit, shop, day))
    assert made.status_code == 201, made.content
    assert send(client, API, body(unit, shop, day))["Idempotent-Replayed"] == "true"
    assert Booking.objects.count() == 1
    assert_problem(client.post(API, body(unit, shop, day), content_type="application/json"), 400)
    taken = send(client, API, body(unit, shop, day, "10:00", "12:00"), "kunci-2")
    problem = assert_problem(taken, 409)
    assert (problem["code"], len(problem["slots"])) == ("slot_taken", 3)
    queued = send(client, API, body(unit, shop, day, "10:00", "12:00", wait=True), "kunci-3")
    assert queued.json()["status"] == "waiting"
    assert_problem(send(api(stranger), API, body(unit, shop, day), "kunci-4"), 404)
    path = f"{API}{made.json()['reference']}/"
    assert [step["name"] for step in client.get(path).json()["steps"]] == ["cancel"]
    assert_problem(api(stranger).get(path), 404)
    assert len(client.get(API, {"unit": unit.reference}).json()["results"]) == 2
    tag = client.get(path)["ETag"]
    done = client.post(f"{path}steps/cancel/", {}, content_type="application/json", headers={"If-Match": tag})
    assert done.json()["status"] == "cancelled"
    assert_problem(client.post(f"{path}steps/cancel/", {}, content_type="application/json"), 409)
    assert_problem(client.post(f"{path}steps/fly/", {}, content_type="application/json"), 404)
    assert client.get(f"{API}{queued.json()['reference']}/").json()["status"] == "approved"
    here = records.running(by=owner_user, shop=shop)
    step = f"{API}{here.reference}/steps/check_in/"
    assert_problem(client.post(step, {}, content_type="application/json"), 403)
    assert api(keeper).post(step, {}, content_type="application/json").json()["status"] == "in_use"


# --- The back office --------------------------------------------------------------------------------------------------


def test_the_back_office_books_and_refuses_what_is_taken(sign_in, administrator, shop, owner_user):
    unit, day = records.unit(), workday()
    client, path = sign_in(administrator), reverse("admin:facility_booking_add")
    fields = {
        "unit": unit.pk,
        "business": shop.pk,
        "during_0": f"{day} 09:00",
        "during_1": f"{day} 11:00",
        "purpose": "Di loket",
    }
    assert client.get(path).status_code == 200
    done = client.post(path, fields)
    assert done.status_code == 302, done.content.decode()[:3000]
    assert Booking.objects.get().booked_by == administrator
    refused = client.post(path, fields | {"business": records.registered(owner_user).pk})
    assert "sudah dipesan" in refused.content.decode()
    assert Booking.objects.count() == 1


def test_every_model_has_its_pages_in_the_back_office(sign_in, administrator, shop, owner_user):
    made = records.booking(by=owner_user, shop=shop)
    client = sign_in(administrator)
    for name in (
        "centre", "unit", "bookingquota", "unitclosure", "booking", "bookingseries", "usage", "maintenance",
    ):  # fmt: skip
        assert client.get(reverse(f"admin:facility_{name}_changelist")).status_code == 200
    for record in (made, made.unit, made.unit.centre):
        url = reverse(f"admin:facility_{record._meta.model_name}_change", args=[record.pk])
        assert client.get(url).status_code == 200
    step = reverse("admin:facility_centre_step", args=[made.unit.centre.pk, "close"])
    client.post(step, {"note": "Banjir"})
    made.unit.centre.refresh_from_db()
    assert made.unit.centre.status == "closed"


# --- Elsewhere --------------------------------------------------------------------------------------------------------


def test_a_booking_belongs_to_ones_data(shop, owner_user, stranger):
    made = records.booking(by=owner_user, shop=shop)
    assert references(owner_user) == [made.reference]
    assert export(owner_user)["facility_bookings"][0]["reference"] == made.reference
    assert references(stranger) == []
