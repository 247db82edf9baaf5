"""What I take part in: coming, waiting, done; stepping back, answering an offer."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.dates import moment_in_words
from core.workflow import history, open_steps
from ikm.models import Business
from training.enums import EnrolmentStatus
from training.models import Certificate, Enrolment
from training.notifications import course_title
from training.selectors import begins_in_words, companions, is_drawn, place_of
from training.services.attendance import OPEN_RUNS
from training.services.enrolments import cancel_enrolment, may_still_cancel
from training.services.follow_ups import is_open
from training.services.outcomes import may_evaluate
from training.views.offers import ANSWERS, answer_page

COMING = {EnrolmentStatus.ENROLLED, EnrolmentStatus.OFFERED}
WAITING = {EnrolmentStatus.WAITING, EnrolmentStatus.APPLIED}
#: So many finished ones are listed.
DONE_SHOWN = 50


def mine(user):
    """The enrolments of the person and of the businesses he or she speaks for."""
    return Enrolment.objects.filter(
        Q(participant__user=user) | Q(business__in=Business.objects.spoken_for_by(user))
    ).select_related("run__course", "participant", "business")


def enrolment_or_404(request, reference):
    return get_object_or_404(
        Enrolment.objects.visible_to(request.user).select_related(
            "run__course", "participant__user", "business", "group", "enrolled_by"
        ),
        reference=reference,
    )


def _card(enrolment, begins):
    """`begins` is the moment in words of every run: several people of a business often take the same one."""
    place = place_of(enrolment)
    if enrolment.status == EnrolmentStatus.OFFERED:
        sentence = _("Jawab sebelum %(moment)s.") % {"moment": moment_in_words(enrolment.offered_until)}
    elif enrolment.status == EnrolmentStatus.WAITING:
        sentence = _("Urutan %(place)s dari %(out_of)s.") % {"place": place.number, "out_of": place.out_of}
    elif enrolment.status == EnrolmentStatus.APPLIED:
        sentence = place.reasons[0]
    else:
        sentence = _("Mulai %(begins)s.") % {"begins": begins[enrolment.run]}
    return {"enrolment": enrolment, "title": course_title(enrolment.run), "sentence": sentence}


@login_required
@require_GET
def my_trainings(request):
    rows = list(mine(request.user).order_by("run__starts_on", "id"))
    done = [one for one in rows if one.status not in COMING | WAITING]
    begins = {run: begins_in_words(run) for run in {one.run for one in rows if one.status in COMING}}
    return render(
        request,
        "training/owner/my_trainings.html",
        {
            "coming": [_card(one, begins) for one in rows if one.status in COMING],
            "waiting": [_card(one, begins) for one in rows if one.status in WAITING],
            "done": [
                {"enrolment": one, "title": course_title(one.run)} for one in reversed(done[-DONE_SHOWN:])
            ],
        },
    )


@login_required
@require_GET
def my_enrolment(request, reference):
    """Where the person stands, why, when and where the run meets, and what can be done now."""
    enrolment = enrolment_or_404(request, reference)
    run = enrolment.run
    steps = open_steps(enrolment, request.user)
    statuses = dict(EnrolmentStatus.choices)
    return render(
        request,
        "training/owner/enrolment.html",
        {
            "enrolment": enrolment,
            "run": run,
            "course_name": course_title(run),
            "place": place_of(enrolment),
            "others": [one for one in companions(enrolment) if one.pk != enrolment.pk],
            "sessions": run.sessions.exclude(status="cancelled").select_related("room__venue", "trainer"),
            "may_cancel": "cancel" in steps and may_still_cancel(enrolment),
            "may_answer": "accept" in steps and enrolment.offered_until > timezone.now(),
            "certificate": Certificate.objects.filter(enrolment=enrolment).select_related("letter").first(),
            "may_evaluate": may_evaluate(enrolment),
            "questions": [one for one in enrolment.follow_ups.all() if is_open(one)],
            "has_code": enrolment.status == EnrolmentStatus.ENROLLED and run.status in OPEN_RUNS,
            "until": moment_in_words(enrolment.offered_until) if enrolment.offered_until else "",
            "drawn": is_drawn(run),
            "events": [
                {"title": statuses.get(line.to_status, line.to_status), "at": line.at, "note": line.note}
                for line in history(enrolment)
            ],
        },
    )


@login_required
def cancel(request, reference):
    """Ask once more, then give the seat or the place back."""
    enrolment = enrolment_or_404(request, reference)
    if "cancel" not in open_steps(enrolment, request.user) or not may_still_cancel(enrolment):
        messages.info(request, _("Keikutsertaan ini tidak dapat dibatalkan lagi."))
        return redirect("my_enrolment", reference)
    if request.method == "POST":
        try:
            cancel_enrolment(enrolment, actor=request.user)
        except (ValidationError, PermissionDenied) as error:
            messages.error(request, error.messages[0] if isinstance(error, ValidationError) else str(error))
        else:
            messages.success(request, _("Keikutsertaan dibatalkan. Terima kasih sudah memberi tahu."))
        return redirect("my_enrolment", reference)
    return render(
        request,
        "training/owner/cancel.html",
        {"enrolment": enrolment, "run": enrolment.run, "course_name": course_title(enrolment.run)},
    )


@login_required
def answer(request, reference):
    """The offer, for who is signed in; the same page as behind the link."""
    enrolment = enrolment_or_404(request, reference)
    if enrolment.status != EnrolmentStatus.OFFERED:
        return redirect("my_enrolment", reference)
    entry = [one for one in companions(enrolment) if one.status == EnrolmentStatus.OFFERED]
    if request.method == "POST":
        service = ANSWERS.get(request.POST.get("answer"))
        try:
            if service:
                service(enrolment, actor=request.user)
        except (ValidationError, PermissionDenied) as error:
            messages.error(request, error.messages[0] if isinstance(error, ValidationError) else str(error))
        return redirect("my_enrolment", reference)
    return answer_page(request, entry)
