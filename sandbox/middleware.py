import json
import logging
from contextlib import ExitStack

from django.db import DatabaseError
from django.utils.translation import gettext as _

from accounts.authentication import test_grant_of
from accounts.models import AccessToken
from core.problems import problem_page
from sandbox import checklist
from sandbox.magic import held_back
from sandbox.services import inside

logger = logging.getLogger(__name__)

_API = "/api/"
_TOKEN = "/api/v1/oauth/token/"  # noqa: S105 - an address
RETRY_AFTER_SECONDS = 60


def test_programs(get_response):
    """A request with the token of a test program is answered in its partner's sandbox, from the first question to the
    database to the last; what it proved is noted afterwards, outside."""

    def middleware(request):
        if not request.path.startswith(_API):
            return get_response(request)
        if request.path == _TOKEN:
            response = get_response(request)
            _note(lambda: _note_token(response))
            return response
        kind, _space, key = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or not key.startswith(AccessToken.TEST_PREFIX):
            return get_response(request)
        grant = test_grant_of(key)
        if grant is None:
            # Nobody's: the API's own refusal.
            return get_response(request)
        response = _inside(grant, request, get_response)
        _note(lambda: checklist.note_call(grant.partner, request, response))
        return held_back(request, response)

    return middleware


def _inside(grant, request, get_response):
    with ExitStack() as stack:
        try:
            stack.enter_context(inside(grant.partner))
        except DatabaseError:
            logger.exception("no sandbox for a test program")
            return problem_page(
                503, _("Ruang uji sedang disiapkan"), headers={"Retry-After": str(RETRY_AFTER_SECONDS)}
            )
        request.test_grant = grant
        response = get_response(request)
        if response.streaming:
            # What is read while it is sent is read in here.
            response.streaming_content = [b"".join(response.streaming_content)]
        return response


def _note_token(response):
    if response.status_code == 200:
        token = json.loads(response.content)["access_token"]
        if token.startswith(AccessToken.TEST_PREFIX):
            checklist.note_token(token)


def _note(what):
    """The checklist is no part of the answer: where it fails, the answer stands."""
    try:
        what()
    except DatabaseError:
        logger.exception("the checklist was not ticked")
