"""Whatever happens in whatever order, the stock is the sum of the movements and the settlements are the sales less what came
back, to the rupiah."""

import datetime
from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from core.dates import today
from gallery.enums import MovementKind
from gallery.models import GalleryStock, GoodsNote, Movement, Settlement, SettlementLine
from gallery.services.consignment import counter, counts, handovers, settlements, stock
from tests.gallery import records

pytestmark = pytest.mark.django_db

#: A month after all that a history settles.
FAR = datetime.date(2090, 1, 1)
EVENTS = some.lists(
    some.tuples(
        some.sampled_from(["receive", "sell", "take_back", "return", "damage", "count", "settle"]),
        some.integers(0, 1),
        some.integers(1, 6),
        some.integers(1, 99_999),
    ),
    min_size=5,
    max_size=25,
)


class History:
    """A gallery of one maker, with a book of its own that the database must agree with."""

    def __init__(self, shop, variants, actor):
        self.shop, self.variants, self.actor = shop, variants, actor
        self.book = [0, 0]
        self.lines = []

    def receive(self, which, quantity, price):
        records.received(self.variants[which], quantity, self.actor)
        self.book[which] += quantity

    def sell(self, which, quantity, price):
        made = counter.sell([(self.variants[which], quantity, price)], actor=self.actor, payment="cash")
        self.book[which] -= quantity
        self.lines.append((which, made.movements.get()))

    def take_back(self, which, quantity, price):
        if self.lines:
            which, line = self.lines[price % len(self.lines)]
            counter.take_back(line, quantity, actor=self.actor, reason="Cacat")
            self.book[which] += quantity

    def damage(self, which, quantity, price):
        handovers.record_damage(self.variants[which], quantity, actor=self.actor, reason="Pecah")
        self.book[which] -= quantity

    def count(self, which, quantity, price):
        count = counts.open_count(actor=self.actor)
        for number, variant in enumerate(self.variants):
            found = quantity if number == which else self.book[number]
            counts.count_variant(count, variant, found, actor=self.actor, reason="Dihitung")
            self.book[number] = found
        counts.close_count(count, actor=self.actor)


def returned(history, which, quantity, _price):
    variant = history.variants[which]
    note = GoodsNote.objects.create(
        business=history.shop, kind="returned", handed_by="Pembuat", recorded_by=history.actor
    )
    stock.move(variant, MovementKind.RETURNED, -quantity, actor=history.actor, note=note)
    history.book[which] -= quantity


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS, percent=some.integers(0, 5000))
def test_balances_follow_from_the_movements(events, percent, curator, workshop, monkeypatch):
    months = iter(range(1, 100))
    point = transaction.savepoint()
    try:
        records.terms(workshop, curator, percent=percent / 100)
        variants = [records.product(workshop).variants.get() for _kind in range(2)]
        history = History(workshop, variants, curator)
        for kind, which, quantity, price in events:
            try:
                with transaction.atomic():
                    if kind == "return":
                        returned(history, which, quantity, price)
                    elif kind == "settle":
                        settle_later(history, next(months), monkeypatch)
                    else:
                        getattr(history, kind)(which, quantity, price)
            except ValidationError:
                continue  # refused, and the book stays as it was
            for number, variant in enumerate(variants):
                total = Movement.objects.filter(variant=variant).aggregate(total=Sum("quantity"))["total"]
                standing = GalleryStock.objects.filter(variant=variant).first()
                assert (standing.quantity if standing else 0) == (total or 0) == history.book[number]
                assert history.book[number] >= 0
        with suppress(ValidationError):  # nothing was sold, or more came back than was
            settle_later(history, next(months), monkeypatch)
            assert not settlements.unsettled(FAR).exists()
        check_settlements()
    finally:
        transaction.savepoint_rollback(point)


def settle_later(history, months, monkeypatch):
    """As if so many months had gone by."""
    month = (today().replace(day=1) + datetime.timedelta(days=31 * months)).replace(day=1)
    with monkeypatch.context() as clock:
        clock.setattr(settlements, "today", lambda: month + datetime.timedelta(days=40))
        settlements.prepare_settlement(history.shop, month, actor=history.actor)


def check_settlements():
    lines = SettlementLine.objects.select_related("movement")
    assert all(line.amount == line.movement.amount for line in lines)
    settled = Movement.objects.filter(settlement_line__isnull=False)
    assert sum(line.amount for line in lines) == sum(one.amount for one in settled)
    for one in Settlement.objects.all():
        own = lines.filter(settlement=one)
        assert one.sold == sum(line.amount for line in own)
        assert one.commission == sum(line.commission for line in own)
        assert 0 <= one.payable == one.sold - one.commission
    open_rest = Movement.objects.filter(kind__in=settlements.SETTLED, settlement_line__isnull=True)
    everything = Movement.objects.filter(kind__in=settlements.SETTLED)
    assert sum(one.amount for one in everything) == sum(line.amount for line in lines) + sum(
        one.amount for one in open_rest
    )
