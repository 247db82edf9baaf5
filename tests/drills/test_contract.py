"""The API is what its OpenAPI says: schemathesis with all checks on finds nothing (`make contract`)."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.drills.conftest import ROOT, say

pytestmark = pytest.mark.drill
SECONDS = 420
TOKEN = """
from accounts.models import ApiToken, User
key = "ikm_" + "contract" * 4
ApiToken.objects.create(user=User.objects.get(email="admin@demo.example"), label="contract", key_hash=ApiToken.hash_key(key))
"""


@pytest.mark.timeout(1800)
def test_the_api_is_what_its_schema_says(machine):
    machine.environment["API_REQUESTS_PER_MINUTE"] = "1000000"
    for command in (["migrate", "-v0"], ["load_reference"], ["seed_demo"], ["shell", "-v0", "-c", TOKEN]):
        machine.manage(*command)
    machine.start_portal()
    program = Path(sys.executable).with_name("schemathesis")
    assert program.is_file() or shutil.which("schemathesis"), "run it by `make contract`"
    address = f"http://127.0.0.1:{machine.port}"
    done = subprocess.run(
        [program, "--config-file", ROOT / "schemathesis.toml", "run", f"{address}/api/v1/schema/", "--url", address,
         "--phases", "examples,coverage,fuzzing", "--checks", "all", "--max-time", str(SECONDS), "--wait-for-schema", "60",
         "--no-color"],
        cwd=machine.folder, env={**machine.environment, "API_TOKEN": "ikm_" + "contract" * 4},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-20_000:]
    cases = re.search(r"(\d+) generated", done.stdout)
    say("the API is what its OpenAPI says", "schemathesis, all checks", f"{cases[1]} calls")
