"""The officials' pages on letters: what is asked for, the preview beside the facts, issuing, refusing, revoking."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.workflow import history, open_steps
from ikm.deadlines import Standards, due_on
from ikm.enums import LetterRequestStatus
from ikm.forms.letters import ReasonForm, SignatoryForm
from ikm.models import LetterRequest
from ikm.services.letter_issue import (
    issue_letter_request,
    obstacles,
    preview_letter,
    refuse_letter_request,
    revoke_issued_letter,
    signatories,
)

PAGE = 50


def issuing(view):
    """Only for officials who issue letters."""
    return login_required(permission_required("ikm.issue_letter", raise_exception=True)(view))


@issuing
@require_GET
def letter_requests(request):
    """What waits, the longest waiting first; with `?semua` what was decided, newest first."""
    decided = "semua" in request.GET
    rows = LetterRequest.objects.visible_to(request.user).select_related(
        "business__kelurahan__parent", "requested_by", "letter"
    )
    if decided:
        rows = rows.exclude(status=LetterRequestStatus.REQUESTED).order_by("-id")
    else:
        rows = rows.filter(status=LetterRequestStatus.REQUESTED).order_by("requested_at", "id")
    before = request.GET.get("sesudah", "")
    if before.isdecimal():
        rows = rows.filter(id__lt=int(before)) if decided else rows.filter(id__gt=int(before))
    rows = list(rows[: PAGE + 1])
    more = f"?{'semua&' if decided else ''}sesudah={rows[PAGE - 1].pk}" if len(rows) > PAGE else ""
    standards = Standards()
    rows = [(row, due_on(row, standards)) for row in rows[:PAGE]]
    return render(request, "ikm/letters/requests.html", {"rows": rows, "decided": decided, "next_url": more})


def _asked_or_404(request, reference):
    return get_object_or_404(
        LetterRequest.objects.visible_to(request.user).select_related(
            "business__kelurahan__parent", "business__main_kbli", "requested_by", "letter"
        ),
        reference=reference,
    )


@issuing
def letter_decision(request, reference):
    """One request: the preview on the left, what stands in the way and the decision on the right."""
    asked = _asked_or_404(request, reference)
    steps = open_steps(asked, request.user)
    action = request.POST.get("action", "")
    signatory_form = SignatoryForm(request.POST if action == "issue" else None)
    reason_form = ReasonForm(request.POST if action in {"refuse", "revoke"} else None)
    if action == "issue" and signatory_form.is_valid():
        issued = signatory_form.call(
            issue_letter_request,
            asked,
            actor=request.user,
            signatory=signatory_form.cleaned_data["signatory"],
        )
        if issued is not None:
            messages.success(
                request, _("Surat terbit dengan nomor %(number)s.") % {"number": issued.letter.number}
            )
            return redirect("letter_decision", reference)
    decide = {"refuse": _refuse, "revoke": _revoke}.get(action)
    if decide and reason_form.is_valid() and decide(reason_form, asked, request):
        return redirect("letter_decision", reference)
    in_the_way = obstacles(asked) if "issue" in steps else []
    forms = [signatory_form, reason_form]
    return render(
        request,
        "ikm/letters/decision.html",
        {
            "asked": asked,
            "business": asked.business,
            "steps": steps,
            "own": asked.status == LetterRequestStatus.REQUESTED and "issue" not in steps,
            "obstacles": in_the_way,
            "paper_url": _paper_url(asked, in_the_way),
            "signatory_form": signatory_form,
            "reason_form": reason_form,
            "forms": forms,
            "has_errors": any(form.errors for form in forms),
            "due": due_on(asked),
            "refusal": history(asked).filter(step="refuse").last(),
            "may_revoke": bool(asked.letter and asked.letter.revoked_at is None)
            and request.user.has_perm("core.revoke_letter"),
        },
        status=400 if any(form.errors for form in forms) else 200,
    )


def _refuse(form, asked, request):
    done = form.call(refuse_letter_request, asked, actor=request.user, note=form.cleaned_data["note"])
    if done:
        messages.success(request, _("Permintaan ditolak dan pemohon diberi tahu."))
    return done


def _revoke(form, asked, request):
    done = form.call(revoke_issued_letter, asked, actor=request.user, reason=form.cleaned_data["note"])
    if done:
        messages.success(request, _("Surat dicabut dan pemohon diberi tahu."))
    return done


def _paper_url(asked, in_the_way):
    """The issued letter, or its preview when it could be issued; "" otherwise."""
    if asked.letter:
        return reverse("letter_file", args=[asked.letter.token])
    if asked.status == LetterRequestStatus.REQUESTED and not in_the_way and signatories().exists():
        return reverse("letter_preview", args=[asked.reference])
    return ""


@issuing
@require_GET
def letter_preview(request, reference):
    """The PDF as it would be issued, marked as a preview."""
    asked = _asked_or_404(request, reference)
    if asked.status != LetterRequestStatus.REQUESTED or obstacles(asked):
        raise Http404
    chosen = request.GET.get("penanda-tangan", "")
    rows = signatories()
    signatory = rows.filter(pk=chosen).first() if chosen.isdecimal() else rows.first()
    if signatory is None:
        raise Http404
    response = HttpResponse(preview_letter(asked, signatory), content_type="application/pdf")
    # Framed by our own page only; see core.views._file.
    response["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'self'"
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response
