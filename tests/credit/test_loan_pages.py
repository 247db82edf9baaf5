"""Pages of loans: who may, what they show, what they lead to, and at what price."""

from datetime import date
from io import BytesIO

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from core.models import AuditEntry, Letter, Signatory
from credit.enums import LoanStatus
from credit.ledger import payoff_quote, state_of, subsidy_so_far
from credit.models import BankFile, ReliefDecree
from credit.services.loan_letters import issue_paid_off
from credit.services.loans import post_event, post_payment
from credit.services.relief import apply_relief, preview_relief, undo_relief
from tests.credit import records

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _now(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel("2026-11-24 10:00 +0700", tick=False):
        yield


@pytest.fixture
def loan(application, partner):
    made = records.signed_loan(
        application("approved"), actor=partner, account_number="5301000077", contract_number="PK/77"
    )
    post_event(made, kind="disbursed", on=date(2026, 1, 10), source="api", actor=partner)
    post_payment(made, on=date(2026, 2, 10), amount=429_167, bank_reference="T1", source="api", actor=partner)
    made.refresh_from_db()
    return made


@pytest.fixture
def signatory(db):
    return Signatory.objects.create(
        name="Dra. Kepala Dinas",
        post="Kepala Dinas",
        unit="Dinas Perindustrian",
        in_force_from=date(2020, 1, 1),
    )


def text(page):
    return page.content.decode()


# --- Officials --------------------------------------------------------------------------------------------------------


def test_the_list_is_filtered_and_costs_the_same_for_any_number(
    loan, officer, sign_in, django_assert_max_num_queries
):
    client = sign_in(officer)
    with django_assert_max_num_queries(12):
        page = client.get(reverse("office_loans"), {"status": "active", "terlambat": "on", "cari": "roti"})
    assert loan.reference in text(page)
    for query in ({"status": "paid_off"}, {"kol": "5"}, {"bank": "BNK-X"}, {"cari": "tidak ada"}):
        found = loan.reference in text(client.get(reverse("office_loans"), query))
        assert found == ("bank" in query)
    assert loan.reference in text(client.get(reverse("office_loans"), {"cari": "PK/77"}))


def test_pages_follow_each_other_without_gap(
    loan, officer, sign_in, application, people, person, partner, monkeypatch
):
    monkeypatch.setattr("credit.views.loans.PER_PAGE", 1)
    people["applicant"] = person()
    other = records.signed_loan(application("approved"), actor=partner)
    post_event(other, kind="disbursed", on=date(2026, 3, 10), source="api", actor=partner)
    client = sign_in(officer)
    for name in ("office_loans", "office_arrears"):
        first = client.get(reverse(name))
        second = client.get(reverse(name) + first.context["next_url"])
        shown = [page.context["loans"][0][0].pk for page in (first, second)]
        assert shown == ([other.pk, loan.pk] if name == "office_loans" else [loan.pk, other.pk])
        assert not second.context["next_url"]


def test_the_list_leaves_as_a_workbook_that_is_written_down(loan, officer, sign_in):
    answer = sign_in(officer).get(reverse("office_loans_export"), {"status": "active"})
    rows = (
        CalamineWorkbook.from_filelike(BytesIO(b"".join(answer.streaming_content)))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert (rows[1][0], rows[1][1], rows[1][6]) == (loan.reference, "PK/77", 5_000_000)
    assert "5301000077" not in str(rows)
    assert AuditEntry.objects.get(action="credit.export_loans").detail == {"count": 1}


def test_the_page_of_a_loan_shows_it_on_any_day(loan, officer, sign_in, django_assert_max_num_queries):
    client = sign_in(officer)
    with django_assert_max_num_queries(25):
        page = client.get(reverse("office_loan", args=[loan.reference]))
    assert page.context["state"] == state_of(loan, TODAY)
    early = client.get(reverse("office_loan", args=[loan.reference]), {"tanggal": "20-01-2026"})
    assert early.context["state"].outstanding_principal == 5_000_000
    assert page.context["state"].days_past_due > 200


def test_a_disbursement_is_offered_while_some_of_the_principal_is_not_paid_out(
    loan, officer, sign_in, application, people, person
):
    client = sign_in(officer)
    assert "disburse" not in client.get(reverse("office_loan", args=[loan.reference])).context["forms"]
    people["applicant"] = person()
    other = records.signed_loan(application("approved"), actor=officer)
    url = reverse("office_loan", args=[other.reference])
    for amount in (None, 2_000_000):
        if amount:
            post_event(other, kind="disbursed", on=TODAY, amount=amount, source="office", actor=officer)
        assert "Catat pencairan" in text(client.get(url))
    post_event(other, kind="disbursed", on=TODAY, amount=3_000_000, source="office", actor=officer)
    assert "Catat pencairan" not in text(client.get(url))


def test_officials_record_and_reverse_on_the_page(loan, officer, sign_in):
    client, url = sign_in(officer), reverse("office_loan", args=[loan.reference])
    answer = client.post(
        url,
        {
            "action": "charge",
            "charge-on": "1-11-2026",
            "charge-kind": "fee",
            "charge-amount": "25rb",
            "charge-note": "Materai",
        },
    )
    assert answer.status_code == 302
    event = loan.events.get(kind="charged")
    assert (event.amount, event.note, event.recorded_by) == (25_000, "Materai", officer)
    undo = reverse("office_reverse_event", args=[loan.reference, event.pk])
    assert client.post(undo, {"note": ""}).status_code == 200
    assert client.post(undo, {"note": "Keliru"}).status_code == 302
    assert client.get(undo).status_code == 404


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("pay", {"on": "10-3-2026", "amount": "429167", "bank_reference": "T9", "prepayment": "next"}),
        ("defer", {"on": "1-11-2026", "months": "3", "interest": "waived", "note": "SK"}),
        (
            "restructure",
            {"on": "1-11-2026", "periods": "24", "annual_rate": "", "capitalise": "on", "note": "SK"},
        ),
        ("write_off", {"on": "1-11-2026", "note": "SK"}),
    ],
)
def test_every_action_of_the_page_books_its_event(loan, officer, sign_in, action, data):
    before = loan.events.count()
    answer = sign_in(officer).post(
        reverse("office_loan", args=[loan.reference]),
        {"action": action} | {f"{action}-{name}": value for name, value in data.items()},
    )
    assert answer.status_code == 302
    assert loan.events.count() == before + 1


def test_what_a_service_refuses_stands_beside_its_field(loan, officer, sign_in):
    page = sign_in(officer).post(
        reverse("office_loan", args=[loan.reference]),
        {
            "action": "pay",
            "pay-on": "1-1-2026",
            "pay-amount": "1000",
            "pay-bank_reference": "T2",
            "pay-prepayment": "next",
        },
    )
    assert "Tanggal itu sebelum pencairan" in str(page.context["forms"]["pay"].errors["on"])


def test_an_approver_reads_but_records_nothing(loan, approver, sign_in):
    client, url = sign_in(approver), reverse("office_loan", args=[loan.reference])
    page = client.get(url)
    assert not page.context["forms"]
    client.post(url, {"action": "write_off", "write_off-on": "1-11-2026", "write_off-note": "x"})
    assert loan.events.count() == 2


# --- Relief -----------------------------------------------------------------------------------------------------------


def decree(**fields):
    return {
        "legal_basis": records.legal_basis(),
        "takes_effect_on": date(2026, 11, 20),
        "months": 3,
        "interest": "waived",
    } | fields


def test_a_decree_postpones_every_chosen_loan_and_can_be_undone(loan, officer):
    before = state_of(loan, TODAY).matures_on
    assert preview_relief({}, takes_effect_on=date(2026, 11, 20))[0] == 1
    assert preview_relief({"kecamatan": "33.74.09"}, takes_effect_on=date(2026, 11, 20)) == (0, 0)
    assert preview_relief({"kbli": "107"}, takes_effect_on=date(2026, 11, 20))[0] == 1
    made = apply_relief(actor=officer, **decree())
    loan.refresh_from_db()
    assert (made.loans, loan.matures_on) == (1, date(2027, 4, 12))
    assert undo_relief(made, actor=officer, note="Dicabut.") == 1
    loan.refresh_from_db()
    assert loan.matures_on == before
    with pytest.raises(ValidationError, match="sudah dibatalkan"):
        undo_relief(made, actor=officer, note="Lagi.")


def test_a_decree_that_concerns_nobody_or_comes_too_early_is_refused(loan, officer, partner):
    with pytest.raises(ValidationError, match="Tidak ada pinjaman"):
        apply_relief(actor=officer, **decree(filters={"kbli": "31"}))
    with pytest.raises(ValidationError, match="belum tiba"):
        apply_relief(actor=officer, **decree(takes_effect_on=date(2026, 12, 1)))
    with pytest.raises(PermissionDenied):
        apply_relief(actor=partner, **decree())
    assert not loan.events.filter(kind="deferred").exists()


def test_the_page_shows_whom_a_decree_concerns_before_it_is_applied(loan, officer, sign_in):
    client, url = sign_in(officer), reverse("office_relief")
    basis = records.legal_basis()
    data = {"legal_basis": basis.pk, "takes_effect_on": "20-11-2026", "months": "3", "interest": "collected"}
    page = client.post(url, data)
    assert page.context["preview"]["count"] == 1
    assert not ReliefDecree.objects.exists()
    assert client.post(url, data | {"apply": "1"}).status_code == 302
    made = ReliefDecree.objects.get()
    assert made.reference in text(client.get(url))
    undo = reverse("office_relief_undo", args=[made.reference])
    assert client.post(undo, {"note": "Dicabut"}).status_code == 302
    assert loan.events.filter(kind="reversed").count() == 1


# --- Bank files -------------------------------------------------------------------------------------------------------


def test_a_bank_file_is_uploaded_posted_and_its_leftover_matched(loan, bapas, officer, sign_in):
    client = sign_in(officer)
    body = (
        "kode_bank;nomor_rekening;nomor_akad;id_transaksi;tgl_transaksi;jenis;jumlah\n"
        f"{bapas.code};5301000077;;T2;10032026;angsuran;429167\n"
        f"{bapas.code};5301000087;;T3;10042026;angsuran;429167\n"
    )
    answer = client.post(
        reverse("bank_files"),
        {"bank": bapas.pk, "month": "3-2026", "file": SimpleUploadedFile("maret.csv", body.encode())},
    )
    file = BankFile.objects.get()
    url = reverse("bank_file", args=[file.reference])
    assert answer["Location"] == url
    assert text(client.get(url)).count("Belum cocok") >= 2
    client.post(url)
    assert loan.events.filter(bank_reference="T2").exists()
    line = reverse("bank_line", args=[file.reference, 3])
    assert loan.reference in text(client.get(line))
    assert client.post(line, {"action": "match", "loan": "PJM-XXXX-XXXX"}).status_code == 200
    assert client.post(line, {"action": "match", "loan": loan.reference}).status_code == 302
    client.post(url)
    assert loan.events.filter(bank_reference="T3").exists()
    assert client.post(line, {"action": "undo", "note": "Keliru"}).status_code == 302
    assert client.post(line, {"action": "set_aside", "note": "Bukan pinjaman"}).status_code == 302
    assert list(file.lines.values_list("verdict", flat=True)) == ["posted", "set_aside"]
    assert client.get(url, {"putusan": "posted"}).context["lines"][0].number == 2
    assert client.get(reverse("bank_files")).context["files"] == [(file, 2, 0)]


# --- The borrower -----------------------------------------------------------------------------------------------------


def test_the_borrower_sees_what_is_paid_what_is_left_and_what_the_city_paid(
    loan, owner_user, sign_in, django_assert_max_num_queries
):
    client, url = sign_in(owner_user), reverse("my_loan", args=[loan.reference])
    with django_assert_max_num_queries(25):
        page = client.get(url)
    city = subsidy_so_far(loan, state_of(loan, TODAY)).total
    assert city > 0
    assert page.context["subsidy"] == city
    later = client.get(url, {"tanggal": "20-12-2026"})
    assert later.context["quote"] == payoff_quote(loan, date(2026, 12, 20))
    assert client.get(url, {"tanggal": "kapan"}).context["quote_on"] == TODAY


def test_a_stranger_finds_no_loan(loan, stranger, officer, sign_in):
    for person in (stranger, officer):
        assert sign_in(person).get(reverse("my_loan", args=[loan.reference])).status_code == 404


def test_the_borrower_makes_the_letters(loan, owner_user, partner, sign_in, signatory):
    client = sign_in(owner_user)
    quote = reverse("my_loan_letter", args=[loan.reference, "penawaran_pelunasan"])
    client.post(quote, {"tanggal": "30-11-2026"})
    letter = Letter.objects.get(kind="penawaran_pelunasan")
    assert (letter.subject, letter.valid_until) == (loan, date(2026, 11, 30))
    client.post(quote, {"tanggal": "1-1-2020"})
    paid_off = reverse("my_loan_letter", args=[loan.reference, "surat_lunas"])
    client.post(paid_off)
    assert Letter.objects.count() == 1
    post_payment(
        loan, on=TODAY, amount=payoff_quote(loan, TODAY), bank_reference="T9", source="api", actor=partner
    )
    client.post(paid_off)
    client.post(paid_off)
    letter = Letter.objects.get(kind="surat_lunas")
    assert letter.number.startswith("0001/SKL/")
    assert letter.number in text(client.get(reverse("my_loan", args=[loan.reference])))


def test_letters_need_a_signatory_and_a_right_to_ask(loan, owner_user, partner, sign_in):
    client = sign_in(owner_user)
    page = client.post(
        reverse("my_loan_letter", args=[loan.reference, "penawaran_pelunasan"]),
        {"tanggal": "30-11-2026"},
        follow=True,
    )
    assert "Belum ada penanda tangan" in text(page)
    loan.status = LoanStatus.PAID_OFF
    with pytest.raises(PermissionDenied):
        issue_paid_off(loan, actor=partner)
