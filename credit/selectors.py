"""Reads that span the tables of a scheme."""

from datetime import date

from django.db.models import Q
from django.utils import timezone

from credit.eligibility import Facts, HeldLicence, Tiers, check
from credit.enums import AT_BANK, ApplicationStatus, BankKind, CollateralKind
from credit.models import Application, Loan, ReferenceRate, SchemeVersion
from ikm.enums import LicenceKind


def version_in_force(on=None):
    """The SchemeVersion under which people apply on a day (default today), None when there is none.

    Where the city runs several schemes at once it is that of the oldest one.
    """
    return (
        SchemeVersion.objects.in_force(on or timezone.localdate())
        .select_related("scheme", "legal_basis")
        .order_by("scheme_id")
        .first()
    )


def bank_rate_on(scheme, on, *, bank_kind=BankKind.BPR):
    """Percent a year that a bank of this kind receives on new loans of `scheme`; None when none is agreed yet."""
    return (
        ReferenceRate.objects.filter(scheme=scheme, bank_kind=bank_kind, in_force_from__lte=on)
        .order_by("-in_force_from")
        .values_list("annual_rate", flat=True)
        .first()
    )


def tiers_of(version):
    """What may be lent under a SchemeVersion, as the eligibility rules read it."""
    return Tiers(
        amount_min=version.amount_min,
        amount_step=version.amount_step,
        unsecured_max=version.unsecured_max,
        secured_max=version.secured_max,
        months_min=version.months_min,
        months_max=version.months_max,
    )


def begun_on(business):
    """Since when a business runs: the earliest thing the register knows of it; a founding year counts from January. None
    when it knows nothing."""
    known = [business.registered_on, *(licence.issued_on for licence in business.licences.all())]
    if business.founded_year:
        known.append(date(business.founded_year, 1, 1))
    return min(filter(None, known), default=None)


def facts_of(business, owner, version, *, amount=None, months=None, collateral=None):
    """The Facts about an applicant, from the register: `collateral` tells whether something stands for the loan (None: not
    said yet)."""
    held = [HeldLicence(kind=LicenceKind.NIB)] if business.nib else []
    for licence in business.licences.all():
        held.append(HeldLicence(kind=licence.kind, expires_on=licence.expires_on))
    return Facts(
        tiers=tiers_of(version),
        register_status=business.status,
        birth_date=owner.birth_date,
        business_start=begun_on(business),
        area_code=owner.ktp_area_code or None,
        licences=tuple(held),
        # A business keeps its loan when it passes to another owner, and an owner his or her loan with another business.
        has_open_loan=Loan.objects.running()
        .filter(Q(application__owner=owner) | Q(business=business))
        .exists(),
        amount=amount,
        months=months,
        has_collateral=collateral,
    )


def findings_of(application, on=None):
    """What the rules of its scheme say about an application as it stands on a day (default today)."""
    kind = application.collateral_kind
    facts = facts_of(
        application.business,
        application.owner,
        application.scheme_version,
        amount=application.amount,
        months=application.months,
        collateral=None if kind == "" else kind != CollateralKind.NONE,
    )
    return check(application.scheme_version.rules.all(), facts, on or timezone.localdate())


def businesses_at_bank(user):
    """The keys of the businesses that the banks of this partner deal with: an application lies there that the bank did not
    turn down, or a loan runs or ran."""
    held = set(AT_BANK) - {ApplicationStatus.REJECTED}
    return Application.objects.filter(bank__partners=user.pk, status__in=held).values("business")
