"""Whatever goes wrong beneath /api/ is answered by a problem+json document."""

import json

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import OperationalError
from django.test import RequestFactory, override_settings
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api import FairUse
from core.problems import MEDIA_TYPE, ApiProblem
from core.workflow import StepError

LIST = "/api/v1/businesses/"


class Door(APIView):
    """A view that raises what it is told to raise."""

    authentication_classes = ()
    permission_classes = ()
    error = None

    def get(self, request):
        if self.error:
            raise self.error
        return Response({})


def answer_to(error):
    response = Door.as_view(error=error)(RequestFactory().get("/api/pintu/"))
    response.render()
    assert response["Content-Type"] == MEDIA_TYPE
    body = json.loads(response.content)
    assert body["status"] == response.status_code
    return response, body


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ValidationError("salah"), 400),
        (PermissionDenied("jangan"), 403),
        (StepError("belum giliran"), 409),
        (ApiProblem(428, "If-Match", code="x"), 428),
        (exceptions.NotAcceptable(), 406),
        (exceptions.UnsupportedMediaType("text/plain"), 415),
        (exceptions.ParseError(), 400),
    ],
)
def test_an_exception_becomes_a_problem_of_its_status(error, status):
    assert answer_to(error)[0].status_code == status


def test_a_throttled_call_says_when_to_come_back():
    response, _body = answer_to(exceptions.Throttled(wait=0.2))
    assert (response.status_code, response["Retry-After"]) == (429, "1")


def test_a_database_that_is_away_says_when_to_come_back():
    response, _body = answer_to(OperationalError("connection refused at 10.0.0.1"))
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert b"10.0.0.1" not in response.content


def test_a_fault_of_ours_tells_nothing_and_is_logged(caplog):
    response, _body = answer_to(ZeroDivisionError("rahasia"))
    assert response.status_code == 500
    assert b"rahasia" not in response.content
    assert "ZeroDivisionError: rahasia" in caplog.text


def problem_of(answer, status):
    assert (answer.status_code, answer["Content-Type"]) == (status, MEDIA_TYPE), answer.content
    return answer.json()


def test_an_unknown_address_beneath_the_api_is_a_problem_for_every_method(client):
    for path in ("/api/", "/api/v1/", "/api/v2/businesses/", "/api/v1/businesse/", "/api/v1/areas/x/y/"):
        problem_of(client.get(path), 404)
        problem_of(client.post(path, "{}", content_type="application/json"), 404)


def test_a_missing_slash_is_named(client):
    assert problem_of(client.get("/api/v1/areas"), 404)["detail"].endswith("/api/v1/areas/")


def test_what_the_protocol_refuses(client, registrar):
    client.force_login(registrar, backend="allauth.account.auth_backends.AuthenticationBackend")
    problem_of(client.get(LIST, headers={"Accept": "text/csv"}), 406)
    problem_of(client.post(LIST, "name=x", content_type="application/x-www-form-urlencoded"), 415)
    problem_of(client.post(LIST, "{", content_type="application/json"), 400)
    problem_of(client.post(LIST, b"\xff\xfe", content_type="application/json"), 400)
    problem_of(client.delete(LIST), 405)


def test_a_client_beyond_fair_use_is_told_to_wait(client, db, monkeypatch):
    monkeypatch.setattr(FairUse, "_counts", {})
    with override_settings(API_REQUESTS_PER_MINUTE=2):
        first = client.get("/api/v1/areas/")
        assert (first["RateLimit-Limit"], first["RateLimit-Remaining"]) == ("2", "1")
        client.get("/api/v1/areas/")
        refused = client.get("/api/v1/areas/")
    problem_of(refused, 429)
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused["RateLimit-Remaining"] == "0"
