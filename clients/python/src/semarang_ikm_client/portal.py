"""The portal over HTTP: signing in, trying again, pages, changes, steps, payments by hundreds."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx

from semarang_ikm_client.problems import Unreachable, problem_of

#: As many payments as one request takes.
MOST_PAYMENTS = 500
_TRY_AGAIN = frozenset({429, 502, 503, 504})
_LONGEST_WAIT = 60.0


@dataclass(frozen=True)
class Answer:
    """What the portal said: its JSON and the ETag of the record it shows."""

    data: Any
    etag: str
    status: int
    replayed: bool = False


@dataclass(frozen=True)
class Changes:
    """Rows that changed, and what to give as `since` next time. Every change before `complete_until` is in."""

    rows: list[dict[str, Any]]
    next_since: str
    complete_until: str = ""


@dataclass
class BulkOutcome:
    """What became of many payments; `results` in the order in which they were given."""

    booked: int = 0
    already_booked: int = 0
    refused: int = 0
    results: list[dict[str, Any]] = field(default_factory=list)


class Portal:
    """A partner's connection. Safe to use from one thread; close it, or use it in a `with`."""

    def __init__(
        self,
        base_url: str,
        client_id: str,
        client_secret: str,
        *,
        scopes: Sequence[str] = (),
        timeout: float = 30.0,
        attempts: int = 5,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._credentials = (client_id, client_secret)
        self._scopes = " ".join(scopes)
        self._attempts = attempts
        self._sleep = sleep
        self._token = ""
        self._token_until = 0.0
        self._http = httpx.Client(
            base_url=f"{base_url.rstrip('/')}/api/v1/", timeout=timeout, transport=transport
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    # --- Reading --------------------------------------------------------------------------------------------------------

    def get(self, path: str, **params: Any) -> Answer:
        """One resource. Raises Problem, Unreachable."""
        return self._answer(self._send("GET", path, params=params))

    def rows(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        """All rows of a list, page after page."""
        for page in self._pages(path, params):
            yield from page["results"]

    def changes(self, path: str, since: str, **params: Any) -> Changes:
        """What changed since `since`: an earlier `next_since`, or at first a moment like 2026-01-01T00:00:00Z. None is missed,
        however writers overlap; a row comes again when it changed again. Keep `next_since` together with the rows.

        Raises StartAgain when the portal's database was restored since: read everything anew, from a moment.
        """
        found: list[dict[str, Any]] = []
        meta: dict[str, Any] = {}
        for page in self._pages(path, {**params, "modified_since": since}):
            # The first page says it: what changes while the others are read belongs to the next time.
            meta = meta or page["meta"]
            found.extend(page["results"])
        return Changes(found, meta["next_token"], meta["complete_until"])

    def _pages(self, path: str, params: dict[str, Any]) -> Iterator[dict[str, Any]]:
        page = self._send("GET", path, params=params).json()
        yield page
        while page.get("next"):
            page = self._send("GET", page["next"]).json()
            yield page

    # --- Writing --------------------------------------------------------------------------------------------------------

    def post(self, path: str, json: Any, *, key: str = "", etag: str = "") -> Answer:
        """Send `json` once, however often it has to be tried. `key` is the Idempotency-Key, made up where none is given; give
        your own to be able to send the same again after a crash."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        if etag:
            headers["If-Match"] = etag
        return self._answer(self._send("POST", path, json=json, headers=headers))

    def patch(self, path: str, json: Any, *, etag: str) -> Answer:
        """Change the record as it was read with this ETag. Raises Changed when somebody was faster."""
        return self._answer(self._send("PATCH", path, json=json, headers={"If-Match": etag}))

    def step(
        self, path: str, reference: str, name: str, *, etag: str = "", key: str = "", **fields: Any
    ) -> Answer:
        """Take the step `name` of a record of `path`; which ones are open stands in its `steps`."""
        return self.post(f"{path.strip('/')}/{reference}/steps/{name}", fields, key=key, etag=etag)

    def post_payments(self, payments: Sequence[dict[str, Any]], *, key: str) -> BulkOutcome:
        """Book payments by hundreds; each is booked or refused by itself. The same `key` sent again books nothing twice."""
        outcome = BulkOutcome()
        for start in range(0, len(payments), MOST_PAYMENTS):
            part = list(payments[start : start + MOST_PAYMENTS])
            told = self.post("credit/payments/bulk", {"payments": part}, key=f"{key}-{start}").data
            outcome.booked += told["booked"]
            outcome.already_booked += told["already_booked"]
            outcome.refused += told["refused"]
            outcome.results += [{**row, "index": row["index"] + start} for row in told["results"]]
        return outcome

    # --- HTTP -----------------------------------------------------------------------------------------------------------

    def _answer(self, response: httpx.Response) -> Answer:
        return Answer(
            data=response.json() if response.content else None,
            etag=response.headers.get("ETag", ""),
            status=response.status_code,
            replayed=response.headers.get("Idempotent-Replayed") == "true",
        )

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """The answer to a request that was accepted; tried again where that does no harm."""
        if not path.startswith("http"):
            path = f"{path.strip('/')}/"
        headers = options.pop("headers", {})
        harmless = method == "GET" or "Idempotency-Key" in headers
        renewed = False
        for attempt in range(1, self._attempts + 1):
            last = attempt == self._attempts or not harmless
            try:
                signed = {**headers, "Authorization": f"Bearer {self._access()}"}
                response = self._http.request(method, path, headers=signed, **options)
            except httpx.TransportError as error:
                if last:
                    raise Unreachable(f"{method} {path}: {error}") from error
                self._wait(attempt, "")
                continue
            if response.is_success:
                return response
            if response.status_code == 401 and not renewed:
                self._token, renewed = "", True
                continue
            retry_after = response.headers.get("Retry-After", "")
            in_flight = response.status_code == 409 and bool(retry_after)
            if last or not (response.status_code in _TRY_AGAIN or in_flight):
                raise problem_of(response)
            self._wait(attempt, retry_after)
        raise Unreachable(f"{method} {path}: not signed in")

    def _wait(self, attempt: int, retry_after: str) -> None:
        """As long as the portal asks, else twice as long each time, with some chance so that clients do not march in step."""
        seconds = float(retry_after) if retry_after.isdecimal() else 2.0 ** (attempt - 1) / 2
        self._sleep(min(seconds, _LONGEST_WAIT) * random.uniform(1.0, 1.25))  # noqa: S311 - no secret

    def _access(self) -> str:
        """A token that holds for some seconds yet."""
        if not self._token or time.monotonic() > self._token_until:
            fields = {"grant_type": "client_credentials"}
            if self._scopes:
                fields["scope"] = self._scopes
            response = self._http.post("oauth/token/", data=fields, auth=self._credentials)
            if not response.is_success:
                raise problem_of(response)
            told = response.json()
            self._token = told["access_token"]
            self._token_until = time.monotonic() + told["expires_in"] - 30
        return self._token
