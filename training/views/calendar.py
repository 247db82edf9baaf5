"""The calendar: a month to read and print, and addresses that calendars of phones follow."""

import calendar
from hashlib import sha256

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.dates import add_months, today
from core.delivery import absolute
from core.public import canonical_address, public_page
from training.calendar import announced, calendar_file, sessions_of
from training.enums import RunStatus
from training.forms.public import parse_month
from training.models import CalendarFeed, ReminderOptOut, Room, Session
from training.services.subscriptions import make_feed, revoke_feed, set_reminders, token_hash

CALENDAR = "text/calendar; charset=utf-8"


@public_page()
def month(request):
    """The sessions of one month, day by day."""
    first = parse_month(request.GET.get("bulan")) or today().replace(day=1)
    sessions = (
        Session.objects.exclude(run__status=RunStatus.DRAFT)
        .filter(during__startswith__date__range=(first, add_months(first, 1, anchor=1)))
        .select_related("run__course", "venue")
        .order_by("during", "pk")
    )
    by_day = {}
    for session in sessions:
        by_day.setdefault(timezone.localdate(session.during.lower), []).append(session)
    weeks = [
        [(day, day.month == first.month, by_day.get(day, ())) for day in week]
        for week in calendar.Calendar().monthdatescalendar(first.year, first.month)
    ]
    return render(
        request,
        "training/public/calendar.html",
        {
            "month": first,
            "weeks": weeks,
            "weekdays": [day for day, _in_month, _sessions in weeks[0]],
            "today": today(),
            "count": sum(len(found) for day, found in by_day.items() if day.month == first.month),
            "previous_url": f"?bulan={add_months(first, -1):%Y-%m}",
            "next_url": f"?bulan={add_months(first, 1):%Y-%m}",
            "feed": absolute(reverse("training_calendar_ics")),
            "canonical": canonical_address(request),
        },
    )


def _file(sessions, name):
    return HttpResponse(calendar_file(sessions, name=name), content_type=CALENDAR)


@public_page(seconds=60)
def public_feed(request):
    """All announced sessions."""
    return _file(announced(), _("Pelatihan IKM Semarang"))


@public_page(seconds=60)
def room_feed(request, pk):
    """What takes place in one room."""
    room = get_object_or_404(Room.objects.select_related("venue"), pk=pk)
    return _file(announced().filter(room=room), str(room))


@require_safe
def own_feed(request, token):
    """A person's own sessions, for whoever holds the secret address."""
    feed = get_object_or_404(
        CalendarFeed.objects.select_related("user"), token_hash=token_hash(token), user__is_active=True
    )
    response = _file(sessions_of(feed.user), _("Pelatihan saya"))
    etag = f'"{sha256(response.content).hexdigest()[:32]}"'
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return get_conditional_response(request, etag=etag, response=response)


@login_required
@require_http_methods(["GET", "POST"])
def my_calendar(request):
    """The person's own address, shown once when it is made, and whether reminders come."""
    address = ""
    if request.method == "POST":
        address = absolute(reverse("own_calendar_ics", args=[make_feed(actor=request.user)]))
    response = render(
        request,
        "training/owner/calendar.html",
        {
            "address": address,
            "feed": CalendarFeed.objects.filter(user=request.user).first(),
            "is_reminded": not ReminderOptOut.objects.filter(user=request.user).exists(),
            "sessions": sessions_of(request.user).filter(during__endswith__gte=timezone.now())[:20],
        },
    )
    response["Cache-Control"] = "no-store, private"
    return response


@login_required
@require_POST
def revoke(request):
    revoke_feed(actor=request.user)
    messages.success(request, _("Alamat kalender dicabut. Kalender yang memakainya tidak diperbarui lagi."))
    return redirect("my_calendar")


@login_required
@require_POST
def reminders(request):
    wanted = request.POST.get("wanted") == "1"
    set_reminders(wanted, actor=request.user)
    messages.success(
        request,
        _("Pengingat dinyalakan.")
        if wanted
        else _("Pengingat dimatikan. Perubahan jadwal tetap dikabarkan."),
    )
    return redirect("my_calendar")
