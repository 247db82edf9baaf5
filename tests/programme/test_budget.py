"""What is promised never exceeds a year's ceiling, whoever writes it."""

from datetime import date
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from programme.models import BudgetLine, Reservation
from programme.services.budget import realise_budget, reserve_budget


def line(year, ceiling):
    return BudgetLine.objects.create(
        code="1.1", year=year, name="Uji", ceiling=ceiling, stated_on=date(year, 1, 1), document="DPA"
    )


def held(subject):
    return {row.line.year: (row.amount, row.realised) for row in Reservation.objects.filter(subject=subject)}


@pytest.mark.django_db
def test_a_reservation_spreads_over_years_and_is_freed_again():
    lines = line(2026, 100), line(2027, 50)
    reserve_budget("KRD-1", code="1.1", by_year={2026: Decimal(60), 2027: Decimal(50)})
    assert held("KRD-1") == {2026: (60, 0), 2027: (50, 0)}
    lines[0].refresh_from_db()
    assert (lines[0].reserved, lines[0].free) == (60, 40)
    with pytest.raises(ValidationError, match="Pagu 2027 tinggal Rp0"):
        reserve_budget("KRD-2", code="1.1", by_year={2026: Decimal(10), 2027: Decimal(1)})
    assert held("KRD-2") == {}
    realise_budget("KRD-1", code="1.1", year=2026, amount=Decimal(20))
    reserve_budget("KRD-1", code="1.1", by_year={2026: Decimal(5)})
    assert held("KRD-1") == {2026: (20, 20)}
    lines[1].refresh_from_db()
    assert lines[1].reserved == 0


@pytest.mark.django_db
def test_a_year_without_a_line_is_named():
    line(2026, 100)
    with pytest.raises(ValidationError, match="Belum ada pagu 1.1 untuk tahun 2027"):
        reserve_budget("KRD-1", code="1.1", by_year={2026: Decimal(1), 2027: Decimal(1)})
    assert held("KRD-1") == {}


@pytest.mark.django_db
def test_the_database_refuses_a_promise_above_the_ceiling_by_any_door():
    made = line(2026, 100)
    Reservation.objects.create(line=made, subject="A", amount=70)
    with pytest.raises(IntegrityError, match="reserved_within_ceiling"), transaction.atomic():
        Reservation.objects.bulk_create([Reservation(line=made, subject="B", amount=31)])
    with pytest.raises(IntegrityError, match="reserved_within_ceiling"), transaction.atomic():
        Reservation.objects.filter(subject="A").update(amount=101)
    with pytest.raises(IntegrityError, match="reserved_within_ceiling"), transaction.atomic():
        BudgetLine.objects.update(ceiling=69)
    other = line(2027, 10)
    with pytest.raises(IntegrityError, match="reserved_within_ceiling"), transaction.atomic():
        Reservation.objects.filter(subject="A").update(line=other)
    Reservation.objects.filter(subject="A").delete()
    made.refresh_from_db()
    assert made.reserved == 0


def _all_at_once(work, count):
    barrier, outcomes = Barrier(count), []

    def run(number):
        try:
            barrier.wait()
            work(number)
            outcomes.append(True)
        except (ValidationError, IntegrityError):
            outcomes.append(False)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_parallel_reservations_never_exceed_the_ceiling():
    made = line(2026, 100)
    outcomes = _all_at_once(lambda n: reserve_budget(f"KRD-{n}", code="1.1", by_year={2026: Decimal(15)}), 12)
    made.refresh_from_db()
    assert (outcomes.count(True), made.reserved) == (6, 90)


@pytest.mark.django_db(transaction=True)
def test_without_the_databases_sum_the_same_race_overbooks():
    """The negative control: a check before an insert, as one would write it, promises more than there is."""
    made = line(2026, 100)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger_keep_budget_sums%'")
        (trigger,) = cursor.fetchone()
        cursor.execute(f"ALTER TABLE programme_reservation DISABLE TRIGGER {trigger}")
    seen = Barrier(12)

    def careless(number):
        with transaction.atomic():
            promised = sum(row.amount for row in Reservation.objects.filter(line=made))
            seen.wait(timeout=20)
            if promised + 15 <= 100:
                Reservation.objects.create(line=made, subject=f"KRD-{number}", amount=15)

    try:
        _all_at_once(careless, 12)
        assert sum(row.amount for row in Reservation.objects.all()) > 100
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE programme_reservation ENABLE TRIGGER {trigger}")
