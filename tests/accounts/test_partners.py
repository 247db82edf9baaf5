"""Partners' programs: signing in by OAuth 2 client credentials, scopes, limits, and what each kind of partner sees."""

import base64
import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from oauthlib.oauth2 import BackendApplicationClient, InvalidClientError, InvalidScopeError
from requests_oauthlib import OAuth2Session

from accounts.enums import PartnerKind, Purpose, Role
from accounts.models import AccessToken, ClientSecret, Consent, ConsentText, Partner, PartnerClient
from accounts.scopes import SCOPES, scopes_for
from accounts.services import (
    add_secret,
    issue_api_token,
    issue_client,
    save_partner,
    withdraw_client,
    withdraw_secret,
)
from core.api import ApiViewSet, FairUse, scope_needed
from core.models import AuditEntry
from semarang_ikm.api import router
from tests.ikm.api_clients import LIST, assert_problem, names

TOKEN = "/api/v1/oauth/token/"
KBLI = "/api/v1/kbli/?search=kue"


@pytest.fixture
def partner_of(person):
    return lambda kind, **fields: _with(person(Role.PARTNER, kind=kind).partner, **fields)


def _with(partner, **fields):
    for name, value in fields.items():
        setattr(partner, name, value)
    partner.save()
    return partner


@pytest.fixture
def program(administrator):
    """`program(partner)` is (client, secret) with all that its kind may do."""

    def make(partner, *, scopes=None):
        scopes = scopes_for(partner.kind) if scopes is None else scopes
        client = PartnerClient(partner=partner, label="Inti", scopes=scopes)
        return issue_client(client, actor=administrator)

    return make


def basic(client_id, secret):
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def ask(client, secret, **fields):
    return Client(headers=basic(client.client_id, secret)).post(
        TOKEN, {"grant_type": "client_credentials", **fields}
    )


def bearer(token):
    return Client(headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def signed_in(program):
    """`signed_in(partner)` sends a token of a program of that partner."""

    def make(partner, *, scopes=None):
        return bearer(ask(*program(partner, scopes=scopes)).json()["access_token"])

    return make


# --- The token endpoint -----------------------------------------------------------------------------------------------


def test_a_program_gets_a_token_for_its_secret(partner_of, program):
    client, secret = program(partner_of("bank"))
    answer = ask(client, secret)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 900)
    assert body["scope"].split() == scopes_for("bank")
    assert "refresh_token" not in body
    assert bearer(body["access_token"]).get(LIST).status_code == 200


def test_neither_secret_nor_token_is_kept(partner_of, program):
    client, secret = program(partner_of("bank"))
    token = ask(client, secret).json()["access_token"]
    kept = [*ClientSecret.objects.values(), *PartnerClient.objects.values(), *AccessToken.objects.values()]
    assert len(kept) == 3
    assert secret not in str(kept)
    assert token not in str(kept)


def test_the_secret_may_stand_in_the_body(partner_of, program, client):
    made, secret = program(partner_of("bank"))
    fields = {"grant_type": "client_credentials", "client_id": made.client_id, "client_secret": secret}
    assert client.post(TOKEN, fields).status_code == 200


def test_refusals_are_those_of_the_standard(partner_of, program, client):
    made, secret = program(partner_of("bank"))
    other, other_secret = program(partner_of("ministry"))
    for one, given in ((made, "salah"), (made, other_secret), (other, secret)):
        refused = ask(one, given)
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
        assert refused["WWW-Authenticate"].startswith("Basic")
    for headers in ({}, {"Authorization": "Basic %%%"}, basic("", ""), basic("\x00", secret)):
        refused = Client(headers=headers).post(TOKEN, {"grant_type": "client_credentials"})
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    mixed = ask(made, secret, client_id=other.client_id)
    assert mixed.json()["error"] == "invalid_client"
    assert ask(made, secret, scope="businesses:write").json()["error"] == "invalid_scope"
    for grant in ("password", "authorization_code", "refresh_token", ""):
        answer = ask(made, secret, grant_type=grant)
        assert answer.status_code == 400, grant
        assert answer.json()["error"] in {"unsupported_grant_type", "invalid_request"}
    assert client.get(TOKEN).status_code == 405
    assert not AccessToken.objects.exists()


def test_a_known_library_signs_in_and_is_refused(partner_of, program, live_server, monkeypatch):
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    made, secret = program(partner_of("ministry"))
    session = OAuth2Session(client=BackendApplicationClient(client_id=made.client_id))
    address = f"{live_server.url}{TOKEN}"
    token = session.fetch_token(address, client_id=made.client_id, client_secret=secret)
    assert token["scope"] == scopes_for("ministry")
    assert session.get(f"{live_server.url}{LIST}").status_code == 200
    with pytest.raises(InvalidClientError):
        session.fetch_token(address, client_id=made.client_id, client_secret="salah")
    with pytest.raises(InvalidScopeError):
        OAuth2Session(
            client=BackendApplicationClient(client_id=made.client_id, scope=["credit.loans:read"])
        ).fetch_token(address, client_id=made.client_id, client_secret=secret)


def test_a_token_ends_by_itself_and_is_cleared_away(partner_of, program):
    made, secret = program(partner_of("ministry"))
    token = ask(made, secret).json()["access_token"]
    AccessToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    refused = bearer(token).get(LIST)
    assert_problem(refused, 401)
    assert refused["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    ask(made, secret)
    assert AccessToken.objects.count() == 1


@pytest.mark.parametrize("end", ["secret", "client", "partner", "account", "role"])
def test_what_is_withdrawn_ends_at_once(partner_of, program, administrator, end):
    partner = partner_of("ministry")
    made, secret = program(partner)
    token = ask(made, secret).json()["access_token"]
    assert bearer(token).get(LIST).status_code == 200
    if end == "secret":
        withdraw_secret(made.secrets.get(), actor=administrator)
    elif end == "client":
        withdraw_client(made, actor=administrator)
    elif end == "partner":
        partner.is_active = False
        save_partner(partner, actor=administrator)
    elif end == "account":
        partner.user.is_active = False
        partner.user.save()
    else:
        partner.user.role_assignments.all().delete()
    answer = bearer(token).get(LIST)
    if end == "role":
        assert names(answer) == []
    else:
        assert answer.status_code == 401
        assert ask(made, secret).json()["error"] == "invalid_client"


# --- Keys -------------------------------------------------------------------------------------------------------------


def test_a_second_secret_overlaps_the_first_until_it_is_withdrawn(partner_of, program, administrator):
    made, first = program(partner_of("bank"))
    old = ask(made, first).json()["access_token"]
    second = add_secret(made, actor=administrator)
    new = ask(made, second).json()["access_token"]
    with pytest.raises(ValidationError):
        add_secret(made, actor=administrator)
    first_row, second_row = made.secrets.order_by("id")
    withdraw_secret(first_row, actor=administrator)
    assert bearer(old).get(KBLI).status_code == 401
    assert bearer(new).get(KBLI).status_code == 200
    assert ask(made, first).status_code == 401
    assert ask(made, second).status_code == 200
    assert first_row.last_used_at <= ClientSecret.objects.get(pk=second_row.pk).last_used_at
    add_secret(made, actor=administrator)


def test_only_the_administrator_manages_partners_and_leaves_a_trail(
    person, administrator, registrar, program
):
    account = person(name="Bank Contoh")
    partner = Partner(name="Bank Contoh", kind="bank", user=account)
    with pytest.raises(PermissionDenied):
        save_partner(partner, actor=registrar)
    save_partner(partner, actor=administrator)
    assert account.role_assignments.filter(role=Role.PARTNER).exists()
    client = PartnerClient(partner=partner, label="Inti", scopes=["credit.loans:read"])
    for refused in (issue_client, add_secret, withdraw_client):
        with pytest.raises(PermissionDenied):
            refused(client, actor=registrar)
    client, secret = issue_client(client, actor=administrator)
    add_secret(client, actor=administrator)
    with pytest.raises(PermissionDenied):
        withdraw_secret(client.secrets.first(), actor=registrar)
    withdraw_secret(client.secrets.first(), actor=administrator)
    withdraw_client(client, actor=administrator)
    with pytest.raises(ValidationError):
        add_secret(client, actor=administrator)
    trail = AuditEntry.objects.filter(subject=partner.reference).order_by("number")
    assert [line.action.removeprefix("accounts.") for line in trail] == [
        "add_partner", "issue_client", "add_secret", "withdraw_secret", "withdraw_client",
    ]  # fmt: skip
    assert secret not in str(list(trail.values()))


def test_an_official_is_no_partner_and_a_partner_gets_no_personal_token(registrar, administrator, partner_of):
    with pytest.raises(ValidationError):
        save_partner(Partner(name="Dalam", kind="office", user=registrar), actor=administrator)
    with pytest.raises(ValidationError):
        issue_api_token(partner_of("bank").user, label="lama", actor=administrator)


def test_a_client_is_given_only_what_its_kind_may_have(partner_of, program):
    with pytest.raises(ValidationError):
        program(partner_of("marketplace"), scopes=["credit.loans:read"])
    with pytest.raises(ValidationError):
        program(partner_of("bank"), scopes=[])


def test_a_partner_of_another_kind_loses_what_is_not_for_it(partner_of, program, administrator):
    partner = partner_of("bank")
    made, secret = program(partner)
    token = ask(made, secret).json()["access_token"]
    partner.kind = PartnerKind.MARKETPLACE
    save_partner(partner, actor=administrator)
    assert bearer(token).get(KBLI).status_code == 401
    assert ask(made, secret).json()["scope"].split() == scopes_for("marketplace")


def test_the_back_office_shows_a_secret_once_and_withdraws_it(
    partner_of, administrator, auditor, sign_in, client
):
    partner = partner_of("bank")
    office = sign_in(administrator)
    page = reverse("admin:accounts_partnerclient_changelist")
    answer = office.post(
        reverse("admin:accounts_partnerclient_add"),
        {"partner": partner.pk, "label": "Inti", "scopes": ["credit.loans:read", "credit.payments:write"]},
        follow=True,
    )
    (secret,) = re.findall(r"ikms_[\w-]{43}", answer.content.decode())
    made = partner.clients.get()
    assert made.client_id in answer.content.decode()
    assert ask(made, secret).json()["scope"] == "credit.loans:read credit.payments:write"
    assert secret not in office.get(page).content.decode()
    chosen = {"action": "rotate", "_selected_action": [made.pk], "confirmed": "x"}
    answer = office.post(page, chosen, follow=True).content.decode()
    (second,) = re.findall(r"ikms_[\w-]{43}", answer)
    assert ask(made, second).status_code == ask(made, secret).status_code == 200
    assert "ikms_" not in office.post(page, chosen, follow=True).content.decode()
    withdraw = {
        "action": "accounts_services_withdraw_secret",
        "_selected_action": [made.secrets.order_by("id").first().pk],
        "confirmed": "x",
    }
    office.post(reverse("admin:accounts_clientsecret_changelist"), withdraw)
    assert (ask(made, secret).status_code, ask(made, second).status_code) == (401, 200)
    refused = sign_in(auditor).post(page, chosen, follow=True).content.decode()
    assert "ikms_" not in refused


def test_the_back_office_records_and_changes_a_partner(person, administrator, registrar, sign_in):
    account, office = person(name="Pasar Daring"), sign_in(administrator)
    fields = {
        "name": "Pasar Daring",
        "kind": "marketplace",
        "user": account.pk,
        "requests_per_minute": 60,
        "is_active": "on",
    }
    add = reverse("admin:accounts_partner_add")
    assert office.post(add, fields | {"user": registrar.pk}).status_code == 302
    assert not Partner.objects.exists()
    assert office.post(add, fields).status_code == 302
    partner = Partner.objects.get(user=account)
    assert account.role_assignments.filter(role=Role.PARTNER).exists()
    change = reverse("admin:accounts_partner_change", args=[partner.pk])
    shown = office.get(change).content.decode()
    assert reverse("sandbox_checklist", args=[partner.reference]) in shown
    assert reverse("partner_webhooks", args=[partner.reference]) in shown
    assert office.post(change, fields | {"requests_per_minute": 90}).status_code == 302
    partner.refresh_from_db()
    assert partner.requests_per_minute == 90
    assert AuditEntry.objects.filter(action="accounts.change_partner", subject=partner.reference).exists()


# --- Scopes -----------------------------------------------------------------------------------------------------------

VIEWS = sorted({view for _prefix, view, _name in router.registry}, key=lambda view: view.__name__)


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__)
def test_every_view_of_the_api_declares_a_scope_of_the_table(view):
    assert issubclass(view, ApiViewSet)
    routes = router.get_routes(view)
    methods = {method for route in routes for method in router.get_method_map(view, route.mapping)}
    assert methods
    assert {scope_needed(view, method.upper()) for method in methods} <= SCOPES.keys()


def test_every_scope_of_the_table_is_needed_somewhere():
    needed = set()
    for view in VIEWS:
        for route in router.get_routes(view):
            for method in router.get_method_map(view, route.mapping):
                needed.add(scope_needed(view, method.upper()))
    assert needed == SCOPES.keys()


def test_a_token_without_the_scope_is_told_which_it_lacks(partner_of, signed_in):
    client = signed_in(partner_of("bank"), scopes=["credit.applications:read"])
    assert client.get("/api/v1/credit/applications/").status_code == 200
    for method, address, needed in (
        ("get", "/api/v1/credit/loans/", "credit.loans:read"),
        ("get", KBLI, "kbli:read"),
        ("post", "/api/v1/credit/payments/", "credit.payments:write"),
        ("post", "/api/v1/credit/applications/", "credit.applications:write"),
    ):
        refused = getattr(client, method)(address, {}, content_type="application/json")
        body = assert_problem(refused, 403, "insufficient_scope")
        assert needed in body["detail"]
        assert refused["WWW-Authenticate"] == f'Bearer error="insufficient_scope", scope="{needed}"'


def test_a_narrower_token_may_be_asked_for(partner_of, program):
    made, secret = program(partner_of("bank"))
    answer = ask(made, secret, scope="credit.loans:read kbli:read").json()
    assert answer["scope"] == "credit.loans:read kbli:read"
    assert bearer(answer["access_token"]).get("/api/v1/credit/claims/").status_code == 403


def test_a_person_signed_in_has_all_that_the_role_gives(partner_of, sign_in):
    assert sign_in(partner_of("bank").user).get("/api/v1/credit/loans/").status_code == 200


# --- Limits -----------------------------------------------------------------------------------------------------------


def test_each_partner_has_its_own_limit(partner_of, program, monkeypatch):
    monkeypatch.setattr(FairUse, "_counts", {})
    small, large = partner_of("bank", requests_per_minute=2), partner_of("ministry", requests_per_minute=50)
    made, secret = program(small)
    other_program = program(small)
    tokens = [ask(made, secret).json()["access_token"], ask(*other_program).json()["access_token"]]
    first, second, third = (bearer(token).get(KBLI) for token in (*tokens, tokens[0]))
    assert (first["RateLimit-Limit"], first["RateLimit-Remaining"]) == ("2", "1")
    assert second["RateLimit-Remaining"] == "0"
    assert 1 <= int(second["RateLimit-Reset"]) <= 60
    assert_problem(third, 429)
    assert int(third["Retry-After"]) >= 1
    assert (third["RateLimit-Limit"], third["RateLimit-Remaining"]) == ("2", "0")
    free = bearer(ask(*program(large)).json()["access_token"]).get(KBLI)
    assert (free.status_code, free["RateLimit-Limit"]) == (200, "50")


def test_a_token_is_looked_up_in_one_statement(partner_of, program, django_assert_num_queries):
    token = ask(*program(partner_of("bank"))).json()["access_token"]
    client = bearer(token)
    client.get(KBLI)
    alone = Client()
    alone.get(KBLI)
    with django_assert_num_queries(1) as without:
        alone.get(KBLI)
    with django_assert_num_queries(len(without) + 1):
        client.get(KBLI)


# --- What each kind of partner sees -----------------------------------------------------------------------------------


@pytest.fixture
def agree(db):
    """`agree(business, purpose)`: a consent in force."""

    def make(business, purpose):
        text = ConsentText.objects.filter(purpose=purpose).first() or ConsentText.objects.create(
            purpose=purpose, version=1, text="…", text_en="…", in_force_from="2020-01-01"
        )
        return Consent.objects.create(
            subject=business.reference, purpose=purpose, text=text, channel="portal", given_by_name="Siti"
        )

    return make


@pytest.fixture
def three(enter, agree):
    """A business that agreed to nothing, one in the directory, one to be promoted at marketplaces."""
    enter(name="Diam")
    agree(enter(name="Terbuka"), Purpose.PUBLISH)
    agree(enter(name="Dijual"), Purpose.MARKETPLACE)


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        ("ministry", {"Diam", "Terbuka", "Dijual"}),
        ("office", {"Diam", "Terbuka", "Dijual"}),
        ("marketplace", {"Terbuka", "Dijual"}),
        ("bank", {"Terbuka"}),
    ],
)
def test_each_kind_of_partner_sees_what_is_for_it(three, partner_of, signed_in, sign_in, kind, seen):
    partner = partner_of(kind)
    client = signed_in(partner)
    assert set(names(client.get(LIST))) == seen
    assert set(names(sign_in(partner.user).get(LIST))) == seen
    for row in client.get(LIST).json()["results"]:
        one = client.get(f"{LIST}{row['reference']}/").json()
        assert one["owners"] is None
        assert (one["phone"], one["email"]) == (None, None)


def test_a_partner_without_a_record_sees_what_everybody_may(three, person, api):
    nobody = person(Role.PARTNER)
    nobody.partner.delete()
    assert names(api(nobody).get(LIST)) == ["Terbuka"]


def test_a_business_that_withdraws_its_consent_is_gone_at_once(enter, agree, partner_of, signed_in):
    business = enter(name="Terbuka")
    consent = agree(business, Purpose.PUBLISH)
    client = signed_in(partner_of("marketplace"))
    assert names(client.get(LIST)) == ["Terbuka"]
    consent.withdrawn_at = timezone.now()
    consent.save()
    assert names(client.get(LIST)) == []
    assert client.get(f"{LIST}{business.reference}/").status_code == 404
    for moment in ("as_of=2026-01-01", "known_at=2026-11-24T00:00:00Z"):
        assert names(client.get(f"{LIST}?{moment}")) == []
