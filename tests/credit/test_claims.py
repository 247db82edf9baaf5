"""Subsidy claims: uploaded, counted again, explained, agreed by another person, frozen, paid once."""

import io
import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, InternalError, transaction

from core.models import AuditEntry, Message
from core.workflow import StepError
from credit.amortization import add_months
from credit.claim_file import read_claim
from credit.models import Bank, LoanBalance, ReferenceRate, SubsidyClaim
from credit.services import claims
from credit.services.claims import Claimed
from programme.models import BudgetLine, Reservation
from programme.services.budget import reserve_budget
from tests.credit import lent, records

pytestmark = pytest.mark.django_db
FEBRUARY = date(2026, 2, 1)


@pytest.fixture
def loan(application, bapas):
    """Rp5.000.000 over 12 months since 15 January 2026; the instalment of February was paid."""
    return lent.loan(application("disbursed", bank=bapas), paid=1)


@pytest.fixture
def another_loan(application, bapas):
    """A maker of more loans of the bank."""
    return lambda **fields: lent.loan(application("disbursed", bank=bapas), **fields)


@pytest.fixture
def scheme(wibawa):
    return wibawa.scheme


def line(loan, days, amount, number=1):
    return Claimed(
        number=number, loan=loan if isinstance(loan, str) else loan.contract_number, days=days, amount=amount
    )


@pytest.fixture
def upload(bapas, partner, scheme):
    def make(*lines, actor=partner, month=FEBRUARY, bank=bapas):
        return claims.upload_claim(bank, actor=actor, scheme=scheme, month=month, lines=lines)

    return make


def test_the_portal_counts_the_month_from_what_was_owed(loan, bapas, scheme):
    found = claims.compute_month(bapas, scheme, FEBRUARY)[loan.pk]
    paid_on = LoanBalance.objects.filter(loan=loan).latest("on").on
    first, second = found.rows
    assert (first["from"], first["principal"], first["rate"]) == ("2026-02-01", "5000000.00", "6.0000")
    assert (second["from"], second["to"]) == (paid_on.isoformat(), "2026-02-28")
    assert found.days == 28
    assert found.amount == first["amount"] + second["amount"]


def test_a_right_claim_is_agreed_frozen_and_paid(loan, upload, officer, approver, partner):
    reserve_budget(loan.application.reference, code=records.BUDGET_CODE, by_year={2026: 150_000})
    amount = claims.compute_month(loan.bank, loan.scheme_version.scheme, FEBRUARY)[loan.pk].amount
    claim = upload(line(loan, 28, amount))
    assert (claim.status, claim.claimed_total, claim.computed_total) == ("uploaded", amount, None)
    claim = claims.check_claim(claim, actor=officer)
    checked = claim.lines.get()
    assert (checked.note, checked.difference, claim.computed_total) == ("", 0, amount)
    claim = claims.agree_claim(claim, actor=approver)
    assert (claim.status, claim.agreed_total) == ("agreed", amount)
    paid = claims.pay_claim(claim, actor=officer, payment_order="SP2D 0012/2026", paid_on=date(2026, 3, 10))
    assert (paid.status, paid.payment_order) == ("paid", "SP2D 0012/2026")
    reservation = Reservation.objects.get(subject=loan.application.reference)
    assert (reservation.amount, reservation.realised) == (150_000, amount)
    assert BudgetLine.objects.get(code=records.BUDGET_CODE, year=2026).realised == amount
    assert Message.objects.filter(recipient=partner, about=claim.reference).count() == 2
    with pytest.raises(StepError):
        claims.pay_claim(paid, actor=officer, payment_order="SP2D 9", paid_on=date(2026, 3, 11))
    assert BudgetLine.objects.get(code=records.BUDGET_CODE, year=2026).realised == amount


def test_an_agreed_claim_stands_still(loan, upload, officer, approver):
    claim = claims.check_claim(upload(line(loan, 28, 1000)), actor=officer)
    claim = claims.agree_claim(claim, actor=approver)
    with pytest.raises(InternalError, match="agreed_is_frozen"), transaction.atomic():
        SubsidyClaim.objects.filter(pk=claim.pk).update(agreed_total=9)
    with pytest.raises(IntegrityError, match="frozen_with_claim"), transaction.atomic():
        claim.lines.update(agreed=9)
    with pytest.raises(IntegrityError, match="frozen_with_claim"), transaction.atomic():
        claim.lines.all().delete()


def test_the_city_pays_the_lower_of_both(loan, another_loan, upload, officer, approver, bapas):
    other = another_loan()
    right = claims.compute_month(bapas, loan.scheme_version.scheme, FEBRUARY)
    claim = upload(line(loan, 28, right[loan.pk].amount + 5000), line(other, 28, 100, number=2))
    claim = claims.agree_claim(claims.check_claim(claim, actor=officer), actor=approver)
    assert claim.agreed_total == right[loan.pk].amount + 100


@pytest.mark.parametrize(
    ("days", "more", "sentence"),
    [
        (31, 0, "Hari berbeda: bank 31, portal 28."),
        (28, 1, "Selisih pembulatan."),
        (28, 5000, "Sisa pokok berbeda: portal menghitung"),
    ],
)
def test_each_difference_is_said_in_words(loan, upload, officer, days, more, sentence):
    amount = claims.compute_month(loan.bank, loan.scheme_version.scheme, FEBRUARY)[loan.pk].amount
    claim = claims.check_claim(upload(line(loan, days, amount + more)), actor=officer)
    assert sentence in claim.lines.get().note


def test_unknown_unclaimed_and_closed_loans_are_named(loan, another_loan, upload, officer):
    closed = another_loan(status="paid_off")
    lent.balance(closed, date(2026, 1, 20), 0)
    late = another_loan(disbursed_on=date(2026, 3, 2))
    claim = upload(line("AKAD-LAIN", 28, 900), line(closed, 28, 900, 2), line(late, 28, 900, 3))
    claim = claims.check_claim(claim, actor=officer)
    notes = {row.claimed_as: row.note for row in claim.lines.all()}
    assert notes["AKAD-LAIN"] == "Pinjaman dengan nomor ini tidak dikenal pada bank ini."
    assert "Lunas pada 20 Januari 2026." in notes[closed.contract_number]
    assert "Belum cair pada bulan ini." in notes[late.contract_number]
    assert notes[loan.contract_number] == "Bank tidak menagih pinjaman ini."


def test_the_note_is_indonesian_whoever_checks(loan, upload, officer):
    from django.utils import translation

    with translation.override("en"):
        claim = claims.check_claim(upload(line("LAIN", 1, 1)), actor=officer)
    assert "tidak dikenal" in claim.lines.get(claimed__isnull=False).note


def test_a_loan_is_known_by_its_account_which_is_not_kept_in_clear(loan, upload):
    claim = upload(line(loan.account_number, 28, 5), line("9988 7766 5544", 28, 5, 2))
    known, unknown = claim.lines.order_by("number")
    assert (known.loan, known.claimed_as) == (loan, loan.contract_number)
    assert unknown.claimed_as == "••••5544"


def test_a_loan_named_twice_refuses_the_whole_claim(loan, upload):
    with pytest.raises(ValidationError, match="Baris 2: pinjaman ini sudah ada pada baris 1"):
        upload(line(loan, 28, 5), line(loan.account_number, 28, 5, 2))
    assert not SubsidyClaim.objects.exists()


def test_who_checks_or_uploads_does_not_agree(loan, upload, officer, approver, administrator):
    claim = claims.check_claim(upload(line(loan, 28, 5)), actor=administrator)
    with pytest.raises(PermissionDenied, match="orang lain"):
        claims.agree_claim(claim, actor=administrator)
    with pytest.raises(PermissionDenied):
        claims.agree_claim(claim, actor=officer)
    assert claims.agree_claim(claim, actor=approver).status == "agreed"


def test_a_returned_claim_is_replaced_and_counted_again(loan, upload, officer, approver, partner):
    claim = claims.check_claim(upload(line(loan, 31, 5)), actor=officer)
    with pytest.raises(StepError):
        upload(line(loan, 28, 6))
    with pytest.raises(ValidationError, match="Tuliskan alasannya"):
        claims.return_claim(claim, actor=officer, note=" ")
    claims.return_claim(claim, actor=officer, note="Hari bulan Februari 28.")
    assert Message.objects.get(recipient=partner).body == "Hari bulan Februari 28."
    again = upload(line(loan, 28, 7))
    assert (again.pk, again.status, again.claimed_total, again.computed_total) == (
        claim.pk,
        "uploaded",
        7,
        None,
    )
    assert [row.claimed for row in again.lines.all()] == [7]


def test_what_came_since_the_check_stops_the_agreement(loan, upload, officer, approver):
    claim = claims.check_claim(upload(line(loan, 28, 5)), actor=officer)
    lent.balance(loan, date(2026, 2, 3), 1_000_000)
    with pytest.raises(StepError, match="Hitung ulang dahulu"):
        claims.agree_claim(claim, actor=approver)
    claims.check_claim(claim, actor=officer)
    assert claims.agree_claim(claim, actor=approver).status == "agreed"


def test_who_may_upload(loan, upload, owner_user, officer, person, wibawa):
    with pytest.raises(PermissionDenied):
        upload(line(loan, 28, 5), actor=owner_user)
    other_bank = person("partner")
    records.bank(other_bank)
    with pytest.raises(Bank.DoesNotExist):
        upload(line(loan, 28, 5), actor=other_bank)
    assert upload(line(loan, 28, 5), actor=officer).uploaded_by == officer
    assert AuditEntry.objects.filter(action="credit.subsidyclaim.upload").count() == 1


def test_a_month_is_claimed_once_it_has_ended(loan, upload):
    with pytest.raises(ValidationError, match="belum berakhir"):
        upload(line(loan, 28, 5), month=date.today().replace(day=1))


def test_without_a_reference_rate_nothing_is_counted(loan, upload, officer):
    ReferenceRate.objects.all().delete()
    with pytest.raises(ValidationError, match="Bunga acuan untuk BPR belum dicatat"):
        claims.check_claim(upload(line(loan, 28, 5)), actor=officer)


def test_the_year_must_have_enough_left_to_pay(loan, upload, officer, approver):
    BudgetLine.objects.filter(year=2026).update(ceiling=10)
    amount = claims.compute_month(loan.bank, loan.scheme_version.scheme, FEBRUARY)[loan.pk].amount
    claim = claims.agree_claim(
        claims.check_claim(upload(line(loan, 28, amount)), actor=officer), actor=approver
    )
    with pytest.raises(ValidationError, match="tidak cukup untuk pembayaran"):
        claims.pay_claim(claim, actor=officer, payment_order="SP2D 1", paid_on=date(2026, 3, 9))
    claim.refresh_from_db()
    assert claim.status == "agreed"


def test_three_ways_agree_for_any_history(loan, bapas, scheme, upload, officer):
    """By day, by instalment and in closed form, month after month of random balances and rates."""
    drawn = random.Random(20170117)
    for day, rate in ((date(2026, 2, 10), 10), (date(2026, 5, 17), Decimal("8.75"))):
        ReferenceRate.objects.create(
            scheme=scheme, bank_kind="bpr", in_force_from=day, annual_rate=rate, legal_basis="Uji"
        )
    LoanBalance.objects.filter(loan=loan).delete()
    day, owed = date(2026, 1, 15), 5_000_000
    rows = []
    while owed and day < date(2026, 7, 1):
        rows.append(LoanBalance(loan=loan, on=day, principal=owed, annual_rate=drawn.choice([3, 3, 4])))
        day += timedelta(days=drawn.randint(1, 40))
        owed = max(0, owed - Decimal(drawn.randint(1, 90_000_000)) / 100)
    LoanBalance.objects.bulk_create([*rows, LoanBalance(loan=loan, on=day, principal=0, annual_rate=3)])
    month = date(2026, 1, 1)
    while month < date(2026, 8, 1):
        claim = claims.check_claim(upload(line(loan, 0, 0), month=month), actor=officer)
        proof = claims.prove_lines(claim.lines.all(), year_days=360)
        assert proof.holds
        assert proof.by_day == claim.computed_total == sum(row["amount"] for row in claim.lines.get().rows)
        month = add_months(month, 1)


def test_a_check_of_many_loans_takes_few_queries(
    another_loan, upload, officer, django_assert_max_num_queries
):
    for _n in range(6):
        another_loan()
    claim = upload(line("LAIN", 1, 1))
    with django_assert_max_num_queries(40):
        claims.check_claim(claim, actor=officer)


# --- The file -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Nomor Akad;Hari;Jumlah subsidi\nA-1;28;12.500\nA-2;5;Rp100\n",
        "No Rekening|Hari Bunga|Subsidi\nA-1|28|12500\nA-2|5|100\n",
        "A-1|28|12500\nA-2|5|100\n",
        "AKADA-1|28|12.500\nA-2|5|100\n",
        "hari,subsidi,kontrak\n28,12500,A-1\n5,100,A-2\n",
    ],
)
def test_files_of_every_kind_are_read(text):
    lines = read_claim(io.BytesIO(text.encode()))
    assert [(one.days, one.amount) for one in lines] == [(28, 12_500), (5, 100)]
    assert [one.loan.removeprefix("AKAD") for one in lines] == ["A-1", "A-2"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("akad;hari;subsidi\nA-1;32;5\n", "Baris 2: jumlah hari harus angka 0 sampai 31."),
        ("akad;hari;subsidi\nA-1;2;lima ribuan\n", "Baris 2: “lima ribuan” bukan jumlah uang"),
        ("akad;hari;subsidi\n;2;5\n", "Baris 2: nomor akad atau rekening belum diisi."),
        ("akad;hari\nA-1;2\n", "Kolom ini tidak ada dalam baris judul: jumlah subsidi."),
        ("akad;hari;subsidi\n3,37E+15;2;5\n", "Simpan kolom itu sebagai teks"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_by_line(text, sentence):
    with pytest.raises(ValidationError) as refused:
        read_claim(io.BytesIO(text.encode()))
    assert any(sentence in message for message in refused.value.messages)
