"""The end of a run: scores, verdicts with reasons, opinions without names, certificates, questions months later."""

import os
import subprocess
import sys
import time
import uuid
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse
from django.utils import timezone

from core.dates import add_months
from core.models import AuditEntry, Letter, Message, Signatory
from core.workflow import StepError, history
from ikm.models import Licence, YearlyFigure
from tests.training import records
from tests.training.enrolling import registered, worker
from training.effects import effects_of
from training.intervals import Z, wilson
from training.models import Attendance, Certificate, Evaluation, FollowUp, Run
from training.services import certificates, follow_ups, outcomes

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


def held_run(sessions=4, **fields):
    """A run under way whose sessions are over."""
    now = timezone.now()
    ends = timezone.localdate(now) - timedelta(days=1)
    run = records.run("running", starts_on=ends - timedelta(days=sessions), ends_on=ends, **fields)
    place, teacher = records.room(), records.trainer(name="Budi Santoso")
    for number in range(sessions):
        begins = now - timedelta(days=sessions - number, hours=3)
        records.session(
            DateTimeTZRange(begins, begins + timedelta(hours=2), "[)"), run=run, room=place, trainer=teacher
        )
    return run


def came(run, by, times, *, score=None, excused=0, who=None):
    """Somebody with a seat who was at the first `times` sessions."""
    one = records.enrolment(run, by=by, who=who)
    for number, session in enumerate(run.sessions.order_by("number")):
        status = "present" if number < times else "excused" if number < times + excused else "absent"
        Attendance.objects.create(
            enrolment=one, session=session, status=status, method="list", nonce=uuid.uuid4(), recorded_by=by
        )
    if score is not None:
        outcomes.record_scores(run, {one: (None, Decimal(score))}, actor=by)
    return one


@pytest.fixture
def signatory(db):
    return Signatory.objects.create(
        name="Dr. Sari Wulandari",
        post="Kepala Dinas",
        unit="Dinas Perindustrian",
        in_force_from="2020-01-01",
    )


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


# --- Scores and opinions ------------------------------------------------------------------------------------------------


def test_scores_are_written_changed_and_counted(trainer_officer):
    run = held_run()
    one = came(run, trainer_officer, 4)
    assert outcomes.record_scores(run, {one: (Decimal(40), Decimal("72.5"))}, actor=trainer_officer) == 1
    assert outcomes.record_scores(run, {one: (Decimal(40), Decimal("72.5"))}, actor=trainer_officer) == 0
    one.refresh_from_db()
    assert one.score.after == Decimal("72.5")
    with pytest.raises(ValidationError):
        outcomes.record_scores(run, {one: (None, Decimal(101))}, actor=trainer_officer)


def test_scores_are_for_seats_of_a_run_under_way_and_for_officials(trainer_officer, owner_user):
    run = held_run()
    one = came(run, trainer_officer, 1)
    with pytest.raises(PermissionDenied):
        outcomes.record_scores(run, {one: (None, None)}, actor=owner_user)
    waiting = records.enrolment(run, "waiting", by=owner_user)
    with pytest.raises(ValidationError, match="tidak mempunyai kursi"):
        outcomes.record_scores(run, {waiting: (None, Decimal(1))}, actor=trainer_officer)
    over = records.run("completed")
    with pytest.raises(StepError):
        outcomes.record_scores(over, {}, actor=trainer_officer)


def test_an_opinion_is_given_once_and_leads_to_nobody(trainer_officer, owner_user):
    run = held_run()
    business = registered(owner_user)
    mine = [came(run, trainer_officer, 4, who=worker(business)) for _ in range(6)]
    lines = AuditEntry.objects.count()
    rows = []
    for number, one in enumerate(mine):
        marks = {"content": 4, "trainer": 5, "place": 3, "remark": f"Saran {number}"}
        outcomes.evaluate(one, actor=owner_user, **marks)
        with pytest.raises(StepError):
            outcomes.evaluate(one, actor=owner_user, **marks)
        with connection.cursor() as cursor:
            cursor.execute("SELECT remark, xmin::text FROM training_evaluation ORDER BY ctid")
            rows.append(cursor.fetchall())
    assert {len({xmin for _, xmin in stand}) for stand in rows} == {1}, "all of one transaction"
    given = [f"Saran {number}" for number in range(6)]
    assert any([remark for remark, _ in stand] != given[: len(stand)] for stand in rows[3:]), "in no order"
    assert {field.name for field in Evaluation._meta.get_fields()} == {
        "id", "run", "content", "trainer", "place", "remark", "given_on",
    }  # fmt: skip
    assert set(Evaluation.objects.values_list("given_on", flat=True)) == {run.ends_on}
    for one in mine:
        one.refresh_from_db()
    assert len({one.evaluated_at for one in mine}) == 1, "no moment tells who was when"
    by_number = list(Evaluation.objects.order_by("pk").values_list("remark", flat=True))
    assert len(by_number) == 6
    assert max(Evaluation.objects.values_list("pk", flat=True)) > 1_000_000, "numbers are drawn, not counted"
    assert AuditEntry.objects.count() == lines
    count, means, remarks = outcomes.opinions(run)
    assert (count, means["trainer"]) == (6, 5)
    assert sorted(remarks) == [f"Saran {number}" for number in range(6)]


def test_the_back_office_shows_and_gives_out_opinions_from_five_on(trainer_officer, sign_in):
    run = records.run("running")
    client = sign_in(trainer_officer)

    def shown():
        listed = client.get(reverse("admin:training_evaluation_changelist")).context["cl"].result_count
        file = client.get(reverse("admin:training_evaluation_export", args=["csv"])).streaming_content
        assert len(b"".join(file).splitlines()) == listed + 1
        return listed

    for number in range(5):
        assert shown() == 0
        Evaluation.objects.create(pk=1000 - number, run=run, content=3, trainer=4, place=5)
    assert shown() == 5


def test_opinions_of_few_are_not_shown_and_who_was_absent_has_none(trainer_officer, owner_user, stranger):
    run = held_run()
    business = registered(owner_user)
    one = came(run, trainer_officer, 1, who=worker(business))
    absent = came(run, trainer_officer, 0, who=worker(business))
    marks = {"content": 1, "trainer": 1, "place": 1}
    outcomes.evaluate(one, actor=owner_user, **marks)
    assert outcomes.opinions(run) == (1, None, [])
    with pytest.raises(StepError):
        outcomes.evaluate(absent, actor=owner_user, **marks)
    with pytest.raises(type(one).DoesNotExist):
        outcomes.evaluate(one, actor=stranger, **marks)


# --- The end ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("times", "excused", "score", "step", "says"),
    [
        (4, 0, 70, "pass", "Nilai akhir 70 (syarat 70)."),
        (3, 0, 70, "pass", "Hadir 3 dari 4 pertemuan (syarat 75 persen)."),
        (2, 2, 90, "fail", "Hadir 2 dari 4 pertemuan"),
        (4, 0, "69.99", "fail", "Nilai akhir 69,99 (syarat 70)."),
        (4, 0, None, "fail", "Nilai akhir tidak ada"),
        (0, 0, 100, "miss", "Tidak hadir pada satu pun pertemuan."),
        (0, 1, None, "fail", "Hadir 0 dari 4 pertemuan"),
    ],
)
def test_who_passes_and_why(trainer_officer, times, excused, score, step, says):
    run = held_run(course=records.course(attendance_min=75, score_min=70))
    came(run, trainer_officer, times, excused=excused, score=score)
    (verdict,) = outcomes.verdicts(run)
    assert verdict.step == step
    assert says in verdict.reason


def test_the_share_is_not_rounded(trainer_officer):
    run = held_run(3, course=records.course(attendance_min=67))
    came(run, trainer_officer, 2)
    assert outcomes.verdicts(run)[0].step == "fail", "two of three are less than 67 percent"


def test_completing_does_what_was_shown_tells_everybody_and_closes_the_list(trainer_officer, owner_user):
    run = held_run()
    business = registered(owner_user)
    passed, failed, absent = (came(run, trainer_officer, times, who=worker(business)) for times in (4, 1, 0))
    waiting = records.enrolment(run, "waiting", by=owner_user)
    shown = {one.enrolment.pk: one.reason for one in outcomes.verdicts(run)}
    done = outcomes.complete_run(run, actor=trainer_officer)
    assert done.status == "completed"
    for one, status in ((passed, "completed"), (failed, "failed"), (absent, "no_show")):
        one.refresh_from_db()
        assert one.status == status
        assert one.reason == shown[one.pk] == history(one).last().note
        assert Message.objects.filter(about=one.reference, recipient=owner_user).exists()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.reason) == ("cancelled", "Angkatan ini selesai.")
    assert set(run.sessions.values_list("status", flat=True)) == {"held"}
    with pytest.raises(ValidationError):
        outcomes.complete_run(run, actor=trainer_officer)


def test_what_stands_in_the_way_of_the_end_is_said(trainer_officer, owner_user):
    assert outcomes.obstacles(records.run("running")) == ["Angkatan ini belum mempunyai pertemuan."]
    run = held_run(2)
    records.session(DateTimeTZRange(timezone.now(), timezone.now() + timedelta(hours=1), "[)"), run=run)
    assert outcomes.obstacles(run) == [
        "Kehadiran pertemuan 1 belum dicatat.",
        "Kehadiran pertemuan 2 belum dicatat.",
        "Pertemuan 3 belum selesai.",
    ]
    with pytest.raises(ValidationError):
        outcomes.complete_run(run, actor=trainer_officer)
    with pytest.raises(PermissionDenied):
        outcomes.complete_run(run, actor=owner_user)
    early = held_run()
    early.status = "published"
    early.save()
    came(early, trainer_officer, 4)
    with pytest.raises(ValidationError, match="belum dimulai"):
        outcomes.complete_run(early, actor=trainer_officer)
    assert outcomes.start_run(early, actor=trainer_officer).status == "running"


# --- Certificates -------------------------------------------------------------------------------------------------------


@pytest.fixture
def completed(trainer_officer, owner_user):
    """A completed run and its three who passed."""
    run = held_run(course=records.course(title="Desain kemasan", hours=32, unit="C.17"))
    business = registered(owner_user)
    people = [came(run, trainer_officer, 4, who=worker(business, name=f"Peserta {name}")) for name in "ABC"]
    return outcomes.complete_run(run, actor=trainer_officer), people


def issue(run, actor, signatory):
    """All certificates of a run, as the worker issues them."""
    order = certificates.ask_certificates([run], actor=actor, signatory=signatory)
    while order.status == "waiting":
        order = certificates.issue_batch(order)
    return order


def test_certificates_go_on_where_they_stopped_and_none_is_issued_twice(
    completed, trainer_officer, signatory, monkeypatch
):
    run, people = completed
    monkeypatch.setattr(certificates, "BATCH", 2)
    order = certificates.ask_certificates([run], actor=trainer_officer, signatory=signatory)
    assert certificates.ask_certificates([run], actor=trainer_officer, signatory=signatory) == order
    first = certificates.work_off()
    assert (first.issued, first.total, first.progress, first.status) == (2, 3, 66, "waiting")
    assert (certificates.progress(run).issued, certificates.progress(run).left) == (2, 1)
    call_command("work_training")
    order.refresh_from_db()
    assert (order.issued, order.progress, order.status) == (3, 100, "done")
    assert certificates.issue_batch(order).issued == 3, "an order that has ended issues nothing"
    assert certificates.work_off() is None
    with pytest.raises(ValidationError, match="Tidak ada sertifikat"):
        certificates.ask_certificates([run], actor=trainer_officer, signatory=signatory)
    numbers = list(Letter.objects.order_by("serial").values_list("number", flat=True))
    year = timezone.localdate().year
    assert numbers == [f"{serial:04d}/SPL/DISPERIN/{year}" for serial in (1, 2, 3)]
    one = Certificate.objects.get(enrolment=people[0])
    assert (one.holder, one.course, one.hours, one.unit) == ("Peserta A", "Desain kemasan", 32, "C.17")
    assert (one.trainers, one.batch) == ("Budi Santoso", run.batch)
    with one.letter.file.open("rb") as stream:
        assert stream.read(4) == b"%PDF"


def test_a_certificate_stays_as_it_was_issued(completed, trainer_officer, signatory):
    run, people = completed
    issue(run, trainer_officer, signatory)
    run.course.title = "Judul baru"
    run.course.save()
    one = Certificate.objects.get(enrolment=people[0])
    assert one.course == "Desain kemasan"
    one.hours = 99
    with pytest.raises(DatabaseError), transaction.atomic():
        one.save()


def test_a_certificate_that_breaks_leaves_no_gap_in_the_numbers(
    completed, trainer_officer, signatory, monkeypatch
):
    run, _people = completed
    tell = certificates.outcome_notices.tell_certificate
    calls = []

    def breaks_once(made):
        calls.append(made)
        if len(calls) == 2:
            raise RuntimeError("no ink")
        tell(made)

    monkeypatch.setattr(certificates.outcome_notices, "tell_certificate", breaks_once)
    order = issue(run, trainer_officer, signatory)
    assert (order.status, order.issued, order.progress) == ("done", 2, 100)
    assert [(one["name"], one["reason"]) for one in order.problems] == [("Peserta B", "no ink")]
    assert issue(run, trainer_officer, signatory).issued == 1, "once mended, the one left over follows"
    assert list(Letter.objects.order_by("serial").values_list("serial", flat=True)) == [1, 2, 3]


def test_an_order_stops_when_the_signatory_goes(completed, trainer_officer, signatory):
    run, _people = completed
    order = certificates.ask_certificates([run], actor=trainer_officer, signatory=signatory)
    signatory.in_force_until = "2021-01-01"
    signatory.save()
    order = certificates.work_off()
    assert (order.status, order.issued) == ("stopped", 0)
    assert "penanda tangan" in order.reason
    assert certificates.work_off() is None


def test_several_runs_are_one_order_that_leaves_out_what_waits_already(
    completed, trainer_officer, owner_user, signatory
):
    run, _people = completed
    other = held_run()
    came(other, trainer_officer, 4, who=worker(registered(owner_user)))
    outcomes.complete_run(other, actor=trainer_officer)
    first = certificates.ask_certificates([other], actor=trainer_officer, signatory=signatory)
    both = certificates.ask_certificates([run, other], actor=trainer_officer, signatory=signatory)
    assert (first.total, both.total, list(both.runs.all())) == (1, 3, [run])
    call_command("work_training")
    assert list(Letter.objects.order_by("serial").values_list("serial", flat=True)) == [1, 2, 3, 4]
    assert not certificates.runs_with_due().exists()


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_no_gap_and_nothing_twice(trainer_officer, signatory, tmp_path):
    """The worker is killed in the middle of a batch; another one goes on."""
    run, business = held_run(quota=60), registered()
    for _ in range(60):
        records.enrolment(run, "completed", by=trainer_officer, who=worker(business))
    Run.objects.update(status="completed")
    order = certificates.ask_certificates([run], actor=trainer_officer, signatory=signatory)
    head, _, query = os.environ["DATABASE_URL"].partition("?")
    url = f"{head.rsplit('/', 1)[0]}/{connection.settings_dict['NAME']}?{query}"
    doomed = subprocess.Popen(
        [sys.executable, "manage.py", "work_training", "--loop"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "MEDIA_ROOT": str(tmp_path)},
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not Certificate.objects.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    doomed.kill()
    doomed.wait()
    assert 0 < Certificate.objects.count() < 60, "killed in the middle"
    call_command("work_training")
    order.refresh_from_db()
    assert (order.status, order.issued) == ("done", 60)
    assert list(Letter.objects.order_by("serial").values_list("serial", flat=True)) == list(range(1, 61))
    assert Certificate.objects.values("enrolment").distinct().count() == 60


def test_certificates_need_a_completed_run_a_right_and_a_signatory_in_force(
    completed, trainer_officer, owner_user, signatory
):
    run, _people = completed
    with pytest.raises(PermissionDenied):
        issue(run, owner_user, signatory)
    with pytest.raises(ValidationError, match="sesudah angkatan selesai"):
        issue(records.run("running"), trainer_officer, signatory)
    signatory.in_force_until = "2021-01-01"
    signatory.save()
    with pytest.raises(ValidationError, match="tidak berlaku"):
        issue(run, trainer_officer, signatory)


def test_a_participant_downloads_and_anybody_verifies_without_a_name(
    completed, trainer_officer, owner_user, stranger, signatory, sign_in, client
):
    run, people = completed
    issue(run, trainer_officer, signatory)
    one = Certificate.objects.get(enrolment=people[0])
    file = reverse("letter_file", args=[one.letter.token])
    public = reverse("letter_verification", args=[one.letter.token])
    page = client.get(public).content.decode()
    assert one.letter.number in page
    assert one.holder not in page
    assert (
        file in sign_in(owner_user).get(reverse("my_enrolment", args=[people[0].reference])).content.decode()
    )
    answer = client.get(file)
    assert b"".join(answer.streaming_content)[:4] == b"%PDF"
    assert sign_in(stranger).get(file).status_code == 404


def test_a_certificate_is_revoked_with_a_reason_that_the_person_reads(
    completed, trainer_officer, owner_user, signatory, client
):
    run, people = completed
    issue(run, trainer_officer, signatory)
    one = Certificate.objects.get(enrolment=people[0])
    with pytest.raises(ValidationError):
        certificates.revoke_certificate(one, actor=trainer_officer, reason=" ")
    with pytest.raises(PermissionDenied):
        certificates.revoke_certificate(one, actor=owner_user, reason="…")
    for _ in range(2):
        certificates.revoke_certificate(one, actor=trainer_officer, reason="Salah nama")
    assert Message.objects.filter(recipient=owner_user, body__contains="Salah nama").count() == 1
    page = client.get(reverse("letter_verification", args=[one.letter.token])).content.decode()
    assert "dicabut" in page.lower()


# --- Months later -------------------------------------------------------------------------------------------------------


def figures(business, day, turnover, men):
    return YearlyFigure.objects.create(
        business=business,
        year=day.year,
        stated_on=day,
        source="owner",
        turnover=turnover,
        men_workers=men,
        women_workers=0,
    )


def test_questions_are_planned_once_a_business_with_what_the_register_knew(trainer_officer, owner_user):
    run = held_run()
    business = registered(owner_user)
    figures(business, run.ends_on - timedelta(days=30), 50_000_000, 3)
    later = run.ends_on.replace(year=run.ends_on.year + 1)
    figures(business, later, 999, 99)
    Licence.objects.create(business=business, kind="halal", number="ID1")
    for _ in range(2):
        came(run, trainer_officer, 4, who=worker(business))
    came(run, trainer_officer, 0)
    outcomes.complete_run(run, actor=trainer_officer)
    rows = list(FollowUp.objects.order_by("months"))
    assert [one.months for one in rows] == [3, 12]
    assert [one.due_on for one in rows] == [add_months(run.ends_on, 3), add_months(run.ends_on, 12)]
    assert rows[0].baseline_turnover == 50_000_000
    assert (rows[0].baseline_workers, rows[0].baseline_licences) == (3, 1)


def question(run, owner, *, due=0, **fields):
    """A question that is due since `due` days."""
    one = records.enrolment(run, "completed", by=owner, who=worker(registered(owner)))
    return FollowUp.objects.create(
        **{"enrolment": one, "months": 3, "due_on": timezone.localdate() - timedelta(days=due)} | fields
    )


def test_who_is_due_is_asked_and_reminded_once(owner_user, capsys):
    run = records.run("completed")
    row = question(run, owner_user)
    question(run, owner_user, due=-1)
    today = timezone.localdate()
    call_command("ask_follow_ups")
    assert capsys.readouterr().out == "1 told\n"
    assert follow_ups.ask_due() == 0
    assert follow_ups.ask_due(today + timedelta(days=1)) == 1, "the other one is due tomorrow"
    Message.objects.filter(about=row.reference).update(created_at=timezone.now() - timedelta(days=14))
    assert follow_ups.ask_due() == 1
    Message.objects.filter(about=row.reference).update(created_at=timezone.now() - timedelta(days=20))
    first = Message.objects.filter(about=row.reference).last()
    Message.objects.filter(pk=first.pk).update(created_at=timezone.now())
    assert follow_ups.ask_due() == 0, "twice is enough"


def test_an_answer_is_given_once_in_its_time_by_the_business(owner_user, stranger):
    run = records.run("completed")
    row = question(run, owner_user)
    answer = {"turnover": 60_000_000, "workers": 4, "licences": 2}
    with pytest.raises(FollowUp.DoesNotExist):
        follow_ups.answer_follow_up(row, actor=stranger, **answer)
    with pytest.raises(ValidationError):
        follow_ups.answer_follow_up(row, actor=owner_user, **answer | {"workers": None})
    follow_ups.answer_follow_up(row, actor=owner_user, **answer)
    with pytest.raises(StepError):
        follow_ups.answer_follow_up(row, actor=owner_user, **answer)
    for due in (-1, 91):
        with pytest.raises(StepError):
            follow_ups.answer_follow_up(question(run, owner_user, due=due), actor=owner_user, **answer)


@pytest.mark.parametrize(
    ("successes", "count", "low", "high"),
    [
        (0, 0, 0, 1),
        (0, 10, 0, 0.2775),
        (7, 12, 0.3195, 0.8067),
        (10, 10, 0.7225, 1),
        (500, 1000, 0.4691, 0.5309),
    ],
)
def test_the_interval_is_wilsons(successes, count, low, high):
    assert wilson(successes, count) == pytest.approx((low, high), abs=0.0001)
    for bound in wilson(successes, count) if count else ():
        # What defines it: the share lies exactly z standard errors, taken at the bound, away from the bound.
        error_squared = Z**2 * bound * (1 - bound) / count
        assert (successes / count - bound) ** 2 == pytest.approx(error_squared, abs=1e-12)


def test_effects_are_counted_with_who_did_not_answer_and_an_interval(owner_user):
    run = records.run("completed")
    for turnover in (60, 40, None):
        question(
            run,
            owner_user,
            baseline_turnover=50,
            baseline_workers=2,
            turnover=turnover,
            workers=3 if turnover else None,
            answered_at=timezone.now() if turnover else None,
        )
    question(run, owner_user, due=-30)
    three, twelve = effects_of(run.course)
    assert [tile["value"] for tile in three["tiles"]] == [3, 2, 1]
    assert three["rows"][0] == ["Omzet", "1", "2", "50 persen (9 sampai 91)"]
    assert three["rows"][2][1:3] == ["0", "0"], "without a figure before or after nothing is compared"
    assert not twelve["has_answers"]


# --- Pages --------------------------------------------------------------------------------------------------------------


def test_the_office_goes_from_scores_to_certificates(trainer_officer, owner_user, signatory, sign_in):
    run = held_run(course=records.course(score_min=60))
    business = registered(owner_user)
    good, bad = (came(run, trainer_officer, 4, who=worker(business)) for _ in range(2))
    browser = sign_in(trainer_officer)
    path = {
        name: reverse(f"office_{name}", args=[run.reference])
        for name in ("outcome", "scores", "certificates")
    }
    marks = {f"after-{good.reference}": "80,5", f"after-{bad.reference}": "101"}
    assert browser.post(path["scores"], marks).status_code == 400
    assert browser.post(path["scores"], marks | {f"after-{bad.reference}": "20"}).status_code == 302
    assert 'value="80,5"' in browser.get(path["scores"]).content.decode()
    page = browser.get(path["outcome"]).content.decode()
    assert "Nilai akhir 80,5 (syarat 60)." in page
    assert "Selesaikan angkatan" in page
    assert "sesudah angkatan selesai" in browser.get(path["certificates"]).content.decode()
    browser.post(path["outcome"])
    run.refresh_from_db()
    assert run.status == "completed"
    page = browser.post(path["certificates"], {"signatory": signatory.pk}, follow=True).content.decode()
    assert "1 dari 1 sertifikat sudah terbit" in page
    one = Certificate.objects.get()
    revoke = reverse("office_revoke_certificate", args=[run.reference, one.reference])
    assert browser.post(revoke, {"reason": ""}).status_code == 400
    assert "Salah orang" in browser.post(revoke, {"reason": "Salah orang"}, follow=True).content.decode()


def test_many_certificates_are_one_press_with_progress(
    trainer_officer, registrar, owner_user, signatory, sign_in, monkeypatch
):
    monkeypatch.setattr("training.services.certificates.BATCH", 2)
    runs = [held_run(batch=f"Angkatan {number}") for number in "XY"]
    business = registered(owner_user)
    for run in runs:
        for _ in range(2):
            came(run, trainer_officer, 4, who=worker(business))
        outcomes.complete_run(run, actor=trainer_officer)
    browser, path = sign_in(trainer_officer), reverse("certificate_orders")
    page = browser.get(path).content.decode()
    assert "Angkatan X: 2 sertifikat" in page
    assert browser.post(path, {"signatory": signatory.pk}).status_code == 400
    asked = {"signatory": signatory.pk, "runs": [run.reference for run in runs]}
    page = browser.post(path, asked, follow=True)
    order = page.context["order"]
    assert 'value="0"' in page.content.decode()
    watched = reverse("certificate_order", args=[order.reference])
    certificates.work_off()
    page = browser.get(watched).content.decode()
    assert "Kemajuan: 50%" in page
    assert "2 dari 4 sertifikat sudah terbit." in page
    assert "data-poll" in page
    of_run = browser.get(reverse("office_certificates", args=[runs[1].reference])).content.decode()
    assert watched in of_run
    assert "Terbitkan sertifikat" not in of_run, "what is asked for is not asked for twice"
    call_command("work_training")
    page = browser.get(watched).content.decode()
    assert "4 dari 4 sertifikat sudah terbit." in page
    assert "data-poll" not in page
    assert "Semua sertifikat sudah terbit" in browser.get(path).content.decode()
    assert sign_in(registrar).get(watched).status_code == 403


def test_a_participant_judges_the_run_and_answers_later(trainer_officer, owner_user, sign_in):
    run = held_run()
    one = came(run, trainer_officer, 4, who=worker(registered(owner_user)))
    browser = sign_in(owner_user)
    path = reverse("evaluate_run", args=[one.reference])
    assert path in browser.get(reverse("my_enrolment", args=[one.reference])).content.decode()
    assert browser.post(path, {"content": "5"}).status_code == 400
    assert browser.post(path, {"content": "5", "trainer": "4", "place": "3"}).status_code == 302
    assert browser.get(path).status_code == 302
    row = question(run, owner_user)
    path = reverse("follow_up", args=[row.reference])
    assert path in browser.get(reverse("my_enrolment", args=[row.enrolment.reference])).content.decode()
    assert browser.post(path, {"turnover": "", "workers": "2", "licences": "1"}).status_code == 400
    page = browser.post(path, {"turnover": "25jt", "workers": "2", "licences": "0"}, follow=True)
    assert "Rp25.000.000" in page.content.decode()


def test_the_report_of_a_course_names_its_counts(owner_user, trainer_officer, sign_in):
    run = records.run("completed")
    question(
        run, owner_user, baseline_turnover=5, turnover=9, workers=1, licences=0, answered_at=timezone.now()
    )
    browser = sign_in(trainer_officer)
    page = browser.get(reverse("office_effects"), {"pelatihan": run.course.code}).content.decode()
    assert "100 persen (21 sampai 100)" in page
    assert "tidak menjawab" in page
    assert browser.get(reverse("office_effects")).status_code == 200


def test_the_end_of_a_run_takes_few_queries_to_show(trainer_officer, sign_in, django_assert_max_num_queries):
    run = held_run()
    for _ in range(6):
        came(run, trainer_officer, 4)
    browser = sign_in(trainer_officer)
    with django_assert_max_num_queries(18):
        browser.get(reverse("office_outcome", args=[run.reference]))
