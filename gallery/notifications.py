"""Messages of the gallery to makers, written in the caller's transaction."""

from django.utils.translation import gettext as _

from gallery.enums import ProductStatus
from ikm.notifications import tell_speakers


def tell_step(product, *, note=""):
    """What the curator decided about the product."""
    titles = {
        ProductStatus.TO_IMPROVE: lambda: _("%(product)s perlu diperbaiki") % {"product": product.name},
        ProductStatus.PUBLISHED: lambda: _("%(product)s tayang di galeri") % {"product": product.name},
        ProductStatus.WITHDRAWN: lambda: _("%(product)s ditarik dari galeri") % {"product": product.name},
    }
    bodies = {
        ProductStatus.TO_IMPROVE: lambda: _(
            "Kurator menulis apa yang perlu diperbaiki pada foto atau keterangan. Perbaiki, lalu kirim lagi."
        ),
        ProductStatus.PUBLISHED: lambda: _("Produk Anda kini dapat dilihat semua orang. Bagikan tautannya."),
        ProductStatus.WITHDRAWN: lambda: _("Alasannya: %(note)s") % {"note": note},
    }
    tell_speakers(
        product.business,
        title=titles[product.status],
        body=bodies[product.status],
        link=f"/galeri/saya/{product.reference}/",
    )
