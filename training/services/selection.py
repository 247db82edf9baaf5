"""The fair selection: after registration closes the office draws once, by published weights and a seed made at that moment."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.dates import moment_in_words
from core.languages import in_indonesian
from core.lottery import draw, new_seed
from core.workflow import StepError, take_step
from training import notifications
from training.enums import Admission, EnrolmentStatus, RunStatus
from training.fairness import Applicant, read_weights, together, weigh
from training.models import Enrolment
from training.selectors import entries, no_shows
from training.services.seats import clash, hold_times, lock_people, lock_run


def obstacles(run):
    """Why the run cannot be drawn now, in sentences; [] when it can."""
    told = []
    if run.admission != Admission.SELECTION:
        told.append(_("Angkatan ini menerima peserta menurut urutan mendaftar, tanpa undian."))
    elif run.seed:
        told.append(_("Undian sudah dilakukan, dan hanya satu kali."))
    elif run.status != RunStatus.PUBLISHED:
        told.append(_("Angkatan ini tidak sedang diumumkan."))
    elif timezone.now() < run.registration_until:
        told.append(
            _("Pendaftaran masih dibuka sampai %(moment)s.")
            % {"moment": moment_in_words(run.registration_until)}
        )
    elif not run.enrolments.filter(status=EnrolmentStatus.APPLIED).exists():
        told.append(_("Belum ada yang mendaftar."))
    return told


def weighed_entries(run):
    """[(key, weight, entry, factors)] of all who applied, by reference: a person's own number, or the group's.

    `factors` are those of each person of the entry.
    """
    applied = list(
        run.enrolments.filter(status=EnrolmentStatus.APPLIED)
        .select_related("participant__user", "business", "group", "enrolled_by")
        .order_by("id")
    )
    ids = [one.participant_id for one in applied]
    absences = no_shows(ids)
    experienced = set(
        Enrolment.objects.filter(participant__in=ids, status=EnrolmentStatus.COMPLETED).values_list(
            "participant", flat=True
        )
    )
    weighed = weigh(
        {
            one.pk: Applicant(
                is_woman=one.participant.sex == "female",
                has_disability=one.participant.has_disability,
                is_first_time=one.participant_id not in experienced,
                kecamatan=one.business.kecamatan_code or "",
                no_shows=absences.get(one.participant_id, 0),
            )
            for one in applied
        },
        read_weights(run.weights),
    )
    found = []
    for entry in entries(applied):
        first = entry[0]
        key = first.group.reference if first.group else first.reference
        weight = together([weighed[one.pk].weight for one in entry])
        found.append((key, weight, entry, [weighed[one.pk].factors for one in entry]))
    return found


@transaction.atomic
def select_participants(run, *, actor):
    """Draw the run: seats in the order drawn, then the waiting list, the rest not chosen. Returns the run.

    An entry that is larger than what is left of the seats waits at its place and the next goes first, as later when seats
    become free. So does somebody who meanwhile sits in another course at the time. Raises StepError out of turn,
    ValidationError while registration is open or nobody applied, PermissionDenied.
    """
    run = lock_run(run)
    if told := obstacles(run):
        raise StepError(told[0]) if run.seed else ValidationError(told[0])
    weighed = weighed_entries(run)
    seed = new_seed()
    drawn = draw(seed, {key: weight for key, weight, _entry, _factors in weighed})
    run = take_step(run, "select", actor=actor, seed=seed, drawn_at=timezone.now())
    lock_people([one.participant_id for _key, _weight, entry, _factors in weighed for one in entry])
    found = {key: (entry, factors) for key, _weight, entry, factors in weighed}
    free, places = run.quota - run.seats_taken, run.reserve
    position = 0
    for one in drawn:
        entry, factors = found[one.key]
        for member in entry:
            member.run = run
        outcome, reason = _outcome(entry, free, places)
        if outcome == "seat":
            free -= len(entry)
        elif outcome == "queue":
            places -= len(entry)
        moved = []
        for member, counted in zip(entry, factors, strict=True):
            fields = {
                "ranking": _ranking(one, counted, size=len(entry), entries=len(drawn), outcome=outcome),
                "reason": reason,
            }
            if outcome == "queue":
                position += 1
                fields["position"] = position
            moved.append(take_step(member, outcome, actor=actor, **fields))
        if outcome == "seat":
            hold_times(moved)
        notifications.tell_selected(moved)
    run.refresh_from_db(fields=["seats_taken", "version"])  # counted by the database
    return run


@in_indonesian
def _outcome(entry, free, places):
    """(step, explanation) for an entry when so many seats and waiting places are left."""
    if len(entry) <= free:
        if refusal := clash(entry):
            return ("queue" if len(entry) <= places else "pass_over"), refusal.messages[0]
        return "seat", ""
    if len(entry) <= places:
        return "queue", _("Kursi yang tersisa tidak cukup untuk semua anggota rombongan.") if free else ""
    return "pass_over", ""


def _ranking(drawn, counted, *, size, entries, outcome):
    """What is kept and published of an entry, JSON-ready; `factors` are the person's own and are not published."""
    return {
        "key": drawn.key,
        "weight": str(drawn.weight),
        "number": str(drawn.number),
        "time": str(drawn.time),
        "place": drawn.place,
        "entries": entries,
        "size": size,
        "outcome": outcome,
        "factors": list(counted),
    }
