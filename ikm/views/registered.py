"""The entrepreneur's pages of a business in the register: yearly figures, proposed changes, letters."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.attachments import attach_file
from core.charts import line_chart
from core.indonesia import rupiah
from core.workflow import history, open_steps
from ikm.deadlines import due_on
from ikm.enums import BusinessStatus, ChangeStatus, LetterKind, LetterRequestStatus, Period
from ikm.forms import registered as forms
from ikm.kbli_search import search_kbli
from ikm.models import ChangeRequest, Kbli, LetterRequest, YearlyFigure
from ikm.parts import PARTS
from ikm.services import changes, letters, reports
from ikm.services.verification import confirm_business
from ikm.views.owner import my_business_or_404


def _registered_or_home(request, reference):
    """(business, None), or (business, where to go instead) while the business is not in the register."""
    business = my_business_or_404(request, reference)
    if business.status == BusinessStatus.REGISTERED:
        return business, None
    messages.info(request, _("Ini baru dapat dilakukan sesudah usaha terdaftar."))
    return business, redirect("my_business", reference)


@login_required
@require_POST
def confirm(request, reference):
    """One click: the data still hold."""
    business = my_business_or_404(request, reference)
    try:
        confirm_business(business, actor=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("Terima kasih. Data usaha Anda ditegaskan hari ini."))
    return redirect("my_business", reference)


# --- Yearly figures ---------------------------------------------------------------------------------------------------


@login_required
def figures(request, reference):
    """What was reported, as a table and a drawing, and what may be reported now."""
    business, elsewhere = _registered_or_home(request, reference)
    if elsewhere:
        return elsewhere
    rows = list(business.figures.filter(period=Period.YEAR).order_by("year"))
    this_year = timezone.localdate().year
    reported = {row.year for row in rows}
    # Equal steps need every year in between; one without a report is a gap in the line.
    workers = {row.year: row.workers for row in rows}
    points = (
        [(str(year), workers.get(year)) for year in range(min(workers), max(workers) + 1)] if workers else []
    )
    return render(
        request,
        "ikm/owner/figures.html",
        {
            "business": business,
            "open_years": [
                (year, year in reported, reports.latest_before(business, year))
                for year in (this_year, this_year - 1)
            ],
            "chart": line_chart(points, title=_("Tenaga kerja per tahun")) if len(points) > 1 else "",
            "columns": [
                {"label": _("Tahun")},
                {"label": _("Laki-laki"), "num": True},
                {"label": _("Perempuan"), "num": True},
                {"label": _("Investasi"), "num": True},
                {"label": _("Omzet"), "num": True},
            ],
            "rows": [
                [
                    str(row.year),
                    row.men_workers,
                    row.women_workers,
                    "–" if row.investment is None else rupiah(row.investment),
                    "–" if row.turnover is None else rupiah(row.turnover),
                ]
                for row in reversed(rows)
            ],
        },
    )


@login_required
def report(request, reference, year):
    """The report of one year, filled in with last year's figures; big jumps are asked about before they count."""
    business, elsewhere = _registered_or_home(request, reference)
    if elsewhere:
        return elsewhere
    if year not in {timezone.localdate().year, timezone.localdate().year - 1}:
        raise Http404
    standing = YearlyFigure.objects.filter(business=business, year=year, period=Period.YEAR).first()
    previous = reports.latest_before(business, year)
    shown = standing or previous
    initial = {name: getattr(shown, name) for name in reports.REPORTED} if shown else {}
    initial["version"] = standing.version if standing else None
    form = forms.FigureForm(request.POST or None, initial=initial)
    jumps, conflict = [], None
    if request.method == "POST" and form.is_valid():
        jumps = reports.big_jumps(previous, form.values())
        confirmed = request.POST.get("jumps", "")
        if not jumps or confirmed == ",".join(jumps):
            written, stale = form.call_versioned(
                reports.report_figures,
                business,
                actor=request.user,
                year=year,
                version=form.cleaned_data["version"],
                **form.values(),
            )
            if written:
                messages.success(request, _("Angka tahun %(year)s tersimpan.") % {"year": year})
                return redirect("my_figures", reference)
            if stale:
                conflict = _figure_differences(form, stale.current)
    return render(
        request,
        "ikm/owner/report.html",
        {
            "business": business,
            "year": year,
            "previous": previous,
            "form": form,
            "conflict": conflict,
            "jumps": [_jump_row(name, previous, form) for name in jumps],
            "jump_names": ",".join(jumps),
        },
        status=409 if conflict else 400 if form.errors else 200,
    )


def _jump_row(name, previous, form):
    values = form.values()
    after = values["men_workers"] + values["women_workers"] if name == "workers" else values[name]
    before = getattr(previous, name)
    as_text = str if name == "workers" else rupiah
    return {
        "label": YearlyFigure._meta.get_field(name).verbose_name if name != "workers" else _("Tenaga kerja"),
        "before": as_text(before),
        "after": as_text(after),
    }


def _figure_differences(form, current):
    rows = []
    for name, typed in form.values().items():
        stands = getattr(current, name, None)
        if (stands or None) != (typed or None):
            rows.append((form.fields[name].label, stands, typed))
    return rows


@login_required
@require_POST
def repeat(request, reference, year):
    """The same figures as last year, by one click."""
    business = my_business_or_404(request, reference)
    try:
        reports.repeat_figures(business, actor=request.user, year=year)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(
            request, _("Angka tahun %(year)s tersimpan, sama seperti sebelumnya.") % {"year": year}
        )
    return redirect("my_figures", reference)


# --- Proposed changes -------------------------------------------------------------------------------------------------


@login_required
def propose(request, reference):
    """The form holds what stands now; what differs becomes the proposal."""
    business, elsewhere = _registered_or_home(request, reference)
    if elsewhere:
        return elsewhere
    waiting = business.change_requests.filter(status=ChangeStatus.PROPOSED).first()
    if waiting is not None:
        return redirect("change_request", reference, waiting.reference)
    initial = forms.ChangeForm.initial_of(business)
    chosen = request.GET.get("kbli", "")
    if chosen.isdecimal() and Kbli.objects.filter(pk=chosen).exists():
        initial["main_kbli"] = int(chosen)
    form = forms.ChangeForm(request.POST or None, initial=initial, business=business)
    if request.method == "POST" and form.is_valid():
        made = form.call(changes.propose_changes, business, actor=request.user, values=form.values())
        if made is not None:
            return redirect("change_request", reference, made.reference)
    return render(
        request,
        "ikm/owner/propose.html",
        {"business": business, "form": form, "earlier": business.change_requests.order_by("-id")[:5]},
        status=400 if form.errors else 200,
    )


@login_required
def propose_kbli(request, reference):
    """Search by everyday words for another KBLI; a result leads back to the proposal with it chosen."""
    business, elsewhere = _registered_or_home(request, reference)
    if elsewhere:
        return elsewhere
    words = request.GET.get("q", "").strip()
    return render(
        request,
        "ikm/owner/propose_kbli.html",
        {"business": business, "words": words, "results": search_kbli(words) if words else []},
    )


@login_required
def change_request(request, reference, change):
    business = my_business_or_404(request, reference)
    proposal = get_object_or_404(
        ChangeRequest.objects.visible_to(request.user).filter(business=business), reference=change
    )
    return render(
        request,
        "ikm/owner/change_request.html",
        {
            "business": business,
            "proposal": proposal,
            "due": due_on(proposal),
            "items": [
                {
                    "label": PARTS[item.field].label,
                    "old": changes.shown(item.field, item.old_value),
                    "new": changes.shown(item.field, item.new_value),
                    "item": item,
                }
                for item in proposal.items.all()
            ],
            "steps": open_steps(proposal, request.user),
        },
    )


@login_required
@require_POST
def withdraw_change(request, reference, change):
    business = my_business_or_404(request, reference)
    proposal = get_object_or_404(
        ChangeRequest.objects.visible_to(request.user).filter(business=business), reference=change
    )
    try:
        changes.withdraw_changes(proposal, actor=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("Usulan ditarik kembali."))
    return redirect("change_request", reference, change)


# --- Letters ----------------------------------------------------------------------------------------------------------


@login_required
def my_letters(request, reference):
    business, elsewhere = _registered_or_home(request, reference)
    if elsewhere:
        return elsewhere
    return render(
        request,
        "ikm/owner/letters.html",
        {
            "business": business,
            "kinds": LetterKind.choices,
            "requests": business.letter_requests.select_related("letter").order_by("-id"),
        },
    )


@login_required
def ask_letter(request, reference, kind):
    business, elsewhere = _registered_or_home(request, reference)
    if elsewhere:
        return elsewhere
    if kind not in LetterKind.values:
        raise Http404
    form_class = forms.BrandLetterForm if kind == LetterKind.MEREK else forms.BinaanLetterForm
    form = form_class(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        made = form.call(_ask, business, request.user, kind, form.values())
        if made is not None:
            return redirect("letter_request", reference, made.reference)
    return render(
        request,
        "ikm/owner/ask_letter.html",
        {
            "business": business,
            "form": form,
            "heading": LetterKind(kind).label,
            "is_brand": kind == LetterKind.MEREK,
        },
        status=400 if form.errors else 200,
    )


def _ask(business, actor, kind, values):
    """The request and its picture stand together or not at all."""
    label = values.pop("label", None)
    made = letters.request_letter(business, actor=actor, kind=kind, **values)
    if label is not None:
        try:
            attach_file(made, label, kind="brand_label", actor=actor, allow=("image",))
        except ValidationError as error:
            raise ValidationError({"label": error}) from error
    return made


@login_required
def letter_request(request, reference, letter):
    business = my_business_or_404(request, reference)
    asked = get_object_or_404(
        LetterRequest.objects.visible_to(request.user).filter(business=business).select_related("letter"),
        reference=letter,
    )
    refusal = history(asked).filter(step="refuse").last()
    return render(
        request,
        "ikm/owner/letter_request.html",
        {
            "business": business,
            "asked": asked,
            "due": due_on(asked),
            "refusal": refusal.note if refusal and asked.status == LetterRequestStatus.REFUSED else "",
            "file_url": asked.letter and reverse("letter_file", args=[asked.letter.token]),
            "label": asked.attachments.filter(kind="brand_label", removed_at__isnull=True).first(),
            "steps": open_steps(asked, request.user),
        },
    )


@login_required
@require_POST
def withdraw_letter(request, reference, letter):
    business = my_business_or_404(request, reference)
    asked = get_object_or_404(
        LetterRequest.objects.visible_to(request.user).filter(business=business), reference=letter
    )
    try:
        letters.withdraw_letter_request(asked, actor=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("Permintaan surat ditarik kembali."))
    return redirect("letter_request", reference, letter)
