"""A machine of its own for each drill: a PostgreSQL, the portal served as in production, clients that count."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg2
import pytest

from devserver import postgres

ROOT = Path(__file__).resolve().parents[2]


def say(promise, done, figure):
    """One line of the drills' table."""
    sys.stdout.write(f"\n| {promise} | {done} | {figure} | pass |\n")


class Machine:
    def __init__(self):
        # Not under pytest's own folder: as root the server's account could not enter it.
        self.folder = Path(tempfile.mkdtemp(prefix="portal-drill-"))
        self.folder.chmod(0o755)
        self.cluster = postgres.cluster_of(self.folder)
        self.port = self._free_port()
        self.server = None
        self.environment = dict(os.environ, MEDIA_ROOT=str(self.folder / "media"))

    @staticmethod
    def _free_port():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    def start_database(self):
        self.environment["DATABASE_URL"] = self.cluster.ensure()

    def kill_database(self):
        """End the postmaster without a chance to clean up, as a crash does."""
        pid = int(self.cluster.pid_file()[0])
        os.kill(pid, signal.SIGKILL)
        while self.cluster.is_alive():
            time.sleep(0.02)

    def sql(self, statement, parameters=(), *, superuser=False):
        role = postgres.SUPERUSER if superuser else postgres.ROLE
        connection = psycopg2.connect(self.cluster.url(role))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement, parameters or None)
                return cursor.fetchall() if cursor.description else None
        finally:
            connection.close()

    def manage(self, *command, **options):
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True, **options,
        ).stdout  # fmt: skip

    def start_portal(self, workers=2, threads=8):
        self.log = (self.folder / "server.log").open("a")
        self.server = subprocess.Popen(
            [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(self.port), "--workers", str(workers),
             "--blocking-threads", str(threads), "--respawn-failed-workers", "--no-ws", "--log-level", "warning",
             "semarang_ikm.wsgi:application"],
            cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, process_group=0,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.request("GET", "/lacak/")[0] == 200:
                return
            time.sleep(0.2)
        raise RuntimeError((self.folder / "server.log").read_text())

    def web_workers(self):
        """The process ids of the web server's workers."""
        pid = self.server.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def request(self, method, path, *, body=None, token=None, headers=None, timeout=30):
        """(status, headers, body); status 0 when nothing answered."""
        data = json.dumps(body).encode() if body is not None else None
        headers = dict(headers or {}, **({"Content-Type": "application/json"} if data else {}))
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data=data, method=method, headers=headers
        )
        try:
            with urllib.request.urlopen(request, timeout=timeout) as response:
                return response.status, response.headers, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()
        except OSError:
            return 0, {}, b""

    def stop_portal(self):
        if self.server:
            self.server.terminate()
            self.server.wait(60)
            self.log.close()
            self.server = None

    def stop(self):
        self.stop_portal()
        self.cluster.destroy()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def prepared():
    """The data folder of a stopped PostgreSQL with the migrations and the reference data, made once for all drills."""
    one = Machine()
    try:
        one.start_database()
        one.manage("migrate", "-v0")
        one.manage("load_reference")
        one.cluster.stop()
        yield one.cluster.data
    finally:
        one.stop()


@pytest.fixture
def machine(prepared):
    one = Machine()
    try:
        subprocess.run(["cp", "-a", prepared, one.cluster.data], check=True)
        one.start_database()
        yield one
    finally:
        one.stop()


TOKENS = """
from accounts.models import ApiToken, User
from accounts.services import grant_role
for number in range(16):
    user = User.objects.create_user(email=f"drill{number}@contoh.id", name="Penulis")
    grant_role(user, "registrar")
    print(ApiToken.issue(user, label="drill")[1])
"""


@pytest.fixture
def tokens(machine):
    """API keys of sixteen registrars: fair use counts by person."""
    return machine.manage("shell", "-v0", "-c", TOKENS).split()[-16:]


class Writers:
    """Clients that write as fast as they can and keep what was acknowledged."""

    def __init__(self, machine, tokens):
        self.machine = machine
        self.acknowledged, self.statuses = [], {}
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._write, args=item) for item in enumerate(tokens)]

    def _write(self, number, token):
        turn = 0
        while not self.stopping.is_set():
            turn += 1
            status, headers, body = self._post(f"Usaha {number}-{turn}", token)
            with self.lock:
                self.statuses[status] = self.statuses.get(status, 0) + 1
                if status == 201:
                    self.acknowledged.append(json.loads(body)["reference"])
                elif status >= 500 and not (status == 503 and headers.get("Retry-After")):
                    self.stopping.set()
                    raise AssertionError(f"a bare {status}: {body[:200]}")
            if status != 201:
                time.sleep(0.05)

    def _post(self, name, token):
        """One keyed call, sent again with the same key for as long as nobody answers it."""
        while True:
            answer = self.machine.request(
                "POST",
                "/api/v1/businesses/",
                body={"name": name},
                token=token,
                headers={"Idempotency-Key": name},
            )
            if answer[0] not in {0, 409} or self.stopping.is_set():
                return answer
            time.sleep(0.05)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def wait_for(self, count):
        deadline = time.monotonic() + 60
        while len(self.acknowledged) < count and time.monotonic() < deadline and not self.stopping.is_set():
            time.sleep(0.02)
        assert len(self.acknowledged) >= count, self.statuses

    def lost(self):
        """Acknowledged references that the database does not hold."""
        kept = {reference for (reference,) in self.machine.sql("SELECT reference FROM ikm_business")}
        return [reference for reference in self.acknowledged if reference not in kept]

    def repeated(self):
        """Names written more than once although each was sent under one key."""
        return self.machine.sql("SELECT name FROM ikm_business GROUP BY name HAVING count(*) > 1")
