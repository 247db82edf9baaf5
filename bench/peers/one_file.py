"""The limit: WSGI that sends the bytes of one file (BENCH_FILE) and looks at nothing."""

import os
from pathlib import Path

BODY = Path(os.environ["BENCH_FILE"]).read_bytes()
HEADERS = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(BODY)))]


def application(environ, start_response):
    start_response("200 OK", HEADERS)
    return [BODY]
