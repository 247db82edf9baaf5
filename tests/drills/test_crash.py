"""Nothing acknowledged is lost, and the site heals by itself."""

import json
import os
import signal
import time

import pytest

from core.verify_audit import first_fault
from tests.drills.conftest import Writers, say

pytestmark = pytest.mark.drill


def test_a_killed_web_worker_loses_nothing_acknowledged(machine, tokens):
    machine.start_portal()
    with Writers(machine, tokens) as writers:
        for _ in range(3):
            writers.wait_for(len(writers.acknowledged) + 50)
            os.kill(machine.web_workers()[0], signal.SIGKILL)
        writers.wait_for(len(writers.acknowledged) + 50)
    assert writers.lost() == []
    assert writers.repeated() == []
    say("nothing acknowledged is lost; a retried call is carried out once",
        "kill -9 of a web worker, 3 times, 16 clients that retry with the same key",
        f"{len(writers.acknowledged)} acknowledged, 0 lost, 0 twice")  # fmt: skip


def crash(machine, tokens):
    """Kill the database under the writers and start it again; returns the writers and the seconds to the next 201."""
    with Writers(machine, tokens) as writers:
        writers.wait_for(150)
        machine.kill_database()
        before = len(writers.acknowledged)
        time.sleep(1)
        machine.start_database()
        back = time.monotonic()
        writers.wait_for(before + 1)
        healed = time.monotonic() - back
    return writers, healed


def test_a_killed_database_loses_nothing_acknowledged_and_the_site_heals(machine, tokens):
    machine.start_portal()
    writers, healed = crash(machine, tokens)
    assert writers.lost() == []
    assert set(writers.statuses) <= {0, 201, 503}, writers.statuses
    assert writers.statuses.get(503), "the database was never seen to be away"
    assert healed < 5
    lines = [json.loads(line) for line in machine.manage("export_audit").splitlines()]
    assert first_fault(lines) == ""
    say("nothing acknowledged is lost; the site heals", "kill -9 of PostgreSQL under 16 writing clients",
        f"{len(writers.acknowledged)} acknowledged, 0 lost, {writers.statuses.get(503, 0)} × 503, back in {healed:.1f} s")  # fmt: skip


def test_the_drill_sees_a_loss_when_commits_do_not_wait(machine, tokens):
    """The control: with synchronous_commit off the same crash loses acknowledged rows."""
    for statement in ("ALTER ROLE portal SET synchronous_commit = off", "ALTER SYSTEM SET wal_writer_delay = '10s'",
                      "ALTER SYSTEM SET wal_writer_flush_after = '1GB'", "SELECT pg_reload_conf()"):  # fmt: skip
        machine.sql(statement, superuser=True)
    machine.start_portal()
    writers, _ = crash(machine, tokens)
    assert writers.lost(), "the control lost nothing: the drill would not see a loss"
    say(
        "the control",
        "the same with synchronous_commit = off",
        f"{len(writers.lost())} acknowledged rows lost, seen",
    )
