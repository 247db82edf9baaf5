"""Ours and its peers over one register, served in the same way, for as long as the measurement lasts."""

import atexit
import contextlib
import json
import os
import subprocess
import sys

from bench.load import hammer, served
from bench.register import prepare
from bench.runner import Contestant

SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
LIST = "/api/v1/businesses/"


class Competitors:
    """`ports` of ours, plain and raw (or of those in `only`) over a register of `rows`; `known` is what bench.inside tells
    of it, with the totals of some lists if asked."""

    def __init__(self, *, rows=None, only=("ours", "plain", "raw"), totals=False):
        environment = {
            "DATABASE_URL": prepare(rows),
            "API_REQUESTS_PER_MINUTE": "1000000000",
            "LOG_LEVEL": "ERROR",
        }
        told = subprocess.run(
            [sys.executable, "-m", "bench.inside", *(["totals"] if totals else [])],
            env={**os.environ, **environment},
            check=True,
            capture_output=True,
            text=True,
        )
        self.known = json.loads(told.stdout)
        self.headers = {"Authorization": f"Bearer {self.known['key']}"}
        stack = contextlib.ExitStack()
        atexit.register(stack.close)
        self.ports = {
            name: stack.enter_context(served(application, environment=environment))
            for name, application in (
                ("ours", "semarang_ikm.wsgi:application"),
                ("plain", "bench.peers.plain_wsgi:application"),
                ("raw", "bench.peers.raw_json:application"),
            )
            if name in only
        }

    def contestant(self, name, port, *paths):
        """Who answers `paths` in turn to eight clients at once; the rate is that of the answers."""
        return Contestant(
            name=name,
            run=lambda: hammer(self.ports[port], paths, headers=self.headers, seconds=SECONDS).requests,
        )
