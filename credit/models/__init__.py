from credit.models.application import (
    Application,
    ApplicationCorrection,
    Reason,
    StageStandard,
)
from credit.models.claim import ClaimLine, SubsidyClaim
from credit.models.closing import CollectabilityChange, DayClose
from credit.models.loan import Instalment, Loan, LoanBalance, LoanEvent, ReliefDecree
from credit.models.posting import BankFile, BankFileLine
from credit.models.scheme import (
    Bank,
    CollectabilityTable,
    EligibilityRule,
    FundPlacement,
    ReferenceRate,
    Scheme,
    SchemeVersion,
)

__all__ = [
    "Application",
    "ApplicationCorrection",
    "Bank",
    "BankFile",
    "BankFileLine",
    "ClaimLine",
    "CollectabilityChange",
    "CollectabilityTable",
    "DayClose",
    "EligibilityRule",
    "FundPlacement",
    "Instalment",
    "Loan",
    "LoanBalance",
    "LoanEvent",
    "Reason",
    "ReferenceRate",
    "ReliefDecree",
    "Scheme",
    "SchemeVersion",
    "StageStandard",
    "SubsidyClaim",
]
