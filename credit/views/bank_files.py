"""The officials' pages of a bank's monthly file: upload, lines, posting, leftovers."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from credit.enums import LineVerdict
from credit.forms.loans import BankFileForm, MatchForm, ReasonForm
from credit.models import BankFile
from credit.services import posting

LINES = 50


def matching(view):
    """Only for officials who match the lines of bank files."""
    return login_required(permission_required(posting.MATCH, raise_exception=True)(view))


@matching
@require_http_methods(["GET", "POST"])
def bank_files(request):
    """The files so far, and the form for a new one."""
    form = BankFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        content, name = form.cleaned_data["file"]
        file = form.call(
            posting.read_bank_file,
            content,
            actor=request.user,
            bank=form.cleaned_data["bank"],
            month=form.cleaned_data["month"],
            name=name,
        )
        if file is not None:
            return redirect("bank_file", file.reference)
    files = BankFile.objects.visible_to(request.user).select_related("bank", "uploaded_by")[:50]
    counts = {}
    for row in (
        BankFile.objects.filter(pk__in=[file.pk for file in files])
        .values("pk", "lines__verdict")
        .annotate(count=Count("lines"))
    ):
        counts.setdefault(row["pk"], {})[row["lines__verdict"]] = row["count"]
    return render(
        request,
        "credit/loans/bank_files.html",
        {
            "form": form,
            "files": [
                (file, sum(counts[file.pk].values()), counts[file.pk].get(LineVerdict.LEFTOVER, 0))
                for file in files
            ],
        },
    )


@matching
@require_http_methods(["GET", "POST"])
def bank_file(request, reference):
    """Every line with its verdict; the button posts what is matched."""
    file = get_object_or_404(
        BankFile.objects.visible_to(request.user).select_related("bank"), reference=reference
    )
    if request.method == "POST":
        done = posting.post_lines(file, actor=request.user)
        count = done[LineVerdict.POSTED]
        messages.success(request, _("Baris yang dibukukan: %(count)s.") % {"count": count})
        return redirect("bank_file", file.reference)
    counts = dict(file.lines.values_list("verdict").annotate(count=Count("pk")).order_by())
    verdict = request.GET.get("putusan", "")
    verdict = verdict if verdict in LineVerdict.values else ""
    lines = file.lines.select_related("loan__business")
    if verdict:
        lines = lines.filter(verdict=verdict)
    after = request.GET.get("setelah", "")
    if after.isdecimal() and len(after) < 9:
        lines = lines.filter(number__gt=int(after))
    lines = list(lines.order_by("number")[: LINES + 1])
    more, lines = len(lines) > LINES, lines[:LINES]
    query = f"putusan={verdict}&" if verdict else ""
    return render(
        request,
        "credit/loans/bank_file.html",
        {
            "file": file,
            "tiles": [
                {"value": counts[choice], "label": choice.label, "url": f"?putusan={choice.value}"}
                for choice in LineVerdict
                if choice in counts
            ],
            "lines": lines,
            "verdict": verdict,
            "may_post": counts.get(LineVerdict.MATCHED, 0),
            "next_url": f"?{query}setelah={lines[-1].number}" if more else "",
            "previous_url": f"?{query}".rstrip("?&") or request.path if after else "",
        },
    )


@matching
@require_http_methods(["GET", "POST"])
def bank_line(request, reference, number):
    """A line with the loans it may belong to: name one, set it aside, or undo what was done."""
    file = get_object_or_404(
        BankFile.objects.visible_to(request.user).select_related("bank"), reference=reference
    )
    line = get_object_or_404(
        file.lines.select_related("file__bank", "loan__business", "event"), number=number
    )
    action = request.POST.get("action", "")
    match = MatchForm(request.POST if action == "match" else None)
    reason = ReasonForm(request.POST if action in {"set_aside", "undo"} else None)
    if request.method == "POST":
        done = None
        if action == "match" and match.is_valid():
            done = match.call(posting.match_line, line, match.cleaned_data["loan"], actor=request.user)
        elif action == "set_aside" and reason.is_valid():
            done = reason.call(
                posting.set_line_aside, line, actor=request.user, note=reason.cleaned_data["note"]
            )
        elif action == "undo" and reason.is_valid():
            done = reason.call(posting.undo_match, line, actor=request.user, note=reason.cleaned_data["note"])
        if done is not None:
            messages.success(
                request,
                _("Baris %(number)s kini “%(verdict)s”.")
                % {"number": line.number, "verdict": done.get_verdict_display()},
            )
            return redirect("bank_file", file.reference)
    open_ = line.verdict in {LineVerdict.LEFTOVER, LineVerdict.MATCHED}
    return render(
        request,
        "credit/loans/bank_line.html",
        {
            "file": file,
            "line": line,
            "candidates": posting.candidates(line) if open_ else [],
            "match": match,
            "reason": reason,
            "open": open_,
            "undoable": line.verdict in {LineVerdict.POSTED, LineVerdict.MATCHED, LineVerdict.SET_ASIDE},
        },
    )
