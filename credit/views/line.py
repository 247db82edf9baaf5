"""The public queue: the place of every application that waits for an answer, for everybody, without names or numbers."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from credit import places


@require_GET
def public_queue(request):
    """Places, stages, waiting days, and why some were overtaken."""
    try:
        page = max(1, int(request.GET.get("halaman", 1)))
    except ValueError:
        page = 1
    line = places.line_now()
    return render(
        request,
        "credit/public/queue.html",
        {
            "places": line.page(page),
            "waiting": line.waiting,
            "answered": line.answered,
            "tiles": [{"value": count, "label": label} for label, count in line.by_stage()],
            "today": timezone.localdate(),
            "previous_url": f"?halaman={page - 1}" if page > 1 else "",
            "next_url": f"?halaman={page + 1}" if page * places.PAGE_SIZE < line.waiting else "",
        },
    )
