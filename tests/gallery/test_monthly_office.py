"""The office's figures of a month: those of all makers together are those that each reads."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.enums import Role
from core.spreadsheets import read_rows
from gallery import selectors
from tests.gallery.test_reports import MARCH, march  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db

PAGE = reverse("office_monthly")


def test_every_maker_stands_there_with_the_figures_of_the_own_report(march, sign_in, curator):  # noqa: F811
    words = sign_in(curator).get(PAGE, {"bulan": "2026-03"}).content.decode()
    for goods in (march[0], march[2]):
        own = selectors.total_of(selectors.product_months(MARCH, [goods.product.business]))
        assert goods.product.business.name in words
        assert f"Rp{own.amount:,}".replace(",", ".") in words
    assert "Rp550.000" in words
    assert "Rp110.000" in words


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_file_adds_up_to_the_page(march, sign_in, curator, kind):  # noqa: F811
    answer = sign_in(curator).get(reverse("office_monthly_file", args=[kind]), {"bulan": "2026-03"})
    content = b"".join(answer.streaming_content)
    if kind == "csv":
        header, *rows = csv.reader(io.StringIO(content.decode()))
    else:
        header, *rows = [row for _number, row in read_rows(SimpleUploadedFile("a.xlsx", content))]
    total = selectors.total_of(selectors.product_months(MARCH))
    for name, value in (
        ("Klik semua", total.followed),
        ("Terjual (buah)", total.sold),
        ("Penjualan (Rp)", total.amount),
        ("Bagian galeri (Rp)", total.kept),
        ("Bagian pembuat (Rp)", total.due),
    ):
        assert sum(int(row[header.index(name)]) for row in rows) == value


def test_who_may_not_see_the_gallery_is_refused(person, sign_in):
    assert sign_in(person(Role.REGISTRAR)).get(PAGE).status_code == 403
    assert sign_in(person(Role.AUDITOR)).get(PAGE).status_code == 200


def test_a_month_ahead_or_a_kind_of_file_that_is_none_is_not_found(sign_in, curator):
    client = sign_in(curator)
    assert client.get(PAGE, {"bulan": "2099-01"}).status_code == 404
    assert client.get(reverse("office_monthly_file", args=["pdf"])).status_code == 404
    assert "Belum ada angka" in client.get(PAGE).content.decode()


def test_the_page_asks_the_same_however_many_makers(march, sign_in, curator, django_assert_max_num_queries):  # noqa: F811
    client = sign_in(curator)
    with django_assert_max_num_queries(14):
        client.get(PAGE, {"bulan": "2026-03"})
