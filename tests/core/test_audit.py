import copy
import io
import json
import subprocess
import sys
import threading

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction

from core import audit
from core.models import AuditEntry
from core.verify_audit import first_fault


def exported(**options):
    stream = io.StringIO()
    call_command("export_audit", stdout=stream, **options)
    return stream.getvalue()


def chain():
    return [json.loads(line) for line in exported().splitlines()]


@pytest.fixture
def trail(registrar):
    for number in range(6):
        audit.record(
            registrar, "test.act", f"IKM-{number}", detail={"größe": number, "b": [1, 2.5], "a": None}
        )
    return chain()


def test_an_untouched_chain_holds(trail):
    head = json.loads(exported(head=True))
    assert first_fault(trail, [head]) == ""
    assert head["number"] == len(trail) >= 6


def tampered(trail):
    """The shelf of tampered copies: name, lines."""
    edited = copy.deepcopy(trail)
    edited[2]["action"] = "test.other"
    yield "edited", edited
    yield "removed", trail[:2] + trail[3:]
    swapped = copy.deepcopy(trail)
    swapped[1], swapped[2] = swapped[2], swapped[1]
    yield "swapped", swapped
    renumbered = copy.deepcopy(trail[:2] + trail[3:])
    for number, line in enumerate(renumbered, start=1):
        line["number"] = str(number)
    yield "removed and renumbered", renumbered
    yield "tail cut", trail[:-1]
    yield "emptied", []


def test_every_tampered_copy_fails(trail):
    head = json.loads(exported(head=True))
    faults = {name: first_fault(lines, [head]) for name, lines in tampered(trail)}
    assert all(faults.values()), faults
    # The control: without the anchored head a cut tail goes unseen, which is why the head is kept outside.
    assert first_fault(trail[:-1]) == ""


def test_the_verifier_runs_alone(trail, tmp_path):
    (tmp_path / "audit.jsonl").write_text(exported(), encoding="utf-8")
    (tmp_path / "head.json").write_text(exported(head=True), encoding="utf-8")
    script = settings.BASE_DIR / "core" / "verify_audit.py"
    command = [sys.executable, "-I", script, "audit.jsonl", "--head", "head.json"]
    assert subprocess.run(command, cwd=tmp_path, check=False).returncode == 0
    text = (tmp_path / "audit.jsonl").read_text(encoding="utf-8").replace("IKM-3", "IKM-9")
    (tmp_path / "audit.jsonl").write_text(text, encoding="utf-8")
    assert subprocess.run(command, cwd=tmp_path, check=False).returncode == 1


@pytest.mark.parametrize(
    "statement",
    ["UPDATE core_auditentry SET action = 'x'", "DELETE FROM core_auditentry"],
)
def test_lines_are_append_only(trail, statement):
    with (
        pytest.raises(DatabaseError, match="append_only|Cannot"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_trail_cannot_be_truncated(db):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditentry ENABLE TRIGGER USER")
        with pytest.raises(DatabaseError, match="cannot be truncated"):
            cursor.execute("TRUNCATE core_auditentry")


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_leave_one_unbroken_chain(registrar):
    def write():
        for number in range(10):
            audit.record(registrar, "test.parallel", f"IKM-{number}")
        connections.close_all()

    writers = [threading.Thread(target=write) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    lines = chain()
    assert AuditEntry.objects.filter(action="test.parallel").count() == 80
    assert first_fault(lines) == ""
