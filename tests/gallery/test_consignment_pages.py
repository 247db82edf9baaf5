"""The officials' pages of consignment."""

import re

import pytest
from django.urls import reverse

from gallery.models import GoodsNote, Movement, Sale
from gallery.services.consignment import stock

pytestmark = pytest.mark.django_db
COUNTER = reverse("office_counter")


def key_of(page):
    return re.search(r'name="key" value="(\w+)"', page.content.decode())[1]


def test_a_code_typed_with_enter_goes_into_the_basket_and_again_counts_up(shelf, curator, sign_in):
    client, code = sign_in(curator), shelf[0].reference
    page = client.post(COUNTER, {"scan": code.lower(), "payment": "cash", "key": "k", "action": "add"})
    assert page.status_code == 200
    basket = {"code": code, "quantity": "1", "price": "Rp150.000"}
    page = client.post(COUNTER, {"scan": code, "payment": "cash", "key": "k", **basket})
    assert 'name="quantity" value="2"' in page.content.decode()
    assert "Rp300.000" in page.content.decode()
    assert not Sale.objects.exists()


def test_a_sale_is_made_once_however_often_the_button_is_pressed(shelf, curator, sign_in):
    client = sign_in(curator)
    posted = {
        "code": shelf[0].reference, "quantity": "2", "price": "Rp140.000", "payment": "cash", "given": "300rb",
        "key": key_of(client.get(COUNTER)), "action": "pay",
    }  # fmt: skip
    first, second = client.post(COUNTER, posted), client.post(COUNTER, posted)
    assert first["Location"] == second["Location"]
    assert stock.in_gallery(shelf[0]) == 8
    page = client.post(COUNTER, posted | {"quantity": "1"})
    assert "Isian halaman ini sudah tersimpan" in page.content.decode()
    assert stock.in_gallery(shelf[0]) == 8
    receipt = client.get(first["Location"]).content.decode()
    assert "Rp280.000" in receipt
    assert "Rp20.000" in receipt


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"quantity": "11"}, "Stok tinggal 10"),
        ({"given": "100rb"}, "Uang kurang Rp50.000"),
        ({"payment": "qris"}, "nomor transaksi QRIS"),
        ({"code": "BRG-1"}, "Nomor referensi"),
        ({"quantity": "banyak"}, "bilangan"),
    ],
)
def test_what_cannot_be_sold_is_said_and_the_basket_stays(changed, sentence, shelf, curator, sign_in):
    posted = {
        "code": shelf[0].reference, "quantity": "1", "price": "Rp150.000", "payment": "cash", "key": "k",
        "action": "pay",
    } | changed  # fmt: skip
    page = sign_in(curator).post(COUNTER, posted)
    assert page.status_code == 400
    assert sentence in page.content.decode()
    assert not Sale.objects.exists()


def test_a_buyer_brings_goods_back_at_the_receipt(shelf, curator, sign_in):
    client = sign_in(curator)
    posted = {"code": shelf[0].reference, "quantity": "2", "price": "Rp150.000", "payment": "cash"}
    path = client.post(COUNTER, {**posted, "key": "k", "action": "pay"})["Location"]
    line = Movement.objects.get(kind="sold")
    assert client.post(path, {"line": line.pk, "quantity": "3", "reason": "Cacat"}).status_code == 400
    assert client.post(path, {"line": line.pk, "quantity": "1", "reason": "Cacat"}).status_code == 302
    assert stock.in_gallery(shelf[0]) == 9
    assert client.post(path, {"line": "x", "quantity": "1", "reason": "Cacat"}).status_code == 404


def test_a_makers_goods_come_in_go_back_and_break_on_one_page(shelf, workshop, curator, sign_in, signatory):
    client, path = sign_in(curator), reverse("office_maker_goods", args=[workshop.reference])
    first, second = shelf
    posted = {first.reference: "2", second.reference: "", "handed_by": "Ibu Sekar", "note": "Kardus"}
    for _press in range(2):  # a second press of one page's button counts nothing
        for action in ("receive", "return", "damage"):
            assert client.post(path, posted | {"action": action, "key": action}).status_code == 302
    assert stock.in_gallery(first) == 8
    assert GoodsNote.objects.filter(letters__isnull=False).count() == 2
    page = client.post(path, posted | {first.reference: "99", "action": "return", "key": "99"})
    assert "Stok tinggal 8" in page.content.decode()
    assert client.post(path, posted | {"action": "steal", "key": "steal"}).status_code == 400
    assert "Batik Sekar Jagad" in client.get(reverse("office_consignment")).content.decode()


def test_the_desk_counts_what_is_low(shelf, curator, sign_in, django_assert_max_num_queries):
    Movement.objects.create(variant=shelf[0], kind="damaged", quantity=-9, reason="Air", recorded_by=curator)
    client = sign_in(curator)
    with django_assert_max_num_queries(12):
        page = client.get(reverse("office_consignment")).content.decode()
    assert "1 barang tinggal 2 atau kurang" in page


def test_the_counter_is_for_officials_of_the_gallery(owner_user, registrar, sign_in):
    for person in (owner_user, registrar):
        assert sign_in(person).get(COUNTER).status_code == 403
