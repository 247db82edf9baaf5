"""A bank's monthly file: read, matched, posted once, undone."""

from datetime import date

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError

from core.models import AuditEntry
from credit.models import Bank, BankFile, BankFileLine, LoanEvent
from credit.services.loans import post_event, post_payment
from credit.services.posting import (
    candidates,
    match_line,
    post_lines,
    read_bank_file,
    set_line_aside,
    undo_match,
)
from tests.credit import records

pytestmark = pytest.mark.django_db

HEAD = "kode_bank|nomor_rekening|nomor_akad|id_transaksi|tgl_transaksi|jenis|jumlah"


@pytest.fixture(autouse=True)
def _now(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel("2026-11-24 10:00 +0700", tick=False):
        yield


@pytest.fixture
def loan(application, partner):
    return records.signed_loan(
        application("approved"), actor=partner, account_number="5301000077", contract_number="PK/77"
    )


@pytest.fixture
def other(application, people, person, partner):
    people["applicant"] = person()
    made = records.signed_loan(
        application("approved"), actor=partner, account_number="5301000078", contract_number="PK/78"
    )
    post_event(made, kind="disbursed", on=date(2026, 1, 10), source="api", actor=partner)
    return made


@pytest.fixture
def read(bapas, officer):
    def make(*lines, head=HEAD, **how):
        text = "\n".join([head, *(line.replace("BNK", bapas.code) for line in lines)])
        return read_bank_file(
            text.encode(),
            **{"actor": officer, "bank": bapas, "month": date(2026, 2, 1), "name": "feb.txt"} | how,
        )

    return make


OUT = "BNK|53-01 000077|PK/77|T1|10012026|pencairan|5000000"
PAID = "BNK|5301000077||T2|10022026|angsuran|429167"


def verdicts(file):
    return list(file.lines.values_list("verdict", flat=True))


def test_lines_are_matched_and_posted_in_the_order_of_their_days(loan, read, officer):
    file = read(PAID, OUT)
    assert verdicts(file) == ["matched", "matched"]
    assert not LoanEvent.objects.exists()
    assert post_lines(file, actor=officer) == {"posted": 2}
    loan.refresh_from_db()
    assert (loan.status, loan.instalments.get(number=1).unpaid) == ("active", 0)
    assert post_lines(file, actor=officer) == {}
    assert loan.events.count() == 2
    assert AuditEntry.objects.filter(action="credit.post_bankfile", subject=file.reference).count() == 2


def test_a_csv_with_semicolons_is_read_too(loan, read):
    file = read(
        OUT.replace("|", ";"),
        "BNK;5301000077;;T2;10-02-2026;bayar;429.167",
        head=HEAD.replace("|", ";"),
    )
    assert [str(amount) for amount in file.lines.values_list("amount", flat=True)] == [
        "5000000.00",
        "429167.00",
    ]


def test_the_file_is_sealed_at_rest(loan, read):
    file = read(OUT)
    with file.file.open("rb") as stored:
        assert b"5301" not in stored.read()
    assert file.lines.get().account_number == "5301000077"


@pytest.mark.parametrize(
    ("line", "verdict", "problem"),
    [
        ("BNK|999|PK/0|T9|10022026|angsuran|1000", "leftover", "Tidak ada pinjaman"),
        ("BNK|5301000078|PK/77|T9|10022026|angsuran|1000", "leftover", "dua pinjaman yang berbeda"),
        ("BNK|0|PK/77|T9|10022026|angsuran|1000", "matched", ""),
        ("999|5301000077||T9|10022026|angsuran|1000", "refused", "Kode bank"),
        ("BNK|5301000077|||10022026|angsuran|1000", "refused", "Nomor transaksi kosong"),
        ("BNK|5301000077||T9|31022026|angsuran|1000", "refused", "ddMMyyyy"),
        ("BNK|5301000077||T9|10022026|hadiah|1000", "refused", "Jenis harus"),
        ("BNK|5301000077||T9|10022026|angsuran|0", "refused", "di atas nol"),
        ("BNK|5301000077||T9|10022026|angsuran|abc", "refused", ""),
    ],
)
def test_each_line_has_its_verdict_and_reason(loan, other, read, line, verdict, problem):
    row = read(line).lines.get()
    assert row.verdict == verdict
    assert problem in row.problem
    assert bool(row.problem) == (verdict != "matched")


def test_a_file_that_cannot_be_used_is_refused_as_a_whole(loan, read, officer, stranger, bapas, person):
    for lines, head in (([], HEAD), ([OUT], "a|b|c")):
        with pytest.raises(ValidationError):
            read(*lines, head=head)
    with pytest.raises(ValidationError, match="belum tiba"):
        read(OUT, month=date(2027, 1, 1))
    with pytest.raises(PermissionDenied):
        read(OUT, actor=stranger)
    with pytest.raises(Bank.DoesNotExist):
        read(OUT, actor=person("partner"))
    read(OUT)
    with pytest.raises(ValidationError, match="sudah pernah diunggah"):
        read(OUT)
    assert BankFile.objects.count() == 1


def test_what_the_api_booked_already_is_a_duplicate(other, read, partner, officer):
    post_payment(
        other, on=date(2026, 2, 10), amount=429_167, bank_reference="T5", source="api", actor=partner
    )
    line = "BNK|5301000078||T5|10022026|angsuran|429167"
    assert verdicts(read(line, line)) == ["duplicate", "duplicate"]
    changed = read(line.replace("429167", "429168")).lines.get()
    assert (changed.verdict, changed.loan) == ("leftover", None)
    file = read("BNK|5301000078||T6|10022026|angsuran|1000")
    post_payment(other, on=date(2026, 2, 10), amount=1000, bank_reference="T6", source="api", actor=partner)
    assert post_lines(file, actor=officer) == {"duplicate": 1}


def test_what_a_loan_refuses_is_left_over_with_the_reason(loan, read, officer):
    file = read(PAID)
    assert post_lines(file, actor=officer) == {"leftover": 1}
    assert file.lines.get().problem == "Pinjaman ini belum dicairkan. Catat pencairannya dahulu."


def test_a_leftover_is_given_to_a_loan_and_taken_back(loan, other, read, officer):
    file = read("BNK|5301000087|PK/0|T7|10022026|angsuran|429167")
    line = file.lines.get()
    ((loan_, reasons),) = [pair for pair in candidates(line) if pair[0] == other]
    assert reasons == ["nomor rekening mirip", "jumlahnya sama dengan angsuran bulan itu"]
    match_line(line, loan_, actor=officer)
    post_lines(file, actor=officer)
    assert other.events.filter(kind="paid", bank_reference="T7").exists()
    with pytest.raises(ValidationError, match="Tuliskan alasannya"):
        undo_match(line, actor=officer, note="")
    line = undo_match(line, actor=officer, note="Milik nasabah lain.")
    assert (line.verdict, line.loan, line.event, line.undone) == ("leftover", None, None, 1)
    assert other.events.filter(kind="reversed").count() == 1
    match_line(line, other, actor=officer)
    assert post_lines(file, actor=officer) == {"posted": 1}
    assert other.events.filter(bank_reference="T7~1").count() == 1


def test_a_line_can_be_set_aside_and_taken_back(loan, read, officer):
    line = read("BNK|999|PK/0|T9|10022026|angsuran|1000").lines.get()
    with pytest.raises(ValidationError):
        set_line_aside(line, actor=officer, note=" ")
    line = set_line_aside(line, actor=officer, note="Tabungan, bukan pinjaman.")
    assert line.verdict == "set_aside"
    with pytest.raises(ValidationError, match="Disisihkan"):
        match_line(line, loan, actor=officer)
    assert undo_match(line, actor=officer, note="Ternyata pinjaman.").verdict == "leftover"


def test_a_loan_of_another_bank_and_another_role_are_refused(loan, read, officer, partner, application):
    line = read("BNK|999|PK/0|T9|10022026|angsuran|1000").lines.get()
    loan.bank = records.bank()
    with pytest.raises(ValidationError, match="bank lain"):
        match_line(line, loan, actor=officer)
    with pytest.raises(PermissionDenied):
        match_line(line, loan, actor=partner)
    assert BankFileLine.objects.get().verdict == "leftover"


def test_nobody_sees_a_file_without_signing_in(loan, read, bapas):
    """Not even of a bank that has no partner yet."""
    file = read(PAID)
    bapas.partners.clear()
    assert not type(file).objects.visible_to(AnonymousUser()).exists()
