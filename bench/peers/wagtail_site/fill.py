"""`python fill.py 1000`: the tables and so many published products, fifty photos among them."""

import io
import os
import sys
from datetime import timedelta

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
django.setup()

from django.core.files.images import ImageFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402
from PIL import Image as Picture  # noqa: E402
from shop.models import CataloguePage, ProductPage  # noqa: E402
from wagtail.images.models import Image  # noqa: E402
from wagtail.models import Page, Site  # noqa: E402


def photo(number):
    stored = io.BytesIO()
    Picture.new("RGB", (640, 480), (number * 5 % 256, 120, 90)).save(stored, "JPEG")
    return Image.objects.create(title=f"Foto {number}", file=ImageFile(stored, name=f"foto{number}.jpg"))


def main(count):
    call_command("makemigrations", "shop", verbosity=0)
    call_command("migrate", verbosity=0)
    if ProductPage.objects.count() == count:
        return
    root = Page.objects.get(depth=1)
    for page in CataloguePage.objects.all():
        page.delete()
    shop = root.add_child(instance=CataloguePage(title="Galeri", slug="galeri"))
    Site.objects.update(root_page=shop)
    photos = [photo(number) for number in range(50)]
    now = timezone.now()
    for number in range(count):
        shop.add_child(
            instance=ProductPage(
                title=f"Kain batik motif {number}", slug=f"produk-{number}", price=25_000 + number,
                category=f"Kategori {number % 24}", maker=f"Batik {number % 100}", place=f"Kecamatan {number % 16}",
                is_export_ready=number % 7 == 0, photo=photos[number % 50],
                first_published_at=now - timedelta(minutes=count - number),
            )
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


main(int(sys.argv[1]))
