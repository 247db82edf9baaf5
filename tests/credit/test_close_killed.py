"""The close of a day as a process of its own, killed with SIGKILL between any two steps and inside each."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import psycopg2
import pytest
import time_machine
from django.db import connection, transaction

from core.dates import today
from credit.models import DayClose
from credit.services import closing
from credit.services.closing import close_day
from tests.credit import records
from tests.credit.books import books
from tests.credit.portfolio import portfolio
from tests.drills.conftest import say

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]
#: First key of the advisory locks at which the close waits; the second is how far it has come.
GATE = 7700

#: The step is done but not committed when the close comes to this gate.
_GATES = f"""
    CREATE FUNCTION test_gate() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock({GATE}, jsonb_array_length(NEW.steps_done) + (NEW.status = 'done')::int);
        RETURN NEW;
    END $$;
    CREATE TRIGGER test_gate BEFORE UPDATE ON credit_dayclose FOR EACH ROW EXECUTE FUNCTION test_gate();
"""

#: A close that works and then notes it, with nothing that holds the two together.
LOOSE = """
import django; django.setup()
from datetime import date
from django.db import connection
from credit.models import DayClose
from credit.services.closing import STEPS
close, _ = DayClose.objects.get_or_create(day=date.fromisoformat({day!r}))
for number, (name, work) in enumerate(STEPS, 1):
    work(close)
    connection.cursor().execute("SELECT pg_advisory_lock({gate}, %s), pg_advisory_unlock({gate}, %s)", [number, number])
    close.steps_done = [*close.steps_done, name]
    close.save()
"""


class Session:
    """A connection of the test's own, beside Django's."""

    def __init__(self, *, autocommit=True):
        known = connection.settings_dict
        self.connection = psycopg2.connect(
            dbname=known["NAME"],
            user=known["USER"],
            password=known["PASSWORD"],
            host=known["HOST"],
            port=known["PORT"],
        )
        self.connection.autocommit = autocommit

    def sql(self, statement, *parameters):
        with self.connection.cursor() as cursor:
            cursor.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else None

    def wait_for(self, statement, *parameters):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if found := self.sql(statement, *parameters):
                return found[0][0]
            time.sleep(0.01)
        raise AssertionError(f"never seen: {statement}")


_AT_GATE = f"SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = {GATE} AND objid = %s AND NOT granted"
_AT_TABLE = """SELECT pid FROM pg_locks WHERE locktype = 'relation' AND relation = 'credit_dayclose'::regclass
               AND NOT granted AND pid <> ALL(%s)"""


class Close:
    """`manage.py close_day` as a process."""

    def __init__(self, *command):
        known = connection.settings_dict
        where = f"{known['HOST']}:{known['PORT']}" if known["HOST"][:1] != "/" else f":{known['PORT']}"
        host = f"?host={known['HOST']}" if known["HOST"][:1] == "/" else ""
        url = f"postgresql://{known['USER']}:{known['PASSWORD']}@{where}/{known['NAME']}{host}"
        self.process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=dict(os.environ, DATABASE_URL=url),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.communicate()
        return self.process.returncode == -signal.SIGKILL

    def finish(self):
        _out, errors = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, errors


def closing_of(day):
    return Close("manage.py", "close_day", "--day", f"{day}")


@pytest.fixture
def day(wibawa, bapas, people):
    """Yesterday is to be closed over sixty loans last derived the day before, in rows that are committed."""
    day = today() - timedelta(days=1)
    start = day - timedelta(days=690)
    with time_machine.travel(f"{day - timedelta(days=1)} 01:00 +0700", tick=False):
        portfolio(
            random.Random(8), 60, version=wibawa, people=people, banks=[bapas, records.bank(kind="commercial")],
            start=start, today=day - timedelta(days=1),
        )  # fmt: skip
        close_day(day - timedelta(days=1))
    return day


@pytest.fixture
def gates():
    """A close waits wherever the test holds a gate."""
    session = Session()
    session.sql(_GATES)
    yield session
    session.sql("DROP TRIGGER test_gate ON credit_dayclose; DROP FUNCTION test_gate()")
    session.connection.close()


def undisturbed(day):
    """The books after a close that nobody disturbs; then as if it had never been."""
    with transaction.atomic():
        close_day(day)
        whole = books()
        transaction.set_rollback(True)
    return whole


def is_gone(session, backend):
    """A server process notices the loss of its client when it next speaks to it."""
    session.wait_for("SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = %s)", backend)


def killed_before_commit(session, start, number):
    """The process is killed when the work of a step is done and noted, but not committed."""
    session.sql("SELECT pg_advisory_lock(%s, %s)", GATE, number + 1)
    close = start()
    backend = session.wait_for(_AT_GATE, number + 1)
    assert close.kill()
    session.sql("SELECT pg_advisory_unlock(%s, %s)", GATE, number + 1)
    is_gone(session, backend)


def killed_between(session, start, number):
    """The process is killed when `number` steps are committed and the next has not begun: the table's lock is asked for
    before the last of them ends, and the queue for it is fair."""
    barrier = Session(autocommit=False)
    mine = barrier.sql("SELECT pg_backend_pid()")[0][0]
    ask = threading.Thread(target=barrier.sql, args=["LOCK TABLE credit_dayclose IN EXCLUSIVE MODE"])
    if number:
        session.sql("SELECT pg_advisory_lock(%s, %s)", GATE, number)
        close = start()
        session.wait_for(_AT_GATE, number)
        ask.start()
        session.wait_for(_AT_TABLE, [0])
        session.sql("SELECT pg_advisory_unlock(%s, %s)", GATE, number)
    else:
        ask.start()
        ask.join()
        close = start()
    backend = session.wait_for(_AT_TABLE, [mine])
    assert close.kill()
    ask.join()
    barrier.connection.rollback()
    barrier.connection.close()
    is_gone(session, backend)


def steps_done(day):
    return list(DayClose.objects.filter(day=day, status="running").values_list("steps_done", flat=True))


STEPS = [name for name, _work in closing.STEPS]


def test_a_close_killed_between_any_two_steps_ends_as_one_that_was_not(day, gates):
    whole, before = undisturbed(day), books()
    assert len(whole[5]) > len(before[5]), "nobody is told of anything on this day"
    killed_between(gates, lambda: closing_of(day), 0)
    assert steps_done(day) == []
    assert books() == before
    for number in range(1, len(STEPS) + 1):
        killed_between(gates, lambda: closing_of(day), number)
        assert steps_done(day) == [STEPS[:number]]
    closing_of(day).finish()
    assert books() == whole


def test_a_close_that_does_not_commit_a_step_with_its_note_is_seen(day, gates):
    """The control: killed when the notices are out but not noted, it tells the borrowers again."""
    whole = undisturbed(day)
    loose = LOOSE.format(day=f"{day}", gate=GATE)
    notices = STEPS.index("notices")
    killed_before_commit(gates, lambda: Close("-c", loose), notices)
    assert steps_done(day) == [STEPS[:notices]]
    closing_of(day).finish()
    assert len(books()[5]) > len(whole[5])
    assert books() != whole


@pytest.mark.drill
def test_a_close_killed_at_the_end_of_each_step_ends_as_one_that_was_not(day, gates):
    whole = undisturbed(day)
    for number in range(len(STEPS) + 1):
        killed_between(gates, lambda: closing_of(day), number)
        killed_before_commit(gates, lambda: closing_of(day), number)
        assert steps_done(day) == [STEPS[:number]]
    closing_of(day).finish()
    assert books() == whole
    say("a close of day is restartable", "kill -9 before the commit of each step and between any two",
        f"{2 * len(STEPS) + 2} kills, every row as undisturbed")  # fmt: skip
