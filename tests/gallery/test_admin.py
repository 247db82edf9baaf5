"""Products in the back office: written by the services, on behalf of their makers."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from core.workflow import history
from gallery.enums import ProductStatus
from gallery.models import Product
from tests.gallery import records

pytestmark = pytest.mark.django_db
NO_ROWS = {
    f"{prefix}-{name}": "0"
    for prefix in ("variants", "photos", "remarks")
    for name in ("TOTAL_FORMS", "INITIAL_FORMS")
}


def filled(business, **fields):
    return {
        "business": business.pk, "name": "Tas rotan", "condition": "new", "minimum_order": "1", "description": "Dianyam.",
    } | fields  # fmt: skip


def change_page(product):
    return reverse("admin:gallery_product_change", args=[product.pk])


def test_a_product_is_begun_for_a_maker_and_has_its_history(workshop, curator, sign_in):
    answer = sign_in(curator).post(reverse("admin:gallery_product_add"), filled(workshop))
    assert answer.status_code == 302, answer.content.decode()[:3000]
    made = Product.objects.get()
    assert (made.business, made.status) == (workshop, ProductStatus.DRAFT)
    assert [line.step for line in history(made)] == ["create"]


def test_what_the_service_refuses_stands_on_the_page(curator, owner_user, sign_in):
    closed = records.maker(owner_user, status="submitted")
    answer = sign_in(curator).post(reverse("admin:gallery_product_add"), filled(closed))
    assert "Galeri hanya untuk usaha yang sudah terdaftar" in answer.content.decode()
    assert not Product.objects.exists()


def test_a_draft_is_changed_and_a_shown_product_only_after_it_was_taken_back(workshop, curator, sign_in):
    client = sign_in(curator)
    made = records.product(workshop, status=ProductStatus.DRAFT)
    body = filled(workshop, name="Nama baru", row_version=made.version, **NO_ROWS)
    answer = client.post(change_page(made), body)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    made.refresh_from_db()
    assert made.name == "Nama baru"
    assert LogEntry.objects.filter(object_id=made.pk).exists()
    shown = records.product(workshop, name="Tayang")
    assert client.post(change_page(shown), filled(workshop, **NO_ROWS)).status_code == 403
    shown.refresh_from_db()
    assert shown.name == "Tayang"


def test_a_step_is_taken_by_its_button(workshop, owner_user, curator, sign_in):
    made = records.product(workshop)
    client = sign_in(curator)
    address = reverse("admin:gallery_product_step", args=[made.pk, "withdraw"])
    assert address in client.get(change_page(made)).content.decode()
    client.post(address, {"note": "Fotonya dipakai orang lain."})
    made.refresh_from_db()
    assert made.status == ProductStatus.WITHDRAWN
