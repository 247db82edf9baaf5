"""The office's doors to the schedule: web forms, back office, sheets and the proposed timetable refuse the same overlaps."""

import io
import re
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from core.dates import WIB, add_months, today
from core.models import AuditEntry
from core.optimistic import StaleRecord
from core.spreadsheets import write_xlsx
from tests.cluster import records as cluster_records
from tests.training import records
from tests.training.records import at, span
from training.enums import TimetableStatus
from training.models import Run, Session, SessionEquipment, Timetable
from training.services.timetable_sheets import import_sessions
from training.services.timetables import ask_timetable, meetings_of, move_meeting, publish_timetable
from training.timetable import working_days

pytestmark = pytest.mark.django_db

DAY = "2027-03-02"

#: Where both are taken, either rule may be the one that speaks.
OVERLAP = re.compile("Pelatih ini sudah mengajar|Ruang ini sudah dipakai")


def run(**fields):
    return records.run(
        **{
            "starts_on": DAY,
            "ends_on": DAY,
            "registration_from": at("2027-01-04", "08:00"),
            "registration_until": at("2027-02-01", "16:00"),
        }
        | fields
    )


def taken():
    """A session that stands in the way of others in its room."""
    return records.session(span(DAY, "09:00", "11:00"), run=run())


# --- Web forms --------------------------------------------------------------------------------------------------------


def form_of(session, **fields):
    return {
        "day": DAY,
        "begins": "10:00",
        "ends": "12:00",
        "room": session.room_id,
        "trainer": session.trainer_id,
    } | fields


def test_the_web_form_plans_and_refuses_with_free_times(sign_in, trainer_officer):
    first, of = taken(), run(status="draft")
    client, path = sign_in(trainer_officer), reverse("office_run", args=[of.reference])
    refused = client.post(path, form_of(first))
    assert refused.status_code == 400
    assert OVERLAP.search(refused.content.decode())
    assert "11.00–13.00 WIB" in refused.content.decode()
    assert client.post(path, form_of(first, begins="11:00", ends="13:00")).status_code == 302
    assert of.sessions.get().during == span(DAY, "11:00", "13:00")


def test_the_web_form_moves_and_cancels(sign_in, trainer_officer):
    first = taken()
    second = records.session(span(DAY, "13:00", "14:00"), run=run(), room=first.room, trainer=first.trainer)
    client, path = sign_in(trainer_officer), reverse("office_session", args=[second.reference])
    assert "Ruang" in client.get(path).content.decode()
    version = second.version
    assert "Waktu kosong terdekat" in client.post(path, form_of(first, version=version)).content.decode()
    moved = client.post(path, form_of(first, begins="11:00", ends="12:00", version=version))
    assert moved.status_code == 302
    stale = client.post(path, form_of(first, begins="14:00", ends="15:00", version=version))
    assert "diubah orang lain" in stale.content.decode()
    assert client.post(path, {"cancel": "1", "cancel-note": ""}).status_code == 400
    client.post(path, {"cancel": "1", "cancel-note": "Batal."})
    second.refresh_from_db()
    assert second.status == "cancelled"


def test_a_run_is_announced_copied_and_cancelled_on_its_page(sign_in, trainer_officer):
    of = run(status="draft")
    records.session(span(DAY, "09:00", "11:00"), run=of)
    client = sign_in(trainer_officer)
    client.post(reverse("publish_run", args=[of.reference]))
    of.refresh_from_db()
    assert of.status == "published"
    path = reverse("clone_run", args=[of.reference])
    asked = {"batch": "Salinan", "starts_on": "2027-04-03"}
    shown = client.post(path, asked | {"show": "1"}).content.decode()
    assert "digeser dari hari libur" in shown
    assert client.post(path, asked | {"make": "1"}).status_code == 302
    assert Run.objects.get(batch="Salinan").cloned_from == of
    cancel = reverse("cancel_run", args=[of.reference])
    assert client.post(cancel, {"cancel-note": ""}).status_code == 400
    client.post(cancel, {"cancel-note": "Batal."})
    of.refresh_from_db()
    assert of.status == "cancelled"


# --- Back office ------------------------------------------------------------------------------------------------------


def admin_form(session, of, **fields):
    return {
        "run": of.pk,
        "number": "",
        "title": "",
        "during_0": f"{DAY}T10:00",
        "during_1": f"{DAY}T12:00",
        "room": session.room_id,
        "trainer": session.trainer_id,
        "travel_minutes": "60",
        "note": "",
        "equipment-TOTAL_FORMS": "0",
        "equipment-INITIAL_FORMS": "0",
    } | fields


def test_the_back_office_refuses_overlaps_as_sentences(sign_in, trainer_officer):
    first, of = taken(), run()
    client, path = sign_in(trainer_officer), reverse("admin:training_session_add")
    refused = client.post(path, admin_form(first, of)).content.decode()
    assert OVERLAP.search(refused)
    assert "Waktu kosong terdekat" in refused
    assert Session.objects.count() == 1
    made = client.post(
        path, admin_form(first, of, during_0=f"{DAY}T11:00", during_1=f"{DAY}T13:00", title="Bahan")
    )
    assert made.status_code == 302
    session = of.sessions.get()
    assert (session.number, session.title) == (1, "Bahan")
    change = reverse("admin:training_session_change", args=[session.pk])
    values = admin_form(first, of, number="1", row_version=session.version)
    assert OVERLAP.search(client.post(change, values).content.decode())
    values |= {"during_0": f"{DAY}T12:00", "during_1": f"{DAY}T13:30"}
    assert client.post(change, values).status_code == 302
    session.refresh_from_db()
    assert (session.during, session.sequence) == (span(DAY, "12:00", "13:30"), 1)


def test_the_back_office_refuses_equipment_in_use_and_undoes_the_rest(sign_in, trainer_officer):
    first, of, thing = taken(), run(), records.equipment()
    SessionEquipment.objects.create(session=first, equipment=thing)
    client = sign_in(trainer_officer)
    place, teacher = records.room(), records.trainer()

    def form(begins, ends, **fields):
        return admin_form(
            first, of, room=place.pk, trainer=teacher.pk, during_0=f"{DAY}T{begins}", during_1=f"{DAY}T{ends}"
        ) | {"equipment-TOTAL_FORMS": "1", "equipment-0-equipment": thing.pk, **fields}

    add = reverse("admin:training_session_add")
    refused = client.post(add, form("10:59", "12:00"))
    assert refused.status_code == 200
    page = refused.content.decode()
    assert "Peralatan ini sudah dipakai" in page
    assert "Waktu kosong terdekat" in page
    assert not of.sessions.exists(), "the session is not planned without what it needs"
    assert client.post(add, form("11:00", "12:00")).status_code == 302
    session = of.sessions.get()
    assert session.equipment.get().equipment == thing
    change = reverse("admin:training_session_change", args=[session.pk])
    kept = {"equipment-INITIAL_FORMS": "1", "equipment-0-id": session.equipment.get().pk, "number": "1"}
    refused = client.post(change, form("10:00", "12:00", row_version=session.version, **kept))
    assert "Peralatan ini sudah dipakai" in refused.content.decode()
    session.refresh_from_db()
    assert session.during == span(DAY, "11:00", "12:00")


def test_every_table_of_training_opens_in_the_back_office(sign_in, administrator):
    session = taken()
    session.run.enrolments.all()
    client = sign_in(administrator)
    for model in [
        "course",
        "run",
        "session",
        "venue",
        "room",
        "trainer",
        "equipment",
        "unavailability",
        "timetable",
        "participant",
        "enrolmentgroup",
        "enrolment",
        "participanttime",
        "attendance",
        "score",
        "evaluation",
        "certificate",
        "certificateorder",
        "followup",
        "facilitation",
        "calendarfeed",
        "reminderoptout",
        "sentreminder",
    ]:
        assert client.get(reverse(f"admin:training_{model}_changelist")).status_code == 200, model
    for name, record in (("run", session.run), ("session", session), ("room", session.room)):
        assert client.get(reverse(f"admin:training_{name}_change", args=[record.pk])).status_code == 200, name


def test_the_back_office_says_which_clusters_a_course_is_for(sign_in, trainer_officer):
    course, client = records.course(), sign_in(trainer_officer)
    sentra, draft = cluster_records.cluster(), cluster_records.cluster("draft", name="Sentra Rahasia")
    found = client.get(
        reverse("admin:autocomplete"),
        {"term": sentra.name, "app_label": "training", "model_name": "course", "field_name": "clusters"},
    )
    assert [row["text"] for row in found.json()["results"]] == [sentra.name]
    path = reverse("admin:training_course_change", args=[course.pk])
    values = {
        "code": course.code, "title": course.title, "topic": course.topic, "pillar": course.pillar, "organiser": course.organiser,
        "hours": course.hours, "attendance_min": 80, "needs_registered": "on", "is_active": "on", "row_version": course.version,
    }  # fmt: skip
    refused = client.post(path, values | {"clusters": [sentra.pk, draft.pk]})
    assert "Masih draf: Sentra Rahasia. Aktifkan klasternya dahulu." in refused.content.decode()
    assert not course.clusters.exists()
    assert client.post(path, values | {"clusters": [sentra.pk]}).status_code == 302
    assert course.clusters.get() == sentra
    assert sentra.name in client.get(path).content.decode()


def test_the_links_of_the_back_office_lead_to_pages(sign_in, administrator):
    session = taken()
    client = sign_in(administrator)
    for name, record in (("run", session.run), ("session", session), ("room", session.room)):
        page = client.get(reverse(f"admin:training_{name}_change", args=[record.pk]))
        links = page.context["work_links"]
        assert links, name
        for label, url in links:
            assert client.get(url).status_code == 200, label
    sheet_of = reverse("office_attendance", args=[session.run.reference, session.number])
    page = client.get(reverse("admin:training_session_change", args=[session.pk])).content.decode()
    assert sheet_of in page


def test_the_lists_of_the_back_office_can_be_taken_along(sign_in, trainer_officer, verifier, owner_user):
    session = taken()
    seat = records.enrolment(session.run, by=owner_user)
    for name, record in (("session", session), ("run", session.run), ("enrolment", seat)):
        path = reverse(f"admin:training_{name}_export", args=["csv"])
        text = b"".join(sign_in(trainer_officer).get(path).streaming_content).decode()
        assert record.reference in text
        assert sign_in(verifier).get(path).status_code == 403
    assert AuditEntry.objects.filter(action="training.export_enrolment", actor=trainer_officer).exists()


def test_the_page_of_a_run_says_what_it_costs(sign_in, trainer_officer):
    of = run(quota=20, honorarium=2_400_000, cost_per_seat=150_000)
    page = sign_in(trainer_officer).get(reverse("office_run", args=[of.reference])).content.decode()
    for words in ("Rp2.400.000", "Rp150.000", "Rp5.400.000", "untuk 20 kursi"):
        assert words in page


# --- Sheets -----------------------------------------------------------------------------------------------------------

HEADER = ["Angkatan", "Pertemuan", "Tanggal", "Mulai", "Selesai", "Ruang", "Pelatih", "Materi", "Peralatan"]


def sheet(*rows):
    file = io.BytesIO()
    write_xlsx(file, HEADER, rows)
    return file.getvalue()


def row(of, number, begins, ends, session, things=""):
    return [
        of.reference,
        number,
        "02-03-2027",
        begins,
        ends,
        str(session.room),
        session.trainer.name,
        "Bahan",
        things,
    ]


def test_a_sheet_is_read_row_by_row_with_the_reason_of_each_refusal(trainer_officer, owner_user):
    first, of = taken(), run()
    other = run()
    content = sheet(
        row(of, 1, "11.00", "12.00", first),
        row(other, 1, "11.30", "12.30", first),  # overlaps the row above it
        row(other, 1, "10.00", "12.00", first),  # overlaps what stands
        row(other, 1, "25.00", "12.00", first),
        [other.reference, 1, "02-03-2027", "13.00", "14.00", "Ruang entah", first.trainer.name, "", ""],
        ["PLT-0000-000", 1, "02-03-2027", "13.00", "14.00", str(first.room), first.trainer.name, "", ""],
        row(of, 3, "14.00", "15.00", first, "Mesin entah"),
    )
    shown = import_sessions(content, actor=trainer_officer, write=False)
    assert Session.objects.count() == 1
    assert [one.verdict for one in shown] == ["new", *["refused"] * 6]
    assert OVERLAP.search(shown[1].reason)
    assert "Waktu kosong terdekat" in shown[2].reason
    assert "bukan jam" in shown[3].reason
    assert "tidak dikenal" in shown[4].reason
    assert "Peralatan “Mesin entah” tidak dikenal" in shown[6].reason
    assert import_sessions(content, actor=trainer_officer, write=True) == shown
    assert of.sessions.get().title == "Bahan"
    again = sheet(row(of, 1, "11.00", "12.00", first), row(of, 1, "12.00", "13.00", first))
    assert [one.verdict for one in import_sessions(again, actor=trainer_officer, write=True)] == [
        "unchanged",
        "changed",
    ]
    with pytest.raises(PermissionDenied):
        import_sessions(content, actor=owner_user, write=False)
    with pytest.raises(ValidationError, match="Kolom ini tidak ada: mulai"):
        import_sessions(
            b"angkatan;pertemuan;tanggal;selesai;ruang;pelatih\n1;1;1;1;1;1\n",
            actor=trainer_officer,
            write=False,
        )


def test_a_sheet_is_shown_before_it_is_written(sign_in, trainer_officer):
    first, of = taken(), run()
    client, path = sign_in(trainer_officer), reverse("office_read_sheet")
    content = sheet(row(of, 1, "11.00", "12.00", first))
    page = client.post(path, {"file": SimpleUploadedFile("jadwal.xlsx", content)})
    assert "belum ada yang ditulis" in page.content.decode()
    assert not of.sessions.exists()
    client.post(path, {"write": "1", "kept": page.context["kept"]})
    assert of.sessions.count() == 1
    assert client.post(path, {"write": "1", "kept": "palsu"}).status_code == 302


# --- Timetables -------------------------------------------------------------------------------------------------------


@pytest.fixture
def month(trainer_officer):
    """Three drafts to be put into the month after next."""
    first = add_months(today().replace(day=1), 2)
    records.room(capacity=25), records.room(capacity=25)
    records.trainer(name="Ani"), records.trainer(name="Budi")
    until = at(first - timedelta(days=5), "16:00")
    return first, [
        run(
            status="draft",
            starts_on=first,
            ends_on=first,
            registration_from=until - timedelta(days=10),
            registration_until=until,
        )
        for _number in range(3)
    ]


def proposed(month, actor):
    first, runs = month
    made = ask_timetable(actor=actor, month=first, asked=[(one, 2, 180) for one in runs])
    call_command("work_training")
    made.refresh_from_db()
    return made


def test_a_timetable_is_asked_reckoned_and_written(month, sign_in, trainer_officer):
    first, runs = month
    client = sign_in(trainer_officer)
    asked = {"month": f"{first:%Y-%m}", "without": "3"}
    for one in runs:
        asked |= {f"run_{one.pk}": "on", f"sessions_{one.pk}": "2", f"minutes_{one.pk}": "180"}
    answer = client.post(reverse("office_timetables"), asked)
    path = answer["Location"]
    assert "sedang dihitung" in client.get(path).content.decode()
    call_command("work_training")
    page = client.get(path).content.decode()
    made = Timetable.objects.get()
    assert made.status == TimetableStatus.PROPOSED
    assert "6 pertemuan" in page
    assert "Ani" in page
    assert not any(one.starts_at.astimezone(WIB).day == 3 for one in meetings_of(made))
    client.post(reverse("publish_timetable", args=[made.reference]), {"version": made.version})
    made.refresh_from_db()
    assert made.status == TimetableStatus.PUBLISHED
    assert [one.sessions.count() for one in runs] == [2, 2, 2]


def test_a_meeting_moves_only_where_the_rules_allow(month, trainer_officer, sign_in):
    made = proposed(month, trainer_officer)
    meetings = meetings_of(made)
    index = 0
    one = meetings[index]
    trainer, room = (
        records.Trainer.objects.get(pk=one.trainer),
        records.Room.objects.get(pk=one.room),
    )
    saturday = one.starts_at + timedelta(days=(5 - one.starts_at.astimezone(WIB).weekday()) % 7)
    with pytest.raises(ValidationError, match="hari libur"):
        move_meeting(
            made,
            index,
            actor=trainer_officer,
            version=made.version,
            starts_at=saturday,
            trainer=trainer,
            room=room,
        )
    path = reverse("office_meeting", args=[made.reference, index])
    client = sign_in(trainer_officer)
    assert client.get(path).status_code == 200
    place = {"room": room.pk, "trainer": trainer.pk, "version": made.version}
    local = saturday.astimezone(WIB)
    refused = client.post(path, {"day": f"{local:%Y-%m-%d}", "begins": "08:00", **place})
    assert "hari libur" in refused.content.decode()
    used = {meeting.day for meeting in meetings}
    free = next(day for day in working_days(month[0]) if day not in used)
    assert client.post(path, {"day": f"{free}", "begins": "08:30", **place}).status_code == 302
    made.refresh_from_db()
    assert at(free, "08:30") in [meeting.starts_at for meeting in meetings_of(made)]
    with pytest.raises(StaleRecord):
        publish_timetable(made, actor=trainer_officer, version=made.version - 1)


def test_a_timetable_that_no_longer_fits_is_written_not_at_all(month, trainer_officer):
    made = proposed(month, trainer_officer)
    one = meetings_of(made)[-1]
    Session.objects.create(
        run=run(), number=1, room_id=one.room, trainer=records.trainer(),
        during=records.DateTimeTZRange(one.starts_at, one.ends_at, "[)"),
    )  # fmt: skip
    with pytest.raises(ValidationError, match="Ruang ini sudah dipakai"):
        publish_timetable(made, actor=trainer_officer, version=made.version)
    assert Session.objects.count() == 1
    made.refresh_from_db()
    assert made.status == TimetableStatus.PROPOSED


def test_what_does_not_fit_is_said(month, trainer_officer, sign_in):
    first, runs = month
    records.Trainer.objects.all().delete()
    made = ask_timetable(actor=trainer_officer, month=first, asked=[(runs[0], 2, 180)])
    call_command("work_training")
    made.refresh_from_db()
    assert made.status == TimetableStatus.IMPOSSIBLE
    page = sign_in(trainer_officer).get(reverse("office_timetable", args=[made.reference])).content.decode()
    assert "tidak ada pelatih untuk bidang" in page
    with pytest.raises(ValidationError, match="sudah lewat"):
        ask_timetable(actor=trainer_officer, month=date(2020, 1, 1), asked=[(runs[0], 2, 180)])
