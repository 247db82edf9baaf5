"""Each rule of the tables of credit, provoked by its name."""

from datetime import date

import pytest
from django.db import IntegrityError, InternalError, transaction

from credit.enums import ApplicationStatus
from credit.models import CollectabilityTable, EligibilityRule, SchemeVersion
from tests.credit import records
from tests.ikm.businesses import business

pytestmark = pytest.mark.django_db


def refused(name):
    return pytest.raises(IntegrityError, match=name)


@pytest.mark.parametrize("status", ApplicationStatus.values)
def test_the_maker_makes_every_status(application, status):
    made = application(status)
    made.full_clean()
    assert made.status == status


def test_one_open_application_per_business(application, people, wibawa, bapas):
    first = application("submitted")
    with refused("credit_application_one_open_per_business"), transaction.atomic():
        application("draft", of=first.business)
    first.status = "withdrawn"
    first.save()
    application("draft", of=first.business)


def test_one_open_application_per_owner(application):
    first = application("draft")
    other = business(registered_on=date(2015, 1, 1))
    other.ownerships.update(owner=first.owner)
    with refused("credit_application_one_open_per_owner"), transaction.atomic():
        application("draft", of=other)


def test_a_version_under_which_somebody_applied_may_only_be_ended(application, wibawa):
    SchemeVersion.objects.filter(pk=wibawa.pk).update(annual_rate=4)
    application("draft")
    with refused("frozen_once_used"), transaction.atomic():
        SchemeVersion.objects.filter(pk=wibawa.pk).update(annual_rate=5)
    with refused("frozen_once_used"), transaction.atomic():
        wibawa.rules.all().delete()
    with refused("frozen_once_used"), transaction.atomic():
        EligibilityRule.objects.filter(kind="minimum_age").update(limit=21)
    SchemeVersion.objects.filter(pk=wibawa.pk).update(in_force_until=date(2030, 1, 1))


def test_two_versions_never_hold_on_one_day(wibawa):
    with refused("credit_schemeversion_one_in_force"), transaction.atomic():
        records.scheme_version(number=2, in_force_from=date(2020, 1, 1))
    SchemeVersion.objects.filter(pk=wibawa.pk).update(in_force_until=date(2019, 12, 31))
    records.scheme_version(number=2, in_force_from=date(2020, 1, 1))
    assert SchemeVersion.objects.in_force(date(2019, 12, 31)).get().number == 1
    assert SchemeVersion.objects.in_force(date(2020, 1, 1)).get().number == 2


def test_two_tables_never_hold_for_one_kind_of_bank(wibawa):
    with refused("credit_collectabilitytable_one_in_force"), transaction.atomic():
        CollectabilityTable.objects.create(
            bank_kind="bpr", in_force_from=date(2024, 1, 1), arrears=[1, 2, 3, 4], legal_basis="x"
        )


def test_a_refusal_names_a_reason(application):
    made = application("submitted")
    made.status = "declined"
    with refused("credit_application_refusal_has_a_reason"), transaction.atomic():
        made.save()


def test_what_goes_to_a_bank_names_bank_and_amount(application):
    made = application("verified")
    made.status = "recommended"
    with refused("credit_application_recommendation_names_bank_and_amount"), transaction.atomic():
        made.save()


def test_events_are_never_changed(application, people, bapas):
    from credit.models import Loan, LoanEvent

    made = application("signed", bank=bapas)
    loan = Loan.objects.create(
        application=made,
        business=made.business,
        bank=bapas,
        scheme_version=made.scheme_version,
        contract_number="1",
        signed_on=date(2026, 1, 2),
        principal=5_000_000,
        months=12,
        annual_rate=3,
    )
    event = LoanEvent.objects.create(
        loan=loan, kind="disbursed", on=date(2026, 1, 3), reference="C1", amount=5_000_000, source="office",
        recorded_by=people["officer"], bank=bapas, bank_reference="T1",
    )  # fmt: skip
    with pytest.raises(InternalError, match="append_only"), transaction.atomic():
        LoanEvent.objects.filter(pk=event.pk).update(amount=1)
    with pytest.raises(InternalError, match="append_only"), transaction.atomic():
        event.delete()
    with refused("credit_loanevent_bank_reference_once"), transaction.atomic():
        LoanEvent.objects.create(
            loan=loan, kind="paid", on=date(2026, 1, 3), reference="P1", amount=5, source="api",
            recorded_by=people["officer"], bank=bapas, bank_reference="T1",
        )  # fmt: skip
