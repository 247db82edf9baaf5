"""The officials' pages of credit: the work queue, an application side by side, and what a loan would cost the budget."""

from dataclasses import dataclass, replace

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from core.dates import today
from core.optimistic import StaleRecord
from core.workflow import StepError, history, open_steps, steps_of_others
from credit import examination
from credit import queue as credit_queue
from credit.deadlines import due_on, holder
from credit.enums import BankKind
from credit.forms.office import REFUSALS, DecisionForm, WhatIfForm
from credit.models import Application, Bank, Loan
from credit.parts import PARTS
from credit.selectors import version_in_force
from credit.services import decisions, visits
from credit.services.budget import budget_years, future_subsidy
from credit.services.loans import sign_loan
from ikm import queue
from ikm.enums import VisitStatus
from ikm.forms.office import QueueFilterForm
from ikm.models import Visit
from ikm.views.office import kept_query, official, tile, with_place, work_url

# --- The queue --------------------------------------------------------------------------------------------------------


def _kinds(user):
    return queue.kinds_for(user, credit_queue.KINDS)


@official("credit.view_application")
@require_GET
def work_queue(request):
    """What of credit waits for the official: overdue first, then longest."""
    kinds = _kinds(request.user)
    form = QueueFilterForm(request.GET, kinds=kinds)
    filters = form.filters()
    active = sum(bool(value) for value in vars(filters).values())
    page = queue.page(
        request.user,
        replace(filters, kinds=filters.kinds or tuple(kinds) or ("",)),
        after=request.GET.get("after"),
        before=request.GET.get("before"),
    )
    kept = kept_query(request.GET)
    counts = queue.counts(request.user, kinds=credit_queue.KINDS)
    return render(
        request,
        "credit/office/queue.html",
        {
            "form": form,
            "active": active,
            "tiles": [tile(count) for count in counts if count.waiting],
            "waiting": sum(count.waiting for count in counts),
            "overdue": sum(count.overdue for count in counts),
            "works": [(work, work_url(work, kept)) for work in page.works],
            "next_url": f"?{with_place(kept, after=page.after)}" if page.after else "",
            "previous_url": f"?{with_place(kept, before=page.before)}" if page.before else "",
        },
    )


# --- Side by side -----------------------------------------------------------------------------------------------------


def _decide(form, application, decision, actor):
    """Call the service of `decision`; the application (sign: the Loan), or None with the form's errors filled."""
    data = form.cleaned_data
    common = {"actor": actor, "note": data["refusal_note" if decision in REFUSALS else "note"]}
    examined = common | {"version": data["version"]}
    answer = common | {"bank_checked_on": data["bank_checked_on"], "bank_grade": data["bank_grade"]}
    loan = {"amount": data["amount"], "months": data["months"]}
    calls = {
        "ask_correction": lambda: form.call(
            decisions.ask_correction, application, form.corrections(), **examined
        ),
        "plan_visit": lambda: form.call(visits.join_planned_visit, application, actor=actor),
        "verify": lambda: form.call(
            decisions.verify_application,
            application,
            monthly_turnover=data["monthly_turnover"],
            monthly_cost=data["monthly_cost"],
            **examined,
        ),
        "recommend": lambda: form.call(
            decisions.recommend_application, application, bank=data["bank"], **loan, **examined
        ),
        "decline": lambda: form.call(
            decisions.decline_application,
            application,
            reason=data["reason"],
            signatory=data["signatory"],
            **examined,
        ),
        "forward": lambda: form.call(
            decisions.forward_application, application, signatory=data["signatory"], **examined
        ),
        "return_to_verified": lambda: form.call(decisions.return_application, application, **examined),
        "start_review": lambda: form.call(decisions.start_review, application, **common),
        "approve": lambda: form.call(decisions.approve_application, application, **loan, **answer),
        "reject": lambda: form.call(
            decisions.reject_application, application, reason=data["reason"], **answer
        ),
        "sign": lambda: form.call(
            sign_loan,
            application,
            actor=actor,
            **{
                name: data[name]
                for name in ("contract_number", "account_number", "signed_on", "first_due_on")
            },
        ),
    }
    return calls[decision]() if decision in calls else None


def _is_conflict(form):
    return any(
        isinstance(error, StepError | StaleRecord)
        or getattr(error, "code", "") in {"stale", "step_out_of_turn"}
        for error in form.non_field_errors().as_data()
    )


def _initial(application, back_query):
    return {
        "version": application.version,
        "queue": back_query,
        "amount": application.recommended_amount or application.amount,
        "months": application.recommended_months or application.months,
        "bank": application.bank_id
        or Bank.objects.filter(is_active=True).values_list("pk", flat=True).first(),
        "monthly_turnover": application.monthly_turnover,
        "monthly_cost": application.monthly_cost,
        "signed_on": today(),
    }


@official("credit.view_application")
@require_http_methods(["GET", "POST"])
def examine_application(request, reference):
    """Documents left, facts, conditions and figures right, the steps that are open below."""
    application = get_object_or_404(
        Application.objects.visible_to(request.user).select_related(
            "business__kelurahan__parent",
            "business__main_kbli",
            "owner",
            "bank",
            "visit__verifier",
            "scheme_version__scheme",
            "reason",
        ),
        reference=reference,
    )
    for_bank = application.status in Application.STEPS["reject"].sources
    back_query = request.POST.get("queue") or request.GET.get("antrean") or ""
    status = 200
    if request.method == "POST":
        form = DecisionForm(request.POST, for_bank=for_bank)
        decision = request.POST.get("decision", "")
        if form.is_valid() and decision != "recount":
            decided = _decide(form, application, decision, request.user)
            if decided and decision == "sign":
                messages.success(
                    request, _("Akad dicatat. Catat pencairannya di sini begitu bank mencairkan.")
                )
                return redirect("office_loan", decided.reference)
            if decided:
                messages.success(
                    request,
                    _("%(name)s (%(reference)s): %(status)s.")
                    % {
                        "name": decided.business,
                        "reference": decided.reference,
                        "status": decided.get_status_display().lower(),
                    },
                )
                return _to_following(request, back_query)
        if form.errors:
            status = 409 if _is_conflict(form) else 400
            # What stands now is what a second press confirms, so the form takes the fresh version along.
            application.refresh_from_db()
            form.data = form.data.copy()
            form.data["version"] = application.version
    else:
        form = DecisionForm(initial=_initial(application, back_query), for_bank=for_bank)
    return render(
        request,
        "credit/office/examine.html",
        _examine_context(application, form, request.user, back_query),
        status=status,
    )


def _to_following(request, back_query):
    """On to what is next in the queue under the same filters, else back to the queue."""
    kinds = _kinds(request.user)
    filters = QueueFilterForm(QueryDict(back_query), kinds=kinds).filters()
    following = kinds and queue.following(request.user, replace(filters, kinds=filters.kinds or tuple(kinds)))
    return redirect(
        work_url(following, back_query) if following else f"{reverse('office_credit')}?{back_query}"
    )


def _typed(form, name):
    """The value of a field as it now stands in the form, None when it cannot be read."""
    if form.is_bound:
        return getattr(form, "cleaned_data", {}).get(name)
    return form.initial.get(name)


def _typed_notes(form, steps, asking):
    """What was written into notes that the page, another step having gone before, does not offer any more."""
    gone = []
    if not steps.keys() & REFUSALS:
        gone.append("refusal_note")
    if not steps.keys() - REFUSALS - {"plan_visit", "sign"}:
        gone.append("note")
    if not asking:
        gone += [f"ask_{name}" for name in PARTS]
    return [text for name in gone if (text := form.data.get(name, "").strip())]


def _examine_context(application, form, user, back_query):
    steps = open_steps(application, user)
    # The money and what undoes it are recorded on the loan's own page.
    elsewhere = {"submit", "withdraw", "disburse", "undo_disbursement", "cancel_contract"}
    steps = {name: step for name, step in steps.items() if name not in elsewhere}
    form.expect(steps)
    refusals = steps.keys() & REFUSALS
    asking = "ask_correction" in steps
    amount, months = _typed(form, "amount"), _typed(form, "months")
    amount, months = amount or application.amount, months or application.months
    bank = _typed(form, "bank")
    if not hasattr(bank, "kind"):
        bank = form.fields["bank"].queryset.filter(pk=bank).first() if bank else None
    budget, budget_problem = (
        examination.budget_of(application, amount=amount, months=months, bank=bank)
        if "recommend" in steps
        else ([], "")
    )
    planned = (
        Visit.objects.filter(business=application.business_id, status=VisitStatus.PLANNED)
        .exclude(pk=application.visit_id)
        .first()
        if "plan_visit" in steps
        else None
    )

    def ask(part):
        return form[f"ask_{part}"] if asking and part in PARTS else None

    findings = decisions.findings_on(application, amount=amount, months=months) if amount and months else []
    papers, seen = [], set()
    for paper in examination.papers_of(application):
        papers.append((paper, ask(paper.part) if paper.part not in seen else None))
        seen.add(paper.part)
    return {
        "application": application,
        "business": application.business,
        "form": form,
        "steps": steps,
        "refusals": refusals,
        "typed_notes": _typed_notes(form, steps, asking) if _is_conflict(form) else [],
        "refusal_failed": bool(form.errors) and form.data.get("decision") in refusals,
        "steps_of_others": steps_of_others(application, user).values(),
        "takes_note": bool(steps.keys() - refusals - {"plan_visit", "sign"}),
        "asking": asking,
        "papers": papers,
        "sections": [
            (title, [(fact, ask(fact.part)) for fact in facts])
            for title, facts in examination.facts(application)
        ],
        "findings": findings,
        "figures": examination.figures_of(application, amount=amount, months=months),
        "budget": budget,
        "budget_problem": budget_problem,
        "planned": planned,
        "visit_sentence": examination.visit_sentence(application),
        "stages": examination.stages_of(application),
        "due": due_on(application),
        "holder": holder(application),
        "letters": application.letters.order_by("id"),
        "loan": Loan.objects.visible_to(user).filter(application=application).only("reference").first(),
        "own": application.business.representatives.filter(user=user, status="approved").exists(),
        "events": [
            {
                "title": Application.STEPS[line.step].label
                if line.step in Application.STEPS
                else examination.LABELS_OF_STEPS.get(line.step, line.step),
                "at": line.at,
                "by": line.actor,
                "note": line.note,
            }
            for line in history(application)
        ],
        "back_url": f"{reverse('office_credit')}?{back_query}",
    }


# --- What if ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class YearIf:
    """What `count` loans would need of a budget year beside what is free there."""

    year: int
    one: int
    all: int
    free: int

    @property
    def fits(self):
        """How many loans the year has room for; None where they need nothing of it."""
        return int(self.free // self.one) if self.one else None


@official("programme.view_budgetline")
@require_GET
def what_if(request):
    """Rate, tenor, amount and number of loans against what the budget years have free."""
    version = version_in_force()
    initial = {"bulan": 12, "banyak": 10, "bank": BankKind.BPR}
    if version:
        initial |= {"jumlah": version.unsecured_max, "bunga": version.annual_rate.normalize()}
    form = WhatIfForm(request.GET or None, initial=initial)
    years, fitting, total = [], None, 0
    if version and form.is_valid():
        data = form.cleaned_data
        try:
            by_year = future_subsidy(
                version,
                data["jumlah"],
                data["bulan"],
                bank_kind=data["bank"],
                annual_rate=data["bunga"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            free = {line.year: int(line.free) for line in budget_years(version)}
            years = [
                YearIf(year, one, one * data["banyak"], free.get(year, 0))
                for year, one in sorted(by_year.items())
            ]
            total = sum(year.all for year in years)
            fitting = min((year.fits for year in years), default=None)
    return render(
        request,
        "credit/office/what_if.html",
        {
            "form": form,
            "version": version,
            "years": years,
            "fitting": fitting,
            "total": total,
            "wanted": form.cleaned_data.get("banyak") if form.is_bound and form.is_valid() else None,
        },
        status=400 if form.errors else 200,
    )
