"""Messages of the gallery to makers, written in the caller's transaction."""

from django.urls import reverse
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
        link=reverse("my_product", args=[product.reference]),
    )


def tell_delisted(listing):
    """The product no longer stands in the shop."""
    tell_speakers(
        listing.product.business,
        title=lambda: _("Diturunkan dari toko: %(product)s") % {"product": listing.product.name},
        body=lambda: (
            _("Produk ini tidak lagi ditawarkan di %(shop)s. Jawaban toko kami simpan sebagai bukti.")
            % {"shop": listing.shop.name}
        ),
        link=reverse("my_shop", args=[listing.shop.reference]),
    )


def tell_shop_ended(shop):
    """The marketplace no longer accepts the permission."""
    tell_speakers(
        shop.business,
        title=lambda: _("Izin toko berakhir: %(shop)s") % {"shop": shop.name},
        body=lambda: _("Sambungkan toko lagi agar produk Anda tetap diperbarui."),
        link=reverse("my_shops"),
    )
