"""Kredit Wibawa for everybody, without signing in: what it is, five questions, what it costs. Nothing here writes."""

import io

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from core.charts import format_number
from core.indonesia import rupiah
from core.public import canonical_address, public_page
from core.spreadsheets import write_csv
from credit.deadlines import promised_days
from credit.eligibility import check
from credit.enums import RuleKind
from credit.forms.public import EligibilityForm, SimulatorForm
from credit.selectors import bank_rate_on, version_in_force
from credit.simulation import simulate_version

#: What the five questions cannot ask: the office looks it up once somebody applies.
LOOKED_UP_LATER = {RuleKind.REGISTERED, RuleKind.NO_OPEN_LOAN}
EXAMPLE_MONTHS = 12


def no_scheme(request):
    """The page when the city lends under no scheme today."""
    return render(request, "credit/public/closed.html", {"canonical": canonical_address(request)})


@public_page(seconds=60)
def start(request):
    """What Kredit Wibawa is, how it goes and how long it takes."""
    version = version_in_force()
    if version is None:
        return no_scheme(request)
    context = {
        "version": version,
        "rules": list(version.rules.all()),
        "stages": promised_days(timezone.localdate()),
        "canonical": canonical_address(request),
    }
    context["all_days"] = sum(stage.working_days for stage in context["stages"])
    return render(request, "credit/public/start.html", context)


@public_page(seconds=60)
def eligibility(request):
    """Five questions in one form; the answers stand in the address, so that they can be kept and shared."""
    version = version_in_force()
    if version is None:
        return no_scheme(request)
    rules = list(version.rules.all())
    form = EligibilityForm(request.GET or None, scheme_version=version, rules=rules)
    findings, status = [], 200
    if request.GET and form.is_valid():
        found = check(rules, form.facts(), timezone.localdate())
        findings = [finding for finding in found if finding.kind not in LOOKED_UP_LATER]
    elif request.GET:
        status = 400
    loan = {name: form.data.get(name, "") for name in ("jumlah", "bulan")} if findings else {}
    context = {
        "version": version,
        "form": form,
        "findings": findings,
        "failed": [finding for finding in findings if finding.passed is False],
        "unknown": [finding for finding in findings if finding.passed is None],
        "start_url": f"{reverse('start_credit')}?{urlencode(loan)}",
        "simulator_url": f"{reverse('credit_simulator')}?{urlencode(loan)}",
        "canonical": canonical_address(request),
        "is_filtered": bool(request.GET),
    }
    return render(request, "credit/public/eligibility.html", context, status=status)


@public_page(seconds=60)
def simulator(request):
    """What an amount over some months costs; a bare address shows an example."""
    version = version_in_force()
    if version is None:
        return no_scheme(request)
    example = {"jumlah": rupiah(version.unsecured_max), "bulan": min(EXAMPLE_MONTHS, version.months_max)}
    asked = request.GET if {"jumlah", "bulan"} & request.GET.keys() else None
    form = SimulatorForm(asked or example, scheme_version=version)
    context = {
        "version": version,
        "form": form,
        "is_example": asked is None,
        "canonical": canonical_address(request),
        "is_filtered": bool(request.GET),
    }
    if form.is_valid():
        amount, months = form.cleaned_data["jumlah"], form.cleaned_data["bulan"]
        made = simulate_version(
            version, amount, months, bank_rate=bank_rate_on(version.scheme, timezone.localdate())
        )
        question = urlencode({"jumlah": int(amount), "bulan": months})
        context |= {
            "made": made,
            "amount": amount,
            "months": months,
            "figures": figures(made),
            "columns": [
                {"label": _("Ke")},
                *[
                    {"label": label, "num": True}
                    for label in (_("Angsuran"), _("Pokok"), _("Bunga"), _("Sisa pokok"))
                ],
            ],
            "rows": [
                [line.number, *map(format_number, (line.total, line.principal, line.interest, line.balance))]
                for line in made.instalments
            ],
            "foot": [_("Jumlah"), *map(format_number, (made.total, made.terms.principal, made.interest)), ""],
            "share_url": f"{canonical_address(request)}?{question}",
            "csv_url": f"{reverse('credit_simulator_csv')}?{question}",
            "start_url": f"{reverse('start_credit')}?{question}",
            "eligibility_url": f"{reverse('credit_eligibility')}?{question}",
            "needs_collateral": amount > version.unsecured_max,
        }
    return render(request, "credit/public/simulator.html", context, status=200 if form.is_valid() else 400)


def figures(made):
    """The key figures of a Simulation, for includes/summary_list.html."""
    each = _("Angsuran sebulan") if made.is_even else _("Angsuran sebulan, paling tinggi")
    shown = [
        (each, made.highest),
        (_("Seluruh bunga Anda"), made.interest),
        (_("Seluruh yang Anda bayar"), made.total),
        (_("Bunga yang ditanggung kota"), made.city_share),
    ]
    return [{"label": label, "value": rupiah(amount)} for label, amount in shown if amount is not None]


@public_page(seconds=60)
def simulator_csv(request):
    """The instalments of the simulator as CSV."""
    version = version_in_force()
    form = version and SimulatorForm(request.GET, scheme_version=version)
    if not form or not form.is_valid():
        lines = [message for messages in form.errors.values() for message in messages] if form else []
        text = "\n".join(lines or [_("Saat ini tidak ada skema kredit yang berlaku.")])
        return HttpResponse(text, status=400, content_type="text/plain; charset=utf-8")
    amount, months = form.cleaned_data["jumlah"], form.cleaned_data["bulan"]
    made = simulate_version(version, amount, months)
    stream = io.StringIO(newline="")
    rows = [
        (line.number, line.principal, line.interest, line.total, line.balance) for line in made.instalments
    ]
    write_csv(stream, ("angsuran_ke", "pokok", "bunga", "angsuran", "sisa_pokok"), rows)
    response = HttpResponse(stream.getvalue().encode(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="angsuran-{int(amount)}-{months}-bulan.csv"'
    return response
