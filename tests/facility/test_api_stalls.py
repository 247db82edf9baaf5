"""Leases and reports of damage through the API: who reads what, reporting with a photo, and the officials' steps."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import encode_multipart
from django.utils import timezone

from core.models import AuditEntry
from facility.models import DamageReport, Lease
from facility.services.damages import report_damage
from facility.services.leases import make_lease, record_payment, sign_lease
from tests.facility import records
from tests.ikm.api_clients import assert_problem
from tests.ikm.entries import picture

pytestmark = pytest.mark.django_db
LEASES = "/api/v1/leases/"
DAMAGES = "/api/v1/damage-reports/"


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def had(shop, owner_user):
    return records.running(by=owner_user, shop=shop, status="in_use", checked_in_at=timezone.now())


@pytest.fixture
def lease(shop, keeper, administrator):
    """A year that began five months ago, of which two months were paid."""
    made = make_lease(
        records.unit("stall"),
        shop,
        actor=keeper,
        starts_on=timezone.localdate() - timedelta(days=150),
        months=12,
        rent=500_000,
        deposit=300_000,
    )
    made = sign_lease(made, actor=administrator)
    for kind, amount, receipt in (("rent", 1_000_000, "K1"), ("deposit", 300_000, "K2")):
        record_payment(
            made, actor=keeper, kind=kind, paid_on=timezone.localdate(), amount=amount, receipt=receipt
        )
    return made


# --- Leases -----------------------------------------------------------------------------------------------------------


def test_an_owner_reads_the_rent_what_is_paid_and_what_is_late(api, owner_user, lease):
    [listed] = api(owner_user).get(LEASES, {"status": "active"}).json()["results"]
    shown = api(owner_user).get(f"{LEASES}{lease.reference}/").json()
    due = sum(one["amount"] for one in shown["charges"] if one["due_on"] <= f"{timezone.localdate()}")
    assert len(shown["charges"]) == 12
    assert due >= 2_500_000
    assert (shown["due"], shown["paid"]) == (due, 1_000_000)
    assert shown["late"] > 0
    assert shown["late_since"] == shown["charges"][2]["due_on"]
    assert (shown["deposit"], shown["deposit_held"]) == (300_000, 300_000)
    assert [one["receipt"] for one in shown["payments"]] == ["K1", "K2"]
    assert listed == {name: shown[name] for name in listed}
    assert shown["last_on"] == f"{lease.last_on}"


def test_leases_are_of_ones_business_or_for_officials(api, lease, stranger, registrar, keeper):
    path = f"{LEASES}{lease.reference}/"
    for other in (stranger, registrar):
        assert_problem(api(other).get(path), 404)
        assert api(other).get(LEASES).json()["results"] == []
    assert_problem(api().get(LEASES), 401)
    assert api(keeper).get(path).status_code == 200
    assert_problem(api(keeper).get(LEASES, {"status": "lain"}), 400)
    assert_problem(api(keeper).post(path, {}, content_type="application/json"), 405)


def test_the_list_of_leases_takes_the_same_queries_however_long(
    api, keeper, lease, django_assert_max_num_queries
):
    for _number in range(4):
        records.lease(months=2)
    with django_assert_max_num_queries(12):
        assert len(api(keeper).get(LEASES).json()["results"]) == Lease.objects.count() == 5


# --- Damage -----------------------------------------------------------------------------------------------------------


def send(client, key="kunci-1", **fields):
    body = {"words": "Mata gergaji patah.", "photo": picture()} | fields
    return client.post(DAMAGES, body, headers={"Idempotency-Key": key})


def test_damage_is_reported_once_with_a_photo(api, owner_user, had):
    client = api(owner_user)
    photo = picture().read()

    def once(boundary):
        fields = {
            "booking": had.reference,
            "words": "Mata gergaji patah.",
            "photo": SimpleUploadedFile("rusak.jpg", photo, "image/jpeg"),
        }
        return client.post(
            DAMAGES,
            encode_multipart(boundary, fields),
            content_type=f"multipart/form-data; boundary={boundary}",
            headers={"Idempotency-Key": "kunci-1"},
        )

    made = once("satu")
    assert made.status_code == 201, made.content
    assert once("dua")["Idempotent-Replayed"] == "true", "a form has another boundary each time"
    assert send(client, booking=had.reference, words="Lain").status_code == 422
    report = DamageReport.objects.get()
    shown = client.get(f"{DAMAGES}{report.reference}/").json()
    assert (shown["booking"], shown["status"]) == (had.reference, "reported")
    assert shown["unit"]["reference"] == had.unit.reference
    assert shown["steps"] == []
    [told] = shown["photos"]
    answer = client.get(f"{DAMAGES}{report.reference}/photos/{told['reference']}/")
    content = b"".join(answer.streaming_content)
    assert (answer["Content-Type"], len(content)) == (told["content_type"], told["size"])
    assert AuditEntry.objects.filter(action="core.view_attachment", actor=owner_user).count() == 1


def test_what_is_no_photo_and_what_one_had_not_booked_is_refused(api, owner_user, stranger, had):
    client = api(owner_user)
    text = SimpleUploadedFile("a.jpg", b"bukan foto", "image/jpeg")
    assert_problem(send(client, booking=had.reference, photo=text), 400)
    assert_problem(client.post(DAMAGES, {"words": "x"}, headers={"Idempotency-Key": "k"}), 400)
    assert_problem(client.post(DAMAGES, {"words": "x", "photo": picture(), "booking": had.reference}), 400)
    assert_problem(send(client), 400)
    assert_problem(send(client, booking=had.reference, unit=had.unit.reference), 400)
    assert_problem(send(client, unit=had.unit.reference), 403)
    coming = records.booking(had.unit, by=owner_user, shop=had.business)
    assert_problem(send(client, booking=coming.reference), 400)
    assert_problem(send(api(stranger), booking=had.reference), 404)
    assert_problem(send(api(), booking=had.reference), 401)
    assert not DamageReport.objects.exists()


def test_damage_and_its_photo_are_seen_by_who_may(api, owner_user, stranger, registrar, keeper, had):
    report = report_damage(had.unit, actor=owner_user, booking=had, words="Patah", photo=picture())
    path = f"{DAMAGES}{report.reference}/"
    photo = f"{path}photos/{report.attachments.get().reference}/"
    for other in (stranger, registrar):
        assert_problem(api(other).get(path), 404)
        assert_problem(api(other).get(photo), 404)
        assert api(other).get(DAMAGES).json()["results"] == []
    assert b"".join(api(keeper).get(photo).streaming_content)
    assert_problem(api(keeper).get(f"{path}photos/XXX/"), 404)
    [listed] = api(keeper).get(DAMAGES, {"unit": had.unit.reference}).json()["results"]
    assert listed["reference"] == report.reference


def test_officials_report_and_lead_damage_to_its_end(api, keeper, owner_user, had):
    client, until = api(keeper), timezone.localdate() + timedelta(days=1)
    made = send(client, unit=had.unit.reference, words="Atap bocor").json()
    assert made["booking"] == ""
    assert [step["name"] for step in made["steps"]] == ["repair", "decline"]
    path = f"{DAMAGES}{made['reference']}/"

    def step(client, name, **body):
        return client.post(f"{path}steps/{name}/", body, content_type="application/json")

    assert_problem(step(client, "finish", note="x"), 409)
    assert_problem(step(client, "fly"), 404)
    assert step(client, "repair", closed_until=f"{until}").json()["closed_until"] == f"{until}"
    assert_problem(step(client, "finish"), 400)
    assert step(client, "finish", note="Genteng diganti").json()["status"] == "repaired"
    own = send(api(owner_user), booking=had.reference).json()
    path = f"{DAMAGES}{own['reference']}/"
    assert_problem(step(api(owner_user), "decline", note="x"), 403)
