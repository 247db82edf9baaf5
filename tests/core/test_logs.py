"""The log tells of nobody, and the tests would hear it if it did."""

import logging
import subprocess
import sys

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from core.logs import PrivateFormatter, personal_numbers
from ikm.models import Owner
from tests.logs import Listener

NIK, PHONE, NAME = "3374011101800001", "081234567890", "Siti Aminah"


def said(formatter, *arguments, exc_info=None):
    record = logging.LogRecord("ikm", logging.ERROR, "", 1, *arguments, exc_info=exc_info)
    return formatter.format(record)


@pytest.mark.parametrize(
    "text",
    [
        NIK,
        f"nik={NIK},",
        "+6281234567890",
        "6281234567890",
        PHONE,
        "0812-3456-7890",
        "+62 812 3456 7890",
        "https://wa.me/6281234567890?text=Halo",
    ],
)
def test_numbers_of_persons_are_known_and_hidden(text):
    assert personal_numbers(text)
    assert not personal_numbers(said(PrivateFormatter(), "Gagal: %s", (text,)))


@pytest.mark.parametrize(
    "text",
    ["IKM-7K2M-4T9A", "1234567890123", "2026-11-24 08:12:34,567", "Rp1.000.000.000.000", "a0812345678901b"],
)
def test_other_numbers_stay(text):
    assert not personal_numbers(text)
    assert text in said(PrivateFormatter(), "Gagal: %s", (text,))


@pytest.fixture
def refused(db):
    """A fault with the refused row in its message, as PostgreSQL words it."""
    try:
        with transaction.atomic():
            Owner.objects.create(name=NAME, sex="lain", phone=PHONE)
    except IntegrityError:
        return sys.exc_info()
    pytest.fail("the database took it")


def test_a_refused_row_does_not_reach_the_log(refused):
    plain = said(logging.Formatter(), "Unhandled fault", (), exc_info=refused)
    assert "Siti Aminah" in plain
    private = said(PrivateFormatter(), "Unhandled fault", (), exc_info=refused)
    assert "Siti Aminah" not in private
    assert not personal_numbers(private)
    assert "direct cause of the following exception" in private
    assert "ikm_owner" in private


def test_the_words_of_a_refusal_are_for_the_person_refused():
    try:
        raise PermissionDenied("Kunjungan ini tugas Vino Verifikator.")
    except PermissionDenied:
        record = logging.LogRecord("django.request", 30, "", 1, "Forbidden: %s", ("/kerja/",), sys.exc_info())
    for status, told in ((403, False), (500, True)):
        record.status_code = status
        assert ("Vino Verifikator" in PrivateFormatter().format(record)) is told


def test_a_listener_hears_message_arguments_and_faults(refused):
    """The control: everything that is said is heard, and the portal's own words are not."""
    heard = Listener(logging.Formatter())
    for message, arguments, fault in [
        (f"NIK {NIK}", (), None),
        ("telepon %s", (PHONE,), None),
        ("oleh %(name)s", ({"name": "Rina Petugas"},), None),
        ("Unhandled fault", (), refused),
        ("berkas %s disimpan", ("IKM-7K2M-4T9A",), None),
    ]:
        heard.handle(logging.LogRecord("x", logging.INFO, "", 1, message, arguments, fault))
    assert [told for _name, told, _text in heard.heard] == [
        [NIK],
        [PHONE],
        ["Rina Petugas"],
        [PHONE, PHONE, "Siti Aminah"],
    ]


def test_any_logger_is_listened_to_in_every_test(log_listener):
    logging.getLogger("ikm.services.anything").info("Pemilik: %s", "Siti Aminah")
    (found,) = log_listener.heard
    log_listener.heard.clear()
    assert found[:2] == ("ikm.services.anything", ["Siti Aminah"])


def test_a_test_that_says_a_name_fails(tmp_path):
    """The control of the whole: a test file of its own, run by a pytest of its own."""
    (tmp_path / "conftest.py").write_text(
        "import logging\nfrom core.logs import PrivateFormatter\n"
        "handler = logging.StreamHandler()\nhandler.name = 'stderr'\nhandler.setFormatter(PrivateFormatter())\n"
        "logging.getLogger().addHandler(handler)\n"
    )
    (tmp_path / "test_talk.py").write_text(
        "import logging\n"
        "def test_quiet(): logging.getLogger('a').info('berkas disimpan')\n"
        "def test_talks(): logging.getLogger('a').info('disimpan oleh Rina Petugas')\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.logs", "-p", "no:django", "-p", "no:cacheprovider",
         "-p", "no:xdist", "--rootdir", tmp_path, "-c", "/dev/null", tmp_path],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "2 passed, 1 error" in done.stdout, done.stdout + done.stderr
    assert "personal data in the log" in done.stdout
