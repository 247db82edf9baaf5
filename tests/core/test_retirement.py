"""What is to end says so in time: Deprecation (RFC 9745) and Sunset (RFC 8594)."""

from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

import pytest
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from core.api import ApiViewSet, retiring

SINCE, UNTIL = date(2026, 12, 1), date(2027, 6, 1)


class Plain(ApiViewSet):
    permission_classes = [AllowAny]

    def list(self, request):
        return Response([])

    @retiring(since=SINCE, until=UNTIL)
    def retrieve(self, request, pk):
        return Response({})


@retiring(since=SINCE, until=UNTIL)
class Whole(Plain):
    pass


def answer(view, actions, **arguments):
    return view.as_view(actions)(APIRequestFactory().get("/"), **arguments)


@pytest.mark.parametrize(
    ("view", "actions", "arguments"),
    [(Plain, {"get": "retrieve"}, {"pk": 1}), (Whole, {"get": "list"}, {})],
)
def test_what_is_retiring_says_since_when_and_until_when(view, actions, arguments):
    found = answer(view, actions, **arguments)
    assert found["Deprecation"] == f"@{datetime(2026, 11, 30, 17, tzinfo=UTC).timestamp():.0f}"
    assert parsedate_to_datetime(found["Sunset"]) == datetime(2027, 5, 31, 17, tzinfo=UTC)
    assert found["Link"] == '<http://testserver/api/v1/perubahan/>; rel="deprecation"; type="text/html"'


def test_a_refusal_says_so_too():
    refused = Whole.as_view({"get": "list"})(APIRequestFactory().post("/"))
    assert refused.status_code == 405
    assert "Sunset" in refused


def test_what_stays_says_nothing():
    found = answer(Plain, {"get": "list"})
    assert not {"Deprecation", "Sunset", "Link"} & set(found.headers)
