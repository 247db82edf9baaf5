"""Stalls of events: the public page with rule, numbers and result, one's own entries, the officials' page with the steps."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.dates import moment_in_words
from core.lottery import draw
from core.lottery_script import script_for
from core.public import canonical_address
from core.spreadsheets import write_csv
from core.workflow import open_steps
from facility.enums import EntryStatus, EventStatus
from facility.forms.public import ForBusinessForm, NoteForm
from facility.models import StallEvent, StallEventEntry
from facility.services import events
from ikm.models import Business
from ikm.views.office import official

MOST_SHOWN = 200
SERVICES = {
    "publish": events.publish_event,
    "draw": events.draw_event,
    "finish": events.finish_event,
    "cancel": events.cancel_event,
}
#: The file is the same for all, whatever they read.
WORDS_IN_FILE = {"won": "kios", "waiting": "daftar tunggu", "withdrawn": "mengundurkan diri"}


def _event_or_404(request, reference):
    rows = StallEvent.objects.visible_to(request.user).select_related("centre")
    return get_object_or_404(rows, reference=reference)


def drawn_entries(event):
    """[(entry, Drawn)] in the order drawn, with number and time as anybody computes them; [] before the draw."""
    entries = {one.reference: one for one in event.entries.filter(place__isnull=False)}
    found = draw(event.seed, {key: one.weight for key, one in entries.items()}) if event.seed else []
    return [(entries[drawn.key], drawn) for drawn in found]


def _weights(event):
    rows = [
        (_("belum pernah mendapat kios acara"), event.weight_first_time),
        (_("tidak sedang menyewa kios"), event.weight_no_lease),
    ]
    return [
        {"label": label, "value": f"×\u00a0{number_format(value.normalize())}"}
        for label, value in rows
        if value > 1
    ]


def _shown(event):
    """What every page says of an event."""
    return {
        "event": event,
        "opens": moment_in_words(event.opens_at),
        "closes": moment_in_words(event.closes_at),
        "weights": _weights(event),
    }


@require_GET
def event_list(request):
    rows = StallEvent.objects.exclude(status=EventStatus.DRAFT).select_related("centre")[:MOST_SHOWN]
    return render(
        request,
        "facility/public/events.html",
        {"events": rows, "canonical": canonical_address(request)},
    )


@require_GET
def event(request, reference):
    """Rule and numbers; after the draw the seed, the order and the program. Nobody's name."""
    found = _event_or_404(request, reference)
    return render(
        request,
        "facility/public/event.html",
        {
            **_shown(found),
            "canonical": canonical_address(request),
            "numbers": found.entries.filter(status=EntryStatus.ENTERED).values_list("reference", flat=True),
            "drawn_at": found.drawn_at and moment_in_words(found.drawn_at),
            "columns": [
                {"label": _("Nomor")},
                {"label": _("Urutan"), "num": True},
                {"label": _("Bobot"), "num": True},
                {"label": _("Angka"), "num": True},
                {"label": _("Waktu"), "num": True},
                {"label": _("Hasil")},
            ],
            "rows": [
                [
                    one.reference,
                    drawn.place,
                    number_format(one.weight.normalize()),
                    number_format(drawn.number, 6),
                    number_format(drawn.time, 6),
                    one.get_status_display(),
                ]
                for one, drawn in drawn_entries(found)
            ],
            "script": script_for(found.seed),
        },
    )


@require_GET
def result_csv(request, reference):
    """The entries of the draw; the names of the columns are those the program reads, in every language."""
    found = _event_or_404(request, reference)
    if not found.seed:
        raise Http404
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="undian-{found.reference}.csv"'
    write_csv(
        response,
        ["nomor", "bobot", "angka", "waktu", "urutan", "hasil"],
        [
            [
                drawn.key,
                *map(str, (drawn.weight, drawn.number, drawn.time)),
                drawn.place,
                WORDS_IN_FILE[one.status],
            ]
            for one, drawn in drawn_entries(found)
        ],
    )
    return response


@login_required
def enter(request, reference):
    """Enter the draw for a business that one speaks for."""
    found = _event_or_404(request, reference)
    form = ForBusinessForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        made = form.call(events.enter_event, found, form.cleaned_data["business"], actor=request.user)
        if made is not None:
            messages.success(request, _("Terdaftar dengan nomor %(number)s.") % {"number": made.reference})
            return redirect("my_stall_entry", made.reference)
    return render(
        request,
        "facility/owner/enter_event.html",
        {**_shown(found), "form": form},
        status=400 if form.errors else 200,
    )


@login_required
@require_GET
def my_entries(request):
    rows = StallEventEntry.objects.filter(business__in=Business.objects.spoken_for_by(request.user))
    return render(
        request,
        "facility/owner/my_entries.html",
        {"entries": rows.select_related("event", "business").order_by("-id")[:MOST_SHOWN]},
    )


@login_required
def my_entry(request, reference):
    """My number, my place; withdrawing."""
    rows = StallEventEntry.objects.visible_to(request.user).select_related("event__centre", "business")
    found = get_object_or_404(rows, reference=reference)
    form = NoteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        done = form.call(events.withdraw_entry, found, actor=request.user, **form.cleaned_data)
        if done is not None:
            messages.success(request, _("Anda sudah mengundurkan diri."))
            return redirect("my_stall_entry", reference)
    return render(
        request,
        "facility/owner/entry.html",
        {
            **_shown(found.event),
            "entry": found,
            "form": form,
            "may_withdraw": "withdraw" in open_steps(found, request.user)
            and found.event.status in {EventStatus.PUBLISHED, EventStatus.DRAWN},
        },
        status=400 if form.errors else 200,
    )


@official("facility.view_stallevent")
@require_GET
def desk(request):
    rows = StallEvent.objects.visible_to(request.user).select_related("centre")[:MOST_SHOWN]
    return render(request, "facility/office/events.html", {"events": rows})


@official("facility.view_stallevent")
def office_event(request, reference):
    """One event: who entered, and its steps."""
    found = _event_or_404(request, reference)
    action = request.POST.get("action", "")
    form = NoteForm(request.POST if action in SERVICES else None)
    if action in SERVICES and form.is_valid():
        done = form.call(SERVICES[action], found, actor=request.user, **form.cleaned_data)
        if done is not None:
            messages.success(request, _("Tersimpan."))
            return redirect("office_stall_event", reference)
    return render(
        request,
        "facility/office/event.html",
        {
            **_shown(found),
            "form": form,
            "steps": open_steps(found, request.user),
            "entries": found.entries.select_related("business").order_by("place", "id"),
        },
        status=400 if request.method == "POST" else 200,
    )
