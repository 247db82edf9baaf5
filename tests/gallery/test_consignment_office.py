"""The officials' pages of settlements and of the stock count."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from core.dates import date_id, today
from gallery.models import Settlement, StockCount
from gallery.services.consignment import counter, counts, settlements, stock
from ikm import queue
from tests.gallery.test_consignment import last_month, sold_on

pytestmark = pytest.mark.django_db
LIST = reverse("office_settlements")


@pytest.fixture
def prepared(shelf, workshop, curator):
    sold_on(last_month(), shelf[0], 3, curator)
    return settlements.prepare_settlement(workshop, last_month(), actor=curator)


def test_a_month_is_prepared_approved_by_another_and_paid_on_the_pages(
    shelf, workshop, curator, person, sign_in, signatory
):
    sold_on(last_month(), shelf[0], 3, curator)
    client = sign_in(curator)
    assert "belum disusun" in client.get(reverse("office_consignment")).content.decode()
    assert workshop.name in client.get(LIST).content.decode()
    assert client.post(LIST, {"month": last_month().isoformat()}).status_code == 302
    made = Settlement.objects.get()
    path = reverse("office_settlement", args=[made.reference])
    page = client.get(path).content.decode()
    assert "Rp360.000" in page
    assert "Petugas lain menyetujuinya" in page
    refused = client.post(path, {"action": "approve"})
    assert refused.status_code == 400
    assert "orang lain" in refused.content.decode()
    other = sign_in(person(Role.GALLERY_CURATOR))
    assert other.post(path, {"action": "approve"}).status_code == 302
    paid = {"paid_on": date_id(today()), "payment_reference": "TRX-77"}
    assert other.post(path, paid).status_code == 302
    made.refresh_from_db()
    assert (made.status, made.payment_reference) == ("paid", "TRX-77")
    assert made.letters.get().number in other.get(path).content.decode()
    again = other.post(path, paid)
    assert again.status_code == 400
    assert "Muat ulang" in again.content.decode()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"paid_on": "1 Januari 2099"}, "belum tiba"),
        ({"paid_on": ""}, "Isi tanggal dibayar"),
        ({"payment_reference": " "}, "nomor bukti bayar"),
    ],
)
def test_a_payment_without_its_day_or_proof_is_refused(
    changed, sentence, prepared, person, sign_in, signatory
):
    other = person(Role.GALLERY_CURATOR)
    settlements.approve_settlement(prepared, actor=other)
    posted = {"paid_on": date_id(today()), "payment_reference": "TRX-77"} | changed
    page = sign_in(other).post(reverse("office_settlement", args=[prepared.reference]), posted)
    assert page.status_code == 400
    assert sentence in page.content.decode()
    prepared.refresh_from_db()
    assert prepared.status == "approved"


def test_the_list_is_narrowed_by_month_and_status(prepared, curator, sign_in):
    client, month = sign_in(curator), last_month().isoformat()
    assert prepared.reference in client.get(LIST, {"bulan": month, "status": "draft"}).content.decode()
    assert prepared.reference not in client.get(LIST, {"status": "paid"}).content.decode()


def test_a_month_with_nothing_to_settle_says_so(prepared, curator, sign_in):
    page = sign_in(curator).post(LIST, {"month": last_month().isoformat()})
    assert page.status_code == 400
    assert "Tidak ada penjualan" in page.content.decode()
    assert sign_in(curator).post(LIST, {"month": today().isoformat()}).status_code == 400


def test_the_queue_shows_a_draft_to_others_and_an_approved_one_to_all(prepared, curator, person):
    other = person(Role.GALLERY_CURATOR)

    def waiting(user):
        return [work.reference for work in queue.page(user).works if work.kind == "gallery_settlement"]

    assert waiting(curator) == []
    assert waiting(other) == [prepared.reference]
    settlements.approve_settlement(prepared, actor=other)
    assert waiting(curator) == waiting(other) == [prepared.reference]


def test_settlements_are_for_officials_of_the_gallery(prepared, owner_user, registrar, sign_in):
    for user in (owner_user, registrar):
        client = sign_in(user)
        for path in (LIST, reverse("office_settlement", args=[prepared.reference])):
            assert client.get(path).status_code == 403


# --- The count ----------------------------------------------------------------------------------------------------------


def test_a_count_is_begun_scanned_explained_and_closed_on_the_pages(shelf, curator, sign_in):
    client, code = sign_in(curator), shelf[0].reference
    path = client.post(reverse("office_counts"))["Location"]
    found = StockCount.objects.get()
    assert code in client.get(path).content.decode()
    for _piece in range(2):
        # Enter in the input sends the form with its first button or with none.
        assert client.post(path, {"scan": code.lower(), "quantity": ""}).status_code == 302
    line = found.lines.get()
    assert line.counted == 2
    closing = reverse("office_close_count", args=[found.reference])
    assert "Stok 1 barang diubah" in client.get(closing).content.decode()
    refused = client.post(closing)
    assert refused.status_code == 400
    assert "Tuliskan sebab selisih" in refused.content.decode()
    assert client.post(path, {"scan": code, "quantity": "8", "action": "scan"}).status_code == 302
    posted = {"action": "line", "line": line.pk, "quantity": "9", "reason": "Hilang satu"}
    assert client.post(path, posted).status_code == 302
    assert client.post(path, {"scan": code, "quantity": "8", "action": "scan"}).status_code == 302
    assert client.post(closing).status_code == 302
    assert stock.in_gallery(shelf[0]) == 8
    assert "Hilang satu" in client.get(path).content.decode()
    assert client.post(path, posted).status_code == 400
    assert client.post(closing).status_code == 400


@pytest.mark.parametrize(
    ("posted", "sentence"),
    [
        ({"scan": "BRG-1"}, "Nomor referensi"),
        ({"scan": ""}, "Pindai atau ketik kode"),
        ({"action": "line", "quantity": ""}, "Isi banyaknya"),
        ({"action": "line", "quantity": "100001"}, "Tuliskan banyaknya"),
    ],
)
def test_what_cannot_be_counted_is_said(posted, sentence, shelf, curator, sign_in):
    found = counts.open_count(actor=curator)
    line = found.lines.get()
    path = reverse("office_count", args=[found.reference])
    page = sign_in(curator).post(path, {"line": line.pk} | posted)
    assert page.status_code == 400
    assert sentence in page.content.decode()
    line.refresh_from_db()
    assert line.counted is None


def test_goods_that_move_between_two_scans_are_asked_for_again(shelf, curator, sign_in):
    found = counts.open_count(actor=curator)
    client, path = sign_in(curator), reverse("office_count", args=[found.reference])
    client.post(path, {"scan": shelf[0].reference})
    counter.sell([(shelf[0], 1, None)], actor=curator, payment="cash")
    page = client.post(path, {"scan": shelf[0].reference})
    assert page.status_code == 400
    assert "Hitung ulang" in page.content.decode()


def test_only_one_count_is_open_and_it_is_closed_when_all_is_counted(shelf, curator, sign_in):
    found = counts.open_count(actor=curator)
    client = sign_in(curator)
    page = client.post(reverse("office_counts"))
    assert page.status_code == 400
    assert "belum ditutup" in page.content.decode()
    page = client.post(reverse("office_close_count", args=[found.reference]))
    assert "Masih 1 barang belum dihitung" in page.content.decode()
    assert client.post(reverse("office_count", args=[found.reference]), {"action": "line"}).status_code == 404


def test_the_count_is_for_officials_of_the_gallery(shelf, curator, owner_user, registrar, sign_in):
    found = counts.open_count(actor=curator)
    for user in (owner_user, registrar):
        client = sign_in(user)
        assert client.get(reverse("office_counts")).status_code == 403
        assert client.post(reverse("office_count", args=[found.reference])).status_code == 403
