"""A bank's monthly file: read, matched to loans, looked at, posted; every match can be undone."""

import base64
import hashlib
from collections import Counter
from datetime import timedelta
from difflib import SequenceMatcher

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, crypto
from core.dates import today
from core.references import new_reference
from credit.bank_lines import read_lines
from credit.enums import BankFileStatus, EventSource, LineVerdict, LoanEventKind, LoanStatus
from credit.models import Bank, BankFile, BankFileLine, Instalment, Loan, LoanEvent
from credit.services.loans import post_event, post_payment, reverse_event

UPLOAD = "credit.upload_bankfile"
MATCH = "credit.match_bankfileline"
_FILE_LABEL = "credit.bankfile.file"
V = LineVerdict


def _require(actor, permission):
    if not actor.has_perm(permission):
        raise PermissionDenied(_("Peran Anda tidak mencakup berkas bank."))


@transaction.atomic
def read_bank_file(content, *, actor, bank, month, name):
    """Keep the file (bytes, sealed at rest) and its lines, each matched to a loan by account or contract number or left
    over with the reason. Nothing is posted yet. Returns the BankFile.

    Raises PermissionDenied, Bank.DoesNotExist for a bank that is not the actor's, or ValidationError.
    """
    _require(actor, UPLOAD)
    bank = Bank.objects.visible_to(actor).get(pk=bank.pk)
    month = month.replace(day=1)
    if month > today():
        raise ValidationError({"month": _("Bulan itu belum tiba.")})
    file = BankFile(
        reference=new_reference("BRB"),
        bank=bank,
        month=month,
        original_name=name[:200],
        sha256=hashlib.sha256(content).hexdigest(),
        status=BankFileStatus.READ,
        uploaded_by=actor,
    )
    file.validate_constraints()
    lines = read_lines(content, bank_code=bank.code)
    sealed = crypto.seal(base64.b64encode(content).decode(), label=_FILE_LABEL)
    file.file.save(f"{file.reference}.sealed", ContentFile(sealed.encode()), save=False)
    file.save()
    _keep(file, lines)
    audit.record(actor, "credit.read_bankfile", file, detail={"lines": len(lines)})
    return file


def _keep(file, lines):
    accounts = BankFileLine._meta.get_field("account_index")
    loans = Loan.objects.filter(bank=file.bank)
    by_contract = {loan.contract_number: loan for loan in loans}
    # The two columns are sealed under different labels, so the index of a line is not that of a loan.
    loan_index = Loan._meta.get_field("account_index").index
    by_account = {loan.account_index: loan for loan in loans if loan.account_index}
    booked = {
        event.bank_reference: event
        for event in LoanEvent.objects.filter(
            bank=file.bank, bank_reference__in={line.bank_reference for line in lines}
        )
    }
    seen, rows = set(), []
    for line in lines:
        row = BankFileLine(
            file=file,
            number=line.number,
            kind=line.kind,
            account_number=line.account_number,
            account_index=accounts.index(line.account_number),
            contract_number=line.contract_number,
            on=line.on,
            amount=line.amount,
            bank_reference=line.bank_reference,
            problem=line.problem,
        )
        if line.problem:
            row.verdict = V.REFUSED
        else:
            found = by_account.get(loan_index(line.account_number))
            other = by_contract.get(line.contract_number)
            row.loan = found or other
            row.verdict, row.problem = _verdict(row, found, other, booked, seen)
            seen.add(line.bank_reference)
        rows.append(row)
    BankFileLine.objects.bulk_create(rows, batch_size=1000)


def _verdict(row, found, other, booked, seen):
    if row.bank_reference in seen:
        return V.DUPLICATE, _("Nomor transaksi ini sudah ada pada baris lain berkas ini.")
    event = booked.get(row.bank_reference)
    if event is not None:
        same = (event.on, event.amount) == (row.on, row.amount) and (
            row.loan is None or event.loan_id == row.loan.pk
        )
        if same:
            return V.DUPLICATE, _("Transaksi ini sudah dibukukan.")
        row.loan = None
        return V.LEFTOVER, _("Nomor transaksi ini sudah dibukukan untuk transaksi lain.")
    if found and other and found.pk != other.pk:
        row.loan = None
        return V.LEFTOVER, _("Nomor rekening dan nomor akad menunjuk dua pinjaman yang berbeda.")
    if row.loan is None:
        return V.LEFTOVER, _("Tidak ada pinjaman dengan nomor rekening atau nomor akad ini.")
    return V.MATCHED, ""


def post_lines(file, *, actor):
    """Post every matched line of `file` in the order of its days; a line that a loan refuses becomes a leftover with the
    reason. Posting again posts what was matched since, and nothing twice. Returns a Counter of verdicts."""
    _require(actor, UPLOAD)
    file = BankFile.objects.visible_to(actor).get(pk=file.pk)
    done = Counter()
    waiting = (
        file.lines.filter(verdict=V.MATCHED).order_by("on", "kind", "number").values_list("pk", flat=True)
    )
    for key in list(waiting):
        with transaction.atomic():
            line = file.lines.select_for_update(of=("self",)).select_related("loan").get(pk=key)
            if line.verdict != V.MATCHED:
                continue
            line.verdict, line.problem, line.event = _post(line, file, actor)
            line.save(update_fields=["verdict", "problem", "event"])
            done[line.verdict] += 1
    with transaction.atomic():
        file = BankFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
        file.status = BankFileStatus.POSTED
        file.save(update_fields=["status"])
        audit.record(actor, "credit.post_bankfile", file, detail=dict(done))
    return done


def _post(line, file, actor):
    """(verdict, problem, event) of posting one line."""
    # A transaction whose match was undone is booked anew under its next number.
    number = f"{line.bank_reference}~{line.undone}" if line.undone else line.bank_reference
    common = {
        "on": line.on,
        "amount": line.amount,
        "bank": file.bank,
        "bank_reference": number,
        "source": EventSource.FILE,
        "actor": actor,
    }
    try:
        with transaction.atomic():
            if line.kind == LoanEventKind.DISBURSED:
                event = post_event(line.loan, kind=LoanEventKind.DISBURSED, **common)
            else:
                event = post_payment(line.loan, **common)
    except ValidationError as error:
        return V.LEFTOVER, " ".join(error.messages)[:300], None
    if (
        BankFileLine.objects.filter(event=event).exclude(pk=line.pk).exists()
        or event.source != EventSource.FILE
    ):
        return V.DUPLICATE, _("Transaksi ini sudah dibukukan."), None
    return V.POSTED, "", event


def _locked(line, actor):
    _require(actor, MATCH)
    visible = BankFileLine.objects.visible_to(actor).select_for_update(of=("self",))
    return visible.select_related("file__bank", "loan", "event").get(pk=line.pk)


@transaction.atomic
def match_line(line, loan, *, actor):
    """Say which loan a leftover belongs to; it is posted with the next post_lines. Returns the line."""
    line = _locked(line, actor)
    if line.verdict not in {V.LEFTOVER, V.MATCHED}:
        raise _done(line)
    if loan.bank_id != line.file.bank_id:
        raise ValidationError({"loan": _("Pinjaman itu disalurkan oleh bank lain.")})
    line.loan, line.verdict, line.problem, line.matched_by = loan, V.MATCHED, "", actor
    line.save(update_fields=["loan", "verdict", "problem", "matched_by"])
    audit.record(actor, "credit.match_line", line.file, detail={"line": line.number, "loan": loan.reference})
    return line


@transaction.atomic
def set_line_aside(line, *, actor, note):
    """A line that concerns no loan of the portal, with the reason; it can be taken back by undo_match."""
    line = _locked(line, actor)
    if line.verdict not in {V.LEFTOVER, V.MATCHED}:
        raise _done(line)
    if not note.strip():
        raise ValidationError({"note": _("Tuliskan alasannya.")})
    line.loan, line.verdict, line.problem, line.matched_by = None, V.SET_ASIDE, note.strip()[:300], actor
    line.save(update_fields=["loan", "verdict", "problem", "matched_by"])
    audit.record(actor, "credit.set_line_aside", line.file, detail={"line": line.number})
    return line


@transaction.atomic
def undo_match(line, *, actor, note):
    """The line was matched to the wrong loan, or set aside by mistake: its event is reversed, and it is a leftover again."""
    line = _locked(line, actor)
    if line.verdict not in {V.POSTED, V.MATCHED, V.SET_ASIDE}:
        raise _done(line)
    if not note.strip():
        raise ValidationError({"note": _("Tuliskan alasannya.")})
    if line.event is not None:
        reverse_event(line.event, actor=actor, note=note)
        line.undone += 1
    line.loan = line.event = None
    line.verdict, line.problem, line.matched_by = V.LEFTOVER, note.strip()[:300], actor
    line.save(update_fields=["loan", "event", "verdict", "problem", "matched_by", "undone"])
    audit.record(actor, "credit.undo_match", line.file, detail={"line": line.number})
    return line


def _done(line):
    return ValidationError(
        _("Baris ini berstatus “%(verdict)s”; langkah itu tidak dapat dilakukan.")
        % {"verdict": line.get_verdict_display()}
    )


def candidates(line, *, limit=5):
    """[(loan, reasons)]: the bank's loans that a leftover may belong to, the likeliest first."""
    loans = {
        loan.pk: loan
        for loan in Loan.objects.filter(bank=line.file.bank)
        .exclude(status=LoanStatus.CANCELLED)
        .select_related("business")
    }
    reasons = {key: [] for key in loans}
    for key, loan in loans.items():
        if _similar(line.account_number, loan.account_number):
            reasons[key].append(_("nomor rekening mirip"))
        if _similar(line.contract_number, loan.contract_number):
            reasons[key].append(_("nomor akad mirip"))
    if line.on and line.amount:
        near = (line.on - timedelta(days=15), line.on + timedelta(days=15))
        for row in Instalment.objects.filter(loan__in=loans, due_on__range=near, unpaid=line.amount):
            reasons[row.loan_id].append(_("jumlahnya sama dengan angsuran bulan itu"))
    ranked = sorted((key for key in reasons if reasons[key]), key=lambda key: (-len(reasons[key]), key))
    return [(loans[key], reasons[key]) for key in ranked[:limit]]


def _similar(one, other):
    return bool(one and other) and SequenceMatcher(None, one, other).ratio() > 0.84
