"""A thousand certificates are one press: the worker issues them while the page shows how far it is, without a gap."""

import time

import pytest
from django.urls import reverse
from pypdf import PdfReader

from accounts.enums import Role
from core.models import Letter, Signatory
from tests.drills.conftest import say
from tests.training import records
from tests.training.enrolling import registered
from tests.training.test_outcomes import held_run
from training.models import Certificate, Enrolment, Participant, Run
from training.services import certificates

pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]

RUNS, PEOPLE = 10, 100
TOTAL = RUNS * PEOPLE


def completed_run(number, business, officer):
    """A run that is over, whose people have all passed."""
    run = held_run(quota=PEOPLE)
    Run.objects.filter(pk=run.pk).update(status="completed")
    people = Participant.objects.bulk_create(
        Participant(
            name=f"Peserta {number}-{one}",
            nik=records.nik(number * PEOPLE + one),
            sex="female",
            business=business,
        )
        for one in range(PEOPLE)
    )
    Enrolment.objects.bulk_create(
        Enrolment(run=run, participant=one, business=business, status="completed", enrolled_by=officer)
        for one in people
    )
    return run


def test_a_thousand_certificates_in_one_order_without_a_gap(person, sign_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    officer, business = person(Role.TRAINING_OFFICER), registered(person(name="Pemilik"))
    runs = [completed_run(number, business, officer) for number in range(RUNS)]
    signatory = Signatory.objects.create(
        name="Kepala Contoh", post="Kepala Dinas", unit="Dinas Perindustrian", in_force_from="2020-01-01"
    )
    browser = sign_in(officer)
    pressed = browser.post(
        reverse("certificate_orders"),
        {"runs": [run.reference for run in runs], "signatory": signatory.pk},
        follow=True,
    )
    watched = reverse("certificate_order", args=[pressed.context["order"].reference])

    shown, seconds, order = [], 0, None
    while order is None or order.status == "waiting":
        began = time.monotonic()
        order = certificates.work_off()
        seconds += time.monotonic() - began
        if order.issued % 250 == 0 and order.status == "waiting":
            page = browser.get(watched).content.decode().replace("1.000", "1000")
            shown.append(f"Kemajuan: {order.progress}%" in page and f"{order.issued} dari {TOTAL}" in page)
    assert shown == [True] * 4

    assert (order.issued, order.total, order.problems, order.status) == (TOTAL, TOTAL, [], "done")
    assert Certificate.objects.count() == TOTAL
    assert sorted(Letter.objects.values_list("serial", flat=True)) == list(range(1, TOTAL + 1))
    files = {letter.file.path for letter in Letter.objects.all()}
    assert len(files) == TOTAL
    assert len(PdfReader(files.pop()).pages) == 1
    say(
        "a thousand certificates are one press, with progress and without a gap in the numbers",
        f"{RUNS} runs of {PEOPLE} in one order, by one worker",
        f"{seconds:.1f} s, numbers 1 to {TOTAL}",
    )
