"""What a loan under the conditions of a scheme would cost, before anybody has dated it."""

from dataclasses import dataclass
from decimal import Decimal

from credit.amortization import Instalment, LoanTerms, effective_rate, schedule, total_interest
from credit.subsidy import planned_subsidy


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """Rupiah throughout; rates in percent a year. `city_share` is what the city pays the bank beside the borrower, None
    while no rate is agreed with a bank."""

    terms: LoanTerms
    instalments: list[Instalment]
    interest: Decimal
    effective_rate: Decimal
    city_share: Decimal | None

    @property
    def total(self):
        return self.terms.principal + self.interest

    @property
    def highest(self):
        """The largest single instalment: what a month must leave over."""
        return max(line.total for line in self.instalments)

    @property
    def is_even(self):
        """Whether all instalments are the same amount."""
        return len({line.total for line in self.instalments}) == 1


def simulate(terms, *, bank_rate=None, year_days=360):
    """The Simulation of `terms`; `bank_rate` is the percent a year that the bank receives in all."""
    instalments = schedule(terms)
    share = None
    if bank_rate is not None:
        share = planned_subsidy(terms, bank_rate, year_days=year_days).total
    return Simulation(
        terms=terms,
        instalments=instalments,
        interest=total_interest(instalments),
        effective_rate=effective_rate(terms),
        city_share=share,
    )


def simulate_version(version, amount, months, *, bank_rate=None):
    """Like `simulate`, of `amount` rupiah over `months` under a SchemeVersion."""
    return simulate(version.terms(amount, months), bank_rate=bank_rate, year_days=version.subsidy_year_days)
