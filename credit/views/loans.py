"""Loans: the officials' list and page of each, relief by decree, and the borrower's own page."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import audit
from core.admin_export import file_response, write_table
from core.dates import date_in_words, parse_date_id, today
from core.indonesia import rupiah
from credit.enums import LoanEventKind, LoanStatus
from credit.forms.loans import ACTIONS, LoanFilter, ReasonForm, ReliefForm
from credit.ledger import days_past_due, payoff_quote, state_of, subsidy_so_far
from credit.models import Loan, LoanEvent, ReliefDecree
from credit.services import loan_letters
from credit.services.loans import PERMISSION, undisbursed
from credit.services.relief import apply_relief, preview_relief, undo_relief
from ikm.models import Business

PER_PAGE = 25


def lending(view):
    """Only for officials who see loans."""
    return login_required(permission_required("credit.view_loan", raise_exception=True)(view))


def _day(request, name, default):
    """The day a query string asks for; `default` where it says nothing sensible."""
    try:
        return parse_date_id(request.GET.get(name, ""))
    except ValidationError:
        return default


# --- The officials' list ----------------------------------------------------------------------------------------------


def _list(request, loans, *, arrears):
    """A page of the list; arrears stand oldest first, else the newest loan first."""
    form = LoanFilter(request.GET)
    loans = form.narrow(loans).select_related("business", "bank")
    after = request.GET.get("setelah", "")
    if arrears:
        loans = loans.filter(status=LoanStatus.ACTIVE, oldest_due_on__lt=today()).order_by(
            "oldest_due_on", "pk"
        )
        day, _dot, key = after.partition("_")
        if key.isdecimal() and len(key) < 18 and (since := _iso(day)):
            loans = loans.filter(oldest_due_on__gte=since).exclude(oldest_due_on=since, pk__lte=int(key))
    else:
        loans = loans.order_by("-pk")
        if after.isdecimal() and len(after) < 18:
            loans = loans.filter(pk__lt=int(after))
    rows = list(loans[: PER_PAGE + 1])
    more, rows = len(rows) > PER_PAGE, rows[:PER_PAGE]
    query = request.GET.copy()
    query.pop("setelah", None)
    kept = query.urlencode()
    next_url = ""
    if more:
        last = rows[-1]
        query["setelah"] = f"{last.oldest_due_on}_{last.pk}" if arrears else last.pk
        next_url = f"?{query.urlencode()}"
    return render(
        request,
        "credit/loans/list.html",
        {
            "form": form,
            "active": sum(bool(value) for value in form.cleaned_data.values()),
            "loans": [
                (loan, days_past_due(loan) if loan.status == LoanStatus.ACTIVE else 0) for loan in rows
            ],
            "next_url": next_url,
            "previous_url": f"?{kept}" if after else "",
            "query": kept,
            "arrears": arrears,
            "may_export": request.user.has_perm("credit.export_loan"),
            "may_relieve": request.user.has_perm("credit.apply_reliefdecree"),
        },
    )


def _iso(text):
    try:
        return parse_date_id(text)
    except ValidationError:
        return None


@lending
@require_GET
def loan_list(request):
    return _list(request, Loan.objects.visible_to(request.user), arrears=False)


@lending
@require_GET
def arrears(request):
    """Loans with something overdue, the longest first."""
    return _list(request, Loan.objects.visible_to(request.user), arrears=True)


@login_required
@permission_required("credit.export_loan", raise_exception=True)
@require_GET
def export(request):
    """The filtered list as a workbook; account numbers are not in it."""
    loans = LoanFilter(request.GET).narrow(Loan.objects.visible_to(request.user))
    loans = loans.select_related("business", "bank").order_by("pk")
    header = [
        _("Nomor pinjaman"), _("Nomor akad"), _("Usaha"), _("Bank"), _("Status"), _("Tanggal cair"), _("Pokok"),
        _("Bunga setahun (%)"), _("Bulan"), _("Sisa pokok"), _("Titipan"), _("Hari tunggakan"), _("Kolektibilitas"),
        _("Jatuh tempo akhir"),
    ]  # fmt: skip
    count = 0

    def rows():
        nonlocal count
        for loan in loans.iterator(chunk_size=1000):
            count += 1
            yield [
                loan.reference, loan.contract_number, loan.business.name, loan.bank.name, loan.get_status_display(),
                loan.disbursed_on, loan.principal, loan.annual_rate, loan.months, loan.outstanding_principal,
                loan.advance, days_past_due(loan) if loan.status == LoanStatus.ACTIVE else 0, loan.grade,
                loan.matures_on,
            ]  # fmt: skip

    file = write_table("xlsx", header, rows(), text_columns=[_("Nomor akad")])
    audit.record(request.user, "credit.export_loans", "loans", detail={"count": count})
    return file_response(file, "pinjaman", "xlsx")


# --- One loan ---------------------------------------------------------------------------------------------------------


@lending
@require_http_methods(["GET", "POST"])
def loan_page(request, reference):
    """The plan, everything that happened and what may be recorded; as of any day."""
    loan = get_object_or_404(
        Loan.objects.visible_to(request.user).select_related(
            "business", "bank", "scheme_version__scheme", "application"
        ),
        reference=reference,
    )
    may_record = request.user.has_perm(PERMISSION)
    action = request.POST.get("action", "")
    forms = {}
    if may_record:
        for name, (form, statuses) in ACTIONS.items():
            if loan.status in statuses and (name != "disburse" or undisbursed(loan)):
                forms[name] = form(
                    request.POST if action == name else None, initial={"on": today()}, prefix=name
                )
    if request.method == "POST":
        event = None
        if action in forms and forms[action].is_valid():
            event = forms[action].record(loan, request.user)
        elif action in {loan_letters.QUOTE, loan_letters.PAID_OFF}:
            return _letter(request, loan, action, back="office_loan")
        if event is not None:
            _say(request, event)
            return redirect("office_loan", loan.reference)
    as_of = _day(request, "tanggal", today())
    return render(
        request,
        "credit/loans/detail.html",
        _facts(loan, as_of)
        | {
            "forms": forms,
            "failed": action,
            "may_record": may_record,
            "may_issue": request.user.has_perm("credit.issue_letter"),
            "events": loan.events.select_related("recorded_by", "reverses", "reversed_by").order_by(
                "-on", "-id"
            ),
        },
    )


def _say(request, event):
    messages.success(request, _("Dicatat. Angsuran dan sisa pokok sudah dihitung ulang."))
    for change in event.changes:
        messages.info(
            request,
            _(
                "Pembayaran %(reference)s kini membayar %(part)s %(number)s sebesar %(after)s, tadinya %(before)s."
            )
            % {
                "reference": change.reference,
                "part": PARTS[change.component],
                "number": change.number or "",
                "after": rupiah(change.after),
                "before": rupiah(change.before),
            },
        )


PARTS = {
    "penalty": _l("denda"),
    "fee": _l("biaya"),
    "interest": _l("bunga"),
    "principal": _l("pokok"),
    "recovery": _l("penerimaan sesudah hapus buku"),
}


def _facts(loan, as_of):
    """What both the official and the borrower read of a loan on a day."""
    state = state_of(loan, as_of)
    return {
        "loan": loan,
        "state": state,
        "as_of": as_of,
        "is_today": as_of == today(),
        "subsidy": subsidy_so_far(loan, state).total,
        "due": state.overdue_principal + state.overdue_interest,
        "parts": [(part, PARTS[part.component]) for part in state.allocations],
        "charges": state.outstanding_penalty + state.outstanding_fee,
        "letters": loan.letters.order_by("-id"),
    }


@lending
@require_http_methods(["GET", "POST"])
def reverse_event_page(request, reference, pk):
    """Say why an event is undone, and undo it."""
    loan = get_object_or_404(Loan.objects.visible_to(request.user), reference=reference)
    event = get_object_or_404(
        loan.events.exclude(kind=LoanEventKind.REVERSED).filter(reversed_by=None), pk=pk
    )
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reversal = form.reverse(event, request.user)
        if reversal is not None:
            _say(request, reversal)
            return redirect("office_loan", loan.reference)
    return render(request, "credit/loans/reverse.html", {"loan": loan, "event": event, "form": form})


def _letter(request, loan, kind, *, back):
    try:
        with transaction.atomic():
            if kind == loan_letters.QUOTE:
                on = parse_date_id(request.POST.get("tanggal", ""))
                letter = loan_letters.issue_payoff_quote(loan, on=on, actor=request.user)
            else:
                letter = loan_letters.issue_paid_off(loan, actor=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(back, loan.reference)
    messages.success(request, _("Surat %(number)s sudah terbit.") % {"number": letter.number})
    return redirect(back, loan.reference)


# --- Relief -----------------------------------------------------------------------------------------------------------


@login_required
@permission_required("credit.apply_reliefdecree", raise_exception=True)
@require_http_methods(["GET", "POST"])
def relief(request):
    """Decrees so far, and a new one: first how many loans it would concern, then the button that applies it."""
    form = ReliefForm(request.POST or None)
    preview = None
    if request.method == "POST" and form.is_valid():
        values = form.values()
        if "apply" in request.POST:
            decree = form.call(apply_relief, actor=request.user, **values)
            if decree is not None:
                messages.success(
                    request, _("Angsuran %(count)s pinjaman sudah ditunda.") % {"count": decree.loans}
                )
                return redirect("office_relief")
        else:
            count, owed = preview_relief(values["filters"], takes_effect_on=values["takes_effect_on"])
            preview = {"count": count, "owed": owed}
    decrees = ReliefDecree.objects.select_related("legal_basis", "applied_by").prefetch_related(
        "events__reversed_by"
    )
    return render(
        request,
        "credit/loans/relief.html",
        {
            "form": form,
            "preview": preview,
            "decrees": [
                (
                    decree,
                    sum(not hasattr(e, "reversed_by") for e in decree.events.all() if e.kind == "deferred"),
                )
                for decree in decrees[:50]
            ],
        },
    )


@login_required
@permission_required("credit.apply_reliefdecree", raise_exception=True)
@require_http_methods(["GET", "POST"])
def relief_undo(request, reference):
    """Take a decree back, with a reason."""
    decree = get_object_or_404(ReliefDecree.objects.select_related("legal_basis"), reference=reference)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        count = form.call(undo_relief, decree, actor=request.user, note=form.cleaned_data["note"])
        if count is not None:
            messages.success(request, _("Penundaan %(count)s pinjaman dibatalkan.") % {"count": count})
            return redirect("office_relief")
    return render(request, "credit/loans/relief_undo.html", {"decree": decree, "form": form})


# --- The borrower -----------------------------------------------------------------------------------------------------


def _my_loan_or_404(request, reference):
    return get_object_or_404(
        Loan.objects.visible_to(request.user)
        .filter(business__in=Business.objects.spoken_for_by(request.user))
        .select_related("business", "bank", "scheme_version__scheme", "application__owner"),
        reference=reference,
    )


@login_required
@require_GET
def my_loan(request, reference):
    """Paid, left, the next day and amount, what the city paid, the plan, and what closes the loan on a chosen day."""
    loan = _my_loan_or_404(request, reference)
    quote_on = max(today(), _day(request, "tanggal", today()))
    facts = _facts(loan, today())
    return render(
        request,
        "credit/owner/loan.html",
        facts
        | {
            "quote_on": quote_on,
            "quote": payoff_quote(loan, quote_on) if loan.status == LoanStatus.ACTIVE else None,
            "next_in_words": date_in_words(facts["state"].next_due_on) if facts["state"].next_due_on else "",
            "payments": LoanEvent.objects.filter(
                loan=loan, kind__in=[LoanEventKind.PAID, LoanEventKind.RECOVERED], reversed_by=None
            ).order_by("-on", "-id"),
        },
    )


@login_required
@require_POST
def my_loan_letter(request, reference, kind):
    """The payoff quote or the paid-off letter, made at once."""
    loan = _my_loan_or_404(request, reference)
    kind = kind if kind == loan_letters.QUOTE else loan_letters.PAID_OFF
    return _letter(request, loan, kind, back="my_loan")
