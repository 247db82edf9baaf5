"""What is done in a shorter way than the library's does what the library's does."""

import pytest
from csp.middleware import CSPMiddleware
from django.db import connection, connections
from django.http import Http404, HttpResponse
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BrowsableAPIRenderer, JSONRenderer
from rest_framework.request import Request

from core.api import JsonFirst
from core.middleware import SecurityPolicy


@pytest.mark.parametrize(
    "own", [{}, {"_csp_update": {"img-src": "https://peta.contoh.id"}}, {"_csp_exempt": True}]
)
def test_the_security_policy_is_the_one_of_the_library(rf, own):
    def page(request):
        response = HttpResponse()
        for name, value in own.items():
            setattr(response, name, value)
        return response

    ours, theirs = (
        middleware(page)(rf.get("/")).headers.get("Content-Security-Policy", "")
        for middleware in (SecurityPolicy, CSPMiddleware)
    )
    assert sorted(ours.split("; ")) == sorted(theirs.split("; "))
    assert ("peta" in ours) == ("_csp_update" in own)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"accept": "*/*"},
        {"accept": "application/json"},
        {"accept": "text/html,*/*;q=0.1"},
        {"accept": "text/html"},
        {"accept": "image/png"},
    ],
)
@pytest.mark.parametrize("address", ["/", "/?format=api", "/?format=xml"])
def test_the_format_is_the_one_that_the_library_chooses(rf, headers, address):
    renderers = [JSONRenderer(), BrowsableAPIRenderer()]

    def chosen(negotiation):
        try:
            return negotiation().select_renderer(Request(rf.get(address, headers=headers)), renderers)
        except (NotAcceptable, Http404) as refusal:
            return type(refusal)

    assert chosen(JsonFirst) == chosen(DefaultContentNegotiation)


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_ended_is_seen_without_asking_it():
    kept = connections.create_connection("default")
    try:
        with kept.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (process,) = cursor.fetchone()
        assert kept.is_usable()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
        assert not kept.is_usable()
        kept.health_check_enabled, kept.health_check_done = True, False
        with kept.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            assert cursor.fetchone()[0] != process
    finally:
        kept.close()
