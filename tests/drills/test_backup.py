"""A backup can be restored into an empty server, and nobody can read personal data in it or on the disk."""

import json
import subprocess
import time

import pytest

from core.verify_audit import first_fault
from tests.drills.conftest import Machine, say

pytestmark = pytest.mark.drill

CANARY = "3374015203890007"
PLAIN = "Usaha Burung Kenari"
FILL = f"""
from accounts.models import User
from accounts.services import grant_role
from core import audit
from core.letters import issue_letter
from ikm.models import Business, Owner, Ownership
user = User.objects.create_user(email="drill@contoh.id", name="Petugas")
grant_role(user, "registrar")
for number in range(200):
    business = Business.objects.create(name=f"{PLAIN} {{number}}")
    audit.record(user, "drill.fill", business)
owner = Owner.objects.create(name="Kenari", nik="{CANARY}")
owner.phone = "+6281200000000"
owner.save()
Ownership.objects.create(business=business, owner=owner)
business.npwp = "{CANARY}"
business.save()
issue_letter(business, kind="ikm_binaan", series="SKB", title="Surat", actor=user, data=dict(
    signer_name="A", signer_post="B", signer_unit="C", business_name="D", owner_name="E", address="F", kelurahan="G",
    kecamatan="H", kbli="I", products="J", scale="K", reference=business.reference))
"""
TABLES = """
    SELECT relname FROM pg_class
    WHERE relkind = 'r' AND relpersistence = 'p' AND relnamespace = 'public'::regnamespace ORDER BY relname
"""
HASHES = """
import hashlib
from core.models import Letter
for letter in Letter.objects.all():
    print(letter.sha256 == hashlib.sha256(letter.file.read()).hexdigest())
"""


def tool(machine, name, *arguments):
    """Run one of PostgreSQL's own programs; returns its output (bytes)."""
    command = [str(machine.cluster.binaries.folder / name), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def counts(machine):
    """How many rows each table holds."""
    tables = [name for (name,) in machine.sql(TABLES)]
    return {name: machine.sql(f'SELECT count(*) FROM "{name}"')[0][0] for name in tables}


def test_a_backup_is_restored_whole_and_the_portal_runs_on_it(machine):
    machine.manage("shell", "-v0", "-c", FILL)
    began = time.monotonic()
    dump = machine.folder / "portal.dump"
    dump.write_bytes(tool(machine, "pg_dump", "-Fc", "--no-owner", machine.cluster.url()))
    other = Machine()
    try:
        other.start_database()
        tool(other, "pg_restore", "--no-owner", "--exit-on-error", "-d", other.cluster.url(), dump)
        seconds = time.monotonic() - began
        assert counts(other) == counts(machine)
        unproved = other.sql("SELECT conname FROM pg_constraint WHERE contype = 'f' AND NOT convalidated")
        assert unproved == []
        head = json.loads(machine.manage("export_audit", "--head"))
        lines = [json.loads(line) for line in other.manage("export_audit").splitlines()]
        assert first_fault(lines, [head]) == ""
        other.environment["MEDIA_ROOT"] = machine.environment["MEDIA_ROOT"]
        assert other.manage("shell", "-v0", "-c", HASHES).split() == ["True"]
        # The dump's numbers of changes are none of the new server's: its own begin above them.
        other.manage("settle_changes")
        other.manage(
            "shell",
            "-v0",
            "-c",
            "from ikm.models import Business; from core.following import bounded; bounded(Business)",
        )
        other.start_portal(workers=1)
        assert other.request("GET", "/")[0] == 200
    finally:
        other.stop()
    rows = sum(counts(machine).values())
    say("a backup can be restored", "dump and restore into an empty server", f"{rows} rows, {seconds:.1f} s")


def test_a_nik_is_readable_nowhere_at_rest(machine):
    machine.manage("shell", "-v0", "-c", FILL)
    machine.sql("CHECKPOINT", superuser=True)
    dump = tool(machine, "pg_dump", machine.cluster.url())
    places = {"dump": dump}
    for folder in (machine.cluster.folder, machine.folder):
        for path in folder.rglob("*"):
            if path.is_file():
                places[str(path)] = path.read_bytes()
    found = [place for place, content in places.items() if CANARY.encode() in content]
    assert found == []
    # The control: what is not sealed is found by the same search, in the dump and in the data files.
    seen = [place for place, content in places.items() if PLAIN.encode() in content]
    assert "dump" in seen
    assert any("/base/" in place for place in seen)
    say("personal data are unreadable at rest", "a canary NIK in every file of the server, media, log and dump",
        f"{len(places)} files searched, 0 hits")  # fmt: skip
