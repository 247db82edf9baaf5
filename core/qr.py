"""QR codes on pages."""

import segno
from django.utils.safestring import mark_safe


def qr_drawing(text, *, scale):
    """The code of `text` as an SVG element, `scale` pixels a module, with the quiet zone that scanners need."""
    drawing = segno.make(text, error="m", micro=False).svg_inline(
        scale=scale, border=4, dark="#000", light="#fff"
    )
    return mark_safe(drawing)  # noqa: S308 - modules drawn by segno; the text itself is not in it
