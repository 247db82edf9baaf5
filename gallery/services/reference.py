"""The tree of the catalogue, and what the office promises a maker who sent a product."""

from datetime import date

from core.models import ServiceStandard
from gallery.models import Category

CURATION = "gallery.curation"
#: The usual days of the queue hold until the office sets its own.
SETTLEMENT = "gallery.settlement"
SHOP = "gallery.shop"

#: (address, Indonesian, English, [(address, Indonesian, English)]): branches and their leaves.
TREE = (
    ("batik-busana", "Batik dan busana", "Batik and clothing", (
        ("kain-batik", "Kain batik", "Batik cloth"),
        ("pakaian", "Pakaian", "Clothes"),
        ("alas-kaki", "Alas kaki", "Footwear"),
        ("tas-kulit", "Tas dan barang kulit", "Bags and leather goods"),
    )),
    ("makanan-minuman", "Makanan dan minuman", "Food and drink", (
        ("camilan", "Keripik dan camilan", "Crisps and snacks"),
        ("olahan-ikan", "Bandeng dan olahan ikan", "Milkfish and fish products"),
        ("kue", "Kue dan lumpia", "Cakes and spring rolls"),
        ("minuman", "Jamu, kopi, dan minuman", "Jamu, coffee and drinks"),
    )),
    ("rumah", "Rumah dan mebel", "Home and furniture", (
        ("mebel", "Mebel kayu", "Wooden furniture"),
        ("anyaman", "Anyaman rotan dan bambu", "Rattan and bamboo weaving"),
        ("keramik", "Keramik dan gerabah", "Ceramics and pottery"),
        ("dapur-logam", "Peralatan dari logam", "Metal household goods"),
    )),
    ("kriya", "Kriya", "Crafts", (
        ("ukiran", "Ukiran dan kriya kayu", "Carving and wood craft"),
        ("kriya-lain", "Cenderamata", "Souvenirs"),
    )),
)  # fmt: skip


def load_reference():
    """Make the categories and the standard unless they are there. Returns {what: how many rows}."""
    if not Category.objects.exists():
        for position, (slug, name, name_en, leaves) in enumerate(TREE, start=1):
            branch = Category.objects.create(slug=slug, name=name, name_en=name_en, position=position)
            Category.objects.bulk_create(
                Category(slug=leaf, name=leaf_name, name_en=leaf_en, parent=branch, position=number)
                for number, (leaf, leaf_name, leaf_en) in enumerate(leaves, start=1)
            )
    ServiceStandard.objects.get_or_create(
        code=CURATION,
        in_force_from=date(2017, 1, 1),
        defaults={
            "label": "Kurasi produk galeri",
            "working_days": 5,
            "legal_basis": "UU 25/2009 pasal 20, standar pelayanan dinas",
        },
    )
    return {"gallery_categories": Category.objects.count(), "gallery_standards": 1}
