"""The future subsidy of a loan, and what an application holds of the budget years for it."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from credit.enums import BankKind
from credit.models import ReferenceRate
from credit.standards import planned_disbursement
from credit.subsidy import planned_subsidy
from credit.terms import terms_of
from programme.models import BudgetLine
from programme.services.budget import reserve_budget


def rate_series(scheme, bank_kind):
    """What banks of this kind receive under the scheme: [(from day, percent a year)]. ValidationError when none is set."""
    series = list(
        ReferenceRate.objects.filter(scheme=scheme, bank_kind=bank_kind)
        .order_by("in_force_from")
        .values_list("in_force_from", "annual_rate")
    )
    if not series:
        raise ValidationError(
            _("Bunga acuan untuk %(kind)s belum dicatat. Catat dahulu di Basis data.")
            % {"kind": BankKind(bank_kind).label}
        )
    return series


def future_subsidy(version, amount, months, *, bank_kind, disbursed_on=None, annual_rate=None):
    """{year: whole rupiah} that the city pays on a loan of `amount` over `months`, paid out on `disbursed_on` (default: the
    day the service standard gives) and repaid as agreed. `annual_rate` is the borrower's, None for that of the version."""
    try:
        terms = terms_of(
            version,
            amount,
            months,
            disbursed_on=disbursed_on or planned_disbursement(),
            annual_rate=annual_rate,
        )
    except ValueError as error:
        raise ValidationError(str(error)) from None
    planned = planned_subsidy(
        terms, rate_series(version.scheme, bank_kind), year_days=version.subsidy_year_days
    )
    return {year: int(total) for year, total in planned.by_year.items() if total}


@transaction.atomic
def reserve_subsidy(application, *, amount, months, bank):
    """Hold the whole future subsidy of the loan for `application`; what it held before is replaced. Raises ValidationError
    naming the first year that lacks room."""
    version = application.scheme_version
    by_year = future_subsidy(version, amount, months, bank_kind=bank.kind)
    return reserve_budget(application.reference, code=version.budget_code, by_year=by_year)


@transaction.atomic
def release_budget(application):
    """Free what `application` holds of the budget; what is already spent stays. Freeing twice changes nothing."""
    reserve_budget(application.reference, code=application.scheme_version.budget_code, by_year={})


def budget_years(version, *, since=None):
    """The budget lines of the scheme's subsidy from the year of `since` (default this year) on."""
    year = (since or timezone.localdate()).year
    return list(BudgetLine.objects.filter(code=version.budget_code, year__gte=year).order_by("year"))
