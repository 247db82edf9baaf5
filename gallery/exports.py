"""Consignment as Excel files: what lies in the gallery of whom, a month's movements, and the settlements. In Indonesian, whatever
language the official reads; rows pass one at a time."""

import datetime

from django.utils import timezone

from core.admin_export import in_batches, new_file
from core.dates import WIB, add_months
from core.languages import in_indonesian
from core.spreadsheets import write_xlsx
from gallery.models import GalleryStock, Movement


def _file(header, rows, sheet_name, text_columns):
    file = new_file()
    try:
        write_xlsx(file, header, rows, sheet_name=sheet_name, text_columns=text_columns)
    except ValueError:
        file.close()
        raise
    return file


@in_indonesian
def stock_file(user):
    """A new .xlsx of the goods that lie in the gallery: one row a variant, with its worth at today's price."""
    rows = GalleryStock.objects.visible_to(user).filter(quantity__gt=0).select_related(
        "variant__product__business"
    )  # fmt: skip
    return _file(
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
        "Stok",
        ["Nomor usaha", "Kode barang", "SKU"],
    )


@in_indonesian
def movements_file(user, month):
    """A new .xlsx of every movement from `month` (its first day) to the next, in the order in which they were written."""
    start, end = (
        datetime.datetime.combine(day, datetime.time(), tzinfo=WIB) for day in (month, add_months(month, 1))
    )
    rows = (
        Movement.objects.visible_to(user)
        .filter(recorded_at__gte=start, recorded_at__lt=end)
        .select_related("variant__product__business", "note", "sale", "count", "recorded_by")
    )
    return _file(
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
        f"Gerakan {month:%Y-%m}",
        ["Nomor usaha", "Kode barang", "Bukti"],
    )  # fmt: skip


@in_indonesian
def settlements_file(rows):
    """A new .xlsx of the settlements `rows`, newest month first."""
    return _file(
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
        "Bagi hasil",
        ["Nomor", "Bulan", "Nomor usaha", "Nomor bukti bayar"],
    )  # fmt: skip
