"""What a photo of a product becomes: our own JPEG without place or camera, its smaller copies, and a number for its looks."""

import io
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image

from core.uploads import inspect_upload

SHORTEST_SIDE = 500
WIDTHS = (320, 640, 1280)
QUALITY = {"webp": 78, "jpeg": 80}
#: The widest copy that a phone fetches with a page, and what it may weigh: its quality is lowered until it does.
PHONE_WIDTH = 640
PHONE_BYTES = 36_000
LOWER_QUALITIES = (68, 58, 48, 38, 28)
#: Photos whose hashes differ in at most so many of 64 bits look alike.
ALIKE = 4


@dataclass(frozen=True, slots=True)
class Rendition:
    width: int
    height: int
    format: str  # "webp" or "jpeg"
    content: bytes


@dataclass(frozen=True, slots=True)
class CleanPhoto:
    """A photo fit to be shown. `perceptual_hash` is a signed 64-bit number; `note` tells what was changed, "" if nothing."""

    content: bytes
    sha256: str
    width: int
    height: int
    perceptual_hash: int
    renditions: tuple
    note: str = ""


def clean_photo(upload):
    """The CleanPhoto of an uploaded picture. Raises ValidationError with a sentence that says what to do."""
    clean = inspect_upload(upload, allow=("image",))
    if min(clean.width, clean.height) < SHORTEST_SIDE:
        raise ValidationError(
            _(
                "Foto ini %(width)d × %(height)d piksel. Kirim foto yang sisi terpendeknya paling sedikit %(least)d piksel."
            )
            % {"width": clean.width, "height": clean.height, "least": SHORTEST_SIDE},
            code="too_small",
        )
    image = Image.open(io.BytesIO(clean.content))
    if image.mode == "RGBA":  # what shines through is white, as paper
        paper = Image.new("RGB", image.size, "#ffffff")
        paper.paste(image, mask=image.getchannel("A"))
        image = paper
    image = image.convert("RGB")
    content = _encoded(image, "jpeg") if clean.extension != ".jpg" else clean.content
    return CleanPhoto(
        content=content,
        sha256=clean.sha256,
        width=image.width,
        height=image.height,
        perceptual_hash=difference_hash(image),
        renditions=tuple(_renditions(image)),
        note=clean.note,
    )


def _renditions(image):
    for width in sorted({min(width, image.width) for width in WIDTHS}):
        height = max(round(image.height * width / image.width), 1)
        smaller = image.resize((width, height), Image.Resampling.LANCZOS)
        yield Rendition(
            width, height, "webp", _for_phones(smaller) if width <= PHONE_WIDTH else _encoded(smaller, "webp")
        )
        yield Rendition(width, height, "jpeg", _encoded(smaller, "jpeg"))


def _for_phones(image):
    content = _encoded(image, "webp")
    for quality in LOWER_QUALITIES:
        if len(content) <= PHONE_BYTES:
            break
        content = _encoded(image, "webp", quality)
    return content


def _encoded(image, name, quality=None):
    stored = io.BytesIO()
    options = {"progressive": True, "optimize": True} if name == "jpeg" else {"method": 4}
    image.save(stored, name.upper(), quality=quality or QUALITY[name], **options)
    return stored.getvalue()


def difference_hash(image):
    """64 bits that say where the picture grows brighter from left to right (dHash), as a signed number.

    The same picture, smaller, recoded or a little brighter, differs in few of them.
    """
    grey = image.convert("L").resize((9, 8), Image.Resampling.LANCZOS)
    shades = grey.tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            bits = bits << 1 | (shades[row * 9 + column] < shades[row * 9 + column + 1])
    return bits - (1 << 64) if bits >> 63 else bits


def bits_apart(one, other):
    """How many of the 64 bits of two hashes differ."""
    return ((one ^ other) & (1 << 64) - 1).bit_count()
