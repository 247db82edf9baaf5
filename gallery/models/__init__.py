from gallery.models.catalogue import (
    Category,
    Edition,
    EditionItem,
    Photo,
    PhotoRendition,
    Product,
    Remark,
    Variant,
)
from gallery.models.channels import ChannelCategory, LinkDay, Listing, Shop, ShortLink
from gallery.models.consignment import (
    ConsignmentTerms,
    GalleryStock,
    GoodsNote,
    Movement,
    Sale,
    Settlement,
    SettlementLine,
    StockCount,
    StockCountLine,
)
from gallery.models.reports import ReportOptOut, SentReport
from gallery.models.uploads import BulkPicture, BulkRow, BulkUpload

__all__ = [
    "BulkPicture",
    "BulkRow",
    "BulkUpload",
    "Category",
    "ChannelCategory",
    "ConsignmentTerms",
    "Edition",
    "EditionItem",
    "GalleryStock",
    "GoodsNote",
    "LinkDay",
    "Listing",
    "Movement",
    "Photo",
    "PhotoRendition",
    "Product",
    "Remark",
    "ReportOptOut",
    "Sale",
    "SentReport",
    "Settlement",
    "SettlementLine",
    "Shop",
    "ShortLink",
    "StockCount",
    "StockCountLine",
    "Variant",
]
