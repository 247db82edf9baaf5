"""What becomes of products, uploads, shops, consigned goods and settlements when two businesses turn out to be one."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from gallery.models import BulkUpload, ConsignmentTerms, GoodsNote, Product, Settlement, Shop

MOVED = (Product, Shop, GoodsNote, ConsignmentTerms, Settlement, BulkUpload)


def check(kept, merged):
    """Raise ValidationError where both have a settlement of the same month, or terms that hold at the same time."""
    months = Settlement.objects.filter(business=merged).values("month")
    if Settlement.objects.filter(business=kept, month__in=months).exists():
        raise ValidationError(
            _("Kedua berkas mempunyai perhitungan titip jual bulan yang sama, sehingga tidak dapat digabung.")
        )
    for terms in ConsignmentTerms.objects.filter(business=merged):
        if ConsignmentTerms.objects.filter(business=kept, during__overlap=terms.during).exists():
            raise ValidationError(
                _(
                    "Kedua berkas mempunyai perjanjian titip jual yang berlaku bersamaan. Akhiri salah satunya."
                )
            )
