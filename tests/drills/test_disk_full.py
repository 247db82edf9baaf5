"""A full disk refuses writes and keeps what it has; with space again the portal writes on."""

import json
import os
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest

from core.verify_audit import first_fault
from tests.drills.conftest import ROOT, Machine, say

pytestmark = pytest.mark.drill

DISK_MB = 64
PASSWORD = "kata-sandi-panjang-1"


@pytest.fixture
def small_disk(prepared):
    """A machine whose PostgreSQL lies on a disk of 64 MB, with WAL in pieces small enough for it."""
    if os.geteuid() != 0:
        pytest.skip("left out: only root may mount a disk of its own")
    one = Machine()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=0700", "tmpfs", str(one.cluster.data)]
    mounted = False
    try:
        subprocess.run(["cp", "-a", prepared, one.cluster.data], check=True)
        one.start_database()
        for setting in ("max_wal_size = '4MB'", "min_wal_size = '2MB'"):
            one.sql(f"ALTER SYSTEM SET {setting}", superuser=True)
        one.cluster.stop()
        one.cluster.account.run(
            one.cluster.binaries.folder / "pg_resetwal", "--wal-segsize=1", "-D", one.cluster.data
        )
        whole = one.cluster.data.rename(one.cluster.folder / "whole")
        one.cluster.data.mkdir()
        if subprocess.run(mount, check=False, capture_output=True).returncode:
            pytest.skip(
                "left out: this machine does not let root mount a tmpfs (a container without the right)"
            )
        mounted = True
        one.cluster.account.own(one.cluster.data)
        subprocess.run(["cp", "-a", f"{whole}/.", one.cluster.data], check=True)
        one.start_database()
        yield one
    finally:
        one.stop_portal()
        one.cluster.stop()
        if mounted:
            subprocess.run(["umount", one.cluster.data], check=True)
        one.stop()


def free_mb(machine):
    return shutil.disk_usage(machine.cluster.data).free / 2**20


def post(machine, token, name):
    return machine.request("POST", "/api/v1/businesses/", body={"name": name}, token=token)


def sign_in(machine):
    """What the form of a signing in answers: a page that writes a session."""
    address = f"http://127.0.0.1:{machine.port}/akun/login/"
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with browser.open(address) as form:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.read().decode())[1]
    fields = {"csrfmiddlewaretoken": token, "login": "drill@contoh.id", "password": PASSWORD}
    return browser.open(address, urllib.parse.urlencode(fields).encode())


def test_a_full_disk_refuses_writes_and_loses_nothing(small_disk):
    machine = small_disk
    token = machine.manage(
        "shell", "-v0", "-c",
        "from accounts.models import ApiToken, User\nfrom accounts.services import grant_role\n"
        "user = User.objects.create_user(email='drill@contoh.id', name='Penulis', " f"password={PASSWORD!r})\n"
        "grant_role(user, 'registrar')\nprint(ApiToken.issue(user, label='drill')[1])",
    ).split()[-1]  # fmt: skip
    machine.start_portal()
    written = [post(machine, token, f"Sebelum {number}") for number in range(20)]
    assert {status for status, _headers, _body in written} == {201}

    # Somebody else's file takes the rest of the disk.
    ballast = machine.cluster.data / "ballast"
    ballast.write_bytes(b"\0" * int((free_mb(machine) - 1) * 2**20))
    acknowledged, refused, number = 20, [], 0
    deadline = time.monotonic() + 120
    while len(refused) < 20 and time.monotonic() < deadline:
        number += 1
        status, headers, body = post(machine, token, f"Penuh {number} " + "x" * 150)
        assert status in {201, 503}, (status, body)
        if status == 201:
            acknowledged += 1
        else:
            assert headers["Retry-After"]
            refused.append(body)
    assert len(refused) == 20, f"{number} writes, {free_mb(machine):.1f} MB free"

    with pytest.raises(urllib.error.HTTPError) as page:
        sign_in(machine)
    with page.value as answer:
        assert (answer.code, answer.read()) == (503, (ROOT / "templates/errors/503.html").read_bytes())
        assert answer.headers["Retry-After"]

    ballast.unlink()
    if not machine.cluster.answers():
        machine.start_database()
    back = time.monotonic()
    while post(machine, token, "Sesudah")[0] != 201:
        assert time.monotonic() - back < 30, "no write succeeded although there is space"
        time.sleep(0.1)
    healed = time.monotonic() - back
    kept = machine.sql("SELECT count(*) FROM ikm_business WHERE name <> 'Sesudah'")[0][0]
    assert kept == acknowledged
    assert first_fault([json.loads(line) for line in machine.manage("export_audit").splitlines()]) == ""
    say("disk full is survived", f"PostgreSQL on a tmpfs of {DISK_MB} MB, filled",
        f"{acknowledged} acknowledged and kept, {len(refused)} × 503 with Retry-After, written again after {healed:.1f} s")  # fmt: skip
