import csv
import io
import subprocess
import sys
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from core.lottery import draw
from core.lottery_script import script_for
from core.models import Message
from core.workflow import StepError
from tests.ikm.businesses import area
from tests.training import records
from tests.training.enrolling import consent_text, drawing_run, registered, worker, workers
from tests.training.records import span
from training.models import EnrolmentGroup, ParticipantTime, Run
from training.selectors import drawn_rows, place_of
from training.services.enrolments import cancel_enrolment, enrol
from training.services.selection import select_participants

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(owner_user):
    return registered(owner_user)


def applied(run, shop, by, count, **fields):
    return [records.enrolment(run, "applied", who=worker(shop, **fields), by=by) for _ in range(count)]


def test_while_registration_is_open_everybody_applies_and_nobody_is_drawn(shop, owner_user, trainer_officer):
    consent_text()
    run = drawing_run(closed=False, quota=1)
    entries = [enrol(run, [worker(shop)], business=shop, actor=owner_user)[0] for _ in range(3)]
    assert {one.status for one in entries} == {"applied"}
    assert "dipilih sesudah pendaftaran ditutup" in place_of(entries[0]).reasons[0]
    with pytest.raises(ValidationError, match="masih dibuka"):
        select_participants(run, actor=trainer_officer)


def test_the_draw_gives_seats_then_waiting_places_in_the_order_drawn(shop, owner_user, trainer_officer):
    run = drawing_run(quota=3, reserve=2)
    meeting = records.session(span("2027-01-05", "09:00", "11:00"), run=run)
    applied(run, shop, owner_user, 7)
    drawn = select_participants(run, actor=trainer_officer)
    assert (drawn.status, drawn.seats_taken) == ("selected", 3)
    assert drawn.seed
    by_place = sorted(run.enrolments.all(), key=lambda one: one.ranking["place"])
    assert [one.status for one in by_place] == ["enrolled"] * 3 + ["waiting"] * 2 + ["unchosen"] * 2
    assert [one.position for one in by_place[3:5]] == [1, 2]
    assert ParticipantTime.objects.filter(session=meeting).count() == 3
    assert Message.objects.filter(recipient=owner_user, title__startswith="Hasil seleksi").count() == 7
    assert "Urutan undian Anda 4 dari 7, dengan bobot 1." in place_of(by_place[3]).reasons
    again = draw(drawn.seed, {one.reference: Decimal(one.ranking["weight"]) for one in by_place})
    assert [one.key for one in again] == [one.reference for one in by_place]


def test_a_run_is_drawn_once(shop, owner_user, trainer_officer):
    run = drawing_run(quota=1)
    applied(run, shop, owner_user, 2)
    with pytest.raises(PermissionDenied):
        select_participants(run, actor=owner_user)
    select_participants(run, actor=trainer_officer)
    with pytest.raises(StepError, match="hanya satu kali"):
        select_participants(run, actor=trainer_officer)
    with pytest.raises(IntegrityError, match="training_run_drawn_once"), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(seed="lain")


def test_the_weights_count_women_disability_first_timers_places_and_absences(
    shop, owner_user, trainer_officer
):
    run = drawing_run(
        weights={"women": "1.5", "disabled": "2", "first_time": "1.2", "kecamatan": "1.1", "no_show": "0.5"}
    )
    far = registered(owner_user, kelurahan=area("33.74.09.1001", "Ngesrep", "Banyumanik"))
    expected = {}
    for who, weight in (
        (worker(shop, sex="female"), "1.8000"),
        (worker(shop, sex="male", has_disability=True), "2.4000"),
        (worker(far, sex="male"), "1.3200"),
        (experienced := worker(shop, sex="male"), "1.0000"),
        (absent := worker(shop, sex="female"), "0.9000"),
    ):
        expected[records.enrolment(run, "applied", who=who, by=owner_user).reference] = weight
    records.enrolment(records.run(), "completed", who=experienced, by=owner_user)
    for _ in range(2):
        records.enrolment(records.run(), "no_show", who=absent, by=owner_user)
    select_participants(run, actor=trainer_officer)
    assert {row["key"]: row["weight"] for row in drawn_rows(run)} == expected


def test_a_group_is_one_entry_and_waits_whole_when_it_does_not_fit(shop, owner_user, trainer_officer):
    run = drawing_run(quota=2, reserve=9)
    group = EnrolmentGroup.objects.create(run=run, business=shop, made_by=owner_user)
    together = [
        records.enrolment(run, "applied", who=who, by=owner_user, group=group) for who in workers(shop, 3)
    ]
    applied(run, shop, owner_user, 2)
    select_participants(run, actor=trainer_officer)
    for one in together:
        one.refresh_from_db()
    assert {one.status for one in together} == {"waiting"}
    assert len({one.ranking["place"] for one in together}) == 1
    assert [row["size"] for row in drawn_rows(run) if row["key"] == group.reference] == [3]
    assert run.enrolments.filter(status="enrolled").count() == 2


def test_who_sits_elsewhere_at_the_time_waits_and_reads_why(shop, owner_user, trainer_officer):
    run, other = drawing_run(quota=2), records.run()
    records.session(span("2027-01-05", "09:00", "11:00"), run=run)
    records.session(span("2027-01-05", "10:00", "12:00"), run=other)
    [busy] = applied(run, shop, owner_user, 1)
    records.enrolment(other, who=busy.participant, by=owner_user)
    select_participants(run, actor=trainer_officer)
    busy.refresh_from_db()
    assert busy.status == "waiting"
    assert other.batch in busy.reason


def test_a_seat_that_is_given_back_goes_down_the_drawn_order(shop, owner_user, trainer_officer):
    run = drawing_run(quota=1, reserve=9)
    applied(run, shop, owner_user, 3)
    select_participants(run, actor=trainer_officer)
    cancel_enrolment(run.enrolments.get(status="enrolled"), actor=owner_user)
    by_place = sorted(run.enrolments.all(), key=lambda one: one.ranking["place"])
    assert [one.status for one in by_place] == ["cancelled", "offered", "waiting"]


@pytest.fixture
def drawn(shop, owner_user, trainer_officer):
    run = drawing_run(quota=3, reserve=4, weights={"women": "1.5"})
    applied(run, shop, owner_user, 6, sex="female")
    applied(run, shop, owner_user, 6, sex="male")
    return select_participants(run, actor=trainer_officer)


def test_the_public_result_shows_all_that_is_needed_and_nobodys_name(drawn, client):
    page = client.get(reverse("selection_result", args=[drawn.reference]))
    text = page.content.decode()
    assert drawn.seed in text
    for one in drawn.enrolments.select_related("participant"):
        assert one.reference in text
        assert one.participant.name not in text
    assert "perempuan: <strong>×\u00a01,5</strong>" in text


def test_the_program_on_the_page_computes_the_same_order(drawn, tmp_path):
    table = Client().get(reverse("selection_csv", args=[drawn.reference])).content
    (tmp_path / "data.csv").write_bytes(table)
    page = Client().get(reverse("selection_result", args=[drawn.reference])).context
    (tmp_path / "hitung.py").write_text(page["script"])
    done = subprocess.run(
        [sys.executable, "-I", "hitung.py", "data.csv"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    computed = [line.split()[:2] for line in done.stdout.splitlines()]
    assert computed == [[str(row["place"]), row["key"]] for row in drawn_rows(drawn)]
    published = list(csv.DictReader(io.StringIO(table.decode())))
    assert [[row["urutan"], row["nomor"]] for row in published] == computed
    assert len(script_for("x").strip().splitlines()) <= 15


def test_another_seed_gives_another_order(drawn):
    weights = {row["key"]: Decimal(row["weight"]) for row in drawn_rows(drawn)}
    orders = {tuple(one.key for one in draw(seed, weights)) for seed in ("a", "b", drawn.seed)}
    assert len(orders) == 3


def test_there_is_no_result_before_the_draw(client):
    run = drawing_run()
    for name in ("selection_result", "selection_csv"):
        assert client.get(reverse(name, args=[run.reference])).status_code == 404
