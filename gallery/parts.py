"""The pages of a product, in the order in which its maker fills them in."""

from django.utils.translation import gettext_lazy as _

SECTIONS = {
    "produk": _("Produk ini apa"),
    "harga": _("Harga dan varian"),
    "foto": _("Foto"),
    "ukuran": _("Berat, ukuran, dan pesanan"),
    "sertifikat": _("Sertifikat dan ekspor"),
    "inggris": _("Bahasa Inggris"),
}
#: Pages that may stay empty.
OPTIONAL = {"sertifikat", "inggris"}

#: The page on which a part of services.curation (a gap, a remark) is put right.
SECTION_OF = {
    "name": "produk",
    "description": "produk",
    "category": "produk",
    "materials": "produk",
    "price": "harga",
    "photo": "foto",
    "weight_grams": "ukuran",
    "licences": "sertifikat",
}
