"""The worker as a process of its own, killed with SIGKILL between any two of its steps and inside each: nothing is lost."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest
from django.db import connection

from core import outbox
from core.models import Event
from webhooks.models import Delivery
from webhooks.sending import LEASE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.drill]

ROOT = Path(__file__).resolve().parents[2]
GATE = 7800
#: Where a worker waits at a gate that the test holds: the moment before, or the one after, its step is committed.
BEFORE_HANDING_OUT, BEFORE_TAKING, BEFORE_RECORDING, AFTER_RECORDING = range(1, 5)
_GATES = f"""
    CREATE FUNCTION test_gate() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE gate int := {BEFORE_TAKING};
    BEGIN
        IF TG_TABLE_NAME = 'core_event' THEN gate := {BEFORE_HANDING_OUT};
        ELSIF TG_TABLE_NAME = 'webhooks_attempt' THEN gate := {BEFORE_RECORDING};
        ELSIF NEW.status = 'delivered' THEN gate := {AFTER_RECORDING};
        END IF;
        PERFORM pg_advisory_xact_lock_shared({GATE}, gate);
        RETURN NEW;
    END $$;
    CREATE TRIGGER test_gate AFTER UPDATE ON core_event FOR EACH ROW EXECUTE FUNCTION test_gate();
    CREATE TRIGGER test_gate AFTER UPDATE ON webhooks_delivery FOR EACH ROW EXECUTE FUNCTION test_gate();
    CREATE TRIGGER test_gate BEFORE INSERT ON webhooks_attempt FOR EACH ROW EXECUTE FUNCTION test_gate();
"""
#: A worker that marks what it is about to send as sent: at most once.
HASTY = """
import django; django.setup()
from django.utils import timezone
from webhooks import sending
while sending.hand_out(): pass
while delivery := sending._take(timezone.now()):
    sending.Delivery.objects.filter(pk=delivery.pk).update(status="delivered", delivered_at=timezone.now())
    body = sending.payload(delivery, delivery.kind)
    sending.post(delivery.endpoint.url, headers=sending.headers(delivery, body, timezone.now()), body=body)
"""


def database():
    known = connection.settings_dict
    return psycopg2.connect(
        dbname=known["NAME"], user=known["USER"], password=known["PASSWORD"], host=known["HOST"], port=known["PORT"]
    )  # fmt: skip


@pytest.fixture
def gates():
    """Workers wait wherever the test holds a gate."""
    session = database()
    session.autocommit = True
    cursor = session.cursor()
    cursor.execute(_GATES)
    yield cursor
    for table in ("core_event", "webhooks_delivery", "webhooks_attempt"):
        cursor.execute(f"DROP TRIGGER test_gate ON {table}")
    cursor.execute("DROP FUNCTION test_gate()")
    session.close()


def worker(receiver, *command):
    known = connection.settings_dict
    where = f"{known['HOST']}:{known['PORT']}" if known["HOST"][:1] != "/" else f":{known['PORT']}"
    host = f"?host={known['HOST']}" if known["HOST"][:1] == "/" else ""
    url = f"postgresql://{known['USER']}:{known['PASSWORD']}@{where}/{known['NAME']}{host}"
    return subprocess.Popen(
        [sys.executable, *(command or ("manage.py", "deliver_webhooks"))],
        cwd=ROOT,
        env=dict(os.environ, DATABASE_URL=url, WEBHOOK_TEST_RECEIVERS=receiver.place),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def kill(process):
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL


def killed_at(gates, receiver, gate):
    gates.execute("SELECT pg_advisory_lock(%s, %s)", [GATE, gate])
    process = worker(receiver)
    waiting = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND NOT granted"

    def waits():
        assert process.poll() is None, process.communicate()
        gates.execute(waiting, [GATE])
        return gates.fetchone()

    wait_for(waits)
    backend = waits()[0]
    kill(process)
    gates.execute("SELECT pg_advisory_unlock(%s, %s)", [GATE, gate])

    def gone():
        gates.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [backend])
        return gates.fetchone() is None

    wait_for(gone)


def killed_while_sending(receiver, *command):
    """The receiver has the message and does not answer."""
    receiver.hold.clear()
    before = len(receiver.got)
    process = worker(receiver, *command)
    wait_for(lambda: len(receiver.got) > before or process.poll() is not None)
    assert len(receiver.got) > before, process.communicate()
    kill(process)
    receiver.hold.set()


def lease_is_over():
    """As if the worker had been silent for the time of its lease."""
    Delivery.objects.filter(status="waiting").update(
        next_attempt_at=Event.objects.earliest("id").created_at - LEASE
    )


def numbers(receiver, subject):
    """The numbers of the messages about `subject` in the order of their first arrival."""
    found = [json.loads(body)["data"] for _headers, body in receiver.got]
    return list(dict.fromkeys(data["number"] for data in found if data["subject"] == subject))


def happens(business, count):
    for number in range(count):
        outbox.publish("ikm.business.change", subject=business.reference, data={"number": number})


def test_a_worker_killed_at_every_step_loses_no_event_and_keeps_the_order(endpoint, receiver, gates, enter):
    one, other = enter(), enter()
    happens(one, 3)
    happens(other, 3)
    killed_at(gates, receiver, BEFORE_HANDING_OUT)
    assert Event.objects.filter(is_handed_out=False, kind="ikm.business.change").count() == 6
    assert receiver.got == []
    killed_at(gates, receiver, BEFORE_TAKING)
    assert receiver.got == []
    killed_while_sending(receiver)
    lease_is_over()
    killed_at(gates, receiver, BEFORE_RECORDING)
    lease_is_over()
    killed_at(gates, receiver, AFTER_RECORDING)
    lease_is_over()
    assert not Delivery.objects.filter(status="delivered").exists()
    killed_while_sending(receiver)
    lease_is_over()
    last = worker(receiver)
    _out, errors = last.communicate(timeout=60)
    assert last.returncode == 0, errors
    assert Delivery.objects.filter(status="delivered").count() == 6
    for business in (one, other):
        assert numbers(receiver, business.reference) == [0, 1, 2]
    assert len(receiver.got) > 6, (
        "nothing was sent twice: the worker was not killed between sending and marking"
    )


def test_a_worker_that_marks_before_it_sends_is_seen_to_lose(endpoint, receiver, enter):
    """The control."""
    business = enter()
    happens(business, 2)
    killed_while_sending(receiver, "-c", HASTY)
    receiver.got.clear()
    last = worker(receiver)
    last.communicate(timeout=60)
    assert numbers(receiver, business.reference) == [1]
