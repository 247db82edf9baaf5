"""Training in the demo city: a year behind, runs to enrol in, and nothing that the rules would not allow."""

from datetime import date, timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from accounts.models import User
from cluster.models import Membership
from core.dates import add_months
from core.lottery import draw
from core.models import Signatory
from core.workflow import history
from ikm.demo import people
from ikm.models import Owner
from tests.cluster import records as cluster_records
from tests.ikm.businesses import business
from tests.training.enrolling import consent_text
from training.demo.seed import FOR_MEMBERS, UNPLANNED, Size, seed_demo
from training.enums import SEATED, EnrolmentStatus, RunStatus, Topic
from training.forms.office import TimetableForm
from training.models import (
    Attendance,
    Certificate,
    Course,
    Enrolment,
    Facilitation,
    FollowUp,
    Participant,
    ParticipantTime,
    Run,
    Score,
)
from training.selectors import drawn_rows, findings_for, registration
from training.services.outcomes import verdict_of
from training.services.selection import select_participants
from training.services.timetables import ask_timetable, usual_sessions, work_off

SIZE = Size(past=5, quota=6, businesses=20)


@pytest.fixture(scope="module")
def small_demo(django_db_setup, django_db_blocker, tmp_path_factory):
    from django.db import transaction

    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media), transaction.atomic():
        consent_text()
        Signatory.objects.create(
            name="Sri Wulandari",
            post="Kepala Dinas",
            unit="Dinas Perindustrian",
            in_force_from=date(2020, 1, 1),
        )
        persons = people.make_people()
        for number in range(24):
            shop = business(
                speaker=persons["entrepreneur"] if number == 0 else None,
                registered_on=timezone.localdate() - timedelta(days=2000),
            )
            Owner.objects.filter(ownerships__business=shop).update(sex="female")
            if number == 0:
                sentra = cluster_records.cluster(name="Sentra Contoh")
            if number < 4:
                cluster_records.member(sentra, shop)
        made = seed_demo(size=SIZE)
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def demo(small_demo, db):
    return small_demo


def test_there_are_runs_to_read_and_runs_to_enrol_in(demo):
    assert demo == Run.objects.count() == SIZE.past + 9 + len(UNPLANNED)
    assert set(Course.objects.values_list("topic", flat=True)) == set(Topic.values)
    now = timezone.now()
    coming = Run.objects.filter(status=RunStatus.PUBLISHED)
    assert {registration(run, now) for run in coming} == {"open", "full", "soon", "closed"}
    for record in (*Run.objects.all(), *Enrolment.objects.all()):
        record.clean_fields()
        lines = list(history(record))
        assert lines[-1].to_status == record.status
        assert [line.at for line in lines] == sorted(line.at for line in lines)
        for line in lines[1:]:
            step = type(record).STEPS[line.step]
            assert line.from_status in step.sources
            assert line.actor.has_perm(step.permission)
    assert seed_demo(size=SIZE) == 0


def test_seats_times_and_outcomes_fit(demo):
    for run in Run.objects.all():
        seated = run.enrolments.filter(status__in=SEATED)
        assert run.seats_taken == seated.count() <= run.quota
        times = ParticipantTime.objects.filter(enrolment__run=run).count()
        assert times == seated.count() * run.sessions.count()
    passed = Enrolment.objects.filter(status=EnrolmentStatus.COMPLETED)
    assert passed.count() == Score.objects.filter(enrolment__in=passed).count()
    assert not Attendance.objects.filter(enrolment__in=passed).exclude(status="present").exists()


def test_the_published_seed_gives_the_published_result(demo):
    run = Run.objects.get(status=RunStatus.SELECTED)
    rows = drawn_rows(run)
    again = draw(run.seed, {row["key"]: row["weight"] for row in rows})
    assert [one.key for one in again] == [row["key"] for row in rows]
    assert {row["outcome"] for row in rows} == {"seat", "queue", "pass_over"}


def test_the_entrepreneur_has_a_course_behind_one_ahead_and_waits_for_another(demo):
    hers = Enrolment.objects.filter(participant__user__email=people.ENTREPRENEUR.email)
    assert sorted(hers.values_list("status", flat=True)) == ["completed", "enrolled", "waiting"]


def test_a_course_is_meant_for_the_entrepreneurs_cluster_and_she_may_still_join(demo):
    course = Course.objects.get(code=FOR_MEMBERS)
    assert [one.name for one in course.clusters.all()] == ["Sentra Contoh"]
    run = course.runs.get()
    members = set(Membership.objects.values_list("business", flat=True))
    hers = Participant.objects.get(user__email=people.ENTREPRENEUR.email)
    assert set(run.enrolments.values_list("business", flat=True)) == members - {hers.business_id}
    outsider = Participant.objects.exclude(business__in=members).first()
    fits = [
        all(finding.passed for finding in findings_for(run, one.business, [one])[0])
        for one in (hers, outsider)
    ]
    assert fits == [True, False]


def test_who_passed_beside_the_entrepreneur_holds_a_certificate(demo):
    hers = Certificate.objects.get(enrolment__participant__user__email=people.ENTREPRENEUR.email)
    passed = hers.enrolment.run.enrolments.filter(status=EnrolmentStatus.COMPLETED)
    assert Certificate.objects.filter(enrolment__in=passed).count() == passed.count() > 1


def test_businesses_are_asked_months_later_and_most_that_are_due_have_answered(demo):
    today = timezone.localdate()
    for row in FollowUp.objects.select_related("enrolment__run"):
        assert row.due_on == add_months(row.enrolment.run.ends_on, row.months)
        row.full_clean()
    answered = FollowUp.objects.exclude(answered_at=None)
    assert answered.filter(due_on__lte=today).count() == answered.count() > 0
    per_business = FollowUp.objects.values_list("enrolment__run", "enrolment__business", "months")
    assert len(set(per_business)) == len(per_business)


def test_everybody_reads_why_he_or_she_passed_or_did_not(demo):
    for run in Run.objects.filter(status=RunStatus.COMPLETED):
        marks = {}
        for mark in Attendance.objects.filter(session__run=run):
            marks.setdefault(mark.enrolment_id, []).append(mark.status)
        for one in run.enrolments.exclude(status=EnrolmentStatus.CANCELLED):
            found = verdict_of(run.course, one, marks[one.pk], run.sessions.count())
            assert (one.status, one.reason) == (Enrolment.STEPS[found.step].target, found.reason)


def test_a_selection_waits_to_be_drawn(demo):
    officer = User.objects.get(email="pelatihan@demo.example")
    run = Run.objects.get(course__code="merek", status=RunStatus.PUBLISHED)
    select_participants(run, actor=officer)
    assert run.enrolments.filter(status=EnrolmentStatus.ENROLLED).count() == run.quota


def test_help_was_asked_for(demo):
    asked = Facilitation.objects.get()
    assert (asked.business.representatives.get().user.email, asked.status) == (
        people.ENTREPRENEUR.email,
        "granted",
    )
    assert asked.licence.number == "IDM009001717"
    assert [line.step for line in history(asked)] == ["ask", "take_up", "grant"]


def test_a_timetable_can_be_made_of_next_months_drafts(demo):
    form = TimetableForm()
    assert [run.course.code for run in form.runs] == list(UNPLANNED)
    month = add_months(timezone.localdate(), 1, anchor=1)
    ask_timetable(
        actor=User.objects.get(email="pelatihan@demo.example"),
        month=month,
        asked=[(run, *usual_sessions(run.course)) for run in form.runs],
    )
    proposed = work_off()
    assert (proposed.status, proposed.problems) == ("proposed", [])
    assert {one["run"] for one in proposed.meetings} == {run.pk for run in form.runs}
