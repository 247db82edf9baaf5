"""Makers of schemes, banks and applications in any status, each with its step lines."""

import itertools
from datetime import date

from django.utils import timezone

from accounts.enums import Purpose
from accounts.services import give_consent
from core.models import StepLine
from credit.enums import AT_BANK, BankKind, RuleKind
from credit.models import (
    Application,
    Bank,
    EligibilityRule,
    Reason,
    ReferenceRate,
    Scheme,
    SchemeVersion,
)
from credit.services.loans import sign_loan
from credit.services.reference import load_reference
from ikm.enums import BusinessStatus
from programme.enums import LegalBasisKind, LegalBasisStatus
from programme.models import BudgetLine, LegalBasis
from tests.ikm.businesses import business

_numbers = itertools.count(1)

BUDGET_CODE = "3.31.02.2.01.0005"

RULES = [
    (RuleKind.REGISTERED, None),
    (RuleKind.RESIDENCE, ["33.74"]),
    (RuleKind.MINIMUM_AGE, 17),
    (RuleKind.BUSINESS_AGE, 24),
    (RuleKind.LICENCE, ["iumk", "nib"]),
    (RuleKind.NO_OPEN_LOAN, None),
    (RuleKind.AMOUNT, None),
    (RuleKind.MONTHS, None),
    (RuleKind.COLLATERAL, None),
]


def legal_basis(**fields):
    number = next(_numbers)
    return LegalBasis.objects.create(
        **{
            "kind": LegalBasisKind.PERWAL,
            "number": str(number),
            "year": 2017,
            "about": "Kredit Wibawa",
            "dated_on": date(2017, 1, 10),
            "signer": "Wali Kota Semarang",
            "status": LegalBasisStatus.IN_FORCE,
            "in_force_from": date(2017, 1, 17),
        }
        | fields
    )


def scheme_version(**fields):
    """Version 1 of Kredit Wibawa in force since 17 January 2017, with its rules, rates and budget lines to 2035."""
    load_reference()
    scheme, _made = Scheme.objects.get_or_create(
        code="wibawa",
        defaults={"name": "Kredit Wibawa", "full_name": "Wirausaha Bangkit Jadi Juwara"},
    )
    version = SchemeVersion.objects.create(
        **{
            "scheme": scheme,
            "number": 1,
            "legal_basis": legal_basis(),
            "in_force_from": date(2017, 1, 17),
            "annual_rate": 3,
            "unsecured_max": 5_000_000,
            "secured_max": 50_000_000,
            "allocation": ["penalty", "fee", "interest", "principal"],
            "budget_code": BUDGET_CODE,
        }
        | fields
    )
    EligibilityRule.objects.bulk_create(
        EligibilityRule(scheme_version=version, position=position, kind=kind, limit=limit)
        for position, (kind, limit) in enumerate(RULES, 1)
    )
    ReferenceRate.objects.get_or_create(
        scheme=scheme,
        bank_kind=BankKind.BPR,
        in_force_from=date(2017, 1, 17),
        defaults={"annual_rate": 9, "legal_basis": "Perjanjian kerja sama 2017"},
    )
    BudgetLine.objects.bulk_create(
        [
            BudgetLine(
                code=BUDGET_CODE,
                year=year,
                name="Subsidi bunga Kredit Wibawa",
                ceiling=500_000_000,
                stated_on=date(year, 1, 1),
                document="DPA",
            )
            for year in range(2017, 2036)
        ],
        ignore_conflicts=True,
    )
    return version


def bank(*partners, **fields):
    number = next(_numbers)
    made = Bank.objects.create(
        **{"name": f"BPR Uji {number}", "code": f"{number % 1000:03d}", "kind": BankKind.BPR} | fields
    )
    made.partners.set(partners)
    return made


#: The steps that lead to each status, and who takes them.
PATH = {
    "draft": [],
    "submitted": [("submit", "applicant")],
    "needs_correction": [("submit", "applicant"), ("ask_correction", "officer")],
    "visit_planned": [("submit", "applicant"), ("plan_visit", "officer")],
    "verified": [("submit", "applicant"), ("plan_visit", "officer"), ("verify", "verifier")],
}
PATH["recommended"] = [*PATH["verified"], ("recommend", "officer")]
PATH["declined"] = [*PATH["submitted"], ("decline", "officer")]
PATH["forwarded"] = [*PATH["recommended"], ("forward", "approver")]
PATH["in_bank_review"] = [*PATH["forwarded"], ("start_review", "bank")]
PATH["approved"] = [*PATH["in_bank_review"], ("approve", "bank")]
PATH["rejected"] = [*PATH["in_bank_review"], ("reject", "bank")]
PATH["signed"] = [*PATH["approved"], ("sign", "bank")]
PATH["disbursed"] = [*PATH["signed"], ("disburse", "bank")]
PATH["withdrawn"] = [*PATH["submitted"], ("withdraw", "applicant")]


def application(status="draft", *, version, people, of=None, consent=True, **fields):
    """An application in `status` with the step lines that lead there, written straight into the tables. `people` maps
    applicant, officer, verifier, approver, bank to users; `of` is the business."""
    of = of or business(
        BusinessStatus.REGISTERED, speaker=people["applicant"], registered_on=date(2015, 1, 1)
    )
    owner = of.ownerships.get(is_main=True).owner
    asked = status not in {"draft"}
    past = {
        "amount": 5_000_000,
        "months": 12,
        "purpose_kind": "working_capital",
        "purpose": "Membeli tepung dan mentega untuk pesanan Lebaran.",
        "collateral_kind": "none",
    }
    if asked:
        past["submitted_at"] = timezone.now()
    if status in {"recommended", *AT_BANK}:
        past |= {"recommended_amount": 5_000_000, "recommended_months": 12}
        fields.setdefault("bank", None)
        past["bank"] = fields["bank"] or bank(people["bank"])
    if status in {"approved", "signed", "disbursed"}:
        past |= {"approved_amount": 5_000_000, "approved_months": 12}
    if status in {"declined", "rejected"}:
        past["reason"] = Reason.objects.get(code="ability")
    fields.pop("bank", None)
    made = Application.objects.create(
        **{
            "status": status,
            "business": of,
            "owner": owner,
            "applicant": people["applicant"],
            "scheme_version": version,
        }
        | past
        | fields
    )
    StepLine.objects.create(
        subject=made, step="start", from_status="", to_status="draft", actor=people["applicant"]
    )
    before = "draft"
    for step, who in PATH[status]:
        after = str(Application.STEPS[step].target)
        StepLine.objects.create(
            subject=made, step=step, from_status=before, to_status=after, actor=people[who]
        )
        before = after
    if consent:
        give_consent(made, Purpose.SHARE_WITH_BANK, actor=people["applicant"])
    return made


def signed_loan(application, *, actor, **fields):
    """The Loan of an approved `application`, through the service."""
    number = next(_numbers)
    return sign_loan(
        application,
        actor=actor,
        **{
            "contract_number": f"PK/{number}",
            "account_number": f"5301{number:08d}",
            "signed_on": date(2026, 1, 5),
        }
        | fields,
    )
