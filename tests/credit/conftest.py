"""People and records of credit."""

from datetime import date

import pytest

from accounts.enums import Purpose, Role
from accounts.models import ConsentText
from credit.services import applications as service
from ikm.enums import BusinessStatus
from tests.credit import records
from tests.ikm.businesses import business as make_business
from tests.ikm.entries import picture


@pytest.fixture
def officer(person):
    return person(Role.CREDIT_OFFICER, name="Kiki Kredit")


@pytest.fixture
def approver(person):
    return person(Role.CREDIT_APPROVER, name="Putri Penyetuju")


@pytest.fixture
def wibawa(db):
    """Version 1 of Kredit Wibawa."""
    return records.scheme_version()


@pytest.fixture
def bapas(partner):
    """A rural bank whose account is `partner`."""
    return records.bank(partner, name="BPR Bank Pasar Uji")


@pytest.fixture
def people(owner_user, officer, verifier, approver, partner):
    """Who takes part in an application."""
    return {
        "applicant": owner_user,
        "officer": officer,
        "verifier": verifier,
        "approver": approver,
        "bank": partner,
    }


@pytest.fixture
def application(wibawa, bapas, people):
    """A maker: `application("verified", amount=…)`."""

    def make(status="draft", **fields):
        return records.application(status, version=wibawa, people=people, **{"bank": bapas} | fields)

    return make


@pytest.fixture
def consent_text(db):
    """The words of the consent to share with a bank."""
    return ConsentText.objects.get_or_create(
        purpose=Purpose.SHARE_WITH_BANK,
        version=1,
        defaults={"text": "Setuju.", "text_en": "Agreed.", "in_force_from": date(2020, 1, 1)},
    )[0]


@pytest.fixture
def shop(owner_user, wibawa):
    """A registered business with all that the rules ask."""
    made = make_business(
        BusinessStatus.REGISTERED,
        speaker=owner_user,
        registered_on=date(2015, 1, 1),
        founded_year=2012,
        nib="1234567890123",
        visit_days=[0, 2],
    )
    owner = made.ownerships.get().owner
    owner.birth_date, owner.ktp_area_code, owner.phone = date(1980, 5, 5), "33.74", "+6281234567890"
    owner.save()
    return made


@pytest.fixture
def draft(shop, owner_user, consent_text, settings, tmp_path):
    """An application that may be sent."""
    settings.MEDIA_ROOT = tmp_path
    made, _created = service.start_application(shop, actor=owner_user, amount=5_000_000, months=12)
    service.save_answers(
        made, actor=owner_user, purpose_kind="working_capital", purpose="Tepung dan mentega untuk Lebaran."
    )
    for kind in service.needed_documents(made):
        service.add_document(made, actor=owner_user, kind=kind, upload=picture())
    service.save_consent(made, actor=owner_user, given=True)
    made.refresh_from_db()
    return made
