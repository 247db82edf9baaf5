"""Gives the tests their database server and Django, before any other conftest imports models.

People and fixtures of the portal are in tests/conftest.py.
"""

import fcntl
import hashlib
import os
from pathlib import Path

import django
import pytest
from pytest_django.plugin import blocking_manager_key

from devserver import postgres

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "semarang_ikm.settings")
postgres.ensure()
django.setup()

from django.db import connection  # noqa: E402 - needs the settings

CHECKOUT = Path(__file__).resolve().parent
LOCAL = CHECKOUT / ".local"
#: Each of the processes of pytest-xdist has a test database of its own, a copy of the one; "" where one process does it all.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")


def clean_stamp():
    """A file that exists while the test database stands for the migrations as they are and no run was cut off."""
    digest = hashlib.sha256(os.environ["DATABASE_URL"].encode())
    for path in sorted(CHECKOUT.glob("*/migrations/*.py")):
        digest.update(path.read_bytes())
    return LOCAL / f"test-database-{digest.hexdigest()[:16]}"


def bare_database():
    """The name of a database with the tables as they are and no rows, to which nobody connects."""
    return f"test_{connection.settings_dict['NAME'].removeprefix('test_')}_bare"


def forget_stamps():
    for stamp in LOCAL.glob("test-database-*"):
        stamp.unlink()


def pytest_sessionstart(session):
    """One test run at a time in this checkout: they share the test database, which is made here if it does not stand."""
    if WORKER:
        return
    LOCAL.mkdir(exist_ok=True)
    lock = (LOCAL / "tests.lock").open("w")
    session.config.add_cleanup(lock.close)
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        reporter.write_line("Another test run uses the test database; waiting for it to end.")
        fcntl.flock(lock, fcntl.LOCK_EX)
    # --reuse-db would keep the tables of a migration that was edited since, and the rows of a run that was killed.
    if not clean_stamp().exists():
        reporter.write_line("Making the test database.")
        forget_stamps()
        with session.config.stash[blocking_manager_key].unblock():
            name = connection.settings_dict["NAME"]
            connection.creation.create_test_db(verbosity=0, autoclobber=True)
            connection.close()
            # The tables alone, from which tests of the sandbox make theirs.
            made, bare = connection.settings_dict["NAME"], bare_database()
            with connection.creation._nodb_cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{bare}"')
                cursor.execute(f'CREATE DATABASE "{bare}" TEMPLATE "{made}"')
            connection.settings_dict["NAME"] = name
        clean_stamp().touch()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, django_db_blocker):
    """Before the first test that needs the database: a worker's own copy, or the one, which a killed run leaves unclean."""
    if not WORKER:
        forget_stamps()
        return
    copy = connection.ops.quote_name(connection.settings_dict["TEST"]["NAME"])
    original = connection.ops.quote_name(f"test_{connection.settings_dict['NAME']}")
    with django_db_blocker.unblock(), connection.creation._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {copy}")
        cursor.execute(f"CREATE DATABASE {copy} TEMPLATE {original}")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup):
    yield
    if not WORKER:
        clean_stamp().touch()
