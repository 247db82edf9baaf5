"""Gives the tests their database server and Django, before any other conftest imports models.

People and fixtures of the portal are in tests/conftest.py.
"""

import fcntl
import hashlib
import os
from pathlib import Path

import django
import pytest

from devserver import postgres

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "semarang_ikm.settings")
postgres.ensure()
django.setup()

CHECKOUT = Path(__file__).resolve().parent
LOCAL = CHECKOUT / ".local"
#: Each of the processes of pytest-xdist has a test database of its own; "" where one process does it all.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")


def clean_stamp():
    """A file that exists while the test database stands for the migrations as they are and no run was cut off."""
    digest = hashlib.sha256(os.environ["DATABASE_URL"].encode())
    for path in sorted(CHECKOUT.glob("*/migrations/*.py")):
        digest.update(path.read_bytes())
    return LOCAL / f"test-database{WORKER}-{digest.hexdigest()[:16]}"


def pytest_sessionstart(session):
    """One test run at a time in this checkout: they share the test databases."""
    LOCAL.mkdir(exist_ok=True)
    if not WORKER:
        wait_for_other_runs(session)
    # --reuse-db would keep the tables of a migration that was edited since, and the rows of a run that was killed.
    # The process that only hands out the tests has no database, and would pass the option on.
    if not session.config.pluginmanager.has_plugin("dsession") and not clean_stamp().exists():
        session.config.option.create_db = True


def wait_for_other_runs(session):
    lock = (LOCAL / "tests.lock").open("w")
    session.config.add_cleanup(lock.close)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        reporter.write_line("Another test run uses the test database; waiting for it to end.")
        fcntl.flock(lock, fcntl.LOCK_EX)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    for stamp in LOCAL.glob(f"test-database{WORKER}-*"):
        stamp.unlink()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup):
    yield
    clean_stamp().touch()
