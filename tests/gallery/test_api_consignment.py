"""Consignment through the API: goods in and back, stock, sales under replays and at once, damage, settlements, counts."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from accounts.enums import Role
from core.dates import today
from gallery.models import GalleryStock, GoodsNote, Movement, Sale, Settlement
from gallery.services.consignment import counter, counts, settlements
from tests.gallery import records
from tests.gallery.test_consignment import last_month, sold_on
from tests.ikm.api_clients import assert_problem

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/gallery/consignment/"
RECEIPTS, STOCK, MOVEMENTS = f"{ROOT}receipts/", f"{ROOT}stock/", f"{ROOT}movements/"
SALES, SETTLEMENTS, COUNTS = f"{ROOT}sales/", f"{ROOT}settlements/", f"{ROOT}counts/"
LISTS = (RECEIPTS, STOCK, MOVEMENTS, SALES, SETTLEMENTS, COUNTS)


def send(client, path, body=None, key="kunci-1", **headers):
    return client.post(
        path, body or {}, content_type="application/json", headers={"Idempotency-Key": key, **headers}
    )


def rows(client, path, **filters):
    answer = client.get(path, filters)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def basket(*lines, **fields):
    return {
        "payment": "cash",
        "lines": [{"variant": one.reference, "quantity": n} for one, n in lines],
    } | fields


@pytest.fixture
def sale(shelf, curator):
    return counter.sell([(shelf[0], 3, None)], actor=curator, payment="cash")


@pytest.fixture
def settlement(shelf, workshop, curator):
    sold_on(last_month(), shelf[0], 3, curator)
    return settlements.prepare_settlement(workshop, last_month(), actor=curator)


# --- Who --------------------------------------------------------------------------------------------------------------


def test_a_maker_reads_what_is_the_own_and_nothing_of_the_counter(api, shelf, sale, settlement, owner_user):
    client = api(owner_user)
    [stock] = rows(client, STOCK)
    assert (stock["quantity"], stock["variant"]["reference"]) == (4, shelf[0].reference)
    assert {one["kind"] for one in rows(client, MOVEMENTS)} == {"received", "sold"}
    assert len(rows(client, RECEIPTS)) == len(rows(client, SETTLEMENTS)) == 1
    assert rows(client, SALES) == rows(client, COUNTS) == []
    assert_problem(client.get(f"{SALES}{sale.reference}/"), 404)


def test_others_read_and_write_nothing(
    api, shelf, sale, settlement, workshop, owner_user, stranger, registrar, marketplace
):
    lines = [{"variant": shelf[0].reference, "quantity": 1}]
    writes = {
        RECEIPTS: {"kind": "returned", "business": workshop.reference, "handed_by": "x", "lines": lines},
        SALES: basket((shelf[0], 1)),
        f"{MOVEMENTS}damage/": lines[0] | {"reason": "Pecah"},
    }
    for other in (stranger, registrar, marketplace):
        for path in LISTS:
            assert rows(api(other), path) == []
        assert_problem(api(other).get(f"{SETTLEMENTS}{settlement.reference}/"), 404)
        for path in (
            f"{SALES}{sale.reference}/take-back/",
            f"{SETTLEMENTS}{settlement.reference}/steps/approve/",
        ):
            assert_problem(send(api(other), path, lines[0]), 404)
    for path in LISTS:
        assert_problem(api().get(path), 401)
    for path, body in writes.items():
        assert_problem(send(api(), path, body), 401)
        for other in (owner_user, stranger, registrar, marketplace):
            assert_problem(send(api(other), path, body), 403)
    asked = {"business": workshop.reference, "month": f"{last_month():%Y-%m}"}
    assert_problem(send(api(owner_user), SETTLEMENTS, asked), 403)
    assert_problem(send(api(owner_user), f"{SETTLEMENTS}{settlement.reference}/steps/approve/"), 403)
    assert_problem(send(api(stranger), SETTLEMENTS, asked), 404)
    assert Movement.objects.count() == 3


def test_no_partners_program_gets_the_scope_of_consignment(marketplace, program_of):
    program = program_of(marketplace, "gallery.products:read")
    for path in LISTS:
        assert_problem(program.get(path), 403, "insufficient_scope")


# --- Goods in, back and damaged ---------------------------------------------------------------------------------------


def test_goods_come_in_and_go_back_once_with_a_numbered_receipt(
    api, shelf, workshop, curator, owner_user, signatory
):
    client = api(curator)
    body = {
        "kind": "received",
        "business": workshop.reference,
        "handed_by": "Sekar",
        "lines": [
            {"variant": shelf[1].reference, "quantity": 4},
            {"variant": shelf[0].reference, "quantity": 1},
        ],
    }
    made = send(client, RECEIPTS, body)
    assert made.status_code == 201, made.content
    assert send(client, RECEIPTS, body)["Idempotent-Replayed"] == "true"
    assert send(client, RECEIPTS, body | {"handed_by": "Lain"}).status_code == 422
    note = GoodsNote.objects.exclude(handed_by="Pembuat").get()
    assert made.json()["letter"] == note.letters.get().number
    back = body | {"kind": "returned", "lines": [{"variant": shelf[1].reference.lower(), "quantity": 3}]}
    assert send(client, RECEIPTS, back, key="b").json()["lines"][0]["quantity"] == 3
    shown = api(owner_user).get(f"{RECEIPTS}{note.reference}/").json()
    assert shown == made.json()
    assert {one["quantity"] for one in shown["lines"]} == {4, 1}
    assert {one["quantity"] for one in rows(client, STOCK)} == {11, 1}
    [returned] = rows(client, RECEIPTS, kind="returned")
    assert returned["kind"] == "returned"


def test_what_cannot_be_handed_over_is_said_and_leaves_nothing(
    api, shelf, workshop, curator, signatory, stranger
):
    client, other = api(curator), records.product(records.maker(stranger)).variants.get()
    body = {"kind": "returned", "business": workshop.reference, "handed_by": "Sekar"}
    for number, (lines, code) in enumerate(
        [
            ([], None),
            ([{"variant": shelf[0].reference, "quantity": 11}], "out_of_stock"),
            ([{"variant": other.reference, "quantity": 1}], None),
            ([{"variant": "BRG-0000-0000", "quantity": 1}], None),
            ([{"variant": shelf[0].reference, "quantity": 0}], "min_value"),
        ]
    ):
        assert_problem(send(client, RECEIPTS, body | {"lines": lines}, key=str(number)), 400, code)
    assert_problem(client.post(RECEIPTS, body, content_type="application/json"), 400)
    assert GoodsNote.objects.count() == 1


def test_damage_is_recorded_once_with_its_reason(api, shelf, curator, owner_user):
    client, path = api(curator), f"{MOVEMENTS}damage/"
    body = {"variant": shelf[0].reference, "quantity": 2, "reason": "Robek saat ditata."}
    made = send(client, path, body)
    assert (made.status_code, made.json()["quantity"]) == (201, -2)
    assert send(client, path, body)["Idempotent-Replayed"] == "true"
    assert_problem(send(client, path, body | {"reason": ""}, key="b"), 400)
    assert_problem(send(client, path, body | {"quantity": 99}, key="c"), 400, "out_of_stock")
    [told] = rows(api(owner_user), MOVEMENTS, kind="damaged")
    assert told["reason"] == "Robek saat ditata."
    assert rows(client, STOCK, product=shelf[0].product.reference)[0]["quantity"] == 8


# --- Sales ------------------------------------------------------------------------------------------------------------


def test_a_sale_is_made_once_however_often_it_is_sent(api, shelf, curator):
    client = api(curator)
    body = basket((shelf[0], 2), payment="qris", payment_reference="QR-1")
    body["lines"][0]["price"] = 140_000
    made = send(client, SALES, body)
    assert (made.status_code, made.json()["total"]) == (201, 280_000)
    assert send(client, SALES, body)["Idempotent-Replayed"] == "true"
    assert send(client, SALES, basket((shelf[0], 1))).status_code == 422
    assert_problem(client.post(SALES, body, content_type="application/json"), 400)
    assert_problem(send(client, SALES, body, key="b"), 400)
    assert_problem(send(client, SALES, basket((shelf[0], 9)), key="c"), 400, "out_of_stock")
    assert_problem(send(client, SALES, basket((shelf[0], 1), payment="qris"), key="d"), 400)
    assert_problem(send(client, SALES, basket(), key="e"), 400)
    assert client.get(f"{SALES}{made.json()['reference']}/").json() == made.json()
    assert [one["reference"] for one in rows(client, SALES, payment="qris")] == [made.json()["reference"]]
    assert GalleryStock.objects.get(variant=shelf[0]).quantity == 8


def test_a_buyer_brings_back_what_was_bought_once(api, shelf, sale, curator):
    client, path = api(curator), f"{SALES}{sale.reference}/take-back/"
    body = {"variant": shelf[0].reference, "quantity": 1, "reason": "Cacat jahitan."}
    before = client.get(SALES).json()["results"][0]["modified_at"]
    made = send(client, path, body)
    assert made.status_code == 201, made.content
    assert send(client, path, body)["Idempotent-Replayed"] == "true"
    assert [(one["kind"], one["amount"]) for one in made.json()["lines"]] == [
        ("taken_back", -150_000),
        ("sold", 450_000),
    ]
    assert made.json()["modified_at"] > before
    assert rows(client, SALES, modified_since=made.json()["modified_at"])[0]["reference"] == sale.reference
    assert_problem(send(client, path, body | {"quantity": 3}, key="b"), 400, "more_than_sold")
    assert_problem(send(client, path, body | {"variant": shelf[1].reference}, key="c"), 400)
    assert_problem(client.post(path, body, content_type="application/json"), 400)
    assert GalleryStock.objects.get(variant=shelf[0]).quantity == 8


def test_goods_sold_at_two_prices_are_brought_back_at_the_one_that_is_named(api, shelf, curator):
    sale = counter.sell([(shelf[0], 1, None), (shelf[0], 1, 120_000)], actor=curator, payment="cash")
    client, path = api(curator), f"{SALES}{sale.reference}/take-back/"
    body = {"variant": shelf[0].reference, "quantity": 1, "reason": "Salah ukuran."}
    assert_problem(send(client, path, body), 400)
    made = send(client, path, body | {"unit_price": 120_000})
    assert {one["amount"] for one in made.json()["lines"]} == {150_000, 120_000, -120_000}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("key", ["", "satu kunci"], ids=["keys of their own", "one key"])
def test_programs_that_sell_the_last_pieces_at_once_sell_no_more_than_there_are(api, curator, key):
    business = records.maker()
    records.terms(business, curator)
    variant = records.product(business).variants.get()
    records.received(variant, 3, curator)
    clients = [api(curator) for _number in range(8)]

    def attempt(number):
        try:
            return send(
                clients[number], SALES, basket((variant, 1)), key=key or f"kunci-{number}"
            ).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attempt, range(8)))
    sold = Sale.objects.count()
    assert sold == (1 if key else 3)
    assert GalleryStock.objects.get(variant=variant).quantity == 3 - sold
    assert set(answers) <= ({201, 409} if key else {201, 400})


# --- Settlements and counts -------------------------------------------------------------------------------------------


def test_a_month_is_prepared_approved_by_another_and_paid_with_its_proof(
    api, shelf, workshop, curator, person, owner_user, signatory
):
    sold_on(last_month(), shelf[0], 3, curator)
    month = f"{last_month():%Y-%m}"
    client, other = api(curator), api(person(Role.GALLERY_CURATOR))
    made = send(client, SETTLEMENTS, {"business": workshop.reference, "month": month})
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["month"], told["sold"], told["commission"], told["payable"]) == (
        month,
        450_000,
        90_000,
        360_000,
    )
    assert [one["quantity"] for one in told["lines"]] == [3]
    path = f"{SETTLEMENTS}{told['reference']}/"
    assert_problem(client.post(f"{path}steps/approve/", {}, content_type="application/json"), 400)
    assert_problem(send(client, f"{path}steps/approve/", key="b"), 403)
    assert_problem(send(other, f"{path}steps/approve/", key="c", **{"If-Match": '"9-x"'}), 412)
    tag = other.get(path)["ETag"]
    assert send(other, f"{path}steps/approve/", key="d", **{"If-Match": tag}).json()["status"] == "approved"
    proof = {"paid_on": f"{today()}", "payment_reference": "TRX-77"}
    assert_problem(send(other, f"{path}steps/approve/", proof, key="e"), 400)
    assert_problem(send(client, f"{path}steps/pay/", {"paid_on": f"{today()}"}, key="f"), 400)
    paid = send(client, f"{path}steps/pay/", proof, key="g")
    assert (paid.status_code, paid.json()["status"]) == (200, "paid")
    assert send(client, f"{path}steps/pay/", proof, key="g")["Idempotent-Replayed"] == "true"
    assert_problem(send(client, f"{path}steps/pay/", proof, key="h"), 409)
    assert send(client, f"{path}steps/terbang/", key="i").status_code == 404
    shown = api(owner_user).get(path).json()
    assert shown["letter"] == Settlement.objects.get().letters.get().number
    assert shown["steps"] == []
    assert [one["status"] for one in rows(api(owner_user), SETTLEMENTS, month=month)] == ["paid"]
    assert_problem(client.get(SETTLEMENTS, {"month": "Oktober"}), 400)
    assert_problem(
        send(client, SETTLEMENTS, {"business": workshop.reference, "month": f"{today():%Y-%m}"}, key="j"), 400
    )


def test_a_count_is_read_with_its_differences(api, shelf, curator, owner_user):
    count = counts.open_count(actor=curator)
    counts.count_variant(count, shelf[0], 8, actor=curator, reason="Dua hilang.")
    told = api(curator).get(f"{COUNTS}{count.reference}/").json()
    assert told["status"] == "open"
    [line] = told["lines"]
    assert (line["expected"], line["counted"], line["difference"]) == (10, 8, -2)
    assert_problem(api(owner_user).get(f"{COUNTS}{count.reference}/"), 404)
    counts.close_count(count, actor=curator)
    assert [one["status"] for one in rows(api(curator), COUNTS, status="closed")] == ["closed"]
    [movement] = rows(api(owner_user), MOVEMENTS, kind="counted")
    assert (movement["quantity"], movement["reason"]) == (-2, "Dua hilang.")


# --- Lists ------------------------------------------------------------------------------------------------------------


def test_every_list_takes_the_same_queries_however_long(
    api, shelf, sale, settlement, workshop, curator, django_assert_max_num_queries
):
    for number in range(3):
        variant = records.product(workshop, name=f"Baru {number}").variants.get()
        records.received(variant, 5, curator)
        counter.sell([(variant, 1, None), (shelf[0], 1, None)], actor=curator, payment="cash")
    client = api(curator)
    for path in LISTS:
        with django_assert_max_num_queries(10):
            client.get(path)
        rest = rows(client, path, limit=1, modified_since="2020-01-01T00:00:00Z")
        assert len(rest) <= 1
        assert_problem(client.get(path, {"warna": "biru"}), 400)
