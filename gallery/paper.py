"""What booklets and price tags have in common: whose they are, and the code that a phone reads."""

import segno
from django.utils.translation import gettext as _

GALLERY = "Semarang Kreatif Galeri"
OFFICE = "Dinas Perindustrian Kota Semarang"


def printed_code(address, *, border=0, dark="#000"):
    """The QR code of `address` as an SVG picture with its words, `border` modules blank around it."""
    return {
        "qr": segno.make(address, error="m", micro=False).svg_inline(border=border, dark=dark),
        "qr_alt": _("Kode QR menuju %(address)s") % {"address": address},
    }
