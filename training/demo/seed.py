"""A year of training in the demo city: courses, places, trainers, past runs with what came of them, and runs to enrol in now.

Rows are written in bulk through the models, so that every rule of the database holds; the demo's entrepreneur enrols through
the services, as a person would. The same city gives the same runs and people in them.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.enums import Channel, Purpose, Role
from accounts.models import Consent, ConsentText, User
from cluster.models import Membership
from core import dates
from core.indonesia import add_working_days, is_working_day, next_working_day
from core.lottery import draw
from core.models import Signatory, StepLine
from core.references import new_reference
from ikm.demo import names, people, workflows
from ikm.demo.load import moment
from ikm.enums import BusinessStatus, RepresentativeStatus
from ikm.models import Business, Ownership, Representative
from programme.models import BudgetLine
from training.demo.courses import COURSES, EQUIPMENT, PREREQUISITES, TRAINERS, VENUES
from training.enums import (
    SEATED,
    Admission,
    AttendanceMethod,
    AttendanceStatus,
    CertificateOrderStatus,
    EnrolmentStatus,
    FacilitationKind,
    RunStatus,
    SessionStatus,
)
from training.models import (
    Attendance,
    Course,
    Enrolment,
    Equipment,
    Evaluation,
    Facilitation,
    FollowUp,
    Participant,
    ParticipantTime,
    Room,
    Run,
    Score,
    Session,
    Trainer,
    Venue,
)
from training.services.certificates import ask_certificates, issue_batch
from training.services.enrolments import enrol
from training.services.facilitations import (
    ask_facilitation,
    grant_facilitation,
    refuse_facilitation,
    take_up_facilitation,
)
from training.services.follow_ups import MONTHS, baseline
from training.services.outcomes import verdict_of
from training.services.selection import weighed_entries

E = EnrolmentStatus
BUDGET_CODE = "3.31.02.2.02.0003"
MILLION = 10**6
WEIGHTS = {"women": "1.5", "disabled": "2", "first_time": "1.5", "kecamatan": "1.2", "no_show": "0.5"}
#: Courses of which a draft waits for its timetable.
UNPLANNED = ("pirt", "kaizen", "ekspor", "media-sosial")
#: The course for the members of the entrepreneur's cluster alone.
FOR_MEMBERS = "belanja-bersama"
OPINIONS = (
    "Tambah waktu praktik.", "Contohnya dekat dengan usaha saya.", "Ruangnya agak panas.", "Mohon ada kelas lanjutan.",
    "Pelatihnya sabar dan jelas.", "Bahan cetaknya mudah dibaca ulang.", "Parkirnya sempit.", "Lebih baik mulai pukul 10.",
    "Ilmunya langsung saya pakai di rumah.", "Mohon ada pendampingan sesudahnya.", "Proyektornya kurang terang.",
    "Kelompoknya pas, semua sempat bertanya.",
)  # fmt: skip

#: Steps to each status of a run: (step, status after, days before its first day at which it was taken).
STEPS = {
    RunStatus.DRAFT: [("make", "draft", 50)],
    RunStatus.PUBLISHED: [("make", "draft", 50), ("publish", "published", 42)],
}
STEPS[RunStatus.SELECTED] = [*STEPS[RunStatus.PUBLISHED], ("select", "selected", None)]
STEPS[RunStatus.RUNNING] = [*STEPS[RunStatus.PUBLISHED], ("start", "running", 0)]
STEPS[RunStatus.COMPLETED] = [*STEPS[RunStatus.RUNNING], ("complete", "completed", None)]
STEPS[RunStatus.CANCELLED] = [*STEPS[RunStatus.PUBLISHED], ("cancel", "cancelled", 7)]


@dataclass(frozen=True)
class Size:
    """How many past runs, seats in a run, and businesses that send people."""

    past: int = 24
    quota: int = 20
    businesses: int = 160


FULL = Size()


@transaction.atomic
def seed_demo(*, seed=2017, size=FULL):
    """Add training to the demo city unless it is there. Returns how many runs were made."""
    if Course.objects.exists():
        return 0
    stage = _Stage(Random(f"{seed} training"), dates.today(), size)
    _office(stage)
    _people(stage)
    _past_runs(stage)
    _running_run(stage)
    _coming_runs(stage)
    _facilitations(stage)
    return Run.objects.count()


class _Stage:
    def __init__(self, rng, today, size):
        self.rng, self.today, self.size = rng, today, size
        by_role = {sign_in.role: sign_in.email for sign_in in people.SHOWN}
        self.officer = User.objects.get(email=by_role[Role.TRAINING_OFFICER])
        self.heroine = User.objects.get(email=people.ENTREPRENEUR.email)
        self.batches = {}
        self.had = {}
        #: The first day after the sessions so far, so that no two runs meet on one day.
        self.free_from = date.min

    def reference(self, prefix):
        return new_reference(prefix, choice=self.rng.choice)


# --- What the office has ----------------------------------------------------------------------------------------------


def _office(stage):
    for fields in COURSES:
        Course.objects.create(**fields)
    stage.courses = {course.code: course for course in Course.objects.all()}
    for code, before in PREREQUISITES:
        stage.courses[code].prerequisites.add(stage.courses[before])
    stage.rooms = []
    for name, address, latitude, longitude, rooms in VENUES:
        venue = Venue.objects.create(name=name, address=address, latitude=latitude, longitude=longitude)
        stage.rooms += [
            Room.objects.create(venue=venue, name=room, capacity=capacity) for room, capacity in rooms
        ]
    for name in EQUIPMENT:
        Equipment.objects.create(name=name)
    stage.trainers = [
        Trainer.objects.create(name=name, topics=list(topics), fee_per_hour=150_000)
        for name, topics in TRAINERS
    ]
    stage.lines = {
        year: BudgetLine.objects.create(
            code=BUDGET_CODE,
            year=year,
            name="Pelatihan dan pendampingan industri kecil",
            ceiling=900 * MILLION,
            stated_on=date(min(year, stage.today.year), 1, 2),
            document=f"DPA {year} (contoh)",
        )
        for year in range(stage.today.year - 1, stage.today.year + 2)
    }


# --- Who learns -------------------------------------------------------------------------------------------------------


def _people(stage):
    """The owner and one worker of so many registered businesses; the heroine first."""
    hers = (
        Business.objects.filter(
            representatives__user=stage.heroine,
            representatives__status=RepresentativeStatus.APPROVED,
            status=BusinessStatus.REGISTERED,
        )
        .order_by("pk")
        .first()
    )
    rows = Business.objects.filter(status=BusinessStatus.REGISTERED, kelurahan__isnull=False)
    keys = list(rows.exclude(pk=hers.pk).order_by("pk").values_list("pk", flat=True))
    chosen = [hers.pk, *stage.rng.sample(keys, min(len(keys), stage.size.businesses))]
    businesses = Business.objects.select_related("main_kbli", "kelurahan").in_bulk(chosen)
    owners = {
        one.business_id: one.owner
        for one in Ownership.objects.filter(is_main=True, business__in=chosen).select_related("owner")
    }
    made, seen = [], set()
    for number, pk in enumerate(chosen):
        business, owner = businesses[pk], owners.get(pk)
        if owner and owner.nik and owner.sex and owner.pk not in seen:
            seen.add(owner.pk)
            made.append(
                Participant(
                    reference=stage.reference("PST"),
                    business=business,
                    owner=owner,
                    user=stage.heroine if number == 0 else None,
                    name=owner.name,
                    nik=owner.nik,
                    sex=owner.sex,
                    birth_date=owner.birth_date,
                    has_disability=owner.has_disability,
                    phone=owner.phone,
                )
            )
        made.append(_worker(stage, business, number))
    stage.people = Participant.objects.bulk_create(made)
    stage.her = next(one for one in stage.people if one.user_id == stage.heroine.pk)
    _consents(stage, stage.people)


def _consents(stage, persons):
    text = ConsentText.objects.filter(purpose=Purpose.REGISTER).order_by("-version").first()
    Consent.objects.bulk_create(
        Consent(
            subject=one.reference,
            purpose=Purpose.REGISTER,
            text=text,
            channel=Channel.COUNTER,
            given_by_name=one.name,
            recorded_by=stage.officer,
            given_at=moment(stage.today - timedelta(days=380)),
        )
        for one in persons
    )


def _worker(stage, business, number):
    rng = stage.rng
    is_woman = rng.random() < 0.6
    born = date(rng.randrange(1970, 2006), rng.randrange(1, 13), rng.randrange(1, 29))
    first, last = (names.WOMEN, names.WOMEN_LAST) if is_woman else (names.MEN, names.MEN_LAST)
    # Serials from 9000 on are nobody's among the owners.
    nik = f"3374{number % 16 + 1:02d}{born.day + 40 * is_woman:02d}{born:%m%y}{9000 + number % 1000:04d}"
    return Participant(
        reference=stage.reference("PST"),
        business=business,
        name=f"{rng.choice(first)} {rng.choice(last)}",
        nik=nik,
        sex="female" if is_woman else "male",
        birth_date=born,
        has_disability=rng.random() < 0.04,
    )


def _some_people(stage, course, count, *, without=()):
    """So many people who fit the course and have not had it, at random, never the heroine."""
    had = stage.had.setdefault(course.pk, set())
    barred = had | {one.pk for one in without} | {stage.her.pk}
    fitting = [
        one
        for one in stage.people
        if one.pk not in barred
        and (
            not course.kbli_prefixes
            or (
                one.business.main_kbli and one.business.main_kbli.code.startswith(tuple(course.kbli_prefixes))
            )
        )
    ]
    chosen = stage.rng.sample(fitting, min(count, len(fitting)))
    had |= {one.pk for one in chosen}
    return chosen


# --- Runs and their sessions ------------------------------------------------------------------------------------------


def _make_run(stage, code, status, days, *, registration=(35, 5), has_sessions=True, **fields):
    """A run of the course that meets on `days`, with sessions (unless they are still to be planned), history of steps and
    money."""
    course = stage.courses[code]
    number = stage.batches[code] = stage.batches.get(code, 0) + 1
    first, last = days[0], days[-1]
    fields = {
        "quota": stage.size.quota,
        "reserve": stage.size.quota // 2,
        "registration_from": moment(first - timedelta(days=registration[0]), 8),
        "registration_until": moment(first - timedelta(days=registration[1]), 16),
    } | fields
    run = Run.objects.create(
        reference=stage.reference("PLT"),
        course=course,
        batch=f"Angkatan {number}",
        status=status,
        starts_on=first,
        ends_on=last,
        budget_line=stage.lines.get(first.year),
        honorarium=course.hours * 150_000,
        cost_per_seat=stage.rng.randrange(4, 12) * 50_000,
        **fields,
    )
    able = [one for one in stage.trainers if course.topic in one.topics]
    room = stage.rooms[stage.rng.randrange(len(stage.rooms))]
    run.meetings = Session.objects.bulk_create(
        Session(
            reference=stage.reference("SES"),
            run=run,
            number=number,
            status=_session_status(status, day, stage.today),
            during=DateTimeTZRange(moment(day, 9), moment(day, 15), "[)"),
            room=room,
            venue=room.venue,
            with_travel=DateTimeTZRange(moment(day, 9), moment(day, 15), "[)"),
            trainer=able[(run.pk + number) % len(able)],
        )
        for number, day in enumerate(days if has_sessions else (), 1)
    )
    lines, before = [], ""
    for step, after, early in STEPS[status]:
        if step == "complete":
            at = moment(last, 16)
        elif step == "select":
            at = run.drawn_at
        else:
            at = moment(min(first - timedelta(days=early), stage.today), 8)
        note = "Pelatih berhalangan; dijadwalkan lagi." if step == "cancel" else ""
        lines.append(
            StepLine(
                subject=run,
                step=step,
                from_status=before,
                to_status=after,
                actor=stage.officer,
                at=at,
                note=note,
            )
        )
        before = after
    StepLine.objects.bulk_create(lines)
    return run


def _session_status(status, day, today):
    if status == RunStatus.CANCELLED:
        return SessionStatus.CANCELLED
    return SessionStatus.HELD if day < today else SessionStatus.PLANNED


def _days(stage, wanted, count):
    """So many working days in a row from `wanted` on, after the days of every run before."""
    first = next_working_day(max(wanted, stage.free_from))
    days = [first]
    while len(days) < count:
        days.append(add_working_days(days[-1], 1))
    stage.free_from = days[-1] + timedelta(days=1)
    return days


def _enrol(stage, run, chosen, statuses, *, applied_from=None):
    """Enrolments of the people in these statuses, in the order in which they came, busy at the sessions where they have a
    seat. The history of a seat that became something else holds the step."""
    rng = stage.rng
    opened = applied_from or run.registration_from
    made, position = [], 0
    for number, (one, status) in enumerate(zip(chosen, statuses, strict=True)):
        position += status == E.WAITING
        made.append(
            Enrolment(
                reference=stage.reference("DFT"),
                run=run,
                participant=one,
                business=one.business,
                status=status,
                enrolled_by=stage.officer,
                applied_at=opened + timedelta(hours=number // 3, minutes=7 * (number % 3) + rng.randrange(6)),
                position=position if status == E.WAITING else None,
                findings=[],
                evaluated_at=moment(run.ends_on, 15) if status in {E.COMPLETED, E.FAILED} else None,
            )
        )
    Enrolment.objects.bulk_create(made)
    _seat(run, made)
    steps = {E.COMPLETED: "pass", E.FAILED: "fail", E.NO_SHOW: "miss", E.CANCELLED: "cancel"}
    content_type = ContentType.objects.get_for_model(Enrolment)
    lines = []
    for one in made:
        step = steps.get(one.status)
        begun = E.ENROLLED if step else one.status
        lines.append(_line(content_type, one, "enrol", "", begun, stage.officer, one.applied_at))
        if step:
            at = one.applied_at + timedelta(days=2) if step == "cancel" else moment(run.ends_on, 16)
            lines.append(_line(content_type, one, step, begun, one.status, stage.officer, at))
    StepLine.objects.bulk_create(lines)
    return made


def _line(content_type, record, step, before, after, actor, at):
    return StepLine(
        content_type=content_type,
        object_id=record.pk,
        step=step,
        from_status=before,
        to_status=after,
        actor=actor,
        at=at,
    )


def _seat(run, enrolments):
    ParticipantTime.objects.bulk_create(
        ParticipantTime(participant_id=one.participant_id, enrolment=one, session=meeting)
        for one in enrolments
        if one.status in SEATED
        for meeting in run.meetings
    )


# --- The year behind --------------------------------------------------------------------------------------------------


def _past_runs(stage):
    """One run about every two weeks; the eleventh was cancelled, the heroine sat in the last but two."""
    given = [
        fields["code"] for fields in COURSES if fields["code"] not in {FOR_MEMBERS, *dict(PREREQUISITES)}
    ]
    size = stage.size
    for number in range(size.past):
        wanted = stage.today - timedelta(days=350 - number * 320 // size.past)
        course = stage.courses[given[number % len(given)]]
        days = _days(stage, wanted, 1 + course.hours // 8)
        if number == 10:
            _make_run(stage, course.code, RunStatus.CANCELLED, days)
            continue
        run = _make_run(stage, course.code, RunStatus.COMPLETED, days)
        chosen = _some_people(stage, course, size.quota - stage.rng.randrange(0, size.quota // 4 + 1))
        statuses = stage.rng.choices(
            (E.COMPLETED, E.FAILED, E.NO_SHOW, E.CANCELLED), (82, 8, 6, 4), k=len(chosen)
        )
        if number == size.past - 3:
            chosen = [stage.her, *chosen[1:]]
            statuses = [E.COMPLETED, *statuses[1:]]
        enrolments = _enrol(stage, run, chosen, statuses)
        _outcome(stage, run, enrolments)
        _follow_ups(stage, run, enrolments)
        if number == size.past - 3:
            _certificates(stage, run)


def _certificates(stage, run):
    """Of the heroine's run alone: every certificate is a letter that is numbered, typeset and kept."""
    signatory = Signatory.objects.in_force().order_by("pk").first()
    if signatory is not None:
        order = ask_certificates([run], actor=stage.officer, signatory=signatory)
        while order.status == CertificateOrderStatus.WAITING:
            order = issue_batch(order)


def _follow_ups(stage, run, enrolments):
    """The questions after 3 and 12 months; most of those that are due were answered, some with growth, some without."""
    rng, asked = stage.rng, {}
    for one in enrolments:
        if one.status in {E.COMPLETED, E.FAILED}:
            asked.setdefault(one.business_id, one)
    rows = []
    for one in asked.values():
        known = baseline(one.business, run.ends_on)
        for months in MONTHS:
            due_on = dates.add_months(run.ends_on, months)
            row = FollowUp(
                reference=stage.reference("TLJ"), enrolment=one, months=months, due_on=due_on, **known
            )
            if due_on + timedelta(days=14) <= stage.today and rng.random() < 0.8:
                turnover = known["baseline_turnover"] or 60 * MILLION
                row.turnover = int(turnover * rng.randrange(90, 131) / 100)
                row.workers = max(1, (known["baseline_workers"] or 2) + rng.choice((-1, 0, 0, 0, 1, 1, 2)))
                row.licences = known["baseline_licences"] + rng.choice((0, 0, 0, 1))
                row.answered_at = moment(due_on + timedelta(days=rng.randrange(1, 13)), 10)
            rows.append(row)
    FollowUp.objects.bulk_create(rows)


def _outcome(stage, run, enrolments):
    """Attendance, scores and opinions that fit how each person ended."""
    rng, attended, scores, opinions = stage.rng, [], [], []
    remarks = rng.sample(OPINIONS, len(OPINIONS))
    for one in enrolments:
        if one.status == E.CANCELLED:
            continue
        passed = one.status == E.COMPLETED
        for number, meeting in enumerate(run.meetings):
            is_there = one.status != E.NO_SHOW and (passed or number == 0)
            attended.append(
                _attendance(
                    stage, one, meeting, AttendanceStatus.PRESENT if is_there else AttendanceStatus.ABSENT
                )
            )
        if one.status == E.NO_SHOW:
            continue
        before = rng.randrange(25, 65)
        after = min(100, before + rng.randrange(10, 40)) if passed else before + rng.randrange(0, 8)
        if passed and run.course.score_min:
            after = max(after, run.course.score_min)
        scores.append(
            Score(enrolment=one, before=Decimal(before), after=Decimal(after), recorded_by=stage.officer)
        )
        if rng.random() < 0.7:
            marks = [rng.choices((5, 4, 3, 2), (45, 38, 13, 4))[0] for _mark in range(3)]
            opinions.append(
                Evaluation(
                    run=run,
                    content=marks[0],
                    trainer=marks[1],
                    place=marks[2],
                    remark=remarks.pop() if remarks and rng.random() < 0.6 else "",
                    given_on=run.ends_on,
                )
            )
    Attendance.objects.bulk_create(attended)
    Score.objects.bulk_create(scores)
    # Kept in an order that says nothing about whose they are.
    rng.shuffle(opinions)
    Evaluation.objects.bulk_create(opinions)
    _give_reasons(run, [one for one in enrolments if one.status != E.CANCELLED], attended)


def _give_reasons(run, enrolments, attended):
    """Why each passed or not, as completing the run would have said it."""
    marks = {}
    for one in attended:
        marks.setdefault(one.enrolment, []).append(one.status)
    for one in enrolments:
        one.reason = verdict_of(run.course, one, marks[one], len(run.meetings)).reason
    Enrolment.objects.bulk_update(enrolments, ["reason"])


def _attendance(stage, enrolment, meeting, status):
    at = meeting.during.lower + timedelta(minutes=stage.rng.randrange(-15, 20))
    return Attendance(
        enrolment=enrolment,
        session=meeting,
        status=status,
        method=AttendanceMethod.QR if status == AttendanceStatus.PRESENT else AttendanceMethod.LIST,
        noted_at=at,
        recorded_by=stage.officer,
        recorded_at=at,
    )


# --- Today and the weeks ahead ----------------------------------------------------------------------------------------


def _running_run(stage):
    """A run in the middle: one session held, two to come."""
    held = stage.today - timedelta(days=1)
    while not is_working_day(held):
        held -= timedelta(days=1)
    run = _make_run(
        stage, "pembukuan", RunStatus.RUNNING, [held, *_days(stage, stage.today + timedelta(days=1), 2)]
    )
    chosen = _some_people(stage, run.course, stage.size.quota)
    enrolments = _enrol(stage, run, chosen, [E.ENROLLED] * len(chosen))
    Attendance.objects.bulk_create(
        _attendance(stage, one, run.meetings[0], AttendanceStatus.PRESENT)
        for one in enrolments
        if stage.rng.random() < 0.9
    )


def _coming_runs(stage):
    """One drawn, one to be drawn, one with seats left, one full, one for a cluster, one whose selection is open, one not yet
    open, one still a draft, and drafts of next month whose timetable is still to be made."""
    today, quota = stage.today, stage.size.quota
    _drawn_run(stage, _days(stage, today + timedelta(days=14), 2))
    to_draw = _make_run(
        stage, "merek", RunStatus.PUBLISHED, _days(stage, today + timedelta(days=17), 2),
        admission=Admission.SELECTION, weights=WEIGHTS,
        registration_from=moment(today - timedelta(days=18), 8),
        registration_until=moment(today - timedelta(days=1), 16),
    )  # fmt: skip
    chosen = _some_people(stage, to_draw.course, quota + quota // 2)
    _enrol(stage, to_draw, chosen, [E.APPLIED] * len(chosen))
    opened = {"registration": (30, 3)}
    with_seats = _make_run(
        stage, "toko-daring", RunStatus.PUBLISHED, _days(stage, today + timedelta(days=21), 2), **opened
    )
    _fill(stage, with_seats, quota * 11 // 20)
    full = _make_run(
        stage, "kemasan-oleh-oleh", RunStatus.PUBLISHED, _days(stage, today + timedelta(days=28), 2),
        registration=(40, 3), admission=Admission.FIRST_COME,
    )  # fmt: skip
    _fill(stage, full, quota, waiting=quota // 4)
    _members_run(stage, _days(stage, today + timedelta(days=31), 1))
    applying = _make_run(
        stage, "manajemen", RunStatus.PUBLISHED, _days(stage, today + timedelta(days=35), 3),
        registration=(45, 10), admission=Admission.SELECTION, weights=WEIGHTS,
    )  # fmt: skip
    chosen = _some_people(stage, applying.course, quota + quota // 4)
    _enrol(stage, applying, chosen, [E.APPLIED] * len(chosen))
    _make_run(
        stage,
        "motif-batik",
        RunStatus.PUBLISHED,
        _days(stage, today + timedelta(days=45), 2),
        registration=(40, 5),
    )
    _make_run(stage, "kemasan-lanjut", RunStatus.DRAFT, _days(stage, today + timedelta(days=60), 3))
    next_month = dates.add_months(today, 1, anchor=1)
    for number, code in enumerate(UNPLANNED):
        first = next_working_day(next_month + timedelta(days=9 + 4 * number))
        last = add_working_days(first, 3)
        _make_run(stage, code, RunStatus.DRAFT, [first, last], registration=(28, 6), has_sessions=False)
    for run in (with_seats, full):
        enrol(run, [stage.her], business=stage.her.business, actor=stage.heroine)


def _members_run(stage, days):
    """For the members of the entrepreneur's cluster alone, the others of it in it already; none where she is in no cluster."""
    hers = (
        Membership.objects.on(stage.today)
        .filter(business=stage.her.business)
        .select_related("cluster")
        .first()
    )
    if hers is None:
        return
    stage.courses[FOR_MEMBERS].clusters.add(hers.cluster)
    run = _make_run(
        stage,
        FOR_MEMBERS,
        RunStatus.PUBLISHED,
        days,
        registration=(40, 3),
        admission=Admission.FIRST_COME,
    )
    others = (
        Membership.objects.on(stage.today).filter(cluster=hers.cluster).exclude(pk=hers.pk).order_by("pk")
    )
    sent = Participant.objects.bulk_create(
        # Numbers that no other worker's NIK was made of.
        _worker(stage, one.business, number)
        for number, one in enumerate(others.select_related("business__kelurahan")[: run.quota], 900)
    )
    _consents(stage, sent)
    _enrol(stage, run, sent, [E.ENROLLED] * len(sent))


#: Help that is asked for, one a business: (kind, KBLI of those whom it fits, note, days ago, how far it is).
FACILITATIONS = (
    (FacilitationKind.HALAL, ("10", "11"), "Bahan dan pemasoknya sudah saya catat.", 1, "asked"),
    (FacilitationKind.PACKAGING, ("10", "11"), "Kemasan plastik sering penyok di toko.", 2, "asked"),
    (FacilitationKind.PIRT, ("10", "11"), "Sudah ikut penyuluhan keamanan pangan.", 4, "asked"),
    (FacilitationKind.HALAL, ("10", "11"), "Ingin masuk toko oleh-oleh.", 16, "in_progress"),
    (FacilitationKind.SNI, ("13", "14", "15", "31", "32"), "Diminta pembeli dari luar kota.", 30, "refused"),
)


def _facilitations(stage):
    """Help beside the courses, asked by those who speak for a business and handled by the office."""
    speakers = list(
        Representative.objects.filter(
            status=RepresentativeStatus.APPROVED,
            business__status=BusinessStatus.REGISTERED,
            business__products__isnull=False,
        )
        .exclude(user__email__in=[people.APPLICANT.email, people.ENTREPRENEUR.email])
        .select_related("business__main_kbli", "user")
        .order_by("pk")
        .distinct()
    )
    brand = (FacilitationKind.BRAND, "Mereknya sudah dipakai tiga tahun.", 75, "granted")
    asking = [(stage.her.business, stage.heroine, *brand)]
    for kind, prefixes, *what in FACILITATIONS:
        fitting = (one for one in speakers if one.business.main_kbli.code.startswith(prefixes))
        if one := next(fitting, None):
            speakers.remove(one)
            asking.append((one.business, one.user, kind, *what))
    for business, user, kind, note, days, end in asking:
        product = business.products.first()
        asked = ask_facilitation(
            business, actor=user, kind=kind, about=product.name if product else business.name, note=note
        )
        if end != "asked":
            done = take_up_facilitation(asked, actor=stage.officer, note="Berkas lengkap.")
        if end == "granted":
            grant_facilitation(
                done,
                actor=stage.officer,
                number="IDM009001717",
                issuer="DJKI",
                issued_on=stage.today - timedelta(days=days // 3),
            )
        elif end == "refused":
            refuse_facilitation(done, actor=stage.officer, note="Belum ada SNI untuk barang ini.")
        workflows.set_back(asked, days)
        Facilitation.objects.filter(pk=asked.pk).update(
            asked_at=moment(stage.today - timedelta(days=days), 10)
        )


def _fill(stage, run, seated, *, waiting=0):
    chosen = _some_people(stage, run.course, seated + waiting)
    statuses = [E.ENROLLED] * min(seated, len(chosen)) + [E.WAITING] * max(0, len(chosen) - seated)
    _enrol(stage, run, chosen, statuses)


def _drawn_run(stage, days):
    """A selection whose registration is over: the draw by a seed that is the demo's own, published with its result."""
    quota = stage.size.quota
    drawn_at = moment(stage.today - timedelta(days=1), 10)
    run = _make_run(
        stage, "halal", RunStatus.SELECTED, days,
        admission=Admission.SELECTION, weights=WEIGHTS, drawn_at=drawn_at, seed=f"{stage.rng.getrandbits(128):032x}",
        registration_from=moment(stage.today - timedelta(days=20), 8),
        registration_until=moment(stage.today - timedelta(days=2), 16),
    )  # fmt: skip
    chosen = _some_people(stage, run.course, quota + quota // 2 + quota // 5)
    _enrol(stage, run, chosen, [E.APPLIED] * len(chosen))
    weighed = {key: (weight, entry[0], factors[0]) for key, weight, entry, factors in weighed_entries(run)}
    outcomes = {"seat": E.ENROLLED, "queue": E.WAITING, "pass_over": E.UNCHOSEN}
    content_type = ContentType.objects.get_for_model(Enrolment)
    moved, lines = [], []
    drawn = draw(run.seed, {key: weight for key, (weight, _one, _factors) in weighed.items()})
    for one in drawn:
        _weight, enrolment, factors = weighed[one.key]
        if one.place <= quota:
            outcome = "seat"
        else:
            outcome = "queue" if one.place <= quota + run.reserve else "pass_over"
        enrolment.status = outcomes[outcome]
        enrolment.position = one.place - quota if outcome == "queue" else None
        enrolment.ranking = {
            "key": one.key,
            "weight": str(one.weight),
            "number": str(one.number),
            "time": str(one.time),
            "place": one.place,
            "entries": len(drawn),
            "size": 1,
            "outcome": outcome,
            "factors": list(factors),
        }
        moved.append(enrolment)
        lines.append(
            _line(content_type, enrolment, outcome, E.APPLIED, enrolment.status, stage.officer, drawn_at)
        )
    Enrolment.objects.bulk_update(moved, ["status", "position", "ranking"])
    _seat(run, moved)
    StepLine.objects.bulk_create(lines)
