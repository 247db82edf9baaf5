"""Two businesses that turn out to be one: their credit goes to the kept file, and never twice."""

import pytest
from django.core.exceptions import ValidationError

from ikm.services.merges import merge_businesses, undo_merge
from tests.ikm.businesses import business

pytestmark = pytest.mark.django_db


@pytest.fixture
def other():
    return business(registered_on="2016-01-01")


def test_an_application_follows_its_business_and_comes_back(application, other, registrar, owner_user):
    made = application("submitted")
    merge = merge_businesses(other, made.business, actor=registrar, choices={})
    moved = type(made).objects.visible_to(owner_user).get()
    assert moved.business == other
    undo_merge(merge, actor=registrar)
    assert type(made).objects.get().business == made.business


def test_two_open_applications_stand_in_the_way(application, other, registrar, people, person):
    one = application("submitted")
    people["applicant"] = person()
    application("draft", of=other)
    with pytest.raises(ValidationError, match="Selesaikan salah satunya dahulu"):
        merge_businesses(other, one.business, actor=registrar, choices={})
