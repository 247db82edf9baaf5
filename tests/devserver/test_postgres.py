"""The development database survives what happens to it on real machines."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest

from devserver import postgres


def query(cluster, statement, role=postgres.ROLE):
    connection = psycopg2.connect(cluster.url(role))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else None
    finally:
        connection.close()


def kill(cluster):
    """End the postmaster without a chance to clean up, as a crash does."""
    pid = int(cluster.pid_file()[0])
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while cluster.is_alive() and time.monotonic() < deadline:
        time.sleep(0.02)


@pytest.fixture(scope="module")
def checkout():
    # Not tmp_path: under root the server's account could not enter pytest's closed folder.
    folder = Path(tempfile.mkdtemp(prefix="checkout with a space-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def cluster(checkout):
    found = postgres.cluster_of(checkout)
    (found.folder / "data.half-made").mkdir()
    (found.folder / "data.half-made" / "PG_VERSION").write_text("left by a start that was cut off")
    with ThreadPoolExecutor(4) as pool:
        urls = {start.result() for start in [pool.submit(found.ensure) for _ in range(4)]}
    assert urls == {found.url()}
    yield found
    found.destroy()
    assert not found.folder.exists()
    assert not found.sockets.exists()


def test_it_lies_in_the_checkout_and_is_closed_to_others(cluster, checkout):
    assert cluster.folder.parent == checkout / ".local"
    for folder in (cluster.folder, cluster.data, cluster.sockets):
        assert folder.stat().st_mode & 0o077 == 0
    assert query(cluster, "SHOW listen_addresses") == [("",)]


def test_the_portals_role_can_do_what_production_lets_it(cluster):
    (is_superuser,) = query(cluster, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")[0]
    assert not is_superuser
    for extension in ("pg_trgm", "btree_gist", "unaccent"):
        query(cluster, f"CREATE EXTENSION IF NOT EXISTS {extension}")
    assert query(cluster, "SELECT upper('é'), show_trgm('é') <> '{}'") == [("É", True)]


def test_what_was_committed_outlives_a_killed_server(cluster):
    query(cluster, "CREATE TABLE kept AS SELECT 42 AS answer")
    kill(cluster)
    assert not cluster.is_alive()
    cluster.ensure()
    assert query(cluster, "SELECT answer FROM kept") == [(42,)]


def test_a_zombie_is_not_taken_for_a_live_server(cluster):
    lines = cluster.pid_file()
    kill(cluster)
    identity = {"user": cluster.account.uid} if cluster.account.switched else {}
    zombie = subprocess.Popen(["true"], **identity)
    try:
        while b"Z" not in Path(f"/proc/{zombie.pid}/stat").read_bytes().rpartition(b")")[2]:
            time.sleep(0.01)
        lines[0] = str(zombie.pid)
        (cluster.data / "postmaster.pid").write_text("\n".join(lines) + "\n")
        assert cluster.pg_ctl("start", "-w", "-t", 5, "-l", cluster.log, check=False).returncode != 0, (
            "PostgreSQL itself was expected to respect the zombie"
        )
        cluster.ensure()
        assert cluster.answers()
        assert int(cluster.pid_file()[0]) != zombie.pid
    finally:
        zombie.wait()


def test_a_server_whose_socket_was_cleaned_away_is_started_again(cluster):
    pid = cluster.pid_file()[0]
    shutil.rmtree(cluster.sockets)
    assert cluster.is_alive()
    cluster.ensure()
    assert cluster.answers()
    assert cluster.pid_file()[0] != pid


def test_stopping_twice_is_no_error_and_starting_again_works(cluster):
    cluster.stop()
    cluster.stop()
    assert not cluster.is_alive()
    cluster.ensure()
    assert cluster.answers()


def test_a_socket_folder_of_somebody_else_is_refused(cluster):
    cluster.stop()
    shutil.rmtree(cluster.sockets, ignore_errors=True)
    cluster.sockets.symlink_to(cluster.folder)
    try:
        with pytest.raises(postgres.PostgresError, match="belongs to somebody else"):
            cluster.ensure()
    finally:
        cluster.sockets.unlink()
    cluster.ensure()


def test_a_checkout_that_cannot_hold_it_uses_the_state_folder(tmp_path, monkeypatch):
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    (checkout / ".local").write_text("not a folder")
    state = Path(tempfile.mkdtemp())
    state.chmod(0o755)
    monkeypatch.setattr(postgres, "state_folder", lambda checkout: state / "mark")
    try:
        assert postgres.cluster_of(checkout).folder.parent == state / "mark"
    finally:
        shutil.rmtree(state)


@pytest.mark.parametrize(
    ("name", "value"), [("DATABASE_URL", "postgresql://elsewhere/portal"), ("PORTAL_ENV", "production")]
)
def test_nothing_is_started_where_a_database_is_given_or_in_production(monkeypatch, name, value):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv(name, value)
    monkeypatch.setattr(postgres, "cluster_of", lambda: pytest.fail("looked for a server"))
    postgres.ensure()
