"""What the portal refuses, as exceptions (RFC 9457)."""

from __future__ import annotations

import httpx


class Unreachable(Exception):
    """No answer came, however often it was tried; what the last try met is its cause."""


class Problem(Exception):
    """The portal refused. `errors` holds {"pointer", "code", "detail"} for each field."""

    def __init__(self, response: httpx.Response) -> None:
        try:
            body = response.json()
        except ValueError:
            body = {}
        body = body if isinstance(body, dict) else {}
        self.status: int = response.status_code
        self.title: str = str(body.get("title") or body.get("error") or response.reason_phrase)
        self.detail: str = str(body.get("detail") or body.get("error_description") or "")
        self.code: str = str(body.get("code") or body.get("error") or "")
        self.errors: list[dict[str, str]] = list(body.get("errors") or [])
        super().__init__(" ".join(part for part in (f"{self.status}", self.title, self.detail) if part))


class NotAllowed(Problem):
    """401 or 403: the secret, the scope or the role does not allow it."""


class NotFound(Problem):
    """404: not there, or not yours to see."""


class StepRefused(Problem):
    """409: the record is not where this step begins, or the place is taken."""


class StartAgain(Problem):
    """410 with the code start_again: the portal's database was restored or moved since these changes were read."""


class Changed(Problem):
    """412: somebody changed the record since it was read."""


class TooMany(Problem):
    """429, however often it was tried."""


_BY_STATUS: dict[int, type[Problem]] = {
    401: NotAllowed,
    403: NotAllowed,
    404: NotFound,
    409: StepRefused,
    412: Changed,
    429: TooMany,
}


def problem_of(response: httpx.Response) -> Problem:
    """The exception that says what `response` refuses."""
    found = Problem(response)
    kind = StartAgain if found.code == "start_again" else _BY_STATUS.get(found.status)
    return kind(response) if kind else found
