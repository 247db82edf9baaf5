"""Contact sheets: ten small photos of a page in one file, so that a page of fifty products asks for five pictures, not fifty.

The address of a sheet names its photos and is signed, so that nobody has others drawn than our pages ask for. What a sheet may
weigh is fixed: its quality is lowered until it weighs no more.
"""

from hashlib import sha256
from io import BytesIO
from itertools import product

from django.core.cache import caches
from django.db.models import Prefetch
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from PIL import Image, ImageOps

from gallery.models import Photo, PhotoRendition, Product

FRAMES = 10
#: Widths of a frame, 4:3: of a card, and of a small picture.
CARD, SMALL = 320, 160
#: The most that a frame adds to a sheet, in bytes.
MOST_BYTES = {CARD: 4_000, SMALL: 1_400}
QUALITIES = (76, 66, 56, 46, 36, 26)
#: Where that is not enough, fewer pixels look better than a still lower quality. Pages show a frame in its width whatever it has.
SCALES = (1, 0.75, 0.5, 0.25)
#: What is seen where a photo is gone.
PAPER = "#efe6da"
KEPT_SECONDS = 3600


def lay_out(pictures, width=CARD, *, eager=False):
    """Give every `catalogue.Picture` its sheet and its place on it, in their order; None stands for no picture.

    With `eager` the first sheet is fetched at once, others when their place on the page comes near.
    """
    there = [picture for picture in pictures if picture]
    for start in range(0, len(there), FRAMES):
        group = there[start : start + FRAMES]
        address = sheet_address([picture.reference for picture in group], width)
        for place, picture in enumerate(group):
            picture.sheet, picture.place = address, place
            picture.is_eager = eager and not start


def sheet_address(references, width):
    """The address of the sheet of these photos."""
    names = ".".join(reference.removeprefix("FTO-") for reference in references)
    return reverse("gallery_sheet", args=[width, names, _mark(width, names)])


def _mark(width, names):
    return salted_hmac("gallery.sheets", f"{width} {names}").hexdigest()[:16]


def is_ours(width, names, mark):
    """Whether one of our pages asks for this sheet."""
    return constant_time_compare(mark, _mark(width, names))


def photos_of(names):
    """The photos of a sheet in their order, each with its smallest copy; None for one that is not shown to everybody now."""
    references = [f"FTO-{name}" for name in names.split(".")]
    smallest = PhotoRendition.objects.filter(format="webp").order_by("width")
    rows = Photo.objects.filter(reference__in=references, product__in=Product.objects.published())
    found = {
        one.reference: one
        for one in rows.prefetch_related(Prefetch("renditions", smallest, to_attr="copies"))
    }
    return [found.get(reference) for reference in references]


def etag_of(photos, width):
    """What stays the same while the same is seen."""
    told = [width, *(photo and photo.sha256 for photo in photos)]
    return f'"{sha256(repr(told).encode()).hexdigest()[:32]}"'


def drawn(photos, width):
    """The sheet as WebP, the frames beneath each other; kept in memory for an hour."""
    key = f"gallery:sheet:{etag_of(photos, width)[1:-1]}"
    content = caches["memory"].get(key)
    if content is None:
        content = _draw(photos, width)
        caches["memory"].set(key, content, KEPT_SECONDS)
    return content


def _draw(photos, width):
    height = width * 3 // 4
    sheet = Image.new("RGB", (width, height * FRAMES), PAPER)
    for place, photo in enumerate(photos):
        if photo and photo.copies:
            with photo.copies[0].file.open() as opened, Image.open(opened) as picture:
                frame = ImageOps.fit(picture.convert("RGB"), (width, height), Image.Resampling.LANCZOS)
            sheet.paste(frame, (0, height * place))
    for scale, quality in product(SCALES, QUALITIES):
        stored = BytesIO()
        shown = sheet if scale == 1 else sheet.resize((int(width * scale), int(height * scale) * FRAMES))
        shown.save(stored, "WEBP", quality=quality, method=4)
        if stored.tell() <= MOST_BYTES[width] * len(photos):
            break
    return stored.getvalue()
