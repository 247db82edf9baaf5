"""The five calls with which the guide begins, run as they stand there by a real curl."""

import html
import json
import os
import re
import subprocess
from datetime import date

import pytest
from django.urls import reverse

from accounts.enums import PartnerKind
from accounts.models import Partner, PartnerClient
from accounts.scopes import scopes_for
from accounts.services import issue_client
from credit.models import Application, Loan
from credit.services.loans import post_event, sign_loan


@pytest.fixture
def program(partner, administrator):
    """(client, secret) of the bank's program."""
    Partner.objects.filter(user=partner).update(kind=PartnerKind.BANK)
    client = PartnerClient(
        partner=Partner.objects.get(user=partner), label="Inti", scopes=scopes_for(PartnerKind.BANK)
    )
    return issue_client(client, actor=administrator)


def test_the_five_calls_of_the_guide_work_as_they_stand(
    live_server, client, application, bapas, partner, program
):
    forwarded = application("forwarded", bank=bapas)
    signed = application("approved", bank=bapas)
    loan = sign_loan(signed, actor=partner, contract_number="AKAD-1", signed_on=date(2026, 1, 12))
    post_event(
        Loan.objects.get(application=signed),
        kind="disbursed",
        on=date(2026, 1, 15),
        source="api",
        actor=partner,
        bank=bapas,
        bank_reference="D-1",
    )
    page = client.get(reverse("api_start"), headers={"host": live_server.url.removeprefix("http://")})
    calls = re.findall(r"<pre [^>]*data-call[^>]*>(.*?)</pre>", page.content.decode(), re.DOTALL)
    assert len(calls) == 5
    made, secret = program
    script = "\necho; echo ---\n".join(html.unescape(call) for call in calls)
    done = subprocess.run(
        ["bash", "-euc", script],
        env={
            "PATH": os.environ["PATH"],
            "CLIENT_ID": made.client_id,
            "CLIENT_SECRET": secret,
            "KRD": forwarded.reference,
            "AKAD": loan.contract_number,
            "TRX": "TRX-1",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    _token, businesses, applications, taken, booked = map(
        lambda text: json.loads(text or "null"), (part.strip() for part in done.stdout.split("---"))
    )
    dealt_with = {forwarded.business.reference, signed.business.reference}
    assert {row["reference"] for row in businesses["results"]} == dealt_with
    assert [row["reference"] for row in applications["results"]] == [forwarded.reference]
    assert taken["status"] == "in_bank_review"
    assert booked["result"] == "booked", booked
    assert Application.objects.get(pk=forwarded.pk).status == "in_bank_review"


def test_a_partner_signed_in_finds_its_programs_in_the_guide(partner, program, sign_in, owner_user):
    made, secret = program
    page = sign_in(partner).get(reverse("api_start")).content.decode()
    assert made.client_id in page
    assert secret not in page
    assert f"berakhiran {secret[-4:]}: belum pernah dipakai" in page
    assert "credit.payments:write" in page
    assert made.client_id not in sign_in(owner_user).get(reverse("api_start")).content.decode()
