"""Tracking without signing in: which step, whose turn, by when; no personal data."""

import time

from django.core.cache import cache
from django.db import connection, transaction
from django.shortcuts import render
from django.utils.translation import gettext as _

from core.tracking import track
from ikm.forms.owner import TrackForm

TRIES = 10
TRIES_FROM_ANYWHERE = 40
WINDOW_SECONDS = 5 * 60


def _one_more(key):
    """How often `key` was counted in the present window, this time included.

    The count is read and written under a lock of the database: a hundred tries at once are a hundred, not one.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
        now = time.time()
        count, ends_at = cache.get(key) or (0, now + WINDOW_SECONDS)
        if ends_at <= now:
            count, ends_at = 0, now + WINDOW_SECONDS
        cache.set(key, (count + 1, ends_at), max(1, ends_at - now))
    return count + 1


def _too_many(reference, address):
    return (
        _one_more(f"track:{reference}:{address}") > TRIES
        or _one_more(f"track:{reference}") > TRIES_FROM_ANYWHERE
    )


def track_record(request):
    """The form; on POST its answer on the same page. Unknown reference and wrong digits read the same."""
    if request.method != "POST":
        return render(
            request,
            "ikm/owner/track.html",
            {"form": TrackForm(initial={"reference": request.GET.get("nomor", "")})},
        )
    form = TrackForm(request.POST)
    if not form.is_valid():
        return render(request, "ikm/owner/track.html", {"form": form}, status=400)
    reference = form.cleaned_data["reference"]
    bare = "".join(character for character in reference.upper() if character.isalnum())
    if _too_many(bare, request.META.get("REMOTE_ADDR", "")):
        form.add_error(None, _("Terlalu banyak percobaan untuk nomor ini. Coba lagi lima menit lagi."))
        response = render(request, "ikm/owner/track.html", {"form": form}, status=429)
        response["Retry-After"] = str(WINDOW_SECONDS)
        return response
    tracked = track(reference, form.cleaned_data["last_four"])
    if tracked is None:
        form.add_error(
            None,
            _(
                "Nomor berkas dan angka telepon ini tidak kami temukan bersama. Periksa keduanya pada tanda terima."
            ),
        )
        return render(request, "ikm/owner/track.html", {"form": form}, status=404)
    return render(request, "ikm/owner/track.html", {"form": form, "tracked": tracked})
