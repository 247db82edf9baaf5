"""What the test database needs beside its migrations."""

import pytest
from django.db import connection
from django.db.models.signals import post_migrate


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Transactional tests empty every table by TRUNCATE, which the audit trail refuses; here, and only here, it may."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger_no_truncate%'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE core_auditentry DISABLE TRIGGER {name}")


def load_reference_data(sender, **kwargs):
    if sender.label == "ikm":
        from ikm.services.reference import load_reference

        load_reference()


@pytest.fixture(scope="session", autouse=True)
def reference_data():
    """Django sends post_migrate after the migrations and after the flush of a transactional test alike."""
    post_migrate.connect(load_reference_data)
    yield
    post_migrate.disconnect(load_reference_data)
