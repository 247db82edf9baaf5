"""A partner with a test program, and the sandbox it works in, made once for all tests of this folder."""

from contextlib import contextmanager
from datetime import date

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.management import create_contenttypes
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client, override_settings

from accounts.enums import PartnerKind, Role
from accounts.models import Partner, PartnerClient, User
from accounts.scopes import scopes_for
from accounts.services import grant_role, issue_client
from core import sandbox
from core.api import FairUse
from ikm.services.reference import load_reference
from sandbox import services
from sandbox.seed import complete
from tests.credit import lent, records
from tests.ikm.businesses import business

#: The key of the partner in all tests, by which its sandbox is named.
BANK = 900_001
MINISTRY = 900_002
TOKEN = "/api/v1/oauth/token/"


@pytest.fixture(scope="session")
def template(django_db_setup, django_db_blocker, tmp_path_factory):
    """The name of a small template: a bank's city."""
    with django_db_blocker.unblock():
        own = connection.settings_dict["NAME"]
        name, bare = f"{own}_sandbox", f"{own.split('_gw')[0]}_bare"
        media = tmp_path_factory.mktemp("sandbox")
        with override_settings(SANDBOX_DATABASE={"NAME": name}, MEDIA_ROOT=media):
            for left in sandbox.all_like(name):
                sandbox.drop(left)
            sandbox.create(name, template=bare)
            with sandbox.entered(name):
                _number_otherwise()
                load_reference()
                _fill()
            yield name
            for left in sandbox.all_like(name):
                sandbox.drop(left)


def _number_otherwise():
    """The kinds of records have other numbers than in the city, so that a mix-up is seen."""
    Permission.objects.all().delete()
    ContentType.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('django_content_type_id_seq', 100000)")
    for app in apps.get_app_configs():
        create_contenttypes(app, verbosity=0, using=connection.alias)


def _person(role, name):
    user = User.objects.create_user(email=f"{name}@uji.example", name=name.title())
    grant_role(user, role)
    return user


def _fill():
    people = {
        "applicant": _person(Role.ENTREPRENEUR, "pemohon"),
        "officer": _person(Role.CREDIT_OFFICER, "kredit"),
        "verifier": _person(Role.VERIFIER, "verifikator"),
        "approver": _person(Role.CREDIT_APPROVER, "penyetuju"),
        "bank": _person(Role.PARTNER, "bank"),
    }
    Partner.objects.create(name="Bank uji", kind=PartnerKind.BANK, user=people["bank"])
    version = records.scheme_version()
    bank = records.bank(people["bank"], name="BPR ruang uji")

    def application(status):
        return records.application(status, version=version, people=people, bank=bank)

    for _number in range(3):
        application("forwarded")
    lent.loan(application("disbursed"))
    records.signed_loan(application("approved"), actor=people["bank"])
    for number in range(3):
        business(name=f"Usaha ruang uji {number}", registered_on=date(2015, 1, 1))
    complete()


@pytest.fixture
def in_sandbox(template, settings):
    """The settings by which the portal finds the sandboxes of the tests; `with in_sandbox(BANK):` looks into one."""
    settings.SANDBOX_DATABASE = {"NAME": template}
    settings.SANDBOX_SLOW_SECONDS = 0.05
    FairUse._counts.clear()

    @contextmanager
    def look(partner=BANK):
        with services.inside(partner):
            yield

    return look


@pytest.fixture
def bank(in_sandbox, person):
    return _partner(person, PartnerKind.BANK, BANK)


def _partner(person, kind, key):
    user = person(Role.ENTREPRENEUR, name=f"Mitra {kind}")
    grant_role(user, Role.PARTNER)
    return Partner.objects.create(pk=key, name=f"Mitra {kind}", kind=kind, user=user)


@pytest.fixture
def ministry(in_sandbox, person):
    return _partner(person, PartnerKind.MINISTRY, MINISTRY)


@pytest.fixture
def program(administrator):
    """`program(partner)` is (client_id, secret) of a test program with all that its kind may do."""

    def make(partner, *, is_test=True):
        client = PartnerClient(partner=partner, label="Uji", scopes=scopes_for(partner.kind), is_test=is_test)
        client, secret = issue_client(client, actor=administrator)
        return client.client_id, secret

    return make


def token(client_id, secret):
    fields = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    return Client().post(TOKEN, fields).json()["access_token"]


@pytest.fixture
def caller(program):
    """`caller(partner)` is a client with the token of a test program (or of a live one)."""

    def make(partner, *, is_test=True):
        key = token(*program(partner, is_test=is_test))
        return Client(headers={"Authorization": f"Bearer {key}"}, raise_request_exception=False)

    return make
