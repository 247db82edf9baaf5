"""People and records of credit."""

import pytest

from accounts.enums import Role
from tests.credit import records


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
