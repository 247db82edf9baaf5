"""A maker with terms at the gallery and last month's sale, written into the portal's database by `manage.py shell`."""

import itertools
import json
from datetime import datetime, time, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.enums import Role
from accounts.models import User
from accounts.services import grant_role
from core.dates import WIB, add_months, today
from gallery.models import Category, ConsignmentTerms, GoodsNote, Movement, Sale
from tests.gallery import records
from tests.ikm import businesses

EMAIL, PASSWORD = "wati.galeri@contoh.id", "kata-sandi-panjang-1"


def make():
    """Prints the numbers that the journeys need, as JSON."""
    # Other journeys write into the same portal from processes of their own, whose numbers begin at one as well.
    businesses._numbers = itertools.count(81)
    user = User.objects.create_user(email=EMAIL, name="Wati Lestari", password=PASSWORD)
    grant_role(user, Role.ENTREPRENEUR)
    shop = records.maker(user, name="Anyaman Wati", story="Kami menganyam rotan sejak 1998.")
    product = records.product(
        shop,
        name="Keranjang rotan Wati",
        category=Category.objects.get(slug="anyaman"),
        price=85_000,
        made_to_order_days=7,
    )
    records.photo(product, user, alt="Keranjang rotan di atas meja")
    official = User.objects.get(email="galeri@demo.example")
    this_month = today().replace(day=1)
    ConsignmentTerms.objects.create(
        business=shop,
        during=DateRange(add_months(this_month, -2), None, "[)"),
        commission_percent=15,
        agreed_by=official,
    )
    _sold_last_month(product.variants.get(), official, this_month - timedelta(days=10))
    print(  # noqa: T201 - read by the journeys
        json.dumps(
            {"shop": shop.reference, "product": product.reference, "code": product.variants.get().reference}
        )
    )


def _sold_last_month(variant, official, day):
    """Three came, one was sold: two are here, and a settlement is due."""
    at = datetime.combine(day, time(10), tzinfo=WIB)
    note = GoodsNote.objects.create(
        business=variant.product.business,
        kind="received",
        handed_by="Wati",
        recorded_by=official,
        recorded_at=at,
    )
    sale = Sale.objects.create(payment="cash", total=variant.price, sold_by=official, sold_at=at)
    rows = [
        {"kind": "received", "quantity": 3, "note": note},
        {"kind": "sold", "quantity": -1, "sale": sale, "unit_price": variant.price},
    ]
    for row in rows:
        Movement.objects.create(variant=variant, recorded_by=official, recorded_at=at, **row)
