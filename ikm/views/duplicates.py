"""The officials' pages on duplicates: the worklist, two files side by side, merging them, and undoing that."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_POST

from core.indonesia import display_phone, mask_nik, rupiah
from core.models import Attachment, Letter
from core.workflow import StepError
from ikm.enums import PairStatus
from ikm.forms.duplicates import MergeForm
from ikm.models import (
    ChangeRequest,
    DuplicatePair,
    LetterRequest,
    Licence,
    Merge,
    Ownership,
    Product,
    Representative,
    Visit,
    YearlyFigure,
)
from ikm.services.duplicates import call_different, open_pairs
from ikm.services.merges import (
    FIELDS,
    UNDO_WITHIN,
    figure_choice,
    may_undo,
    merge_businesses,
    plan_merge,
    same_period_figures,
    undo_merge,
)
from ikm.similarity import reasons

PAGE = 25

#: How many of each kind of row a preview names.
KINDS = {
    YearlyFigure: _l("Angka tahunan"),
    Licence: _l("Izin dan sertifikat"),
    Product: _l("Produk"),
    Ownership: _l("Pemilik"),
    Representative: _l("Wakil usaha"),
    Visit: _l("Kunjungan"),
    LetterRequest: _l("Permintaan surat"),
    ChangeRequest: _l("Usulan perubahan"),
}


def deciding(view):
    """Only for officials who decide on duplicates."""
    return login_required(permission_required("ikm.decide_duplicatepair", raise_exception=True)(view))


def _page(queryset, number):
    """One page without counting: the rows, and whether another follows."""
    number = int(number) if str(number).isdecimal() and 0 < int(number) < 100_000 else 1
    start = (number - 1) * PAGE
    rows = list(queryset[start : start + PAGE + 1])
    return {
        "rows": rows[:PAGE],
        "previous_url": f"?hal={number - 1}" if number > 1 else "",
        "next_url": f"?hal={number + 1}" if len(rows) > PAGE else "",
    }


@deciding
def duplicates(request):
    pairs = open_pairs().select_related("first__kelurahan__parent", "second__kelurahan__parent")
    page = _page(pairs, request.GET.get("hal", 1))
    page["rows"] = [
        {"pair": pair, "percent": round(pair.score * 100), "reasons": reasons(pair.reasons)}
        for pair in page["rows"]
    ]
    return render(request, "ikm/duplicates/worklist.html", page)


def _pair_or_404(pk):
    related = (
        "first__kelurahan__parent",
        "first__main_kbli",
        "second__kelurahan__parent",
        "second__main_kbli",
    )
    pairs = DuplicatePair.objects.select_related(*related).prefetch_related(
        *(
            part
            for side in ("first", "second")
            for part in (
                Prefetch(f"{side}__ownerships", Ownership.objects.select_related("owner")),
                f"{side}__products",
                f"{side}__licences",
                f"{side}__figures",
                f"{side}__other_kbli",
            )
        )
    )
    return get_object_or_404(pairs, pk=pk)


def _day(day):
    return date_format(day) if day else ""


def _shown_field(business, name):
    """What a file says about one of merges.FIELDS, as people read it."""
    if name == "address":
        place = [
            business.address,
            str(business.kelurahan) if business.kelurahan_id else "",
            business.postcode,
        ]
        return ", ".join(part for part in place if part)
    if name == "position":
        return f"{business.latitude}, {business.longitude}" if business.latitude is not None else ""
    if name == "visit_times":
        days = [str(day) for day in business.visit_days]
        names = dict(
            zip(
                "0123456", (_("Sen"), _("Sel"), _("Rab"), _("Kam"), _("Jum"), _("Sab"), _("Min")), strict=True
            )
        )
        hours = (
            f"{business.visit_from:%H.%M}–{business.visit_until:%H.%M}"
            if business.visit_from and business.visit_until
            else ""
        )
        return " ".join(part for part in [", ".join(names[day] for day in days), hours] if part)
    if name == "phone":
        return display_phone(business.phone) if business.phone else ""
    if name == "registered_on":
        return _day(business.registered_on)
    if name in {"legal_form", "branch"}:
        return getattr(business, f"get_{name}_display")()
    value = getattr(business, name)
    return "" if value is None else str(value)


def _shown_owners(business):
    lines = []
    for ownership in business.ownerships.all():
        owner = ownership.owner
        facts = [
            owner.name,
            mask_nik(owner.nik) if owner.nik else "",
            display_phone(owner.phone) if owner.phone else "",
        ]
        lines.append(" · ".join(fact for fact in facts if fact))
    return "\n".join(lines)


def _shown_figure(figure):
    facts = [_("%(workers)d pekerja") % {"workers": figure.workers}]
    if figure.investment is not None:
        facts.append(_("investasi %(amount)s") % {"amount": rupiah(figure.investment)})
    if figure.turnover is not None:
        facts.append(_("omzet %(amount)s") % {"amount": rupiah(figure.turnover)})
    return ", ".join(facts) + f" ({figure.get_source_display()}, {_day(figure.stated_on)})"


def _choices_shown(first, second):
    """name of a choice -> (label, what the first file says, what the second says)."""
    shown = {
        name: (label, _shown_field(first, name), _shown_field(second, name))
        for name, (label, _columns) in FIELDS.items()
    }
    shown["owner"] = (_("Pemilik"), _shown_owners(first), _shown_owners(second))
    for own, other in same_period_figures(first, second):
        label = _("Angka %(year)d (%(period)s)") % {"year": own.year, "period": own.get_period_display()}
        shown[figure_choice(own)] = (label, _shown_figure(own), _shown_figure(other))
    return shown


def _compared(first, second):
    """Rows of the page that shows both files side by side."""
    rows = [(_("Status"), first.get_status_display(), second.get_status_display())]
    rows += _choices_shown(first, second).values()
    periods = {(figure.year, figure.period) for figure, _other in same_period_figures(first, second)}

    def figures(business):
        return "\n".join(
            f"{figure.year}: {_shown_figure(figure)}"
            for figure in business.figures.all()
            if (figure.year, figure.period) not in periods
        )

    def lines(objects):
        return "\n".join(sorted(str(one) for one in objects))

    rows += [
        (_("Angka tahun lain"), figures(first), figures(second)),
        (_("Produk"), lines(first.products.all()), lines(second.products.all())),
        (_("Izin dan sertifikat"), lines(first.licences.all()), lines(second.licences.all())),
        (_("KBLI lain"), lines(first.other_kbli.all()), lines(second.other_kbli.all())),
        (_("Data ditegaskan"), _day(first.confirmed_on), _day(second.confirmed_on)),
    ]
    return [
        {"label": label, "left": left, "right": right, "differs": left != right}
        for label, left, right in rows
        if left or right
    ]


@deciding
def duplicate_pair(request, pk):
    pair = _pair_or_404(pk)
    return render(
        request,
        "ikm/duplicates/pair.html",
        {
            "pair": pair,
            "percent": round(pair.score * 100),
            "reasons": reasons(pair.reasons),
            "rows": _compared(pair.first, pair.second),
            "is_open": pair.status == PairStatus.OPEN,
            "may_merge": request.user.has_perm("ikm.merge_business"),
        },
    )


@deciding
@require_POST
def different_pair(request, pk):
    pair = get_object_or_404(DuplicatePair, pk=pk)
    try:
        call_different(pair, actor=request.user)
    except StepError as error:
        messages.error(request, error.messages[0])
        return redirect("duplicate_pair", pk)
    messages.success(request, _("Dicatat: bukan usaha yang sama. Pasangan ini tidak ditawarkan lagi."))
    return redirect("duplicates")


@deciding
@permission_required("ikm.merge_business", raise_exception=True)
def merge_pair(request, pk):
    """Choose field by field, see what moves, then merge."""
    pair = _pair_or_404(pk)
    first, second = pair.first, pair.second
    if pair.status != PairStatus.OPEN:
        return redirect("duplicate_pair", pk)
    form = MergeForm(request.POST or None, first=first, second=second, values=_choices_shown(first, second))
    plan = None
    if request.method == "POST" and form.is_valid():
        kept, merged = form.kept_and_merged()
        if request.POST.get("action") == "merge":
            made = form.call(
                merge_businesses,
                kept,
                merged,
                actor=request.user,
                choices=form.choices(),
                versions=form.versions(),
            )
            if made is not None:
                messages.success(request, _("Kedua berkas sudah digabung."))
                return redirect("merge_detail", made.reference)
        elif request.POST.get("action") == "preview":
            plan = form.call(plan_merge, kept, merged, form.choices())
    context = {"pair": pair, "form": form, "first": first, "second": second}
    if plan is not None:
        context |= {"kept": kept, "merged": merged, **_preview(plan, form)}
        return render(request, "ikm/duplicates/preview.html", context)
    return render(request, "ikm/duplicates/merge.html", context, status=400 if form.errors else 200)


def _preview(plan, form):
    """What the kept file takes over and what stays behind, in words."""
    taken = [
        {"label": field.label, "value": dict(field.field.choices)[form.cleaned_data[field.name]]}
        for field in form.rows
    ]
    rows = [
        [
            label,
            len(plan.moved.get(kind, [])),
            len(plan.staying.get(kind, [])) + len(plan.returned.get(kind, [])),
        ]
        for kind, label in KINDS.items()
    ]
    rows += [
        [Attachment._meta.verbose_name.capitalize(), len(plan.attachments), 0],
        [Letter._meta.verbose_name.capitalize(), len(plan.letters), 0],
        [_("Persetujuan"), len(plan.consents), 0],
        [_("KBLI lain"), len(plan.other_kbli), 0],
    ]
    columns = [
        {"label": _("Bagian")},
        {"label": _("Pindah"), "num": True},
        {"label": _("Tetap pada berkas lama"), "num": True},
    ]
    return {"taken": taken, "moves": [row for row in rows if row[1] or row[2]], "columns": columns}


@deciding
def merges(request):
    rows = Merge.objects.select_related("kept", "merged", "merged_by", "undone_by").defer("before", "moved")
    return render(request, "ikm/duplicates/merges.html", _page(rows, request.GET.get("hal", 1)))


@deciding
def merge_detail(request, reference):
    """A merge, and the button that takes it back."""
    made = get_object_or_404(
        Merge.objects.select_related("kept", "merged", "merged_by", "undone_by"), reference=reference
    )
    if request.method == "POST":
        try:
            undo_merge(made, actor=request.user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            messages.success(request, _("Penggabungan dibatalkan. Kedua berkas kembali seperti semula."))
        return redirect("merge_detail", reference)
    return render(
        request,
        "ikm/duplicates/merge_detail.html",
        {
            "merge": made,
            "until": made.merged_at + UNDO_WITHIN,
            "may_undo": may_undo(made) and request.user.has_perm("ikm.merge_business"),
        },
    )
