"""The link of an offered seat: who holds it may accept or decline, without signing in."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from core.dates import moment_in_words
from core.workflow import history
from training.enums import EnrolmentStatus
from training.notifications import course_title
from training.selectors import begins_in_words
from training.services.offers import accept_offer, decline_offer, offer_of

ANSWERS = {"accept": accept_offer, "decline": decline_offer}


def answer_page(request, entry):
    """The question with its two buttons, or what became of the offer."""
    first = entry[0]
    run = first.run
    return render(
        request,
        "training/public/offer.html",
        {
            "run": run,
            "course_name": course_title(run),
            "begins": begins_in_words(run),
            # A link travels: first names are enough to know who is meant.
            "people": [one.participant.name.split()[0] for one in entry],
            "until": moment_in_words(first.offered_until),
            "is_open": first.status == EnrolmentStatus.OFFERED and first.offered_until > timezone.now(),
            # Who did not answer in time has "declined" as well, but never said so.
            "declined": first.status == EnrolmentStatus.DECLINED and history(first).last().step == "decline",
            "enrolment": first,
        },
    )


@never_cache
def seat_offer(request, token):
    entry = offer_of(token)
    if not entry:
        raise Http404
    if request.method == "POST":
        service = ANSWERS.get(request.POST.get("answer"))
        try:
            if service:
                service(entry[0])
        except ValidationError as error:
            messages.error(request, error.messages[0])
        return redirect("seat_offer", token)
    return answer_page(request, entry)
