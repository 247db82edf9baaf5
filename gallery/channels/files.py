"""Products as the files that channels read: Tokopedia's bulk sheet, TikTok Shop's sheet, Google Merchant, Meta, JSON Feed.

Every function takes Candidates and gives rows or bytes; which products belong into a file is the caller's to say.
"""

import csv
import io
import zipfile
from datetime import datetime
from xml.sax.saxutils import escape

import orjson
import xlsxwriter

from core.spreadsheets import csv_cell

TOKOPEDIA_SHEET = "ISI Template Impor Produk"
#: As many rows as one upload of the bulk sheet takes.
TOKOPEDIA_ROWS = 300
#: (header, note) of the columns A to V.
TOKOPEDIA_COLUMNS = (
    ("Error Message", "Diabaikan; diisi Tokopedia."),
    ("Nama Produk*", "Maksimal 70 karakter. Nama harus unik."),
    ("Deskripsi Produk", "Maksimal 2000 karakter."),
    ("Kategori Kode*", "Kode dari sheet daftar kategori."),
    ("Berat* (Gram)", "Bilangan bulat tanpa titik atau koma."),
    ("Minimum Pemesanan*", "1 sampai 9999; selain itu menjadi 1."),
    ("Nomor Etalase", "Kode dari sheet Daftar Etalase."),
    ("Waktu Proses Preorder", "3 sampai 90 hari; kosongkan bila bukan preorder."),
    ("Kondisi*", "Baru atau Bekas."),
    ("Gambar 1*", "URL gambar."),
    ("Gambar 2", "URL gambar."),
    ("Gambar 3", "URL gambar."),
    ("Gambar 4", "URL gambar."),
    ("Gambar 5", "URL gambar."),
    ("URL Video Produk 1", "Hanya YouTube."),
    ("URL Video Produk 2", "Hanya YouTube."),
    ("URL Video Produk 3", "Hanya YouTube."),
    ("SKU Name", "Maksimal 50 karakter."),
    ("Status*", "Aktif atau Nonaktif."),
    ("Jumlah Stok*", "1 sampai 999999, bilangan bulat."),
    ("Harga (Rp)*", "Bilangan bulat, paling sedikit 100."),
    ("Asuransi Pengiriman", "ya atau opsional."),
)
#: Stamped on every file, so that the same products make the same bytes.
_MADE = datetime(2017, 1, 1)  # noqa: DTZ001 - a workbook's moment has no zone
TIKTOK_SHEET = "Template"
TIKTOK_PHOTOS = 9
TIKTOK_COLUMNS = (
    "Category*", "Brand", "Product name*", "Product description*", "Main image URL*",
    *(f"Product image {number} URL" for number in range(2, TIKTOK_PHOTOS + 1)),
    "Variation value", "Package weight (g)*", "Package length (cm)", "Package width (cm)", "Package height (cm)",
    "Retail price (Rp)*", "Quantity*", "Seller SKU",
)  # fmt: skip
META_COLUMNS = (
    "id", "title", "description", "availability", "condition", "price", "link", "image_link", "brand",
    "additional_image_link", "item_group_id", "quantity_to_sell_on_facebook",
)  # fmt: skip


def tokopedia_rows(candidate):
    """One row a variant, as many cells as TOKOPEDIA_COLUMNS."""
    photos = [*candidate.photos[:5], *[None] * 5][:5]
    for offer in candidate.offers:
        yield [
            None,
            candidate.offered_name(offer),
            candidate.description,
            candidate.category_code,
            candidate.weight_grams,
            candidate.minimum_order,
            None,
            candidate.made_to_order_days,
            "Baru" if candidate.is_new else "Bekas",
            *photos,
            candidate.video_url or None,
            None,
            None,
            offer.sku,
            "Aktif",
            offer.stock,
            int(offer.price),
            "ya",
        ]


def tokopedia_sheets(candidates):
    """The bulk sheets as .xlsx bytes, each of at most TOKOPEDIA_ROWS rows."""
    rows = [row for one in candidates for row in tokopedia_rows(one)]
    batches = [rows[start : start + TOKOPEDIA_ROWS] for start in range(0, len(rows), TOKOPEDIA_ROWS)]
    return [_tokopedia_sheet(batch) for batch in batches]


def _tokopedia_sheet(rows):
    stored = io.BytesIO()
    with xlsxwriter.Workbook(stored, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"created": _MADE})
        sheet = book.add_worksheet(TOKOPEDIA_SHEET)
        bold = book.add_format({"bold": True, "bg_color": "#EFE5D8"})
        quiet = book.add_format({"italic": True, "text_wrap": True, "valign": "top"})
        sheet.write(0, 1, "Impor produk Tokopedia: isi mulai baris ke-4", bold)
        for column, (header, note) in enumerate(TOKOPEDIA_COLUMNS):
            sheet.write_string(1, column, header, bold)
            sheet.write_string(2, column, note, quiet)
        sheet.set_column(0, len(TOKOPEDIA_COLUMNS) - 1, 20)
        sheet.freeze_panes(3, 2)
        _write_cells(sheet, rows, first=3)
    return stored.getvalue()


def _write_cells(sheet, rows, *, first):
    """Texts stay texts, so that nothing in them is taken for a formula or a link."""
    for number, row in enumerate(rows, start=first):
        for column, value in enumerate(row):
            if isinstance(value, int):
                sheet.write_number(number, column, value)
            elif value:
                sheet.write_string(number, column, str(value))


def zipped(sheets, stem):
    """Several sheets as one .zip, numbered from 1."""
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        for number, sheet in enumerate(sheets, start=1):
            archive.writestr(zipfile.ZipInfo(f"{stem}-{number}.xlsx"), sheet)
    return stored.getvalue()


def tiktok_rows(candidate):
    """One row a variant, as many cells as TIKTOK_COLUMNS."""
    photos = [*candidate.photos[:TIKTOK_PHOTOS], *[None] * TIKTOK_PHOTOS][:TIKTOK_PHOTOS]
    for offer in candidate.offers:
        yield [
            candidate.category_code,
            candidate.brand,
            candidate.name,
            candidate.description,
            *photos,
            offer.choice,
            candidate.weight_grams,
            candidate.length_cm,
            candidate.width_cm,
            candidate.height_cm,
            int(offer.price),
            offer.stock,
            offer.sku,
        ]


def tiktok_sheet(candidates):
    """TikTok Shop's sheet as .xlsx bytes."""
    stored = io.BytesIO()
    with xlsxwriter.Workbook(stored, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"created": _MADE})
        sheet = book.add_worksheet(TIKTOK_SHEET)
        bold = book.add_format({"bold": True})
        for column, header in enumerate(TIKTOK_COLUMNS):
            sheet.write_string(0, column, header, bold)
        sheet.set_column(0, len(TIKTOK_COLUMNS) - 1, 20)
        sheet.freeze_panes(1, 0)
        _write_cells(sheet, [row for one in candidates for row in tiktok_rows(one)], first=1)
    return stored.getvalue()


def _availability(offer, candidate, words):
    in_stock, made, none = words
    if offer.stock:
        return in_stock
    return made if candidate.made_to_order_days else none


#: In stock, made to order, sold out.
GOOGLE_WORDS = ("in_stock", "backorder", "out_of_stock")
META_WORDS = ("in stock", "available for order", "out of stock")


def _pictures(candidate, offer):
    """The addresses of the variant's own photo, if it has one, and of the product's."""
    return list(dict.fromkeys([offer.photo, *candidate.photos] if offer.photo else candidate.photos))


def google_xml(candidates, *, title, link, description):
    """RSS 2.0 with Google Merchant's g: fields, one item a variant, as bytes."""
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>'
        f"<title>{_xml(title)}</title><link>{_xml(link)}</link><description>{_xml(description)}</description>\n"
    ]
    for candidate in candidates:
        for offer in candidate.offers:
            pictures = _pictures(candidate, offer)
            fields = [
                ("g:id", offer.reference),
                ("g:title", candidate.offered_name(offer)),
                ("g:description", candidate.description),
                ("g:link", candidate.link),
                ("g:image_link", pictures[0] if pictures else ""),
                *(("g:additional_image_link", one) for one in pictures[1:]),
                ("g:availability", _availability(offer, candidate, GOOGLE_WORDS)),
                ("g:price", f"{int(offer.price)} IDR"),
                ("g:condition", "new" if candidate.is_new else "used"),
                ("g:brand", candidate.brand),
                # Hand-made: no maker of such goods has a GTIN or an MPN to give.
                ("g:identifier_exists", "no"),
                ("g:product_type", candidate.category_name),
                ("g:google_product_category", candidate.category_code),
                ("g:item_group_id", candidate.reference if len(candidate.offers) > 1 else ""),
                ("g:shipping_weight", f"{candidate.weight_grams} g" if candidate.weight_grams else ""),
            ]
            parts.append(
                "<item>"
                + "".join(f"<{name}>{_xml(value)}</{name}>" for name, value in fields if value)
                + "</item>\n"
            )
    parts.append("</channel></rss>\n")
    return "".join(parts).encode()


def _xml(text):
    return escape("".join(sign for sign in text if sign >= " " or sign in "\n\t"))


def meta_csv(candidates):
    """Meta's catalogue feed as CSV bytes, one row a variant."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(META_COLUMNS)
    for candidate in candidates:
        for offer in candidate.offers:
            pictures = _pictures(candidate, offer)
            row = [
                offer.reference,
                candidate.offered_name(offer),
                candidate.description,
                _availability(offer, candidate, META_WORDS),
                "new" if candidate.is_new else "used",
                f"{int(offer.price)} IDR",
                candidate.link,
                pictures[0] if pictures else "",
                candidate.brand,
                ",".join(pictures[1:]),
                candidate.reference if len(candidate.offers) > 1 else "",
                offer.stock,
            ]
            writer.writerow([csv_cell(value) for value in row])
    return text.getvalue().encode()


def json_feed(candidates, *, title, link, feed_url, description):
    """A JSON Feed 1.1 (jsonfeed.org), whose items carry what is offered under `_produk`, as bytes."""
    items = [
        {
            "id": one.reference,
            "url": one.link,
            "title": one.name,
            "content_text": one.description,
            **({"image": one.photos[0]} if one.photos else {}),
            "authors": [{"name": one.brand}],
            "tags": [one.category_name] if one.category_name else [],
            "_produk": {
                "photos": list(one.photos),
                "weight_grams": one.weight_grams,
                "minimum_order": one.minimum_order,
                "made_to_order_days": one.made_to_order_days,
                "condition": "new" if one.is_new else "used",
                "offers": [
                    {
                        "id": offer.reference,
                        "choice": offer.choice,
                        "price": int(offer.price),
                        "currency": "IDR",
                        "stock": offer.stock,
                    }
                    for offer in one.offers
                ],
            },
        }
        for one in candidates
    ]
    return orjson.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": title,
            "home_page_url": link,
            "feed_url": feed_url,
            "description": description,
            "language": "id",
            "items": items,
        }
    )
