from datetime import date, datetime, time
from io import BytesIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts.enums import Role
from core.dates import WIB
from core.models import Attachment, Message
from ikm.enums import BusinessStatus, VisitStatus
from ikm.models import Business, Visit
from ikm.route_map import route_map
from tests.ikm import businesses

MONDAY = date(2026, 11, 23)
TUESDAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _on_a_monday_morning():
    with time_machine.travel(datetime(2026, 11, 23, 9, 0, tzinfo=WIB), tick=True):
        yield


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def visit(owner_user, verifier):
    shop = businesses.submitted(owner_user, name="Roti Sari Rasa", phone="+6281234567890")
    return Visit.objects.create(
        business=shop, verifier=verifier, planned_on=MONDAY, expected_from=time(9, 30), position_in_day=1
    )


def photo():
    picture = BytesIO()
    Image.new("RGB", (64, 48), "#a5401d").save(picture, "JPEG")
    return SimpleUploadedFile("tempat.jpg", picture.getvalue(), "image/jpeg")


def plan_query(*officers, **more):
    return {
        "dari": "2026-11-24",
        "sampai": "2026-11-26",
        "petugas": [officer.reference for officer in officers],
        "siapa": ["menunggu", "usang"],
        "sehari": 6,
        **more,
    }


def table(*rows):
    """What the planner's table posts: (business, officer, day, order, included)."""
    data = {"stop": [business.reference for business, *_rest in rows]}
    for business, officer, day, order, included in rows:
        data[f"petugas-{business.reference}"] = officer.reference
        data[f"hari-{business.reference}"] = day.isoformat()
        data[f"urutan-{business.reference}"] = order
        if included:
            data[f"pilih-{business.reference}"] = "on"
    return data


@pytest.mark.parametrize("name", ["office_visits", "office_plan"])
def test_visits_are_planned_by_officials(name, owner_user, auditor, verifier, sign_in, client):
    assert client.get(reverse(name)).status_code == 302
    assert sign_in(owner_user).get(reverse(name)).status_code == 403
    assert sign_in(verifier).get(reverse(name)).status_code == 200
    assert sign_in(auditor).get(reverse("office_plan")).status_code == 403


def test_a_plan_is_proposed_before_anything_is_written(verifier, owner_user, sign_in):
    businesses.submitted(owner_user, name="Tahu Bakso")
    weekend = businesses.submitted(owner_user, name="Hanya Minggu", visit_days=[6])
    page = sign_in(verifier).get(reverse("office_plan"), plan_query(verifier))
    text = page.content.decode()
    assert "Selasa, 24 November 2026 – Vino Verifikator" in text
    assert "Tahu Bakso" in text
    assert "1 pemilik diberi tahu" in text
    assert "1 usaha belum mendapat tempat" in text
    assert reverse("office_business", args=[weekend.reference]) in text
    assert not Visit.objects.exists()
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"dari": "2026-11-23"}, "Pilih mulai besok"),
        ({"sampai": "2026-11-20"}, "sesudah tanggal awal"),
        ({"dari": "2026-11-28", "sampai": "2026-11-29"}, "Tidak ada hari kerja"),
        ({"petugas": []}, "paling sedikit satu petugas"),
        ({"siapa": []}, "Pilih siapa"),
    ],
)
def test_a_plan_for_no_day_or_nobody_is_refused(change, sentence, verifier, sign_in):
    page = sign_in(verifier).get(reverse("office_plan"), plan_query(verifier) | change)
    assert page.status_code == 400
    assert sentence in page.content.decode()


def test_a_changed_plan_is_reckoned_again_and_then_saved(verifier, owner_user, sign_in):
    first, second, third = (businesses.submitted(owner_user) for _number in range(3))
    rows = table(
        (first, verifier, TUESDAY, 2, True),
        (second, verifier, TUESDAY, 1, True),
        (third, verifier, TUESDAY, 3, False),
    )
    client = sign_in(verifier)
    again = client.post(reverse("office_plan"), rows | {"action": "recount"})
    assert again.status_code == 200
    assert not Visit.objects.exists()

    saved = client.post(reverse("office_plan"), rows | {"action": "save"})
    assert saved.url == reverse("office_visits")
    visits = list(Visit.objects.order_by("position_in_day"))
    assert [visit.business for visit in visits] == [second, first]
    assert visits[0].expected_from < visits[1].expected_from
    assert Message.objects.filter(recipient=owner_user).count() == 2


def test_a_business_planned_meanwhile_stops_the_whole_plan(visit, verifier, owner_user, sign_in):
    other = businesses.submitted(owner_user)
    rows = table((visit.business, verifier, TUESDAY, 1, True), (other, verifier, TUESDAY, 2, True))
    answer = sign_in(verifier).post(reverse("office_plan"), rows | {"action": "save"})
    assert answer.status_code == 409
    assert "Roti Sari Rasa tidak lagi menunggu kunjungan." in answer.content.decode()
    assert Visit.objects.count() == 1


def test_a_forged_table_is_not_found(verifier, stranger, owner_user, sign_in):
    shop = businesses.submitted(owner_user)
    client = sign_in(verifier)
    good = table((shop, verifier, TUESDAY, 1, True)) | {"action": "save"}
    for forged in (
        {f"petugas-{shop.reference}": stranger.reference},
        {f"hari-{shop.reference}": "besok"},
        {f"urutan-{shop.reference}": "pertama"},
    ):
        assert client.post(reverse("office_plan"), good | forged).status_code == 404
    assert not Visit.objects.exists()


def test_an_officer_with_a_route_is_left_alone_that_day(visit, verifier, person, owner_user, sign_in):
    Visit.objects.update(planned_on=TUESDAY)
    businesses.submitted(owner_user, name="Tahu Bakso")
    page = sign_in(verifier).get(reverse("office_plan"), plan_query(verifier)).content.decode()
    assert "sudah mempunyai rute pada 24 November 2026" in page
    assert "Rabu, 25 November 2026 – Vino Verifikator" in page


def test_the_planner_has_a_query_ceiling(verifier, owner_user, sign_in, django_assert_max_num_queries):
    for _number in range(15):
        businesses.submitted(owner_user)
    client = sign_in(verifier)
    client.get(reverse("office"))
    with django_assert_max_num_queries(12):
        client.get(reverse("office_plan"), plan_query(verifier))


def test_the_route_of_a_day_shows_links_and_takes_another_order(visit, verifier, owner_user, sign_in):
    later = Visit.objects.create(
        business=businesses.submitted(owner_user, name="Tahu Bakso"),
        verifier=verifier,
        planned_on=MONDAY,
        position_in_day=2,
    )
    url = reverse("office_route", args=["2026-11-23", verifier.reference])
    client = sign_in(verifier)
    page = client.get(url).content.decode()
    assert "geo:-6.980000,110.410000?q=-6.980000,110.410000" in page
    assert "https://wa.me/6281234567890?text=" in page
    assert "<svg" in page

    client.post(url, {f"urutan-{visit.reference}": "2", f"urutan-{later.reference}": "1"})
    visit.refresh_from_db()
    later.refresh_from_db()
    assert (later.position_in_day, visit.position_in_day) == (1, 2)
    assert later.expected_from < visit.expected_from
    assert not Message.objects.exists()


def test_a_route_that_does_not_exist_is_not_found(visit, verifier, sign_in):
    client = sign_in(verifier)
    for day in ("2026-11-25", "besok"):
        assert client.get(reverse("office_route", args=[day, verifier.reference])).status_code == 404


def test_the_visit_page_keeps_a_draft_with_and_without_script(visit, verifier, sign_in):
    client = sign_in(verifier)
    url = reverse("office_visit", args=[visit.reference])
    saved = client.post(reverse("office_visit_draft", args=[visit.reference]), {"result_note": "Dua oven"})
    assert saved.json() == {"saved": "09.00"}
    assert "Dua oven" in client.get(url).content.decode()
    client.post(url, {"action": "draft", "result_note": "Dua oven, satu mikser", "is_operating": "ya"})
    visit.refresh_from_db()
    assert visit.draft == {"result_note": "Dua oven, satu mikser", "is_operating": "ya"}
    assert visit.status == VisitStatus.PLANNED
    page = client.get(url).content.decode()
    assert "Dua oven, satu mikser" in page
    assert 'value="ya" required id="id_is_operating_0" checked' in page or "checked" in page


def test_a_finished_visit_leads_back_to_the_route(visit, verifier, sign_in):
    client = sign_in(verifier)
    url = reverse("office_visit", args=[visit.reference])
    incomplete = client.post(url, {"action": "done", "result_note": "Dua oven"})
    assert incomplete.status_code == 400
    assert "Pilih apakah usaha ini berjalan." in incomplete.content.decode()
    assert "Dua oven" in incomplete.content.decode()

    done = client.post(
        url,
        {
            "action": "done",
            "is_operating": "ya",
            "result_note": "Dua oven",
            "latitude": "-6,981",
            "longitude": "110,41",
        },
    )
    assert done.url == reverse("office_route", args=["2026-11-23", verifier.reference])
    page = client.get(url).content.decode()
    assert "111 m" in page
    assert "Lanjut ke keputusan pendaftaran" in page


def test_not_at_home_says_when_the_next_visit_is(visit, verifier, sign_in):
    answer = sign_in(verifier).post(
        reverse("office_visit", args=[visit.reference]), {"action": "not_at_home"}, follow=True
    )
    assert "Kunjungan berikutnya 24 November 2026" in answer.content.decode()
    assert Visit.objects.filter(attempt=2, planned_on=TUESDAY).exists()


def test_a_photo_is_kept_and_a_text_file_is_refused(visit, verifier, person, sign_in):
    url = reverse("office_visit_photo", args=[visit.reference])
    client = sign_in(verifier)
    client.post(url, {"photo": photo()})
    kept = Attachment.objects.get()
    assert (kept.kind, kept.uploaded_by) == ("visit_photo", verifier)
    refused = client.post(url, {"photo": SimpleUploadedFile("a.jpg", b"<script>", "image/jpeg")}, follow=True)
    assert 'class="note error"' in refused.content.decode()
    colleague = sign_in(person(Role.VERIFIER)).post(url, {"photo": photo()}, follow=True)
    assert "petugas kunjungan ini" in colleague.content.decode()
    assert Attachment.objects.count() == 1


def test_another_officers_visit_is_read_only(visit, person, sign_in):
    client = sign_in(person(Role.VERIFIER))
    url = reverse("office_visit", args=[visit.reference])
    page = client.get(url).content.decode()
    assert "Kunjungan ini tugas Vino Verifikator." in page
    assert "data-draft" not in page
    assert client.post(url, {"action": "done", "is_operating": "ya"}).status_code == 400
    assert client.post(reverse("office_visit_draft", args=[visit.reference]), {}).status_code == 403
    visit.refresh_from_db()
    assert visit.status == VisitStatus.PLANNED


def test_a_visit_is_moved_or_called_off(visit, registrar, owner_user, sign_in):
    client = sign_in(registrar)
    url = reverse("office_reschedule", args=[visit.reference])
    past = client.post(url, {"planned_on": "2026-11-20", "verifier": visit.verifier.reference})
    assert past.status_code == 400
    assert "sudah lewat" in past.content.decode()
    client.post(
        url, {"planned_on": "2026-11-25", "verifier": visit.verifier.reference, "expected_from": "13.00"}
    )
    visit.refresh_from_db()
    assert (visit.planned_on, visit.expected_from) == (date(2026, 11, 25), time(13))
    without = client.post(
        url, {"action": "cancel", "planned_on": "2026-11-25", "verifier": visit.verifier.reference}
    )
    assert without.status_code == 400
    client.post(
        url,
        {
            "action": "cancel",
            "planned_on": "2026-11-25",
            "verifier": visit.verifier.reference,
            "note": "Petugas sakit.",
        },
    )
    visit.refresh_from_db()
    assert visit.status == VisitStatus.CANCELLED
    assert Message.objects.filter(recipient=owner_user).count() == 2


def test_the_owner_chooses_another_time(visit, owner_user, stranger, verifier, sign_in):
    url = reverse("visit_time", args=[visit.reference])
    for other in (stranger, verifier):
        assert sign_in(other).get(url).status_code == 404
    client = sign_in(owner_user)
    assert "23 November 2026 sekitar pukul 09.30 WIB" in client.get(url).content.decode()
    empty = client.post(url, {})
    assert empty.status_code == 400
    wrong = client.post(url, {"days": ["3"], "visit_from": "15.00", "visit_until": "13.00"})
    assert wrong.status_code == 400
    assert "Jam selesai harus sesudah jam mulai" in wrong.content.decode()
    chosen = client.post(
        url, {"days": ["3"], "visit_from": "13.00", "visit_until": "15.00"}, follow=True
    ).content.decode()
    assert "Petugas datang 26 November 2026 sekitar pukul 13.00 WIB" in chosen
    assert Message.objects.filter(recipient=verifier).count() == 1


def test_a_visit_that_is_over_has_no_other_time(visit, owner_user, sign_in):
    Visit.objects.update(status=VisitStatus.DONE)
    client = sign_in(owner_user)
    url = reverse("visit_time", args=[visit.reference])
    assert "sudah berakhir" in client.get(url).content.decode()
    assert client.post(url, {"days": ["3"]}).status_code == 400
    assert Business.objects.get().visit_days == []
    assert Business.objects.get().status == BusinessStatus.SUBMITTED


def test_the_map_of_a_route_escapes_names_and_leaves_out_unknown_places():
    drawing = route_map(
        (-6.98, 110.41), [(-6.99, 110.42, "<b>Roti</b>"), (None, None, "Tanpa titik")], title="Rute"
    )
    assert "&lt;b&gt;Roti" in drawing
    assert "Tanpa titik" not in drawing
    assert drawing.count("<circle") == 1
    assert route_map((-6.98, 110.41), [(None, None, "x")], title="Rute") == ""
