"""Sixty cash desks want the last twenty pieces at once, each with a connection of its own. With its negative control: the same
rush without the database's check sells what is not there."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.db.models import Sum

from gallery.models import GalleryStock, Movement, Sale
from gallery.services.consignment import counter
from tests.gallery import records

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE, PIECES, BUYERS = 16, 20, 60


def attempt(lines, cashier):
    """`sold`, or what the cashier is told."""
    try:
        counter.sell(lines, actor=cashier, payment="cash")
    except ValidationError as error:
        return error.code if hasattr(error, "code") else "refused"
    finally:
        connections.close_all()
    return "sold"


def rush(calls):
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda call: call(), calls))


def goods(curator, *, kinds=1):
    business = records.maker()
    records.terms(business, curator)
    variants = [records.product(business).variants.get() for _kind in range(kinds)]
    for variant in variants:
        records.received(variant, PIECES, curator)
    return variants


@pytest.mark.parametrize("guarded", [False, True], ids=["without the check", "with it"])
def test_twenty_pieces_are_sold_twenty_times(guarded, curator):
    [variant] = goods(curator)
    if not guarded:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE gallery_gallerystock DROP CONSTRAINT gallery_stock_never_below_zero")
    try:
        outcomes = rush([lambda: attempt([(variant, 1, None)], curator)] * BUYERS)
        stock = GalleryStock.objects.get(variant=variant).quantity
        assert stock == Movement.objects.aggregate(total=Sum("quantity"))["total"]
        assert outcomes.count("sold") == Sale.objects.count() == (PIECES if guarded else BUYERS)
        assert stock == (0 if guarded else PIECES - BUYERS)
        if guarded:
            assert set(outcomes) == {"sold", "out_of_stock"}
    finally:
        if not guarded:
            # The rows go before the check comes back; TRUNCATE asks no row trigger.
            with connection.cursor() as cursor:
                cursor.execute("TRUNCATE gallery_gallerystock, gallery_movement CASCADE")
            rule = next(
                one for one in GalleryStock._meta.constraints if one.name == "gallery_stock_never_below_zero"
            )
            with connection.schema_editor() as editor:
                editor.add_constraint(GalleryStock, rule)


def test_baskets_in_opposite_order_do_not_wait_for_each_other_in_a_circle(curator):
    first, second = goods(curator, kinds=2)
    there, back = [(first, 1, None), (second, 1, None)], [(second, 1, None), (first, 1, None)]
    outcomes = rush([lambda: attempt(there, curator), lambda: attempt(back, curator)] * 15)
    assert outcomes.count("sold") == PIECES
    assert set(GalleryStock.objects.values_list("quantity", flat=True)) == {0}


def test_a_line_is_brought_back_once_by_two_at_once(curator):
    [variant] = goods(curator)
    line = counter.sell([(variant, 1, None)], actor=curator, payment="cash").movements.get()

    def bring():
        try:
            counter.take_back(line, 1, actor=curator, reason="Cacat")
        except ValidationError:
            return "refused"
        finally:
            connections.close_all()
        return "taken"

    assert sorted(rush([bring] * 8)) == ["refused"] * 7 + ["taken"]
    assert GalleryStock.objects.get(variant=variant).quantity == PIECES
