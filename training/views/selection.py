"""The public result of a selection: everything needed to compute the draw again, nobody's name."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.dates import moment_in_words
from core.lottery_script import script_for
from core.spreadsheets import write_csv
from training.models import Run
from training.notifications import course_title
from training.selectors import drawn_rows, is_drawn, number_in_words, weight_rows

OUTCOMES = {
    "seat": lambda: _("Kursi"),
    "queue": lambda: _("Daftar tunggu"),
    "pass_over": lambda: _("Tidak terpilih"),
}
#: The file is the same for all, whatever they read.
WORDS_IN_FILE = {"seat": "kursi", "queue": "daftar tunggu", "pass_over": "tidak terpilih"}


def _drawn_run_or_404(request, reference):
    run = get_object_or_404(
        Run.objects.visible_to(request.user).select_related("course"), reference=reference
    )
    if not is_drawn(run):
        raise Http404
    return run


@require_GET
def result(request, reference):
    run = _drawn_run_or_404(request, reference)
    rows = drawn_rows(run)
    return render(
        request,
        "training/public/result.html",
        {
            "run": run,
            "course_name": course_title(run),
            "drawn_at": moment_in_words(run.drawn_at),
            "weights": weight_rows(run),
            "columns": [
                {"label": _("Nomor")},
                {"label": _("Urutan"), "num": True},
                {"label": _("Orang"), "num": True},
                {"label": _("Bobot"), "num": True},
                {"label": _("Angka"), "num": True},
                {"label": _("Waktu"), "num": True},
                {"label": _("Hasil")},
            ],
            "rows": [
                [
                    row["key"],
                    row["place"],
                    row["size"],
                    number_in_words(row["weight"]),
                    number_in_words(row["number"], 6),
                    number_in_words(row["time"], 6),
                    OUTCOMES[row["outcome"]](),
                ]
                for row in rows
            ],
            "script": script_for(run.seed),
        },
    )


@require_GET
def result_csv(request, reference):
    """The entries of the draw; the names of the columns are those the program reads, in every language."""
    run = _drawn_run_or_404(request, reference)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="undian-{run.reference}.csv"'
    write_csv(
        response,
        ["nomor", "bobot", "orang", "angka", "waktu", "urutan", "hasil"],
        [
            [
                *(row[name] for name in ("key", "weight", "size", "number", "time", "place")),
                WORDS_IN_FILE[row["outcome"]],
            ]
            for row in drawn_rows(run)
        ],
    )
    return response
