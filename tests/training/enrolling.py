"""Businesses with people who may enrol, and runs with a draw."""

from datetime import timedelta

from django.utils import timezone

from accounts.enums import Purpose
from accounts.models import ConsentText
from ikm.enums import BusinessStatus
from tests.ikm.businesses import business
from tests.training import records
from training.enums import Admission


def consent_text():
    """The words that a consent is given to."""
    return ConsentText.objects.get_or_create(
        purpose=Purpose.REGISTER,
        version=1,
        defaults={"text": "Data dipakai dinas.", "text_en": "…", "in_force_from": "2020-01-01"},
    )[0]


def registered(speaker=None, **fields):
    """A business in the register for which `speaker` speaks."""
    return business(
        BusinessStatus.REGISTERED,
        speaker=speaker,
        registered_on=timezone.localdate() - timedelta(days=900),
        **fields,
    )


def worker(of, **fields):
    """A worker of a business."""
    return records.participant(business=of, **fields)


def workers(of, count):
    return [worker(of) for _ in range(count)]


def drawing_run(*, closed=True, **fields):
    """A run with a selection; `closed`: registration is over and it may be drawn."""
    now = timezone.now()
    return records.run(
        **{
            "admission": Admission.SELECTION,
            "registration_from": now - timedelta(days=5),
            "registration_until": now - timedelta(minutes=1) if closed else now + timedelta(days=2),
        }
        | fields
    )
