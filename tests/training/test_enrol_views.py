"""The pages: the journey, my trainings, the link of an offer, the officials' list."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core.models import AuditEntry, Message
from ikm.models import Owner
from tests.cluster import records as cluster_records
from tests.ikm.businesses import business
from tests.training import records
from tests.training.enrolling import consent_text, drawing_run, registered, worker
from tests.training.records import span
from training.models import Enrolment, Participant
from training.services.enrolments import cancel_enrolment, enrol

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _text(db):
    consent_text()


@pytest.fixture
def shop(owner_user):
    return registered(owner_user)


@pytest.fixture
def waiting(shop, owner_user):
    """A run with one seat: (run, the enrolment with the seat, the one that waits)."""
    run = records.run(quota=1, reserve=5)
    records.session(span("2027-01-05", "09:00", "11:00"), run=run, title="Warna dan bentuk")
    made = [enrol(run, [worker(shop)], business=shop, actor=owner_user)[0] for _ in range(2)]
    return (run, *made)


def text_of(response):
    return " ".join(response.content.decode().split())


def test_a_business_that_cannot_send_people_yet_is_named_with_the_reason(shop, owner_user, sign_in):
    run = records.run()
    draft = business(speaker=owner_user, status="submitted")
    page = text_of(sign_in(owner_user).get(reverse("enrol", args=[run.reference])))
    assert reverse("enrol_people", args=[run.reference, shop.reference]) in page
    assert reverse("enrol_people", args=[run.reference, draft.reference]) not in page
    assert draft.name in page
    assert "dapat mengirim peserta setelah terdaftar" in page
    run.course.needs_registered = False
    run.course.save()
    page = text_of(sign_in(owner_user).get(reverse("enrol", args=[run.reference])))
    assert reverse("enrol_people", args=[run.reference, draft.reference]) in page


def test_the_journey_from_the_run_to_the_receipt(shop, owner_user, sign_in):
    run, browser = records.run(), sign_in(owner_user)
    start = browser.get(reverse("enrol", args=[run.reference]))
    people = reverse("enrol_people", args=[run.reference, shop.reference])
    assert start["Location"] == people, "with one business there is nothing to choose"
    assert "Siapa yang ikut?" in text_of(browser.get(people))
    new = reverse("enrol_new_person", args=[run.reference, shop.reference])
    assert browser.post(new, {"name": "Wahyu"}).status_code == 400
    added = browser.post(new, {"name": "Wahyu Adi", "nik": records.nik(77), "sex": "male"})
    who = Participant.objects.get(name="Wahyu Adi")
    assert added["Location"] == f"{people}?orang={who.reference}"
    assert f'value="{who.reference}" id="orang-2" checked' in text_of(browser.get(added["Location"]))
    check = reverse("enrol_check", args=[run.reference, shop.reference])
    page = text_of(browser.get(f"{check}?orang={who.reference}"))
    assert "Masih ada 20 kursi kosong dari 20." in page
    assert records.nik(77) not in page
    assert browser.post(check, {"orang": who.reference}).status_code == 400, "without agreeing"
    done = browser.post(check, {"orang": who.reference, "agree": "on"})
    made = Enrolment.objects.get()
    assert done["Location"] == reverse("enrolment_receipt", args=[made.reference])
    receipt = text_of(browser.get(done["Location"]))
    assert made.reference in receipt
    assert "Kursi sudah didapat" in receipt
    assert browser.post(check, {"orang": who.reference, "agree": "on"})["Location"] == done["Location"]


def test_nobody_chosen_is_said_above_the_list(shop, owner_user, sign_in):
    run, browser = records.run(), sign_in(owner_user)
    back = browser.get(reverse("enrol_check", args=[run.reference, shop.reference]), follow=True)
    assert "Pilih paling sedikit satu orang." in text_of(back)


def test_what_stands_in_the_way_is_said_before_anybody_is_chosen(shop, owner_user, sign_in):
    run = records.run(registration_until=timezone.now() - timedelta(hours=1))
    page = text_of(sign_in(owner_user).get(reverse("enrol_people", args=[run.reference, shop.reference])))
    assert page.count("Pendaftaran tidak sedang dibuka.") == 1
    assert "Lanjut</button>" not in page


def test_people_of_another_business_cannot_be_chosen(shop, owner_user, stranger, sign_in):
    run, theirs = records.run(), worker(registered(stranger))
    check = reverse("enrol_check", args=[run.reference, shop.reference])
    sign_in(owner_user).post(check, {"orang": theirs.reference, "agree": "on"})
    assert not Enrolment.objects.exists()


def test_with_two_businesses_one_is_chosen_and_with_none_one_is_registered(owner_user, stranger, sign_in):
    run = records.run()
    shops = [registered(owner_user) for _ in range(2)]
    page = text_of(sign_in(owner_user).get(reverse("enrol", args=[run.reference])))
    assert all(shop.name in page for shop in shops)
    assert "Belum ada usaha" in text_of(sign_in(stranger).get(reverse("enrol", args=[run.reference])))


def test_the_owner_stands_in_the_list_by_the_register(shop, owner_user, sign_in):
    Owner.objects.filter(ownerships__business=shop).update(sex="female")
    owner = Owner.objects.get(ownerships__business=shop)
    run = records.run()
    check = reverse("enrol_check", args=[run.reference, shop.reference])
    sign_in(owner_user).post(check, {"orang": owner.reference, "agree": "on"})
    assert Enrolment.objects.get().participant.owner == owner


def test_my_trainings_show_what_comes_what_waits_and_what_was(waiting, shop, owner_user, sign_in):
    run, seated, queued = waiting
    records.enrolment(records.run(), "completed", who=seated.participant, by=owner_user)
    page = text_of(sign_in(owner_user).get(reverse("my_trainings")))
    assert "Urutan 1 dari 1." in page
    assert "Mulai 5 Januari 2027 pukul 09.00 WIB." in page
    assert "Lulus" in page


def test_a_run_without_sessions_names_the_day_and_no_hour(shop, owner_user, sign_in):
    run = records.run(starts_on="2027-02-01", ends_on="2027-02-02")
    enrol(run, [worker(shop)], business=shop, actor=owner_user)
    assert "Mulai 1 Februari 2027." in text_of(sign_in(owner_user).get(reverse("my_trainings")))


def test_a_waiting_person_reads_the_place_and_why(waiting, owner_user, sign_in):
    _run, _seated, queued = waiting
    page = text_of(sign_in(owner_user).get(reverse("my_enrolment", args=[queued.reference])))
    assert "Urutan 1 dari 1 pada daftar tunggu." in page
    assert "Kursi sudah habis saat Anda mendaftar" in page
    assert "Warna dan bentuk" in page


def test_stepping_back_is_asked_once_more_and_offers_the_seat(waiting, owner_user, sign_in):
    _run, seated, queued = waiting
    browser, address = sign_in(owner_user), reverse("cancel_enrolment", args=[seated.reference])
    assert "tidak jadi mengikuti" in text_of(browser.get(address))
    browser.post(address)
    queued.refresh_from_db()
    assert queued.status == "offered"
    assert browser.get(address).status_code == 302, "there is nothing left to cancel"


def link(user):
    return Message.objects.filter(recipient=user, title__startswith="Ada kursi").first().link


@pytest.mark.parametrize(
    ("answer", "status", "told"),
    [("accept", "enrolled", "Kursi sudah Anda terima"), ("decline", "declined", "Kursi sudah Anda tolak")],
)
def test_the_link_is_answered_without_signing_in(waiting, owner_user, client, answer, status, told):
    _run, seated, queued = waiting
    cancel_enrolment(seated, actor=owner_user)
    page = text_of(client.get(link(owner_user)))
    assert "Ada kursi kosong untuk Anda" in page
    assert queued.reference not in page
    assert told in text_of(client.post(link(owner_user), {"answer": answer}, follow=True))
    queued.refresh_from_db()
    assert queued.status == status
    other = "decline" if answer == "accept" else "accept"
    client.post(link(owner_user), {"answer": other})
    queued.refresh_from_db()
    assert queued.status == status


def test_opening_the_link_answers_nothing(waiting, owner_user, client):
    _run, seated, queued = waiting
    cancel_enrolment(seated, actor=owner_user)
    client.get(link(owner_user))
    client.post(link(owner_user))
    queued.refresh_from_db()
    assert queued.status == "offered"
    assert client.get(reverse("seat_offer", args=["x" * 32])).status_code == 404


def test_an_offer_is_answered_from_my_trainings_too(waiting, owner_user, sign_in):
    _run, seated, queued = waiting
    cancel_enrolment(seated, actor=owner_user)
    browser, address = sign_in(owner_user), reverse("answer_offer", args=[queued.reference])
    assert "Ada kursi kosong untuk Anda" in text_of(browser.get(address))
    browser.post(address, {"answer": "accept"})
    queued.refresh_from_db()
    assert queued.status == "enrolled"


# --- The office -------------------------------------------------------------------------------------------------------


def test_the_list_shows_everybody_and_grows_by_no_query(waiting, shop, owner_user, trainer_officer, sign_in):
    run, seated, queued = waiting
    browser, address = sign_in(trainer_officer), reverse("office_participants", args=[run.reference])
    with CaptureQueriesContext(connection) as few:
        page = text_of(browser.get(address))
    assert seated.participant.name in page
    assert queued.participant.name in page
    for _ in range(4):
        enrol(run, [worker(shop)], business=shop, actor=owner_user)
    with CaptureQueriesContext(connection) as many:
        browser.get(address)
    assert len(many) == len(few) <= 14


def test_an_official_cancels_and_seats_with_a_reason(waiting, owner_user, trainer_officer, sign_in):
    run, seated, queued = waiting
    browser = sign_in(trainer_officer)
    address = reverse("office_participant_act", args=[run.reference, queued.reference, "kursi"])
    assert browser.get(address).status_code == 200
    assert browser.post(address, {"note": "Pendamping."}).status_code == 400, "no seat is free"
    browser.post(reverse("office_seats", args=[run.reference]), {"quota": "0"})
    assert browser.post(reverse("office_seats", args=[run.reference]), {"quota": "2"}).status_code == 302
    queued.refresh_from_db()
    assert queued.status == "offered", "a raised quota is offered on at once"
    address = reverse("office_participant_act", args=[run.reference, seated.reference, "batal"])
    assert browser.post(address, {"note": ""}).status_code == 400
    browser.post(address, {"note": "Pindah kota."})
    seated.refresh_from_db()
    assert (seated.status, seated.reason) == ("cancelled", "Pindah kota.")


def test_the_draw_shows_its_consequences_first(shop, owner_user, trainer_officer, sign_in):
    run = drawing_run(quota=2, reserve=1, weights={"women": "1.5"})
    for _ in range(4):
        records.enrolment(run, "applied", who=worker(shop), by=owner_user)
    browser, address = sign_in(trainer_officer), reverse("office_draw", args=[run.reference])
    page = text_of(browser.get(address))
    assert "4 orang dalam 4 pendaftaran diundi." in page
    assert "2 orang mendapat kursi dan 1 orang masuk daftar tunggu." in page
    done = browser.post(address)
    assert done["Location"] == reverse("selection_result", args=[run.reference])
    assert "hanya satu kali" in text_of(browser.get(address))


def test_the_sheet_holds_the_people_without_their_nik(waiting, trainer_officer, owner_user, sign_in):
    run, seated, queued = waiting
    address = reverse("office_participants_file", args=[run.reference])
    assert sign_in(owner_user).post(address).status_code == 403
    answer = sign_in(trainer_officer).post(address)
    rows = list(load_workbook(BytesIO(answer.content)).active.values)
    assert [row[0] for row in rows[1:]] == [seated.reference, queued.reference]
    assert not any(seated.participant.nik in str(cell) for row in rows for cell in row)
    assert AuditEntry.objects.filter(
        action="training.run.export_participants", subject=run.reference
    ).exists()


def test_who_may_not_choose_participants_is_refused(waiting, owner_user, verifier, sign_in):
    run = waiting[0]
    for name in ("office_participants", "office_draw"):
        for user in (owner_user, verifier):
            assert sign_in(user).get(reverse(name, args=[run.reference])).status_code == 403
        assert Client().get(reverse(name, args=[run.reference])).status_code == 302


# --- The counter --------------------------------------------------------------------------------------------------------


def test_at_the_counter_an_official_enrols_a_group_for_any_business(
    shop, owner_user, trainer_officer, registrar, sign_in
):
    run = records.run(quota=2, reserve=5)
    browser = sign_in(trainer_officer)
    assert reverse("office_enrol", args=[run.reference]) in text_of(
        browser.get(reverse("office_participants", args=[run.reference]))
    )
    find = reverse("office_enrol", args=[run.reference])
    people = reverse("office_enrol_people", args=[run.reference, shop.reference])
    shop.nib, shop.name = "1234567890123", "Bandeng Presto Ibu Sri"
    shop.save()
    for words in ("presto ibu", shop.reference.lower(), "1234 5678 90123"):
        assert people in text_of(browser.get(find, {"q": words})), words
    for words in ("pr", "keripik"):
        assert people not in text_of(browser.get(find, {"q": words})), words
    new = reverse("office_enrol_new_person", args=[run.reference, shop.reference])
    added = browser.post(new, {"name": "Wahyu Adi", "nik": records.nik(77), "sex": "male"})
    assert added["Location"].startswith(people)
    keys = [Participant.objects.get(name="Wahyu Adi").reference, worker(shop, name="Ani").reference]
    check = reverse("office_enrol_check", args=[run.reference, shop.reference])
    page = text_of(browser.get(check, {"orang": keys}))
    assert "Masih ada 2 kursi kosong dari 2." in page
    assert browser.post(check, {"orang": keys}).status_code == 400, "they must agree"
    for _ in range(2):
        done = browser.post(check, {"orang": keys, "agree": "on"}, follow=True)
    assert "Wahyu Adi: Mendapat kursi" in text_of(done)
    made = Enrolment.objects.filter(run=run)
    assert {(one.status, one.enrolled_by) for one in made} == {("enrolled", trainer_officer)}
    assert len(made) == 2
    assert Message.objects.filter(recipient=owner_user, title__startswith="Kursi untuk").exists()

    late = [worker(shop, name="Budi").reference]
    assert "Mereka masuk daftar tunggu pada urutan 1" in text_of(browser.get(check, {"orang": late}))
    done = browser.post(check, {"orang": late, "agree": "on"}, follow=True)
    assert "Budi: Daftar tunggu" in text_of(done)
    assert "urutan 1" in text_of(done)
    for stranger_ in (owner_user, registrar):
        assert sign_in(stranger_).get(people).status_code == 403


def test_a_course_of_a_cluster_takes_its_members(shop, owner_user, sign_in):
    run, browser = records.run(), sign_in(owner_user)
    sentra = cluster_records.cluster(name="Sentra Roti Pekunden")
    run.course.clusters.add(sentra)
    who = worker(shop)
    check = reverse("enrol_check", args=[run.reference, shop.reference])
    answer = browser.post(check, {"orang": [who.reference], "agree": "on"})
    assert answer.status_code == 400
    assert "hanya untuk anggota Sentra Roti Pekunden" in text_of(answer)
    cluster_records.member(sentra, shop)
    assert browser.post(check, {"orang": [who.reference], "agree": "on"}).status_code == 302
    assert Enrolment.objects.get(run=run).participant == who


def test_the_counter_knows_the_same_conditions_as_the_portal(shop, trainer_officer, sign_in):
    run = records.run(course=records.course(kbli_prefixes=["99"]))
    browser, who = sign_in(trainer_officer), worker(shop)
    people = reverse("office_enrol_people", args=[run.reference, shop.reference])
    assert "hanya untuk KBLI berawalan 99" in text_of(browser.get(people))
    check = reverse("office_enrol_check", args=[run.reference, shop.reference])
    answer = browser.post(check, {"orang": [who.reference], "agree": "on"})
    assert answer.status_code == 400
    assert not Enrolment.objects.filter(run=run).exists()
