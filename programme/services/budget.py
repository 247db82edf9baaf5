"""Budget reservations: what a record promises to spend in coming years, never more than a year's ceiling."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.indonesia import rupiah
from programme.models import BudgetLine, Reservation


@transaction.atomic
def reserve_budget(subject, *, code, by_year):
    """Make `subject` (a reference) hold exactly `by_year` ({year: whole rupiah}) of the budget lines `code`.

    What it held of other years, or more than asked, is freed; what is realised already stays. Returns its Reservations.
    All or nothing: raises ValidationError naming the first year without a line or without enough left. The rows are locked
    in the order of years, so that parallel reservations wait for each other.
    """
    held = {row.line.year: row for row in Reservation.objects.filter(subject=subject).select_related("line")}
    years = sorted(set(by_year) | set(held))
    lines = {
        line.year: line
        for line in BudgetLine.objects.filter(code=code, year__in=years).order_by("year").select_for_update()
    }
    held = {
        row.line.year: row for row in Reservation.objects.filter(subject=subject).select_related("line")
    }  # again, under the lock
    kept = []
    for year in years:
        amount, row = by_year.get(year, 0), held.get(year)
        if row is not None:
            amount = max(amount, row.realised)
        if not amount and (row is None or not row.realised):
            if row is not None:
                row.delete()
            continue
        line = lines.get(year) or (row and row.line)
        if line is None:
            raise ValidationError(
                _("Belum ada pagu %(code)s untuk tahun %(year)s. Catat pagunya dahulu.")
                % {"code": code, "year": year}
            )
        growth = amount - (row.amount if row else 0)
        if growth > line.free:
            raise ValidationError(
                _("Pagu %(year)s tinggal %(free)s, sedangkan yang perlu dicadangkan %(amount)s.")
                % {"year": year, "free": rupiah(line.free), "amount": rupiah(growth)},
                code="budget_exceeded",
            )
        if row is None:
            row = Reservation(line=line, subject=subject)
        row.amount = amount
        row.save()
        kept.append(row)
    return kept


@transaction.atomic
def realise_budget(subject, *, code, year, amount):
    """Count `amount` more of what `subject` holds of `year` as spent; what exceeds its promise is reserved beside it.

    Raises ValidationError when the year has no line or the line not enough left.
    """
    line = BudgetLine.objects.select_for_update().filter(code=code, year=year).first()
    if line is None:
        raise ValidationError(
            _("Belum ada pagu %(code)s untuk tahun %(year)s. Catat pagunya dahulu.")
            % {"code": code, "year": year}
        )
    row, _made = Reservation.objects.get_or_create(line=line, subject=subject, defaults={"amount": 0})
    row.realised += amount
    row.amount = max(row.amount, row.realised)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "programme_budgetline_reserved_within_ceiling" not in str(error):
            raise
        raise ValidationError(
            _("Pagu %(year)s tinggal %(free)s, tidak cukup untuk pembayaran ini.")
            % {"year": year, "free": rupiah(line.free)},
            code="budget_exceeded",
        ) from None
    return row
