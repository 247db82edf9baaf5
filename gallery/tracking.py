"""What "Lacak" says of products: where they stand; no price, and nobody's name."""

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.tracking import Moment, Tracked, last_fours_of
from core.workflow import history
from gallery.deadlines import due_on
from gallery.enums import ProductStatus
from gallery.models import Product


def find(reference):
    """The product with this reference, None if there is none."""
    return Product.objects.filter(reference=reference).select_related("business").first()


def last_fours(product):
    """The last four digits of the phones of the business and its owners."""
    phones = product.business.ownerships.values_list("owner__phone", flat=True)
    return last_fours_of([product.business.phone, *phones])


def describe(product):
    """The Tracked of a product."""
    explanations = {
        ProductStatus.DRAFT: _("Produk belum dikirim. Masuk untuk melengkapinya."),
        ProductStatus.SUBMITTED: _("Kurator memeriksa foto dan keterangan produk."),
        ProductStatus.TO_IMPROVE: _("Kurator meminta perbaikan. Masuk untuk membaca yang perlu diperbaiki."),
        ProductStatus.PUBLISHED: _("Produk disetujui kurator."),
        ProductStatus.WITHDRAWN: _("Produk tidak tayang. Pembuatnya dapat mengirimnya lagi."),
    }
    waits = product.status == ProductStatus.SUBMITTED
    names = dict(ProductStatus.choices)
    return Tracked(
        reference=product.reference,
        kind=str(product._meta.verbose_name),
        status=product.status,
        status_label=product.get_status_display(),
        explanation=explanations[product.status],
        holder=_("Dinas Perindustrian, kurator galeri") if waits else "",
        due=due_on(product),
        moments=[
            Moment(
                capfirst(names[line.to_status]) if line.from_status else _("Produk dibuat"),
                line.at,
            )
            for line in history(product)
        ],
    )
