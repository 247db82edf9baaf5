"""Price tags on A4 sheets: goods, price, the lines that the counter scans and a QR code for the guest's phone."""

from pathlib import Path

from django.utils.translation import gettext as _

from core.barcodes import code128_svg
from core.indonesia import rupiah
from core.typesetting import render_print
from gallery.channels.addresses import short_address
from gallery.paper import GALLERY, OFFICE, printed_code

TEMPLATE = Path(__file__).parent / "print_templates" / "price_tags.typ"


def tag_address(link, code):
    """What the QR code of a tag holds: the product's short address for phones, and behind it the code for the counter's
    scanner; the code alone where the product is not shown."""
    return f"{short_address(link)}?b={code}" if link else code


def tags_pdf(counted, links, *, made_at):
    """The PDF with the tags of `counted`, pairs of a variant and how many; `links` has the code of the short link of the
    products on show."""
    goods = []
    for variant, _count in counted:
        code = variant.reference
        address = tag_address(links.get(variant.product_id), code)
        goods.append(
            {
                "name": variant.product.shown_name,
                "choice": variant.choice,
                "maker": variant.product.business.name,
                "price": rupiah(variant.price),
                "code": code,
                "sku": variant.sku,
                "has_page": variant.product_id in links,
                "lines": code128_svg(code),
                "lines_alt": _("Kode garis %(code)s") % {"code": code},
                **printed_code(address, border=2),
            }
        )
    return render_print(
        TEMPLATE,
        {
            "title": _("Label harga"),
            "author": OFFICE,
            "language": "id",
            "gallery": GALLERY,
            "scan_me": _("Pindai untuk kisah pembuatnya"),
            "goods": goods,
            "tags": [index for index, (_variant, count) in enumerate(counted) for _copy in range(count)],
        },
        made_at=made_at,
    )
