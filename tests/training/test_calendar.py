"""The calendar: read back by icalendar, the UID kept through update and cancel, secret addresses, reminders once each."""

from datetime import timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from icalendar import Calendar

from core.dates import today
from core.models import Message
from tests.training import records
from tests.training.records import span
from training.models import CalendarFeed, SentReminder
from training.services.enrolments import cancel_enrolment
from training.services.scheduling import cancel_run, cancel_session, move_session
from training.services.subscriptions import make_feed, send_reminders, set_reminders

pytestmark = pytest.mark.django_db

PUBLIC = "/pelatihan/kalender.ics"


def coming(days=14, **fields):
    day = today() + timedelta(days=days)
    return records.session(span(day, "09:00", "11:30"), **fields)


def seat_of(run, user):
    """An enrolment that somebody made for himself or herself."""
    return records.enrolment(run, who=records.participant(user=user), by=user)


def events(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/calendar")
    return {str(one["UID"]): one for one in Calendar.from_ical(answer.content).walk("VEVENT")}


def test_a_session_keeps_its_uid_through_update_and_cancel(client, trainer_officer):
    session = coming()
    [(uid, first)] = events(client, PUBLIC).items()
    assert (first["SEQUENCE"], first["STATUS"]) == (0, "CONFIRMED")
    later = session.during.lower + timedelta(days=1)
    move_session(session, actor=trainer_officer, starts_at=later, ends_at=later + timedelta(hours=2))
    moved = events(client, PUBLIC)[uid]
    assert (moved["SEQUENCE"], moved.decoded("DTSTART")) == (1, later)
    assert moved.decoded("DTSTAMP") >= first.decoded("DTSTAMP")
    cancel_session(session, actor=trainer_officer, note="Listrik padam.")
    gone = events(client, PUBLIC)[uid]
    assert (gone["SEQUENCE"], gone["STATUS"]) == (2, "CANCELLED")


@pytest.mark.parametrize("feed", ["public", "room", "person", "trainer"])
@pytest.mark.parametrize("ends_by", ["session", "run"])
def test_every_feed_keeps_the_uid_through_update_and_cancel(
    client, trainer_officer, owner_user, person, feed, ends_by
):
    teacher = person(name="Pelatih")
    session = coming(trainer=records.trainer(user=teacher))
    seat_of(session.run, owner_user)
    path = {
        "public": lambda: PUBLIC,
        "room": lambda: reverse("room_calendar_ics", args=[session.room_id]),
        "person": lambda: reverse("own_calendar_ics", args=[make_feed(actor=owner_user)]),
        "trainer": lambda: reverse("own_calendar_ics", args=[make_feed(actor=teacher)]),
    }[feed]()
    [(uid, first)] = events(client, path).items()
    later = session.during.lower + timedelta(days=1)
    move_session(session, actor=trainer_officer, starts_at=later, ends_at=later + timedelta(hours=2))
    moved = events(client, path)
    assert {name: (one["SEQUENCE"], one.decoded("DTSTART")) for name, one in moved.items()} == {
        uid: (1, later)
    }
    if ends_by == "session":
        cancel_session(session, actor=trainer_officer, note="Listrik padam.")
    else:
        cancel_run(session.run, actor=trainer_officer, note="Pelatih sakit.")
    gone = events(client, path)
    assert {name: (one["SEQUENCE"], one["STATUS"]) for name, one in gone.items()} == {uid: (2, "CANCELLED")}
    assert first["SUMMARY"] == gone[uid]["SUMMARY"]


def test_who_gave_the_seat_back_or_only_waited_does_not_follow_a_cancelled_run(
    client, trainer_officer, person
):
    gave_back, waited = person(name="Mundur"), person(name="Menunggu")
    left, awaited = coming().run, coming().run
    seat = seat_of(left, gave_back)
    records.enrolment(awaited, "waiting", who=records.participant(user=waited), by=waited)
    feeds = [reverse("own_calendar_ics", args=[make_feed(actor=one)]) for one in (gave_back, waited)]
    assert [len(events(client, feed)) for feed in feeds] == [1, 0]
    cancel_enrolment(seat, actor=gave_back)
    assert events(client, feeds[0]) == {}
    cancel_run(awaited, actor=trainer_officer, note="Pelatih sakit.")
    assert events(client, feeds[1]) == {}


def test_times_are_semarangs_with_the_zone_spelt_out(client):
    session = coming()
    [event] = events(client, PUBLIC).values()
    assert event["DTSTART"].params["TZID"] == "Asia/Jakarta"
    assert event.decoded("DTSTART") == session.during.lower
    assert event.decoded("DTSTART").hour == 9
    assert event.decoded("DTEND").astimezone(ZoneInfo("UTC")).hour == 4
    [zone] = Calendar.from_ical(client.get(PUBLIC).content).walk("VTIMEZONE")
    assert zone["TZID"] == "Asia/Jakarta"
    assert session.room.venue.name in event["LOCATION"]


def test_the_public_feed_leaves_drafts_out_and_answers_by_etag(client, trainer_officer):
    coming(run=records.run(status="draft"))
    session = coming()
    first = client.get(PUBLIC)
    assert first.content.count(b"BEGIN:VEVENT") == 1
    again = client.get(PUBLIC, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    cancel_session(session, actor=trainer_officer, note="Batal.")
    changed = client.get(PUBLIC, headers={"If-None-Match": first["ETag"]})
    assert (changed.status_code, changed["ETag"] == first["ETag"]) == (200, False)


def test_a_room_has_its_own_feed(client):
    session = coming()
    coming()
    found = events(client, reverse("room_calendar_ics", args=[session.room_id]))
    assert [session.reference in uid for uid in found] == [True]


def test_a_person_follows_where_he_sits_and_teaches_until_the_address_is_revoked(client, sign_in, person):
    me, other = person(name="Saya"), person(name="Lain")
    seat, taught, pupil = coming(15), coming(16, trainer=records.trainer(user=me)), coming(17)
    records.enrolment(seat.run, who=records.participant(user=me), by=other)
    records.enrolment(pupil.run, by=me)
    records.enrolment(coming(18).run, who=records.participant(user=other), by=me)
    coming(19)
    page = sign_in(me).post("/pelatihan/kalender/saya/").content.decode()
    path = next(word for word in page.replace("<", " ").replace(">", " ").split() if word.endswith(".ics"))
    path = path.removeprefix("http://127.0.0.1:8000")
    assert CalendarFeed.objects.get().token_hash not in path
    client.logout()
    found = {uid.split("@")[0] for uid in events(client, path)}
    assert found == {seat.reference, taught.reference, pupil.reference}
    etag = client.get(path)["ETag"]
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    newer = make_feed(actor=me)
    assert client.get(path).status_code == 404
    assert client.get(reverse("own_calendar_ics", args=[newer])).status_code == 200
    sign_in(me).post("/pelatihan/kalender/saya/cabut/")
    assert client.get(reverse("own_calendar_ics", args=[newer])).status_code == 404


def test_the_month_page_shows_days_and_leads_on(client, django_assert_max_num_queries):
    session = coming()
    first = session.during.lower
    with django_assert_max_num_queries(2):
        page = client.get("/pelatihan/kalender/", {"bulan": f"{first:%Y-%m}"}).content.decode()
    assert session.run.course.title in page
    assert "09.00" in page
    assert "Bulan berikutnya" in page
    assert session.run.course.title not in client.get("/pelatihan/kalender/?bulan=2031-01").content.decode()


# --- Reminders --------------------------------------------------------------------------------------------------------


def test_reminders_come_three_days_and_one_day_before_once_each(owner_user):
    session = coming(4)
    records.enrolment(session.run, by=owner_user)
    sent = [send_reminders(today() + timedelta(days=day)) for day in (0, 1, 1, 2, 3, 3)]
    assert sent == [0, 1, 0, 0, 1, 0]
    messages = Message.objects.filter(recipient=owner_user)
    assert messages.count() == 2
    assert "09.00–11.30" in messages[0].body


def test_a_moved_session_reminds_anew_and_a_cancelled_one_not(owner_user, trainer_officer):
    session = coming(3)
    records.enrolment(session.run, by=owner_user)
    assert send_reminders() == 1
    later = session.during.lower + timedelta(days=7)
    move_session(session, actor=trainer_officer, starts_at=later, ends_at=later + timedelta(hours=1))
    assert send_reminders(today() + timedelta(days=7)) == 1
    cancel_session(session, actor=trainer_officer, note="Batal.")
    assert send_reminders(today() + timedelta(days=9)) == 0


def test_who_opted_out_is_not_reminded_but_told_of_changes(owner_user, sign_in, trainer_officer):
    session = coming(3)
    records.enrolment(session.run, by=owner_user)
    sign_in(owner_user).post("/pelatihan/kalender/saya/pengingat/", {"wanted": "0"})
    call_command("work_training")
    assert not Message.objects.exists()
    cancel_session(session, actor=trainer_officer, note="Batal.")
    assert Message.objects.filter(recipient=owner_user).count() == 1
    set_reminders(True, actor=owner_user)
    assert "Jangan ingatkan saya" in sign_in(owner_user).get("/pelatihan/kalender/saya/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_remind_once(owner_user):
    session = coming(3)
    records.enrolment(session.run, by=owner_user)
    barrier, sent = Barrier(2), []

    def work():
        barrier.wait()
        sent.append(send_reminders())
        connection.close()

    threads = [Thread(target=work) for _worker in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sent) == [0, 1]
    assert SentReminder.objects.count() == Message.objects.count() == 1
