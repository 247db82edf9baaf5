"""A catalogue of any size to measure on: `python -m bench.catalogue 10000` fills the database of DATABASE_URL."""

import os
import subprocess
import sys
from datetime import timedelta

from bench import register

ROOT = register.ROOT
BUSINESSES = 1_000
BRAND = "Bench"


def size():
    """How many products to measure on: BENCH_PRODUCTS, else 10,000."""
    return int(os.environ.get("BENCH_PRODUCTS", "10000"))


def prepare(products=None):
    """The DATABASE_URL of a register of a thousand businesses with a catalogue; made on first use, then kept."""
    url = register.prepare(BUSINESSES)
    environment = {**os.environ, "DATABASE_URL": url}
    command = [sys.executable, "-m", "bench.catalogue", str(products or size())]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    return url


def fill(count):
    """Published products of all businesses in all categories, each with a photo's row; what was there is taken away."""
    from django.db import connection
    from django.utils import timezone

    from accounts.enums import Purpose
    from accounts.models import Consent, ConsentText, User
    from gallery.models import Category, Photo, Product, Variant
    from ikm.models import Business

    if Product.objects.filter(brand=BRAND, status="published").count() == count:
        return
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE gallery_product CASCADE")
    now = timezone.now()
    businesses = list(Business.objects.filter(status="registered").order_by("id")[:BUSINESSES])
    text = ConsentText.objects.filter(purpose=Purpose.PUBLISH).first()
    agreed = set(Consent.objects.active(Purpose.PUBLISH).values_list("subject", flat=True))
    Consent.objects.bulk_create(
        Consent(subject=one.reference, purpose=Purpose.PUBLISH, text=text, channel="counter", given_by_name="Bench")
        for one in businesses
        if one.reference not in agreed
    )  # fmt: skip
    leaves = list(Category.objects.filter(children=None).order_by("id"))
    made = []
    for number in range(count):
        one = Product(
            business=businesses[number % len(businesses)], category=leaves[number % len(leaves)], brand=BRAND,
            name=f"Kain batik motif {number}", description="Dibuat dengan tangan di Semarang.", materials="katun",
            weight_grams=400, status="draft", made_to_order_days=7 if number % 5 == 0 else None,
            is_export_ready=number % 7 == 0,
        )  # fmt: skip
        made.append(one)
    made = Product.objects.bulk_create(made, batch_size=1000)
    Variant.objects.bulk_create(
        (Variant(product=one, price=25_000 + number * 37 % 1_900_000, stock=3) for number, one in enumerate(made)),
        batch_size=1000,
    )  # fmt: skip
    user, _made = User.objects.get_or_create(email="bench@contoh.id", defaults={"name": "Bench"})
    Photo.objects.bulk_create(
        (
            Photo(product=one, alt=one.name, file="none.jpg", width=900, height=675, sha256=f"{number:064x}",
                  perceptual_hash=number, uploaded_by=user)
            for number, one in enumerate(made)
        ),
        batch_size=1000,
    )  # fmt: skip
    for number, one in enumerate(made):
        one.status, one.published_at = "published", now - timedelta(minutes=count - number)
    Product.objects.bulk_update(made, ["status", "published_at"], batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "semarang_ikm.settings")
    django.setup()
    fill(int(sys.argv[1]))
