"""Makers of products with variants and photos, written straight into the tables."""

import datetime
import io
import itertools
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from accounts.enums import Purpose
from accounts.models import Consent, ConsentText
from gallery.enums import ProductStatus
from gallery.models import (
    Category,
    ConsignmentTerms,
    GoodsNote,
    Movement,
    Photo,
    PhotoRendition,
    Product,
    Shop,
    Variant,
)
from gallery.photos import clean_photo
from tests.ikm.businesses import business as registered_business

_numbers = itertools.count(1)


def category(name="Batik", **fields):
    number = next(_numbers)
    made = {"slug": f"kategori-{number}", "name": name, "name_en": f"{name} EN"} | fields
    return Category.objects.create(**made)


def consent(business, purpose=Purpose.PUBLISH):
    text, _made = ConsentText.objects.get_or_create(
        purpose=purpose,
        version=99,
        defaults={"text": "Setuju", "text_en": "Agreed", "in_force_from": timezone.localdate()},
    )
    return Consent.objects.create(
        subject=business.reference, purpose=purpose, text=text, channel="counter", given_by_name="Pemilik"
    )


def maker(owner=None, *, verified=True, purposes=(Purpose.PUBLISH, Purpose.MARKETPLACE), **fields):
    """A registered business that agreed to be shown, `owner` speaking for it; verified unless told otherwise."""
    today = timezone.localdate()
    made = registered_business(
        speaker=owner, registered_on=today, verified_on=today if verified else None, **fields
    )
    for purpose in purposes:
        consent(made, purpose)
    return made


def picture(seed=1, *, size=(900, 700), kind="JPEG", name="foto.jpg", **options):
    """An upload of a drawn picture; another `seed` looks different."""
    rng = Random(seed)
    image = Image.new("RGB", size, rng.choice(("#b4532a", "#2b3a67", "#f6efe4", "#5d7a4b")))
    draw = ImageDraw.Draw(image)
    for _shape in range(14):
        x, y = rng.randint(0, size[0]), rng.randint(0, size[1])
        w, h = rng.randint(60, size[0] // 2), rng.randint(60, size[1] // 2)
        draw.ellipse((x - w // 2, y - h // 2, x + w // 2, y + h // 2), fill=f"#{rng.randrange(1 << 24):06x}")
    stored = io.BytesIO()
    image.save(stored, kind, **options)
    return SimpleUploadedFile(name, stored.getvalue(), content_type=f"image/{kind.lower()}")


_cleaned = {}


def photo(product, actor, *, seed=1, alt="Kain batik di atas meja", **fields):
    """A photo with its renditions; the pictures of a seed are worked out once."""
    if seed not in _cleaned:
        _cleaned[seed] = clean_photo(picture(seed))
    clean = _cleaned[seed]
    made = Photo(
        product=product, alt=alt, width=clean.width, height=clean.height, sha256=clean.sha256,
        perceptual_hash=clean.perceptual_hash, uploaded_by=actor, **fields,
    )  # fmt: skip
    made.file.save(f"{clean.sha256[:24]}.jpg", io.BytesIO(clean.content), save=True)
    for one in clean.renditions:
        row = PhotoRendition(
            photo=made, width=one.width, height=one.height, format=one.format, size=len(one.content)
        )
        row.file.save(f"{clean.sha256[:24]}-{one.width}.{one.format}", io.BytesIO(one.content), save=True)
    return made


def product(business, *, status=ProductStatus.PUBLISHED, price=150_000, stock=5, variants=None, **fields):
    """A complete product with one variant, or `variants` as dicts."""
    number = next(_numbers)
    fields.setdefault("category", None)
    fields["category"] = fields["category"] or category()
    made = Product.objects.create(
        business=business,
        **{
            "name": f"Kain batik {number}",
            "description": "Kain batik tulis dengan pewarna alam.",
            "weight_grams": 400,
            "materials": "katun",
        }
        | fields,
    )
    for position, row in enumerate(variants or [{"price": price, "stock": stock}], start=1):
        Variant.objects.create(product=made, position=position, **row)
    made.refresh_from_db()
    if status != ProductStatus.DRAFT:
        made.status = status
        made.published_at = timezone.now() if status == ProductStatus.PUBLISHED else None
        made.save()
        made.refresh_from_db()
    return made


def terms(business, actor, *, percent=20, begins=datetime.date(2020, 1, 1), ends=None):
    """What the gallery keeps of each sale of `business`."""
    return ConsignmentTerms.objects.create(
        business=business, during=(begins, ends), commission_percent=percent, agreed_by=actor
    )


def received(variant, quantity, actor):
    """So many pieces of `variant` lie in the gallery, without the paper's letter."""
    note = GoodsNote.objects.create(
        business=variant.product.business, kind="received", handed_by="Pembuat", recorded_by=actor
    )
    return Movement.objects.create(
        variant=variant, kind="received", quantity=quantity, note=note, recorded_by=actor
    )


def shop(business, user, *, channel="tokopedia", **fields):
    """A shop of `business` that `user` connected, with tokens that open nothing."""
    number = next(_numbers)
    made = {
        "remote_id": f"70{number}",
        "name": "Toko Rahasia",
        "access_token": "a",
        "refresh_token": "r",
    } | fields
    return Shop.objects.create(business=business, channel=channel, connected_by=user, **made)
