import threading

import pytest
from django.db import connections
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from core.idempotency import idempotent
from core.models import Event, IdempotencyRecord

BODY = {"amount": 5}


class Ledger(APIView):
    """A POST that moves something: one Event a call."""

    entered = None
    go_on = None

    @idempotent
    def post(self, request):
        if self.entered is not None:
            self.entered.set()
            self.go_on.wait(10)
        if request.data["amount"] < 0:
            return Response({"detail": "negative"}, status=400)
        event = Event.objects.create(kind="test.moved", subject="T", data={"amount": request.data["amount"]})
        headers = {"ETag": f'"{event.pk}-a"', "Location": f"/test/ledger/{event.pk}/", "X-Once": "1"}
        return Response({"id": event.pk}, status=201, headers=headers)


def post(user, key, body=BODY, view=None):
    headers = {} if key is None else {"Idempotency-Key": key}
    request = APIRequestFactory().post("/test/ledger/", body, format="json", headers=headers)
    force_authenticate(request, user)
    response = (view or Ledger.as_view())(request)
    if hasattr(response, "render"):
        response.render()
    return response


def moved():
    return Event.objects.filter(kind="test.moved").count()


def test_the_same_call_is_answered_not_repeated(partner):
    first, second = post(partner, "k1"), post(partner, "k1")
    assert (first.status_code, second.status_code, moved()) == (201, 201, 1)
    assert first.content == second.content
    assert "Idempotent-Replayed" not in first
    assert second["Idempotent-Replayed"] == "true"


def test_a_replay_says_again_which_version_stands_where(partner):
    first, second = post(partner, "k1"), post(partner, "k1")
    made = Event.objects.get(kind="test.moved").pk
    for answer in (first, second):
        assert (answer["ETag"], answer["Location"]) == (f'"{made}-a"', f"/test/ledger/{made}/")
        assert "X-Once" not in answer


def test_another_body_under_the_same_key_is_refused(partner):
    post(partner, "k1")
    assert post(partner, "k1", {"amount": 6}).status_code == 422
    assert moved() == 1


def test_another_clients_key_is_independent(partner, registrar):
    post(partner, "k1")
    assert post(registrar, "k1").status_code == 201
    assert moved() == 2


@pytest.mark.parametrize("key", [None, "", "x" * 256])
def test_a_missing_or_overlong_key_is_refused(partner, key):
    assert post(partner, key).status_code == 400
    assert moved() == 0


def test_a_refused_call_is_not_stored(partner):
    assert post(partner, "k1", {"amount": -1}).status_code == 400
    assert IdempotencyRecord.objects.count() == 0
    assert post(partner, "k1", {"amount": 1}).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_a_call_in_flight_answers_409_with_retry_after(partner):
    entered, go_on, answers = threading.Event(), threading.Event(), []

    def slow():
        answers.append(post(partner, "k1", view=Ledger.as_view(entered=entered, go_on=go_on)))
        connections.close_all()

    worker = threading.Thread(target=slow)
    worker.start()
    assert entered.wait(10)
    second = post(partner, "k1")
    go_on.set()
    worker.join()
    assert (second.status_code, second["Retry-After"]) == (409, "1")
    assert answers[0].status_code == 201
    assert moved() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("keyed", "rows"), [(True, 1), (False, 20)])
def test_twenty_at_once_under_one_key_make_one_row(partner, keyed, rows):
    """The control without a shared key makes twenty."""
    start, answers = threading.Barrier(20), []

    def call(number):
        start.wait()
        answers.append(post(partner, "same" if keyed else f"own-{number}").status_code)
        connections.close_all()

    callers = [threading.Thread(target=call, args=(number,)) for number in range(20)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert moved() == rows
    assert set(answers) <= {201, 409}
