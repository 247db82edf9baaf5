"""A copy of the tree, nothing else: `make run` brings the portal up, fast the second time, and leaves nothing behind."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest

from ikm.demo import people

ROOT = Path(__file__).resolve().parents[2]
NOT_IN_A_CLONE = shutil.ignore_patterns(
    ".git", ".venv", ".local", "__pycache__", ".*_cache", ".hypothesis", "media", "staticfiles", "shots"
)

pytestmark = pytest.mark.drill


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    with (
        contextlib.suppress(OSError),
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as response,
    ):
        return response.status == 200
    return False


@contextlib.contextmanager
def running(checkout, port, log):
    """`make run` without a terminal; gives the seconds until it says that it is ready."""
    environment = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "SITE_URL")}
    began = time.monotonic()
    with log.open("w") as output:
        run = subprocess.Popen(
            ["make", "run", f"PORT={port}"],
            cwd=checkout,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        while f"Portal: http://127.0.0.1:{port}/" not in log.read_text():
            assert run.poll() is None, log.read_text()
            assert time.monotonic() - began < 600, log.read_text()
            time.sleep(0.1)
        yield time.monotonic() - began
    finally:
        run.send_signal(signal.SIGTERM)
        run.wait(30)


def processes_in(checkout):
    """Command lines of the processes whose folder or program lies in `checkout`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            places = [(process / link).readlink() for link in ("cwd", "exe")]
            if any(place.is_relative_to(checkout) for place in places):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def test_make_run_on_a_fresh_copy_and_again(tmp_path):
    # A folder that the server's account may enter even when the drill runs as root.
    place = Path(tempfile.mkdtemp(prefix="fresh-"))
    place.chmod(0o755)
    checkout = place / "portal"
    shutil.copytree(ROOT, checkout, ignore=NOT_IN_A_CLONE)
    port = free_port()
    try:
        with running(checkout, port, tmp_path / "first.log") as first:
            assert answers(port)
        with running(checkout, port, tmp_path / "second.log") as second:
            assert answers(port)
        for said in ((tmp_path / name).read_text() for name in ("first.log", "second.log")):
            assert f"http://127.0.0.1:{port}/kantor/" in said
            assert f"http://127.0.0.1:{port}/kerja/" in said
            assert people.PASSWORD in said
            for sign_in in people.SHOWN:
                assert sign_in.email in said
        assert not answers(port)
        left = [line for line in processes_in(checkout) if "postgres" not in line]
        assert not left, "the web server and the worker end with make run"
        assert "Applying" not in (tmp_path / "second.log").read_text()
        print(f"\nfresh copy to a served portal: {first:.1f} s; second start: {second:.1f} s")
        assert second < first
        assert second < 15
    finally:
        subprocess.run(["make", "clean"], cwd=checkout, check=True, stdout=subprocess.DEVNULL)
        left = processes_in(checkout)
        shutil.rmtree(place)
    assert not left, "make clean stops the database"
