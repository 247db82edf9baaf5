"""The SIT checklist ticks itself: what each call of a test program proved is told by the request and the answer alone."""

import json
import time

from django.db.models import F
from django.utils import timezone

from accounts.models import AccessToken
from accounts.scopes import scopes_for
from sandbox.enums import Row
from sandbox.magic import SLOW_KEY
from sandbox.models import Proof

#: Rows that a partner without this scope has not to show, in the order of the page.
_SCOPES = {
    Row.TOKEN: None,
    Row.LIST_READ: None,
    Row.CHANGES_READ: "businesses:read",
    Row.REPLAYED: "webhooks:write",
    Row.LOST_ANSWER: "webhooks:write",
    Row.CHANGED: "credit.applications:write",
    Row.PAYMENT: "credit.payments:write",
    Row.DUPLICATE: "credit.payments:write",
    Row.REFUSED: "credit.payments:write",
    Row.WEBHOOK: "webhooks:write",
    Row.SIGNATURE: "webhooks:write",
    Row.WEBHOOK_AGAIN: "webhooks:write",
    Row.LIMIT: None,
    Row.SECRET: None,
}
#: After a 429 so many more may come of requests that were under way; a program that sends more does not wait.
_STILL_UNDER_WAY = 3


def rows_for(partner):
    """[(Row, its Proof or None)] that this partner has to show, in order."""
    allowed = {None, *scopes_for(partner.kind)}
    proofs = {proof.row: proof for proof in Proof.objects.filter(partner=partner)}
    return [(row, proofs.get(row)) for row, scope in _SCOPES.items() if scope in allowed]


def tick(partner, row, detail=""):
    """Note that the partner with this key showed `row` just now."""
    now = timezone.now()
    _proof, made = Proof.objects.get_or_create(
        partner_id=partner,
        row=row,
        defaults={"detail": detail, "first_at": now, "last_at": now},
    )
    if not made:
        Proof.objects.filter(partner_id=partner, row=row).update(
            detail=detail, last_at=now, times=F("times") + 1
        )


def note_token(token):
    """A token given out; `token` as the program got it."""
    found = (
        AccessToken.objects.filter(token_checksum=AccessToken.checksum_of(token), client__is_test=True)
        .select_related("client", "secret")
        .first()
    )
    if found is None:
        return
    tick(found.client.partner_id, Row.TOKEN)
    if found.client.secrets.earliest("id") != found.secret:
        tick(found.client.partner_id, Row.SECRET)


def note_call(partner, request, response):
    """What a call in the sandbox proved."""
    _note_limit(partner, response)
    _note_version(partner, request, response)
    for row in _shown(request, response):
        tick(partner, row)


def _shown(request, response):
    name = request.resolver_match.view_name if request.resolver_match else ""
    good = 200 <= response.status_code < 300
    if request.method == "GET" and good:
        if "modified_since" in request.GET:
            yield Row.CHANGES_READ
        if "cursor" in request.GET and _body(response).get("next", "") is None:
            yield Row.LIST_READ
    if response.headers.get("Idempotent-Replayed"):
        yield Row.REPLAYED
        if request.headers.get("Idempotency-Key", "").startswith(SLOW_KEY):
            yield Row.LOST_ANSWER
    if name == "api-credit-payment-list":
        if response.status_code == 201:
            yield Row.PAYMENT
        elif response.status_code == 400:
            codes = {error.get("code") for error in _body(response).get("errors", ())}
            yield Row.DUPLICATE if "booked_differently" in codes else Row.REFUSED
        elif good:
            yield Row.DUPLICATE
    if name in {"api-webhook-endpoint-replay", "api-webhook-delivery-replay"} and good:
        yield Row.WEBHOOK_AGAIN


def _body(response):
    try:
        body = json.loads(response.content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _note_version(partner, request, response):
    """A change refused for its version, and then one at the same address that held."""
    if response.status_code == 412:
        tick(partner, Row.STALE, request.path[:200])
    elif request.headers.get("If-Match") and 200 <= response.status_code < 300:
        refused = Proof.objects.filter(partner_id=partner, row=Row.STALE, detail=request.path[:200])
        if refused.update(detail=""):
            tick(partner, Row.CHANGED)


def _note_limit(partner, response):
    """The limit reached, and then no call before it was over. `detail` is when that is, and how many were refused."""
    known = Proof.objects.filter(partner_id=partner, row=Row.LIMITED).exclude(detail="").first()
    until, refused = map(int, known.detail.split()) if known else (0, 0)
    now = int(time.time())
    if response.status_code == 429:
        begun = refused if now < until else 0
        tick(partner, Row.LIMITED, f"{now + int(response.headers['Retry-After'])} {begun + 1}")
    elif known:
        Proof.objects.filter(pk=known.pk).update(detail="")
        if now >= until - 1 and refused <= 1 + _STILL_UNDER_WAY:
            tick(partner, Row.LIMIT)
