"""Load: many requests at once from one thread, over kept connections, with nothing read but what HTTP demands."""

import contextlib
import os
import selectors
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = 8
WORKERS = 2


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def served(application, *, environment=None, workers=WORKERS, threads=4, python=sys.executable, folder=ROOT):
    """The port at which granian serves the WSGI `application` ("module:name" in `folder`) meanwhile."""
    port = free_port()
    command = [
        python, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws",
        "--workers", str(workers), "--blocking-threads", str(threads), "--log-level", "error", application,
    ]  # fmt: skip
    server = subprocess.Popen(
        command, cwd=folder, env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL
    )
    try:
        _wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(port, server):
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/favicon.ico", timeout=60).close()
            return
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server did not start")


@dataclass(frozen=True)
class Rate:
    requests: int
    seconds: float

    @property
    def per_second(self):
        return self.requests / self.seconds


class _Client:
    def __init__(self, port, requests, status):
        self.expected = f"http/1.1 {status}".encode()
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.requests = requests
        self.turn = 0
        self.send()

    def send(self):
        self.buffer = bytearray()
        self.missing = None
        self.socket.sendall(self.requests[self.turn % len(self.requests)])
        self.turn += 1

    def receive(self):
        """Whether an answer is complete now."""
        chunk = self.socket.recv(262_144)
        if not chunk:
            raise RuntimeError("the server closed the connection")
        if self.missing is None:
            self.buffer += chunk
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return False
            head = bytes(self.buffer[:end]).lower()
            if not head.startswith(self.expected):
                raise RuntimeError(bytes(self.buffer[:600]).decode(errors="replace"))
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
            self.missing = end + 4 + length - len(self.buffer)
        else:
            self.missing -= len(chunk)
        return self.missing <= 0


def hammer(port, paths, *, headers=None, seconds=3.0, clients=CLIENTS, status=200):
    """The rate at which the server answers `paths` in turn to `clients` at once. Any answer but `status` raises."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
    requests = [f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n".encode() for path in paths]
    selector = selectors.DefaultSelector()
    start = time.perf_counter()
    everybody = [_Client(port, requests[place:] + requests[:place], status) for place in range(clients)]
    for one in everybody:
        selector.register(one.socket, selectors.EVENT_READ, one)
    done, end = 0, start + seconds
    while time.perf_counter() < end:
        for key, _events in selector.select(timeout=60):
            if key.data.receive():
                done += 1
                key.data.send()
    elapsed = time.perf_counter() - start
    for one in everybody:
        one.socket.close()
    return Rate(done, elapsed)


def fetch(port, path, headers=None):
    """The body of one answer."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers or {})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return answer.read()


def fetch_etag(port, path):
    """The ETag of one answer."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=120) as answer:
        return answer.headers["ETag"]
