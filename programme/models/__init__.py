from programme.models.activities import (
    Activity,
    OfficeQuerySet,
    Period,
    Realisation,
    StatedFigure,
    Target,
)
from programme.models.budget import BudgetCode, BudgetLine, KeepBudgetSums, Reservation
from programme.models.legal import LegalBasis, LegalBasisProgress, RestsOnLawQuerySet

__all__ = [
    "Activity",
    "BudgetCode",
    "BudgetLine",
    "KeepBudgetSums",
    "LegalBasis",
    "LegalBasisProgress",
    "OfficeQuerySet",
    "Period",
    "Realisation",
    "Reservation",
    "RestsOnLawQuerySet",
    "StatedFigure",
    "Target",
]
