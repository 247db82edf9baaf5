"""Goods of the demo city's makers at the gallery: half a year of hand-overs, sales at the counter, what came back, what broke, a
count with its difference, and the settlements of the months behind us.

Movements are written in bulk in the order in which they happened, so that the database itself keeps the stock; papers and
settlements are made by the services, with the day on which they would have been.
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from core.dates import WIB, add_months, today
from core.indonesia import is_working_day, next_working_day
from core.models import StepLine
from core.references import new_reference
from core.workflow import take_step
from gallery.enums import CountStatus, MovementKind, Payment
from gallery.models import (
    ConsignmentTerms,
    GoodsNote,
    Movement,
    Product,
    Sale,
    Settlement,
    StockCount,
    StockCountLine,
    Variant,
)
from gallery.services.consignment.papers import issue_receipt, issue_statement
from gallery.services.consignment.settlements import approve_settlement, businesses_due, prepare_settlement

MAKERS = 7
#: Variants of one maker that lie in the gallery.
MOST_VARIANTS = 6
MONTHS = 5
#: Goods dearer than this come by ones and twos.
DEAR = 700_000
COMMISSIONS = (Decimal("10"), Decimal("12.5"), Decimal("15"), Decimal("20"))
BROKEN = (
    "Pecah saat dipindahkan ke rak.",
    "Kemasan sobek, tidak layak jual.",
    "Ternoda, tidak dapat dibersihkan.",
)
TAKEN_BACK = ("Ukuran tidak cocok.", "Pembeli salah pilih motif.", "Ada cacat kecil pada jahitan.")


@dataclass
class _Shelf:
    """What happened so far: the stock of each variant, and rows in the order of their moments."""

    rng: object
    clerk: object
    stock: dict = field(default_factory=dict)
    notes: list = field(default_factory=list)
    sales: list = field(default_factory=list)
    movements: list = field(default_factory=list)

    def move(self, variant, kind, quantity, at, **fields):
        self.stock[variant] = self.stock.get(variant, 0) + quantity
        self.movements.append(
            Movement(
                variant=variant,
                kind=kind,
                quantity=quantity,
                recorded_by=self.clerk,
                recorded_at=at,
                **fields,
            )
        )

    def reference(self, prefix):
        return new_reference(prefix, choice=self.rng.choice)


def make_consignment(rng, sellers, *, clerk, second):
    """Half a year at the gallery. `sellers` are {business pk: its speaker}; `clerk` keeps the counter, `second` approves."""
    goods = _goods(sellers)
    first = add_months(today().replace(day=1), -MONTHS)
    ConsignmentTerms.objects.bulk_create(
        ConsignmentTerms(
            business=business,
            during=(add_months(first, -2), None),
            commission_percent=COMMISSIONS[number % len(COMMISSIONS)],
            agreed_by=clerk,
        )
        for number, business in enumerate(goods)
    )
    shelf = _Shelf(rng, clerk)
    _half_a_year(shelf, goods, sellers, first)
    GoodsNote.objects.bulk_create(shelf.notes)
    Sale.objects.bulk_create(shelf.sales)
    Movement.objects.bulk_create(shelf.movements)
    for note in shelf.notes:
        issue_receipt(note, actor=clerk)
    for back in range(MONTHS, 0, -1):
        _settle(rng, add_months(today().replace(day=1), -back), clerk, second, is_last=back == 1)


def _goods(sellers):
    """{business: its variants}: our entrepreneurs first, then the makers of small goods."""
    shown = Product.objects.published().select_related("business").order_by("pk")
    businesses = list(dict.fromkeys(one.business for one in shown))
    chosen = [one for one in businesses if one.pk in sellers]
    chosen += [one for one in businesses if one.pk not in sellers][: max(MAKERS - len(chosen), 0)]
    found = {business: [] for business in chosen}
    by_key = {business.pk: business for business in chosen}
    rows = Variant.objects.filter(product__in=shown, product__business__in=chosen, is_active=True)
    for variant in rows.select_related("product").order_by("product", "position"):
        kept = found[by_key[variant.product.business_id]]
        if len(kept) < MOST_VARIANTS:
            kept.append(variant)
    return found


def _at(day, hour, minute=0):
    return datetime.combine(day, time(hour, minute), tzinfo=WIB)


def _half_a_year(shelf, goods, sellers, first):
    """Day by day, so that nothing is sold that is not there."""
    last = today() - timedelta(days=1)
    counted_on = next_working_day(add_months(first, MONTHS - 1))
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if day.weekday() == 0:  # the gallery is closed on Mondays
            continue
        brought = (day - first).days // 7
        for place, (business, variants) in enumerate(goods.items()):
            if is_working_day(day) and brought % 9 == place % 4 and day.weekday() == 1 + place % 4:
                _bring(shelf, business, variants, sellers, _at(day, 9, place * 5))
        _sell(shelf, day)
        if day == counted_on:
            _count(shelf, day)
        if day.day == 20 and day.month % 2:
            _lose(shelf, day)
    _take_home(shelf, list(goods), sellers, last)


def _bring(shelf, business, variants, sellers, at):
    lines = []
    for variant in variants:
        wanted = 2 if variant.price > DEAR else shelf.rng.randint(8, 14)
        if (missing := wanted - shelf.stock.get(variant, 0)) > 0:
            lines.append((variant, missing))
    if lines:
        _hand_over(shelf, business, MovementKind.RECEIVED, lines, sellers, at)


def _hand_over(shelf, business, kind, lines, sellers, at):
    speaker = sellers.get(business.pk)
    note = GoodsNote(
        reference=shelf.reference("TTB"),
        business=business,
        kind=kind,
        handed_by=speaker.name if speaker else f"Pemilik {business.name}"[:150],
        recorded_by=shelf.clerk,
        recorded_at=at,
    )
    shelf.notes.append(note)
    for variant, quantity in lines:
        shelf.move(variant, kind, quantity if kind == MovementKind.RECEIVED else -quantity, at, note=note)


def _sell(shelf, day):
    """Up to two buyers a day, more at the weekend; one in thirty brings something back soon after."""
    rng = shelf.rng
    for buyer in range(rng.choice((0, 1, 1, 2)) + (day.weekday() >= 5)):
        there = [variant for variant, left in shelf.stock.items() if left > 0]
        if not there:
            return
        chosen = rng.sample(there, min(rng.choice((1, 1, 1, 2, 3)), len(there)))
        at = _at(day, 10 + buyer * 2, rng.randint(0, 59))
        by_qris = rng.random() < 0.6
        number = f"QR{day:%y%m%d}{len(shelf.sales):05d}" if by_qris else ""
        sale = Sale(
            reference=shelf.reference("JUL"),
            payment=Payment.QRIS if by_qris else Payment.CASH,
            payment_reference=number,
            total=0,
            sold_by=shelf.clerk,
            sold_at=at,
        )
        shelf.sales.append(sale)
        for variant in sorted(chosen, key=lambda one: one.pk):
            cheap = variant.price < 60_000
            quantity = min(rng.choice((1, 2, 3)) if cheap else 1, shelf.stock[variant])
            sale.total += quantity * variant.price
            shelf.move(variant, MovementKind.SOLD, -quantity, at, sale=sale, unit_price=variant.price)
        if rng.random() < 1 / 30:
            shelf.move(
                chosen[0],
                MovementKind.TAKEN_BACK,
                1,
                at + timedelta(minutes=40),
                sale=sale,
                unit_price=chosen[0].price,
                reason=rng.choice(TAKEN_BACK),
            )


def _lose(shelf, day):
    there = [variant for variant, left in shelf.stock.items() if left > 1]
    if there:
        variant = shelf.rng.choice(there)
        shelf.move(variant, MovementKind.DAMAGED, -1, _at(day, 16, 30), reason=shelf.rng.choice(BROKEN))


def _count(shelf, day):
    """Everything was counted; of one thing a piece was missing."""
    at = _at(day, 17)
    count = StockCount.objects.create(
        reference=shelf.reference("OPN"),
        status=CountStatus.CLOSED,
        started_by=shelf.clerk,
        started_at=_at(day, 15),
        closed_by=shelf.clerk,
        closed_at=at,
        created_at=_at(day, 15),
    )
    there = sorted((variant for variant, left in shelf.stock.items() if left > 0), key=lambda one: one.pk)
    missing = max(there, key=lambda one: shelf.stock[one]) if there else None
    why = "Tidak ditemukan di rak maupun di gudang."
    StockCountLine.objects.bulk_create(
        StockCountLine(
            count=count,
            variant=variant,
            expected=shelf.stock[variant],
            counted=shelf.stock[variant] - (variant == missing),
            reason=why if variant == missing else "",
        )
        for variant in there
    )
    if missing:
        shelf.move(missing, MovementKind.COUNTED, -1, at, count=count, reason=why)


def _take_home(shelf, businesses, sellers, day):
    """The last of the makers takes home what did not sell."""
    business = businesses[-1]
    lines = [
        (variant, left)
        for variant, left in shelf.stock.items()
        if variant.product.business_id == business.pk and left > 0
    ][:2]
    if lines:
        _hand_over(shelf, business, MovementKind.RETURNED, lines, sellers, _at(day, 18))


def _settle(rng, month, clerk, second, *, is_last):
    """The settlements of a month: paid in the month after it; of the last month some wait for approval or for their money."""
    prepared = next_working_day(add_months(month, 1) + timedelta(days=1))
    for number, business in enumerate(businesses_due(month)):
        made = prepare_settlement(business, month, actor=clerk)
        # Of the last month the first waits for approval, the second for its money.
        if not (is_last and number % 3 == 0):
            made = approve_settlement(made, actor=second)
            if not (is_last and number % 3 == 1):
                _pay(rng, made, min(next_working_day(prepared + timedelta(days=3)), today()), clerk)
        _date(made, prepared)


def _pay(rng, settlement, day, clerk):
    done = take_step(
        settlement,
        "pay",
        actor=clerk,
        paid_on=day,
        payment_reference=f"BJT{day:%y%m%d}{rng.randint(100_000, 999_999)}",
    )
    done.refresh_from_db()
    issue_statement(done, actor=clerk, at=min(_at(day, 10), timezone.now()))


def _date(settlement, prepared):
    """The history tells the days on which it would have happened."""
    lines = StepLine.objects.filter(
        content_type=ContentType.objects.get_for_model(Settlement), object_id=settlement.pk
    )
    days = {"prepare": 0, "approve": 1, "pay": 3}
    for line in lines:
        day = min(next_working_day(prepared + timedelta(days=days[line.step])), today())
        lines.filter(pk=line.pk).update(at=min(_at(day, 9, 20), timezone.now()))
