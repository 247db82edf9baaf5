"""What a maker sees of sales: goods, papers and settlements at the gallery, and nobody else's."""

import datetime

import pytest
from django.urls import reverse

from accounts.enums import Role
from core.dates import WIB
from gallery import selectors
from gallery.enums import MovementKind
from gallery.models import Movement, Sale, Settlement, SettlementLine
from gallery.services.consignment.counter import sell, take_back
from gallery.services.consignment.handovers import receive_goods
from tests.gallery import records

pytestmark = pytest.mark.django_db

PAGE = reverse("my_consignment")


def sold_on(day, lines, clerk):
    """A sale on a past day, written straight into the tables: pairs of a variant and a quantity."""
    at = datetime.datetime.combine(day, datetime.time(11), tzinfo=WIB)
    made = Sale.objects.create(
        payment="cash", total=sum(q * v.price for v, q in lines), sold_by=clerk, sold_at=at
    )
    return [
        Movement.objects.create(
            variant=variant, kind=MovementKind.SOLD, quantity=-quantity, unit_price=variant.price, sale=made,
            recorded_by=clerk, recorded_at=at,
        )
        for variant, quantity in lines
    ]  # fmt: skip


def test_a_maker_sees_goods_movements_and_what_the_gallery_kept(
    shelf, curator, sign_in, owner_user, signatory
):
    first, second = shelf
    receive_goods(first.product.business, [(second, 2)], actor=curator, handed_by="Bu Sekar")
    sale = sell([(first, 3, None)], actor=curator, payment="cash")
    take_back(sale.movements.get(), 1, actor=curator, reason="Salah warna")
    page = sign_in(owner_user).get(PAGE)
    words = page.content.decode()
    assert "9 buah" not in words
    assert "8 buah, Rp150.000" in words
    assert "2 buah, Rp90.000" in words
    assert "hampir habis" in words
    assert "bagian galeri Rp90.000" in words  # 20 % of three
    assert "bagian galeri -Rp30.000" in words
    assert "Salah warna" in words
    assert sale.reference in words
    letter = second.movements.get().note.letters.get()
    assert letter.number in words
    file = sign_in(owner_user).get(reverse("letter_file", args=[letter.token]))
    assert b"".join(file.streaming_content).startswith(b"%PDF")


def test_nobody_else_sees_them(shelf, curator, person, sign_in, signatory):
    first, second = shelf
    receive_goods(first.product.business, [(second, 2)], actor=curator, handed_by="Bu Sekar")
    stranger = person(Role.ENTREPRENEUR, name="Orang Lain")
    records.maker(stranger)
    page = sign_in(stranger).get(PAGE)
    assert first.product.name not in page.content.decode()
    assert "Belum ada titip jual" in page.content.decode()
    letter = second.movements.get().note.letters.get()
    assert sign_in(stranger).get(reverse("letter_file", args=[letter.token])).status_code == 404


def test_a_settlement_shows_its_state_its_payment_and_its_statement(shelf, curator, sign_in, owner_user):
    first, _second = shelf
    [line] = sold_on(datetime.date(2026, 3, 5), [(first, 2)], curator)
    made = Settlement.objects.create(
        business=first.product.business, month="2026-03-01", sold=300_000, commission=60_001
    )
    SettlementLine.objects.create(settlement=made, movement=line, amount=300_000, commission=60_001)
    client = sign_in(owner_user)
    words = client.get(PAGE).content.decode()
    assert "menunggu persetujuan" in words
    assert "Rp239.999" in words
    # What was settled counts as it was settled.
    assert "bagian galeri Rp60.001" in words
    Settlement.objects.update(status="paid", paid_on="2026-04-06", payment_reference="BJT77")
    words = client.get(PAGE).content.decode()
    assert "Dibayar 6 April 2026" in words
    assert "BJT77" in words


def test_who_has_nothing_there_reads_how_to_bring_goods(workshop, sign_in, owner_user, curator):
    client = sign_in(owner_user)
    assert "Bawa contoh barang ke galeri" in client.get(PAGE).content.decode()
    records.terms(workshop, curator)
    assert "Bawa barang ke galeri pada jam buka" in client.get(PAGE).content.decode()
    assert PAGE in client.get(reverse("my_products")).content.decode()


def test_the_page_asks_the_same_however_many_rows(
    shelf, curator, sign_in, owner_user, django_assert_max_num_queries
):
    first, _second = shelf
    for day in range(1, 9):
        sold_on(datetime.date(2026, 3, day), [(first, 1)], curator)
    client = sign_in(owner_user)
    with django_assert_max_num_queries(20):
        client.get(PAGE)


def test_before_its_settlement_a_sale_counts_by_the_terms_of_its_day(workshop, curator):
    records.terms(workshop, curator, percent=10, ends=datetime.date(2026, 3, 1))
    records.terms(workshop, curator, percent=20, begins=datetime.date(2026, 3, 1))
    variant = records.product(workshop, price=100_000).variants.get()
    records.received(variant, 5, curator)
    lines = [
        *sold_on(datetime.date(2026, 2, 28), [(variant, 1)], curator),
        *sold_on(datetime.date(2026, 3, 1), [(variant, 2)], curator),
    ]
    shares = selectors.gallery_shares(
        Movement.objects.select_related("sale", "settlement_line", "variant__product")
    )
    assert [shares[one.pk] for one in lines] == [10_000, 40_000]
    assert shares[Movement.objects.get(kind="received").pk] == 0
