"""Facts about the installation that no linter knows."""

import importlib.util
import os
import re
import secrets
import subprocess
import sys
import tomllib
from base64 import b64encode
from pathlib import Path

import pytest
from django.db import connection

from tests.rooms import ROOMS

ROOT = Path(__file__).resolve().parent.parent
PINNED = sorted((ROOT / "requirements").glob("*.txt"))


def test_the_driver_is_psycopg2(db):
    """Django prefers psycopg 3 without a word as soon as something installs it."""
    assert importlib.util.find_spec("psycopg") is None
    with connection.cursor() as cursor:
        assert type(cursor.connection).__module__.startswith("psycopg2")


@pytest.mark.parametrize("path", PINNED, ids=lambda path: path.name)
def test_requirements_are_pinned_with_hashes_and_name_no_registry(path):
    text = path.read_text()
    assert not re.search(r"://|index-url|find-links", text)
    for requirement in re.split(r"\n(?=\S)", text.strip()):
        assert re.match(r"[\w.\-\[\]]+==\S+", requirement), requirement
        assert "--hash=sha256:" in requirement, requirement


def test_every_declared_dependency_is_pinned():
    """Repair: make requirements."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    declared = {"base": project["project"]["dependencies"], **project["dependency-groups"]}
    for name, dependencies in declared.items():
        pinned = set(
            re.findall(r"^([\w.\-]+)==", (ROOT / "requirements" / f"{name}.txt").read_text(), re.MULTILINE)
        )
        assert {re.match(r"[\w.\-]+", dependency)[0] for dependency in dependencies} <= pinned


def production_environment():
    return {
        "PATH": os.environ["PATH"],
        "PORTAL_ENV": "production",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "PII_KEYS": f"k1:{b64encode(secrets.token_bytes(32)).decode()}",
        "PII_INDEX_KEY": b64encode(secrets.token_bytes(32)).decode(),
        "ALLOWED_HOSTS": "ikm.example.go.id",
        "SITE_URL": "https://ikm.example.go.id",
        "DATABASE_URL": os.environ["DATABASE_URL"],
    }


def manage(*arguments, environment):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_production_settings_pass_the_deployment_check():
    done = manage("check", "--deploy", "--fail-level", "WARNING", environment=production_environment())
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "PII_KEYS", "PII_INDEX_KEY"])
def test_production_refuses_to_start_without_its_keys(name):
    environment = production_environment()
    del environment[name]
    done = manage("check", environment=environment)
    assert done.returncode != 0
    assert f"{name} must be set in production" in done.stderr


def test_nothing_lives_longer_on_a_connection_than_its_transaction():
    """Behind PgBouncer in transaction mode the next statement may run on another connection."""
    forbidden = re.compile(
        r"pg_(?:try_)?advisory_(?:un)?lock|\bLISTEN [a-z]|\.cursor\(\s*(?:name=|[\"'])|chunked_cursor"
    )
    found = {
        f"{path.relative_to(ROOT)}: {match[0]}"
        for room in (*ROOMS, "semarang_ikm")
        for path in (ROOT / room).rglob("*.py")
        for match in forbidden.finditer(path.read_text())
    }
    assert not found
    assert forbidden.search("SELECT pg_advisory_lock(1)")
    assert forbidden.search('connection.cursor("big")')
    assert not forbidden.search("SELECT pg_advisory_xact_lock(1)")


@pytest.mark.parametrize(("pooled", "off"), [("1", "True"), ("0", "False")])
def test_one_setting_keeps_to_what_a_pool_allows(pooled, off):
    answer = subprocess.run(
        [sys.executable, "-c", "from semarang_ikm.settings import DATABASES as d; print(d['default']['DISABLE_SERVER_SIDE_CURSORS'])"],
        cwd=ROOT, env=os.environ | {"DATABASE_POOLED": pooled}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert answer.stdout.strip() == off


@pytest.mark.parametrize("page", ["promises.md", "security.md"])
def test_every_test_that_a_page_names_exists(page):
    text = (ROOT / "docs" / page).read_text()
    named = set(re.findall(r"`(tests/[\w/.]*?)(?:::(\w+))?`", text))
    assert len(named) > 10
    lost = [
        f"{path}::{function}"
        for path, function in sorted(named)
        if not (ROOT / path).exists()
        or (function and f"def {function}(" not in (ROOT / path).read_text(encoding="utf-8"))
    ]
    assert not lost
