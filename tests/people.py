"""People with fixed parts, and clients that keep the house rules."""

import itertools

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.enums import PartnerKind, Role
from accounts.models import Partner, PartnerClient, User
from accounts.scopes import scopes_for
from accounts.services import grant_role, issue_client

_numbers = itertools.count(1)


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords():
    """Argon2 takes 0.3 s of a core for each password, on purpose; the tests make thousands of people."""
    real = settings.PASSWORD_HASHERS
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    yield
    settings.PASSWORD_HASHERS = real


@pytest.fixture
def person(db):
    """A maker of people: `person("registrar")`, `person(name="Siti")` for an entrepreneur without a business; partners are
    other offices, which see the whole register, unless `kind` says otherwise."""

    def make(role=Role.ENTREPRENEUR, *, name=None, kind=PartnerKind.OFFICE):
        number = next(_numbers)
        user = User.objects.create_user(
            email=f"orang{number}@contoh.id", name=name or f"Orang {number}", password="kata-sandi-panjang-1"
        )
        grant_role(user, role)
        if role == Role.PARTNER:
            Partner.objects.create(name=user.name, kind=kind, user=user)
        return user

    return make


@pytest.fixture
def registrar(person):
    return person(Role.REGISTRAR, name="Rina Petugas")


@pytest.fixture
def verifier(person):
    return person(Role.VERIFIER, name="Vino Verifikator")


@pytest.fixture
def administrator(person):
    return person(Role.ADMINISTRATOR, name="Adi Administrator")


@pytest.fixture
def auditor(person):
    return person(Role.AUDITOR, name="Awan Pengawas")


@pytest.fixture
def owner_user(person):
    return person(Role.ENTREPRENEUR, name="Pemilik Usaha")


@pytest.fixture
def stranger(person):
    return person(Role.ENTREPRENEUR, name="Orang Lain")


@pytest.fixture
def partner(person):
    return person(Role.PARTNER, name="Bank Mitra")


class ReadOnlyGetClient(Client):
    """A browser whose GETs may not write: anything but SELECT and the session's own rows fails the test."""

    harmless = (
        "SELECT",
        "EXPLAIN (FORMAT JSON) SELECT",
        "PREPARE LISTED_",
        "EXECUTE LISTED_",
        "SAVEPOINT",
        "RELEASE",
        "ROLLBACK",
        "SET ",
        "DECLARE",
        "FETCH",
        "CLOSE",
        "WITH",
    )
    own_tables = (
        '"django_session"',
        '"usersessions_usersession"',
        '"accounts_apitoken"',
        '"core_auditentry"',
        # Clicks on a short address, counted after the answer (decision 0016).
        '"gallery_linkday"',
    )

    def get(self, *args, **kwargs):
        def refuse_writes(execute, sql, params, many, context):
            if not sql.lstrip("( \n").upper().startswith(self.harmless) and not any(
                t in sql for t in self.own_tables
            ):
                raise AssertionError(f"a GET wrote: {sql[:200]}")
            return execute(sql, params, many, context)

        with connection.execute_wrapper(refuse_writes):
            return super().get(*args, **kwargs)


@pytest.fixture
def client():
    return ReadOnlyGetClient()


@pytest.fixture
def sign_in(client):
    """`sign_in(user)` returns a client in which that person is signed in."""

    def enter(user):
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return enter


@pytest.fixture
def partner_program(administrator):
    """`partner_program(partner)` is (client, secret) with all that its kind may do."""

    def make(partner):
        scopes = scopes_for(partner.kind)
        return issue_client(PartnerClient(partner=partner, label="Inti", scopes=scopes), actor=administrator)

    return make
