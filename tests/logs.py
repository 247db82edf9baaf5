"""Nobody's data in the log: a handler listens in all tests, and the test in which something is said fails.

It hears what reaches the root logger at level INFO or above. `django.db.backends` speaks only while a test counts
queries.
"""

import logging

import pytest

from core.logs import personal_numbers

#: People whom the tests make; entries.py and people.py write these names and no others.
NAMES = [
    "Siti Aminah",
    "Rina Petugas",
    "Vino Verifikator",
    "Adi Administrator",
    "Awan Pengawas",
    "Pemilik Usaha",
]


class Listener(logging.Handler):
    """Keeps what log records tell of persons, in the form in which the portal writes them."""

    def __init__(self, formatter=None):
        super().__init__(logging.INFO)
        self.setFormatter(formatter)
        self.heard = []

    def emit(self, record):
        if record.name == "django.db.backends":
            return
        text = self.format(record)
        told = personal_numbers(text) + [name for name in NAMES if name in text]
        if told:
            self.heard.append((record.name, told, text))


def portal_formatter():
    """The formatter of the handler that the settings put on the root logger."""
    return next(handler.formatter for handler in logging.getLogger().handlers if handler.name == "stderr")


@pytest.fixture(scope="session")
def log_listener():
    root = logging.getLogger()
    level = root.level
    quieter = [handler for handler in root.handlers if handler.level < level]
    for handler in quieter:
        handler.setLevel(level)
    listener = Listener(portal_formatter())
    root.addHandler(listener)
    root.setLevel(min(level, logging.INFO))
    yield listener
    root.setLevel(level)
    root.removeHandler(listener)


@pytest.fixture(autouse=True)
def the_log_tells_of_nobody(log_listener):
    yield
    heard, log_listener.heard = log_listener.heard, []
    assert not heard, f"personal data in the log: {heard}"
