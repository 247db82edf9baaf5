"""A test program never reads or changes a row of the city, and a live one never a row of a sandbox: over the whole router."""

import re
from contextlib import contextmanager, nullcontext
from datetime import date

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, connections
from django.urls import reverse

from core.api import FairUse
from core.models import AuditEntry, Event
from credit.models import Application
from ikm.models import Business
from sandbox import magic, middleware
from semarang_ikm.api import router
from tests.credit import records
from tests.ikm.businesses import business

#: What may be asked outside: whose token it is, and the checklist.
OUTSIDE = re.compile(
    r'"(accounts_accesstoken|accounts_clientsecret|sandbox_proof)"|^(SAVEPOINT|RELEASE|ROLLBACK)'
)


def operations():
    """Every (name, method, keys) of the router."""
    for _prefix, view, basename in router.registry:
        for route in router.get_routes(view):
            keys = re.findall(r"\(\?P<(\w+)>", route.url)
            if "{lookup}" in route.url:
                keys.insert(0, view.lookup_url_kwarg or view.lookup_field)
            for method in router.get_method_map(view, route.mapping):
                yield route.name.format(basename=basename), method, tuple(keys)


OPERATIONS = sorted(set(operations()))


@contextmanager
def seen_outside():
    """The statements that reach the city's own database."""
    seen = []

    def note(execute, sql, params, many, context):
        seen.append(sql)
        return execute(sql, params, many, context)

    with connections["default"].execute_wrapper(note):
        yield seen


def call(client, name, method, keys, value):
    address = reverse(name, kwargs=dict.fromkeys(keys, value))
    headers = {"Idempotency-Key": f"{name} {method}", "If-Match": '"1"'}
    if method == "get":
        return client.get(address)
    return getattr(client, method)(address, "{}", content_type="application/json", headers=headers)


@pytest.fixture
def city(db):
    """A row of the city for every kind of number that an address may hold."""
    return business(name="Usaha kota", nib="9999999999999", registered_on=date(2015, 1, 1))


@pytest.mark.parametrize("is_in_place", [True, False])
def test_no_address_of_the_api_lets_a_test_program_reach_the_city(
    bank, caller, city, monkeypatch, is_in_place
):
    """With the change of place taken away (the control) the same calls are seen to reach it."""
    client = caller(bank)
    if not is_in_place:
        monkeypatch.setattr(middleware, "inside", lambda partner: nullcontext())
    stray, statuses = [], []
    for name, method, keys in OPERATIONS:
        with seen_outside() as seen:
            statuses.append(call(client, name, method, keys, city.reference).status_code)
        stray += [(name, method, sql[:80]) for sql in seen if not OUTSIDE.search(sql)]
        FairUse._counts.clear()
    assert len(OPERATIONS) > 80
    if is_in_place:
        assert stray == []
        assert not [status for status in statuses if status in {401, 500, 503}]
        assert statuses.count(200) > 10
    else:
        assert len({name for name, _method, _sql in stray}) > 20


def test_each_sees_its_own_rows_alone(bank, caller, city):
    test, live = caller(bank), caller(bank, is_test=False)
    records.bank(bank.user, name="BPR kota")
    found = test.get("/api/v1/businesses/?limit=200").json()["results"]
    assert len(found) == 5
    assert city.reference not in str(found)
    assert magic.FORWARDED[0] in str(test.get("/api/v1/credit/applications/").json())
    assert magic.FORWARDED[0] not in str(live.get("/api/v1/credit/applications/").json())
    assert live.get(f"/api/v1/credit/applications/{magic.FORWARDED[0]}/").status_code == 404


def test_a_ministry_sees_the_city_live_and_the_sandbox_in_a_test(ministry, caller, city):
    test, live = caller(ministry), caller(ministry, is_test=False)
    for _time in range(2):  # the second from what is remembered
        ours = {row["name"] for row in live.get("/api/v1/businesses/?limit=200").json()["results"]}
        theirs = {row["name"] for row in test.get("/api/v1/businesses/?limit=200").json()["results"]}
        assert "Usaha kota" in ours
        assert "Usaha ruang uji 0" in theirs
        assert not {name for name in ours if "ruang uji" in name} | (theirs & {"Usaha kota"})
    assert test.get(f"/api/v1/businesses/{city.reference}/").status_code == 404
    count = Business.objects.count()
    assert live.get("/api/v1/businesses/?count=exact").json()["meta"]["total"] == count


def test_what_a_test_program_writes_stands_in_its_sandbox_alone(bank, caller, in_sandbox):
    before = Event.objects.count(), AuditEntry.objects.filter(action__startswith="credit").count()
    address = f"/api/v1/credit/applications/{magic.FORWARDED[1]}/"
    answer = caller(bank).post(f"{address}steps/start_review/", {}, content_type="application/json")
    assert answer.status_code == 200
    assert (Event.objects.count(), AuditEntry.objects.filter(action__startswith="credit").count()) == before
    assert not Application.objects.exists()
    with in_sandbox():
        assert Application.objects.get(reference=magic.FORWARDED[1]).status == "in_bank_review"
        assert Event.objects.filter(subject=magic.FORWARDED[1]).exists()


def test_two_partners_have_a_sandbox_each(bank, ministry, in_sandbox):
    with in_sandbox(bank.pk):
        Business.objects.create(name="Hanya bank", status="draft")
    with in_sandbox(ministry.pk):
        assert not Business.objects.filter(name="Hanya bank").exists()


def test_the_city_is_back_afterwards_and_after_an_error_too(bank, in_sandbox):
    own = connections["default"]
    with in_sandbox():
        assert connection.alias != "default"
    with pytest.raises(ZeroDivisionError), in_sandbox():
        _ = 1 / 0
    assert connections["default"] is own
    assert connection.alias == "default"


def test_what_is_remembered_of_the_city_is_not_taken_for_the_sandbox(bank, in_sandbox):
    ours = ContentType.objects.get_for_model(Business).pk
    with in_sandbox():
        theirs = ContentType.objects.get_for_model(Business).pk
        assert theirs != ours
        assert ContentType.objects.get_for_id(theirs).model_class() is Business
    assert ContentType.objects.get_for_model(Business).pk == ours


def test_files_lie_apart(bank, in_sandbox, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with in_sandbox():
        name = default_storage.save("a.txt", ContentFile(b"uji"))
        with default_storage.open(name) as kept:
            assert kept.read() == b"uji"
    assert not default_storage.exists(name)


def test_a_test_token_opens_nothing_but_the_api_and_a_live_one_no_sandbox(bank, caller, client, in_sandbox):
    test = caller(bank)
    assert test.get(reverse("api_start")).status_code == 200
    assert "Program Anda" not in test.get(reverse("api_start")).content.decode()
    forged = {"Authorization": "Bearer ikmt_tidak-ada"}
    assert client.get("/api/v1/businesses/", headers=forged).status_code == 401


def test_a_withdrawn_test_program_is_refused_at_once(bank, caller):
    client = caller(bank)
    assert client.get("/api/v1/areas/").status_code == 200
    bank.clients.update(withdrawn_at="2026-01-01T00:00Z")
    assert client.get("/api/v1/areas/").status_code == 401


def test_without_a_template_the_answer_says_when_to_come_again(bank, caller, settings, caplog):
    client = caller(bank)
    settings.SANDBOX_DATABASE = {"NAME": "tidak_ada_sandbox"}
    answer = client.get("/api/v1/areas/")
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert answer["Retry-After"] == "60"
    caplog.clear()
