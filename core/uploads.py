"""What may come in as a file, and what is kept of it.

Nothing is trusted: not the name, not the declared type. Images are decoded and written anew, so that what is stored is
our own file without position data; PDFs are kept as they are but refused when they carry a program, an attachment or a
password; workbooks are unpacked once, under limits, before any reader sees them. Every refusal is a `ValidationError`
whose sentence says what to do. Limits hold for a file made to hurt: under a second, under 300 MB.
"""

import hashlib
import io
import re
import zipfile
import zlib
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 10 * 1024 * 1024
#: A JPEG can be decoded straight to a fraction; the others take four to twelve bytes of memory a pixel.
MAX_PIXELS = {"JPEG": 25_000_000, "PNG": 20_000_000, "WEBP": 12_000_000}
MAX_SIDE = 2000
JPEG_QUALITY = 85

MAX_SPREADSHEET_BYTES = 30 * 1024 * 1024
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_PART_RATIO = 120  # Excel's own sheets reach about 20; a bomb has a thousand
MAX_PARTS = 500
MAX_ROWS = 200_000
MAX_COLUMNS = 256
MAX_CELLS = 6_000_000
MAX_CELL_BYTES = 8_000
MAX_TEXT_BYTES = 400 * 1024 * 1024  # of all cells together, once shared strings are written out

# Pillow's own guard for files that lie about their size; the check below comes first.
Image.MAX_IMAGE_PIXELS = max(MAX_PIXELS.values())


@dataclass(frozen=True, slots=True)
class CleanFile:
    """A file fit to be stored. `note` tells the sender what was changed, "" if nothing."""

    content: bytes
    content_type: str
    extension: str  # with its dot
    sha256: str  # of `content`
    width: int | None = None
    height: int | None = None
    note: str = ""


def _refuse(message, code, **params):
    raise ValidationError(message, code=code, params=params)


def _read(file, limit):
    """The whole content, never more than the limit."""
    file.seek(0)
    content = file.read(limit + 1)
    if not content:
        _refuse(_("Berkas ini kosong. Pilih berkas lain."), "empty")
    if len(content) > limit:
        _refuse(
            _("Berkas lebih besar dari %(limit)d MB. Perkecil atau foto ulang dengan ukuran lebih kecil."),
            "too_big",
            limit=limit // 1024 // 1024,
        )
    return content


def inspect_upload(file, *, allow=("image", "pdf")):
    """The clean form of an uploaded image or PDF. `file` is any binary file that can seek."""
    content = _read(file, MAX_BYTES)
    kind = kind_of(content)
    accepted = {"image": _("foto JPG, PNG, atau WebP"), "pdf": _("PDF")}
    wanted = _(" atau ").join(accepted[name] for name in allow)
    if kind == "heic":
        _refuse(
            _(
                "Foto HEIC belum dapat dibaca. Ubah ke JPG dahulu (iPhone: Pengaturan, Kamera, Format, "
                "Paling Kompatibel) atau kirim tangkapan layarnya."
            ),
            "heic",
        )
    if kind == "markup":
        _refuse(
            _(
                "Berkas ini berisi halaman web atau gambar SVG, bukan %(wanted)s. Foto dokumennya lalu kirim fotonya."
            ),
            "markup",
            wanted=wanted,
        )
    if kind not in allow:
        _refuse(_("Jenis berkas ini tidak diterima. Kirim %(wanted)s."), "kind", wanted=wanted)
    _refuse_polyglot(content, kind)
    return _clean_image(content) if kind == "image" else _clean_pdf(content)


def kind_of(content):
    """ "image", "pdf", "heic" or "markup" by the first bytes, None for anything else; browsers and phones name files as they
    like."""
    head = content[:1024]
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (
        head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    ):
        return "image"
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head[4:8] == b"ftyp" and head[8:12] in {
        b"heic",
        b"heix",
        b"heim",
        b"heis",
        b"hevc",
        b"mif1",
        b"msf1",
        b"avif",
    }:
        return "heic"
    if _MARKUP.search(head) or head.lstrip(b"\xef\xbb\xbf \t\r\n")[:5].lower() == b"<?xml":
        return "markup"
    return None


_MARKUP = re.compile(rb"<(?:!doctype|html|head|body|script|svg|iframe|\?php)\b", re.IGNORECASE)


def _refuse_polyglot(content, kind):
    """A file that is two kinds at once is made on purpose: it shows as one and runs as the other."""
    two_kinds = (
        zipfile.is_zipfile(io.BytesIO(content))
        or (kind == "image" and (b"%PDF-" in content or _MARKUP.search(content)))
        or (kind == "pdf" and _MARKUP.search(content[:2048]))
    )
    if two_kinds:
        _refuse(
            _(
                "Berkas ini memuat isi lain yang tersembunyi. Buat ulang: foto dokumennya, lalu kirim fotonya."
            ),
            "polyglot",
        )


# --- Images -----------------------------------------------------------------------------------------------------------


def _clean_image(content):
    limit = max(MAX_PIXELS.values())
    try:
        image = Image.open(io.BytesIO(content), formats=tuple(MAX_PIXELS))
        width, height = image.size
        limit = MAX_PIXELS[image.format]
        if width * height > limit:
            raise Image.DecompressionBombError
        image.draft(None, (MAX_SIDE, MAX_SIDE))
        image.load()
        had_position = bool(image.getexif())
        image = _plain_mode(image)
        image.thumbnail((MAX_SIDE, MAX_SIDE))
        image = ImageOps.exif_transpose(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        _refuse(
            _("Foto terlalu besar. Kirim foto paling besar %(limit)d megapiksel."),
            "too_many_pixels",
            limit=limit // 1_000_000,
        )
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        MemoryError,
        OverflowError,
        zlib.error,
    ):
        _refuse(_("Foto ini rusak atau terpotong. Ambil foto baru, lalu kirim lagi."), "broken")
    # Photos become JPEG; drawings, scans in grey and pictures with transparency stay exact.
    as_png = image.mode != "RGB"
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    stored = io.BytesIO()
    if as_png:
        bare.save(stored, "PNG", optimize=False)
    else:
        bare.save(stored, "JPEG", quality=JPEG_QUALITY, progressive=True)
    notes = []
    if max(width, height) > MAX_SIDE:
        notes.append(_("Foto diperkecil."))
    if had_position:
        notes.append(_("Data lokasi dan kamera dihapus dari foto."))
    result = stored.getvalue()
    return CleanFile(
        content=result,
        content_type="image/png" if as_png else "image/jpeg",
        extension=".png" if as_png else ".jpg",
        sha256=hashlib.sha256(result).hexdigest(),
        width=bare.width,
        height=bare.height,
        note=" ".join(notes),
    )


def _plain_mode(image):
    """The image in L, RGBA or RGB, with its EXIF kept for the orientation."""
    exif = image.info.get("exif")
    if image.mode in ("RGB", "L", "RGBA"):
        return image
    if image.mode == "1":
        plain = image.convert("L")
    elif image.mode.startswith(("I", "F")):
        plain = image.convert("I").point(lambda value: value / 256).convert("L")
    elif image.mode in ("LA", "PA") or "transparency" in image.info:
        plain = image.convert("RGBA")
    else:
        plain = image.convert("RGB")
    if exif:
        plain.info["exif"] = exif
    return plain


# --- PDF --------------------------------------------------------------------------------------------------------------

#: Names that make a PDF do something, or carry another file. /JavaScript is needed by every script action.
_ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|Filespec|RichMedia|XFA|GoToE|GoToR|ImportData|SubmitForm|Rendition|Movie)"
    rb"(?![A-Za-z0-9])"
)
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECT_STREAM = re.compile(rb"/Type\s*/ObjStm(?![A-Za-z0-9])")
_STREAM = re.compile(rb"(?<!end)stream(?:\r\n|\n|\r)")
_MAX_OBJECT_STREAM_BYTES = 32 * 1024 * 1024


def _clean_pdf(content):
    """The PDF unchanged, if it only shows pages.

    No PDF library reads it: those follow a hostile file's own structure. Instead every name in the file is looked at,
    with escapes (`/J#61vaScript`) written out and the compressed object streams unpacked under a limit, which finds an
    action wherever it stands.
    """
    if b"%%EOF" not in content[-2048:] or b"startxref" not in content[-4096:]:
        _refuse(_("PDF ini terpotong atau rusak. Unduh atau pindai ulang, lalu kirim lagi."), "broken")
    text = _unescaped(content)
    if re.search(rb"/Encrypt(?![A-Za-z])", text):
        _refuse(
            _("PDF ini terkunci kata sandi. Simpan ulang tanpa kata sandi, lalu kirim lagi."), "encrypted"
        )
    parts = [text]
    budget = _MAX_OBJECT_STREAM_BYTES
    for match in _STREAM.finditer(content):
        dictionary = _unescaped(content[max(0, match.start() - 1024) : match.start()]).rpartition(b" obj")[2]
        if not _OBJECT_STREAM.search(dictionary):
            continue
        if (
            b"FlateDecode" not in dictionary
            or b"DecodeParms" in dictionary
            or dictionary.count(b"Decode") > 1
        ):
            _refuse(
                _("PDF ini disusun dengan cara yang tidak lazim. Cetak ulang ke PDF, lalu kirim lagi."),
                "unusual",
            )
        try:
            unpacked = zlib.decompressobj().decompress(content[match.end() :], budget)
        except zlib.error:
            _refuse(_("PDF ini terpotong atau rusak. Unduh atau pindai ulang, lalu kirim lagi."), "broken")
        budget -= len(unpacked)
        if budget <= 0:
            _refuse(
                _("Isi PDF ini terlalu besar setelah dibuka. Cetak ulang ke PDF, lalu kirim lagi."), "bomb"
            )
        parts.append(_unescaped(unpacked))
    for part in parts:
        if _ACTIVE.search(part):
            _refuse(
                _(
                    "PDF ini memuat program, formulir aktif, atau lampiran. Cetak ulang ke PDF biasa, lalu kirim lagi."
                ),
                "active",
            )
    return CleanFile(
        content=content,
        content_type="application/pdf",
        extension=".pdf",
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _unescaped(text):
    return _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), text) if b"#" in text else text


# --- Spreadsheets -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CleanSpreadsheet:
    """A workbook or text table that a reader may open. `kind` is "xlsx" or "text"."""

    content: bytes
    kind: str
    sha256: str


def inspect_spreadsheet(file):
    """The content of an .xlsx, .csv or .tsv file, if a reader can open it without harm."""
    content = _read(file, MAX_SPREADSHEET_BYTES)
    if content.startswith(b"PK\x03\x04"):
        _check_workbook(content)
        kind = "xlsx"
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        _refuse(
            _(
                "Berkas Excel ini format lama (.xls) atau berkata sandi. Simpan sebagai .xlsx tanpa kata sandi."
            ),
            "xls",
        )
    else:
        _check_text(content)
        kind = "text"
    return CleanSpreadsheet(content, kind, hashlib.sha256(content).hexdigest())


def _check_text(content):
    # UTF-16 ("Unicode text" of Excel) has NUL bytes too; its byte order mark tells it from a program or picture.
    if not content.startswith((b"\xff\xfe", b"\xfe\xff")) and b"\0" in content:
        _refuse(_("Berkas ini bukan tabel. Kirim berkas Excel (.xlsx) atau CSV."), "kind")
    if content.startswith((b"%PDF-", b"\x89PNG", b"\xff\xd8\xff")) or _MARKUP.search(content[:1024]):
        _refuse(_("Berkas ini bukan tabel. Kirim berkas Excel (.xlsx) atau CSV."), "kind")
    if content.count(b"\n") > MAX_ROWS:
        _refuse(_too_many_rows(), "too_many_rows", limit=f"{MAX_ROWS:,}".replace(",", "."))


def _too_many_rows():
    return _("Tabel lebih dari %(limit)s baris. Bagi menjadi beberapa berkas.")


_FORBIDDEN_PARTS = re.compile(
    r"(?:^|/)(?:externalLinks|embeddings|activeX|ctrlProps|macrosheets)/|vbaProject|connections\.xml$|\.(?:bin|exe|js|html?)$",
    re.IGNORECASE,
)
#: The only binary that Excel itself writes into an ordinary workbook.
_PRINTER_SETTINGS = re.compile(r"^xl/printerSettings/printerSettings[0-9]+\.bin$")
_DTD = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_EXTERNAL = re.compile(rb"<[^<>]*TargetMode\s*=\s*[\"']External[\"'][^<>]*>", re.IGNORECASE)
_SHARED_CELL = re.compile(rb"t=[\"']s[\"'][^>]*>\s*<(?:[a-z]+:)?v>([0-9]+)<")
# Patterns that begin with literal text are several times faster, and a sheet of 100,000 rows has 60 MB.
_WIDE_COLUMN = re.compile(rb' r="([A-Z]{2,3})[0-9]')
_ROW_OF_5_DIGITS = re.compile(rb' r="[A-Z]{0,3}[0-9]{5}')
_ROW_OF_6_DIGITS = re.compile(rb' r="[A-Z]{0,3}([0-9]{6,})')
_ANY_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{0,3})([0-9]+)")
_UNUSUAL_REFERENCES = (b"r='", b"r =", b"r= ", b"\nr=", b"\rr=", b"\tr=")


def _check_workbook(content):
    """Unpacks every part once, counting, and refuses what a reader could choke on or what reaches outside."""
    bomb = _(
        "Isi berkas Excel ini terlalu besar setelah dibuka. Salin datanya ke buku kerja baru, lalu kirim lagi."
    )
    broken = _("Berkas Excel ini rusak. Buka lalu simpan ulang sebagai .xlsx, kemudian kirim lagi.")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        _refuse(broken, "broken")
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(entries) > MAX_PARTS or len(set(names)) != len(names):
        _refuse(
            bomb if len(entries) > MAX_PARTS else broken, "bomb" if len(entries) > MAX_PARTS else "broken"
        )
    if "xl/workbook.xml" not in names:
        _refuse(
            _("Berkas ini bukan buku kerja Excel. Simpan sebagai .xlsx atau CSV, lalu kirim lagi."), "kind"
        )
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        _refuse(bomb, "bomb")
    for entry in entries:
        name = entry.filename
        if entry.flag_bits & 1:
            _refuse(
                _("Berkas Excel ini berkata sandi. Simpan ulang tanpa kata sandi, lalu kirim lagi."),
                "encrypted",
            )
        if entry.file_size > 1_000_000 and entry.file_size > MAX_PART_RATIO * max(entry.compress_size, 1):
            _refuse(bomb, "bomb")
        if name.startswith("/") or "\\" in name or ".." in name.split("/"):
            _refuse(broken, "broken")
        if _FORBIDDEN_PARTS.search(name) and not _PRINTER_SETTINGS.match(name):
            _refuse(
                _(
                    "Berkas Excel ini memuat makro, tautan ke berkas lain, atau lampiran. Salin datanya ke buku kerja baru."
                ),
                "active",
            )
    strings = []
    sheets = []
    for entry in entries:
        if not entry.filename.lower().endswith((".xml", ".rels")):
            continue
        try:
            part = archive.read(entry)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ):
            _refuse(broken, "broken")
        _check_part(entry.filename.lower(), part)
        if entry.filename.lower() == "xl/sharedstrings.xml":
            strings = [len(text) for text in part.split(b"</si>")]
            if max(strings) > MAX_CELL_BYTES:
                _refuse_long_cell()
        elif "/worksheets/" in entry.filename.lower() and entry.filename.lower().endswith(".xml"):
            sheets.append((entry, _check_sheet(part)))
        del part
    _check_shared_text(archive, strings, sheets, bomb)


def _refuse_long_cell():
    _refuse(_("Ada sel yang isinya terlalu panjang. Ringkas isi sel tersebut, lalu kirim lagi."), "long_cell")


def _check_part(name, part):
    """Rules for every XML part: UTF-8, no document type (entity bombs, files read from the server), no outside link."""
    odd = _(
        "Berkas Excel ini memuat isi yang tidak lazim. Salin datanya ke buku kerja baru, lalu kirim lagi."
    )
    if part.startswith((b"\xff\xfe", b"\xfe\xff", b"\0", b"<\0")) or (b"<!" in part and _DTD.search(part)):
        _refuse(odd, "dtd")
    if name.endswith(".rels"):
        for link in _EXTERNAL.findall(part):
            # A link that a person clicks (an e-mail address in a cell) is plain data; anything else is fetched.
            if b"/relationships/hyperlink" not in link:
                _refuse(odd, "external")


def _check_sheet(part):
    """Refuses a sheet whose filled rectangle is too large, for readers hold the whole rectangle; returns its cells."""
    limit = f"{MAX_ROWS:,}".replace(",", ".")
    cells = _count_tags(part, b"c") - _count_tags(part, b"col")
    rows, columns = _rectangle(part, cells)
    if columns > MAX_COLUMNS:
        _refuse(
            _("Tabel lebih dari %(limit)d kolom. Hapus kolom yang tidak dipakai, lalu kirim lagi."),
            "too_many_columns",
            limit=MAX_COLUMNS,
        )
    if rows > MAX_ROWS or cells > MAX_CELLS or rows * columns > MAX_CELLS:
        _refuse(_too_many_rows(), "too_many_rows", limit=limit)
    return cells


def _count_tags(part, name):
    """How many elements have a name that begins so, with or without a namespace prefix."""
    return part.count(b"<" + name) + part.count(b":" + name)


def _rectangle(part, cells):
    """Rows and columns of the sheet's filled rectangle; at least that, where the quick look already shows it is small."""
    row_tags = _count_tags(part, b"row")
    if row_tags > MAX_ROWS or cells > MAX_CELLS:
        return row_tags, 1
    if not any(form in part for form in _UNUSUAL_REFERENCES):
        wide = set(_WIDE_COLUMN.findall(part))
        # A cell without a reference stands right of the one before it; so many could widen the rectangle.
        unplaced = max(0, cells + row_tags - part.count(b' r="'))
        columns = max(map(_column_number, wide), default=26) + unplaced
        rows = max(map(int, _ROW_OF_6_DIGITS.findall(part)), default=0)
        if not rows:
            rows = 99_999 if _ROW_OF_5_DIGITS.search(part) else 9_999
        if rows > MAX_ROWS or rows * columns <= MAX_CELLS:
            return rows, columns
    rows, columns = row_tags, 1
    for row in part.split(b"row")[1:]:
        columns = max(columns, _count_tags(row, b"c"))
    for match in _ANY_REFERENCE.finditer(part):
        rows = max(rows, int(match[2]))
        columns = max(columns, _column_number(match[1]))
    return rows, columns


def _column_number(letters):
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _check_shared_text(archive, strings, sheets, bomb):
    """A long shared string used by a million cells is written out a million times: counts what readers would hold."""
    longest = max(strings, default=0)
    if sum(cells for _entry, cells in sheets) * longest <= MAX_TEXT_BYTES:
        return
    total = 0
    for entry, _cells in sheets:
        for index in _SHARED_CELL.findall(archive.read(entry)):
            total += strings[int(index)] if len(index) < 9 and int(index) < len(strings) else 0
        if total > MAX_TEXT_BYTES:
            _refuse(bomb, "bomb")
