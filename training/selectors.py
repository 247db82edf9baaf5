"""Reads that span the tables of training."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from cluster.enums import ClusterStatus
from cluster.models import Membership
from core.dates import WIB, add_months, date_in_words, moment_in_words, today
from ikm.enums import BusinessStatus
from training.eligibility import Asked, Candidate, Terms, check
from training.enums import Admission, EnrolmentStatus, RunStatus, SessionStatus
from training.fairness import FACTORS, NO_SHOWS, read_weights
from training.models import Enrolment, ParticipantTime, Run, Session

#: Absences that lie longer ago no longer count.
NO_SHOWS_COUNT_FOR = timedelta(days=730)
#: Waiting places of people who stayed away twice begin here, so that they stand behind all others. Nobody is shown the number
#: itself, only how many stand before.
BEHIND = 1_000_000


def starts_at(run):
    """The moment the run begins: its first session, or the beginning of its first day."""
    first = (
        run.sessions.exclude(status="cancelled").order_by("during").values_list("during", flat=True).first()
    )
    if first is not None:
        return first.lower
    return datetime.combine(run.starts_on, datetime.min.time(), tzinfo=WIB)


def begins_in_words(run):
    """When the run begins: to the minute once its first session is planned, before that the day."""
    if run.sessions.exclude(status="cancelled").exists():
        return moment_in_words(starts_at(run))
    return date_in_words(run.starts_on)


# --- What is announced ------------------------------------------------------------------------------------------------

#: A run in one of these is still to come or going on.
COMING = (RunStatus.PUBLISHED, RunStatus.SELECTED, RunStatus.RUNNING)


def coming_runs(topic="", month=None):
    """The announced runs that have not ended, the nearest first, with `place` (venue of the first session)."""
    rows = Run.objects.filter(status__in=COMING, ends_on__gte=today())
    if topic:
        rows = rows.filter(course__topic=topic)
    if month:
        rows = rows.filter(starts_on__lt=add_months(month, 1), ends_on__gte=month)
    first = Session.objects.filter(run=OuterRef("pk"), status=SessionStatus.PLANNED).order_by("during")
    return (
        rows.select_related("course")
        .annotate(place=Subquery(first.values("venue__name")[:1]))
        .order_by("starts_on", "pk")
    )


#: How registration can stand.
REGISTRATION = ("soon", "open", "full", "closed")


def registration(run, now):
    """How registration stands at `now`: one of REGISTRATION; "full" leads to the waiting list."""
    if run.status != RunStatus.PUBLISHED or now >= run.registration_until:
        return "closed"
    if now < run.registration_from:
        return "soon"
    # Where a draw decides, everybody may ask until the last day.
    return "full" if run.admission == Admission.FIRST_COME and run.seats_free < 1 else "open"


# --- Conditions -------------------------------------------------------------------------------------------------------


def terms_of(run):
    """What the run asks, for eligibility.check."""
    today = timezone.localdate()
    course = run.course
    asked = [
        Asked(
            code=before.code,
            title=before.title,
            title_en=before.title_en,
            next_on=before.runs.filter(status=RunStatus.PUBLISHED, starts_on__gte=today)
            .order_by("starts_on")
            .values_list("starts_on", flat=True)
            .first(),
        )
        for before in course.prerequisites.all()
    ]
    return Terms(
        opens_at=run.registration_from,
        closes_at=run.registration_until,
        is_announced=run.status == RunStatus.PUBLISHED,
        needs_registered=course.needs_registered,
        kbli_prefixes=tuple(course.kbli_prefixes),
        clusters=tuple(
            (one.reference, "" if one.status == ClusterStatus.DRAFT else one.name)
            for one in course.clusters.all()
        ),
        once_only=course.once_only,
        asked=tuple(asked),
        next_opens_at=Run.objects.filter(
            course=course, status=RunStatus.PUBLISHED, registration_until__gt=timezone.now()
        )
        .exclude(pk=run.pk)
        .order_by("registration_from")
        .values_list("registration_from", flat=True)
        .first(),
    )


def candidates(run, business, participants):
    """A Candidate for each participant, in their order; a person not yet saved has no history."""
    codes = set(business.other_kbli.values_list("code", flat=True))
    if business.main_kbli:
        codes.add(business.main_kbli.code)
    clusters = frozenset(
        Membership.objects.on()
        .filter(business=business.pk, cluster__courses=run.course_id)
        .values_list("cluster__reference", flat=True)
    )
    past = {}
    for line in Enrolment.objects.filter(
        participant__in=[one.pk for one in participants if one.pk],
        status__in=[EnrolmentStatus.COMPLETED, EnrolmentStatus.ENROLLED, EnrolmentStatus.OFFERED],
    ).select_related("run__course"):
        past.setdefault(line.participant_id, []).append(line)
    made = []
    for one in participants:
        lines = past.get(one.pk, [])
        passed = [line for line in lines if line.status == EnrolmentStatus.COMPLETED]
        had = [line.run.ends_on for line in passed if line.run.course_id == run.course_id]
        seats = [
            line.run.batch
            for line in lines
            if line.status != EnrolmentStatus.COMPLETED
            and line.run.course_id == run.course_id
            and line.run_id != run.pk
        ]
        made.append(
            Candidate(
                is_registered=business.status == BusinessStatus.REGISTERED,
                kbli=tuple(sorted(codes)),
                clusters=clusters,
                passed=frozenset(line.run.course.code for line in passed),
                had_on=max(had, default=None),
                seat_in=next(iter(seats), ""),
            )
        )
    return made


def findings_for(run, business, participants, *, now=None):
    """The findings of every condition of the run, a list for each participant, in their order."""
    terms = terms_of(run)
    now = now or timezone.now()
    return [check(terms, candidate, now) for candidate in candidates(run, business, participants)]


def no_shows(participant_ids):
    """{participant id: how often the person stayed away without cancelling in the last two years}."""
    since = timezone.localdate() - NO_SHOWS_COUNT_FOR
    return dict(
        Enrolment.objects.filter(
            participant__in=participant_ids, status=EnrolmentStatus.NO_SHOW, run__ends_on__gte=since
        )
        .values("participant")
        .annotate(count=Count("id"))
        .values_list("participant", "count")
    )


def overlapping_course(run, participant_ids):
    """(participant id, the other run) of somebody who sits elsewhere while this run meets, or None."""
    meetings = list(run.sessions.exclude(status="cancelled").values_list("during", flat=True))
    if not meetings:
        return None
    overlaps = Q()
    for during in meetings:
        overlaps |= Q(during__overlap=during)
    found = (
        ParticipantTime.objects.filter(overlaps, participant__in=participant_ids, is_cancelled=False)
        .exclude(enrolment__run=run)
        .select_related("enrolment__run__course")
        .first()
    )
    return (found.participant_id, found.enrolment.run) if found else None


# --- Places -----------------------------------------------------------------------------------------------------------


def entries(enrolments):
    """The enrolments as entries of the list: people who come together stand in one, at the place of their first."""
    grouped = {}
    for one in enrolments:
        grouped.setdefault(("group", one.group_id) if one.group_id else ("one", one.pk), []).append(one)
    return list(grouped.values())


def waiting_entries(run):
    """The waiting list in its order, as entries."""
    return entries(
        run.enrolments.filter(status=EnrolmentStatus.WAITING)
        .select_related("group")
        .order_by("position", "id")
    )


@dataclass(frozen=True)
class Place:
    """Where a person stands: `number` of `out_of` on the waiting list (None elsewhere), and why, in sentences."""

    number: int | None
    out_of: int | None
    reasons: tuple[str, ...]


def place_of(enrolment):
    """The Place of an enrolment: seat, waiting place or offer, and how it came about."""
    run = enrolment.run
    match enrolment.status:
        case EnrolmentStatus.WAITING:
            waiting = run.enrolments.filter(status=EnrolmentStatus.WAITING)
            return Place(
                waiting.filter(position__lte=enrolment.position).count(),
                waiting.count(),
                (*_why(enrolment), *_what_moves(enrolment)),
            )
        case EnrolmentStatus.APPLIED:
            reason = _("Peserta dipilih sesudah pendaftaran ditutup pada %(day)s.") % {
                "day": date_in_words(timezone.localtime(run.registration_until).date())
            }
            return Place(None, None, (reason,))
        case EnrolmentStatus.OFFERED:
            return Place(None, None, (_("Ada kursi yang kosong, dan Anda yang berikutnya menurut urutan."),))
        case EnrolmentStatus.ENROLLED | EnrolmentStatus.UNCHOSEN:
            return Place(None, None, _why(enrolment))
    return Place(None, None, (enrolment.reason,) if enrolment.reason else ())


def _why(enrolment):
    if enrolment.ranking:
        reasons = [
            _("Urutan undian Anda %(place)s dari %(entries)s, dengan bobot %(weight)s.")
            % {**enrolment.ranking, "weight": number_in_words(enrolment.ranking["weight"])}
        ]
    elif enrolment.status == EnrolmentStatus.WAITING:
        reasons = [
            _("Kursi sudah habis saat Anda mendaftar, %(moment)s.")
            % {"moment": moment_in_words(enrolment.applied_at)}
        ]
    else:
        reasons = []
    if enrolment.reason:
        reasons.append(enrolment.reason)
    return tuple(reasons)


def _what_moves(enrolment):
    told = []
    if enrolment.position >= BEHIND:
        told.append(
            _("Anda berada di belakang peserta lain karena %(count)s kali tidak hadir tanpa membatalkan.")
            % {"count": max(NO_SHOWS, no_shows([enrolment.participant_id]).get(enrolment.participant_id, 0))}
        )
    if enrolment.group_id:
        told.append(_("Rombongan mendapat tawaran bila kursi yang kosong cukup untuk semua."))
    else:
        told.append(_("Bila ada kursi kosong, Anda mendapat tawaran menurut urutan ini."))
    return told


# --- The result of a selection ----------------------------------------------------------------------------------------


def weight_rows(run):
    """[{label, value}] of the published weights, for the pages of the run, of its draw and of the result."""
    factors = read_weights(run.weights)
    return [
        {"label": label, "value": f"×\u00a0{number_in_words(factors[name])}"}
        for name, label in FACTORS.items()
        if name in factors
    ]


def number_in_words(number, places=None):
    """A number as it is read: `1,5`; with so many decimals where `places` says so."""
    number = Decimal(number)
    if places is None:
        number = Decimal(f"{number.normalize():f}")
    return number_format(number, decimal_pos=places)


def is_drawn(run):
    return run.admission == Admission.SELECTION and bool(run.seed)


def drawn_rows(run):
    """The ranking of each entry of the draw, in the order drawn; people who came together are one row."""
    rows = {}
    for ranking in run.enrolments.exclude(ranking={}).values_list("ranking", flat=True):
        rows[ranking["key"]] = ranking
    return sorted(rows.values(), key=lambda row: row["place"])


def companions(enrolment):
    """The people who came with this one, itself among them, in their order."""
    rows = (
        Enrolment.objects.filter(group=enrolment.group_id)
        if enrolment.group_id
        else Enrolment.objects.filter(pk=enrolment.pk)
    )
    return list(rows.select_related("participant").order_by("id"))
