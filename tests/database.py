"""What the test database needs beside its migrations."""

import pytest
from django.db import connection


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Transactional tests empty every table by TRUNCATE, which the audit trail refuses; here, and only here, it may."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger_no_truncate%'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE core_auditentry DISABLE TRIGGER {name}")
