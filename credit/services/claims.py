"""Subsidy claims: what a bank asks of the city for a month, counted again by the portal from the days and principal that
were owed, agreed by another person, paid once.

The city pays the lower of what the bank claims and what the portal computes, loan by loan; what a bank does not claim it
is not paid until it sends a corrected claim.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import outbox
from core.dates import add_months, date_id, date_in_words
from core.indonesia import rupiah
from core.languages import in_indonesian
from core.workflow import StepError, begin, lock, take_step
from credit.enums import ClaimStatus, LoanStatus
from credit.models import Bank, ClaimLine, Loan, LoanBalance, ReferenceRate, SubsidyClaim
from credit.replay import Balance
from credit.subsidy import Proof, prove, subsidy
from programme.services.budget import realise_budget

_DAY = timedelta(days=1)
_UPLOAD = "credit.upload_subsidyclaim"


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A line as the bank sends it: the contract or account number of a loan, days, whole rupiah. `number` is the line."""

    number: int
    loan: str
    days: int
    amount: int


@dataclass(frozen=True, kw_only=True)
class Computed:
    """The subsidy of a loan for a month: `rows` are the stretches of days with the same principal and rates."""

    days: int
    amount: int
    rows: list


def month_ends_on(month):
    """The last day of the month that begins on `month`."""
    return add_months(month, 1) - _DAY


# --- What the portal computes -------------------------------------------------------------------------------------------


def balances_of(loans, starts_on, ends_on):
    """{loan id: [Balance]} that decide what was owed on the days from `starts_on` to `ends_on`, in two queries."""
    before = (
        LoanBalance.objects.filter(loan__in=loans, on__lt=starts_on)
        .order_by("loan_id", "-on")
        .distinct("loan_id")
    )
    within = LoanBalance.objects.filter(loan__in=loans, on__range=(starts_on, ends_on)).order_by(
        "loan_id", "on"
    )
    found = defaultdict(list)
    for row in [*before, *within]:
        found[row.loan_id].append(Balance(on=row.on, principal=row.principal, annual_rate=row.annual_rate))
    return found


def rate_series(scheme, bank_kind):
    """What a bank of this kind receives on the scheme's loans: [(from day, percent a year)]."""
    return list(
        ReferenceRate.objects.filter(scheme=scheme, bank_kind=bank_kind)
        .order_by("in_force_from")
        .values_list("in_force_from", "annual_rate")
    )


def compute_month(bank, scheme, month):
    """{loan id: Computed} for every loan of `bank` under `scheme` on which subsidy fell due in that month."""
    last = month_ends_on(month)
    loans = {
        pk: year_days
        for pk, year_days in Loan.objects.filter(
            bank=bank, scheme_version__scheme=scheme, disbursed_on__lte=last
        ).values_list("pk", "scheme_version__subsidy_year_days")
    }
    series = rate_series(scheme, bank.kind)
    if not series:
        raise ValidationError(
            _("Bunga acuan untuk %(kind)s belum dicatat. Catat dahulu di Basis data, Bunga acuan bank.")
            % {"kind": bank.get_kind_display()}
        )
    found = {}
    for pk, balances in balances_of(list(loans), month, last).items():
        counted = subsidy(balances, series, month, last, year_days=loans[pk])
        if counted.total:
            rows = [row for one in counted.months for row in one.rows]
            found[pk] = Computed(
                days=sum(row.days for row in rows),
                amount=int(counted.total),
                rows=[
                    {
                        "from": row.starts_on.isoformat(),
                        "to": row.ends_on.isoformat(),
                        "days": row.days,
                        "principal": str(row.principal),
                        "rate": str(row.rate),
                        "amount": int(row.amount),
                    }
                    for row in rows
                ],
            )
    return found


def prove_lines(lines, *, year_days):
    """What the portal computed for these lines, from the days, from the rows and from the closed form, in rupiah: the rows
    kept with each line are all it takes, so that an old claim is proved from what was agreed."""
    by_day = by_instalment = closed_form = 0
    for line in lines:
        if not line.rows:
            continue
        balances, series, ended = [], [], None
        for row in line.rows:
            starts_on, ends_on = date.fromisoformat(row["from"]), date.fromisoformat(row["to"])
            if ended is not None and starts_on > ended + _DAY:
                balances.append(Balance(on=ended + _DAY, principal=0, annual_rate=0))
            balances.append(Balance(on=starts_on, principal=Decimal(row["principal"]), annual_rate=0))
            series.append((starts_on, Decimal(row["rate"])))
            ended = ends_on
        balances.append(Balance(on=ended + _DAY, principal=0, annual_rate=0))
        proof = prove(balances, series, balances[0].on, ended, year_days=year_days)
        by_day += proof.by_day
        by_instalment += proof.by_instalment
        closed_form += proof.closed_form
    return Proof(by_day=by_day, by_instalment=by_instalment, closed_form=closed_form)


def prove_claim(lines):
    """The same for the lines of a claim, each under the day count of its loan's version."""
    groups = defaultdict(list)
    year_days = dict(
        Loan.objects.filter(pk__in=[line.loan_id for line in lines if line.loan_id]).values_list(
            "pk", "scheme_version__subsidy_year_days"
        )
    )
    for line in lines:
        if line.loan_id:
            groups[year_days[line.loan_id]].append(line)
    proofs = [prove_lines(group, year_days=days) for days, group in groups.items()]
    return Proof(
        by_day=sum(proof.by_day for proof in proofs),
        by_instalment=sum(proof.by_instalment for proof in proofs),
        closed_form=sum(proof.closed_form for proof in proofs),
    )


# --- Upload -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def upload_claim(bank, *, actor, scheme, month, lines):
    """The claim of `bank` for the month that begins on `month`, from `lines` (Claimed). Returns the SubsidyClaim.

    While the bank's earlier claim for that month waits or was returned, this one takes its place. Raises ValidationError
    with one sentence for each line that cannot be taken, StepError once the earlier one is checked or agreed.
    """
    if not actor.has_perm(_UPLOAD):
        raise PermissionDenied(_("Peran Anda tidak mencakup tagihan subsidi."))
    bank = Bank.objects.visible_to(actor).get(pk=bank.pk)
    month = month.replace(day=1)
    if month_ends_on(month) >= timezone.localdate():
        raise ValidationError(
            {"month": _("Bulan itu belum berakhir. Tagihan dikirim sesudah hari terakhirnya.")}
        )
    earlier = SubsidyClaim.objects.visible_to(actor).filter(bank=bank, scheme=scheme, month=month).first()
    if earlier is not None:
        return replace_claim(earlier, actor=actor, lines=lines)
    claim = SubsidyClaim(bank=bank, scheme=scheme, month=month, uploaded_by=actor)
    try:
        with transaction.atomic():
            claim.save()
    except IntegrityError:
        # Sent twice at once: the other one stands.
        raise StepError(_("Tagihan bank ini untuk bulan itu baru saja masuk. Muat ulang halaman.")) from None
    _write_claimed(claim, lines)
    begin(claim, "upload", actor=actor)
    return claim


@transaction.atomic
def replace_claim(claim, *, actor, lines):
    """Put `lines` in the place of what the bank claimed before; only while it waits or was returned."""
    claim = take_step(
        claim, "replace", actor=actor, computed_total=None, uploaded_by=actor, uploaded_at=timezone.now()
    )
    claim.lines.all().delete()
    _write_claimed(claim, lines)
    return claim


def _write_claimed(claim, lines):
    """The bank's lines with the loans they name; nothing is written when one of them is wrong."""
    if not lines:
        raise ValidationError(_("Berkas ini tidak berisi satu pun baris tagihan."))
    named = _loans_named(claim.bank, [line.loan for line in lines])
    rows, errors, seen = [], [], {}
    for number, line in enumerate(lines, 1):
        loan = named.get(line.loan)
        key = loan.pk if loan else line.loan
        if key in seen:
            errors.append(
                _("Baris %(number)d: pinjaman ini sudah ada pada baris %(first)d.")
                % {"number": line.number, "first": seen[key]}
            )
            continue
        seen[key] = line.number
        rows.append(
            ClaimLine(
                claim=claim,
                number=number,
                loan=loan,
                claimed_as=loan.contract_number if loan else _without_account(line.loan),
                claimed_days=line.days,
                claimed=line.amount,
            )
        )
    if errors:
        raise ValidationError(errors)
    ClaimLine.objects.bulk_create(rows)
    claim.claimed_total = sum(line.amount for line in lines)
    claim.save(update_fields=["claimed_total"])
    claim.refresh_from_db()


def _without_account(text):
    """What a bank called a loan that the portal does not know; an account number is kept by its last digits only."""
    text = text[:60]
    digits = re.sub(r"\D", "", text)
    return f"••••{digits[-4:]}" if len(digits) >= 8 and len(digits) >= len(text) - 4 else text


def _loans_named(bank, names):
    """{name: Loan} of a bank's contract and account numbers."""
    index = Loan._meta.get_field("account_index").index
    # However the bank writes an account number: kept are its letters and digits (services.loans.sign_loan).
    accounts = {index("".join(filter(str.isalnum, name)).upper()): name for name in names}
    loans = Loan.objects.filter(bank=bank).filter(
        Q(contract_number__in=names) | Q(account_index__in=list(accounts))
    )
    found = {}
    for loan in loans.defer("account_number"):
        if loan.account_index in accounts:
            found[accounts[loan.account_index]] = loan
        found[loan.contract_number] = loan
    return found


# --- Counting again, agreeing, paying -----------------------------------------------------------------------------------


@transaction.atomic
def check_claim(claim, *, actor, note=""):
    """Count the month again from what was owed, and write each loan's difference in words beside the bank's line."""
    claim = take_step(claim, "check", actor=actor, note=note)
    computed = compute_month(claim.bank, claim.scheme, claim.month)
    claim.lines.filter(claimed__isnull=True).delete()
    lines = list(claim.lines.select_related("loan").order_by("number"))
    known = {line.loan_id for line in lines if line.loan_id}
    unclaimed = Loan.objects.in_bulk([pk for pk in computed if pk not in known])
    number = max((line.number for line in lines), default=0)
    for pk in sorted(unclaimed):
        number += 1
        loan = unclaimed[pk]
        lines.append(ClaimLine(claim=claim, number=number, loan=loan, claimed_as=loan.contract_number))
    closings = _closings([line.loan_id for line in lines if line.loan_id], month_ends_on(claim.month))
    for line in lines:
        found = computed.get(line.loan_id)
        line.computed_days, line.computed = (found.days, found.amount) if found else (0, 0)
        line.rows = found.rows if found else []
        line.note = _difference_in_words(line, claim, closings)[:300]
    ClaimLine.objects.bulk_create([line for line in lines if line.pk is None])
    ClaimLine.objects.bulk_update(
        [line for line in lines if line.pk], ["computed_days", "computed", "rows", "note"]
    )
    claim.computed_total = sum(line.computed for line in lines)
    claim.save(update_fields=["computed_total"])
    claim.refresh_from_db()
    return claim


def _closings(loan_ids, last):
    """{loan id: day since which nothing is owed} of the loans that were closed by `last`."""
    rows = (
        LoanBalance.objects.filter(loan__in=loan_ids, on__lte=last)
        .order_by("loan_id", "-on")
        .distinct("loan_id")
    )
    return {row.loan_id: row.on for row in rows if not row.principal}


@in_indonesian
def _difference_in_words(line, claim, closings):
    """Why the two sides differ, "" when they do not. Kept with the claim, so always Indonesian."""
    if line.loan is None:
        return _("Pinjaman dengan nomor ini tidak dikenal pada bank ini.")
    if line.claimed is None:
        return _("Bank tidak menagih pinjaman ini.")
    if line.claimed == line.computed and line.claimed_days == line.computed_days:
        return ""
    said = []
    if closed_on := closings.get(line.loan_id):
        words = (
            _("Dihapus buku pada %(day)s.")
            if line.loan.status == LoanStatus.WRITTEN_OFF
            else _("Lunas pada %(day)s.")
        )
        said.append(words % {"day": date_id(closed_on)})
    elif line.loan.disbursed_on is None or line.loan.disbursed_on > month_ends_on(claim.month):
        said.append(_("Belum cair pada bulan ini."))
    elif line.loan.disbursed_on >= claim.month:
        said.append(_("Cair pada %(day)s.") % {"day": date_id(line.loan.disbursed_on)})
    if line.claimed_days != line.computed_days:
        said.append(
            _("Hari berbeda: bank %(bank)d, portal %(portal)d.")
            % {"bank": line.claimed_days, "portal": line.computed_days}
        )
    elif abs(line.difference) <= len(line.rows):
        said.append(_("Selisih pembulatan."))
    else:
        owed = " + ".join(
            _("%(days)d hari × %(principal)s")
            % {"days": row["days"], "principal": rupiah(_whole(row["principal"]))}
            for row in line.rows
        )
        said.append(_("Sisa pokok berbeda: portal menghitung %(owed)s.") % {"owed": owed})
    return " ".join(said)


def _whole(principal):
    return int(principal.partition(".")[0])


@transaction.atomic
def return_claim(claim, *, actor, note):
    """Send the claim back to the bank with what it should put right."""
    returned = take_step(claim, "return", actor=actor, note=note)
    _tell_bank(
        returned,
        title=lambda: _("Tagihan subsidi %(month)s perlu diperbaiki") % {"month": _month(returned)},
        body=lambda: note,
    )
    return returned


@transaction.atomic
def agree_claim(claim, *, actor, note=""):
    """Freeze every line at the lower of both sides, and their sum. Another person than who uploaded and who checked.

    Raises StepError when payments that came since would change what was computed: it is checked again first.
    """
    claim = lock(claim, actor)
    if claim.status == ClaimStatus.CHECKED:
        lines = list(claim.lines.all())
        computed = compute_month(claim.bank, claim.scheme, claim.month)
        now = {pk: found.amount for pk, found in computed.items()}
        if now != {line.loan_id: int(line.computed) for line in lines if line.loan_id and line.computed}:
            raise StepError(
                _("Pembayaran yang masuk sesudah pemeriksaan mengubah hitungan. Hitung ulang dahulu.")
            )
        for line in lines:
            line.agreed = min(line.claimed or 0, line.computed or 0)
        ClaimLine.objects.bulk_update(lines, ["agreed"])
        total = sum(line.agreed for line in lines)
    else:
        total = None  # take_step says why not
    agreed = take_step(claim, "agree", actor=actor, note=note, agreed_total=total)
    _tell_bank(
        agreed,
        title=lambda: _("Tagihan subsidi %(month)s disepakati") % {"month": _month(agreed)},
        body=lambda: _("Yang akan dibayar %(amount)s.") % {"amount": rupiah(agreed.agreed_total)},
    )
    return agreed


@transaction.atomic
def pay_claim(claim, *, actor, payment_order, paid_on):
    """Record that the agreed sum was paid by this order. Each loan's part is spent from what its application reserved for
    the year of the claim's month."""
    if paid_on > timezone.localdate():
        raise ValidationError({"paid_on": _("Tanggal bayar tidak boleh sesudah hari ini.")})
    if paid_on < claim.month:
        raise ValidationError({"paid_on": _("Tanggal bayar tidak boleh sebelum bulan yang ditagih.")})
    paid = take_step(claim, "pay", actor=actor, payment_order=payment_order.strip(), paid_on=paid_on)
    lines = (
        paid.lines.filter(agreed__gt=0)
        .select_related("loan__application", "loan__scheme_version")
        .defer("loan__account_number")
        .order_by("loan__application_id")
    )
    for line in lines:
        realise_budget(
            line.loan.application.reference,
            code=line.loan.scheme_version.budget_code,
            year=paid.month.year,
            amount=int(line.agreed),
        )
    _tell_bank(
        paid,
        title=lambda: _("Tagihan subsidi %(month)s dibayar") % {"month": _month(paid)},
        body=lambda: (
            _("%(amount)s dibayar pada %(day)s dengan perintah bayar %(order)s.")
            % {
                "amount": rupiah(paid.agreed_total),
                "day": date_in_words(paid.paid_on),
                "order": paid.payment_order,
            }
        ),
    )
    return paid


def _month(claim):
    return date_in_words(claim.month).partition(" ")[2]


def _tell_bank(claim, **words):
    for person in claim.bank.partners.filter(is_active=True):
        outbox.tell(person, about=claim.reference, link=reverse("inbox"), **words)
