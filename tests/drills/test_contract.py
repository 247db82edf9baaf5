"""The API is what its OpenAPI says: schemathesis with all checks on finds nothing (`make contract`)."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.drills.conftest import ROOT, say

pytestmark = pytest.mark.drill
SECONDS = 420
#: Members of bodies that name a record of another resource, and where such records are listed.
NAMED = {
    "business": ("businesses/", "reference"),
    "run": ("training/runs/", "reference"),
    "contract_number": ("credit/loans/", "contract_number"),
    "payments[*].contract_number": ("credit/loans/", "contract_number"),
}
KEY = "ikm_" + "contract" * 4
TOKEN = """
from accounts.models import ApiToken, User
key = "ikm_" + "contract" * 4
ApiToken.objects.create(user=User.objects.get(email="admin@demo.example"), label="contract", key_hash=ApiToken.hash_key(key))
"""


def listed(machine, collection, member):
    """That member of the rows that the API lists there: what a made-up request needs to get past "not found"."""
    status, _headers, body = machine.request("GET", f"/api/v1/{collection}", token=KEY)
    rows = json.loads(body) if status == 200 else []
    rows = rows["results"] if isinstance(rows, dict) and "results" in rows else rows
    return sorted({row[member] for row in rows if isinstance(row, dict) and isinstance(row.get(member), str)})


def known_records(machine, paths):
    """schemathesis's settings by which half of the requests name records that are there."""
    dictionaries, operations = {}, []
    for path in paths:
        if found := re.match(r"/api/v1/(.*?)\{(\w+)\}", path):
            dictionaries.setdefault(found.groups(), listed(machine, *found.groups()))
            if dictionaries[found.groups()]:
                operations.append((path, found[2], found.groups()))
    for name in NAMED.values():
        dictionaries[name] = listed(machine, *name)
    bodies = [(f"body.{member}", name) for member, name in NAMED.items()]
    lines, order = [], list(dictionaries)
    for number, name in enumerate(order):
        if dictionaries[name]:
            lines += [f"[dictionaries.known{number}]", f"values = {json.dumps(dictionaries[name])}"]
    lines.append("[parameters]")
    for member, name in bodies:
        lines.append(f'"{member}" = {{ dictionary = "known{order.index(name)}", probability = 0.5 }}')
    for path, member, name in operations:
        lines += [
            "[[operations]]", f"include-path = {json.dumps(path)}",
            f'parameters = {{ "path.{member}" = {{ dictionary = "known{order.index(name)}", probability = 0.5 }} }}',
        ]  # fmt: skip
    return "\n".join(lines)


@pytest.mark.timeout(1800)
def test_the_api_is_what_its_schema_says(machine):
    machine.environment["API_REQUESTS_PER_MINUTE"] = "1000000"
    for command in (["migrate", "-v0"], ["load_reference"], ["seed_demo"], ["shell", "-v0", "-c", TOKEN]):
        machine.manage(*command)
    machine.start_portal()
    program = Path(sys.executable).with_name("schemathesis")
    assert program.is_file() or shutil.which("schemathesis"), "run it by `make contract`"
    address = f"http://127.0.0.1:{machine.port}"
    described = machine.request("GET", "/api/v1/schema/?format=json")[2]
    settings = machine.folder / "schemathesis.toml"
    fixed = (ROOT / "schemathesis.toml").read_text()
    settings.write_text(f"{fixed}\n{known_records(machine, json.loads(described)['paths'])}\n")
    done = subprocess.run(
        [program, "--config-file", settings, "run", f"{address}/api/v1/schema/", "--url", address,
         "--phases", "examples,coverage,fuzzing", "--checks", "all", "--max-time", str(SECONDS), "--wait-for-schema", "60",
         "--no-color"],
        cwd=machine.folder, env={**machine.environment, "API_TOKEN": KEY},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-20_000:]
    cases = re.search(r"(\d+) generated", done.stdout)
    say("the API is what its OpenAPI says", "schemathesis, all checks", f"{cases[1]} calls")
