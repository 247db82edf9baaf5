"""The credit API: who may, every step, idempotent replays, and bodies that try to set what they may not."""

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.enums import Role
from accounts.models import Partner
from credit.models import Application, Loan, LoanEvent, SubsidyClaim
from credit.services import claims
from credit.services.loans import post_event
from tests.credit import records
from tests.ikm.api_clients import assert_problem
from tests.ikm.businesses import business

pytestmark = pytest.mark.django_db
API = "/api/v1/credit/"
APPLICATIONS, LOANS, PAYMENTS, CLAIMS = (
    f"{API}{name}/" for name in ("applications", "loans", "payments", "claims")
)


def send(client, path, body, method="post", **headers):
    return getattr(client, method)(path, json.dumps(body), content_type="application/json", headers=headers)


def references(answer):
    assert answer.status_code == 200, answer.content
    return [row["reference"] for row in answer.json()["results"]]


@pytest.fixture
def other_bank(person, wibawa):
    user = person(Role.PARTNER, name="Bank Lain")
    records.bank(user)
    return user


@pytest.fixture
def signed(application, bapas, people, api):
    """An application whose contract the bank signed through the API."""
    made = application("approved", bank=bapas)
    answer = send(
        api(people["bank"]),
        f"{APPLICATIONS}{made.reference}/steps/sign/",
        {"contract_number": "AKAD-1", "account_number": "00-11-22", "signed_on": "2026-01-12"},
    )
    assert answer.status_code == 200, answer.content
    return made


@pytest.fixture
def loan(signed, partner):
    made = Loan.objects.get(application=signed)
    post_event(
        made,
        kind="disbursed",
        on=date(2026, 1, 15),
        source="api",
        actor=partner,
        bank=made.bank,
        bank_reference="D-1",
    )
    made.refresh_from_db()
    return made


# --- Schemes and the simulator ------------------------------------------------------------------------------------------


def test_schemes_and_the_simulator_are_public(wibawa, api):
    (scheme,) = api().get(f"{API}schemes/").json()
    assert (scheme["code"], scheme["annual_rate"], scheme["unsecured_max"]) == ("wibawa", "3.0000", 5_000_000)
    assert {"kind": "minimum_age", "limit": 17, "is_blocking": True}.items() <= scheme["rules"][2].items()
    assert api().get(f"{API}schemes/", {"as_of": "2016-01-01"}).json() == []
    made = api().get(f"{API}simulate/", {"amount": 5_000_000, "months": 12})
    body = made.json()
    assert (body["interest"], body["total"], len(body["instalments"])) == ("150000.00", "5150000.00", 12)
    assert body["city_share"]
    assert (
        api()
        .get(f"{API}simulate/", {"amount": 5_000_000, "months": 12}, headers={"If-None-Match": made["ETag"]})
        .status_code
        == 304
    )


@pytest.mark.parametrize(
    "query", [{}, {"amount": "1", "months": "12"}, {"amount": 5_000_000, "months": 99}, {"jumlah": 1}]
)
def test_the_simulator_says_what_it_takes(wibawa, api, query):
    assert_problem(api().get(f"{API}simulate/", query), 400)


# --- Who sees what ------------------------------------------------------------------------------------------------------


def test_everybody_sees_their_own_applications(application, bapas, people, stranger, other_bank, api, person):
    at_bank = application("forwarded", bank=bapas)
    draft = application("draft")
    everything = [at_bank.reference, draft.reference]
    assert references(api(people["applicant"]).get(APPLICATIONS)) == everything
    assert references(api(people["officer"]).get(APPLICATIONS)) == everything
    assert references(api(people["bank"]).get(APPLICATIONS)) == [at_bank.reference]
    for user in (stranger, other_bank, person(Role.GALLERY_CURATOR)):
        assert references(api(user).get(APPLICATIONS)) == []
        assert_problem(api(user).get(f"{APPLICATIONS}{at_bank.reference}/"), 404)
    assert_problem(api(people["bank"]).get(f"{APPLICATIONS}{draft.reference}/"), 404)
    for path in (APPLICATIONS, LOANS, CLAIMS, PAYMENTS):
        assert_problem(api().get(path), 401)


def test_a_bank_reads_in_the_register_about_the_businesses_it_deals_with(
    application, bapas, people, other_bank, api
):
    for user in (people["bank"], other_bank):
        Partner.objects.filter(user=user).update(kind="bank")
    at_bank, turned_down = application("in_bank_review", bank=bapas), application("rejected", bank=bapas)
    earlier = application("verified")

    def sees(user, made):
        return api(user).get(f"/api/v1/businesses/{made.business.reference}/").status_code == 200

    assert sees(people["bank"], at_bank)
    assert not sees(people["bank"], turned_down)
    assert not sees(people["bank"], earlier)
    assert not any(sees(other_bank, made) for made in (at_bank, turned_down, earlier))


def test_everybody_sees_their_own_loans(loan, people, stranger, other_bank, api):
    for user in (people["applicant"], people["officer"], people["bank"]):
        assert references(api(user).get(LOANS)) == [loan.reference]
        assert api(user).get(f"{LOANS}{loan.reference}/schedule/").status_code == 200
    for user in (stranger, other_bank):
        assert references(api(user).get(LOANS)) == []
        for what in ("", "schedule/", "state/", "payoff/"):
            assert_problem(api(user).get(f"{LOANS}{loan.reference}/{what}"), 404)


def test_no_answer_holds_a_nik_or_an_account_number(loan, people, api):
    client = api(people["officer"])
    for path in (
        APPLICATIONS,
        LOANS,
        f"{APPLICATIONS}{loan.application.reference}/",
        f"{LOANS}{loan.reference}/",
    ):
        text = client.get(path).content.decode()
        assert loan.application.owner.nik not in text
        assert "001122" not in text


def test_lists_are_filtered_and_paged(application, people, bapas, api):
    made = [application("forwarded", bank=bapas) for _n in range(3)]
    application("draft")
    client = api(people["officer"])
    assert len(references(client.get(APPLICATIONS, {"status": "forwarded"}))) == 3
    assert references(client.get(APPLICATIONS, {"bank": "BNK-0000-0000"})) == []
    assert_problem(client.get(APPLICATIONS, {"status": "lain"}), 400)
    assert_problem(client.get(APPLICATIONS, {"statuss": "draft"}), 400, "unknown")
    first = client.get(APPLICATIONS, {"limit": 2, "status": "forwarded"}).json()
    assert [row["reference"] for row in first["results"]] == [one.reference for one in made[:2]]
    second = client.get(first["next"]).json()
    assert [row["reference"] for row in second["results"]] == [made[2].reference]
    back = client.get(second["previous"]).json()
    assert back["results"] == first["results"]
    changed = client.get(APPLICATIONS, {"modified_since": "2020-01-01T00:00:00+07:00", "limit": 2}).json()
    assert changed["meta"]["next_modified_since"]
    assert len(client.get(changed["next"]).json()["results"]) == 2


def test_long_lists_take_few_queries(application, people, bapas, loan, api, django_assert_max_num_queries):
    for _n in range(5):
        application("forwarded", bank=bapas)
    client = api(people["officer"])
    for path, most in (
        (APPLICATIONS, 8),
        (LOANS, 5),
        (CLAIMS, 5),
        (f"{APPLICATIONS}{loan.application.reference}/", 12),
    ):
        client.get(path)
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code == 200


# --- Applications -------------------------------------------------------------------------------------------------------


def test_an_owner_starts_and_fills_in_an_application(wibawa, people, api):
    shop = business(speaker=people["applicant"], registered_on=date(2015, 1, 1))
    client = api(people["applicant"])
    answer = send(client, APPLICATIONS, {"business": shop.reference, "amount": 4_000_000})
    assert answer.status_code == 201, answer.content
    made = Application.objects.get()
    path = f"{APPLICATIONS}{made.reference}/"
    assert answer["Location"].endswith(path)
    assert send(client, APPLICATIONS, {"business": shop.reference}).status_code == 200
    assert_problem(send(client, path, {"months": 6}, "patch"), 428)
    tag = client.get(path)["ETag"]
    assert send(client, path, {"months": 6}, "patch", **{"If-Match": tag}).status_code == 200
    assert_problem(send(client, path, {"months": 7}, "patch", **{"If-Match": tag}), 412)
    made.refresh_from_db()
    assert (made.amount, made.months) == (4_000_000, 6)
    assert_problem(send(client, f"{path}steps/submit/", {}), 400)
    assert [step["name"] for step in client.get(path).json()["steps"]] == ["submit", "withdraw"]


def test_only_who_speaks_for_the_business_starts_or_fills_in(
    wibawa, application, people, stranger, partner, api
):
    shop = business(registered_on=date(2015, 1, 1))
    made = application("draft")
    for user in (stranger, partner):
        assert send(api(user), APPLICATIONS, {"business": shop.reference}).status_code in {403, 404}
        assert_problem(
            send(api(user), f"{APPLICATIONS}{made.reference}/", {"months": 6}, "patch", **{"If-Match": "*"}),
            404,
        )
    assert Application.objects.count() == 1


def test_nobody_sets_what_is_not_theirs(application, people, api):
    """Every field of the model, sent to every door that writes, changes nothing."""
    made = application("draft")
    before = Application.objects.filter(pk=made.pk).values().get()
    body = {
        name: (1 if isinstance(value, int) else "disbursed")
        for name, value in before.items()
        if name not in {"amount", "months", "purpose", "purpose_kind", "collateral_kind", "collateral_description",
                        "collateral_value"}
    }  # fmt: skip
    client = api(people["applicant"])
    answer = assert_problem(
        send(client, f"{APPLICATIONS}{made.reference}/", body, "patch", **{"If-Match": "*"}), 400, "unknown"
    )
    assert {error["pointer"].strip("/") for error in answer["errors"]} == body.keys()
    assert_problem(send(client, f"{APPLICATIONS}{made.reference}/steps/withdraw/", body), 400, "unknown")
    assert_problem(send(client, APPLICATIONS, body | {"business": made.business.reference}), 400, "unknown")
    assert Application.objects.filter(pk=made.pk).values().get() == before


def test_an_owner_withdraws(application, people, stranger, partner, api):
    made = application("submitted")
    path = f"{APPLICATIONS}{made.reference}/steps/withdraw/"
    assert_problem(send(api(stranger), path, {}), 404)
    assert_problem(send(api(partner), path, {}), 404)
    assert_problem(send(api(people["officer"]), path, {}), 403)
    answer = send(api(people["applicant"]), path, {"note": "Sudah tidak perlu"})
    assert answer.json()["status"] == "withdrawn"
    assert_problem(send(api(people["applicant"]), path, {}), 409, "step_out_of_turn")


def test_a_bank_signs_and_disburses_once(signed, people, other_bank, api):
    loan = Loan.objects.get(application=signed)
    assert (loan.contract_number, loan.principal, loan.status) == ("AKAD-1", 5_000_000, "signed")
    path = f"{APPLICATIONS}{signed.reference}/steps/disburse/"
    body = {"disbursed_on": "2026-01-15", "bank_reference": "D-1"}
    assert_problem(send(api(other_bank), path, body, **{"Idempotency-Key": "k"}), 404)
    assert_problem(send(api(people["applicant"]), path, body, **{"Idempotency-Key": "k"}), 403)
    client = api(people["bank"])
    assert_problem(send(client, path, body), 400)
    first = send(client, path, body, **{"Idempotency-Key": "k"})
    assert first.json()["status"] == "disbursed", first.content
    again = send(client, path, body, **{"Idempotency-Key": "k"})
    assert (again["Idempotent-Replayed"], again.json()) == ("true", first.json())
    assert LoanEvent.objects.count() == 1


def test_a_step_takes_only_its_own_fields(application, bapas, people, api):
    made = application("approved", bank=bapas)
    client = api(people["bank"])
    path = f"{APPLICATIONS}{made.reference}/steps/"
    assert_problem(send(client, f"{path}sign/", {"signed_on": "2026-01-12"}), 400)
    body = {"contract_number": "A", "signed_on": "2026-01-12", "disbursed_on": "2026-01-12"}
    assert_problem(send(client, f"{path}sign/", body), 400, "unknown")
    assert_problem(send(client, f"{path}verify/", {}), 404)
    assert_problem(
        send(
            client,
            f"{path}sign/",
            {"contract_number": "A", "signed_on": "2026-01-12"},
            **{"If-Match": '"999-x"'},
        ),
        412,
    )
    made.refresh_from_db()
    assert made.status == "approved"


# --- Loans --------------------------------------------------------------------------------------------------------------


def test_a_loan_is_read_as_of_any_day(loan, people, api):
    client = api(people["applicant"])
    body = client.get(f"{LOANS}{loan.reference}/").json()
    assert (body["principal"], body["outstanding_principal"]) == (5_000_000, "5000000.00")
    rows = client.get(f"{LOANS}{loan.reference}/schedule/").json()
    assert sum(float(row["principal"]) for row in rows) == 5_000_000
    state = client.get(f"{LOANS}{loan.reference}/state/", {"as_of": "2026-01-20"}).json()
    assert (state["status"], state["days_past_due"]) == ("active", 0)
    quote = client.get(f"{LOANS}{loan.reference}/payoff/", {"on": "2026-01-20"}).json()
    assert quote["amount"] == state["payoff"]
    assert_problem(client.get(f"{LOANS}{loan.reference}/state/", {"as_of": "besok"}), 400)


# --- Payments -----------------------------------------------------------------------------------------------------------


def payment(**fields):
    return {
        "contract_number": "AKAD-1",
        "on": "2026-02-16",
        "amount": "429167.00",
        "bank_reference": "T-1",
    } | fields


def test_a_payment_is_booked_once(loan, people, api):
    client = api(people["bank"])
    assert_problem(send(client, PAYMENTS, payment()), 400)
    first = send(client, PAYMENTS, payment(), **{"Idempotency-Key": "1"})
    assert (first.status_code, first.json()["result"]) == (201, "booked"), first.content
    replay = send(client, PAYMENTS, payment(), **{"Idempotency-Key": "1"})
    assert replay["Idempotent-Replayed"] == "true"
    again = send(client, PAYMENTS, payment(), **{"Idempotency-Key": "2"})
    assert (again.status_code, again.json()["result"]) == (200, "already_booked")
    other = send(client, PAYMENTS, payment(amount="1.00"), **{"Idempotency-Key": "3"})
    assert_problem(other, 400, "booked_differently")
    assert_problem(send(client, PAYMENTS, payment(amount="2.00"), **{"Idempotency-Key": "1"}), 422)
    assert LoanEvent.objects.filter(kind="paid").count() == 1
    loan.refresh_from_db()
    assert str(loan.outstanding_principal) == first.json()["outstanding_principal"]


def test_a_payment_names_its_loan_in_one_way(loan, people, api):
    client = api(people["bank"])
    by_account = payment(account_number="00.11.22", bank_reference="T-2")
    del by_account["contract_number"]
    assert send(client, PAYMENTS, by_account, **{"Idempotency-Key": "1"}).status_code == 201
    assert_problem(send(client, PAYMENTS, payment(loan=loan.reference), **{"Idempotency-Key": "2"}), 400)
    assert_problem(
        send(client, PAYMENTS, payment(contract_number="X"), **{"Idempotency-Key": "3"}), 400, "unknown_loan"
    )
    assert_problem(
        send(client, PAYMENTS, payment(status="paid_off"), **{"Idempotency-Key": "4"}), 400, "unknown"
    )


def test_who_books_payments(loan, people, stranger, other_bank, auditor, api):
    assert_problem(
        send(api(other_bank), PAYMENTS, payment(), **{"Idempotency-Key": "1"}), 400, "unknown_loan"
    )
    for user in (stranger, people["applicant"], people["verifier"], auditor):
        assert_problem(send(api(user), PAYMENTS, payment(), **{"Idempotency-Key": "1"}), 403)
        assert_problem(
            send(api(user), f"{PAYMENTS}bulk/", {"payments": [payment()]}, **{"Idempotency-Key": "1"}), 403
        )
    assert not LoanEvent.objects.filter(kind="paid").exists()
    official = send(api(people["officer"]), PAYMENTS, payment(), **{"Idempotency-Key": "1"})
    assert official.status_code == 201


def test_many_payments_each_have_their_answer(loan, people, api):
    client = api(people["bank"])
    items = [
        payment(bank_reference="B-1"),
        payment(bank_reference="B-2", on="2026-03-16"),
        payment(bank_reference="B-1"),
        payment(bank_reference="B-3", contract_number="TIDAK-ADA"),
        payment(bank_reference="B-4", amount="nol"),
        payment(bank_reference="B-5", on="2999-01-01"),
    ]
    answer = send(client, f"{PAYMENTS}bulk/", {"payments": items}, **{"Idempotency-Key": "1"})
    body = answer.json()
    assert (body["booked"], body["already_booked"], body["refused"]) == (2, 1, 3), body
    assert [row["result"] for row in body["results"]] == [
        "booked", "booked", "already_booked", "refused", "refused", "refused",
    ]  # fmt: skip
    assert body["results"][3]["errors"][0]["code"] == "unknown_loan"
    assert body["results"][4]["errors"][0]["pointer"] == "/amount"
    again = send(client, f"{PAYMENTS}bulk/", {"payments": items}, **{"Idempotency-Key": "1"})
    assert (again["Idempotent-Replayed"], again.json()) == ("true", body)
    assert LoanEvent.objects.filter(kind="paid").count() == 2
    assert_problem(send(client, f"{PAYMENTS}bulk/", {"payments": []}, **{"Idempotency-Key": "2"}), 400)


# --- Claims -------------------------------------------------------------------------------------------------------------


def claim_body(**fields):
    return {"month": "2026-02", "lines": [{"loan": "AKAD-1", "days": 28, "amount": 25_000}]} | fields


def test_a_bank_claims_and_follows_its_claim(loan, people, other_bank, stranger, api):
    client = api(people["bank"])
    assert_problem(send(client, CLAIMS, claim_body()), 400)
    first = send(client, CLAIMS, claim_body(), **{"Idempotency-Key": "1"})
    assert first.status_code == 201, first.content
    claim = SubsidyClaim.objects.get()
    path = f"{CLAIMS}{claim.reference}/"
    assert (first.json()["month"], first.json()["lines"][0]["loan"]) == ("2026-02", loan.reference)
    assert send(client, CLAIMS, claim_body(), **{"Idempotency-Key": "1"})["Idempotent-Replayed"] == "true"
    claims.check_claim(claim, actor=people["officer"])
    assert client.get(path).json()["computed_total"] == 23_333
    assert_problem(send(client, CLAIMS, claim_body(), **{"Idempotency-Key": "2"}), 409)
    claims.return_claim(claim, actor=people["officer"], note="Periksa lagi harinya.")
    assert client.get(path).json()["returned_note"] == "Periksa lagi harinya."
    assert send(client, CLAIMS, claim_body(), **{"Idempotency-Key": "3"}).json()["status"] == "uploaded"
    assert references(api(other_bank).get(CLAIMS)) == []
    for user in (other_bank, stranger):
        assert_problem(api(user).get(path), 404)
    assert_problem(send(api(stranger), CLAIMS, claim_body(), **{"Idempotency-Key": "4"}), 403)


def test_a_claim_comes_as_a_file_too(loan, people, api):
    file = SimpleUploadedFile("tagihan.txt", b"AKAD-1|28|25.000\n")
    client = api(people["bank"])
    answer = client.post(CLAIMS, {"month": "2026-02", "file": file}, headers={"Idempotency-Key": "1"})
    assert answer.status_code == 201, answer.content
    assert answer.json()["claimed_total"] == 25_000
    both = claim_body() | {"status": "paid"}
    assert_problem(send(client, CLAIMS, both, **{"Idempotency-Key": "2"}), 400, "unknown")


# --- The bank's answer --------------------------------------------------------------------------------------------------


def test_a_bank_reviews_and_approves(application, bapas, people, other_bank, api):
    made = application("forwarded", bank=bapas)
    path = f"{APPLICATIONS}{made.reference}/steps/"
    assert_problem(send(api(other_bank), f"{path}start_review/", {}), 404)
    assert_problem(send(api(people["applicant"]), f"{path}start_review/", {}), 403)
    client = api(people["bank"])
    assert send(client, f"{path}start_review/", {}).json()["status"] == "in_bank_review"
    assert_problem(send(client, f"{path}approve/", {"amount": 4_000_000}), 400)
    body = {"amount": 4_000_000, "months": 12, "bank_checked_on": "2026-01-10", "bank_grade": 1}
    answer = send(client, f"{path}approve/", body)
    assert (answer.status_code, answer.json()["status"]) == (200, "approved"), answer.content
    assert answer.json()["approved_amount"] == 4_000_000


def test_a_bank_rejects_with_a_reason(application, bapas, people, api):
    made = application("in_bank_review", bank=bapas)
    path = f"{APPLICATIONS}{made.reference}/steps/reject/"
    client = api(people["bank"])
    assert_problem(send(client, path, {}), 400)
    assert_problem(send(client, path, {"reason": "residence"}), 400)
    answer = send(client, path, {"reason": "credit_record", "note": "SLIK kol. 3"})
    assert (answer.status_code, answer.json()["status"]) == (200, "rejected"), answer.content
    assert answer.json()["reason"]["code"] == "credit_record"
