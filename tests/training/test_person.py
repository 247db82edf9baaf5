"""What a person learns without signing in, and what "Data saya" holds."""

import json

import pytest
from django.core.serializers.json import DjangoJSONEncoder

from accounts.selectors import everything_about, references_about
from core.tracking import track
from tests.training import records
from tests.training.enrolling import registered, worker
from training.enums import EnrolmentStatus
from training.tracking import describe

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(owner_user):
    shop = registered(owner_user, phone="+6281234567890")
    run = records.run(quota=1)
    records.enrolment(run, who=worker(shop), by=owner_user)
    return records.enrolment(run, "waiting", who=worker(shop, phone="+6281300001111"), by=owner_user)


def test_an_enrolment_is_tracked_by_its_number_and_four_digits(made):
    for digits in ("7890", "1111"):
        found = track(made.reference, digits)
        assert (found.status, found.status_label) == ("waiting", "Daftar tunggu")
        assert found.explanation == "Urutan 1 dari 1 pada daftar tunggu."
    assert track(made.reference, "0000") is None


def test_tracking_names_nobody(made):
    text = str(describe(made))
    assert made.participant.name not in text
    assert made.business.name not in text


@pytest.mark.parametrize("status", EnrolmentStatus.values)
def test_every_status_has_its_sentence(made, status):
    made.status, made.offered_until = status, made.applied_at
    assert describe(made).explanation


def test_my_data_hold_my_people_and_their_courses(made, owner_user, stranger):
    assert {made.reference, made.participant.reference} <= set(references_about(owner_user))
    data = json.loads(json.dumps(everything_about(owner_user), cls=DjangoJSONEncoder))
    assert made.participant.nik in {row["nik"] for row in data["participants"]}
    assert made.reference in {row["reference"] for row in data["enrolments"]}
    assert everything_about(stranger)["enrolments"] == []
