"""Consignment as Excel files: what lies in the gallery of whom, a month's movements, and the settlements. In Indonesian, whatever
language the official reads; rows pass one at a time."""

from django.utils import timezone

from core.admin_export import in_batches, write_table
from core.dates import add_months, midnight
from core.languages import in_indonesian
from gallery.models import GalleryStock, Movement


@in_indonesian
def stock_file(user):
    """A new .xlsx of the goods that lie in the gallery: one row a variant, with its worth at today's price."""
    rows = GalleryStock.objects.visible_to(user).filter(quantity__gt=0).select_related(
        "variant__product__business"
    )  # fmt: skip
    return write_table(
        "xlsx",
        ["Nomor usaha", "Usaha", "Kode barang", "SKU", "Produk", "Pilihan", "Di galeri", "Harga", "Nilai"],
        (
            [
                (maker := one.variant.product.business).reference,
                maker.name,
                one.variant.reference,
                one.variant.sku,
                one.variant.product.name,
                one.variant.choice,
                one.quantity,
                int(one.variant.price),
                one.quantity * int(one.variant.price),
            ]
            for one in rows.order_by("variant__product__business__name", "variant__product__name", "pk")
        ),
        sheet_name="Stok",
        text_columns=["Nomor usaha", "Kode barang", "SKU"],
    )


@in_indonesian
def movements_file(user, month):
    """A new .xlsx of every movement from `month` (its first day) to the next, in the order in which they were written."""
    start, end = midnight(month), midnight(add_months(month, 1))
    rows = (
        Movement.objects.visible_to(user)
        .filter(recorded_at__gte=start, recorded_at__lt=end)
        .select_related("variant__product__business", "note", "sale", "count", "recorded_by")
    )
    return write_table(
        "xlsx",
        [
            "Tanggal", "Jam", "Jenis", "Nomor usaha", "Usaha", "Kode barang", "Barang", "Banyak", "Harga satuan", "Jumlah",
            "Bukti", "Sebab", "Dicatat oleh",
        ],
        (
            [
                (at := timezone.localtime(one.recorded_at)).date(),
                f"{at:%H:%M}",
                one.get_kind_display(),
                (maker := one.variant.product.business).reference,
                maker.name,
                one.variant.reference,
                str(one.variant),
                one.quantity,
                None if one.unit_price is None else int(one.unit_price),
                None if one.unit_price is None else int(one.amount),
                next((paper.reference for paper in (one.note, one.sale, one.count) if paper), None),
                one.reason,
                one.recorded_by.name,
            ]
            for one in in_batches(rows)
        ),
        sheet_name=f"Gerakan {month:%Y-%m}",
        text_columns=["Nomor usaha", "Kode barang", "Bukti"],
    )  # fmt: skip


@in_indonesian
def settlements_file(rows):
    """A new .xlsx of the settlements `rows`, newest month first."""
    return write_table(
        "xlsx",
        [
            "Nomor", "Bulan", "Nomor usaha", "Usaha", "Status", "Terjual", "Bagian galeri", "Dibayarkan", "Dibayar pada",
            "Nomor bukti bayar",
        ],
        (
            [
                one.reference,
                f"{one.month:%Y-%m}",
                one.business.reference,
                one.business.name,
                one.get_status_display(),
                int(one.sold),
                int(one.commission),
                int(one.payable),
                one.paid_on,
                one.payment_reference,
            ]
            for one in rows.select_related("business").order_by("-month", "business__name", "pk")
        ),
        sheet_name="Bagi hasil",
        text_columns=["Nomor", "Bulan", "Nomor usaha", "Nomor bukti bayar"],
    )  # fmt: skip
