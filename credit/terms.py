"""The terms of a loan under a scheme version, with the office's calendar in it."""

from datetime import date, timedelta
from functools import cache

from core.indonesia import is_working_day

#: Weekdays on which banks are closed (Monday is 0).
_WEEKEND = {5, 6}


@cache
def holidays_of(year):
    """Weekdays of `year` on which offices are closed."""
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    return frozenset(
        day for day in days if day.year == year and day.weekday() not in _WEEKEND and not is_working_day(day)
    )


def terms_of(version, amount, months, *, disbursed_on, first_due_on=None, annual_rate=None):
    """LoanTerms of `amount` rupiah over `months` under a SchemeVersion; ValueError naming the field for what makes no
    sense. `annual_rate` None is that of the version."""
    years = range(disbursed_on.year, disbursed_on.year + months // 12 + 3)
    return version.terms(
        amount,
        months,
        annual_rate=annual_rate,
        disbursed_on=disbursed_on,
        first_due_on=first_due_on,
        holidays=frozenset().union(*(holidays_of(year) for year in years)),
    )
