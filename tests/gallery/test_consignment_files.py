"""Consignment as Excel files, read back by another program: stock, a month's movements, settlements."""

import io

import openpyxl
import pytest
from django.urls import reverse

from accounts.enums import Role
from core.dates import today
from core.models import AuditEntry
from gallery.services.consignment import counter, settlements
from tests.gallery import records
from tests.gallery.test_consignment import last_month, sold_on

pytestmark = pytest.mark.django_db
STOCK, MOVEMENTS, SETTLEMENTS = (
    reverse(f"office_{name}_file") for name in ("stock", "movements", "settlements")
)


def sheet(answer):
    """The rows of the downloaded file, the first one the header."""
    assert answer.status_code == 200
    assert "spreadsheetml" in answer["Content-Type"]
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return [list(row) for row in book.active.iter_rows(values_only=True)]


def test_the_stock_names_maker_goods_and_their_worth(shelf, workshop, curator, sign_in):
    header, *rows = sheet(sign_in(curator).get(STOCK))
    assert header[-3:] == ["Di galeri", "Harga", "Nilai"]
    assert rows == [
        [
            workshop.reference,
            "Batik Sekar Jagad",
            shelf[0].reference,
            None,
            "Syal",
            None,
            10,
            150_000,
            1_500_000,
        ]
    ]
    assert AuditEntry.objects.filter(action="gallery.export_stock").count() == 1


def test_movements_are_those_of_the_month_with_paper_and_price(shelf, curator, sign_in):
    sold_on(last_month(), shelf[0], 3, curator)
    sale = counter.sell([(shelf[0], 2, 150_000)], actor=curator, payment="cash")
    client = sign_in(curator)
    header, *rows = sheet(client.get(MOVEMENTS, {"bulan": today().replace(day=1).isoformat()}))
    told = [dict(zip(header, row, strict=True)) for row in rows]
    assert [(one["Jenis"], one["Banyak"], one["Jumlah"]) for one in told] == [
        ("barang masuk", 10, None),
        ("terjual", -2, 300_000),
    ]
    assert told[1]["Bukti"] == sale.reference
    assert told[1]["Dicatat oleh"] == curator.name
    assert told[1]["Tanggal"].date() == today()
    _header, *before = sheet(client.get(MOVEMENTS, {"bulan": last_month().isoformat()}))
    assert [row[7] for row in before] == [-3]


def test_a_month_that_cannot_be_read_leads_back(curator, sign_in):
    answer = sign_in(curator).get(MOVEMENTS, {"bulan": "kemarin"})
    assert answer["Location"] == reverse("office_consignment")


def test_settlements_are_those_that_the_list_shows(shelf, workshop, curator, sign_in):
    sold_on(last_month(), shelf[0], 3, curator)
    made = settlements.prepare_settlement(workshop, last_month(), actor=curator)
    client = sign_in(curator)
    _header, *rows = sheet(client.get(SETTLEMENTS, {"status": "draft"}))
    assert rows == [
        [
            made.reference,
            f"{last_month():%Y-%m}",
            workshop.reference,
            "Batik Sekar Jagad",
            "disusun",
            450_000,
            90_000,
            360_000,
            None,
            None,
        ]
    ]
    assert len(sheet(client.get(SETTLEMENTS, {"status": "paid"}))) == 1


def test_a_name_that_looks_like_a_formula_stays_a_text(workshop, curator, sign_in):
    variant = records.product(workshop, name="=1+1").variants.get()
    records.received(variant, 1, curator)
    _header, row = sheet(sign_in(curator).get(STOCK))
    assert row[4] == "=1+1"


def test_the_pages_offer_the_files(shelf, workshop, curator, sign_in):
    sold_on(last_month(), shelf[0], 1, curator)
    settlements.prepare_settlement(workshop, last_month(), actor=curator)
    client = sign_in(curator)
    desk = client.get(reverse("office_consignment")).content.decode()
    assert STOCK in desk
    assert MOVEMENTS in desk
    page = client.get(reverse("office_settlements"), {"status": "draft"}).content.decode()
    assert f"{SETTLEMENTS}?status=draft" in page


def test_a_maker_downloads_none_of_them(shelf, owner_user, sign_in):
    client = sign_in(owner_user)
    for path in (STOCK, MOVEMENTS, SETTLEMENTS):
        assert client.get(path).status_code == 403


def test_the_auditor_may_read_them(shelf, person, sign_in):
    assert len(sheet(sign_in(person(Role.AUDITOR)).get(STOCK))) == 2
