"""Goods in the gallery: handed over, sold, brought back, counted, settled."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction

from accounts.enums import Role
from core.dates import WIB, add_months, today
from core.models import AuditEntry, Message
from core.workflow import StepError
from gallery.models import Movement, Sale, Settlement
from gallery.services.consignment import counter, counts, handovers, settlements, stock
from tests.core.test_typesetting import text_of
from tests.gallery import records

pytestmark = pytest.mark.django_db


def sold(variant, quantity=1, *, actor, price=None, payment="cash", number=""):
    return counter.sell([(variant, quantity, price)], actor=actor, payment=payment, payment_reference=number)


def last_month():
    return add_months(today().replace(day=1), -1)


def sold_on(day, variant, quantity, actor, price=None, kind="sold", sale=None):
    """A movement of the counter at noon of `day`."""
    moment = datetime.datetime.combine(day, datetime.time(12), tzinfo=WIB)
    price = price or variant.price
    sale = sale or Sale.objects.create(payment="cash", total=quantity * price, sold_by=actor, sold_at=moment)
    return Movement.objects.create(
        variant=variant,
        kind=kind,
        quantity=-quantity if kind == "sold" else quantity,
        unit_price=price,
        sale=sale,
        reason="" if kind == "sold" else "cacat",
        recorded_by=actor,
        recorded_at=moment,
    )


# --- Hand-overs ---------------------------------------------------------------------------------------------------------


def test_goods_come_in_with_a_numbered_receipt(workshop, shelf, curator, signatory):
    first, second = shelf
    note = handovers.receive_goods(
        workshop, [(second, 4), (first, 2)], actor=curator, handed_by="Ibu Sekar", note="Kardus biru"
    )
    assert [stock.in_gallery(one) for one in shelf] == [12, 4]
    letter = note.letters.get()
    with letter.file.open() as file:
        said = text_of(file.read())
    for words in (
        letter.number,
        note.reference,
        "Ibu Sekar",
        "Kardus biru",
        second.reference,
        "6 buah",
        "diterima",
    ):
        assert words in said
    assert AuditEntry.objects.filter(action="gallery.goods_received", subject=note.reference).exists()


def test_goods_go_back_with_a_paper_and_never_more_than_there_are(workshop, shelf, curator, signatory):
    first, _second = shelf
    note = handovers.return_goods(workshop, [(first, 3)], actor=curator, handed_by="Ibu Sekar")
    assert stock.in_gallery(first) == 7
    assert note.letters.count() == 1
    with pytest.raises(ValidationError, match="Stok tinggal 7"):
        handovers.return_goods(workshop, [(first, 8)], actor=curator, handed_by="Ibu Sekar")
    assert stock.in_gallery(first) == 7


def test_goods_need_terms_in_force(curator, signatory, owner_user):
    shop = records.maker(owner_user)
    variant = records.product(shop).variants.get()
    records.terms(shop, curator, ends=today())
    with pytest.raises(ValidationError, match="kesepakatan titip jual"):
        handovers.receive_goods(shop, [(variant, 1)], actor=curator, handed_by="Pembuat")


def test_goods_of_another_maker_nothing_at_all_and_withdrawn_goods_are_refused(
    workshop, shelf, curator, signatory
):
    other = records.product(records.maker()).variants.get()
    gone = records.product(workshop, status="withdrawn").variants.get()
    for lines in ([(other, 1)], [], [(shelf[0], 0)], [(gone, 1)]):
        with pytest.raises(ValidationError):
            handovers.receive_goods(workshop, lines, actor=curator, handed_by="Pembuat")
    assert Movement.objects.count() == 1


def test_without_a_signatory_nothing_is_taken_in(workshop, shelf, curator):
    with pytest.raises(ValidationError, match="penanda tangan"):
        handovers.receive_goods(workshop, [(shelf[0], 1)], actor=curator, handed_by="Pembuat")
    assert stock.in_gallery(shelf[0]) == 10


def test_damage_is_explained(shelf, curator):
    handovers.record_damage(shelf[0], 2, actor=curator, reason="Terkena air")
    assert stock.in_gallery(shelf[0]) == 8
    with pytest.raises(ValidationError, match="sebab"):
        handovers.record_damage(shelf[0], 1, actor=curator, reason=" ")


# --- The counter --------------------------------------------------------------------------------------------------------


def test_a_sale_takes_the_price_of_the_moment_or_the_agreed_one(shelf, curator):
    first, _second = shelf
    made = counter.sell([(first, 2, None), (first, 1, 100_000)], actor=curator, payment="cash")
    assert made.total == 400_000 == sum(line.amount for line in made.movements.all())
    assert stock.in_gallery(first) == 7
    first.price = 999_000
    first.save()
    assert sum(line.amount for line in made.movements.all()) == 400_000


def test_the_sentence_says_how_many_are_left_and_nothing_is_sold(shelf, curator):
    with pytest.raises(ValidationError, match="Stok tinggal 0: Tas"):
        counter.sell([(shelf[0], 1, None), (shelf[1], 1, None)], actor=curator, payment="cash")
    assert not Sale.objects.exists()
    assert stock.in_gallery(shelf[0]) == 10


def test_qris_needs_its_number_and_each_number_counts_once(shelf, curator):
    with pytest.raises(ValidationError, match="QRIS"):
        sold(shelf[0], actor=curator, payment="qris")
    sold(shelf[0], actor=curator, payment="qris", number="QR-1")
    with pytest.raises(ValidationError, match="sudah dicatat"):
        sold(shelf[0], actor=curator, payment="qris", number="QR-1")
    assert stock.in_gallery(shelf[0]) == 9


def test_the_buyer_brings_back_no_more_than_was_bought(shelf, curator):
    line = sold(shelf[0], 3, actor=curator).movements.get()
    counter.take_back(line, 2, actor=curator, reason="Salah warna")
    assert counter.still_sold(line) == 1
    assert stock.in_gallery(shelf[0]) == 9
    with pytest.raises(ValidationError, match="paling banyak 1"):
        counter.take_back(line, 2, actor=curator, reason="Salah warna")
    counter.take_back(line, 1, actor=curator, reason="Salah warna")
    with pytest.raises(ValidationError, match="paling banyak 0"):
        counter.take_back(line, 1, actor=curator, reason="Salah warna")


def test_no_sale_without_terms_for_the_maker_of_the_goods(shelf, curator, workshop):
    workshop.consignment_terms.update(during=(datetime.date(2020, 1, 1), today()))
    with pytest.raises(ValidationError, match="kesepakatan"):
        sold(shelf[0], actor=curator)


def test_others_than_officials_of_the_gallery_are_refused(shelf, workshop, owner_user, registrar, curator):
    count = counts.open_count(actor=curator)
    line = sold(shelf[0], actor=curator).movements.get()
    for person in (owner_user, registrar):
        for attempt in (
            lambda who: sold(shelf[0], actor=who),
            lambda who: counter.take_back(line, 1, actor=who, reason="x"),
            lambda who: handovers.receive_goods(workshop, [(shelf[0], 1)], actor=who, handed_by="x"),
            lambda who: handovers.return_goods(workshop, [(shelf[0], 1)], actor=who, handed_by="x"),
            lambda who: handovers.record_damage(shelf[0], 1, actor=who, reason="x"),
            lambda who: counts.open_count(actor=who),
            lambda who: counts.count_variant(count, shelf[0], 1, actor=who),
            lambda who: settlements.prepare_settlement(workshop, last_month(), actor=who),
        ):
            with pytest.raises(PermissionDenied):
                attempt(person)


def test_a_typed_code_finds_its_goods_or_says_what_is_wrong(shelf):
    assert stock.variant_of(shelf[0].reference.lower().replace("-", " ")) == shelf[0]
    with pytest.raises(ValidationError):
        stock.variant_of("BRG-2222-2222")
    with pytest.raises(ValidationError, match="BRG"):
        stock.variant_of(shelf[0].product.reference)


def test_a_movement_is_never_changed_or_deleted(shelf):
    for change in (lambda rows: rows.update(quantity=5), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(Movement.objects.all())


# --- The count ----------------------------------------------------------------------------------------------------------


def test_a_count_writes_its_differences_with_their_reasons(shelf, curator):
    count = counts.open_count(actor=curator)
    line = counts.count_variant(count, shelf[0], 8, actor=curator)
    counts.scan_variant(count, shelf[1], actor=curator)
    with pytest.raises(ValidationError, match="sebab selisih"):
        counts.close_count(count, actor=curator)
    counts.explain_difference(line, actor=curator, reason="Hilang")
    counts.count_variant(count, shelf[1], 1, actor=curator, reason="Belum dicatat masuk")
    closed = counts.close_count(count, actor=curator)
    assert closed.status == "closed"
    assert closed.closed_by == curator
    assert [stock.in_gallery(one) for one in shelf] == [8, 1]
    assert closed.movements.count() == 2
    with pytest.raises(StepError):
        counts.count_variant(count, shelf[0], 8, actor=curator)


def test_what_is_sold_after_it_was_counted_is_no_difference(shelf, curator):
    count = counts.open_count(actor=curator)
    counts.count_variant(count, shelf[0], 9, actor=curator, reason="Hilang satu")
    sold(shelf[0], 4, actor=curator)
    counts.close_count(count, actor=curator)
    assert stock.in_gallery(shelf[0]) == 5
    assert count.movements.get().quantity == -1


def test_what_moves_between_two_scans_is_counted_again(shelf, curator):
    count = counts.open_count(actor=curator)
    for _piece in range(3):
        counts.scan_variant(count, shelf[0], actor=curator)
    sold(shelf[0], actor=curator)
    with pytest.raises(ValidationError, match="Hitung ulang"):
        counts.scan_variant(count, shelf[0], actor=curator)
    assert counts.count_variant(count, shelf[0], 9, actor=curator).expected == 9
    counts.close_count(count, actor=curator)
    assert stock.in_gallery(shelf[0]) == 9


def test_a_count_is_not_closed_while_goods_are_not_counted_and_only_one_is_open(shelf, curator):
    count = counts.open_count(actor=curator)
    with pytest.raises(ValidationError, match="Masih 1 barang"):
        counts.close_count(count, actor=curator)
    with pytest.raises(ValidationError, match="belum ditutup"):
        counts.open_count(actor=curator)
    sold(shelf[0], 10, actor=curator)
    assert counts.close_count(count, actor=curator).status == "closed"


# --- Settlements --------------------------------------------------------------------------------------------------------


def test_a_month_is_prepared_approved_by_another_and_paid_with_its_statement(
    shelf, workshop, curator, person, owner_user, signatory
):
    sold_on(last_month(), shelf[0], 3, curator)
    made = settlements.prepare_settlement(workshop, last_month(), actor=curator)
    assert (made.sold, made.commission, made.payable) == (450_000, 90_000, 360_000)
    with pytest.raises(PermissionDenied):
        settlements.approve_settlement(made, actor=curator)
    settlements.approve_settlement(made, actor=person(Role.GALLERY_CURATOR))
    with pytest.raises(ValidationError, match="bukti"):
        settlements.pay_settlement(made, actor=curator, paid_on=today(), payment_reference=" ")
    done = settlements.pay_settlement(made, actor=curator, paid_on=today(), payment_reference="TRX-77")
    with done.letters.get().file.open() as file:
        said = text_of(file.read())
    for words in ("Rp450.000", "Rp90.000", "Rp360.000", "TRX-77", "Batik Sekar Jagad", "Syal"):
        assert words in said
    assert Message.objects.get(recipient=owner_user).title == "Hasil titip jual sudah dibayar"


def test_every_sale_is_settled_once_and_what_comes_late_goes_into_the_next_month(shelf, workshop, curator):
    before = add_months(last_month(), -1)
    line = sold_on(before, shelf[0], 2, curator)
    first = settlements.prepare_settlement(workshop, before, actor=curator)
    with pytest.raises(ValidationError, match="Tidak ada penjualan"):
        settlements.prepare_settlement(workshop, last_month(), actor=curator)
    sold_on(last_month(), shelf[0], 2, curator)
    sold_on(last_month(), shelf[0], 1, curator, kind="taken_back", sale=line.sale)
    second = settlements.prepare_settlement(workshop, last_month(), actor=curator)
    assert (first.sold, second.sold, second.lines.count()) == (300_000, 150_000, 2)


def test_the_share_is_of_the_terms_on_the_day_of_the_sale(shelf, workshop, curator):
    month = last_month()
    workshop.consignment_terms.all().delete()
    records.terms(workshop, curator, percent=10, ends=month + datetime.timedelta(days=10))
    records.terms(workshop, curator, percent=30, begins=month + datetime.timedelta(days=10))
    early = sold_on(month, shelf[0], 1, curator, price=100_001)
    sold_on(month + datetime.timedelta(days=10), shelf[0], 1, curator, price=100_001)
    sold_on(month + datetime.timedelta(days=12), shelf[0], 1, curator, 100_001, "taken_back", early.sale)
    made = settlements.prepare_settlement(workshop, month, actor=curator)
    assert [line.commission for line in made.lines.order_by("movement_id")] == [10_000, 30_000, -10_000]
    assert made.commission == 30_000


def test_more_brought_back_than_sold_waits_for_the_next_month(shelf, workshop, curator):
    before = add_months(last_month(), -1)
    line = sold_on(before, shelf[0], 2, curator)
    settlements.prepare_settlement(workshop, before, actor=curator)
    sold_on(last_month(), shelf[0], 1, curator, kind="taken_back", sale=line.sale)
    with pytest.raises(ValidationError, match="bulan berikutnya"):
        settlements.prepare_settlement(workshop, last_month(), actor=curator)
    assert Settlement.objects.count() == 1


def test_a_running_month_and_a_month_twice_are_refused(shelf, workshop, curator):
    sold_on(today(), shelf[0], 1, curator)
    with pytest.raises(ValidationError, match="belum selesai"):
        settlements.prepare_settlement(workshop, today(), actor=curator)
    sold_on(last_month(), shelf[0], 1, curator)
    assert list(settlements.businesses_due(last_month())) == [workshop]
    settlements.prepare_settlement(workshop, last_month(), actor=curator)
    assert not settlements.businesses_due(last_month()).exists()
    sold_on(last_month(), shelf[0], 1, curator)
    with pytest.raises(ValidationError, match="sudah disusun"):
        settlements.prepare_settlement(workshop, last_month(), actor=curator)


@pytest.mark.parametrize(
    ("quantity", "price", "percent", "share"),
    [
        (1, 333, 15, 50),
        (3, 333, 15, 150),
        (1, 30, 15, 5),
        (-3, 333, 15, -150),
        (2, 1000, 0, 0),
        (1, 1, 50, 1),
    ],
)
def test_the_share_is_whole_rupiah_of_each_piece(quantity, price, percent, share):
    assert settlements.commission_of(quantity, price, Decimal(percent)) == share
