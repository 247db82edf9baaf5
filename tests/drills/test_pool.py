"""Five hundred clients reach twenty connections through PgBouncer in transaction mode, and nothing is refused."""

import os
import shutil
import statistics
import subprocess
import time

import psycopg2
import pytest

from bench.load import hammer
from tests.drills.conftest import say

pytestmark = pytest.mark.drill

FEW, MANY, POOL = 20, 500, 20
SECONDS, ROUNDS, GOAL = 8, 3, 0.8


def pgbouncer():
    """The path of PgBouncer, installed from Debian where root may; None if it is not to be had."""
    if found := shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin"):
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {
            "check": False,
            "capture_output": True,
            "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        }
        subprocess.run(["apt-get", "update", "-qq"], **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "pgbouncer"], **quiet)
    return shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")


class Pool:
    """A PgBouncer of the drill's own before the machine's PostgreSQL, run by the server's account."""

    def __init__(self, machine, program):
        self.machine = machine
        self.folder = machine.folder / "pool"
        self.folder.mkdir()
        self.port = machine._free_port()
        settings = self.folder / "pgbouncer.ini"
        settings.write_text(
            f"""
[databases]
* = host={machine.cluster.sockets} port=5432 user=portal
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {self.port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {POOL}
max_client_conn = 1000
admin_users = pgbouncer
logfile = {self.folder}/pgbouncer.log
"""
        )
        account = machine.cluster.account
        for path in (self.folder, settings):
            account.own(path)
        identity = {"user": account.uid, "group": account.gid, "extra_groups": []} if account.switched else {}
        self.process = subprocess.Popen([program, "-q", str(settings)], **identity)
        machine.environment |= {
            "DATABASE_URL": f"postgresql://portal@127.0.0.1:{self.port}/semarang_ikm",
            "DATABASE_POOLED": "1",
        }
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                self.show("VERSION")
                return
            except psycopg2.OperationalError:
                time.sleep(0.1)
        raise RuntimeError((self.folder / "pgbouncer.log").read_text())

    def show(self, what):
        connection = psycopg2.connect(host="127.0.0.1", port=self.port, dbname="pgbouncer", user="pgbouncer")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(f"SHOW {what}")
                names = [column.name for column in cursor.description]
                return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        finally:
            connection.close()

    def connections(self):
        """(clients of the portal, connections to PostgreSQL) that are open."""
        return tuple(
            sum(row["database"] == "semarang_ikm" for row in self.show(kind))
            for kind in ("CLIENTS", "SERVERS")
        )

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


def test_five_hundred_clients_share_twenty_connections(machine):
    program = pgbouncer()
    if program is None:
        pytest.skip(
            "left out: PgBouncer is not installed, and only root may install it (apt install pgbouncer)"
        )
    machine.manage("seed_demo", "--scale", "2000")
    machine.sql("ALTER ROLE portal SET timezone TO 'UTC'", superuser=True)
    token = machine.manage(
        "shell", "-v0", "-c",
        "from accounts.models import ApiToken, Partner, User\nfrom accounts.services import grant_role\n"
        "user = User.objects.create_user(email='drill@contoh.id', name='Mitra')\n"
        "grant_role(user, 'partner')\nPartner.objects.create(name='Mitra', kind='office', user=user)\nprint(ApiToken.issue(user, label='drill')[1])",
    ).split()[-1]  # fmt: skip
    pool = Pool(machine, program)
    try:
        machine.environment["API_REQUESTS_PER_MINUTE"] = "10000000"
        machine.start_portal(workers=2, threads=MANY // 2)
        paths = [
            "/api/v1/businesses/",
            "/api/v1/businesses/?area=33.74.01",
            "/api/v1/businesses/?scale=small",
        ]
        headers = {"Authorization": f"Bearer {token}"}
        # Every thread gets its connection before anything is measured.
        hammer(machine.port, paths, headers=headers, seconds=SECONDS, clients=MANY)
        rates = {FEW: [], MANY: []}
        most = (0, 0)
        for _round in range(ROUNDS):
            for clients in (FEW, MANY):
                rate = hammer(machine.port, paths, headers=headers, seconds=SECONDS, clients=clients)
                rates[clients].append(rate.per_second)
            most = tuple(map(max, most, pool.connections()))
        few, many = (statistics.median(rates[clients]) for clients in (FEW, MANY))
        figure = (
            f"{many:.0f} answers a second by {MANY} clients, {few:.0f} by {FEW}: {many / few:.2f};"
            f" {most[0]} connections to the pool, {most[1]} to PostgreSQL"
        )
        print(figure)
        assert most[1] <= POOL, figure
        assert most[0] > POOL * 5, figure
        assert many / few >= GOAL, figure
        say(
            "pool exhausted is survived",
            f"{MANY} clients through PgBouncer in transaction mode, none refused",
            figure,
        )
    finally:
        machine.stop_portal()
        pool.stop()
