"""Who knows the number and four digits learns the stage and the day, and nothing else; "Data saya" has it all."""

import pytest
from django.urls import reverse

from accounts.selectors import everything_about, references_about
from credit.deadlines import due_on

pytestmark = pytest.mark.django_db


def ask(client, reference, last_four):
    return client.post(reverse("track"), {"reference": reference, "last_four": last_four})


def with_phone(application, number="+6281234567890"):
    application.owner.phone = number
    application.owner.save()
    return application


def test_an_application_is_tracked_by_its_number_and_the_owners_phone(client, application):
    asked = with_phone(application("submitted"))
    page = ask(client, asked.reference, "7890").content.decode()
    assert "Petugas memeriksa berkas dan menjadwalkan kunjungan." in page
    assert "Dinas Perindustrian, bidang kredit" in page
    for secret in (asked.owner.name, asked.business.name, "5.000.000", "tepung"):
        assert secret not in page


def test_wrong_digits_find_nothing(client, application):
    assert ask(client, with_phone(application("submitted")).reference, "0000").status_code == 404


@pytest.mark.parametrize(
    "status",
    ["draft", "needs_correction", "declined", "rejected", "withdrawn", "in_bank_review", "disbursed"],
)
def test_every_status_has_its_sentence(client, application, status):
    asked = with_phone(application(status))
    assert ask(client, asked.reference, "7890").status_code == 200
    assert due_on(asked) is None or status == "in_bank_review"


def test_a_persons_data_hold_the_applications_of_his_or_her_businesses(application, owner_user, stranger):
    asked = application("submitted")
    assert asked.reference in references_about(owner_user)
    [row] = everything_about(owner_user)["credit_applications"]
    assert (row["reference"], row["purpose"]) == (asked.reference, asked.purpose)
    assert "pk" not in row
    assert everything_about(stranger)["credit_applications"] == everything_about(stranger)["loans"] == []
