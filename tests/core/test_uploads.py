"""Files that come in: what is kept, and a shelf of hostile ones that are refused quickly."""

import io
import random
import struct
import subprocess
import sys
import time
import zipfile
import zlib

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw
from pypdf import PdfWriter
from pypdf.actions import JavaScript

from core.uploads import MAX_BYTES, MAX_ROWS, inspect_spreadsheet, inspect_upload


def picture(kind="JPEG", size=(640, 480), mode="RGB", **options):
    image = Image.new(mode, size, "white" if mode != "1" else 1)
    ImageDraw.Draw(image).rectangle((10, 10, 60, 40), fill=0)
    stored = io.BytesIO()
    image.save(stored, kind, **options)
    return stored.getvalue()


def pdf(prepare=None):
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if prepare:
        prepare(writer)
    stored = io.BytesIO()
    writer.write(stored)
    return stored.getvalue()


def refusal(function, content, **kwargs):
    """The code of a refusal that came within a second and told what to do."""
    started = time.process_time()
    with pytest.raises(ValidationError) as caught:
        function(io.BytesIO(content), **kwargs)
    assert time.process_time() - started < 1
    (message,) = caught.value.messages
    assert message.endswith(".")
    assert len(message.split()) > 4
    return caught.value.code


# --- images


@pytest.mark.parametrize(
    ("kind", "mode", "extension"),
    [
        ("JPEG", "RGB", "jpg"),
        ("JPEG", "L", "png"),
        ("JPEG", "CMYK", "jpg"),
        ("PNG", "RGB", "jpg"),
        ("PNG", "RGBA", "png"),
        ("PNG", "1", "png"),
        ("PNG", "I;16", "png"),
        ("WEBP", "RGB", "jpg"),
        ("WEBP", "RGBA", "png"),
    ],
)
def test_pictures_are_written_anew(kind, mode, extension):
    clean = inspect_upload(io.BytesIO(picture(kind, mode=mode)))
    assert clean.extension == f".{extension}"
    assert clean.content_type == {"jpg": "image/jpeg", "png": "image/png"}[extension]
    again = Image.open(io.BytesIO(clean.content))
    assert again.size == (clean.width, clean.height) == (640, 480)
    assert clean.note == ""
    assert len(clean.sha256) == 64
    dark, light = again.convert("L").getpixel((30, 20)), again.convert("L").getpixel((300, 300))
    assert dark < light or mode in ("I;16", "CMYK")  # there "white" is not 255


def test_position_data_is_dropped_and_orientation_applied():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "Kamera Rahasia"
    exif.get_ifd(0x8825)[1] = "S"
    content = picture(size=(640, 480), exif=exif.tobytes())
    assert b"Kamera Rahasia" in content
    clean = inspect_upload(io.BytesIO(content))
    assert (clean.width, clean.height) == (480, 640)
    assert b"Kamera Rahasia" not in clean.content
    assert not Image.open(io.BytesIO(clean.content)).getexif()
    assert "lokasi" in clean.note


def test_a_phones_photo_is_made_smaller():
    clean = inspect_upload(io.BytesIO(picture(size=(5760, 4320))))
    assert (clean.width, clean.height) == (2000, 1500)
    assert "diperkecil" in clean.note


def test_a_django_upload_is_read_from_its_start():
    upload = SimpleUploadedFile("apa.exe", picture())
    upload.read(100)
    assert inspect_upload(upload).extension == ".jpg"


def test_the_same_picture_gives_the_same_file():
    assert inspect_upload(io.BytesIO(picture())) == inspect_upload(io.BytesIO(picture()))


def png_of_declared_size(width, height):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\xff\xd8\xff" + b"x" * MAX_BYTES, "too_big"),
        (png_of_declared_size(13_000, 13_000), "too_many_pixels"),
        (picture("WEBP", size=(4001, 3000)), "too_many_pixels"),
        (png_of_declared_size(100_000, 100_000), "too_many_pixels"),
        (png_of_declared_size(100, 100), "broken"),
        (picture("PNG")[:300], "broken"),
        (b"\xff\xd8\xff\xe0" + random.Random(1).randbytes(5000), "broken"),
        (SVG, "markup"),
        (SVG.partition(b"?>")[2], "markup"),
        (b"\xef\xbb\xbf  <html><body>slot gacor</body></html>", "markup"),
        (b"<!DOCTYPE html><p>halo", "markup"),
        (b"<?php system($_GET['x']); ?>", "markup"),
        (HEIC, "heic"),
        (b"GIF89a" + b"\0" * 100, "kind"),
        (b"MZ" + b"\0" * 100, "kind"),
        (picture() + b"<script>alert(1)</script>", "polyglot"),
        (picture() + b"<?php system(1); ?>", "polyglot"),
        (picture("PNG", pnginfo=None) + b"%PDF-1.4 /JavaScript", "polyglot"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_hostile_and_unreadable_pictures_are_refused(content, code):
    assert refusal(inspect_upload, content) == code


def zip_of(**files):
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stored.getvalue()


def test_a_picture_or_pdf_with_an_archive_behind_it_is_refused():
    assert refusal(inspect_upload, picture() + zip_of(x="x")) == "polyglot"
    assert refusal(inspect_upload, pdf() + zip_of(x="x")) == "polyglot"
    assert refusal(inspect_upload, pdf().replace(b"\n", b"\n%<script>alert(1)</script>\n", 1)) == "polyglot"


def test_only_the_wanted_kinds_are_taken():
    assert refusal(inspect_upload, pdf(), allow=("image",)) == "kind"
    assert refusal(inspect_upload, picture(), allow=("pdf",)) == "kind"


# --- PDF


def test_an_ordinary_pdf_is_kept_as_it_is():
    content = pdf()
    clean = inspect_upload(io.BytesIO(content))
    assert clean.content == content
    assert (clean.content_type, clean.extension) == ("application/pdf", ".pdf")


def javascript(writer):
    writer.add_open_action(JavaScript("app.alert(1)"))


def attachment(writer):
    writer.add_attachment("virus.exe", b"MZ")


def locked(writer):
    writer.encrypt("rahasia")


@pytest.mark.parametrize(
    ("prepare", "code"), [(javascript, "active"), (attachment, "active"), (locked, "encrypted")]
)
def test_pdfs_that_do_or_carry_something_are_refused(prepare, code):
    assert refusal(inspect_upload, pdf(prepare)) == code


def with_object(body):
    """A PDF with one more object; readers that rebuild a broken table would find it."""
    return pdf().replace(b"xref\n", b"9 0 obj\n" + body + b"\nendobj\nxref\n", 1)


def object_stream(body, dictionary=b""):
    return (
        b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode "
        + dictionary
        + b" /Length %d >>\nstream\n" % len(body)
        + body
        + b"\nendstream"
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<< /S /J#61vaScript /JS (app.alert) >>", "active"),
        (b"<< /S /Launch /F (cmd.exe) >>", "active"),
        (b"<</S/URI/URI(x)/Next<</S/SubmitForm>>>>", "active"),
        (b"<< /Type /Catalog /AcroForm << /XFA 3 0 R >> >>", "active"),
        (object_stream(zlib.compress(b"1 0 << /S /JavaScript /JS (x) >>")), "active"),
        (object_stream(zlib.compress(b"1 0 << /S /J#61vaScript /JS (x) >>")), "active"),
        (object_stream(zlib.compress(b" " * 100_000_000, 9)), "bomb"),
        (object_stream(b"not compressed"), "broken"),
        (object_stream(zlib.compress(b"1 0 <<>>"), b"/DecodeParms << /Predictor 12 >>"), "unusual"),
        (object_stream(zlib.compress(b"1 0 <<>>")).replace(b"Flate", b"LZW"), "unusual"),
    ],
    ids=str,
)
def test_actions_are_found_wherever_they_stand(body, code):
    assert refusal(inspect_upload, with_object(body)) == code


def test_harmless_objects_pass():
    for body in (b"<< /Title (Launch JavaScript) >>", object_stream(zlib.compress(b"1 0 << /Kids [] >>"))):
        assert inspect_upload(io.BytesIO(with_object(body))).extension == ".pdf"


def test_a_cut_pdf_is_refused():
    assert refusal(inspect_upload, pdf()[:-30]) == "broken"
    assert refusal(inspect_upload, b"%PDF-1.7\n" + b"x" * 500) == "broken"


def test_a_large_scan_passes_quickly():
    # Compressed page images are random bytes: none of them may look like an action.
    noise = random.Random(3).randbytes(8_000_000)
    content = with_object(b"<< /Length 8000000 >>\nstream\n" + noise + b"\nendstream")
    started = time.process_time()
    assert inspect_upload(io.BytesIO(content)).content == content
    assert time.process_time() - started < 1


# --- spreadsheets


def workbook(fill=None):
    book = openpyxl.Workbook()
    book.active["A1"] = "Nama"
    book.active["A2"] = "Batik Semarang 16"
    if fill:
        fill(book.active)
    stored = io.BytesIO()
    book.save(stored)
    return stored.getvalue()


def rewritten(content, change=(), add=()):
    """The workbook with some parts replaced or added."""
    stored = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, dict(change).get(name, lambda text: text)(part))
        for name, part in dict(add).items():
            new.writestr(name, part)
    return stored.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def sheet_of(body):
    head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    return {SHEET: lambda _old: head + body + b"</sheetData></worksheet>"}


def entity_bomb(part):
    levels = b"".join(b'<!ENTITY b%d "%s">' % (level, b"&b%d;" % (level - 1) * 10) for level in range(1, 9))
    return b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY b0 "bom">' + levels + b"]>" + part.partition(b"?>")[2]


def external_entity(part):
    return (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
        + part.partition(b"?>")[2]
    )


def external_picture(part):
    link = b'<Relationship Id="r9" Type="http://x/relationships/image" Target="http://evil/x" TargetMode="External"/>'
    return part.replace(b"</Relationships>", link + b"</Relationships>")


RELS = "xl/_rels/workbook.xml.rels"

HOSTILE_WORKBOOKS = {
    "zip bomb": (lambda: rewritten(workbook(), add={"xl/media/x.xml": b"0" * 72_000_000}), "bomb"),
    "many bombs": (
        lambda: rewritten(
            workbook(), add={f"xl/x{n}.xml": random.Random(n).randbytes(100) * 9000 for n in range(250)}
        ),
        "bomb",
    ),
    "many parts": (lambda: rewritten(workbook(), add={f"x{n}": b"" for n in range(600)}), "bomb"),
    "entity bomb": (lambda: rewritten(workbook(), {SHEET: entity_bomb}), "dtd"),
    "external entity": (lambda: rewritten(workbook(), {SHEET: external_entity}), "dtd"),
    "utf-16 part": (
        lambda: rewritten(workbook(), {SHEET: lambda part: part.decode().encode("utf-16")}),
        "dtd",
    ),
    "external picture": (lambda: rewritten(workbook(), {RELS: external_picture}), "external"),
    "external link": (
        lambda: rewritten(workbook(), add={"xl/externalLinks/externalLink1.xml": b"<x/>"}),
        "active",
    ),
    "macro": (lambda: rewritten(workbook(), add={"xl/vbaProject.bin": b"x"}), "active"),
    "embedded file": (lambda: rewritten(workbook(), add={"xl/embeddings/oleObject1.bin": b"x"}), "active"),
    "parent folder": (lambda: rewritten(workbook(), add={"../../x.xml": b"<x/>"}), "broken"),
    "last cell": (lambda: workbook(lambda sheet: sheet.cell(1_048_576, 1, "x")), "too_many_rows"),
    "last column": (lambda: workbook(lambda sheet: sheet.cell(1, 16_384, "x")), "too_many_columns"),
    "wide and long": (lambda: workbook(lambda sheet: sheet.cell(190_000, 200, "x")), "too_many_rows"),
    "row that lies": (
        lambda: rewritten(
            workbook(), sheet_of(b"<row r='1'><c r='A1'><v>1</v></c><c r='CV99999'><v>1</v></c></row>")
        ),
        "too_many_rows",
    ),
    "unplaced cells": (
        lambda: rewritten(workbook(), sheet_of(b"<row>" + b"<c/>" * 20_000 + b"</row>")),
        "too_many_columns",
    ),
    "million rows": (
        lambda: rewritten(workbook(), sheet_of(b"".join(b'<row r="%d"/>' % n for n in range(1, 1_000_001)))),
        "too_many_rows",
    ),
    "shared string": (
        lambda: rewritten(
            workbook(),
            sheet_of(
                b"".join(
                    b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 90_001)
                )
            ),
            add={"xl/sharedStrings.xml": b"<sst><si><t>" + b"x" * 7_900 + b"</t></si></sst>"},
        ),
        "bomb",
    ),
    "long cell": (
        lambda: rewritten(
            workbook(), add={"xl/sharedStrings.xml": b"<sst><si><t>" + b"x" * 900_000 + b"</t></si></sst>"}
        ),
        "long_cell",
    ),
    "not a workbook": (lambda: zip_of(x="x"), "kind"),
    "cut": (lambda: workbook()[:2000], "broken"),
    "flipped bytes": (lambda: workbook().replace(b"\x00\x00\x00\x08", b"\x00\x00\x00\x63"), "broken"),
    "old or locked": (lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 600, "xls"),
    "program": (lambda: b"MZ\0\0" + b"\0" * 600, "kind"),
    "web page as csv": (lambda: b"<html><table>", "kind"),
    "empty": (lambda: b"", "empty"),
    "endless csv": (lambda: b"a;b\n" * (MAX_ROWS + 2), "too_many_rows"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", HOSTILE_WORKBOOKS)
def test_hostile_workbooks_are_refused_quickly(name):
    build, code = HOSTILE_WORKBOOKS[name]
    assert refusal(inspect_spreadsheet, build()) == code


def test_a_size_that_lies_is_refused():
    content = bytearray(rewritten(workbook(), add={"xl/x.xml": b"0" * 900_000}))
    # The declared size in the central directory and the local header shrink to 1,000 bytes.
    assert content.count(struct.pack("<I", 900_000)) == 2
    content = bytes(content).replace(struct.pack("<I", 900_000), struct.pack("<I", 1_000))
    assert refusal(inspect_spreadsheet, content) == "broken"


def test_ordinary_workbooks_pass():
    def link(sheet):
        sheet["A3"].hyperlink = "mailto:batik@example.id"

    assert inspect_spreadsheet(io.BytesIO(workbook(link))).kind == "xlsx"
    assert inspect_spreadsheet(io.BytesIO(b"Nama;NIB\nBatik;1234567890123\n")).kind == "text"
    assert inspect_spreadsheet(io.BytesIO("Nama\tNIB\n".encode("utf-16"))).kind == "text"


# VmHWM, not ru_maxrss: the latter starts with the peak of the process that started this one.
MEASURE = """
import io, pathlib, re, sys
from django.conf import settings
settings.configure(USE_I18N=False)
from django.core.exceptions import ValidationError
from core.uploads import inspect_spreadsheet, inspect_upload
for path in sys.argv[1:]:
    content = pathlib.Path(path).read_bytes()
    try:
        (inspect_spreadsheet if path.endswith(".xlsx") else inspect_upload)(io.BytesIO(content))
    except ValidationError:
        pass
print(int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) // 1024)
"""


def test_the_whole_shelf_stays_under_300_mb(tmp_path):
    shelf = {f"{number}.xlsx": build() for number, (build, _code) in enumerate(HOSTILE_WORKBOOKS.values())}
    shelf["bomb.png"] = png_of_declared_size(13_000, 13_000)
    for mode in ("RGBA", "LA", "I;16", "RGB"):
        shelf[f"largest-{mode}.png"] = picture("PNG", size=(5000, 4000), mode=mode)
    shelf["largest.webp"] = picture("WEBP", size=(4000, 3000), mode="RGBA")
    shelf["largest.jpg"] = picture(size=(5000, 5000), progressive=True, subsampling=0)
    shelf["bomb.pdf"] = with_object(object_stream(zlib.compress(b" " * 100_000_000, 9)))
    for name, content in shelf.items():
        (tmp_path / name).write_bytes(content)
    paths = [str(tmp_path / name) for name in shelf]
    ran = subprocess.run([sys.executable, "-c", MEASURE, *paths], capture_output=True, text=True, check=True)
    assert int(ran.stdout) < 300
