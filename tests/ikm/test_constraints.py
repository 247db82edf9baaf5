"""What the database refuses is told before it does, in one question where all is well."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ikm.models import Business


def checks_asked(captured):
    return [query["sql"] for query in captured if '"_check"' in query["sql"]]


def codes(record, exclude=None):
    """The sentences with which `record` is refused."""
    with pytest.raises(ValidationError) as refused:
        record.validate_constraints(exclude=exclude)
    return refused.value.messages


def test_a_row_that_meets_all_its_checks_is_asked_about_once(list_business):
    business = list_business("Batik")
    with CaptureQueriesContext(connection) as captured:
        business.validate_constraints()
    assert len(checks_asked(captured)) == 1


def test_each_broken_check_says_its_own_sentence(list_business):
    business = list_business("Batik")
    business.nib, business.latitude, business.longitude = "123", "-8", "110.4"
    assert codes(business) == [
        "NIB terdiri atas 13 angka. Periksa kembali pada dokumen OSS.",
        "Titik peta berada di luar Kota Semarang. Periksa lintang dan bujur.",
    ]


def test_a_check_whose_field_is_left_out_is_not_asked_and_the_others_are(list_business):
    business = list_business("Batik")
    business.nib, business.latitude = "123", "-8"
    assert codes(business, exclude={"latitude"}) == [
        "NIB terdiri atas 13 angka. Periksa kembali pada dokumen OSS."
    ]
    business.nib = None
    business.validate_constraints(exclude={"latitude"})


def test_unique_rules_are_asked_whether_or_not_the_checks_hold(list_business):
    list_business("Batik", nib="1234567890123")
    twice = list_business("Mebel")
    twice.nib = "1234567890123"
    assert codes(twice) == ["NIB ini sudah tercatat. Buka berkas yang sudah ada."]
    assert Business.objects.filter(nib=twice.nib).count() == 1
