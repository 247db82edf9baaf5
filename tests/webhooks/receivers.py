"""Receivers as partners run them, in a thread of the test, and the worker that sends to them."""

import socket
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from webhooks.sending import deliver_next, hand_out


class Receiver(ThreadingHTTPServer):
    """Keeps what it gets, in order: (headers, body). `answers` are the next statuses; 204 when there are none left."""

    daemon_threads = True

    def __init__(self):
        self.got, self.answers, self.extra_headers, self.body = [], [], {}, b""
        # Answers wait while this is not set.
        self.hold = threading.Event()
        self.hold.set()
        super().__init__(("127.0.0.1", 0), _Handler)
        self.place = f"127.0.0.1:{self.server_port}"
        self.url = f"http://{self.place}/webhook"

    @property
    def ids(self):
        return [headers["webhook-id"] for headers, _body in self.got]


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        self.server.hold.wait(60)
        with suppress(OSError):  # whoever asked may be gone
            self.answer()

    def answer(self):
        self.send_response(self.server.answers.pop(0) if self.server.answers else 204)
        for name, value in self.server.extra_headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *args):
        pass


@contextmanager
def receiving():
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def counting(family=socket.AF_INET, host="127.0.0.1"):
    """A listening socket and a function that tells how many connections reached it."""
    listener = socket.socket(family)
    listener.bind((host, 0))
    listener.listen()
    listener.setblocking(False)

    def count():
        found = 0
        while True:
            try:
                listener.accept()[0].close()
            except BlockingIOError:
                return found
            found += 1

    yield listener.getsockname()[1], count
    listener.close()


def send_all(now=None):
    """What the worker does until nothing is due."""
    while hand_out():
        pass
    sent = []
    while delivery := deliver_next(now):
        sent.append(delivery)
    return sent
